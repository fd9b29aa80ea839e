#include "plist/schema/yaml_tree.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

/* A memory failure leaves the element out of the table, marked so. */
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)
#include "plist/base/hash.h"

/* Far above what Apple's files hold (27 levels, 7,000 nodes in the largest). */
#define MAX_DEPTH 200
#define MAX_NODES 500000

struct anchor {
	const char *name;
	struct yaml_node *node;
	UT_hash_handle hh;
};

/* A list or map that is not at its end yet. */
struct open {
	struct yaml_node *node;
	struct yaml_node **end; /* where its next child goes */
};

struct reader {
	yaml_parser_t parser;
	const char *file;
	const struct buf *input;
	struct arena *arena;
	struct error *err;
	struct anchor *anchors;
	struct open open[MAX_DEPTH];
	size_t depth;
	size_t nodes;
	struct yaml_node *root;
	bool done; /* the document has ended */
};

/* --- errors ------------------------------------------------------------------------------------------- */

static int placed(struct reader *reader, yaml_mark_t mark)
{
	error_in_file(reader->err, reader->file);
	error_at(reader->err, mark.line + 1, mark.column + 1);
	return -1;
}

static int out_of_memory(struct reader *reader)
{
	error_memory(reader->err);
	error_in_file(reader->err, reader->file);
	return -1;
}

/* The reader of bytes knows an offset only. */
static int bad_bytes(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	yaml_mark_t mark = { 0 };
	size_t i;

	for (i = 0; i < parser->problem_offset && i < reader->input->len; i++) {
		mark.line += reader->input->data[i] == '\n';
		mark.column = reader->input->data[i] == '\n' ? 0 : mark.column + 1;
	}
	error_set(reader->err, EINVAL, "is not YAML: %s", parser->problem ? parser->problem : "bad bytes");
	return placed(reader, mark);
}

static int not_yaml(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *problem = parser->problem ? parser->problem : "unknown error";

	if (parser->error == YAML_MEMORY_ERROR)
		return out_of_memory(reader);
	if (parser->error == YAML_READER_ERROR)
		return bad_bytes(reader);
	if (parser->context)
		error_set(reader->err, EINVAL, "is not YAML: %s %s, which began in line %zu", problem, parser->context,
			  parser->context_mark.line + 1);
	else
		error_set(reader->err, EINVAL, "is not YAML: %s", problem);
	return placed(reader, parser->problem_mark);
}

static int refuse(struct reader *reader, const yaml_event_t *event, const char *why)
{
	error_set(reader->err, EINVAL, "%s", why);
	return placed(reader, event->start_mark);
}

/* --- nodes -------------------------------------------------------------------------------------------- */

static struct yaml_node *add_node(struct reader *reader, const yaml_event_t *event, enum yaml_kind kind)
{
	struct open *parent = reader->depth ? &reader->open[reader->depth - 1] : NULL;
	struct yaml_node *node;

	if (++reader->nodes > MAX_NODES) {
		refuse(reader, event, "there is too much in it: 500,000 nodes are allowed");
		return NULL;
	}
	node = arena_get(reader->arena, sizeof(*node));
	if (!node) {
		out_of_memory(reader);
		return NULL;
	}
	node->kind = kind;
	node->line = event->start_mark.line + 1;
	node->column = event->start_mark.column + 1;
	if (parent) {
		*parent->end = node;
		parent->end = &node->next;
		parent->node->count++;
	} else {
		reader->root = node;
	}
	return node;
}

/* A name that is given again means the newer node from here on. */
static int add_anchor(struct reader *reader, const yaml_char_t *name, struct yaml_node *node)
{
	struct anchor *anchor;

	if (!name)
		return 0;
	HASH_FIND_STR(reader->anchors, (const char *)name, anchor);
	if (anchor) {
		anchor->node = node;
		return 0;
	}
	anchor = arena_get(reader->arena, sizeof(*anchor));
	if (!anchor)
		return out_of_memory(reader);
	anchor->node = node;
	anchor->name = arena_text(reader->arena, (const char *)name, strlen((const char *)name));
	if (!anchor->name)
		return out_of_memory(reader);
	HASH_ADD_KEYPTR(hh, reader->anchors, anchor->name, strlen(anchor->name), anchor);
	return anchor->hh.tbl ? 0 : out_of_memory(reader);
}

