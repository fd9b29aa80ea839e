/* Reading a directory of the disk into one of a tree. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/tree/expectation.h"
#include "fs/tree/exploded_parts.h"
#include "fs/tree/names.h"
#include "fs/tree/text.h"
#include "plist/base/file.h"
#include "plist/base/limits.h"

/* What cannot be part of a property list. */
static void report_stray(struct reader *reader, const struct item *dir, const char *name, const char *text)
{
	BUF_AUTO key = BUF_INIT;

	error_rule(&reader->err, "not-a-plist", "%s", text);
	item_path(dir, name, &key);
	error_in_key(&reader->err, buf_text(&key));
	reader_report(reader, &reader->err);
}

/* After an operation of the tree that failed: the reason was reported, or is its code. */
static int take_failure(struct reader *reader, const struct item *dir, const char *name, int result)
{
	if (result == -ENOMEM)
		return reader_end_without_memory(reader);
	if (result < 0 && !reader->reported)
		report_stray(reader, dir, name, strerror(-result));
	return 0;
}

/* --- files ------------------------------------------------------------------------------------------ */

/* Counts what was read: what is larger than any property list is not one. */
static int count_file(struct reader *reader, const struct buf *bytes)
{
	const char *at = buf_text(bytes), *end = at + bytes->len;

	reader->bytes += bytes->len;
	for (reader->nodes++; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		reader->nodes++;
	if (reader->bytes > limit(LIMIT_PROFILE))
		limit_refuse(LIMIT_PROFILE, NULL, "more is in it than a property list may hold", &reader->err);
	else if (reader->nodes > limit(LIMIT_NODES))
		limit_refuse(LIMIT_NODES, NULL, "more values are in it than a property list may hold", &reader->err);
	else
		return 0;
	return reader_end(reader, &reader->err);
}

/* Looks at each line by itself, so that each that is no value of its type is reported. */
static void judge_lines(struct reader *reader, const struct item *dir, const char *name, const struct expect *expect,
			const struct buf *bytes)
{
	const char *line = buf_text(bytes), *end = line + bytes->len, *newline, *next;
	struct meaning meaning;
	unsigned long number = 1;
	BUF_AUTO key = BUF_INIT;

	item_path(dir, name, &key);
	for (; line < end; line = next, number++) {
		newline = memchr(line, '\n', (size_t)(end - line));
		next = newline ? newline + 1 : end;
		if (text_parse(expect, line, (size_t)(next - line), &meaning, &reader->err) == 0) {
			meaning_free(&meaning);
			continue;
		}
		error_in_key(&reader->err, buf_text(&key));
		error_at(&reader->err, number, 1);
		reader_report(reader, &reader->err);
	}
}

static int judge_file(struct reader *reader, struct item *dir, const char *name, const struct buf *bytes)
{
	const struct entry entry = entry_of(dir, name);
	struct expectation expectation;

	if (expectation_of(reader->exploded->tree, &entry, NULL, &expectation) < 0)
		return reader_end_without_memory(reader);
	if (expectation.expect.type != NODE_DATA)
		exploded_find_conflict(reader, dir, name, bytes);
	if (expectation.expect.type == NODE_ARRAY && !reader->reported)
		judge_lines(reader, dir, name, &expectation.expect, bytes);
	expectation_free(&expectation);
	return 0;
}

/* echo BYTES > NAME, in the tree. */
static int write_file(struct reader *reader, struct item *dir, const char *name, const struct buf *bytes)
{
	struct tree *tree = reader->exploded->tree;
	struct handle *handle;
	struct item *item;
	int result = tree_create(tree, dir, name, O_WRONLY | O_CREAT, &item, &handle);

	if (result < 0)
		return result;
	if (bytes->len)
		result = tree_write(tree, handle, bytes->data, bytes->len, 0);
	if (result == 0)
		result = tree_flush(tree, handle);
	tree_release(tree, handle);
	return result;
}

/* A file that cannot be read is a problem without a rule, and no other. Of a .types with a conflict both sides' lines
 * are taken, so that it is the one problem that is told. */
static int read_file(struct reader *reader, struct item *dir, const char *name, bool is_types)
{
	BUF_AUTO bytes = BUF_INIT;
	int result = file_read_path(buf_text(&reader->path), limit(LIMIT_VALUE), &bytes, &reader->err);

	if (limit_explain(result, LIMIT_VALUE, &reader->err) < 0) {
		if (reader->err.code == ENOMEM)
			return reader_end_without_memory(reader);
		reader->is_file = false;
		reader_report(reader, &reader->err);
		return 0;
	}
	if (count_file(reader, &bytes) < 0)
		return -1;
	if (is_types)
		exploded_find_conflict(reader, dir, name, &bytes);
	else if (judge_file(reader, dir, name, &bytes) < 0)
		return -1;
	if (reader->reported && !is_types)
		return 0;
	return take_failure(reader, dir, name, write_file(reader, dir, name, &bytes));
}

/* --- directories ------------------------------------------------------------------------------------ */

static int read_subdir(struct reader *reader, struct item *dir, const char *name)
{
	struct item *item = NULL;
	int result = tree_mkdir(reader->exploded->tree, dir, name, &item);

	reader->nodes++;
	if (result < 0)
		return take_failure(reader, dir, name, result);
	return exploded_read_dir(reader, item);
}

/* Names that are one to the tree: 1 and 01 in an array, two spellings of one key. */
static bool is_taken(struct reader *reader, struct item *dir, const char *name)
{
	struct item *item;

	if (tree_lookup(reader->exploded->tree, dir, name, &item) < 0)
		return false;
	report_stray(reader, dir, name, "this is there under another name already: remove one of the two");
	return true;
}

/* Remembers how an entry is called on the disk, before anything is said of it. */
static int remember_spelling(struct reader *reader, const struct item *dir, const struct exploded_entry *entry)
{
	BUF_AUTO key = BUF_INIT;

	if (strcmp(entry->file, entry->name) == 0)
		return 0;
	item_path(dir, entry->name, &key);
	if (!buf_ok(&key) || name_map_add(&reader->exploded->spelt, buf_text(&key), entry->file) < 0)
		return reader_end_without_memory(reader);
	return 0;
}

static int read_key(struct reader *reader, struct item *dir, const struct exploded_entry *entry, mode_t mode)
{
	if (is_taken(reader, dir, entry->name))
		return 0;
	if (remember_spelling(reader, dir, entry) < 0)
		return -1;
	return S_ISDIR(mode) ? read_subdir(reader, dir, entry->name) : read_file(reader, dir, entry->name, false);
}

/* What to do about something that is no part of a tree. */
static const char *stray_text(mode_t mode)
{
	if (S_ISLNK(mode))
		return "this is a symbolic link: put the file it leads to in its place";
	if (S_ISDIR(mode))
		return "this is a directory, and must be a file: remove it";
	return "this is neither a file nor a directory: remove it";
}

static int read_by_kind(struct reader *reader, struct item *dir, const struct exploded_entry *entry, mode_t mode)
{
	bool is_types = strcmp(entry->name, NAME_OF_TYPES) == 0;

	if (is_types && S_ISREG(mode))
		return read_file(reader, dir, entry->name, true);
	if (!is_types && (S_ISREG(mode) || S_ISDIR(mode)))
		return read_key(reader, dir, entry, mode);
	report_stray(reader, dir, entry->name, stray_text(mode));
	return 0;
}

static int remember_refused(struct reader *reader, const struct item *dir, const char *name)
{
	BUF_AUTO key = BUF_INIT;

	item_path(dir, name, &key);
	if (!buf_ok(&key) || name_map_add(&reader->exploded->refused, buf_text(&key), NULL) < 0)
		return reader_end_without_memory(reader);
	return 0;
}

static int read_entry(struct reader *reader, struct item *dir, const struct exploded_entry *entry)
{
	size_t len = path_enter(&reader->path, entry->file);
	struct stat st;
	int result = 0;

	if (!buf_ok(&reader->path))
		return reader_end_without_memory(reader);
	reader->reported = false;
	reader->is_file = false;
	if (lstat(buf_text(&reader->path), &st) < 0) {
		error_system(&reader->err, errno, "cannot be looked at");
		reader_report(reader, &reader->err);
	} else if (name_kind(entry->name) != NAME_SCRATCH || S_ISDIR(st.st_mode)) {
		reader->is_file = S_ISREG(st.st_mode);
		result = read_by_kind(reader, dir, entry, st.st_mode);
	}
	if (result == 0 && reader->reported)
		result = remember_refused(reader, dir, entry->name);
	path_leave(&reader->path, len);
	return result;
}

/* An empty directory that only .types speaks of: git keeps none. */
static int make_empty(struct reader *reader, struct item *dir, const char *name)
{
	size_t len = path_enter(&reader->path, NAME_OF_TYPES);
	struct item *item;
	int result;

	reader->is_file = false;
	reader->reported = false;
	result = dir_find(dir, name) ? 0 : tree_mkdir(reader->exploded->tree, dir, name, &item);
	result = take_failure(reader, dir, name, result);
	path_leave(&reader->path, len);
	return result;
}

static int read_entries(struct reader *reader, struct item *dir)
{
	struct exploded_entries entries;
	int result = exploded_list(reader, dir, &entries);
	bool unreadable = reader->reported;
	size_t i;

	if (result == 0)
		result = exploded_settle_marks(reader, dir, &entries);
	for (i = 0; i < entries.count && result == 0; i++)
		result = entries.list[i].file ? read_entry(reader, dir, &entries.list[i])
					      : make_empty(reader, dir, entries.list[i].name);
	exploded_entries_free(&entries);
	reader->is_file = false;
	reader->reported = unreadable;
	return result;
}

/* First of all, so that what it says holds from the beginning. */
static int read_types(struct reader *reader, struct item *dir)
{
	const struct exploded_entry types = { .file = (char[]){ NAME_OF_TYPES }, .name = (char[]){ NAME_OF_TYPES } };
	size_t len = path_enter(&reader->path, NAME_OF_TYPES);
	struct stat st;
	bool there = buf_ok(&reader->path) && lstat(buf_text(&reader->path), &st) == 0;

	path_leave(&reader->path, len);
	return there ? read_entry(reader, dir, &types) : 0;
}

/* What is wrong with the directory itself is `reported` when this returns, what is wrong in it is not. */
int exploded_read_dir(struct reader *reader, struct item *dir)
{
	int result = read_types(reader, dir);

	reader->is_file = false;
	reader->reported = false;
	if (result == 0)
		result = read_entries(reader, dir);
	return result;
}
