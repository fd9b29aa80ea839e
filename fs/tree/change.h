/*
 * Changes as bytes: what commit() does to a document, written down so that it can be done again to the same one.
 *
 * Both sides speak of nodes by number. change_number_all() numbers a document that was just read, or just saved, in its
 * order; what changes make is numbered as it comes. So the numbers of who writes and who does it again are the same, as
 * long as the documents were. A change also says what it expects to find: type and key of its node. What does not fit
 * is refused, and so is what no document could have: the bytes may come from anywhere.
 */
#ifndef TREE_CHANGE_H
#define TREE_CHANGE_H

#include <stdint.h>

#include "fs/tree/commit.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"

/* Numbers all that is there in the document, from 1; what was removed before has none. The last number given. */
uint32_t change_number_all(struct node *root);

/* Appends the change to `out`; to be called before it is made. A node that is brought back and has no number is put in
 * anew. */
void change_write(const struct change *change, struct buf *out);

/* Numbers what a change made; to be called after it was made. */
void change_number_new(const struct change *change, uint32_t *last);

/* --- again ------------------------------------------------------------------------------------------ */

struct replay;

/* Begins to make changes to a document that was just read. It keeps the document (borrowed), and numbers it. NULL: out
 * of memory. */
struct replay *replay_new(struct doc *doc);

/* Makes the changes of one record. 0, or -1: out of memory, or they do not fit; those before the one that does not were
 * made. */
int replay_changes(struct replay *replay, const char *bytes, size_t len, struct error *err);

/* The last number that was given. */
uint32_t replay_last(const struct replay *replay);

/* The nodes that were put in or brought back and are still there, one after the other: `*position` begins at 0. `*name`
 * is what their directory was called, or NULL: nothing was said of it. NULL: no more. */
struct node *replay_made(const struct replay *replay, size_t *position, const char **name);

void replay_free(struct replay *replay);

#endif
