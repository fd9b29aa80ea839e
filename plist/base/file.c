#include "plist/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many symbolic links in a row as the kernel follows. */
#define LINKS_MAX 40

#define COMPARED_AT_ONCE ((size_t)256 << 10)

/* --- finding ---------------------------------------------------------------------------------------- */

static void free_text(char **text)
{
	free(*text);
}

#define TEXT_AUTO __attribute__((cleanup(free_text))) char *

/* The folder part of a path as something that can be opened: "." for a bare name, "/" at the top. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	if (slash == path)
		return strdup("/");
	return strndup(path, (size_t)(slash - path));
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_file_name(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* A directory that may be searched and not listed is good enough to read and replace files in. */
static int open_folder(const struct walk_base *base, const char *folder)
{
	int dir;

	if (base)
		return walk_open(base, folder);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 && errno == EACCES)
		dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir;
}

static int cannot_open_folder(struct error *err)
{
	if (errno == EDEADLK)
		return error_set(err, EDEADLK,
				 "the way to it leads into this mount: mount the folder at another place");
	return error_system(err, errno, "cannot open the directory it is in");
}

/* `folder` and a link's target, which counts from there unless it is absolute. NULL: out of memory. */
static char *join_target(const char *folder, const char *target)
{
	BUF_AUTO joined = BUF_INIT;

	if (*target != '/') {
		buf_add_text(&joined, folder);
		buf_add_char(&joined, '/');
	}
	buf_add_text(&joined, target);
	return buf_ok(&joined) ? buf_steal(&joined, NULL) : NULL;
}

/* True, with errno, if the file itself is the file system that must not be entered. */
static bool is_ours(const struct walk_base *base, int dir, const char *name)
{
	mode_t ignored;

	return base && walk_look(base, dir, name, &ignored) < 0 && errno == EDEADLK;
}

/* One step: opens the folder of `*path` as place->dir. If the name in it is a symbolic link, `*path`
 * becomes where that leads. 1: a link, go on; 0: arrived; -1. */
static int step(struct place *place, const struct walk_base *base, char **path, struct error *err)
{
	TEXT_AUTO folder = folder_of(*path);
	char target[PATH_MAX];
	ssize_t len;
	char *next;

	if (!folder)
		return error_memory(err);
	if (!is_file_name(name_of(*path)))
		return error_set(err, EISDIR, "this names a directory: give a file");
	place->dir = open_folder(base, folder);
	if (place->dir < 0 || is_ours(base, place->dir, name_of(*path)))
		return cannot_open_folder(err);
	len = readlinkat(place->dir, name_of(*path), target, sizeof(target) - 1);
	if (len < 0) {
		if (errno == EINVAL || errno == ENOENT)
			return 0;
		return error_system(err, errno, "cannot be looked up");
	}
	target[len] = '\0';
	next = join_target(folder, target);
	if (!next)
		return error_memory(err);
	free(*path);
	*path = next;
	close(place->dir);
	place->dir = -1;
	return 1;
}

/* Where an open directory is, as the kernel knows it. NULL: it does not tell. */
static char *path_of_open(int dir)
{
	char name[40], path[PATH_MAX];
	ssize_t len;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", dir);
	len = readlink(name, path, sizeof(path));
	if (len > 0 && path[0] == '/')
		return strndup(path, (size_t)len);
	errno = len < 0 ? errno : ENOENT; /* "(unreachable)": it is in no tree that we see */
	return NULL;
}

/* The absolute path, with the folder's own links resolved. */
static int resolve_path(struct place *place, const struct walk_base *base, const char *path, struct error *err)
{
	TEXT_AUTO folder = folder_of(path);
	TEXT_AUTO real = NULL;
	BUF_AUTO whole = BUF_INIT;

	if (!folder)
		return error_memory(err);
	real = base ? path_of_open(place->dir) : realpath(folder, NULL);
	if (!real)
		return error_system(err, errno, "cannot resolve the directory it is in");
	buf_add_text(&whole, strcmp(real, "/") == 0 ? "" : real);
	buf_add_char(&whole, '/');
	buf_add_text(&whole, name_of(path));
	place->name = strdup(name_of(path));
	if (!place->name || !buf_ok(&whole))
		return error_memory(err);
	place->path = buf_steal(&whole, NULL);
	return 0;
}