/* Marks the outermost list of those that hold themselves if `target` is not at its end yet. */
static void mark_recursion(struct reader *reader, const struct yaml_node *target)
{
	size_t i = 0;

	while (i < reader->depth && reader->open[i].node != target)
		i++;
	while (i < reader->depth && reader->open[i].node->kind != YAML_KIND_LIST)
		i++;
	if (i < reader->depth)
		reader->open[i].node->recursive = true;
}

static int add_alias(struct reader *reader, const yaml_event_t *event)
{
	struct anchor *anchor;
	struct yaml_node *node;

	HASH_FIND_STR(reader->anchors, (const char *)event->data.alias.anchor, anchor);
	if (!anchor) {
		error_set(reader->err, EINVAL, "*%s is an alias of nothing: no &%s comes before it",
			  event->data.alias.anchor, event->data.alias.anchor);
		return placed(reader, event->start_mark);
	}
	node = add_node(reader, event, anchor->node->kind);
	if (!node)
		return -1;
	node->alias = anchor->node;
	mark_recursion(reader, anchor->node);
	return 0;
}

static int add_scalar(struct reader *reader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct yaml_node *node = add_node(reader, event, YAML_KIND_TEXT);

	if (!node)
		return -1;
	if (memchr(text, '\0', len))
		return refuse(reader, event, "holds a NUL, which no text may");
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = arena_text(reader->arena, text, len);
	if (!node->text)
		return out_of_memory(reader);
	return add_anchor(reader, event->data.scalar.anchor, node);
}

static int begin(struct reader *reader, const yaml_event_t *event, enum yaml_kind kind, const yaml_char_t *anchor)
{
	struct yaml_node *node;

	if (reader->depth == MAX_DEPTH)
		return refuse(reader, event, "nests too deep: 200 levels are allowed");
	node = add_node(reader, event, kind);
	if (!node)
		return -1;
	reader->open[reader->depth++] = (struct open){ .node = node, .end = &node->first };
	return add_anchor(reader, anchor, node);
}

/* --- events ------------------------------------------------------------------------------------------- */

static int take(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return reader->root ? refuse(reader, event, "holds a second document: one is allowed") : 0;
	case YAML_SCALAR_EVENT:
		return add_scalar(reader, event);
	case YAML_ALIAS_EVENT:
		return add_alias(reader, event);
	case YAML_SEQUENCE_START_EVENT:
		return begin(reader, event, YAML_KIND_LIST, event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return begin(reader, event, YAML_KIND_MAP, event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		reader->depth--;
		return 0;
	case YAML_STREAM_END_EVENT:
		reader->done = true;
		return 0;
	default:
		return 0;
	}
}

static int read_events(struct reader *reader)
{
	yaml_event_t event;
	int result;

	while (!reader->done) {
		if (!yaml_parser_parse(&reader->parser, &event))
			return not_yaml(reader);
		result = take(reader, &event);
		yaml_event_delete(&event);
		if (result < 0)
			return -1;
	}
	if (reader->root)
		return 0;
	error_set(reader->err, EINVAL, "is empty: a YAML document is expected");
	error_in_file(reader->err, reader->file);
	return -1;
}

const struct yaml_node *yaml_tree_read(const char *file, const struct buf *text, struct arena *arena,
				       struct error *err)
{
	struct reader reader = { .file = file, .input = text, .arena = arena, .err = err };
	int result;

	if (!yaml_parser_initialize(&reader.parser)) {
		out_of_memory(&reader);
		return NULL;
	}
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)buf_text(text), text->len);
	result = read_events(&reader);
	HASH_CLEAR(hh, reader.anchors);
	yaml_parser_delete(&reader.parser);
	return result < 0 ? NULL : reader.root;
}

/* --- looking ------------------------------------------------------------------------------------------ */

/* An alias is of a node proper, never of an alias. */
const struct yaml_node *yaml_target(const struct yaml_node *node)
{
	return node && node->alias ? node->alias : node;
}

static bool is_null(const struct yaml_node *node)
{
	return node->kind == YAML_KIND_TEXT && node->plain &&
	       (!*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *name, const struct yaml_node **again)
{
	const struct yaml_node *key, *named, *found = NULL;

	for (key = map->first; key; key = key->next->next) {
		named = yaml_target(key);
		if (named->kind != YAML_KIND_TEXT || strcmp(named->text, name) != 0)
			continue;
		if (found && again)
			*again = key;
		found = yaml_target(key->next);
	}
	return found && !is_null(found) ? found : NULL;
}
