/*
 * A scalar value, and its bytes.
 *
 * The value is text: what the file shows without its final newline (see value.h), or the raw bytes for data. So
 * integers of any size, reals as they were spelt, and placeholders are kept.
 *
 * What was read is left where it stands: the value's bytes are those of the document's source, which must outlive all
 * nodes that were read from it. There is no NUL behind them, so a length goes with them everywhere.
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
	HELD_ALONE   /* in memory of their own */
};

struct scalar {
	const char *at;        /* never NULL in a node */
	uint32_t len;          /* no value has 4 GiB (LIMIT_VALUE) */
	enum node_type type : 8;
	enum held held : 2;
	bool placeholder : 1;  /* no string, and wholly a placeholder: written as it stands, not in base64 */
};

/* True if the bytes are those. The type is not looked at. */
bool scalar_is(const struct scalar *scalar, const char *bytes, size_t len);

/* True if they begin with those. */
bool scalar_begins(const struct scalar *scalar, const char *bytes, size_t len);

/* As memcmp(); what is a beginning of the other goes first. The types are not looked at. */
int scalar_compare(const struct scalar *a, const struct scalar *b);

/* True when type and value are. */
bool scalar_equal(const struct scalar *a, const struct scalar *b);

#endif
