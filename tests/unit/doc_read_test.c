/* Reading plists: what is kept, what is refused and where, and that every range of source bytes is exact. */
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

#include "plist/base/file.h"
#include "plist/doc.h"
#include "plist/xml_read.h"

/* The body begins in line 2, column 1. */
#define PLIST(body) "<plist version=\"1.0\">\n" body "\n</plist>\n"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Helpers.
 */

static void must_read(struct doc *doc, const char *bytes, size_t len)
{
	struct error err = ERROR_INIT;

	if (doc_read(doc, "test.plist", bytes, len, &err) < 0)
		fail_msg("%lu:%lu: %s", err.line, err.column, err.text);
	assert_non_null(doc->root);
}

static void must_read_text(struct doc *doc, const char *text)
{
	must_read(doc, text, strlen(text));
}

/* Reads a document of one scalar and checks its type and value. */
static void must_be(const char *text, enum node_type type, const char *value)
{
	struct doc doc;

	must_read_text(&doc, text);
	assert_int_equal(doc.root->type, type);
	assert_string_equal(node_text(doc.root), value);
	assert_int_equal(doc.root->value.len, strlen(value));
	assert_int_equal(doc.root->value.type, type);
	assert_false(doc.root->changed);
	doc_free(&doc);
}

static void must_fail_bytes(const char *bytes, size_t len, unsigned long line, unsigned long column,
			    const char *why)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	if (doc_read(&doc, "test.plist", bytes, len, &err) == 0)
		fail_msg("was read, but should be refused for '%s': %s", why, bytes);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
	if (err.line != line || err.column != column)
		fail_msg("'%s' at %lu:%lu, not at %lu:%lu", err.text, err.line, err.column, line, column);
	assert_string_equal(err.rule, "not-a-plist");
	assert_string_equal(err.file, "test.plist");
	assert_null(doc.root);
	assert_null(doc.source.data);
}

static void must_fail(const char *text, unsigned long line, unsigned long column, const char *why)
{
	must_fail_bytes(text, strlen(text), line, column, why);
}

static void assert_span(const struct doc *doc, struct span span, const char *expected)
{
	assert_true(span.start <= span.end && span.end <= doc->source.len);
	assert_int_equal(span.end - span.start, strlen(expected));
	assert_memory_equal(doc->source.data + span.start, expected, strlen(expected));
}

static bool spells(const struct doc *doc, size_t offset, const char *text)
{
	return offset + strlen(text) <= doc->source.len &&
	       memcmp(doc->source.data + offset, text, strlen(text)) == 0;
}

/* Ranges lie inside their parent's, in order, and begin and end with tags. */
static void assert_ranges(const struct doc *doc, const struct node *node)
{
	const struct span *element = &node->source.element, *inner = &node->source.inner;
	const struct node *child;
	size_t from = inner->start;

	assert_true(node->placed || node == doc->root);
	assert_true(spells(doc, element->start, "<"));
	assert_true(spells(doc, element->end - 1, ">"));
	assert_true(element->start < inner->start && inner->start <= inner->end &&
		    inner->end <= element->end);
	if (inner->end == element->end)
		assert_true(inner->start == element->end && spells(doc, element->end - 2, "/>"));
	else
		assert_true(spells(doc, inner->start - 1, ">") && spells(doc, inner->end, "</"));
	for (child = node->first; child; child = child->next) {
		if (node->type == NODE_DICT) {
			assert_true(spells(doc, child->source.key.start, "<key"));
			assert_true(spells(doc, child->source.key.end - 1, ">"));
			assert_true(child->source.key.start >= from);
			from = child->source.key.end;
		}
		assert_true(child->source.element.start >= from);
		from = child->source.element.end;
		assert_true(from <= inner->end);
		assert_ranges(doc, child);
	}
}

/*
 * Values.
 */

static void scalars_become_text(void **state)
{
	(void)state;
	must_be(PLIST("<string> a &amp; b\n</string>"), NODE_STRING, " a & b\n");
	must_be(PLIST("<integer>-5</integer>"), NODE_INTEGER, "-5");
	must_be(PLIST("<integer>0x10</integer>"), NODE_INTEGER, "16");
	must_be(PLIST("<real>0.1</real>"), NODE_REAL, "0.1");
	must_be(PLIST("<true/>"), NODE_BOOLEAN, "true");
	must_be(PLIST("<false></false>"), NODE_BOOLEAN, "false");
	must_be(PLIST("<date>2026-01-31T12:00:00Z</date>"), NODE_DATE, "2026-01-31T12:00:00Z");
	must_be(PLIST("<data>\n\tYWJj\n\tZA==\n</data>"), NODE_DATA, "abcd");
	must_be(PLIST("<string/>"), NODE_STRING, "");
	must_be(PLIST("<data/>"), NODE_DATA, "");
}

static void an_integer_past_64_bits_is_kept(void **state)
{
	(void)state;
	must_be(PLIST("<integer>18446744073709551616</integer>"), NODE_INTEGER, "18446744073709551616");
	must_be(PLIST("<integer>-99999999999999999999</integer>"), NODE_INTEGER, "-99999999999999999999");
}

