/*
 * What differs between two property lists: each kind in a small tree, and of any two trees the differences, which made
 * in the first give the second.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/difference.h"
#include "plist/doc.h"
#include "tests/unit/random.h"

static void read_body(struct doc *doc, const char *body)
{
	struct error err = ERROR_INIT;
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, "<plist>%s</plist>", body);
	if (doc_read(doc, "test", text.data, text.len, &err) < 0)
		fail_msg("%s: %s", err.text, body);
}

/* --- small trees --------------------------------------------------------------------------------------- */

/* "~a ", "+b ", "-c ", ">d ": kind and path, in the order of the reports. */
static int write_down(void *context, const struct difference *difference, struct error *err)
{
	static const char SIGNS[] = { [DIFFERENCE_ADDED] = '+', [DIFFERENCE_REMOVED] = '-', [DIFFERENCE_CHANGED] = '~',
				      [DIFFERENCE_MOVED] = '>' };
	struct buf *out = context;

	(void)err;
	assert_true((difference->a == NULL) == (difference->kind == DIFFERENCE_ADDED));
	assert_true((difference->b == NULL) == (difference->kind == DIFFERENCE_REMOVED));
	buf_add_char(out, SIGNS[difference->kind]);
	doc_path(difference->a ? difference->a : difference->b, out);
	buf_add_char(out, ' ');
	return 0;
}

static void must_differ(const char *a, const char *b, const char *expected)
{
	struct error err = ERROR_INIT;
	BUF_AUTO reported = BUF_INIT;
	struct doc x, y;

	read_body(&x, a);
	read_body(&y, b);
	assert_int_equal(difference_find(x.root, y.root, write_down, &reported, &err), 0);
	assert_string_equal(buf_text(&reported), expected);
	doc_free(&x);
	doc_free(&y);
}

#define DICT(body)     "<dict>" body "</dict>"
#define ARRAY(body)    "<array>" body "</array>"
#define STRING(text)   "<string>" text "</string>"
#define KEY(key, body) "<key>" key "</key>" body

static void order_of_keys_comments_and_layout_are_no_difference(void **state)
{
	(void)state;
	must_differ(DICT(KEY("a", STRING("1")) KEY("b", "<true/>")),
		    DICT("\n  " KEY("b", "<true></true>") " <!-- c -->\n" KEY("a", "<string>&#49;</string>")), "");
}

static void a_changed_value_is_one_difference(void **state)
{
	(void)state;
	must_differ(DICT(KEY("a", STRING("1")) KEY("b", STRING("1"))),
		    DICT(KEY("a", STRING("1")) KEY("b", STRING("2"))), "~b ");
}

static void another_type_is_a_change_whatever_is_below(void **state)
{
	(void)state;
	must_differ(DICT(KEY("a", STRING("3"))), DICT(KEY("a", "<integer>3</integer>")), "~a ");
	must_differ(DICT(KEY("a", DICT(KEY("b", STRING("3"))))), DICT(KEY("a", ARRAY(STRING("3")))), "~a ");
	must_differ(DICT(KEY("a", DICT(KEY("b", STRING("3"))))), DICT(KEY("a", "<true/>")), "~a ");
	must_differ(STRING("3"), DICT(""), "~ ");
}

static void a_placeholder_is_not_the_bytes_that_look_like_it(void **state)
{
	(void)state;
	must_differ(DICT(KEY("a", "<data>$USERNAME</data>")), DICT(KEY("a", "<data>JFVTRVJOQU1F</data>")), "~a ");
}

static void of_what_comes_or_goes_only_the_topmost_is_reported(void **state)
{
	(void)state;
	must_differ(DICT(KEY("a", DICT(KEY("b", STRING("1")) KEY("c", STRING("2"))))), DICT(""), "-a ");
	must_differ(DICT(""), DICT(KEY("a", DICT(KEY("b", STRING("1")) KEY("c", STRING("2"))))), "+a ");
}

#define TWO_NEW    KEY("b", "<true/>") KEY("c", "<true/>")
#define D_AND_LAST KEY("d", STRING("2")) KEY("last", "<true/>")

static void what_is_new_is_reported_behind_what_it_follows(void **state)
{
	(void)state;
	must_differ(DICT(KEY("a", STRING("1")) KEY("gone", "<true/>") KEY("d", STRING("1"))),
		    DICT(KEY("first", "<true/>") KEY("a", STRING("2")) TWO_NEW D_AND_LAST),
		    "+first ~a -gone +b +c ~d +last ");
	must_differ(ARRAY(STRING("b") STRING("x") STRING("e")),
		    ARRAY(STRING("a") STRING("b") STRING("c") STRING("d") STRING("e") STRING("f")),
		    "+00 -01 +02 +03 +05 ");
}

