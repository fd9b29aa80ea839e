/*
 * Exploding: what a tree shows, written into a directory of the disk. Its counterpart is exploded.h.
 *
 * The same files with the same bytes that `cp -r` from a mount makes, .types included; nothing of .profilefs, and no
 * scratch files. In a tree that is there, payloads and elements of arrays stay where they are: who merges two versions
 * of a tree (git) knows them by their paths.
 */
#ifndef TREE_EXPLODE_H
#define TREE_EXPLODE_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/tree/tree.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"

struct explode_options {
	bool portable; /* every name in its portable spelling (names.h); else names that are one name where upper and
			* lower case are the same are warnings */
};

/* How many of what is removed are named. */
#define EXPLODE_NAMED_MAX 3

/* What became of trees that were there. Zeroed: nothing. explode_changes_free() gives back its memory. */
struct explode_changes {
	size_t trees;            /* how many were changed */
	size_t written, removed; /* files in them */
	size_t gone;             /* of what was removed: whole directories, and files in others */
	struct buf names;        /* the first of those: their paths on the disk, with commas between */
};

/* Writes the tree to `path`.
 *
 * What is not there yet is made beside it under another name and renamed when it is complete: nobody sees half of it,
 * and a failure leaves nothing. In a directory that is empty, or holds nothing but what no tree reads (name_kind() says
 * neither NAME_KEY nor NAME_TYPES: .git and other dotfiles, editors' backups), it is made under a hidden name, and its
 * entries are moved out of that: the directory may be somebody's working directory, and keeps its mode. A directory
 * that is certainly an exploded tree (a file PayloadType, or two of the three names that exploded_is_tree() asks for)
 * is brought up to date: files with the same bytes are not touched, others are replaced one by one, each atomically;
 * files and directories that the tree does not have are removed, except what no tree reads: a directory that holds such
 * a file and should go is an error. What is the same payload or element as one that is there (pairing.h) keeps its
 * name; an element only if nothing new before it takes its number. Any other directory is refused: it is somebody's,
 * and not a tree.
 *
 * Symbolic links in `path` itself are followed; below it none is: one that stands where a file or directory goes is
 * replaced. Modes are the tree's, less the umask. Nothing is synced to the disk. Signals that would end the program
 * wait until it is done. `changes` (may be NULL): what became of a tree that was there is added, also if it failed.
 * Warnings go to `notes`.
 * A document with a key that is there twice is refused [duplicate-key]. 0, or -1: errors name the path on the disk. */
int explode(struct tree *tree, const char *path, const struct explode_options *options,
	    struct explode_changes *changes, struct problems *notes, struct error *err);

void explode_changes_free(struct explode_changes *changes);

#endif
