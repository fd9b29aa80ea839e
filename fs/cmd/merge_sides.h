/*
 * The three versions that `merge` works on: read, unwrapped, and named in messages.
 *
 * A side owns what it opened; sides_close() gives it back.
 */
#ifndef CMD_MERGE_SIDES_H
#define CMD_MERGE_SIDES_H

#include <stdbool.h>

#include "fs/tree/parcel.h"
#include "plist/doc.h"
#include "plist/merge.h"

enum side_name { SIDE_BASE, SIDE_OURS, SIDE_THEIRS, SIDE_COUNT };

struct side {
	struct parcel parcel;
	struct doc doc;
	bool is_open;
};

struct sides {
	struct side at[SIDE_COUNT];
	const char *name; /* what messages call all of them (git's temporary files say nothing); NULL: each its file */
	bool in_place;    /* ours is to be replaced */
	bool force;       /* also if a signature does not fit: a warning then */
};

/* Opens all three; an empty base is an empty dict. Notes and errors say which side they are about. 0 or -1. */
int sides_open(struct sides *sides, char *const paths[SIDE_COUNT], struct problems *notes, struct error *err);

/* True if two of them have the same bytes, envelope and all. */
bool sides_same_bytes(const struct sides *sides, enum side_name a, enum side_name b);

void sides_close(struct sides *sides);

/* merge_conflicts.c: the conflicts of a merge, and what is to be said of them. Owns its list. */
struct conflicts {
	struct merge_conflict *list;
	size_t count, size;
	bool failed; /* out of memory */
};

/* A merge_report() whose context is a list of conflicts. */
void conflicts_take(void *context, const struct merge_conflict *conflict);

/* True if there are marks in a document, of this merge or an earlier one. */
bool conflicts_are_in(const struct node *root);

/* Says each conflict in a document as an error [merge-conflict] of `file`, with its place in `written`, which is what
 * the document with this root was written as. Uses the nodes' `user`. 0 or -1. */
int conflicts_say(const struct conflicts *conflicts, struct node *root, const struct buf *written, const char *file,
		  struct problems *notes, struct error *err);

void conflicts_free(struct conflicts *conflicts);

#endif
