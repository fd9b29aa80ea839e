/* Directories: their lists, filled from nodes, and what was removed from them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/item.h"
#include "fs/tree/names.h"
#include "fs/tree/text.h"

#define PAYLOAD_CONTENT "PayloadContent"
#define PAYLOAD_TYPE    "PayloadType"

int dir_make(struct item *item, struct node *node, enum dir_shape shape)
{
	item->dir = calloc(1, sizeof(*item->dir));
	if (!item->dir)
		return -ENOMEM;
	item->dir->shape = shape;
	item->node = node;
	if (node)
		node->user = item;
	return 0;
}

void dir_free(struct dir *dir)
{
	if (!dir)
		return;
	slots_free(&dir->names);
	ghosts_free(dir->ghosts);
	said_free_table(dir->said);
	buf_free(&dir->types_unread);
	free(dir);
}

/* The profile's PayloadContent: a directory of payloads, also when it is empty. */
static bool is_payload_content(const struct item *parent, const struct node *node)
{
	return parent && !parent->parent && parent->node && parent->dir->shape == SHAPE_DICT &&
	       node->type == NODE_ARRAY && node->key && strcmp(node->key, PAYLOAD_CONTENT) == 0;
}

enum dir_shape dir_shape_of(const struct item *parent, const struct node *node)
{
	if (node->type == NODE_DICT)
		return SHAPE_DICT;
	return is_payload_content(parent, node) ? SHAPE_PAYLOADS : SHAPE_ARRAY;
}

/* A place for an item: the name that it will have in a directory, and before whom. */
struct place_in {
	struct item *dir, *before;
	const char *name;
	uint32_t hash;
	uint64_t ino; /* 0: the next one */
};

static struct place_in place_in(struct item *dir, struct item *before, const char *name)
{
	return (struct place_in){ dir, before, name, hash_of(name, strlen(name)), 0 };
}

static struct item *item_for(struct tree *tree, const struct place_in *place, enum item_kind kind)
{
	return place->ino ? item_new_as(tree, kind, place->ino) : item_new(tree, kind);
}

static int link_or_free(struct tree *tree, const struct place_in *place, struct item *item, struct item **shown)
{
	int result = item_link_hashed(place->dir, place->before, place->name, place->hash, item);

	if (result < 0)
		item_settle(tree, item);
	else if (shown)
		*shown = item;
	return result;
}

static int show_dir(struct tree *tree, const struct place_in *place, struct node *node, struct item **shown)
{
	struct item *item = item_for(tree, place, ITEM_DIR);

	if (!item)
		return -ENOMEM;
	if (dir_make(item, node, dir_shape_of(place->dir, node)) < 0) {
		item_settle(tree, item);
		return -ENOMEM;
	}
	return link_or_free(tree, place, item, shown);
}

static int show(struct tree *tree, const struct place_in *place, struct node *node, struct item **shown)
{
	struct item *item;

	if (!text_is_file(node) || is_payload_content(place->dir, node) ||
	    (node->type == NODE_ARRAY && !allowed_lines(tree, place->dir, place->name)))
		return show_dir(tree, place, node, shown);
	item = item_for(tree, place, ITEM_KEY);
	if (!item)
		return -ENOMEM;
	item->node = node;
	node->user = item;
	return link_or_free(tree, place, item, shown);
}

int dir_show_dir(struct tree *tree, struct item *dir, struct item *before, const char *name, struct node *node,
		 struct item **shown)
{
	const struct place_in place = place_in(dir, before, name);

	return show_dir(tree, &place, node, shown);
}

int dir_show(struct tree *tree, struct item *dir, struct item *before, const char *name, struct node *node,
	     struct item **shown)
{
	const struct place_in place = place_in(dir, before, name);

	return show(tree, &place, node, shown);
}

int dir_show_as(struct tree *tree, struct item *dir, const char *name, struct node *node, uint64_t ino,
		struct item **shown)
{
	struct place_in place = place_in(dir, NULL, name);

	place.ino = ino;
	return show(tree, &place, node, shown);
}

