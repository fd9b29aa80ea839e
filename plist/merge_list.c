/*
 * Lists of scalars, as diff3(1) merges lines: elements that all three have, in one order, stay; of what lies between
 * two of them, a run in each version, the one that was changed is taken.
 *
 * To diff3 a line that moved is one that went and one that came. So of a value that no version has twice it is said
 * beforehand whether it is in the result: what one side moved and the other removed would be there again, and what both
 * added or moved, each to a place of its own, twice.
 */
#include <stdlib.h>

#include "plist/alike.h"
#include "plist/merge_parts.h"
#include "plist/pairing.h"

/* What is known of an element of ours or theirs. */
struct fate {
	bool left_out;     /* the other side removed it, or ours has it elsewhere */
	bool taken;        /* it is in the result */
	struct fate *twin; /* of one of theirs: the same one in ours, and all three have it; else NULL */
};

/* Neighbours in one version. */
struct run {
	const struct node **elements;
	struct fate *fates; /* none in the base */
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

static int take_element(const struct run *run, size_t at, struct node *out)
{
	if (run->fates[at].left_out)
		return 0;
	run->fates[at].taken = true;
	return merge_put(out, NULL, run->elements[at], NULL, 0) ? 0 : -1;
}

static enum merged take_run(const struct run *run, struct node *out)
{
	for (size_t i = 0; i < run->count; i++)
		if (take_element(run, i, out) < 0)
			return MERGED_FAILED;
	return MERGED_WELL;
}

/* --- what is in the result, and once ------------------------------------------------------------------- */

enum { IN_BASE, IN_OURS, IN_THEIRS, VERSION_COUNT };

/* The elements of all three versions, one after the other. */
struct values {
	const struct pairing_side *in[VERSION_COUNT];
	struct fate *fates[VERSION_COUNT]; /* of ours and theirs */
	uint64_t *like;
	struct alike_place *places;
};

static void free_values(struct values *values)
{
	free(values->like);
	free(values->places);
}

#define VALUES_AUTO __attribute__((cleanup(free_values))) struct values

/* Which version the element at `*at` of all is in; `*at` becomes its place there. */
static size_t version_of(const struct values *values, size_t *at)
{
	size_t version = IN_BASE;

	for (; *at >= values->in[version]->count; version++)
		*at -= values->in[version]->count;
	return version;
}

static const struct node *element_at(const struct values *values, size_t at)
{
	size_t version = version_of(values, &at);

	return values->in[version]->elements[at];
}

/* Equal values, `count` of them. */
static void decide_value(const struct values *values, const struct alike_place *places, size_t count)
{
	bool there[VERSION_COUNT] = { false };
	struct fate *fates[VERSION_COUNT] = { NULL };

	for (size_t i = 0; i < count; i++) {
		size_t at = places[i].at, version = version_of(values, &at);

		if (there[version])
			return;
		there[version] = true;
		fates[version] = version == IN_BASE ? NULL : &values->fates[version][at];
	}
	if (there[IN_BASE] && there[IN_OURS] && there[IN_THEIRS])
		fates[IN_THEIRS]->twin = fates[IN_OURS];
	else if (there[IN_BASE] && (there[IN_OURS] || there[IN_THEIRS]))
		fates[there[IN_OURS] ? IN_OURS : IN_THEIRS]->left_out = true;
	else if (there[IN_OURS] && there[IN_THEIRS])
		fates[IN_THEIRS]->left_out = true;
}

static void decide_values(const struct values *values, size_t count)
{
	const struct alike_place *places = values->places;
	size_t first = 0;

	for (size_t i = 1; i <= count; i++) {
		if (i < count && places[i].like == places[first].like &&
		    ALIKE_VALUE.sure(element_at(values, places[first].at), element_at(values, places[i].at)))
			continue;
		decide_value(values, places + first, i - first);
		first = i;
	}
}

/* 0, or -1: out of memory. */
static int decide_fates(struct merging *job, const struct pairing *ours, const struct pairing *theirs,
			struct fate *our_fates, struct fate *their_fates)
{
	size_t count = ours->a.count + ours->b.count + theirs->b.count;
	VALUES_AUTO values = {
		.in = { &ours->a, &ours->b, &theirs->b },
		.fates = { NULL, our_fates, their_fates },
		.like = calloc(count + 1, sizeof(*values.like)),
		.places = calloc(count + 1, sizeof(*values.places)),
	};

	if (!values.like || !values.places)
		return -1;
	for (size_t i = 0; i < count; i++)
		values.like[i] = ALIKE_VALUE.like(&job->known, element_at(&values, i));
	decide_values(&values, alike_sort(values.like, count, values.places));
	return 0;
}

/* True if something is there twice that both moved, each to a place of its own. */
static bool is_torn(const struct fate *theirs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (theirs[i].twin && theirs[i].taken && theirs[i].twin->taken)
			return true;
	return false;
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
	for (size_t i = 0; i < addition.count; i++) {
		const struct run *run = i < ours->count ? ours : theirs;

		if (!addition.again[i] && take_element(run, run == ours ? i : i - ours->count, out) < 0)
			return MERGED_FAILED;
	}
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

static struct run between(const struct pairing_side *side, struct fate *fates, size_t from, size_t end)
{
	return (struct run){ side->elements + from, fates ? fates + from : NULL, end - from };
}

static enum merged merge_all(struct merging *job, const struct pairing *ours, const struct pairing *theirs,
			     struct fate *our_fates, struct fate *their_fates, struct node *out)
{
	size_t at = 0, our_at = 0, their_at = 0, count = ours->a.count;

	for (size_t i = 0; i <= count; i++) {
		size_t our_place = i < count ? place_of(ours, i) : ours->b.count;
		size_t their_place = i < count ? place_of(theirs, i) : theirs->b.count;
		struct run base, our_run, their_run;
		enum merged merged;

		if (our_place == PAIRING_NONE || their_place == PAIRING_NONE)
			continue;
		base = between(&ours->a, NULL, at, i);
		our_run = between(&ours->b, our_fates, our_at, our_place);
		their_run = between(&theirs->b, their_fates, their_at, their_place);
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

static enum merged decide_and_merge(struct merging *job, const struct pairing *ours, const struct pairing *theirs,
				    struct node *out)
{
	struct fate *our_fates = calloc(ours->b.count + 1, sizeof(*our_fates));
	struct fate *their_fates = calloc(theirs->b.count + 1, sizeof(*their_fates));
	enum merged merged = MERGED_FAILED;

	if (our_fates && their_fates && decide_fates(job, ours, theirs, our_fates, their_fates) == 0)
		merged = merge_all(job, ours, theirs, our_fates, their_fates, out);
	if (merged == MERGED_WELL && is_torn(their_fates, theirs->b.count))
		merged = MERGED_CONFLICT;
	free(our_fates);
	free(their_fates);
	return merged;
}

static enum merged pair_and_merge(struct merging *job, const struct versions *lists, struct node *out)
{
	PAIRING_AUTO ours = { 0 };
	PAIRING_AUTO theirs = { 0 };
	struct error ignored;

	if (pairing_make_of_many(&ours, lists->base, lists->ours, &job->known, &job->patience, &ignored) < 0 ||
	    pairing_make_of_many(&theirs, lists->base, lists->theirs, &job->known, &job->patience, &ignored) < 0)
		return MERGED_FAILED;
	return decide_and_merge(job, &ours, &theirs, out);
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
