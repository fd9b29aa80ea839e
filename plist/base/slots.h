/*
 * A hash table of things that know their own hash: for many small ones. It takes 11 to 22 bytes for each, and none
 * in the thing itself but the hash. uthash (hash.h) is for all others.
 *
 * It owns its places, not what stands in them. What is the same thing is its user's to say: slots_first() and
 * slots_next() go through all that have a hash.
 */
#ifndef BASE_SLOTS_H
#define BASE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct slots {
	size_t hash_at;  /* where in a thing its hash is */
	size_t mask;     /* places, less one: they are a power of two */
	size_t count;    /* things */
	void **places;
};

/* An empty one of things of that type, whose member `hash` is a uint32_t. */
#define SLOTS_OF(type, hash) ((struct slots){ .hash_at = offsetof(type, hash) })

/* 0, or -1: out of memory, nothing changed. */
int slots_add(struct slots *slots, void *thing);

/* Takes out one that is in it. Needs no memory. */
void slots_remove(struct slots *slots, const void *thing);

/* One with that hash, or NULL; then the next. `at` is the slots', in between. */
void *slots_first(const struct slots *slots, uint32_t hash, size_t *at);
void *slots_next(const struct slots *slots, uint32_t hash, size_t *at);

/* Leaves it empty. */
void slots_free(struct slots *slots);

#endif
