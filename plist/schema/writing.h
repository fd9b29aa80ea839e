/*
 * Writing the schema language: words that are quoted exactly if they must be, so that the same facts always
 * give the same bytes.
 */
#ifndef SCHEMA_WRITING_H
#define SCHEMA_WRITING_H

#include <stddef.h>

#include "plist/base/buf.h"

/* Indentation for a level (0: a section's head). */
void write_indent(struct buf *out, unsigned level);

/* A word by itself: a name, a type's name, a text. */
void write_word(struct buf *out, const char *text);

/* The name of a key: quoted also if it would read as *, - or !. */
void write_key_name(struct buf *out, const char *name);

/* " NAME=VALUE", and for a list " NAME=V,V,...". */
void write_attribute(struct buf *out, const char *name, const char *value);
void write_list(struct buf *out, const char *name, const char *const *values, size_t count);

/* " NAME=MIN..MAX"; either may be NULL. */
void write_bounds(struct buf *out, const char *name, const char *min, const char *max);

#endif
