/*
 * The inode table: items by number. Numbers are given in order, from 1, and never again, so that it is a list of small
 * pages of items, of which those are there that hold one: a look-up is two steps, and no item has memory of its own.
 *
 * It owns the memory of the items, not what they own.
 */
#ifndef TREE_INODES_H
#define TREE_INODES_H

#include <stddef.h>
#include <stdint.h>

struct item;

struct inodes {
	struct inode_page **pages;
	size_t count;
};

/* An item of that number, all zero. NULL: out of memory, nothing changed. */
struct item *inodes_make(struct inodes *inodes, uint64_t number);

/* The next `count` items will have numbers from `number` on: prepares for them as well as memory allows. */
void inodes_expect(struct inodes *inodes, uint64_t number, uint64_t count);

/* NULL: there is none. */
struct item *inodes_get(const struct inodes *inodes, uint64_t number);

/* Takes out one that is in it. Needs no memory. */
void inodes_remove(struct inodes *inodes, uint64_t number);

/* The item with the least number above `*number`, which becomes that number; NULL: none. So all are gone through, in
 * the order in which they came, whatever happens to them meanwhile. */
struct item *inodes_after(const struct inodes *inodes, uint64_t *number);

/* Leaves it empty. */
void inodes_free(struct inodes *inodes);

#endif
