/*
 * Makes one tree of nodes equal to another by touching only what differs, so that a lossless write of the document it
 * belongs to changes only that: the way back from a copy that was edited to the bytes that it was made from.
 */
#ifndef PLIST_RECONCILE_H
#define PLIST_RECONCILE_H

#include "plist/base/error.h"
#include "plist/node.h"

/* Afterwards node_equal(node, wanted, false): types, keys, values and arrays are equal. `wanted` stays as it is and
 * lends nothing: what is new is copied.
 *
 *   dict   a key that both have is reconciled in its place; one that is new goes before the key that follows it in
 *          `wanted`; the order of the others stays. A key that was removed comes back in its old place.
 *   array  elements are paired: equal ones first, in order (the longest run of them, as diff(1)); dictionaries with the
 *          same PayloadUUID, else the same PayloadIdentifier; what lies between two pairs in order, dicts with dicts,
 *          arrays with arrays and scalars with scalars before others. What is paired is reconciled, the rest removed
 *          and inserted. Order in an array counts; what has moved (it is equal elsewhere, or has its UUID or
 *          identifier) takes its bytes along. An element of the source that was removed comes back if it is wanted
 *          again as it was.
 *
 * A node that is removed and not from the source is freed, as node_remove() does.
 *
 * Linear for equal trees; else n log n, and for arrays in which much differs a bounded time more (align.h). 0 or -1:
 * out of memory, `node` is somewhere between. */
int reconcile(struct node *node, const struct node *wanted, struct error *err);

#endif
