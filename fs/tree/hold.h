/*
 * Signals that wait while files are made: one that ended the program then would leave half of them.
 *
 * A hold is begun and ended in one function, and owns nothing.
 */
#ifndef TREE_HOLD_H
#define TREE_HOLD_H

#include <signal.h>

/* How signals were treated before. */
struct hold {
	sigset_t mask;
	struct sigaction file_size;
};

/* SIGINT, SIGTERM, SIGHUP and SIGQUIT come when the hold ends. A file that is larger than the user's limit is an error
 * of its write (EFBIG). */
void hold_begin(struct hold *hold);
void hold_end(const struct hold *hold);

#endif
