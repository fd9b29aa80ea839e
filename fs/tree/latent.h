/*
 * Latent entries: files of a large dict that have an inode number and no item yet.
 *
 * A listing gives out every number of a directory, and of most files nothing more is ever wanted: they have neither
 * state nor a name of their own, since all that they show is their node's. So a dict of many keys (tree.few) that is
 * listed gets a row of numbers, one for each key, and `node->user` says which one (latent_number()). An item is made,
 * with that number, when somebody looks the file up or does anything with it (latent_item()).
 *
 * Latent are scalars alone whose name is spelled as their key is: no two of them can have one name.
 */
#ifndef TREE_LATENT_H
#define TREE_LATENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plist/node.h"

struct item;
struct tree;
struct latent;

/* The rows of a tree, in the order of their numbers. */
struct latents {
	struct latent **list;
	size_t count, room;
};

/* One of a row. */
struct latent_entry {
	struct latent *row;
	size_t at;
	struct node *node;
};

/* What `node->user` says: the item that shows it, or its number as long as it is latent (0: it is not). */
static inline struct item *node_item(const struct node *node)
{
	return (uintptr_t)node->user & 1 ? NULL : node->user;
}

static inline uint64_t latent_number(const struct node *node)
{
	return (uintptr_t)node->user & 1 ? (uint64_t)(uintptr_t)node->user >> 1 : 0;
}

/* Sees to it that all of a dict can be listed without being loaded: what has no item gets one or becomes latent. 0 or
 * -ENOMEM: some did. */
int latent_fill(struct tree *tree, struct item *dir);

/* dir_is_filled(). */
bool latent_is_filled(const struct item *dir);

/* Something is there that nobody has shown: the next latent_fill() looks for it. */
void latent_unfill(struct item *dir);

/* The entry of an inode number; of a node of that directory. False: it is not latent. */
bool latent_find(const struct tree *tree, uint64_t ino, struct latent_entry *entry);
bool latent_in(const struct item *dir, struct node *node, struct latent_entry *entry);

/* The directory that it is in, and its inode number. */
struct item *latent_dir(const struct latent_entry *entry);
uint64_t latent_ino(const struct latent_entry *entry);

/* The item that it would be, for who only looks at it: neither linked nor in the table. Good as long as the node is.
 * `sketch` is all zero, or that of another entry. */
void latent_sketch(const struct latent_entry *entry, struct item *sketch);

/* The attributes of a sketch were given: who has them is remembered. */
void latent_given(const struct latent_entry *entry, const struct item *sketch);

/* As tree_hold() and tree_drop(). */
void latent_hold(const struct latent_entry *entry);
void latent_drop(const struct latent_entry *entry, uint64_t count);

/* Makes its item, held as it was, and links it last. NULL: out of memory, it stays latent. */
struct item *latent_item(struct tree *tree, const struct latent_entry *entry);

/* A directory is no more, or all of it has items: frees its row. */
void latent_free(struct tree *tree, struct item *dir);

/* The end of the tree: those that are still in it. */
void latents_free(struct tree *tree);

#endif
