/* What the two halves of reconcile() share. Private to them: reconcile.c (scalars, dicts), reconcile_array.c. */
#ifndef PLIST_RECONCILE_PARTS_H
#define PLIST_RECONCILE_PARTS_H

#include <stdbool.h>

#include "plist/fingerprint.h"
#include "plist/node.h"

/* One call of reconcile(). */
struct reconciling {
	struct fingerprints known; /* of both trees as they were before */
	size_t patience;           /* for the pairing of all arrays (align.h) */
};

/* node_equal(a, b, false), at no cost for what differs. Neither may have been changed since the beginning. */
bool reconcile_same(struct reconciling *job, const struct node *a, const struct node *b);

/* Makes `node`, which was there at the beginning, equal to `wanted`. 0, or -1: out of memory. */
int reconcile_node(struct reconciling *job, struct node *node, const struct node *wanted);

/* The same for children, when both are arrays. */
int reconcile_array(struct reconciling *job, struct node *array, const struct node *wanted);

#endif
