/*
 * Refusals: every "no" has a reason, and the reason reaches somebody.
 *
 * The last one is kept for .profilefs/last-error, each item's own for its attribute, and each is reported.
 * Those that no system call could tell (a close whose error the shell drops, a truncation that was decided
 * later) are remembered as unreported until the same key is written well.
 */
#ifndef TREE_REFUSAL_H
#define TREE_REFUSAL_H

#include "fs/tree/item.h"

/* Adds file, key path and, where the value has one, its line to a reason. `name`: see item_path(). */
void refusal_locate(const struct tree *tree, const struct item *item, const char *name, struct error *err);

/* Refuses: completes the reason, keeps and reports it. `item` is the file, or with `name` the directory.
 * Returns -code. */
int refuse(struct tree *tree, struct item *item, const char *name, struct error *err, int code);

/* refuse() with a text. */
int refuse_text(struct tree *tree, struct item *item, const char *name, int code, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* 0 if the tree may be changed, else refuses (EROFS) with the reason why the profile is read-only. */
int refuse_if_sealed(struct tree *tree, struct item *item, const char *name);

/* The last refusal of this item's value was not told to anybody. */
void unreported_add(struct tree *tree, const struct item *item);

/* The item's value was written well: what was not told about its path is settled. */
void unreported_settle(struct tree *tree, const struct item *item);

void unreported_free(struct tree *tree);

#endif
