#include "fs/fuse/ops.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "fs/fuse/permission.h"
#include "fs/fuse/reply.h"

/* What statfs(2) says: a plausible size, so that tools which look for room find it. */
#define STATFS_BLOCK 4096
#define STATFS_BLOCKS ((64 << 20) / STATFS_BLOCK)
#define STATFS_FILES (4 << 20)
#define STATFS_NAME_MAX 255

/* What the tree needs is on by default where the kernel has it; said here so that no new default of the
 * library changes it. Never the writeback cache: a refused write would be reported as EIO, or nowhere. */
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
static void want_features(struct fuse_conn_info *conn)
{
	fuse_set_feature_flag(conn, FUSE_CAP_AUTO_INVAL_DATA);
	fuse_set_feature_flag(conn, FUSE_CAP_ATOMIC_O_TRUNC);
	fuse_set_feature_flag(conn, FUSE_CAP_READDIRPLUS);
	fuse_unset_feature_flag(conn, FUSE_CAP_WRITEBACK_CACHE);
}
#else
static void want_features(struct fuse_conn_info *conn)
{
	unsigned wanted = FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_READDIRPLUS;

	conn->want |= wanted & conn->capable;
	conn->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
}
#endif

static void op_init(void *userdata, struct fuse_conn_info *conn)
{
	const struct ops_context *context = userdata;

	want_features(conn);
	if (context->max_read)
		conn->max_read = context->max_read;
}

/* --- names ------------------------------------------------------------------------------------------ */

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct spot dir;
	uint64_t ino;
	int result;

	if (!parent_of(req, parent, name, &dir))
		return;
	result = tree_find(dir.tree, dir.item, name, &ino);
	if (result < 0)
		reply_result(req, result);
	else
		reply_entry(req, dir.tree, ino);
}

static void forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
	struct tree *tree = tree_of(req, ino);

	if (tree)
		tree_forget(tree, ino, count);
}

static void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
	forget(req, ino, count);
	fuse_reply_none(req);
}

static void op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	size_t i;

	for (i = 0; i < count; i++)
		forget(req, forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(req);
}

static void op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
	struct spot dir, entry;
	int result;

	(void)device;
	if (!parent_of(req, parent, name, &dir))
		return;
	forgotten_with_answer(req, parent, FORGETS_KEPT);
	entry.tree = dir.tree;
	result = S_ISREG(mode) ? tree_done(dir.tree, tree_mknod(dir.tree, dir.item, name, mode, &entry.item)) : -EPERM;
	if (result < 0)
		reply_result(req, result);
	else
		reply_entry(req, entry.tree, item_ino(entry.item));
}

static void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct spot dir, entry;
	int result;

	(void)mode;
	if (!parent_of(req, parent, name, &dir))
		return;
	forgotten_with_answer(req, parent, FORGETS_KEPT);
	entry.tree = dir.tree;
	result = tree_done(dir.tree, tree_mkdir(dir.tree, dir.item, name, &entry.item));
	if (result < 0)
		reply_result(req, result);
	else
		reply_entry(req, entry.tree, item_ino(entry.item));
}

static void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	struct spot dir, entry;
	int result;

	if (!parent_of(req, parent, name, &dir))
		return;
	forgotten_with_answer(req, parent, FORGETS_KEPT);
	entry.tree = dir.tree;
	result = tree_done(dir.tree, tree_symlink(dir.tree, dir.item, name, target, &entry.item));
	if (result < 0)
		reply_result(req, result);
	else
		reply_entry(req, entry.tree, item_ino(entry.item));
}

static void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct spot spot;
	const char *target;
	int result;

	if (!spot_of(req, ino, &spot))
		return;
	result = tree_readlink(spot.item, &target);
	if (result < 0)
		reply_result(req, result);
	else
		fuse_reply_readlink(req, target);
}

static void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
	(void)ino;
	(void)parent;
	(void)name;
	fuse_reply_err(req, EPERM);
}

static void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct spot dir;

	if (!parent_of(req, parent, name, &dir))
		return;
	forgotten_with_answer(req, parent, FORGETS_KEPT);
	reply_result(req, tree_done(dir.tree, tree_unlink(dir.tree, dir.item, name)));
}

static void op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct spot dir;

	if (!parent_of(req, parent, name, &dir))
		return;
	forgotten_with_answer(req, parent, FORGETS_KEPT);
	reply_result(req, tree_done(dir.tree, tree_rmdir(dir.tree, dir.item, name)));
}

static void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
		      const char *new_name, unsigned flags)
{
	struct spot from, to;

	if (!parent_of(req, parent, name, &from) || !parent_of(req, new_parent, new_name, &to))
		return;
	forgotten_with_answer(req, parent, FORGETS_KEPT);
	forgotten_with_answer(req, new_parent, FORGETS_KEPT);
	if (from.tree != to.tree)
		reply_result(req, -EXDEV); /* mv(1) copies then */
	else
		reply_result(req, tree_done(from.tree, tree_rename(from.tree, from.item, name, to.item, new_name,
								   flags)));
}

/* --- attributes ------------------------------------------------------------------------------------- */

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct spot spot;

	(void)fi;
	if (spot_of(req, ino, &spot))
		reply_attr(req, &spot);
}

/* Asked where the kernel does not judge by mode itself. */
static void op_access(fuse_req_t req, fuse_ino_t ino, int mask)
{
	struct spot spot;

	if (spot_of(req, ino, &spot))
		reply_result(req, permission_access(req, tree_mode(spot.tree, spot.item), mask));
}

