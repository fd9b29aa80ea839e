#include "plist/value.h"

#include <stdint.h>
#include <string.h>

#include "plist/placeholder.h"

/*
 * Every type is judged by one function, which says of a text what it can become; value_check() asks the
 * same one, so the two cannot disagree. Nothing here depends on the locale.
 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t count_digits(const char *text, size_t len)
{
	size_t count = 0;

	while (count < len && is_digit(text[count]))
		count++;
	return count;
}

/* --- text --------------------------------------------------------------------------------------------- */

/* Sequences by their first byte; the range of the second one leaves out overlong forms and surrogates. */
static const struct sequence {
	unsigned char first, last; /* of the first byte */
	unsigned char len;
	unsigned char low, high;   /* of the second byte */
} SEQUENCES[] = {
	{ 0x20, 0x7f, 1, 0, 0 },
	{ 0x09, 0x0a, 1, 0, 0 },
	{ 0x0d, 0x0d, 1, 0, 0 },
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const struct sequence *find_sequence(unsigned char first)
{
	for (size_t i = 0; i < sizeof(SEQUENCES) / sizeof(SEQUENCES[0]); i++)
		if (first >= SEQUENCES[i].first && first <= SEQUENCES[i].last)
			return &SEQUENCES[i];
	return NULL;
}

/* U+FFFE and U+FFFF */
static bool is_no_character(const unsigned char *at)
{
	return at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe;
}

/* The length of the character at `at`; 0: it is none. Sets `*cut` if it only lacks its last bytes. */
static size_t character(const unsigned char *at, size_t len, bool *cut)
{
	const struct sequence *sequence = find_sequence(at[0]);
	size_t i;

	if (!sequence)
		return 0;
	for (i = 1; i < sequence->len && i < len; i++) {
		if (at[i] < (i == 1 ? sequence->low : 0x80) || at[i] > (i == 1 ? sequence->high : 0xbf))
			return 0;
	}
	*cut = i < sequence->len;
	return *cut || (sequence->len == 3 && is_no_character(at)) ? 0 : sequence->len;
}

#define EACH_BYTE(byte) (UINT64_MAX / 255 * (byte))

/* The highest bits of bytes that are not below 0x80, and of the first below 0x20; of those behind it perhaps, too. */
static uint64_t not_plain(const unsigned char *bytes)
{
	uint64_t eight;

	memcpy(&eight, bytes, sizeof(eight));
	return (eight | (eight - EACH_BYTE(0x20))) & EACH_BYTE(0x80);
}

/* How many bytes at the start are ASCII and no control characters, as nearly all text is: eight at a time, the last
 * eight together with some that were looked at. */
static size_t plain_length(const unsigned char *bytes, size_t len)
{
	size_t at;

	for (at = 0; at + 8 <= len; at += 8)
		if (not_plain(bytes + at))
			break;
	if (at + 8 > len && len >= 8 && !not_plain(bytes + len - 8))
		return len;
	while (at < len && bytes[at] >= 0x20 && bytes[at] < 0x80)
		at++;
	return at;
}

/* How many bytes are good text; `*cut` if those after them begin a character. */
static size_t text_length(const char *text, size_t len, bool *cut)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t at = plain_length(bytes, len), step;

	*cut = false;
	while (at < len && (step = character(bytes + at, len - at, cut))) {
		at += step;
		at += plain_length(bytes + at, len - at);
	}
	return at;
}

bool value_is_text(const char *bytes, size_t len)
{
	bool cut;

	return text_length(bytes, len, &cut) == len;
}

static enum verdict judge_string(const char *text, size_t len)
{
	bool cut;

	if (text_length(text, len, &cut) == len)
		return VERDICT_VALID;
	return cut ? VERDICT_MAYBE : VERDICT_NEVER;
}

static enum verdict judge_data(const char *bytes, size_t len)
{
	(void)bytes;
	(void)len;
	return VERDICT_VALID;
}

/* --- words and numbers -------------------------------------------------------------------------------- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static enum verdict judge_word(const char *text, size_t len, const char *word, bool any_case)
{
	size_t word_len = strlen(word), i;

	if (len > word_len)
		return VERDICT_NEVER;
	for (i = 0; i < len; i++)
		if ((any_case ? lower(text[i]) : text[i]) != word[i])
			return VERDICT_NEVER;
	return len == word_len ? VERDICT_VALID : VERDICT_MAYBE;
}

static enum verdict better(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

static enum verdict judge_boolean(const char *text, size_t len)
{
	return better(judge_word(text, len, "true", false), judge_word(text, len, "false", false));
}

static enum verdict judge_integer(const char *text, size_t len)
{
	bool negative = len && text[0] == '-';
	size_t digits;

	text += negative;
	len -= negative;
	digits = count_digits(text, len);
	if (digits < len)
		return VERDICT_NEVER;
	if (len && text[0] == '0')
		return len == 1 && !negative ? VERDICT_VALID : VERDICT_NEVER;
	return len ? VERDICT_VALID : VERDICT_MAYBE;
}

/* Digits with a point before, among or after them; `*used` is how far they go. */
static enum verdict judge_mantissa(const char *text, size_t len, size_t *used)
{
	size_t whole = count_digits(text, len), fraction = 0;

