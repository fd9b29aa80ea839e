/* Base64, declared in value.h: strict, as a byte that is lost in a certificate is lost in silence. */
#include "plist/value.h"

#include <stdint.h>
#include <string.h>

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define RULE "not-a-plist"

/* A digit's value and one more, so that 0 is none. */
static const unsigned char DIGITS[256] = {
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['+'] = 63,
	['/'] = 64,
};

static int digit_value(char c)
{
	return DIGITS[(unsigned char)c] - 1;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Six bits after six bits; `bits` holds what does not fill a byte yet. */
struct decoder {
	char *out;     /* NULL: the bytes are only counted */
	size_t made;
	uint32_t bits;
	unsigned digits; /* of the group of four */
	unsigned padding;
};

static int refuse_character(char c, size_t at, struct error *err)
{
	unsigned char byte = (unsigned char)c;

	if (byte > ' ' && byte < 0x7f)
		return error_rule(err, RULE,
				  "'%c' (character %zu) is not base64: letters, digits, '+', '/' and "
				  "'=' at the end are",
				  c, at + 1);
	return error_rule(err, RULE,
			  "byte 0x%02x (character %zu) is not base64: letters, digits, '+', '/' and "
			  "'=' at the end are",
			  byte, at + 1);
}

static void take_digit(struct decoder *decoder, int value)
{
	decoder->bits = decoder->bits << 6 | (uint32_t)value;
	if (decoder->digits++) {
		if (decoder->out)
			decoder->out[decoder->made] = (char)(decoder->bits >> (6 - 2 * (decoder->digits - 1)));
		decoder->made++;
	}
	decoder->digits %= 4;
}

static int take_character(struct decoder *decoder, char c, size_t at, struct error *err)
{
	int value = digit_value(c);

	if (is_space(c))
		return 0;
	if (c == '=') {
		decoder->padding++;
		return 0;
	}
	if (value < 0)
		return refuse_character(c, at, err);
	if (decoder->padding)
		return error_rule(err, RULE,
				  "base64 goes on after '=' (character %zu): its end must be the end",
				  at + 1);
	take_digit(decoder, value);
	return 0;
}

static int finish(const struct decoder *decoder, struct error *err)
{
	unsigned missing = (4 - decoder->digits) % 4;
	uint32_t rest = decoder->bits & ((1U << (decoder->digits == 2 ? 4 : 2)) - 1);

	if (missing == 3)
		return error_rule(err, RULE,
				  "base64 is cut off: one character is left over after groups of four");
	if (decoder->padding != missing)
		return error_rule(
			err, RULE,
			"base64 ends with %u '=' where %u belong: it is cut off, or joined from pieces",
			decoder->padding, missing);
	if (missing && rest)
		return error_rule(err, RULE, "base64 has bits left over after its last byte: it is cut off");
	return 0;
}

/* Takes groups of four digits that stand together, which nearly all do. Returns where the next is not one. */
static size_t take_groups(struct decoder *decoder, const char *text, size_t at, size_t len)
{
	const unsigned char *from = (const unsigned char *)text + at;
	char *to = decoder->out + decoder->made;
	unsigned a, b, c, d;
	uint32_t bits;

	for (; at + 4 <= len; at += 4, from += 4) {
		a = DIGITS[from[0]];
		b = DIGITS[from[1]];
		c = DIGITS[from[2]];
		d = DIGITS[from[3]];
		if (!a || !b || !c || !d)
			break;
		bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
		*to++ = (char)(bits >> 16);
		*to++ = (char)(bits >> 8);
		*to++ = (char)bits;
	}
	decoder->made = (size_t)(to - decoder->out);
	return at;
}

/* The same where the bytes are only counted. */
static size_t count_groups(struct decoder *decoder, const char *text, size_t at, size_t len)
{
	const unsigned char *from = (const unsigned char *)text + at;

	for (; at + 4 <= len; at += 4, from += 4) {
		if (!DIGITS[from[0]] || !DIGITS[from[1]] || !DIGITS[from[2]] || !DIGITS[from[3]])
			break;
		decoder->made += 3;
	}
	return at;
}

static size_t pass_groups(struct decoder *decoder, const char *text, size_t at, size_t len)
{
	return decoder->out ? take_groups(decoder, text, at, len) : count_groups(decoder, text, at, len);
}

static int decode(struct decoder *decoder, const char *text, size_t len, struct error *err)
{
	for (size_t at = 0; at < len; at++) {
		if (!decoder->digits && !decoder->padding)
			at = pass_groups(decoder, text, at, len);
		if (at < len && take_character(decoder, text[at], at, err) < 0)
			return -1;
	}
	return finish(decoder, err);
}

int value_decode_base64(const char *text, size_t len, struct buf *out, struct error *err)
{
	size_t before = out->len;
	struct decoder decoder = { 0 };
	int result;

	buf_resize(out, before + len / 4 * 3 + 3);
	if (!buf_ok(out))
		return error_memory(err);
	decoder.out = out->data + before;
	result = decode(&decoder, text, len, err);
	if (result < 0)
		explicit_bzero(decoder.out, decoder.made);
	buf_resize(out, before + (result < 0 ? 0 : decoder.made));
	return result;
}

int value_check_base64(const char *text, size_t len, size_t *bytes, struct error *err)
{
	struct decoder decoder = { 0 };

	if (decode(&decoder, text, len, err) < 0)
		return -1;
	*bytes = decoder.made;
	return 0;
}

/* Three bytes that are left have four digits, and fewer have them with '=': so much can be read. */
const char *value_read_base64(const char *text, size_t len, char *out)
{
	struct decoder decoder = { .out = out };
	int value;

	while (decoder.made < len) {
		if (!decoder.digits)
			text += pass_groups(&decoder, text, 0, (len - decoder.made) / 3 * 4);
		value = decoder.made < len ? digit_value(*text++) : -1;
		if (value >= 0)
			take_digit(&decoder, value);
	}
	return text;
}

static size_t count_digits(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += !is_space(text[i]);
	return count;
}

static int next_digit(const char **text)
{
	int value;

	do
		value = digit_value(*(*text)++);
	while (value < 0);
	return value;
}

/* The same digits, as there are no bits after the last byte. So many characters as there are digits left can be
 * compared at once; white space among them leaves some over. */
bool value_same_base64(const char *a, const char *b, size_t len)
{
	size_t left = len / 3 * 4 + (len % 3 ? len % 3 + 1 : 0), alike;

	while (left >= 64 && memcmp(a, b, left) == 0) {
		alike = left;
		left -= count_digits(a, alike);
		a += alike;
		b += alike;
	}
	for (; left; left--)
		if (next_digit(&a) != next_digit(&b))
			return false;
	return true;
}

static void encode_group(const unsigned char *bytes, size_t len, char group[4])
{
	uint32_t bits = (uint32_t)bytes[0] << 16;

	if (len > 1)
		bits |= (uint32_t)bytes[1] << 8;
	if (len > 2)
		bits |= bytes[2];
	group[0] = ALPHABET[bits >> 18];
	group[1] = ALPHABET[bits >> 12 & 63];
	group[2] = '=';
	group[3] = '=';
	if (len > 1)
		group[2] = ALPHABET[bits >> 6 & 63];
	if (len > 2)
		group[3] = ALPHABET[bits & 63];
}

void value_encode_base64(const void *bytes, size_t len, struct buf *out)
{
	const unsigned char *at = bytes;
	size_t before = out->len;
	char *group;

	buf_resize(out, before + (len + 2) / 3 * 4);
	if (!buf_ok(out) || !len)
		return;
	for (group = out->data + before; len; group += 4) {
		size_t taken = len < 3 ? len : 3;

		encode_group(at, taken, group);
		at += taken;
		len -= taken;
	}
}
