/*
 * The work of `check`: one profile, and many of them by several threads.
 */
#ifndef CMD_CHECK_WORK_H
#define CMD_CHECK_WORK_H

#include <stdbool.h>

#include "fs/cmd/paths.h"
#include "fs/cmd/check_result.h"
#include "plist/schema/check.h"
#include "plist/schema/schema.h"

/* Checks one profile or exploded tree. Everything there is to say is added to `result` (empty before), in order; what
 * could not be read is a problem without a rule. `options.schema` is used by this thread meanwhile. */
void check_one(const struct path *path, const struct check_options *options, struct check_result *result);

/* What all threads do. */
struct check_work {
	const struct paths *paths;
	const struct schema_sources *sources;
	struct check_options options; /* with the schema for one of them; the others open their own */
	unsigned jobs;                /* how many threads, at most */

	/* Called by the caller's thread, path by path in their order: with the place of the path, and its result.
	 * False: stop, nothing more is wanted. */
	bool (*take)(void *context, size_t place, const struct check_result *result);
	/* Called by the caller's thread while it waits, a few times a second, with how many were taken. */
	void (*wait)(void *context, size_t taken);
	void *context;
};

/* Checks all paths. The results are the same in the same order, however many threads there are. No more than a few
 * results per thread wait to be taken. */
void check_all(const struct check_work *work);

#endif
