/*
 * What doc_write() makes of an edited XML property list: the bytes that were not edited, and new ones that
 * look as if the author had written them.
 *
 * Most cases are rows of a table: a sentence, a source, edits, and what must come out, byte for byte. The
 * edits are lines of a small language, one edit a line, a path being keys and positions joined by '/':
 *
 *     = PATH TYPE VALUE     sets a scalar
 *     - PATH                removes
 *     + PATH TYPE VALUE     adds at the end of the container that PATH leads into
 *     ^ PATH TYPE VALUE     the same, at its beginning
 *     > PATH KEY            renames in place: a removal, and a new node that borrows its bytes
 *     m PATH CONTAINER      moves to the end of another container
 *     c PATH TYPE           makes it an empty container
 *
 * In VALUE, '~' is a line feed. doc_write() itself reads every result back and compares it with the tree.
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
#include <unistd.h>

#include "plist/doc.h"

/* --- editing ------------------------------------------------------------------------------------------ */

static struct node *child_named(const struct node *parent, const char *name)
{
	assert_non_null(parent);
	return parent->type == NODE_DICT ? node_get(parent, name) : node_at(parent, strtoul(name, NULL, 10));
}

/* The node at a path, or its container, with the last part of the path in `last`. "." is the root. */
static struct node *walk_path(struct doc *doc, const char *path, bool container, char *last)
{
	struct node *node = doc->root;
	char copy[256], *rest = copy, *part;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((part = strsep(&rest, "/"))) {
		if (!rest && container) {
			snprintf(last, 256, "%s", part);
			return node;
		}
		if (strcmp(part, ".") != 0)
			node = child_named(node, part);
	}
	assert_non_null(node);
	return node;
}

static struct node *find(struct doc *doc, const char *path)
{
	return walk_path(doc, path, false, NULL);
}

static struct node *make(const char *type, const char *value)
{
	struct node *node = node_new(node_type_from_name(type));
	char text[1024];

	assert_non_null(node);
	snprintf(text, sizeof(text), "%s", value);
	for (char *c = strchr(text, '~'); c; c = strchr(c, '~'))
		*c = '\n';
	if (node_is_scalar(node->type))
		assert_int_equal(node_set(node, node->type, text, strlen(text)), 0);
	return node;
}

static void edit_set(struct doc *doc, const char *path, const char *type, const char *value)
{
	struct node *made = make(type, value);

	assert_int_equal(node_set(find(doc, path), made->type, made->value.at, made->value.len), 0);
	node_free(made);
}

static void edit_remove(struct doc *doc, const char *path, const char *a, const char *b)
{
	(void)a;
	(void)b;
	node_remove(find(doc, path));
}

static void insert_at(struct doc *doc, const char *path, struct node *child, bool first)
{
	char key[256];
	struct node *parent = walk_path(doc, path, true, key);

	assert_int_equal(node_insert(parent, first ? node_first(parent) : NULL, child, key, strlen(key)), 0);
}

static void edit_add(struct doc *doc, const char *path, const char *type, const char *value)
{
	insert_at(doc, path, make(type, value), false);
}

static void edit_add_first(struct doc *doc, const char *path, const char *type, const char *value)
{
	insert_at(doc, path, make(type, value), true);
}

static void edit_rename(struct doc *doc, const char *path, const char *key, const char *b)
{
	struct node *old = find(doc, path), *parent = old->parent, *next = node_next(old);
	struct node *moved = node_copy(old, true);

	(void)b;
	assert_non_null(moved);
	node_remove(old);
	assert_int_equal(node_insert(parent, next, moved, key, strlen(key)), 0);
}

static void edit_move(struct doc *doc, const char *path, const char *to, const char *b)
{
	struct node *old = find(doc, path), *moved = node_copy(old, true);

	(void)b;
	assert_non_null(moved);
	assert_int_equal(node_insert(find(doc, to), NULL, moved, old->key, old->key_len), 0);
	node_remove(old);
}

static void edit_container(struct doc *doc, const char *path, const char *type, const char *b)
{
	(void)b;
	node_set_container(find(doc, path), node_type_from_name(type));
}

