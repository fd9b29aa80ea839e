/*
 * What the fuzz targets share. A target is a file NAME_fuzz.c with one function that libFuzzer calls with bytes; what
 * must hold of them is said with must(), and a sanitizer says the rest. Its seeds are in seeds/NAME.
 *
 * Several texts in one input are parted by lines of "%%".
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/error.h"

#define PART_END "\n%%\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must_hold(bool holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* Else the run ends, which makes libFuzzer keep the input. */
#define must(holds) must_hold(holds, #holds, __FILE__, __LINE__)

/* What every error must have; the text is never without a word. Out of memory is none of these inputs' doing. */
#define must_be_said(err) must((err).code != 0 && (err).text[0] != '\0')

struct part {
	const char *text;
	size_t len;
};

/* The next text of an input; an empty one at its end. */
static inline struct part next_part(struct part *rest)
{
	const char *end = rest->len ? memmem(rest->text, rest->len, PART_END, strlen(PART_END)) : NULL;
	struct part part = *rest;
	size_t used;

	if (end)
		part.len = (size_t)(end - part.text);
	used = end ? part.len + strlen(PART_END) : part.len;
	rest->text += used;
	rest->len -= used;
	return part;
}

static inline struct part whole_input(const uint8_t *data, size_t size)
{
	return (struct part){ (const char *)data, size };
}

#endif
