/*
 * Into the background: the command forks at once, so that locks, passphrases and the process number are the
 * daemon's own, and the process in the foreground waits for it to be ready or to fail.
 *
 *     if (background_fork(&background, &status))
 *             return status;                  in the foreground
 *     ...                                     in the daemon, the terminal still there: ask, complain
 *     background_leave_terminal(&background, name);
 *     background_ready(&background);          the foreground leaves with 0
 */
#ifndef CMD_BACKGROUND_H
#define CMD_BACKGROUND_H

#include <stdbool.h>
#include <sys/select.h>

struct background {
	int ready;        /* pipe to the foreground; -1: nobody waits */
	fd_set inherited; /* descriptors that whoever called us left open */
};

#define BACKGROUND_NONE ((struct background){ .ready = -1 })

/* Forks. False in the new process. True in the old one when that is ready (`*status` 0) or has ended before
 * (its own exit status, or 2 and said why). */
bool background_fork(struct background *background, int *status);

/* A session of its own, working directory /, and nothing open that was inherited: somebody may wait for its end.
 * What is said, and what libraries write to the standard streams, goes to the system's log; `name` tells there which
 * of several this is, and must last. */
void background_leave_terminal(const struct background *background, const char *name);

/* Tells the foreground; the second time, or when nobody waits, nothing. */
void background_ready(struct background *background);

#endif
