/*
 * Answers: what the tree says, as the kernel wants it, with how long it may be cached.
 *
 * Every function sends exactly one answer. A lookup count is given with each entry (tree_hold()), and taken
 * back when the answer did not arrive because its caller was interrupted.
 *
 * Caching: attributes and names are good for ever, for nothing changes but through this kernel. Except:
 * names of what is not committed yet (entry_volatile), and everything about the files that are made on demand
 * (attr_volatile, direct). The kernel asks again for the attributes of what it writes to or truncates; of other
 * changes it is told, or forgets them by itself (attributes.h). A name that is not there is never cached. Listings are,
 * as long as the directory's time stays (tree_listing_stays()).
 */
#ifndef FUSE_REPLY_H
#define FUSE_REPLY_H

#include <fuse_lowlevel.h>
#include <stdbool.h>

#include "fs/fuse/attributes.h"
#include "fs/tree/tree.h"
#include "plist/base/buf.h"

/* What an inode number stands for: an item, and the tree that it is in. */
struct spot {
	struct tree *tree;
	struct item *item;
};

/* The tree that an inode number of an open file is in. */
struct tree *tree_of(fuse_req_t req, fuse_ino_t ino);

/* Each finds a spot. False: the request has been answered (ESTALE, ENAMETOOLONG, or why it cannot be entered). */
bool spot_of(fuse_req_t req, fuse_ino_t ino, struct spot *spot);
/* A directory, to be looked into: see tree_enter(). */
bool dir_of(fuse_req_t req, fuse_ino_t ino, struct spot *dir);
/* The directory in which `name` shall be found or made. */
bool parent_of(fuse_req_t req, fuse_ino_t parent, const char *name, struct spot *dir);

/* The kernel forgets the attributes of `ino` by itself when it hears that the request succeeded. */
void forgotten_with_answer(fuse_req_t req, fuse_ino_t ino, enum forgetting how);

struct handle *handle_of(const struct fuse_file_info *fi);

/* An entry of these attributes. */
void fill_entry(const struct tree_attr *attr, struct fuse_entry_param *entry);

/* `result`: 0 or a negative errno. */
void reply_result(fuse_req_t req, int result);
void reply_attr(fuse_req_t req, const struct spot *spot);
void reply_entry(fuse_req_t req, struct tree *tree, uint64_t ino);
/* Both release `handle` when the answer did not arrive. */
void reply_open(fuse_req_t req, const struct spot *spot, struct handle *handle, struct fuse_file_info *fi);
void reply_create(fuse_req_t req, const struct spot *spot, struct handle *handle, struct fuse_file_info *fi);
/* Bytes that were read; a negative `result` instead. */
void reply_bytes(fuse_req_t req, int result, const struct buf *bytes);
/* An attribute or a list of them: with `size` 0 its length is asked for. */
void reply_sized(fuse_req_t req, int result, const struct buf *bytes, size_t size);

#endif
