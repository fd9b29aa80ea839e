#include "fs/tree/item.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/names.h"
#include "fs/tree/scratch.h"

static struct timespec real_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}

static bool later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

struct timespec tree_now(struct tree *tree)
{
	const struct tree_surroundings *around = &tree->surroundings;
	struct timespec now = around->now ? around->now(around->context) : real_time();

	if (!later(&now, &tree->last_time)) {
		now = tree->last_time;
		if (++now.tv_nsec == 1000000000) {
			now.tv_nsec = 0;
			now.tv_sec++;
		}
	}
	tree->last_time = now;
	return now;
}

bool item_is_dir(const struct item *item)
{
	return item->kind == ITEM_DIR || item->kind == ITEM_CONTROL_DIR || item->kind == ITEM_FOLDER ||
	       item->kind == ITEM_PROFILE;
}

uint64_t item_reserve(struct tree *tree)
{
	return tree->first_ino + item_reserve_many(tree, 1);
}

uint64_t item_reserve_many(struct tree *tree, uint64_t count)
{
	uint64_t first = tree->last_ino + 1;

	tree->last_ino += count;
	return first;
}

struct item *item_new(struct tree *tree, enum item_kind kind)
{
	return item_new_as(tree, kind, item_reserve(tree));
}

/* Kinds whose bytes are their own have a place for them from the beginning, so that turning one into the other, and
 * counting, needs no memory. */
static bool begins_rare(enum item_kind kind)
{
	return kind == ITEM_SCRATCH || kind == ITEM_LINK || kind == ITEM_TYPES;
}

struct item *item_new_as(struct tree *tree, enum item_kind kind, uint64_t ino)
{
	struct item *item = inodes_make(&tree->inodes, ino - tree->first_ino);

	if (!item)
		return NULL;
	item->kind = kind;
	item->ino = ino;
	if (begins_rare(kind) && !item_rare(item)) {
		inodes_remove(&tree->inodes, ino - tree->first_ino);
		return NULL;
	}
	/* Of a fresh profile this is 0, so that no copy back into it looks as new as what it replaces. */
	item_set_mtime(item, tree->profile->found.st_mtim);
	return item;
}

struct rare *item_rare(struct item *item)
{
	if (!item->rare)
		item->rare = calloc(1, sizeof(*item->rare));
	return item->rare;
}

void item_spare(struct item *item)
{
	const struct rare *rare = item->rare;

	if (!rare || begins_rare(item->kind) || rare->stage || rare->content.size || rare->counted || rare->refusal ||
	    rare->member || rare->numbered || rare->control)
		return;
	free(item->rare);
	item->rare = NULL;
}

void item_forget_content(struct item *item)
{
	if (item->rare)
		buf_free(&item->rare->content);
}

struct timespec item_mtime(const struct item *item)
{
	return (struct timespec){ .tv_sec = item->seconds, .tv_nsec = item->nanoseconds };
}

void item_set_mtime(struct item *item, struct timespec time)
{
	item->seconds = time.tv_sec;
	item->nanoseconds = (uint32_t)time.tv_nsec;
}

static void list_enter(struct dir *d, struct item *before, struct item *item)
{
	item->next = before;
	item->prev = before ? before->prev : d->last;
	*(item->prev ? &item->prev->next : &d->first) = item;
	*(before ? &before->prev : &d->last) = item;
}

static void list_leave(struct dir *d, struct item *item)
{
	*(item->prev ? &item->prev->next : &d->first) = item->next;
	*(item->next ? &item->next->prev : &d->last) = item->prev;
	item->prev = item->next = NULL;
}

static void forget_name(struct item *item)
{
	if (item->named && item->long_named)
		free(item->own_name.text);
	item->named = item->long_named = false;
}

int item_set_name(struct item *item, const char *name)
{
	size_t size = strlen(name) + 1;
	char *text = size > SHORT_NAME ? malloc(size) : NULL;

	forget_name(item);
	if (size > SHORT_NAME && !text)
		return -ENOMEM;
	memcpy(text ? text : item->own_name.here, name, size);
	if (text)
		item->own_name.text = text;
	item->named = true;
	item->long_named = text != NULL;
	return 0;
}

int item_link(struct tree *tree, struct item *dir, struct item *before, const char *name, struct item *item)
{
	(void)tree;
	return item_link_hashed(dir, before, name, hash_of(name, strlen(name)), item);
}

int item_link_hashed(struct item *dir, struct item *before, const char *name, uint32_t hash, struct item *item)
{
	struct dir *d = dir->dir;

	if (item_set_name(item, name) < 0)
		return -ENOMEM;
	item->hash = hash;
	if (slots_add(&d->names, item->hash, item) < 0) {
		forget_name(item);
		return -ENOMEM;
	}
	item->parent = dir;
	list_enter(d, before, item);
	d->count++;
	return 0;
}

void item_reorder(struct item *item, struct item *before)
{
	struct dir *d = item->parent->dir;

	if (before == item || (before && item->next == before))
		return;
	list_leave(d, item);
	list_enter(d, before, item);
}

void item_follow_node(struct item *item)
{
	item_reorder(item, dir_next_shown(item->node));
}