static void integers_that_readers_disagree_on_are_refused(void **state)
{
	(void)state;
	must_fail(PLIST("<integer>010</integer>"), 2, 1, "");
	must_fail(PLIST("<integer>12abc</integer>"), 2, 1, "");
	must_fail(PLIST("<integer>abc</integer>"), 2, 1, "");
	must_fail(PLIST("<integer/>"), 2, 1, "");
	must_fail(PLIST("<integer>1<!-- -->x</integer>"), 2, 1, "");
}

static void reals_that_are_none_are_refused(void **state)
{
	(void)state;
	must_fail(PLIST("<real>abc</real>"), 2, 1, "");
	must_fail(PLIST("<real>0,1</real>"), 2, 1, "");
	must_fail(PLIST("<real></real>"), 2, 1, "");
}

static void dates_that_readers_disagree_on_are_refused(void **state)
{
	(void)state;
	must_fail(PLIST("<date>2026-01-31T12:00:00.5Z</date>"), 2, 1, "");
	must_fail(PLIST("<date>2026-01-31T12:00:00+01:00</date>"), 2, 1, "");
	must_fail(PLIST("<date>2026-13-01T12:00:00Z</date>"), 2, 1, "");
	must_fail(PLIST("<date>2026-02-30T12:00:00Z</date>"), 2, 1, "");
	must_fail(PLIST("<date>yesterday</date>"), 2, 1, "");
}

static void a_comment_inside_data_cuts_nothing_off(void **state)
{
	(void)state;
	must_be(PLIST("<data>YWJj<!-- the rest -->ZGVm</data>"), NODE_DATA, "abcdef");
	must_be(PLIST("<string>a<!-- b -->c<?pi d?>e</string>"), NODE_STRING, "ace");
	must_be(PLIST("<integer><!-- port -->80</integer>"), NODE_INTEGER, "80");
}

static void data_that_is_not_strict_base64_is_refused(void **state)
{
	(void)state;
	must_fail(PLIST("<data>YWJjZA</data>"), 2, 1, "");
	must_fail(PLIST("<data>YWJj*</data>"), 2, 1, "");
	must_fail(PLIST("<data>\xc3\xa9</data>"), 2, 1, "");
}

static void cdata_and_references_become_the_text_they_mean(void **state)
{
	(void)state;
	must_be(PLIST("<string>a<![CDATA[<b>&amp;]]>c&#233;&#x20AC;</string>"), NODE_STRING,
		"a<b>&amp;c\xc3\xa9\xe2\x82\xac");
}

static void line_ends_in_strings_read_as_lf(void **state)
{
	(void)state;
	must_be("<plist>\r\n<string>a\r\nb\rc&#13;</string>\r\n</plist>", NODE_STRING, "a\nb\nc\r");
}

/*
 * Placeholders.
 */

static void must_be_placeholder(const char *text, enum node_type type, const char *value)
{
	struct doc doc;

	must_read_text(&doc, text);
	assert_int_equal(doc.root->type, type);
	assert_string_equal(node_text(doc.root), value);
	assert_true(node_is_placeholder(doc.root));
	doc_free(&doc);
}

static void placeholders_are_kept_as_whole_values_of_any_type_with_text(void **state)
{
	(void)state;
	must_be_placeholder(PLIST("<integer>$FLEET_VAR_PORT</integer>"), NODE_INTEGER, "$FLEET_VAR_PORT");
	must_be_placeholder(PLIST("<integer>\n\t{{port}}\n</integer>"), NODE_INTEGER, "{{port}}");
	must_be_placeholder(PLIST("<real>${RATIO}</real>"), NODE_REAL, "${RATIO}");
	must_be_placeholder(PLIST("<date>%SerialNumber%</date>"), NODE_DATE, "%SerialNumber%");
	must_be_placeholder(PLIST("<data>$FLEET_SECRET_X</data>"), NODE_DATA, "$FLEET_SECRET_X");
	must_be_placeholder(PLIST("<data>\n$FLEET_SECRET_X\n</data>"), NODE_DATA, "$FLEET_SECRET_X");
}

static void data_whose_bytes_spell_a_placeholder_is_none(void **state)
{
	struct doc doc;

	(void)state;
	must_read_text(&doc, PLIST("<data>JEZMRUVUX1NFQ1JFVF9Y</data>"));
	assert_string_equal(node_text(doc.root), "$FLEET_SECRET_X");
	assert_false(node_is_placeholder(doc.root));
	doc_free(&doc);
}

static void a_string_is_never_a_placeholder_but_a_string(void **state)
{
	struct doc doc;

	(void)state;
	must_read_text(&doc, PLIST("<string>$FLEET_SECRET_X</string>"));
	assert_false(node_is_placeholder(doc.root));
	doc_free(&doc);
}

static void a_placeholder_with_more_around_it_is_no_value(void **state)
{
	(void)state;
	must_fail(PLIST("<integer>1$FLEET_VAR_PORT</integer>"), 2, 1, "");
	must_fail(PLIST("<data>YWJj$FLEET_SECRET_X</data>"), 2, 1, "");
}

/*
 * Dictionaries and arrays.
 */