	*used = whole;
	if (whole < len && text[whole] == '.') {
		fraction = count_digits(text + whole + 1, len - whole - 1);
		*used += 1 + fraction;
	}
	if (whole || fraction)
		return VERDICT_VALID;
	return *used == len ? VERDICT_MAYBE : VERDICT_NEVER;
}

/* What comes after the 'e'. */
static enum verdict judge_exponent(const char *text, size_t len)
{
	size_t sign = len && (text[0] == '-' || text[0] == '+');

	if (sign + count_digits(text + sign, len - sign) < len)
		return VERDICT_NEVER;
	return len > sign ? VERDICT_VALID : VERDICT_MAYBE;
}

static enum verdict judge_decimal(const char *text, size_t len)
{
	size_t used;
	enum verdict verdict = judge_mantissa(text, len, &used);

	if (used == len || verdict != VERDICT_VALID)
		return verdict;
	if (lower(text[used]) != 'e')
		return VERDICT_NEVER;
	return judge_exponent(text + used + 1, len - used - 1);
}

static enum verdict judge_real(const char *text, size_t len)
{
	static const char *const WORDS[] = { "nan", "inf", "infinity" };
	size_t sign = len && (text[0] == '-' || text[0] == '+');
	enum verdict verdict = judge_decimal(text + sign, len - sign);

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		verdict = better(verdict, judge_word(text + sign, len - sign, WORDS[i], true));
	return verdict;
}

/* --- dates -------------------------------------------------------------------------------------------- */

/* 2026-01-31T12:00:00Z, field by field; `after` ends each. Leap seconds are not: readers disagree. */
static const struct field {
	unsigned width;
	unsigned min, max;
	char after;
} FIELDS[] = {
	{ 4, 0, 9999, '-' }, { 2, 1, 12, '-' }, { 2, 1, 31, 'T' },
	{ 2, 0, 23, ':' },   { 2, 0, 59, ':' }, { 2, 0, 59, 'Z' },
};

enum { YEAR, MONTH, DAY, FIELD_COUNT = sizeof(FIELDS) / sizeof(FIELDS[0]) };

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned month_length(unsigned year, unsigned month)
{
	static const unsigned char DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return DAYS[month - 1] + (unsigned)(month == 2 && is_leap(year));
}

/* True if `digits` digits that read as `*value` begin a number of the field's width from `min` to `max`. */
static bool can_become(unsigned value, unsigned digits, unsigned width, unsigned min, unsigned max)
{
	unsigned low = value, high = value;

	for (; digits < width; digits++) {
		low *= 10;
		high = high * 10 + 9;
	}
	return low <= max && high >= min;
}

static enum verdict judge_date(const char *text, size_t len)
{
	unsigned values[FIELD_COUNT] = { 0 };
	size_t at = 0;

	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = &FIELDS[i];
		unsigned max = i == DAY ? month_length(values[YEAR], values[MONTH]) : field->max, digits;

		for (digits = 0; digits < field->width && at < len; digits++, at++) {
			if (!is_digit(text[at]))
				return VERDICT_NEVER;
			values[i] = values[i] * 10 + (unsigned)(text[at] - '0');
		}
		if (!can_become(values[i], digits, field->width, field->min, max))
			return VERDICT_NEVER;
		if (at == len)
			return VERDICT_MAYBE;
		if (text[at++] != field->after)
			return VERDICT_NEVER;
	}
	return at == len ? VERDICT_VALID : VERDICT_NEVER;
}

/* --- all types ---------------------------------------------------------------------------------------- */

static const struct kind {
	enum verdict (*judge)(const char *text, size_t len);
	bool placeholder;    /* may be one instead */
	const char *what;    /* it is not ... */
	const char *allowed; /* write ... */
} KINDS[NODE_TYPE_COUNT] = {
	[NODE_STRING] = { judge_string, false, "text", "UTF-8 without control characters" },
	[NODE_INTEGER] = { judge_integer, true, "an integer",
			   "a whole number such as 42 or -5, without leading zeros, '+' or spaces" },
	[NODE_REAL] = { judge_real, true, "a number", "one such as 0.1, -2.5e3, inf or nan, without spaces" },
	[NODE_BOOLEAN] = { judge_boolean, true, "a boolean", "true or false" },
	[NODE_DATE] = { judge_date, true, "a date",
			"a day and time that exist, in UTC, such as 2026-01-31T12:00:00Z" },
	[NODE_DATA] = { judge_data, false, "data", "any bytes" },
};

static const struct kind *kind_of(enum node_type type)
{
	const struct kind *kind = (unsigned)type < NODE_TYPE_COUNT ? &KINDS[type] : NULL;

	return kind && kind->judge ? kind : NULL;
}

