#include "fs/cmd/background.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

bool background_fork(struct background *background, int *status)
{
	int ends[2];
	pid_t pid;

	*background = BACKGROUND_NONE;
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

void background_leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	say_in_background();
	setsid();
	if (chdir("/") < 0 || null < 0)
		say_note("cannot leave the working directory or the terminal quite: %s", strerror(errno));
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
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
