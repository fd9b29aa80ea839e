/*
 * "Did you mean": the known name that is nearest to a misspelt one.
 *
 *     struct hint hint = hint_for(wrong);
 *     hint_consider(&hint, name);     once for each known name
 *     hint.name                       the nearest, or NULL: none is near
 */
#ifndef BASE_HINT_H
#define BASE_HINT_H

#include <stdbool.h>
#include <stddef.h>

struct hint {
	const char *wrong; /* borrowed */
	size_t len;        /* how much of it is the name */
	const char *name;  /* borrowed from who called hint_consider() */
	size_t distance;   /* edits between the two */
	bool tied;         /* another name is as near: whoever wants to be sure says neither */
};

struct hint hint_for(const char *wrong);

/* The same for the first `len` bytes of a text. */
struct hint hint_for_bytes(const char *wrong, size_t len);

void hint_consider(struct hint *hint, const char *name);

/* True if the names differ in nothing but upper and lower case (ASCII). */
bool hint_same_but_case(const char *wrong, size_t len, const char *name);

#endif
