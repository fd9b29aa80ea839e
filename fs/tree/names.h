/*
 * Keys as file names, and what names mean.
 *
 * A key's name is the key with these percent-encoded, upper-case hex: '/', '%', NUL, a leading '.', and one
 * character of whatever would read as a scratch file ("x~" is "x%7E", "a.bak" is "a%2Ebak"). The empty key
 * is "%" alone. Only this spelling names the key. A name that would pass NAME_LENGTH_MAX is cut and ends in
 * "%-" and a hash of the key: it can be looked up, not decoded.
 */
#ifndef TREE_NAMES_H
#define TREE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plist/base/buf.h"

#define NAME_LENGTH_MAX 255

#define NAME_OF_TYPES   ".types"
#define NAME_OF_CONTROL ".profilefs"

enum name_kind {
	NAME_KEY,     /* may be a key's, an element's or a payload's */
	NAME_SCRATCH, /* editors' and tools' own files: kept in memory, never saved */
	NAME_TYPES,
	NAME_CONTROL
};

/* What a name is by its form alone. */
enum name_kind name_kind(const char *name);

/* Appends the name of a key. */
void name_from_key(const char *key, size_t len, struct buf *name);

/* Appends the key of a name. 0, or -1: not the canonical spelling of any key; `name` may then be a cut one. */
int name_to_key(const char *name, struct buf *key);

/* True for a name that was cut. */
bool name_is_cut(const char *name);

/* True if that is the key's name, or that of a cut one with the number that tells it from another like it. */
bool name_is_of(const char *name, const char *key, size_t len);

/* Array elements: at least two digits. Parses any decimal spelling ("1" is 01); false: no index. */
bool name_to_index(const char *name, uint32_t *index);
void name_from_index(uint32_t index, struct buf *name);

/* Payloads: true if `name` is `type`'s own name, or that, a dot and a number from 2. */
bool name_fits_payload(const char *name, const char *type, size_t type_len);

/* The PayloadType that a directory of this name is made for: the key it spells, without a final ".N". */
int name_to_payload_type(const char *name, struct buf *type);

/* Appends the name as it stands in .types and in messages there: white space and controls encoded too. */
void name_quote(const char *name, struct buf *out);
void name_unquote(const char *quoted, size_t len, struct buf *name);

/* A whole key as one word of printable text, and back; any key. */
void name_escape_key(const char *key, size_t len, struct buf *out);
void name_unescape_key(const char *word, size_t len, struct buf *key);

#endif
