/*
 * Exploding: what a tree shows, written into a directory of the disk. Its counterpart is exploded.h.
 *
 * The same files with the same bytes that `cp -r` from a mount makes, .types included; nothing of .profilefs, and no
 * scratch files.
 */
#ifndef TREE_EXPLODE_H
#define TREE_EXPLODE_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/tree/tree.h"
#include "plist/base/error.h"

struct explode_options {
	bool portable; /* every name in its portable spelling (names.h); else names that are one name where upper and
			* lower case are the same are warnings */
};

/* Writes the tree to `path`.
 *
 * What is not there yet is made beside it under another name and renamed when it is complete: nobody sees half of it,
 * and a failure leaves nothing. In a directory that is empty, or holds nothing but what no tree reads (name_kind() says
 * neither NAME_KEY nor NAME_TYPES: .git and other dotfiles, editors' backups), it is made under a hidden name, and its
 * entries are moved out of that: the directory may be somebody's working directory, and keeps its mode. A directory
 * that is an exploded tree (exploded_is_tree()) is brought up to date: files with the same bytes are not touched,
 * others are replaced one by one, each atomically; files and directories that the tree does not have are removed,
 * except what no tree reads: a directory that holds such a file and should go is an error. Any other directory is
 * refused: it is somebody's, and not a tree.
 *
 * Symbolic links in `path` itself are followed; below it none is: one that stands where a file or directory goes is
 * replaced. Modes are the tree's, less the umask. Nothing is synced to the disk. Signals that would end the program
 * wait until it is done. `*changed` (may be NULL): how many files were written or removed. Warnings go to `notes`.
 * A document with a key that is there twice is refused [duplicate-key]. 0, or -1: errors name the path on the disk. */
int explode(struct tree *tree, const char *path, const struct explode_options *options, size_t *changed,
	    struct problems *notes, struct error *err);

#endif
