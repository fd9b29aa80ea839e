#include "plist/schema/constraint.h"

#include <string.h>

#include "plist/schema/constraint_limits.h"

/* How much of a value a message shows, in bytes. */
#define SHOWN_MAX 60

/* A list of up to so many values is shown whole; of a longer one, the first few. */
#define LISTED_WHOLE 16
#define LISTED_OF_MORE 12

/* --- values --------------------------------------------------------------------------------------------- */

size_t text_character(const char *text, size_t len)
{
	for (size_t step = 1; step <= 4 && step <= len; step++)
		if (value_is_text(text, step))
			return step;
	return 1;
}

static bool is_control(const char *text, size_t len)
{
	unsigned char first = (unsigned char)text[0];

	return first < 0x20 || first == 0x7f || (len == 1 && first > 0x7f) ||
	       (len == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0);
}

/* What turns the direction of text, or breaks lines, without being seen: U+061C, U+200E, U+200F, U+2028 to U+202E,
 * U+2066 to U+2069, U+FEFF. */
static bool is_direction(const char *text, size_t len)
{
	static const char *const RANGES[][2] = {
		{ "\xd8\x9c", "\xd8\x9c" },
		{ "\xe2\x80\x8e", "\xe2\x80\x8f" },
		{ "\xe2\x80\xa8", "\xe2\x80\xae" },
		{ "\xe2\x81\xa6", "\xe2\x81\xa9" },
		{ "\xef\xbb\xbf", "\xef\xbb\xbf" },
	};

	for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++)
		if (len == strlen(RANGES[i][0]) && memcmp(text, RANGES[i][0], len) >= 0 &&
		    memcmp(text, RANGES[i][1], len) <= 0)
			return true;
	return false;
}

bool text_is_obeyed(const char *character, size_t len)
{
	return is_control(character, len) || is_direction(character, len);
}

static void add_escaped(const char *text, size_t len, struct buf *out)
{
	static const struct {
		char c;
		const char *shown;
	} SHORT[] = { { '\n', "\\n" }, { '\t', "\\t" }, { '\r', "\\r" } };

	for (size_t i = 0; i < sizeof(SHORT) / sizeof(SHORT[0]); i++) {
		if (text[0] == SHORT[i].c) {
			buf_add_text(out, SHORT[i].shown);
			return;
		}
	}
	for (size_t i = 0; i < len; i++)
		buf_add_format(out, "\\x%02x", (unsigned char)text[i]);
}

void text_shown(const char *text, size_t len, struct buf *out)
{
	size_t at = 0, step;

	while (at < len) {
		step = text_character(text + at, len - at);
		if (at + step > SHOWN_MAX)
			break;
		if (text_is_obeyed(text + at, step))
			add_escaped(text + at, step, out);
		else
			buf_add(out, text + at, step);
		at += step;
	}
	if (at < len)
		buf_add_text(out, "...");
}

/* A value of a list: in quotes where it would not be seen, or not be seen to be one. */
static void add_value(const char *value, struct buf *out)
{
	bool quoted = !value[0] || value[0] == ' ' || strchr(value, ',') || strchr(value, '\n');

	buf_add_text(out, quoted ? "'" : "");
	text_shown(value, strlen(value), out);
	buf_add_text(out, quoted ? "'" : "");
}

void text_choice(const struct texts *texts, const char *last, struct buf *out)
{
	size_t shown = texts->count > LISTED_WHOLE ? LISTED_OF_MORE : texts->count;

	for (size_t i = 0; i < shown; i++) {
		if (i)
			buf_add_text(out, i + 1 < texts->count ? ", " : last);
		add_value(texts->list[i], out);
	}
	if (shown < texts->count)
		buf_add_format(out, ", ... (%zu in all: profilefs schema lists them)", texts->count);
}

void text_list(const struct texts *texts, struct buf *out)
{
	text_choice(texts, ", ", out);
}