int dir_payload_name(const struct item *dir, const struct node *payload, size_t position, struct buf *name)
{
	const struct node *type = payload->type == NODE_DICT ? node_get(payload, PAYLOAD_TYPE) : NULL;
	BUF_AUTO base = BUF_INIT;
	struct item *first;
	unsigned number;

	if (type && type->type == NODE_STRING && type->value.len > 0)
		name_from_key(type->value.at, type->value.len, &base);
	if (base.len == 0 || base.len > NAME_OF_TYPE_MAX) {
		buf_clear(&base);
		name_from_index((uint32_t)position, &base);
	}
	buf_assign(name, base.data, base.len);
	first = buf_ok(name) ? item_child(dir, buf_text(name)) : NULL;
	if (first && !item_rare(first))
		return -ENOMEM;
	number = first && first->rare->numbered ? first->rare->numbered : 1;
	while (buf_ok(name) && item_child(dir, buf_text(name))) {
		buf_assign(name, base.data, base.len);
		buf_add_format(name, ".%u", ++number);
	}
	if (first)
		first->rare->numbered = number;
	return buf_ok(name) && buf_ok(&base) ? 0 : -ENOMEM;
}

/* Sets a name that was made in `name`, and its hash. */
static int set_name(struct place_in *place, const struct buf *name)
{
	place->name = buf_text(name);
	place->hash = hash_of(place->name, name->len);
	return buf_ok(name) ? 0 : -ENOMEM;
}

/* A key's name; two cut names may collide, then the later one gets a number. */
static int dict_name(struct place_in *place, const struct node *node, struct buf *name)
{
	unsigned number = 1;
	int result;
	size_t len;

	place->name = name_of_key(node->key, node->key_len, name);
	if (place->name == node->key) {
		place->hash = hash_of(node->key, node->key_len);
		return 0;
	}
	result = set_name(place, name);
	len = name->len;
	while (result == 0 && item_child_hashed(place->dir, place->name, place->hash)) {
		buf_resize(name, len);
		buf_add_format(name, "-%x", ++number);
		result = set_name(place, name);
	}
	return result;
}

/* The name of a child that is not shown yet; `name` has room for it. */
static int child_name(struct place_in *place, const struct node *node, size_t position, struct buf *name)
{
	if (place->dir->dir->shape == SHAPE_DICT)
		return dict_name(place, node, name);
	if (place->dir->dir->shape == SHAPE_ARRAY)
		name_from_index((uint32_t)position, name);
	else if (dir_payload_name(place->dir, node, position, name) < 0)
		return -ENOMEM;
	return set_name(place, name);
}

int dir_show_node(struct tree *tree, struct item *dir, struct node *node, uint64_t ino)
{
	struct place_in place = { .dir = dir, .ino = ino };
	BUF_AUTO name = BUF_INIT;

	return dict_name(&place, node, &name) < 0 ? -ENOMEM : show(tree, &place, node, NULL);
}

/* Before the first of the entries is made. */
static void reserve_types(struct tree *tree, struct item *dir)
{
	if (!dir->dir->types_ino)
		dir->dir->types_ino = item_reserve(tree);
}

/* It may have been looked up alone, or shown before an earlier attempt ran out of memory: it comes last all the same.
 */
static int load_child(struct tree *tree, struct place_in *place, struct node *child, size_t position, struct buf *name)
{
	struct latent_entry entry;

	if (latent_in(place->dir, child, &entry))
		return latent_item(tree, &entry) ? 0 : -ENOMEM;
	if (node_item(child)) {
		item_reorder(node_item(child), NULL);
		return 0;
	}
	if (name->len)
		buf_clear(name);
	return child_name(place, child, position, name) < 0 || show(tree, place, child, NULL) < 0 ? -ENOMEM : 0;
}

int dir_load(struct tree *tree, struct item *dir)
{
	struct place_in place = { .dir = dir };
	BUF_AUTO name = BUF_INIT;
	struct node *child;
	size_t position = 0, more;

	if (dir->dir->loaded || !dir->node)
		return 0;
	reserve_types(tree, dir);
	more = node_count(dir->node);
	more -= more < dir->dir->count ? more : dir->dir->count; /* of files that are no keys there may be any number */
	if (slots_reserve(&dir->dir->names, more) < 0)
		return -ENOMEM;
	inodes_expect(&tree->inodes, tree->last_ino + 1, more);
	for (child = node_first(dir->node); child; child = node_next(child), position++)
		if (load_child(tree, &place, child, position, &name) < 0)
			return -ENOMEM;
	latent_free(tree, dir);
	dir->dir->loaded = true;
	return 0;
}

