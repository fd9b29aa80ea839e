/*
 * Which pairs of an array's elements with those of the base are only a guess: what has no identity is paired by its
 * place. A diff that guesses wrong is longer than it must be; a merge that does works an edit into another element, and
 * nobody is told. So what is doubtful is parted: it counts as one that went and one that came.
 */
#include <stdlib.h>
#include <string.h>

#include "plist/alike.h"
#include "plist/merge_parts.h"
#include "plist/pairing.h"

/* What it costs of the patience for all arrays to look for a key of one dict in another. */
#define KEY_STEPS 4

/* True if an element has no partner in the base, or one that it has little in common with: the same type or place. */
bool merge_is_loose(const struct pairing *pairing, size_t at)
{
	const struct node *element = pairing->b.elements[at], *base;

	if (pairing->b.pair[at] == PAIRING_NONE)
		return true;
	base = pairing->a.elements[pairing->b.pair[at]];
	return !ALIKE_UUID.sure(base, element) && !ALIKE_IDENTIFIER.sure(base, element) &&
	       !ALIKE_VALUE.sure(base, element);
}

void merge_part(struct pairing *pairing, size_t at)
{
	size_t base_at = pairing->b.pair[at];

	if (base_at == PAIRING_NONE)
		return;
	pairing->a.pair[base_at] = pairing->b.pair[at] = PAIRING_NONE;
	pairing->a.moved[base_at] = pairing->b.moved[at] = false;
}

/* --- payloads ------------------------------------------------------------------------------------------ */

/* Which payloads are the only ones of their type. False: out of memory. */
static bool find_only_ones(struct merging *job, const struct pairing_side *side, bool *only)
{
	uint64_t *like = calloc(side->count + 1, sizeof(*like));
	struct alike_place *places = calloc(side->count + 1, sizeof(*places));
	bool found = like && places;
	size_t count = 0;

	for (size_t i = 0; found && i < side->count; i++)
		like[i] = ALIKE_TYPE.like(&job->known, side->elements[i]);
	if (found)
		count = alike_sort(like, side->count, places);
	for (size_t i = 0; i < count; i++)
		only[places[i].at] = (i == 0 || places[i - 1].like != places[i].like) &&
				     (i + 1 == count || places[i + 1].like != places[i].like);
	free(like);
	free(places);
	return found;
}

/* Payloads that have nothing in common but their type are taken for the same one only if there is no other of it: else
 * one was as likely removed, and another added. */
static int part_payloads(struct merging *job, struct pairing *pairing)
{
	bool *only_in_base = calloc(pairing->a.count + 1, sizeof(*only_in_base));
	bool *only = calloc(pairing->b.count + 1, sizeof(*only));
	bool found = only_in_base && only && find_only_ones(job, &pairing->a, only_in_base) &&
		     find_only_ones(job, &pairing->b, only);

	for (size_t i = 0; found && i < pairing->b.count; i++) {
		size_t base_at = pairing->b.pair[i];

		if (base_at == PAIRING_NONE || (only[i] && only_in_base[base_at]) || !merge_is_loose(pairing, i))
			continue;
		if (ALIKE_TYPE.sure(pairing->a.elements[base_at], pairing->b.elements[i]))
			merge_part(pairing, i);
	}
	free(only_in_base);
	free(only);
	return found ? 0 : -1;
}

/* --- dicts that are no payloads ------------------------------------------------------------------------ */

/* What lies between two elements that are surely the same one in both versions, and which of it are dicts that may be
 * anything. */
struct guessed {
	size_t from, end;
	size_t *dicts; /* borrowed */
	size_t count;
};

struct similar {
	struct merging *job;
	struct pairing *pairing;
	struct guessed base, side;
};

static bool is_guessed(struct merging *job, const struct pairing *pairing, const struct pairing_side *side, size_t at)
{
	const struct node *element = side->elements[at];
	size_t side_at = side == &pairing->a ? side->pair[at] : at;

	if (element->type != NODE_DICT || element->uid || ALIKE_TYPE.like(&job->known, element))
		return false;
	return side_at == PAIRING_NONE || merge_is_loose(pairing, side_at);
}

