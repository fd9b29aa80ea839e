/*
 * Fresh UUIDs, for payloads and profiles that have none. Nothing is owned.
 */
#ifndef TREE_UUID_H
#define TREE_UUID_H

#define UUID_SIZE 37 /* 36 characters and a NUL */

/* A random UUID (RFC 9562, version 4), upper case, as Apple's tools write them. Cannot fail: without
 * randomness from the kernel the process ends, as UUIDs that repeat would be worse. */
void uuid_make(char out[UUID_SIZE]);

#endif
