/* Binary property lists: what is refused before libplist sees it, and what comes back unharmed. */
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

#define LITERAL(text) (text), sizeof(text) - 1

/* --- making binary plists ----------------------------------------------------------------------------- */

/* Objects are added one by one; references take two bytes, offsets four. */
struct builder {
	struct buf bytes;
	size_t offsets[4096];
	size_t count;
};

static void add_number(struct buf *out, uint64_t value, unsigned size)
{
	while (size--)
		buf_add_char(out, (char)(value >> 8 * size));
}

static void begin(struct builder *builder)
{
	builder->bytes = BUF_INIT;
	builder->count = 0;
	buf_add_text(&builder->bytes, "bplist00");
}

/* Adds an object of raw bytes and gives its number. */
static unsigned add(struct builder *builder, const char *bytes, size_t len)
{
	builder->offsets[builder->count] = builder->bytes.len;
	buf_add(&builder->bytes, bytes, len);
	return (unsigned)builder->count++;
}

static unsigned add_ascii(struct builder *builder, const char *text)
{
	char marker = (char)(0x50 | strlen(text));
	unsigned number = add(builder, &marker, 1);

	buf_add_text(&builder->bytes, text);
	return number;
}

/* An array of `count` times the same object. */
static unsigned add_array(struct builder *builder, unsigned item, unsigned count)
{
	unsigned number = add(builder, LITERAL("\xAF\x12"));

	add_number(&builder->bytes, count, 4);
	for (unsigned i = 0; i < count; i++)
		add_number(&builder->bytes, item, 2);
	return number;
}

static unsigned add_dict(struct builder *builder, unsigned count, const unsigned *keys, const unsigned *values)
{
	char marker = (char)(0xD0 | count);
	unsigned number = add(builder, &marker, 1);

	for (unsigned i = 0; i < count; i++)
		add_number(&builder->bytes, keys[i], 2);
	for (unsigned i = 0; i < count; i++)
		add_number(&builder->bytes, values[i], 2);
	return number;
}

static void finish(struct builder *builder, uint64_t root)
{
	size_t table = builder->bytes.len;

	for (size_t i = 0; i < builder->count; i++)
		add_number(&builder->bytes, builder->offsets[i], 4);
	add_number(&builder->bytes, 0, 6);
	add_number(&builder->bytes, 4, 1);
	add_number(&builder->bytes, 2, 1);
	add_number(&builder->bytes, builder->count, 8);
	add_number(&builder->bytes, root, 8);
	add_number(&builder->bytes, table, 8);
	assert_true(buf_ok(&builder->bytes));
}

/* A file whose root is this one object. */
static void make_single(struct builder *builder, const char *bytes, size_t len)
{
	begin(builder);
	finish(builder, add(builder, bytes, len));
}

static void read_ok(struct doc *doc, const void *bytes, size_t len)
{
	struct error err = ERROR_INIT;

	if (doc_read(doc, "test", bytes, len, &err))
		fail_msg("%s", err.text);
}

static void assert_text(const struct doc *doc, const char *key, enum node_type type, const char *text)
{
	const struct node *node = node_get(doc->root, key);

	assert_non_null(node);
	assert_int_equal(node->type, type);
	assert_string_equal(node_text(node), text);
}

static void assert_refused(const struct buf *bytes, int code, const char *why)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	assert_int_equal(doc_read(&doc, "bad.plist", bytes->data, bytes->len, &err), -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.file, "bad.plist");
	if (code == EINVAL)
		assert_string_equal(err.rule, "not-a-plist");
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void assert_object_refused(const char *bytes, size_t len, const char *why)
{
	struct builder builder;

	make_single(&builder, bytes, len);
	assert_refused(&builder.bytes, EINVAL, why);
	buf_free(&builder.bytes);
}

/* --- reading ------------------------------------------------------------------------------------------ */

