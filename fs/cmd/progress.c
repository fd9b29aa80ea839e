#include "fs/cmd/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fs/cmd/say.h"

/* What is over sooner is told nobody; and how often the line is drawn. Milliseconds. */
#define PATIENCE 1000
#define PERIOD   100

static long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A dumb terminal cannot erase a line. */
static bool can_redraw(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

void progress_begin_at(struct progress *progress, long long now)
{
	progress->due = now + PATIENCE;
}

bool progress_is_due(struct progress *progress, long long now)
{
	if (now < progress->due)
		return false;
	progress->due = now + PERIOD;
	return true;
}

struct progress progress_begin(const char *done_to_them, size_t total, bool quiet)
{
	struct progress progress = {
		.done_to_them = done_to_them, .total = total, .off = quiet || total < 2 || !can_redraw(),
	};

	progress_begin_at(&progress, milliseconds());
	return progress;
}

void progress_tell(struct progress *progress, size_t done)
{
	char text[80];

	if (progress->off || !progress_is_due(progress, milliseconds()))
		return;
	snprintf(text, sizeof(text), "%zu of %zu profiles %s", done, progress->total, progress->done_to_them);
	say_waiting(text);
}

void progress_end(const struct progress *progress)
{
	if (!progress->off)
		say_waiting("");
}
