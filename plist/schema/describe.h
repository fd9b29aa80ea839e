/*
 * The schema in words: what `profilefs schema` prints, and what the attributes user.profilefs.NAME of a file or
 * directory say. One line each, without a newline, unless it says otherwise.
 */
#ifndef SCHEMA_DESCRIBE_H
#define SCHEMA_DESCRIBE_H

#include "plist/base/buf.h"
#include "plist/schema/schema.h"

/* The names there are: presence values range length items unique format subtype default flags refs since help keys
 * needs page immutable sensitive, and the facts of the language (multiple, supervised, ...). (`type` and `error`
 * are the tree's own: they depend on what is there.) Ends with NULL. */
extern const char *const describe_names[];

/* Appends one of them: `values`, `refs` and `keys` one a line (`keys`: required first, then as the schema has
 * them, then `*` if there may be others), `range` "1..8191", `since` "iOS 13.1, macOS 10.15 (deprecated 14.0,
 * removed 15.0)" and other facts "iOS true, macOS false" with what the payload says where the key does not,
 * `needs` "2 needs 1, 128 needs 64" of flags and the clauses of a dict, one a line. `values`, `range`,
 * `length`, `format` and `refs` of an array of scalars are those of its elements. 0, or -1: nothing is said of it.
 * `payload` may be NULL. */
int describe_attribute(const struct schema_key *payload, const struct schema_key *key, const char *name,
		       struct buf *out);

/* Appends what `since` says of one platform: "iOS 13.1 (removed 15.0)". 0, or -1: nothing, or it never has it. */
int describe_platform(const struct schema_key *payload, const struct schema_key *key, enum platform platform,
		      struct buf *out);

/* Appends a clause: "Password must be there if EncryptionType is WEP or WPA, unless EAPConfiguration is there". */
void describe_clause(const struct clause *clause, struct buf *out);

/* Appends the type: "string", "array of string", "integer or string", "any". */
void describe_type(const struct schema_key *key, struct buf *out);

#endif
