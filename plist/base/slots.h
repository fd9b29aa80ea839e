/*
 * A hash table for many small things, made for little memory and few misses of the processor's caches. uthash (hash.h)
 * is for all others.
 *
 * A thing stands beside its hash, and beside its neighbours', so that a search is mostly one look into memory. It takes
 * 16 to 32 bytes, and none in itself. The table owns its places, not what stands in them. What is the same thing is its
 * user's to say: slots_first() and slots_next() go through all that have a hash.
 */
#ifndef BASE_SLOTS_H
#define BASE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

/* All zero: empty. */
struct slots {
	size_t places; /* a power of two, or 0 */
	size_t count;  /* things */
	struct slot_group *groups;
};

/* 0, or -1: out of memory, nothing changed. */
int slots_add(struct slots *slots, uint32_t hash, void *thing);

/* Makes room for `more` things, so that adding those needs no memory. 0, or -1: out of memory, nothing changed. */
int slots_reserve(struct slots *slots, size_t more);

/* Takes out one that was added with that hash. Needs no memory. */
void slots_remove(struct slots *slots, uint32_t hash, const void *thing);

/* Puts another thing of the same hash into the place of one. Needs no memory. */
void slots_replace(struct slots *slots, uint32_t hash, const void *thing, void *other);

/* One with that hash, or NULL; then the next. `at` is the table's, in between. */
void *slots_first(const struct slots *slots, uint32_t hash, size_t *at);
void *slots_next(const struct slots *slots, uint32_t hash, size_t *at);

/* Leaves it empty. */
void slots_free(struct slots *slots);

#endif
