#include "fs/tree/exploded.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "fs/tree/expectation.h"
#include "fs/tree/item.h"
#include "fs/tree/names.h"
#include "fs/tree/text.h"
#include "fs/tree/types.h"

/* Reading one directory tree. */
struct reader {
	struct exploded *exploded;
	exploded_report *report;
	void *context;
	struct buf path;        /* of what is being read */
	bool is_file;           /* a regular file: problems have a line */
	bool reported;          /* what is being read has had a problem */
	size_t bytes, nodes;    /* read so far: no more than a property list may hold */
	struct error err;       /* of the moment: too large for a stack of 512 directories */
	struct error fatal;     /* what ended it */
};

/* A path in a set. */
struct name_set {
	char *name;
	UT_hash_handle hh;
};

static int name_set_add(struct name_set **set, const char *name)
{
	struct name_set *entry = NULL;

	HASH_FIND_STR(*set, name, entry);
	if (entry)
		return 0;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -1;
	entry->name = strdup(name);
	if (entry->name)
		HASH_ADD_KEYPTR(hh, *set, entry->name, strlen(entry->name), entry);
	if (entry->name && entry->hh.tbl)
		return 0;
	free(entry->name);
	free(entry);
	return -1;
}

static bool name_set_has(struct name_set *set, const char *name)
{
	struct name_set *entry = NULL;

	HASH_FIND_STR(set, name, entry);
	return entry != NULL;
}

static void name_set_free(struct name_set *set)
{
	struct name_set *entry, *next;

	HASH_ITER(hh, set, entry, next) {
		HASH_DEL(set, entry);
		free(entry->name);
		free(entry);
	}
}

/* --- paths ------------------------------------------------------------------------------------------ */

/* One more part of the path; returns what path_leave() takes it back to. */
static size_t path_enter(struct buf *path, const char *name)
{
	size_t len = path->len;

	if (len && *name && path->data[len - 1] != '/')
		buf_add_char(path, '/');
	buf_add_text(path, name);
	return len;
}

static void path_leave(struct buf *path, size_t len)
{
	buf_resize(path, len);
}

static void add_item_path(const struct exploded *exploded, const struct item *item, struct buf *out)
{
	if (!item->parent) {
		buf_add_text(out, exploded->profile.place.shown);
		return;
	}
	add_item_path(exploded, item->parent, out);
	path_enter(out, item->name);
}

/* The item that shows a node, or the nearest one above it. */
static const struct item *item_of(const struct exploded *exploded, const struct node *node)
{
	for (; node; node = node->parent)
		if (node->user)
			return node->user;
	return exploded->tree->root;
}

void exploded_path(const struct exploded *exploded, const struct node *node, struct buf *out)
{
	add_item_path(exploded, item_of(exploded, node), out);
}

/* --- problems while it is read ---------------------------------------------------------------------- */

/* Ends the reading. */
static int end_with(struct reader *reader, const struct error *err)
{
	reader->fatal = *err;
	return -1;
}

static int end_without_memory(struct reader *reader)
{
	error_memory(&reader->err);
	return end_with(reader, &reader->err);
}

static void report(struct reader *reader, struct error *problem)
{
	if (reader->is_file && !problem->line)
		error_at(problem, 1, 1);
	problem->file[0] = '\0';
	reader->reported = true;
	reader->report(reader->context, buf_text(&reader->path), problem);
}

/* What cannot be part of a property list. */
static void report_stray(struct reader *reader, const struct item *dir, const char *name, const char *text)
{
	BUF_AUTO key = BUF_INIT;

	error_rule(&reader->err, "not-a-plist", "%s", text);
	item_path(dir, name, &key);
	error_in_key(&reader->err, buf_text(&key));
	report(reader, &reader->err);
}

/* What the tree refuses. Names that it cannot take break no rule of the schema. */
static void take_refusal(void *context, const struct error *problem)
{
	struct reader *reader = context;

	reader->err = *problem;
	if (!reader->err.rule && problem->code != EFBIG)
		reader->err.rule = "not-a-plist";
	report(reader, &reader->err);
}

