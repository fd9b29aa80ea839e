#include "fs/tree/make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/tree/allowed.h"
#include "fs/tree/census.h"
#include "fs/tree/collection_parts.h"
#include "fs/tree/commit.h"
#include "fs/tree/marks.h"
#include "fs/tree/names.h"
#include "fs/tree/refusal.h"
#include "fs/tree/scratch.h"
#include "fs/tree/stage.h"
#include "fs/tree/types.h"
#include "plist/base/limits.h"

static int check_array_name(struct tree *tree, struct item *dir, const char *name, struct buf *canonical)
{
	uint32_t index;

	if (!name_to_index(name, &index))
		return refuse_text(tree, dir, name, EINVAL,
				   "the elements of an array are named by numbers: 00, 01, ...; any free number does");
	name_from_index(index, canonical);
	return buf_ok(canonical) ? 0 : -ENOMEM;
}

static int refuse_not_text(struct tree *tree, struct item *dir, const char *name)
{
	return refuse_text(tree, dir, name, EINVAL,
			   "a profile cannot hold this name: it must be UTF-8, without control characters");
}

static int check_dict_name(struct tree *tree, struct item *dir, const char *name, struct buf *canonical)
{
	BUF_AUTO room = BUF_INIT;
	const struct node *node;
	struct key key;

	if (entry_key_seen(dir, name, &room, &key) < 0)
		return refuse_text(tree, dir, name, EINVAL,
				   "no key is spelled so: '%%' begins an escape (%%2F is '/', %%25 is '%%'), and only "
				   "what needs one is escaped");
	if (!ghost_find(dir, name) && !value_is_text(key.bytes, key.len))
		return refuse_not_text(tree, dir, name);
	node = node_find(dir->node, key.bytes, key.len);
	if (node && node->user && node_item(node) != item_child(dir, name))
		return refuse_text(tree, dir, name, EINVAL, "this key is there under another name");
	buf_add_text(canonical, name);
	return buf_ok(canonical) && buf_ok(&room) ? 0 : -ENOMEM;
}

static int check_payload_name(struct tree *tree, struct item *dir, const char *name, struct buf *canonical)
{
	BUF_AUTO type = BUF_INIT;

	if (name_to_payload_type(name, &type) < 0 || type.len == 0)
		return refuse_text(tree, dir, name, EINVAL,
				   "a payload's directory is named by its PayloadType, with .2, .3, ... when there are "
				   "several");
	if (!value_is_text(buf_text(&type), type.len))
		return refuse_not_text(tree, dir, name);
	buf_add_text(canonical, name);
	return buf_ok(canonical) && buf_ok(&type) ? 0 : -ENOMEM;
}

static int check_key_name(struct tree *tree, struct item *dir, const char *name, struct buf *canonical)
{
	switch (dir->dir->shape) {
	case SHAPE_ARRAY:
		return check_array_name(tree, dir, name, canonical);
	case SHAPE_DICT:
		return check_dict_name(tree, dir, name, canonical);
	case SHAPE_PAYLOADS:
		return check_payload_name(tree, dir, name, canonical);
	}
	return -EINVAL;
}

/* What must hold of a directory and a name before anything is made there. */
static int check_dir(struct tree *tree, struct item *dir, const char *name)
{
	int result = refuse_if_sealed(tree, dir, name);

	if (result < 0)
		return result;
	if (dir->kind == ITEM_CONTROL_DIR || name_kind(name) == NAME_CONTROL)
		return -EPERM;
	if (dir->kind == ITEM_FOLDER)
		return refuse_text(tree, dir, name, EPERM,
				   "no files are made in a folder of profiles: mkdir NAME.mobileconfig makes one");
	if (dir->kind != ITEM_DIR)
		return -ENOTDIR;
	if (!dir->parent && dir != tree->root)
		return -ENOENT;
	if (strlen(name) > NAME_LENGTH_MAX)
		return -ENAMETOOLONG;
	return dir_open_up(tree, dir, name);
}

int make_check(struct tree *tree, struct item *dir, const char *name, struct buf *canonical,
	       enum entry_kind *kind)
{
	static const enum entry_kind kinds[] = {
		[NAME_KEY] = ENTRY_KEY,
		[NAME_SCRATCH] = ENTRY_SCRATCH,
		[NAME_TYPES] = ENTRY_TYPES,
	};
	int result = check_dir(tree, dir, name);

