#include "plist/xml_layout.h"

#include <errno.h>
#include <string.h>

#include "plist/value.h"

#define DATA_COLUMNS 76     /* a line of base64 with its indentation, as Apple's tools write it */
#define DATA_COLUMNS_MIN 16 /* of base64 alone, however deep */

/* Reports a value that XML has no way to write. */
static int cannot_hold(struct xml_writer *writer, const struct node *node, const char *what)
{
	BUF_AUTO path = BUF_INIT;

	error_set(writer->err, EINVAL, "%s", what);
	doc_path(node, &path);
	error_in_key(writer->err, buf_text(&path));
	return -1;
}

static int check_text(struct xml_writer *writer, const struct node *node, const char *bytes, size_t len)
{
	if (value_is_text(bytes, len))
		return 0;
	return cannot_hold(writer, node,
			   "this holds a character that XML cannot hold (a control character, or bytes that "
			   "are not UTF-8): change it, or save as a binary property list (format=binary)");
}

/* --- text --------------------------------------------------------------------------------------------- */

static const char *escaped(struct xml_writer *writer, char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;"; /* readers make a bare one a line feed */
	case '\n':
		return writer->line_end;
	default:
		return NULL;
	}
}

static void add_escaped(struct xml_writer *writer, const char *bytes, size_t len)
{
	size_t done = 0;

	for (size_t i = 0; i < len; i++) {
		const char *other = escaped(writer, bytes[i]);

		if (!other)
			continue;
		buf_add(writer->out, bytes + done, i - done);
		buf_add_text(writer->out, other);
		done = i + 1;
	}
	buf_add(writer->out, bytes + done, len - done);
}

int xml_new_key(struct xml_writer *writer, const struct node *node)
{
	if (check_text(writer, node, node->key, node->key_len))
		return -1;
	buf_add_text(writer->out, "<key>");
	add_escaped(writer, node->key, node->key_len);
	buf_add_text(writer->out, "</key>");
	return 0;
}

/* --- data --------------------------------------------------------------------------------------------- */

/* How base64 is laid out: before it, between its lines, after it. */
struct wrapping {
	bool lines;   /* false: all on one line, between `lead` and `tail` as they are */
	size_t width; /* characters of base64 in a line */
	struct layout before, between, after;
	struct text lead, tail;
};

static size_t default_width(const struct xml_writer *writer, const struct layout *line)
{
	size_t columns = xml_layout_columns(writer, line), width = DATA_COLUMNS_MIN;

	if (columns + DATA_COLUMNS_MIN < DATA_COLUMNS)
		width = DATA_COLUMNS - columns;
	return width / 4 * 4;
}

/* As Apple's tools do it: lines of their own, indented as the element is. */
static struct wrapping default_wrapping(const struct xml_writer *writer, const struct layout *line)
{
	return (struct wrapping){
		.lines = line->own_line,
		.width = default_width(writer, line),
		.before = *line,
		.between = *line,
		.after = *line,
		.lead = { "", 0 },
		.tail = { "", 0 },
	};
}

/* The place that white space leads to. */
static struct layout place_after(struct text blank)
{
	size_t start = xml_after_last_break(blank.bytes, blank.len);

	if (!start)
		return (struct layout){ .blank = blank };
	return (struct layout){ .own_line = true, .indent = { blank.bytes + start, blank.len - start } };
}

static size_t word_length(const char *bytes, size_t len)
{
	size_t word = 0;

	while (word < len && !xml_is_space(bytes[word]))
		word++;
	return word;
}

static size_t blank_length(const char *bytes, size_t len)
{
	size_t blank = 0;

	while (blank < len && xml_is_space(bytes[blank]))
		blank++;
	return blank;
}

/* Takes the layout from the base64 that stood there. False if there is none to be seen: nothing stood there,
 * or something with comments in it. */
static bool wrapping_of(const struct xml_writer *writer, struct text old, const struct layout *line,
			struct wrapping *wrapping)
{
	size_t lead = blank_length(old.bytes, old.len), end = old.len, first, gap;

	if (lead == old.len || memchr(old.bytes, '<', old.len) || memchr(old.bytes, '&', old.len))
		return false;
	while (xml_is_space(old.bytes[end - 1]))
		end--;
	*wrapping = default_wrapping(writer, line);
	wrapping->lead = (struct text){ old.bytes, lead };
	wrapping->tail = (struct text){ old.bytes + end, old.len - end };
	wrapping->lines = xml_has_line_break(old.bytes, old.len);
	wrapping->before = place_after(wrapping->lead);
	wrapping->after = place_after(wrapping->tail);
	first = word_length(old.bytes + lead, end - lead);
	gap = blank_length(old.bytes + lead + first, end - lead - first);
	if (gap) {
		wrapping->between = place_after((struct text){ old.bytes + lead + first, gap });
		wrapping->width = first;
		return true;
	}
	wrapping->between = wrapping->before.own_line ? wrapping->before : wrapping->after;
	if (first > wrapping->width)
		wrapping->width = first;
	return true;
}

