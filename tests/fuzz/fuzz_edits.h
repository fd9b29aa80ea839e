/*
 * Edits of a document, as an input has them: three bytes each, which node (the how manyth, in the document's order),
 * what is done to it, and with which value. What does not fit the node does nothing.
 */
#ifndef TESTS_FUZZ_EDITS_H
#define TESTS_FUZZ_EDITS_H

#include "tests/fuzz/fuzz.h"

#include "plist/base/buf.h"
#include "plist/node.h"
#include "plist/value.h"

#define EDITS_MAX 32

/* Thirty copies of a document into itself would be thousands of millions. */
#define NODES_MAX 1000

/* The node with that number, from 0 for `node`; `*number` counts down. */
static inline struct node *numbered_node(struct node *node, unsigned *number)
{
	struct node *found = NULL;

	if ((*number)-- == 0)
		return node;
	for (struct node *child = node_first(node); child && !found; child = node_next(child))
		found = numbered_node(child, number);
	return found;
}

static inline unsigned nodes_below(const struct node *node)
{
	unsigned count = 1;

	for (struct node *child = node_first(node); child; child = node_next(child))
		count += nodes_below(child);
	return count;
}

static const struct {
	enum node_type type;
	const char *text;
} edit_values[] = {
	{ NODE_STRING, "" }, { NODE_STRING, "a<b>&]]>\r\n\t " }, { NODE_STRING, "\xc3\xa9" }, { NODE_STRING, "42" },
	{ NODE_INTEGER, "0" }, { NODE_INTEGER, "-9223372036854775808" }, { NODE_INTEGER, "18446744073709551615" },
	{ NODE_REAL, "0.5" }, { NODE_BOOLEAN, "true" }, { NODE_DATE, "2026-01-31T12:00:00Z" }, { NODE_DATA, "\1\2\3" },
	{ NODE_DICT, "" }, { NODE_ARRAY, "" },
};

static inline void set_edit_value(struct node *node, unsigned value)
{
	size_t i = value % (sizeof(edit_values) / sizeof(*edit_values));

	if (edit_values[i].type == NODE_DICT || edit_values[i].type == NODE_ARRAY)
		node_set_container(node, edit_values[i].type);
	else
		must(node_set(node, edit_values[i].type, edit_values[i].text, strlen(edit_values[i].text)) == 0);
}

/* Puts a child in the place that `value` says; in a dict, under a key of few that is not there. */
static inline void insert_child(struct node *parent, struct node *child, unsigned value)
{
	static const char *const keys[] = { "PayloadType", "a", "b&<", "\xc3\xa9", "", "PayloadContent", "c", "d" };
	const char *key = parent->type == NODE_DICT ? keys[value % 8] : NULL;

	if (node_is_scalar(parent->type) || (key && node_get(parent, key))) {
		node_free(child);
		return;
	}
	must(node_insert(parent, node_at(parent, value / 8 % 4), child, key, key ? strlen(key) : 0) == 0);
}

static inline bool holds_node(const struct node *ancestor, const struct node *node)
{
	while (node && node != ancestor)
		node = node->parent;
	return node;
}

/* A child that can come back: of what its parent was before it became something else, none can. */
static inline struct node *removed_child(const struct node *node)
{
	struct node *child = node_is_scalar(node->type) ? NULL : node_first_link(node);

	while (child && (!child->removed || !child->key != (node->type == NODE_ARRAY) ||
			 (child->key && node_find(node, child->key, child->key_len))))
		child = child->next;
	return child;
}

static inline void apply_edit(struct node *root, const unsigned char *edit)
{
	unsigned number = edit[0] % nodes_below(root), other = edit[2] % nodes_below(root);
	struct node *node = numbered_node(root, &number), *parent = numbered_node(root, &other), *child;

	switch (edit[1] % 6) {
	case 0:
		if (node != root)
			set_edit_value(node, edit[2]);
		break;
	case 1:
		if (node != root)
			node_remove(node);
		break;
	case 2:
		must((child = node_new(NODE_STRING)));
		set_edit_value(child, edit[2] / 32);
		insert_child(node, child, edit[2]);
		break;
	case 3:
		if (nodes_below(root) + nodes_below(node) > NODES_MAX)
			break;
		must((child = node_copy(node, true)));
		insert_child(parent, child, edit[0]);
		break;
	case 4:
		if (node == root || node_is_scalar(parent->type) || holds_node(node, parent))
			break;
		must((child = node_take(node)));
		insert_child(parent, child, edit[0]);
		break;
	case 5:
		child = removed_child(node);
		if (child)
			node_revive(child);
		break;
	}
}

static inline void apply_edits(struct node *root, struct part edits)
{
	for (size_t i = 0; i + 3 <= edits.len && i < 3 * EDITS_MAX; i += 3)
		apply_edit(root, (const unsigned char *)edits.text + i);
}

#endif
