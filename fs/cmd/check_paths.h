/*
 * What `check` is to look at: the paths it was given, and the profiles in the folders among them.
 *
 * A list owns its names; check_paths_free() gives them back.
 */
#ifndef CMD_CHECK_PATHS_H
#define CMD_CHECK_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/error.h"

struct check_path {
	char *name;   /* "-": the standard input */
	bool is_tree; /* an exploded tree, not a file */
};

struct check_paths {
	struct check_path *list;
	size_t count, size;
};

/* Called with everything that is not there, cannot be read, or holds no profile: `path`, which may be longer than
 * fits into the problem. */
typedef void check_paths_report(void *context, const char *path, const struct error *problem);

/* Adds a file or an exploded tree as it is, and of a folder, in the order of the names' bytes, every *.mobileconfig
 * and exploded tree in it, however deep. Links to directories are followed only if `path` is one itself; .git is
 * passed over, and so is what macOS leaves beside files on foreign disks (._NAME). 0, or -1: out of memory. */
int check_paths_add(struct check_paths *paths, const char *path, check_paths_report *report, void *context);

void check_paths_free(struct check_paths *paths);

#endif
