#include "fs/cmd/mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/cmd/holders.h"

#define OUR_TYPE "fuse.profilefs"
#define MOUNTS "/proc/self/mounts"

extern char **environ;

/* --- finding ---------------------------------------------------------------------------------------- */

static int add_real(const char *given, struct buf *path)
{
	char *real = realpath(given, NULL);

	if (!real)
		return -1;
	buf_add_text(path, real);
	free(real);
	return 0;
}

/* The last name of a path whose file cannot be looked at, under its real directory. */
static int add_by_parent(const char *given, struct buf *path)
{
	char *copy = strdup(given);
	char *slash;
	size_t len;
	int result;

	if (!copy)
		return -1;
	for (len = strlen(copy); len > 1 && copy[len - 1] == '/'; len--)
		copy[len - 1] = '\0';
	slash = strrchr(copy, '/');
	if (slash)
		*slash = '\0';
	result = add_real(!slash ? "." : slash == copy ? "/" : copy, path);
	if (result == 0 && strcmp(buf_text(path), "/") != 0)
		buf_add_char(path, '/');
	if (result == 0)
		buf_add_text(path, slash ? slash + 1 : copy);
	free(copy);
	return result;
}

int mountpoint_resolve(const char *given, struct buf *path, struct error *err)
{
	int result = add_real(given, path);

	if (result < 0 && (errno == ENOTCONN || errno == EACCES))
		result = add_by_parent(given, path);
	if (result < 0 && errno == ENOENT)
		return error_set(err, ENOENT, "the mount point %s is not there: make it with mkdir", given);
	if (result < 0)
		return error_system(err, errno, "cannot find the mount point %s", given);
	return buf_ok(path) ? 0 : error_memory(err);
}

/* --- looking ---------------------------------------------------------------------------------------- */

/* Not stat(2): the kernel still knows the attributes of a mount whose daemon is gone. */
static bool is_dead(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) < 0 && errno == ENOTCONN;
}

static unsigned long id_option(const struct mntent *entry, const char *name)
{
	const char *at = hasmntopt(entry, name);

	return at && at[strlen(name)] == '=' ? strtoul(at + strlen(name) + 1, NULL, 10) : 0;
}

static void take_entry(const struct mntent *entry, struct mountpoint *found)
{
	bool ours = strcmp(entry->mnt_type, OUR_TYPE) == 0;

	*found = (struct mountpoint){
		.kind = ours ? MOUNTPOINT_OURS : MOUNTPOINT_FOREIGN,
		.owner = (uid_t)id_option(entry, "user_id"),
		.group = (gid_t)id_option(entry, "group_id"),
	};
}

int mountpoint_look(const char *path, struct mountpoint *found, struct error *err)
{
	char text[3 * PATH_MAX];
	struct mntent entry;
	FILE *mounts = setmntent(MOUNTS, "re");

	if (!mounts)
		return error_system(err, errno, "cannot read %s", MOUNTS);
	*found = (struct mountpoint){ .kind = MOUNTPOINT_FREE };
	/* Later entries lie above earlier ones. */
	while (getmntent_r(mounts, &entry, text, sizeof(text)))
		if (strcmp(entry.mnt_dir, path) == 0)
			take_entry(&entry, found);
	endmntent(mounts);
	if (found->kind == MOUNTPOINT_OURS && is_dead(path))
		found->kind = MOUNTPOINT_DEAD;
	return 0;
}

void mountpoints_each(void (*use)(void *context, const char *path), void *context)
{
	char text[3 * PATH_MAX];
	struct mntent entry;
	FILE *mounts = setmntent(MOUNTS, "re");

	while (mounts && getmntent_r(mounts, &entry, text, sizeof(text)))
		if (strcmp(entry.mnt_type, OUR_TYPE) == 0)
			use(context, entry.mnt_dir);
	if (mounts)
		endmntent(mounts);
}

static int check_directory(const char *given, const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_system(err, errno, "cannot use the mount point %s", given);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ENOTDIR, "the mount point %s is not a directory: give an existing, "
				 "preferably empty directory", given);
	return 0;
}

int mountpoint_prepare(const char *given, struct buf *path, bool *was_dead, struct error *err)
{
	struct mountpoint found;

	*was_dead = false;
	if (mountpoint_resolve(given, path, err) < 0)
		return -1;
	for (;;) {
		if (mountpoint_look(buf_text(path), &found, err) < 0)
			return -1;
		if (found.kind != MOUNTPOINT_DEAD)
			break;
		if (mountpoint_detach(buf_text(path), true, err) < 0)
			return -1;
		*was_dead = true;
	}
	if (found.kind == MOUNTPOINT_OURS)
		return error_set(err, EBUSY, "a profile is mounted on %s already: unmount it first, with "
				 "`profilefs umount %s`", given, given);
	return check_directory(given, buf_text(path), err);
}

/* --- detaching -------------------------------------------------------------------------------------- */

/* Starts fusermount3 with its stderr going to `said`. 0 or an errno. */
static int start_fusermount(const char *path, bool lazy, int said, pid_t *pid)
{
	const char *argv[] = { "fusermount3", lazy ? "-uz" : "-u", "--", path, NULL };
	posix_spawn_file_actions_t actions;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed)
		return failed;
	failed = posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
	if (!failed)
		failed = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

static void read_to_end(int fd, struct buf *out)
{
	char bytes[512];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) != 0) {
		if (got > 0)
			buf_add(out, bytes, (size_t)got);
		else if (errno != EINTR)
			return;
	}
}

/* The exit status of fusermount3, what it said in `said`; or -1 with errno. */
static int run_fusermount(const char *path, bool lazy, struct buf *said)
{
	int ends[2], status, failed;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	failed = start_fusermount(path, lazy, ends[1], &pid);
	close(ends[1]);
	if (!failed)
		read_to_end(ends[0], said);
	close(ends[0]);
	if (failed) {
		errno = failed;
		return -1;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int busy(const char *path, struct error *err)
{
	BUF_AUTO holders = BUF_INIT;

	holders_add(path, &holders);
	if (holders.len && buf_ok(&holders))
		return error_set(err, EBUSY, "%s is in use by %s, so it stays mounted: close the files and leave the "
				 "directories in it, or use -l", path, buf_text(&holders));
	return error_set(err, EBUSY, "%s is in use, so it stays mounted: close the files and leave the "
			 "directories in it (as root `fuser -vm %s` shows whose they are), unmount what is mounted "
			 "below it, or use -l", path, path);
}

static int detach_as_user(const char *path, bool lazy, struct error *err)
{
	BUF_AUTO said = BUF_INIT;
	int status = run_fusermount(path, lazy, &said);

	if (status == 0)
		return 0;
	if (status < 0)
		return error_system(err, errno, "cannot unmount %s: fusermount3 does not run", path);
	if (strstr(buf_text(&said), strerror(EBUSY)))
		return busy(path, err);
	return error_set(err, EPERM, "cannot unmount %s: %.*s", path, (int)strcspn(buf_text(&said), "\n"),
			 buf_text(&said));
}

int mountpoint_detach(const char *path, bool lazy, struct error *err)
{
	if (umount2(path, UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) == 0)
		return 0;
	if (errno == EPERM)
		return detach_as_user(path, lazy, err);
	if (errno == EBUSY)
		return busy(path, err);
	return error_system(err, errno, "cannot unmount %s", path);
}
