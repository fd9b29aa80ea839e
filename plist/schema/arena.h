/*
 * Memory that is freed all at once: the keys of a schema and their strings.
 */
#ifndef SCHEMA_ARENA_H
#define SCHEMA_ARENA_H

#include <stddef.h>

struct arena;

/* NULL: out of memory. */
struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory for any type, valid until arena_free(). NULL: out of memory. */
void *arena_get(struct arena *arena, size_t size);

/* A NUL-terminated copy. NULL: out of memory. */
char *arena_text(struct arena *arena, const char *text, size_t len);

/* `release(object)` is called at arena_free(): for what has memory of its own. 0, or -1: out of memory, and
 * it was called already. */
int arena_own(struct arena *arena, void *object, void (*release)(void *object));

#endif
