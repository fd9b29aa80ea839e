/*
 * Bytes that are compared with a tree while they are read: it comes to the same as to read them, and to compare two
 * trees. Tried on documents made by lot, and on what lots make of their bytes and of the tree.
 *
 * A key that is there twice is the one thing that two trees do not tell, and that must be told: the reader notes it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plist/doc.h"
#include "tests/unit/random_profile.h"

#define DOCUMENTS 40
#define TRIES 8

enum outcome { SAME, OTHER, REFUSED, OUTCOMES };

static unsigned seen[OUTCOMES];

/* --- both ways ---------------------------------------------------------------------------------------- */

static enum outcome read_and_compare(const struct buf *bytes, const struct node *with, struct error *err)
{
	enum outcome outcome;
	struct doc doc;

	if (doc_read(&doc, "p", bytes->data, bytes->len, err) < 0)
		return REFUSED;
	outcome = !doc.duplicate.code && node_equal(with, doc.root, true) ? SAME : OTHER;
	doc_free(&doc);
	return outcome;
}

static enum outcome compare(const struct buf *bytes, const struct node *with, struct error *err)
{
	BUF_AUTO copy = BUF_INIT;
	bool same = false;

	buf_add(&copy, bytes->data, bytes->len);
	if (doc_compare("p", &copy, with, NULL, &same, err) < 0)
		return REFUSED;
	return same ? SAME : OTHER;
}

static void must_agree(struct buf *bytes, const struct node *with)
{
	struct error expected = ERROR_INIT, err = ERROR_INIT;
	enum outcome outcome = read_and_compare(bytes, with, &expected);

	assert_true(buf_ok(bytes));
	if (compare(bytes, with, &err) != outcome)
		fail_msg("not the same outcome (%d: %s%s):\n%s", outcome, expected.text, err.text,
			 buf_text(bytes));
	assert_int_equal(err.code, expected.code);
	assert_string_equal(err.text, expected.text);
	assert_string_equal(err.rule ? err.rule : "", expected.rule ? expected.rule : "");
	assert_string_equal(err.file, expected.file);
	assert_int_equal(err.line, expected.line);
	assert_int_equal(err.column, expected.column);
	seen[outcome]++;
}

static void must_be(const char *text, const struct node *with, enum outcome outcome)
{
	unsigned before = seen[outcome];
	BUF_AUTO bytes = BUF_INIT;

	buf_add_text(&bytes, text);
	must_agree(&bytes, with);
	if (seen[outcome] != before + 1)
		fail_msg("not %d: %s", outcome, text);
}

/* --- what becomes of the bytes -------------------------------------------------------------------------- */

/* Spellings that stand for the same, for something else, or for nothing, each in place of the other. */
static const char *const spellings[][2] = {
	{ "<string>", "<string><!-- a remark -->" }, { "<string>", "<string><![CDATA[]]>" }, { "<key>", "\r\n<key>" },
	{ "</key>", "</key ><!---->" }, { "<true/>", "<false/>" }, { "<true/>", "<true></true>" }, { "a", "&#97;" },
	{ "a", "&amp;" }, { "<string></string>", "<string/>" }, { "<array/>", "<dict/>" }, { "<dict>", "<array>" },
	{ "<integer>", "<integer> " }, { "<integer>", "<integer>+" }, { "<integer>", "<integer>1" },
	{ "<real>", "<real>0" }, { "</data>", "====</data>" }, { "<data>", "<data>AAAA" }, { "Z</date>", "</date>" },
	{ "12:00:00Z", "12:00:01Z" }, { "</array>", "<true/></array>" }, { "</dict>", "<key/><true/></dict>" },
	{ "<plist", "<plist><true/>" }, { "</plist>", "<true/></plist>" }, { "$FLEET_VAR_", "$FLEET_VAR_A" },
	{ "<key>", "<key>&lt;" }, { "UTF-8", "US-ASCII" }, { "UTF-8", "ISO-8859-1" }, { "</plist>", "" },
};

static void replace(struct buf *bytes, size_t at, size_t len, const char *with, size_t with_len)
{
	BUF_AUTO made = BUF_INIT;

	buf_add(&made, bytes->data, at);
	buf_add(&made, with, with_len);
	buf_add(&made, bytes->data + at + len, bytes->len - at - len);
	buf_clear(bytes);
	buf_add(bytes, made.data, made.len);
}

/* One occurrence, the first behind some byte. Nothing, if there is none. */
static void spell_otherwise(struct buf *bytes)
{
	const char *const *spelling = ANY(spellings);
	unsigned from = random_below(2);
	size_t start = random_below((unsigned)bytes->len);
	size_t len = strlen(spelling[from]);
	char *found = len ? memmem(bytes->data + start, bytes->len - start, spelling[from], len) : NULL;

	if (found)
		replace(bytes, (size_t)(found - bytes->data), len, spelling[!from], strlen(spelling[!from]));
}

