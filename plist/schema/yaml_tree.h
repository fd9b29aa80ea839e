/*
 * A YAML file as a tree of nodes that know their lines.
 *
 * Made of libyaml's events, not of its documents: so nesting, numbers of nodes and the search for anchors are
 * bounded while the file is read, whatever is in it.
 *
 * Everything lives in the arena that the caller gives; nothing is freed one by one. Scalars are UTF-8 without
 * NULs, and stay text: what `yes`, `010` or `~` mean is for the reader of the tree to say.
 */
#ifndef SCHEMA_YAML_TREE_H
#define SCHEMA_YAML_TREE_H

#include <stdbool.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/schema/arena.h"

enum yaml_kind {
	YAML_KIND_TEXT,
	YAML_KIND_LIST,
	YAML_KIND_MAP
};

struct yaml_node {
	enum yaml_kind kind;
	unsigned long line, column;    /* from 1 */
	const char *text;              /* of a scalar */
	bool plain;                    /* a scalar without quotes */
	struct yaml_node *first;       /* children; those of a map are key, value, key, value, ... */
	size_t count;                  /* how many children */
	struct yaml_node *next;        /* sibling */
	const struct yaml_node *alias; /* what it stands for; see yaml_target() */

	/* A list that holds itself, through an alias somewhere below it. Every way round a circle of maps and
	 * lists leads through one that is marked so. */
	bool recursive;
};

/* Reads the one document that a file must hold. NULL, with file and line: not YAML, or more than one document,
 * nothing at all, an alias of nothing, too deep, too much; or ENOMEM. */
const struct yaml_node *yaml_tree_read(const char *file, const struct buf *text, struct arena *arena,
				       struct error *err);

/* Sees through an alias. NULL stays NULL. */
const struct yaml_node *yaml_target(const struct yaml_node *node);

/* What a map has under a name, seen through aliases; NULL: nothing, or a null (~, null, or no text at all).
 * `again` (may be NULL) is set to a second one of that name, where there should be none. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *name, const struct yaml_node **again);

#endif