static void find_guessed(const struct similar *similar, const struct pairing_side *side, struct guessed *guessed)
{
	guessed->count = 0;
	for (size_t i = guessed->from; i < guessed->end; i++)
		if (is_guessed(similar->job, similar->pairing, side, i))
			guessed->dicts[guessed->count++] = i;
}

/* What speaks for two dicts being the same one: of the keys with more than a yes or no, how many have the same value in
 * both, and how many could have. */
struct likeness {
	size_t same, most;
};

static size_t count_telling(const struct node *dict)
{
	size_t count = 0;

	for (const struct node *child = node_first(dict); child; child = node_next(child))
		count += child->type != NODE_BOOLEAN;
	return count;
}

static struct likeness likeness_of(struct merging *job, const struct node *a, const struct node *b)
{
	size_t in_a = count_telling(a), in_b = count_telling(b);
	struct likeness likeness = { .most = in_a < in_b ? in_a : in_b };

	for (const struct node *child = node_first(a); child; child = node_next(child)) {
		const struct node *other = node_find(b, child->key, child->key_len);

		likeness.same += child->type != NODE_BOOLEAN && other && merge_same(job, child, other);
	}
	return likeness;
}

/* What is in both a dict or an array may be changed and the same one all the same. */
static bool have_container(const struct node *a, const struct node *b)
{
	for (const struct node *child = node_first(a); child; child = node_next(child)) {
		const struct node *other = node_find(b, child->key, child->key_len);

		if (!node_is_scalar(child->type) && other && other->type == child->type)
			return true;
	}
	return false;
}

static bool has_nothing_in_common(struct merging *job, const struct node *base, const struct node *side)
{
	struct likeness likeness = likeness_of(job, base, side);

	return likeness.most && !likeness.same && !have_container(base, side);
}

bool merge_is_replaced(struct merging *job, const struct versions *in)
{
	const struct node *base = in->base;

	if (!base || !in->ours || !in->theirs || base->type != NODE_DICT || ALIKE_TYPE.like(&job->known, base))
		return false;
	if (merge_same(job, base, in->ours) || merge_same(job, base, in->theirs) ||
	    merge_same(job, in->ours, in->theirs))
		return false;
	return (in->ours->type == NODE_DICT && has_nothing_in_common(job, base, in->ours)) ||
	       (in->theirs->type == NODE_DICT && has_nothing_in_common(job, base, in->theirs));
}

static size_t likeness_at(const struct similar *similar, size_t base_at, size_t side_at)
{
	struct likeness likeness = likeness_of(similar->job, similar->pairing->a.elements[base_at],
					       similar->pairing->b.elements[side_at]);

	return 2 * likeness.same < likeness.most ? 0 : likeness.same;
}

/* The one of the side that is most like the base's, or the other way round; PAIRING_NONE: none is, or two are. */
static size_t find_like(const struct similar *similar, size_t at, bool in_base)
{
	const struct guessed *others = in_base ? &similar->base : &similar->side;
	size_t best = PAIRING_NONE, most = 0;

	for (size_t i = 0; i < others->count; i++) {
		size_t other = others->dicts[i];
		size_t like = in_base ? likeness_at(similar, other, at) : likeness_at(similar, at, other);

		if (like == 0 || like < most)
			continue;
		best = like == most ? PAIRING_NONE : other;
		most = like;
	}
	return best;
}

/* The one of the side that is most like the base's, if it is so in return. */
static size_t find_partner(const struct similar *similar, size_t base_at)
{
	size_t like = find_like(similar, base_at, false);

	return like != PAIRING_NONE && find_like(similar, like, true) == base_at ? like : PAIRING_NONE;
}

/* True if they are as many on both sides, and none is more like another one than like the one in its place. */
static bool is_in_place(const struct similar *similar)
{
	if (similar->base.count != similar->side.count)
		return false;
	for (size_t i = 0; i < similar->base.count; i++) {
		size_t partner = find_partner(similar, similar->base.dicts[i]);

		if (partner != PAIRING_NONE && partner != similar->side.dicts[i])
			return false;
	}
	return true;
}

