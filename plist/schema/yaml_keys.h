/*
 * One of Apple's profile files, read as a tree (yaml_tree.h), as a section of our language.
 *
 * Keys of the YAML that we know nothing of are passed over: schemas age. What we do know must be of the kind
 * that docs/schema.md of Apple's repository says; an error has the line of what is wrong.
 */
#ifndef SCHEMA_YAML_KEYS_H
#define SCHEMA_YAML_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/schema/arena.h"
#include "plist/schema/schema.h"
#include "plist/schema/yaml_tree.h"

struct yaml_keys {
	struct buf *out;     /* sections are appended here */
	bool help;           /* prose too */
	struct arena *arena; /* of the file's tree */
	const char *file;    /* in messages; borrowed, like all that follows */
	struct error *err;
	bool failed; /* `err` says why; nothing more is written */

	/* What was done so far, for all files. There are limits, since aliases multiply what they stand for. */
	size_t keys_written;
	size_t text_taken; /* bytes */
	size_t names_looked_at;

	char newest[PLATFORM_COUNT][24]; /* the highest version that something was introduced in; "" */
};

/* The type of payload that a file is about; NULL: it is no profile file, or (keys->failed) not what it should
 * be. */
const char *yaml_keys_type(struct yaml_keys *keys, const struct yaml_node *root);

/* Appends the section of a file of that type. 0 or -1. */
int yaml_keys_section(struct yaml_keys *keys, const struct yaml_node *root, const char *type);

/* --- between yaml_keys.c and yaml_facts.c ------------------------------------------------------------- */

/* Says what is wrong with a node, if nothing was wrong before. */
void yaml_bad(struct yaml_keys *keys, const struct yaml_node *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void yaml_no_memory(struct yaml_keys *keys);

/* What a map has under a name, NULL if nothing; an error if it is of another kind, or there twice. */
const struct yaml_node *yaml_want(struct yaml_keys *keys, const struct yaml_node *map, const char *name,
				  enum yaml_kind kind);

/* The text of a node that should be one, or NULL after an error. */
const char *yaml_text(struct yaml_keys *keys, const struct yaml_node *node);

/* The text under a name, or NULL. */
const char *yaml_text_at(struct yaml_keys *keys, const struct yaml_node *map, const char *name);

/* Appends what a key says of its value: attributes of its line. `type` is NODE_TYPE_COUNT for any; `item` what
 * the elements of an array are said to be, or NULL. */
void yaml_write_values(struct yaml_keys *keys, const struct yaml_node *key, enum node_type type,
		       const struct yaml_node *item);

/* Appends the attribute help=, in one line; nothing for NULL. */
void yaml_write_help(struct yaml_keys *keys, const char *prose);

/* Appends what a key or a payload says of platforms, and ends its line, which began at `start` of the output:
 * below it, with that indentation, if `always` or if the line would be too long for reading. */
void yaml_end_line(struct yaml_keys *keys, const struct yaml_node *owner, size_t start, unsigned level, bool always);

#endif
