/*
 * The profile that `new` begins: the keys every profile must have, and no payload yet.
 */
#ifndef TREE_FRESH_H
#define TREE_FRESH_H

#include "plist/base/error.h"
#include "plist/doc.h"

/* Makes `doc` (doc_free() it) such a profile, with a UUID of its own. 0, or -1: out of memory. */
int fresh_profile(struct doc *doc, struct error *err);

#endif
