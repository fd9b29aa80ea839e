/* The tree of nodes: what stays in its place, what comes back, and that lists and lookups agree whatever happens. */
#include <stdio.h>

#include "tests/unit/made_nodes.h"
#include "tests/unit/text_in.h"

/* --- lists and lookups -------------------------------------------------------------------------------- */

static void types_have_the_names_that_messages_use(void **state)
{
	(void)state;
	for (int type = 0; type < NODE_TYPE_COUNT; type++)
		assert_int_equal(node_type_from_name(node_type_name((enum node_type)type)), type);
	assert_string_equal(node_type_name(NODE_DATA), "data");
	assert_int_equal(node_type_from_name("Data"), NODE_TYPE_COUNT);
	assert_int_equal(node_type_from_name(""), NODE_TYPE_COUNT);
}

static void a_new_scalar_is_empty_text(void **state)
{
	struct node *node = node_new(NODE_STRING);

	(void)state;
	assert_string_equal(text_in(node), "");
	assert_non_null(node->value.at);
	assert_int_equal(node->value.type, NODE_STRING);
	node_free(node);
	node_free(NULL);
}

static void children_are_found_by_key_and_by_place(void **state)
{
	struct node *dict = read_abc();

	(void)state;
	assert_string_equal(listing(dict), "abc");
	assert_string_equal(text_in(node_get(dict, "b")), "2");
	assert_null(node_get(dict, "d"));
	assert_null(node_get(dict, ""));
	node_free(dict);
}

static void keys_may_be_empty_or_hold_any_byte(void **state)
{
	struct node *dict = node_new(NODE_DICT);
	bool duplicate;

	(void)state;
	assert_int_equal(node_append_source(dict, new_scalar(NODE_STRING, "x"), "", 0, &duplicate), 0);
	assert_int_equal(node_append_source(dict, new_scalar(NODE_STRING, "y"), "a\0b", 3, &duplicate), 0);
	assert_string_equal(text_in(node_get(dict, "")), "x");
	assert_string_equal(text_in(node_find(dict, "a\0b", 3)), "y");
	assert_null(node_get(dict, "a"));
	node_free(dict);
}

static void new_children_go_where_they_are_put(void **state)
{
	struct node *dict = read_abc();

	(void)state;
	add_string(dict, node_get(dict, "b"), "x", "");
	add_string(dict, node_first(dict), "y", "");
	add_string(dict, NULL, "z", "");
	assert_string_equal(listing(dict), "yaxbcz");
	assert_false(node_get(dict, "x")->placed);
	node_free(dict);
}

static void a_key_that_is_there_is_not_inserted_again(void **state)
{
	struct node *dict = read_abc();
	struct node *other = new_scalar(NODE_STRING, "other");

	(void)state;
	assert_int_equal(node_insert(dict, NULL, other, "a", 1), -1);
	assert_string_equal(listing(dict), "abc");
	node_free(other);
	node_free(dict);
}

static void the_last_of_duplicate_keys_is_the_one_that_is_seen(void **state)
{
	struct node *dict = read_abc();
	struct node *first = node_get(dict, "a");
	struct node *last = new_scalar(NODE_STRING, "9");
	bool duplicate = false;

	(void)state;
	assert_int_equal(node_append_source(dict, last, "a", 1, &duplicate), 0);
	assert_true(duplicate);
	assert_true(first->shadowed);
	assert_string_equal(listing(dict), "bca");
	assert_ptr_equal(node_get(dict, "a"), last);
	assert_false(node_differs(dict));

	node_remove(last);
	assert_null(node_get(dict, "a"));
	assert_string_equal(listing(dict), "bc");
	node_free(dict);
}

