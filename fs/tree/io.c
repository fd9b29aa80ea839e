/* Open files: reading, writing, truncating, and the moments at which what was written is judged. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/control.h"
#include "fs/tree/item.h"
#include "fs/tree/make.h"
#include "fs/tree/refusal.h"
#include "fs/tree/expectation.h"
#include "fs/tree/scratch.h"
#include "fs/tree/stage.h"
#include "fs/tree/types.h"
#include "plist/base/limits.h"

struct handle {
	struct item *item;
	struct handle *prev, *next; /* in the tree's list of those that are open */
	bool reads, writes, append;
	bool wrote;      /* since the last commit */
	bool refused;    /* every write fails until the file is truncated to nothing */
	bool made;       /* reads `content`, made when it was opened */
	struct buf content;
	struct scalar_place place; /* of the next read */
};

static void handle_open(struct tree *tree, struct handle *handle)
{
	handle->next = tree->handles;
	if (handle->next)
		handle->next->prev = handle;
	tree->handles = handle;
	handle->item->opens++;
}

static void handle_free(struct tree *tree, struct handle *handle)
{
	*(handle->prev ? &handle->prev->next : &tree->handles) = handle->next;
	if (handle->next)
		handle->next->prev = handle->prev;
	buf_free(&handle->content);
	free(handle);
}

void handles_free(struct tree *tree)
{
	while (tree->handles)
		handle_free(tree, tree->handles);
}

bool handle_writes(const struct handle *handle)
{
	return handle->writes;
}

bool handle_direct(const struct handle *handle)
{
	return handle->made;
}

/* Files that are made when they are opened. A .types that is opened for writing begins with what it shows. */
static int open_made(struct tree *tree, struct item *item, struct handle *handle)
{
	struct buf *out = &handle->content;

	handle->made = true;
	if (handle->writes) {
		if (!item_rare(item))
			return -ENOMEM;
		out = &item->rare->content;
	}
	if (item->kind == ITEM_CONTROL) {
		control_read(tree, item, out);
	} else if (!item->as_written) {
		buf_clear(out);
		types_read(tree, item, out);
	} else if (!handle->writes) {
		buf_add(out, item_content(item)->data, item_content(item)->len);
	}
	return buf_ok(out) ? 0 : -ENOMEM;
}

/* O_TRUNC: what is written next begins at nothing. */
static int truncate_all(struct tree *tree, struct item *item)
{
	struct stage *stage = item_stage(item);

	if (item->kind != ITEM_KEY) {
		item_forget_content(item);
		item->as_written = item->kind == ITEM_TYPES;
		item_touch(tree, item);
		return 0;
	}
	if (!stage)
		return stage_begin(tree, item, true);
	if (stage_change(item, 0) < 0)
		return -ENOMEM;
	buf_clear(&stage->bytes);
	stage->sequence = stage->judged = 0;
	stage->written = false;
	item_touch(tree, item);
	return 0;
}

int tree_open(struct tree *tree, struct item *item, int flags, struct handle **out)
{
	int access = flags & O_ACCMODE, result = 0;
	struct handle *handle;

	if (item_is_dir(item))
		return -EISDIR;
	if (item->kind == ITEM_CONTROL && access != O_RDONLY)
		return -EACCES;
	if (access != O_RDONLY && (result = refuse_if_sealed(tree, item, NULL)) < 0)
		return result;
	handle = calloc(1, sizeof(*handle));
	if (!handle)
		return -ENOMEM;
	handle->item = item;
	handle->reads = access != O_WRONLY;
	handle->writes = access != O_RDONLY;
	handle->append = flags & O_APPEND;
	if (item->kind == ITEM_CONTROL || item->kind == ITEM_TYPES)
		result = open_made(tree, item, handle);
	if (result == 0 && handle->writes && (flags & O_TRUNC))
		result = truncate_all(tree, item);
	if (result < 0) {
		buf_free(&handle->content);
		free(handle);
		return result;
	}
	handle_open(tree, handle);
	*out = handle;
	return 0;
}

/* A slice of `len` bytes at `bytes`. */
static void add_slice(const char *bytes, size_t len, size_t size, off_t offset, struct buf *out)
{
	if (offset < 0 || (size_t)offset >= len)
		return;
	len -= (size_t)offset;
	buf_add(out, bytes + offset, size < len ? size : len);
}

int tree_read(struct tree *tree, struct handle *handle, size_t size, off_t offset, struct buf *out)
{
	(void)tree;
	if (handle->made && !handle->writes) {
		add_slice(buf_text(&handle->content), handle->content.len, size, offset, out);
		return buf_ok(out) ? 0 : -ENOMEM;
	}
	return offset < 0 ? 0 : item_read(handle->item, (size_t)offset, size, &handle->place, out);
}