enum verdict value_prefix(enum node_type type, const char *text, size_t len, bool placeholders)
{
	const struct kind *kind = kind_of(type);
	enum verdict verdict = kind ? kind->judge(text, len) : VERDICT_NEVER;

	if (verdict == VERDICT_VALID || !kind || !kind->placeholder || !placeholders)
		return verdict;
	if (placeholder_whole(text, len))
		return VERDICT_VALID;
	return placeholder_prefix(text, len) ? VERDICT_MAYBE : verdict;
}

/* --- messages ----------------------------------------------------------------------------------------- */

#define SHOWN_MAX 60

/* A text as a message can show it: one line, not long, and nothing that a terminal obeys. */
static void add_shown(const char *text, size_t len, struct buf *out)
{
	bool cut;
	size_t step, at = 0;

	while (at < len && at < SHOWN_MAX) {
		step = character((const unsigned char *)text + at, len - at, &cut);
		if (step > 1 &&
		    !(step == 2 && (unsigned char)text[at] == 0xc2 && (unsigned char)text[at + 1] < 0xa0))
			buf_add(out, text + at, step);
		else
			buf_add_char(out, step == 1 && text[at] >= ' ' && text[at] < 0x7f ? text[at] : '?');
		at += step ? step : 1;
	}
	if (at < len)
		buf_add_text(out, "...");
}

static int refuse_string(const char *text, size_t len, struct error *err)
{
	bool cut;
	size_t at = text_length(text, len, &cut);
	unsigned char byte = (unsigned char)text[at];

	if (byte < 0x20)
		return error_rule(err, "wrong-type",
				  "the control character U+%04X (byte %zu) cannot stand in a string: "
				  "of those, tab and line breaks can; store other bytes as data",
				  byte, at + 1);
	if (byte == 0xef && !cut && value_prefix(NODE_STRING, text + at, 2, false) == VERDICT_MAYBE)
		return error_rule(err, "wrong-type", "byte %zu begins a character that a string cannot hold "
				  "(U+FFFE or U+FFFF): take it out", at + 1);
	return error_rule(err, "wrong-type",
			  "byte %zu (0x%02x) is not UTF-8, which strings are in: convert it, or "
			  "store it as data",
			  at + 1, byte);
}

/* `shown`: what the message calls the text. */
static int refuse(const struct kind *kind, const char *shown, bool placeholders, struct error *err)
{
	return error_rule(err, "wrong-type", "%s is not %s: write %s%s", shown, kind->what, kind->allowed,
			  kind->placeholder && placeholders ? ", or a placeholder" : "");
}

int value_check(enum node_type type, const char *text, size_t len, bool placeholders, struct error *err)
{
	const struct kind *kind = kind_of(type);
	BUF_AUTO shown = BUF_INIT;

	if (!kind)
		return error_rule(err, "wrong-type", "a %s has no text: it is a directory",
				  node_type_name(type));
	if (value_prefix(type, text, len, placeholders) == VERDICT_VALID)
		return 0;
	if (type == NODE_STRING)
		return refuse_string(text, len, err);
	if (!len)
		return refuse(kind, "it is empty, and that", placeholders, err);
	buf_add_char(&shown, '\'');
	add_shown(text, len, &shown);
	buf_add_char(&shown, '\'');
	return refuse(kind, buf_text(&shown), placeholders, err);
}

int value_check_secret(enum node_type type, const char *text, size_t len, bool placeholders, struct error *err)
{
	const struct kind *kind = kind_of(type);

	if (!kind || value_prefix(type, text, len, placeholders) == VERDICT_VALID)
		return value_check(type, text, len, placeholders, err);
	if (type == NODE_STRING)
		return error_rule(err, "wrong-type",
				  "the value is not UTF-8 without control characters, which strings must be");
	return refuse(kind, "the value", placeholders, err);
}

/* --- inference ---------------------------------------------------------------------------------------- */

enum node_type value_infer_text(const char *text, size_t len)
{
	if (value_begins_as_string(text, len))
		return NODE_STRING;
	if (judge_boolean(text, len) == VERDICT_VALID)
		return NODE_BOOLEAN;
	return judge_integer(text, len) == VERDICT_VALID ? NODE_INTEGER : NODE_STRING;
}

enum node_type value_infer(const char *text, size_t len)
{
	enum node_type type = value_infer_text(text, len);

	return type != NODE_STRING || value_is_text(text, len) ? type : NODE_DATA;
}

bool value_fits_64(const char *text, size_t len)
{
	bool negative = len && text[0] == '-';
	const char *limit = negative ? "9223372036854775808" : "18446744073709551615";
	size_t limit_len = strlen(limit), digits = len - negative;

	if (judge_integer(text, len) != VERDICT_VALID)
		return false;
	if (digits != limit_len)
		return digits < limit_len;
	return memcmp(text + negative, limit, limit_len) <= 0;
}