static void an_array_has_places_and_no_keys(void **state)
{
	struct node *array = node_new(NODE_ARRAY);

	(void)state;
	read_string(array, NULL, "1");
	read_string(array, NULL, "2");
	add_string(array, node_at(array, 1), NULL, "x");
	assert_string_equal(listing(array), "1x2");
	node_remove(node_at(array, 0));
	assert_string_equal(listing(array), "x2");
	node_revive(node_first_link(array));
	assert_string_equal(listing(array), "1x2");
	node_free(array);
}

/* --- removing and coming back ------------------------------------------------------------------------- */

static void a_child_of_the_source_keeps_its_place_when_it_is_removed(void **state)
{
	struct node *dict = read_abc();
	struct node *b = node_get(dict, "b");

	(void)state;
	node_remove(b);
	assert_string_equal(listing(dict), "ac");
	assert_null(node_get(dict, "b"));
	assert_ptr_equal(node_find_removed(dict, "b", 1), b);
	assert_ptr_equal(node_first_link(dict)->next, b);
	assert_true(node_differs(dict));

	node_revive(b);
	assert_string_equal(listing(dict), "abc");
	assert_ptr_equal(node_get(dict, "b"), b);
	assert_null(node_find_removed(dict, "b", 1));
	assert_string_equal(text_in(b), "2");
	assert_false(node_differs(dict));
	node_free(dict);
}

static void removing_or_reviving_twice_is_doing_it_once(void **state)
{
	struct node *dict = read_abc();
	struct node *b = node_get(dict, "b");

	(void)state;
	node_remove(b);
	node_mark_removed(b);
	assert_int_equal(node_count(dict), 2);
	node_revive(b);
	node_revive(b);
	assert_int_equal(node_count(dict), 3);
	node_free(dict);
}

static void a_new_child_that_is_removed_leaves_no_trace(void **state)
{
	struct node *dict = read_abc();

	(void)state;
	node_remove(add_string(dict, NULL, "x", ""));
	assert_null(node_find_removed(dict, "x", 1));
	assert_string_equal(listing(dict), "abc");
	assert_false(node_differs(dict));
	node_free(dict);
}

static void a_new_child_that_is_marked_can_come_back_until_the_purge(void **state)
{
	struct node *dict = read_abc();
	struct node *x = add_string(dict, node_get(dict, "b"), "x", "new");

	(void)state;
	node_mark_removed(x);
	assert_ptr_equal(node_find_removed(dict, "x", 1), x);
	assert_false(node_differs(dict));
	node_revive(x);
	assert_string_equal(listing(dict), "axbc");
	node_mark_removed(x);
	node_purge(dict);
	assert_null(node_find_removed(dict, "x", 1));
	assert_string_equal(listing(dict), "abc");
	node_free(dict);
}

static void the_purge_leaves_what_came_from_the_source(void **state)
{
	struct node *dict = read_abc();
	struct node *b = node_get(dict, "b");
	struct node *inner = read_child(dict, read_abc(), "d");

	(void)state;
	node_mark_removed(add_string(inner, NULL, "x", ""));
	node_remove(b);
	node_purge(dict);
	assert_ptr_equal(node_find_removed(dict, "b", 1), b);
	assert_ptr_equal(node_last_link(inner), node_get(inner, "c"));
	node_free(dict);
}

static void the_removed_one_of_a_key_gets_its_name_back_when_the_new_one_goes(void **state)
{
	struct node *dict = read_abc();
	struct node *old = node_get(dict, "b");
	struct node *made;

	(void)state;
	node_remove(old);
	made = add_string(dict, NULL, "b", "new");
	assert_string_equal(listing(dict), "acb");
	assert_ptr_equal(node_get(dict, "b"), made);
	assert_null(node_find_removed(dict, "b", 1));
	assert_ptr_equal(node_first_link(dict)->next, old);
	assert_true(node_differs(dict));

	node_remove(made);
	assert_ptr_equal(node_find_removed(dict, "b", 1), old);
	node_revive(old);
	assert_string_equal(listing(dict), "abc");
	assert_false(node_differs(dict));
	node_free(dict);
}

