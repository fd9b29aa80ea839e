#include "plist/encoding.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define RULE "not-a-plist"
#define MARK "\xef\xbb\xbf"

/* What the first bytes say about the width of a code unit. */
enum width { WIDTH_8, WIDTH_16LE, WIDTH_16BE, WIDTH_32 };

/* A range of a text: the name inside encoding="...", empty when nothing is declared. */
struct declared {
	const char *name;
	size_t len;
};

size_t encoding_mark(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, MARK, 3) == 0 ? 3 : 0;
}

static size_t count_characters(const char *text, const char *end)
{
	size_t count = 0;

	for (; text < end; text++)
		count += (*text & 0xc0) != 0x80;
	return count;
}

/* The same where lines end in LF alone: most of the text need not be looked at byte by byte. */
static void position_between_lf(const char *text, const char *end, unsigned long *line, unsigned long *column)
{
	const char *newline;

	while ((newline = memchr(text, '\n', (size_t)(end - text)))) {
		text = newline + 1;
		++*line;
	}
	*column = 1 + count_characters(text, end);
}

void encoding_position(const char *text, size_t len, size_t offset, unsigned long *line,
		       unsigned long *column)
{
	size_t i = encoding_mark(text, len), end = offset < len ? offset : len;

	*line = 1;
	*column = 1;
	if (i < end && !memchr(text + i, '\r', end - i)) {
		position_between_lf(text + i, text + end, line, column);
		return;
	}
	for (; i < end; i++) {
		if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n'))) {
			++*line;
			*column = 1;
		} else if ((text[i] & 0xc0) != 0x80) {
			++*column;
		}
	}
}

/* Completes an error with the place of `offset` in `text`. Returns -1. */
static int at(struct error *err, const char *text, size_t len, size_t offset)
{
	unsigned long line, column;

	encoding_position(text, len, offset, &line, &column);
	error_at(err, line, column);
	return -1;
}

/*
 * Finding the declared encoding.
 */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && is_space(*p))
		p++;
	return p;
}

/* The value of one `name = "value"` of an XML declaration; moves `*p` past it. False: none there. */
static bool next_attribute(const char **p, const char *end, struct declared *name, struct declared *value)
{
	const char *q = skip_space(*p, end);
	const char *close;

	name->name = q;
	while (q < end && *q != '=' && !is_space(*q))
		q++;
	name->len = (size_t)(q - name->name);
	q = skip_space(q, end);
	if (q == end || *q != '=')
		return false;
	q = skip_space(q + 1, end);
	if (q == end || (*q != '"' && *q != '\''))
		return false;
	close = memchr(q + 1, *q, (size_t)(end - q - 1));
	if (!close)
		return false;
	value->name = q + 1;
	value->len = (size_t)(close - q - 1);
	*p = close + 1;
	return true;
}

/* The encoding that the XML declaration names. A malformed declaration names none: the parser says so. */
static struct declared find_declared(const char *text, size_t len)
{
	size_t mark = encoding_mark(text, len);
	const char *p = text + mark;
	const char *end;
	struct declared name, value;

	if (len - mark < 6 || memcmp(p, "<?xml", 5) != 0 || !is_space(p[5]))
		return (struct declared){ 0 };
	end = memmem(p, len - mark, "?>", 2);
	if (!end)
		return (struct declared){ 0 };
	p += 5;
	while (next_attribute(&p, end, &name, &value))
		if (name.len == 8 && memcmp(name.name, "encoding", 8) == 0)
			return value;
	return (struct declared){ 0 };
}

static bool is_named(struct declared declared, const char *name)
{
	return declared.len == strlen(name) && strncasecmp(declared.name, name, declared.len) == 0;
}

/* True for what XML calls an encoding's name, if not too long to show; others the parser refuses. */
static bool is_name(struct declared declared)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t i;

	for (i = 0; i < declared.len; i++)
		if (!memchr(letters, declared.name[i], sizeof(letters) - 1))
			return false;
	return declared.len > 0 && declared.len <= 40;
}

/*
 * Recoding.
 */

