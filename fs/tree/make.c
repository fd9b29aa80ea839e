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

/* Of an array's directory: another spelling of the number is the same name. */
static int check_array_name(struct tree *tree, struct buf *room, struct entry *entry)
{
	uint32_t index;

	if (!name_to_index(entry->name, &index))
		return refuse_text(tree, entry->dir, entry->name, EINVAL,
				   "the elements of an array are named by numbers: 00, 01, ...; any free number does");
	name_from_index(index, room);
	if (!buf_ok(room))
		return -ENOMEM;
	if (strcmp(buf_text(room), entry->name) != 0)
		*entry = entry_of(entry->dir, buf_text(room));
	return 0;
}

static int refuse_not_text(struct tree *tree, struct item *dir, const char *name)
{
	return refuse_text(tree, dir, name, EINVAL,
			   "a profile cannot hold this name: it must be UTF-8, without control characters");
}

static int check_dict_name(struct tree *tree, const struct entry *entry)
{
	BUF_AUTO room = BUF_INIT;
	const struct node *node;
	struct key key;

	if (entry_key(entry, &room, &key) < 0)
		return refuse_text(tree, entry->dir, entry->name, EINVAL,
				   "no key is spelled so: '%%' begins an escape (%%2F is '/', %%25 is '%%'), and only "
				   "what needs one is escaped");
	if (!entry->ghost && !value_is_text(key.bytes, key.len))
		return refuse_not_text(tree, entry->dir, entry->name);
	if (key.bytes == entry->name && !name_is_cut(entry->name))
		return 0; /* a key that is spelled as it is has no other name */
	node = node_find(entry->dir->node, key.bytes, key.len);
	if (node && node->user && node_item(node) != entry->shown)
		return refuse_text(tree, entry->dir, entry->name, EINVAL, "this key is there under another name");
	return buf_ok(&room) ? 0 : -ENOMEM;
}

static int check_payload_name(struct tree *tree, struct item *dir, const char *name)
{
	BUF_AUTO type = BUF_INIT;

	if (name_to_payload_type(name, &type) < 0 || type.len == 0)
		return refuse_text(tree, dir, name, EINVAL,
				   "a payload's directory is named by its PayloadType, with .2, .3, ... when there are "
				   "several");
	if (!value_is_text(buf_text(&type), type.len))
		return refuse_not_text(tree, dir, name);
	return buf_ok(&type) ? 0 : -ENOMEM;
}

