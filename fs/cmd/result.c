#include "fs/cmd/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree/lock.h"
#include "plist/base/file.h"

/* Much more than a daemon ever says. */
#define RESULT_MAX ((size_t)1 << 20)

/* The file is looked for in a directory that is the user's own (runtime_dir() sees to it). */
static int result_path(pid_t pid, struct buf *path)
{
	struct error ignored;

	if (runtime_dir(path, &ignored) < 0)
		return -1;
	buf_add_format(path, "/result-%ld", (long)pid);
	return buf_ok(path) ? 0 : -1;
}

int result_want(pid_t pid)
{
	BUF_AUTO path = BUF_INIT;
	int fd;

	if (result_path(pid, &path) < 0)
		return -1;
	fd = open(buf_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : close(fd);
}

static int write_all(int fd, const struct buf *bytes)
{
	size_t done = 0;

	while (done < bytes->len) {
		ssize_t written = write(fd, bytes->data + done, bytes->len - done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		done += (size_t)written;
	}
	return 0;
}

void result_leave(int status, const struct buf *lines)
{
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	int fd;

	if (result_path(getpid(), &path) < 0)
		return;
	fd = open(buf_text(&path), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return; /* nobody asked */
	buf_add_format(&text, "%d\n%s", status, buf_text(lines));
	/* What is half written says nothing. */
	if (!buf_ok(&text) || write_all(fd, &text) < 0)
		unlink(buf_text(&path));
	close(fd);
}

int result_take(pid_t pid, int *status, struct buf *lines)
{
	BUF_AUTO path = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	struct error ignored;
	char *end;
	int result;

	if (result_path(pid, &path) < 0)
		return -1;
	result = file_read_path(buf_text(&path), RESULT_MAX, &text, &ignored);
	unlink(buf_text(&path));
	if (result < 0 || text.len == 0)
		return -1;
	*status = (int)strtol(buf_text(&text), &end, 10);
	if (*end != '\n')
		return -1;
	buf_add_text(lines, end + 1);
	return 0;
}

void result_forget(pid_t pid)
{
	BUF_AUTO path = BUF_INIT;

	if (result_path(pid, &path) == 0)
		unlink(buf_text(&path));
}
