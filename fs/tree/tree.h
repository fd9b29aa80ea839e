/*
 * The profile as files: what the mount, explode and implode share. No FUSE here.
 *
 * A `tree` holds open profiles (one now; the inode table knows of several) and an inode table of `item`s.
 * An item is what an inode is: a directory, the file of a key, a scratch file, a link, or one of ours under
 * .profilefs. Inode numbers only grow and are never used again, so they need no generation.
 *
 * Lifetime: an item lives as long as it is linked in a directory, open, or held. tree_hold() is what a
 * driver does for every lookup count it gives out, tree_forget() what it does when the kernel forgets. Most files of a
 * large dict have a number alone, until somebody opens or changes them (latent.h).
 * tree_free() frees everything, held or not.
 *
 * Every operation returns 0 or a negative errno, as the system call of its name would fail; the reason in
 * words is then tree_last_error(), the attribute user.profilefs.error of the item, and was given to
 * `report`. One thread at a time.
 *
 * Reading and writing follow the design's section 4: what is written is staged in the item, seen by every
 * reader at once, judged by prefix at write and as a whole at flush, and either committed or dropped, when
 * the last good value is back.
 */
#ifndef TREE_TREE_H
#define TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "fs/tree/profile.h"
#include "fs/tree/save.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"

struct tree;
struct item;
struct handle;

/* What a tree tells and asks its surroundings. Every function may be NULL. */
struct tree_surroundings {
	/* The time; NULL: the real clock. */
	struct timespec (*now)(void *context);
	/* Attributes of an inode changed that `holder` was given (asker(), or HOLDERS_MANY): the kernel must not keep
	 * them. Called inside operations: a driver may answer with notify_inval_inode(ino, -1, 0), no more. True:
	 * nobody has them any more; false: `holder` forgets them when it hears that the operation succeeded. */
	bool (*attributes_changed)(void *context, uint64_t ino, uint32_t holder);
	/* Who is given what is given now: somebody who does one thing after the other, as a thread. 0, or NULL: nobody
	 * knows. */
	uint32_t (*asker)(void *context);
	/* Who asked for what is done now: a number that one process keeps. 0, or NULL: nobody knows. */
	uint64_t (*caller)(void *context);
	/* A refusal or note, as it happens: stderr of a foreground mount. */
	void (*report)(void *context, const struct error *problem);
	void *context;
};

/* More than one asker, or nobody knows who. */
#define HOLDERS_MANY UINT32_MAX

/* Inode number of the root, as FUSE has it. */
#define TREE_ROOT_INO 1

/* A tree that shows `profile` (borrowed, must outlive the tree). NULL: out of memory. */
struct tree *tree_new(struct profile *profile, const struct tree_surroundings *surroundings);
void tree_free(struct tree *tree);

/* --- inodes ----------------------------------------------------------------------------------------- */

/* The tree that an inode number is from: `mounted` itself, or that of one of its profiles (collection.h). NULL: none.
 */
struct tree *tree_at(struct tree *mounted, uint64_t ino);

/* Whoever looks into a directory: a profile of a collection is opened then, and `tree` and `dir` become its own. All
 * other directories stay what they are. 0, or -errno: it cannot be opened; the reason was reported. */
int tree_enter(struct tree **tree, struct item **dir);

/* True for the directory that shows a whole profile, or the folder that is mounted. */
bool tree_is_root(const struct tree *tree, const struct item *item);

/* The item of an inode number that was given out and not forgotten, which may have to be made; NULL: none, or no memory
 * for it. */
struct item *tree_item(struct tree *tree, uint64_t ino);
uint64_t item_ino(const struct item *item);

/* What it is: S_IFDIR, S_IFREG or S_IFLNK. */
mode_t item_format(const struct item *item);

void tree_hold(struct tree *tree, uint64_t ino);
void tree_drop(struct tree *tree, uint64_t ino, uint64_t count);

/* tree_drop() for what the kernel says that it forgets. It says so as well when it had no memory for what was just
 * made: then it did not hear that this succeeded, and still has the attributes of the directory. */
void tree_forget(struct tree *tree, uint64_t ino, uint64_t count);

struct tree_attr {
	uint64_t ino;
	mode_t mode;           /* type and permissions */
	unsigned nlink;
	uid_t uid;
	gid_t gid;
	uint64_t size;
	struct timespec mtime; /* strictly later at every change of content */
	struct timespec ctime;
	bool attr_volatile;    /* made on demand: attributes must not be cached */
	bool entry_volatile;   /* made, but not committed: the name must not be cached */
	bool direct;           /* one of .profilefs: no caching at all, size unknown before reading */
};

/* Its mode alone, which nobody keeps. */
mode_t tree_mode(const struct tree *tree, const struct item *item);

/* Whoever asks may keep what is not volatile until attributes_changed() says that it has changed. */
void tree_getattr(struct tree *tree, struct item *item, struct tree_attr *attr);

/* The same of an inode number that tree_find() or a listing gave: its item need not be made for it. */
void tree_attr(struct tree *tree, uint64_t ino, struct tree_attr *attr);

/* --- names ------------------------------------------------------------------------------------------ */

