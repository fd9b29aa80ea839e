#include "fs/fuse/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse_log.h>
#include <fuse_lowlevel.h>
#include <fuse_opt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/fuse/ops.h"
#include "fs/fuse/permission.h"
#include "fs/fuse/signals.h"

/* Requests that are still answered after the end came; a busy client must not keep us for ever. */
#define DRAIN_MAX 1024

/* How often in a row the device may fail, and how long to wait after each (ms), until it counts as broken. */
#define FAILURES_MAX 100
#define FAILURE_PAUSE 10

struct driver {
	struct fuse_session *session;
	struct ops_context answers;
	void (*ready)(void *context); /* NULL: told already */
	void *context;
	bool mounted;                 /* by us, and not unmounted by us */
	bool greeted;                 /* the handshake with the kernel is done */
	int failures;                 /* of the device, in a row */
	struct fuse_buf request;      /* wiped as soon as it is answered */
};

/* --- what libfuse says ------------------------------------------------------------------------------ */

/* libfuse has one log for the process; its last line is the reason when mounting fails. */
static char last_said[256];

__attribute__((format(printf, 2, 0)))
static void hear(enum fuse_log_level level, const char *format, va_list args)
{
	if (level <= FUSE_LOG_WARNING)
		vsnprintf(last_said, sizeof(last_said), format, args);
}

/* The last line without the library's prefix and the newline, or NULL. */
static const char *heard(void)
{
	static const char prefix[] = "fuse: ";
	char *text = last_said;

	text[strcspn(text, "\n")] = '\0';
	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		text += sizeof(prefix) - 1;
	return *text ? text : NULL;
}

/* --- mounting --------------------------------------------------------------------------------------- */

#define FUSE_DEVICE "/dev/fuse"
#define IN_CONTAINER "in a container start it with --device /dev/fuse --cap-add SYS_ADMIN"

static int check_device(struct error *err)
{
	int fd = open(FUSE_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	switch (errno) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return error_set(err, errno,
				 "this system has no FUSE (%s: %s): load it with `modprobe fuse`; "
				 IN_CONTAINER, FUSE_DEVICE, strerror(errno));
	case EACCES:
	case EPERM:
		return error_set(err, errno,
				 "%s may not be opened (%s): it should be readable and writable for all "
				 "(mode 0666); " IN_CONTAINER, FUSE_DEVICE, strerror(errno));
	default:
		return error_system(err, errno, "cannot open %s", FUSE_DEVICE);
	}
}

static bool add_option(char **list, const char *name, const char *value)
{
	char text[4096 + 16];

	if ((size_t)snprintf(text, sizeof(text), "%s%s", name, value) >= sizeof(text))
		return false;
	return fuse_opt_add_opt_escaped(list, text) == 0;
}

/* All options as one list, as libfuse wants them; later ones win. NULL: out of memory. */
static char *option_list(const struct driver *driver, const struct driver_options *options)
{
	char *list = NULL;
	bool ok;
	size_t i;

	ok = add_option(&list, "subtype=", "profilefs") && add_option(&list, "fsname=", options->source);
	if (ok && !driver->answers.judges)
		ok = add_option(&list, "default_permissions", "");
	if (ok && options->read_only)
		ok = add_option(&list, "ro", "");
	for (i = 0; ok && i < options->passed_count; i++)
		ok = add_option(&list, options->passed[i], "");
	if (ok)
		return list;
	free(list);
	return NULL;
}

static int new_session(struct driver *driver, const struct driver_options *options, struct error *err)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	char *list = option_list(driver, options);
	int result = -1;

	if (!list || fuse_opt_add_arg(&args, "profilefs") < 0 || fuse_opt_add_arg(&args, "-o") < 0 ||
	    fuse_opt_add_arg(&args, list) < 0) {
		error_memory(err);
		goto out;
	}
	driver->session = fuse_session_new(&args, &driver_ops, sizeof(driver_ops), &driver->answers);
	if (!driver->session) {
		error_set(err, EINVAL, "the mount options do not fit: %s",
			  heard() ? heard() : "libfuse refuses them");
		goto out;
	}
	result = 0;
