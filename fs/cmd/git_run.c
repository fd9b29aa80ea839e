#include "fs/cmd/git_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plist/base/file.h"

/* More than the list of a repository's files is nothing we ask for. */
#define ANSWER_MAX ((size_t)1 << 30)

#define WORDS_MAX 16
#define NOT_RUN 255
#define KILLED_BY 128

#define BLANKS " \t\r\n"

/* The reading and the writing end of a pipe. */
enum { READING, WRITING, ENDS };

/* Where git writes to: a pipe, and a file in memory, so that it never waits for us to read the other one first. */
static int make_ears(int *out, int *errors, struct error *err)
{
	*errors = memfd_create("git", MFD_CLOEXEC);
	if (*errors < 0)
		return error_system(err, errno, "cannot make a place for what git says");
	if (pipe2(out, O_CLOEXEC) == 0)
		return 0;
	error_system(err, errno, "cannot make a pipe for git");
	close(*errors);
	return -1;
}

__attribute__((noreturn))
static void become_git(const char *folder, const char *const *arguments, const int *out, int errors)
{
	const char *words[WORDS_MAX + 4] = { "git", "-C", folder };
	size_t i;

	for (i = 0; i < WORDS_MAX && arguments[i]; i++)
		words[i + 3] = arguments[i];
	/* So that what it says is known, and is said in the language of our own messages. */
	if (setenv("LC_ALL", "C", 1) == 0 && dup2(out[WRITING], STDOUT_FILENO) >= 0 && dup2(errors, STDERR_FILENO) >= 0)
		execvp("git", (char *const *)words);
	_exit(NOT_RUN);
}

static int await(pid_t pid, struct git_answer *answer, struct error *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_system(err, errno, "cannot learn how git ended");
	answer->status = WIFEXITED(status) ? WEXITSTATUS(status) : KILLED_BY + WTERMSIG(status);
	if (answer->status == NOT_RUN)
		return error_set(err, ENOENT, "git cannot be run: install it, or see that it is in $PATH");
	return 0;
}

/* Closes the pipe. */
static int run(const char *folder, const char *const *arguments, const int *out, int errors, struct git_answer *answer,
	       struct error *err)
{
	struct error ignored;
	pid_t pid = fork();
	int result;

	if (pid == 0)
		become_git(folder, arguments, out, errors);
	close(out[WRITING]);
	result = pid < 0 ? error_system(err, errno, "cannot run git") :
			   file_read_fd(out[READING], ANSWER_MAX, &answer->out, err);
	close(out[READING]); /* if not all of it was read, git does not wait for that either */
	if (pid < 0)
		return -1;
	if (await(pid, answer, result < 0 ? &ignored : err) < 0 || result < 0)
		return -1;
	if (lseek(errors, 0, SEEK_SET) < 0)
		return error_system(err, errno, "cannot read what git says");
	return file_read_fd(errors, ANSWER_MAX, &answer->errors, err);
}

int git_run(const char *folder, const char *const *arguments, struct git_answer *answer, struct error *err)
{
	int out[ENDS], errors, result;

	if (make_ears(out, &errors, err) < 0)
		return -1;
	result = run(folder, arguments, out, errors, answer, err);
	close(errors);
	return result;
}

int git_must_run(const char *folder, const char *const *arguments, struct git_answer *answer, struct error *err)
{
	if (git_run(folder, arguments, answer, err) < 0)
		return -1;
	if (answer->status == 0)
		return 0;
	return error_set(err, EIO, "git %s failed: %s", arguments[0], git_said(answer));
}

const char *git_said(struct git_answer *answer)
{
	BUF_AUTO flat = BUF_INIT;
	const char *at = buf_text(&answer->errors), *end;

	for (; *(at += strspn(at, BLANKS)); at = end) {
		if (flat.len)
			buf_add_text(&flat, flat.data[flat.len - 1] == ':' ? " " : "; ");
		end = at + strcspn(at, "\n");
		buf_add(&flat, at, (size_t)(end - at));
	}
	if (!buf_ok(&flat))
		return "it cannot be told why: out of memory";
	if (!flat.len)
		return "it does not say why";
	buf_clear(&answer->errors);
	buf_add(&answer->errors, flat.data, flat.len);
	return buf_text(&answer->errors);
}

void git_answer_free(struct git_answer *answer)
{
	buf_free(&answer->out);
	buf_free(&answer->errors);
}