/* After an operation of the tree that failed: the reason was reported, or is its code. */
static int take_failure(struct reader *reader, const struct item *dir, const char *name, int result)
{
	if (result == -ENOMEM)
		return end_without_memory(reader);
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
	if (reader->bytes <= DOC_SIZE_MAX && reader->nodes <= DOC_NODES_MAX)
		return 0;
	error_set(&reader->err, EFBIG, "more is in it than a property list may hold: %zu MiB, %zu values",
		  DOC_SIZE_MAX >> 20, DOC_NODES_MAX);
	return end_with(reader, &reader->err);
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
		report(reader, &reader->err);
	}
}

static int judge_file(struct reader *reader, struct item *dir, const char *name, const struct buf *bytes)
{
	struct expectation expectation;

	if (expectation_of(reader->exploded->tree, dir, name, NULL, &expectation) < 0)
		return end_without_memory(reader);
	if (expectation.expect.type == NODE_ARRAY)
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

/* A file that cannot be read is a problem without a rule, and no other. */
static int read_file(struct reader *reader, struct item *dir, const char *name, bool is_types)
{
	BUF_AUTO bytes = BUF_INIT;

	if (file_read_path(buf_text(&reader->path), DOC_SIZE_MAX, &bytes, &reader->err) < 0) {
		if (reader->err.code == ENOMEM)
			return end_without_memory(reader);
		reader->is_file = false;
		report(reader, &reader->err);
		return 0;
	}
	if (count_file(reader, &bytes) < 0)
		return -1;
	if (!is_types && judge_file(reader, dir, name, &bytes) < 0)
		return -1;
	if (reader->reported)
		return 0;
	return take_failure(reader, dir, name, write_file(reader, dir, name, &bytes));
}

/* --- directories ------------------------------------------------------------------------------------ */

static int read_dir(struct reader *reader, struct item *dir);

static int read_subdir(struct reader *reader, struct item *dir, const char *name)
{
	struct item *item = NULL;
	int result = tree_mkdir(reader->exploded->tree, dir, name, &item);

	reader->nodes++;
	if (result < 0)
		return take_failure(reader, dir, name, result);
	return read_dir(reader, item);
}

/* Names that are one to the tree: 1 and 01 in an array. */
static bool is_taken(struct reader *reader, struct item *dir, const char *name)
{
	struct item *item;

	if (tree_lookup(reader->exploded->tree, dir, name, &item) < 0)
		return false;
	report_stray(reader, dir, name, "this is there under another name already: remove one of the two");
	return true;
}

static int read_by_kind(struct reader *reader, struct item *dir, const char *name, mode_t mode)
{
	bool is_types = strcmp(name, NAME_OF_TYPES) == 0;

	if (S_ISDIR(mode) && !is_types)
		return is_taken(reader, dir, name) ? 0 : read_subdir(reader, dir, name);
	if (S_ISREG(mode))
		return !is_types && is_taken(reader, dir, name) ? 0 : read_file(reader, dir, name, is_types);
	report_stray(reader, dir, name,
		     S_ISLNK(mode) ? "this is a symbolic link: put the file it leads to in its place" :
				     "this is neither a file nor a directory: remove it");
	return 0;
}

static int read_entry(struct reader *reader, struct item *dir, const char *name)
{
	size_t len = path_enter(&reader->path, name);
	struct stat st;
	int result = 0;

	if (!buf_ok(&reader->path))
		return end_without_memory(reader);
	reader->reported = false;
	reader->is_file = false;
	if (lstat(buf_text(&reader->path), &st) < 0) {
		error_system(&reader->err, errno, "cannot be looked at");
		report(reader, &reader->err);
	} else if (name_kind(name) != NAME_SCRATCH || S_ISDIR(st.st_mode)) {
		reader->is_file = S_ISREG(st.st_mode);
		result = read_by_kind(reader, dir, name, st.st_mode);
	}
	if (result == 0 && reader->reported && name_set_add(&reader->exploded->refused, buf_text(&reader->path)) < 0)
		result = end_without_memory(reader);
	path_leave(&reader->path, len);
	return result;
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The place that .types gives a payload. */
static uint32_t order_of(const struct item *dir, const char *name)
{
	const struct said *said = said_find(dir->dir->said, name);

	return said && said->order ? said->order : UINT32_MAX;
}

static int by_number(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* The order of the document: payloads as .types says, else by type and number; elements by number; keys by their
 * bytes. */
static int by_place(const void *a, const void *b, void *context)
{
	const char *x = (*(struct dirent *const *)a)->d_name, *y = (*(struct dirent *const *)b)->d_name;
	const struct item *dir = context;
	uint32_t x_index, y_index;
	int order = 0;

	if (dir->dir->shape == SHAPE_PAYLOADS) {
		order = by_number(order_of(dir, x), order_of(dir, y));
		return order ? order : types_compare_payloads(x, y);
	}
	if (dir->dir->shape == SHAPE_ARRAY && name_to_index(x, &x_index) && name_to_index(y, &y_index))
		order = by_number(x_index, y_index);
	return order ? order : strcmp(x, y);
}

static int read_entries(struct reader *reader, struct item *dir, struct dirent **entries, size_t count)
{
	size_t i;
	int result = 0;

	if (count)
		qsort_r(entries, count, sizeof(*entries), by_place, dir);
	for (i = 0; i < count; i++) {
		if (result == 0)
			result = read_entry(reader, dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return result;
}

/* First of all, so that what it says holds from the beginning. */
static int read_types(struct reader *reader, struct item *dir)
{
	size_t len = path_enter(&reader->path, NAME_OF_TYPES);
	struct stat st;
	bool there = buf_ok(&reader->path) && lstat(buf_text(&reader->path), &st) == 0;

	path_leave(&reader->path, len);
	return there ? read_entry(reader, dir, NAME_OF_TYPES) : 0;
}

/* Empty directories that only .types speaks of: git keeps none. */
static int make_empty(struct reader *reader, struct item *dir)
{
	struct said *said, *next;
	struct item *item;
	int result = 0;

	reader->is_file = false;
	reader->reported = false;
	HASH_ITER(hh, dir->dir->said, said, next) {
		if (result == 0 && said->empty && !dir_find(dir, said->name))
			result = take_failure(reader, dir, said->name,
					      tree_mkdir(reader->exploded->tree, dir, said->name, &item));
	}
	return result;
}

/* What is wrong with the directory itself is `reported` when this returns, what is wrong in it is not. */
static int read_dir(struct reader *reader, struct item *dir)
{
	struct dirent **entries;
	int count = scandir(buf_text(&reader->path), &entries, is_entry, NULL), result;

	if (count < 0 && errno == ENOMEM)
		return end_without_memory(reader);
	if (count < 0) {
		error_system(&reader->err, errno, "this directory cannot be read");
		report(reader, &reader->err);
		return 0;
	}
	result = read_types(reader, dir);
	if (result == 0) {
		result = read_entries(reader, dir, entries, (size_t)count);
	} else {
		while (count)
			free(entries[--count]);
		free(entries);
	}
	if (result == 0)
		result = make_empty(reader, dir);
	reader->is_file = false;
	reader->reported = false;
	return result;
}

/* --- the whole -------------------------------------------------------------------------------------- */

/* A problem of .types: it is said of the .types that stands where the entry does, or should. What was refused has
 * had its problem. */
static void report_types_problem(struct reader *reader, struct error *problem)
{
	const char *slash = strrchr(problem->key, '/');
	size_t dir_len = slash ? (size_t)(slash - problem->key) : 0, len;
	BUF_AUTO dir = BUF_INIT, entry = BUF_INIT;
	bool known;

	name_unquote(problem->key, strlen(problem->key), &entry);
	name_unquote(problem->key, dir_len, &dir);
	len = path_enter(&reader->path, buf_text(&entry));
	known = name_set_has(reader->exploded->refused, buf_text(&reader->path));
	path_leave(&reader->path, len);
	path_enter(&reader->path, buf_text(&dir));
	path_enter(&reader->path, NAME_OF_TYPES);
	error_at(problem, 0, 0);
	if (!known)
		report(reader, problem);
	path_leave(&reader->path, len);
}

static int report_types(struct reader *reader)
{
	struct problems found = PROBLEMS_INIT;
	size_t i, lost;

	reader->is_file = false;
	types_problems(reader->exploded->tree, &found);
	for (i = 0; i < found.count; i++)
		report_types_problem(reader, &found.list[i]);
	lost = found.lost;
	problems_free(&found);
	return lost ? end_without_memory(reader) : 0;
}

static int read_all(struct reader *reader)
{
	const char *path = reader->exploded->profile.place.shown;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		error_system(&reader->err, errno, "this directory cannot be read");
		return end_with(reader, &reader->err);
	}
	close(fd);
	buf_add_text(&reader->path, path);
	if (read_dir(reader, reader->exploded->tree->root) < 0)
		return -1;
	return report_types(reader);
}

static int begin(struct reader *reader, const char *path, const struct check_options *checks)
{
	struct tree_surroundings around = { .report = take_refusal, .context = reader };
	struct profile *profile = &reader->exploded->profile;

	*profile = (struct profile){ .place = PLACE_INIT, .target = PLACE_INIT, .lock = LOCK_INIT, .read_only = true };
	profile->options.check = CHECK_OFF;
	profile->options.unknown_allowed = true;
	profile->options.no_placeholders = checks->no_placeholders;
	profile->checks = *checks;
	profile->place.shown = strdup(path);
	if (!profile->place.shown || doc_new(&profile->doc, &reader->err) < 0)
		return end_without_memory(reader);
	reader->exploded->tree = tree_new(profile, &around);
	return reader->exploded->tree ? 0 : end_without_memory(reader);
}

int exploded_read(struct exploded *exploded, const char *path, const struct check_options *checks, exploded_report *report_to,
		void *context, struct error *err)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int result;

	*exploded = (struct exploded){ 0 };
	if (!reader)
		return error_memory(err);
	reader->exploded = exploded;
	reader->report = report_to;
	reader->context = context;
	result = begin(reader, path, checks);
	if (result == 0)
		result = read_all(reader);
	if (result == 0) {
		exploded->tree->surroundings = (struct tree_surroundings){ 0 };
	} else {
		*err = reader->fatal;
		error_in_file(err, path);
		exploded_free(exploded);
	}
	buf_free(&reader->path);
	free(reader);
	return result;
}

void exploded_free(struct exploded *exploded)
{
	tree_free(exploded->tree);
	exploded->profile.checks.schema = NULL; /* it is not ours */
	profile_close(&exploded->profile);
	name_set_free(exploded->refused);
	*exploded = (struct exploded){ 0 };
}

bool exploded_is_tree(const char *path)
{
	static const char *const names[] = { "PayloadType", "PayloadIdentifier", "PayloadContent" };
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		BUF_AUTO name = BUF_INIT;

		buf_add_text(&name, path);
		path_enter(&name, names[i]);
		if (buf_ok(&name) && lstat(buf_text(&name), &st) == 0)
			return true;
	}
	return false;
}

/* --- findings --------------------------------------------------------------------------------------- */

/* The line of an element of a file of lines; 0: the node is no such element. */
static unsigned long line_of(const struct item *item, const struct node *node)
{
	unsigned long line = 1;

	if (item->node == node || item->kind != ITEM_KEY)
		return 0;
	while ((node = node_previous(node)))
		line++;
	return line;
}

/* True if the key that is missed is there as a file or directory that was refused. */
static bool was_refused(const struct exploded *exploded, const struct finding *finding, const struct buf *dir)
{
	BUF_AUTO name = BUF_INIT, path = BUF_INIT;

	if (!finding->key)
		return false;
	name_from_key(finding->key, strlen(finding->key), &name);
	buf_add(&path, dir->data, dir->len);
	path_enter(&path, buf_text(&name));
	return buf_ok(&path) && name_set_has(exploded->refused, buf_text(&path));
}

bool exploded_finding(const struct exploded *exploded, const struct finding *finding, struct buf *file, struct error *err)
{
	const struct item *item = item_of(exploded, finding->node);
	unsigned long line = line_of(item, finding->node);
	BUF_AUTO key = BUF_INIT;

	add_item_path(exploded, item, file);
	if (was_refused(exploded, finding, file))
		return false;
	error_rule(err, finding->rule, "%s", finding->text);
	err->severity = finding->severity;
	item_path(item, finding->key, &key);
	if (line)
		buf_add_format(&key, "/%02lu", line - 1);
	error_in_key(err, buf_text(&key));
	if (item->kind == ITEM_KEY)
		error_at(err, line ? line : 1, 1);
	return true;
}
