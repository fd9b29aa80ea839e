/*
 * Keys that are called like a secret: what the schema does not know may hold one all the same.
 *
 * Of keys that the schema declares, `sensitive` says whether a message may show the value; this is for all others. A
 * name too many costs a value in a message, one too few a secret.
 */
#ifndef SCHEMA_SECRET_H
#define SCHEMA_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/schema/schema.h"

/* True if the name speaks of a secret: UserPassword, api_token, PIN, PrivateKey. */
bool secret_is_named(const char *name, size_t len);

/* True if no message may show the value of a key that has this name, and of which the schema says `key` (NULL:
 * nothing). */
bool secret_is_kept(const struct schema_key *key, const char *name, size_t len);

#endif