static const struct value {
	const char *key, *bytes;
	size_t len;
	enum node_type type;
	const char *text;
} VALUES[] = {
	{ "ascii", LITERAL("\x52hi"), NODE_STRING, "hi" },
	{ "empty", LITERAL("\x50"), NODE_STRING, "" },
	{ "utf16", LITERAL("\x64\x00\xE9\x20\xAC\xD8\x3D\xDE\x00"), NODE_STRING, "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80" },
	{ "no", LITERAL("\x08"), NODE_BOOLEAN, "false" },
	{ "yes", LITERAL("\x09"), NODE_BOOLEAN, "true" },
	{ "byte", LITERAL("\x10\xFF"), NODE_INTEGER, "255" },
	{ "short", LITERAL("\x11\xFF\xFF"), NODE_INTEGER, "65535" },
	{ "minus", LITERAL("\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFB"), NODE_INTEGER, "-5" },
	{ "least", LITERAL("\x13\x80\x00\x00\x00\x00\x00\x00\x00"), NODE_INTEGER, "-9223372036854775808" },
	{ "most", LITERAL("\x14\0\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), NODE_INTEGER, "18446744073709551615" },
	{ "half", LITERAL("\x22\x3F\x00\x00\x00"), NODE_REAL, "0.5" },
	{ "tenth", LITERAL("\x23\x3F\xB9\x99\x99\x99\x99\x99\x9A"), NODE_REAL, "0.1" },
	{ "million", LITERAL("\x23\x41\x2E\x84\x80\x00\x00\x00\x00"), NODE_REAL, "1000000" },
	{ "third", LITERAL("\x23\x3F\xD5\x55\x55\x55\x55\x55\x55"), NODE_REAL, "0.3333333333333333" },
	{ "date", LITERAL("\x33\x41\xC7\x97\x13\x20\x00\x00\x00"), NODE_DATE, "2026-01-31T12:00:00Z" },
	{ "data", LITERAL("\x43\x01\xFE\x03"), NODE_DATA, "\x01\xFE\x03" },
};

#define VALUE_COUNT (sizeof(VALUES) / sizeof(VALUES[0]))

static void make_all(struct builder *builder)
{
	unsigned keys[VALUE_COUNT], values[VALUE_COUNT], number;

	begin(builder);
	for (unsigned i = 0; i < VALUE_COUNT; i++) {
		keys[i] = add_ascii(builder, VALUES[i].key);
		values[i] = add(builder, VALUES[i].bytes, VALUES[i].len);
	}
	number = add(builder, LITERAL("\xDF\x10"));
	add_number(&builder->bytes, VALUE_COUNT, 1);
	for (unsigned i = 0; i < VALUE_COUNT; i++)
		add_number(&builder->bytes, keys[i], 2);
	for (unsigned i = 0; i < VALUE_COUNT; i++)
		add_number(&builder->bytes, values[i], 2);
	finish(builder, number);
}

static void every_kind_of_value_is_read(void **state)
{
	struct builder builder;
	struct doc doc;

	(void)state;
	make_all(&builder);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	assert_int_equal(doc.format, DOC_BINARY);
	assert_int_equal(doc.root->count, VALUE_COUNT);
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

/* --- refusing ----------------------------------------------------------------------------------------- */

static void damaged_objects_are_refused_with_what_is_wrong(void **state)
{
	(void)state;
	assert_object_refused(LITERAL("\x00"), "null");
	assert_object_refused(LITERAL("\x0F"), "unknown kind");
	assert_object_refused(LITERAL("\x01"), "unknown kind");
	assert_object_refused(LITERAL("\x71x"), "unknown kind");
	assert_object_refused(LITERAL("\xC0"), "unknown kind");
	assert_object_refused(LITERAL("\x13\x00"), "integer that is cut off");
	assert_object_refused(LITERAL("\x15\0"), "more than 16 bytes");
	assert_object_refused(LITERAL("\x14\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"), "does not fit 64 bits");
	assert_object_refused(LITERAL("\x14\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "64 bits");
	assert_object_refused(LITERAL("\x21\x00\x00"), "neither 4 nor 8");
	assert_object_refused(LITERAL("\x23\x00\x00"), "real number that is cut off");
	assert_object_refused(LITERAL("\x32\x00\x00\x00\x00"), "not of 8 bytes");
	assert_object_refused(LITERAL("\x33\x7F\xF8\0\0\0\0\0\0"), "years 1 to 9999");
	assert_object_refused(LITERAL("\x33\xFF\xF0\0\0\0\0\0\0"), "years 1 to 9999");
	assert_object_refused(LITERAL("\x33\x7E\x37\xE4\x3C\x88\x00\x75\x9C"), "years 1 to 9999");
	assert_object_refused(LITERAL("\x45" "abc"), "data that is cut off");
	assert_object_refused(LITERAL("\x55" "abc"), "string that is cut off");
	assert_object_refused(LITERAL("\x53" "a\0b"), "NUL");
	assert_object_refused(LITERAL("\x52" "a\xE9"), "not ASCII");
	assert_object_refused(LITERAL("\x60"), "empty UTF-16");
	assert_object_refused(LITERAL("\x62\0a"), "string that is cut off");
	assert_object_refused(LITERAL("\x61\0\0"), "NUL");
	assert_object_refused(LITERAL("\x61\xD8\x00"), "surrogate");
	assert_object_refused(LITERAL("\x61\xDC\x00"), "surrogate");
	assert_object_refused(LITERAL("\x62\xD8\x00\xD8\x00"), "surrogate");
	assert_object_refused(LITERAL("\x5F\x14" "0123456789abcdef"), "size that is not an integer");
	assert_object_refused(LITERAL("\x5F"), "size that is not an integer");
	assert_object_refused(LITERAL("\x5F\x13\x00"), "size that is cut off");
	assert_object_refused(LITERAL("\x5F\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "string that is cut off");
	assert_object_refused(LITERAL("\x6F\x13\x80\0\0\0\0\0\0\1xx"), "string that is cut off");
	assert_object_refused(LITERAL("\xAF\x13\x80\0\0\0\0\0\0\1xx"), "array that is cut off");
	assert_object_refused(LITERAL("\xDF\x13\x40\0\0\0\0\0\0\0xx"), "dict that is cut off");
	assert_object_refused(LITERAL("\xA1\x00\x07"), "refers to object 7");
	assert_object_refused(LITERAL("\x84\1\0\0\0\0"), "32 bits");
	assert_object_refused(LITERAL("\x8F"), "UID");
	assert_object_refused(LITERAL("\xD1\0\0\0\0"), "key that is not a string");
	assert_object_refused(LITERAL("\xD1\0\x09\0\0"), "key that refers to no object");
}

static void a_damaged_frame_is_refused(void **state)
{
	/* Places in the trailer, counted from the end, and what must not stand there. */
	static const struct {
		size_t from_end;
		unsigned char byte;
	} DAMAGE[] = { { 26, 0 }, { 26, 9 }, { 25, 0 }, { 25, 16 }, { 24, 1 }, { 17, 0 }, { 16, 1 }, { 9, 200 },
		       { 8, 0xFF }, { 1, 0 }, { 1, 7 }, { 1, 255 } };
	struct builder builder;

	(void)state;
	for (size_t i = 0; i < sizeof(DAMAGE) / sizeof(DAMAGE[0]); i++) {
		make_single(&builder, LITERAL("\x09"));
		builder.bytes.data[builder.bytes.len - DAMAGE[i].from_end] = (char)DAMAGE[i].byte;
		assert_refused(&builder.bytes, EINVAL, "damaged");
		buf_free(&builder.bytes);
	}
	make_single(&builder, LITERAL("\x09"));
	builder.bytes.data[7] = '1';
	assert_refused(&builder.bytes, EINVAL, "version 00");
	buf_free(&builder.bytes);
}

static void a_plist_that_contains_itself_is_refused(void **state)
{
	struct builder builder;

	(void)state;
	begin(&builder);
	finish(&builder, add_array(&builder, 0, 1));
	assert_refused(&builder.bytes, EINVAL, "contains itself");
	buf_free(&builder.bytes);

	begin(&builder);
	add_array(&builder, 2, 1);
	add_array(&builder, 0, 1);
	finish(&builder, add_array(&builder, 1, 1));
	assert_refused(&builder.bytes, EINVAL, "contains itself");
	buf_free(&builder.bytes);
}

/* Each level holds the one below ten times. */
static void make_bomb(struct builder *builder, unsigned levels)
{
	unsigned below;

	begin(builder);
	below = add_ascii(builder, "bomb");
	for (unsigned i = 0; i < levels; i++)
		below = add_array(builder, below, 10);
	finish(builder, below);
}

static void a_small_file_that_expands_to_gigabytes_is_refused(void **state)
{
	struct builder builder;

	(void)state;
	alarm(10);
	for (unsigned levels = 7; levels < 300; levels += 30) {
		make_bomb(&builder, levels);
		assert_refused(&builder.bytes, EFBIG, "values");
		buf_free(&builder.bytes);
	}
	alarm(0);
}

static void a_small_file_that_shares_is_read(void **state)
{
	struct builder builder;
	struct doc doc;

	(void)state;
	make_bomb(&builder, 4);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	assert_int_equal(doc.root->count, 10);
	doc_free(&doc);
	buf_free(&builder.bytes);
}

static void a_long_string_that_is_used_too_often_is_refused(void **state)
{
	struct builder builder;
	unsigned text;

	(void)state;
	begin(&builder);
	text = add(&builder, LITERAL("\x5F\x12\x00\x10\x00\x00"));
	for (unsigned i = 0; i < 1 << 20; i++)
		buf_add_char(&builder.bytes, 'x');
	finish(&builder, add_array(&builder, text, 1000));
	assert_refused(&builder.bytes, EFBIG, "MiB of text");
	buf_free(&builder.bytes);
}

/* A thousand objects are the same large array: the file is small, and each of them is looked at. */
static void arrays_that_lie_over_each_other_are_refused_in_good_time(void **state)
{
	struct builder builder;
	unsigned root, item, array;

	(void)state;
	begin(&builder);
	root = add(&builder, LITERAL("\xAF\x11\x03\xE8"));
	for (unsigned i = 0; i < 1000; i++)
		add_number(&builder.bytes, i + 2, 2);
	item = add(&builder, LITERAL("\x09"));
	array = add_array(&builder, item, 1 << 20);
	while (builder.count < 1002)
		builder.offsets[builder.count++] = builder.offsets[array];
	finish(&builder, root);
	alarm(20);
	assert_refused(&builder.bytes, EFBIG, "values");
	alarm(0);
	buf_free(&builder.bytes);
}

static void make_nested(struct builder *builder, unsigned levels)
{
	unsigned below;

	begin(builder);
	below = add_ascii(builder, "deep");
	for (unsigned i = 0; i < levels; i++)
		below = add_array(builder, below, 1);
	finish(builder, below);
}

static void nesting_is_read_to_the_limit_and_refused_past_it(void **state)
{
	struct builder builder;
	struct doc doc;

	(void)state;
	make_nested(&builder, DOC_DEPTH_MAX);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	doc_free(&doc);
	buf_free(&builder.bytes);
	make_nested(&builder, DOC_DEPTH_MAX + 1);
	assert_refused(&builder.bytes, EINVAL, "nested deeper");
	buf_free(&builder.bytes);
	make_nested(&builder, 4000);
	assert_refused(&builder.bytes, EINVAL, "nested deeper");
	buf_free(&builder.bytes);
}

/* The object's nesting is known from a place near the root when it is met again far below. */
static void nesting_counts_where_an_object_is_used_again(void **state)
{
	struct builder builder;
	unsigned deep, far;

	(void)state;
	begin(&builder);
	deep = add_ascii(&builder, "x");
	for (unsigned i = 0; i < 300; i++)
		deep = add_array(&builder, deep, 1);
	far = deep;
	for (unsigned i = 0; i < 300; i++)
		far = add_array(&builder, far, 1);
	add(&builder, LITERAL("\xA2"));
	add_number(&builder.bytes, deep, 2);
	add_number(&builder.bytes, far, 2);
	finish(&builder, far + 1);
	assert_refused(&builder.bytes, EINVAL, "nested deeper");
	buf_free(&builder.bytes);
}

static void a_plist_that_is_cut_off_anywhere_is_refused(void **state)
{
	struct builder builder;

	(void)state;
	make_all(&builder);
	for (size_t len = 8; len < builder.bytes.len; len++) {
		struct error err = ERROR_INIT;
		struct doc doc;

		if (doc_read(&doc, "test", builder.bytes.data, len, &err) == 0)
			fail_msg("the first %zu bytes were taken", len);
	}
	buf_free(&builder.bytes);
}

/* What can still be read after a byte was changed can also be written, or the reason is said. */
static void a_changed_byte_does_no_harm(void **state)
{
	static const unsigned char FLIPS[] = { 0x01, 0x02, 0x10, 0x80, 0xFF };
	struct builder builder;

	(void)state;
	make_all(&builder);
	for (size_t i = 0; i < builder.bytes.len * sizeof(FLIPS); i++) {
		char *byte = &builder.bytes.data[i / sizeof(FLIPS)];
		char flip = (char)FLIPS[i % sizeof(FLIPS)];
		struct error err = ERROR_INIT;
		struct doc doc;

		*byte ^= flip;
		if (doc_read(&doc, "test", builder.bytes.data, builder.bytes.len, &err) == 0) {
			BUF_AUTO out = BUF_INIT;

			if (doc_write(&doc, DOC_XML, &out, &err))
				if (!(err.code == EINVAL && err.key[0])) fail_msg("%s: %s", err.key, err.text);
			doc_free(&doc);
		} else {
			assert_true(err.text[0] != '\0');
		}
		*byte ^= flip;
	}
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
	static const char XML[] =
		PLIST("<dict><key>i</key><integer>18446744073709551615</integer><key>n</key>"
		      "<integer>-9223372036854775808</integer><key>r</key><real>-2.50e3</real><key>d1</key>"
		      "<date>0001-01-01T00:00:00Z</date><key>d2</key><date>9999-12-31T23:59:59Z</date><key>d3</key>"
		      "<date>1900-02-28T01:02:03Z</date><key>\xC3\xA9</key><string>\xF0\x9F\x98\x80\xEF\xBB\xBF</string>"
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
	assert_string_equal(node_text(node_get(uid, "CF$UID")), "258");
	assert_int_equal(node_set(node_get(uid, "CF$UID"), NODE_INTEGER, "7", 1), 0);
	write_and_read(&doc, DOC_BINARY, &again);
	assert_true(node_get(again.root, "u")->uid);
	assert_string_equal(node_text(node_get(node_get(again.root, "u"), "CF$UID")), "7");
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
	static const char XML[] = PLIST("<dict><key>u</key><dict><key>CF$UID</key><integer>1</integer></dict></dict>");
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
	alarm(60);
	write_and_read(&doc, DOC_BINARY, &again);
	alarm(0);
	assert_int_equal(again.root->count, 50000);
	doc_free(&again);
	doc_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_is_read),
		cmocka_unit_test(an_unedited_binary_document_gives_its_source_back),
		cmocka_unit_test(a_key_that_is_there_twice_is_noted),
		cmocka_unit_test(damaged_objects_are_refused_with_what_is_wrong),
		cmocka_unit_test(a_damaged_frame_is_refused),
		cmocka_unit_test(a_plist_that_contains_itself_is_refused),
		cmocka_unit_test(a_small_file_that_expands_to_gigabytes_is_refused),
		cmocka_unit_test(a_small_file_that_shares_is_read),
		cmocka_unit_test(a_long_string_that_is_used_too_often_is_refused),
		cmocka_unit_test(arrays_that_lie_over_each_other_are_refused_in_good_time),
		cmocka_unit_test(nesting_is_read_to_the_limit_and_refused_past_it),
		cmocka_unit_test(nesting_counts_where_an_object_is_used_again),
		cmocka_unit_test(a_plist_that_is_cut_off_anywhere_is_refused),
		cmocka_unit_test(a_changed_byte_does_no_harm),
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
