/*
 * Locks: one mount of a profile at a time; and where a daemon leaves word.
 *
 * The lock is a file in the user's runtime directory, named by a hash of the profile's real path; never the
 * profile itself, which a save replaces. flock(2) on it is held as long as the descriptor is open, also
 * across fork(2). The file goes with its last holder; what a killed process leaves, the next one uses.
 *
 * The runtime directory is $XDG_RUNTIME_DIR/profilefs, or /tmp/profilefs-UID where that variable is not set
 * or names somebody else's directory (su(1) leaves it so), with .2, .3, ... where that is somebody else's (root
 * in a user's name space). It must be the user's own, and 0700.
 */
#ifndef TREE_LOCK_H
#define TREE_LOCK_H

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/file.h"

struct lock {
	int fd;     /* -1: not held */
	char *path; /* of its file; owned */
};

#define LOCK_INIT ((struct lock){ .fd = -1 })

/* Takes the lock of the profile at `place`; waits up to `patience_ms` for one that is just leaving.
 * 0, or -1: it is mounted already (EBUSY; who holds it is said). */
int lock_take(struct lock *lock, const struct place *place, unsigned patience_ms, struct error *err);

/* Gives it back, and takes its file away unless somebody else holds it by then: the next one, or a process that shares
 * it since a fork. */
void lock_release(struct lock *lock);

/* The runtime directory, made if it is missing. 0 or -1 (it is somebody else's, cannot be made). */
int runtime_dir(struct buf *path, struct error *err);

#endif
