/*
 * Binary property lists, read and written by libplist behind checks of our own.
 *
 * libplist believes most of what a binary plist says: a file of 221 bytes expands to more than a gigabyte,
 * and deep nesting ends the process. So bplist_check() looks at every reachable object first, and libplist
 * is given only what passed.
 *
 * A UID, which XML does not have, becomes a dict with the single key CF$UID (node->uid is set) and goes
 * back to a UID when it is written as binary. Everything libplist allocates is freed before these return.
 *
 *   bplist_check.c   our own look at the bytes
 *   bplist.c         reading
 *   bplist_write.c   writing, and comparing what was written
 */
#ifndef PLIST_BPLIST_H
#define PLIST_BPLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"
#include "plist/node.h"

/* True if the bytes begin as a binary plist does, sound or not. */
bool bplist_recognise(const void *bytes, size_t len);

/* Checks everything about the bytes that libplist would take on trust: header, trailer, offsets, types,
 * text, cycles, nesting, and how many nodes and bytes they expand to, within the limits.
 * Takes time in proportion to `len`. 0, or -1 with the rule "not-a-plist", or EFBIG or ENOMEM. */
int bplist_check(const void *bytes, size_t len, struct error *err);

/* Reads doc->source into doc->root and sets doc->format and doc->duplicate; the rest of `doc` is left
 * alone. `name` is the file's name in messages. 0, or -1 as bplist_check(); doc->root is then NULL. */
int bplist_read(struct doc *doc, const char *name, struct error *err);

/* Appends the tree as a binary plist. A value that binary cannot hold (an integer past 64 bits, a
 * placeholder where a number or date belongs) is an error [wrong-type] that names the key. 0 or -1; `out`
 * is unchanged on failure. */
int bplist_write(const struct doc *doc, struct buf *out, struct error *err);

/* node_equal(ordered), but real numbers by what they are and not by how they are spelt: binary plists
 * keep no spelling. */
bool bplist_equal(const struct node *a, const struct node *b);

#endif