/* True for a directory of which no more is shown than what somebody asks for. */
static bool is_large(const struct tree *tree, const struct item *dir)
{
	return dir->dir->shape == SHAPE_DICT && node_count(dir->node) > tree->few;
}

int dir_fill(struct tree *tree, struct item *dir)
{
	if (dir->dir->loaded || !dir->node)
		return 0;
	if (!is_large(tree, dir))
		return dir_load(tree, dir);
	reserve_types(tree, dir);
	return latent_fill(tree, dir);
}

bool dir_is_filled(const struct item *dir)
{
	return dir->dir->loaded || latent_is_filled(dir);
}

void dir_unfill(struct item *dir)
{
	dir->dir->loaded = false;
	latent_unfill(dir);
}

struct dir_walk dir_walk(const struct item *dir)
{
	bool by_nodes = dir->dir->latent != NULL;

	return (struct dir_walk){
		.dir = dir,
		.by_nodes = by_nodes,
		.node = by_nodes ? node_first(dir->node) : NULL,
		.item = dir->dir->first,
	};
}

const struct item *dir_walk_next(struct dir_walk *walk)
{
	struct latent_entry entry;
	const struct item *item;
	struct node *node;

	while ((node = walk->node)) {
		walk->node = node_next(node);
		if (latent_in(walk->dir, node, &entry)) {
			latent_sketch(&entry, &walk->sketch);
			return &walk->sketch;
		}
		if (node_item(node))
			return node_item(node);
	}
	while (walk->by_nodes && walk->item && walk->item->node)
		walk->item = walk->item->next;
	item = walk->item;
	if (item)
		walk->item = item->next;
	return item;
}

int dir_reach(struct tree *tree, struct item *dir, const char *name)
{
	BUF_AUTO room = BUF_INIT;
	struct latent_entry entry;
	struct place_in place;
	struct node *node;
	const char *key;
	size_t len;

	if (dir->dir->loaded || !dir->node)
		return 0;
	/* An entry of a dict can be made without its neighbours if its name is not cut: then it is its key's alone. */
	key = is_large(tree, dir) ? name_key(name, &room, &len) : NULL;
	if (key != name && name_kind(name) != NAME_KEY)
		return 0;
	if (!key)
		return dir_load(tree, dir);
	if (!buf_ok(&room))
		return -ENOMEM;
	node = node_find(dir->node, key, len);
	if (!node || node_item(node))
		return 0;
	if (latent_in(dir, node, &entry))
		return latent_item(tree, &entry) ? 0 : -ENOMEM;
	reserve_types(tree, dir);
	place = place_in(dir, NULL, name);
	return show(tree, &place, node, NULL);
}

bool dir_find_latent(const struct item *dir, const char *name, uint64_t *ino)
{
	BUF_AUTO room = BUF_INIT;
	struct latent_entry entry;
	struct node *node;
	const char *key;
	size_t len;

	if (!dir->dir->latent || !(key = name_key(name, &room, &len)) || !buf_ok(&room))
		return false;
	node = node_find(dir->node, key, len);
	if (!node || !latent_in(dir, node, &entry))
		return false;
	*ino = latent_ino(&entry);
	return true;
}

int dir_open_up(struct tree *tree, struct item *dir)
{
	return dir->node && is_large(tree, dir) ? 0 : dir_load(tree, dir);
}

struct item *dir_find(const struct item *dir, const char *name)
{
	struct item *item = item_child(dir, name);
	BUF_AUTO canonical = BUF_INIT;
	uint32_t index;

	if (item || dir->dir->shape != SHAPE_ARRAY || name_kind(name) != NAME_KEY || !name_to_index(name, &index))
		return item;
	name_from_index(index, &canonical);
	return buf_ok(&canonical) ? item_child(dir, buf_text(&canonical)) : NULL;
}

