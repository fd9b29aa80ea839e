#include "plist/xml_write.h"

#include <string.h>

#include "plist/xml_layout.h"
#include "plist/xml_parser.h"

static int write_element(struct xml_writer *writer, const struct node *node);

/* --- copying ------------------------------------------------------------------------------------------ */

static void copy(struct xml_writer *writer, size_t from, size_t end)
{
	buf_add(writer->out, writer->source + from, end - from);
}

/* Copies what stands between elements, and takes note of the line that it leads to. */
static void copy_gap(struct xml_writer *writer, size_t from, size_t end)
{
	if (!writer->flat && xml_has_line_break(writer->source + from, end - from))
		writer->line = xml_layout_after(writer, span_of(from, end));
	copy(writer, from, end);
}

static bool starts(const struct xml_writer *writer, size_t at, const char *text)
{
	size_t len = strlen(text);

	return writer->doc->source.len - at >= len && memcmp(writer->source + at, text, len) == 0;
}

/* --- walking a container ------------------------------------------------------------------------------ */

/*
 * The walk through a container: `at` is how far its bytes are written or passed over. After a child that was
 * removed, the white space before it (`cut`) is neither: who comes next decides what becomes of it. A new
 * child takes it over and so stands exactly where the old one did; else the line vanishes (join_cut).
 */
struct walk {
	const struct node *parent;
	size_t at;
	bool cutting;
	struct span cut;
	bool beside; /* just after a child of the source: what follows on its line belongs to it */
	const struct node *sibling; /* the nearest child of the source, which a new one is laid out like: */
	bool styled;                /* these two are known: */
	struct layout style;         /* how it is led up to */
	struct layout link;          /* and what stands between its key and its element */
	size_t sibling_from;        /* where the gap before it begins */
};

/* How much of a blank is left when a line goes: nothing after the first line break. */
static size_t before_first_break(const struct xml_writer *writer, struct span blank)
{
	size_t at = blank.start;

	while (at < blank.end && writer->source[at] != '\n' && writer->source[at] != '\r')
		at++;
	return at;
}

static bool has_break(const struct xml_writer *writer, struct span blank)
{
	return xml_has_line_break(writer->source + blank.start, blank.end - blank.start);
}

/* Chooses between the white space before a removed child and that after it, so that its line vanishes and
 * the lines around it keep every byte. `closing`: the container's end tag comes next. */
static void join_cut(struct xml_writer *writer, struct walk *walk, struct span after, bool closing)
{
	struct span cut = walk->cut;

	walk->cutting = false;
	walk->at = after.end;
	if (has_break(writer, after)) {
		if (has_break(writer, cut))
			copy_gap(writer, cut.start, before_first_break(writer, cut));
		copy_gap(writer, before_first_break(writer, after), after.end);
		return;
	}
	if (!closing && (has_break(writer, cut) || cut.end - cut.start < after.end - after.start))
		after = cut;
	copy_gap(writer, after.start, after.end);
}

/* Writes the source up to `end`: the beginning of a child, of the blank before one that was removed, or of
 * the end tag. */
static void write_gap(struct xml_writer *writer, struct walk *walk, size_t end, bool closing)
{
	walk->beside = false;
	if (walk->cutting) {
		struct span after = xml_blank_after(writer, walk->at, end);

		join_cut(writer, walk, after, closing && after.end == end);
	}
	copy_gap(writer, walk->at, end);
	walk->at = end;
}

/* The first child of the source was come by, or the next one. */
static void meet(struct walk *walk, const struct node *child)
{
	walk->sibling = child;
	walk->sibling_from = walk->at;
	walk->styled = false;
}

/* Passes over a removed child. Comments before it stay. */
static void pass_removed(struct xml_writer *writer, struct walk *walk, const struct node *child)
{
	struct span blank = xml_blank_before(writer, walk->at, xml_start(child));

	meet(walk, child);
	if (!walk->cutting || blank.start > walk->at) {
		write_gap(writer, walk, blank.start, false);
		walk->cut = blank;
		walk->cutting = true;
	}
	walk->at = child->source.element.end;
}

/* --- keys --------------------------------------------------------------------------------------------- */

static void add_key_text(void *data, const XML_Char *text, int len)
{
	buf_add(data, text, (size_t)len);
}

/* True if the key's element is its text between bare tags, the usual case. */
static bool key_is_plain(const struct xml_writer *writer, const struct node *node)
{
	static const char OPEN[] = "<key>", CLOSE[] = "</key>";
	struct span key = node->source.key;
	const char *text = writer->source + key.start + strlen(OPEN);

	return key.end - key.start == strlen(OPEN) + node->key_len + strlen(CLOSE) &&
	       starts(writer, key.start, OPEN) && memcmp(text, node->key, node->key_len) == 0 &&
	       strcspn(node->key, "&<\r") == node->key_len;
}

