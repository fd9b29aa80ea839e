#include "plist/alike.h"

#include <stdlib.h>

/* --- by value ------------------------------------------------------------------------------------------ */

static uint64_t like_value(struct fingerprints *known, const struct node *element)
{
	return fingerprint(known, element);
}

static bool is_equal(const struct node *a, const struct node *b)
{
	return node_equal(a, b, false);
}

const struct alike_way ALIKE_VALUE = { like_value, is_equal };

/* --- by what a payload says it is ---------------------------------------------------------------------- */

static const struct node *identity(const struct node *element, const char *key)
{
	const struct node *value = element->type == NODE_DICT ? node_get(element, key) : NULL;

	return value && value->type == NODE_STRING && value->value.len ? value : NULL;
}

static uint64_t like_identity(const struct node *element, const char *key)
{
	const struct node *value = identity(element, key);

	return value ? fingerprint_bytes(value->value.at, value->value.len) : 0;
}

static bool same_identity(const struct node *a, const struct node *b, const char *key)
{
	const struct node *x = identity(a, key), *y = identity(b, key);

	return x && y && node_equal(x, y, false);
}

static uint64_t like_uuid(struct fingerprints *known, const struct node *element)
{
	(void)known;
	return like_identity(element, "PayloadUUID");
}

static bool same_uuid(const struct node *a, const struct node *b)
{
	return same_identity(a, b, "PayloadUUID");
}

static uint64_t like_identifier(struct fingerprints *known, const struct node *element)
{
	(void)known;
	return like_identity(element, "PayloadIdentifier");
}

static bool same_identifier(const struct node *a, const struct node *b)
{
	return same_identity(a, b, "PayloadIdentifier");
}

static uint64_t like_type(struct fingerprints *known, const struct node *element)
{
	(void)known;
	return like_identity(element, "PayloadType");
}

static bool same_type(const struct node *a, const struct node *b)
{
	return same_identity(a, b, "PayloadType");
}

const struct alike_way ALIKE_UUID = { like_uuid, same_uuid };
const struct alike_way ALIKE_IDENTIFIER = { like_identifier, same_identifier };
const struct alike_way ALIKE_TYPE = { like_type, same_type };

/* --- by kind ------------------------------------------------------------------------------------------- */

static uint64_t like_kind(struct fingerprints *known, const struct node *element)
{
	(void)known;
	return node_is_scalar(element->type) ? NODE_TYPE_COUNT : element->type + 1;
}

static bool same_kind(const struct node *a, const struct node *b)
{
	return node_is_scalar(a->type) ? node_is_scalar(b->type) : a->type == b->type;
}

static uint64_t like_any(struct fingerprints *known, const struct node *element)
{
	(void)known;
	(void)element;
	return 1;
}

static bool is_any(const struct node *a, const struct node *b)
{
	return a && b;
}

const struct alike_way ALIKE_KIND = { like_kind, same_kind };
const struct alike_way ALIKE_ANY = { like_any, is_any };

/* --- places -------------------------------------------------------------------------------------------- */

static int compare_alike(const void *left, const void *right)
{
	const struct alike_place *x = left, *y = right;

	if (x->like != y->like)
		return x->like < y->like ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

size_t alike_sort(const uint64_t *like, size_t count, struct alike_place *places)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (like[i])
			places[found++] = (struct alike_place){ like[i], i };
	qsort(places, found, sizeof(*places), compare_alike);
	return found;
}
