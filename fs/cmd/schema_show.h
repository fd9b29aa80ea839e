/*
 * What `profilefs schema` shows: a place in the schema, found by its path, as text or as JSON.
 */
#ifndef CMD_SCHEMA_SHOW_H
#define CMD_SCHEMA_SHOW_H

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/schema/schema.h"

/* A payload type, the profile itself or the keys of every payload, or a key below one of them. The keys are the
 * schema's, the path is owned; place of a failed schema_find() need not be freed. */
struct schema_found {
	struct buf path;                  /* com.apple.mdm/ServerURL, as it is to be given again */
	const struct schema_key *payload; /* what the path begins with */
	const struct schema_key *parent;  /* the dict that declares `key`; NULL: `key` is no dict's key */
	const struct schema_key *key;     /* `payload` itself for a path of one word */
	bool common;                      /* the path is `common` alone */
};

/* Finds TYPE[/KEY...]; TYPE may be `profile` (or Configuration) and `common`, and a path may begin as the tree's
 * do (PayloadContent/TYPE.2/KEY). An element of an array is `-` or its number, and may be left out. 0, or -1:
 * there is none, with the nearest. */
int schema_find(struct schema *schema, const char *path, struct schema_found *found, struct error *err);

/* True if the key stands in every payload, so that a type's own keys are clearer without it. */
bool schema_is_common(struct schema *schema, const struct schema_key *key);

/* True if the clause speaks of the key. */
bool schema_speaks_of(const struct clause *clause, const char *name);

/* All types, one a line, each with what has it since when. 0, or -1: out of memory. */
int schema_list_text(struct schema *schema, struct buf *out, struct error *err);
int schema_list_json(struct schema *schema, struct buf *out, struct error *err);

/* What was found: a table of keys for what schema_find() found by one word, else all that is said of a key. */
int schema_found_text(struct schema *schema, const struct schema_found *found, struct buf *out, struct error *err);
int schema_found_json(struct schema *schema, const struct schema_found *found, struct buf *out, struct error *err);

#endif
