#include "fs/tree/explode.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/tree/explode_parts.h"
#include "fs/tree/exploded.h"
#include "fs/tree/hold.h"
#include "fs/tree/names.h"
#include "plist/base/file.h"

size_t explosion_enter(struct explosion *explosion, const char *name)
{
	size_t len = explosion->path.len;

	if (len && explosion->path.data[len - 1] != '/')
		buf_add_char(&explosion->path, '/');
	buf_add_text(&explosion->path, name);
	return len;
}

void explosion_leave(struct explosion *explosion, size_t len)
{
	buf_resize(&explosion->path, len);
}

int explosion_fail(struct explosion *explosion, int code, const char *what)
{
	error_system(explosion->err, code, "%s", what);
	error_in_file(explosion->err, buf_text(&explosion->path));
	return -1;
}

int explosion_fail_memory(struct explosion *explosion)
{
	return error_memory(explosion->err);
}

/* --- a directory made under a hidden name ----------------------------------------------------------- */

/* Moves what was made to where it belongs, out of the hidden directory or with it. */
typedef int draft_mover(struct explosion *explosion, int parent, const char *hidden, const char *name);

static int fill(struct explosion *explosion, int parent, const char *hidden)
{
	int fd = openat(parent, hidden, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), result;

	if (fd < 0)
		return explosion_fail(explosion, errno, "this directory cannot be opened");
	result = explode_new(explosion, fd, explosion->tree->root);
	close(fd);
	return result;
}

/* What went wrong first is what is told. An umask may keep us from opening what we made. */
static void remove_draft(struct explosion *explosion, int parent, const char *hidden)
{
	struct error *told = explosion->err, ignored;

	explosion->err = &ignored;
	if (unlinkat(parent, hidden, AT_REMOVEDIR) < 0)
		explode_remove_dir(explosion, parent, hidden);
	explosion->err = told;
}

static int make_whole(struct explosion *explosion, int parent, const char *name, draft_mover *move)
{
	char hidden[40];

	if (explode_hidden_name(hidden, sizeof(hidden)) < 0 || mkdirat(parent, hidden, explosion->dir_mode) < 0)
		return explosion_fail(explosion, errno, "no directory can be made there");
	if (fill(explosion, parent, hidden) == 0 && move(explosion, parent, hidden, name) == 0)
		return 0;
	remove_draft(explosion, parent, hidden);
	return -1;
}

/* --- what is not there yet -------------------------------------------------------------------------- */

static int move_dir(struct explosion *explosion, int parent, const char *hidden, const char *name)
{
	if (renameat2(parent, hidden, parent, name, RENAME_NOREPLACE) == 0 ||
	    ((errno == EINVAL || errno == ENOSYS) && renameat(parent, hidden, parent, name) == 0))
		return 0;
	return explosion_fail(explosion, errno, "cannot be put there");
}

static int write_absent(struct explosion *explosion, const char *path)
{
	size_t len = strlen(path);
	BUF_AUTO name = BUF_INIT;
	struct place place;
	int result;

	while (len > 1 && path[len - 1] == '/')
		len--;
	buf_add(&name, path, len);
	if (!buf_ok(&name))
		return explosion_fail_memory(explosion);
	if (place_open(&place, buf_text(&name), explosion->err) < 0)
		return -1;
	result = make_whole(explosion, place.dir, place.name, move_dir);
	place_close(&place);
	return result;
}

/* --- a directory without a tree --------------------------------------------------------------------- */

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int move_entries(struct explosion *explosion, int parent, const char *hidden, const char *name)
{
	struct dirent **entries;
	int from = openat(parent, hidden, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), count, i, code = 0;

	(void)name;
	count = from < 0 ? -1 : scandirat(parent, hidden, &entries, is_entry, NULL);
	if (count < 0)
		code = errno;
	for (i = 0; i < count; i++) {
		if (!code && renameat(from, entries[i]->d_name, parent, entries[i]->d_name) < 0)
			code = errno;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	if (from >= 0)
		close(from);
	if (!code && unlinkat(parent, hidden, AT_REMOVEDIR) < 0)
		code = errno;
	return code ? explosion_fail(explosion, code, "the tree cannot be moved to where it belongs") : 0;
}

/* --- what is there ---------------------------------------------------------------------------------- */

/* The name of something that a tree would read; "": nothing. 0 or -1. */
static int find_content(struct explosion *explosion, int fd, char *found, size_t size)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	enum name_kind kind;

	if (!stream) {
		explosion_fail(explosion, errno, "this directory cannot be read");
		if (copy >= 0)
			close(copy);
		return -1;
	}
	*found = '\0';
	while (!*found && (entry = readdir(stream))) {
		kind = name_kind(entry->d_name);
		if (kind == NAME_KEY || kind == NAME_TYPES)
			snprintf(found, size, "%s", entry->d_name);
	}
	closedir(stream);
	return 0;
}

