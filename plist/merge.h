/*
 * Three-way merges of property lists, key by key: what was changed on one side only is taken, what was changed on both
 * in the same way is taken once, what was changed in two ways is a conflict.
 *
 *   dict            key by key, whatever their order; what is new goes behind the key that it follows in its version
 *   scalar array    a list: as diff3(1) merges lines. What both add at one place is kept, ours first, each value once.
 *                   A value that no version has twice is not in the result if one side removed it, wherever the other
 *                   moved it, nor twice if both added it, but where ours has it; that both moved it, each to a place
 *                   of its own, is a conflict
 *   other arrays    element by element: which is which says pairing.h; payloads are known by their identity, by
 *                   their type alone if there is no other of it; dicts that are no payloads by what they have in
 *                   common, by their place alone if that is all that tells. Where that leaves it open whether it is
 *                   the same one that both changed, it is a conflict of the key that holds the array, or one side
 *                   removed what the other changed. What both added is one element if its value, its
 *                   PayloadUUID or its PayloadIdentifier is the same, and is then merged as if the base had an empty
 *                   one. What is new goes behind the element that it follows in its version, ours first. The order of
 *                   what both kept is the one of who changed it; where both did, in two ways, it is ours in the
 *                   profile's PayloadContent, whose order means nothing, and a conflict elsewhere
 *
 * The result is ours with theirs worked in, by changing only what must change: so that a lossless write of our document
 * keeps our comments and layout.
 *
 * A conflict keeps what we have, and puts marks beside it, which are keys of the same dictionary and so files beside
 * its file when the profile is a tree:
 *
 *   KEY                    our value, if we have one
 *   KEY.conflict-base      the value that both began with, if there was one
 *   KEY.conflict-theirs    their value, if they have one
 *
 * Who wants theirs renames that over KEY (a KEY that is a directory is removed first, as mv(1) moves into it); then the
 * marks are removed. A dict in an array, such as a payload, that one
 * side removed and the other changed stays as it was changed, with two marks in it: `removed.conflict-ours` or
 * `removed.conflict-theirs`, by who removed it (a string that says what to do), and `removed.conflict-base`, what it
 * was. Where a version has a key of such a name already, the marks end in `.2`, `.3`, ... What is in an array and
 * cannot have marks of its own is a conflict of the nearest key above. So no value is lost: whatever is in conflict,
 * all that the three versions have of it is in the result.
 */
#ifndef PLIST_MERGE_H
#define PLIST_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/error.h"
#include "plist/node.h"

enum merge_conflict_kind {
	MERGE_BOTH_CHANGED,   /* two values, of which both differ from the base's (which may be absent) */
	MERGE_OURS_REMOVED,   /* they changed what we removed */
	MERGE_THEIRS_REMOVED, /* we changed what they removed */
};

struct merge_conflict {
	enum merge_conflict_kind kind;
	const struct node *dict; /* in our tree: where the marks are */
	const char *key;         /* what they are about; NULL: `dict` itself, an element */
	size_t key_len;
	const struct node *base; /* KEY.conflict-base, removed.conflict-base; NULL: there is none */
	const struct node *mark; /* KEY.conflict-theirs, removed.conflict-ours, ...-theirs; NULL: there is none */
};

/* What a conflict points to is good as long as the three versions are there, and ours stays as it is. */
typedef void merge_report(void *context, const struct merge_conflict *conflict);

/* Works into `ours` what `theirs` changed since `base`; both are only read, and lend nothing. All three are dicts. Each
 * conflict is marked and reported, once the merge is done. Marks that are in a version already are keys like others.
 *
 * If theirs changed nothing, or what we did, nothing is touched; if ours changed nothing, the result equals theirs.
 * The merge of theirs with ours is the same, but for orders, for what both added to a list, and for whose value is at
 * KEY and whose is the mark.
 *
 * 0 however many conflicts, or -1: out of memory, `ours` is somewhere between. */
int merge(struct node *ours, const struct node *base, const struct node *theirs, merge_report *report, void *context,
	  struct error *err);

enum merge_mark {
	MERGE_MARK_NONE,
	MERGE_MARK_BASE,    /* KEY.conflict-base, removed.conflict-base */
	MERGE_MARK_THEIRS,  /* KEY.conflict-theirs */
	MERGE_MARK_REMOVED, /* removed.conflict-ours, removed.conflict-theirs */
};

/* The bytes of the shortest mark: nearly all keys are shorter. */
#define MERGE_MARK_MIN (sizeof(".conflict-base") - 1)

/* Which mark of a conflict a key is. If it is one, `*of` (`of` may be NULL) is how many of its bytes name the key that
 * it is about. Of the names alone it cannot be told whether KEY is called "removed". */
enum merge_mark merge_mark_of(const char *key, size_t len, size_t *of);

/* True if a mark can be renamed over its key in a tree: both values are shown as files, for all that can be told of
 * values alone. Else the key must be removed first. */
bool merge_mark_goes_over(const struct node *ours, const struct node *mark);

#endif
