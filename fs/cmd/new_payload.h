/*
 * What a fresh profile is filled with: payloads with identities of their own, and the keys that the schema
 * requires, with the values that can be known.
 *
 * A value that only the user knows is empty, and said so in `open`; the user pointer of its node is set then. Nodes
 * belong to the document; the list of payloads and `open` to who made the maker.
 */
#ifndef CMD_NEW_PAYLOAD_H
#define CMD_NEW_PAYLOAD_H

#include <stddef.h>

#include "plist/base/error.h"
#include "plist/node.h"
#include "plist/schema/schema.h"

struct new_payload {
	const char *type;
	const struct schema_key *key;
	struct node *node; /* in the profile, once it was begun */
};

struct maker {
	struct node *root; /* of a fresh profile */
	struct new_payload *payloads;
	size_t count;
	size_t made;          /* values that a schema asked for */
	struct problems open; /* what is still to be filled in */
};

/* Adds the payload to the profile, with the keys that tell what and which it is. All are begun before the first is
 * filled, so that one can refer to another. 0, or -1: out of memory. */
int new_payload_begin(struct maker *maker, struct new_payload *payload);

/* Adds to a dict (the profile's root, or a payload's node) what its schema requires and is not there. 0, or -1: out
 * of memory. */
int new_payload_fill(struct maker *maker, struct node *dict, const struct schema_key *key);

/* Adds a string under a key, before `before` or at the end. 0, or -1: out of memory. */
int new_payload_add(struct node *dict, struct node *before, const char *key, const char *text);

#endif
