#include "plist/node_index.h"

#include <stdlib.h>
#include <string.h>

#include "plist/base/hash.h"

/*
 * A table with open addresses: an entry stands where its hash says, or behind that, with no empty place between. At
 * most three quarters are full, so that a search ends soon. It is made for memory: a profile may have a million keys.
 */
struct node_table {
	size_t mask;  /* places, less one: they are a power of two */
	size_t count; /* entries */
	struct node *places[];
};

#define PLACES_LEAST 8

/* --- places ------------------------------------------------------------------------------------------- */

static size_t home_of(const struct node_table *table, const struct node *node)
{
	return node->hash & table->mask;
}

static struct node **entry_of(struct node_table *table, const struct node *node)
{
	size_t at = home_of(table, node);

	while (table->places[at] && table->places[at] != node)
		at = (at + 1) & table->mask;
	return &table->places[at];
}

static void enter(struct node_table *table, struct node *node)
{
	size_t at = home_of(table, node);

	while (table->places[at])
		at = (at + 1) & table->mask;
	table->places[at] = node;
	table->count++;
}

/* Makes a place empty, and moves up what stands behind it for want of a better one. */
static void vacate(struct node_table *table, size_t at)
{
	size_t next = at, home;

	for (;;) {
		table->places[at] = NULL;
		do {
			next = (next + 1) & table->mask;
			if (!table->places[next]) {
				table->count--;
				return;
			}
			home = home_of(table, table->places[next]);
		} while (((next - home) & table->mask) < ((next - at) & table->mask));
		table->places[at] = table->places[next];
		at = next;
	}
}

static int grow(struct node *dict)
{
	struct node_table *old = dict->index, *table;
	size_t places = old ? (old->mask + 1) * 2 : PLACES_LEAST, i;

	table = calloc(1, sizeof(*table) + places * sizeof(*table->places));
	if (!table)
		return -1;
	table->mask = places - 1;
	for (i = 0; old && i <= old->mask; i++)
		if (old->places[i])
			enter(table, old->places[i]);
	free(old);
	dict->index = table;
	return 0;
}

/* --- entries ------------------------------------------------------------------------------------------ */

struct node *node_index_find(const struct node *dict, const char *key, size_t len)
{
	const struct node_table *table = dict->index;
	struct node *node;
	uint32_t hash;
	size_t at;

	if (!table)
		return NULL;
	hash = hash_of(key, len);
	for (at = hash & table->mask; (node = table->places[at]); at = (at + 1) & table->mask)
		if (node->hash == hash && node->key_len == len && memcmp(node->key, key, len) == 0)
			return node;
	return NULL;
}

int node_index_add(struct node *child)
{
	struct node *dict = child->parent;

	if ((!dict->index || (dict->index->count + 1) * 4 > (dict->index->mask + 1) * 3) && grow(dict) < 0)
		return -1;
	child->hash = hash_of(child->key, child->key_len);
	enter(dict->index, child);
	return 0;
}

void node_index_hand_over(struct node *holder, struct node *child)
{
	child->hash = holder->hash;
	*entry_of(child->parent->index, holder) = child;
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
	struct node_table *table = child->parent->index;

	if (holder != child) {
		if (holder)
			take_out(holder, child);
		return;
	}
	if (child->displaced)
		node_index_hand_over(child, child->displaced);
	else
		vacate(table, (size_t)(entry_of(table, child) - table->places));
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
	free(dict->index);
	dict->index = NULL;
}