static const struct edit {
	char name;
	void (*apply)(struct doc *doc, const char *path, const char *a, const char *b);
} EDITS[] = {
	{ '=', edit_set },    { '-', edit_remove }, { '+', edit_add },       { '^', edit_add_first },
	{ '>', edit_rename }, { 'm', edit_move },   { 'c', edit_container },
};

static void apply_line(struct doc *doc, char *line)
{
	const char *path, *a, *b;
	char name = line[0];

	strsep(&line, " ");
	path = strsep(&line, " ");
	a = line ? strsep(&line, " ") : NULL;
	b = line ? line : "";
	for (size_t i = 0; i < sizeof(EDITS) / sizeof(EDITS[0]); i++) {
		if (EDITS[i].name == name) {
			EDITS[i].apply(doc, path, a, b);
			return;
		}
	}
	fail_msg("no such edit: %c", name);
}

static void apply(struct doc *doc, const char *edits)
{
	char *copy = strdup(edits), *rest = copy, *line;

	assert_non_null(copy);
	while ((line = strsep(&rest, "\n")))
		apply_line(doc, line);
	free(copy);
}

static void read_text(struct doc *doc, const void *bytes, size_t len)
{
	struct error err = ERROR_INIT;

	if (doc_read(doc, "test", bytes, len, &err))
		fail_msg("line %lu: %s", err.line, err.text);
}

static void assert_writes(const struct doc *doc, const char *expected)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	if (doc_write(doc, DOC_XML, &out, &err))
		fail_msg("%s: %s", err.key, err.text);
	assert_string_equal(buf_text(&out), expected);
	assert_int_equal(out.len, strlen(expected));
}

/* --- the table ---------------------------------------------------------------------------------------- */

/* What most sources begin and end with. */
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define P(b) XML "<plist version=\"1.0\">\n" b "\n</plist>\n"

#define AB "<dict>\n\t<key>a</key>\n\t<string>1</string>\n\t<key>b</key>\n\t<integer>2</integer>\n</dict>"
#define ABC(c) \
	"<dict>\n\t<key>a</key>\n\t<string>1</string>\n\t<key>b</key>\n\t<integer>2</integer>\n" c "</dict>"
#define A0 "\t<key>a</key>\n\t<string>1</string>\n"
#define B0 "\t<key>b</key>\n\t<integer>2</integer>\n"
#define C0 "\t<key>c</key>\n\t<true/>\n"