static void pair_similar(const struct similar *similar)
{
	struct pairing *pairing = similar->pairing;

	for (size_t i = 0; i < similar->base.count; i++) {
		size_t at = similar->base.dicts[i], partner = find_partner(similar, at);

		if (partner == PAIRING_NONE)
			continue;
		pairing->a.pair[at] = partner;
		pairing->b.pair[partner] = at;
	}
}

static size_t count_keys(const struct pairing_side *side, const struct guessed *guessed)
{
	size_t keys = 0;

	for (size_t i = 0; i < guessed->count; i++)
		keys += 1 + node_count(side->elements[guessed->dicts[i]]);
	return keys;
}

/* True if it would take too long to compare each with each; else that is paid for. */
static bool are_too_many(const struct similar *similar)
{
	size_t most = similar->job->patience / KEY_STEPS, bases = similar->base.count, sides = similar->side.count;
	size_t base_keys = count_keys(&similar->pairing->a, &similar->base);
	size_t side_keys = count_keys(&similar->pairing->b, &similar->side);

	if ((sides && base_keys > most / 2 / sides) || (bases && side_keys > most / 2 / bases))
		return true;
	similar->job->patience -= KEY_STEPS * (base_keys * sides + side_keys * bases);
	return false;
}

/* Those that are not in their places are what they are like. */
static void weigh(struct similar *similar)
{
	bool many;

	find_guessed(similar, &similar->pairing->a, &similar->base);
	find_guessed(similar, &similar->pairing->b, &similar->side);
	many = are_too_many(similar);
	if (many ? similar->base.count == similar->side.count : is_in_place(similar))
		return;
	for (size_t i = 0; i < similar->side.count; i++)
		merge_part(similar->pairing, similar->side.dicts[i]);
	if (!many)
		pair_similar(similar);
}

static void keep_alone(const struct pairing_side *side, struct guessed *guessed)
{
	size_t count = 0;

	for (size_t i = 0; i < guessed->count; i++)
		if (side->pair[guessed->dicts[i]] == PAIRING_NONE)
			guessed->dicts[count++] = guessed->dicts[i];
	guessed->count = count;
}

/* What has moved and was changed, too. */
static void pair_elsewhere(struct similar *similar)
{
	const struct pairing *pairing = similar->pairing;

	similar->base.from = similar->side.from = 0;
	similar->base.end = pairing->a.count;
	similar->side.end = pairing->b.count;
	find_guessed(similar, &pairing->a, &similar->base);
	find_guessed(similar, &pairing->b, &similar->side);
	keep_alone(&pairing->a, &similar->base);
	keep_alone(&pairing->b, &similar->side);
	if (!are_too_many(similar))
		pair_similar(similar);
}

/* True for an element of the base that is surely there, in order. */
static bool is_anchor(const struct pairing *pairing, size_t at)
{
	return pairing->a.pair[at] != PAIRING_NONE && !pairing->a.moved[at] &&
	       !merge_is_loose(pairing, pairing->a.pair[at]);
}

static int part_dicts(struct merging *job, struct pairing *pairing)
{
	struct similar similar = { .job = job, .pairing = pairing };
	const struct pairing_side *base = &pairing->a;
	size_t *dicts = calloc(base->count + pairing->b.count + 1, sizeof(*dicts));

	if (!dicts)
		return -1;
	similar.base.dicts = dicts;
	similar.side.dicts = dicts + base->count;
	for (size_t i = 0; i <= base->count; i++) {
		if (i < base->count && !is_anchor(pairing, i))
			continue;
		similar.base.end = i;
		similar.side.end = i < base->count ? base->pair[i] : pairing->b.count;
		weigh(&similar);
		similar.base.from = i + 1;
		similar.side.from = similar.side.end + 1;
	}
	pair_elsewhere(&similar);
	free(dicts);
	return 0;
}

int merge_part_doubtful(struct merging *job, struct pairing *pairing)
{
	return part_payloads(job, pairing) < 0 ? -1 : part_dicts(job, pairing);
}
