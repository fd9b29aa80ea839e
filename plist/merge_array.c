/*
 * Arrays of dicts and arrays: first it is said which elements of the three versions are the same one; then each is
 * merged; then they are put in order.
 *
 * The order begins with that of one side, ours, or theirs if they alone changed it; what only the other side has goes
 * behind the element that it follows there.
 */
#include <stdlib.h>
#include <string.h>

#include "plist/alike.h"
#include "plist/merge_parts.h"
#include "plist/pairing.h"

struct element {
	struct versions in;
	size_t base_at;       /* its place in the base, if it was there */
	struct node *made;    /* what it came to; NULL: it is gone */
	bool ordered;         /* it has its place in the result, which is a list: */
	struct element *next; /* what follows it there */
};

struct elements {
	struct pairing ours, theirs;       /* with the base */
	size_t *twin;                      /* for each of ours: the one of theirs that is the same though not the
					    * base's; or PAIRING_NONE */
	bool *is_twin;                     /* for each of theirs: it is one of those */
	struct element *list;
	struct element **by_ours, **by_theirs; /* in the order of those */
	size_t count;
	struct element head;               /* before the first of the result */
};

/* --- what is the same one after all -------------------------------------------------------------------- */

/* If ours has in place of the base's element the very one that they added, that is one element, and the base's is
 * another. By value alone it is not said of two that stand for elements of the base. */
static void unite(struct elements *all, const struct alike_way *way, size_t our_at, size_t their_at)
{
	size_t our_base = all->ours.b.pair[our_at], their_base = all->theirs.b.pair[their_at];
	bool both = our_base != PAIRING_NONE && their_base != PAIRING_NONE;

	if (both && (our_base == their_base || way == &ALIKE_VALUE))
		return;
	merge_part(&all->ours, our_at);
	merge_part(&all->theirs, their_at);
	all->twin[our_at] = their_at;
	all->is_twin[their_at] = true;
}

/* What may be united, by what it is like. */
static size_t find_loose(struct merging *job, const struct elements *all, bool ours, const struct alike_way *way,
			 uint64_t *like, struct alike_place *places)
{
	const struct pairing *pairing = ours ? &all->ours : &all->theirs;

	for (size_t i = 0; i < pairing->b.count; i++) {
		bool united = ours ? all->twin[i] != PAIRING_NONE : all->is_twin[i];

		like[i] = united || !merge_is_loose(pairing, i) ? 0 : way->like(&job->known, pairing->b.elements[i]);
	}
	return alike_sort(like, pairing->b.count, places);
}

static void unite_alike(struct merging *job, struct elements *all, const struct alike_way *way, uint64_t *like,
			struct alike_place *places)
{
	struct alike_place *a = places, *b = places + all->ours.b.count;
	size_t a_left = find_loose(job, all, true, way, like, a);
	size_t b_left = find_loose(job, all, false, way, like, b);

	while (a_left && b_left) {
		bool a_first = a->like <= b->like, b_first = b->like <= a->like;

		if (a->like == b->like && way->sure(all->ours.b.elements[a->at], all->theirs.b.elements[b->at]))
			unite(all, way, a->at, b->at);
		a += a_first;
		a_left -= a_first;
		b += b_first;
		b_left -= b_first;
	}
}

static int unite_added(struct merging *job, struct elements *all)
{
	static const struct alike_way *const WAYS[] = { &ALIKE_VALUE, &ALIKE_UUID, &ALIKE_IDENTIFIER };
	size_t ours = all->ours.b.count, theirs = all->theirs.b.count;
	uint64_t *like = calloc(ours + theirs + 1, sizeof(*like));
	struct alike_place *places = calloc(ours + theirs + 1, sizeof(*places));

	for (size_t i = 0; i < ours; i++)
		all->twin[i] = PAIRING_NONE;
	for (size_t i = 0; like && places && i < sizeof(WAYS) / sizeof(WAYS[0]); i++)
		unite_alike(job, all, WAYS[i], like, places);
	free(like);
	free(places);
	return like && places ? 0 : -1;
}

/* --- which is which ------------------------------------------------------------------------------------ */

static struct element *new_element(struct elements *all)
{
	return &all->list[all->count++];
}

