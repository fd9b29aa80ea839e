#include "fs/fuse/reply.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/fuse/ops.h"

/* Seconds: as good as for ever. */
#define FOR_EVER 1e9

#define NAME_BYTES_MAX 255
#define BLOCK_SIZE 4096
#define STAT_BLOCK 512

static struct tree *mounted_of(fuse_req_t req)
{
	const struct ops_context *context = fuse_req_userdata(req);

	return context->tree;
}

struct tree *tree_of(fuse_req_t req, fuse_ino_t ino)
{
	return tree_at(mounted_of(req), ino);
}

bool spot_of(fuse_req_t req, fuse_ino_t ino, struct spot *spot)
{
	struct ops_context *context = fuse_req_userdata(req);

	context->caller = fuse_req_ctx(req)->pid;
	context->attributes.asker = (uint32_t)context->caller;
	spot->tree = tree_of(req, ino);
	spot->item = spot->tree ? tree_item(spot->tree, ino) : NULL;
	if (spot->item)
		return true;
	fuse_reply_err(req, ESTALE);
	return false;
}

bool dir_of(fuse_req_t req, fuse_ino_t ino, struct spot *dir)
{
	int result;

	if (!spot_of(req, ino, dir))
		return false;
	result = tree_enter(&dir->tree, &dir->item);
	if (result == 0)
		return true;
	fuse_reply_err(req, -result);
	return false;
}

bool parent_of(fuse_req_t req, fuse_ino_t parent, const char *name, struct spot *dir)
{
	if (strlen(name) <= NAME_BYTES_MAX)
		return dir_of(req, parent, dir);
	fuse_reply_err(req, ENAMETOOLONG);
	return false;
}

/* To be asked for before the answer, which ends the request. */
static struct attributes *attributes_of(fuse_req_t req)
{
	struct ops_context *context = fuse_req_userdata(req);

	return &context->attributes;
}

void forgotten_with_answer(fuse_req_t req, fuse_ino_t ino, enum forgetting how)
{
	attributes_forgotten(attributes_of(req), ino, how);
}

struct handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct handle *)(uintptr_t)fi->fh;
}

static void fill_stat(const struct tree_attr *attr, struct stat *st)
{
	*st = (struct stat){
		.st_ino = attr->ino,
		.st_mode = attr->mode,
		.st_nlink = attr->nlink,
		.st_uid = attr->uid,
		.st_gid = attr->gid,
		.st_size = (off_t)attr->size,
		.st_blksize = BLOCK_SIZE,
		.st_blocks = (blkcnt_t)((attr->size + STAT_BLOCK - 1) / STAT_BLOCK),
		.st_atim = attr->mtime,
		.st_mtim = attr->mtime,
		.st_ctim = attr->ctime,
	};
}

static double attr_timeout(const struct tree_attr *attr)
{
	return attr->attr_volatile || attr->direct ? 0 : FOR_EVER;
}

static double entry_timeout(const struct tree_attr *attr)
{
	return attr->entry_volatile || attr->direct ? 0 : FOR_EVER;
}

void fill_entry(const struct tree_attr *attr, struct fuse_entry_param *entry)
{
	*entry = (struct fuse_entry_param){
		.ino = attr->ino,
		.attr_timeout = attr_timeout(attr),
		.entry_timeout = entry_timeout(attr),
	};
	fill_stat(attr, &entry->attr);
}

/* With its lookup count taken. */
static void hold_entry(struct tree *tree, uint64_t ino, struct fuse_entry_param *entry)
{
	struct tree_attr attr;

	tree_attr(tree, ino, &attr);
	fill_entry(&attr, entry);
	tree_hold(tree, ino);
}

void reply_result(fuse_req_t req, int result)
{
	struct attributes *attributes = attributes_of(req);

	if (result < 0)
		attributes_failed(attributes);
	attributes_answered(attributes, fuse_reply_err(req, -result));
}

void reply_attr(fuse_req_t req, const struct spot *spot)
{
	struct attributes *attributes = attributes_of(req);
	struct tree_attr attr;
	struct stat st;

	tree_getattr(spot->tree, spot->item, &attr);
	fill_stat(&attr, &st);
	attributes_answered(attributes, fuse_reply_attr(req, &st, attr_timeout(&attr)));
}

void reply_entry(fuse_req_t req, struct tree *tree, uint64_t ino)
{
	struct attributes *attributes = attributes_of(req);
	struct fuse_entry_param entry;

	hold_entry(tree, ino, &entry);
	if (attributes_answered(attributes, fuse_reply_entry(req, &entry)) == -ENOENT)
		tree_drop(tree, ino, 1);
}

/* Writing goes past the page cache, so that nobody sees bytes that may yet be refused; what is made on
 * demand does too. Any other reader may keep what the kernel has, for mtime tells it when that is old, and
 * need not tell us that it closes. */
static void set_caching(const struct handle *handle, struct fuse_file_info *fi)
{
	fi->direct_io = handle_writes(handle) || handle_direct(handle);
	if (fi->direct_io || (fi->flags & O_ACCMODE) != O_RDONLY)
		return;
	fi->keep_cache = 1;
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 11)
	fi->noflush = 1;
#endif
}

void reply_open(fuse_req_t req, const struct spot *spot, struct handle *handle, struct fuse_file_info *fi)
{
	struct attributes *attributes = attributes_of(req);

	fi->fh = (uintptr_t)handle;
	set_caching(handle, fi);
	if (attributes_answered(attributes, fuse_reply_open(req, fi)) == -ENOENT)
		tree_release(spot->tree, handle);
}

void reply_create(fuse_req_t req, const struct spot *spot, struct handle *handle, struct fuse_file_info *fi)
{
	struct attributes *attributes = attributes_of(req);
	const uint64_t ino = item_ino(spot->item);
	struct fuse_entry_param entry;

	hold_entry(spot->tree, ino, &entry);
	fi->fh = (uintptr_t)handle;
	set_caching(handle, fi);
	if (attributes_answered(attributes, fuse_reply_create(req, &entry, fi)) == -ENOENT) {
		tree_release(spot->tree, handle);
		tree_drop(spot->tree, ino, 1);
	}
}

void reply_bytes(fuse_req_t req, int result, const struct buf *bytes)
{
	if (result == 0 && !buf_ok(bytes))
		result = -ENOMEM;
	if (result < 0)
		fuse_reply_err(req, -result);
	else
		fuse_reply_buf(req, bytes->data, bytes->len);
}

void reply_sized(fuse_req_t req, int result, const struct buf *bytes, size_t size)
{
	if (result == 0 && buf_ok(bytes) && size == 0)
		fuse_reply_xattr(req, bytes->len);
	else if (result == 0 && bytes->len > size)
		fuse_reply_err(req, ERANGE);
	else
		reply_bytes(req, result, bytes);
}
