/*
 * What differs between two versions of a property list: keys, not bytes. The order of a dictionary's keys, comments and
 * layout are no difference; the order of an array's elements is.
 */
#ifndef PLIST_DIFFERENCE_H
#define PLIST_DIFFERENCE_H

#include "plist/base/error.h"
#include "plist/node.h"

enum difference_kind {
	DIFFERENCE_ADDED,   /* `b` has no counterpart */
	DIFFERENCE_REMOVED, /* `a` has none */
	DIFFERENCE_CHANGED, /* both are there, of two types or scalars of two values */
	DIFFERENCE_MOVED    /* elements of two arrays that are the same one (pairing.h), in another order; what differs
			     * in them is told apart from that, right after it */
};

struct difference {
	enum difference_kind kind;
	const struct node *a, *b; /* NULL: not there */
};

/* Called with each difference; 0 to go on, -1 to end with `err` filled. */
typedef int difference_report(void *context, const struct difference *difference, struct error *err);

/* Walks two trees side by side and reports what differs, once: of what is added or removed only the topmost node. In
 * the order of `a`'s keys and elements; what is added comes after what it follows in `b`, and after what was removed
 * there. Elements of arrays are paired as pairing.h does. 0, or -1: out of memory, or the report said so. */
int difference_find(const struct node *a, const struct node *b, difference_report *report, void *context,
		    struct error *err);

#endif