static void keys_stand_in_the_order_of_the_source(void **state)
{
	struct doc doc;
	struct node *node;

	(void)state;
	must_read_text(&doc, PLIST("<dict><key>b</key><array><true/><integer>2</integer></array>"
				   "<key>a&amp;<![CDATA[<]]></key><string>x</string><key/><dict/></dict>"));
	node = node_first(doc.root);
	assert_string_equal(node->key, "b");
	assert_int_equal(node->count, 2);
	assert_string_equal(node_text(node_at(node, 1)), "2");
	node = node_next(node);
	assert_string_equal(node->key, "a&<");
	node = node_next(node);
	assert_int_equal(node->key_len, 0);
	assert_int_equal(node->type, NODE_DICT);
	assert_null(node_next(node));
	doc_free(&doc);
}

static void of_duplicate_keys_the_last_counts_and_is_reported_where_it_stands(void **state)
{
	struct doc doc;

	(void)state;
	must_read_text(&doc, PLIST("<dict><key>in</key><dict>\n"
				   "  <key>a</key><string>1</string>\n"
				   "  <key>b</key><string>2</string>\n"
				   "  <key>a</key><string>3</string>\n"
				   "  <key>b</key><string>4</string>\n"
				   "</dict></dict>"));
	assert_string_equal(node_text(node_get(node_first(doc.root), "a")), "3");
	assert_int_equal(node_first(doc.root)->count, 2);
	assert_string_equal(doc.duplicate.rule, "duplicate-key");
	assert_int_equal(doc.duplicate.severity, SEVERITY_ERROR);
	assert_string_equal(doc.duplicate.file, "test.plist");
	assert_string_equal(doc.duplicate.key, "in/a");
	assert_int_equal(doc.duplicate.line, 5);
	assert_int_equal(doc.duplicate.column, 3);
	assert_non_null(strstr(doc.duplicate.text, "line 3"));
	doc_free(&doc);
}

static void one_key_in_two_dictionaries_is_no_duplicate(void **state)
{
	struct doc doc;

	(void)state;
	must_read_text(&doc, PLIST("<dict><key>a</key><dict><key>a</key><true/></dict></dict>"));
	assert_int_equal(doc.duplicate.code, 0);
	doc_free(&doc);
}

static void what_is_no_dictionary_is_refused(void **state)
{
	(void)state;
	must_fail(PLIST("<dict><key>a</key><key>b</key><true/></dict>"), 2, 19, "'a' has no value");
	must_fail(PLIST("<dict><key>a</key></dict>"), 2, 7, "'a' has no value");
	must_fail(PLIST("<dict>\n\t<true/></dict>"), 3, 2, "without a <key>");
	must_fail(PLIST("<dict><key>a</key><true/><false/></dict>"), 2, 26, "without a <key>");
	must_fail(PLIST("<array><key>a</key></array>"), 2, 8, "keys stand in <dict> only");
	must_fail(PLIST("<key>a</key>"), 2, 1, "keys stand in <dict> only");
}

static void text_between_elements_is_refused_at_its_first_character(void **state)
{
	(void)state;
	must_fail(PLIST("<array>  \n  stray <true/></array>"), 3, 3, "text directly in <array>");
	must_fail(PLIST("<dict> \xc3\xa9</dict>"), 2, 8, "text directly in <dict>");
	must_fail(PLIST("<true/>x"), 2, 8, "text directly in <plist>");
	must_fail(PLIST("<array> &#65;</array>"), 2, 9, "text directly in <array>");
	must_fail(PLIST("<array><![CDATA[ A]]></array>"), 2, 18, "text directly in <array>");
}

static void elements_where_they_may_not_stand_are_refused(void **state)
{
	(void)state;
	must_fail(PLIST("<string>a<b/></string>"), 2, 10, "<b> is not an element of plists");
	must_fail(PLIST("<string>a<true/></string>"), 2, 10, "<string> cannot hold <true>");
	must_fail(PLIST("<dict><key><string/></key></dict>"), 2, 12, "<key> cannot hold <string>");
	must_fail(PLIST("<Dict/>"), 2, 1, "<Dict> is not an element");
	must_fail(PLIST("<array><plist/></array>"), 2, 8, "a <plist> inside another");
	must_fail(PLIST("<true/><true/>"), 2, 8, "a second value");
	must_fail(PLIST("<true>yes</true>"), 2, 1, "<true> cannot hold anything");
	must_fail("<dict/>", 1, 1, "must be <plist>");
	must_fail("<?xml version='1.0'?>\n<svg/>", 2, 1, "must be <plist>");
	must_fail("<plist>\n</plist>", 1, 1, "nothing in <plist>");
	must_fail("<plist/>", 1, 1, "nothing in <plist>");
}

static void an_error_names_the_path_of_its_key(void **state)
{
	static const char text[] = PLIST("<dict><key>List</key><array><true/><dict><key>Port</key>"
					 "<integer>x</integer></dict></array></dict>");
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)state;
	assert_int_equal(doc_read(&doc, "test.plist", text, strlen(text), &err), -1);
	assert_string_equal(err.key, "List/01/Port");
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 57);
}

static void attributes_are_taken_and_ignored(void **state)
{
	(void)state;
	must_be("<plist version='2.0' x='>'><string a='/>' b=\"&lt;\">v</string></plist>", NODE_STRING, "v");
}

