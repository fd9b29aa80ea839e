/*
 * What is read becomes a tree. Every node is in it, below doc->root, as soon as it is made: a container with its start
 * tag, a scalar with its value. Whatever happens, there is nothing else to free.
 */
#include "plist/xml_read.h"

#include <stdlib.h>
#include <string.h>

#include "plist/xml_reader.h"

static const struct node *earlier_of(const struct node *node)
{
	const struct node *earlier = node->prev;

	while (earlier->key_len != node->key_len || memcmp(earlier->key, node->key, node->key_len) != 0)
		earlier = earlier->prev;
	return earlier;
}

/* Notes the first key that a dict has twice; reading goes on. */
static void note_duplicate(struct xml_reader *reader, const struct node *node)
{
	struct error *err = &reader->doc->duplicate;
	unsigned long line, column;
	BUF_AUTO path = BUF_INIT;

	if (err->code)
		return;
	doc_position(reader->doc, earlier_of(node)->source.key.start, &line, &column);
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
	bool duplicate = false;

	if (!parent) {
		reader->doc->root = node;
		return 0;
	}
	if (parent->type == NODE_DICT)
		node->source.key = reader->key_span;
	if (node_append_source(parent, node, node->key, node->key_len, &duplicate) < 0)
		return -1;
	if (duplicate)
		note_duplicate(reader, node);
	return 0;
}

/* Makes the node of the innermost element, which goes into the one around it. */
static void make(struct xml_reader *reader, const struct scalar *value)
{
	struct node *parent = reader->stack[reader->depth - 1].node, *node;
	struct open *open = reader_top(reader);
	bool in_dict = parent && parent->type == NODE_DICT;

	node = node_new_read(open->element->type, in_dict ? buf_text(&reader->key) : NULL,
			     in_dict ? reader->key.len : 0, value);
	if (!node || attach(reader, parent, node) < 0) {
		node_free(node);
		reader_fail_memory(reader);
		return;
	}
	node->source.element = open->tag;
	node->source.inner.start = open->tag.end;
	open->node = node;
}

/* A scalar is made when its value is there. */
static void build_start(struct xml_reader *reader)
{
	if (!node_is_scalar(reader_top(reader)->element->type))
		make(reader, NULL);
}

static void build_scalar(struct xml_reader *reader, const struct scalar *value)
{
	make(reader, value);
}

/* After a self-closing tag both ranges end with the tag. */
static void build_end(struct xml_reader *reader)
{
	struct node *node = reader_top(reader)->node;
	struct span tag = reader_token(reader);

	node->source.element.end = tag.end;
	node->source.inner.end = tag.start;
}

int xml_read(struct doc *doc, const char *name, struct error *err)
{
	static const struct xml_sink builder = { build_start, build_scalar, build_end, NULL };
	struct xml_reader reader = { .sink = &builder, .doc = doc, .name = name, .err = err };

	doc->format = DOC_XML;
	if (reader_run(&reader) == 0)
		return 0;
	node_free(doc->root);
	doc->root = NULL;
	return -1;
}
