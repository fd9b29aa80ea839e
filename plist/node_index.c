/* The macro of uthash must be known before it is included. */
#define uthash_nonfatal_oom(child) ((void)((child)->hh.tbl = NULL))

#include "plist/node_index.h"

/* --- entries ------------------------------------------------------------------------------------------ */

struct node *node_index_find(const struct node *dict, const char *key, size_t len)
{
	struct node *found = NULL;

	HASH_FIND(hh, dict->index, key, len, found);
	return found;
}

int node_index_add(struct node *child)
{
	struct node *dict = child->parent;

	HASH_ADD_KEYPTR(hh, dict->index, child->key, child->key_len, child);
	return child->hh.tbl ? 0 : -1;
}

/* uthash has no such operation, and deleting and adding could run out of memory: so the child is put
 * where the holder stands in the table's two lists, that of all entries and that of the bucket. */
void node_index_hand_over(struct node *holder, struct node *child)
{
	UT_hash_handle *hh = &child->hh;
	UT_hash_table *table = holder->hh.tbl;
	unsigned bucket;

	*hh = holder->hh;
	hh->key = child->key;
	if (hh->prev)
		((struct node *)hh->prev)->hh.next = child;
	else
		child->parent->index = child;
	if (hh->next)
		((struct node *)hh->next)->hh.prev = child;
	else
		table->tail = hh;
	HASH_TO_BKT(hh->hashv, table->num_buckets, bucket);
	if (hh->hh_prev)
		hh->hh_prev->hh_next = hh;
	else
		table->buckets[bucket].hh_head = hh;
	if (hh->hh_next)
		hh->hh_next->hh_prev = hh;
	holder->hh.tbl = NULL;
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
		HASH_DELETE(hh, child->parent->index, child);
	child->displaced = NULL;
	child->hh.tbl = NULL;
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
	HASH_CLEAR(hh, dict->index);
}
