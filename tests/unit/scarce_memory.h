/*
 * An allocator that fails at the wanted call, for tests that compile what they try with `malloc` and its kin defined as
 * these. Whoever asks once more after the failure gets what he asks for.
 */
#ifndef TESTS_SCARCE_MEMORY_H
#define TESTS_SCARCE_MEMORY_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many more allocations succeed before one fails; -1: all succeed. */
static long allowed = -1;
static bool ran_out;

static bool is_refused(void)
{
	if (allowed < 0)
		return false;
	if (allowed-- > 0)
		return false;
	ran_out = true;
	return true;
}

static void *scarce_malloc(size_t size)
{
	return is_refused() ? NULL : malloc(size);
}

static void *scarce_calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : calloc(count, size);
}

static void *scarce_realloc(void *old, size_t size)
{
	return is_refused() ? NULL : realloc(old, size);
}

static char *scarce_strdup(const char *text)
{
	return is_refused() ? NULL : strdup(text);
}

#endif
