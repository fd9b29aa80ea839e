/*
 * Where each of many goes: for commands that make one thing of another (explode, implode) and may be given several, or
 * whole folders of them, with one folder for what is made.
 *
 * A list owns its names; targets_free() gives them back.
 */
#ifndef CMD_TARGETS_H
#define CMD_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/cmd/paths.h"
#include "plist/base/error.h"

struct target_entry {
	char *from;   /* as it was found: a file, an exploded tree, "-" */
	char *name;   /* where it goes below the folder: its own name, with the subfolders of a folder that was given */
	bool is_tree; /* `from` is an exploded tree */
};

struct targets {
	struct target_entry *list;
	size_t count, size;
};

/* Adds what a word of the command line names: a file or a tree; or of a folder every profile and every tree in it, as
 * paths_add() finds them. The name of "." is that of the directory; of "-" it is "-". 0 or -1. */
int targets_add(struct targets *targets, const char *word, paths_report *report, void *context, struct error *err);

/* Drops those from `from` on that are no trees, or with `trees` false those that are. */
void targets_keep(struct targets *targets, size_t from, bool trees);

/* True for a name that ends so, in capitals or not. */
bool targets_ends_in(const char *name, const char *suffix);

/* Adds `suffix` to every name that does not end in it, in capitals or not. 0 or -1. */
int targets_add_suffix(struct targets *targets, const char *suffix, struct error *err);

/* 0 if no two have one name; else -1, and which ones they are. */
int targets_check(const struct targets *targets, const char *folder, struct error *err);

/* Makes the folders that `name`, somewhere below `folder`, needs, `folder` itself too: with the modes that new ones
 * have. 0 or -1. */
int targets_make_folders(const char *folder, const char *name, struct error *err);

void targets_free(struct targets *targets);

#endif