static const struct sample {
	const char *sentence, *source, *edits, *expected;
} SAMPLES[] = {
	/* scalars */
	{ "a_changed_string_keeps_its_tags", P("<dict>\n\t<key>a</key><string >old</string >\n</dict>"),
	  "= a string new", P("<dict>\n\t<key>a</key><string >new</string >\n</dict>") },
	{ "a_self_closing_string_is_opened", P("<dict>\n\t<key>a</key>\n\t<string/>\n</dict>"),
	  "= a string v", P("<dict>\n\t<key>a</key>\n\t<string>v</string>\n</dict>") },
	{ "a_self_closing_string_with_a_blank_is_opened", P("<dict>\n\t<key>a</key>\n\t<string />\n</dict>"),
	  "= a string v", P("<dict>\n\t<key>a</key>\n\t<string>v</string>\n</dict>") },
	{ "an_emptied_string_keeps_its_tags", P(AB), "= a string ",
	  P("<dict>\n\t<key>a</key>\n\t<string></string>\n" B0 "</dict>") },
	{ "a_value_set_back_leaves_the_source", P(AB), "= a string 2\n= a string 1", P(AB) },
	{ "markup_in_a_new_string_is_escaped", P(AB), "= a string <a href=\"x\">&'",
	  P("<dict>\n\t<key>a</key>\n\t<string>&lt;a href=\"x\"&gt;&amp;'</string>\n" B0 "</dict>") },
	{ "a_carriage_return_is_a_reference", P(AB), "= a string x\ry",
	  P("<dict>\n\t<key>a</key>\n\t<string>x&#13;y</string>\n" B0 "</dict>") },
	{ "a_boolean_becomes_the_other_element", P("<dict>\n" C0 "</dict>"), "= c boolean false",
	  P("<dict>\n\t<key>c</key>\n\t<false/>\n</dict>") },
	{ "a_changed_type_is_a_new_element", P(AB), "= b string x",
	  P("<dict>\n" A0 "\t<key>b</key>\n\t<string>x</string>\n</dict>") },
	{ "an_integer_spelt_in_hex_is_copied",
	  P("<dict>\n" A0 "\t<key>b</key>\n\t<integer> 0x1F </integer>\n</dict>"), "= a string 2",
	  P("<dict>\n\t<key>a</key>\n\t<string>2</string>\n\t<key>b</key>\n\t<integer> 0x1F "
	    "</integer>\n</dict>") },
	{ "a_placeholder_is_written_as_it_stands", P(AB), "= b integer $FLEET_VAR_PORT",
	  P("<dict>\n" A0 "\t<key>b</key>\n\t<integer>$FLEET_VAR_PORT</integer>\n</dict>") },
	{ "comments_cdata_entities_and_quoting_around_an_edit_stay",
	  P("<!-- head --><dict\t><!-- <a> --><key>x&amp;&#121;</key><!-- v --> "
	    "<string><![CDATA[<b>]]></string>\n"
	    "<key>n</key><!-- why --><string>1</string> <!-- end -->\n</dict><!-- tail -->")
	  "<!-- last -->",
	  "= n string 2",
	  P("<!-- head --><dict\t><!-- <a> --><key>x&amp;&#121;</key><!-- v --> "
	    "<string><![CDATA[<b>]]></string>\n"
	    "<key>n</key><!-- why --><string>2</string> <!-- end -->\n</dict><!-- tail -->")
	  "<!-- last -->" },
	{ "a_byte_order_mark_and_a_document_type_stay",
	  "\xEF\xBB\xBF<?xml version='1.0'?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"x\">\n"
	  "<plist version='1.0'><dict><key>a</key><true/></dict></plist>",
	  "= a boolean false",
	  "\xEF\xBB\xBF<?xml version='1.0'?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"x\">\n"
	  "<plist version='1.0'><dict><key>a</key><false/></dict></plist>" },
	{ "a_root_that_is_a_scalar_is_changed", P("<string>a</string>"), "= . string b",
	  P("<string>b</string>") },

	/* removing */
	{ "a_removed_key_takes_its_lines_along", P(ABC(C0)), "- b", P("<dict>\n" A0 C0 "</dict>") },
	{ "the_first_key_is_removed", P(ABC(C0)), "- a", P("<dict>\n" B0 C0 "</dict>") },
	{ "the_last_key_is_removed", P(ABC(C0)), "- c", P(AB) },
	{ "two_neighbours_are_removed", P(ABC(C0)), "- a\n- b", P("<dict>\n" C0 "</dict>") },
	{ "all_keys_are_removed", P(ABC(C0)), "- a\n- b\n- c", P("<dict>\n</dict>") },
	{ "a_comment_before_a_removed_key_stays", P("<dict>\n" A0 "\t<!-- about b -->\n" B0 C0 "</dict>"),
	  "- b", P("<dict>\n" A0 "\t<!-- about b -->\n" C0 "</dict>") },
	{ "a_remark_after_a_removed_key_stays_on_a_line_of_its_own",
	  P("<dict>\n" A0 "\t<key>b</key>\n\t<integer>2</integer> <!-- two -->\n" C0 "</dict>"), "- b",
	  P("<dict>\n" A0 "\t<!-- two -->\n" C0 "</dict>") },
	{ "blanks_at_the_end_of_lines_around_a_removed_key_stay",
	  P("<dict>\n\t<key>a</key>\n\t<string>1</string>  \n\t<key>b</key>\n\t<true/>   \n" C0 "</dict>"),
	  "- b", P("<dict>\n\t<key>a</key>\n\t<string>1</string>  \n" C0 "</dict>") },
	{ "elements_on_one_line_are_removed_with_one_blank",
	  P("<array><string>a</string> <string>b</string> <string>c</string></array>"), "- 1",
	  P("<array><string>a</string> <string>c</string></array>") },
	{ "the_last_element_on_a_line_is_removed_with_its_blank",
	  P("<array><string>a</string> <string>b</string></array>"), "- 1",
	  P("<array><string>a</string></array>") },
	{ "the_first_element_on_a_line_is_removed_with_its_blank",
	  P("<array><string>a</string> <string>b</string></array>"), "- 0",
	  P("<array><string>b</string></array>") },
	{ "the_first_of_two_on_a_line_leaves_the_other_indented",
	  P("<array>\n\t<string>a</string> <string>b</string>\n</array>"), "- 0",
	  P("<array>\n\t<string>b</string>\n</array>") },
	{ "an_end_tag_on_the_last_line_stays_there", P("<dict>\n" A0 "\t<key>b</key>\n\t<true/></dict>"),
	  "- b", P("<dict>\n\t<key>a</key>\n\t<string>1</string></dict>") },
	{ "a_container_is_removed_with_all_its_lines",
	  P("<dict>\n" A0 "\t<key>d</key>\n\t<dict>\n\t\t<key>e</key>\n\t\t<true/>\n\t</dict>\n" C0
	    "</dict>"),
	  "- d", P("<dict>\n" A0 C0 "</dict>") },

	/* inserting */
	{ "a_new_key_is_indented_as_its_siblings", P(AB), "+ c boolean true", P(ABC(C0)) },
	{ "a_new_key_comes_first", P("<dict>\n" B0 "</dict>"), "^ a string 1", P(AB) },
	{ "a_new_key_stands_before_the_comment_of_the_next", P("<dict>\n\t<!-- about b -->\n" B0 "</dict>"),
	  "^ a string 1", P("<dict>\n" A0 "\t<!-- about b -->\n" B0 "</dict>") },
	{ "a_new_key_stands_after_the_remark_on_the_previous_line",
	  P("<dict>\n\t<key>a</key>\n\t<string>1</string> <!-- one --> <!-- 1 -->\n</dict>"),
	  "+ c boolean true",
	  P("<dict>\n\t<key>a</key>\n\t<string>1</string> <!-- one --> <!-- 1 -->\n" C0 "</dict>") },
	{ "a_first_key_stands_after_a_remark_on_the_start_tag", P("<dict> <!-- settings -->\n" B0 "</dict>"),
	  "^ a string 1", P("<dict> <!-- settings -->\n" A0 B0 "</dict>") },
	{ "key_and_value_on_one_line_stay_together", P("<dict>\n  <key>a</key> <string>1</string>\n</dict>"),
	  "+ b integer 2",
	  P("<dict>\n  <key>a</key> <string>1</string>\n  <key>b</key> <integer>2</integer>\n</dict>") },
	{ "everything_on_one_line_stays_on_one_line", "<plist><dict><key>a</key><true/></dict></plist>",
	  "+ b dict\n+ b/c integer 1",
	  "<plist><dict><key>a</key><true/><key>b</key><dict><key>c</key>"
	  "<integer>1</integer></dict></dict></plist>" },
	{ "a_document_on_one_line_fills_an_empty_dict_there",
	  "<plist><dict><key>a</key><dict/></dict></plist>", "+ a/b integer 1",
	  "<plist><dict><key>a</key><dict><key>b</key><integer>1</integer></dict></dict></plist>" },
	{ "elements_with_blanks_between_get_one_more",
	  P("<array>\n\t<string>a</string> <string>b</string>\n</array>"), "+ 2 string c",
	  P("<array>\n\t<string>a</string> <string>b</string> <string>c</string>\n</array>") },
	{ "a_blank_line_between_siblings_is_not_repeated", P("<dict>\n" A0 "\n" B0 "</dict>"),
	  "+ c boolean true", P("<dict>\n" A0 "\n" B0 C0 "</dict>") },
	{ "a_new_key_is_escaped", P("<dict>\n" A0 "</dict>"), "+ <&> boolean true",
	  P("<dict>\n" A0 "\t<key>&lt;&amp;&gt;</key>\n\t<true/>\n</dict>") },
	{ "several_new_keys_keep_their_order", P("<dict>\n" A0 "</dict>"), "+ b integer 2\n+ c boolean true",
	  P(ABC(C0)) },

	/* containers that were empty */
	{ "a_self_closing_dict_is_opened", P("<dict/>"), "+ a string 1", P("<dict>\n" A0 "</dict>") },
	{ "a_nested_self_closing_dict_is_opened", P("<dict>\n  <key>d</key>\n  <dict />\n</dict>"),
	  "+ d/a string 1",
	  P("<dict>\n  <key>d</key>\n  <dict>\n    <key>a</key>\n    <string>1</string>\n  "
	    "</dict>\n</dict>") },
	{ "an_empty_dict_in_two_tags_is_filled", P("<dict></dict>"), "+ a string 1",
	  P("<dict>\n" A0 "</dict>") },
	{ "an_empty_dict_with_a_blank_is_filled", P("<dict> </dict>"), "+ a string 1",
	  P("<dict>\n" A0 "</dict>") },
	{ "an_empty_array_on_two_lines_is_filled", P("<array>\n</array>"), "+ 0 string x",
	  P("<array>\n\t<string>x</string>\n</array>") },
	{ "new_keys_come_after_the_comment_in_an_empty_dict", P("<dict>\n\t<!-- keys -->\n</dict>"),
	  "+ a string 1", P("<dict>\n\t<!-- keys -->\n" A0 "</dict>") },
	{ "a_new_container_stands_on_lines_of_its_own", P("<dict>\n" A0 "</dict>"),
	  "+ d dict\n+ d/e array\n+ d/e/0 string x\n+ d/f dict",
	  P("<dict>\n" A0
	    "\t<key>d</key>\n\t<dict>\n\t\t<key>e</key>\n\t\t<array>\n\t\t\t<string>x</string>\n"
	    "\t\t</array>\n\t\t<key>f</key>\n\t\t<dict/>\n\t</dict>\n</dict>") },
	{ "a_new_container_takes_the_documents_unit",
	  P("  <dict>\n    <key>a</key>\n    <array/>\n  </dict>"), "+ a/0 dict\n+ a/0/k string v",
	  P("  <dict>\n    <key>a</key>\n    <array>\n      <dict>\n        <key>k</key>\n"
	    "        <string>v</string>\n      </dict>\n    </array>\n  </dict>") },
	{ "a_document_without_indentation_gets_none", P("<dict>\n<key>a</key>\n<array/>\n</dict>"),
	  "+ a/0 string x", P("<dict>\n<key>a</key>\n<array>\n<string>x</string>\n</array>\n</dict>") },
	{ "a_scalar_becomes_a_container", P(AB), "c a dict\n+ a/x boolean true",
	  P("<dict>\n\t<key>a</key>\n\t<dict>\n\t\t<key>x</key>\n\t\t<true/>\n\t</dict>\n" B0 "</dict>") },
	{ "a_container_becomes_a_scalar",
	  P("<dict>\n\t<key>a</key>\n\t<dict>\n\t\t<key>x</key>\n\t\t<true/>\n\t</dict>\n" B0 "</dict>"),
	  "= a string 1", P(AB) },
	{ "an_emptied_dict_is_filled_again", P(AB), "c . dict\n+ c boolean true",
	  P("<dict>\n" C0 "</dict>") },

	/* removing and inserting in one */
	{ "a_new_key_takes_the_place_of_the_last", P(AB), "- b\n+ c boolean true",
	  P("<dict>\n" A0 C0 "</dict>") },
	{ "a_new_key_takes_the_place_of_the_only", P("<dict>\n" A0 "</dict>"), "- a\n+ c boolean true",
	  P("<dict>\n" C0 "</dict>") },
	{ "a_key_is_renamed_in_place", P(ABC(C0)), "> b x",
	  P("<dict>\n" A0 "\t<key>x</key>\n\t<integer>2</integer>\n" C0 "</dict>") },
	{ "a_renamed_container_keeps_its_bytes",
	  P("<dict>\n" A0
	    "\t<key>d</key> <!-- d -->\n\t<dict> <!-- in -->\n\t <key>e</key><true />\n\t</dict>\n" C0
	    "</dict>"),
	  "> d x",
	  P("<dict>\n" A0
	    "\t<key>x</key> <!-- d -->\n\t<dict> <!-- in -->\n\t <key>e</key><true />\n\t</dict>\n" C0
	    "</dict>") },
	{ "a_renamed_key_keeps_the_remark_on_its_line",
	  P("<dict>\n\t<key>a</key><string>1</string> <!-- one -->\n" B0 "</dict>"), "> a x",
	  P("<dict>\n\t<key>x</key><string>1</string> <!-- one -->\n" B0 "</dict>") },
	{ "a_renamed_container_may_be_edited_inside",
	  P("<dict>\n\t<key>d</key>\n\t<dict>\n\t\t<key>e</key><true />\n\t\t<!-- f "
	    "-->\n\t\t<key>f</key><true />\n"
	    "\t\t<key>g</key><string >x</string>\n\t</dict>\n</dict>"),
	  "> d x\n- x/f\n= x/g string y\n+ x/h integer 1",
	  P("<dict>\n\t<key>x</key>\n\t<dict>\n\t\t<key>e</key><true />\n\t\t<!-- f -->\n"
	    "\t\t<key>g</key><string "
	    ">y</string>\n\t\t<key>h</key><integer>1</integer>\n\t</dict>\n</dict>") },
	{ "a_moved_element_keeps_its_bytes",
	  P("<dict>\n\t<key>d</key>\n\t<dict/>\n\t<key>&#101;</key>\n\t<string><![CDATA[x]]></string>\n</"
	    "dict>"),
	  "m e d",
	  P("<dict>\n\t<key>d</key>\n\t<dict>\n\t\t<key>&#101;</key>\n\t\t<string><![CDATA[x]]></"
	    "string>\n\t</dict>\n</dict>") },
	{ "an_array_is_turned_around", P("<array>\n\t<string>a</string>\n\t<string>b</string>\n</array>"),
	  "m 0 .", P("<array>\n\t<string>b</string>\n\t<string>a</string>\n</array>") },

	/* line ends */
	{ "lines_that_end_in_cr_lf_get_new_ones_like_them",
	  "<plist version=\"1.0\">\r\n<dict>\r\n\t<key>a</key>\r\n\t<array/>\r\n</dict>\r\n</plist>\r\n",
	  "+ a/0 string x~y\n+ b boolean true",
	  "<plist "
	  "version=\"1.0\">\r\n<dict>\r\n\t<key>a</key>\r\n\t<array>\r\n\t\t<string>x\r\ny</string>\r\n\t</"
	  "array>\r\n"
	  "\t<key>b</key>\r\n\t<true/>\r\n</dict>\r\n</plist>\r\n" },

	/* data */
	{ "data_on_one_line_stays_on_one_line", P("<dict>\n\t<key>d</key><data>AAAA</data>\n</dict>"),
	  "= d data abcd", P("<dict>\n\t<key>d</key><data>YWJjZA==</data>\n</dict>") },
	{ "data_on_lines_of_its_own_stays_there",
	  P("<dict>\n\t<key>d</key>\n\t<data>\n\tAAAA\n\t</data>\n</dict>"), "= d data abcd",
	  P("<dict>\n\t<key>d</key>\n\t<data>\n\tYWJjZA==\n\t</data>\n</dict>") },
	{ "data_keeps_the_width_and_indentation_of_its_lines",
	  P("<dict>\n\t<key>d</key>\n\t<data>\n\t  AAAAAAAA\n\t  AAAA\n\t  </data>\n</dict>"),
	  "= d data abcdefghijklm",
	  P("<dict>\n\t<key>d</key>\n\t<data>\n\t  YWJjZGVm\n\t  Z2hpamts\n\t  bQ==\n\t  </data>\n</dict>") },
	{ "emptied_data_leaves_no_empty_line",
	  P("<dict>\n\t<key>d</key>\n\t<data>\n\tAAAA\n\t</data>\n</dict>"), "= d data ",
	  P("<dict>\n\t<key>d</key>\n\t<data>\n\t</data>\n</dict>") },
	{ "new_data_is_wrapped_as_apple_does", P("<dict>\n" A0 "</dict>"),
	  "+ d data 0123456789012345678901234567890123456789012345678901234567890",
	  P("<dict>\n" A0 "\t<key>d</key>\n\t<data>\n"
	    "\tMDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\n"
	    "\tMTIzNDU2Nzg5MA==\n\t</data>\n</dict>") },
	{ "data_that_is_a_placeholder_is_no_base64",
	  P("<dict>\n\t<key>d</key>\n\t<data>AAAA</data>\n</dict>"), "= d data $USERNAME",
	  P("<dict>\n\t<key>d</key>\n\t<data>$USERNAME</data>\n</dict>") },
};