void item_unlink(struct tree *tree, struct item *item)
{
	struct dir *d = item->parent->dir;

	slots_remove(&d->names, item->hash, item);
	list_leave(d, item);
	d->count--;
	item->parent = NULL;
	forget_name(item);
	item_settle(tree, item);
}

static void rare_free(struct rare *rare)
{
	if (!rare)
		return;
	if (rare->stage)
		buf_free(&rare->stage->bytes);
	free(rare->stage);
	buf_free(&rare->content);
	free(rare->refusal);
	free(rare);
}

/* Everything that an item owns, and its place in the table. */
static void item_free(struct tree *tree, struct item *item)
{
	if (item->node && item->node->user == item)
		item->node->user = NULL;
	if (item->dir)
		latent_free(tree, item);
	rare_free(item->rare);
	dir_free(item->dir);
	forget_name(item);
	inodes_remove(&tree->inodes, item->ino - tree->first_ino);
}

/* Items below a directory that is gone: they are not linked any more. */
static void orphan_children(struct tree *tree, struct item *item)
{
	struct item *child;

	if (!item->dir)
		return;
	latent_free(tree, item);
	while ((child = item->dir->first))
		item_unlink(tree, child);
	if (item->dir->types) {
		child = item->dir->types;
		item->dir->types = NULL;
		child->parent = NULL;
		item_settle(tree, child);
	}
}

void item_settle(struct tree *tree, struct item *item)
{
	if (item->parent || item->held || item->opens || item == tree->root || item == tree->control)
		return;
	orphan_children(tree, item);
	scratch_forget(tree, item);
	item_free(tree, item);
}

struct item *item_child(const struct item *dir, const char *name)
{
	return item_child_hashed(dir, name, hash_of(name, strlen(name)));
}

struct item *item_child_hashed(const struct item *dir, const char *name, uint32_t hash)
{
	const struct slots *names = &dir->dir->names;
	struct item *item;
	size_t at;

	for (item = slots_first(names, hash, &at); item; item = slots_next(names, hash, &at))
		if (strcmp(item_name(item), name) == 0)
			return item;
	return NULL;
}

void item_tell(struct tree *tree, struct item *item)
{
	const struct tree_surroundings *around = &tree->surroundings;

	if (item->holder &&
	    (!around->attributes_changed || around->attributes_changed(around->context, item->ino, item->holder)))
		item->holder = 0;
}

void item_recount(struct tree *tree, struct item *item)
{
	tree->touches++;
	scratch_count(tree, item);
}

void item_touch(struct tree *tree, struct item *item)
{
	item_set_mtime(item, tree_now(tree));
	item_recount(tree, item);
	item_tell(tree, collection_entry(tree, item));
}

static void add_path(const struct item *item, struct buf *out)
{
	if (!item->parent)
		return;
	add_path(item->parent, out);
	if (out->len)
		buf_add_char(out, '/');
	name_quote(item_name(item), out);
}

void item_path(const struct item *item, const char *name, struct buf *out)
{
	add_path(item, out);
	if (!name)
		return;
	if (out->len)
		buf_add_char(out, '/');
	name_quote(name, out);
}

struct item *item_made(const struct tree *tree, uint64_t ino)
{
	return inodes_get(&tree->inodes, ino - tree->first_ino);
}

struct item *tree_item(struct tree *tree, uint64_t ino)
{
	struct item *item = item_made(tree, ino);
	struct latent_entry entry;

	return item || !latent_find(tree, ino, &entry) ? item : latent_item(tree, &entry);
}

struct item *item_next(const struct tree *tree, uint64_t *last)
{
	return inodes_after(&tree->inodes, last);
}

uint64_t item_ino(const struct item *item)
{
	return item->ino;
}

void item_hold(struct item *item)
{
	item->held++;
}

void item_drop(struct tree *tree, struct item *item, uint64_t count)
{
	item->held = (count < item->held ? item->held - count : 0) & HELD_MOST;
	item_settle(tree, item);
}

void tree_hold(struct tree *tree, uint64_t ino)
{
	struct item *item = item_made(tree, ino);
	struct latent_entry entry;

	if (item)
		item_hold(item);
	else if (latent_find(tree, ino, &entry))
		latent_hold(&entry);
}

void tree_drop(struct tree *tree, uint64_t ino, uint64_t count)
{
	struct item *item = item_made(tree, ino);
	struct latent_entry entry;

	if (item)
		item_drop(tree, item, count);
	else if (latent_find(tree, ino, &entry))
		latent_drop(&entry, count);
}

void tree_forget(struct tree *tree, uint64_t ino, uint64_t count)
{
	const struct item *item = item_made(tree, ino);

	if (item && item->parent && count >= item->held)
		item_tell(tree, collection_entry(tree, item->parent));
	tree_drop(tree, ino, count);
}

void items_free(struct tree *tree)
{
	struct item *item;
	uint64_t last = 0;

	latents_free(tree);
	while ((item = item_next(tree, &last))) {
		scratch_forget(tree, item);
		item_free(tree, item);
	}
	inodes_free(&tree->inodes);
}