static void the_one_removed_last_is_found_and_any_can_come_back(void **state)
{
	struct node *dict = read_abc();
	struct node *first = node_get(dict, "b"), *second, *third;

	(void)state;
	node_remove(first);
	second = add_string(dict, NULL, "b", "second");
	node_mark_removed(second);
	third = add_string(dict, NULL, "b", "third");
	node_mark_removed(third);
	assert_ptr_equal(node_find_removed(dict, "b", 1), third);

	node_revive(second);
	assert_ptr_equal(node_get(dict, "b"), second);
	node_revive(first);
	assert_true(first->removed);
	node_mark_removed(second);
	node_revive(first);
	assert_ptr_equal(node_get(dict, "b"), first);

	node_purge(dict);
	assert_ptr_equal(node_get(dict, "b"), first);
	assert_string_equal(listing(dict), "abc");
	node_free(dict);
}

static void a_removed_one_can_be_freed_from_under_the_one_that_is_there(void **state)
{
	struct node *dict = read_abc();
	struct node *made, *again;

	(void)state;
	made = add_string(dict, NULL, "x", "1");
	node_mark_removed(made);
	again = add_string(dict, NULL, "x", "2");
	node_purge(dict);
	assert_ptr_equal(node_get(dict, "x"), again);
	node_remove(again);
	assert_null(node_find_removed(dict, "x", 1));
	node_free(dict);
}

/* --- moving ------------------------------------------------------------------------------------------- */

static void what_is_taken_leaves_its_place_behind(void **state)
{
	struct node *dict = read_abc();
	struct node *b = node_get(dict, "b");
	struct span element = b->source.element;

	(void)state;
	assert_ptr_equal(node_take(b), b);
	assert_null(b->parent);
	assert_false(b->placed);
	assert_int_equal(b->source.element.start, element.start);
	assert_string_equal(listing(dict), "ac");
	assert_null(node_find_removed(dict, "b", 1));
	assert_true(node_first_link(dict)->next->removed && node_first_link(dict)->next->placed);
	assert_int_equal(node_first_link(dict)->next->source.element.start, element.start);
	assert_string_equal(node_first_link(dict)->next->key, "b");
	assert_true(node_differs(dict));

	assert_int_equal(node_insert(dict, NULL, b, b->key, b->key_len), 0);
	assert_ptr_equal(node_get(dict, "b"), b);
	assert_string_equal(listing(dict), "acb");
	node_free(dict);
}

static void what_is_new_is_taken_without_a_trace(void **state)
{
	struct node *dict = read_abc();
	struct node *x = add_string(dict, NULL, "x", "");

	(void)state;
	assert_ptr_equal(node_take(x), x);
	assert_false(node_differs(dict));
	assert_string_equal(listing(dict), "abc");
	node_free(x);
	node_free(dict);
}

static void what_is_below_a_moved_directory_moves_along(void **state)
{
	struct node *root = read_abc(), *array = node_new(NODE_ARRAY);
	struct node *inner = read_child(root, read_abc(), "d"), *a = node_get(inner, "a");

	(void)state;
	read_child(root, array, "e");
	assert_ptr_equal(node_take(inner), inner);
	assert_int_equal(node_insert(array, NULL, inner, NULL, 0), 0);
	assert_null(inner->key);
	assert_ptr_equal(node_get(inner, "a"), a);
	assert_true(a->placed);
	assert_false(node_differs(inner));
	assert_true(node_differs(array));
	assert_int_equal(node_set_string(a, "new"), 0);
	assert_true(node_differs(inner));
	node_free(root);
}

