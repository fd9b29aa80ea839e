/*
 * Judging the whole: what concerns more than one value, at mount and at save.
 *
 * An error that was there when the profile was opened does not keep it from being saved; the same error is
 * the same rule at the same node, whatever its path or line is now.
 */
#ifndef TREE_JUDGE_H
#define TREE_JUDGE_H

#include "fs/tree/item.h"

/* Makes checks ask the tree what it shows. */
void judge_begin(struct tree *tree);

/* Remembers the errors that are there now: once, before the first change, so that who only reads does not wait for it.
 * 0 or -ENOMEM. */
int judge_baseline(struct tree *tree);

/* Adds every problem that is there now, old and new, with its place. */
void judge_all(struct tree *tree, struct problems *problems);

/* Adds every problem that the edits brought in, errors and warnings. 0 or -ENOMEM: there may be more. */
int judge_new(struct tree *tree, struct problems *problems);

void judge_free(struct tree *tree);

#endif
