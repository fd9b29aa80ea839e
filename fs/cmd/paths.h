/*
 * What a command is to look at: the paths it was given, and the profiles in the folders among them.
 *
 * A list owns its names; paths_free() gives them back.
 */
#ifndef CMD_PATHS_H
#define CMD_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/error.h"

struct path {
	char *name;   /* "-": the standard input */
	bool is_tree; /* an exploded tree, not a file */
};

struct paths {
	struct path *list;
	size_t count, size;
};

/* Called with everything that is not there, cannot be read, or holds no profile: `path`, which may be longer than
 * fits into the problem. */
typedef void paths_report(void *context, const char *path, const struct error *problem);

/* Adds a file or an exploded tree as it is, and of a folder, in the order of the names' bytes, every *.mobileconfig
 * and exploded tree in it, however deep. Links to directories are followed only if `path` is one itself; .git is
 * passed over, and so is what macOS leaves beside files on foreign disks (._NAME). 0, or -1: out of memory. */
int paths_add(struct paths *paths, const char *path, paths_report *report, void *context);

void paths_free(struct paths *paths);

#endif
