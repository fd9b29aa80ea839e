/*
 * A tree over a profile in a temporary folder, without a mount, and its operations by path, as a shell's
 * user would speak of them.
 *
 * tree_begin(text) writes the text as p.mobileconfig, opens it (its keys are the test's own: unknown ones may be
 * made) and makes the tree, with a clock that stands still unless moved; tree_end() gives all back. What the tree
 * reports is kept in `reported`.
 */
#ifndef TESTS_MOUNTED_TREE_H
#define TESTS_MOUNTED_TREE_H

#include "tests/unit/folder.h"

#include "fs/tree/profile.h"
#include "fs/tree/tree.h"

struct mounted {
	struct profile profile;
	struct tree *tree;
	struct problems reported;
	struct timespec now;
	unsigned told;      /* how often attributes were said to have changed */
	uint64_t told_of;   /* whose, last */
	uint32_t told_held; /* by whom */
	uint32_t asker;     /* 0: nobody knows */
	bool hears;         /* the asker forgets by itself what it alone has */
};

static struct mounted mounted;

static inline struct timespec fake_now(void *context)
{
	return ((struct mounted *)context)->now;
}

static inline void keep_report(void *context, const struct error *problem)
{
	problems_add(&((struct mounted *)context)->reported, problem);
}

static inline bool count_told(void *context, uint64_t ino, uint32_t holder)
{
	struct mounted *m = context;

	m->told++;
	m->told_of = ino;
	m->told_held = holder;
	return !m->hears || holder != m->asker;
}

static inline uint32_t tell_asker(void *context)
{
	return ((struct mounted *)context)->asker;
}

static inline void tree_begin_with(const char *name, const struct profile_options *options)
{
	struct tree_surroundings around = { .now = fake_now, .report = keep_report, .context = &mounted,
					    .attributes_changed = count_told, .asker = tell_asker };
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;

	memset(&mounted, 0, sizeof(mounted));
	mounted.now.tv_sec = 2000000000;
	if (profile_open(&mounted.profile, path_of(name), options, &notes, &err) < 0)
		fail_msg("%s", err.text);
	problems_free(&notes);
	mounted.tree = tree_new(&mounted.profile, &around);
	assert_non_null(mounted.tree);
}

static inline void tree_begin(const char *text)
{
	struct profile_options options = { .unknown_allowed = true };

	put_text("p.mobileconfig", text);
	tree_begin_with("p.mobileconfig", &options);
}

/* A profile around keys, one a line. */
static inline void tree_begin_keys(const char *keys)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n%s</dict>\n"
		       "</plist>\n", keys);
	tree_begin(buf_text(&text));
}

static inline void tree_end(void)
{
	tree_free(mounted.tree);
	profile_close(&mounted.profile);
	problems_free(&mounted.reported);
	mounted.tree = NULL;
}

/* The directory that a path leads into, and its last part. */
static inline struct item *parent_of(const char *path, const char **name)
{
	struct item *dir = tree_item(mounted.tree, TREE_ROOT_INO);
	char part[1024];
	const char *slash;

	for (; (slash = strchr(path, '/')); path = slash + 1) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (tree_lookup(mounted.tree, dir, part, &dir) < 0)
			return NULL;
	}
	*name = path;
	return dir;
}

/* The item at a path, "" for the root; NULL: none. */
static inline struct item *at(const char *path)
{
	const char *name;
	struct item *dir = parent_of(path, &name), *item = NULL;

	if (!dir || !*name)
		return dir;
	return tree_lookup(mounted.tree, dir, name, &item) == 0 ? item : NULL;
}

static inline struct tree_attr attr_at(const char *path)
{
	struct tree_attr attr = { 0 };
	struct item *item = at(path);

	if (!item)
		fail_msg("%s is not there", path);
	tree_getattr(mounted.tree, item, &attr);
	return attr;
}

static inline bool there(const char *path)
{
	return at(path) != NULL;
}

