#include "plist/difference.h"

#include <stdbool.h>

#include "plist/align.h"
#include "plist/fingerprint.h"
#include "plist/pairing.h"

/* One call of difference_find(). */
struct search {
	difference_report *report;
	void *context;
	struct fingerprints known; /* of both trees, which nobody changes meanwhile */
	size_t patience;           /* for all their arrays (align.h) */
	struct error *err;
};

static int compare(struct search *search, const struct node *a, const struct node *b);

static int found(struct search *search, enum difference_kind kind, const struct node *a, const struct node *b)
{
	const struct difference difference = { kind, a, b };

	return search->report(search->context, &difference, search->err);
}

/* --- dicts --------------------------------------------------------------------------------------------- */

/* The keys that only b has, from `child` up to one that both have. */
static int report_new_keys(struct search *search, const struct node *a, const struct node *child)
{
	for (; child && !node_find(a, child->key, child->key_len); child = node_next(child))
		if (found(search, DIFFERENCE_ADDED, NULL, child) < 0)
			return -1;
	return 0;
}

static int compare_dicts(struct search *search, const struct node *a, const struct node *b)
{
	const struct node *new = node_first(b);

	for (const struct node *child = node_first(a); child; child = node_next(child)) {
		const struct node *other = node_find(b, child->key, child->key_len);

		if (!other && found(search, DIFFERENCE_REMOVED, child, NULL) < 0)
			return -1;
		if (!other)
			continue;
		if (report_new_keys(search, a, new) < 0 || compare(search, child, other) < 0)
			return -1;
		new = node_next(other);
	}
	return report_new_keys(search, a, new);
}

/* --- arrays -------------------------------------------------------------------------------------------- */

/* The elements that only b has, from `at` up to one that both have. */
static int report_new_elements(struct search *search, const struct pairing_side *b, size_t at)
{
	for (; at < b->count && b->pair[at] == PAIRING_NONE; at++)
		if (found(search, DIFFERENCE_ADDED, NULL, b->elements[at]) < 0)
			return -1;
	return 0;
}

static int compare_pair(struct search *search, const struct pairing *pairing, size_t at)
{
	const struct node *a = pairing->a.elements[at], *b = pairing->b.elements[pairing->a.pair[at]];

	if (pairing->a.moved[at] && found(search, DIFFERENCE_MOVED, a, b) < 0)
		return -1;
	return compare(search, a, b);
}

static int compare_elements(struct search *search, const struct pairing *pairing)
{
	const struct pairing_side *a = &pairing->a;
	size_t new = 0;

	for (size_t i = 0; i < a->count; i++) {
		if (a->pair[i] == PAIRING_NONE && found(search, DIFFERENCE_REMOVED, a->elements[i], NULL) < 0)
			return -1;
		if (a->pair[i] == PAIRING_NONE)
			continue;
		if (report_new_elements(search, &pairing->b, new) < 0 || compare_pair(search, pairing, i) < 0)
			return -1;
		new = a->pair[i] + 1;
	}
	return report_new_elements(search, &pairing->b, new);
}

static int compare_arrays(struct search *search, const struct node *a, const struct node *b)
{
	PAIRING_AUTO pairing;

	if (pairing_make_of_many(&pairing, a, b, &search->known, &search->patience, search->err) < 0)
		return -1;
	return compare_elements(search, &pairing);
}

/* --- the whole ----------------------------------------------------------------------------------------- */

static int compare(struct search *search, const struct node *a, const struct node *b)
{
	if (a->type == b->type && a->type == NODE_DICT)
		return compare_dicts(search, a, b);
	if (a->type == b->type && a->type == NODE_ARRAY)
		return compare_arrays(search, a, b);
	return node_equal(a, b, false) ? 0 : found(search, DIFFERENCE_CHANGED, a, b);
}

int difference_find(const struct node *a, const struct node *b, difference_report *report, void *context,
		    struct error *err)
{
	struct search search = { report, context, { 0 }, ALIGN_PATIENCE, err };
	int result = compare(&search, a, b);

	fingerprints_free(&search.known);
	return result;
}