static void scalars_of_an_array_come_and_go_and_move(void **state)
{
	(void)state;
	must_differ(ARRAY(STRING("a") STRING("b")), ARRAY(STRING("a") STRING("c")), "-01 +01 ");
	must_differ(ARRAY(STRING("a") STRING("b") STRING("c")), ARRAY(STRING("b") STRING("c") STRING("a")), ">00 ");
}

#define PAYLOAD(uuid, value) DICT(KEY("PayloadUUID", STRING(uuid)) KEY("v", STRING(value)))

static void a_payload_that_moved_and_was_edited_is_both_and_nothing_else(void **state)
{
	(void)state;
	must_differ(ARRAY(PAYLOAD("1", "a") PAYLOAD("2", "a") PAYLOAD("3", "a")),
		    ARRAY(PAYLOAD("2", "a") PAYLOAD("3", "a") PAYLOAD("1", "b")), ">00 ~00/v ");
	must_differ(ARRAY(PAYLOAD("1", "a") PAYLOAD("2", "a")),
		    ARRAY(PAYLOAD("1", "a") PAYLOAD("4", "x") PAYLOAD("2", "b")), "+01 ~01/v ");
}

static int refuse(void *context, const struct difference *difference, struct error *err)
{
	unsigned *calls = context;

	(void)difference;
	return ++*calls == 2 ? error_set(err, EIO, "enough") : 0;
}

static void a_report_may_end_it(void **state)
{
	struct error err = ERROR_INIT;
	unsigned calls = 0;
	struct doc x, y;

	(void)state;
	read_body(&x, DICT(KEY("a", STRING("1")) KEY("b", ARRAY(DICT(KEY("c", STRING("1"))))) KEY("d", STRING("1"))));
	read_body(&y, DICT(KEY("a", STRING("2")) KEY("b", ARRAY(DICT(KEY("c", STRING("2"))))) KEY("d", STRING("2"))));
	assert_int_equal(difference_find(x.root, y.root, refuse, &calls, &err), -1);
	assert_int_equal(calls, 2);
	assert_string_equal(err.text, "enough");
	doc_free(&x);
	doc_free(&y);
}

/* --- any two trees ------------------------------------------------------------------------------------- */

#define MOST 4096

struct differences {
	struct difference list[MOST];
	size_t count;
};

static struct differences differences;

static int collect(void *context, const struct difference *difference, struct error *err)
{
	(void)context;
	(void)err;
	assert_true(differences.count < MOST);
	differences.list[differences.count++] = *difference;
	return 0;
}

static const struct difference *of_a(const struct node *a, bool moved)
{
	for (size_t i = 0; i < differences.count; i++)
		if (differences.list[i].a == a && (differences.list[i].kind == DIFFERENCE_MOVED) == moved)
			return &differences.list[i];
	return NULL;
}

/* The difference that says of an element of b where it comes from, if any does. */
static const struct difference *of_b(const struct node *b)
{
	for (size_t i = 0; i < differences.count; i++)
		if (differences.list[i].b == b && differences.list[i].kind != DIFFERENCE_CHANGED)
			return &differences.list[i];
	return NULL;
}

static struct node *must_copy(const struct node *node)
{
	struct node *copy = node_copy(node, false);

	assert_non_null(copy);
	return copy;
}

static void put(struct node *parent, struct node *child, const char *key, size_t len)
{
	assert_int_equal(node_insert(parent, NULL, child, key, len), 0);
}

/* What `a` becomes by the differences. Of `b` nothing is taken but what they name; it only tells in which container
 * that belongs. */
static struct node *applied(const struct node *a, const struct node *b);

static void apply_to_dict(struct node *made, const struct node *a, const struct node *b)
{
	for (const struct node *child = node_first(a); child; child = node_next(child)) {
		const struct difference *difference = of_a(child, false);

		if (!difference || difference->kind == DIFFERENCE_CHANGED)
			put(made, applied(child, node_find(b, child->key, child->key_len)), child->key, child->key_len);
	}
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *difference = &differences.list[i];

		if (difference->kind == DIFFERENCE_ADDED && difference->b->parent == b)
			put(made, must_copy(difference->b), difference->b->key, difference->b->key_len);
	}
}

/* The next element of a from `child` on that keeps its order. */
static const struct node *staying(const struct node *child)
{
	while (child && (of_a(child, true) || (of_a(child, false) && of_a(child, false)->kind == DIFFERENCE_REMOVED)))
		child = node_next(child);
	return child;
}

