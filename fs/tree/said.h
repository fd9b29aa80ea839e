/*
 * What was said of an entry's type: by a line of .types, or by the attribute user.profilefs.type.
 *
 * One line of .types is NAME and words; the words are also the attribute's value:
 *
 *     Port integer              a scalar's type, where its text would be read as another
 *     Hosts array               a file: one element a line, types as those that are there, else inferred;
 *                               a directory: an array of 00, 01, ...
 *     Hosts array string        a file: elements of this type
 *     Mixed array string integer ...   a file: the elements' types, one by one
 *     Extra dict empty          an empty directory (git keeps none): made where it is missing; also "array empty"
 *     com.apple.mdm order 2     the place of a payload, where it is not that of the sorted names
 *     Very%2Dlong... key TEXT   the whole key behind a name that was cut
 *     . schema RELEASE          in the root's only: which schema the types that no line says come from
 *
 * Lines are sorted by name; '#' begins a comment, so a name that begins so has a '%' before it (no name begins with
 * both). White space in names and keys is percent-encoded. A directory has one line for each fact; of the schema's
 * release there may be several, as two files merged line by line have: all of them count,
 * up to SAID_RELEASES_MAX: each is held against every value.
 */
#ifndef TREE_SAID_H
#define TREE_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plist/base/buf.h"
#include "plist/base/hash.h"
#include "plist/node.h"

struct said {
	char *name;              /* the entry's name in its directory; NULL when it is not in a table */
	enum node_type type;     /* NODE_TYPE_COUNT: nothing said of the type */
	enum node_type *items;   /* of an array: the elements' types; one: of all */
	size_t item_count;
	bool empty;
	uint32_t order;          /* from 1; 0: nothing said */
	char *key;               /* whole key of a cut name; NULL: nothing said */
	size_t key_len;
	char **releases;         /* of SAID_OF_SCHEMA: of the schemas, as said_add_release() spells them */
	size_t release_count;
	UT_hash_handle hh;
};

/* The name that no entry has: what its lines say is about the whole tree. */
#define SAID_OF_SCHEMA "."

#define SAID_RELEASES_MAX 16

/* Reads the words of a line (without the name) into `said`, adding to what is there. 0, or -1: not
 * understood or out of memory; `said` is then as it was. */
int said_parse(struct said *said, const char *words, size_t len);

/* A name as a line begins with it, and back: quoted, and never like a comment. */
void said_quote_name(const char *name, struct buf *out);
void said_unquote_name(const char *quoted, size_t len, struct buf *name);

/* False for a name with a zero byte in it: it is no file's, and its line is not understood. */
bool said_is_name(const struct buf *name);

/* Appends the words for the type, without name, order and key. */
void said_type_words(const struct said *said, struct buf *out);

/* The entry of `name` in a table; NULL: none. */
struct said *said_find(struct said *table, const char *name);

/* The same, made if it is not there. NULL: out of memory. */
struct said *said_make(struct said **table, const char *name);

/* Appends a schema's release as it stands in .types: its words with single blanks between. Two releases are the same
 * if these are. */
void said_add_release(const char *release, size_t len, struct buf *out);

/* True if that release, so spelt, was said. `said` may be NULL. */
bool said_has_release(const struct said *said, const char *release);

/* Takes back what was said of the type; order and key stay. */
void said_forget_type(struct said *said);

/* What was said of the type of `from` is said of `to` now, and of `from` no more. */
void said_move_type(struct said *to, struct said *from);

void said_clear(struct said *said);
void said_free_table(struct said *table);

#endif