/* Items are in the order of their nodes. The one of `node` itself may yet have to follow it. */
static struct item *next_with_node(const struct item *item, const struct node *node)
{
	struct item *next = item->next;

	while (next && (!next->node || next->node == node))
		next = next->next;
	return next;
}

/* Of a long row of removed ones the nearer end is looked for: so as many as there were are brought back, in whatever
 * order, without a walk along all of them for each. */
struct item *dir_next_shown(const struct node *node)
{
	const struct item *dir = node->parent ? node_item(node->parent) : NULL;
	const struct node *nearest;
	bool after;

	if (dir && dir->dir && !dir->dir->loaded)
		return NULL;
	nearest = node_nearest(node, &after);
	if (!nearest)
		return NULL;
	if (node_item(nearest))
		return after ? node_item(nearest) : next_with_node(node_item(nearest), node);
	for (node = node_next(node); node; node = node_next(node))
		if (node_item(node))
			return node_item(node);
	return NULL;
}

/* True if the element of that index stands between `item`, which may be NULL: the end, and the one before it. */
static bool is_place(const struct item *dir, const struct item *item, uint32_t index)
{
	const struct item *before = item ? item->prev : dir->dir->last;
	uint32_t other;

	if (item && (!item->node || !name_to_index(item_name(item), &other) || other <= index))
		return false;
	while (before && !before->node)
		before = before->prev;
	return !before || (name_to_index(item_name(before), &other) && other <= index);
}

/* Mostly it stands before the next number, or where it stood before it was removed. */
static bool guess_place(const struct item *dir, uint32_t index, struct item **item)
{
	BUF_AUTO name = BUF_INIT, next = BUF_INIT;
	const struct ghost *ghost;

	name_from_index(index, &name);
	name_from_index(index + 1, &next);
	if (!buf_ok(&name) || !buf_ok(&next))
		return false;
	*item = item_child(dir, buf_text(&next));
	if (*item && is_place(dir, *item, index))
		return true;
	ghost = ghost_find(dir, buf_text(&name));
	*item = ghost ? dir_next_shown(ghost->node) : NULL;
	return is_place(dir, *item, index);
}

struct item *dir_place_for_index(const struct item *dir, uint32_t index)
{
	struct item *item, *before = NULL;
	uint32_t other;

	if (guess_place(dir, index, &item))
		return item;
	for (item = dir->dir->last; item; item = item->prev) {
		if (!item->node || !name_to_index(item_name(item), &other))
			continue;
		if (other <= index)
			break;
		before = item;
	}
	return before;
}

struct ghost *ghost_find(const struct item *dir, const char *name)
{
	struct ghost *ghost = NULL;

	HASH_FIND_STR(dir->dir->ghosts, name, ghost);
	return ghost;
}

struct ghost *ghost_add(struct item *dir, const char *name, struct node *node)
{
	struct ghost *old = ghost_find(dir, name);
	struct ghost *ghost = calloc(1, sizeof(*ghost));

	if (!ghost)
		return NULL;
	ghost->name = strdup(name);
	if (ghost->name) {
		if (old)
			ghost_take(dir, old);
		HASH_ADD_KEYPTR(hh, dir->dir->ghosts, ghost->name, strlen(ghost->name), ghost);
	}
	if (!ghost->name || !ghost->hh.tbl) {
		free(ghost->name);
		free(ghost);
		return NULL;
	}
	if (old)
		ghost_free(old);
	ghost->node = node;
	return ghost;
}

void ghost_take(struct item *dir, struct ghost *ghost)
{
	HASH_DEL(dir->dir->ghosts, ghost);
}

void ghost_free(struct ghost *ghost)
{
	ghosts_free(ghost->children);
	said_free_table(ghost->said);
	free(ghost->name);
	free(ghost);
}

void ghosts_free(struct ghost *ghosts)
{
	struct ghost *ghost, *next;

	HASH_ITER(hh, ghosts, ghost, next) {
		HASH_DEL(ghosts, ghost);
		ghost_free(ghost);
	}
}
