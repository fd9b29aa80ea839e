#include "fs/cmd/background.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/cmd/log.h"
#include "fs/cmd/say.h"

static int failed(const char *what)
{
	struct error err;

	error_system(&err, errno, "cannot go into the background (%s); -f stays in the foreground", what);
	return say_error(&err);
}

/* The exit status for a daemon that ended before it was ready. */
static int ended_early(pid_t pid)
{
	struct error err;
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return failed("waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		return WEXITSTATUS(status); /* it said why */
	if (WIFSIGNALED(status))
		error_set(&err, EINTR, "the background process was killed by signal %d before the mount was "
			  "there", WTERMSIG(status));
	else
		error_set(&err, EINTR, "the mount was ended again before it was used");
	return say_error(&err);
}

static int wait_for(int fd, pid_t pid)
{
	char word;
	ssize_t got;

	do
		got = read(fd, &word, 1);
	while (got < 0 && errno == EINTR);
	close(fd);
	return got == 1 ? 0 : ended_early(pid);
}

/* --- what is inherited ------------------------------------------------------------------------------ */

/* True for what is open and would stay so in a program that is executed: all that we open ourselves would not. */
static bool is_lasting(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && !(flags & FD_CLOEXEC);
}

static void find_inherited(fd_set *found)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	FD_ZERO(found);
	while (dir && (entry = readdir(dir))) {
		long fd = strtol(entry->d_name, NULL, 10);

		if (fd > STDERR_FILENO && fd < FD_SETSIZE && is_lasting((int)fd))
			FD_SET((int)fd, found);
	}
	if (dir)
		closedir(dir);
}

static void close_inherited(const fd_set *inherited)
{
	int fd;

	for (fd = STDERR_FILENO + 1; fd < FD_SETSIZE; fd++)
		if (FD_ISSET(fd, inherited) && is_lasting(fd))
			close(fd);
}

/* --- leaving ---------------------------------------------------------------------------------------- */

bool background_fork(struct background *background, int *status)
{
	int ends[2];
	pid_t pid;

	*background = BACKGROUND_NONE;
	find_inherited(&background->inherited);
	if (pipe2(ends, O_CLOEXEC) < 0) {
		*status = failed("pipe");
		return true;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		background->ready = ends[1];
		return false;
	}
	close(ends[1]);
	if (pid > 0) {
		*status = wait_for(ends[0], pid);
		return true;
	}
	*status = failed("fork");
	close(ends[0]);
	return true;
}

static void leave_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = log_stream();

	if (null < 0) {
		say_note("cannot leave the terminal quite: /dev/null: %s", strerror(errno));
	} else {
		dup2(null, STDIN_FILENO);
		dup2(log < 0 ? null : log, STDOUT_FILENO);
		dup2(log < 0 ? null : log, STDERR_FILENO);
		close(null);
	}
	if (log >= 0)
		close(log);
}

void background_leave_terminal(const struct background *background, const char *name)
{
	log_begin(name);
	say_in_background();
	setsid();
	if (chdir("/") < 0)
		say_note("cannot leave the working directory: %s", strerror(errno));
	close_inherited(&background->inherited);
	leave_streams();
}

void background_ready(struct background *background)
{
	ssize_t told;

	if (background->ready < 0)
		return;
	do
		told = write(background->ready, "", 1);
	while (told < 0 && errno == EINTR);
	close(background->ready);
	background->ready = -1;
}