	if (result < 0)
		return result;
	*kind = kinds[name_kind(name)];
	if (*kind == ENTRY_KEY) {
		result = mark_check_place(tree, dir, name);
		return result < 0 ? result : check_key_name(tree, dir, name, canonical);
	}
	buf_add_text(canonical, name);
	return buf_ok(canonical) ? 0 : -ENOMEM;
}

int make_check_known(struct tree *tree, struct item *dir, const char *name)
{
	struct error err;

	if (item_child(dir, name) || ghost_find(dir, name) || allowed_check_name(tree, dir, name, &err) == 0)
		return 0;
	return refuse(tree, dir, name, &err, EINVAL);
}

struct item *make_place(const struct item *dir, const char *name)
{
	const struct ghost *ghost = ghost_find(dir, name);
	uint32_t index;

	if (dir->dir->shape == SHAPE_ARRAY)
		return name_to_index(name, &index) ? dir_place_for_index(dir, index) : NULL;
	return ghost ? dir_next_shown(ghost->node) : NULL;
}

/* A file item under a name that is free. */
static int make_file(struct tree *tree, struct item *dir, const char *name, enum item_kind kind, struct item **out)
{
	struct item *before = kind == ITEM_KEY ? make_place(dir, name) : NULL;
	int result = kind == ITEM_KEY ? 0 : scratch_room(tree, dir, name, 0);
	struct item *item;

	if (result < 0)
		return result;
	item = item_new(tree, kind);
	if (!item)
		return -ENOMEM;
	result = item_link(tree, dir, before, name, item);
	if (result == 0 && kind == ITEM_KEY)
		result = stage_begin(tree, item, true);
	if (result < 0) {
		if (item->parent)
			item_unlink(tree, item);
		else
			item_settle(tree, item);
		return result;
	}
	item_touch(tree, item);
	item_touch(tree, dir);
	*out = item;
	return 0;
}

/* True if the name is known to be a key's: one that was there, that the schema has, or a number in an array. */
static bool is_known_name(struct tree *tree, const struct item *dir, const char *name)
{
	uint32_t index;

	if (dir->dir->shape == SHAPE_ARRAY)
		return name_to_index(name, &index);
	return ghost_find(dir, name) || allowed_is_declared(tree, dir, name);
}

/* The mkstemp idiom, sedXXXXXX: a file opened for reading and writing that must not be there, under a name
 * that is no key. */
static bool is_temporary(struct tree *tree, const struct item *dir, const char *name, int flags)
{
	return (flags & O_ACCMODE) == O_RDWR && (flags & O_EXCL) && name_kind(name) == NAME_KEY &&
	       !is_known_name(tree, dir, name);
}

/* A shell's > and >>. A key that the schema does not know is refused to them when it is written: so the command
 * fails, with its own status and message; dash takes a file that cannot be made for a mistake in the script. */
static bool is_redirection(int flags)
{
	return (flags & (O_TRUNC | O_APPEND)) && !(flags & O_EXCL);
}

/* An element of PayloadContent that is no payload is shown as a file, called by its place, and is read back where
 * nobody checks. */
static bool is_shown_as_file(const struct tree *tree, const char *name)
{
	uint32_t index;

	return tree->profile->options.check == CHECK_OFF && name_to_index(name, &index);
}

static int make_entry(struct tree *tree, struct item *dir, const char *name, int flags, struct item **item)
{
	BUF_AUTO canonical = BUF_INIT;
	enum entry_kind kind;
	int result = check_dir(tree, dir, name);

	if (result < 0)
		return result;
	if (is_temporary(tree, dir, name, flags))
		return make_file(tree, dir, name, ITEM_SCRATCH, item);
	result = make_check(tree, dir, name, &canonical, &kind);
	if (result < 0)
		return result;
	if (kind == ENTRY_TYPES)
		return types_make(tree, dir, item);
	if (kind == ENTRY_SCRATCH)
		return make_file(tree, dir, buf_text(&canonical), ITEM_SCRATCH, item);
	if (dir->dir->shape == SHAPE_PAYLOADS && !is_shown_as_file(tree, buf_text(&canonical)))
		return refuse_text(tree, dir, name, EINVAL, "a payload is a directory: make it with mkdir");
	if (!is_redirection(flags) && (result = make_check_known(tree, dir, buf_text(&canonical))) < 0)
		return result;
	return make_file(tree, dir, buf_text(&canonical), ITEM_KEY, item);
}