static void write_sample(void **state)
{
	const struct sample *sample = *state;
	struct doc doc;

	read_text(&doc, sample->source, strlen(sample->source));
	assert_writes(&doc, sample->source);
	apply(&doc, sample->edits);
	assert_writes(&doc, sample->expected);
	doc_free(&doc);
}

/* --- beyond the table --------------------------------------------------------------------------------- */

static void an_unedited_document_gives_its_source_back(void **state)
{
	static const char SOURCE[] = "\xEF\xBB\xBF<plist >\r\n<!-- x --><dict><key>a</key ><data>\nAAAA "
				     "</data></dict ></plist>\n\n";
	struct doc doc;

	(void)state;
	read_text(&doc, SOURCE, strlen(SOURCE));
	assert_writes(&doc, SOURCE);
	doc_free(&doc);
}

static void a_new_document_is_laid_out_as_apple_does(void **state)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)state;
	assert_int_equal(doc_new(&doc, &err), 0);
	apply(&doc, "+ a string x\n+ d dict\n+ d/b data abc\n+ e array\n+ n integer -1");
	assert_writes(
		&doc,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
		"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
		"<plist "
		"version=\"1.0\">\n<dict>\n\t<key>a</key>\n\t<string>x</string>\n\t<key>d</key>\n\t<dict>\n"
		"\t\t<key>b</key>\n\t\t<data>\n\t\tYWJj\n\t\t</data>\n\t</dict>\n\t<key>e</key>\n\t<array/>\n"
		"\t<key>n</key>\n\t<integer>-1</integer>\n</dict>\n</plist>\n");
	doc_free(&doc);
}

