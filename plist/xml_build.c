/*
 * What is read becomes a tree. Every node is in it, below doc->root, from its start tag on: whatever happens, there is
 * nothing else to free.
 */
#include "plist/xml_read.h"

#include <stdlib.h>
#include <string.h>

#include "plist/xml_reader.h"

/* Notes the first key that a dict has twice; reading goes on. */
static void note_duplicate(struct xml_reader *reader, const struct node *node, const struct node *earlier)
{
	struct error *err = &reader->doc->duplicate;
	unsigned long line, column;
	BUF_AUTO path = BUF_INIT;

	if (err->code)
		return;
	doc_position(reader->doc, earlier->source.key.start, &line, &column);
	error_rule(err, "duplicate-key",
		   "this key is there twice, first in line %lu: readers disagree on which "
		   "one counts; take one out",
		   line);
	doc_position(reader->doc, node->source.key.start, &line, &column);
	error_at(err, line, column);
	error_in_file(err, reader->name);
	doc_path(node, &path);
	error_in_key(err, buf_text(&path));
}

/* Puts a new node into its container, or makes it the root. 0 or -1: out of memory, `node` is not in. */
static int attach(struct xml_reader *reader, struct node *parent, struct node *node)
{
	struct node *earlier = NULL;
	bool duplicate = false;

	if (!parent) {
		reader->doc->root = node;
		return 0;
	}
	if (parent->type != NODE_DICT)
		return node_append_source(parent, node, NULL, 0, &duplicate);
	if (!reader->doc->duplicate.code)
		earlier = node_find(parent, buf_text(&reader->key), reader->key.len);
	if (node_append_source(parent, node, buf_text(&reader->key), reader->key.len, &duplicate) < 0)
		return -1;
	node->source.key = reader->key_span;
	if (earlier)
		note_duplicate(reader, node, earlier);
	return 0;
}

static void build_start(struct xml_reader *reader)
{
	struct open *open = reader_top(reader);
	struct node *node = node_new(open->element->type);
	struct span tag = reader_token(reader);

	if (!node || attach(reader, reader->stack[reader->depth - 1].node, node) < 0) {
		node_free(node);
		reader_fail_memory(reader);
		return;
	}
	node->source.element = tag;
	node->source.inner.start = tag.end;
	open->node = node;
}

/* The node has no value yet, and gets a copy of `bytes`. */
static void build_scalar(struct xml_reader *reader, const char *bytes, size_t len, bool placeholder)
{
	struct node *node = reader_top(reader)->node;
	char *copy = malloc(len + 1);

	if (!copy) {
		reader_fail_memory(reader);
		return;
	}
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	free(node->value.bytes);
	node->value.type = node->type;
	node->value.placeholder = placeholder;
	node->value.bytes = copy;
	node->value.len = len;
}

/* After a self-closing tag Expat reports an end tag of no bytes: both ranges then end with the tag. */
static void build_end(struct xml_reader *reader)
{
	struct node *node = reader_top(reader)->node;
	struct span tag = reader_token(reader);

	node->source.element.end = tag.end;
	node->source.inner.end = tag.start;
}

int xml_read(struct doc *doc, const char *name, struct error *err)
{
	static const struct xml_sink builder = { build_start, build_scalar, build_end };
	struct xml_reader reader = { .sink = &builder, .doc = doc, .name = name, .err = err };

	doc->format = DOC_XML;
	if (reader_run(&reader) == 0)
		return 0;
	node_free(doc->root);
	doc->root = NULL;
	return -1;
}
