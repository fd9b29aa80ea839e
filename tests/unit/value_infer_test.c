/* What bytes look like of which nobody knows the type: so as the judges of each type say, one after the other. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "plist/value.h"

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define LITERAL(text) (text), sizeof(text) - 1

static void what_is_not_known_is_inferred_from_its_looks(void **state)
{
	(void)state;
	assert_int_equal(value_infer(LITERAL("true")), NODE_BOOLEAN);
	assert_int_equal(value_infer(LITERAL("false")), NODE_BOOLEAN);
	assert_int_equal(value_infer(LITERAL("-5")), NODE_INTEGER);
	assert_int_equal(value_infer(LITERAL("010")), NODE_STRING);
	assert_int_equal(value_infer(LITERAL("0.1")), NODE_STRING);
	assert_int_equal(value_infer(LITERAL("2026-01-31T12:00:00Z")), NODE_STRING);
	assert_int_equal(value_infer(LITERAL("YES")), NODE_STRING);
	assert_int_equal(value_infer("", 0), NODE_STRING);
	assert_int_equal(value_infer(LITERAL("\xff\xfe")), NODE_DATA);
	assert_int_equal(value_infer(LITERAL("a\0b")), NODE_DATA);
}

/* What the judges of each type say, one after the other. */
static enum node_type infer_by_judges(const char *text, size_t len)
{
	if (value_prefix(NODE_BOOLEAN, text, len, false) == VERDICT_VALID)
		return NODE_BOOLEAN;
	if (value_prefix(NODE_INTEGER, text, len, false) == VERDICT_VALID)
		return NODE_INTEGER;
	return value_prefix(NODE_STRING, text, len, false) == VERDICT_VALID ? NODE_STRING : NODE_DATA;
}

static void assert_inferred_as_judged(const char *text, size_t len)
{
	enum node_type type = infer_by_judges(text, len), known = type == NODE_DATA ? NODE_STRING : type;

	if (value_infer(text, len) != type || value_infer_text(text, len) != known ||
	    (value_begins_as_string(text, len) && known != NODE_STRING))
		fail_msg("%zu bytes '%.*s' are no %s", len, (int)len, text, node_type_name(type));
}

static void all_short_texts_are_inferred_as_they_are_judged(void **state)
{
	char text[3];
	unsigned bytes;

	(void)state;
	for (bytes = 0; bytes < 1u << 24; bytes++) {
		text[0] = (char)(bytes >> 16);
		text[1] = (char)(bytes >> 8);
		text[2] = (char)bytes;
		assert_inferred_as_judged(text, sizeof(text));
		if ((bytes & 0xff) == 0)
			assert_inferred_as_judged(text, 2);
		if ((bytes & 0xffff) == 0)
			assert_inferred_as_judged(text, 1);
	}
	assert_inferred_as_judged(text, 0);
}

/* A word or number, perhaps cut or a byte longer, perhaps with a byte changed. */
static void nearly_typed_texts_are_inferred_as_they_are_judged(void **state)
{
	static const char *const TEXTS[] = { "truer", "falsely", "0", "-1", "-427", "18446744073709551616", "1.5" };
	char text[32] = { 0 };
	const char *of;
	size_t len;

	(void)state;
	srandom(5);
	for (unsigned round = 0; round < 100000; round++) {
		of = TEXTS[(size_t)random() % COUNT(TEXTS)];
		len = (size_t)random() % (strlen(of) + 1);
		memcpy(text, of, len);
		if (len && random() % 2)
			text[(size_t)random() % len] = (char)(random() % 2 ? random() : '0' + random() % 10);
		assert_inferred_as_judged(text, len);
	}
}

/* One byte that is not plain, anywhere in a text of any length, of which a sanitizer sees any byte read past it. */
static void a_byte_that_is_no_text_is_found_wherever_it_stands(void **state)
{
	static const char BYTES[] = { '\0', '\x01', '\x1f', '\x80', '\xc0', '\xff', '\x7f', '\t', '\n', ' ' };
	char text[40], *copy;
	bool good;

	(void)state;
	for (size_t len = 1; len <= sizeof(text); len++)
		for (size_t at = 0; at < len; at++)
			for (size_t i = 0; i < sizeof(BYTES); i++) {
				memset(text, 'x', len);
				text[at] = BYTES[i];
				copy = malloc(len);
				assert_non_null(copy);
				memcpy(copy, text, len);
				good = i >= 6;
				if (value_is_text(copy, len) != good ||
				    value_infer(copy, len) != (good ? NODE_STRING : NODE_DATA))
					fail_msg("0x%02x at %zu of %zu", (unsigned char)BYTES[i], at, len);
				free(copy);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_is_inferred_from_its_looks),
		cmocka_unit_test(all_short_texts_are_inferred_as_they_are_judged),
		cmocka_unit_test(nearly_typed_texts_are_inferred_as_they_are_judged),
		cmocka_unit_test(a_byte_that_is_no_text_is_found_wherever_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
