/*
 * Staging: what is written to a key's file until it is committed or dropped.
 *
 * A file has at most one stage, shared by all its handles and seen by all its readers. It begins empty (a
 * truncation) or with the file's bytes, and ends in stage_commit(): either the document has the new value,
 * or the old one is shown again.
 */
#ifndef TREE_STAGE_H
#define TREE_STAGE_H

#include "fs/tree/entry.h"
#include "fs/tree/text.h"

/* Reads bytes as the value that they would give an entry, and checks all that is demanded of one there. `item`:
 * see expectation_of(). 0, or -1 with the reason, or ENOMEM; `meaning` is freed by the caller on success. */
int entry_parse(struct tree *tree, const struct entry *entry, struct item *item, const char *bytes, size_t len,
		struct meaning *meaning, struct error *err);

/* The bytes that a file shows now; in `made` if they have to be made. -ENOMEM or 0. */
int item_bytes(struct item *item, struct buf *made, const char **bytes, size_t *len);
size_t item_size(struct item *item);

/* Appends at most `size` of them from `from` on, without making the others. `place`: see scalar_add_part(). */
int item_read(struct item *item, size_t from, size_t size, struct scalar_place *place, struct buf *out);

/* Begins a stage, empty or with the bytes that are there; leaves one that is there alone. 0 or -ENOMEM. */
int stage_begin(struct tree *tree, struct item *item, bool empty);

/* Frees the stage, if there is one, and nothing else. */
void stage_free(struct item *item);

/* To be called before bytes of a stage are changed from `from` on: what the file shows is kept apart from them. 0 or
 * -ENOMEM. */
int stage_change(struct item *item, size_t from);

/* Leaves out what need not be read again of the first `len` bytes that are staged: an array's lines, to which others
 * were appended. */
void stage_skip(const struct item *item, size_t len, struct expect *expect);

/* Drops the stage: the last good value is shown again. */
void stage_drop(struct tree *tree, struct item *item);

/* True if what was staged is a valid value as it stands. */
bool stage_is_valid(struct tree *tree, struct item *item);

/* Commits what is staged, or refuses it and drops it. 0, -EINVAL or -ENOMEM. Does nothing without a stage. */
int stage_commit(struct tree *tree, struct item *item);

/* Gives `item` (a key without value, a scratch file about to become a key, or a key) the value of `bytes` as that
 * entry: checks, commits, keeps the bytes as they were written. 0 or -errno (refused). */
int value_put(struct tree *tree, const struct entry *entry, struct item *item, const char *bytes, size_t len);

/* Keeps `bytes` as what the file of a key shows, if its value would read otherwise. */
void item_remember(struct item *item, const char *bytes, size_t len);

#endif