/*
 * Ranges of source bytes.
 */

static void ranges_are_the_bytes_of_key_element_and_inside(void **state)
{
	struct doc doc;
	struct node *node;

	(void)state;
	must_read_text(&doc,
		       "<?xml version=\"1.0\"?>\r\n<!-- \xe2\x82\xac -->\r\n<plist>\r\n<dict x='/>'>\r\n"
		       "<key >a&amp;</key ><!-- between --><string\n>v<!-- w -->&lt;</string >\r\n"
		       "<key/><data />\r\n"
		       "<key>c</key><array><true/> <false></false></array>\r\n"
		       "</dict>\r\n</plist>\r\n");
	assert_ranges(&doc, doc.root);
	node = node_get(doc.root, "a&");
	assert_span(&doc, node->source.key, "<key >a&amp;</key >");
	assert_span(&doc, node->source.element, "<string\n>v<!-- w -->&lt;</string >");
	assert_span(&doc, node->source.inner, "v<!-- w -->&lt;");
	node = node_get(doc.root, "");
	assert_span(&doc, node->source.key, "<key/>");
	assert_span(&doc, node->source.element, "<data />");
	assert_int_equal(node->source.inner.start, node->source.element.end);
	assert_int_equal(node->source.inner.end, node->source.element.end);
	node = node_get(doc.root, "c");
	assert_span(&doc, node->source.inner, "<true/> <false></false>");
	assert_span(&doc, node_at(node, 1)->source.element, "<false></false>");
	assert_span(&doc, node_at(node, 1)->source.inner, "");
	assert_int_equal(node_at(node, 1)->source.inner.end, node_at(node, 1)->source.element.end - 8);
	doc_free(&doc);
}

static void a_byte_order_mark_is_kept_and_counted(void **state)
{
	static const char text[] = "\xef\xbb\xbf<plist><string>a</string></plist>";
	struct doc doc;
	unsigned long line, column;

	(void)state;
	must_read_text(&doc, text);
	assert_true(buf_equals(&doc.source, text, strlen(text)));
	assert_span(&doc, doc.root->source.element, "<string>a</string>");
	doc_position(&doc, doc.root->source.element.start, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 8);
	doc_free(&doc);
	must_fail("\xef\xbb\xbf<plist><strin>a</strin></plist>", 1, 8, "<strin>");
}

static void the_source_is_kept_byte_for_byte(void **state)
{
	static const char text[] =
		"<?xml version=\"1.0\" encoding=\"US-ASCII\"?>\n"
		"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\""
		" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\" [\n<!ENTITY co \"ACME\">\n"
		"<!ATTLIST plist version CDATA \"1.0\">\n]>\n<?pi?>"
		"<plist><string>&co; Inc</string></plist><!-- end -->";
	struct doc doc;

	(void)state;
	must_read_text(&doc, text);
	assert_true(buf_equals(&doc.source, text, strlen(text)));
	assert_string_equal(node_text(doc.root), "ACME Inc");
	assert_span(&doc, doc.root->source.inner, "&co; Inc");
	assert_false(doc.crlf);
	assert_null(doc.recoded);
	assert_int_equal(doc.format, DOC_XML);
	doc_free(&doc);
}

static void crlf_is_told_by_the_first_line(void **state)
{
	static const struct {
		const char *text;
		bool crlf;
	} rows[] = {
		{ "<plist>\r\n<true/>\n</plist>", true },
		{ "<plist>\n<true/>\r\n</plist>", false },
		{ "<plist><true/></plist>", false },
		{ "<plist>\r<true/></plist>", false },
	};
	struct doc doc;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		must_read_text(&doc, rows[i].text);
		assert_int_equal(doc.crlf, rows[i].crlf);
		doc_free(&doc);
	}
}

static void other_encodings_are_recoded_and_ranges_count_in_utf8(void **state)
{
	struct doc doc;

	(void)state;
	must_read_text(&doc,
		       "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><plist><array><string>\xe9</string>"
		       "<true/></array></plist>");
	assert_string_equal(doc.recoded, "ISO-8859-1");
	assert_string_equal(node_text(node_at(doc.root, 0)), "\xc3\xa9");
	assert_span(&doc, node_at(doc.root, 0)->source.element, "<string>\xc3\xa9</string>");
	assert_span(&doc, node_at(doc.root, 1)->source.element, "<true/>");
	doc_free(&doc);

	must_read(&doc, "\xff\xfe<\0p\0l\0i\0s\0t\0>\0<\0d\0i\0c\0t\0/\0>\0<\0/\0p\0l\0i\0s\0t\0>\0", 46);
	assert_string_equal(doc.recoded, "UTF-16");
	assert_span(&doc, doc.root->source.element, "<dict/>");
	doc_free(&doc);
}

static void columns_are_the_files_own_in_any_encoding(void **state)
{
	(void)state;
	must_fail("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><plist><array>\xe9</array></plist>", 1, 58,
		  "text directly in <array>");
	must_fail("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><plist><string>\xe9</string>\xe9</plist>",
		  1, 69, "text directly in <plist>");
	must_fail_bytes("\xff\xfe<\0\xac\x20", 6, 1, 2, "a bare '<'");
}

