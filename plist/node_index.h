/*
 * The index of a dict: its children by key. For node.c alone.
 *
 * Of all children that have one key, exactly one holds the key's entry: the one that is there, else the one
 * that was removed last. When a new child takes an entry over from a removed one, that one is `displaced`
 * by it, and gets the entry back when the new one goes. So children of one key that were removed and made
 * again form a stack, linked by `displaced`, with the holder on top.
 *
 * Shadowed children, and those that stay behind for one that was taken away, are in no stack.
 *
 * Only node_index_add() needs memory: entries change hands in place, and whoever is in a stack of two or more got
 * its `more` when that was made. So a removed child can always come back. The hash is keyed at random, as the
 * keys are whatever a hostile profile says.
 */
#ifndef PLIST_NODE_INDEX_H
#define PLIST_NODE_INDEX_H

#include "plist/node.h"

/* The holder of the key's entry, or NULL. */
struct node *node_index_find(const struct node *dict, const char *key, size_t len);

/* The same, with the key's hash for node_index_add(). */
struct node *node_index_seek(const struct node *dict, const char *key, size_t len, uint32_t *hash);

/* Makes an entry for the child's key, which must have none, under the key's hash. 0, or -1: out of memory, nothing
 * changed. */
int node_index_add(struct node *child, uint32_t hash);

/* Gives the entry of `holder` to `child`, which has the same key. */
void node_index_hand_over(struct node *holder, struct node *child);

/* The same, and `holder` will get it back when `child` goes. Both must have their `more`. */
void node_index_displace(struct node *holder, struct node *child);

/* Takes a child out of its stack; whom it displaced follows it. A child in no stack is left alone. */
void node_index_leave(struct node *child);

/* Makes a removed child the holder of its key. False if the key is there again, or the child in no stack. */
bool node_index_raise(struct node *child);

/* Frees the index, not the children. */
void node_index_free(struct node *dict);

#endif
