/*
 * What there is under one name of a directory: looked up once, for all that an operation asks of it. Internal to this
 * room.
 *
 * It is good until something is linked, removed or said in the directory. The caller's name must stay as long.
 */
#ifndef TREE_ENTRY_H
#define TREE_ENTRY_H

#include "fs/tree/item.h"

struct entry {
	struct item *dir;       /* NULL: in none */
	const char *name;
	uint32_t hash;          /* of the name */
	struct item *shown;     /* what has the name; NULL: nothing */
	struct ghost *ghost;    /* what had it before it was removed, or NULL */
	struct said *said;      /* what .types said of it, or NULL */
};

/* The directory must be loaded, or the name reached. */
struct entry entry_of(const struct item *dir, const char *name);

/* The entry that an item is. */
struct entry entry_of_item(const struct item *item);

/* The value that it has or had, whose bytes are no news; NULL: none. `item` has it now, or will, and may be NULL: that
 * need not be `shown`. */
const struct node *entry_node(const struct entry *entry, const struct item *item);

struct key {
	const char *bytes;
	size_t len;
};

/* The key that it stands for in a dict's directory. A cut name whose key nobody has said yet stands for itself until
 * then (see said.h). The key is the node's, what was said, the name itself, or in `room` (empty); good as long as these
 * are there. 0, or -1: not the spelling of a key. */
int entry_key(const struct entry *entry, struct buf *room, struct key *key);

/* The item that a new one of that name must stand before; NULL: last. */
struct item *entry_place(const struct entry *entry);

#endif
