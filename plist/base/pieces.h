/*
 * Bytes that follow each other, and need not lie in one piece of memory: what is written of an edited document is
 * mostly its source, which is there already. The pieces are what writev(2) takes.
 *
 * Memory that pieces point into is held by them (pieces_hold()) and so stays as it is (buf.h, on memory that buffers
 * have in common), or its owner outlives them. Contents whose memory ran out are `failed`, as with buffers.
 *
 * Who makes pieces frees them with pieces_free(). They belong to one thread.
 */
#ifndef BASE_PIECES_H
#define BASE_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "plist/base/buf.h"

#define PIECES_HELD_MAX 2

/* All zero: empty. */
struct pieces {
	struct iovec *list;
	size_t count, room;
	size_t len; /* of all together */
	struct buf held[PIECES_HELD_MAX];
	bool failed;
};

#define PIECES_INIT ((struct pieces){ 0 })

/* Appends a piece, which is not copied. One that follows the last one in memory makes that longer. */
void pieces_add(struct pieces *pieces, const void *bytes, size_t len);

/* One piece, to be looked at while `*piece` is there. It needs no memory and is not to be freed. */
static inline struct pieces pieces_one(struct iovec *piece)
{
	return (struct pieces){ .list = piece, .count = piece->iov_len ? 1 : 0, .len = piece->iov_len };
}

/* Holds the memory of a buffer, of at most PIECES_HELD_MAX. */
void pieces_hold(struct pieces *pieces, struct buf *buf);

/* Replaces the contents by those of a buffer, or of others, and has the memory in common. */
void pieces_of(struct pieces *pieces, struct buf *buf);
void pieces_share(struct pieces *pieces, const struct pieces *from);

/* Appends them to a buffer. */
void pieces_append(const struct pieces *pieces, struct buf *out);

/* Replaces the contents of `out` by them, in one piece; if they are one, it has the memory in common. */
void pieces_flat(const struct pieces *pieces, struct buf *out);

/* True if nothing was lost for want of memory. */
bool pieces_ok(const struct pieces *pieces);

bool pieces_equal(const struct pieces *a, const struct pieces *b);

/* How far somebody has come who goes through them: which piece, and where in it. Begins as zeros. */
struct pieces_place {
	size_t piece, offset;
};

/* Whether these bytes are what comes next; `*at` is then behind them. */
bool pieces_go_on(const struct pieces *pieces, struct pieces_place *at, const void *bytes, size_t len);

/* True if they are the same memory: then they are equal, and that costs no look at it. */
bool pieces_same(const struct pieces *a, const struct pieces *b);

void pieces_free(struct pieces *pieces);

/* Frees pieces at the end of their scope. */
#define PIECES_AUTO __attribute__((cleanup(pieces_free))) struct pieces

#endif