/* All take a directory item and a name of any bytes. A returned item is not held. */
int tree_lookup(struct tree *tree, struct item *dir, const char *name, struct item **item);
/* The same for who wants no more than to hold it and its attributes: its inode number. */
int tree_find(struct tree *tree, struct item *dir, const char *name, uint64_t *ino);
int tree_create(struct tree *tree, struct item *dir, const char *name, int flags, struct item **item,
		struct handle **handle);
int tree_mknod(struct tree *tree, struct item *dir, const char *name, mode_t mode, struct item **item);
int tree_mkdir(struct tree *tree, struct item *dir, const char *name, struct item **item);
int tree_symlink(struct tree *tree, struct item *dir, const char *name, const char *target, struct item **item);
int tree_readlink(const struct item *item, const char **target);
int tree_unlink(struct tree *tree, struct item *dir, const char *name);
int tree_rmdir(struct tree *tree, struct item *dir, const char *name);

/* `flags`: RENAME_NOREPLACE, RENAME_EXCHANGE (renameat2(2)). */
int tree_rename(struct tree *tree, struct item *from_dir, const char *from, struct item *to_dir, const char *to,
		unsigned flags);

/* A directory's entries at one moment, in document order (.types first), without . and .. */
struct listing;
struct listed {
	const char *name;      /* the entry's own: good until the tree is changed */
	uint64_t ino;          /* tree_item() has more of it */
	mode_t format;         /* item_format() */
};
int tree_list(struct tree *tree, struct item *dir, struct listing **listing);
/* The `position`th entry (from 0) that is still there, at or after `*position`, which is set to that
 * entry's position. False: no more. */
bool listing_at(const struct listing *listing, size_t *position, struct listed *listed);
void listing_free(struct listing *listing);

/* To be asked when a directory is opened: true if its last listing, if there was one, and the next are good as long as
 * its time stays. */
bool tree_listing_stays(struct tree *tree, struct item *dir);

/* --- content ---------------------------------------------------------------------------------------- */

/* `flags` as open(2): access mode, O_TRUNC, O_APPEND count. */
int tree_open(struct tree *tree, struct item *item, int flags, struct handle **handle);
/* Reads into `out` (appends). */
int tree_read(struct tree *tree, struct handle *handle, size_t size, off_t offset, struct buf *out);
/* Writes all of `size` or nothing. */
int tree_write(struct tree *tree, struct handle *handle, const void *bytes, size_t size, off_t offset);
/* `handle`: the open file it was asked through, or NULL. */
int tree_truncate(struct tree *tree, struct item *item, struct handle *handle, off_t size);
int tree_flush(struct tree *tree, struct handle *handle);
int tree_fsync(struct tree *tree, struct handle *handle);
void tree_release(struct tree *tree, struct handle *handle);
/* True if the handle was opened for writing: such handles go past the kernel's page cache. */
bool handle_writes(const struct handle *handle);
/* True if the handle reads something made when it was opened (.profilefs). */
bool handle_direct(const struct handle *handle);

/* --- attributes ------------------------------------------------------------------------------------- */

/* Appends the value of an extended attribute. -ENODATA, or -EOPNOTSUPP for name spaces that are not ours. */
int tree_getxattr(struct tree *tree, struct item *item, const char *name, struct buf *value);
int tree_setxattr(struct tree *tree, struct item *item, const char *name, const void *value, size_t size);
int tree_removexattr(struct tree *tree, struct item *item, const char *name);
/* Appends names, each with its NUL. */
int tree_listxattr(struct tree *tree, struct item *item, struct buf *names);

/* --- the whole -------------------------------------------------------------------------------------- */

/* Ends an operation that may have changed something, before it is answered: what it committed is in the journal then
 * (recovery.h), so that it outlives the process; for good: it is on the disk. `result`, or -errno if it was 0 and the
 * journal cannot be written: what was done is done, and is written with the next operation. */
int tree_done(struct tree *tree, int result);
int tree_done_for_good(struct tree *tree, int result);

/* Saves now, or fails and writes nothing (fsync of the root): 0, -EINVAL, -ESTALE, -EIO. */
int tree_sync(struct tree *tree);

/* Saves as an unmount does: what cannot be saved is kept beside the profile. Notes, dropped scratch files
 * and refusals that nobody could have seen go to `report`. 0: all is saved; 1: something was not. */
int tree_finish(struct tree *tree);

/* Saves nothing and keeps what was edited beside the profile, for who cannot say any more what to do with it. 0, or -1:
 * it could not be kept, the reason was reported. */
int tree_keep(struct tree *tree);

/* Refusals that no system call reported and that were not made good since: how many (design, 4.10). They
 * are also given to `report` again. */
size_t tree_unreported(struct tree *tree);

/* Drops everything staged and every change since the last save: what `exec` does after a failed command. */
void tree_discard(struct tree *tree);

/* The reason of the last failure; code 0: none yet. */
const struct error *tree_last_error(const struct tree *tree);

/* What .profilefs/status says of the surroundings, for the driver to set: the mount point and process. */
void tree_set_mount(struct tree *tree, const char *mountpoint, pid_t pid);

#endif
