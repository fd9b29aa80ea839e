#include "plist/base/slots.h"

#include <stdbool.h>
#include <stdlib.h>

#include "plist/base/pages.h"

/*
 * Open addresses: a thing stands where its hash says, or behind that, with no empty place between. At most three
 * quarters of the places are full, so that a search ends soon.
 */
#define PLACES_LEAST 8

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

	while (slots->hashes[at])
		at = after(slots, at);
	slots->hashes[at] = hash;
	slots->things[at] = thing;
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

	grown.hashes = pages_alloc_zero(grown.places, sizeof(*grown.hashes));
	grown.things = pages_alloc(grown.places, sizeof(*grown.things));
	if (!grown.hashes || !grown.things) {
		slots_free(&grown);
		return -1;
	}
	for (i = 0; i < slots->places; i++)
		if (slots->hashes[i])
			enter(&grown, slots->hashes[i], slots->things[i]);
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
		slots->hashes[at] = 0;
		do {
			next = after(slots, next);
			if (!slots->hashes[next])
				return;
			home = home_of(slots, slots->hashes[next]);
		} while (((next - home) & mask) < ((next - at) & mask));
		slots->hashes[at] = slots->hashes[next];
		slots->things[at] = slots->things[next];
		at = next;
	}
}

/* Where a thing is that is in it. */
static size_t place_of(const struct slots *slots, uint32_t hash, const void *thing)
{
	size_t at = home_of(slots, kept(hash));

	while (slots->hashes[at] != kept(hash) || slots->things[at] != thing)
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
	slots->things[place_of(slots, hash, thing)] = other;
}

static void *found_from(const struct slots *slots, uint32_t hash, size_t *at)
{
	while (slots->hashes[*at] && slots->hashes[*at] != hash)
		*at = after(slots, *at);
	return slots->hashes[*at] ? slots->things[*at] : NULL;
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
	free(slots->hashes);
	free(slots->things);
	*slots = (struct slots){ 0 };
}
