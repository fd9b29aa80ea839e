/*
 * A number for a tree of nodes, by which equal trees are found among many without comparing each with each.
 *
 * Trees that are node_equal(a, b, false) have one fingerprint; others hardly ever do. So a match must be confirmed by
 * node_equal(), which costs no more than was saved, and a difference is final.
 *
 * The fingerprints of containers are remembered by address: those of a whole tree take one walk, however often and at
 * whatever depth they are asked for. A container must not be asked for again once something below it was changed, nor a
 * new one that may stand where one was freed.
 */
#ifndef PLIST_FINGERPRINT_H
#define PLIST_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#include "plist/node.h"

struct fingerprint_entry {
	const struct node *node; /* NULL: free */
	uint64_t value;
};

/* Owns its table; zeroed: empty. */
struct fingerprints {
	struct fingerprint_entry *table;
	size_t count, size; /* `size` is a power of two */
};

/* The fingerprint of what is there in `node`, never 0. Without memory it is only not remembered. */
uint64_t fingerprint(struct fingerprints *known, const struct node *node);

/* The fingerprint of some bytes, never 0. */
uint64_t fingerprint_bytes(const void *bytes, size_t len);

void fingerprints_free(struct fingerprints *known);

#define FINGERPRINTS_AUTO __attribute__((cleanup(fingerprints_free))) struct fingerprints

#endif