static int find(struct place *place, const struct walk_base *base, const char *path, struct error *err)
{
	TEXT_AUTO now = strdup(path);
	int links, more = 1;

	if (!now)
		return error_memory(err);
	for (links = 0; more == 1; links++) {
		if (links > LINKS_MAX)
			return error_system(err, ELOOP, "cannot be looked up");
		more = step(place, base, &now, err);
	}
	return more < 0 ? -1 : resolve_path(place, base, now, err);
}

/* Takes over `shown`. */
static int find_shown(struct place *place, const struct walk_base *base, const char *path, char *shown,
		      struct error *err)
{
	*place = PLACE_INIT;
	place->shown = shown;
	if (shown ? find(place, base, path, err) == 0 : error_memory(err) == 0)
		return 0;
	error_in_file(err, shown ? shown : path);
	place_close(place);
	return -1;
}

int place_open(struct place *place, const char *path, struct error *err)
{
	return find_shown(place, NULL, path, strdup(path), err);
}

int place_open_at(struct place *place, const struct walk_base *base, const char *path, struct error *err)
{
	size_t len = strlen(base->shown);
	BUF_AUTO whole = BUF_INIT;

	while (len && base->shown[len - 1] == '/')
		len--;
	buf_add_format(&whole, "%.*s/%s", (int)len, base->shown, path);
	return find_shown(place, base, path, buf_ok(&whole) ? buf_steal(&whole, NULL) : NULL, err);
}

void place_close(struct place *place)
{
	if (place->dir >= 0)
		close(place->dir);
	free(place->name);
	free(place->path);
	free(place->shown);
	*place = PLACE_INIT;
}

int place_sync(const struct place *place, struct error *err)
{
	if (fsync(place->dir) == 0)
		return 0;
	/* A directory opened by O_PATH, and file systems that know no such thing. */
	if (errno == EBADF || errno == EINVAL || errno == ENOTSUP || errno == ENOSYS)
		return 0;
	error_system(err, errno, "its directory cannot be written through to the disk");
	error_in_file(err, place->shown);
	return -1;
}

/* --- reading ---------------------------------------------------------------------------------------- */

/* Appends at most `room` bytes. How many, 0 at the end, -1 with errno. */
static ssize_t read_some(int fd, struct buf *out, size_t room)
{
	char *there = buf_room(out, room);
	ssize_t got;

	if (!there) {
		errno = ENOMEM;
		return -1;
	}
	do
		got = read(fd, there, room);
	while (got < 0 && errno == EINTR);
	buf_filled(out, got > 0 ? (size_t)got : 0);
	return got;
}

/* Reads to the end, whatever fstat said: files grow, and pipes have no size. `expected` saves steps; where it
 * is a size, a read of one byte more that ends there is the end. */
static int read_all(int fd, size_t expected, bool is_size, size_t max, struct buf *out, struct error *err)
{
	ssize_t got;

	buf_clear(out);
	buf_reserve(out, expected + 1);
	do {
		got = read_some(fd, out, out->len <= expected ? expected - out->len + 1 : 64 << 10);
		if (got < 0 && errno == ENOMEM)
			return error_memory(err);
		if (got < 0)
			return error_system(err, errno, "cannot be read");
		if (out->len > max)
			return error_set(err, EFBIG, "it is too large: at most %zu bytes are read", max);
	} while (got > 0 && !(is_size && (size_t)got == expected));
	return 0;
}

static int check_size(const struct stat *found, size_t max, struct error *err)
{
	if (found->st_size > 0 && (size_t)found->st_size > max)
		return error_set(err, EFBIG, "it is too large: at most %zu bytes are read", max);
	return 0;
}

