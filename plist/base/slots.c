#include "plist/base/slots.h"

#include <stdlib.h>
#include <string.h>

/*
 * Open addresses: a thing stands where its hash says, or behind that, with no empty place between. At most three
 * quarters of the places are full, so that a search ends soon.
 */
#define PLACES_LEAST 8

static uint32_t hash_in(const struct slots *slots, const void *thing)
{
	return *(const uint32_t *)((const char *)thing + slots->hash_at);
}

static size_t home_of(const struct slots *slots, const void *thing)
{
	return hash_in(slots, thing) & slots->mask;
}

static void enter(struct slots *slots, void *thing)
{
	size_t at = home_of(slots, thing);

	while (slots->places[at])
		at = (at + 1) & slots->mask;
	slots->places[at] = thing;
}

static int grow(struct slots *slots)
{
	struct slots old = *slots;
	size_t places = old.places ? (old.mask + 1) * 2 : PLACES_LEAST, i;
	void **new_places = calloc(places, sizeof(*new_places));

	if (!new_places)
		return -1;
	slots->places = new_places;
	slots->mask = places - 1;
	for (i = 0; old.places && i <= old.mask; i++)
		if (old.places[i])
			enter(slots, old.places[i]);
	free(old.places);
	return 0;
}

int slots_add(struct slots *slots, void *thing)
{
	if ((!slots->places || (slots->count + 1) * 4 > (slots->mask + 1) * 3) && grow(slots) < 0)
		return -1;
	enter(slots, thing);
	slots->count++;
	return 0;
}

/* Moves up what stands behind the empty place for want of a better one. */
static void close_gap(struct slots *slots, size_t at)
{
	size_t next = at, home;

	for (;;) {
		slots->places[at] = NULL;
		do {
			next = (next + 1) & slots->mask;
			if (!slots->places[next])
				return;
			home = home_of(slots, slots->places[next]);
		} while (((next - home) & slots->mask) < ((next - at) & slots->mask));
		slots->places[at] = slots->places[next];
		at = next;
	}
}

void slots_remove(struct slots *slots, const void *thing)
{
	size_t at = home_of(slots, thing);

	while (slots->places[at] != thing)
		at = (at + 1) & slots->mask;
	close_gap(slots, at);
	slots->count--;
}

static void *found_from(const struct slots *slots, uint32_t hash, size_t *at)
{
	void *thing;

	while ((thing = slots->places[*at]) && hash_in(slots, thing) != hash)
		*at = (*at + 1) & slots->mask;
	return thing;
}

void *slots_first(const struct slots *slots, uint32_t hash, size_t *at)
{
	if (!slots->places)
		return NULL;
	*at = hash & slots->mask;
	return found_from(slots, hash, at);
}

void *slots_next(const struct slots *slots, uint32_t hash, size_t *at)
{
	*at = (*at + 1) & slots->mask;
	return found_from(slots, hash, at);
}

void slots_free(struct slots *slots)
{
	free(slots->places);
	slots->places = NULL;
	slots->mask = slots->count = 0;
}
