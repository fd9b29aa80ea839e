/*
 * What was wrong with a profile before it was edited: whoever looks at an edited version asks whether a problem is
 * news, or was found there already.
 *
 * The same problem is the same rule at the same value, wherever that is now: of dicts the same key, of arrays the
 * element that pairing.h takes for the same one.
 *
 * A list owns its memory and borrows the nodes of the version now; found_before_free() gives it back.
 */
#ifndef TREE_FOUND_BEFORE_H
#define TREE_FOUND_BEFORE_H

#include <stdbool.h>

#include "plist/base/error.h"
#include "plist/node.h"
#include "plist/schema/check.h"

struct found_before;

/* Checks `before`, and remembers where its problems are in `now`, which stays as it is. The nodes of `before` are shown
 * by nobody: their `user` is NULL, and is used. 0 with a new `*out`, or -1: out of memory. */
int found_before_make(struct node *before, const struct node *now, const struct check_options *checks,
		      struct found_before **out, struct error *err);

/* True if a finding in `now` is one of those. */
bool found_before_has(const struct found_before *list, const struct finding *finding);

void found_before_free(struct found_before *list);

#endif
