/*
 * A scalar value, and its bytes.
 *
 * The value is text: what the file shows without its final newline (see value.h), or the raw bytes for data. So
 * integers of any size, reals as they were spelt, and placeholders are kept.
 *
 * What was read is left where it stands: the value's bytes are those of the document's source, which must outlive all
 * nodes that were read from it. There is no NUL behind them, so a length goes with them everywhere. Data is left there
 * in base64 until somebody wants it, each time: how many bytes it is was counted when it was read.
 *
 * A scalar is a part of its node (node.h), which frees what it owns. Nothing here changes one.
 */
#ifndef PLIST_SCALAR_H
#define PLIST_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plist/base/buf.h"

enum node_type {
	NODE_DICT,
	NODE_ARRAY,
	NODE_STRING,
	NODE_INTEGER,
	NODE_REAL,
	NODE_BOOLEAN,
	NODE_DATE,
	NODE_DATA,
	NODE_TYPE_COUNT
};

/* Where the bytes are. */
enum held {
	HELD_SOURCE, /* in the document's source, or a constant: nobody wipes or frees them for the scalar */
	HELD_WITHIN, /* in the memory of its node */
	HELD_ALONE,  /* in memory of their own */
	HELD_BASE64  /* of data that is no placeholder: in the source as base64, which was checked; scalar_bytes()
		      * and its kin decode it */
};

struct scalar {
	const char *at;        /* never NULL in a node */
	uint32_t len;          /* of the value, not of its base64; no value has 4 GiB (LIMIT_VALUE) */
	enum node_type type : 8;
	enum held held : 2;
	bool placeholder : 1;  /* no string, and wholly a placeholder: written as it stands, not in base64 */
};

/* The bytes: where they are, or decoded in `room`, which must be empty and stay as long as they are needed. NULL: out
 * of memory. Who knows that it is no data may take `at`. */
const char *scalar_bytes(const struct scalar *scalar, struct buf *room);

/* Puts the bytes there. */
void scalar_read(const struct scalar *scalar, char *out);

/* Appends them. */
void scalar_add(const struct scalar *scalar, struct buf *out);

/* Where somebody is who reads one part after another of any scalar of one document; zero at the start. */
struct scalar_place {
	const char *of; /* whose `at` */
	const char *at; /* in its base64 */
	size_t offset;  /* of the byte that begins there */
};

/* Appends `len` bytes from `from` on, which must be there. */
void scalar_add_part(const struct scalar *scalar, size_t from, size_t len, struct scalar_place *place, struct buf *out);

/* The bytes piece by piece, without memory for all of them. Each piece but the last has SCALAR_PIECE bytes. */
#define SCALAR_PIECE ((size_t)3 << 10)
struct scalar_pieces {
	const char *at;
	size_t left;
	bool base64;
	char room[SCALAR_PIECE];
};
void scalar_pieces_begin(struct scalar_pieces *pieces, const struct scalar *scalar);

/* The next piece's length; 0: that was all, and what was decoded is wiped. */
size_t scalar_pieces_next(struct scalar_pieces *pieces, const char **bytes);

/* True if the bytes are those. The type is not looked at. */
bool scalar_is(const struct scalar *scalar, const char *bytes, size_t len);

/* True if they begin with those. */
bool scalar_begins(const struct scalar *scalar, const char *bytes, size_t len);

/* As memcmp(); what is a beginning of the other goes first. The types are not looked at. */
int scalar_compare(const struct scalar *a, const struct scalar *b);

/* True when type and value are. */
bool scalar_equal(const struct scalar *a, const struct scalar *b);

#endif
