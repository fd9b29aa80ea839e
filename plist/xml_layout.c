#include "plist/xml_layout.h"

#include <string.h>

#define TAB_COLUMNS 8

bool xml_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

size_t xml_after_last_break(const char *bytes, size_t len)
{
	while (len && !is_break(bytes[len - 1]))
		len--;
	return len;
}

bool xml_has_line_break(const char *bytes, size_t len)
{
	return xml_after_last_break(bytes, len) > 0;
}

struct span xml_blank_before(const struct xml_writer *writer, size_t from, size_t end)
{
	size_t start = end;

	while (start > from && xml_is_space(writer->source[start - 1]))
		start--;
	return span_of(start, end);
}

struct span xml_blank_after(const struct xml_writer *writer, size_t from, size_t end)
{
	size_t stop = from;

	while (stop < end && xml_is_space(writer->source[stop]))
		stop++;
	return span_of(from, stop);
}

size_t xml_start(const struct node *child)
{
	return child->source.key.end ? child->source.key.start : child->source.element.start;
}

struct layout xml_layout_child(const struct layout *line)
{
	struct layout place = *line;

	place.blank = (struct text){ "", 0 };
	place.deeper++;
	return place;
}

struct layout xml_layout_after(const struct xml_writer *writer, struct span gap)
{
	const char *bytes = writer->source + gap.start;
	size_t len = gap.end - gap.start, start = xml_after_last_break(bytes, len), stop = start;

	if (!start) {
		struct span blank = xml_blank_before(writer, gap.start, gap.end);

		return (struct layout){ .blank = { writer->source + blank.start, blank.end - blank.start } };
	}
	while (stop < len && xml_is_space(bytes[stop]))
		stop++;
	return (struct layout){ .own_line = true, .indent = { bytes + start, stop - start } };
}

static size_t text_columns(struct text text)
{
	size_t columns = 0;

	for (size_t i = 0; i < text.len; i++)
		columns += text.bytes[i] == '\t' ? TAB_COLUMNS : 1;
	return columns;
}

size_t xml_layout_columns(const struct xml_writer *writer, const struct layout *line)
{
	return text_columns(line->indent) + line->deeper * text_columns(writer->unit);
}

void xml_layout_write(struct xml_writer *writer, const struct layout *place)
{
	if (!place->own_line) {
		buf_add(writer->out, place->blank.bytes, place->blank.len);
		return;
	}
	buf_add_text(writer->out, writer->line_end);
	buf_add(writer->out, place->indent.bytes, place->indent.len);
	for (size_t i = 0; i < place->deeper; i++)
		buf_add(writer->out, writer->unit.bytes, writer->unit.len);
}

/* --- finding out -------------------------------------------------------------------------------------- */

/* The search for the first child that is indented more than its container. */
struct search {
	const struct xml_writer *writer;
	struct text unit;
	bool unindented;         /* a child was seen on a line of its own, indented as its container is */
	const struct node *pair; /* the first key with a value that was seen */
};

/* The indentation of the line on which something begins that ends the blank bytes from `from` to `start`;
 * `before` if they hold no line break. */
static struct text indent_at(const struct search *search, size_t start, struct text before, bool *own_line)
{
	struct span blank = xml_blank_before(search->writer, 0, start);
	const char *bytes = search->writer->source + blank.start;
	size_t len = blank.end - blank.start, after = xml_after_last_break(bytes, len);

	*own_line = after > 0;
	return *own_line ? (struct text){ bytes + after, len - after } : before;
}

static bool begins_with(struct text text, struct text start)
{
	return text.len >= start.len && memcmp(text.bytes, start.bytes, start.len) == 0;
}

/* True when the unit is found. */
static bool search_in(struct search *search, const struct node *container, struct text indent)
{
	for (const struct node *child = node_first_link(container); child; child = child->next) {
		struct text line;
		bool own_line;

		if (!child->placed)
			continue;
		line = indent_at(search, xml_start(child), indent, &own_line);
		if (own_line && begins_with(line, indent)) {
			search->unit = (struct text){ line.bytes + indent.len, line.len - indent.len };
			search->unindented = true;
		}
		if (!search->pair && child->source.key.end)
			search->pair = child;
		if (search->unit.len)
			return true;
		line = indent_at(search, child->source.element.start, line, &own_line);
		if (search_in(search, child, line))
			return true;
	}
	return false;
}

static void find_unit(struct xml_writer *writer, struct search *search)
{
	struct text none = { "", 0 }, root;
	bool own_line;

	root = indent_at(search, writer->doc->root->source.element.start, none, &own_line);
	search_in(search, writer->doc->root, root);
	if (search->unit.len || search->unindented)
		writer->unit = search->unit;
	else if (root.len)
		writer->unit = root;
}

/* A document stands on one line if its values do; without any, if all of it does. */
static bool is_flat(const struct xml_writer *writer)
{
	const struct node *root = writer->doc->root;
	const char *bytes = writer->source + root->source.element.start;
	size_t len = root->source.element.end - root->source.element.start;

	if (!node_first_link(root) || !node_first_link(root)->placed) {
		bytes = writer->source;
		len = writer->doc->source.len;
		while (len && xml_is_space(bytes[len - 1]))
			len--;
	}
	return !xml_has_line_break(bytes, len);
}

static void find_link(struct xml_writer *writer, const struct node *pair)
{
	if (pair)
		writer->link = xml_layout_after(
			writer, (struct span){ pair->source.key.end, pair->source.element.start });
}

void xml_layout_begin(struct xml_writer *writer, const struct doc *doc, struct buf *out, struct error *err)
{
	struct search search = { .writer = writer };

	*writer = (struct xml_writer){
		.doc = doc,
		.out = out,
		.err = err,
		.line_end = doc->crlf ? "\r\n" : "\n",
		.unit = { "\t", 1 },
		.link = { .own_line = true },
		.line = { .own_line = true, .indent = { "", 0 } },
	};
	if (doc->format != DOC_XML || !doc->source.len)
		return;
	writer->source = doc->source.data;
	find_unit(writer, &search);
	find_link(writer, search.pair);
	writer->flat = is_flat(writer);
	writer->line.own_line = !writer->flat;
}