/* --- types and bounds ----------------------------------------------------------------------------------- */

void text_types(type_set types, struct buf *out)
{
	static const char *const NAMES[NODE_TYPE_COUNT] = {
		[NODE_DICT] = "a dictionary",
		[NODE_ARRAY] = "an array",
		[NODE_STRING] = "a string",
		[NODE_INTEGER] = "an integer",
		[NODE_REAL] = "a real number",
		[NODE_BOOLEAN] = "a boolean",
		[NODE_DATE] = "a date",
		[NODE_DATA] = "data",
	};
	size_t added = 0;

	if (types == TYPES_ANY) {
		buf_add_text(out, "a value of any type");
		return;
	}
	for (unsigned type = 0; type < NODE_TYPE_COUNT; type++) {
		if (!(types & TYPE_BIT(type)))
			continue;
		buf_add_text(out, added++ ? " or " : "");
		buf_add_text(out, NAMES[type]);
	}
}

void text_bounds(const struct bounds *bounds, struct buf *out)
{
	if (!bounds->max)
		buf_add_format(out, "at least %s", bounds->min);
	else if (!bounds->min)
		buf_add_format(out, "at most %s", bounds->max);
	else if (strcmp(bounds->min, bounds->max) == 0)
		buf_add_format(out, "exactly %s", bounds->min);
	else
		buf_add_format(out, "%s to %s", bounds->min, bounds->max);
}

void text_length(const struct bounds *bounds, const char *unit, struct buf *out)
{
	const char *last = bounds->max ? bounds->max : bounds->min;

	text_bounds(bounds, out);
	buf_add_format(out, " %s%s", unit, strcmp(last, "1") == 0 ? "" : "s");
}

/* --- formats -------------------------------------------------------------------------------------------- */

/* Apple's expressions that stand for something with a name. */
static const struct {
	const char *format;
	const char *words;
} KNOWN_FORMATS[] = {
	{ "^[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}$",
	  "be a UUID such as 5D1E7A3C-0B42-4F6E-9C88-21D0F3A4B657" },
	{ "^([0-9A-Fa-f]{2}:){5}([0-9A-Fa-f]{2})$", "be a MAC address such as 00:1B:63:84:45:E6" },
	{ "^([0-9A-Za-z]{6})|([0-9A-Za-z]{9})$", "begin with 6, or end in 9, letters or digits" },
	{ "^([0-9A-Fa-f]{6}|[0-9A-Fa-f]{9,10})$", "be 6, 9 or 10 hexadecimal digits" },
	{ "^https://[^/?#:\\s]\\S*$", "begin with https://, name a host, and hold no blanks" },
	{ "^[A-Za-z][A-Za-z0-9+.-]*:", "begin with a scheme such as https" },
	{ "^https?://", "begin with http:// or https://" },
	{ "^https?://[^?#]*$", "begin with http:// or https://, and hold no ? and no #" },
	{ "^[^*]*$", "hold no *" },
	{ "^[^*]*(\\.\\*)?$", "hold no *, or end in .*" },
	{ "^[^:]+:.", "be SERVICE:DOMAIN" },
	{ "^[0-9]+:[0-9]+:[0-9]+$", "be a time such as 20:30:00" },
	{ "^[0-9]+(\\.[0-9]+)+$", "be an OID such as 1.3.6.1.5.5.7.3.2" },
	{ "/Library/Application Support/Apple/AssetCache/Data$",
	  "end in /Library/Application Support/Apple/AssetCache/Data" },
};

/* "^[0-9]{6}$" */
static bool add_digits(const char *format, struct buf *out)
{
	static const char BEFORE[] = "^[0-9]{", AFTER[] = "}$";
	size_t digits;

	if (strncmp(format, BEFORE, sizeof(BEFORE) - 1) != 0)
		return false;
	format += sizeof(BEFORE) - 1;
	digits = strspn(format, "0123456789");
	if (!digits || strcmp(format + digits, AFTER) != 0)
		return false;
	buf_add_format(out, "be %.*s digits", (int)digits, format);
	return true;
}

