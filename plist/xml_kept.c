#include "plist/xml_kept.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plist/xml_layout.h"

/* A shorter run takes more to note than to read. */
#define RUN_LEAST 64

/* --- one node ----------------------------------------------------------------------------------------- */

static bool says(const char *source, struct span span, const char *bytes, size_t len)
{
	return span.end - span.start == len && memcmp(source + span.start, bytes, len) == 0;
}

/* True if text between tags stands for itself. */
static bool is_plain(const char *bytes, size_t len)
{
	return !memchr(bytes, '&', len) && !memchr(bytes, '<', len) && !memchr(bytes, '\r', len);
}

static bool key_is_said(const char *source, const struct node *node)
{
	static const char OPEN[] = "<key>", CLOSE[] = "</key>";
	const size_t open = sizeof(OPEN) - 1, close = sizeof(CLOSE) - 1;
	struct span key = node->source.key, text = span_of(key.start + open, key.end - close);

	if (node->parent->type != NODE_DICT)
		return true;
	return key.end - key.start == open + node->key_len + close &&
	       memcmp(source + key.start, OPEN, open) == 0 && says(source, text, node->key, node->key_len) &&
	       memcmp(source + text.end, CLOSE, close) == 0 && is_plain(node->key, node->key_len);
}

/* True if the element is one of the node's type, or of its value: <true/>. */
static bool tag_is_said(const char *source, const struct node *node)
{
	struct span element = node->source.element;
	bool boolean = node->type == NODE_BOOLEAN;
	const char *name = boolean ? node->value.at : node_type_name(node->type);
	size_t len = boolean ? node->value.len : strlen(name);

	return element.end - element.start > len + 1 && memcmp(source + element.start + 1, name, len) == 0 &&
	       strchr(" \t\r\n/>", source[element.start + 1 + len]);
}

/* True if the value is bytes of its own element, or base64 in it, or is spelt by them; of data that is decoded nobody
 * knows how it stands there. */
static bool value_is_said(const char *source, const struct node *node)
{
	const struct scalar *value = &node->value;
	struct span inner = node->source.inner;

	if (node->type == NODE_BOOLEAN)
		return true;
	if ((value->held == HELD_SOURCE || value->held == HELD_BASE64) && value->at >= source + inner.start &&
	    value->at + value->len <= source + inner.end)
		return true;
	return node->type != NODE_DATA && says(source, inner, value->at, value->len) &&
	       is_plain(value->at, value->len);
}

/* True if the child stands where it stood, and so does what is around its value. */
static bool is_in_place(const struct node *node)
{
	return node->placed && !node->removed && !node->shadowed && !node->changed;
}

/* --- runs --------------------------------------------------------------------------------------------- */

#define NO_RUN SIZE_MAX

struct search {
	const char *source;
	struct kept *kept;
};

/* A run that may go on, with the children of its last line, which are not in it yet. */
struct open_run {
	size_t at; /* its index */
	size_t nodes;
};

/* Makes one for children from this one on. 0 or -1. */
static int begin_run(struct kept *kept, const struct node *child, struct open_run *open)
{
	size_t room = kept->room ? kept->room * 2 : 16;
	struct kept_run *runs;

	if (kept->count == kept->room) {
		runs = realloc(kept->runs, room * sizeof(*runs));
		if (!runs)
			return -1;
		kept->runs = runs;
		kept->room = room;
	}
	*open = (struct open_run){ .at = kept->count };
	kept->runs[kept->count++] = (struct kept_run){ .first = child };
	return 0;
}

/* What the writer knows of its line is the same behind a child that begins one, whatever came before. */
static bool begins_line(const char *source, const struct node *child)
{
	size_t before = child->prev->source.element.end;

	return xml_has_line_break(source + before, xml_start(child) - before);
}

static bool is_worth(const struct kept_run *run)
{
	return run->source.end - run->source.start >= RUN_LEAST;
}

/* One that is not worth it stays for now if others were noted since it began. */
static void end_run(struct kept *kept, struct open_run *open)
{
	if (open->at + 1 == kept->count && !is_worth(&kept->runs[open->at]))
		kept->count--;
	open->at = NO_RUN;
}

static void drop_short(struct kept *kept)
{
	size_t i, count = 0;

	for (i = 0; i < kept->count; i++)
		if (is_worth(&kept->runs[i]))
			kept->runs[count++] = kept->runs[i];
	kept->count = count;
}

static int search_children(const struct search *search, const struct node *parent, bool *whole, size_t *nodes);

/* Says whether all of a child is kept, and adds how many nodes it is. Runs in it are noted. 0 or -1. */
static int search_child(const struct search *search, const struct node *child, bool *whole, size_t *nodes)
{
	bool below = true;

	++*nodes;
	*whole = false;
	if (!is_in_place(child) || !tag_is_said(search->source, child))
		return 0;
	if (!node_is_scalar(child->type) && search_children(search, child, &below, nodes) < 0)
		return -1;
	*whole = below && key_is_said(search->source, child) &&
		 (!node_is_scalar(child->type) || value_is_said(search->source, child));
	return 0;
}

/* The run goes on with a child, of which there are notes from `noted` on. They stay, as it may be on the run's last
 * line; those of the child before it do not. */
static void extend_run(const struct search *search, struct open_run *open, const struct node *child, size_t nodes,
		       size_t noted)
{
	struct kept *kept = search->kept;
	struct kept_run *run = &kept->runs[open->at];

	if (child != run->first && begins_line(search->source, child)) {
		run->last = child->prev;
		run->source = span_of(xml_start(run->first), run->last->source.element.end);
		run->nodes += open->nodes;
		open->nodes = 0;
	}
	open->nodes += nodes;
	memmove(run + 1, &kept->runs[noted], (kept->count - noted) * sizeof(*run));
	kept->count -= noted - (open->at + 1);
}

/* Sets `*whole` to false if something is not kept; and adds the nodes. 0 or -1. */
static int search_children(const struct search *search, const struct node *parent, bool *whole, size_t *nodes)
{
	struct open_run run = { .at = NO_RUN };
	const struct node *child;
	size_t noted, more;
	bool child_whole;

	for (child = node_first_link(parent); child; child = child->next) {
		if (run.at == NO_RUN && begin_run(search->kept, child, &run) < 0)
			return -1;
		noted = search->kept->count;
		more = 0;
		if (search_child(search, child, &child_whole, &more) < 0)
			return -1;
		*nodes += more;
		if (child_whole) {
			extend_run(search, &run, child, more, noted);
			continue;
		}
		end_run(search->kept, &run);
		*whole = false;
	}
	if (run.at != NO_RUN)
		end_run(search->kept, &run);
	return 0;
}

/* --- the document ------------------------------------------------------------------------------------- */

static bool has_entities(const struct doc *doc)
{
	return memmem(doc->source.data, doc->root->source.element.start, "<!ENTITY", strlen("<!ENTITY")) != NULL;
}

int xml_kept_find(const struct doc *doc, struct kept *kept)
{
	const struct search search = { doc->source.data, kept };
	const struct node *root = doc->root;
	bool whole = true;
	size_t nodes = 1;

	*kept = (struct kept){ 0 };
	if (node_is_scalar(root->type) || root->changed || !tag_is_said(doc->source.data, root) || has_entities(doc))
		return 0;
	if (search_children(&search, root, &whole, &nodes) < 0) {
		xml_kept_free(kept);
		return -1;
	}
	drop_short(kept);
	return 0;
}

void xml_kept_free(struct kept *kept)
{
	free(kept->runs);
	*kept = (struct kept){ 0 };
}
