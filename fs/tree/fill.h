/*
 * What a save completes in payloads that were made in this mount: the keys that every payload must have,
 * fresh identities where they were copied, their order, and empty directories that .types speaks of.
 */
#ifndef TREE_FILL_H
#define TREE_FILL_H

#include "fs/tree/item.h"

/* Completes everything. What it did is said through `notes`. 0 or -errno. */
int fill_in(struct tree *tree, struct problems *notes);

/* Appends the PayloadIdentifier that a payload gets. */
void fill_add_identifier(const char *type, size_t type_len, const char *uuid, size_t uuid_len, struct buf *out);

/* True for a key that a payload gets if it lacks it. */
bool fill_fills(const char *key);

/* Gives a profile that was begun empty what every profile has, as far as it is not there: once. 0 or -ENOMEM. */
int fill_profile(struct tree *tree);

#endif
