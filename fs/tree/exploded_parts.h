/* The parts of reading exploded trees: the whole (exploded.c), files and directories (exploded_read.c), names and order
 * (exploded_entries.c), what is said of .types (exploded_types.c), git's conflicts (exploded_conflict.c), payloads made
 * by hand (exploded_fill.c), what was not meant to be in it (exploded_stray.c). Internal to exploded. */
#ifndef TREE_EXPLODED_PARTS_H
#define TREE_EXPLODED_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/tree/exploded.h"
#include "fs/tree/item.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/hash.h"

/* Reading one directory tree. */
struct reader {
	struct exploded *exploded;
	exploded_report *report;
	void *context;
	struct buf path;        /* of what is being read, on the disk */
	bool is_file;           /* a regular file: problems have a line */
	bool reported;          /* what is being read has had a problem */
	size_t bytes, nodes;    /* read so far: no more than a property list may hold */
	struct error err;       /* of the moment: too large for a stack of 512 directories */
	struct error fatal;     /* what ended it */
};

/* Texts by their names. */
struct name_map {
	char *name;
	char *text; /* may be NULL */
	UT_hash_handle hh;
};

/* 0, or -1: out of memory. What is there stays. */
int name_map_add(struct name_map **map, const char *name, const char *text);
const struct name_map *name_map_find(const struct name_map *map, const char *name);
void name_map_free(struct name_map *map);

/* One more part of the path; returns what path_leave() takes it back to. */
size_t path_enter(struct buf *path, const char *name);
void path_leave(struct buf *path, size_t len);

/* Ends the reading; -1. */
int reader_end(struct reader *reader, const struct error *err);
int reader_end_without_memory(struct reader *reader);

/* Tells a problem of what is being read. */
void reader_report(struct reader *reader, struct error *problem);

/* --- entries of a directory ------------------------------------------------------------------------- */

struct exploded_entry {
	char *file;     /* on the disk; NULL: only .types speaks of it, it is an empty directory */
	char *name;     /* in the tree; one that no key has: as on the disk */
	struct buf key; /* of a dict's: which decides the order */
	uint32_t number; /* of an element; of a payload, the place that .types gives it */
};

struct exploded_entries {
	struct exploded_entry *list; /* in the order of the document */
	size_t count, size;
};

/* What is in the directory that is being read, but .types, which must have been read, and dotfiles: in the order of the
 * document: payloads as .types says, else by type and number; elements by number; keys by their bytes. 0, or -1: it
 * ended; what cannot be read is reported. */
int exploded_list(struct reader *reader, struct item *dir, struct exploded_entries *entries);
void exploded_entries_free(struct exploded_entries *entries);

/* --- conflicts -------------------------------------------------------------------------------------- */

/* Reports a conflict that git left in the file that is being read: [merge-conflict], with the line it begins at. Unless
 * the user has turned that rule off; then marks are text like any other. */
void exploded_find_conflict(struct reader *reader, const struct item *dir, const char *name, const struct buf *bytes);

/* Takes what .types says of marks that are not there any more for what is said of their keys, where that is what those
 * can be; where that leaves it open, it is a problem [merge-conflict]. 0, or -1: it ended. */
int exploded_settle_marks(struct reader *reader, struct item *dir, const struct exploded_entries *entries);

/* --- the whole -------------------------------------------------------------------------------------- */

/* Reads the directory that is being read into `dir`. 0, or -1: it ended. */
int exploded_read_dir(struct reader *reader, struct item *dir);

/* Completes the payloads that were made by hand, and remembers which. 0, or -1: it ended. */
int exploded_fill(struct reader *reader);

/* True for an unknown key, shown by `item`, that was hardly meant to be one. */
bool exploded_is_stray(const struct item *item, const struct finding *finding);

/* Tells what is wrong with .types, in all directories. 0, or -1: it ended. */
int exploded_report_types(struct reader *reader);

#endif
