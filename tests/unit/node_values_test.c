/* The values of nodes: what counts as changed, what is a placeholder, and what is equal to its copy. */
#include "tests/unit/made_nodes.h"
#include "tests/unit/text_in.h"

/* --- values ------------------------------------------------------------------------------------------- */

static void the_old_value_set_again_is_no_change(void **state)
{
	struct node *dict = read_abc();
	struct node *a = node_get(dict, "a");

	(void)state;
	assert_int_equal(node_set_string(a, "1"), 0);
	assert_false(a->changed);
	assert_int_equal(node_set_string(a, "new"), 0);
	assert_int_equal(node_set_string(a, "newer"), 0);
	assert_true(a->changed);
	assert_true(scalar_is(node_was(a), "1", 1));
	assert_true(node_differs(dict));

	assert_int_equal(node_set(a, NODE_INTEGER, "1", 1), 0);
	assert_true(a->changed);
	assert_int_equal(a->type, NODE_INTEGER);
	assert_int_equal(node_set_string(a, "1"), 0);
	assert_false(a->changed);
	assert_null(node_was(a));
	assert_int_equal(a->type, NODE_STRING);
	assert_false(node_differs(dict));
	node_free(dict);
}

static void a_value_may_be_set_to_a_part_of_itself(void **state)
{
	struct node *node = new_scalar(NODE_STRING, "abcdef");

	(void)state;
	assert_int_equal(node_set(node, NODE_STRING, node->value.at + 2, 3), 0);
	assert_string_equal(text_in(node), "cde");
	node_free(node);
}

static void a_value_may_hold_any_byte(void **state)
{
	struct node *node = new_scalar(NODE_DATA, "");

	(void)state;
	assert_int_equal(node_set(node, NODE_DATA, "a\0b", 3), 0);
	assert_int_equal(node->value.len, 3);
	assert_memory_equal(node->value.at, "a\0b", 3);
	assert_int_equal(node_set(node, NODE_DATA, NULL, 0), 0);
	assert_string_equal(text_in(node), "");
	node_free(node);
}

static void what_is_new_is_never_changed(void **state)
{
	struct node *node = new_scalar(NODE_STRING, "1");

	(void)state;
	assert_int_equal(node_set_string(node, "2"), 0);
	node_set_container(node, NODE_DICT);
	assert_int_equal(node_set_string(node, "3"), 0);
	assert_false(node->changed);
	assert_null(node_was(node));
	node_free(node);
}

static void what_has_a_place_but_no_range_still_knows_that_it_changed(void **state)
{
	struct node *dict = node_new(NODE_DICT);
	struct node *child = new_scalar(NODE_STRING, "1");
	bool duplicate;

	(void)state;
	assert_int_equal(node_append_source(dict, child, "a", 1, &duplicate), 0);
	assert_int_equal(node_set_string(child, "2"), 0);
	assert_true(node_differs(dict));
	assert_int_equal(node_set_string(child, "1"), 0);
	assert_false(node_differs(dict));
	node_free(dict);
}

static void a_container_that_becomes_a_scalar_and_back_knows_its_children(void **state)
{
	struct node *root = read_abc();
	struct node *inner = read_child(root, read_abc(), "d"), *a = node_get(inner, "a");

	(void)state;
	add_string(inner, NULL, "x", "");
	assert_int_equal(node_set_string(inner, "text"), 0);
	assert_true(inner->changed);
	assert_int_equal(inner->type, NODE_STRING);
	assert_int_equal(node_count(inner), 0);
	assert_null(node_first(inner));
	assert_ptr_equal(node_first_link(inner), a);
	assert_string_equal(node_last_link(inner)->key, "c");

	node_set_container(inner, NODE_DICT);
	assert_false(inner->changed);
	assert_string_equal(text_in(inner), "");
	assert_ptr_equal(node_find_removed(inner, "a", 1), a);
	node_revive(a);
	node_revive(node_find_removed(inner, "b", 1));
	assert_true(node_differs(root));
	node_revive(node_find_removed(inner, "c", 1));
	assert_false(node_differs(root));
	node_free(root);
}

