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
	return dict->more ? find_in(&dict->more->index, hash_of(key, len), key, len) : NULL;
}

struct node *node_index_seek(const struct node *dict, const char *key, size_t len, uint32_t *hash)
{
	*hash = hash_of(key, len);
	return find_in(&dict->more->index, *hash, key, len);
}

int node_index_add(struct node *child, uint32_t hash)
{
	return slots_add(&child->parent->more->index, hash, child);
}

void node_index_hand_over(struct node *holder, struct node *child)
{
	slots_replace(&child->parent->more->index, hash_of(child->key, child->key_len), holder, child);
}

void node_index_displace(struct node *holder, struct node *child)
{
	child->more->displaced = holder;
	node_index_hand_over(holder, child);
}

/* --- stacks ------------------------------------------------------------------------------------------- */

/* Takes out a child that is not on top. False: it is not in this stack. */
static bool take_out(struct node *holder, struct node *child)
{
	struct node *above = holder;

	while (above && node_displaced(above) != child)
		above = node_displaced(above);
	if (!above)
		return false;
	above->more->displaced = child->more->displaced;
	child->more->displaced = NULL;
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
	if (!node_displaced(child)) {
		slots_remove(&child->parent->more->index, hash_of(child->key, child->key_len), child);
		return;
	}
	node_index_hand_over(child, child->more->displaced);
	child->more->displaced = NULL;
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
	if (dict->more)
		slots_free(&dict->more->index);
}
