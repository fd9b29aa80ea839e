#include "plist/xml_move.h"

#include <string.h>

#include "plist/xml_layout.h"

struct move {
	const struct doc *doc;
	const char *source;
	const char *indent;
	size_t indent_len;
	struct buf *out;
};

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

struct span xml_indent_at(const struct doc *doc, size_t offset)
{
	const char *source = doc->source.data;
	struct span indent;

	while (offset > 0 && !is_break(source[offset - 1]))
		offset--;
	indent = span_of(offset, offset);
	while (indent.end < doc->source.len && (source[indent.end] == ' ' || source[indent.end] == '\t'))
		indent.end++;
	return indent;
}

static void copy(const struct move *move, size_t from, size_t end)
{
	buf_add(move->out, move->source + from, end - from);
}

static size_t after(const struct move *move, size_t at, size_t end, const char *closing)
{
	const char *found = memmem(move->source + at, end - at, closing, strlen(closing));

	return found ? (size_t)(found - move->source) + strlen(closing) : end;
}

/* What stands between elements, or the base64 in one. A line gets its indentation if it is not empty and does not begin
 * inside of a comment. */
static void move_gap(const struct move *move, size_t from, size_t end)
{
	const char *source = move->source;

	for (size_t at = from; at < end;) {
		if (end - at > 1 && source[at] == '<') {
			at = after(move, at, end, source[at + 1] == '?' ? "?>" : "-->");
			continue;
		}
		if (source[at++] != '\n' || is_break(source[at]))
			continue;
		copy(move, from, at);
		buf_add(move->out, move->indent, move->indent_len);
		from = at;
	}
	copy(move, from, end);
}

/* Base64 with nothing but white space in it. */
static bool is_plain_data(const struct move *move, const struct node *node)
{
	struct span inner = node->source.inner;
	const char *bytes = move->source + inner.start;
	size_t len = inner.end - inner.start;

	return node->type == NODE_DATA && !memchr(bytes, '<', len) && !memchr(bytes, '&', len);
}

static void move_element(const struct move *move, const struct node *node)
{
	struct span element = node->source.element, inner = node->source.inner;
	size_t at = inner.start;

	if (node_is_scalar(node->type) && !is_plain_data(move, node)) {
		copy(move, element.start, element.end);
		return;
	}
	copy(move, element.start, inner.start);
	for (const struct node *child = node_first_link(node); child; child = child->next) {
		move_gap(move, at, xml_start(child));
		if (node->type == NODE_DICT) {
			copy(move, child->source.key.start, child->source.key.end);
			move_gap(move, child->source.key.end, child->source.element.start);
		}
		move_element(move, child);
		at = child->source.element.end;
	}
	move_gap(move, at, inner.end);
	copy(move, inner.end, element.end);
}

/* True if the first line and that of the end tag begin in the first column: then all lines are indented from there. */
static bool is_unindented(const struct doc *doc, const struct node *node)
{
	struct span first = xml_indent_at(doc, node->source.element.start);
	struct span last = xml_indent_at(doc, node->source.inner.end);

	return first.start == first.end && last.start == last.end;
}

void xml_move(const struct doc *doc, const struct node *node, const char *indent, size_t indent_len, struct buf *out)
{
	struct move move = { doc, doc->source.data, indent, indent_len, out };

	if (is_unindented(doc, node))
		move_element(&move, node);
	else
		copy(&move, node->source.element.start, node->source.element.end);
}
