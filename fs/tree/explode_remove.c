/* What is to go from a directory that an earlier exploding, or somebody, filled. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/tree/explode_parts.h"
#include "fs/tree/names.h"

static bool is_read_by_trees(const char *name)
{
	enum name_kind kind = name_kind(name);

	return kind == NAME_KEY || kind == NAME_TYPES;
}

/* A stream of what is in a directory, with a descriptor of its own: `fd` stays. */
static DIR *open_stream(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !stream)
		close(fd);
	return stream;
}

static int remove_file(struct explosion *explosion, int parent, const char *name)
{
	if (unlinkat(parent, name, 0) < 0)
		return explosion_fail(explosion, errno, "cannot be removed");
	explosion->changes->removed++;
	return 0;
}

static int remove_entry(struct explosion *explosion, int parent, const char *name)
{
	size_t len = explosion_enter(explosion, name);
	struct stat st;
	int result;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		result = explosion_fail(explosion, errno, "cannot be looked at");
	else if (S_ISDIR(st.st_mode))
		result = explode_remove_dir(explosion, parent, name);
	else
		result = remove_file(explosion, parent, name);
	explosion_leave(explosion, len);
	return result;
}

static int fail_with_scratch(struct explosion *explosion, const char *name)
{
	error_set(explosion->err, ENOTEMPTY,
		  "the profile does not have this directory any more, but '%.200s' is in it, which is no part of a "
		  "tree: remove it or move it away, and explode again",
		  name);
	error_in_file(explosion->err, buf_text(&explosion->path));
	return -1;
}

/* Removes what a tree has in there; the name of something else goes to `kept`. */
static int remove_entries(struct explosion *explosion, DIR *stream, char *kept, size_t size)
{
	const struct dirent *entry;

	while ((entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!is_read_by_trees(entry->d_name))
			snprintf(kept, size, "%s", entry->d_name);
		else if (remove_entry(explosion, dirfd(stream), entry->d_name) < 0)
			return -1;
	}
	return 0;
}

int explode_remove_dir(struct explosion *explosion, int parent, const char *name)
{
	size_t before = explosion->changes->removed;
	DIR *stream = open_stream(parent, name);
	char kept[NAME_LENGTH_MAX + 1] = "";
	int result;

	if (!stream)
		return explosion_fail(explosion, errno, "this directory cannot be opened");
	result = remove_entries(explosion, stream, kept, sizeof(kept));
	closedir(stream);
	if (result == 0 && kept[0])
		return fail_with_scratch(explosion, kept);
	if (result == 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0)
		return explosion_fail(explosion, errno, "cannot be removed");
	if (result == 0 && explosion->changes->removed == before)
		explosion->changes->removed++; /* empty directories count, too */
	return result;
}

/* --- strays ----------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct explode_entry *x = *(struct explode_entry *const *)a, *y = *(struct explode_entry *const *)b;

	return strcmp(explode_name(x), explode_name(y));
}

static int compare_name(const void *name, const void *entry)
{
	return strcmp(name, explode_name(*(struct explode_entry *const *)entry));
}

/* What is wanted under this name: a directory, or a file. */
static mode_t wanted_type(struct explode_entry *const *sorted, const struct explode_entries *entries,
			  const char *name)
{
	struct explode_entry *const *found;

	if (strcmp(name, NAME_OF_TYPES) == 0)
		return entries->types.len ? S_IFREG : 0;
	found = bsearch(name, sorted, entries->count, sizeof(*sorted), compare_name);
	if (!found)
		return 0;
	return (*found)->item->kind == ITEM_DIR ? S_IFDIR : S_IFREG;
}

/* A link or device is replaced where a file goes, by rename(2); it must go where a directory is to be. */
static bool is_in_the_way(mode_t wanted, mode_t there)
{
	return wanted == 0 || (wanted == S_IFDIR) != S_ISDIR(there);
}

/* Only the first few are named: all would be a list that nobody reads. */
static void note_removed(struct explosion *explosion, const char *name, bool is_dir)
{
	struct explode_changes *changes = explosion->changes;
	size_t len = explosion_enter(explosion, name);

	if (changes->gone++ < EXPLODE_NAMED_MAX)
		buf_add_format(&changes->names, "%s%s%s", changes->gone > 1 ? ", " : "", buf_text(&explosion->path),
			       is_dir ? "/" : "");
	explosion_leave(explosion, len);
}

static int remove_if_stray(struct explosion *explosion, int fd, struct explode_entry *const *sorted,
			   const struct explode_entries *entries, const char *name)
{
	struct stat st;

	if (!is_read_by_trees(name))
		return 0;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return explosion_fail(explosion, errno, "cannot be looked into");
	if (!is_in_the_way(wanted_type(sorted, entries, name), st.st_mode))
		return 0;
	if (remove_entry(explosion, fd, name) < 0)
		return -1;
	note_removed(explosion, name, S_ISDIR(st.st_mode));
	return 0;
}

static int remove_unwanted(struct explosion *explosion, DIR *stream, struct explode_entry *const *sorted,
			   const struct explode_entries *entries)
{
	const struct dirent *entry;

	while ((entry = readdir(stream)))
		if (remove_if_stray(explosion, dirfd(stream), sorted, entries, entry->d_name) < 0)
			return -1;
	return 0;
}

int explode_remove_strays(struct explosion *explosion, int fd, const struct explode_entries *entries)
{
	struct explode_entry **sorted = calloc(entries->count + 1, sizeof(*sorted));
	DIR *stream = open_stream(fd, ".");
	size_t i;
	int result = -1;

	for (i = 0; sorted && i < entries->count; i++)
		sorted[i] = &entries->list[i];
	if (sorted && entries->count)
		qsort(sorted, entries->count, sizeof(*sorted), by_name);
	if (!sorted)
		explosion_fail_memory(explosion);
	else if (!stream)
		explosion_fail(explosion, errno, "this directory cannot be opened");
	else
		result = remove_unwanted(explosion, stream, sorted, entries);
	if (stream)
		closedir(stream);
	free(sorted);
	return result;
}
