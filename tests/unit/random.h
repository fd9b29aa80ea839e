/*
 * Numbers for property tests: the same in every run, so that a failure can be looked at again.
 *
 * random_seed() begins a sequence; random_below() gives the next number of it.
 */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdint.h>
#include <string.h>

#include "plist/base/buf.h"

static uint64_t random_state;

static inline void random_seed(uint64_t seed)
{
	random_state = seed * 0x9E3779B97F4A7C15u + 1;
}

/* From 0 to `limit` - 1. */
static inline unsigned random_below(unsigned limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)((random_state >> 32) % limit);
}

/* Appends up to `pieces` - 1 pieces of a list. */
static inline void random_text(const char *const *list, unsigned count, unsigned pieces, struct buf *out)
{
	for (pieces = random_below(pieces); pieces > 0; pieces--)
		buf_add_text(out, list[random_below(count)]);
}

#endif
