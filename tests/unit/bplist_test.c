/* Binary property lists: what comes back unharmed, and what they cannot hold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plist/bplist.h"
#include "plist/doc.h"
#include "tests/unit/bplist_builder.h"
#include "tests/unit/text_in.h"

static void assert_text(const struct doc *doc, const char *key, enum node_type type, const char *text)
{
	const struct node *node = node_get(doc->root, key);

	assert_non_null(node);
	assert_int_equal(node->type, type);
	assert_string_equal(text_in(node), text);
}

static void every_kind_of_value_is_read(void **state)
{
	struct builder builder;
	struct doc doc;

	(void)state;
	make_all(&builder);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	assert_int_equal(doc.format, DOC_BINARY);
	assert_int_equal(node_count(doc.root), VALUE_COUNT);
	for (size_t i = 0; i < VALUE_COUNT; i++)
		assert_text(&doc, VALUES[i].key, VALUES[i].type, VALUES[i].text);
	assert_false(node_differs(doc.root));
	doc_free(&doc);
	buf_free(&builder.bytes);
}

static void an_unedited_binary_document_gives_its_source_back(void **state)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct builder builder;
	struct doc doc;

	(void)state;
	make_all(&builder);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	assert_int_equal(doc_write(&doc, DOC_BINARY, &out, &err), 0);
	assert_true(buf_equals(&out, builder.bytes.data, builder.bytes.len));
	doc_free(&doc);
	buf_free(&builder.bytes);
}

static void a_key_that_is_there_twice_is_noted(void **state)
{
	struct builder builder;
	struct doc doc;
	unsigned keys[2], values[2];

	(void)state;
	begin(&builder);
	keys[0] = keys[1] = add_ascii(&builder, "k");
	values[0] = add_ascii(&builder, "one");
	values[1] = add_ascii(&builder, "two");
	finish(&builder, add_dict(&builder, 2, keys, values));
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	assert_int_equal(doc.duplicate.code, EINVAL);
	assert_string_equal(doc.duplicate.rule, "duplicate-key");
	assert_string_equal(doc.duplicate.key, "k");
	assert_text(&doc, "k", NODE_STRING, "two");
	doc_free(&doc);
	buf_free(&builder.bytes);
}

/* --- writing ------------------------------------------------------------------------------------------ */

#define PLIST(body) "<plist version=\"1.0\">" body "</plist>"

/* Writes a document in one format and reads that. */
static void write_and_read(const struct doc *doc, enum doc_format format, struct doc *again)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	if (doc_write(doc, format, &out, &err))
		fail_msg("%s: %s", err.key, err.text);
	read_ok(again, out.data, out.len);
	assert_int_equal(again->format, format);
}

static void set(struct doc *doc, const char *key, enum node_type type, const char *text)
{
	assert_int_equal(node_set(node_get(doc->root, key), type, text, strlen(text)), 0);
}

static void every_kind_of_value_survives_a_rewrite(void **state)
{
	struct builder builder;
	struct doc doc, again;

	(void)state;
	make_all(&builder);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	set(&doc, "ascii", NODE_STRING, "changed");
	write_and_read(&doc, DOC_BINARY, &again);
	assert_true(node_equal(doc.root, again.root, true));
	assert_text(&again, "ascii", NODE_STRING, "changed");
	doc_free(&again);
	write_and_read(&doc, DOC_XML, &again);
	assert_true(node_equal(doc.root, again.root, true));
	doc_free(&again);
	doc_free(&doc);
	buf_free(&builder.bytes);
}

static void xml_becomes_binary_and_xml_again(void **state)
{
	static const char XML[] = PLIST(
		"<dict><key>i</key><integer>18446744073709551615</integer><key>n</key>"
		"<integer>-9223372036854775808</integer><key>r</key><real>-2.50e3</real><key>d1</key>"
		"<date>0001-01-01T00:00:00Z</date><key>d2</key><date>9999-12-31T23:59:59Z</date><key>d3</key>"
		"<date>1900-02-28T01:02:03Z</date><key>\xC3\xA9</key><string>\xF0\x9F\x98\x80\xEF\xBB\xBF</"
		"string>"
		"<key></key><array><dict/><array/><string></string><data></data></array></dict>");
	struct doc doc, binary, again;

	(void)state;
	read_ok(&doc, XML, strlen(XML));
	write_and_read(&doc, DOC_BINARY, &binary);
	assert_true(bplist_equal(doc.root, binary.root));
	assert_text(&binary, "d1", NODE_DATE, "0001-01-01T00:00:00Z");
	assert_text(&binary, "r", NODE_REAL, "-2500");
	write_and_read(&binary, DOC_XML, &again);
	assert_true(node_equal(binary.root, again.root, true));
	doc_free(&again);
	doc_free(&binary);
	doc_free(&doc);
}

