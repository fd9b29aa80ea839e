/* What is in a folder of profiles. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/exploded.h"

#define SUFFIX ".mobileconfig"
#define DEPTH_MAX 64

bool collection_is_profile_name(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(SUFFIX) && strcasecmp(name + len - strlen(SUFFIX), SUFFIX) == 0 &&
	       strncmp(name, "._", 2) != 0;
}

void collection_add_path(const struct item *folder, const char *name, struct buf *path)
{
	if (folder->parent)
		collection_add_path(folder->parent, item_name(folder), path);
	if (path->len)
		buf_add_char(path, '/');
	buf_add_text(path, name);
}

int collection_open_dir(const struct collection *collection, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	BUF_AUTO dir = BUF_INIT;

	*name = slash ? slash + 1 : path;
	buf_add(&dir, path, slash ? (size_t)(slash - path) : 0);
	if (buf_ok(&dir))
		return walk_open(&collection->shared.base, buf_text(&dir));
	errno = ENOMEM;
	return -1;
}

struct item *collection_add_folder(struct collection *collection, struct item *dir, const char *name)
{
	struct item *folder = item_new(collection->tree, ITEM_FOLDER);

	if (!folder)
		return NULL;
	if (dir_make(folder, NULL, SHAPE_DICT) == 0 && item_link(collection->tree, dir, NULL, name, folder) == 0) {
		folder->dir->loaded = true;
		return folder;
	}
	item_settle(collection->tree, folder);
	return NULL;
}

/* An edit that could not be saved: .NAME.mobileconfig.rejected, .conflict, perhaps with a number behind it. */
static bool is_left_beside(const char *name)
{
	return name[0] == '.' && (strcasestr(name, SUFFIX ".rejected") || strcasestr(name, SUFFIX ".conflict"));
}

/* Not .git and the like, nor the directory itself. */
static int is_wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.' || collection_is_profile_name(entry->d_name) || is_left_beside(entry->d_name);
}

static int add_profile(struct collection *collection, struct item *dir, const char *name, const struct stat *st,
		       struct error *err)
{
	struct member *member = member_add(collection, dir, name);

	if (!member)
		return error_memory(err);
	member->mode = st->st_mode;
	member->mtime = st->st_mtim;
	item_set_mtime(member->item, st->st_mtim);
	return 0;
}

static int scan(struct collection *collection, struct item *dir, int depth, struct error *err);

static int note_left(struct collection *collection, struct item *dir, const char *name)
{
	BUF_AUTO path = BUF_INIT;

	collection_add_path(dir, name, &path);
	profile_note(&collection->ground, collection->notes,
		     "an edit that could not be saved is in %s: look at it with diff, remove it when done",
		     buf_text(&path));
	return 0;
}

/* A folder without profiles is not shown. Nor is an exploded tree: it is no profile. */
static int add_folder(struct collection *collection, struct item *dir, const char *name, int depth, struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	struct item *folder;

	buf_add_format(&path, "%s/", collection_path(collection));
	collection_add_path(dir, name, &path);
	if (!buf_ok(&path))
		return error_memory(err);
	if (depth == DEPTH_MAX)
		profile_note(&collection->ground, collection->notes,
			     "the profiles in %s are not shown, as it is too deep: mount a folder below",
			     buf_text(&path));
	if (depth == DEPTH_MAX || exploded_is_tree(buf_text(&path)))
		return 0;
	folder = collection_add_folder(collection, dir, name);
	if (!folder)
		return error_memory(err);
	if (scan(collection, folder, depth + 1, err) < 0)
		return -1;
	if (!folder->dir->first)
		item_unlink(collection->tree, folder);
	return 0;
}

/* Links to files are followed, links to directories not. What cannot be looked at is not a profile that is there. */
static int add_entry(struct collection *collection, struct item *dir, int fd, const char *name, int depth,
		     struct error *err)
{
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		return name[0] == '.' ? 0 : add_folder(collection, dir, name, depth, err);
	if (is_left_beside(name))
		return note_left(collection, dir, name);
	if (!collection_is_profile_name(name) || fstatat(fd, name, &st, 0) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return add_profile(collection, dir, name, &st, err);
}

/* A subfolder that cannot be read, with errno, does not keep the others from being shown. One that is gone, or is none
 * any more, was none. */
static int pass_over(struct collection *collection, const struct item *dir, int depth, struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	int code = errno;

	if (depth == 0 || code == EMFILE || code == ENFILE || code == ENOMEM)
		return error_system(err, code, "this folder cannot be read");
	if (code == ENOENT || code == ENOTDIR || code == ELOOP)
		return 0;
	collection_add_path(dir->parent, item_name(dir), &path);
	profile_note(&collection->ground, collection->notes,
		     "the profiles in %s are not shown, as it cannot be read: %s; mend that and mount the folder again",
		     buf_text(&path), strerror(code));
	return 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_entries(struct collection *collection, struct item *dir, int fd, int depth, struct error *err)
{
	struct dirent **entries;
	int count = scandirat(fd, ".", &entries, is_wanted, by_bytes), i, result = 0;

	if (count < 0)
		return pass_over(collection, dir, depth, err);
	for (i = 0; i < count; i++) {
		if (result == 0)
			result = add_entry(collection, dir, fd, entries[i]->d_name, depth, err);
		free(entries[i]);
	}
	free(entries);
	return result;
}

static int scan(struct collection *collection, struct item *dir, int depth, struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	int fd, result;

	collection_add_path(dir, ".", &path);
	if (!buf_ok(&path))
		return error_memory(err);
	fd = openat(collection->shared.base.dir, buf_text(&path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return pass_over(collection, dir, depth, err);
	result = add_entries(collection, dir, fd, depth, err);
	close(fd);
	return result;
}

int collection_scan(struct collection *collection, struct item *dir, struct error *err)
{
	return scan(collection, dir, 0, err);
}
