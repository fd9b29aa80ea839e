/*
 * The driver: a tree as a FUSE file system. Thin: it knows inodes, lookup counts and kernel caches, and
 * nothing of what the files mean.
 *
 *   driver_mount    the mount is there; requests wait
 *   driver_run      requests are answered, until it says why no longer
 *   driver_unmount  the mount is gone
 *   driver_free     gives everything back
 *
 * One thread answers one request at a time, in the order in which they came: the tree relies on it.
 *
 * A driver borrows its tree, which must outlive it. From driver_mount() on SIGTERM, SIGINT, SIGHUP and
 * SIGCHLD are blocked for good, except while driver_run() waits and answers (signals.h), so none can cut a save
 * short. A SIGHUP that was ignored (nohup(1)) stays ignored.
 */
#ifndef FUSE_DRIVER_H
#define FUSE_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fs/tree/tree.h"
#include "plist/base/error.h"

struct driver;

struct driver_options {
	const char *source;         /* what the list of mounts shows as the device */
	const char *const *passed;  /* options of libfuse, as it spells them, one in each string */
	size_t passed_count;
	bool read_only;
	/* Called once, by driver_run(), when the first request has been answered: the tree is really there.
	 * May be NULL. */
	void (*ready)(void *context);
	void *context;
};

/* Why driver_run() returned. */
enum driver_end {
	DRIVER_UNMOUNTED,  /* somebody unmounted it */
	DRIVER_SIGNALLED,  /* SIGTERM, SIGINT or SIGHUP: still mounted, nothing answered any more */
	DRIVER_CHILD_ENDED,
	DRIVER_FAILED,     /* the kernel and libfuse do not agree, or the device cannot be read */
};

/* Mounts `tree` on the directory `mountpoint` (absolute). 0 with a new `*out`, or -1: no FUSE here, not
 * permitted, an option that libfuse does not know; the reason says what to do. */
int driver_mount(struct driver **out, struct tree *tree, const char *mountpoint,
		 const struct driver_options *options, struct error *err);

/* Answers requests. With a `child` (else 0) until that child has ended, whatever else happens: an unmount
 * ends nothing, SIGINT is the child's alone, SIGTERM and SIGHUP are passed on to it. What the kernel had
 * queued when the end came is answered first. The child is left for waitpid(2). `err` is filled for
 * DRIVER_FAILED. */
enum driver_end driver_run(struct driver *driver, pid_t child, struct error *err);

/* In a child that was forked after driver_mount(): the signal mask as it was. */
void driver_restore_signals(const struct driver *driver);

/* For tree_surroundings.attributes_changed: the kernel is told to ask again for the attributes of an inode, unless it
 * will by itself (attributes.h). NULL, or a driver that answers no requests: nothing to tell. */
bool driver_attributes_changed(struct driver *driver, uint64_t ino, uint32_t holder);

/* The thread whose request is answered now, for tree_surroundings.asker. 0: none, or not known here. */
uint32_t driver_asker(const struct driver *driver);

/* The process whose request is answered now, for tree_surroundings.caller. 0: none, or not known here. */
uint64_t driver_caller(const struct driver *driver);

/* Unmounts, also while files are open in it: they get errors from then on. Does nothing the second time,
 * or when somebody else did it. */
void driver_unmount(struct driver *driver);

/* Unmounts if still mounted, and frees. NULL is fine. */
void driver_free(struct driver *driver);

#endif