/* More than check asks for (exploded_is_tree()): what is no part of a tree is removed from one. */
static bool is_certainly_tree(int fd)
{
	static const char *const others[] = { "PayloadIdentifier", "PayloadContent" };
	size_t i, found;
	struct stat st;

	found = fstatat(fd, "PayloadType", &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (found && S_ISREG(st.st_mode))
		return true;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		found += fstatat(fd, others[i], &st, AT_SYMLINK_NOFOLLOW) == 0;
	return found >= 2;
}

static int update(struct explosion *explosion, int fd, struct explode_changes *changes)
{
	size_t before = changes->written + changes->removed;
	int result;

	explosion->updates = true;
	explosion->changes = changes;
	result = explode_update(explosion, fd, explosion->tree->root);
	changes->trees += changes->written + changes->removed != before;
	if (explosion->there.tree)
		exploded_free(&explosion->there);
	return result;
}

static int write_into(struct explosion *explosion, int fd, const char *path, struct explode_changes *changes)
{
	char found[NAME_LENGTH_MAX + 1];

	if (is_certainly_tree(fd))
		return update(explosion, fd, changes);
	if (find_content(explosion, fd, found, sizeof(found)) < 0)
		return -1;
	if (!*found)
		return make_whole(explosion, fd, NULL, move_entries);
	error_set(explosion->err, ENOTEMPTY,
		  "this is no exploded tree, and '%.200s' is in it: give a directory that is empty, not there yet, or "
		  "an exploded tree (it has a file PayloadType, or PayloadIdentifier and PayloadContent)",
		  found);
	error_in_file(explosion->err, path);
	return -1;
}

static int write_at(struct explosion *explosion, const char *path, struct explode_changes *changes)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

	if (fd < 0 && errno == ENOENT)
		return write_absent(explosion, path);
	if (fd < 0 && errno == ENOTDIR) {
		error_set(explosion->err, ENOTDIR, "a tree is a directory, and this is none: give another name");
		error_in_file(explosion->err, path);
		return -1;
	}
	if (fd < 0)
		return explosion_fail(explosion, errno, "this directory cannot be opened");
	result = write_into(explosion, fd, path, changes);
	close(fd);
	return result;
}

static int explode_to(struct tree *tree, const char *path, const struct explode_options *options,
		      struct explode_changes *changes, struct problems *notes, struct error *err)
{
	struct explode_changes unseen = { 0 }; /* in what is new */
	struct explosion explosion = {
		.tree = tree,
		.portable = options->portable,
		.top = path,
		.changes = &unseen,
		.notes = notes,
		.err = err,
	};
	struct tree_attr attr;
	struct hold hold;
	int result;

	tree_getattr(tree, tree->root, &attr);
	explosion.dir_mode = attr.mode & 0777;
	explosion.file_mode = attr.mode & 0666;
	buf_add_text(&explosion.path, path);
	hold_begin(&hold);
	result = write_at(&explosion, path, changes);
	hold_end(&hold);
	buf_free(&explosion.path);
	explode_changes_free(&unseen);
	return result;
}

int explode(struct tree *tree, const char *path, const struct explode_options *options,
	    struct explode_changes *changes, struct problems *notes, struct error *err)
{
	struct explode_changes ignored = { 0 };
	int result;

	if (tree->profile->doc.duplicate.code) {
		*err = tree->profile->doc.duplicate;
		return -1;
	}
	result = explode_to(tree, path, options, changes ? changes : &ignored, notes, err);
	if (result < 0)
		error_in_file(err, path);
	explode_changes_free(&ignored);
	return result;
}

void explode_changes_free(struct explode_changes *changes)
{
	buf_free(&changes->names);
	*changes = (struct explode_changes){ 0 };
}
