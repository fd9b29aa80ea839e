/* Making and removing entries. What tree.h does not have: the parts that renames and closes share. */
#ifndef TREE_MAKE_H
#define TREE_MAKE_H

#include "fs/tree/entry.h"

/* What a name would be in a directory. */
enum entry_kind { ENTRY_KEY, ENTRY_SCRATCH, ENTRY_TYPES };

/* Checks that a directory can take an entry of that name and says what it would be. Loads the directory. `entry` is
 * under the name to use, which is `name` or in `room`. 0, or -errno (refused). */
int make_check(struct tree *tree, struct item *dir, const char *name, struct buf *room, struct entry *entry,
	       enum entry_kind *kind);

/* Checks that a key of that name may be there, as far as the schema knows the directory's keys: new ones only.
 * 0 or -EINVAL (refused). */
int make_check_known(struct tree *tree, const struct entry *entry);

/* A created key that never got a value, at its last close: the value that was removed before is back, or
 * the entry is gone. */
void make_undo(struct tree *tree, struct item *item);

/* Removes the entry of a key, file or directory, and remembers what it had. The item stays, not linked; a
 * file keeps its bytes as a scratch file. 0 or -ENOMEM. */
int make_ghost(struct tree *tree, struct item *item);

/* Copies the bytes that a file shows into its own content, for when its node is about to change hands.
 * 0 or -ENOMEM. */
int file_keep_bytes(struct item *item);

/* Turns a key's file, whose node is gone or never was, into a scratch file of the bytes it kept. */
void file_become_scratch(struct item *item);

/* True if a directory has no entry left but its .types. */
bool dir_is_empty(struct tree *tree, struct item *dir);

/* Open files at a save: see io.c. */
void io_settle_open(struct tree *tree);

#endif