static void list_ours(struct elements *all)
{
	const struct pairing_side *ours = &all->ours.b, *base = &all->ours.a;

	for (size_t i = 0; i < ours->count; i++) {
		struct element *element = new_element(all);

		element->in.ours = ours->elements[i];
		element->base_at = ours->pair[i];
		if (ours->pair[i] != PAIRING_NONE)
			element->in.base = base->elements[ours->pair[i]];
		all->by_ours[i] = element;
		if (all->twin[i] != PAIRING_NONE)
			all->by_theirs[all->twin[i]] = element;
	}
}

/* Those that ours has, too, are there already. */
static void list_theirs(struct elements *all)
{
	const struct pairing_side *theirs = &all->theirs.b, *base = &all->theirs.a;

	for (size_t i = 0; i < theirs->count; i++) {
		size_t base_at = theirs->pair[i];
		size_t our_at = base_at == PAIRING_NONE ? PAIRING_NONE : all->ours.a.pair[base_at];
		struct element *element = our_at == PAIRING_NONE ? all->by_theirs[i] : all->by_ours[our_at];

		if (!element)
			element = new_element(all);
		element->in.theirs = theirs->elements[i];
		element->base_at = base_at;
		if (base_at != PAIRING_NONE)
			element->in.base = base->elements[base_at];
		all->by_theirs[i] = element;
	}
}

/* --- merging them -------------------------------------------------------------------------------------- */

/* One side removed it, the other changed it: a dict can be marked. */
static enum merged keep_changed(struct merging *job, struct element *element)
{
	const struct versions *in = &element->in;
	const struct node *changed = in->ours ? in->ours : in->theirs;

	if ((in->ours && in->theirs) || changed->type != NODE_DICT || changed->uid)
		return MERGED_CONFLICT;
	element->made = node_copy(changed, false);
	if (!element->made || merge_mark_element(job, element->made, in) < 0)
		return MERGED_FAILED;
	return MERGED_WELL;
}

static enum merged merge_each(struct merging *job, struct elements *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct element *element = &all->list[i];
		size_t noted = job->conflict_count;
		enum merged merged = merge_value(job, &element->in, &element->made);

		if (merged == MERGED_WELL && job->conflict_count == noted && merge_is_replaced(job, &element->in))
			return MERGED_CONFLICT;
		if (merged == MERGED_CONFLICT)
			merged = keep_changed(job, element);
		if (merged != MERGED_WELL)
			return merged;
	}
	return MERGED_WELL;
}

/* --- their order --------------------------------------------------------------------------------------- */

static bool is_common(const struct element *element)
{
	return element->in.base && element->in.ours && element->in.theirs;
}

/* The next from `*at` on that all three versions have, or NULL. */
static const struct element *next_common(struct element *const *side, size_t count, size_t *at)
{
	while (*at < count && !is_common(side[*at]))
		(*at)++;
	return *at < count ? side[(*at)++] : NULL;
}

/* True if what all have stands as in the base. */
static bool kept_order(struct element *const *side, size_t count)
{
	const struct element *element, *before = NULL;

	for (size_t at = 0; (element = next_common(side, count, &at)); before = element)
		if (before && element->base_at < before->base_at)
			return false;
	return true;
}

static bool same_order(const struct elements *all)
{
	const struct element *a, *b;
	size_t our_at = 0, their_at = 0;

	do {
		a = next_common(all->by_ours, all->ours.b.count, &our_at);
		b = next_common(all->by_theirs, all->theirs.b.count, &their_at);
	} while (a && a == b);
	return !a && !b;
}

/* The profile's payloads: their order means nothing. */
static bool is_content(const struct merging *job, const struct node *ours)
{
	return ours->parent && ours->parent == job->root && strcmp(ours->key, "PayloadContent") == 0 &&
	       ours->key_len == strlen("PayloadContent");
}

static struct element *put_after(struct element *before, struct element *element)
{
	element->next = before->next;
	before->next = element;
	element->ordered = true;
	return element;
}

/* Those of the side that the order is taken from. */
static void put_side(struct elements *all, struct element *const *side, size_t count)
{
	struct element *last = &all->head;

	for (size_t i = 0; i < count; i++)
		if (side[i]->made)
			last = put_after(last, side[i]);
}

/* Whether what follows in the result, and the other side has not, stays before an element of that: what ours added
 * does, and what the base had before it. */
static bool stays_before(const struct element *there, const struct element *element, bool theirs)
{
	if (theirs ? there->in.theirs : there->in.ours)
		return false;
	if (!there->in.base)
		return theirs;
	return element->in.base && there->base_at < element->base_at;
}