static void an_edited_document_in_another_encoding_says_utf_8(void **state)
{
	static const char SOURCE[] = "<?xml version='1.0' encoding='ISO-8859-1'?>\n<plist version=\"1.0\">\n"
				     "<dict>\n\t<key>a</key>\n\t<string>\xE9</string>\n</dict>\n</plist>\n";
	struct doc doc;

	(void)state;
	read_text(&doc, SOURCE, strlen(SOURCE));
	assert_non_null(doc.recoded);
	apply(&doc, "+ b boolean true");
	assert_writes(&doc, "<?xml version='1.0' encoding='UTF-8'?>\n<plist version=\"1.0\">\n"
			    "<dict>\n\t<key>a</key>\n\t<string>\xC3\xA9</string>\n\t<key>b</key>\n\t<true/"
			    ">\n</dict>\n</plist>\n");
	doc_free(&doc);
}

static void assert_refused(struct doc *doc, int code, const char *key)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	buf_add_text(&out, "before");
	assert_int_equal(doc_write(doc, DOC_XML, &out, &err), -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.key, key);
	assert_true(err.text[0] != '\0');
	assert_string_equal(buf_text(&out), "before");
}

static void a_control_character_is_refused_by_the_name_of_its_key(void **state)
{
	struct doc doc;

	(void)state;
	read_text(&doc, P("<array>\n" AB "\n</array>"), strlen(P("<array>\n" AB "\n</array>")));
	apply(&doc, "= 0/a string x\001y");
	assert_refused(&doc, EINVAL, "00/a");
	doc_free(&doc);
}

