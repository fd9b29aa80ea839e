/*
 * Two folders side by side: the profiles and exploded trees in them, paired by their names below the folders. Part of
 * diff.
 */
#ifndef CMD_DIFF_FOLDERS_H
#define CMD_DIFF_FOLDERS_H

#include <stdbool.h>

#include "plist/base/error.h"

/* Called with each pair, in the order of their names' bytes; NULL: on the other side alone. The paths are lent. */
typedef void diff_folders_take(void *context, const char *a, const char *b);

/* True if both are folders that are no profile's tree. */
bool diff_folders_are(const char *a, const char *b);

/* Pairs them; a folder without a profile is one that has none of the other's, if that has any. What cannot be looked
 * into is said, and is `*trouble`. 0 or -1. */
int diff_folders(const char *a, const char *b, diff_folders_take *take, void *context, bool *trouble,
		 struct error *err);

#endif
