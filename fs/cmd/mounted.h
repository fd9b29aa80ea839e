/*
 * A profile, or a folder of profiles, that is open, shown as a tree, and mounted: what mount, exec and edit have in
 * common.
 */
#ifndef CMD_MOUNTED_H
#define CMD_MOUNTED_H

#include <stdbool.h>
#include <sys/resource.h>

#include "fs/cmd/options.h"
#include "fs/fuse/driver.h"
#include "fs/tree/collection.h"
#include "fs/tree/profile.h"
#include "fs/tree/tree.h"

struct mounted {
	struct profile profile;
	bool open;             /* `profile` is */
	struct collection *collection; /* of a folder; NULL: it is one profile */
	struct tree *tree;
	struct driver *driver;
	struct rlimit descriptors;     /* as it was; rlim_max 0: it is so still */
};

#define MOUNTED_INIT ((struct mounted){ 0 })

struct mount_request {
	const char *profile;               /* or a folder */
	const char *mountpoint;            /* absolute */
	struct mount_options *options;     /* passphrases in it are forgotten */
	void (*ready)(void *context);      /* as in struct driver_options */
	void *context;
};

/* Opens the profile and mounts it. All that can fail for the user's sake fails here and is said. 0, or the
 * exit status; mounted_end() is needed either way. `mounted` must stay where it is. */
int mounted_begin(struct mounted *mounted, const struct mount_request *request);

/* In a child that becomes another program: as many descriptors as it would have had without us. */
void mounted_restore_limits(const struct mounted *mounted);

/* Unmounts and gives everything back. Saves nothing. */
void mounted_end(struct mounted *mounted);

#endif
