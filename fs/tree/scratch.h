/*
 * What a mount keeps in memory that is in no document: scratch files, links, and what is being written.
 *
 * Each item knows what is counted for it; the tree knows the sum, which the trees of a mounted folder have in common.
 * scratch_room() comes before something grows; scratch_count() after it grew, shrank, or became something else.
 */
#ifndef TREE_SCRATCH_H
#define TREE_SCRATCH_H

#include "fs/tree/item.h"

/* Counts the item anew. */
void scratch_count(struct tree *tree, struct item *item);

/* The item is gone. */
void scratch_forget(struct tree *tree, struct item *item);

/* From now on a tree is counted together with that of the folder that it is in, which outlives it. */
void scratch_share(struct tree *tree, struct tree *folder);

/* 0 if a file may have `size` bytes in memory; else refuses (ENOSPC). `item` is the file, or with `name`, which is to
 * be made, its directory. */
int scratch_room(struct tree *tree, struct item *item, const char *name, size_t size);

#endif
