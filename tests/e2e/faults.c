/*
 * A library to preload: makes one system call fail, or kills the process there.
 *
 * Only calls on what lies in some directories count, so that the count is the same whatever else the program does. They
 * go straight to the kernel: nothing of the C library's is needed, and nothing of it is called back.
 *
 *   FAULT_DIRS     absolute paths without symbolic links, with ':' between
 *   FAULT_LOG      a file to which each call's name is appended, one a line, and '!' to those that fail
 *   FAULT_NUMBER   which call, from 1; 0 or not set: none
 *   FAULT_KIND     an errno as a number; "short": half of what is to be written is; "torn": the same, and the next call
 *                  fails with ENOSPC; "cut": the same, and the process ends before the next; "kill": the process ends
 *                  before it
 *   FAULT_ALSO     calls that fail in the same way ever after, each with a ',' before and after
 *   FAULT_BUSY     set: renames over a file of this name fail with EBUSY and do not count
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "offsets are passed in one register");

/* --- which calls ------------------------------------------------------------------------------------ */

/* The whole path of `name` in `dir`, or of `dir` itself for NULL. False: it has none. */
static bool whole_path(int dir, const char *name, char *path, size_t size)
{
	char link[64];
	ssize_t len;

	if (name && *name == '/')
		return snprintf(path, size, "%s", name) < (int)size;
	snprintf(link, sizeof(link), dir == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", dir);
	len = syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	return !name || snprintf(path + len, size - (size_t)len, "/%s", name) < (int)(size - (size_t)len);
}

static bool counts(int dir, const char *name)
{
	const char *folder = getenv("FAULT_DIRS"), *end;
	char path[PATH_MAX * 2];
	int code = errno;
	bool known = folder && whole_path(dir, name, path, sizeof(path));

	errno = code;
	for (; known && folder && *folder; folder = *end ? end + 1 : end) {
		size_t len = strcspn(folder, ":");

		end = folder + len;
		if (strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0'))
			return true;
	}
	return false;
}

/* --- what becomes of them --------------------------------------------------------------------------- */

enum fate { PASSES, FAILS, IS_SHORT };

static void note(const char *call, bool fails)
{
	const char *log = getenv("FAULT_LOG");
	char line[64];
	int code = errno, fd, len = snprintf(line, sizeof(line), "%s%s\n", call, fails ? "!" : "");

	fd = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	if (fd >= 0) {
		syscall(SYS_write, fd, line, len);
		syscall(SYS_close, fd);
	}
	errno = code;
}

/* Half of it is done, and the next call has no good end. */
static bool is_torn(void)
{
	const char *kind = getenv("FAULT_KIND");

	return kind && (strcmp(kind, "torn") == 0 || strcmp(kind, "cut") == 0);
}

/* `*again`: it is not the first that is. */
static bool is_struck(const char *call, bool *again)
{
	static long count;
	const char *number = getenv("FAULT_NUMBER"), *also = getenv("FAULT_ALSO");
	long now = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST), wanted = number ? atol(number) : 0;
	char name[32];

	if (!wanted || now < wanted)
		return false;
	snprintf(name, sizeof(name), ",%s,", call);
	*again = now > wanted;
	return now == wanted || (now == wanted + 1 && is_torn()) || (also && strstr(also, name));
}

/* If the call fails, errno says why. */
static enum fate fate_of(const char *call, int dir, const char *name)
{
	const char *kind = getenv("FAULT_KIND");
	bool again = false, struck = counts(dir, name) && is_struck(call, &again);

	if (counts(dir, name))
		note(call, struck);
	if (!struck || !kind)
		return PASSES;
	if (strcmp(kind, "short") == 0 || (is_torn() && !again))
		return IS_SHORT;
	if (strcmp(kind, "kill") == 0 || strcmp(kind, "cut") == 0)
		syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
	errno = is_torn() ? ENOSPC : atoi(kind);
	return FAILS;
}

#define FAIL_IF_STRUCK(call, dir, name)                 \
	do {                                            \
		if (fate_of(call, dir, name) == FAILS)  \
			return -1;                      \
	} while (0)

/* --- files ------------------------------------------------------------------------------------------ */

static int open_file(int dir, const char *name, int flags, mode_t mode)
{
	bool creates = flags & O_CREAT, writes = (flags & O_ACCMODE) != O_RDONLY;

	FAIL_IF_STRUCK(creates ? "create" : writes ? "open-to-write" : "open", dir, name);
	return (int)syscall(SYS_openat, dir, name, flags, mode);
}

static mode_t mode_in(int flags, va_list arguments)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

/* A function of open(2)'s kind, which has its mode only where it may make a file. */
#define OPENS(dir, name, flags) \
	do { \
		va_list arguments; \
		mode_t mode; \
\
		va_start(arguments, flags); \
		mode = mode_in(flags, arguments); \
		va_end(arguments); \
		return open_file(dir, name, flags, mode); \
	} while (0)

int open(const char *name, int flags, ...)
{
	OPENS(AT_FDCWD, name, flags);
}

int open64(const char *name, int flags, ...)
{
	OPENS(AT_FDCWD, name, flags);
}

int openat(int dir, const char *name, int flags, ...)
{
	OPENS(dir, name, flags);
}

int openat64(int dir, const char *name, int flags, ...)
{
	OPENS(dir, name, flags);
}

/* It is closed all the same, as the kernel does it. */
int close(int fd)
{
	enum fate fate = fate_of("close", fd, NULL);
	int code = errno, result = (int)syscall(SYS_close, fd);

	if (fate != FAILS)
		return result;
	errno = code;
	return -1;
}

/* Half, but something: a write of nothing is no progress. */
static size_t length(enum fate fate, size_t len)
{
	return fate == IS_SHORT && len > 1 ? len / 2 : len;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	enum fate fate = fate_of("write", fd, NULL);

	return fate == FAILS ? -1 : syscall(SYS_write, fd, bytes, length(fate, len));
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	enum fate fate = fate_of("pwrite", fd, NULL);

	return fate == FAILS ? -1 : syscall(SYS_pwrite64, fd, bytes, length(fate, len), offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t offset)
{
	return pwrite(fd, bytes, len, offset);
}

int ftruncate(int fd, off_t len)
{
	FAIL_IF_STRUCK("ftruncate", fd, NULL);
	return (int)syscall(SYS_ftruncate, fd, len);
}

int ftruncate64(int fd, off_t len)
{
	return ftruncate(fd, len);
}

int fsync(int fd)
{
	FAIL_IF_STRUCK("fsync", fd, NULL);
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	FAIL_IF_STRUCK("fdatasync", fd, NULL);
	return (int)syscall(SYS_fdatasync, fd);
}

int flock(int fd, int operation)
{
	FAIL_IF_STRUCK("flock", fd, NULL);
	return (int)syscall(SYS_flock, fd, operation);
}

/* --- attributes ------------------------------------------------------------------------------------- */

int fchown(int fd, uid_t owner, gid_t group)
{
	FAIL_IF_STRUCK("fchown", fd, NULL);
	return (int)syscall(SYS_fchown, fd, owner, group);
}

int fchmod(int fd, mode_t mode)
{
	FAIL_IF_STRUCK("fchmod", fd, NULL);
	return (int)syscall(SYS_fchmod, fd, mode);
}

int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	FAIL_IF_STRUCK("fsetxattr", fd, NULL);
	return (int)syscall(SYS_fsetxattr, fd, name, value, size, flags);
}

int futimens(int fd, const struct timespec times[2])
{
	FAIL_IF_STRUCK("futimens", fd, NULL);
	return (int)syscall(SYS_utimensat, fd, NULL, times, 0);
}

/* --- directories ------------------------------------------------------------------------------------ */

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
	const char *busy = getenv("FAULT_BUSY");

	if (busy && strcmp(new, busy) == 0) {
		errno = EBUSY;
		return -1;
	}
	FAIL_IF_STRUCK("rename", to, new);
	return (int)syscall(SYS_renameat2, from, old, to, new, flags);
}

int renameat(int from, const char *old, int to, const char *new)
{
	return renameat2(from, old, to, new, 0);
}

int linkat(int from, const char *old, int to, const char *new, int flags)
{
	FAIL_IF_STRUCK("link", to, new);
	return (int)syscall(SYS_linkat, from, old, to, new, flags);
}

int unlinkat(int dir, const char *name, int flags)
{
	FAIL_IF_STRUCK("unlink", dir, name);
	return (int)syscall(SYS_unlinkat, dir, name, flags);
}

int unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

int mkdirat(int dir, const char *name, mode_t mode)
{
	FAIL_IF_STRUCK("mkdir", dir, name);
	return (int)syscall(SYS_mkdirat, dir, name, mode);
}

int mkdir(const char *name, mode_t mode)
{
	return mkdirat(AT_FDCWD, name, mode);
}
