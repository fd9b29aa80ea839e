#include "plist/scalar.h"

#include <string.h>

static int compare_bytes(const char *a, const char *b, size_t len)
{
	return len ? memcmp(a, b, len) : 0;
}

bool scalar_begins(const struct scalar *scalar, const char *bytes, size_t len)
{
	return scalar->len >= len && compare_bytes(scalar->at, bytes, len) == 0;
}

bool scalar_is(const struct scalar *scalar, const char *bytes, size_t len)
{
	return scalar->len == len && scalar_begins(scalar, bytes, len);
}

int scalar_compare(const struct scalar *a, const struct scalar *b)
{
	int order = compare_bytes(a->at, b->at, a->len < b->len ? a->len : b->len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Of data alone the bytes do not tell whether they are a placeholder. */
bool scalar_equal(const struct scalar *a, const struct scalar *b)
{
	if (a->type != b->type || (a->type == NODE_DATA && a->placeholder != b->placeholder))
		return false;
	return scalar_is(a, b->at, b->len);
}