static void a_control_character_in_a_key_is_refused(void **state)
{
	struct doc doc;

	(void)state;
	read_text(&doc, P(AB), strlen(P(AB)));
	apply(&doc, "+ x\001 boolean true");
	assert_refused(&doc, EINVAL, "x\001");
	doc_free(&doc);
}

static void a_document_with_a_key_twice_is_not_written_when_edited(void **state)
{
	static const char SOURCE[] = P("<dict><key>a</key><true/><key>a</key><false/></dict>");
	struct doc doc;

	(void)state;
	read_text(&doc, SOURCE, strlen(SOURCE));
	assert_writes(&doc, SOURCE);
	apply(&doc, "+ b boolean true");
	assert_refused(&doc, EINVAL, "a");
	doc_free(&doc);
}

/* Deep enough to end any recursion. */
static void a_tree_too_deep_to_be_read_again_is_not_written(void **state)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct node *node;
	struct doc doc;

	(void)state;
	assert_int_equal(doc_new(&doc, &err), 0);
	node = doc.root;
	for (int i = 1; i < DOC_DEPTH_MAX; i++) {
		assert_int_equal(node_insert(node, NULL, node_new(NODE_DICT), "k", 1), 0);
		node = node_first(node);
	}
	assert_int_equal(doc_write(&doc, DOC_XML, &out, &err), 0);
	for (int i = 0; i < 300000; i++) {
		assert_int_equal(node_insert(node, NULL, node_new(NODE_DICT), "k", 1), 0);
		node = node_first(node);
	}
	for (int format = DOC_XML; format <= DOC_BINARY; format++) {
		assert_int_equal(doc_write(&doc, (enum doc_format)format, &out, &err), -1);
		assert_int_equal(err.code, EINVAL);
		assert_string_equal(err.key + strlen(err.key) - 4, "/k/k");
	}
	doc_free(&doc);
}

