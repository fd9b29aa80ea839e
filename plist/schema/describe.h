/*
 * The schema in words: what `profilefs schema` prints, and what the attributes user.profilefs.NAME of a file or
 * directory say. One line each, without a newline, unless it says otherwise.
 */
#ifndef SCHEMA_DESCRIBE_H
#define SCHEMA_DESCRIBE_H

#include "plist/base/buf.h"
#include "plist/schema/schema.h"

/* The names there are: presence values range length format default since help keys needs page. (`type` and
 * `error` are the tree's own: they depend on what is there.) Ends with NULL. */
extern const char *const describe_names[];

/* Appends one of them: `values` and `keys` one a line (`keys`: required first, then as the schema has them),
 * `range` "1..8191", `since` "iOS 13.1, macOS 10.15 (deprecated 14.0, removed 15.0)" with what the payload says
 * where the key does not. 0, or -1: nothing is said of it. `payload` may be NULL. */
int describe_attribute(const struct schema_key *payload, const struct schema_key *key, const char *name,
		       struct buf *out);

/* Appends the type: "string", "array of string", "integer or string", "any". */
void describe_type(const struct schema_key *key, struct buf *out);

#endif
