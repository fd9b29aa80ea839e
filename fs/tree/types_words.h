/*
 * The words of .types for one value: what its name and its text do not tell, under what a schema says of it. Internal
 * to this room.
 *
 * `key` is what the schema says of the value's place; NULL: nothing, as if there were no schema. Nothing is kept.
 */
#ifndef TREE_TYPES_WORDS_H
#define TREE_TYPES_WORDS_H

#include "fs/tree/item.h"
#include "plist/schema/schema.h"
#include "plist/value.h"

/* True for a string where one may stand whose first byte tells that it is no other type. What stands in an XML source
 * was found good text when it was read; the strings of a binary property list may be none. */
static inline bool words_are_spared(const struct node *node, const struct schema_key *key)
{
	return node->type == NODE_STRING && node->value.held == HELD_SOURCE &&
	       value_begins_as_string(node->value.at, node->value.len) && schema_allows_type(key, NODE_STRING);
}

/* True if a value needs words so that it is read again as what it is: those of words_whole(). `dir`: it is shown as a
 * directory. A first listing asks this of every value, and nearly all are spared. */
bool words_are_needed(const struct tree *tree, const struct node *node, bool dir, const struct schema_key *key);

static inline bool words_needed(const struct tree *tree, const struct node *node, bool dir,
				const struct schema_key *key)
{
	return !words_are_spared(node, key) && words_are_needed(tree, node, dir, key);
}

/* Appends the words that say all of a value's type, whatever its place says of it. */
void words_whole(const struct node *node, bool dir, struct buf *out);

/* Appends "array" and the elements' types: one where all are of one. */
void words_of_array(const struct node *array, struct buf *out);

/* True for the profile's own PayloadContent, if it is an array. */
bool words_are_payloads(const struct node *node);

/* The container that mkdir would make in that place. */
enum node_type words_dir_type(const struct node *node, const struct schema_key *key);

/* What the bytes that a value shows are read as, a node of its own. NULL: they cannot be what belongs there, or memory
 * ended. */
struct node *words_read(const struct tree *tree, const struct node *node, const struct schema_key *key);

#endif