static void a_key_that_is_moved_away_gives_way_to_the_one_it_had_displaced(void **state)
{
	struct node *dict = read_abc();
	struct node *old = node_get(dict, "b"), *a = node_get(dict, "a");

	(void)state;
	node_remove(old);
	assert_ptr_equal(node_take(a), a);
	assert_int_equal(node_insert(dict, NULL, a, "b", 1), 0);
	assert_ptr_equal(node_get(dict, "b"), a);
	assert_ptr_equal(node_take(a), a);
	assert_ptr_equal(node_find_removed(dict, "b", 1), old);
	assert_int_equal(node_insert(dict, NULL, a, "z", 1), 0);
	assert_string_equal(listing(dict), "cz");
	node_free(dict);
}

/* --- size --------------------------------------------------------------------------------------------- */

#define MANY 300000

static void a_large_dict_is_filled_searched_and_emptied_quickly(void **state)
{
	struct node *dict = node_new(NODE_DICT), *child;
	char key[16];
	bool duplicate;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "%d", i);
		child = node_new(NODE_DICT);
		assert_int_equal(node_append_source(dict, child, key, strlen(key), &duplicate), 0);
	}
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "%d", i);
		assert_non_null(node_get(dict, key));
		node_remove(node_get(dict, key));
		assert_int_equal(node_insert(dict, NULL, node_new(NODE_ARRAY), key, strlen(key)), 0);
	}
	assert_int_equal(node_count(dict), MANY);
	for (child = node_first(dict); child; child = node_next(child))
		node_mark_removed(child);
	node_purge(dict);
	assert_int_equal(node_count(dict), 0);
	assert_non_null(node_find_removed(dict, "7", 1));
	node_free(dict);
}

static void a_deep_tree_is_freed_without_a_deep_stack(void **state)
{
	struct node *root = node_new(NODE_ARRAY), *at = root, *child;

	(void)state;
	for (int i = 0; i < 1000000; i++, at = child) {
		child = node_new(NODE_ARRAY);
		assert_int_equal(node_insert(at, NULL, child, NULL, 0), 0);
	}
	node_free(root);
}

/* --- whatever happens --------------------------------------------------------------------------------- */

#define SOURCE_CHILDREN 6
#define KEYS            8

/* What must hold of a dict at any time. */
static void assert_holds(const struct node *dict, struct node *const *placed)
{
	size_t there = 0, met = 0;

	for (const struct node *child = node_first_link(dict); child; child = child->next) {
		assert_ptr_equal(child->next ? child->next->prev : node_last_link(dict), child);
		if (child->placed) {
			assert_int_equal(child->source.element.start, placed[met]->source.element.start);
			met++;
		}
		if (child->removed)
			continue;
		there++;
		assert_ptr_equal(node_find(dict, child->key, child->key_len), child);
	}
	assert_int_equal(met, SOURCE_CHILDREN);
	assert_int_equal(there, node_count(dict));
}

static struct node *random_child(const struct node *dict, bool removed)
{
	struct node *found = NULL, *child;
	long seen = 0;

	for (child = node_first_link(dict); child; child = child->next)
		if (child->removed == removed && child->value.type == NODE_STRING && random() % ++seen == 0)
			found = child;
	return found;
}

static void random_step(struct node *dict)
{
	char key[2] = { (char)('a' + random() % KEYS), '\0' };
	struct node *child = random_child(dict, false), *removed = random_child(dict, true), *taken;

	switch (random() % 7) {
	case 0:
	case 1:
		if (!node_get(dict, key))
			add_string(dict, child, key, key);
		break;
	case 2:
		if (child)
			node_remove(child);
		break;
	case 3:
		if (child)
			node_mark_removed(child);
		break;
	case 4:
		if (removed) {
			struct node *there = node_get(dict, removed->key);

			node_revive(removed);
			assert_true(there ? removed->removed : !removed->removed);
		}
		break;
	case 5:
		taken = child ? node_take(child) : NULL;
		if (taken && node_insert(dict, NULL, taken, key, 1) < 0)
			assert_int_equal(node_insert(dict, NULL, taken, taken->key, taken->key_len), 0);
		break;
	default:
		if (random() % 16 == 0)
			node_purge(dict);
		break;
	}
}

