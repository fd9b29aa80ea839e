/*
 * git, run as a program: what it answers, and what it says when it cannot.
 */
#ifndef CMD_GIT_RUN_H
#define CMD_GIT_RUN_H

#include "plist/base/buf.h"
#include "plist/base/error.h"

struct git_answer {
	int status;        /* its exit status; 128 and the number for a signal */
	struct buf out;    /* what it wrote to the standard output */
	struct buf errors; /* and to the standard error */
};

#define GIT_ANSWER_INIT ((struct git_answer){ .out = BUF_INIT, .errors = BUF_INIT })

/* Runs `git -C folder arguments...` (ends with NULL) without a shell, and adds to `answer`. 0 whatever git came to, or
 * -1: it is not there, or cannot be run. */
int git_run(const char *folder, const char *const *arguments, struct git_answer *answer, struct error *err);

/* The same, where git has no reason to fail: then -1 with what it said. */
int git_must_run(const char *folder, const char *const *arguments, struct git_answer *answer, struct error *err);

/* What it said, all of it in one line. */
const char *git_said(struct git_answer *answer);

void git_answer_free(struct git_answer *answer);

#define GIT_ANSWER_AUTO __attribute__((cleanup(git_answer_free))) struct git_answer

#endif
