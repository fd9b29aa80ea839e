/* Values that are left in the source: where they are, how long, and that they end where they end. */
#include "tests/unit/read_doc.h"
#include "tests/unit/text_in.h"

#define HEAD "<plist version=\"1.0\"><dict>"
#define TAIL "</dict></plist>"

static void read_dict(struct doc *doc, const char *inner)
{
	BUF_AUTO bytes = BUF_INIT;
	struct error err;

	buf_add_format(&bytes, HEAD "%s" TAIL, inner);
	assert_int_equal(doc_read(doc, "test", bytes.data, bytes.len, &err), 0);
}

static bool is_in_source(const struct doc *doc, const struct node *node)
{
	const char *at = node->value.at;

	return at >= doc->source.data && at + node->value.len <= doc->source.data + doc->source.len;
}

static void values_as_they_stand_there_are_left_in_the_source(void **state)
{
	static const char *const LEFT[] = { "text", "umlaut", "integer", "spaced", "real", "date", "placeholder" };
	static const char *const MADE[] = { "entity", "hex", "plus" };
	struct doc doc;
	size_t i;

	(void)state;
	read_dict(&doc, "<key>text</key><string>some text</string><key>umlaut</key><string>\xc3\xa4</string>"
			"<key>integer</key><integer>12</integer><key>spaced</key><integer> 34\n</integer>"
			"<key>real</key><real>0.50</real><key>date</key><date>2026-01-31T12:00:00Z</date>"
			"<key>placeholder</key><integer> $USERNAME </integer>"
			"<key>entity</key><string>a &amp; b</string><key>hex</key><integer>0x1F</integer>"
			"<key>plus</key><integer>+5</integer>");
	for (i = 0; i < sizeof(LEFT) / sizeof(LEFT[0]); i++) {
		assert_true(is_in_source(&doc, node_get(doc.root, LEFT[i])));
		assert_int_equal(node_get(doc.root, LEFT[i])->value.held, HELD_SOURCE);
	}
	for (i = 0; i < sizeof(MADE) / sizeof(MADE[0]); i++)
		assert_false(is_in_source(&doc, node_get(doc.root, MADE[i])));
	assert_string_equal(text_in(node_get(doc.root, "spaced")), "34");
	assert_string_equal(text_in(node_get(doc.root, "placeholder")), "$USERNAME");
	assert_string_equal(text_in(node_get(doc.root, "entity")), "a & b");
	assert_string_equal(text_in(node_get(doc.root, "hex")), "31");
	doc_free(&doc);
}

static void a_copy_outlives_the_document(void **state)
{
	struct node *copy;
	struct doc doc;

	(void)state;
	read_dict(&doc, "<key>a</key><string>text</string><key>b</key><array><integer>12</integer><true/></array>");
	copy = node_copy(doc.root, false);
	assert_non_null(copy);
	assert_true(node_equal(copy, doc.root, true));
	doc_free(&doc);
	assert_string_equal(text_in(node_get(copy, "a")), "text");
	assert_string_equal(text_in(node_at(node_get(copy, "b"), 0)), "12");
	assert_string_equal(text_in(node_at(node_get(copy, "b"), 1)), "true");
	node_free(copy);
}

static void what_is_set_leaves_the_source_and_comes_back_to_it(void **state)
{
	struct node *node;
	struct doc doc;

	(void)state;
	read_dict(&doc, "<key>a</key><string>text</string>");
	node = node_get(doc.root, "a");
	assert_int_equal(node_set_string(node, "other"), 0);
	assert_true(node->changed);
	assert_false(is_in_source(&doc, node));
	assert_int_equal(node_set_string(node, "text"), 0);
	assert_false(node->changed);
	assert_true(is_in_source(&doc, node));
	doc_free(&doc);
}

static void a_value_can_be_set_to_a_part_of_itself(void **state)
{
	struct node *node;
	struct doc doc;

	(void)state;
	read_dict(&doc, "<key>a</key><string>one two three</string>");
	node = node_get(doc.root, "a");
	assert_int_equal(node_set(node, NODE_STRING, node->value.at + 4, 3), 0);
	assert_string_equal(text_in(node), "two");
	doc_free(&doc);
}

