#include "fs/tree/names.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the name that stay when it is cut; the mark, the hash and a counter fit behind them. */
#define CUT_AT   200
#define CUT_MARK "%-"

static bool ends_with(const char *name, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len >= end_len && memcmp(name + len - end_len, end, end_len) == 0;
}

/* patch(1) writes NAME.oXXXXXX and renames it. Returns the offset of the dot, or -1. */
static int patch_suffix(const char *name, size_t len)
{
	size_t i;

	if (len < 9 || name[len - 8] != '.' || name[len - 7] != 'o')
		return -1;
	for (i = len - 6; i < len; i++)
		if (!isalnum((unsigned char)name[i]))
			return -1;
	return (int)(len - 8);
}

/* The offset of the character that makes a name read as scratch, or -1. */
static int scratch_mark(const char *name, size_t len)
{
	static const char *const suffixes[] = { ".bak", ".orig", ".rej", ".save", ".tmp" };
	size_t i;

	if (name[0] == '.')
		return 0;
	if (ends_with(name, len, "~"))
		return (int)len - 1;
	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (ends_with(name, len, suffixes[i]))
			return (int)(len - strlen(suffixes[i]));
	if (len > 1 && name[0] == '#' && name[len - 1] == '#')
		return 0;
	if (strcmp(name, "4913") == 0)
		return 0;
	return patch_suffix(name, len);
}

static bool is_letter(char c)
{
	return (unsigned)((c | 0x20) - 'a') < 26;
}

static const bool plain_bytes[UCHAR_MAX + 1] = {
	['-'] = true, ['_'] = true, ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

/* Letters, digits, '-' and '_', beginning with a letter: no rule says anything of these, so that the key is the name,
 * and the name the key. Most are so. */
static bool is_plain(const char *text, size_t len)
{
	size_t i;

	if (len == 0 || len > NAME_LENGTH_MAX || !is_letter(text[0]))
		return false;
	for (i = 1; i < len; i++)
		if (!plain_bytes[(unsigned char)text[i]])
			return false;
	return true;
}

enum name_kind name_kind(const char *name)
{
	size_t len = strlen(name);

	if (is_plain(name, len))
		return NAME_KEY;
	if (strcmp(name, NAME_OF_TYPES) == 0)
		return NAME_TYPES;
	if (strcmp(name, NAME_OF_CONTROL) == 0)
		return NAME_CONTROL;
	return scratch_mark(name, len) < 0 ? NAME_KEY : NAME_SCRATCH;
}

static void add_encoded(struct buf *name, unsigned char byte)
{
	buf_add_format(name, "%%%02X", byte);
}

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const char *bytes, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
	return hash;
}

void name_add_hash(const char *key, size_t len, struct buf *name)
{
	buf_add_format(name, "%s%016llx", CUT_MARK, (unsigned long long)hash_of(key, len));
}

/* Shortens an encoded name, never inside a UTF-8 character or an escape. */
static void cut(struct buf *name, const char *key, size_t key_len)
{
	size_t end = CUT_AT;

	while (end > 0 && ((unsigned char)name->data[end] & 0xC0) == 0x80)
		end--;
	if (end >= 1 && name->data[end - 1] == '%')
		end -= 1;
	else if (end >= 2 && name->data[end - 2] == '%')
		end -= 2;
	buf_resize(name, end);
	name_add_hash(key, key_len, name);
}

/* Encodes the one character at `at`. */
static void encode_at(struct buf *name, size_t at)
{
	BUF_AUTO rest = BUF_INIT;
	unsigned char byte = (unsigned char)name->data[at];

	buf_add(&rest, name->data + at + 1, name->len - at - 1);
	buf_resize(name, at);
	add_encoded(name, byte);
	buf_add(name, rest.data, rest.len);
	if (rest.failed)
		name->failed = true;
}

static void encode(const char *key, size_t len, struct buf *name)
{
	size_t i;
	int mark;

	for (i = 0; i < len; i++) {
		if (key[i] == '/' || key[i] == '%' || key[i] == '\0' || (i == 0 && key[i] == '.'))
			add_encoded(name, (unsigned char)key[i]);
		else
			buf_add_char(name, key[i]);
	}
	if (len == 0)
		buf_add_char(name, '%');
	while (buf_ok(name) && (mark = scratch_mark(name->data, name->len)) >= 0)
		encode_at(name, (size_t)mark);
}

static void spell_key(const char *key, size_t len, struct buf *out)
{
	BUF_AUTO name = BUF_INIT;

	encode(key, len, &name);
	if (buf_ok(&name) && name.len > NAME_LENGTH_MAX)
		cut(&name, key, len);
	buf_add(out, name.data, name.len);
	if (name.failed)
		out->failed = true;
}

void name_from_key(const char *key, size_t len, struct buf *out)
{
	if (is_plain(key, len))
		buf_add(out, key, len);
	else
		spell_key(key, len, out);
}

