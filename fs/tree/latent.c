#include "fs/tree/latent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/item.h"
#include "fs/tree/names.h"
#include "plist/base/pages.h"

/* Held so often that it is not counted any more, and never let go. */
#define HELD_ALWAYS UINT8_MAX

struct latent {
	struct item *dir;
	uint64_t first;      /* the number of nodes[0] in its tree */
	uint64_t first_ino;  /* of that tree */
	size_t count;
	struct node **nodes; /* NULL: it has an item, or had one */
	uint8_t *held;       /* by lookups of the kernel, each */
	struct timespec time;
	uint32_t holder;     /* who was given attributes of any of them, as item.holder */
	size_t given;        /* of them, to nodes or items */
	bool filled;
};

static void set_number(struct node *node, uint64_t number)
{
	node->user = (void *)(uintptr_t)(number << 1 | 1);
}

/* --- rows ------------------------------------------------------------------------------------------- */

static int enter_row(struct latents *latents, struct latent *row)
{
	size_t room = latents->room ? 2 * latents->room : 4;
	struct latent **grown;

	if (latents->count == latents->room) {
		grown = realloc(latents->list, room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		latents->list = grown;
		latents->room = room;
	}
	latents->list[latents->count++] = row; /* numbers only grow */
	return 0;
}

static void row_free(struct latent *row)
{
	free(row->nodes);
	free(row->held);
	free(row);
}

static struct latent *row_new(struct tree *tree, struct item *dir, size_t count)
{
	struct latent *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->nodes = pages_alloc_zero(count, sizeof(*row->nodes));
	row->held = calloc(count, 1);
	if (!row->nodes || !row->held || enter_row(&tree->latents, row) < 0) {
		row_free(row);
		return NULL;
	}
	row->dir = dir;
	row->first = item_reserve_many(tree, count);
	row->first_ino = tree->first_ino;
	row->count = count;
	row->time = tree->profile->found.st_mtim;
	return row;
}

static void untag(struct latent *row)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		if (row->nodes[i])
			row->nodes[i]->user = NULL;
}

void latent_free(struct tree *tree, struct item *dir)
{
	struct latents *latents = &tree->latents;
	struct latent *row = dir->dir->latent;
	size_t i = 0;

	if (!row)
		return;
	untag(row);
	while (latents->list[i] != row)
		i++;
	latents->count--;
	memmove(latents->list + i, latents->list + i + 1, (latents->count - i) * sizeof(*latents->list));
	row_free(row);
	dir->dir->latent = NULL;
}

void latents_free(struct tree *tree)
{
	while (tree->latents.count)
		latent_free(tree, tree->latents.list[tree->latents.count - 1]->dir);
	free(tree->latents.list);
	tree->latents = (struct latents){ 0 };
}

/* --- entries ---------------------------------------------------------------------------------------- */

/* The last row that begins at a number or before. */
static struct latent *row_of(const struct latents *latents, uint64_t number)
{
	size_t low = 0, high = latents->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (latents->list[middle]->first <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? latents->list[low - 1] : NULL;
}

bool latent_find(const struct tree *tree, uint64_t ino, struct latent_entry *entry)
{
	uint64_t number = ino - tree->first_ino;
	struct latent *row = row_of(&tree->latents, number);

	if (!row || number - row->first >= row->count || !row->nodes[number - row->first])
		return false;
	*entry = (struct latent_entry){ row, number - row->first, row->nodes[number - row->first] };
	return true;
}

bool latent_in(const struct item *dir, struct node *node, struct latent_entry *entry)
{
	struct latent *row = dir->dir->latent;

	if (!row || !latent_number(node))
		return false;
	*entry = (struct latent_entry){ row, latent_number(node) - row->first, node };
	return true;
}

struct item *latent_dir(const struct latent_entry *entry)
{
	return entry->row->dir;
}

static uint64_t number_of(const struct latent_entry *entry)
{
	return entry->row->first + entry->at;
}

uint64_t latent_ino(const struct latent_entry *entry)
{
	return entry->row->first_ino + number_of(entry);
}

void latent_sketch(const struct latent_entry *entry, struct item *sketch)
{
	if (sketch->parent != entry->row->dir) {
		*sketch = (struct item){ .kind = ITEM_KEY, .named = true, .long_named = true };
		sketch->parent = entry->row->dir;
		item_set_mtime(sketch, entry->row->time);
	}
	sketch->ino = latent_ino(entry);
	sketch->own_name.text = entry->node->key;
	sketch->node = entry->node;
	sketch->holder = entry->row->holder;
}

void latent_given(const struct latent_entry *entry, const struct item *sketch)
{
	entry->row->holder = sketch->holder;
}

void latent_hold(const struct latent_entry *entry)
{
	uint8_t *held = &entry->row->held[entry->at];

	if (*held != HELD_ALWAYS)
		++*held;
}

void latent_drop(const struct latent_entry *entry, uint64_t count)
{
	uint8_t *held = &entry->row->held[entry->at];

	if (*held != HELD_ALWAYS)
		*held = (uint8_t)(count < *held ? *held - count : 0);
}

struct item *latent_item(struct tree *tree, const struct latent_entry *entry)
{
	struct latent *row = entry->row;
	uint8_t held = row->held[entry->at];
	struct item *item;

	if (dir_show_as(tree, row->dir, entry->node->key, entry->node, latent_ino(entry), &item) < 0) {
		set_number(entry->node, number_of(entry));
		return NULL;
	}
	item_set_mtime(item, row->time);
	item->held = held == HELD_ALWAYS ? HELD_MOST / 2 : held;
	item->holder = held ? row->holder : 0;
	row->nodes[entry->at] = NULL;
	return item;
}

/* --- a whole directory ------------------------------------------------------------------------------ */

static bool can_be_latent(const struct node *node, struct buf *room)
{
	const char *name;

	if (!node_is_scalar(node->type))
		return false;
	if (room->len)
		buf_clear(room);
	name = name_of_key(node->key, node->key_len, room);
	return name == node->key || (buf_ok(room) && buf_equals(room, node->key, node->key_len));
}

/* Gives a row's next number to a node, latent or not. */
static int give(struct tree *tree, struct latent *row, struct node *node, struct buf *room)
{
	size_t at = row->given++;

	if (!can_be_latent(node, room))
		return dir_show_node(tree, row->dir, node, row->first_ino + row->first + at);
	row->nodes[at] = node;
	set_number(node, row->first + at);
	return 0;
}

static int fill(struct tree *tree, struct item *dir, struct latent *row)
{
	BUF_AUTO room = BUF_INIT;
	struct node *node;
	int result = 0;

	for (node = node_first(dir->node); node && result == 0; node = node_next(node)) {
		if (node->user)
			continue;
		if (row->given < row->count)
			result = give(tree, row, node, &room);
		else
			result = dir_show_node(tree, dir, node, 0);
	}
	row->filled = result == 0;
	return result;
}

int latent_fill(struct tree *tree, struct item *dir)
{
	struct latent *row = dir->dir->latent;

	if (!row) {
		row = row_new(tree, dir, node_count(dir->node));
		if (!row)
			return -ENOMEM;
		dir->dir->latent = row;
	} else if (row->filled) {
		return 0;
	}
	return fill(tree, dir, row);
}

bool latent_is_filled(const struct item *dir)
{
	return dir->dir->latent && dir->dir->latent->filled;
}

void latent_unfill(struct item *dir)
{
	if (dir->dir->latent)
		dir->dir->latent->filled = false;
}