/* What is added or moved has its place in b; the others fill the places between. */
static void apply_to_array(struct node *made, const struct node *a, const struct node *b)
{
	const struct node *next = staying(node_first(a));

	for (const struct node *place = node_first(b); place; place = node_next(place)) {
		const struct difference *difference = of_b(place);

		if (difference) {
			put(made, difference->a ? applied(difference->a, place) : must_copy(difference->b), NULL, 0);
			continue;
		}
		assert_non_null(next);
		put(made, applied(next, place), NULL, 0);
		next = staying(node_next(next));
	}
	assert_null(next);
}

static struct node *applied(const struct node *a, const struct node *b)
{
	const struct difference *difference = of_a(a, false);
	struct node *made;

	if (difference && difference->kind == DIFFERENCE_CHANGED)
		return must_copy(difference->b);
	if (node_is_scalar(a->type))
		return must_copy(a);
	assert_true(b && b->type == a->type);
	made = node_new(a->type);
	assert_non_null(made);
	if (a->type == NODE_DICT)
		apply_to_dict(made, a, b);
	else
		apply_to_array(made, a, b);
	return made;
}

/* Nothing is reported twice, and what is said to differ does. */
static void check_sparing(void)
{
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *x = &differences.list[i];

		if (x->kind == DIFFERENCE_CHANGED)
			assert_true(!node_equal(x->a, x->b, false) &&
				    (x->a->type != x->b->type || node_is_scalar(x->a->type)));
		for (size_t j = 0; j < i; j++) {
			const struct difference *y = &differences.list[j];

			assert_false((x->a == y->a && x->a) && x->kind != DIFFERENCE_CHANGED);
			assert_false((x->b == y->b && x->b) && x->kind != DIFFERENCE_CHANGED);
		}
	}
}

static void find(const struct node *a, const struct node *b)
{
	struct error err = ERROR_INIT;

	differences.count = 0;
	assert_int_equal(difference_find(a, b, collect, NULL, &err), 0);
}

static void must_lead_from_to(const struct node *a, const struct node *b)
{
	struct node *made;

	find(a, b);
	check_sparing();
	assert_int_equal(differences.count == 0, node_equal(a, b, false));
	made = applied(a, b);
	assert_true(node_equal(made, b, false));
	node_free(made);
}

/* --- generated trees ----------------------------------------------------------------------------------- */

static const char *const KEYS[] = { "PayloadUUID", "PayloadIdentifier", "PayloadType", "k", "l", "m" };

static void set_randomly(struct node *node)
{
	static const struct {
		enum node_type type;
		const char *text;
	} VALUES[] = {
		{ NODE_STRING, "1" },	 { NODE_STRING, "2" }, { NODE_STRING, "3" },  { NODE_INTEGER, "1" },
		{ NODE_BOOLEAN, "true" }, { NODE_DATA, "1" },	{ NODE_STRING, "" },
	};
	unsigned chosen = random_below(sizeof(VALUES) / sizeof(VALUES[0]));

	assert_int_equal(node_set(node, VALUES[chosen].type, VALUES[chosen].text, strlen(VALUES[chosen].text)), 0);
}

static struct node *random_tree(unsigned depth)
{
	unsigned kind = depth ? random_below(6) : random_below(3);
	struct node *node = node_new(kind < 2 ? NODE_DICT : kind < 4 ? NODE_ARRAY : NODE_STRING);

	assert_non_null(node);
	if (kind >= 4 || depth >= 4) {
		if (node->type == NODE_STRING)
			set_randomly(node);
		return node;
	}
	for (unsigned i = random_below(7); i > 0; i--) {
		const char *key = KEYS[random_below(sizeof(KEYS) / sizeof(KEYS[0]))];

		if (node->type == NODE_ARRAY)
			put(node, random_tree(depth + 1), NULL, 0);
		else if (!node_get(node, key))
			put(node, random_tree(depth + 1), key, strlen(key));
	}
	return node;
}

/* Some node below `node`, or itself. */
static struct node *some_node(struct node *node)
{
	while (!node_is_scalar(node->type) && node_count(node) && random_below(4))
		node = node_at(node, random_below((unsigned)node_count(node)));
	return node;
}

static void insert_somewhere(struct node *parent, struct node *child)
{
	const char *key = KEYS[random_below(sizeof(KEYS) / sizeof(KEYS[0]))];
	struct node *before = node_at(parent, random_below((unsigned)node_count(parent) + 1));

	if (parent->type == NODE_ARRAY)
		assert_int_equal(node_insert(parent, before, child, NULL, 0), 0);
	else if (node_is_scalar(parent->type) || node_get(parent, key))
		node_free(child);
	else
		assert_int_equal(node_insert(parent, before, child, key, strlen(key)), 0);
}

/* Takes an element out and puts it in somewhere else in its array. */
static void move_randomly(struct node *node)
{
	struct node *parent = node->parent, *taken = NULL;

	if (!parent || parent->type != NODE_ARRAY)
		return;
	taken = node_take(node);
	assert_non_null(taken);
	insert_somewhere(parent, taken);
}

