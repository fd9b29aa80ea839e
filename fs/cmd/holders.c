#include "fs/cmd/holders.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More names than this help nobody. */
#define SHOWN_MAX 4

/* A link of proc(5) is read, never followed: what it names may be a mount that does not answer. */
static bool leads_below(int dir, const char *name, const char *path)
{
	size_t len = strlen(path);
	char target[PATH_MAX];
	ssize_t got = readlinkat(dir, name, target, sizeof(target) - 1);

	if (got < 0)
		return false;
	target[got] = '\0';
	return strncmp(target, path, len) == 0 && (target[len] == '/' || target[len] == '\0');
}

static bool has_open(int process, const char *path)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool found = false;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && (entry = readdir(dir)))
		found = leads_below(dirfd(dir), entry->d_name, path);
	closedir(dir);
	return found;
}

static bool holds(int process, const char *path)
{
	return leads_below(process, "cwd", path) || leads_below(process, "root", path) ||
	       leads_below(process, "exe", path) || has_open(process, path);
}

/* A process chooses its name itself: what a terminal would not just show is replaced. */
static void add_name(int process, const char *number, struct buf *out)
{
	char name[64];
	int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);
	size_t i;

	if (fd >= 0)
		close(fd);
	name[got > 0 ? got : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	for (i = 0; name[i]; i++)
		if (!isprint((unsigned char)name[i]))
			name[i] = '?';
	buf_add_format(out, "%s%s (%s)", out->len ? ", " : "", name[0] ? name : "process", number);
}

/* True if the process is one of them. */
static bool look_at(int proc, const char *number, const char *path, bool show, struct buf *out)
{
	int process = openat(proc, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool found = process >= 0 && holds(process, path);

	if (found && show)
		add_name(process, number, out);
	if (process >= 0)
		close(process);
	return found;
}

void holders_add(const char *path, struct buf *out)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int count = 0;

	if (!proc)
		return;
	while (count <= SHOWN_MAX && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) && strtol(entry->d_name, NULL, 10) != (long)getpid())
			count += look_at(dirfd(proc), entry->d_name, path, count < SHOWN_MAX, out);
	if (count > SHOWN_MAX)
		buf_add_text(out, " and others");
	closedir(proc);
}