int tree_create(struct tree *tree, struct item *dir, const char *name, int flags, struct item **item,
		struct handle **handle)
{
	int result = tree_lookup(tree, dir, name, item);

	if (result == 0)
		return flags & O_EXCL ? -EEXIST : tree_open(tree, *item, flags, handle);
	if (result == -ENOENT)
		result = make_entry(tree, dir, name, flags, item);
	if (result < 0)
		return result;
	return tree_open(tree, *item, flags & ~O_TRUNC, handle);
}

int tree_mknod(struct tree *tree, struct item *dir, const char *name, mode_t mode, struct item **item)
{
	int result;

	if (!S_ISREG(mode) && (mode & S_IFMT) != 0)
		return -EPERM;
	result = tree_lookup(tree, dir, name, item);
	if (result == 0)
		return -EEXIST;
	return result == -ENOENT ? make_entry(tree, dir, name, O_WRONLY, item) : result;
}

int tree_symlink(struct tree *tree, struct item *dir, const char *name, const char *target, struct item **out)
{
	BUF_AUTO canonical = BUF_INIT;
	enum entry_kind kind;
	struct item *item;
	int result = tree_lookup(tree, dir, name, &item);

	if (result == 0)
		return -EEXIST;
	if (result == -ENOENT)
		result = make_check(tree, dir, name, &canonical, &kind);
	if (result < 0)
		return result;
	if (kind == ENTRY_TYPES)
		return -EPERM;
	result = make_file(tree, dir, buf_text(&canonical), ITEM_LINK, &item);
	if (result < 0)
		return result;
	buf_add_text(&item->rare->content, target);
	scratch_count(tree, item);
	*out = item;
	return buf_ok(&item->rare->content) ? 0 : -ENOMEM;
}

int tree_readlink(const struct item *item, const char **target)
{
	if (item->kind != ITEM_LINK)
		return -EINVAL;
	*target = buf_text(item_content(item));
	return 0;
}

/* --- directories ------------------------------------------------------------------------------------ */

/* The type of the container that mkdir makes under that name if nothing was said of it. */
static enum node_type make_dir_type(struct tree *tree, const struct item *dir, const char *name)
{
	enum node_type type;
	struct error ignored;

	allowed_container(tree, dir, name, &type, &ignored);
	if (type != NODE_TYPE_COUNT)
		return type;
	return !dir->parent && strcmp(name, "PayloadContent") == 0 ? NODE_ARRAY : NODE_DICT;
}

static enum node_type new_dir_type(struct tree *tree, const struct item *dir, const char *name)
{
	const struct said *said = said_find(dir->dir->said, name);
	struct error ignored;

	if (said && (said->type == NODE_DICT || said->type == NODE_ARRAY) &&
	    allowed_check_said(tree, dir, name, said, &ignored) == 0)
		return said->type;
	return make_dir_type(tree, dir, name);
}

/* The directory of a removed container is back, empty, with the memory of what was in it. */
static int revive_dir(struct tree *tree, struct item *dir, const char *name, struct ghost *ghost, struct item **out)
{
	struct item *item = item_new(tree, ITEM_DIR);
	int result;

	if (!item)
		return -ENOMEM;
	result = dir_make(item, ghost->node, dir_shape_of(dir, ghost->node));
	if (result == 0)
		result = item_link(tree, dir, make_place(dir, name), name, item);
	if (result < 0) {
		item_settle(tree, item);
		return result;
	}
	result = commit_revival(tree, dir, name, ghost->node);
	item->dir->loaded = true;
	item->dir->ghosts = ghost->children;
	item->dir->said = ghost->said;
	ghost->children = NULL;
	ghost->said = NULL;
	ghost_take(dir, ghost);
	ghost_free(ghost);
	*out = item;
	return result;
}