static void assert_real(const char *text, const char *expected)
{
	struct doc doc, binary;
	BUF_AUTO xml = BUF_INIT;

	buf_add_format(&xml, PLIST("<dict><key>r</key><real>%s</real></dict>"), text);
	read_ok(&doc, xml.data, xml.len);
	write_and_read(&doc, DOC_BINARY, &binary);
	assert_text(&binary, "r", NODE_REAL, expected);
	doc_free(&binary);
	doc_free(&doc);
}

static void a_real_number_has_the_shortest_text_that_means_it(void **state)
{
	(void)state;
	assert_real("0.1", "0.1");
	assert_real("0.10000000000000001", "0.1");
	assert_real("0.30000000000000004", "0.30000000000000004");
	assert_real("123456789012345680", "1.2345678901234568e+17");
	assert_real("1e300", "1e+300");
	assert_real("4.9406564584124654e-324", "5e-324");
	assert_real("-0.0", "-0");
	assert_real("inf", "inf");
	assert_real("nan", "nan");
}

static void real_numbers_do_not_depend_on_the_locale(void **state)
{
	static const char *const COMMAS[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8", "de_DE", "fr_FR" };

	(void)state;
	for (size_t i = 0; i < sizeof(COMMAS) / sizeof(COMMAS[0]); i++) {
		if (setlocale(LC_NUMERIC, COMMAS[i])) {
			assert_real("0.25", "0.25");
			setlocale(LC_NUMERIC, "C");
			return;
		}
	}
	print_message("no locale with a decimal comma is installed\n");
	skip();
}

static void a_fraction_of_a_second_outlives_an_edit_elsewhere(void **state)
{
	static const char DATE[] = "\x33\x41\xC7\x97\x13\x20\x40\x00\x00"; /* half a second past noon */
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct builder builder;
	struct doc doc;
	unsigned keys[2], values[2];

	(void)state;
	begin(&builder);
	keys[0] = add_ascii(&builder, "a");
	keys[1] = add_ascii(&builder, "d");
	values[0] = add_ascii(&builder, "x");
	values[1] = add(&builder, LITERAL(DATE));
	finish(&builder, add_dict(&builder, 2, keys, values));
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	assert_text(&doc, "d", NODE_DATE, "2026-01-31T12:00:00Z");
	node_remove(node_get(doc.root, "a"));
	assert_int_equal(doc_write(&doc, DOC_BINARY, &out, &err), 0);
	assert_non_null(memmem(out.data, out.len, DATE, sizeof(DATE) - 1));
	doc_free(&doc);
	buf_free(&builder.bytes);
}

static void make_uid(struct builder *builder)
{
	unsigned key, value;

	begin(builder);
	key = add_ascii(builder, "u");
	value = add(builder, LITERAL("\x81\x01\x02"));
	finish(builder, add_dict(builder, 1, &key, &value));
}

static void a_uid_is_a_dict_and_goes_back_to_a_uid(void **state)
{
	struct builder builder;
	struct doc doc, again;
	struct node *uid;

	(void)state;
	make_uid(&builder);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	uid = node_get(doc.root, "u");
	assert_int_equal(uid->type, NODE_DICT);
	assert_true(uid->uid);
	assert_string_equal(text_in(node_get(uid, "CF$UID")), "258");
	assert_int_equal(node_set(node_get(uid, "CF$UID"), NODE_INTEGER, "7", 1), 0);
	write_and_read(&doc, DOC_BINARY, &again);
	assert_true(node_get(again.root, "u")->uid);
	assert_string_equal(text_in(node_get(node_get(again.root, "u"), "CF$UID")), "7");
	doc_free(&again);
	doc_free(&doc);
	buf_free(&builder.bytes);
}

static void a_uid_that_became_something_else_is_written_as_a_dict(void **state)
{
	struct builder builder;
	struct doc doc, again;
	struct node *uid;

	(void)state;
	make_uid(&builder);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	uid = node_get(doc.root, "u");
	assert_int_equal(node_set(node_get(uid, "CF$UID"), NODE_STRING, "seven", 5), 0);
	write_and_read(&doc, DOC_BINARY, &again);
	assert_false(node_get(again.root, "u")->uid);
	assert_true(node_equal(doc.root, again.root, true));
	doc_free(&again);
	doc_free(&doc);
	buf_free(&builder.bytes);
}

static void a_dict_that_only_looks_like_a_uid_stays_a_dict(void **state)
{
	static const char XML[] =
		PLIST("<dict><key>u</key><dict><key>CF$UID</key><integer>1</integer></dict></dict>");
	struct doc doc, again;

	(void)state;
	read_ok(&doc, XML, strlen(XML));
	write_and_read(&doc, DOC_BINARY, &again);
	assert_false(node_get(again.root, "u")->uid);
	doc_free(&again);
	doc_free(&doc);
}

static void assert_not_binary(const char *element, const char *why)
{
	struct error err = ERROR_INIT;
	BUF_AUTO xml = BUF_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc doc;

	buf_add_format(&xml, PLIST("<dict><key>a</key><array>%s</array></dict>"), element);
	read_ok(&doc, xml.data, xml.len);
	assert_int_equal(doc_write(&doc, DOC_BINARY, &out, &err), -1);
	assert_int_equal(err.code, EINVAL);
	assert_string_equal(err.key, "a/00");
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
	assert_int_equal(out.len, 0);
	doc_free(&doc);
}

static void what_binary_cannot_hold_is_refused_by_the_name_of_its_key(void **state)
{
	(void)state;
	assert_not_binary("<integer>18446744073709551616</integer>", "64 bits");
	assert_not_binary("<integer>-9223372036854775809</integer>", "64 bits");
	assert_not_binary("<integer>$FLEET_VAR_PORT</integer>", "placeholders");
	assert_not_binary("<date>$FLEET_VAR_DATE</date>", "placeholders");
	assert_not_binary("<data>$FLEET_VAR_CERT</data>", "placeholders");
}

static void a_control_character_from_binary_is_refused_in_xml(void **state)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct builder builder;
	struct doc doc;
	unsigned key, value;

	(void)state;
	begin(&builder);
	key = add_ascii(&builder, "k");
	value = add_ascii(&builder, "a\001b");
	finish(&builder, add_dict(&builder, 1, &key, &value));
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	assert_text(&doc, "k", NODE_STRING, "a\001b");
	assert_int_equal(doc_write(&doc, DOC_XML, &out, &err), -1);
	assert_string_equal(err.key, "k");
	doc_free(&doc);
	buf_free(&builder.bytes);
}

