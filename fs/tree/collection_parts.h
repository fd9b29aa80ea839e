/*
 * What the parts of a collection share, and what the tree's functions call for its folders. Private to this room.
 *
 *   collection.c          the whole: opened, found by number, closed
 *   collection_scan.c     what is in the folder
 *   collection_member.c   one profile: entered, left, opened anew
 *   collection_folder.c   making and removing in folders
 *   collection_save.c     saving, discarding
 *   collection_tell.c     .profilefs
 */
#ifndef TREE_COLLECTION_PARTS_H
#define TREE_COLLECTION_PARTS_H

#include "fs/tree/collection.h"
#include "fs/tree/item.h"

/* A profile that is open, and its tree. It stays where it is. */
struct opened {
	struct member *member; /* NULL: it is not the member's any more, but may be held */
	struct profile profile;
	struct tree *tree;
	uint32_t number;
};

/* A profile of the folder. */
struct member {
	struct collection *collection;
	struct item *item;     /* NULL: it was removed */
	char *path;            /* from the folder */
	mode_t mode;           /* as the folder was read */
	struct timespec mtime;
	struct opened *opened; /* NULL: nobody was in it yet */
	bool fresh;            /* made in this mount */
	bool told;             /* it was said that it cannot be opened */
};

struct collection {
	struct tree *tree;        /* of the folders: number 0 */
	struct profile ground;    /* what that tree shows instead of a profile: nothing */
	struct profile_folder shared;
	struct profile_options options;
	struct tree_surroundings around;
	struct problems *notes;   /* of its opening */
	struct member **members;
	size_t member_count, member_size;
	struct opened **opened;   /* by their trees' numbers, from 1; NULL: a number that is free */
	size_t opened_count;
};

/* --- members ---------------------------------------------------------------------------------------- */

/* A profile's name: *.mobileconfig, and not what macOS leaves beside files on foreign disks. */
bool collection_is_profile_name(const char *name);

/* Adds a profile to a folder. NULL: out of memory. */
struct member *member_add(struct collection *collection, struct item *folder, const char *name);

/* Opens it, if it is not. 0, or -1: `err` says why; nothing was reported. */
int member_open(struct member *member, struct problems *notes, struct error *err);

/* Before and after its file is touched: only a lock is kept open in between. 0, or -1: it is not where it was; that was
 * reported, and is its tree's last error. */
int member_wake(struct member *member);
void member_rest(struct member *member);

/* Closes it again. Only if nobody got an item of it. */
void member_close(struct member *member);

/* Its tree is no longer the profile's, but stays for whoever holds something of it. */
void member_retire(struct member *member);

void members_free(struct collection *collection);

/* What goes wrong anywhere in the folder is its own last error, too. */
void collection_remember(struct collection *collection, const struct error *err);

/* --- folders ---------------------------------------------------------------------------------------- */

/* Adds what is in the folder to `dir`, and in its subfolders. 0 or -1. */
int collection_scan(struct collection *collection, struct item *dir, struct error *err);

/* Opens those profiles that a crash left edits of. 0 or -1. */
int collection_recover(struct collection *collection, struct problems *notes, struct error *err);

/* Adds a subfolder. NULL: out of memory. */
struct item *collection_add_folder(struct collection *collection, struct item *dir, const char *name);

/* Opens the directory that a path from the top is in; `*name` is the rest of it. The descriptor, or -1 with errno. */
int collection_open_dir(const struct collection *collection, const char *path, const char **name);

/* Appends the path of a folder, or of something in it, from the top. */
void collection_add_path(const struct item *folder, const char *name, struct buf *path);

/* --- for the tree ----------------------------------------------------------------------------------- */

/* What the kernel knows an item by: of a profile's root, its entry in the folder. Else the item itself. */
struct item *collection_entry(const struct tree *tree, struct item *item);

struct tree *collection_tree_at(struct collection *collection, uint32_t number);
int collection_enter(struct member *member, struct tree **tree, struct item **dir);
mode_t collection_mode(const struct member *member);
struct timespec collection_mtime(const struct member *member);

int collection_mkdir(struct collection *collection, struct item *dir, const char *name, struct item **item);
int collection_rmdir(struct collection *collection, struct item *item);
/* Removes from the disk those folders that were made in this mount, in and below `folder`, if they are empty. */
void collection_remove_made(struct collection *collection, struct item *folder);
int collection_refuse_rename(struct collection *collection, struct item *dir, const char *name);

int collection_sync(struct collection *collection);
int collection_sync_one(struct opened *opened);
/* Of a profile whose directory is open, or that is not edited: see tree_sync(). */
int tree_sync_awake(struct tree *tree);
int collection_finish(struct collection *collection);
int collection_keep(struct collection *collection);
void collection_discard(struct collection *collection);
size_t collection_unreported(struct collection *collection);

void collection_read_status(struct tree *tree, struct buf *out);
void collection_read_problems(struct tree *tree, struct buf *out);

#endif
