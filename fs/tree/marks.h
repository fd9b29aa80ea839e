/*
 * The marks of a merge's conflicts (plist/merge.h) as entries of a tree: KEY.conflict-base and KEY.conflict-theirs
 * beside KEY, all called as their keys are. Internal to this room.
 */
#ifndef TREE_MARKS_H
#define TREE_MARKS_H

#include "fs/tree/entry.h"

/* True if the entry `name` is a mark of the entry `key` beside it: the value that somebody takes who renames it so. */
bool mark_is_of(const char *name, const char *key);

/* Refuses a new entry that is a mark of the directory itself: mv(1) of a mark to a directory that is there moves it
 * into that, and one who then removes the marks has lost their value. What is called as the directory is has marks in
 * it of its own. 0, or -EPERM [merge-conflict]. */
int mark_check_place(struct tree *tree, const struct entry *entry);

#endif