/* Every line holds one tag or one element. */
static size_t line_at(const struct buf *bytes, size_t at)
{
	while (at > 0 && bytes->data[at - 1] != '\n')
		at--;
	return at;
}

static size_t after_lines(const struct buf *bytes, size_t at, unsigned count)
{
	const char *end;

	for (; count > 0 && (end = memchr(bytes->data + at, '\n', bytes->len - at)); count--)
		at = (size_t)(end - bytes->data) + 1;
	return at;
}

/* Lines are gone, there twice, or somewhere else: elements, and now and then half of one. */
static void move_lines(struct buf *bytes)
{
	size_t start = line_at(bytes, random_below((unsigned)bytes->len));
	size_t end = after_lines(bytes, start, 1 + random_below(2));
	size_t to = random_below(2) ? end : line_at(bytes, random_below((unsigned)bytes->len));
	BUF_AUTO lines = BUF_INIT;

	buf_add(&lines, bytes->data + start, end - start);
	if (random_below(2))
		replace(bytes, to, 0, lines.data, lines.len);
	if (to >= end && random_below(2))
		replace(bytes, start, end - start, "", 0);
}

static void change_byte(struct buf *bytes)
{
	static const char letters[] = "0aA<>/& \n\x80";

	bytes->data[random_below((unsigned)bytes->len)] = letters[random_below(sizeof(letters) - 1)];
}

static void change_bytes(struct buf *bytes)
{
	unsigned lot = random_below(5);

	if (lot == 0)
		move_lines(bytes);
	else if (lot == 1)
		change_byte(bytes);
	else
		spell_otherwise(bytes);
}

/* --- what becomes of the tree ---------------------------------------------------------------------------- */

static struct node *any_node(struct node *root)
{
	struct node *at = root, *child;

	while (!node_is_scalar(at->type) && node_count(at) && random_below(4)) {
		child = node_at(at, random_below((unsigned)node_count(at)));
		at = child;
	}
	return at;
}

static void change_tree(struct node *root)
{
	struct node *node = any_node(root), *copy;

	if (random_below(3) == 0 && node->parent) {
		node_remove(node);
	} else if (node_is_scalar(node->type)) {
		node->value.placeholder = node->type == NODE_DATA && random_below(2);
		assert_int_equal(node_set(node, random_below(2) ? node->type : NODE_STRING, "1", 1), 0);
	} else {
		copy = random_scalar();
		random_add(node, copy, "Enabled", strlen("Enabled"));
	}
}

/* --- the tests --------------------------------------------------------------------------------------- */

static void write_all(struct node *root, struct buf *out)
{
	struct doc doc = { .format = DOC_XML, .root = root };
	struct error err = ERROR_INIT;

	if (doc_write(&doc, DOC_XML, out, &err) < 0)
		fail_msg("%s: %s", err.key, err.text);
}

static void any_bytes_are_told_from_a_tree_as_two_trees_are(void **state)
{
	unsigned i, j;

	(void)state;
	for (i = 1; i <= DOCUMENTS; i++) {
		BUF_AUTO written = BUF_INIT;
		struct node *root;

		random_seed(i);
		root = random_profile();
		write_all(root, &written);
		must_agree(&written, root);
		for (j = 0; j < TRIES; j++) {
			BUF_AUTO bytes = BUF_INIT;

			buf_add(&bytes, written.data, written.len);
			change_bytes(&bytes);
			must_agree(&bytes, root);
			change_bytes(&bytes);
			must_agree(&bytes, root);
		}
		node_free(root);
	}
	for (i = 0; i < OUTCOMES; i++) /* a lot that never falls proves nothing */
		assert_true(seen[i] > DOCUMENTS / 2);
}

/* The tree was read, so that what is removed from it is still in its lists. */
static void any_edited_tree_is_told_from_the_bytes_that_it_was(void **state)
{
	unsigned i, j;

	(void)state;
	for (i = 1; i <= DOCUMENTS; i++) {
		struct error err = ERROR_INIT;
		BUF_AUTO written = BUF_INIT;
		struct node *root;
		struct doc doc;

		random_seed(i);
		root = random_profile();
		write_all(root, &written);
		node_free(root);
		assert_int_equal(doc_read(&doc, "p", written.data, written.len, &err), 0);
		must_agree(&written, doc.root);
		for (j = 0; j < TRIES; j++) {
			change_tree(doc.root);
			must_agree(&written, doc.root);
		}
		doc_free(&doc);
	}
}

static struct node *read_tree(const char *text)
{
	struct error err = ERROR_INIT;
	struct doc doc;
	struct node *root;