out:
	fuse_opt_free_args(&args);
	free(list);
	return result;
}

/* For users libfuse runs fusermount3, which says on stderr itself why it refuses. */
static int cannot_mount(const char *mountpoint, struct error *err)
{
	if (!heard())
		return error_set(err, EPERM, "cannot mount on %s: fusermount3 refuses, and says why above",
				 mountpoint);
	return error_set(err, EPERM, "cannot mount on %s: %s; mounting needs root, or a usable fusermount3; "
			 IN_CONTAINER, mountpoint, heard());
}

static int mount_session(struct driver *driver, const char *mountpoint, struct error *err)
{
	if (fuse_session_mount(driver->session, mountpoint) < 0)
		return cannot_mount(mountpoint, err);
	driver->mounted = true;
	return 0;
}

/* The value of a max_read among the options; 0: none. */
static unsigned find_max_read(const struct driver_options *options)
{
	unsigned value = 0;
	size_t i;

	for (i = 0; i < options->passed_count; i++)
		if (strncmp(options->passed[i], "max_read=", 9) == 0)
			value = (unsigned)strtoul(options->passed[i] + 9, NULL, 10);
	return value;
}

int driver_mount(struct driver **out, struct tree *tree, const char *mountpoint,
		 const struct driver_options *options, struct error *err)
{
	struct driver *driver;

	if (check_device(err) < 0)
		return -1;
	driver = calloc(1, sizeof(*driver));
	if (!driver)
		return error_memory(err);
	driver->answers.tree = tree;
	driver->answers.max_read = find_max_read(options);
	driver->answers.judges = permission_is_ours(options->passed, options->passed_count);
	driver->ready = options->ready;
	driver->context = options->context;
	last_said[0] = '\0';
	fuse_set_log_func(hear);
	if (signals_block(err) < 0 || new_session(driver, options, err) < 0 ||
	    mount_session(driver, mountpoint, err) < 0) {
		driver_free(driver);
		return -1;
	}
	*out = driver;
	return 0;
}

/* --- answering -------------------------------------------------------------------------------------- */

/* The first request is the handshake; when it fails the session is over. */
static void tell_ready(struct driver *driver)
{
	if (fuse_session_exited(driver->session))
		return;
	driver->greeted = true;
	if (driver->ready)
		driver->ready(driver->context);
	driver->ready = NULL;
}

/* The kernel has let go of the device: unmounted or aborted, whatever read(2) calls it. */
static bool is_disconnected(struct driver *driver)
{
	struct pollfd device = { .fd = fuse_session_fd(driver->session), .events = POLLIN };

	return poll(&device, 1, 0) == 1 && (device.revents & POLLERR);
}

/* A request that could not be read has failed for whoever made it; the next may be fine, and a mount must not end
 * for a moment without memory. 0 until the device has failed too often: then -1. */
static int bear_failure(struct driver *driver, int code)
{
	if (code == EINTR || code == EAGAIN) {
		signals_calm();
		return 0;
	}
	if (is_disconnected(driver)) {
		fuse_session_exit(driver->session);
		return 0;
	}
	if (++driver->failures < FAILURES_MAX) {
		poll(NULL, 0, FAILURE_PAUSE);
		return 0;
	}
	snprintf(last_said, sizeof(last_said), "the FUSE device cannot be read any more: %s", strerror(code));
	return -1;
}

/* Answers one request if there is one. 0, or -1: the device is broken. */
static int answer_one(struct driver *driver)
{
	int got = fuse_session_receive_buf(driver->session, &driver->request);

	if (got < 0)
		return bear_failure(driver, -got);
	driver->failures = 0;
	if (got == 0)
		return 0; /* unmounted, fuse_session_exited() says so */
	attributes_begin(&driver->answers.attributes);
	fuse_session_process_buf(driver->session, &driver->request);
	explicit_bzero(driver->request.mem, (size_t)got); /* a value that was written, perhaps refused */
	tell_ready(driver);
	return 0;
}