/* True if the bytes of the key's element say what the key is. Expat is asked, as there are many ways to say
 * it; one that needs the document type's entities is taken for different and written anew. */
static bool key_is_said(const struct xml_writer *writer, const struct node *node)
{
	struct span key = node->source.key;
	BUF_AUTO text = BUF_INIT;
	XML_Parser parser;
	bool same;

	if (key_is_plain(writer, node))
		return true;
	parser = xml_parser_new();
	if (!parser)
		return false;
	XML_SetUserData(parser, &text);
	XML_SetCharacterDataHandler(parser, add_key_text);
	same = XML_Parse(parser, writer->source + key.start, (int)(key.end - key.start), XML_TRUE) ==
		       XML_STATUS_OK &&
	       buf_ok(&text) && buf_equals(&text, node->key, node->key_len);
	XML_ParserFree(parser);
	return same;
}

static int write_key(struct xml_writer *writer, const struct node *node)
{
	if (!writer->source || !node->source.key.end || (!node->placed && !key_is_said(writer, node)))
		return xml_new_key(writer, node);
	copy(writer, node->source.key.start, node->source.key.end);
	return 0;
}

/* --- children ----------------------------------------------------------------------------------------- */

/* True if a comment stands between a key and its value: it moves with them. */
static bool has_remark(const struct xml_writer *writer, const struct node_source *source)
{
	size_t from = source->key.end, end = source->element.start;

	return writer->source && from && memmem(writer->source + from, end - from, "<!--", 4);
}

/* Writes what stands between a child's key and its element: what is there, if it says something. */
static void write_link(struct xml_writer *writer, const struct node *child, const struct layout *link)
{
	if (has_remark(writer, &child->source)) {
		copy_gap(writer, child->source.key.end, child->source.element.start);
		return;
	}
	xml_layout_write(writer, link);
	if (link->own_line)
		writer->line = *link;
}

int xml_write_child(struct xml_writer *writer, const struct node *child, const struct layout *line,
		    const struct layout *link)
{
	struct layout before = writer->line;
	int result;

	writer->line = *line;
	if (child->parent->type == NODE_DICT) {
		if (write_key(writer, child))
			return -1;
		write_link(writer, child, link);
	}
	result = write_element(writer, child);
	writer->line = before;
	return result;
}

/* Leads up to a child of the source; or to the one behind a run that begins with it, which is left where it is. */
static const struct node *lead_up(struct xml_writer *writer, struct walk *walk, const struct node *child)
{
	meet(walk, child);
	write_gap(writer, walk, xml_start(child), false);
	if (writer->run == writer->runs_end || writer->run->first != child)
		return child;
	writer->run->at = writer->out->len;
	walk->at = writer->run->source.end;
	child = writer->run++->last->next;
	meet(walk, child);
	write_gap(writer, walk, xml_start(child), false);
	return child;
}

static int write_placed(struct xml_writer *writer, struct walk *walk, const struct node *child)
{
	if (walk->parent->type == NODE_DICT) {
		if (write_key(writer, child))
			return -1;
		copy_gap(writer, child->source.key.end, child->source.element.start);
	}
	walk->at = child->source.element.end;
	walk->beside = true;
	return write_element(writer, child);
}

/* The end of the comments that stand on the same line as what ends at `at`, if nothing else does. */
static size_t end_of_remarks(const struct xml_writer *writer, size_t at)
{
	size_t len = writer->doc->source.len, end = at;

	for (;;) {
		const char *close;

		while (at < len && (writer->source[at] == ' ' || writer->source[at] == '\t'))
			at++;
		if (!starts(writer, at, "<!--"))
			break;
		close = memmem(writer->source + at + 4, len - at - 4, "-->", 3);
		if (!close)
			break;
		end = at = (size_t)(close - writer->source) + 3;
	}
	return at < len && (writer->source[at] == '\n' || writer->source[at] == '\r') ? end : 0;
}

/* Finds out how the nearest child of the source is led up to, and its value from its key. */
static void find_style(struct xml_writer *writer, struct walk *walk)
{
	const struct node *sibling = walk->sibling;

	if (walk->styled)
		return;
	walk->styled = true;
	walk->style = xml_layout_after(writer, span_of(walk->sibling_from, xml_start(sibling)));
	walk->link = writer->link;
	if (sibling->source.key.end)
		walk->link = xml_layout_after(
			writer, (struct span){ sibling->source.key.end, sibling->source.element.start });
}

