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
#include <ftw.h>
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

	assert_int_equal(node_set(find(doc, path), made->type, made->value.bytes, made->value.len), 0);
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
	{ '=', edit_set },    { '-', edit_remove }, { '+', edit_add },	     { '^', edit_add_first },
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
#define XML   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define P(b)  XML "<plist version=\"1.0\">\n" b "\n</plist>\n"

#define AB    "<dict>\n\t<key>a</key>\n\t<string>1</string>\n\t<key>b</key>\n\t<integer>2</integer>\n</dict>"
#define ABC(c) "<dict>\n\t<key>a</key>\n\t<string>1</string>\n\t<key>b</key>\n\t<integer>2</integer>\n" c "</dict>"
#define A0    "\t<key>a</key>\n\t<string>1</string>\n"
#define B0    "\t<key>b</key>\n\t<integer>2</integer>\n"
#define C0    "\t<key>c</key>\n\t<true/>\n"

static const struct sample {
	const char *sentence, *source, *edits, *expected;
} SAMPLES[] = {
	/* scalars */
	{ "a_changed_string_keeps_its_tags", P("<dict>\n\t<key>a</key><string >old</string >\n</dict>"),
	  "= a string new", P("<dict>\n\t<key>a</key><string >new</string >\n</dict>") },
	{ "a_self_closing_string_is_opened", P("<dict>\n\t<key>a</key>\n\t<string/>\n</dict>"), "= a string v",
	  P("<dict>\n\t<key>a</key>\n\t<string>v</string>\n</dict>") },
	{ "a_self_closing_string_with_a_blank_is_opened", P("<dict>\n\t<key>a</key>\n\t<string />\n</dict>"),
	  "= a string v", P("<dict>\n\t<key>a</key>\n\t<string>v</string>\n</dict>") },
	{ "an_emptied_string_keeps_its_tags", P(AB), "= a string ",
	  P("<dict>\n\t<key>a</key>\n\t<string></string>\n" B0 "</dict>") },
	{ "a_value_set_back_leaves_the_source", P(AB), "= a string 2\n= a string 1", P(AB) },
	{ "markup_in_a_new_string_is_escaped", P(AB), "= a string <a href=\"x\">&'",
	  P("<dict>\n\t<key>a</key>\n\t<string>&lt;a href=\"x\"&gt;&amp;'</string>\n" B0 "</dict>") },
	{ "a_carriage_return_is_a_reference", P(AB), "= a string x\ry",
	  P("<dict>\n\t<key>a</key>\n\t<string>x&#13;y</string>\n" B0 "</dict>") },
	{ "a_boolean_becomes_the_other_element", P("<dict>" "\n" C0 "</dict>"), "= c boolean false",
	  P("<dict>\n\t<key>c</key>\n\t<false/>\n</dict>") },
	{ "a_changed_type_is_a_new_element", P(AB), "= b string x",
	  P("<dict>\n" A0 "\t<key>b</key>\n\t<string>x</string>\n</dict>") },
	{ "an_integer_spelt_in_hex_is_copied", P("<dict>\n" A0 "\t<key>b</key>\n\t<integer> 0x1F </integer>\n</dict>"),
	  "= a string 2",
	  P("<dict>\n\t<key>a</key>\n\t<string>2</string>\n\t<key>b</key>\n\t<integer> 0x1F </integer>\n</dict>") },
	{ "a_placeholder_is_written_as_it_stands", P(AB), "= b integer $FLEET_VAR_PORT",
	  P("<dict>\n" A0 "\t<key>b</key>\n\t<integer>$FLEET_VAR_PORT</integer>\n</dict>") },
	{ "comments_cdata_entities_and_quoting_around_an_edit_stay",
	  P("<!-- head --><dict\t><!-- <a> --><key>x&amp;&#121;</key><!-- v --> <string><![CDATA[<b>]]></string>\n"
	    "<key>n</key><!-- why --><string>1</string> <!-- end -->\n</dict><!-- tail -->") "<!-- last -->",
	  "= n string 2",
	  P("<!-- head --><dict\t><!-- <a> --><key>x&amp;&#121;</key><!-- v --> <string><![CDATA[<b>]]></string>\n"
	    "<key>n</key><!-- why --><string>2</string> <!-- end -->\n</dict><!-- tail -->") "<!-- last -->" },
	{ "a_byte_order_mark_and_a_document_type_stay",
	  "\xEF\xBB\xBF<?xml version='1.0'?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"x\">\n"
	  "<plist version='1.0'><dict><key>a</key><true/></dict></plist>",
	  "= a boolean false",
	  "\xEF\xBB\xBF<?xml version='1.0'?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"x\">\n"
	  "<plist version='1.0'><dict><key>a</key><false/></dict></plist>" },
	{ "a_root_that_is_a_scalar_is_changed", P("<string>a</string>"), "= . string b", P("<string>b</string>") },

	/* removing */
	{ "a_removed_key_takes_its_lines_along", P(ABC(C0)), "- b", P("<dict>\n" A0 C0 "</dict>") },
	{ "the_first_key_is_removed", P(ABC(C0)), "- a", P("<dict>\n" B0 C0 "</dict>") },
	{ "the_last_key_is_removed", P(ABC(C0)), "- c", P(AB) },
	{ "two_neighbours_are_removed", P(ABC(C0)), "- a\n- b", P("<dict>\n" C0 "</dict>") },
	{ "all_keys_are_removed", P(ABC(C0)), "- a\n- b\n- c", P("<dict>\n</dict>") },
	{ "a_comment_before_a_removed_key_stays", P("<dict>\n" A0 "\t<!-- about b -->\n" B0 C0 "</dict>"), "- b",
	  P("<dict>\n" A0 "\t<!-- about b -->\n" C0 "</dict>") },
	{ "a_remark_after_a_removed_key_stays_on_a_line_of_its_own",
	  P("<dict>\n" A0 "\t<key>b</key>\n\t<integer>2</integer> <!-- two -->\n" C0 "</dict>"), "- b",
	  P("<dict>\n" A0 "\t<!-- two -->\n" C0 "</dict>") },
	{ "blanks_at_the_end_of_lines_around_a_removed_key_stay",
	  P("<dict>\n\t<key>a</key>\n\t<string>1</string>  \n\t<key>b</key>\n\t<true/>   \n" C0 "</dict>"), "- b",
	  P("<dict>\n\t<key>a</key>\n\t<string>1</string>  \n" C0 "</dict>") },
	{ "elements_on_one_line_are_removed_with_one_blank",
	  P("<array><string>a</string> <string>b</string> <string>c</string></array>"), "- 1",
	  P("<array><string>a</string> <string>c</string></array>") },
	{ "the_last_element_on_a_line_is_removed_with_its_blank",
	  P("<array><string>a</string> <string>b</string></array>"), "- 1", P("<array><string>a</string></array>") },
	{ "the_first_element_on_a_line_is_removed_with_its_blank",
	  P("<array><string>a</string> <string>b</string></array>"), "- 0", P("<array><string>b</string></array>") },
	{ "the_first_of_two_on_a_line_leaves_the_other_indented",
	  P("<array>\n\t<string>a</string> <string>b</string>\n</array>"), "- 0",
	  P("<array>\n\t<string>b</string>\n</array>") },
	{ "an_end_tag_on_the_last_line_stays_there", P("<dict>\n" A0 "\t<key>b</key>\n\t<true/></dict>"), "- b",
	  P("<dict>\n\t<key>a</key>\n\t<string>1</string></dict>") },
	{ "a_container_is_removed_with_all_its_lines",
	  P("<dict>\n" A0 "\t<key>d</key>\n\t<dict>\n\t\t<key>e</key>\n\t\t<true/>\n\t</dict>\n" C0 "</dict>"), "- d",
	  P("<dict>\n" A0 C0 "</dict>") },

	/* inserting */
	{ "a_new_key_is_indented_as_its_siblings", P(AB), "+ c boolean true", P(ABC(C0)) },
	{ "a_new_key_comes_first", P("<dict>\n" B0 "</dict>"), "^ a string 1", P(AB) },
	{ "a_new_key_stands_before_the_comment_of_the_next",
	  P("<dict>\n\t<!-- about b -->\n" B0 "</dict>"), "^ a string 1",
	  P("<dict>\n" A0 "\t<!-- about b -->\n" B0 "</dict>") },
	{ "a_new_key_stands_after_the_remark_on_the_previous_line",
	  P("<dict>\n\t<key>a</key>\n\t<string>1</string> <!-- one --> <!-- 1 -->\n</dict>"), "+ c boolean true",
	  P("<dict>\n\t<key>a</key>\n\t<string>1</string> <!-- one --> <!-- 1 -->\n" C0 "</dict>") },
	{ "a_first_key_stands_after_a_remark_on_the_start_tag",
	  P("<dict> <!-- settings -->\n" B0 "</dict>"), "^ a string 1",
	  P("<dict> <!-- settings -->\n" A0 B0 "</dict>") },
	{ "key_and_value_on_one_line_stay_together",
	  P("<dict>\n  <key>a</key> <string>1</string>\n</dict>"), "+ b integer 2",
	  P("<dict>\n  <key>a</key> <string>1</string>\n  <key>b</key> <integer>2</integer>\n</dict>") },
	{ "everything_on_one_line_stays_on_one_line", "<plist><dict><key>a</key><true/></dict></plist>",
	  "+ b dict\n+ b/c integer 1", "<plist><dict><key>a</key><true/><key>b</key><dict><key>c</key>"
	  "<integer>1</integer></dict></dict></plist>" },
	{ "a_document_on_one_line_fills_an_empty_dict_there", "<plist><dict><key>a</key><dict/></dict></plist>",
	  "+ a/b integer 1", "<plist><dict><key>a</key><dict><key>b</key><integer>1</integer></dict></dict></plist>" },
	{ "elements_with_blanks_between_get_one_more",
	  P("<array>\n\t<string>a</string> <string>b</string>\n</array>"), "+ 2 string c",
	  P("<array>\n\t<string>a</string> <string>b</string> <string>c</string>\n</array>") },
	{ "a_blank_line_between_siblings_is_not_repeated", P("<dict>\n" A0 "\n" B0 "</dict>"), "+ c boolean true",
	  P("<dict>\n" A0 "\n" B0 C0 "</dict>") },
	{ "a_new_key_is_escaped", P("<dict>\n" A0 "</dict>"), "+ <&> boolean true",
	  P("<dict>\n" A0 "\t<key>&lt;&amp;&gt;</key>\n\t<true/>\n</dict>") },
	{ "several_new_keys_keep_their_order", P("<dict>\n" A0 "</dict>"), "+ b integer 2\n+ c boolean true",
	  P(ABC(C0)) },

	/* containers that were empty */
	{ "a_self_closing_dict_is_opened", P("<dict/>"), "+ a string 1", P("<dict>\n" A0 "</dict>") },
	{ "a_nested_self_closing_dict_is_opened", P("<dict>\n  <key>d</key>\n  <dict />\n</dict>"), "+ d/a string 1",
	  P("<dict>\n  <key>d</key>\n  <dict>\n    <key>a</key>\n    <string>1</string>\n  </dict>\n</dict>") },
	{ "an_empty_dict_in_two_tags_is_filled", P("<dict></dict>"), "+ a string 1", P("<dict>\n" A0 "</dict>") },
	{ "an_empty_dict_with_a_blank_is_filled", P("<dict> </dict>"), "+ a string 1", P("<dict>\n" A0 "</dict>") },
	{ "an_empty_array_on_two_lines_is_filled", P("<array>\n</array>"), "+ 0 string x",
	  P("<array>\n\t<string>x</string>\n</array>") },
	{ "new_keys_come_after_the_comment_in_an_empty_dict", P("<dict>\n\t<!-- keys -->\n</dict>"), "+ a string 1",
	  P("<dict>\n\t<!-- keys -->\n" A0 "</dict>") },
	{ "a_new_container_stands_on_lines_of_its_own", P("<dict>\n" A0 "</dict>"),
	  "+ d dict\n+ d/e array\n+ d/e/0 string x\n+ d/f dict",
	  P("<dict>\n" A0 "\t<key>d</key>\n\t<dict>\n\t\t<key>e</key>\n\t\t<array>\n\t\t\t<string>x</string>\n"
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
	{ "an_emptied_dict_is_filled_again", P(AB), "c . dict\n+ c boolean true", P("<dict>\n" C0 "</dict>") },

	/* removing and inserting in one */
	{ "a_new_key_takes_the_place_of_the_last", P(AB), "- b\n+ c boolean true", P("<dict>\n" A0 C0 "</dict>") },
	{ "a_new_key_takes_the_place_of_the_only", P("<dict>\n" A0 "</dict>"), "- a\n+ c boolean true",
	  P("<dict>\n" C0 "</dict>") },
	{ "a_key_is_renamed_in_place", P(ABC(C0)), "> b x",
	  P("<dict>\n" A0 "\t<key>x</key>\n\t<integer>2</integer>\n" C0 "</dict>") },
	{ "a_renamed_container_keeps_its_bytes",
	  P("<dict>\n" A0 "\t<key>d</key> <!-- d -->\n\t<dict> <!-- in -->\n\t <key>e</key><true />\n\t</dict>\n" C0 "</dict>"),
	  "> d x",
	  P("<dict>\n" A0 "\t<key>x</key>\n\t<dict> <!-- in -->\n\t <key>e</key><true />\n\t</dict>\n" C0 "</dict>") },
	{ "a_renamed_key_keeps_the_remark_on_its_line",
	  P("<dict>\n\t<key>a</key><string>1</string> <!-- one -->\n" B0 "</dict>"), "> a x",
	  P("<dict>\n\t<key>x</key><string>1</string> <!-- one -->\n" B0 "</dict>") },
	{ "a_renamed_container_may_be_edited_inside",
	  P("<dict>\n\t<key>d</key>\n\t<dict>\n\t\t<key>e</key><true />\n\t\t<!-- f -->\n\t\t<key>f</key><true />\n"
	    "\t\t<key>g</key><string >x</string>\n\t</dict>\n</dict>"),
	  "> d x\n- x/f\n= x/g string y\n+ x/h integer 1",
	  P("<dict>\n\t<key>x</key>\n\t<dict>\n\t\t<key>e</key><true />\n\t\t<!-- f -->\n"
	    "\t\t<key>g</key><string >y</string>\n\t\t<key>h</key><integer>1</integer>\n\t</dict>\n</dict>") },
	{ "a_moved_element_keeps_its_bytes",
	  P("<dict>\n\t<key>d</key>\n\t<dict/>\n\t<key>&#101;</key>\n\t<string><![CDATA[x]]></string>\n</dict>"), "m e d",
	  P("<dict>\n\t<key>d</key>\n\t<dict>\n\t\t<key>&#101;</key>\n\t\t<string><![CDATA[x]]></string>\n\t</dict>\n</dict>") },
	{ "an_array_is_turned_around", P("<array>\n\t<string>a</string>\n\t<string>b</string>\n</array>"), "m 0 .",
	  P("<array>\n\t<string>b</string>\n\t<string>a</string>\n</array>") },

	/* line ends */
	{ "lines_that_end_in_cr_lf_get_new_ones_like_them",
	  "<plist version=\"1.0\">\r\n<dict>\r\n\t<key>a</key>\r\n\t<array/>\r\n</dict>\r\n</plist>\r\n",
	  "+ a/0 string x~y\n+ b boolean true",
	  "<plist version=\"1.0\">\r\n<dict>\r\n\t<key>a</key>\r\n\t<array>\r\n\t\t<string>x\r\ny</string>\r\n\t</array>\r\n"
	  "\t<key>b</key>\r\n\t<true/>\r\n</dict>\r\n</plist>\r\n" },

	/* data */
	{ "data_on_one_line_stays_on_one_line", P("<dict>\n\t<key>d</key><data>AAAA</data>\n</dict>"), "= d data abcd",
	  P("<dict>\n\t<key>d</key><data>YWJjZA==</data>\n</dict>") },
	{ "data_on_lines_of_its_own_stays_there", P("<dict>\n\t<key>d</key>\n\t<data>\n\tAAAA\n\t</data>\n</dict>"),
	  "= d data abcd", P("<dict>\n\t<key>d</key>\n\t<data>\n\tYWJjZA==\n\t</data>\n</dict>") },
	{ "data_keeps_the_width_and_indentation_of_its_lines",
	  P("<dict>\n\t<key>d</key>\n\t<data>\n\t  AAAAAAAA\n\t  AAAA\n\t  </data>\n</dict>"),
	  "= d data abcdefghijklm",
	  P("<dict>\n\t<key>d</key>\n\t<data>\n\t  YWJjZGVm\n\t  Z2hpamts\n\t  bQ==\n\t  </data>\n</dict>") },
	{ "emptied_data_leaves_no_empty_line", P("<dict>\n\t<key>d</key>\n\t<data>\n\tAAAA\n\t</data>\n</dict>"),
	  "= d data ", P("<dict>\n\t<key>d</key>\n\t<data>\n\t</data>\n</dict>") },
	{ "new_data_is_wrapped_as_apple_does", P("<dict>\n" A0 "</dict>"),
	  "+ d data 0123456789012345678901234567890123456789012345678901234567890",
	  P("<dict>\n" A0 "\t<key>d</key>\n\t<data>\n"
	    "\tMDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\n"
	    "\tMTIzNDU2Nzg5MA==\n\t</data>\n</dict>") },
	{ "data_that_is_a_placeholder_is_no_base64", P("<dict>\n\t<key>d</key>\n\t<data>AAAA</data>\n</dict>"),
	  "= d data $USERNAME", P("<dict>\n\t<key>d</key>\n\t<data>$USERNAME</data>\n</dict>") },
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
	static const char SOURCE[] = "\xEF\xBB\xBF<plist >\r\n<!-- x --><dict><key>a</key ><data>\nAAAA </data></dict ></plist>\n\n";
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
	assert_writes(&doc,
		      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
		      "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
		      "<plist version=\"1.0\">\n<dict>\n\t<key>a</key>\n\t<string>x</string>\n\t<key>d</key>\n\t<dict>\n"
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
			    "<dict>\n\t<key>a</key>\n\t<string>\xC3\xA9</string>\n\t<key>b</key>\n\t<true/>\n</dict>\n</plist>\n");
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

static void a_tree_too_deep_to_be_read_again_is_not_written(void **state)
{
	struct node *node;
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)state;
	assert_int_equal(doc_new(&doc, &err), 0);
	node = doc.root;
	for (int i = 0; i < DOC_DEPTH_MAX + 10; i++) {
		struct node *child = node_new(NODE_DICT);

		assert_int_equal(node_insert(node, NULL, child, "k", 1), 0);
		node = child;
	}
	assert_refused(&doc, EIO, "");
	doc_free(&doc);
}

/* --- properties --------------------------------------------------------------------------------------- */

/* A small generator of random numbers: the same documents and edits on every machine. */
static uint64_t seed;

static unsigned random_below(unsigned limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % limit;
}

/* How a generated document is written. */
struct manner {
	const char *line_end, *unit, *link;
	bool comments, blank_lines;
};

static void generate(struct buf *out, const struct manner *manner, unsigned depth);

static void new_line(struct buf *out, const struct manner *manner, unsigned depth)
{
	buf_add_text(out, manner->line_end);
	for (unsigned i = 0; i < depth; i++)
		buf_add_text(out, manner->unit);
}

static void generate_children(struct buf *out, const struct manner *manner, unsigned depth, bool keys)
{
	unsigned count = random_below(5);

	for (unsigned i = 0; i < count; i++) {
		if (manner->blank_lines && random_below(4) == 0)
			buf_add_text(out, manner->line_end);
		if (manner->comments && random_below(3) == 0) {
			new_line(out, manner, depth);
			buf_add_text(out, "<!-- <key> & -->");
		}
		new_line(out, manner, depth);
		if (keys) {
			buf_add_format(out, "<key>k%u</key>", i);
			if (manner->link)
				buf_add_text(out, manner->link);
			else
				new_line(out, manner, depth);
		}
		generate(out, manner, depth);
		if (manner->comments && random_below(6) == 0)
			buf_add_text(out, " <!-- remark -->");
	}
}

static void generate_container(struct buf *out, const struct manner *manner, unsigned depth, const char *tag)
{
	size_t start = out->len;

	buf_add_format(out, "<%s>", tag);
	generate_children(out, manner, depth + 1, tag[0] == 'd');
	if (out->len > start + strlen(tag) + 2)
		new_line(out, manner, depth);
	buf_add_format(out, "</%s>", tag);
}

static void generate(struct buf *out, const struct manner *manner, unsigned depth)
{
	static const char *const SCALARS[] = { "<string>a &amp; b</string>", "<string/>", "<integer>+7</integer>",
					       "<true/>", "<string><![CDATA[<x>]]></string>", "<dict/>", "<array />",
					       "<data>AAAA</data>", "<real>1.50</real>" };
	unsigned kind = random_below(15);

	if (depth < 4 && (kind < 3 || depth == 0))
		generate_container(out, manner, depth, "dict");
	else if (depth < 4 && kind < 6)
		generate_container(out, manner, depth, "array");
	else
		buf_add_text(out, SCALARS[random_below(sizeof(SCALARS) / sizeof(SCALARS[0]))]);
}

static void collect(struct node *node, struct node **nodes, size_t *count, size_t max)
{
	if (*count < max)
		nodes[(*count)++] = node;
	for (struct node *child = node_first(node); child; child = node_next(child))
		collect(child, nodes, count, max);
}

static struct node *random_node(struct doc *doc)
{
	static struct node *nodes[20000];
	size_t count = 0;

	collect(doc->root, nodes, &count, sizeof(nodes) / sizeof(nodes[0]));
	return nodes[random_below((unsigned)count)];
}

static size_t lines_in(const char *bytes, size_t len)
{
	size_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n';
	return lines;
}

/* The lines of both texts that are left when the lines they begin and end with in common are taken off. */
struct hunk {
	size_t removed, added;
};

static struct hunk hunk_between(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t head = 0, tail = 0, most = a_len < b_len ? a_len : b_len;

	for (size_t i = 0; i < most && a[i] == b[i]; i++) {
		if (a[i] == '\n')
			head = i + 1;
	}
	for (size_t i = 0; i < most - head && a[a_len - 1 - i] == b[b_len - 1 - i]; i++) {
		if (a[a_len - 1 - i] == '\n')
			tail = i;
	}
	return (struct hunk){ lines_in(a + head, a_len - head - tail), lines_in(b + head, b_len - head - tail) };
}

/* What a random edit may touch: lines of the source, lines that it adds. */
static struct hunk lines_of(const struct doc *doc, size_t start, size_t end)
{
	size_t lines = lines_in(doc->source.data + start, end - start) + 1;

	return (struct hunk){ lines, lines };
}

static struct hunk change_scalar(struct doc *doc, struct node *node)
{
	struct hunk hunk = lines_of(doc, node->source.element.start, node->source.element.end);
	const char *text = node->type == NODE_BOOLEAN ? "false" : "12345";

	if (node->type == NODE_BOOLEAN && strcmp(node_text(node), "false") == 0)
		text = "true";
	if (node->type == NODE_DATE)
		text = "2026-01-31T12:00:00Z";
	assert_int_equal(node_set(node, node->type, text, strlen(text)), 0);
	return hunk;
}

static struct hunk remove_child(struct doc *doc, struct node *node)
{
	size_t start = node->source.key.end ? node->source.key.start : node->source.element.start;
	struct hunk hunk = lines_of(doc, start, node->source.element.end);

	node_remove(node);
	hunk.removed += 2; /* with a blank line before it, and a line that is joined with the rest of its last */
	hunk.added = 1;
	return hunk;
}

static struct hunk insert_child(struct doc *doc, struct node *parent)
{
	struct node *child = make("string", "new"), *before = NULL;

	(void)doc;
	if (parent->count)
		before = node_at(parent, random_below((unsigned)parent->count + 1));
	assert_int_equal(node_insert(parent, before, child, "brand new", 9), 0);
	return (struct hunk){ 1, 4 };
}

static struct hunk replace_child(struct doc *doc, struct node *node)
{
	struct node *parent = node->parent, *next = node_next(node), *child = make("string", "new");
	struct hunk hunk = remove_child(doc, node);

	assert_int_equal(node_insert(parent, next, child, "brand new", 9), 0);
	hunk.added = 2;
	return hunk;
}

/* Makes one random edit. False if there was nothing to edit. */
static bool edit_randomly(struct doc *doc, struct hunk *most)
{
	struct node *node = random_node(doc);

	switch (random_below(4)) {
	case 0:
		if (!node_is_scalar(node->type))
			return false;
		*most = change_scalar(doc, node);
		return true;
	case 1:
		if (!node->parent)
			return false;
		*most = remove_child(doc, node);
		return true;
	case 2:
		if (node_is_scalar(node->type))
			return false;
		*most = insert_child(doc, node);
		return true;
	default:
		if (!node->parent)
			return false;
		*most = replace_child(doc, node);
		return true;
	}
}

/* One random edit of the document must leave one hunk, no larger than the edit. */
static bool edit_is_one_hunk(const char *bytes, size_t len)
{
	struct error err = ERROR_INIT;
	struct hunk most, hunk;
	BUF_AUTO out = BUF_INIT;
	struct doc doc;
	bool edited;

	if (doc_read(&doc, "test", bytes, len, &err) != 0)
		return false;
	edited = doc.format == DOC_XML && !doc.recoded && !doc.duplicate.code && edit_randomly(&doc, &most);
	if (edited) {
		if (doc_write(&doc, DOC_XML, &out, &err))
			fail_msg("%s: %s\n%s", err.key, err.text, bytes);
		hunk = hunk_between(doc.source.data, doc.source.len, out.data, out.len);
		if (hunk.removed > most.removed || hunk.added > most.added)
			fail_msg("an edit of -%zu +%zu lines became -%zu +%zu\n%s\n=>\n%s", most.removed, most.added,
				 hunk.removed, hunk.added, bytes, buf_text(&out));
	}
	doc_free(&doc);
	return edited;
}

static void a_random_edit_of_a_generated_document_is_one_hunk(void **state)
{
	static const struct manner MANNERS[] = {
		{ "\n", "\t", NULL, false, false },   { "\n", "  ", NULL, true, true },
		{ "\r\n", "    ", "", true, false },  { "\n", "", NULL, true, true },
		{ "\n", "\t", " ", false, true },     { "\r\n", "\t", "<!-- link -->", true, true },
	};
	size_t edits = 0;

	(void)state;
	seed = 1;
	for (unsigned i = 0; i < 6000; i++) {
		const struct manner *manner = &MANNERS[i % (sizeof(MANNERS) / sizeof(MANNERS[0]))];
		BUF_AUTO source = BUF_INIT;

		buf_add_format(&source, "<plist version=\"1.0\">%s", manner->line_end);
		generate(&source, manner, 0);
		buf_add_format(&source, "%s</plist>%s", manner->line_end, manner->line_end);
		edits += edit_is_one_hunk(source.data, source.len);
	}
	assert_true(edits > 1000);
}

static struct node *random_container(struct doc *doc)
{
	struct node *node = random_node(doc);

	while (node_is_scalar(node->type) && node->parent)
		node = node->parent;
	return node_is_scalar(node->type) ? NULL : node;
}

/* Puts a node anywhere but below itself; frees it if that cannot be. */
static void insert_anywhere(struct doc *doc, struct node *child)
{
	struct node *parent = random_container(doc);
	char key[8];

	snprintf(key, sizeof(key), "k%u", random_below(6));
	if (!parent || (parent->type == NODE_DICT && node_get(parent, key))) {
		node_free(child);
		return;
	}
	assert_int_equal(node_insert(parent, node_at(parent, random_below((unsigned)parent->count + 1)), child, key, 2),
			 0);
}

static void set_randomly(struct node *node)
{
	static const struct {
		enum node_type type;
		const char *text;
	} VALUES[] = {
		{ NODE_STRING, "x\ny\r<&>" },	       { NODE_STRING, "" },		{ NODE_INTEGER, "-12345678901234567890123" },
		{ NODE_REAL, "1e5" },		       { NODE_BOOLEAN, "true" },	{ NODE_BOOLEAN, "false" },
		{ NODE_DATE, "2026-01-31T12:00:00Z" }, { NODE_DATA, "\x01\xFF\x02" }, { NODE_DATA, "$USERNAME" },
		{ NODE_DATA, "0123456789012345678901234567890123456789012345678901234567890123456789" },
		{ NODE_STRING, "a & b" },	       { NODE_INTEGER, "7" },
	};
	unsigned i = random_below(sizeof(VALUES) / sizeof(VALUES[0]));

	assert_int_equal(node_set(node, VALUES[i].type, VALUES[i].text, strlen(VALUES[i].text)), 0);
}

/* Not what was removed because the container became something else: that cannot come back. */
static void revive_some(struct node *parent)
{
	if (node_is_scalar(parent->type))
		return;
	for (struct node *child = parent->first; child; child = child->next) {
		bool fits = (child->key != NULL) == (parent->type == NODE_DICT);

		if (child->removed && fits && node_is_scalar(child->type) && random_below(2))
			node_revive(child);
	}
}

/* Anything that the file system may do to a tree. */
static void edit_wildly(struct doc *doc)
{
	struct node *node = random_node(doc), *child;

	switch (random_below(8)) {
	case 0:
		set_randomly(node);
		break;
	case 1:
		node_set_container(node, random_below(2) ? NODE_DICT : NODE_ARRAY);
		break;
	case 2:
		if (node->parent)
			node_remove(node);
		break;
	case 3:
		if (node->parent)
			node_mark_removed(node);
		break;
	case 4:
		child = node_new(random_below(2) ? NODE_DICT : NODE_STRING);
		assert_non_null(child);
		insert_anywhere(doc, child);
		break;
	case 5:
		child = node_copy(node, true);
		assert_non_null(child);
		insert_anywhere(doc, child);
		break;
	case 6:
		if (node->parent)
			insert_anywhere(doc, node_take(node));
		break;
	default:
		revive_some(node);
		node_purge(doc->root);
	}
}

static void any_number_of_edits_reads_back_equal(void **state)
{
	static const struct manner MANNERS[] = {
		{ "\n", "\t", NULL, true, false }, { "\r\n", "  ", " ", true, true }, { "", "", "", true, false },
	};

	(void)state;
	seed = 3;
	for (unsigned i = 0; i < 3000; i++) {
		const struct manner *manner = &MANNERS[i % (sizeof(MANNERS) / sizeof(MANNERS[0]))];
		struct error err = ERROR_INIT;
		BUF_AUTO source = BUF_INIT;
		BUF_AUTO out = BUF_INIT;
		struct doc doc;

		buf_add_text(&source, "<plist version=\"1.0\">");
		generate(&source, manner, 0);
		buf_add_text(&source, "</plist>");
		read_text(&doc, source.data, source.len);
		for (unsigned edits = 1 + random_below(12); edits; edits--)
			edit_wildly(&doc);
		if (doc_write(&doc, DOC_XML, &out, &err))
			fail_msg("%s: %s\n%s", err.key, err.text, source.data);
		doc_free(&doc);
	}
}

static size_t profiles, profile_edits;

static int edit_profile(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	FILE *file;
	char *bytes;

	(void)ftw;
	if (kind != FTW_F || info->st_size <= 0 || info->st_size > 1 << 20)
		return 0;
	bytes = calloc(1, (size_t)info->st_size + 1);
	file = fopen(path, "rb");
	if (file && bytes && fread(bytes, 1, (size_t)info->st_size, file) == (size_t)info->st_size) {
		size_t before = profile_edits;

		for (unsigned i = 0; i < 20; i++)
			profile_edits += edit_is_one_hunk(bytes, (size_t)info->st_size);
		profiles += profile_edits > before;
	}
	if (file)
		fclose(file);
	free(bytes);
	return 0;
}

static void a_random_edit_of_a_real_profile_is_one_hunk(void **state)
{
	const char *folder = getenv("PROFILEFS_TEST_PROFILES");

	(void)state;
	if (!folder) {
		print_message("PROFILEFS_TEST_PROFILES is not set: no real profiles to try\n");
		skip();
	}
	seed = 2;
	if (nftw(folder, edit_profile, 16, FTW_PHYS) != 0) {
		print_message("%s cannot be read: no real profiles to try\n", folder);
		skip();
	}
	print_message("%zu edits of %zu profiles\n", profile_edits, profiles);
	assert_true(profiles > 0);
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
		buf_add_format(&source, "<dict><key>k</key><integer>%u</integer><key>l</key><array/></dict>", i);
	buf_add_text(&source, "</array></plist>");
	read_text(&doc, source.data, source.len);
	for (struct node *item = node_first(doc.root); item; item = node_next(item)) {
		node_remove(node_get(item, "k"));
		assert_int_equal(node_insert(node_get(item, "l"), NULL, make("string", "x"), NULL, 0), 0);
		assert_int_equal(node_insert(item, NULL, make("string", "y"), "m", 1), 0);
	}
	alarm(60);
	assert_int_equal(doc_write(&doc, DOC_XML, &out, &err), 0);
	alarm(0);
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
		cmocka_unit_test(a_random_edit_of_a_generated_document_is_one_hunk),
		cmocka_unit_test(any_number_of_edits_reads_back_equal),
		cmocka_unit_test(a_random_edit_of_a_real_profile_is_one_hunk),
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
