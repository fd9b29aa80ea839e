/*
 * What the parts of merge() share. Private to them: merge.c (values, dicts), merge_array.c (elements), merge_doubt.c
 * (which of these are the same one), merge_list.c (lists of scalars), merge_mark.c.
 *
 * The result is made as a new tree, out of copies; none of the three versions changes meanwhile. Conflicts are noted as
 * they are found, and forgotten again when they become one of a key above.
 */
#ifndef PLIST_MERGE_PARTS_H
#define PLIST_MERGE_PARTS_H

#include <stdbool.h>

#include "plist/base/buf.h"
#include "plist/fingerprint.h"
#include "plist/merge.h"
#include "plist/node.h"
#include "plist/pairing.h"

/* One value in the three versions; NULL: it is not there. */
struct versions {
	const struct node *base, *ours, *theirs;
};

/* One call of merge(). */
struct merging {
	const struct node *root;          /* ours */
	struct fingerprints known;        /* of the three versions */
	size_t patience;                  /* for all arrays (align.h) */
	struct merge_conflict *conflicts; /* in the result; keys are borrowed from base or theirs */
	size_t conflict_count, conflict_size;
};

enum merged {
	MERGED_FAILED = -1, /* out of memory */
	MERGED_WELL,
	MERGED_CONFLICT, /* in a way that whoever asked must mark; nothing was made, and nothing noted */
};

/* True if both are there and equal, or neither is. */
bool merge_same(struct merging *job, const struct node *a, const struct node *b);

/* Merges one value. `*made` is a new node outside any container, or NULL: in the result it is not there. */
enum merged merge_value(struct merging *job, const struct versions *versions, struct node **made);

/* The same for two or three arrays, of which ours and theirs are there. */
enum merged merge_array(struct merging *job, const struct versions *versions, struct node **made);

/* Parts what is paired with an element of the base by a guess: payloads by a type that is there more than once, other
 * dicts by a place that more of them claim than there are, unless they are alike. 0, or -1: out of memory. */
int merge_part_doubtful(struct merging *job, struct pairing *pairing);

/* True for an element that is no payload, that both changed, and of which one left too little for it to be surely the
 * same one: then it is a conflict even if it can be merged. */
bool merge_is_replaced(struct merging *job, const struct versions *element);

/* True if an element of `b` has no partner in the base, or one that it has little in common with: the same type or
 * place. */
bool merge_is_loose(const struct pairing *pairing, size_t at);

/* Takes its partner from an element of `b`, if it has one. */
void merge_part(struct pairing *pairing, size_t at);

/* The same for arrays of scalars. */
enum merged merge_list(struct merging *job, const struct versions *versions, struct node **made);

/* Inserts a copy of `from` before `before` (NULL: at the end) of a container. NULL: out of memory. */
struct node *merge_put(struct node *container, struct node *before, const struct node *from, const char *key,
		       size_t key_len);

/* Marks a conflict of a key: puts what there is of it into `dict` before `before`, and notes it. `dicts` are the three
 * versions of that dict. 0, or -1: out of memory. */
int merge_mark_key(struct merging *job, struct node *dict, struct node *before, const struct versions *dicts,
		   const struct versions *values);

/* Marks an element that one side has removed and the other changed; `element` is a copy of the latter. 0 or -1. */
int merge_mark_element(struct merging *job, struct node *element, const struct versions *versions);

#endif