static int insert_dir(struct tree *tree, struct item *dir, const char *name, struct item **out)
{
	BUF_AUTO key = BUF_INIT;
	const struct ghost *ghost = ghost_find(dir, name);
	struct item *before = make_place(dir, name);
	struct change change = { .kind = CHANGE_INSERT, .parent = dir->node };
	int result;

	buf_add(&key, "", 0);
	if (dir->dir->shape == SHAPE_DICT && entry_key(dir, name, &key) < 0)
		return -EINVAL;
	change.key = dir->dir->shape == SHAPE_DICT ? buf_text(&key) : NULL;
	change.key_len = key.len;
	if (ghost && dir->dir->shape != SHAPE_ARRAY)
		change.before = ghost->node;
	else
		change.before = before ? before->node : NULL;
	result = census_room(tree, dir, name, 1);
	if (result < 0)
		return result;
	change.node = node_new(new_dir_type(tree, dir, name));
	if (!change.node)
		return -ENOMEM;
	if (commit(tree, &change) < 0) {
		node_free(change.node);
		return -ENOMEM;
	}
	result = dir_show_dir(tree, dir, before, name, change.node, out);
	if (result < 0)
		node_remove(change.node);
	return result;
}

/* How many containers a node is in, itself included. */
static unsigned depth_of(const struct node *node)
{
	unsigned depth = 0;

	for (; node; node = node->parent)
		depth++;
	return depth;
}

/* What must hold of a new directory beyond its name. */
static int check_new_dir(struct tree *tree, struct item *dir, const char *name, enum entry_kind kind)
{
	const struct ghost *ghost = ghost_find(dir, name);
	enum node_type type;
	struct error err;
	int result;

	if (depth_of(dir->node) >= limit(LIMIT_DEPTH)) {
		limit_refuse(LIMIT_DEPTH, NULL, "a property list may not be as deep as that", &err);
		return refuse(tree, dir, name, &err, EINVAL);
	}
	if (kind != ENTRY_KEY)
		return refuse_text(tree, dir, name, EPERM,
				   "a directory of this name would be an editor's own, and lost at unmount; a key that "
				   "is called so is spelled with an escape (%%2E for '.', %%7E for '~')");
	result = make_check_known(tree, dir, name);
	if (result < 0 || (ghost && ghost->dir) || allowed_container(tree, dir, name, &type, &err) == 0)
		return result;
	return refuse(tree, dir, name, &err, EINVAL);
}

int tree_mkdir(struct tree *tree, struct item *dir, const char *name, struct item **item)
{
	BUF_AUTO canonical = BUF_INIT;
	enum entry_kind kind;
	struct ghost *ghost;
	int result = tree_lookup(tree, dir, name, item);

	if (result == 0)
		return -EEXIST;
	if (dir->kind == ITEM_FOLDER)
		return result == -ENOENT ? collection_mkdir(tree->collection, dir, name, item) : result;
	if (result == -ENOENT)
		result = make_check(tree, dir, name, &canonical, &kind);
	if (result == 0)
		result = check_new_dir(tree, dir, buf_text(&canonical), kind);
	if (result < 0)
		return result;
	ghost = ghost_find(dir, buf_text(&canonical));
	if (ghost && ghost->dir)
		result = revive_dir(tree, dir, buf_text(&canonical), ghost, item);
	else
		result = insert_dir(tree, dir, buf_text(&canonical), item);
	if (result == 0 && dir->dir->shape == SHAPE_PAYLOADS && (*item)->node->type == NODE_DICT)
		result = commit_payload_name(tree, *item, buf_text(&canonical));
	if (result < 0)
		return result;
	(*item)->made = dir->dir->shape == SHAPE_PAYLOADS && (*item)->node->type == NODE_DICT;
	(*item)->dir->unlisted = true;
	dir->dir->types_hidden = false;
	item_touch(tree, *item);
	item_touch(tree, dir);
	return 0;
}

/* --- removing --------------------------------------------------------------------------------------- */

bool dir_is_empty(struct tree *tree, struct item *dir)
{
	return node_count(dir->node) == 0 && dir_load(tree, dir) == 0 && dir->dir->count == 0;
}