static void thousands_of_keys_are_rewritten_in_good_time(void **state)
{
	struct error err = ERROR_INIT;
	struct doc doc, again;

	(void)state;
	assert_int_equal(doc_new(&doc, &err), 0);
	for (unsigned i = 0; i < 50000; i++) {
		struct node *child = node_new(NODE_STRING);
		BUF_AUTO key = BUF_INIT;

		buf_add_format(&key, "key %u", i);
		assert_int_equal(node_set_string(child, buf_text(&key)), 0);
		assert_int_equal(node_insert(doc.root, NULL, child, key.data, key.len), 0);
	}
	write_and_read(&doc, DOC_BINARY, &again);
	assert_int_equal(node_count(again.root), 50000);
	doc_free(&again);
	doc_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_is_read),
		cmocka_unit_test(an_unedited_binary_document_gives_its_source_back),
		cmocka_unit_test(a_key_that_is_there_twice_is_noted),
		cmocka_unit_test(every_kind_of_value_survives_a_rewrite),
		cmocka_unit_test(xml_becomes_binary_and_xml_again),
		cmocka_unit_test(a_real_number_has_the_shortest_text_that_means_it),
		cmocka_unit_test(real_numbers_do_not_depend_on_the_locale),
		cmocka_unit_test(a_fraction_of_a_second_outlives_an_edit_elsewhere),
		cmocka_unit_test(a_uid_is_a_dict_and_goes_back_to_a_uid),
		cmocka_unit_test(a_uid_that_became_something_else_is_written_as_a_dict),
		cmocka_unit_test(a_dict_that_only_looks_like_a_uid_stays_a_dict),
		cmocka_unit_test(what_binary_cannot_hold_is_refused_by_the_name_of_its_key),
		cmocka_unit_test(a_control_character_from_binary_is_refused_in_xml),
		cmocka_unit_test(thousands_of_keys_are_rewritten_in_good_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
