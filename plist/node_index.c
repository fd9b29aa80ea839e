#include "plist/node_index.h"

#include <string.h>

#include "plist/base/hash.h"

/* --- entries ------------------------------------------------------------------------------------------ */

static struct node *find_in(const struct slots *index, uint32_t hash, const char *key, size_t len)
{
	struct node *node;
	size_t at;

	for (node = slots_first(index, hash, &at); node; node = slots_next(index, hash, &at))
		if (node->key_len == len && memcmp(node->key, key, len) == 0)
			return node;
	return NULL;
}

struct node *node_index_find(const struct node *dict, const char *key, size_t len)
{
	return dict->children ? find_in(&dict->children->index, hash_of(key, len), key, len) : NULL;
}

struct node *node_index_seek(struct node *child, const struct node *dict, const char *key, size_t len)
{
	child->hash = hash_of(key, len);
	return find_in(&dict->children->index, child->hash, key, len);
}

int node_index_add(struct node *child)
{
	return slots_add(&child->parent->children->index, child->hash, child);
}

void node_index_hand_over(struct node *holder, struct node *child)
{
	child->hash = holder->hash;
	slots_replace(&child->parent->children->index, holder->hash, holder, child);
}

void node_index_displace(struct node *holder, struct node *child)
{
	child->displaced = holder;
	node_index_hand_over(holder, child);
}

/* --- stacks ------------------------------------------------------------------------------------------- */

/* Takes out a child that is not on top. False: it is not in this stack. */
static bool take_out(struct node *holder, struct node *child)
{
	struct node *above = holder;

	while (above && above->displaced != child)
		above = above->displaced;
	if (!above)
		return false;
	above->displaced = child->displaced;
	child->displaced = NULL;
	return true;
}

static struct node *holder_of(const struct node *child)
{
	const struct children *list = child->parent->children;

	return child->key ? find_in(&list->index, child->hash, child->key, child->key_len) : NULL;
}

void node_index_leave(struct node *child)
{
	struct node *holder = holder_of(child);

	if (holder != child) {
		if (holder)
			take_out(holder, child);
		return;
	}
	if (child->displaced)
		node_index_hand_over(child, child->displaced);
	else
		slots_remove(&child->parent->children->index, child->hash, child);
	child->displaced = NULL;
}

bool node_index_raise(struct node *child)
{
	struct node *holder = holder_of(child);

	if (holder == child)
		return true;
	if (!holder || !holder->removed || !take_out(holder, child))
		return false;
	node_index_displace(holder, child);
	return true;
}

void node_index_free(struct node *dict)
{
	if (dict->children)
		slots_free(&dict->children->index);
}
