/*
 * The low-level operations, one small function each: what the kernel asks, handed to the tree, and its
 * answer handed back.
 */
#ifndef FUSE_OPS_H
#define FUSE_OPS_H

#include <fuse_lowlevel.h>
#include <stdbool.h>

#include "fs/fuse/attributes.h"

struct tree;
struct directory;

/* Their user data. */
struct ops_context {
	struct tree *tree; /* what is mounted */
	struct directory *directories; /* the open ones: an unmount lets many a RELEASEDIR never arrive */
	pid_t caller; /* the thread whose request was looked at last */
	struct attributes attributes;
	unsigned max_read; /* as the mount option max_read, or 0: libfuse insists on hearing it twice */
	bool judges; /* who may do what is not left to the kernel (permission.h) */
};

extern const struct fuse_lowlevel_ops driver_ops;

/* Closes what the kernel did not. The tree must still be there. */
void ops_context_free(struct ops_context *context);

/* Directories (fs/fuse/readdir.c). The file handle is a `struct directory`. */
void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);
void op_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);
void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_fsyncdir(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi);

#endif
