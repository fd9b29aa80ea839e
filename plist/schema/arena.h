/*
 * Memory that is freed all at once: the keys of a schema and their strings. An arena does not grow without end:
 * at 256 MiB, which only a hostile schema asks for, its memory is out.
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
