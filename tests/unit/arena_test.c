/* Memory that is freed all at once. Leaks and overlaps are found by running this under a sanitizer. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "plist/schema/arena.h"

static char released[16];

static void note_release(void *object)
{
	strcat(released, object);
}

static int forget_releases(void **state)
{
	(void)state;
	*released = '\0';
	return 0;
}

static void memory_is_zeroed_and_fits_any_type(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 8, 100, 5000, 16 * 1024, 16 * 1024 + 1, 1000000, 7 };
	struct arena *arena = arena_new();

	(void)state;
	assert_non_null(arena);
	for (unsigned i = 0; i < 1000; i++) {
		size_t size = sizes[i % (sizeof(sizes) / sizeof(*sizes))] / (1 + i / 50);
		unsigned char *bytes = arena_get(arena, size);

		assert_non_null(bytes);
		assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(bytes[k], 0);
		memset(bytes, 0xff, size);
	}
	arena_free(arena);
}

static void what_was_given_out_is_never_given_out_again(void **state)
{
	struct arena *arena = arena_new();
	char *texts[3000];
	char expected[32];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		snprintf(expected, sizeof(expected), "text %d", i);
		texts[i] = arena_text(arena, expected, strlen(expected));
		assert_non_null(texts[i]);
		if (i % 100 == 0)
			assert_non_null(arena_get(arena, 20000));
	}
	for (int i = 0; i < 3000; i++) {
		snprintf(expected, sizeof(expected), "text %d", i);
		assert_string_equal(texts[i], expected);
	}
	arena_free(arena);
}

static void a_text_is_copied_to_its_length_and_ended(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(arena_text(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_text(arena, NULL, 0), "");
	arena_free(arena);
}

static void what_is_owned_is_released_once_at_the_end_the_youngest_first(void **state)
{
	struct arena *arena = arena_new();
	char a[] = "a", b[] = "b", c[] = "c";

	(void)state;
	assert_int_equal(arena_own(arena, a, note_release), 0);
	assert_int_equal(arena_own(arena, b, note_release), 0);
	assert_int_equal(arena_own(arena, c, note_release), 0);
	assert_string_equal(released, "");
	arena_free(arena);
	assert_string_equal(released, "cba");
}

static void sizes_that_cannot_be_are_refused_and_the_arena_goes_on(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_null(arena_get(arena, SIZE_MAX));
	assert_null(arena_get(arena, SIZE_MAX - 8));
	assert_null(arena_text(arena, "x", SIZE_MAX));
	assert_string_equal(arena_text(arena, "x", 1), "x");
	assert_null(arena_get(arena, SIZE_MAX / 2 + 1));
	assert_non_null(arena_get(arena, 100));
	arena_free(arena);
}

static void an_arena_does_not_grow_without_end(void **state)
{
	struct arena *arena = arena_new();
	unsigned count = 0;

	(void)state;
	while (arena_get(arena, 64 * 1024 * 1024))
		assert_true(++count < 100);
	assert_int_equal(count, 4);
	arena_free(arena);
}

static void nothing_is_freed_without_complaint(void **state)
{
	(void)state;
	arena_free(NULL);
	assert_string_equal(released, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_fits_any_type),
		cmocka_unit_test(what_was_given_out_is_never_given_out_again),
		cmocka_unit_test(a_text_is_copied_to_its_length_and_ended),
		cmocka_unit_test_setup(what_is_owned_is_released_once_at_the_end_the_youngest_first, forget_releases),
		cmocka_unit_test(sizes_that_cannot_be_are_refused_and_the_arena_goes_on),
		cmocka_unit_test(an_arena_does_not_grow_without_end),
		cmocka_unit_test_setup(nothing_is_freed_without_complaint, forget_releases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
