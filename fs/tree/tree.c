/* The tree itself: its beginning and end, lookups, attributes, listings. */
#include "fs/tree/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/control.h"
#include "fs/tree/fill.h"
#include "fs/tree/item.h"
#include "fs/tree/judge.h"
#include "fs/tree/names.h"
#include "fs/tree/recovery.h"
#include "fs/tree/refusal.h"
#include "fs/tree/stage.h"
#include "fs/tree/types.h"
#include "plist/base/pages.h"

/* Inode numbers: the tree's number, then its own count. */
#define NUMBER_SHIFT 40

/* So many items take less time than two requests of the kernel, and they have their numbers in the order of the
 * document then, whatever was looked up: cp -r copies in that order. */
#define FEW_KEYS 1024

struct tree *tree_new_numbered(struct profile *profile, const struct tree_surroundings *surroundings, uint32_t number)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return NULL;
	tree->profile = profile;
	tree->scratch = &tree->own_scratch;
	tree->few = FEW_KEYS;
	tree->uid = getuid();
	tree->gid = getgid();
	tree->first_ino = (uint64_t)number << NUMBER_SHIFT;
	if (surroundings)
		tree->surroundings = *surroundings;
	tree->root = item_new(tree, ITEM_DIR);
	judge_begin(tree);
	if (!tree->root || dir_make(tree->root, profile->doc.root, SHAPE_DICT) < 0 || recovery_replay(tree) < 0) {
		tree_free(tree);
		return NULL;
	}
	tree->root->dir->unlisted = profile->options.create;
	return tree;
}

struct tree *tree_new(struct profile *profile, const struct tree_surroundings *surroundings)
{
	return tree_new_numbered(profile, surroundings, 0);
}

/* The number of the tree that an inode number is from. */
static uint32_t number_of(uint64_t ino)
{
	return (uint32_t)(ino >> NUMBER_SHIFT);
}

struct tree *tree_at(struct tree *mounted, uint64_t ino)
{
	if (mounted->collection)
		return collection_tree_at(mounted->collection, number_of(ino));
	return number_of(ino) == 0 ? mounted : NULL;
}

int tree_enter(struct tree **tree, struct item **dir)
{
	return (*dir)->kind == ITEM_PROFILE ? collection_enter((*dir)->rare->member, tree, dir) : 0;
}

bool tree_is_root(const struct tree *tree, const struct item *item)
{
	return item == tree->root;
}

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	handles_free(tree);
	items_free(tree);
	unreported_free(tree);
	judge_free(tree);
	problems_free(&tree->also);
	free(tree->mountpoint);
	free(tree);
}

void tree_set_mount(struct tree *tree, const char *mountpoint, pid_t pid)
{
	free(tree->mountpoint);
	tree->mountpoint = strdup(mountpoint);
	tree->pid = pid;
}

/* --- lookups ---------------------------------------------------------------------------------------- */

static int lookup_types(struct tree *tree, struct item *dir, struct item **item)
{
	return types_visible(tree, dir) ? types_item(tree, dir, item) : -ENOENT;
}

/* True for a process that made this profile and is still at it. */
static bool is_maker(const struct tree *tree)
{
	const struct tree_surroundings *around = &tree->surroundings;

	return tree->maker && around->caller && around->caller(around->context) == tree->maker;
}

int tree_lookup(struct tree *tree, struct item *dir, const char *name, struct item **item)
{
	if (dir->kind == ITEM_CONTROL_DIR)
		return control_lookup(tree, name, item);
	if (dir->kind != ITEM_DIR && dir->kind != ITEM_FOLDER)
		return -ENOTDIR;
	if (strlen(name) > NAME_LENGTH_MAX)
		return -ENAMETOOLONG;
	if (dir->kind == ITEM_DIR && dir_reach(tree, dir, name) < 0)
		return -ENOMEM;
	if (dir == tree->root && strcmp(name, NAME_OF_CONTROL) == 0)
		return control_dir(tree, item);
	if (dir == tree->root && tree->begun_empty && !is_maker(tree) && fill_profile(tree) < 0)
		return -ENOMEM;
	if (strcmp(name, NAME_OF_TYPES) == 0 && dir->kind == ITEM_DIR)
		return lookup_types(tree, dir, item);
	*item = dir->kind == ITEM_DIR ? dir_find(dir, name) : item_child(dir, name);
	return *item ? 0 : -ENOENT;
}