static int write_new(struct xml_writer *writer, struct walk *walk, const struct node *child)
{
	size_t remarks;

	find_style(writer, walk);
	if (walk->cutting) {
		copy_gap(writer, walk->cut.start, walk->cut.end);
		walk->cutting = false;
		walk->beside = true;
		return xml_write_child(writer, child, &walk->style, &walk->link);
	}
	if (walk->beside && walk->style.own_line) {
		remarks = end_of_remarks(writer, walk->at);
		if (remarks > walk->at) {
			copy(writer, walk->at, remarks);
			walk->at = remarks;
		}
	}
	walk->beside = false;
	xml_layout_write(writer, &walk->style);
	return xml_write_child(writer, child, &walk->style, &walk->link);
}

/* --- containers --------------------------------------------------------------------------------------- */

/* Children for a container that had none in the source: each on a line of its own, unless the whole document
 * stands on one. */
static int write_first_children(struct xml_writer *writer, const struct node *node, const struct layout *line)
{
	struct layout below = xml_layout_child(line);
	struct layout link = writer->link.own_line || !line->own_line ? below : writer->link;

	for (const struct node *child = node_first(node); child; child = node_next(child)) {
		xml_layout_write(writer, &below);
		if (xml_write_child(writer, child, &below, &link))
			return -1;
	}
	return 0;
}

/* The start tag of a self-closing element, opened. */
static void write_opened_tag(struct xml_writer *writer, struct span element)
{
	size_t end = element.end - strlen("/>");

	copy(writer, element.start, xml_blank_before(writer, element.start, end).start);
	buf_add_char(writer->out, '>');
}

static void write_end_tag(struct xml_writer *writer, const struct node *node)
{
	if (node->source.inner.start == node->source.element.end)
		buf_add_format(writer->out, "</%s>", xml_tag(node->type));
	else
		copy(writer, node->source.inner.end, node->source.element.end);
}

static int fill_self_closing(struct xml_writer *writer, const struct node *node)
{
	struct layout line = writer->line;

	if (!node_count(node)) {
		copy(writer, node->source.element.start, node->source.element.end);
		return 0;
	}
	line.blank = (struct text){ "", 0 };
	write_opened_tag(writer, node->source.element);
	if (write_first_children(writer, node, &line))
		return -1;
	xml_layout_write(writer, &line);
	write_end_tag(writer, node);
	return 0;
}

/* The container holds no elements in the source: new ones come after the comments that it may hold. */
static int fill_empty(struct xml_writer *writer, const struct node *node)
{
	struct span inner = node->source.inner, tail = xml_blank_before(writer, inner.start, inner.end);
	struct layout line = writer->line;

	line.blank = (struct text){ "", 0 };
	copy(writer, node->source.element.start, inner.start);
	copy(writer, inner.start, tail.start);
	if (write_first_children(writer, node, &line))
		return -1;
	if (has_break(writer, tail) || !line.own_line)
		copy_gap(writer, tail.start, tail.end);
	else
		xml_layout_write(writer, &line);
	write_end_tag(writer, node);
	return 0;
}

static const struct node *first_placed(const struct node *parent)
{
	const struct node *child = node_first_link(parent);

	while (child && !child->placed)
		child = child->next;
	return child;
}

static int write_children(struct xml_writer *writer, struct walk *walk)
{
	for (const struct node *child = node_first_link(walk->parent); child; child = child->next) {
		int result = 0;

		if (!child->placed) {
			if (!child->removed)
				result = write_new(writer, walk, child);
		} else if (child->removed) {
			pass_removed(writer, walk, child);
		} else {
			child = lead_up(writer, walk, child);
			result = write_placed(writer, walk, child);
		}
		if (result)
			return -1;
	}
	write_gap(writer, walk, walk->parent->source.inner.end, true);
	return 0;
}

static int write_container(struct xml_writer *writer, const struct node *node)
{
	struct walk walk = { .parent = node, .at = node->source.inner.start, .beside = true };

	if (node->source.inner.start == node->source.element.end)
		return fill_self_closing(writer, node);
	walk.sibling = first_placed(node);
	walk.sibling_from = walk.at;
	if (!walk.sibling && node_count(node))
		return fill_empty(writer, node);
	copy(writer, node->source.element.start, node->source.inner.start);
	if (write_children(writer, &walk))
		return -1;
	write_end_tag(writer, node);
	return 0;
}

/* --- elements ----------------------------------------------------------------------------------------- */