/* Writing must not take the square of the number of children, new or removed. */
static void a_hundred_thousand_edits_are_written_in_good_time(void **state)
{
	BUF_AUTO source = BUF_INIT;
	struct doc doc;
	BUF_AUTO out = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buf_add_text(&source, "<plist version=\"1.0\"><array>");
	for (unsigned i = 0; i < 100000; i++)
		buf_add_format(&source, "<dict><key>k</key><integer>%u</integer><key>l</key><array/></dict>",
			       i);
	buf_add_text(&source, "</array></plist>");
	read_text(&doc, source.data, source.len);
	for (struct node *item = node_first(doc.root); item; item = node_next(item)) {
		node_remove(node_get(item, "k"));
		assert_int_equal(node_insert(node_get(item, "l"), NULL, make("string", "x"), NULL, 0), 0);
		assert_int_equal(node_insert(item, NULL, make("string", "y"), "m", 1), 0);
	}
	assert_int_equal(doc_write(&doc, DOC_XML, &out, &err), 0);
	doc_free(&doc);
}

int main(void)
{
	static const struct CMUnitTest OTHERS[] = {
		cmocka_unit_test(an_unedited_document_gives_its_source_back),
		cmocka_unit_test(a_new_document_is_laid_out_as_apple_does),
		cmocka_unit_test(an_edited_document_in_another_encoding_says_utf_8),
		cmocka_unit_test(a_control_character_is_refused_by_the_name_of_its_key),
		cmocka_unit_test(a_control_character_in_a_key_is_refused),
		cmocka_unit_test(a_document_with_a_key_twice_is_not_written_when_edited),
		cmocka_unit_test(a_tree_too_deep_to_be_read_again_is_not_written),
		cmocka_unit_test(a_hundred_thousand_edits_are_written_in_good_time),
	};
	static struct CMUnitTest tests[sizeof(SAMPLES) / sizeof(SAMPLES[0])];
	int failed = 0;

	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		tests[i] = (struct CMUnitTest){ .name = SAMPLES[i].sentence,
						.test_func = write_sample,
						.initial_state = (void *)&SAMPLES[i] };
	failed += cmocka_run_group_tests_name("edits of XML", tests, NULL, NULL);
	failed += cmocka_run_group_tests_name("writing", OTHERS, NULL, NULL);
	return failed;
}
