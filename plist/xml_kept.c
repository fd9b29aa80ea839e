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
	const char *name = node->type == NODE_BOOLEAN ? node_text(node) : node_type_name(node->type);
	size_t len = strlen(name);

	return element.end - element.start > len + 1 && memcmp(source + element.start + 1, name, len) == 0 &&
	       strchr(" \t\r\n/>", source[element.start + 1 + len]);
}

/* True if the value is bytes of its own element, or is spelt by them. Of data it must be the former: they are written
 * in base64. */
static bool value_is_said(const char *source, const struct node *node)
{
	const struct scalar *value = &node->value;
	struct span inner = node->source.inner;

	if (node->type == NODE_BOOLEAN)
		return true;
	if (value->bytes >= source + inner.start && value->bytes + value->len <= source + inner.end)
		return true;
	return node->type != NODE_DATA && says(source, inner, value->bytes, value->len) &&
	       is_plain(value->bytes, value->len);
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

/* Makes a run for a child. 0 or -1. */
static int begin_run(struct kept *kept, const struct node *child)
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
	kept->runs[kept->count++] = (struct kept_run){ .first = child };
	return 0;
}

static void extend_run(struct kept_run *run, const struct node *child, size_t nodes)
{
	run->last = child;
	run->source = span_of(xml_start(run->first), child->source.element.end);
	run->nodes += nodes;
}

/* Runs within what comes next may have been noted since it began: then it stays. */
static void end_run(struct kept *kept, size_t run)
{
	if (run != NO_RUN && run + 1 == kept->count &&
	    kept->runs[run].source.end - kept->runs[run].source.start < RUN_LEAST)
		kept->count--;
}

static int search_children(const struct search *search, const struct node *parent, bool *whole, size_t *nodes);

/* Says whether all of a child is kept, and adds how many nodes it is. Runs in it are noted. 0 or -1. */
static int search_child(const struct search *search, const struct node *child, bool *whole, size_t *nodes)
{
	bool below = true;

	++*nodes;
	*whole = false;
	if (!is_in_place(child))
		return 0;
	if (!node_is_scalar(child->type) && search_children(search, child, &below, nodes) < 0)
		return -1;
	*whole = below && key_is_said(search->source, child) && tag_is_said(search->source, child) &&
		 (!node_is_scalar(child->type) || value_is_said(search->source, child));
	return 0;
}

/* Sets `*whole` to false if something is not kept; and adds the nodes. 0 or -1. */
static int search_children(const struct search *search, const struct node *parent, bool *whole, size_t *nodes)
{
	struct kept *kept = search->kept;
	const struct node *child;
	size_t run = NO_RUN;

	for (child = node_first_link(parent); child; child = child->next) {
		size_t before = kept->count, more = 0;
		bool child_whole;

		if (search_child(search, child, &child_whole, &more) < 0)
			return -1;
		*nodes += more;
		if (!child_whole) {
			end_run(kept, run);
			run = NO_RUN;
			*whole = false;
			continue;
		}
		kept->count = before; /* what was noted in it is part of this one */
		if (run == NO_RUN && begin_run(kept, child) < 0)
			return -1;
		run = run == NO_RUN ? before : run;
		extend_run(&kept->runs[run], child, more);
	}
	end_run(kept, run);
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
	if (node_is_scalar(root->type) || root->changed || !root->source.element.end || has_entities(doc) ||
	    search_children(&search, root, &whole, &nodes) == 0)
		return 0;
	xml_kept_free(kept);
	return -1;
}

void xml_kept_free(struct kept *kept)
{
	free(kept->runs);
	*kept = (struct kept){ 0 };
}