/* New text between the tags that are there. */
static int write_changed(struct xml_writer *writer, const struct node *node)
{
	const struct node_source *source = &node->source;
	bool self_closing = source->inner.start == source->element.end;
	struct text old = { writer->source + source->inner.start, source->inner.end - source->inner.start };
	struct layout line = writer->line;

	if (self_closing)
		write_opened_tag(writer, source->element);
	else
		copy(writer, source->element.start, source->inner.start);
	if (xml_new_inner(writer, node, old, &line))
		return -1;
	write_end_tag(writer, node);
	return 0;
}

/* True if the source's element is one of the node's type, so that its tags can stay. */
static bool keeps_tags(const struct xml_writer *writer, const struct node *node)
{
	size_t name = node->source.element.start + 1;
	const char *tag = xml_tag(node->type);

	return tag && starts(writer, name, tag) && strchr(" \t\r\n/>", writer->source[name + strlen(tag)]);
}

/* Writes the element of a node: the source's bytes, those with edits, or a new one. */
static int write_element(struct xml_writer *writer, const struct node *node)
{
	struct span element = node->source.element;

	if (!writer->source || !element.end)
		return xml_new_element(writer, node, &writer->line);
	if (!node_is_scalar(node->type))
		return keeps_tags(writer, node) ? write_container(writer, node)
						: xml_new_element(writer, node, &writer->line);
	if (!node->changed) {
		copy(writer, element.start, element.end);
		return 0;
	}
	return keeps_tags(writer, node) ? write_changed(writer, node)
					: xml_new_element(writer, node, &writer->line);
}

/* --- documents ---------------------------------------------------------------------------------------- */

static const char PROLOG[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			     "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
			     "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
			     "<plist version=\"1.0\">\n";
static const char EPILOG[] = "\n</plist>\n";

/* The name of the encoding in an XML declaration at the beginning of the source; empty if there is none. */
static struct span declared_encoding(const struct xml_writer *writer, size_t end)
{
	const char *source = writer->source, *name, *close, *stop;
	size_t start = starts(writer, 0, "\xEF\xBB\xBF") ? 3 : 0;

	if (!starts(writer, start, "<?xml"))
		return (struct span){ 0, 0 };
	stop = memmem(source, end, "?>", 2);
	name = stop ? memmem(source, (size_t)(stop - source), "encoding", 8) : NULL;
	if (!name)
		return (struct span){ 0, 0 };
	while (name < stop && *name != '"' && *name != '\'')
		name++;
	close = name < stop ? memchr(name + 1, *name, (size_t)(stop - name - 1)) : NULL;
	if (!close)
		return (struct span){ 0, 0 };
	return span_of((size_t)(name + 1 - source), (size_t)(close - source));
}

/* What stands before the root. A source that was in another encoding is UTF-8 now, and says so. */
static void write_prolog(struct xml_writer *writer, size_t end)
{
	struct span encoding = { 0, 0 };

	if (writer->doc->recoded)
		encoding = declared_encoding(writer, end);
	if (encoding.end) {
		copy(writer, 0, encoding.start);
		buf_add_text(writer->out, "UTF-8");
	}
	copy_gap(writer, encoding.end, end);
}

static int write_new_document(struct xml_writer *writer)
{
	buf_add_text(writer->out, PROLOG);
	if (xml_new_element(writer, writer->doc->root, &writer->line))
		return -1;
	buf_add_text(writer->out, EPILOG);
	return 0;
}

static int write_edited_document(struct xml_writer *writer)
{
	struct span root = writer->doc->root->source.element;

	write_prolog(writer, root.start);
	if (write_element(writer, writer->doc->root))
		return -1;
	copy(writer, root.end, writer->doc->source.len);
	return 0;
}

/* What an edited document needs, unless much was added. To grow bit by bit would copy, and wipe, all of it several
 * times. */
static size_t likely_size(const struct xml_writer *writer)
{
	size_t len = writer->doc->source.len;
	const struct kept_run *run;

	for (run = writer->run; run < writer->runs_end; run++)
		len -= run->source.end - run->source.start;
	return len + len / 8 + 4096;
}

int xml_write(const struct doc *doc, struct kept *kept, struct buf *out, struct error *err)
{
	struct xml_writer writer;
	int result;

	xml_layout_begin(&writer, doc, out, err);
	if (kept) {
		writer.run = kept->runs;
		writer.runs_end = kept->runs + kept->count;
	}
	buf_reserve(out, likely_size(&writer));
	result = writer.source ? write_edited_document(&writer) : write_new_document(&writer);
	if (result)
		return -1;
	return buf_ok(out) ? 0 : error_memory(err);
}
