/*
 * Who may do what in a mount.
 *
 * Into a mount that is not told otherwise (allow_other, allow_root) the kernel lets nobody but the user who made it,
 * with all ids the same, and to that user all modes are open: what must not be written to, the tree itself refuses, as
 * it does to root. So nothing need be judged by mode there (default_permissions), and the kernel need not fetch a
 * folder's mode anew after each entry that was made, renamed or removed in it: one of three to six requests.
 *
 * It then asks us what it would know from the mode:
 *
 *   permission_access      access(2), chdir(2): each time. A file is not there to be run, and ours are only read
 *   permission_ownership   chown(2): nobody gives away what others would have to agree to. It is not kept anyway
 *
 * Where others are let in the kernel judges by owner and mode, as in any file system, and never asks. On other systems
 * than Linux it always does.
 */
#ifndef FUSE_PERMISSION_H
#define FUSE_PERMISSION_H

#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "fs/tree/tree.h"

/* True if a mount with these options of libfuse leaves it to the tree who may do what. */
bool permission_is_ours(const char *const *options, size_t count);

/* 0, or -EACCES: not for who asks. `mask` as in access(2). */
int permission_access(fuse_req_t req, mode_t mode, int mask);

/* Whether who asks may give a file these ids, as far as `to_set` has them. 0 or -EPERM. */
int permission_ownership(fuse_req_t req, const struct tree_attr *attr, const struct stat *ids, int to_set);

#endif