static void lists_and_lookups_agree_whatever_happens(void **state)
{
	(void)state;
	srandom(1);
	for (int round = 0; round < 400; round++) {
		struct node *dict = node_new(NODE_DICT), *placed[SOURCE_CHILDREN],
			    *source = node_new(NODE_DICT);
		struct node *copy;

		for (int i = 0; i < SOURCE_CHILDREN; i++) {
			char key[2] = { (char)('a' + i), '\0' };

			placed[i] = read_string(source, key, key);
			read_string(dict, key, key)->source = placed[i]->source;
		}
		for (int i = 0; i < 200; i++) {
			random_step(dict);
			assert_holds(dict, placed);
		}
		copy = node_copy(dict, true);
		assert_holds(copy, placed);
		assert_true(node_equal(copy, dict, true));
		assert_int_equal(node_differs(copy), node_differs(dict));
		node_free(copy);
		node_free(dict);
		node_free(source);
	}
}

static void the_nearest_that_is_there_is_found_on_either_side(void **state)
{
	struct node *dict = read_abc(), *a = node_get(dict, "a"), *b = node_get(dict, "b"), *c = node_get(dict, "c");
	struct node *d = read_string(dict, "d", "D");
	bool after;

	(void)state;
	assert_ptr_equal(node_nearest(b, &after), c);
	assert_true(after);
	assert_ptr_equal(node_nearest(d, &after), c);
	assert_false(after);
	node_remove(b);
	node_remove(c);
	assert_ptr_equal(node_nearest(b, &after), a);
	assert_false(after);
	assert_ptr_equal(node_nearest(c, &after), d);
	assert_true(after);
	node_remove(d);
	assert_ptr_equal(node_nearest(d, &after), a);
	assert_false(after);
	assert_null(node_nearest(a, &after));
	node_free(dict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_have_the_names_that_messages_use),
		cmocka_unit_test(a_new_scalar_is_empty_text),
		cmocka_unit_test(children_are_found_by_key_and_by_place),
		cmocka_unit_test(the_nearest_that_is_there_is_found_on_either_side),
		cmocka_unit_test(keys_may_be_empty_or_hold_any_byte),
		cmocka_unit_test(new_children_go_where_they_are_put),
		cmocka_unit_test(a_key_that_is_there_is_not_inserted_again),
		cmocka_unit_test(the_last_of_duplicate_keys_is_the_one_that_is_seen),
		cmocka_unit_test(an_array_has_places_and_no_keys),
		cmocka_unit_test(a_child_of_the_source_keeps_its_place_when_it_is_removed),
		cmocka_unit_test(removing_or_reviving_twice_is_doing_it_once),
		cmocka_unit_test(a_new_child_that_is_removed_leaves_no_trace),
		cmocka_unit_test(a_new_child_that_is_marked_can_come_back_until_the_purge),
		cmocka_unit_test(the_purge_leaves_what_came_from_the_source),
		cmocka_unit_test(the_removed_one_of_a_key_gets_its_name_back_when_the_new_one_goes),
		cmocka_unit_test(the_one_removed_last_is_found_and_any_can_come_back),
		cmocka_unit_test(a_removed_one_can_be_freed_from_under_the_one_that_is_there),
		cmocka_unit_test(what_is_taken_leaves_its_place_behind),
		cmocka_unit_test(what_is_new_is_taken_without_a_trace),
		cmocka_unit_test(what_is_below_a_moved_directory_moves_along),
		cmocka_unit_test(a_key_that_is_moved_away_gives_way_to_the_one_it_had_displaced),
		cmocka_unit_test(a_large_dict_is_filled_searched_and_emptied_quickly),
		cmocka_unit_test(a_deep_tree_is_freed_without_a_deep_stack),
		cmocka_unit_test(lists_and_lookups_agree_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
