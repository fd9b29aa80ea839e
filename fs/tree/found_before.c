#include "fs/tree/found_before.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plist/align.h"
#include "plist/fingerprint.h"
#include "plist/pairing.h"

/* Sorted by their nodes. */
struct found_before {
	struct found_at {
		const struct node *node; /* in the version now */
		const char *rule;
		const char *key; /* as in the finding */
	} *list;
	size_t count;
	bool failed;
};

/* --- which node is which ---------------------------------------------------------------------------- */

/* What all arrays of two documents share. */
struct match {
	struct fingerprints known;
	size_t patience;
	struct error *err;
};

static int match_nodes(struct match *match, struct node *before, const struct node *now);

static int match_dicts(struct match *match, struct node *before, const struct node *now)
{
	struct node *child;

	for (child = node_first(before); child; child = node_next(child))
		if (match_nodes(match, child, node_find(now, child->key, child->key_len)) < 0)
			return -1;
	return 0;
}

static int match_arrays(struct match *match, struct node *before, const struct node *now)
{
	PAIRING_AUTO pairing;
	struct node *child = node_first(before);
	size_t i;

	if (pairing_make_of_many(&pairing, before, now, &match->known, &match->patience, match->err) < 0)
		return -1;
	for (i = 0; i < pairing.a.count; i++, child = node_next(child)) {
		size_t pair = pairing.a.pair[i];

		if (match_nodes(match, child, pair == PAIRING_NONE ? NULL : pairing.b.elements[pair]) < 0)
			return -1;
	}
	return 0;
}

/* Lets `user` of `before` and of all that both have below it lead to what it is now. What is gone, and what is below
 * it, leads nowhere. */
static int match_nodes(struct match *match, struct node *before, const struct node *now)
{
	before->user = (void *)now;
	if (!now || before->type != now->type || node_is_scalar(now->type))
		return 0;
	return now->type == NODE_DICT ? match_dicts(match, before, now) : match_arrays(match, before, now);
}

static int match_documents(struct node *before, const struct node *now, struct error *err)
{
	struct match match = { .patience = ALIGN_PATIENCE, .err = err };
	int result = match_nodes(&match, before, now);

	fingerprints_free(&match.known);
	return result;
}

/* --- what is wrong with them ------------------------------------------------------------------------ */

static void remember(void *context, const struct finding *finding)
{
	struct found_before *list = context;
	const struct node *node = finding->node->user;
	struct found_at *grown = list->list;

	if (!node)
		return;
	/* It is full when the count is a power of two, and then doubles. */
	if ((list->count & (list->count - 1)) == 0)
		grown = realloc(grown, (list->count ? list->count * 2 : 1) * sizeof(*grown));
	if (!grown) {
		list->failed = true;
		return;
	}
	list->list = grown;
	grown[list->count++] = (struct found_at){ node, finding->rule, finding->key };
}

static int by_node(const void *a, const void *b)
{
	const struct found_at *x = a, *y = b;

	return ((uintptr_t)x->node > (uintptr_t)y->node) - ((uintptr_t)x->node < (uintptr_t)y->node);
}

int found_before_make(struct node *before, const struct node *now, const struct check_options *checks,
		      struct found_before **out, struct error *err)
{
	struct found_before *list = calloc(1, sizeof(*list));

	if (!list)
		return error_memory(err);
	if (match_documents(before, now, err) < 0 || check_profile(before, checks, remember, list) < 0 ||
	    list->failed) {
		found_before_free(list);
		return error_memory(err);
	}
	if (list->count)
		qsort(list->list, list->count, sizeof(*list->list), by_node);
	*out = list;
	return 0;
}

/* --- asking ----------------------------------------------------------------------------------------- */

/* The first one at that node or a later one, or the end. */
static size_t find_node(const struct found_before *list, const struct node *node)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)list->list[middle].node < (uintptr_t)node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool same_key(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool found_before_has(const struct found_before *list, const struct finding *finding)
{
	size_t i = find_node(list, finding->node);

	for (; i < list->count && list->list[i].node == finding->node; i++)
		if (strcmp(list->list[i].rule, finding->rule) == 0 && same_key(list->list[i].key, finding->key))
			return true;
	return false;
}

void found_before_free(struct found_before *list)
{
	if (!list)
		return;
	free(list->list);
	free(list);
}
