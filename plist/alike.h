/*
 * The ways in which two elements of arrays can be the same one: for whoever pairs the elements of two arrays.
 *
 * Each way has a number, by which what may be the same is found among many (align.h), and which others may have by
 * chance; and a check for sure.
 */
#ifndef PLIST_ALIKE_H
#define PLIST_ALIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plist/fingerprint.h"
#include "plist/node.h"

struct alike_way {
	uint64_t (*like)(struct fingerprints *known, const struct node *element); /* 0: like nothing */
	bool (*sure)(const struct node *a, const struct node *b);
};

extern const struct alike_way ALIKE_VALUE;      /* node_equal(a, b, false) */
extern const struct alike_way ALIKE_UUID;       /* dicts of the same PayloadUUID */
extern const struct alike_way ALIKE_IDENTIFIER; /* dicts of the same PayloadIdentifier */
extern const struct alike_way ALIKE_TYPE;       /* dicts of the same PayloadType */
extern const struct alike_way ALIKE_KIND;       /* dicts, arrays, scalars */
extern const struct alike_way ALIKE_ANY;

/* An element, and what it is like. */
struct alike_place {
	uint64_t like;
	size_t at;
};

/* Fills `places` (room for all of them) with the elements that are like something, sorted by that and then by where
 * they are. Returns how many. */
size_t alike_sort(const uint64_t *like, size_t count, struct alike_place *places);

#endif