int tree_find(struct tree *tree, struct item *dir, const char *name, uint64_t *ino)
{
	struct item *item;
	int result;

	if (dir->kind == ITEM_DIR && dir_find_latent(dir, name, ino))
		return 0;
	result = tree_lookup(tree, dir, name, &item);
	if (result == 0)
		*ino = item->ino;
	return result;
}

/* --- attributes ------------------------------------------------------------------------------------- */

/* The profile's own permissions for others, and the owner's always: 0600 to 0644. */
static mode_t file_mode(const struct tree *tree)
{
	return 0600 | (tree->profile->found.st_mode & 0044);
}

/* Who may read it may search it. */
static mode_t search_mode(mode_t mode)
{
	return mode | 0100 | ((mode & 0044) >> 2);
}

static mode_t dir_mode(const struct tree *tree)
{
	return search_mode(file_mode(tree));
}

mode_t tree_mode(const struct tree *tree, const struct item *item)
{
	switch (item->kind) {
	case ITEM_DIR:
		return S_IFDIR | dir_mode(tree);
	case ITEM_CONTROL_DIR:
		return S_IFDIR | (dir_mode(tree) & 0555);
	case ITEM_CONTROL:
		return S_IFREG | (file_mode(tree) & 0444);
	case ITEM_LINK:
		return S_IFLNK | 0777;
	case ITEM_FOLDER:
		return S_IFDIR | dir_mode(tree);
	case ITEM_PROFILE:
		return S_IFDIR | search_mode(0600 | (collection_mode(item->rare->member) & 0044));
	case ITEM_KEY:
	case ITEM_SCRATCH:
	case ITEM_TYPES:
		break;
	}
	return S_IFREG | file_mode(tree);
}

mode_t item_format(const struct item *item)
{
	if (item_is_dir(item))
		return S_IFDIR;
	return item->kind == ITEM_LINK ? S_IFLNK : S_IFREG;
}

static uint64_t types_size(struct tree *tree, struct item *types)
{
	BUF_AUTO text = BUF_INIT;

	types_read(tree, types, &text);
	return text.len;
}

static uint64_t attr_size(struct tree *tree, struct item *item)
{
	if (item_is_dir(item) || item->kind == ITEM_CONTROL)
		return 0;
	return item->kind == ITEM_TYPES && !item->as_written ? types_size(tree, item) : item_size(item);
}

/* Notes that whoever asks now has its attributes. */
static void give_to_asker(const struct tree *tree, struct item *item)
{
	const struct tree_surroundings *around = &tree->surroundings;
	uint32_t asker = around->asker ? around->asker(around->context) : 0;

	item->holder = asker && (!item->holder || item->holder == asker) ? asker : HOLDERS_MANY;
}

void tree_getattr(struct tree *tree, struct item *item, struct tree_attr *attr)
{
	bool pending = item->kind == ITEM_KEY && !item->node;

	*attr = (struct tree_attr){ .ino = item->ino, .uid = tree->uid, .gid = tree->gid };
	attr->mode = tree_mode(tree, item);
	attr->nlink = !item->parent && item != tree->root ? 0 : item_is_dir(item) ? 2 : 1;
	attr->size = attr_size(tree, item);
	attr->mtime = item->kind == ITEM_PROFILE ? collection_mtime(item->rare->member) : item_mtime(item);
	attr->ctime = attr->mtime;
	attr->attr_volatile = item->kind == ITEM_TYPES;
	attr->entry_volatile = pending || item->kind == ITEM_TYPES ||
			       (item->parent && item->parent->dir->shape == SHAPE_ARRAY);
	attr->direct = item->kind == ITEM_CONTROL || item->kind == ITEM_CONTROL_DIR;
	if (!attr->attr_volatile && !attr->direct)
		give_to_asker(tree, item);
}

void tree_attr(struct tree *tree, uint64_t ino, struct tree_attr *attr)
{
	struct item *item = item_made(tree, ino), sketch = { 0 };
	struct latent_entry entry;

	if (item) {
		tree_getattr(tree, item, attr);
	} else if (latent_find(tree, ino, &entry)) {
		latent_sketch(&entry, &sketch);
		tree_getattr(tree, &sketch, attr);
		latent_given(&entry, &sketch);
	}
}