/*
 * Paths and positions.
 */

static void paths_join_keys_and_two_digit_indices(void **state)
{
	BUF_AUTO path = BUF_INIT;
	struct node *node;
	struct doc doc;

	(void)state;
	must_read_text(
		&doc,
		PLIST("<dict><key>a/b</key><array><true/><dict><key>c</key><true/></dict></array></dict>"));
	doc_path(doc.root, &path);
	assert_string_equal(buf_text(&path), "");
	node = node_get(node_at(node_first(doc.root), 1), "c");
	doc_path(node, &path);
	assert_string_equal(buf_text(&path), "a/b/01/c");
	doc_free(&doc);
}

static void a_new_document_is_an_empty_dict_without_a_source(void **state)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)state;
	assert_int_equal(doc_new(&doc, &err), 0);
	assert_int_equal(doc.format, DOC_XML);
	assert_int_equal(doc.root->type, NODE_DICT);
	assert_int_equal(doc.root->count, 0);
	assert_int_equal(doc.source.len, 0);
	doc_free(&doc);
	assert_null(doc.root);
	doc_free(&doc);
}

static void binary_is_told_from_xml_by_content(void **state)
{
	static const char empty_dict[] = "bplist00" "\xd0" "\x08" "\0\0\0\0\0\0" "\1" "\1"
					 "\0\0\0\0\0\0\0\1" "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\x09";
	unsigned long line, column;
	struct doc doc;

	(void)state;
	must_read(&doc, empty_dict, sizeof(empty_dict) - 1);
	assert_int_equal(doc.format, DOC_BINARY);
	assert_int_equal(doc.root->type, NODE_DICT);
	assert_true(buf_equals(&doc.source, empty_dict, sizeof(empty_dict) - 1));
	doc_position(&doc, 8, &line, &column);
	assert_int_equal(line, 0);
	assert_int_equal(column, 0);
	doc_free(&doc);
	must_fail_bytes(empty_dict, sizeof(empty_dict) - 2, 0, 0, "");
}

/*
 * Files that are no XML plists.
 */

static void files_that_are_something_else_are_told_what_they_look_like(void **state)
{
	(void)state;
	must_fail("", 1, 1, "is empty");
	must_fail("\xef\xbb\xbf", 1, 1, "is empty");
	must_fail("\n\t\n", 3, 1, "nothing but white space");
	must_fail("\n <?xml version=\"1.0\"?>" PLIST("<true/>"), 2, 2,
		  "white space before the XML declaration");
	must_fail("&lt;?xml version=\"1.0\"?&gt;", 1, 1, "HTML-escaped");
	must_fail("{\"a\": 1}", 1, 1, "JSON");
	must_fail("<!DOCTYPE html>\n<html></html>", 1, 1, "an HTML page");
	must_fail("hello", 1, 1, "neither an XML nor a binary plist");
	must_fail_bytes("\0\0\0", 3, 1, 1, "NUL byte");
	must_fail("-----BEGIN CERTIFICATE-----", 1, 1, "PEM");
}

static void xml_that_is_not_well_formed_is_refused_where_it_is_wrong(void **state)
{
	(void)state;
	must_fail(PLIST("<!-- a -- b --><true/>"), 2, 8, "'--' inside a comment");
	must_fail("<!-- a -- b -->" PLIST("<true/>"), 1, 8, "'--' inside a comment");
	must_fail(PLIST("<string>AT&T</string>"), 2, 11, "a bare '&'");
	must_fail(PLIST("<string>a & b</string>"), 2, 11, "a bare '&'");
	must_fail(PLIST("<string>a < b</string>"), 2, 12, "a bare '<'");
	must_fail(PLIST("<array><true/></dict>"), 2, 15,
		  "</dict> where </array> must close the <array> of line 2");
	must_fail(PLIST("<string>\xc3\xa9\xc3\xa9\x01</string>"), 2, 11, "control character 0x01");
	must_fail(PLIST("<string>\xe9t\xe9</string>"), 2, 9, "byte 0xE9 is not UTF-8");
	must_fail(PLIST("<string>\xed\xa0\x80</string>"), 2, 9, "byte 0xED is not UTF-8");
	must_fail(PLIST("<string>&#1;</string>"), 2, 9, "XML cannot hold");
	must_fail(PLIST("<string>&#xFFFE;</string>"), 2, 9, "XML cannot hold");
	must_fail(PLIST("<true/>") "garbage", 4, 1, "after </plist>");
	must_fail(PLIST("<true/>") PLIST("<true/>"), 4, 1, "after </plist>");
	must_fail("<plist>\n<dict>\n", 3, 1, "before the <dict> of line 2 is closed");
	must_fail("<?xml version=\"1.0\"?>\n", 2, 1, "before there is any element");
	must_fail(PLIST("<string a='1' a='2'/>"), 2, 15, "an attribute stands twice");
}

static void nul_bytes_are_refused_where_they_stand(void **state)
{
	static const char inside[] = "<plist><string>a\0b</string></plist>";
	static const char after[] = "<plist><true/></plist>\n\0\0";

	(void)state;
	must_fail_bytes(inside, sizeof(inside) - 1, 1, 17, "a NUL byte");
	must_fail_bytes(after, sizeof(after) - 1, 2, 1, "a NUL byte");
}

