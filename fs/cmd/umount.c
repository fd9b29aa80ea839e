/*
 * umount: asks for a save, says why when it fails and stays mounted then; else unmounts, waits until the
 * daemon is gone, and says how that went.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fs/cmd/command.h"
#include "fs/cmd/mountpoint.h"
#include "fs/cmd/result.h"
#include "fs/cmd/say.h"
#include "plist/base/file.h"

#define CONTROL_MAX ((size_t)1 << 20)

/* A daemon that takes longer than this is worth a word, and much longer is not waited for: the file system
 * may still be mounted in another mount namespace. */
#define PATIENCE_MS 10000
#define GIVE_UP_MS 120000
#define LAZY_MS 1000
#define POLL_MS 20

struct daemon {
	pid_t pid;
	bool merges; /* a conflict is settled when it is unmounted, not before */
	int watch;   /* readable when it has ended; -1: there is no such thing here */
};

struct request {
	const char *mountpoint;
	bool force; /* unmount although saving fails */
	bool lazy;
	bool done;
	int status;
};

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

static void take_word(struct request *request, const char *word)
{
	if (request->mountpoint)
		end_with(request, say_misuse("umount", "'%s' is too much: give one mount point", word));
	else
		request->mountpoint = word;
}

static void take(struct request *request, int option, char **argv)
{
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case 'f':
		request->force = true;
		break;
	case 'l':
		request->lazy = true;
		break;
	case 'h':
		end_with(request, say_help(command_umount.help));
		break;
	case 'n': /* what umount(8) hands to its helpers */
	case 'v':
	case 'r':
	case 't':
	case 'N':
		break;
	default:
		end_with(request, command_bad_option(&command_umount, option, argv));
	}
}