/* What an unlinked file shows to those who have it open. */
int file_keep_bytes(struct item *item)
{
	BUF_AUTO made = BUF_INIT;
	const char *bytes;
	size_t len;

	if (item_bytes(item, &made, &bytes, &len) < 0 || !item_rare(item))
		return -ENOMEM;
	if (bytes == item->rare->content.data)
		return 0;
	buf_assign(&item->rare->content, bytes, len);
	if (buf_ok(&item->rare->content))
		return 0;
	buf_free(&item->rare->content); /* the next try begins anew */
	return -ENOMEM;
}

/* Turns a key's file, whose node is gone or never was, into a scratch file. */
void file_become_scratch(struct item *item)
{
	stage_free(item);
	if (item->node)
		item->node->user = NULL;
	item->node = NULL;
	item->kind = ITEM_SCRATCH;
	item->as_written = false;
}

/* Removes the item's value, whose name gets a ghost with what its directory remembers. */
static int remove_value(struct tree *tree, struct item *item)
{
	struct change change = { .kind = CHANGE_REMOVE, .node = item->node };
	struct item *dir = item->parent;
	struct dir *own = item->dir;
	struct ghost *ghost = ghost_add(dir, item_name(item), item->node);

	if (!ghost)
		return -ENOMEM;
	if (commit(tree, &change) < 0) {
		ghost_take(dir, ghost);
		ghost_free(ghost);
		return -ENOMEM;
	}
	if (!own)
		return 0;
	ghost->dir = true;
	ghost->children = own->ghosts;
	ghost->said = own->said;
	own->ghosts = NULL;
	own->said = NULL;
	return 0;
}

int make_ghost(struct tree *tree, struct item *item)
{
	struct dir *own = item->dir;

	if (item->kind == ITEM_KEY && file_keep_bytes(item) < 0)
		return -ENOMEM;
	if (item->node && remove_value(tree, item) < 0)
		return -ENOMEM;
	if (item->kind == ITEM_KEY)
		file_become_scratch(item);
	if (own && item->node) {
		item->node->user = NULL;
		item->node = NULL;
	}
	return 0;
}

int tree_unlink(struct tree *tree, struct item *dir, const char *name)
{
	struct item *item;
	int result = tree_lookup(tree, dir, name, &item);

	if (result == 0)
		result = refuse_if_sealed(tree, dir, name);
	if (result < 0)
		return result;
	if (item->kind == ITEM_CONTROL || item->kind == ITEM_CONTROL_DIR)
		return -EPERM;
	if (item_is_dir(item))
		return -EISDIR;
	if (item->kind == ITEM_TYPES) {
		types_hide(tree, dir);
		return 0;
	}
	if (item->kind == ITEM_KEY && (result = make_ghost(tree, item)) < 0)
		return result;
	item_recount(tree, item); /* who has it open reads what was there: its time stays */
	item_unlink(tree, item);
	item_touch(tree, dir);
	return 0;
}

int tree_rmdir(struct tree *tree, struct item *dir, const char *name)
{
	struct item *item;
	int result = tree_lookup(tree, dir, name, &item);

	if (result == 0)
		result = refuse_if_sealed(tree, dir, name);
	if (result < 0)
		return result;
	if (item->kind == ITEM_CONTROL_DIR)
		return -EPERM;
	if (dir->kind == ITEM_FOLDER)
		return collection_rmdir(tree->collection, item);
	if (item->kind != ITEM_DIR)
		return -ENOTDIR;
	if (!dir_is_empty(tree, item))
		return -ENOTEMPTY;
	result = make_ghost(tree, item);
	if (result < 0)
		return result;
	item_unlink(tree, item);
	item_touch(tree, dir);
	return 0;
}

void make_undo(struct tree *tree, struct item *item)
{
	struct item *dir = item->parent;
	struct ghost *ghost = ghost_find(dir, item_name(item));

	if (ghost && !ghost->dir && text_is_file(ghost->node)) {
		commit_revival(tree, dir, item_name(item), ghost->node);
		item->node = ghost->node;
		item->node->user = item;
		item_follow_node(item);
		item->as_written = false;
		item_forget_content(item);
		ghost_take(dir, ghost);
		ghost_free(ghost);
		item_touch(tree, item);
		return;
	}
	item_unlink(tree, item);
	item_touch(tree, dir);
}
