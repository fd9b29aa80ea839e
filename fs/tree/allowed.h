/*
 * What the schema says of an entry of the tree: where a directory's or file's place in the profile meets the
 * schema's keys.
 *
 * Places are found by the tree's names, not by the document, so that a payload whose PayloadType is still to
 * come is known by its directory's name. Nothing here changes anything; keys belong to the schema.
 */
#ifndef TREE_ALLOWED_H
#define TREE_ALLOWED_H

#include "fs/tree/entry.h"
#include "fs/tree/item.h"
#include "plist/schema/schema.h"

/* What a directory's own value must be: its key, a payload, or the profile. NULL: nothing is said of it. */
const struct schema_key *allowed_dir(struct tree *tree, const struct item *dir);

/* To be called when a directory gets another name or place, after all that was committed for it, and when something is
 * said of entries. */
void allowed_forget(struct tree *tree);

/* What stands there, whether it is there or not. NULL: nothing is said of it. */
const struct schema_key *allowed_entry(struct tree *tree, const struct entry *entry);

/* What the schema says of all entries of a directory, asked once. */
struct allowed_entries {
	const struct schema_key *declaring; /* has keys by name; NULL: no name matters */
	const struct schema_key *each;      /* what stands under all other names; NULL: nothing is said of it */
};

struct allowed_entries allowed_entries(struct tree *tree, const struct item *dir);

/* What allowed_entry() says of the entry that shows `node`. */
static inline const struct schema_key *allowed_in(const struct allowed_entries *entries, const struct node *node)
{
	const struct schema_key *key = NULL;

	if (entries->declaring && schema_may_declare(entries->declaring, node->key, node->key_len))
		key = schema_declared(entries->declaring, node->key, node->key_len);
	return key ? key : entries->each;
}

/* The payload that an item is in, or is; the profile's keys outside of any. NULL: nothing is said. */
const struct schema_key *allowed_payload(struct tree *tree, const struct item *item);

/* True if the schema declares the key. */
bool allowed_is_declared(struct tree *tree, const struct entry *entry);

/* Checks that a new key of this name may be made in a directory (a dict's). 0, or -1 with the key that was
 * probably meant and how to take it all the same [unknown-key]. */
int allowed_check_name(struct tree *tree, const struct entry *entry, struct error *err);

/* The type of the container that a key can be: NODE_DICT, NODE_ARRAY, or NODE_TYPE_COUNT if it can be both or none;
 * `key` may be NULL. */
enum node_type allowed_container_type(const struct schema_key *key);

/* The type of a container that mkdir makes there, where the schema says it: NODE_DICT, NODE_ARRAY, or
 * NODE_TYPE_COUNT where it says nothing. 0, or -1: what stands there is no container [wrong-type]. */
int allowed_container(struct tree *tree, const struct entry *entry, enum node_type *type, struct error *err);

/* Checks that a value may be of the type that was said of it, and its elements of theirs. 0, or -1 [wrong-type]. */
int allowed_check_said(struct tree *tree, const struct entry *entry, const struct said *said, struct error *err);

/* Checks a container, and all that is in it, against what must stand where it goes; `key` may be NULL. What concerns
 * more than one value is judged at the save. 0, or -1 with the reason, and in `culprit` the node that is wrong. */
int allowed_check_container(const struct tree *tree, const struct schema_key *key, const struct node *container,
			    const struct node **culprit, struct error *err);

/* True if the elements of an array that stands there can be lines of a file, as far as the schema knows. */
bool allowed_lines(struct tree *tree, const struct item *dir, const char *name);

/* The same where that is what the schema says of it; `key` may be NULL. */
bool allowed_lines_of(const struct schema_key *key);

/* True if what the schema says is held against what is written, not only used to know types by. */
bool allowed_is_strict(const struct tree *tree);

#endif
