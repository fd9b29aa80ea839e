/*
 * A folder of profiles, mounted as one tree: its subfolders are directories, and every *.mobileconfig in them is a
 * directory of that name, in which is what a mount of its own would show.
 *
 * Each profile is opened when it is first entered, so that ten thousand are there at once, and each is saved by itself,
 * if it was edited. One that cannot be opened does not stop the others: whoever enters it gets an error, and
 * .profilefs/problems tells why. What they share (schema, signer) is opened once, before anything is mounted.
 *
 *   mkdir NAME.mobileconfig  begins a fresh profile, which is there after the next save; of any other name, a folder,
 *                            at once, which tree_discard() takes away again
 *   rmdir NAME.mobileconfig  of an empty one (rm -r) removes the profile from the folder, at once, where
 *                            `delete_allowed` says so (a link, not what it leads to); else it is refused, and what was
 *                            removed in it is back
 *   mv                       of a profile is refused; between profiles it is EXDEV: mv(1) copies
 *
 * What others make in the folder while it is mounted is not seen.
 *
 * A collection owns everything that it opened; collection_close() gives it back and saves nothing. The functions of
 * tree.h work on its tree: tree_sync(), tree_finish(), tree_discard() and tree_unreported() do it for each profile.
 */
#ifndef TREE_COLLECTION_H
#define TREE_COLLECTION_H

#include <stdbool.h>

#include "fs/tree/tree.h"

struct collection;

/* Opens the folder at `path`, and what its profiles share. `options` are each profile's; those that make sense for one
 * alone (output, new, decrypt_key) are refused. `surroundings` are the mount's. 0, or -1. */
int collection_open(struct collection **out, const char *path, const struct profile_options *options,
		    const struct tree_surroundings *surroundings, struct problems *notes, struct error *err);

/* It is mounted there now: no path is followed into it any more, where nobody would answer. */
void collection_mounted(struct collection *collection, const char *mountpoint);

/* What is mounted. */
struct tree *collection_tree(struct collection *collection);

/* The folder's absolute path. */
const char *collection_path(const struct collection *collection);

/* The profile at `position` (from 0) among those that are open, and its tree. False: there are no more. */
bool collection_at(struct collection *collection, size_t position, struct profile **profile, struct tree **tree);

void collection_close(struct collection *collection);

#endif