static void a_scalar_that_becomes_a_container_and_back_is_unchanged(void **state)
{
	struct node *dict = read_abc();
	struct node *a = node_get(dict, "a");

	(void)state;
	node_set_container(a, NODE_ARRAY);
	assert_true(a->changed);
	assert_int_equal(a->value.type, NODE_ARRAY);
	add_string(a, NULL, NULL, "x");
	node_set_container(a, NODE_DICT);
	assert_int_equal(node_count(a), 0);
	add_string(a, NULL, "k", "x");
	assert_int_equal(node_set_string(a, "1"), 0);
	assert_false(node_differs(dict));
	assert_null(node_first_link(a));
	node_free(dict);
}

static void a_container_of_the_same_type_is_only_emptied(void **state)
{
	struct node *dict = read_abc();

	(void)state;
	node_set_container(dict, NODE_DICT);
	assert_int_equal(node_count(dict), 0);
	assert_false(dict->changed);
	assert_true(node_differs(dict));
	node_free(dict);
}

/* --- placeholders ------------------------------------------------------------------------------------- */

static void what_a_user_writes_is_a_placeholder_if_it_reads_as_one(void **state)
{
	struct node *node = new_scalar(NODE_INTEGER, "$FLEET_VAR_PORT");

	(void)state;
	assert_true(node_is_placeholder(node));
	assert_int_equal(node_set(node, NODE_INTEGER, "5", 1), 0);
	assert_false(node_is_placeholder(node));
	assert_int_equal(node_set(node, NODE_DATA, "$USERNAME", 9), 0);
	assert_true(node_is_placeholder(node));
	assert_int_equal(node_set_string(node, "$USERNAME"), 0);
	assert_false(node_is_placeholder(node));
	node_set_container(node, NODE_DICT);
	assert_false(node_is_placeholder(node));
	node_free(node);
}

static void data_that_only_spells_a_placeholder_stays_data_when_it_is_set_again(void **state)
{
	struct node *dict = node_new(NODE_DICT);
	struct node *child = read_child(dict, new_scalar(NODE_DATA, "$USERNAME"), "a");

	(void)state;
	child->value.placeholder = false;
	assert_int_equal(node_set(child, NODE_DATA, "$USERNAME", 9), 0);
	assert_false(node_is_placeholder(child));
	assert_int_equal(node_set(child, NODE_DATA, "$EMAIL", 6), 0);
	assert_true(node_is_placeholder(child));
	assert_int_equal(node_set(child, NODE_DATA, "$USERNAME", 9), 0);
	assert_false(node_is_placeholder(child));
	assert_false(child->changed);
	node_free(dict);
}

/* --- copies and comparison ---------------------------------------------------------------------------- */

static void a_copy_is_equal_and_stands_alone(void **state)
{
	struct node *root = read_abc(), *copy;

	(void)state;
	read_child(root, read_abc(), "d");
	node_remove(node_get(root, "b"));
	add_string(root, NULL, "x", "new");
	copy = node_copy(root, false);
	assert_non_null(copy);
	assert_true(node_equal(root, copy, true));
	assert_null(copy->parent);
	assert_int_equal(copy->source.element.end, 0);
	assert_int_equal(node_get(copy, "d")->source.element.end, 0);
	assert_false(node_get(copy, "a")->placed);
	assert_null(node_find_removed(copy, "b", 1));
	node_free(root);
	assert_string_equal(listing(copy), "acdx");
	node_free(copy);
}

