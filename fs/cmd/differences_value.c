/* A value in a line of text. */
#include <string.h>

#include "fs/cmd/differences_parts.h"
#include "plist/schema/constraint_limits.h"
#include "sign/hash.h"

#define SHOWN_MAX   72 /* bytes of a text that are shown */
#define HASH_DIGITS 16 /* of a SHA-256: nobody meets two data with the same ones unless he made them for that */

/* --- text ----------------------------------------------------------------------------------------------- */

/* A backslash, too: 'a\nb' is two lines, 'a\\nb' is one. */
static void add_escaped(const char *text, size_t len, struct buf *out)
{
	static const char ESCAPED[] = "\n\t\r\\", LETTERS[] = "ntr\\";
	const char *found = len == 1 && *text ? strchr(ESCAPED, *text) : NULL;

	if (found) {
		buf_add_format(out, "\\%c", LETTERS[found - ESCAPED]);
		return;
	}
	for (size_t i = 0; i < len; i++)
		buf_add_format(out, "\\x%02x", (unsigned char)text[i]);
}

/* Adds whole characters, at most SHOWN_MAX bytes of the text; returns how many that were. */
static size_t add_part(const char *text, size_t len, struct buf *out)
{
	size_t at = 0, step;

	for (; at < len; at += step) {
		step = text_character(text + at, len - at);
		if (at + step > SHOWN_MAX)
			break;
		if (text[at] == '\\' || text_is_obeyed(text + at, step))
			add_escaped(text + at, step, out);
		else
			buf_add(out, text + at, step);
	}
	return at;
}

static bool continues_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Of what is long, the part from `from` on; what is left out is "...", outside of the quotes. */
static void add_text(const struct scalar *value, const char *quote, size_t from, struct buf *out)
{
	size_t end;

	if (value->len <= SHOWN_MAX)
		from = 0;
	while (from && continues_character(value->at[from]))
		from--;
	buf_add_format(out, "%s%s", from ? "..." : "", quote);
	end = from + add_part(value->at + from, value->len - from, out);
	buf_add_format(out, "%s%s", quote, end < value->len ? "..." : "");
}

/* --- what is no text ------------------------------------------------------------------------------------ */

static void add_count(size_t count, const char *what, struct buf *out)
{
	buf_add_format(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

static int add_data(const struct scalar *value, struct buf *out, struct error *err)
{
	BUF_AUTO room = BUF_INIT, hash = BUF_INIT;
	const char *bytes;

	add_count(value->len, "byte", out);
	if (value->len == 0)
		return 0;
	bytes = scalar_bytes(value, &room);
	if (!bytes)
		return error_memory(err);
	if (hash_sha256(bytes, value->len, &hash, err) < 0)
		return -1;
	buf_add_format(out, " (SHA-256 %.*s...)", HASH_DIGITS, buf_text(&hash));
	return 0;
}

static void add_container(const struct node *node, struct buf *out)
{
	buf_add_format(out, "%s of ", node_type_name(node->type));
	add_count(node_count(node), node->type == NODE_DICT ? "key" : "element", out);
}

int differences_value(const struct side *side, bool typed, size_t from, struct buf *out, struct error *err)
{
	const struct node *node = side->node;

	if (!node_is_scalar(node->type)) {
		add_container(node, out);
		return 0;
	}
	if (typed || node->type == NODE_DATA)
		buf_add_format(out, "%s ", node_type_name(node->type));
	if (side->hidden)
		buf_add_text(out, "(secret)");
	else if (node->type == NODE_DATA && !node_is_placeholder(node))
		return add_data(&node->value, out, err);
	else
		add_text(&node->value, node->type == NODE_STRING ? "'" : "", from, out);
	return 0;
}