/* A request that its caller gave up is gone between poll(2) and read(2): the device does not wait any more. */
static void answer_queued(struct driver *driver)
{
	struct pollfd requests = { .fd = fuse_session_fd(driver->session), .events = POLLIN };
	int count;

	for (count = 0; count < DRAIN_MAX && !fuse_session_exited(driver->session); count++)
		if (poll(&requests, 1, 0) <= 0 || answer_one(driver) < 0)
			return;
}

static bool child_ended(pid_t child)
{
	siginfo_t info = { 0 };

	return child > 0 && waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == child;
}

/* What one signal means: true if it is the end. */
static bool signal_ends(int number, pid_t child, enum driver_end *end)
{
	if (number == SIGCHLD) {
		*end = DRIVER_CHILD_ENDED;
		return child_ended(child);
	}
	if (child > 0) {
		if (number != SIGINT)
			kill(child, number);
		return false;
	}
	*end = DRIVER_SIGNALLED;
	return true;
}

/* True if one of those that came is the end. */
static bool signals_end(pid_t child, enum driver_end *end)
{
	int number;

	while ((number = signals_next()))
		if (signal_ends(number, child, end))
			return true;
	return false;
}

static enum driver_end run(struct driver *driver, pid_t child)
{
	enum driver_end end = DRIVER_FAILED;

	for (;;) {
		while (signals_pending())
			if (signals_end(child, &end))
				return end;
		if (fuse_session_exited(driver->session))
			signals_wait(); /* for the child alone */
		else if (answer_one(driver) < 0)
			return DRIVER_FAILED;
		if (!fuse_session_exited(driver->session))
			continue;
		if (!driver->greeted)
			return DRIVER_FAILED;
		if (child <= 0)
			return DRIVER_UNMOUNTED;
	}
}

enum driver_end driver_run(struct driver *driver, pid_t child, struct error *err)
{
	enum driver_end end = DRIVER_FAILED;

	last_said[0] = '\0';
	if (signals_admit(fuse_session_fd(driver->session)) < 0) {
		error_system(err, errno, "cannot set up %s", FUSE_DEVICE);
		return end;
	}
	driver->answers.attributes.session = driver->session;
	end = run(driver, child);
	signals_refuse();
	answer_queued(driver);
	driver->answers.attributes.session = NULL;
	if (end == DRIVER_FAILED)
		error_set(err, EIO, "the mount ended: %s", heard() ? heard() : "the handshake with FUSE failed");
	return end;
}

void driver_restore_signals(const struct driver *driver)
{
	(void)driver;
	signals_restore();
}

bool driver_attributes_changed(struct driver *driver, uint64_t ino, uint32_t holder)
{
	return !driver || attributes_changed(&driver->answers.attributes, ino, holder);
}

uint32_t driver_asker(const struct driver *driver)
{
	return driver ? driver->answers.attributes.asker : 0;
}

/* The kernel names the thread that asked, proc(5) its process. Without that, the thread. */
static pid_t process_of(pid_t thread)
{
	static const char name[] = "\nTgid:";
	char path[40], status[1024];
	const char *line;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return thread;
	got = read(fd, status, sizeof(status) - 1);
	close(fd);
	status[got > 0 ? got : 0] = '\0';
	line = strstr(status, name);
	return line ? (pid_t)strtol(line + sizeof(name) - 1, NULL, 10) : thread;
}

uint64_t driver_caller(const struct driver *driver)
{
	return driver && driver->answers.caller ? (uint64_t)process_of(driver->answers.caller) : 0;
}

/* --- the end ---------------------------------------------------------------------------------------- */

void driver_unmount(struct driver *driver)
{
	if (!driver->mounted)
		return;
	fuse_session_unmount(driver->session);
	driver->mounted = false;
}

void driver_free(struct driver *driver)
{
	if (!driver)
		return;
	driver_unmount(driver);
	ops_context_free(&driver->answers);
	if (driver->session)
		fuse_session_destroy(driver->session);
	free(driver->request.mem);
	free(driver);
}