static const struct option long_options[] = {
	{ "force", no_argument, NULL, 'f' },
	{ "lazy", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse(struct request *request, int argc, char **argv)
{
	int option;

	while (!request->done && (option = getopt_long(argc, argv, "-:flhnvrt:N:", long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (!request->done && !request->mountpoint)
		end_with(request, say_misuse("umount", "the mount point is missing"));
}

/* --- the daemon ------------------------------------------------------------------------------------- */

static int read_control(const char *mountpoint, const char *name, struct buf *out, struct error *err)
{
	BUF_AUTO path = BUF_INIT;

	buf_add_format(&path, "%s/.profilefs/%s", mountpoint, name);
	if (!buf_ok(&path))
		return error_memory(err);
	return file_read_path(buf_text(&path), CONTROL_MAX, out, err);
}

/* The process number in a status text, from its line "pid: N"; 0: none. */
static pid_t parse_pid(const char *status)
{
	static const char name[] = "pid:";
	const char *line = status;

	while (strncmp(line, name, sizeof(name) - 1) != 0) {
		line = strchr(line, '\n');
		if (!line)
			return 0;
		line++;
	}
	return (pid_t)strtol(line + sizeof(name) - 1, NULL, 10);
}

/* A descriptor that becomes readable when the process ends, or -1: no such process, or no such call. */
static int watch_process(pid_t pid)
{
#ifdef SYS_pidfd_open
	return pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
#else
	(void)pid;
	return -1;
#endif
}

/* The process that serves the mount, watched before anything is done to it: its number may be another's
 * afterwards. */
static int find_daemon(const char *mountpoint, struct daemon *daemon, struct error *err)
{
	BUF_AUTO status = BUF_INIT;

	if (read_control(mountpoint, "status", &status, err) < 0)
		return -1;
	daemon->pid = parse_pid(buf_text(&status));
	daemon->merges = strstr(buf_text(&status), "\nconflict: merge\n") != NULL;
	daemon->watch = watch_process(daemon->pid);
	return 0;
}

/* Waits up to `ms` for the end of the process; true if it has ended. */
static bool wait_some(const struct daemon *daemon, int ms)
{
	struct pollfd ended = { .fd = daemon->watch, .events = POLLIN };
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };

	if (daemon->watch >= 0)
		return poll(&ended, 1, ms) > 0;
	for (; ms > 0; ms -= POLL_MS) {
		if (daemon->pid <= 0 || (kill(daemon->pid, 0) < 0 && errno == ESRCH))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static bool wait_gone(const struct daemon *daemon)
{
	if (wait_some(daemon, PATIENCE_MS))
		return true;
	say_note("waiting for process %ld to save and end", (long)daemon->pid);
	return wait_some(daemon, GIVE_UP_MS);
}

/* --- saving ----------------------------------------------------------------------------------------- */

/* fsync of the mount's root is a save. 0 or an errno. */
static int ask_for_save(const char *mountpoint)
{
	int fd = open(mountpoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = 0;

	if (fd < 0)
		return errno;
	if (fsync(fd) < 0)
		code = errno;
	close(fd);
	return code;
}

/* How many lines that was. */
static size_t say_lines(const struct buf *text)
{
	const char *line = buf_text(text);
	size_t count = 0;

	while (*line) {
		size_t len = strcspn(line, "\n");
		BUF_AUTO one = BUF_INIT;

		buf_add(&one, line, len);
		if (len > 0) {
			say_line(buf_text(&one));
			count++;
		}
		line += len + (line[len] == '\n');
	}
	return count;
}

/* The reason as the mount has it. */
static size_t say_reason(const char *mountpoint)
{
	BUF_AUTO last = BUF_INIT;
	struct error err;

	return read_control(mountpoint, "last-error", &last, &err) == 0 ? say_lines(&last) : 0;
}

static void say_still_mounted(const char *mountpoint, int code)
{
	bool said = say_reason(mountpoint) > 0;
	struct error err;

	error_set(&err, code, "%s was not saved (%s) and is still mounted: mend that and unmount it again; "
		  "`profilefs umount --force %s` unmounts it all the same and keeps the edits beside the "
		  "profile",
		  mountpoint, said ? "the reason is above" : strerror(code), mountpoint);
	say_problem(&err);
}

/* --- unmounting ------------------------------------------------------------------------------------- */

/* What the daemon left. Without word from it the save that was asked for before is what is known. */
static int say_result(const char *mountpoint, pid_t pid, int saved)
{
	BUF_AUTO lines = BUF_INIT;
	struct error err;
	int status;

	if (result_take(pid, &status, &lines) == 0) {
		say_lines(&lines);
		return status;
	}
	if (saved == 0)
		return 0;
	error_set(&err, saved, "%s is unmounted and was not saved (%s)", mountpoint, strerror(saved));
	say_problem(&err);
	return 1;
}

/* A lazy unmount that found it in use: the daemon goes on for those who still have files open. */
static int still_used(const char *mountpoint, int saved)
{
	say_note("%s is unmounted, but still in use: what is written to it from now on is saved when the "
		 "last file is closed, and nobody hears how that went", mountpoint);
	return saved == 0 ? 0 : 1;
}

static int still_there(const char *mountpoint, pid_t pid)
{
	struct error err;

	error_set(&err, ETIMEDOUT, "%s is unmounted here, but process %ld goes on: something may have files "
		  "of it open, or another mount namespace may have it mounted", mountpoint, (long)pid);
	return say_error(&err);
}

/* What became of the daemon after its mount was detached. The exit status. */
static int wait_for_result(const char *mountpoint, const struct daemon *daemon, bool lazy, int saved)
{
	bool gone = lazy ? wait_some(daemon, LAZY_MS) : wait_gone(daemon);

	if (gone)
		return say_result(mountpoint, daemon->pid, saved);
	result_forget(daemon->pid);
	return lazy ? still_used(mountpoint, saved) : still_there(mountpoint, daemon->pid);
}

/* Unmounts what was saved (`saved` is 0) or not (an errno). The exit status. */
static int detach_and_wait(const char *mountpoint, const struct daemon *daemon, bool lazy, int saved)
{
	struct error err;

	result_want(daemon->pid);
	if (mountpoint_detach(mountpoint, lazy, &err) == 0)
		return wait_for_result(mountpoint, daemon, lazy, saved);
	result_forget(daemon->pid);
	return say_error(&err);
}

static int unmount_living(const struct request *request, const char *mountpoint)
{
	struct daemon daemon = { .watch = -1 };
	struct error err;
	int code, status;

	if (find_daemon(mountpoint, &daemon, &err) < 0) {
		status = say_error(&err);
		if (!request->force)
			return status;
	}
	code = ask_for_save(mountpoint);
	if (code && !request->force && !(code == ESTALE && daemon.merges)) {
		say_still_mounted(mountpoint, code);
		status = 1;
	} else {
		status = detach_and_wait(mountpoint, &daemon, request->lazy, code);
	}
	if (daemon.watch >= 0)
		close(daemon.watch);
	return status;
}

/* Nobody knows any more whether there was anything to save. */
static int unmount_dead(const char *mountpoint)
{
	struct error err;

	if (mountpoint_detach(mountpoint, true, &err) < 0)
		return say_error(&err);
	error_set(&err, ENOTCONN, "%s was dead (its daemon is gone), so nothing could be saved now; it is unmounted. "
		  "What was written and not saved comes back when the profile is mounted again; `profilefs recover` "
		  "shows it", mountpoint);
	say_problem(&err);
	return 1;
}

/* Nobody but a mount's owner may look into it, not even root: so root goes on as the owner. */
static int become_owner(const struct mountpoint *found, struct error *err)
{
	if (setgroups(1, &found->group) < 0 || setresgid(found->group, found->group, found->group) < 0 ||
	    setresuid(found->owner, found->owner, found->owner) < 0)
		return error_system(err, errno, "cannot go on as user %ld, whose mount it is",
				    (long)found->owner);
	return 0;
}

/* Looks at what is there, as whoever may look into it. 0 or -1. */
static int look(const char *mountpoint, struct mountpoint *found, struct error *err)
{
	if (mountpoint_look(mountpoint, found, err) < 0)
		return -1;
	if (found->kind != MOUNTPOINT_OURS || geteuid() != 0 || found->owner == 0)
		return 0;
	if (become_owner(found, err) < 0)
		return -1;
	return mountpoint_look(mountpoint, found, err); /* only its owner is told that it is dead */
}

static int unmount(const struct request *request, const char *mountpoint)
{
	struct mountpoint found;
	struct error err;

	if (look(mountpoint, &found, &err) < 0)
		return say_error(&err);
	switch (found.kind) {
	case MOUNTPOINT_FREE:
		error_set(&err, EINVAL, "nothing is mounted on %s: give the directory of a profilefs mount",
			  mountpoint);
		return say_error(&err);
	case MOUNTPOINT_FOREIGN:
		error_set(&err, EINVAL, "what is mounted on %s is not a profile: unmount it with umount(8)",
			  mountpoint);
		return say_error(&err);
	case MOUNTPOINT_DEAD:
		return unmount_dead(mountpoint);
	case MOUNTPOINT_OURS:
		break;
	}
	return unmount_living(request, mountpoint);
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };
	BUF_AUTO mountpoint = BUF_INIT;
	struct error err;

	parse(&request, argc, argv);
	if (request.done)
		return request.status;
	if (mountpoint_resolve(request.mountpoint, &mountpoint, &err) < 0)
		return say_error(&err);
	return unmount(&request, buf_text(&mountpoint));
}

const struct command command_umount = {
	.name = "umount",
	.summary = "umount MOUNTPOINT [--force] [--lazy]",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs umount MOUNTPOINT [--force] [--lazy]\n\n"
	"Saves the profile that is mounted on MOUNTPOINT, unmounts it, and waits until\n"
	"that is done. If it cannot be saved, says why and leaves it mounted. Installed\n"
	"as umount.fuse.profilefs, this is what `umount MOUNTPOINT` runs.\n\n"
	"  -f, --force              unmount also if it cannot be saved; the edits are\n"
	"                           then kept beside the profile\n"
	"  -l, --lazy               unmount also while files are open in it\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs umount mnt\n\n"
	"A mount whose daemon was killed is detached; what it could not save makes the\n"
	"exit status 1.\n\n"
	"Exit status: 0 saved, or nothing was to be saved; 1 not saved; 2 not unmounted\n"
	"for another reason. `man profilefs-umount` has more.\n",
};
