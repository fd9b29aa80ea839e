/*
 * Fresh UUIDs, for payloads and profiles that have none. Nothing is owned.
 */
#ifndef TREE_UUID_H
#define TREE_UUID_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/scalar.h"

#define UUID_SIZE 37 /* 36 characters and a NUL */

/* A random UUID (RFC 9562, version 4), upper case, as Apple's tools write them. Cannot fail: without
 * randomness from the kernel the process ends, as UUIDs that repeat would be worse. */
void uuid_make(char out[UUID_SIZE]);

/* The UUID that these bytes always give (version 8): for what has to be the same each time. */
void uuid_make_from(const void *bytes, size_t len, char out[UUID_SIZE]);

/* UUIDs are the same in upper and lower case. */
bool uuid_is_same(const struct scalar *uuid, const char *text, size_t len);

#endif
