/*
 * Which elements of two arrays are the same one: for whoever compares two versions of a property list.
 *
 * Payloads are known by their PayloadUUID, else by their PayloadIdentifier, else by their PayloadType; everything else
 * by its value, and what is left of dicts and arrays by its place between its neighbours. Scalars that differ are never
 * the same element, nor are payloads that have neither UUID nor identifier in common and differ in type, or of whose
 * type there are more in one array than in the other, as nobody knows which of them came or went.
 *
 * A pairing borrows both arrays, which must not change meanwhile, and owns its lists: pairing_free().
 */
#ifndef PLIST_PAIRING_H
#define PLIST_PAIRING_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/error.h"
#include "plist/fingerprint.h"
#include "plist/node.h"

#define PAIRING_NONE SIZE_MAX

struct pairing_side {
	const struct node **elements; /* those that are there, in order */
	size_t *pair;                 /* for each: its partner's position on the other side, or PAIRING_NONE */
	bool *moved;                  /* for each: it has a partner, and is not in the longest run that kept its
				       * order */
	size_t count;
};

struct pairing {
	struct pairing_side a, b;
};

/* Pairs the elements of two arrays (NULL: an empty one). 0, or -1: out of memory, and nothing to free. */
int pairing_make(struct pairing *pairing, const struct node *a, const struct node *b, struct error *err);

/* The same for one of many pairs of arrays in two trees that stay as they are: with the fingerprints that are known,
 * and what is left of the patience for all of them (align.h). */
int pairing_make_of_many(struct pairing *pairing, const struct node *a, const struct node *b,
			 struct fingerprints *known, size_t *patience, struct error *err);

void pairing_free(struct pairing *pairing);

#define PAIRING_AUTO __attribute__((cleanup(pairing_free))) struct pairing

#endif
