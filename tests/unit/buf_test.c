/* Buffers: what has memory in common with another, and what the others see of it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/buf.h"

static void assert_holds(const struct buf *buf, const char *text)
{
	assert_true(buf_ok(buf));
	assert_int_equal(buf->len, strlen(text));
	assert_string_equal(buf_text(buf), text);
}

/* Two buffers with the same memory. */
static void share(struct buf *one, struct buf *two)
{
	buf_add_text(one, "in common");
	buf_share(two, one);
	assert_holds(two, "in common");
	assert_ptr_equal(one->data, two->data);
}

static void who_adds_gets_memory_of_its_own(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;

	(void)state;
	share(&one, &two);
	buf_add_text(&two, " no more");
	assert_holds(&one, "in common");
	assert_holds(&two, "in common no more");
}

static void who_is_cut_short_gets_memory_of_its_own(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;

	(void)state;
	share(&one, &two);
	buf_resize(&one, 2);
	assert_holds(&one, "in");
	assert_holds(&two, "in common");
}

static void who_forgets_leaves_the_others_theirs(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;
	BUF_AUTO three = BUF_INIT;

	(void)state;
	share(&one, &two);
	buf_share(&three, &two);
	buf_clear(&one);
	assert_int_equal(one.len, 0);
	assert_holds(&two, "in common");
	buf_assign(&two, "new", 3);
	assert_holds(&two, "new");
	assert_holds(&three, "in common");
	buf_add_text(&one, "one");
	assert_holds(&three, "in common");
}

static void who_is_left_alone_has_the_memory(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;
	const char *data;

	(void)state;
	share(&one, &two);
	data = two.data;
	buf_free(&one);
	buf_add_char(&two, '!');
	assert_holds(&two, "in common!");
	assert_ptr_equal(two.data, data);
}

static void what_is_stolen_is_ones_own(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;
	size_t len;
	char *text;

	(void)state;
	share(&one, &two);
	text = buf_steal(&one, &len);
	assert_string_equal(text, "in common");
	assert_int_equal(len, 9);
	assert_ptr_not_equal(text, two.data);
	assert_holds(&two, "in common");
	buf_free(&two);
	free(text);
	assert_null(one.data);
}

static void what_was_there_before_is_given_back(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;
	BUF_AUTO none = BUF_INIT;

	(void)state;
	buf_add_text(&two, "something else");
	share(&one, &two);
	buf_share(&two, &one);
	assert_holds(&two, "in common");
	buf_share(&two, &none);
	assert_holds(&two, "");
	assert_holds(&one, "in common");
}

static void a_failed_buffer_shares_its_failure(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;

	(void)state;
	one.failed = true;
	buf_share(&two, &one);
	assert_false(buf_ok(&two));
}

static void what_fits_into_reserved_room_moves_nothing(void **state)
{
	BUF_AUTO one = BUF_INIT;
	const char *data;

	(void)state;
	buf_add_text(&one, "kept ");
	buf_reserve(&one, 100000);
	assert_holds(&one, "kept ");
	assert_int_equal(one.size, 5 + 100000 + 1);
	data = one.data;
	while (one.len < 100005)
		buf_add_char(&one, 'x');
	assert_ptr_equal(one.data, data);
	buf_add_char(&one, 'y');
	assert_int_equal(one.len, 100006);
	assert_memory_equal(one.data, "kept xxx", 8);
	assert_int_equal(one.data[100005], 'y');
}

/* The contents must not change under the other one. */
static void room_in_common_memory_is_ones_own(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;

	(void)state;
	share(&one, &two);
	buf_reserve(&one, 1);
	buf_add_char(&one, '!');
	assert_holds(&one, "in common!");
	assert_holds(&two, "in common");
}

static void room_that_there_cannot_be_is_a_failure(void **state)
{
	BUF_AUTO one = BUF_INIT;

	(void)state;
	buf_add_text(&one, "kept");
	buf_reserve(&one, SIZE_MAX / 2);
	assert_false(buf_ok(&one));
	assert_int_equal(one.len, 4);
}

/* What came is what the buffer holds, and no more is wiped later. */
static void room_is_filled_as_far_as_something_came(void **state)
{
	BUF_AUTO one = BUF_INIT;
	BUF_AUTO two = BUF_INIT;
	char *room;

	(void)state;
	share(&one, &two);
	room = buf_room(&one, 100000);
	assert_non_null(room);
	memcpy(room, "!??", 3);
	buf_filled(&one, 1);
	assert_holds(&one, "in common!");
	assert_holds(&two, "in common");
	assert_int_equal(one.used, one.len);
	assert_null(buf_room(&one, SIZE_MAX / 2));
	assert_false(buf_ok(&one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_adds_gets_memory_of_its_own),
		cmocka_unit_test(who_is_cut_short_gets_memory_of_its_own),
		cmocka_unit_test(who_forgets_leaves_the_others_theirs),
		cmocka_unit_test(who_is_left_alone_has_the_memory),
		cmocka_unit_test(what_is_stolen_is_ones_own),
		cmocka_unit_test(what_was_there_before_is_given_back),
		cmocka_unit_test(a_failed_buffer_shares_its_failure),
		cmocka_unit_test(what_fits_into_reserved_room_moves_nothing),
		cmocka_unit_test(room_in_common_memory_is_ones_own),
		cmocka_unit_test(room_that_there_cannot_be_is_a_failure),
		cmocka_unit_test(room_is_filled_as_far_as_something_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