/* A node as if it was read from the first `len` bytes of what goes on behind them. */
static struct node *new_beginning(enum node_type type, const char *text, size_t len)
{
	struct scalar value = { .at = text, .len = (uint32_t)len, .type = type, .held = HELD_SOURCE };
	struct node *node = node_new_read(type, NULL, 0, &value);

	assert_non_null(node);
	return node;
}

static void a_value_ends_where_its_length_says(void **state)
{
	static const struct {
		enum node_type type;
		const char *text;
		size_t len;
		const char *value;
	} VALUES[] = {
		{ NODE_STRING, "one two", 3, "one" },
		{ NODE_INTEGER, "1234", 2, "12" },
		{ NODE_INTEGER, "184467440737095516150", 20, "18446744073709551615" },
		{ NODE_REAL, "0.55", 3, "0.5" },
		{ NODE_REAL, "12e5", 2, "12" },
		{ NODE_BOOLEAN, "true false", 4, "true" },
		{ NODE_DATE, "2026-01-31T12:00:00Z1", 20, "2026-01-31T12:00:00Z" },
		{ NODE_DATA, "\1\0\2\3", 3, NULL },
	};
	struct doc doc = { .format = DOC_XML, .root = node_new(NODE_ARRAY) }, read;
	BUF_AUTO binary = BUF_INIT;
	struct node *node;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++) {
		node = new_beginning(VALUES[i].type, VALUES[i].text, VALUES[i].len);
		assert_int_equal(node_insert(doc.root, NULL, node, NULL, 0), 0);
	}
	assert_int_equal(doc_write(&doc, DOC_BINARY, &binary, &err), 0);
	assert_int_equal(doc_read(&read, "test", binary.data, binary.len, &err), 0);
	for (i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++) {
		if (VALUES[i].value)
			assert_string_equal(text_in(node_at(read.root, i)), VALUES[i].value);
		else
			assert_true(scalar_is(&node_at(read.root, i)->value, VALUES[i].text, VALUES[i].len));
	}
	doc_free(&read);
	doc_free(&doc);
}

static void a_uid_ends_where_its_length_says(void **state)
{
	struct doc doc = { .format = DOC_BINARY, .root = node_new(NODE_DICT) }, read;
	BUF_AUTO binary = BUF_INIT;
	struct error err;

	(void)state;
	doc.root->uid = true;
	assert_int_equal(node_insert(doc.root, NULL, new_beginning(NODE_INTEGER, "1234", 2), "CF$UID", 6), 0);
	assert_int_equal(doc_write(&doc, DOC_BINARY, &binary, &err), 0);
	assert_int_equal(doc_read(&read, "test", binary.data, binary.len, &err), 0);
	assert_true(read.root->uid);
	assert_string_equal(text_in(node_get(read.root, "CF$UID")), "12");
	doc_free(&read);
	doc_free(&doc);
}

static void values_are_compared_to_their_ends(void **state)
{
	struct node *a = new_beginning(NODE_STRING, "abc", 2), *b = new_beginning(NODE_STRING, "abd", 2);

	(void)state;
	assert_true(scalar_equal(&a->value, &b->value));
	assert_true(node_is_text(a, "ab"));
	assert_false(node_is_text(a, "abc"));
	assert_false(node_is_text(a, "a"));
	assert_true(scalar_begins(&a->value, "a", 1));
	assert_false(scalar_begins(&a->value, "abc", 3));
	a->value.len = 3;
	assert_true(scalar_compare(&a->value, &b->value) > 0);
	b->value.len = 3;
	assert_true(scalar_compare(&a->value, &b->value) < 0);
	assert_false(scalar_equal(&a->value, &b->value));
	node_free(a);
	node_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_as_they_stand_there_are_left_in_the_source),
		cmocka_unit_test(a_copy_outlives_the_document),
		cmocka_unit_test(what_is_set_leaves_the_source_and_comes_back_to_it),
		cmocka_unit_test(a_value_can_be_set_to_a_part_of_itself),
		cmocka_unit_test(a_value_ends_where_its_length_says),
		cmocka_unit_test(a_uid_ends_where_its_length_says),
		cmocka_unit_test(values_are_compared_to_their_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
