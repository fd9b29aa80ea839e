/*
 * What the program says: problems to stderr, or to the system's log once it is in the background; help to
 * stdout. Nothing else in the program writes to stderr.
 */
#ifndef CMD_SAY_H
#define CMD_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* One problem on one line. What is about no file is about us: "profilefs: error: ...". */
void say_problem(const struct error *problem);

/* All of a list, in order, and how many could not be remembered. */
void say_problems(const struct problems *problems);

/* A note: how things went, nothing wrong. */
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Tells who waits at a terminal how far it is: a short line, which whatever is said next, here or on stdout, replaces.
 * "": away with it. Nothing where stderr is no terminal. */
void say_waiting(const char *text);

/* A line that is in its printed form already (as somebody else said it). */
void say_line(const char *line);

/* Says how a command is used wrongly. Returns the exit status for it, 2. */
int say_misuse(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says an error and returns the exit status that goes with it. */
int say_error(const struct error *err);

/* From now on to the system's log (log_begin() comes first). */
void say_in_background(void);

/* From now on every line of at most that severity is also added to `record` (with a newline, and once, as long as
 * it is not too long), until this is called with NULL. */
void say_record(struct buf *record, enum severity at_most);

/* Whether a line that stands in the record is passed over; say_record() says no. */
void say_news_only(bool only);

/* Writes to stdout, all of it. 0, or -1 with the reason: the disk is full, ... */
int say_output(const void *bytes, size_t len, struct error *err);

/* Writes a help text to stdout. Returns the exit status: 0, or 2 if it could not be written. */
int say_help(const char *text);

#endif
