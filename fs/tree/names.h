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

/* A PayloadType whose name is longer leaves no room for a number: its payload is called by its place, like one without
 * a type. */
#define NAME_OF_TYPE_MAX (NAME_LENGTH_MAX - 11)

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

/* The name of a key that a NUL follows: the key itself, as mostly, or what `spelled` is then; a name is appended to
 * that. */
const char *name_of_key(const char *key, size_t len, struct buf *spelled);

/* Appends the key of a name. 0, or -1: not the canonical spelling of any key; `name` may then be a cut one. */
int name_to_key(const char *name, struct buf *key);

/* The key of a name without a copy: mostly it is the name itself, else it goes into `room` (empty). NULL: as above. */
const char *name_key(const char *name, struct buf *room, size_t *len);

/* Appends what a name's escapes and other bytes stand for, canonical or not. False: a '%' begins no escape. */
bool name_decode(const char *name, size_t len, struct buf *key);

/* Appends what a name that is cut ends in. */
void name_add_hash(const char *key, size_t len, struct buf *name);

/* True for a name that was cut. */
bool name_is_cut(const char *name);

/* True if that is the key's name, or that of a cut one with the number that tells it from another like it. */
bool name_is_of(const char *name, const char *key, size_t len);

/* Array elements: at least two digits. Parses any decimal spelling ("1" is 01); false: no index. */
bool name_to_index(const char *name, uint32_t *index);
void name_from_index(uint32_t index, struct buf *name);

/* The length of a name without a final ".N", N from 2 without leading zeros. */
size_t name_without_number(const char *name);

/* Payloads: true if `name` is `type`'s own name, or that, a dot and a number from 2. */
bool name_fits_payload(const char *name, const char *type, size_t type_len);

/* The PayloadType that a directory of this name is made for: the key it spells, without a final ".N". */
int name_to_payload_type(const char *name, struct buf *type);

/*
 * Portable spellings: names in exploded trees only; a mount has none. They are the name with more of it
 * percent-encoded, the same on each machine: what Windows cannot have ('\\' ':' '*' '?' '"' '<' '>' '|', controls, a
 * final dot or blank, the first letter of CON, NUL, COM1, ...), and every byte that is not ASCII, as disks differ in
 * which of those are one letter. Where upper and lower case are one, two names may still be: then both are spelt
 * `apart`, which encodes upper-case letters, too ("SSID" beside "ssid" is "%53%53%49%44"). Spelt so, no two names of a
 * directory are one anywhere. What would pass NAME_LENGTH_MAX is cut like any name: .types must then speak of it.
 */

/* Like strcmp(3), and 0 also for two names that may be one on some disk: letters have no case, and one run of bytes
 * that are not ASCII is like any other. */
int name_compare_folded(const char *a, const char *b);

/* Appends the portable spelling of a name. */
void name_to_portable(const char *name, bool apart, struct buf *out);

/* True if that is one of the two portable spellings of the name. */
bool name_is_portable_of(const char *portable, const char *name);

/* Appends the name of which this is a portable spelling, a key's or a payload's. 0, or -1: of none, or of one that
 * was cut. */
int name_from_portable(const char *portable, struct buf *name);

/* Appends the name as it stands in .types and in messages there: white space and controls encoded too. */
void name_quote(const char *name, struct buf *out);
void name_unquote(const char *quoted, size_t len, struct buf *name);

/* A whole key as one word of printable text, and back; any key. */
void name_escape_key(const char *key, size_t len, struct buf *out);
void name_unescape_key(const char *word, size_t len, struct buf *key);

#endif