/* 0, or why these ids cannot be given. */
static int check_ownership(fuse_req_t req, const struct spot *spot, const struct stat *st, int to_set)
{
	const struct ops_context *context = fuse_req_userdata(req);
	struct tree_attr attr;

	if (!context->judges || !(to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)))
		return 0;
	tree_getattr(spot->tree, spot->item, &attr);
	return permission_ownership(req, &attr, st, to_set);
}

/* The size is content; mode, owner and times are accepted and not kept. */
static void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set, struct fuse_file_info *fi)
{
	struct spot spot;
	int result;

	if (!spot_of(req, ino, &spot))
		return;
	forgotten_with_answer(req, ino, FORGETS_ALL);
	result = check_ownership(req, &spot, st, to_set);
	if (result == 0 && (to_set & FUSE_SET_ATTR_SIZE))
		result = tree_done(spot.tree, tree_truncate(spot.tree, spot.item, fi ? handle_of(fi) : NULL,
							    st->st_size));
	if (result < 0)
		reply_result(req, result);
	else
		reply_attr(req, &spot);
}

static void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	struct spot spot;
	BUF_AUTO value = BUF_INIT;

	if (spot_of(req, ino, &spot))
		reply_sized(req, tree_getxattr(spot.tree, spot.item, name, &value), &value, size);
}

static void op_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size,
			int flags)
{
	struct spot spot;

	(void)flags;
	if (spot_of(req, ino, &spot))
		reply_result(req, tree_done(spot.tree, tree_setxattr(spot.tree, spot.item, name, value, size)));
}

static void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	struct spot spot;
	BUF_AUTO names = BUF_INIT;

	if (spot_of(req, ino, &spot))
		reply_sized(req, tree_listxattr(spot.tree, spot.item, &names), &names, size);
}

static void op_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name)
{
	struct spot spot;

	if (spot_of(req, ino, &spot))
		reply_result(req, tree_done(spot.tree, tree_removexattr(spot.tree, spot.item, name)));
}

static void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct statvfs fs = {
		.f_bsize = STATFS_BLOCK,
		.f_frsize = STATFS_BLOCK,
		.f_blocks = STATFS_BLOCKS,
		.f_bfree = STATFS_BLOCKS,
		.f_bavail = STATFS_BLOCKS,
		.f_files = STATFS_FILES,
		.f_ffree = STATFS_FILES,
		.f_favail = STATFS_FILES,
		.f_namemax = STATFS_NAME_MAX,
	};

	(void)ino;
	fuse_reply_statfs(req, &fs);
}

/* --- content ---------------------------------------------------------------------------------------- */

static void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
		      struct fuse_file_info *fi)
{
	struct spot dir, entry;
	struct handle *handle;
	int result;

	(void)mode;
	if (!parent_of(req, parent, name, &dir))
		return;
	forgotten_with_answer(req, parent, FORGETS_KEPT);
	entry.tree = dir.tree;
	result = tree_create(dir.tree, dir.item, name, fi->flags, &entry.item, &handle);
	if (result < 0)
		reply_result(req, result);
	else
		reply_create(req, &entry, handle, fi);
}

/* The kernel takes a file that is opened with O_TRUNC for changed, if it could be opened. */
static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct spot spot;
	struct handle *handle;
	int result;

	if (!spot_of(req, ino, &spot))
		return;
	if (fi->flags & O_TRUNC)
		forgotten_with_answer(req, ino, FORGETS_ALL);
	result = tree_open(spot.tree, spot.item, fi->flags, &handle);
	if (result < 0)
		reply_result(req, result);
	else
		reply_open(req, &spot, handle, fi);
}

static void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	BUF_AUTO bytes = BUF_INIT;

	reply_bytes(req, tree_read(tree_of(req, ino), handle_of(fi), size, offset, &bytes), &bytes);
}

static void op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t offset,
		     struct fuse_file_info *fi)
{
	int result = tree_done(tree_of(req, ino), tree_write(tree_of(req, ino), handle_of(fi), bytes, size, offset));

	if (result < 0)
		reply_result(req, result);
	else
		fuse_reply_write(req, size);
}

static void op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	reply_result(req, tree_done(tree_of(req, ino), tree_flush(tree_of(req, ino), handle_of(fi))));
}

static void op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
	(void)datasync;
	reply_result(req, tree_done_for_good(tree_of(req, ino), tree_fsync(tree_of(req, ino), handle_of(fi))));
}

static void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct tree *tree = tree_of(req, ino);

	tree_release(tree, handle_of(fi));
	tree_done(tree, 0);
	fuse_reply_err(req, 0);
}

const struct fuse_lowlevel_ops driver_ops = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.forget_multi = op_forget_multi,
	.mknod = op_mknod,
	.mkdir = op_mkdir,
	.symlink = op_symlink,
	.readlink = op_readlink,
	.link = op_link,
	.unlink = op_unlink,
	.rmdir = op_rmdir,
	.rename = op_rename,
	.access = op_access,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.getxattr = op_getxattr,
	.setxattr = op_setxattr,
	.listxattr = op_listxattr,
	.removexattr = op_removexattr,
	.statfs = op_statfs,
	.create = op_create,
	.open = op_open,
	.read = op_read,
	.write = op_write,
	.flush = op_flush,
	.fsync = op_fsync,
	.release = op_release,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
	.releasedir = op_releasedir,
	.fsyncdir = op_fsyncdir,
};