/* open(2): 0 or -errno. */
static inline int open_at(const char *path, int flags, struct handle **handle)
{
	const char *name;
	struct item *dir = parent_of(path, &name), *item;
	int result;

	if (!dir)
		return -ENOENT;
	result = tree_lookup(mounted.tree, dir, name, &item);
	if (result == 0 && (flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if (result == 0)
		return tree_open(mounted.tree, item, flags, handle);
	if (result == -ENOENT && (flags & O_CREAT))
		return tree_create(mounted.tree, dir, name, flags, &item, handle);
	return result;
}

static inline int write_to(struct handle *handle, const char *text, off_t offset)
{
	return tree_write(mounted.tree, handle, text, strlen(text), offset);
}

/* close(2): flush and release. */
static inline int close_handle(struct handle *handle)
{
	int result = tree_flush(mounted.tree, handle);

	tree_release(mounted.tree, handle);
	return result;
}

/* Opens, writes at offset 0 (or the end) and closes, as `echo` does; the first error. */
static inline int write_file(const char *path, int flags, const void *bytes, size_t len)
{
	struct handle *handle;
	int result = open_at(path, flags, &handle), closed;

	if (result < 0)
		return result;
	result = len ? tree_write(mounted.tree, handle, bytes, len, 0) : 0;
	closed = close_handle(handle);
	return result < 0 ? result : closed;
}

/* echo TEXT > PATH */
static inline int put(const char *path, const char *text)
{
	return write_file(path, O_WRONLY | O_CREAT | O_TRUNC, text, strlen(text));
}

/* echo TEXT >> PATH */
static inline int append_to(const char *path, const char *text)
{
	return write_file(path, O_WRONLY | O_CREAT | O_APPEND, text, strlen(text));
}

/* A new file, as mkstemp(3) opens it. */
static inline int put_temporary(const char *path, const char *text)
{
	return write_file(path, O_RDWR | O_CREAT | O_EXCL, text, strlen(text));
}

/* The bytes of a file. */
static inline void read_file(const char *path, struct buf *out)
{
	struct handle *handle;

	if (open_at(path, O_RDONLY, &handle) < 0)
		fail_msg("%s cannot be opened", path);
	assert_int_equal(tree_read(mounted.tree, handle, (size_t)1 << 28, 0, out), 0);
	close_handle(handle);
}

static inline void assert_shows(const char *path, const char *text)
{
	BUF_AUTO content = BUF_INIT;

	read_file(path, &content);
	assert_string_equal(buf_text(&content), text);
	assert_int_equal(attr_at(path).size, strlen(text));
}

static inline int remove_file(const char *path)
{
	const char *name = NULL;
	struct item *dir = parent_of(path, &name);

	if (!dir)
		return -ENOENT;
	return tree_unlink(mounted.tree, dir, name);
}

static inline int remove_dir(const char *path)
{
	const char *name = NULL;
	struct item *dir = parent_of(path, &name);

	if (!dir)
		return -ENOENT;
	return tree_rmdir(mounted.tree, dir, name);
}

static inline int make_dir(const char *path)
{
	const char *name;
	struct item *dir = parent_of(path, &name), *item;

	return dir ? tree_mkdir(mounted.tree, dir, name, &item) : -ENOENT;
}

static inline int move_flags(const char *from, const char *to, unsigned flags)
{
	const char *from_name = NULL, *to_name = NULL;
	struct item *from_dir = parent_of(from, &from_name), *to_dir = parent_of(to, &to_name);

	if (!from_dir || !to_dir)
		return -ENOENT;
	return tree_rename(mounted.tree, from_dir, from_name, to_dir, to_name, flags);
}

static inline int move(const char *from, const char *to)
{
	return move_flags(from, to, 0);
}

/* The names in a directory, with a space after each. */
static inline void list_dir(const char *path, struct buf *out)
{
	struct listing *listing;
	struct listed listed;
	size_t position;

	assert_int_equal(tree_list(mounted.tree, at(path), &listing), 0);
	for (position = 0; listing_at(listing, &position, &listed); position++)
		buf_add_format(out, "%s ", listed.name);
	listing_free(listing);
}

static inline void assert_lists(const char *path, const char *names)
{
	BUF_AUTO listed = BUF_INIT;

	list_dir(path, &listed);
	assert_string_equal(buf_text(&listed), names);
}

/* What the profile would be saved as. */
static inline void assert_document(const char *text)
{
	BUF_AUTO xml = BUF_INIT;
	struct error err = ERROR_INIT;

	if (profile_xml(&mounted.profile, &xml, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf_text(&xml), text);
}

/* The same, with tree_begin_keys()'s frame around it. */
static inline void assert_keys(const char *keys)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n%s</dict>\n"
		       "</plist>\n", keys);
	assert_document(buf_text(&text));
}

static inline void assert_last_error(const char *part)
{
	char line[4096];

	error_format(tree_last_error(mounted.tree), line, sizeof(line));
	if (!strstr(line, part))
		fail_msg("'%s' is not in '%s'", part, line);
}

#endif
