#include "plist/base/pieces.h"

#include <stdlib.h>
#include <string.h>

static void add_room(struct pieces *pieces)
{
	size_t room = pieces->room ? pieces->room * 2 : 4;
	struct iovec *list = realloc(pieces->list, room * sizeof(*list));

	if (!list) {
		pieces->failed = true;
		return;
	}
	pieces->list = list;
	pieces->room = room;
}

void pieces_add(struct pieces *pieces, const void *bytes, size_t len)
{
	struct iovec *last = pieces->count ? &pieces->list[pieces->count - 1] : NULL;

	if (pieces->failed || !len)
		return;
	if (last && (const char *)last->iov_base + last->iov_len == bytes) {
		last->iov_len += len;
		pieces->len += len;
		return;
	}
	if (pieces->count == pieces->room)
		add_room(pieces);
	if (pieces->failed)
		return;
	pieces->list[pieces->count++] = (struct iovec){ (void *)bytes, len };
	pieces->len += len;
}

void pieces_hold(struct pieces *pieces, struct buf *buf)
{
	size_t i = 0;

	while (i < PIECES_HELD_MAX - 1 && pieces->held[i].data)
		i++;
	buf_share(&pieces->held[i], buf);
	if (!buf_ok(&pieces->held[i]))
		pieces->failed = true;
}

/* To be held by others, too: that changes only how many are counted to hold the memory. */
static struct buf *held(const struct pieces *pieces, size_t i)
{
	return (struct buf *)&pieces->held[i];
}

void pieces_of(struct pieces *pieces, struct buf *buf)
{
	pieces_free(pieces);
	pieces_hold(pieces, buf);
	pieces_add(pieces, buf->data, buf->len);
}

void pieces_share(struct pieces *pieces, const struct pieces *from)
{
	struct pieces shared = { .failed = from->failed };
	size_t i;

	for (i = 0; i < PIECES_HELD_MAX; i++)
		if (from->held[i].data)
			pieces_hold(&shared, held(from, i));
	for (i = 0; i < from->count; i++)
		pieces_add(&shared, from->list[i].iov_base, from->list[i].iov_len);
	pieces_free(pieces);
	*pieces = shared;
}

/* True if they are all that the first buffer has. */
static bool is_whole(const struct pieces *pieces)
{
	return pieces->count == 1 && pieces->list[0].iov_base == pieces->held[0].data &&
	       pieces->len == pieces->held[0].len;
}

void pieces_append(const struct pieces *pieces, struct buf *out)
{
	size_t i;

	if (pieces->failed)
		out->failed = true;
	buf_reserve(out, pieces->len);
	for (i = 0; i < pieces->count; i++)
		buf_add(out, pieces->list[i].iov_base, pieces->list[i].iov_len);
}

void pieces_flat(const struct pieces *pieces, struct buf *out)
{
	if (!pieces->failed && is_whole(pieces)) {
		buf_share(out, held(pieces, 0));
		return;
	}
	buf_assign(out, "", 0);
	pieces_append(pieces, out);
}

bool pieces_ok(const struct pieces *pieces)
{
	return !pieces->failed;
}

bool pieces_go_on(const struct pieces *pieces, struct pieces_place *at, const void *bytes, size_t len)
{
	const char *left = bytes;

	while (len > 0 && at->piece < pieces->count) {
		const struct iovec *piece = &pieces->list[at->piece];
		const char *there = (const char *)piece->iov_base + at->offset;
		size_t here = piece->iov_len - at->offset;

		here = here < len ? here : len;
		if (there != left && memcmp(there, left, here) != 0)
			return false;
		left += here;
		len -= here;
		at->offset += here;
		if (at->offset == piece->iov_len)
			*at = (struct pieces_place){ at->piece + 1, 0 };
	}
	return len == 0;
}

bool pieces_equal(const struct pieces *a, const struct pieces *b)
{
	struct pieces_place at = { 0, 0 };
	size_t i = 0;

	while (i < a->count && pieces_go_on(b, &at, a->list[i].iov_base, a->list[i].iov_len))
		i++;
	return i == a->count && a->len == b->len;
}

bool pieces_same(const struct pieces *a, const struct pieces *b)
{
	size_t i;

	if (a->count != b->count || a->len != b->len)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->list[i].iov_base != b->list[i].iov_base || a->list[i].iov_len != b->list[i].iov_len)
			return false;
	return true;
}

void pieces_free(struct pieces *pieces)
{
	size_t i;

	free(pieces->list);
	for (i = 0; i < PIECES_HELD_MAX; i++)
		buf_free(&pieces->held[i]);
	*pieces = (struct pieces){ 0 };
}
