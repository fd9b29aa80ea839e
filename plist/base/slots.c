#include "plist/base/slots.h"

#include <stdbool.h>
#include <stdlib.h>

#include "plist/base/pages.h"

/*
 * Open addresses: a thing stands where its hash says, or behind that, with no empty place between. At most three
 * quarters of the places are full, so that a search ends soon.
 */
#define PLACES_LEAST 8

/* Places are in groups, so that neither hashes nor things have gaps between them. */
#define GROUP_PLACES 4

struct slot_group {
	uint32_t hashes[GROUP_PLACES]; /* 0: an empty place */
	void *things[GROUP_PLACES];
};

static uint32_t *hash_at(const struct slots *slots, size_t at)
{
	return &slots->groups[at / GROUP_PLACES].hashes[at % GROUP_PLACES];
}

static void **thing_at(const struct slots *slots, size_t at)
{
	return &slots->groups[at / GROUP_PLACES].things[at % GROUP_PLACES];
}

/* 0 means an empty place. */
static uint32_t kept(uint32_t hash)
{
	return hash ? hash : 1;
}

static size_t after(const struct slots *slots, size_t at)
{
	return (at + 1) & (slots->places - 1);
}

static size_t home_of(const struct slots *slots, uint32_t hash)
{
	return hash & (slots->places - 1);
}

static void enter(struct slots *slots, uint32_t hash, void *thing)
{
	size_t at = home_of(slots, hash);

	while (*hash_at(slots, at))
		at = after(slots, at);
	*hash_at(slots, at) = hash;
	*thing_at(slots, at) = thing;
	slots->count++;
}

static bool holds(size_t places, size_t count)
{
	return count * 4 <= places * 3;
}

int slots_reserve(struct slots *slots, size_t more)
{
	struct slots grown = { .places = slots->places ? slots->places : PLACES_LEAST };
	size_t i;

	if (holds(slots->places, slots->count + more))
		return 0;
	while (!holds(grown.places, slots->count + more))
		grown.places *= 2;
	grown.groups = pages_alloc_zero(grown.places / GROUP_PLACES, sizeof(*grown.groups));
	if (!grown.groups)
		return -1;
	for (i = 0; i < slots->places; i++)
		if (*hash_at(slots, i))
			enter(&grown, *hash_at(slots, i), *thing_at(slots, i));
	slots_free(slots);
	*slots = grown;
	return 0;
}

int slots_add(struct slots *slots, uint32_t hash, void *thing)
{
	if (slots_reserve(slots, 1) < 0)
		return -1;
	enter(slots, kept(hash), thing);
	return 0;
}

/* Moves up what stands behind the place that became empty for want of a better one. */
static void close_gap(struct slots *slots, size_t at)
{
	size_t next = at, home, mask = slots->places - 1;

	for (;;) {
		*hash_at(slots, at) = 0;
		do {
			next = after(slots, next);
			if (!*hash_at(slots, next))
				return;
			home = home_of(slots, *hash_at(slots, next));
		} while (((next - home) & mask) < ((next - at) & mask));
		*hash_at(slots, at) = *hash_at(slots, next);
		*thing_at(slots, at) = *thing_at(slots, next);
		at = next;
	}
}

/* Where a thing is that is in it. */
static size_t place_of(const struct slots *slots, uint32_t hash, const void *thing)
{
	size_t at = home_of(slots, kept(hash));

	while (*hash_at(slots, at) != kept(hash) || *thing_at(slots, at) != thing)
		at = after(slots, at);
	return at;
}

void slots_remove(struct slots *slots, uint32_t hash, const void *thing)
{
	close_gap(slots, place_of(slots, hash, thing));
	slots->count--;
}

void slots_replace(struct slots *slots, uint32_t hash, const void *thing, void *other)
{
	*thing_at(slots, place_of(slots, hash, thing)) = other;
}

static void *found_from(const struct slots *slots, uint32_t hash, size_t *at)
{
	while (*hash_at(slots, *at) && *hash_at(slots, *at) != hash)
		*at = after(slots, *at);
	return *hash_at(slots, *at) ? *thing_at(slots, *at) : NULL;
}

void *slots_first(const struct slots *slots, uint32_t hash, size_t *at)
{
	if (slots->count == 0)
		return NULL;
	*at = home_of(slots, kept(hash));
	return found_from(slots, kept(hash), at);
}

void *slots_next(const struct slots *slots, uint32_t hash, size_t *at)
{
	*at = after(slots, *at);
	return found_from(slots, kept(hash), at);
}

void slots_free(struct slots *slots)
{
	free(slots->groups);
	*slots = (struct slots){ 0 };
}
