/* Exchanging two files (RENAME_EXCHANGE). Internal to this room. */
#ifndef TREE_RENAME_EXCHANGE_H
#define TREE_RENAME_EXCHANGE_H

#include "fs/tree/item.h"

/* Each gets the other's name: keys their bytes as values, if both can have them. 0 or -errno (refused). */
int rename_exchange(struct tree *tree, struct item *a, struct item *b);

#endif