static int check_key_name(struct tree *tree, struct buf *room, struct entry *entry)
{
	switch (entry->dir->dir->shape) {
	case SHAPE_ARRAY:
		return check_array_name(tree, room, entry);
	case SHAPE_DICT:
		return check_dict_name(tree, entry);
	case SHAPE_PAYLOADS:
		return check_payload_name(tree, entry->dir, entry->name);
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
	return dir_open_up(tree, dir);
}

/* The same of a name that was found in a directory that can take one. */
static int check_found(struct tree *tree, struct buf *room, struct entry *entry, enum entry_kind *kind)
{
	static const enum entry_kind kinds[] = {
		[NAME_KEY] = ENTRY_KEY,
		[NAME_SCRATCH] = ENTRY_SCRATCH,
		[NAME_TYPES] = ENTRY_TYPES,
	};
	int result = 0;

	*kind = kinds[name_kind(entry->name)];
	if (*kind == ENTRY_KEY)
		result = mark_check_place(tree, entry);
	if (*kind == ENTRY_KEY && result == 0)
		result = check_key_name(tree, room, entry);
	return result;
}

int make_check(struct tree *tree, struct item *dir, const char *name, struct buf *room, struct entry *entry,
	       enum entry_kind *kind)
{
	int result = check_dir(tree, dir, name);

	if (result < 0)
		return result;
	*entry = entry_of(dir, name);
	return check_found(tree, room, entry, kind);
}

int make_check_known(struct tree *tree, const struct entry *entry)
{
	struct error err;

	if (entry->shown || entry->ghost || allowed_check_name(tree, entry, &err) == 0)
		return 0;
	return refuse(tree, entry->dir, entry->name, &err, EINVAL);
}

/* A file item under a name that is free. */
static int make_file(struct tree *tree, const struct entry *entry, enum item_kind kind, struct item **out)
{
	struct item *before = kind == ITEM_KEY ? entry_place(entry) : NULL;
	int result = kind == ITEM_KEY ? 0 : scratch_room(tree, entry->dir, entry->name, 0);
	struct item *item;

	if (result < 0)
		return result;
	item = item_new(tree, kind);
	if (!item)
		return -ENOMEM;
	result = item_link_hashed(entry->dir, before, entry->name, entry->hash, item);
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
	item_touch(tree, entry->dir);
	*out = item;
	return 0;
}

/* True if the name is known to be a key's: one that was there, that the schema has, or a number in an array. */
static bool is_known_name(struct tree *tree, const struct entry *entry)
{
	uint32_t index;

	if (entry->dir->dir->shape == SHAPE_ARRAY)
		return name_to_index(entry->name, &index);
	return entry->ghost || allowed_is_declared(tree, entry);
}

/* The mkstemp idiom, sedXXXXXX: a file opened for reading and writing that must not be there, under a name
 * that is no key. */
static bool is_temporary(struct tree *tree, const struct entry *entry, int flags)
{
	return (flags & O_ACCMODE) == O_RDWR && (flags & O_EXCL) && name_kind(entry->name) == NAME_KEY &&
	       !is_known_name(tree, entry);
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
	BUF_AUTO room = BUF_INIT;
	struct entry entry;
	enum entry_kind kind;
	int result = check_dir(tree, dir, name);

	if (result < 0)
		return result;
	entry = entry_of(dir, name);
	if (is_temporary(tree, &entry, flags))
		return make_file(tree, &entry, ITEM_SCRATCH, item);
	result = check_found(tree, &room, &entry, &kind);
	if (result < 0)
		return result;
	if (kind == ENTRY_TYPES)
		return types_make(tree, dir, item);
	if (kind == ENTRY_SCRATCH)
		return make_file(tree, &entry, ITEM_SCRATCH, item);
	if (dir->dir->shape == SHAPE_PAYLOADS && !is_shown_as_file(tree, entry.name))
		return refuse_text(tree, dir, name, EINVAL, "a payload is a directory: make it with mkdir");
	if (!is_redirection(flags) && (result = make_check_known(tree, &entry)) < 0)
		return result;
	return make_file(tree, &entry, ITEM_KEY, item);
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
	BUF_AUTO room = BUF_INIT;
	struct entry entry;
	enum entry_kind kind;
	struct item *item;
	int result = tree_lookup(tree, dir, name, &item);

	if (result == 0)
		return -EEXIST;
	if (result == -ENOENT)
		result = make_check(tree, dir, name, &room, &entry, &kind);
	if (result < 0)
		return result;
	if (kind == ENTRY_TYPES)
		return -EPERM;
	result = make_file(tree, &entry, ITEM_LINK, &item);
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
static enum node_type make_dir_type(struct tree *tree, const struct entry *entry)
{
	enum node_type type;
	struct error ignored;

	allowed_container(tree, entry, &type, &ignored);
	if (type != NODE_TYPE_COUNT)
		return type;
	return !entry->dir->parent && strcmp(entry->name, "PayloadContent") == 0 ? NODE_ARRAY : NODE_DICT;
}

static enum node_type new_dir_type(struct tree *tree, const struct entry *entry)
{
	const struct said *said = entry->said;
	struct error ignored;

	if (said && (said->type == NODE_DICT || said->type == NODE_ARRAY) &&
	    allowed_check_said(tree, entry, said, &ignored) == 0)
		return said->type;
	return make_dir_type(tree, entry);
}

/* The directory of a removed container is back, empty, with the memory of what was in it. */
static int revive_dir(struct tree *tree, const struct entry *entry, struct item **out)
{
	struct item *item = item_new(tree, ITEM_DIR), *dir = entry->dir;
	struct ghost *ghost = entry->ghost;
	int result;

	if (!item)
		return -ENOMEM;
	result = dir_make(item, ghost->node, dir_shape_of(dir, ghost->node));
	if (result == 0)
		result = item_link_hashed(dir, entry_place(entry), entry->name, entry->hash, item);
	if (result < 0) {
		item_settle(tree, item);
		return result;
	}
	result = commit_revival(tree, dir, entry->name, ghost->node);
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

static int insert_dir(struct tree *tree, const struct entry *entry, struct item **out)
{
	BUF_AUTO room = BUF_INIT;
	struct item *before = entry_place(entry);
	struct change change = { .kind = CHANGE_INSERT };
	int result = commit_under(entry, &change, &room);

	if (result == 0)
		result = census_room(tree, entry->dir, entry->name, 1);
	if (result < 0)
		return result;
	change.node = node_new(new_dir_type(tree, entry));
	if (!change.node)
		return -ENOMEM;
	if (commit(tree, &change) < 0) {
		node_free(change.node);
		return -ENOMEM;
	}
	result = dir_show_dir(tree, entry->dir, before, entry->name, change.node, out);
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

static bool is_removed_dir(const struct entry *entry)
{
	return entry->ghost && entry->ghost->dir;
}

/* What must hold of a new directory beyond its name. */
static int check_new_dir(struct tree *tree, const struct entry *entry, enum entry_kind kind)
{
	struct item *dir = entry->dir;
	const char *name = entry->name;
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
	result = make_check_known(tree, entry);
	if (result < 0 || is_removed_dir(entry) || allowed_container(tree, entry, &type, &err) == 0)
		return result;
	return refuse(tree, dir, name, &err, EINVAL);
}

int tree_mkdir(struct tree *tree, struct item *dir, const char *name, struct item **item)
{
	BUF_AUTO room = BUF_INIT;
	struct entry entry;
	enum entry_kind kind;
	int result = tree_lookup(tree, dir, name, item);

	if (result == 0)
		return -EEXIST;
	if (dir->kind == ITEM_FOLDER)
		return result == -ENOENT ? collection_mkdir(tree->collection, dir, name, item) : result;
	if (result == -ENOENT)
		result = make_check(tree, dir, name, &room, &entry, &kind);
	if (result == 0)
		result = check_new_dir(tree, &entry, kind);
	if (result < 0)
		return result;
	result = is_removed_dir(&entry) ? revive_dir(tree, &entry, item) : insert_dir(tree, &entry, item);
	if (result == 0 && dir->dir->shape == SHAPE_PAYLOADS && (*item)->node->type == NODE_DICT)
		result = commit_payload_name(tree, *item, entry.name);
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
	if (bytes == made.data) {
		buf_free(&item->rare->content);
		item->rare->content = made;
		made = BUF_INIT;
		return 0;
	}
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
