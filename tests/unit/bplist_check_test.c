/* Binary property lists that are refused before libplist sees them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plist/bplist.h"
#include "plist/doc.h"
#include "tests/unit/bplist_builder.h"

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
	assert_object_refused(LITERAL("\x14\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
			      "64 bits");
	assert_object_refused(LITERAL("\x21\x00\x00"), "neither 4 nor 8");
	assert_object_refused(LITERAL("\x23\x00\x00"), "real number that is cut off");
	assert_object_refused(LITERAL("\x32\x00\x00\x00\x00"), "not of 8 bytes");
	assert_object_refused(LITERAL("\x33\x7F\xF8\0\0\0\0\0\0"), "years 1 to 9999");
	assert_object_refused(LITERAL("\x33\xFF\xF0\0\0\0\0\0\0"), "years 1 to 9999");
	assert_object_refused(LITERAL("\x33\x7E\x37\xE4\x3C\x88\x00\x75\x9C"), "years 1 to 9999");
	assert_object_refused(LITERAL("\x45"
				      "abc"),
			      "data that is cut off");
	assert_object_refused(LITERAL("\x55"
				      "abc"),
			      "string that is cut off");
	assert_object_refused(LITERAL("\x53"
				      "a\0b"),
			      "NUL");
	assert_object_refused(LITERAL("\x52"
				      "a\xE9"),
			      "not ASCII");
	assert_object_refused(LITERAL("\x60"), "empty UTF-16");
	assert_object_refused(LITERAL("\x62\0a"), "string that is cut off");
	assert_object_refused(LITERAL("\x61\0\0"), "NUL");
	assert_object_refused(LITERAL("\x61\xD8\x00"), "surrogate");
	assert_object_refused(LITERAL("\x61\xDC\x00"), "surrogate");
	assert_object_refused(LITERAL("\x62\xD8\x00\xD8\x00"), "surrogate");
	assert_object_refused(LITERAL("\x5F\x14"
				      "0123456789abcdef"),
			      "size that is not an integer");
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
	} DAMAGE[] = { { 26, 0 }, { 26, 9 },  { 25, 0 },   { 25, 16 }, { 24, 1 }, { 17, 0 },
		       { 16, 1 }, { 9, 200 }, { 8, 0xFF }, { 1, 0 },   { 1, 7 },  { 1, 255 } };
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
	for (unsigned levels = 7; levels < 300; levels += 30) {
		make_bomb(&builder, levels);
		assert_refused(&builder.bytes, EFBIG, "values");
		buf_free(&builder.bytes);
	}
}

static void a_small_file_that_shares_is_read(void **state)
{
	struct builder builder;
	struct doc doc;

	(void)state;
	make_bomb(&builder, 4);
	read_ok(&doc, builder.bytes.data, builder.bytes.len);
	assert_int_equal(node_count(doc.root), 10);
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
	assert_refused(&builder.bytes, EFBIG, "too much text and data: the limit 'expansion' is 128M");
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
	assert_refused(&builder.bytes, EFBIG, "values");
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
	assert_refused(&builder.bytes, EINVAL, "nested too deep");
	buf_free(&builder.bytes);
	make_nested(&builder, 4000);
	assert_refused(&builder.bytes, EINVAL, "nested too deep");
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
	assert_refused(&builder.bytes, EINVAL, "nested too deep");
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
				if (!(err.code == EINVAL && err.key[0]))
					fail_msg("%s: %s", err.key, err.text);
			doc_free(&doc);
		} else {
			assert_true(err.text[0] != '\0');
		}
		*byte ^= flip;
	}
	buf_free(&builder.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
