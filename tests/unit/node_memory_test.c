/*
 * Nodes when memory ends: what cannot be done is reported, and nothing has changed.
 *
 * The module is compiled into the test, with an allocator that fails at the wanted call.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many more allocations succeed before all fail; -1: all succeed. */
static long allowed = -1;

static bool is_refused(void)
{
	if (allowed > 0) {
		allowed--;
		return false;
	}
	return allowed == 0;
}

static void *scarce_malloc(size_t size)
{
	return is_refused() ? NULL : malloc(size);
}

static void *scarce_calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : calloc(count, size);
}

#define malloc scarce_malloc
#define calloc scarce_calloc
#include "plist/base/pages.c"
#include "plist/base/slots.c"
#include "plist/node_index.c"
#include "plist/node.c"
#undef malloc
#undef calloc

/* The `n`th allocation from now on (from 1), and all after it, fail. */
static void fail_at(long n)
{
	allowed = n - 1;
}

static void fail_never(void)
{
	allowed = -1;
}

static struct node *read_dict(unsigned children)
{
	struct node *dict = node_new(NODE_DICT), *child;
	char key[16];
	bool duplicate;

	assert_non_null(dict);
	dict->source.element = span_of(1, 2);
	for (unsigned i = 0; i < children; i++) {
		snprintf(key, sizeof(key), "%u", i);
		child = node_new(NODE_STRING);
		assert_int_equal(node_set_string(child, key), 0);
		assert_int_equal(node_append_source(dict, child, key, strlen(key), &duplicate), 0);
		child->source.element = span_of(i + 3, i + 4);
	}
	return dict;
}

static void assert_same(const struct node *dict, const struct node *expected)
{
	assert_true(node_equal(dict, expected, true));
	for (const struct node *child = node_first(dict); child; child = node_next(child))
		assert_ptr_equal(node_find(dict, child->key, child->key_len), child);
}

/* Fails the first, the second, ... allocation of `step` until it succeeds. How often it failed. */
static long try_until_done(int (*step)(struct node *dict), struct node *dict)
{
	struct node *before = node_copy(dict, true);
	long failures = 0;
	int result;

	assert_non_null(before);
	for (;;) {
		fail_at(failures + 1);
		result = step(dict);
		fail_never();
		if (result == 0)
			break;
		failures++;
		assert_same(dict, before);
		assert_int_equal(node_differs(dict), node_differs(before));
	}
	node_free(before);
	return failures;
}

static int insert_new(struct node *dict)
{
	static unsigned made;
	struct node *child;
	char key[16];
	long left = allowed;
	int result;

	fail_never();
	child = node_new(NODE_STRING);
	allowed = left;
	snprintf(key, sizeof(key), "new%u", ++made);
	result = node_insert(dict, NULL, child, key, strlen(key));
	if (result < 0)
		node_free(child);
	return result;
}

static int make_again(struct node *dict)
{
	struct node *child;
	long left = allowed;
	int result;

	fail_never();
	child = node_new(NODE_STRING);
	allowed = left;
	result = node_insert(dict, NULL, child, "1", 1);
	if (result < 0)
		node_free(child);
	return result;
}

static int set_first(struct node *dict)
{
	return node_set_string(node_first(dict), "something new");
}

static int set_all(struct node *dict)
{
	return node_set_string(dict, "something new");
}

static int take_first(struct node *dict)
{
	struct node *taken = node_take(node_first(dict));

	node_free(taken);
	return taken ? 0 : -1;
}

static int copy_all(struct node *dict)
{
	struct node *copy = node_copy(dict, true);

	if (copy)
		assert_same(copy, dict);
	node_free(copy);
	return copy ? 0 : -1;
}

static void an_insertion_that_fails_changes_nothing(void **state)
{
	long failures = 0;

	(void)state;
	for (unsigned size = 0; size < 400; size++) {
		struct node *dict = read_dict(size);

		failures += try_until_done(insert_new, dict);
		assert_int_equal(node_count(dict), size + 1);
		node_free(dict);
	}
	assert_true(failures > 400);
}