/* Those that only the other side has, each behind what it follows there. */
static void put_others(struct element *head, struct element *const *side, size_t count, bool theirs)
{
	struct element *last = head;

	for (size_t i = 0; i < count; i++) {
		if (!side[i]->made)
			continue;
		if (side[i]->ordered) {
			last = side[i];
			continue;
		}
		while (last->next && stays_before(last->next, side[i], theirs))
			last = last->next;
		last = put_after(last, side[i]);
	}
}

/* The result as a list; or a conflict, if both sides changed the order. */
static enum merged put_in_order(const struct merging *job, struct elements *all, const struct node *array)
{
	size_t ours = all->ours.b.count, theirs = all->theirs.b.count;
	bool we_kept = kept_order(all->by_ours, ours), they_kept = kept_order(all->by_theirs, theirs);

	if (!we_kept && !they_kept && !same_order(all) && !is_content(job, array))
		return MERGED_CONFLICT;
	if (we_kept && !they_kept) {
		put_side(all, all->by_theirs, theirs);
		put_others(&all->head, all->by_ours, ours, false);
	} else {
		put_side(all, all->by_ours, ours);
		put_others(&all->head, all->by_theirs, theirs, true);
	}
	return MERGED_WELL;
}

static int insert_all(struct elements *all, struct node *out)
{
	for (struct element *element = all->head.next; element; element = element->next) {
		if (node_insert(out, NULL, element->made, NULL, 0) < 0)
			return -1;
		element->made = NULL;
	}
	return 0;
}

/* --- arrays -------------------------------------------------------------------------------------------- */

static void free_elements(struct elements *all)
{
	for (size_t i = 0; i < all->count; i++)
		node_free(all->list[i].made);
	pairing_free(&all->ours);
	pairing_free(&all->theirs);
	free(all->twin);
	free(all->is_twin);
	free(all->list);
	free(all->by_ours);
	free(all->by_theirs);
}

#define ELEMENTS_AUTO __attribute__((cleanup(free_elements))) struct elements

static int begin(struct merging *job, struct elements *all, const struct versions *arrays)
{
	size_t ours = node_count(arrays->ours), theirs = node_count(arrays->theirs);
	struct error ignored;

	if (pairing_make_of_many(&all->ours, arrays->base, arrays->ours, &job->known, &job->patience, &ignored) < 0 ||
	    pairing_make_of_many(&all->theirs, arrays->base, arrays->theirs, &job->known, &job->patience, &ignored) < 0)
		return -1;
	all->twin = calloc(ours + 1, sizeof(*all->twin));
	all->is_twin = calloc(theirs + 1, sizeof(*all->is_twin));
	all->list = calloc(ours + theirs + 1, sizeof(*all->list));
	all->by_ours = calloc(ours + 1, sizeof(*all->by_ours));
	all->by_theirs = calloc(theirs + 1, sizeof(*all->by_theirs));
	if (!all->twin || !all->is_twin || !all->list || !all->by_ours || !all->by_theirs ||
	    merge_part_doubtful(job, &all->ours) < 0 || merge_part_doubtful(job, &all->theirs) < 0 ||
	    unite_added(job, all) < 0)
		return -1;
	list_ours(all);
	list_theirs(all);
	return 0;
}

static enum merged merge_elements(struct merging *job, const struct versions *arrays, struct node *out)
{
	ELEMENTS_AUTO all = { 0 };
	enum merged merged;

	if (begin(job, &all, arrays) < 0)
		return MERGED_FAILED;
	merged = merge_each(job, &all);
	if (merged == MERGED_WELL)
		merged = put_in_order(job, &all, arrays->ours);
	if (merged == MERGED_WELL && insert_all(&all, out) < 0)
		return MERGED_FAILED;
	return merged;
}

static bool has_containers(const struct node *array)
{
	const struct node *child = array ? node_first(array) : NULL;

	while (child && node_is_scalar(child->type))
		child = node_next(child);
	return child;
}

enum merged merge_array(struct merging *job, const struct versions *arrays, struct node **made)
{
	size_t noted = job->conflict_count;
	enum merged merged = MERGED_FAILED;
	struct node *out;

	if (!has_containers(arrays->base) && !has_containers(arrays->ours) && !has_containers(arrays->theirs))
		return merge_list(job, arrays, made);
	out = node_new(NODE_ARRAY);
	if (out)
		merged = merge_elements(job, arrays, out);
	if (merged == MERGED_WELL) {
		*made = out;
		return merged;
	}
	node_free(out);
	job->conflict_count = noted;
	return merged;
}
