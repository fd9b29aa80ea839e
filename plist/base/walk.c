#include "plist/base/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* As many symbolic links as the kernel follows. */
#define LINKS_MAX 40

/* Closes it on the way to an error. Returns -1. */
static int give_up(int fd, int code)
{
	if (fd >= 0)
		close(fd);
	errno = code;
	return -1;
}

/* AT_STATX_DONT_SYNC: the kernel answers from what it has. */
static int device_of(int fd, dev_t *device)
{
	struct statx known;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, 0, &known) < 0)
		return -1;
	*device = makedev(known.stx_dev_major, known.stx_dev_minor);
	return 0;
}

dev_t walk_device(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	dev_t device = 0;

	if (fd < 0)
		return 0;
	if (device_of(fd, &device) < 0)
		device = 0;
	close(fd);
	return device;
}

/* Opens one name, without following it if it is a link. O_PATH asks the file system nothing. */
static int open_name(const struct walk_base *base, int dir, const char *name)
{
	int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	dev_t device;

	if (fd < 0 || !base->ours)
		return fd;
	if (device_of(fd, &device) < 0)
		return give_up(fd, errno);
	return device == base->ours ? give_up(fd, EDEADLK) : fd;
}

int walk_look(const struct walk_base *base, int dir, const char *name, mode_t *mode)
{
	int fd = open_name(base, dir, name);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return give_up(fd, errno);
	close(fd);
	*mode = st.st_mode;
	return 0;
}

/* Takes the first name off `rest`. False: there is none. */
static bool take_name(char *rest, char *name)
{
	size_t slashes = strspn(rest, "/"), len = strcspn(rest + slashes, "/");

	if (len > NAME_MAX)
		len = NAME_MAX + 1; /* too long for the kernel, too */
	memcpy(name, rest + slashes, len);
	name[len] = '\0';
	memmove(rest, rest + slashes + len, strlen(rest + slashes + len) + 1);
	return len > 0;
}

/* Puts a link's target before what is left of the way. */
static int put_before(char *rest, const char *target, size_t len)
{
	size_t after = strlen(rest);

	if (len + 1 + after >= PATH_MAX)
		return give_up(-1, ENAMETOOLONG);
	memmove(rest + len + 1, rest, after + 1);
	memcpy(rest, target, len);
	rest[len] = '/';
	return 0;
}

/* From `dir`, which is closed, to what `name` in it is, or to where its target counts from. That, or -1. */
static int step(const struct walk_base *base, int dir, const char *name, char *rest, unsigned *links)
{
	int next = open_name(base, dir, name);
	char target[PATH_MAX];
	ssize_t len;

	if (next < 0)
		return give_up(dir, errno);
	len = readlinkat(next, "", target, sizeof(target));
	if (len < 0) {
		close(dir);
		return next; /* no link */
	}
	close(next);
	if (++*links > LINKS_MAX)
		return give_up(dir, ELOOP);
	if (put_before(rest, target, (size_t)len) < 0)
		return give_up(dir, errno);
	if (target[0] != '/')
		return dir;
	close(dir);
	return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* A directory that may be searched and not listed is good enough. */
static int open_for_use(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == EACCES)
		return dir;
	if (fd < 0)
		return give_up(dir, errno);
	close(dir);
	return fd;
}

int walk_open(const struct walk_base *base, const char *path)
{
	char rest[PATH_MAX], name[NAME_MAX + 2];
	unsigned links = 0;
	int dir;

	if (strlen(path) >= sizeof(rest))
		return give_up(-1, ENAMETOOLONG);
	strcpy(rest, path);
	dir = path[0] == '/' ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) :
			       fcntl(base->dir, F_DUPFD_CLOEXEC, 0);
	while (dir >= 0 && take_name(rest, name))
		dir = step(base, dir, name, rest, &links);
	return dir < 0 ? -1 : open_for_use(dir);
}
