/*
 * The system's log: where a mount in the background speaks.
 *
 * Without a log nothing is written, and nothing waits.
 */
#ifndef CMD_LOG_H
#define CMD_LOG_H

#include "plist/base/error.h"

/* Opens the log. Each line is preceded by `name`, so that those of two mounts can be told apart; it must last. */
void log_begin(const char *name);

/* A line that is in its printed form. */
void log_line(enum severity severity, const char *line);

/* A descriptor for the standard streams of a process in the background: what is written to it is a message to the
 * log, or lost where that has no room; nobody waits. -1: there is no log. The caller closes it. */
int log_stream(void);

#endif
