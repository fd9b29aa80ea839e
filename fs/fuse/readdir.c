/*
 * Directories: opened, listed, closed.
 *
 * Offsets, as the kernel hands them back: 0 is ".", 1 is "..", and 2 + P is the entry at position P of the
 * listing. Reading from offset 0 makes a new listing (rewinddir(3) shows what is new); every other offset
 * goes on in the one that is there, so that what is added or removed meanwhile moves nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/fuse/ops.h"
#include "fs/fuse/reply.h"
#include "fs/fuse/signals.h"

#define DOT 0
#define DOT_DOT 1
#define FIRST_ENTRY 2

struct directory {
	struct directory *prev, *next; /* in the list of those that are open */
	struct tree *tree;             /* that `listing` is of */
	struct listing *listing;       /* NULL: not read yet */
};

static struct directory *directory_of(const struct fuse_file_info *fi)
{
	return (struct directory *)(uintptr_t)fi->fh;
}

static struct directory *open_directory(struct ops_context *context)
{
	struct directory *directory = calloc(1, sizeof(*directory));

	if (!directory)
		return NULL;
	directory->next = context->directories;
	if (directory->next)
		directory->next->prev = directory;
	context->directories = directory;
	return directory;
}

static void close_directory(struct ops_context *context, struct directory *directory)
{
	if (directory->prev)
		directory->prev->next = directory->next;
	else
		context->directories = directory->next;
	if (directory->next)
		directory->next->prev = directory->prev;
	if (directory->listing)
		listing_free(directory->listing);
	free(directory);
}

void ops_context_free(struct ops_context *context)
{
	while (context->directories)
		close_directory(context, context->directories);
}

void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct ops_context *context = fuse_req_userdata(req);
	struct directory *directory;
	struct spot dir;

	if (!dir_of(req, ino, &dir))
		return;
	directory = open_directory(context);
	if (!directory) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	fi->fh = (uintptr_t)directory;
	/* The kernel looks at the time of the last change before it shows what it has. */
	fi->cache_readdir = fi->keep_cache = tree_listing_stays(dir.tree, dir.item);
	if (fuse_reply_open(req, fi) == -ENOENT)
		close_directory(context, directory);
}

/* An answer that is being filled with entries. */
struct page {
	fuse_req_t req;
	struct tree *tree;
	char *bytes;
	size_t used;
	size_t size;
	bool plus;
};

/* Both add one entry, whose successor is at `next`, if there is room. */
static bool add_plain(struct page *page, const char *name, const struct stat *st, off_t next)
{
	size_t room = page->size - page->used;
	size_t wanted = fuse_add_direntry(page->req, page->bytes + page->used, room, name, st, next);

	if (wanted > room)
		return false;
	page->used += wanted;
	return true;
}

static bool add_plus(struct page *page, const char *name, const struct fuse_entry_param *entry, off_t next)
{
	size_t room = page->size - page->used;
	size_t wanted = fuse_add_direntry_plus(page->req, page->bytes + page->used, room, name, entry, next);

	if (wanted > room)
		return false;
	page->used += wanted;
	return true;
}

/* "." and "..": inode 0 in a plus entry says that no lookup count comes with it. The number of the parent is
 * not known here; any that is not 0 will do, for the kernel shows its own. */
static bool add_dots(struct page *page, fuse_ino_t ino, off_t offset)
{
	static const char *const names[] = { [DOT] = ".", [DOT_DOT] = ".." };
	struct fuse_entry_param entry = { .attr = { .st_ino = ino, .st_mode = S_IFDIR } };

	for (; offset < FIRST_ENTRY; offset++) {
		if (page->plus ? !add_plus(page, names[offset], &entry, offset + 1)
			       : !add_plain(page, names[offset], &entry.attr, offset + 1))
			return false;
	}
	return true;
}

/* Attributes are given in a plus entry alone: the other has no more than what kind of a thing it is. */
static bool add_entry(struct page *page, const struct listed *listed, off_t next)
{
	const struct stat kind = { .st_ino = listed->ino, .st_mode = listed->format };
	struct fuse_entry_param entry;
	struct tree_attr attr;

	if (!page->plus)
		return add_plain(page, listed->name, &kind, next);
	tree_attr(page->tree, listed->ino, &attr);
	fill_entry(&attr, &entry);
	if (!add_plus(page, listed->name, &entry, next))
		return false;
	tree_hold(page->tree, listed->ino);
	return true;
}

static void add_entries(struct page *page, const struct listing *listing, size_t position)
{
	struct listed listed;

	for (; listing_at(listing, &position, &listed); position++)
		if (!add_entry(page, &listed, (off_t)(FIRST_ENTRY + position + 1)))
			return;
}

static int renew_listing(const struct spot *dir, struct directory *directory)
{
	struct listing *listing;
	int result = tree_list(dir->tree, dir->item, &listing);

	if (result < 0)
		return result;
	if (directory->listing)
		listing_free(directory->listing);
	directory->tree = dir->tree;
	directory->listing = listing;
	return 0;
}

static void fill_page(struct page *page, fuse_ino_t ino, const struct directory *directory, off_t offset)
{
	if (offset < FIRST_ENTRY) {
		if (!add_dots(page, ino, offset))
			return;
		offset = FIRST_ENTRY;
	}
	add_entries(page, directory->listing, (size_t)(offset - FIRST_ENTRY));
}

static void read_directory(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
			   struct directory *directory, bool plus)
{
	struct page page = { .req = req, .size = size, .plus = plus };
	struct spot dir;
	int result = 0;

	if (!dir_of(req, ino, &dir))
		return;
	if (offset <= DOT || !directory->listing)
		result = renew_listing(&dir, directory);
	if (result < 0) {
		reply_result(req, result);
		return;
	}
	page.tree = directory->tree;
	page.bytes = malloc(size);
	if (!page.bytes) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	fill_page(&page, ino, directory, offset < 0 ? 0 : offset);
	fuse_reply_buf(req, page.bytes, page.used);
	free(page.bytes);
}

void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	read_directory(req, ino, size, offset, directory_of(fi), false);
}

void op_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	read_directory(req, ino, size, offset, directory_of(fi), true);
}

void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	close_directory(fuse_req_userdata(req), directory_of(fi));
	fuse_reply_err(req, 0);
}

/* fsync of the root is how a save is asked for: its error reaches sync(1). */
void op_fsyncdir(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
	struct spot dir;

	(void)datasync;
	(void)fi;
	if (!dir_of(req, ino, &dir))
		return;
	signals_hold();
	reply_result(req, tree_is_root(dir.tree, dir.item) ? tree_sync(dir.tree) : tree_done_for_good(dir.tree, 0));
	signals_release();
}
