/* Reading plists: what is kept, what is refused and where, and that every range of source bytes is exact. */
#include "tests/unit/read_doc.h"
#include "tests/unit/text_in.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
	assert_string_equal(text_in(doc.root), value);
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
	assert_string_equal(text_in(doc.root), "$FLEET_SECRET_X");
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
	assert_int_equal(node_count(node), 2);
	assert_string_equal(text_in(node_at(node, 1)), "2");
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
	assert_string_equal(text_in(node_get(node_first(doc.root), "a")), "3");
	assert_int_equal(node_count(node_first(doc.root)), 2);
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
	must_fail(PLIST("<string>a<b/></string>"), 2, 10, "<string> cannot hold an element");
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
	assert_string_equal(text_in(doc.root), "ACME Inc");
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
	assert_string_equal(text_in(node_at(doc.root, 0)), "\xc3\xa9");
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
	assert_int_equal(node_count(doc.root), 0);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
