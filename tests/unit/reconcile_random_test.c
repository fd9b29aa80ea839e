/*
 * What must hold of reconcile() for any two trees, tried on generated ones: what is wanted comes out and can be written
 * and read; nothing that is equal is touched; what was done to a document is undone; an edit made in a copy is the edit
 * made in the document. The same documents and edits on every machine.
 */
#include "tests/unit/reconciled.h"

#include <stdio.h>

#include "tests/unit/random.h"

/* --- generated documents ------------------------------------------------------------------------------- */

static const char *const SCALARS[] = {
	"<string>a &amp; b</string>",
	"<string><![CDATA[<x>]]></string>",
	"<string/>",
	"<string>&#97;</string>",
	"<integer>+7</integer>",
	"<integer>$FLEET_VAR_X</integer>",
	"<true/>",
	"<false></false>",
	"<data>AA<!-- d -->AA</data>",
	"<data>$USERNAME</data>",
	"<data>JFVTRVJOQU1F</data>",
	"<real>1.50</real>",
	"<dict/>",
	"<array />",
	"<date>2026-01-31T12:00:00Z</date>",
};

static void generate(struct buf *out, unsigned depth, bool arrays);

static void new_line(struct buf *out, unsigned depth)
{
	buf_add_char(out, '\n');
	while (depth-- > 0)
		buf_add_char(out, '\t');
}

static void generate_pair(struct buf *out, unsigned depth, unsigned number, bool arrays)
{
	if (number < 2 && random_below(3) == 0) {
		buf_add_format(out, "<key>%s</key> <string>id%u</string>",
			       number ? "PayloadUUID" : "PayloadIdentifier", random_below(4));
		return;
	}
	buf_add_format(out, "<key>k%u</key>%s", number, random_below(4) ? "" : " <!-- link -->");
	generate(out, depth, arrays);
}

static void generate_children(struct buf *out, unsigned depth, bool keys, bool arrays)
{
	for (unsigned i = 0, count = random_below(7); i < count; i++) {
		if (random_below(5) == 0) {
			new_line(out, depth);
			buf_add_text(out, "<!-- <key> & -->");
		}
		new_line(out, depth);
		if (keys)
			generate_pair(out, depth, i, arrays);
		else
			generate(out, depth, arrays);
	}
}

static void generate(struct buf *out, unsigned depth, bool arrays)
{
	unsigned kind = random_below(10);
	bool dict = !arrays || kind < 3;
	size_t start;

	if (depth >= 4 || (kind >= 6 && depth > 0)) {
		buf_add_text(out, SCALARS[random_below(sizeof(SCALARS) / sizeof(SCALARS[0]))]);
		return;
	}
	buf_add_text(out, dict ? "<dict>" : "<array>");
	start = out->len;
	generate_children(out, depth + 1, dict, arrays);
	if (out->len > start)
		new_line(out, depth);
	buf_add_text(out, dict ? "</dict>" : "</array>");
}

static void read_random(struct doc *doc, bool arrays)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_text(&text, "<plist version=\"1.0\">\n");
	generate(&text, 0, arrays);
	buf_add_text(&text, "\n</plist>\n");
	read_plist(doc, text.data, text.len);
}

static struct node *must_copy(const struct node *node)
{
	struct node *copy = node_copy(node, false);

	assert_non_null(copy);
	return copy;
}

/* --- edits --------------------------------------------------------------------------------------------- */

static size_t count_nodes(const struct node *node)
{
	size_t count = 1;

	for (const struct node *child = node_first(node); child; child = node_next(child))
		count += count_nodes(child);
	return count;
}

/* The node that comes as number `*number` in the document. */
static struct node *find_node(struct node *node, size_t *number)
{
	struct node *found = NULL;

	if ((*number)-- == 0)
		return node;
	for (struct node *child = node_first(node); child && !found; child = node_next(child))
		found = find_node(child, number);
	return found;
}

static struct node *node_number(struct node *root, size_t number)
{
	return find_node(root, &number);
}

static void set_to(struct node *node, unsigned value)
{
	static const struct {
		enum node_type type;
		const char *text;
	} VALUES[] = {
		{ NODE_STRING, "x\ny\r<&>" },
		{ NODE_STRING, "a & b" },
		{ NODE_INTEGER, "7" },
		{ NODE_REAL, "1e5" },
		{ NODE_BOOLEAN, "true" },
		{ NODE_DATE, "2026-01-31T12:00:00Z" },
		{ NODE_DATA, "$SERIALNUMBER" },
		{ NODE_DATA, "0123456789012345678901234567890123456789012345678901234567" },
	};

	value %= sizeof(VALUES) / sizeof(VALUES[0]);
	assert_int_equal(node_set(node, VALUES[value].type, VALUES[value].text, strlen(VALUES[value].text)), 0);
}

static void insert_into(struct node *parent, unsigned value)
{
	struct node *child = node_new(NODE_STRING), *before = NULL;

	assert_non_null(child);
	set_to(child, value);
	if (node_count(parent))
		before = node_at(parent, value % (node_count(parent) + 1));
	if (parent->type == NODE_DICT && node_get(parent, "new"))
		node_free(child);
	else
		assert_int_equal(node_insert(parent, before, child, "new", 3), 0);
}

/* An edit is three numbers, so that it can be made in a copy, too. */
struct edit {
	size_t node;
	unsigned kind, value;
};