static void a_key_that_cannot_be_made_again_can_come_back(void **state)
{
	struct node *dict = read_dict(3), *first = node_get(dict, "1");

	(void)state;
	assert_non_null(first);
	node_remove(first);
	assert_true(try_until_done(make_again, dict) > 0);
	assert_ptr_equal(node_displaced(node_get(dict, "1")), first);
	node_remove(node_get(dict, "1"));
	assert_ptr_equal(node_find_removed(dict, "1", 1), first);
	fail_at(1);
	node_revive(first);
	fail_never();
	assert_ptr_equal(node_get(dict, "1"), first);
	node_free(dict);
}

static void an_array_needs_no_memory_to_take_a_child(void **state)
{
	struct node *array = node_new(NODE_ARRAY);

	(void)state;
	assert_int_equal(try_until_done(insert_new, array), 0);
	node_free(array);
}

static void a_value_that_cannot_be_set_stays(void **state)
{
	struct node *dict = read_dict(3);

	(void)state;
	assert_int_equal(try_until_done(set_first, dict), 3);
	assert_int_equal(try_until_done(set_all, dict), 2);
	assert_int_equal(dict->type, NODE_STRING);
	assert_int_equal(node_was(dict)->type, NODE_DICT);
	node_free(dict);
}

static void what_cannot_be_taken_stays(void **state)
{
	struct node *dict = read_dict(3);

	(void)state;
	assert_int_equal(try_until_done(take_first, dict), 2);
	assert_int_equal(node_count(dict), 2);
	node_free(dict);
}

static void a_copy_that_cannot_be_made_leaves_nothing(void **state)
{
	struct node *dict = read_dict(20);

	(void)state;
	assert_int_equal(node_set_string(node_first(dict), "new"), 0);
	node_remove(node_first(dict)->next);
	assert_true(try_until_done(copy_all, dict) > 60);
	node_free(dict);
}

static void a_duplicate_key_that_cannot_be_added_shadows_nothing(void **state)
{
	struct node *dict = read_dict(3), *child = node_new(NODE_STRING);
	bool duplicate = true;

	(void)state;
	fail_at(1);
	assert_int_equal(node_append_source(dict, child, "1", 1, &duplicate), -1);
	fail_never();
	assert_false(duplicate);
	assert_int_equal(node_count(dict), 3);
	assert_non_null(node_get(dict, "1"));
	node_free(child);
	node_free(dict);
}

static int make_array(struct node *dict)
{
	return node_set_container(node_get(dict, "1"), NODE_ARRAY);
}

static int make_dict_array(struct node *dict)
{
	return node_set_container(dict, NODE_ARRAY);
}

static void what_cannot_become_a_container_stays(void **state)
{
	struct node *dict = read_dict(3);

	(void)state;
	assert_int_equal(try_until_done(make_array, dict), 2);
	assert_int_equal(node_get(dict, "1")->type, NODE_ARRAY);
	assert_true(scalar_is(node_was(node_get(dict, "1")), "1", 1));
	assert_int_equal(try_until_done(make_dict_array, dict), 1);
	assert_int_equal(node_count(dict), 0);
	node_free(dict);
}

static void removing_reviving_and_emptying_need_no_memory(void **state)
{
	struct node *dict = read_dict(3), *one = node_get(dict, "1"), *made = node_new(NODE_STRING);

	(void)state;
	node_remove(one);
	assert_int_equal(node_insert(dict, NULL, made, "1", 1), 0);
	fail_at(1);
	node_mark_removed(made);
	node_revive(one);
	assert_ptr_equal(node_get(dict, "1"), one);
	node_remove(made);
	assert_int_equal(node_set_container(dict, NODE_DICT), 0);
	assert_false(dict->changed);
	assert_int_equal(node_count(dict), 0);
	fail_never();
	node_free(dict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_insertion_that_fails_changes_nothing),
		cmocka_unit_test(a_key_that_cannot_be_made_again_can_come_back),
		cmocka_unit_test(an_array_needs_no_memory_to_take_a_child),
		cmocka_unit_test(a_value_that_cannot_be_set_stays),
		cmocka_unit_test(what_cannot_be_taken_stays),
		cmocka_unit_test(a_copy_that_cannot_be_made_leaves_nothing),
		cmocka_unit_test(a_duplicate_key_that_cannot_be_added_shadows_nothing),
		cmocka_unit_test(what_cannot_become_a_container_stays),
		cmocka_unit_test(removing_reviving_and_emptying_need_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
