/* The file .types of a directory: what it shows, and what becomes of what is written to it (see said.h). */
#ifndef TREE_TYPES_H
#define TREE_TYPES_H

#include "fs/tree/item.h"

/* True if a directory has something that names and text do not tell, or had it written. Once seen it stays
 * until it is removed, perhaps empty: rm -r first lists, then removes. In a directory that was just made it is
 * not there before that was listed: cp -a creates it with O_EXCL like any other file. */
bool types_visible(struct tree *tree, struct item *dir);

/* The item of .types in a directory, whether it is visible or not. 0 or -ENOMEM. */
int types_item(struct tree *tree, struct item *dir, struct item **item);

/* The same for one that is being created: it is visible from now on, and begins empty. */
int types_make(struct tree *tree, struct item *dir, struct item **item);

/* It was removed: not shown until something new needs it. */
void types_hide(struct tree *tree, struct item *dir);

/* Appends what it shows. */
void types_read(struct tree *tree, struct item *types, struct buf *out);

/* Reads what was written into it, and applies it to what is there and to what will come. Never refuses:
 * what does not fit is found by types_problems(). */
void types_apply(struct tree *tree, struct item *types);

/* Applies what was said to an entry that is there: its bytes are read again as that type. 0, or -EINVAL with
 * the reason (reported only if `report`). */
int types_retype(struct tree *tree, struct item *item, const struct said *said, bool report);

/* True if a value is what was said of it. `whole`: shown as a directory, so that its elements have types of their
 * own. */
bool types_fit(const struct node *value, const struct said *said, bool whole);

/* Adds a problem for every line, in all directories, that was not understood or does not fit. */
void types_problems(struct tree *tree, struct problems *problems);

/* The order of payloads where nothing else is said: by type, then by number. Like strcmp(3). */
int types_compare_payloads(const char *a, const char *b);

/* What would be said of an entry: its type as the attribute user.profilefs.type shows it. */
void types_describe(const struct item *item, struct buf *out);

#endif