/* Puts bytes into a buffer at an offset, filling a gap with zeros. */
static int put_bytes(struct buf *buf, const void *bytes, size_t size, size_t offset)
{
	if (offset == buf->len) {
		buf_add(buf, bytes, size);
		return buf_ok(buf) ? 0 : -ENOMEM;
	}
	if (offset + size > buf->len)
		buf_resize(buf, offset + size);
	if (!buf_ok(buf))
		return -ENOMEM;
	if (size)
		memcpy(buf->data + offset, bytes, size);
	return 0;
}

static int refuse_size(struct tree *tree, struct item *item)
{
	struct error err;

	limit_refuse(LIMIT_VALUE, NULL, "a value may not be as large as that", &err);
	return refuse(tree, item, NULL, &err, EFBIG);
}

static int put_or_refuse(struct tree *tree, struct item *item, struct buf *buf, const void *bytes, size_t size,
			 size_t offset)
{
	size_t most = limit(LIMIT_VALUE);
	int result;

	if (size > most || offset > most - size)
		return refuse_size(tree, item);
	result = offset + size > buf->len ? scratch_room(tree, item, NULL, offset + size) : 0;
	if (result == 0)
		result = put_bytes(buf, bytes, size, offset);
	scratch_count(tree, item);
	return result;
}

/* True if what was written so far is the beginning of the value that the entry has: no news, whatever the
 * schema says of it. */
static bool is_no_news(const struct entry *entry, const char *bytes, size_t len)
{
	const struct node *node = entry_node(entry, entry->shown);
	BUF_AUTO text = BUF_INIT;

	if (!node || !text_is_file(node))
		return false;
	text_of_node(node, &text);
	return buf_ok(&text) && len <= text.len && memcmp(buf_text(&text), bytes, len) == 0;
}

/* Why what was written can never become a value. */
static void explain(const struct expect *expect, const struct entry *entry, const char *bytes, size_t len,
		    struct error *err)
{
	struct meaning meaning;

	error_rule(err, "wrong-type", "this cannot become a value of its type");
	if (text_parse(expect, bytes, len, &meaning, err) < 0)
		return;
	place_check(entry->dir, entry->name, &meaning, err);
	meaning_free(&meaning);
}

/* Judges what stands in order from the start, when this write went on from there. */
static int judge(struct tree *tree, struct item *item, size_t offset, size_t size, bool append)
{
	const struct entry entry = entry_of_item(item);
	struct stage *stage = item_stage(item);
	const char *bytes = buf_text(&stage->bytes);
	struct expectation expectation;
	enum verdict verdict;
	struct error err;

	if (!entry_node(&entry, item) && allowed_check_name(tree, &entry, &err) < 0)
		return refuse(tree, item, NULL, &err, EINVAL);
	if (offset != stage->sequence && !append)
		return 0;
	stage->sequence = offset + size;
	if (expectation_of(tree, &entry, item, &expectation) < 0)
		return -ENOMEM;
	stage_skip(item, stage->sequence, &expectation.expect);
	if (stage->judged < expectation.expect.same)
		stage->judged = expectation.expect.same;
	verdict = text_prefix(&expectation.expect, bytes, stage->sequence, &stage->judged);
	if (verdict != VERDICT_NEVER &&
	    !place_may_begin(entry.dir, entry.name, expectation.expect.type, bytes, stage->sequence))
		verdict = VERDICT_NEVER;
	if (verdict == VERDICT_NEVER && is_no_news(&entry, bytes, stage->sequence))
		verdict = VERDICT_MAYBE;
	if (verdict == VERDICT_NEVER)
		explain(&expectation.expect, &entry, bytes, stage->sequence, &err);
	expectation_free(&expectation);
	return verdict == VERDICT_NEVER ? refuse(tree, item, NULL, &err, EINVAL) : 0;
}

static int write_staged(struct tree *tree, struct handle *handle, const void *bytes, size_t size, off_t offset)
{
	struct item *item = handle->item;
	struct stage *stage;
	size_t at;
	int result;

	if (handle->refused)
		return -EINVAL;
	result = stage_begin(tree, item, false);
	if (result < 0)
		return result;
	stage = item_stage(item);
	at = handle->append ? stage->bytes.len : (size_t)offset;
	if (stage_change(item, at) < 0)
		return -ENOMEM;
	result = put_or_refuse(tree, item, &stage->bytes, bytes, size, at);
	if (result == 0) {
		stage->written = true;
		handle->wrote = true;
		result = judge(tree, item, at, size, handle->append);
	}
	if (result < 0) {
		handle->refused = true;
		handle->wrote = false;
		stage_drop(tree, item);
		return result;
	}
	item_set_mtime(item, tree_now(tree));
	item->holder = 0;
	return 0;
}

