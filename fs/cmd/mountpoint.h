/*
 * Mount points: found, looked at, detached.
 */
#ifndef CMD_MOUNTPOINT_H
#define CMD_MOUNTPOINT_H

#include <stdbool.h>
#include <sys/types.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* What is mounted on a directory. */
enum mountpoint_kind {
	MOUNTPOINT_FREE,      /* nothing */
	MOUNTPOINT_OURS,      /* a profilefs mount */
	MOUNTPOINT_DEAD,      /* a profilefs mount whose daemon is gone */
	MOUNTPOINT_FOREIGN,   /* something else */
};

struct mountpoint {
	enum mountpoint_kind kind;
	uid_t owner; /* who mounted it, if it is ours */
	gid_t group;
};

/* The absolute path, links followed; of a dead mount too. 0 or -1. */
int mountpoint_resolve(const char *given, struct buf *path, struct error *err);

/* Looks at the topmost mount on `path` (as mountpoint_resolve() gives it). 0 or -1. */
int mountpoint_look(const char *path, struct mountpoint *found, struct error *err);

/* Finds the directory `given` for mounting: absolute in `path`, with nothing of ours on it. A dead mount is
 * detached first, and `*was_dead` says so. 0, or -1: not there, no directory, one of ours is there. */
int mountpoint_prepare(const char *given, struct buf *path, bool *was_dead, struct error *err);

/* Calls `use` with each place where one of ours is mounted, as far as the list of mounts can be read; the mounts
 * themselves are not asked. */
void mountpoints_each(void (*use)(void *context, const char *path), void *context);

/* Unmounts; `lazy`: also while it is in use. As root directly, else with fusermount3. 0, or -1; the code is
 * EBUSY if it is in use. */
int mountpoint_detach(const char *path, bool lazy, struct error *err);

#endif
