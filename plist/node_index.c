#include "plist/node_index.h"

#include <stdlib.h>
#include <string.h>

#include "plist/base/hash.h"
#include "plist/base/slots.h"

/* --- entries ------------------------------------------------------------------------------------------ */

struct node *node_index_find(const struct node *dict, const char *key, size_t len)
{
	struct node *node;
	uint32_t hash;
	size_t at;

	if (!dict->index)
		return NULL;
	hash = hash_of(key, len);
	for (node = slots_first(dict->index, hash, &at); node; node = slots_next(dict->index, hash, &at))
		if (node->key_len == len && memcmp(node->key, key, len) == 0)
			return node;
	return NULL;
}

int node_index_add(struct node *child)
{
	struct node *dict = child->parent;

	if (!dict->index)
		dict->index = calloc(1, sizeof(*dict->index));
	if (!dict->index)
		return -1;
	child->hash = hash_of(child->key, child->key_len);
	return slots_add(dict->index, child->hash, child);
}

void node_index_hand_over(struct node *holder, struct node *child)
{
	child->hash = holder->hash;
	slots_replace(child->parent->index, holder->hash, holder, child);
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
	return child->key ? node_index_find(child->parent, child->key, child->key_len) : NULL;
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
		slots_remove(child->parent->index, child->hash, child);
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
	if (dict->index)
		slots_free(dict->index);
	free(dict->index);
	dict->index = NULL;
}
