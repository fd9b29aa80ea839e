/*
 * Profiles that are made and wait to be put where they belong: several at a time, as each then waits for the disk, and
 * a disk writes what is asked of it at the same time in one go.
 *
 * A batch owns its jobs, and a job all that is in it, until implode_batch_end().
 */
#ifndef CMD_IMPLODE_BATCH_H
#define CMD_IMPLODE_BATCH_H

#include <stdbool.h>

#include "fs/tree/implode.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"

#define IMPLODE_BATCH_MAX 64

/* One profile. */
struct implode_job {
	struct implosion implosion; /* not to be put if `result` is not 0 */
	struct buf base, output;    /* paths: the implosion borrows them */
	struct problems notes;
	struct error err;           /* why it failed */
	int result;                 /* 0, or -1 */
};

struct implode_batch {
	struct implode_job *jobs[IMPLODE_BATCH_MAX];
	size_t count;
};

/* A new job at the end, with nothing in it. NULL: out of memory. */
struct implode_job *implode_batch_add(struct implode_batch *batch);

/* True if it is time to put them: there are many, or they are large. */
bool implode_batch_is_full(const struct implode_batch *batch);

/* Puts every profile whose `result` is 0, and sets that and what was said. */
void implode_batch_put(struct implode_batch *batch);

/* Empties it. */
void implode_batch_end(struct implode_batch *batch);

#endif