/* Adds the characters that an expression begins with and takes as they are. Returns what comes after them. */
static const char *add_literal(const char *at, struct buf *out)
{
	while (*at) {
		bool escaped = *at == '\\' && at[1] && strchr("\\^$.|?*+()[]{}/-", at[1]);

		if (!escaped && strchr("\\^$.|?*+()[]{}", *at))
			break;
		buf_add_char(out, at[escaped]);
		at += 1 + escaped;
	}
	return at;
}

/* "^https://.*$" */
static bool add_beginning(const char *format, struct buf *out)
{
	static const char *const REST[] = { "", ".*", ".*$", ".+", ".+$" };
	BUF_AUTO literal = BUF_INIT;
	const char *rest;

	if (*format != '^')
		return false;
	rest = add_literal(format + 1, &literal);
	if (!literal.len || !buf_ok(&literal))
		return false;
	for (size_t i = 0; i < sizeof(REST) / sizeof(REST[0]); i++) {
		if (strcmp(rest, REST[i]) != 0)
			continue;
		buf_add_format(out, "begin with %s", buf_text(&literal));
		return true;
	}
	if (strcmp(rest, "$") != 0)
		return false;
	buf_add_format(out, "be %s", buf_text(&literal));
	return true;
}

bool text_format(const char *format, struct buf *out)
{
	for (size_t i = 0; i < sizeof(KNOWN_FORMATS) / sizeof(KNOWN_FORMATS[0]); i++) {
		if (strcmp(format, KNOWN_FORMATS[i].format) != 0)
			continue;
		buf_add_text(out, KNOWN_FORMATS[i].words);
		return true;
	}
	return add_digits(format, out) || add_beginning(format, out);
}

/* --- all that a key allows ------------------------------------------------------------------------------ */

static void add_range(const struct schema_key *key, struct buf *out)
{
	const struct bounds *range = &key->range;

	if (!range->min && !range->max)
		return;
	buf_add_text(out, range->min && range->max && strcmp(range->min, range->max) != 0 ? " from " : " of ");
	text_bounds(range, out);
}

static void add_length(const struct bounds *bounds, const char *unit, struct buf *out)
{
	if (!bounds->min && !bounds->max)
		return;
	buf_add_text(out, " of ");
	text_length(bounds, unit, out);
}

static void add_format(const struct schema_key *key, struct buf *out)
{
	BUF_AUTO words = BUF_INIT;

	if (!key->format)
		return;
	if (text_format(key->format, &words))
		buf_add_format(out, " (it must %s)", buf_text(&words));
	else
		buf_add_format(out, " that matches %s", key->format);
}

static void add_values(const struct schema_key *key, bool after_range, struct buf *out)
{
	if (!key->values.count)
		return;
	if (key->custom_values)
		buf_add_text(out, ", such as ");
	else if (after_range)
		buf_add_text(out, ", or ");
	if (!key->custom_values && key->values.count > 1)
		buf_add_text(out, "one of ");
	text_list(&key->values, out);
}

void constraint_allowed(const struct schema_key *key, struct buf *out)
{
	bool ranged = key && (key->range.min || key->range.max);

	if (!key) {
		buf_add_text(out, "a value of any type");
		return;
	}
	if (key->values.count && !key->custom_values && !ranged) {
		add_values(key, false, out);
		return;
	}
	if (key->types == TYPE_BIT(NODE_BOOLEAN)) {
		buf_add_text(out, "true or false");
		return;
	}
	text_types(key->types, out);
	add_range(key, out);
	add_length(&key->length, key->types == TYPE_BIT(NODE_DATA) ? "byte" : "character", out);
	add_length(&key->items, "element", out);
	add_format(key, out);
	add_values(key, ranged, out);
}