static void add_character(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_add_char(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_add_char(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_add_char(out, (char)(0xe0 | c >> 12));
		} else {
			buf_add_char(out, (char)(0xf0 | c >> 18));
			buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_add_char(out, (char)(0x80 | (c & 0x3f)));
}

static void add_latin1(struct buf *out, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		add_character(out, (unsigned char)bytes[i]);
}

static uint32_t unit_at(const unsigned char *p, bool big)
{
	return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static bool is_high(uint32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(uint32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

static int add_utf16(struct buf *out, const unsigned char *p, size_t len, bool big, struct error *err)
{
	uint32_t unit, low;
	size_t i;

	for (i = 0; i + 1 < len; i += 2) {
		unit = unit_at(p + i, big);
		if (!is_high(unit) && !is_low(unit)) {
			add_character(out, unit);
			continue;
		}
		low = i + 3 < len ? unit_at(p + i + 2, big) : 0;
		if (!is_high(unit) || !is_low(low)) {
			error_rule(err, RULE, "half a UTF-16 surrogate pair (0x%04X): the file is damaged; "
				   "get it anew, or convert it to UTF-8", (unsigned)unit);
			return at(err, buf_text(out), out->len, out->len);
		}
		add_character(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
		i += 2;
	}
	if (i == len)
		return 0;
	error_rule(err, RULE, "the file is UTF-16 and ends in half a character: it was cut off; get it anew");
	return at(err, buf_text(out), out->len, out->len);
}

/*
 * Telling them apart.
 */

/* How wide characters are: by byte order mark, or by the '<' or white space that XML begins with. */
static enum width find_width(const unsigned char *p, size_t len)
{
	bool first = len >= 2 && (p[0] == '<' || is_space((char)p[0]));
	bool second = len >= 2 && (p[1] == '<' || is_space((char)p[1]));

	if (len >= 4 && (memcmp(p, "\xff\xfe\0\0", 4) == 0 || memcmp(p, "\0\0\xfe\xff", 4) == 0 ||
			 memcmp(p, "<\0\0\0", 4) == 0 || memcmp(p, "\0\0\0<", 4) == 0))
		return WIDTH_32;
	if (len >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || (first && p[1] == '\0')))
		return WIDTH_16LE;
	if (len >= 2 && (memcmp(p, "\xfe\xff", 2) == 0 || (second && p[0] == '\0')))
		return WIDTH_16BE;
	return WIDTH_8;
}

static int from_utf16(const char *bytes, size_t len, bool big, struct buf *out, struct error *err)
{
	const unsigned char *p = (const unsigned char *)bytes;
	size_t mark = unit_at(p, big) == 0xfeff ? 2 : 0;
	struct declared declared;

	if (add_utf16(out, p + mark, len - mark, big, err) < 0)
		return -1;
	if (!buf_ok(out))
		return 0;
	declared = find_declared(buf_text(out), out->len);
	if (declared.name && is_name(declared) && !is_named(declared, "UTF-16") &&
	    !is_named(declared, big ? "UTF-16BE" : "UTF-16LE")) {
		error_rule(err, RULE, "the file is UTF-16 but declares encoding=\"%.*s\": declare UTF-16, "
			   "or convert it with 'iconv -f UTF-16 -t UTF-8' and declare UTF-8",
			   (int)declared.len, declared.name);
		return at(err, out->data, out->len, (size_t)(declared.name - out->data));
	}
	return 0;
}

static int check_ascii(const char *bytes, size_t len, struct error *err)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] & 0x80)
			break;
	if (i == len)
		return 0;
	error_rule(err, RULE,
		   "byte 0x%02X in a file that declares encoding=\"US-ASCII\": declare UTF-8 if it is that",
		   (unsigned char)bytes[i]);
	return at(err, bytes, len, i);
}

static int refuse_declared(const char *bytes, size_t len, struct declared declared, struct error *err)
{
	int shown = (int)declared.len;

	if (declared.len >= 6 && strncasecmp(declared.name, "UTF-16", 6) == 0)
		error_rule(err, RULE, "encoding=\"%.*s\" is declared, but this is not UTF-16: "
			   "declare UTF-8 if it is that", shown, declared.name);
	else if (encoding_mark(bytes, len))
		error_rule(err, RULE, "encoding=\"%.*s\" is declared, but the file begins with a UTF-8 "
			   "byte order mark: declare UTF-8, or take the mark away", shown, declared.name);
	else
		error_rule(err, RULE,
			   "encoding \"%.*s\" is not read, only UTF-8, US-ASCII, UTF-16 and ISO-8859-1: "
			   "convert the file with 'iconv -f %.*s -t UTF-8' and declare UTF-8",
			   shown, declared.name, shown, declared.name);
	return at(err, bytes, len, (size_t)(declared.name - bytes));
}

/* Encodings in which ASCII is ASCII: what the declaration says counts. */
static int from_bytes(const char *bytes, size_t len, struct buf *out, const char **recoded, struct error *err)
{
	struct declared declared = find_declared(bytes, len);

	if (is_named(declared, "ISO-8859-1") && !encoding_mark(bytes, len)) {
		add_latin1(out, bytes, len);
		*recoded = "ISO-8859-1";
		return 0;
	}
	if (is_named(declared, "US-ASCII") && check_ascii(bytes, len, err) < 0)
		return -1;
	if (is_name(declared) && !is_named(declared, "UTF-8") && !is_named(declared, "US-ASCII"))
		return refuse_declared(bytes, len, declared, err);
	buf_add(out, bytes, len);
	return 0;
}

bool encoding_is_utf8(const char *bytes, size_t len)
{
	struct declared declared = find_declared(bytes, len);

	return find_width((const unsigned char *)bytes, len) == WIDTH_8 &&
	       (!is_name(declared) || is_named(declared, "UTF-8"));
}

int encoding_to_utf8(const char *bytes, size_t len, struct buf *out, const char **recoded, struct error *err)
{
	enum width width = find_width((const unsigned char *)bytes, len);
	int rc;

	*recoded = NULL;
	if (width == WIDTH_32) {
		error_rule(err, RULE, "the file is UTF-32: convert it with 'iconv -f UTF-32 -t UTF-8' "
			   "and declare UTF-8");
		error_at(err, 1, 1);
		return -1;
	}
	if (width == WIDTH_8) {
		rc = from_bytes(bytes, len, out, recoded, err);
	} else {
		rc = from_utf16(bytes, len, width == WIDTH_16BE, out, err);
		*recoded = "UTF-16";
	}
	if (rc == 0 && !buf_ok(out))
		return error_memory(err);
	return rc;
}