int tree_write(struct tree *tree, struct handle *handle, const void *bytes, size_t size, off_t offset)
{
	struct item *item = handle->item;
	int result;

	if (!handle->writes)
		return -EBADF;
	if (offset < 0)
		return -EINVAL;
	if (item->kind == ITEM_KEY)
		return write_staged(tree, handle, bytes, size, offset);
	if (!item_rare(item))
		return -ENOMEM;
	if (handle->append)
		offset = (off_t)item->rare->content.len;
	result = put_or_refuse(tree, item, &item->rare->content, bytes, size, (size_t)offset);
	handle->wrote = true;
	item->as_written = item->kind == ITEM_TYPES;
	item_set_mtime(item, tree_now(tree));
	return result;
}

static int truncate_to(struct tree *tree, struct item *item, size_t size)
{
	int result = stage_begin(tree, item, false);
	struct stage *stage = item_stage(item);

	if (result == 0)
		result = stage_change(item, size);
	if (result < 0)
		return result;
	buf_resize(&stage->bytes, size);
	if (!buf_ok(&stage->bytes))
		return -ENOMEM;
	stage->written = true;
	if (stage->sequence > size)
		stage->sequence = size;
	if (stage->judged > size)
		stage->judged = 0;
	item_touch(tree, item);
	return 0;
}

/* A .types is applied when it is closed; at once if it is not open. */
static int truncate_types(struct tree *tree, struct item *item, size_t size)
{
	struct buf *content = &item->rare->content;

	if (!item->as_written) {
		buf_clear(content);
		types_read(tree, item, content);
	}
	buf_resize(content, size);
	item->as_written = true;
	item_touch(tree, item);
	if (!buf_ok(content))
		return -ENOMEM;
	if (item->opens == 0)
		types_apply(tree, item);
	return 0;
}

/* Decides a truncation that nothing was written after. */
static int settle_truncation(struct tree *tree, struct item *item)
{
	int result = stage_commit(tree, item);

	if (result == -EINVAL)
		unreported_add(tree, item);
	return result;
}

int tree_truncate(struct tree *tree, struct item *item, struct handle *handle, off_t size)
{
	int result;

	if (item_is_dir(item))
		return -EISDIR;
	if (item->kind == ITEM_CONTROL)
		return -EACCES;
	if (size < 0)
		return -EINVAL;
	result = refuse_if_sealed(tree, item, NULL);
	if (result < 0)
		return result;
	if ((size_t)size > limit(LIMIT_VALUE))
		return refuse_size(tree, item);
	result = (size_t)size > item_size(item) ? scratch_room(tree, item, NULL, (size_t)size) : 0;
	if (result < 0)
		return result;
	if (item->kind == ITEM_TYPES)
		return truncate_types(tree, item, (size_t)size);
	if (item->kind != ITEM_KEY) {
		if (!item_rare(item))
			return -ENOMEM;
		buf_resize(&item->rare->content, (size_t)size);
		item_touch(tree, item);
		return buf_ok(&item->rare->content) ? 0 : -ENOMEM;
	}
	if (handle && size == 0)
		handle->refused = false;
	if (handle && handle->refused)
		return -EINVAL;
	result = size == 0 ? truncate_all(tree, item) : truncate_to(tree, item, (size_t)size);
	if (handle)
		handle->wrote = handle->wrote || size != 0;
	else if (result == 0 && item->opens == 0)
		result = stage_commit(tree, item);
	return result;
}

int tree_flush(struct tree *tree, struct handle *handle)
{
	struct item *item = handle->item;
	int result;

	if (handle->refused)
		return -EINVAL;
	if (!handle->wrote)
		return 0;
	handle->wrote = false;
	if (item->kind == ITEM_TYPES) {
		types_apply(tree, item);
		return 0;
	}
	if (item->kind != ITEM_KEY)
		return 0;
	result = stage_commit(tree, item);
	if (result < 0) {
		handle->refused = true;
		unreported_add(tree, item);
	}
	return result;
}

int tree_fsync(struct tree *tree, struct handle *handle)
{
	if (handle->refused)
		return -EINVAL;
	if (handle->wrote && handle->item->kind == ITEM_KEY && !stage_is_valid(tree, handle->item))
		return 0; /* more may come: close decides */
	return tree_flush(tree, handle);
}

void tree_release(struct tree *tree, struct handle *handle)
{
	struct item *item = handle->item;

	handle_free(tree, handle);
	if (item->opens == 1 && item->kind == ITEM_KEY && item->parent) {
		if (item_stage(item))
			settle_truncation(tree, item);
		if (!item->node)
			make_undo(tree, item);
	}
	item->opens--;
	if (item->opens == 0 && item->kind == ITEM_TYPES && item->as_written)
		types_apply(tree, item);
	item_settle(tree, item);
}

/* Open files at a save: what is valid is committed, and an unfinished truncation is decided. */
void io_settle_open(struct tree *tree)
{
	struct item *item;
	uint64_t last = 0;

	while ((item = item_next(tree, &last))) {
		if (item->kind == ITEM_KEY && item->parent && item_stage(item) &&
		    (!item_stage(item)->written || stage_is_valid(tree, item)))
			settle_truncation(tree, item);
	}
}