	if (doc_read(&doc, "p", text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	root = node_copy(doc.root, false);
	assert_non_null(root);
	doc_free(&doc);
	return root;
}

static void each_difference_is_told(void **state)
{
	static const char text[] = "<plist><dict><key>a</key><integer>1</integer><key>b</key><array><true/>"
				   "<string>x</string></array><key>c</key><data>$FLEET_VAR_X</data><key>d</key>"
				   "<dict/></dict></plist>";
	static const char *const others[] = {
		/* an order of keys, of elements */
		"<plist><dict><key>b</key><array><true/><string>x</string></array><key>a</key><integer>1</integer>"
		"<key>c</key><data>$FLEET_VAR_X</data><key>d</key><dict/></dict></plist>",
		"<plist><dict><key>a</key><integer>1</integer><key>b</key><array><string>x</string><true/></array>"
		"<key>c</key><data>$FLEET_VAR_X</data><key>d</key><dict/></dict></plist>",
		/* a type, a value, a key */
		"<plist><dict><key>a</key><real>1</real><key>b</key><array><true/><string>x</string></array>"
		"<key>c</key><data>$FLEET_VAR_X</data><key>d</key><dict/></dict></plist>",
		"<plist><dict><key>a</key><integer>1</integer><key>b</key><array><false/><string>x</string></array>"
		"<key>c</key><data>$FLEET_VAR_X</data><key>d</key><dict/></dict></plist>",
		"<plist><dict><key>A</key><integer>1</integer><key>b</key><array><true/><string>x</string></array>"
		"<key>c</key><data>$FLEET_VAR_X</data><key>d</key><dict/></dict></plist>",
		/* the same bytes, as a placeholder and as data */
		"<plist><dict><key>a</key><integer>1</integer><key>b</key><array><true/><string>x</string></array>"
		"<key>c</key><data>JEZMRUVUX1ZBUl9Y</data><key>d</key><dict/></dict></plist>",
		/* an empty dict and an empty array; one more, one less at the end; nothing but the first */
		"<plist><dict><key>a</key><integer>1</integer><key>b</key><array><true/><string>x</string></array>"
		"<key>c</key><data>$FLEET_VAR_X</data><key>d</key><array/></dict></plist>",
		"<plist><dict><key>a</key><integer>1</integer><key>b</key><array><true/><string>x</string>"
		"<true/></array><key>c</key><data>$FLEET_VAR_X</data><key>d</key><dict/></dict></plist>",
		"<plist><dict><key>a</key><integer>1</integer><key>b</key><array><true/></array>"
		"<key>c</key><data>$FLEET_VAR_X</data><key>d</key><dict/></dict></plist>",
		"<plist><dict><key>a</key><integer>1</integer></dict></plist>",
		/* a key twice, of which the last counts */
		"<plist><dict><key>a</key><integer>1</integer><key>a</key><integer>1</integer><key>b</key><array>"
		"<true/><string>x</string></array><key>c</key><data>$FLEET_VAR_X</data><key>d</key><dict/></dict>"
		"</plist>",
	};
	struct node *root = read_tree(text);
	size_t i;

	(void)state;
	must_be(text, root, SAME);
	for (i = 0; i < COUNT(others); i++)
		must_be(others[i], root, OTHER);
	node_free(root);
}

/* What cannot be read is said, whatever differs before it. */
static void what_cannot_be_read_is_refused_behind_a_difference(void **state)
{
	struct node *root = read_tree("<plist><array><true/><integer>1</integer></array></plist>");

	(void)state;
	must_be("<plist><array><false/><integer>010</integer></array></plist>", root, REFUSED);
	must_be("<plist><array><false/><integer>1</integer></array>", root, REFUSED);
	node_free(root);
}

/* Of a document that is not as those are that were read or set: a mistake of ours. */
static void must_not_be_written(const char *integer, const char *why)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc doc;

	assert_int_equal(doc_new(&doc, &err), 0);
	random_add(doc.root, random_node(NODE_INTEGER, integer, strlen(integer)), "a", 1);
	assert_int_equal(doc_write(&doc, DOC_XML, &out, &err), -1);
	assert_int_equal(err.code, EIO);
	assert_non_null(strstr(err.text, why));
	assert_int_equal(out.len, 0);
	doc_free(&doc);
}

static void what_would_read_back_otherwise_is_not_written(void **state)
{
	(void)state;
	must_not_be_written("+5", "reads back as something else and was not written");
	must_not_be_written("12abc", "cannot be read back and was not written");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes_are_told_from_a_tree_as_two_trees_are),
		cmocka_unit_test(any_edited_tree_is_told_from_the_bytes_that_it_was),
		cmocka_unit_test(each_difference_is_told),
		cmocka_unit_test(what_cannot_be_read_is_refused_behind_a_difference),
		cmocka_unit_test(what_would_read_back_otherwise_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
