/*
 * How far a command is with many profiles, for who waits at a terminal: "7 of 300 profiles signed" on a line of its
 * own, from the first second on, at most ten times a second. Whatever else is said takes its place (say.h).
 *
 *     struct progress progress = progress_begin("signed", count, quiet);
 *     progress_tell(&progress, done);     from the main thread, as often as it likes
 *     progress_end(&progress);
 *
 * Owns nothing.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
	const char *done_to_them; /* borrowed: "signed" */
	size_t total;
	bool off;                 /* nobody looks */
	long long due;            /* when the line may be drawn next: milliseconds of a clock that is never set */
};

/* Nothing is shown where stderr is no terminal, or a dumb one, of a single profile, and if `quiet`. */
struct progress progress_begin(const char *done_to_them, size_t total, bool quiet);

/* Tells that the first `done` are done, if it is time. */
void progress_tell(struct progress *progress, size_t done);

/* Takes the line away. */
void progress_end(const struct progress *progress);

/* The same with a clock of the caller's: that it begins at `now`; and whether the line is to be drawn at `now`, and
 * then not again too soon. */
void progress_begin_at(struct progress *progress, long long now);
bool progress_is_due(struct progress *progress, long long now);

#endif
