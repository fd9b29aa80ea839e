/* Pieces are what their bytes are, however they are cut; and they keep the memory that they point into. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "plist/base/pieces.h"
#include "tests/unit/random.h"

#define TEXT     "some text that is cut into pieces"
#define TEXT_LEN (sizeof(TEXT) - 1)

/* The text, cut at random. */
static void cut(struct pieces *pieces, const char *text)
{
	size_t at = 0, len;

	while (at < TEXT_LEN) {
		len = 1 + random_below((unsigned)(TEXT_LEN - at));
		/* Of two copies by turns, so that no piece follows the last one in memory. */
		pieces_add(pieces, text + (pieces->count % 2) * TEXT_LEN + at, len);
		at += len;
	}
	assert_int_equal(pieces->len, TEXT_LEN);
}

static void however_they_are_cut_they_are_equal(void **state)
{
	static const char twice[] = TEXT TEXT;
	unsigned i;

	(void)state;
	random_seed(1);
	for (i = 0; i < 200; i++) {
		PIECES_AUTO a = PIECES_INIT, b = PIECES_INIT;
		BUF_AUTO flat = BUF_INIT;

		cut(&a, twice);
		cut(&b, twice);
		assert_true(pieces_equal(&a, &b));
		pieces_flat(&a, &flat);
		assert_true(buf_equals(&flat, TEXT, TEXT_LEN));
	}
}

static void what_differs_anywhere_is_not_equal(void **state)
{
	static const char twice[] = TEXT TEXT;
	PIECES_AUTO longer = PIECES_INIT, shorter = PIECES_INIT, all = PIECES_INIT;
	char other[] = TEXT;
	size_t i;

	(void)state;
	random_seed(2);
	for (i = 0; i < TEXT_LEN; i++) {
		PIECES_AUTO a = PIECES_INIT, b = PIECES_INIT;

		cut(&a, twice);
		other[i] ^= 1;
		pieces_add(&b, other, TEXT_LEN);
		assert_false(pieces_equal(&a, &b));
		assert_false(pieces_equal(&b, &a));
		other[i] ^= 1;
	}
	pieces_add(&all, twice, TEXT_LEN);
	pieces_add(&longer, twice, TEXT_LEN + 1);
	pieces_add(&shorter, twice, TEXT_LEN - 1);
	assert_false(pieces_equal(&all, &longer));
	assert_false(pieces_equal(&longer, &all));
	assert_false(pieces_equal(&all, &shorter));
	assert_false(pieces_equal(&shorter, &all));
}

static void one_goes_through_them_bit_by_bit(void **state)
{
	static const char twice[] = TEXT TEXT;
	struct pieces_place at = { 0, 0 };
	PIECES_AUTO pieces = PIECES_INIT;
	size_t i;

	(void)state;
	random_seed(3);
	cut(&pieces, twice);
	for (i = 0; i < TEXT_LEN; i++)
		assert_true(pieces_go_on(&pieces, &at, TEXT + i, 1));
	assert_true(pieces_go_on(&pieces, &at, "", 0));
	assert_false(pieces_go_on(&pieces, &at, "s", 1));
}

static void what_follows_in_memory_is_one_piece(void **state)
{
	PIECES_AUTO pieces = PIECES_INIT;

	(void)state;
	pieces_add(&pieces, TEXT, 0);
	assert_int_equal(pieces.count, 0);
	pieces_add(&pieces, TEXT, 4);
	pieces_add(&pieces, TEXT + 4, 3);
	assert_int_equal(pieces.count, 1);
	pieces_add(&pieces, TEXT, 4);
	assert_int_equal(pieces.count, 2);
	assert_int_equal(pieces.len, 11);
}

/* Whoever had the memory may go, or write something else. */
static void memory_that_is_held_stays(void **state)
{
	PIECES_AUTO pieces = PIECES_INIT, shared = PIECES_INIT;
	BUF_AUTO first = BUF_INIT, second = BUF_INIT, flat = BUF_INIT;

	(void)state;
	buf_add_text(&first, "first ");
	buf_add_text(&second, "second");
	pieces_hold(&pieces, &first);
	pieces_hold(&pieces, &second);
	pieces_add(&pieces, first.data, first.len);
	pieces_add(&pieces, second.data, second.len);
	buf_assign(&first, "another", 7);
	buf_free(&second);
	pieces_share(&shared, &pieces);
	assert_true(pieces_same(&shared, &pieces));
	pieces_free(&pieces);
	pieces_flat(&shared, &flat);
	assert_true(buf_equals(&flat, "first second", 12));
}

static void a_buffer_and_its_pieces_have_memory_in_common(void **state)
{
	PIECES_AUTO pieces = PIECES_INIT;
	BUF_AUTO buf = BUF_INIT, flat = BUF_INIT;

	(void)state;
	buf_add_text(&buf, TEXT);
	pieces_of(&pieces, &buf);
	pieces_flat(&pieces, &flat);
	assert_ptr_equal(flat.data, buf.data);
	pieces_of(&pieces, &flat);
	assert_true(pieces_ok(&pieces));
	assert_int_equal(pieces.len, TEXT_LEN);
}

static void nothing_is_nothing(void **state)
{
	PIECES_AUTO a = PIECES_INIT, b = PIECES_INIT;
	BUF_AUTO empty = BUF_INIT, flat = BUF_INIT;

	(void)state;
	pieces_of(&a, &empty);
	pieces_share(&b, &a);
	assert_true(pieces_equal(&a, &b));
	assert_int_equal(a.len, 0);
	buf_add_text(&flat, "before");
	pieces_flat(&b, &flat);
	assert_int_equal(flat.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(however_they_are_cut_they_are_equal),
		cmocka_unit_test(what_differs_anywhere_is_not_equal),
		cmocka_unit_test(one_goes_through_them_bit_by_bit),
		cmocka_unit_test(what_follows_in_memory_is_one_piece),
		cmocka_unit_test(memory_that_is_held_stays),
		cmocka_unit_test(a_buffer_and_its_pieces_have_memory_in_common),
		cmocka_unit_test(nothing_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