static int check_regular(int fd, size_t max, struct stat *found, struct error *err)
{
	if (fstat(fd, found) < 0)
		return error_system(err, errno, "cannot be read");
	if (S_ISDIR(found->st_mode))
		return error_set(err, EISDIR, "this is a directory: give a file");
	if (!S_ISREG(found->st_mode))
		return error_set(err, EINVAL, "this is not a regular file: give one");
	return check_size(found, max, err);
}

/* What has contents and no size, in proc(5) and in a mount of ours, is read as a pipe is. */
static int read_found(int fd, const struct stat *found, size_t max, struct buf *out, struct error *err)
{
	bool has_size = S_ISREG(found->st_mode) && found->st_size > 0;

	return read_all(fd, has_size ? (size_t)found->st_size : 4096, has_size, max, out, err);
}

static int read_regular(int fd, size_t max, struct buf *out, struct stat *st, struct error *err)
{
	struct stat found;

	if (check_regular(fd, max, &found, err) < 0 || read_found(fd, &found, max, out, err) < 0)
		return -1;
	if (st)
		*st = found;
	return 0;
}

/* The descriptor or -1. */
static int open_place(const struct place *place, struct error *err)
{
	/* O_NONBLOCK: a fifo that was put there must not make us wait. */
	int fd = openat(place->dir, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0) {
		error_system(err, errno, "cannot be opened");
		error_in_file(err, place->shown);
	}
	return fd;
}

int file_read(const struct place *place, size_t max, struct buf *out, struct stat *st, struct error *err)
{
	int fd = open_place(place, err), result;

	if (fd < 0)
		return -1;
	result = read_regular(fd, max, out, st, err);
	if (result < 0)
		error_in_file(err, place->shown);
	close(fd);
	return result;
}

/* One byte more than there should be, so that the file's end is read, too: one that goes on is another. */
static size_t next_room(size_t left)
{
	return left < COMPARED_AT_ONCE ? left + 1 : COMPARED_AT_ONCE;
}

static int compare_all(int fd, const struct pieces *with, bool *same, struct error *err)
{
	struct pieces_place at = { 0, 0 };
	BUF_AUTO some = BUF_INIT;
	size_t left = with->len;
	ssize_t got;

	do {
		buf_clear(&some);
		got = read_some(fd, &some, next_room(left));
		if (got < 0 && errno == ENOMEM)
			return error_memory(err);
		if (got < 0)
			return error_system(err, errno, "cannot be read");
		*same = some.len <= left && pieces_go_on(with, &at, some.data, some.len);
		left -= *same ? some.len : 0;
	} while (got > 0 && *same);
	*same = *same && left == 0;
	return 0;
}

int file_compare(const struct place *place, size_t max, const struct pieces *with, bool *same, struct stat *st,
		 struct error *err)
{
	int fd = open_place(place, err), result;
	struct stat found;

	if (fd < 0)
		return -1;
	result = check_regular(fd, max, &found, err);
	if (result == 0 && st)
		*st = found;
	if (result == 0)
		result = compare_all(fd, with, same, err);
	if (result < 0)
		error_in_file(err, place->shown);
	close(fd);
	return result;
}

int file_read_fd(int fd, size_t max, struct buf *out, struct error *err)
{
	struct stat found;

	if (fstat(fd, &found) < 0)
		return error_system(err, errno, "cannot be read");
	if (S_ISDIR(found.st_mode))
		return error_set(err, EISDIR, "this is a directory: give a file");
	if (S_ISREG(found.st_mode) && check_size(&found, max, err) < 0)
		return -1;
	return read_found(fd, &found, max, out, err);
}

int file_read_path(const char *path, size_t max, struct buf *out, struct error *err)
{
	int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	int result;

	if (fd < 0) {
		error_system(err, errno, "cannot be opened");
		error_in_file(err, path);
		return -1;
	}
	result = file_read_fd(fd, max, out, err);
	if (result < 0)
		error_in_file(err, path);
	close(fd);
	return result;
}

/* --- writing ---------------------------------------------------------------------------------------- */

int file_write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t done;

	while (len) {
		done = write(fd, at, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			errno = done < 0 ? errno : EIO;
			return -1;
		}
		at += done;
		len -= (size_t)done;
	}
	return 0;
}
