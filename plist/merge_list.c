/*
 * Lists of scalars, as diff3(1) merges lines: elements that all three have, in one order, stay; of what lies between
 * two of them, a run in each version, the one that was changed is taken.
 */
#include <stdlib.h>

#include "plist/alike.h"
#include "plist/merge_parts.h"
#include "plist/pairing.h"

/* Neighbours in one version. */
struct run {
	const struct node **elements;
	size_t count;
};

static bool runs_equal(const struct run *a, const struct run *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!node_equal(a->elements[i], b->elements[i], false))
			return false;
	return true;
}

static enum merged take_run(const struct run *run, struct node *out)
{
	for (size_t i = 0; i < run->count; i++)
		if (!merge_put(out, NULL, run->elements[i], NULL, 0))
			return MERGED_FAILED;
	return MERGED_WELL;
}

/* --- what both added ----------------------------------------------------------------------------------- */

struct addition {
	const struct node **elements; /* ours, then theirs */
	uint64_t *like;
	struct alike_place *places;
	bool *again; /* an equal one stands before it */
	size_t count;
};

static void free_addition(struct addition *addition)
{
	free(addition->elements);
	free(addition->like);
	free(addition->places);
	free(addition->again);
}

#define ADDITION_AUTO __attribute__((cleanup(free_addition))) struct addition

static int collect(struct merging *job, struct addition *addition, const struct run *ours, const struct run *theirs)
{
	size_t count = ours->count + theirs->count;

	addition->elements = calloc(count + 1, sizeof(*addition->elements));
	addition->like = calloc(count + 1, sizeof(*addition->like));
	addition->places = calloc(count + 1, sizeof(*addition->places));
	addition->again = calloc(count + 1, sizeof(*addition->again));
	if (!addition->elements || !addition->like || !addition->places || !addition->again)
		return -1;
	for (; addition->count < count; addition->count++) {
		size_t at = addition->count;
		const struct node *element =
			at < ours->count ? ours->elements[at] : theirs->elements[at - ours->count];

		addition->elements[at] = element;
		addition->like[at] = ALIKE_VALUE.like(&job->known, element);
	}
	return 0;
}

/* Equal ones are neighbours once they are sorted, in their order. */
static void find_again(struct addition *addition)
{
	size_t count = alike_sort(addition->like, addition->count, addition->places), first = 0;

	for (size_t i = 1; i < count; i++) {
		const struct alike_place *a = &addition->places[first], *b = &addition->places[i];

		if (a->like == b->like && ALIKE_VALUE.sure(addition->elements[a->at], addition->elements[b->at]))
			addition->again[b->at] = true;
		else
			first = i;
	}
}

static enum merged take_each_once(struct merging *job, const struct run *ours, const struct run *theirs,
				  struct node *out)
{
	ADDITION_AUTO addition = { 0 };

	if (collect(job, &addition, ours, theirs) < 0)
		return MERGED_FAILED;
	find_again(&addition);
	for (size_t i = 0; i < addition.count; i++)
		if (!addition.again[i] && !merge_put(out, NULL, addition.elements[i], NULL, 0))
			return MERGED_FAILED;
	return MERGED_WELL;
}

/* --- runs ---------------------------------------------------------------------------------------------- */

static enum merged merge_runs(struct merging *job, const struct run *base, const struct run *ours,
			      const struct run *theirs, struct node *out)
{
	if (runs_equal(ours, theirs) || runs_equal(base, theirs))
		return take_run(ours, out);
	if (runs_equal(base, ours))
		return take_run(theirs, out);
	return base->count ? MERGED_CONFLICT : take_each_once(job, ours, theirs, out);
}

/* Where the base's element stands in the other version, if it kept its order there. */
static size_t place_of(const struct pairing *pairing, size_t at)
{
	return pairing->a.moved[at] ? PAIRING_NONE : pairing->a.pair[at];
}

static struct run between(const struct pairing_side *side, size_t from, size_t end)
{
	return (struct run){ side->elements + from, end - from };
}

static enum merged merge_all(struct merging *job, const struct pairing *ours, const struct pairing *theirs,
			     struct node *out)
{
	size_t at = 0, our_at = 0, their_at = 0, count = ours->a.count;

	for (size_t i = 0; i <= count; i++) {
		size_t our_place = i < count ? place_of(ours, i) : ours->b.count;
		size_t their_place = i < count ? place_of(theirs, i) : theirs->b.count;
		struct run base, our_run, their_run;
		enum merged merged;

		if (our_place == PAIRING_NONE || their_place == PAIRING_NONE)
			continue;
		base = between(&ours->a, at, i);
		our_run = between(&ours->b, our_at, our_place);
		their_run = between(&theirs->b, their_at, their_place);
		merged = merge_runs(job, &base, &our_run, &their_run, out);
		if (merged != MERGED_WELL)
			return merged;
		if (i < count && !merge_put(out, NULL, ours->b.elements[our_place], NULL, 0))
			return MERGED_FAILED;
		at = i + 1;
		our_at = our_place + 1;
		their_at = their_place + 1;
	}
	return MERGED_WELL;
}

static enum merged pair_and_merge(struct merging *job, const struct versions *lists, struct node *out)
{
	PAIRING_AUTO ours = { 0 };
	PAIRING_AUTO theirs = { 0 };
	struct error ignored;

	if (pairing_make_of_many(&ours, lists->base, lists->ours, &job->known, &job->patience, &ignored) < 0 ||
	    pairing_make_of_many(&theirs, lists->base, lists->theirs, &job->known, &job->patience, &ignored) < 0)
		return MERGED_FAILED;
	return merge_all(job, &ours, &theirs, out);
}

enum merged merge_list(struct merging *job, const struct versions *lists, struct node **made)
{
	struct node *out = node_new(NODE_ARRAY);
	enum merged merged = out ? pair_and_merge(job, lists, out) : MERGED_FAILED;

	if (merged == MERGED_WELL)
		*made = out;
	else
		node_free(out);
	return merged;
}
