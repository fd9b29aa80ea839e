/*
 * Pairs the elements of two sequences that are alike, in order, as diff(1) pairs lines: the pairs never cross, and
 * there are as many as can be.
 *
 * An element is known here by a number alone: two are alike if they have the same; 0 is like nothing. The numbers can
 * be anything (fingerprints, kinds, identities), so one pair of sequences can be aligned several times, each time
 * between the pairs of the time before.
 *
 * Exact where few elements differ or the sequences are short. Where that would take too long (the `patience` of the
 * whole alignment is used up) elements that are there once on both sides are anchors, and what is between them is
 * paired as found within a short way.
 */
#ifndef PLIST_ALIGN_H
#define PLIST_ALIGN_H

#include <stddef.h>
#include <stdint.h>

#define ALIGN_NONE SIZE_MAX
#define ALIGN_PATIENCE ((size_t)1 << 24) /* steps: well below a second */

/* Borrows its arrays. `pair` holds for each element its partner's position on the other side, or ALIGN_NONE. */
struct align_side {
	const uint64_t *like;
	size_t *pair;
	size_t count;
};

/* Adds pairs between the pairs that are there, which must not cross. `patience` is what is left of it, for several
 * alignments of one job. 0, or -1: out of memory; pairs may have been added. */
int align(struct align_side *a, struct align_side *b, size_t *patience);

#endif
