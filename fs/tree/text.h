/*
 * Values as files: the bytes that a key's file shows, and what bytes that were written mean.
 *
 * A scalar's file is its text and one newline (the empty string: no bytes; data: the raw bytes). An array of
 * scalars, none of them data and none with a newline in it, is a file of one element a line; the empty array
 * is an empty file.
 */
#ifndef TREE_TEXT_H
#define TREE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/node.h"
#include "plist/schema/schema.h"
#include "plist/value.h"

/* True if the array can be shown as lines. */
bool text_is_lines(const struct node *array);

/* True if the node is shown as a file. */
bool text_is_file(const struct node *node);

/* True if a newline follows the value in the file of a scalar. */
bool text_ends_in_newline(const struct node *scalar);

/* Appends the bytes that the file of a node shows. */
void text_of_node(const struct node *node, struct buf *out);

/* What a file's bytes must be. */
struct expect {
	enum node_type type;          /* a scalar or NODE_ARRAY; NODE_TYPE_COUNT: any scalar, the bytes choose */
	enum node_type preferred;     /* NODE_TYPE_COUNT: a scalar that is chosen where the bytes are one; else none */
	const enum node_type *items;  /* NODE_ARRAY: the elements' types, NODE_TYPE_COUNT: the bytes choose */
	size_t item_count;            /* 1: of all elements; 0: the bytes choose each */
	bool placeholders;            /* strings may hold them, other types but boolean may be one */
	bool fits_64;                 /* for a binary plist: integers must fit, and only strings hold placeholders */
	const struct schema_key *key; /* what the schema says of the value; NULL: nothing */
	bool strict;                  /* it is held against that; else only types are taken from it */
	bool secret;                  /* no message may show the value, whatever `key` says */
	const struct node *array;     /* the array that is there: its elements are no news; NULL: none */
	size_t same;                  /* so many bytes at the start are the lines of `array`, whole and all of them,
				       * and are not read again (text_skips()); 0: they are */
};

/* What the first `len` bytes can become. `*judged`: how many of them an earlier call has accepted for good
 * (0 at first); moved forward here, so that judging a long file piece by piece stays linear. */
enum verdict text_prefix(const struct expect *expect, const char *bytes, size_t len, size_t *judged);

/* One element of a file of lines. */
struct line {
	const char *bytes; /* in the text that was parsed */
	size_t len;
	enum node_type type;
};

/* What a file's bytes mean. */
struct meaning {
	enum node_type type;
	const char *bytes; /* of a scalar: in the text that was parsed */
	size_t len;
	bool literal;       /* data that spells a placeholder is not one */
	struct line *lines; /* of an array; free() it */
	size_t line_count;
	size_t same_lines;  /* so many elements are there and stay; `lines` come after them */
};

/* True if the lines of `expect.array`, whose elements are all of `type`, need no second look where they stand before
 * others: each means what it means wherever it stands, and whatever else does. */
bool text_skips(const struct expect *expect, enum node_type type);

/* Reads a whole file. The text must live as long as `meaning` is used. 0, or -1 with the rule and what is
 * allowed; `meaning` then holds nothing to free. */
int text_parse(const struct expect *expect, const char *bytes, size_t len, struct meaning *meaning,
	       struct error *err);

void meaning_free(struct meaning *meaning);

/* The types of an array's elements, for `expect.items` (free() it); one if all are the same, none if it is
 * empty. 0, or -1: out of memory. */
int text_item_types(const struct node *array, enum node_type **items, size_t *count);

#endif
