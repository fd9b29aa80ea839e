/*
 * The character data of XML scalars, declared in value.h.
 *
 * Readers of plists (Apple's, libplist, Python's plistlib) take more than what we write, and do not agree
 * on all of it. What they read alike is taken and made canonical; the rest is refused, with what they make
 * of it, rather than guessed at. What stands there is in no message: nobody knows here whether it is a secret.
 */
#include "plist/value.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plist/placeholder.h"

#define RULE "not-a-plist"

/* Converting takes time by the square of it. */
#define HEX_DIGITS_MAX 64

/* A piece of the element's text. */
struct piece {
	const char *at;
	size_t len;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct piece trim(const char *text, size_t len)
{
	while (len && is_space(text[len - 1]))
		len--;
	while (len && is_space(*text)) {
		text++;
		len--;
	}
	return (struct piece){ text, len };
}

static struct piece skip(struct piece piece, size_t len)
{
	return (struct piece){ piece.at + len, piece.len - len };
}

/* --- integers ----------------------------------------------------------------------------------------- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool all_are(struct piece digits, bool hex)
{
	for (size_t i = 0; i < digits.len; i++) {
		int value = hex_value(digits.at[i]);

		if (value < 0 || (!hex && value > 9))
			return false;
	}
	return digits.len > 0;
}

static struct piece skip_zeros(struct piece digits)
{
	while (digits.len && *digits.at == '0')
		digits = skip(digits, 1);
	return digits;
}

static void add_decimal(bool negative, struct piece digits, struct buf *out)
{
	if (!digits.len) {
		buf_add_char(out, '0');
		return;
	}
	if (negative)
		buf_add_char(out, '-');
	buf_add(out, digits.at, digits.len);
}

#define LIMB          1000000000U
#define LIMB_DIGITS   9
#define LIMBS_MAX     (HEX_DIGITS_MAX * 5 / 4 / LIMB_DIGITS + 1)

/* number = number * 16 + digit; limbs of nine decimal digits, the lowest first. The new count of limbs. */
static size_t shift_in(uint32_t *limbs, size_t count, int digit)
{
	uint64_t carry = (uint64_t)digit;

	for (size_t i = 0; i < count; i++) {
		carry += (uint64_t)limbs[i] * 16;
		limbs[i] = (uint32_t)(carry % LIMB);
		carry /= LIMB;
	}
	if (carry)
		limbs[count++] = (uint32_t)carry;
	return count;
}

static void add_hex(bool negative, struct piece digits, struct buf *out)
{
	uint32_t limbs[LIMBS_MAX];
	size_t count = 0;
	BUF_AUTO decimal = BUF_INIT;

	for (size_t i = 0; i < digits.len; i++)
		count = shift_in(limbs, count, hex_value(digits.at[i]));
	for (size_t i = count; i; i--)
		buf_add_format(&decimal, i == count ? "%u" : "%09u", limbs[i - 1]);
	out->failed |= decimal.failed;
	add_decimal(negative, (struct piece){ decimal.data, decimal.len }, out);
}

static bool is_hex(struct piece digits)
{
	return digits.len > 1 && digits.at[0] == '0' && (digits.at[1] | 0x20) == 'x';
}

static int refuse_integer(struct piece piece, struct error *err)
{
	if (!piece.len)
		return error_rule(err, RULE, "an empty <integer>: write the number, or take the key out");
	return error_rule(err, RULE,
			  "the text is not an integer, and readers disagree on what it is: write digits only");
}

/* With a zero before it, some readers take it for octal; a single digit up to 7 is the same to all. */
static bool is_ambiguous(struct piece digits, struct piece significant)
{
	if (significant.len == digits.len)
		return false;
	return significant.len > 1 || (significant.len == 1 && *significant.at > '7');
}

static int read_integer(struct piece piece, struct buf *out, struct error *err)
{
	bool negative = piece.len && *piece.at == '-';
	bool sign = negative || (piece.len && *piece.at == '+');
	struct piece digits = skip(piece, sign), significant;
	bool hex = is_hex(digits);

	if (hex)
		digits = skip(digits, 2);
	if (!all_are(digits, hex))
		return refuse_integer(piece, err);
	significant = skip_zeros(digits);
	if (!hex && is_ambiguous(digits, significant))
		return error_rule(err, RULE,
				  "readers disagree on an integer with a leading 0: to some that means base 8, to "
				  "others 10; write it without");
	if (hex && significant.len > HEX_DIGITS_MAX)
		return error_rule(err, RULE, "a hexadecimal integer of %zu digits: at most %d are read",
				  significant.len, HEX_DIGITS_MAX);
	if (hex)
		add_hex(negative, significant, out);
	else
		add_decimal(negative, significant, out);
	return 0;
}

/* --- the others --------------------------------------------------------------------------------------- */

/* What is a value to us is one to every reader; `hint` says what to write. */
static int take_value(enum node_type type, struct piece piece, const char *hint, struct buf *out,
		      struct error *err)
{
	if (value_prefix(type, piece.at, piece.len, false) == VERDICT_VALID) {
		buf_add(out, piece.at, piece.len);
		return 0;
	}
	if (!piece.len)
		return error_rule(err, RULE, "an empty <%s>: %s", node_type_name(type), hint);
	return error_rule(err, RULE, "the text is not a %s to every reader: %s", node_type_name(type), hint);
}

static int read_real(struct piece piece, struct buf *out, struct error *err)
{
	return take_value(NODE_REAL, piece, "write one such as 0.1, -2.5e3, inf or nan", out, err);
}

static int read_date(struct piece piece, struct buf *out, struct error *err)
{
	return take_value(NODE_DATE, piece,
			  "write a day and time that exist, in UTC, without a zone or fraction, "
			  "such as 2026-01-31T12:00:00Z",
			  out, err);
}

static int read_string(struct piece piece, struct buf *out, struct error *err)
{
	if (value_check(NODE_STRING, piece.at, piece.len, false, err) < 0) {
		err->rule = RULE;
		return -1;
	}
	buf_add(out, piece.at, piece.len);
	return 0;
}

static int read_none(struct piece piece, struct buf *out, struct error *err)
{
	(void)piece;
	(void)out;
	return error_rule(err, RULE, "an element of this type holds no plain text");
}

/* `exact`: white space is part of the value, or makes it none. */
static const struct reading {
	int (*read)(struct piece piece, struct buf *out, struct error *err);
	bool exact;
	bool placeholder;
} READINGS[NODE_TYPE_COUNT] = {
	[NODE_DICT] = { read_none, true, false },
	[NODE_ARRAY] = { read_none, true, false },
	[NODE_STRING] = { read_string, true, false },
	[NODE_INTEGER] = { read_integer, false, true },
	[NODE_REAL] = { read_real, false, true },
	[NODE_BOOLEAN] = { read_none, true, false },
	[NODE_DATE] = { read_date, true, true },
	[NODE_DATA] = { read_none, true, false },
};

int value_from_xml(enum node_type type, const char *text, size_t len, bool placeholders, struct buf *out,
		   struct error *err)
{
	const struct reading *reading = &READINGS[type];
	struct piece trimmed = trim(text, len);

	if (placeholders && reading->placeholder && placeholder_whole(trimmed.at, trimmed.len))
		buf_add(out, trimmed.at, trimmed.len);
	else if (reading->read(reading->exact ? (struct piece){ text, len } : trimmed, out, err) < 0)
		return -1;
	return buf_ok(out) ? 0 : error_memory(err);
}
