#include "fs/tree/commit.h"

#include <errno.h>
#include <string.h>

#include "fs/tree/judge.h"
#include "fs/tree/names.h"
#include "fs/tree/recovery.h"

int commit_under(const struct entry *entry, struct change *change, struct buf *room)
{
	struct item *next;
	struct key key;

	change->parent = entry->dir->node;
	if (entry->dir->dir->shape == SHAPE_ARRAY) {
		next = entry_place(entry);
		change->before = next ? next->node : NULL;
		return 0;
	}
	change->before = entry->ghost ? entry->ghost->node : NULL;
	if (entry->dir->dir->shape != SHAPE_DICT)
		return 0;
	if (entry_key(entry, room, &key) < 0)
		return -EINVAL;
	change->key = key.bytes;
	change->key_len = key.len;
	return buf_ok(room) ? 0 : -ENOMEM;
}

static bool line_is(const struct line *line, const struct node *node)
{
	return node->type == line->type && scalar_is(&node->value, line->bytes, line->len);
}

/* NULL: out of memory. */
static struct node *node_of_line(const struct line *line)
{
	struct node *node = node_new(line->type);

	if (node && node_set(node, line->type, line->bytes, line->len) == 0)
		return node;
	node_free(node);
	return NULL;
}

static int insert_line(struct node *array, struct node *before, const struct line *line)
{
	struct node *child = node_of_line(line);

	if (child && node_insert(array, before, child, NULL, 0) == 0)
		return 0;
	node_free(child);
	return -ENOMEM;
}

/* Lines that did not change keep their nodes, and so their bytes in the source: what is alike at the start
 * and at the end stays, what lies between is replaced one by one. */
static int set_lines(struct node *array, const struct meaning *meaning)
{
	const struct line *line = meaning->lines, *end = meaning->lines + meaning->line_count;
	struct node *first = node_first(array), *after = NULL, *last, *next;

	for (; first && line < end && line_is(line, first); line++)
		first = node_next(first);
	for (last = first; last && (next = node_next(last)); last = next)
		;
	while (first && last && line < end && line_is(end - 1, last)) {
		after = last;
		end--;
		if (last == first)
			first = NULL;
		else
			last = node_previous(last);
	}
	for (; first && first != after; first = next) {
		next = node_next(first);
		if (line == end)
			node_remove(first);
		else if (node_set(first, line->type, line->bytes, line->len) < 0)
			return -ENOMEM;
		else
			line++;
	}
	for (; line < end; line++)
		if (insert_line(array, after, line) < 0)
			return -ENOMEM;
	return 0;
}

static int set_scalar(struct node *node, const struct meaning *meaning)
{
	if (node_set(node, meaning->type, meaning->bytes, meaning->len) < 0)
		return -1;
	if (meaning->literal && (node->changed || node->source.element.end == 0))
		node->value.placeholder = false;
	return 0;
}

static int set_value(struct node *node, const struct meaning *meaning)
{
	if (meaning->type != NODE_ARRAY)
		return set_scalar(node, meaning);
	if (node->type != NODE_ARRAY && node_set_container(node, NODE_ARRAY) < 0)
		return -1;
	return set_lines(node, meaning);
}

struct node *commit_node(const struct meaning *meaning)
{
	struct node *node = node_new(meaning->type);

	if (node && set_value(node, meaning) < 0) {
		node_free(node);
		return NULL;
	}
	return node;
}

/* If memory ends between the two halves, the node goes back to where it was. */
static int move(const struct change *change)
{
	struct node *parent = change->node->parent, *next = change->node->next;
	struct node *taken = node_take(change->node);

	if (!taken)
		return -1;
	if (node_insert(change->parent, change->before, taken, change->key, change->key_len) == 0)
		return 0;
	node_insert(parent, next, taken, taken->key, taken->key_len);
	return -1;
}

int commit_apply(const struct change *change)
{
	switch (change->kind) {
	case CHANGE_VALUE:
		return set_value(change->node, change->meaning);
	case CHANGE_CONTAINER:
		return node_set_container(change->node, change->type);
	case CHANGE_INSERT:
		return node_insert(change->parent, change->before, change->node, change->key, change->key_len);
	case CHANGE_MOVE:
		return move(change);
	case CHANGE_REMOVE:
		node_mark_removed(change->node);
		return 0;
	case CHANGE_REVIVE:
		node_revive(change->node);
		return 0;
	case CHANGE_NAME:
		return 0;
	}
	return -1;
}

/* What was known of the elements of an array that is a file. */
static void forget_elements(const struct node *array)
{
	struct item *item = array ? node_item(array) : NULL;

	if (item)
		item->elements = 0;
}

int commit(struct tree *tree, const struct change *change)
{
	forget_elements(change->node);
	forget_elements(change->node->parent);
	forget_elements(change->parent);
	if (judge_baseline(tree) < 0 || recovery_note(tree->profile, change) < 0)
		return -ENOMEM;
	if (commit_apply(change) < 0) {
		recovery_unnote(tree->profile);
		return -ENOMEM;
	}
	recovery_made(tree->profile, change);
	tree->profile->commits++;
	return 0;
}

int commit_lines(struct tree *tree, struct node *array, const struct line *lines, size_t count)
{
	struct change change = { .kind = CHANGE_INSERT, .parent = array };
	size_t i;

	for (i = 0; i < count; i++) {
		change.node = node_of_line(&lines[i]);
		if (!change.node || commit(tree, &change) < 0) {
			node_free(change.node);
			return -ENOMEM;
		}
	}
	return 0;
}

int commit_payload_name(struct tree *tree, const struct item *payload, const char *name)
{
	const struct change change = {
		.kind = CHANGE_NAME, .node = payload->node, .key = name, .key_len = strlen(name)
	};

	return node_get(payload->node, "PayloadType") ? 0 : commit(tree, &change);
}

int commit_revival(struct tree *tree, const struct item *dir, const char *name, struct node *node)
{
	struct change change = { .kind = CHANGE_REVIVE, .node = node, .parent = dir->node };
	struct item *next;
	uint32_t index;

	if (commit(tree, &change) < 0)
		return -ENOMEM;
	if (dir->dir->shape != SHAPE_ARRAY || !name_to_index(name, &index))
		return 0;
	next = dir_place_for_index(dir, index);
	if (dir_next_shown(node) == next)
		return 0;
	change.kind = CHANGE_MOVE;
	change.before = next ? next->node : NULL;
	return commit(tree, &change);
}
