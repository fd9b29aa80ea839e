/*
 * Exploded trees: a directory that holds what a mount of a profile shows (names, lines, .types), read back into a
 * document.
 *
 * It is the tree itself that reads it: every file of the directory is written into a tree over an empty document, so
 * that names, types and text mean what they mean in a mount. What only the schema refuses is taken, as whoever has
 * the document may check it; what cannot be a value at all is a problem, and the rest is read on.
 *
 * A payload's directory that is named by a type and has no PayloadType was made by hand (explode makes no such one): it
 * gets the keys that every payload has, as a save of a mount gives them (fill.h). Everything else stays as it is.
 *
 * A struct exploded owns its document and its tree; exploded_free() gives them back.
 */
#ifndef TREE_EXPLODED_H
#define TREE_EXPLODED_H

#include <stdbool.h>

#include "fs/tree/profile.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/node.h"
#include "plist/schema/check.h"

struct exploded {
	struct profile profile; /* `doc` is what was read; it lies nowhere and is never saved */
	struct tree *tree;
	struct name_map *refused; /* what could not be taken: its path in the tree, as item_path() spells it */
	struct name_map *spelt;   /* what is called otherwise on the disk: names there by such paths */
	struct problems filled;   /* notes: which payloads were made by hand, by such paths, and what they got */
};

/* Called with each problem, and the file it is about: of the whole path, which may be longer than fits there.
 * Without a rule: something could not be read. */
typedef void exploded_report(void *context, const char *file, const struct error *problem);

/* True for a directory that holds PayloadType, PayloadIdentifier or PayloadContent. */
bool exploded_is_tree(const char *path);

/* Reads the tree at `path` (borrowed: must outlive `exploded`). `checks` says which schema names the types of values,
 * and whether placeholders are values. Names may be in a portable spelling (names.h). Keys get the order of their
 * bytes. Every problem is reported, of .types with the line it is about. Names that begin with a dot (but .types) and
 * editors' backups are passed over; symbolic links and devices are problems [not-a-plist]. A file of text with the
 * marks of git's own merge is one, too [merge-conflict]; if `checks` has that rule off, it is read like any other. 0
 * however many problems there were, or -1: the directory itself cannot be read, memory ended, or more is in it than a
 * property list may hold; `exploded` is then closed. */
int exploded_read(struct exploded *exploded, const char *path, const struct check_options *checks,
		  exploded_report *report, void *context, struct error *err);

/* A finding of check_profile() on the document, as an error: appends the path of the file or directory it is about
 * to `file`, and sets line and column where there are any (the nth element of a file of lines is line n), key, rule
 * and text. Of a key that was hardly meant to be one (README.md) it says that all that is in a tree is part of the
 * profile. False: it is about a key that is missing only because its file was refused. */
bool exploded_finding(const struct exploded *exploded, const struct finding *finding, struct buf *file,
		      struct error *err);

/* Appends the path of the file or directory that shows what `key` (as item_path() spells it) names. */
void exploded_add_path(const struct exploded *exploded, const char *key, struct buf *out);

void exploded_free(struct exploded *exploded);

#endif
