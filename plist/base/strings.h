/*
 * A list of borrowed strings: what an option that may be given several times collects.
 *
 * The list owns its own memory and nothing it points to. Zeroed: empty.
 */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include <stddef.h>

#include "plist/base/error.h"

struct strings {
	const char **at;
	size_t count;
};

#define STRINGS_INIT ((struct strings){ 0 })

/* Appends a string. 0, or -1: out of memory, the list is as it was. */
int strings_add(struct strings *strings, const char *text, struct error *err);

/* Gives the list back; the strings stay. */
void strings_free(struct strings *strings);

#endif