static void a_copy_that_borrows_differs_from_the_source_as_the_original_does(void **state)
{
	struct node *root = read_abc(), *same = node_copy(root, true), *edited;

	(void)state;
	assert_false(node_differs(same));
	assert_int_equal(same->source.element.start, root->source.element.start);
	assert_int_equal(node_get(same, "b")->source.key.start, node_get(root, "b")->source.key.start);

	assert_int_equal(node_set_string(node_get(root, "a"), "new"), 0);
	node_remove(node_get(root, "b"));
	edited = node_copy(root, true);
	assert_true(node_equal(root, edited, true));
	assert_true(node_differs(edited));
	assert_null(node_find_removed(edited, "b", 1));
	assert_true(node_first_link(edited)->next->removed && node_first_link(edited)->next->placed);
	assert_int_equal(node_set_string(node_get(edited, "a"), "1"), 0);
	assert_false(node_get(edited, "a")->changed);
	node_free(root);
	node_free(same);
	node_free(edited);
}

static void equality_is_of_types_keys_and_values(void **state)
{
	struct node *a = read_abc(), *b = read_abc();

	(void)state;
	assert_true(node_equal(a, b, true));
	assert_int_equal(node_set_string(node_get(b, "c"), "x"), 0);
	assert_false(node_equal(a, b, false));
	assert_int_equal(node_set(node_get(b, "c"), NODE_INTEGER, "3", 1), 0);
	assert_false(node_equal(a, b, false));
	node_remove(node_get(b, "c"));
	assert_false(node_equal(a, b, false));
	assert_false(node_equal(b, a, false));
	add_string(b, NULL, "d", "3");
	assert_false(node_equal(a, b, false));
	node_free(a);
	node_free(b);
}

static void the_order_of_a_dict_counts_only_when_asked_for(void **state)
{
	struct node *a = read_abc(), *b = node_new(NODE_DICT), *list = node_new(NODE_ARRAY),
		    *turned = node_new(NODE_ARRAY);

	(void)state;
	add_string(b, NULL, "c", "3");
	add_string(b, NULL, "a", "1");
	add_string(b, NULL, "b", "2");
	assert_true(node_equal(a, b, false));
	assert_false(node_equal(a, b, true));
	add_string(list, NULL, NULL, "1");
	add_string(list, NULL, NULL, "2");
	add_string(turned, NULL, NULL, "2");
	add_string(turned, NULL, NULL, "1");
	assert_false(node_equal(list, turned, false));
	assert_false(node_equal(a, list, false));
	node_free(a);
	node_free(b);
	node_free(list);
	node_free(turned);
}

static void data_and_a_placeholder_of_the_same_bytes_are_not_equal(void **state)
{
	struct node *a = new_scalar(NODE_DATA, "$USERNAME"), *b = new_scalar(NODE_DATA, "$USERNAME");

	(void)state;
	assert_true(node_equal(a, b, true));
	b->value.placeholder = false;
	assert_false(node_equal(a, b, true));
	node_free(a);
	node_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_old_value_set_again_is_no_change),
		cmocka_unit_test(a_value_may_be_set_to_a_part_of_itself),
		cmocka_unit_test(a_value_may_hold_any_byte),
		cmocka_unit_test(what_is_new_is_never_changed),
		cmocka_unit_test(what_has_a_place_but_no_range_still_knows_that_it_changed),
		cmocka_unit_test(a_container_that_becomes_a_scalar_and_back_knows_its_children),
		cmocka_unit_test(a_scalar_that_becomes_a_container_and_back_is_unchanged),
		cmocka_unit_test(a_container_of_the_same_type_is_only_emptied),
		cmocka_unit_test(what_a_user_writes_is_a_placeholder_if_it_reads_as_one),
		cmocka_unit_test(data_that_only_spells_a_placeholder_stays_data_when_it_is_set_again),
		cmocka_unit_test(a_copy_is_equal_and_stands_alone),
		cmocka_unit_test(a_copy_that_borrows_differs_from_the_source_as_the_original_does),
		cmocka_unit_test(equality_is_of_types_keys_and_values),
		cmocka_unit_test(the_order_of_a_dict_counts_only_when_asked_for),
		cmocka_unit_test(data_and_a_placeholder_of_the_same_bytes_are_not_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