static void edit_randomly(struct node *root)
{
	struct node *node = some_node(root);

	switch (random_below(5)) {
	case 0:
		if (node->parent)
			node_remove(node);
		break;
	case 1:
	case 2:
		move_randomly(node);
		break;
	case 3:
		if (node->parent)
			set_randomly(node);
		break;
	default:
		insert_somewhere(node, random_tree(3));
	}
}

static void a_tree_does_not_differ_from_itself_or_its_copy(void **state)
{
	(void)state;
	random_seed(31);
	for (unsigned i = 0; i < 300; i++) {
		struct node *tree = random_tree(0), *copy = must_copy(tree);

		find(tree, tree);
		assert_int_equal(differences.count, 0);
		find(tree, copy);
		assert_int_equal(differences.count, 0);
		node_free(tree);
		node_free(copy);
	}
}

static void the_differences_of_an_edited_copy_make_it_from_the_first(void **state)
{
	(void)state;
	random_seed(32);
	for (unsigned i = 0; i < 1500; i++) {
		struct node *a = random_tree(0), *b = must_copy(a);

		for (unsigned edits = random_below(6); edits > 0; edits--)
			edit_randomly(b);
		must_lead_from_to(a, b);
		must_lead_from_to(b, a);
		node_free(a);
		node_free(b);
	}
}

static void the_differences_of_any_two_trees_make_one_from_the_other(void **state)
{
	(void)state;
	random_seed(33);
	for (unsigned i = 0; i < 500; i++) {
		struct node *a = random_tree(0), *b = random_tree(0);

		must_lead_from_to(a, b);
		node_free(a);
		node_free(b);
	}
}

/* --- large ones ---------------------------------------------------------------------------------------- */

static int count_one(void *context, const struct difference *difference, struct error *err)
{
	size_t *count = context;

	(void)difference;
	(void)err;
	(*count)++;
	return 0;
}

static size_t count_differences(const char *a, const char *b)
{
	struct error err = ERROR_INIT;
	size_t count = 0;
	struct doc x, y;

	read_body(&x, a);
	read_body(&y, b);
	assert_int_equal(difference_find(x.root, y.root, count_one, &count, &err), 0);
	doc_free(&x);
	doc_free(&y);
	return count;
}

static void trees_as_deep_as_can_be_are_compared(void **state)
{
	BUF_AUTO a = BUF_INIT, b = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < DOC_DEPTH_MAX - 1; i++)
		buf_add_text(&a, "<array><true/>");
	buf_add(&b, a.data, a.len);
	buf_add_text(&a, STRING("x"));
	buf_add_text(&b, STRING("y"));
	for (unsigned i = 0; i < DOC_DEPTH_MAX - 1; i++) {
		buf_add_text(&a, "</array>");
		buf_add_text(&b, "</array>");
	}
	assert_int_equal(count_differences(buf_text(&a), buf_text(&b)), 2);
}

static void tens_of_thousands_of_elements_are_no_trouble(void **state)
{
	BUF_AUTO a = BUF_INIT, b = BUF_INIT;
	unsigned count = 20000;

	(void)state;
	buf_add_text(&a, "<array>");
	buf_add_text(&b, "<array>");
	for (unsigned i = 0; i < count; i++) {
		buf_add_format(&a, "<integer>%u</integer>", i);
		buf_add_format(&b, "<integer>%u</integer>", count - i);
	}
	buf_add_text(&a, "</array>");
	buf_add_text(&b, "</array>");
	/* 0 and `count` are each in one of them only; one of the others can stay. */
	assert_int_equal(count_differences(buf_text(&a), buf_text(&b)), count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_keys_comments_and_layout_are_no_difference),
		cmocka_unit_test(a_changed_value_is_one_difference),
		cmocka_unit_test(another_type_is_a_change_whatever_is_below),
		cmocka_unit_test(a_placeholder_is_not_the_bytes_that_look_like_it),
		cmocka_unit_test(of_what_comes_or_goes_only_the_topmost_is_reported),
		cmocka_unit_test(what_is_new_is_reported_behind_what_it_follows),
		cmocka_unit_test(scalars_of_an_array_come_and_go_and_move),
		cmocka_unit_test(a_payload_that_moved_and_was_edited_is_both_and_nothing_else),
		cmocka_unit_test(a_report_may_end_it),
		cmocka_unit_test(a_tree_does_not_differ_from_itself_or_its_copy),
		cmocka_unit_test(the_differences_of_an_edited_copy_make_it_from_the_first),
		cmocka_unit_test(the_differences_of_any_two_trees_make_one_from_the_other),
		cmocka_unit_test(trees_as_deep_as_can_be_are_compared),
		cmocka_unit_test(tens_of_thousands_of_elements_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
