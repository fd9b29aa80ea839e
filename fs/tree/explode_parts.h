/* The parts of exploding: where it goes (explode.c), files and directories (explode_write.c, explode_remove.c), names
 * (explode_names.c), and which of them stay (explode_keep.c). Internal to explode. */
#ifndef TREE_EXPLODE_PARTS_H
#define TREE_EXPLODE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "fs/tree/explode.h"
#include "fs/tree/exploded.h"
#include "fs/tree/item.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"

/* One tree on its way to the disk. */
struct explosion {
	struct tree *tree;
	bool portable;
	mode_t dir_mode, file_mode;
	struct buf path;        /* what is being written: where it will be, for messages */
	struct explode_changes *changes;
	struct exploded there;  /* what the directory held before, once somebody asked (explode_keep.c) */
	const char *top;        /* the directory */
	bool updates, read;     /* it is a tree that is brought up to date; `there` was read, or cannot be */
	struct problems *notes;
	struct error *err;
};

/* One more part of the path; returns what explosion_leave() takes it back to. */
size_t explosion_enter(struct explosion *explosion, const char *name);
void explosion_leave(struct explosion *explosion, size_t len);

/* Fails with an error about the path. Returns -1. */
int explosion_fail(struct explosion *explosion, int code, const char *what);
int explosion_fail_memory(struct explosion *explosion);

/* --- names ------------------------------------------------------------------------------------------ */

struct explode_entry {
	struct item *item; /* a directory, or a file with a value */
	const char *name;  /* in the tree */
	char *spelt;       /* another one for the disk, or NULL */
};

/* What a directory gets, except .types. Borrows the tree's items and names; explode_entries_free(). */
struct explode_entries {
	struct explode_entry *list; /* in the order of the document */
	size_t count;
	struct buf types;           /* what its .types holds; empty: there is none */
};

/* Names everything in a directory, and warns of names that are one on some disks. 0 or -1. */
int explode_entries(struct explosion *explosion, struct item *dir, struct explode_entries *entries);
void explode_entries_free(struct explode_entries *entries);

/* The name of an entry on the disk. */
const char *explode_name(const struct explode_entry *entry);

/* Gives payloads and elements of a directory the names that they have on the disk, where a tree is brought up to date.
 * 0 or -1. */
int explode_keep_names(struct explosion *explosion, struct item *dir);

/* --- files and directories -------------------------------------------------------------------------- */

/* A hidden name that nobody has. 0, or -1 with errno set. */
int explode_hidden_name(char *name, size_t size);

/* Writes everything of `dir` into the directory `fd`, which is empty, or is brought up to date. 0 or -1. */
int explode_new(struct explosion *explosion, int fd, struct item *dir);
int explode_update(struct explosion *explosion, int fd, struct item *dir);

/* Removes what a directory of an exploded tree has and should not have, or has as another kind. 0 or -1. */
int explode_remove_strays(struct explosion *explosion, int fd, const struct explode_entries *entries);

/* Removes a directory and all in it; what no tree reads in there is an error. 0 or -1. */
int explode_remove_dir(struct explosion *explosion, int parent, const char *name);

#endif