const char *name_of_key(const char *key, size_t len, struct buf *spelled)
{
	if (is_plain(key, len))
		return key;
	spell_key(key, len, spelled);
	return buf_text(spelled);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that the escape at `text` stands for, or -1. */
static int escaped_byte(const char *text)
{
	int high = text[0] == '%' && text[1] ? hex_digit(text[1]) : -1;
	int low = high >= 0 ? hex_digit(text[2]) : -1;

	return low < 0 ? -1 : high * 16 + low;
}

bool name_decode(const char *name, size_t len, struct buf *key)
{
	size_t i;
	int byte;

	if (len == 1 && *name == '%')
		return true;
	for (i = 0; i < len; i++) {
		byte = name[i] == '%' && i + 2 < len ? escaped_byte(name + i) : -1;
		if (name[i] == '%' && byte < 0)
			return false;
		buf_add_char(key, byte >= 0 ? (char)byte : name[i]);
		if (byte >= 0)
			i += 2;
	}
	return true;
}

static int spelled_key(const char *name, size_t len, struct buf *out)
{
	BUF_AUTO key = BUF_INIT;
	BUF_AUTO again = BUF_INIT;

	if (!name_decode(name, len, &key))
		return -1;
	name_from_key(buf_text(&key), key.len, &again);
	if (!buf_ok(&key) || !buf_equals(&again, name, len))
		return -1;
	buf_add(out, key.data, key.len);
	return 0;
}

int name_to_key(const char *name, struct buf *out)
{
	size_t len = strlen(name);

	if (!is_plain(name, len))
		return spelled_key(name, len, out);
	buf_add(out, name, len);
	return 0;
}

const char *name_key(const char *name, struct buf *room, size_t *len)
{
	*len = strlen(name);
	if (is_plain(name, *len))
		return name;
	if (spelled_key(name, *len, room) < 0)
		return NULL;
	*len = room->len;
	return buf_text(room);
}

bool name_is_cut(const char *name)
{
	const char *mark = strstr(name, CUT_MARK);

	return mark && strspn(mark + 2, "0123456789abcdef-") == strlen(mark + 2) && strlen(mark + 2) >= 16;
}

bool name_is_of(const char *name, const char *key, size_t len)
{
	BUF_AUTO own = BUF_INIT;

	name_from_key(key, len, &own);
	if (!buf_ok(&own) || strncmp(name, buf_text(&own), own.len) != 0)
		return false;
	return name[own.len] == '\0' || (name[own.len] == '-' && name_is_cut(buf_text(&own)));
}

bool name_to_index(const char *name, uint32_t *index)
{
	BUF_AUTO key = BUF_INIT;
	const char *digits = name;
	uint32_t value = 0;

	if (name[0] == '%') {
		if (name_to_key(name, &key) < 0)
			return false;
		digits = buf_text(&key);
	}
	if (!digits[0] || strlen(digits) > 9)
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		value = value * 10 + (uint32_t)(*digits - '0');
	}
	*index = value;
	return true;
}

void name_from_index(uint32_t index, struct buf *name)
{
	char digits[16];
	int len = snprintf(digits, sizeof(digits), "%02u", index);

	name_from_key(digits, (size_t)len, name);
}

size_t name_without_number(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot || dot == name || dot[1] < '1' || dot[1] > '9' || strcmp(dot, ".1") == 0)
		return strlen(name);
	if (strspn(dot + 1, "0123456789") != strlen(dot + 1))
		return strlen(name);
	return (size_t)(dot - name);
}

bool name_fits_payload(const char *name, const char *type, size_t type_len)
{
	BUF_AUTO own = BUF_INIT;

	name_from_key(type, type_len, &own);
	return buf_equals(&own, name, strlen(name)) || buf_equals(&own, name, name_without_number(name));
}

int name_to_payload_type(const char *name, struct buf *type)
{
	BUF_AUTO base = BUF_INIT;

	buf_add(&base, name, name_without_number(name));
	if (!buf_ok(&base))
		return -1;
	return name_to_key(buf_text(&base), type);
}

static bool needs_quote(unsigned char byte)
{
	return byte <= 0x20 || byte == 0x7f;
}

void name_quote(const char *name, struct buf *out)
{
	for (; *name; name++) {
		if (needs_quote((unsigned char)*name))
			add_encoded(out, (unsigned char)*name);
		else
			buf_add_char(out, *name);
	}
}

void name_unquote(const char *quoted, size_t len, struct buf *name)
{
	size_t i;
	int byte;

	for (i = 0; i < len; i++) {
		byte = i + 2 < len ? escaped_byte(quoted + i) : -1;
		if (byte > 0 && needs_quote((unsigned char)byte)) {
			buf_add_char(name, (char)byte);
			i += 2;
		} else {
			buf_add_char(name, quoted[i]);
		}
	}
}

void name_escape_key(const char *key, size_t len, struct buf *out)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (needs_quote((unsigned char)key[i]) || key[i] == '%')
			add_encoded(out, (unsigned char)key[i]);
		else
			buf_add_char(out, key[i]);
	}
}

void name_unescape_key(const char *word, size_t len, struct buf *key)
{
	size_t i;
	int byte;

	for (i = 0; i < len; i++) {
		byte = i + 2 < len ? escaped_byte(word + i) : -1;
		buf_add_char(key, byte >= 0 ? (char)byte : word[i]);
		if (byte >= 0)
			i += 2;
	}
}
