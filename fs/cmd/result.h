/*
 * How a mount ended: left by its daemon for the one who unmounts, since nothing else tells an unrelated
 * process how another one ended.
 *
 * Who wants to know makes an empty file in the user's runtime directory, named by the daemon's process
 * number, before unmounting; the daemon writes into it only if it is there; who wanted it takes it away.
 * So nothing is left behind by mounts that nobody asks about.
 */
#ifndef CMD_RESULT_H
#define CMD_RESULT_H

#include <sys/types.h>

#include "plist/base/buf.h"

/* Asks the process for its result. 0, or -1: it cannot be asked. */
int result_want(pid_t pid);

/* Leaves this process's result, if it was asked for: an exit status and what was said, lines in their
 * printed form. */
void result_leave(int status, const struct buf *lines);

/* Takes the result. 0, or -1: none was left. Either way nothing is wanted any more. */
int result_take(pid_t pid, int *status, struct buf *lines);

/* Wants it no longer. */
void result_forget(pid_t pid);

#endif
