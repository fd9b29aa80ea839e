/*
 * How many values a profile has, so that no edit makes one that cannot be read again, and none eats the memory.
 *
 * The tree keeps a number that is never too small: it grows with what is made, and is counted anew when it reaches the
 * limit. Removed values count as long as they are kept.
 */
#ifndef TREE_CENSUS_H
#define TREE_CENSUS_H

#include "fs/tree/item.h"

/* 0 if `more` values may be made, which count from now on; else refuses (EFBIG). `item` is the file, or with `name`,
 * which is to be made, its directory. */
int census_room(struct tree *tree, struct item *item, const char *name, size_t more);

#endif
