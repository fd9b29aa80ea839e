/*
 * What is read is compared with a tree that is there, value by value, as node_equal() with the order of keys would
 * compare the two trees. Nothing is built: a large property list can be read back in little more memory than its
 * text takes.
 *
 * After the first difference nothing is compared any more, and the rest is read all the same: what cannot be read is an
 * error, also behind a difference.
 */
#include "plist/xml_read.h"

#include "plist/xml_kept.h"
#include "plist/xml_reader.h"

/* Where in the tree the reader is. */
struct xml_comparison {
	const struct node *root;
	const struct node *open;   /* stands for the innermost value that is open; NULL: none is */
	const struct node *next;   /* must be what begins next; NULL: `open` must end */
	bool differs;
	const struct kept *kept;   /* the runs that are not there, but marks for them; NULL: all is there */
	size_t met;                /* how many marks were met */
};

/* A key that is there twice has no node to stand for its second value: the tree has each once. */
static bool begins_alike(struct xml_reader *reader, const struct node *node)
{
	const struct element *element = reader_top(reader)->element;
	bool in_dict = reader->comparison->open && reader->comparison->open->type == NODE_DICT;

	if (!node || node->type != element->type)
		return false;
	if (node == reader->comparison->root)
		return true;
	return in_dict ? buf_equals(&reader->key, node->key, node->key_len) : node->key_len == 0;
}

static void compare_start(struct xml_reader *reader)
{
	struct xml_comparison *comparison = reader->comparison;

	if (comparison->differs)
		return;
	comparison->differs = !begins_alike(reader, comparison->next);
	if (comparison->differs)
		return;
	comparison->open = comparison->next;
	comparison->next = node_first(comparison->open);
}

static void compare_scalar(struct xml_reader *reader, const struct scalar *value)
{
	struct xml_comparison *comparison = reader->comparison;

	if (!comparison->differs)
		comparison->differs = !scalar_equal(&comparison->open->value, value);
}

static void compare_end(struct xml_reader *reader)
{
	struct xml_comparison *comparison = reader->comparison;
	const struct node *open = comparison->open;

	if (comparison->differs)
		return;
	comparison->differs = comparison->next != NULL;
	comparison->next = open == comparison->root ? NULL : node_next(open);
	comparison->open = open == comparison->root ? NULL : open->parent;
}

/* A mark stands for its run, if that is what must come next. */
static void pass_run(struct xml_reader *reader, const struct kept_run *run)
{
	struct xml_comparison *comparison = reader->comparison;
	bool due = reader_top(reader)->element->kind == KIND_CONTAINER && !reader->has_key &&
		   comparison->open == run->first->parent && comparison->next == run->first;

	reader->nodes += run->nodes;
	if (reader->nodes > limit(LIMIT_NODES))
		reader_fail_limit(reader, LIMIT_NODES, NULL, "too many values");
	if (!comparison->differs)
		comparison->differs = !due;
	if (!comparison->differs)
		comparison->next = node_next(run->last);
}

/* A document may have some of its own. */
static void compare_instruction(struct xml_reader *reader)
{
	struct xml_comparison *comparison = reader->comparison;
	const struct kept *kept = comparison->kept;

	if (kept && comparison->met < kept->count && kept->runs[comparison->met].mark == reader_offset(reader))
		pass_run(reader, &kept->runs[comparison->met++]);
}

int xml_compare(struct doc *doc, const char *name, const struct node *with, const struct kept *kept, bool *same,
		struct error *err)
{
	static const struct xml_sink comparer = { compare_start, compare_scalar, compare_end, compare_instruction };
	struct xml_comparison comparison = { .root = with, .next = with, .kept = kept };
	struct xml_reader reader = {
		.sink = &comparer,
		.comparison = &comparison,
		.doc = doc,
		.name = name,
		.err = err,
	};

	doc->format = DOC_XML;
	if (reader_run(&reader) < 0)
		return -1;
	*same = !comparison.differs && (!kept || comparison.met == kept->count);
	return 0;
}