static void add_lines(struct xml_writer *writer, const struct buf *base64, const struct wrapping *wrapping)
{
	for (size_t done = 0, len; done < base64->len; done += len) {
		len = base64->len - done;
		if (len > wrapping->width)
			len = wrapping->width;
		xml_layout_write(writer, done ? &wrapping->between : &wrapping->before);
		buf_add(writer->out, base64->data + done, len);
	}
	if (base64->len || wrapping->after.own_line)
		xml_layout_write(writer, &wrapping->after);
}

static int add_data(struct xml_writer *writer, const struct node *node, struct text old,
		    const struct layout *line)
{
	BUF_AUTO room = BUF_INIT, base64 = BUF_INIT;
	const char *bytes = scalar_bytes(&node->value, &room);
	struct wrapping wrapping;

	if (bytes && node->value.len)
		value_encode_base64(bytes, node->value.len, &base64);
	if (!bytes || !buf_ok(&base64))
		return error_memory(writer->err);
	if (!wrapping_of(writer, old, line, &wrapping)) {
		wrapping = default_wrapping(writer, line);
		wrapping.lines = wrapping.lines && base64.len;
	}
	if (wrapping.lines) {
		add_lines(writer, &base64, &wrapping);
		return 0;
	}
	buf_add(writer->out, wrapping.lead.bytes, wrapping.lead.len);
	buf_add(writer->out, buf_text(&base64), base64.len);
	buf_add(writer->out, wrapping.tail.bytes, wrapping.tail.len);
	return 0;
}

/* --- elements ----------------------------------------------------------------------------------------- */

const char *xml_tag(enum node_type type)
{
	static const char *const TAGS[NODE_TYPE_COUNT] = {
		[NODE_DICT] = "dict",       [NODE_ARRAY] = "array", [NODE_STRING] = "string",
		[NODE_INTEGER] = "integer", [NODE_REAL] = "real",   [NODE_DATE] = "date",
		[NODE_DATA] = "data",
	};

	return TAGS[type];
}

int xml_new_inner(struct xml_writer *writer, const struct node *node, struct text old,
		  const struct layout *line)
{
	if (node->type == NODE_DATA && !node_is_placeholder(node))
		return add_data(writer, node, old, line);
	if (check_text(writer, node, node->value.at, node->value.len))
		return -1;
	add_escaped(writer, node->value.at, node->value.len);
	return 0;
}

static int new_boolean(struct xml_writer *writer, const struct node *node)
{
	if (node_is_placeholder(node))
		return cannot_hold(
			writer, node,
			"XML has no element for a boolean that is a placeholder: write true or false");
	buf_add_text(writer->out, node_is_text(node, "true") ? "<true/>" : "<false/>");
	return 0;
}

static int new_scalar(struct xml_writer *writer, const struct node *node, const struct layout *line)
{
	const char *tag = xml_tag(node->type);

	buf_add_format(writer->out, "<%s>", tag);
	if (xml_new_inner(writer, node, (struct text){ NULL, 0 }, line))
		return -1;
	buf_add_format(writer->out, "</%s>", tag);
	return 0;
}

static int new_container(struct xml_writer *writer, const struct node *node, const struct layout *line)
{
	struct layout below = xml_layout_child(line), end = *line;
	struct layout link = writer->link.own_line ? below : writer->link;
	const char *tag = xml_tag(node->type);

	if (!node_count(node)) {
		buf_add_format(writer->out, "<%s/>", tag);
		return 0;
	}
	if (!line->own_line)
		link = below;
	buf_add_format(writer->out, "<%s>", tag);
	for (const struct node *child = node_first(node); child; child = node_next(child)) {
		xml_layout_write(writer, &below);
		if (xml_write_child(writer, child, &below, &link))
			return -1;
	}
	end.blank = (struct text){ "", 0 };
	xml_layout_write(writer, &end);
	buf_add_format(writer->out, "</%s>", tag);
	return 0;
}

int xml_new_element(struct xml_writer *writer, const struct node *node, const struct layout *line)
{
	if (!node_is_scalar(node->type))
		return new_container(writer, node, line);
	return node->type == NODE_BOOLEAN ? new_boolean(writer, node) : new_scalar(writer, node, line);
}
