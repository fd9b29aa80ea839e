/* Files and directories of an exploded tree: made, or brought up to date. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/tree/explode_parts.h"
#include "fs/tree/names.h"
#include "plist/base/file.h"

/* What is compared at a time. */
#define CHUNK 65536

int explode_hidden_name(char *name, size_t size)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -1;
	snprintf(name, size, ".profilefs-%016" PRIx64, number);
	return 0;
}

/* --- files ------------------------------------------------------------------------------------------ */

/* Makes a file that must not be there; it is gone if it cannot be written. 0, or -1 with errno set. */
static int make_file(const struct explosion *explosion, int fd, const char *name, const struct buf *bytes)
{
	int file = openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, explosion->file_mode);
	int code = 0;

	if (file < 0)
		return -1;
	if (file_write_all(file, bytes->data, bytes->len) < 0)
		code = errno;
	if (close(file) < 0 && !code)
		code = errno;
	if (!code)
		return 0;
	unlinkat(fd, name, 0);
	errno = code;
	return -1;
}

/* In a directory that was just made, only a disk that takes two names for one has it already. */
static int fail_to_make(struct explosion *explosion, const char *what)
{
	if (errno != EEXIST)
		return explosion_fail(explosion, errno, what);
	error_set(explosion->err, EEXIST, "this disk takes it for another key's: --portable spells the two apart");
	error_in_file(explosion->err, buf_text(&explosion->path));
	return -1;
}

static int write_new(struct explosion *explosion, int fd, const char *name, const struct buf *bytes)
{
	if (make_file(explosion, fd, name, bytes) < 0)
		return fail_to_make(explosion, "cannot be written");
	explosion->changes->written++;
	return 0;
}

/* Reads on from an open file, as far as it is like the bytes. */
static bool reads_as(int file, const char *bytes, size_t len)
{
	char chunk[CHUNK];
	ssize_t got;

	while ((got = read(file, chunk, sizeof(chunk))) > 0) {
		if ((size_t)got > len || memcmp(chunk, bytes, (size_t)got) != 0)
			return false;
		bytes += got;
		len -= (size_t)got;
	}
	return got == 0 && len == 0;
}

/* True if a regular file of that name has these bytes. */
static bool is_there(int fd, const char *name, const struct buf *bytes)
{
	int file = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	bool same;

	if (file < 0)
		return false;
	same = fstat(file, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == bytes->len &&
	       reads_as(file, buf_text(bytes), bytes->len);
	close(file);
	return same;
}

/* Nobody sees half of it: a file of its own, renamed over the old one. */
static int write_over(struct explosion *explosion, int fd, const char *name, const struct buf *bytes)
{
	char hidden[40];
	int code;

	if (is_there(fd, name, bytes))
		return 0;
	if (explode_hidden_name(hidden, sizeof(hidden)) < 0 || make_file(explosion, fd, hidden, bytes) < 0)
		return explosion_fail(explosion, errno, "cannot be written");
	if (renameat(fd, hidden, fd, name) < 0) {
		code = errno;
		unlinkat(fd, hidden, 0);
		return explosion_fail(explosion, code, "cannot be replaced");
	}
	explosion->changes->written++;
	return 0;
}

/* How a file gets into its directory. */
typedef int file_writer(struct explosion *explosion, int fd, const char *name, const struct buf *bytes);

static int write_item(struct explosion *explosion, int fd, const struct explode_entry *entry, file_writer *write)
{
	BUF_AUTO bytes = BUF_INIT;
	struct handle *handle;

	if (tree_open(explosion->tree, entry->item, O_RDONLY, &handle) < 0)
		return explosion_fail_memory(explosion);
	tree_read(explosion->tree, handle, SIZE_MAX, 0, &bytes);
	tree_release(explosion->tree, handle);
	if (!buf_ok(&bytes))
		return explosion_fail_memory(explosion);
	return write(explosion, fd, explode_name(entry), &bytes);
}

/* --- directories ------------------------------------------------------------------------------------ */

static int open_dir(struct explosion *explosion, int fd, const char *name)
{
	int dir = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return dir < 0 ? explosion_fail(explosion, errno, "this directory cannot be opened") : dir;
}

static int write_new_dir(struct explosion *explosion, int fd, const struct explode_entry *entry)
{
	const char *name = explode_name(entry);
	int dir, result;

	if (mkdirat(fd, name, explosion->dir_mode) < 0)
		return fail_to_make(explosion, "this directory cannot be made");
	dir = open_dir(explosion, fd, name);
	if (dir < 0)
		return -1;
	result = explode_new(explosion, dir, entry->item);
	close(dir);
	return result;
}

static int update_dir(struct explosion *explosion, int fd, const struct explode_entry *entry)
{
	int dir = openat(fd, explode_name(entry), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), result;

	if (dir < 0 && errno == ENOENT)
		return write_new_dir(explosion, fd, entry);
	if (dir < 0)
		return explosion_fail(explosion, errno, "this directory cannot be opened");
	result = explode_update(explosion, dir, entry->item);
	close(dir);
	return result;
}

static int write_entry(struct explosion *explosion, int fd, const struct explode_entry *entry, bool update)
{
	size_t len = explosion_enter(explosion, explode_name(entry));
	int result;

	if (entry->item->kind == ITEM_DIR)
		result = update ? update_dir(explosion, fd, entry) : write_new_dir(explosion, fd, entry);
	else
		result = write_item(explosion, fd, entry, update ? write_over : write_new);
	explosion_leave(explosion, len);
	return result;
}

static int write_types(struct explosion *explosion, int fd, const struct buf *types, bool update)
{
	size_t len = explosion_enter(explosion, NAME_OF_TYPES);
	int result = update ? write_over(explosion, fd, NAME_OF_TYPES, types)
			    : write_new(explosion, fd, NAME_OF_TYPES, types);

	explosion_leave(explosion, len);
	return result;
}

static int write_entries(struct explosion *explosion, int fd, const struct explode_entries *entries, bool update)
{
	size_t i;
	int result = 0;

	for (i = 0; i < entries->count && result == 0; i++)
		result = write_entry(explosion, fd, &entries->list[i], update);
	if (result == 0 && entries->types.len)
		result = write_types(explosion, fd, &entries->types, update);
	return result;
}

int explode_new(struct explosion *explosion, int fd, struct item *dir)
{
	struct explode_entries entries;
	int result;

	if (explode_entries(explosion, dir, &entries) < 0)
		return -1;
	result = write_entries(explosion, fd, &entries, false);
	explode_entries_free(&entries);
	return result;
}

/* First what must go: on a disk that takes two names for one, the old spelling would take the new file with it. */
int explode_update(struct explosion *explosion, int fd, struct item *dir)
{
	struct explode_entries entries;
	int result;

	if (explode_keep_names(explosion, dir) < 0 || explode_entries(explosion, dir, &entries) < 0)
		return -1;
	result = explode_remove_strays(explosion, fd, &entries);
	if (result == 0)
		result = write_entries(explosion, fd, &entries, true);
	explode_entries_free(&entries);
	return result;
}
