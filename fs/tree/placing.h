/*
 * Putting a file where others may be at work: whether it may be put there, whether what is there is still what was
 * read, and what rights a new one has. Shared by the saves of a mount and by parcels. Owns nothing.
 */
#ifndef TREE_PLACING_H
#define TREE_PLACING_H

#include <stdbool.h>
#include <sys/stat.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/file.h"
#include "plist/base/pieces.h"

bool placing_same(const struct place *a, const struct place *b);

/* True if both paths lead to one file, or to where one would be. What cannot be found leads nowhere. */
bool placing_same_file(const char *a, const char *b);

/* Whether a file could be put at `place`, new or in place of the one there. 0, or -1 and why not. */
int placing_allowed(const struct place *place, struct error *why);

/* 0 if the file still has the content that was read; `*now` (may be NULL) is what fstat says of it. -1: ESTALE, it was
 * changed, removed or replaced "since `since`"; anything else, it cannot be read. */
int placing_unchanged(const struct place *place, const struct pieces *bytes, const char *since, struct stat *now,
		      struct error *err);

/* Replaces the file at `target`, which keeps its mode and owner; one that is not there yet gets the mode of `source`,
 * from which the content comes, without the bits that are not in `at_most`: it holds the same secrets. `source` NULL:
 * nobody knows, it gets what the umask leaves of 0644 (0600 if `at_most` is less than everything). 0 or -1. */
int placing_output(const struct place *target, const struct stat *source, mode_t at_most, const char *backup,
		   const struct pieces *bytes, struct error *err);

#endif
