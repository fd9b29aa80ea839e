#include "plist/scalar.h"

#include <string.h>

#include "plist/value.h"

/* --- bytes -------------------------------------------------------------------------------------------- */

const char *scalar_bytes(const struct scalar *scalar, struct buf *room)
{
	if (scalar->held != HELD_BASE64)
		return scalar->at;
	scalar_add(scalar, room);
	return buf_ok(room) ? buf_text(room) : NULL;
}

void scalar_read(const struct scalar *scalar, char *out)
{
	if (scalar->held == HELD_BASE64)
		value_read_base64(scalar->at, scalar->len, out);
	else if (scalar->len)
		memcpy(out, scalar->at, scalar->len);
}

void scalar_add(const struct scalar *scalar, struct buf *out)
{
	char *there;

	if (scalar->held != HELD_BASE64)
		buf_add(out, scalar->at, scalar->len);
	else if ((there = buf_extend(out, scalar->len)))
		scalar_read(scalar, there);
}

/* Goes on to `to`, where a group begins. */
static void move_place(const struct scalar *scalar, size_t to, struct scalar_place *place)
{
	if (place->of != scalar->at || place->offset > to)
		*place = (struct scalar_place){ scalar->at, scalar->at, 0 };
	place->at = value_read_base64(place->at, to - place->offset, NULL);
	place->offset = to;
}

/* Whole groups, of which the last may be the first of the next part: there the place stays. */
void scalar_add_part(const struct scalar *scalar, size_t from, size_t len, struct scalar_place *place, struct buf *out)
{
	size_t start = from - from % 3, last = from + len - (from + len) % 3, before = out->len;
	size_t more = scalar->len - last < 3 ? scalar->len - last : 3;
	char *there;

	if (scalar->held != HELD_BASE64) {
		buf_add(out, scalar->at + from, len);
		return;
	}
	there = buf_extend(out, last + more - start);
	if (!there)
		return;
	move_place(scalar, start, place);
	place->at = value_read_base64(place->at, last - start, there);
	place->offset = last;
	value_read_base64(place->at, more, there + (last - start));
	memmove(there, there + (from - start), len);
	buf_resize(out, before + len);
}

void scalar_pieces_begin(struct scalar_pieces *pieces, const struct scalar *scalar)
{
	pieces->at = scalar->at;
	pieces->left = scalar->len;
	pieces->base64 = scalar->held == HELD_BASE64;
}

size_t scalar_pieces_next(struct scalar_pieces *pieces, const char **bytes)
{
	size_t len = pieces->left < SCALAR_PIECE ? pieces->left : SCALAR_PIECE;

	pieces->left -= len;
	*bytes = pieces->at;
	if (!pieces->base64) {
		pieces->at += len;
	} else if (len) {
		*bytes = pieces->room;
		pieces->at = value_read_base64(pieces->at, len, pieces->room);
	} else {
		explicit_bzero(pieces->room, sizeof(pieces->room));
	}
	return len;
}

/* --- comparing ---------------------------------------------------------------------------------------- */

/* Of the first `len` bytes of both. */
static int compare_pieces(const struct scalar *a, const struct scalar *b, size_t len)
{
	struct scalar_pieces a_pieces, b_pieces;
	const char *x, *y;
	int order = 0;

	scalar_pieces_begin(&a_pieces, a);
	scalar_pieces_begin(&b_pieces, b);
	a_pieces.left = b_pieces.left = len;
	while (order == 0 && (len = scalar_pieces_next(&a_pieces, &x))) {
		scalar_pieces_next(&b_pieces, &y);
		order = memcmp(x, y, len);
	}
	a_pieces.left = b_pieces.left = 0;
	scalar_pieces_next(&a_pieces, &x);
	scalar_pieces_next(&b_pieces, &y);
	return order;
}

static int compare(const struct scalar *a, const struct scalar *b, size_t len)
{
	if (a->held == HELD_BASE64 || b->held == HELD_BASE64)
		return compare_pieces(a, b, len);
	return len ? memcmp(a->at, b->at, len) : 0;
}

bool scalar_begins(const struct scalar *scalar, const char *bytes, size_t len)
{
	const struct scalar other = { .at = bytes, .held = HELD_SOURCE };

	return scalar->len >= len && compare(scalar, &other, len) == 0;
}

bool scalar_is(const struct scalar *scalar, const char *bytes, size_t len)
{
	return scalar->len == len && scalar_begins(scalar, bytes, len);
}

int scalar_compare(const struct scalar *a, const struct scalar *b)
{
	int order = compare(a, b, a->len < b->len ? a->len : b->len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Of data alone the bytes do not tell whether they are a placeholder. */
bool scalar_equal(const struct scalar *a, const struct scalar *b)
{
	if (a->type != b->type || a->len != b->len || (a->type == NODE_DATA && a->placeholder != b->placeholder))
		return false;
	if (a->held == HELD_BASE64 && b->held == HELD_BASE64)
		return value_same_base64(a->at, b->at, a->len);
	return compare(a, b, a->len) == 0;
}