/* --- listings --------------------------------------------------------------------------------------- */

/* Numbers are never used again: those of what is gone meanwhile stand for nothing. */
struct listing {
	struct tree *tree;
	const struct item *dir;
	uint64_t *inos;
	size_t count;
};

static void listing_add(struct listing *listing, const struct item *item)
{
	listing->inos[listing->count++] = item->ino;
}

static void listing_add_node(struct listing *listing, const struct node *node)
{
	if (latent_number(node))
		listing->inos[listing->count++] = listing->tree->first_ino + latent_number(node);
	else if (node_item(node))
		listing_add(listing, node_item(node));
}

/* Nodes in their order, then what has none: as dir_walk(), without a sketch of each. */
static void listing_add_latent(struct listing *listing, const struct item *dir)
{
	const struct node *node;
	const struct item *item;

	for (node = node_first(dir->node); node; node = node_next(node))
		listing_add_node(listing, node);
	for (item = dir->dir->first; item; item = item->next)
		if (!item->node)
			listing_add(listing, item);
}

static void listing_add_all(struct listing *listing, const struct item *dir)
{
	const struct item *item;

	if (dir->dir->latent) {
		listing_add_latent(listing, dir);
		return;
	}
	for (item = dir->dir->first; item; item = item->next)
		listing_add(listing, item);
}

static struct listing *listing_new(struct tree *tree, const struct item *dir)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	size_t nodes = dir->dir->latent ? node_count(dir->node) : 0;

	if (!listing)
		return NULL;
	listing->tree = tree;
	listing->dir = dir;
	listing->inos = pages_alloc(dir->dir->count + nodes + 1, sizeof(*listing->inos));
	if (listing->inos)
		return listing;
	free(listing);
	return NULL;
}

/* Whether .types is to be listed. All else that comes and goes touches its directory, but this is there when it has
 * something to say; that changes only when something is touched. */
static bool shows_types(struct tree *tree, struct item *dir)
{
	if (dir->dir->types_looked == tree->touches + 1)
		return dir->dir->types_listed;
	return types_visible(tree, dir);
}

int tree_list(struct tree *tree, struct item *dir, struct listing **out)
{
	struct listing *listing;
	struct item *item;
	int result;

	if (!item_is_dir(dir) || dir->kind == ITEM_PROFILE)
		return -ENOTDIR;
	result = dir->kind == ITEM_DIR ? dir_fill(tree, dir) : dir->kind == ITEM_FOLDER ? 0 : control_load(tree);
	if (result == 0 && dir == tree->root)
		result = fill_profile(tree);
	if (result < 0)
		return result;
	listing = listing_new(tree, dir);
	if (!listing)
		return -ENOMEM;
	dir->dir->unlisted = false;
	/* First, so that a copy has it before what it speaks of. */
	dir->dir->types_listed = shows_types(tree, dir) && types_item(tree, dir, &item) == 0;
	if (dir->dir->types_listed)
		listing_add(listing, item);
	dir->dir->types_looked = tree->touches + 1;
	listing_add_all(listing, dir);
	*out = listing;
	return 0;
}

bool tree_listing_stays(struct tree *tree, struct item *dir)
{
	if (dir->kind != ITEM_DIR || tree->begun_empty || dir->dir->unlisted)
		return false;
	if (!dir->dir->types_looked)
		return true;
	if (shows_types(tree, dir) != dir->dir->types_listed)
		return false;
	dir->dir->types_looked = tree->touches + 1;
	return true;
}

static bool find_listed(const struct listing *listing, uint64_t ino, struct listed *listed)
{
	const struct item *item = item_made(listing->tree, ino);
	struct latent_entry entry;

	if (item) {
		*listed = (struct listed){ item_name(item), ino, item_format(item) };
		return item->parent == listing->dir;
	}
	if (!latent_find(listing->tree, ino, &entry))
		return false;
	*listed = (struct listed){ entry.node->key, ino, S_IFREG };
	return latent_dir(&entry) == listing->dir;
}

bool listing_at(const struct listing *listing, size_t *position, struct listed *listed)
{
	for (; *position < listing->count; (*position)++)
		if (find_listed(listing, listing->inos[*position], listed))
			return true;
	return false;
}

void listing_free(struct listing *listing)
{
	free(listing->inos);
	free(listing);
}
