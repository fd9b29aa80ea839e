/*
 * Makes one tree of nodes equal to another by touching only what differs, so that a lossless write of the document it
 * belongs to changes only that: the way back from a copy that was edited to the bytes that it was made from.
 */
#ifndef PLIST_RECONCILE_H
#define PLIST_RECONCILE_H

#include "plist/base/error.h"
#include "plist/node.h"

/* Afterwards node_equal(node, wanted, false): types, keys, values and arrays are equal. `wanted` stays as it is and lends
 * nothing: what is new is copied.
 *
 *   dict   a key that both have is reconciled in its place; one that is new goes before the key that follows it in
 *          `wanted`; the order of the others stays. A key that was removed comes back in its old place.
 *   array  elements are paired: equal ones first, in order (the longest run of them, as diff(1)); dictionaries with the
 *          same PayloadUUID, else the same PayloadIdentifier; what lies between two pairs in order, when both are
 *          containers of one type. What is paired is reconciled, the rest removed and inserted. Order in an array counts.
 *
 * Linear for equal trees; no worse than n log n plus the square of what differs, and that bounded. 0 or -1: out of memory,
 * `node` is somewhere between. */
int reconcile(struct node *node, const struct node *wanted, struct error *err);

#endif