static struct edit random_edit(const struct node *root)
{
	return (struct edit){ random_below((unsigned)count_nodes(root)), random_below(8), random_below(1000) };
}

static void make_edit(struct node *root, const struct edit *edit)
{
	struct node *node = node_number(root, edit->node);

	if (edit->kind < 2 && node->parent)
		node_remove(node);
	else if (edit->kind < 4 && !node_is_scalar(node->type))
		insert_into(node, edit->value);
	else if (edit->kind < 5)
		node_set_container(node, edit->value % 2 ? NODE_DICT : NODE_ARRAY);
	else
		set_to(node, edit->value);
}

/* --- what must hold ------------------------------------------------------------------------------------ */

static void any_tree_becomes_any_other(void **state)
{
	(void)state;
	random_seed(11);
	for (unsigned i = 0; i < 700; i++) {
		struct doc doc, other;

		read_random(&doc, true);
		read_random(&other, true);
		must_reconcile(&doc, other.root);
		doc_free(&doc);
		doc_free(&other);
	}
}

static void a_copy_with_any_number_of_edits_is_followed_and_followed_back(void **state)
{
	(void)state;
	random_seed(12);
	for (unsigned i = 0; i < 700; i++) {
		struct node *original, *wanted;
		struct doc doc;

		read_random(&doc, true);
		original = must_copy(doc.root);
		wanted = must_copy(doc.root);
		for (unsigned edits = random_below(6); edits > 0; edits--) {
			struct edit edit = random_edit(wanted);

			make_edit(wanted, &edit);
		}
		must_reconcile(&doc, wanted);
		must_reconcile(&doc, original);
		must_reconcile(&doc, wanted);
		node_free(original);
		node_free(wanted);
		doc_free(&doc);
	}
}

static void what_is_equal_is_not_touched(void **state)
{
	(void)state;
	random_seed(13);
	for (unsigned i = 0; i < 300; i++) {
		struct node *wanted;
		struct doc doc;

		read_random(&doc, true);
		wanted = must_copy(doc.root);
		must_reconcile(&doc, wanted);
		assert_false(node_differs(doc.root));
		node_free(wanted);
		doc_free(&doc);
	}
}

/* Where elements of arrays are not told apart by their place, that is: not edited and then removed. */
static void edits_of_dicts_are_undone_to_the_last_byte(void **state)
{
	(void)state;
	random_seed(14);
	for (unsigned i = 0; i < 700; i++) {
		struct node *original;
		struct doc doc;

		read_random(&doc, false);
		original = must_copy(doc.root);
		for (unsigned edits = random_below(8); edits > 0; edits--) {
			struct edit edit = random_edit(doc.root);

			make_edit(doc.root, &edit);
		}
		must_reconcile(&doc, original);
		assert_false(node_differs(doc.root));
		node_free(original);
		doc_free(&doc);
	}
}

static void one_edit_of_anything_is_undone_to_the_last_byte(void **state)
{
	(void)state;
	random_seed(15);
	for (unsigned i = 0; i < 700; i++) {
		struct node *original;
		struct edit edit;
		struct doc doc;

		read_random(&doc, true);
		original = must_copy(doc.root);
		edit = random_edit(doc.root);
		make_edit(doc.root, &edit);
		must_reconcile(&doc, original);
		if (node_differs(doc.root))
			fail_msg("edit of node %zu (%u, %u) not undone: %s", edit.node, edit.kind, edit.value,
				 buf_text(&doc.source));
		node_free(original);
		doc_free(&doc);
	}
}

/* Removals and insertions in arrays may be explained in more than one way, and are left out. */
static bool is_plain(const struct node *root, const struct edit *edit)
{
	struct node *node = node_number((struct node *)root, edit->node);

	if (edit->kind < 2 && node->parent)
		return node->parent->type == NODE_DICT;
	return edit->kind >= 4 || node->type != NODE_ARRAY;
}

static void one_edit_in_a_copy_is_that_edit_in_the_document(void **state)
{
	unsigned tried = 0;

	(void)state;
	random_seed(16);
	for (unsigned i = 0; i < 1500; i++) {
		BUF_AUTO direct = BUF_INIT;
		BUF_AUTO followed = BUF_INIT;
		struct node *wanted;
		struct edit edit;
		struct doc doc, again;

		read_random(&doc, true);
		read_plist(&again, doc.source.data, doc.source.len);
		wanted = must_copy(doc.root);
		edit = random_edit(wanted);
		if (is_plain(wanted, &edit)) {
			make_edit(wanted, &edit);
			make_edit(again.root, &edit);
			must_reconcile(&doc, wanted);
			write_plist(&doc, &followed);
			write_plist(&again, &direct);
			assert_string_equal(buf_text(&followed), buf_text(&direct));
			tried++;
		}
		node_free(wanted);
		doc_free(&doc);
		doc_free(&again);
	}
	assert_true(tried > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_tree_becomes_any_other),
		cmocka_unit_test(a_copy_with_any_number_of_edits_is_followed_and_followed_back),
		cmocka_unit_test(what_is_equal_is_not_touched),
		cmocka_unit_test(edits_of_dicts_are_undone_to_the_last_byte),
		cmocka_unit_test(one_edit_of_anything_is_undone_to_the_last_byte),
		cmocka_unit_test(one_edit_in_a_copy_is_that_edit_in_the_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
