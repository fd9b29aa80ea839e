/* Names as every disk can hold them, and which names some disks take for one. */
#include <string.h>
#include <strings.h>

#include "fs/tree/names.h"

/* Bytes of a portable name that stay when it is cut: as many as of any other. */
#define CUT_AT 200

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static char to_lower(char c)
{
	return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

static bool is_ascii(char c)
{
	return (unsigned char)c < 0x80;
}

static void add_encoded(struct buf *out, char c)
{
	buf_add_format(out, "%%%02X", (unsigned char)c);
}

/* --- which are one name somewhere ------------------------------------------------------------------- */

/* The next letter of a folded name, and past it. */
static char next_folded(const char **name)
{
	char c = **name;

	if (!c)
		return c;
	(*name)++;
	if (is_ascii(c))
		return to_lower(c);
	while (!is_ascii(**name))
		(*name)++;
	return '\1';
}

int name_compare_folded(const char *a, const char *b)
{
	char x, y;

	do {
		x = next_folded(&a);
		y = next_folded(&b);
	} while (x && x == y);
	return (x > y) - (x < y);
}

/* --- spelling --------------------------------------------------------------------------------------- */

/* What no name on Windows has, and what is another character's in some names: accented letters are stored in one of
 * two forms, and folded by tables that differ from disk to disk. */
static bool is_never_portable(char c)
{
	return !is_ascii(c) || (unsigned char)c < 0x20 || c == 0x7f || strchr("\\:*?\"<>|", c);
}

/* True for what Windows takes for a device, whatever follows the first dot: NUL, nul.txt, "com1 .x". */
static bool is_device(const char *name)
{
	static const char *const devices[] = { "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$" };
	size_t len = strcspn(name, "."), i;

	while (len && name[len - 1] == ' ')
		len--;
	for (i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (len == strlen(devices[i]) && strncasecmp(name, devices[i], len) == 0)
			return true;
	return len == 4 && (strncasecmp(name, "COM", 3) == 0 || strncasecmp(name, "LPT", 3) == 0) &&
	       name[3] >= '0' && name[3] <= '9';
}

/* Whether the character at `at` must be an escape. */
static bool needs_escape(const char *name, size_t at, bool apart, bool device)
{
	bool last = name[at + 1] == '\0';

	if (is_never_portable(name[at]) || (apart && is_upper(name[at])))
		return true;
	return (last && (name[at] == '.' || name[at] == ' ')) || (at == 0 && device);
}

/* The length of an escape that is in the name already. */
static size_t escape_at(const char *text)
{
	return text[0] == '%' && strspn(text + 1, "0123456789ABCDEF") >= 2 ? 3 : 0;
}

static void spell(const char *name, bool apart, struct buf *out)
{
	bool device = is_device(name);
	size_t at = 0, escape;

	while (name[at]) {
		escape = escape_at(name + at);
		if (escape)
			buf_add(out, name + at, escape);
		else if (needs_escape(name, at, apart, device))
			add_encoded(out, name[at]);
		else
			buf_add_char(out, name[at]);
		at += escape ? escape : 1;
	}
}

/* Shortens a spelling, never inside an escape. */
static void cut(struct buf *spelt, const char *name)
{
	size_t end = CUT_AT;

	if (spelt->data[end - 1] == '%')
		end -= 1;
	else if (spelt->data[end - 2] == '%')
		end -= 2;
	buf_resize(spelt, end);
	name_add_hash(name, strlen(name), spelt);
}

void name_to_portable(const char *name, bool apart, struct buf *out)
{
	BUF_AUTO spelt = BUF_INIT;

	spell(name, apart, &spelt);
	if (buf_ok(&spelt) && spelt.len > NAME_LENGTH_MAX)
		cut(&spelt, name);
	buf_add(out, spelt.data, spelt.len);
	if (spelt.failed)
		out->failed = true;
}

/* --- back ------------------------------------------------------------------------------------------- */

bool name_is_portable_of(const char *portable, const char *name)
{
	int apart;

	for (apart = 0; apart < 2; apart++) {
		BUF_AUTO spelt = BUF_INIT;

		name_to_portable(name, apart, &spelt);
		if (buf_ok(&spelt) && buf_equals(&spelt, portable, strlen(portable)))
			return true;
	}
	return false;
}

/* The name of the key that the escapes in a text stand for, and what comes after it. */
static bool is_spelling(const char *portable, size_t len, struct buf *name)
{
	BUF_AUTO key = BUF_INIT;

	buf_clear(name);
	name_decode(portable, len, &key);
	name_from_key(buf_text(&key), key.len, name);
	buf_add_text(name, portable + len);
	return buf_ok(name) && buf_ok(&key) && name_is_portable_of(portable, buf_text(name));
}

int name_from_portable(const char *portable, struct buf *out)
{
	size_t len = strlen(portable), base = name_without_number(portable);
	BUF_AUTO name = BUF_INIT;

	if (!is_spelling(portable, len, &name) && (base == len || !is_spelling(portable, base, &name)))
		return -1;
	buf_add(out, name.data, name.len);
	return name.failed ? -1 : 0;
}
