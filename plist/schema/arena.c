#include "plist/schema/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* What a chunk holds when nothing larger is asked for. */
#define CHUNK_SIZE ((size_t)16 * 1024)

/* A schema that needs more than this is not meant well. */
#define ARENA_MAX ((size_t)256 * 1024 * 1024)

struct chunk {
	struct chunk *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct owned {
	struct owned *next;
	void *object;
	void (*release)(void *object);
};

struct arena {
	struct chunk *chunks; /* the first one is the one that is being filled */
	struct owned *owned;  /* the youngest first */
	size_t size;          /* of all chunks */
};

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	struct chunk *chunk, *next;

	if (!arena)
		return;
	for (struct owned *owned = arena->owned; owned; owned = owned->next)
		owned->release(owned->object);
	for (chunk = arena->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

/* A chunk for `size` bytes at least. What does not fit an ordinary one gets one for itself alone, behind the
 * first, so that the rest of that is still used. */
static struct chunk *add_chunk(struct arena *arena, size_t size)
{
	size_t whole = size < CHUNK_SIZE ? CHUNK_SIZE : size;
	struct chunk *chunk;

	if (whole > ARENA_MAX - arena->size)
		return NULL;
	chunk = calloc(1, sizeof(*chunk) + whole);
	if (!chunk)
		return NULL;
	chunk->size = whole;
	arena->size += whole;
	if (size < CHUNK_SIZE || !arena->chunks) {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	} else {
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	}
	return chunk;
}

/* `size` bytes whose address is a multiple of `align`, a power of two. */
static void *take(struct arena *arena, size_t size, size_t align)
{
	struct chunk *chunk = arena->chunks;
	size_t start = chunk ? (chunk->used + align - 1) & ~(align - 1) : 0;

	if (!chunk || start > chunk->size || size > chunk->size - start) {
		chunk = add_chunk(arena, size);
		if (!chunk)
			return NULL;
		start = 0;
	}
	chunk->used = start + size;
	return chunk->bytes + start;
}

void *arena_get(struct arena *arena, size_t size)
{
	return take(arena, size ? size : 1, alignof(max_align_t));
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy;

	if (len > ARENA_MAX)
		return NULL;
	copy = take(arena, len + 1, 1);
	if (copy && len)
		memcpy(copy, text, len);
	return copy;
}

int arena_own(struct arena *arena, void *object, void (*release)(void *object))
{
	struct owned *owned = arena_get(arena, sizeof(*owned));

	if (!owned) {
		release(object);
		return -1;
	}
	owned->object = object;
	owned->release = release;
	owned->next = arena->owned;
	arena->owned = owned;
	return 0;
}