static void undeclared_entities_are_refused_also_below_a_doctype(void **state)
{
	(void)state;
	must_fail(PLIST("<string>&nbsp;</string>"), 2, 9, "not declared");
	must_fail("<!DOCTYPE plist SYSTEM 'x.dtd'>\n<plist><string>a&nbsp;b</string></plist>", 2, 17,
		  "&nbsp;");
	must_fail("<!DOCTYPE plist [<!ENTITY % p SYSTEM 'p'> %p; <!ENTITY e 'x'>]>\n"
		  "<plist><string>&e;</string></plist>",
		  2, 16, "&e;");
}

static void external_entities_are_never_loaded(void **state)
{
	(void)state;
	must_fail("<!DOCTYPE plist [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n"
		  "<plist><string>&e;</string></plist>",
		  2, 16, "another file");
}

static void elements_cannot_come_from_entities(void **state)
{
	(void)state;
	must_fail("<!DOCTYPE plist [<!ENTITY e '<true/>'>]>\n<plist>&e;</plist>", 2, 8,
		  "comes from an entity");
	must_fail("<!DOCTYPE plist [<!ENTITY e 'x'>]>\n<plist><array>&e;</array></plist>", 2, 15,
		  "text directly");
}

/*
 * Hostile input.
 */

static void expect_code(const struct buf *bytes, int code, const char *why)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	assert_true(buf_ok(bytes));
	assert_int_equal(doc_read(&doc, "test.plist", bytes->data, bytes->len, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void nest(struct buf *out, size_t depth)
{
	size_t i;

	buf_add_text(out, "<plist>");
	for (i = 0; i < depth; i++)
		buf_add_text(out, "<array>");
	buf_add_text(out, "<true/>");
	for (i = 0; i < depth; i++)
		buf_add_text(out, "</array>");
	buf_add_text(out, "</plist>");
}

static void nesting_ends_at_the_limit(void **state)
{
	BUF_AUTO deepest = BUF_INIT, deeper = BUF_INIT, abyss = BUF_INIT;
	struct doc doc;

	(void)state;
	nest(&deepest, DOC_DEPTH_MAX);
	must_read(&doc, deepest.data, deepest.len);
	doc_free(&doc);
	nest(&deeper, DOC_DEPTH_MAX + 1);
	expect_code(&deeper, EINVAL, "nested more than 512 deep");
	nest(&abyss, 1000000);
	expect_code(&abyss, EINVAL, "nested more than 512 deep");
}

static void a_source_past_the_limit_is_refused(void **state)
{
	BUF_AUTO bytes = BUF_INIT;

	(void)state;
	buf_add_text(&bytes, PLIST("<true/>"));
	buf_resize(&bytes, DOC_SIZE_MAX + 1);
	expect_code(&bytes, EFBIG, "larger than 64 MiB");
}

static void billions_of_laughs_are_refused(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	int i;

	(void)state;
	buf_add_text(&bytes, "<!DOCTYPE plist [<!ENTITY l0 'lol'>");
	for (i = 1; i < 30; i++)
		buf_add_format(&bytes, "<!ENTITY l%d '&l%d;&l%d;&l%d;&l%d;'>", i, i - 1, i - 1, i - 1, i - 1);
	buf_add_text(&bytes, "]><plist><string>&l29;</string></plist>");
	expect_code(&bytes, EINVAL, "expand to far more");
}

static void a_long_chain_of_entities_is_refused(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	int i;

	(void)state;
	buf_add_text(&bytes, "<!DOCTYPE plist [<!ENTITY l0 'lol'>");
	for (i = 1; i < 200000; i++)
		buf_add_format(&bytes, "<!ENTITY l%d '&l%d;'>", i, i - 1);
	buf_add_text(&bytes, "]><plist><string>&l199999;</string></plist>");
	expect_code(&bytes, EINVAL, "entities and attributes are declared");
}

static void one_large_entity_often_used_ends_at_the_limit(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	int i;

	(void)state;
	buf_add_text(&bytes, "<!DOCTYPE plist [<!ENTITY l '");
	for (i = 0; i < 1000000; i++)
		buf_add_char(&bytes, 'l');
	buf_add_text(&bytes, "'>]><plist><string>");
	for (i = 0; i < 90; i++)
		buf_add_text(&bytes, "&l;");
	buf_add_text(&bytes, "</string></plist>");
	expect_code(&bytes, EFBIG, "entities expanded");
}

/* Reads it, and gives back how many children the one value has. A reader that took quadratic time would be
 * ended by the limit on the whole program. */
static size_t children_read(const struct buf *bytes)
{
	struct doc doc;
	size_t count;

	assert_true(buf_ok(bytes));
	must_read(&doc, bytes->data, bytes->len);
	count = doc.root->type == NODE_STRING ? doc.root->value.len : doc.root->count;
	doc_free(&doc);
	return count;
}

static void references_and_keys_by_the_hundred_thousand_are_read(void **state)
{
	BUF_AUTO references = BUF_INIT, keys = BUF_INIT, same = BUF_INIT;
	int i;

	(void)state;
	buf_add_text(&references, "<plist><string>");
	buf_add_text(&keys, "<plist><dict>");
	buf_add_text(&same, "<plist><dict>");
	for (i = 0; i < 200000; i++) {
		buf_add_text(&references, i & 1 ? "&amp;&#10;" : "&#233;\r\n");
		buf_add_format(&keys, "<key>%d</key><true/>", i);
		buf_add_text(&same, "<key>a</key><true/>");
	}
	buf_add_text(&references, "</string></plist>");
	buf_add_text(&keys, "</dict></plist>");
	buf_add_text(&same, "</dict></plist>");
	assert_int_equal(children_read(&references), 100000 * 2 + 100000 * 3);
	assert_int_equal(children_read(&keys), 200000);
	assert_int_equal(children_read(&same), 1);
}

static void small_values_after_a_large_one_are_read(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	size_t i;

	(void)state;
	buf_add_text(&bytes, "<plist><array><string>");
	for (i = 0; i < 8 << 20; i++)
		buf_add_char(&bytes, 'x');
	buf_add_text(&bytes, "</string>");
	for (i = 0; i < 200000; i++)
		buf_add_text(&bytes, "<string>a</string><integer>1</integer>");
	buf_add_text(&bytes, "</array></plist>");
	assert_int_equal(children_read(&bytes), 1 + 2 * 200000);
}

static const char sample[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\" [\n"
	"<!ENTITY co \"ACME\"> ]>\n"
	"<!-- a comment -->\r\n"
	"<plist version=\"1.0\"><dict>\n"
	"\t<key>S</key><string>x &amp; &co; &#233; \xe2\x82\xac <![CDATA[<>]]></string>\n"
	"\t<key>I</key><integer>-5</integer><key>R</key><real>0.1</real>\n"
	"\t<key>D</key><date>2026-01-31T12:00:00Z</date><key>B</key><data>YWJj<!-- c -->ZA==</data>\n"
	"\t<key>P</key><integer>$FLEET_VAR_PORT</integer>\n"
	"\t<key>A</key><array><true/><false/><string/><array/><dict><key/><true></true></dict></array>\n"
	"</dict></plist>";

static void a_file_cut_off_anywhere_is_refused_with_a_position(void **state)
{
	struct error err;
	struct doc doc;
	size_t len;

	(void)state;
	must_read_text(&doc, sample);
	assert_ranges(&doc, doc.root);
	doc_free(&doc);
	for (len = 0; len < strlen(sample); len++) {
		/* A copy of exactly that size, so that a sanitizer sees any byte read past it. */
		char *cut = malloc(len ? len : 1);

		assert_non_null(cut);
		memcpy(cut, sample, len);
		err = ERROR_INIT;
		assert_int_equal(doc_read(&doc, "test.plist", cut, len, &err), -1);
		assert_string_equal(err.rule, "not-a-plist");
		assert_true(err.line >= 1 && err.column >= 1);
		free(cut);
	}
}

static uint64_t random_state = 88172645463325252u;

static size_t random_below(size_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % bound);
}

/* Replaces up to a few bytes at a random place by a byte or by a word that means something. */
static void mutate(const struct buf *from, struct buf *to)
{
	static const char *const words[] = {
		"", "<", ">", "</", "/>", "&", ";", "\"", "'", "=", "\r", "\n", "\xff", "\xc3", "\x01",
		"<key>", "</key>", "<dict>", "</dict>", "<true/>", "<string>", "</string>", "<plist>",
		"</plist>", "<!--", "-->", "--", "<![CDATA[", "]]>", "<?", "?>", "<!", "&co;", "&#0;",
		"encoding='UTF-16'", "ISO-8859-1",
	};
	const char *word = words[random_below(COUNT(words))];
	size_t at = random_below(from->len + 1);
	size_t cut = random_below(4);
	char c = (char)random_below(256);

	if (cut > from->len - at)
		cut = from->len - at;
	buf_add(to, from->data, at);
	if (random_below(3))
		buf_add_text(to, word);
	else
		buf_add_char(to, c);
	buf_add(to, from->data + at + cut, from->len - at - cut);
}

static bool read_mutant(const struct buf *bytes)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	if (doc_read(&doc, "test.plist", bytes->data, bytes->len, &err) == 0) {
		assert_ranges(&doc, doc.root);
		doc_free(&doc);
		return true;
	}
	assert_string_equal(err.rule, "not-a-plist");
	assert_true(err.line >= 1 && err.column >= 1);
	assert_true(err.text[0]);
	return false;
}

static void mutations_are_read_with_sound_ranges_or_refused_with_a_position(void **state)
{
	size_t i, generation, read = 0, refused = 0;

	(void)state;
	for (i = 0; i < 10000; i++) {
		struct buf bytes = BUF_INIT;

		buf_add_text(&bytes, sample);
		for (generation = random_below(3) + 1; generation; generation--) {
			struct buf mutant = BUF_INIT;

			mutate(&bytes, &mutant);
			buf_free(&bytes);
			bytes = mutant;
		}
		if (read_mutant(&bytes))
			read++;
		else
			refused++;
		buf_free(&bytes);
	}
	assert_true(read > 100);
	assert_true(refused > 1000);
}

/*
 * Real profiles.
 */

static size_t corpus_read, corpus_refused;

static bool ends_in(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static int read_profile(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	BUF_AUTO bytes = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)st;
	(void)ftw;
	if (type != FTW_F || !ends_in(path, ".mobileconfig"))
		return 0;
	assert_int_equal(file_read_path(path, DOC_SIZE_MAX, &bytes, &err), 0);
	if (bytes.len && bytes.data[0] == '\x30') /* CMS */
		return 0;
	if (doc_read(&doc, path, bytes.data, bytes.len, &err) == 0) {
		corpus_read++;
		assert_true(buf_equals(&doc.source, bytes.data, bytes.len) || doc.recoded);
		assert_ranges(&doc, doc.root);
		doc_free(&doc);
		return 0;
	}
	corpus_refused++;
	assert_string_equal(err.rule, "not-a-plist");
	assert_true(err.line >= 1 && err.column >= 1);
	print_message("refused: %s:%lu:%lu: %s\n", path, err.line, err.column, err.text);
	return 0;
}

static void real_profiles_are_read_or_refused_with_a_position(void **state)
{
	const char *folder = getenv("PROFILEFS_TEST_PROFILES");

	(void)state;
	if (!folder || !folder[0]) {
		print_message("skipped: PROFILEFS_TEST_PROFILES names no folder of profiles\n");
		skip();
	}
	assert_int_equal(nftw(folder, read_profile, 16, FTW_PHYS), 0);
	print_message("%zu profiles read, %zu refused\n", corpus_read, corpus_refused);
	assert_true(corpus_read > 0);
	assert_true(corpus_refused * 20 <= corpus_read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_become_text),
		cmocka_unit_test(an_integer_past_64_bits_is_kept),
		cmocka_unit_test(integers_that_readers_disagree_on_are_refused),
		cmocka_unit_test(reals_that_are_none_are_refused),
		cmocka_unit_test(dates_that_readers_disagree_on_are_refused),
		cmocka_unit_test(a_comment_inside_data_cuts_nothing_off),
		cmocka_unit_test(data_that_is_not_strict_base64_is_refused),
		cmocka_unit_test(cdata_and_references_become_the_text_they_mean),
		cmocka_unit_test(line_ends_in_strings_read_as_lf),
		cmocka_unit_test(placeholders_are_kept_as_whole_values_of_any_type_with_text),
		cmocka_unit_test(data_whose_bytes_spell_a_placeholder_is_none),
		cmocka_unit_test(a_string_is_never_a_placeholder_but_a_string),
		cmocka_unit_test(a_placeholder_with_more_around_it_is_no_value),
		cmocka_unit_test(keys_stand_in_the_order_of_the_source),
		cmocka_unit_test(of_duplicate_keys_the_last_counts_and_is_reported_where_it_stands),
		cmocka_unit_test(one_key_in_two_dictionaries_is_no_duplicate),
		cmocka_unit_test(what_is_no_dictionary_is_refused),
		cmocka_unit_test(text_between_elements_is_refused_at_its_first_character),
		cmocka_unit_test(elements_where_they_may_not_stand_are_refused),
		cmocka_unit_test(an_error_names_the_path_of_its_key),
		cmocka_unit_test(attributes_are_taken_and_ignored),
		cmocka_unit_test(ranges_are_the_bytes_of_key_element_and_inside),
		cmocka_unit_test(a_byte_order_mark_is_kept_and_counted),
		cmocka_unit_test(the_source_is_kept_byte_for_byte),
		cmocka_unit_test(crlf_is_told_by_the_first_line),
		cmocka_unit_test(other_encodings_are_recoded_and_ranges_count_in_utf8),
		cmocka_unit_test(columns_are_the_files_own_in_any_encoding),
		cmocka_unit_test(paths_join_keys_and_two_digit_indices),
		cmocka_unit_test(a_new_document_is_an_empty_dict_without_a_source),
		cmocka_unit_test(binary_is_told_from_xml_by_content),
		cmocka_unit_test(files_that_are_something_else_are_told_what_they_look_like),
		cmocka_unit_test(xml_that_is_not_well_formed_is_refused_where_it_is_wrong),
		cmocka_unit_test(nul_bytes_are_refused_where_they_stand),
		cmocka_unit_test(undeclared_entities_are_refused_also_below_a_doctype),
		cmocka_unit_test(external_entities_are_never_loaded),
		cmocka_unit_test(elements_cannot_come_from_entities),
		cmocka_unit_test(nesting_ends_at_the_limit),
		cmocka_unit_test(a_source_past_the_limit_is_refused),
		cmocka_unit_test(billions_of_laughs_are_refused),
		cmocka_unit_test(a_long_chain_of_entities_is_refused),
		cmocka_unit_test(one_large_entity_often_used_ends_at_the_limit),
		cmocka_unit_test(references_and_keys_by_the_hundred_thousand_are_read),
		cmocka_unit_test(small_values_after_a_large_one_are_read),
		cmocka_unit_test(a_file_cut_off_anywhere_is_refused_with_a_position),
		cmocka_unit_test(mutations_are_read_with_sound_ranges_or_refused_with_a_position),
		cmocka_unit_test(real_profiles_are_read_or_refused_with_a_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
