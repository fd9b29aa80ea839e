/*
 * In rounds, each for what those before have left alone. Some pair in order, between neighbours that are paired; some
 * wherever it is. Pairs of the latter may cross: the longest run of pairs that do not cross is what the former stand
 * on.
 */
#include "plist/pairing.h"

#include <stdlib.h>

#include "plist/align.h"
#include "plist/alike.h"

/* What the rounds need, beside the result. */
struct work {
	struct pairing *pairing;
	struct fingerprints *known;
	size_t *patience;
	struct align_side a, b;     /* pairs that are in order */
	uint64_t *likes;            /* memory of both sides' `like` */
	size_t *positions;          /* memory of both sides' `pair`, and then of a run */
	struct alike_place *places; /* room for all elements of both sides */
};

typedef int pair_round(struct work *work, const struct alike_way *way);

static void pair_up(struct work *work, size_t a, size_t b)
{
	work->pairing->a.pair[a] = b;
	work->pairing->b.pair[b] = a;
}

static void set_likes(struct work *work, const struct alike_way *way)
{
	const struct pairing_side *sides[] = { &work->pairing->a, &work->pairing->b };
	uint64_t *like = work->likes;

	for (size_t side = 0; side < 2; side++)
		for (size_t i = 0; i < sides[side]->count; i++, like++)
			*like = sides[side]->pair[i] == PAIRING_NONE ? way->like(work->known, sides[side]->elements[i])
								     : 0;
}

/* --- what moved ---------------------------------------------------------------------------------------- */

/* The longest run of pairs in order: `ends[n]` is the element of a with the smallest partner that ends a run of n + 1,
 * `before[i]` the one before it in that run. Returns the last of the run, or PAIRING_NONE. */
static size_t find_run(const struct pairing_side *a, size_t *before, size_t *ends)
{
	size_t longest = 0;

	for (size_t i = 0; i < a->count; i++) {
		size_t low = 0, high = longest;

		if (a->pair[i] == PAIRING_NONE)
			continue;
		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (a->pair[ends[middle]] < a->pair[i])
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low ? ends[low - 1] : PAIRING_NONE;
		ends[low] = i;
		if (low == longest)
			longest++;
	}
	return longest ? ends[longest - 1] : PAIRING_NONE;
}

static void find_moved(struct work *work)
{
	struct pairing_side *a = &work->pairing->a, *b = &work->pairing->b;
	size_t *before = work->positions + a->count + b->count, *ends = before + a->count;

	for (size_t i = 0; i < a->count; i++)
		a->moved[i] = a->pair[i] != PAIRING_NONE;
	for (size_t i = find_run(a, before, ends); i != PAIRING_NONE; i = before[i])
		a->moved[i] = false;
	for (size_t i = 0; i < b->count; i++)
		b->moved[i] = b->pair[i] != PAIRING_NONE && a->moved[b->pair[i]];
}

/* --- rounds -------------------------------------------------------------------------------------------- */

/* The pairs that are in order, for align(). */
static void stand_on_run(struct work *work)
{
	const struct pairing_side *a = &work->pairing->a, *b = &work->pairing->b;

	find_moved(work);
	for (size_t i = 0; i < a->count; i++)
		work->a.pair[i] = a->moved[i] ? ALIGN_NONE : a->pair[i];
	for (size_t i = 0; i < b->count; i++)
		work->b.pair[i] = b->moved[i] ? ALIGN_NONE : b->pair[i];
}

static int pair_in_order(struct work *work, const struct alike_way *way)
{
	const struct pairing_side *a = &work->pairing->a, *b = &work->pairing->b;

	stand_on_run(work);
	set_likes(work, way);
	if (align(&work->a, &work->b, work->patience) < 0)
		return -1;
	for (size_t i = 0; i < a->count; i++) {
		size_t pair = work->a.pair[i];

		if (pair != ALIGN_NONE && a->pair[i] == PAIRING_NONE && way->sure(a->elements[i], b->elements[pair]))
			pair_up(work, i, pair);
	}
	return 0;
}

/* Parts of both arrays: from `a` up to `a_end`, from `b` up to `b_end`. */
struct stretch {
	size_t a, a_end, b, b_end;
};

/* How many may be alike for them to be paired, in order. */
enum alike_rule {
	ANY_NUMBER,  /* as many pairs as there can be */
	SAME_NUMBER, /* on both sides: else nobody knows which of them came or went */
	ONE
};

/* How many of the places, from the first on, are alike. */
static size_t count_alike(const struct alike_place *places, size_t count)
{
	size_t alike = 0;

	while (alike < count && places[alike].like == places[0].like)
		alike++;
	return alike;
}

static size_t pairs_by(enum alike_rule rule, size_t a, size_t b)
{
	if ((rule == SAME_NUMBER && a != b) || (rule == ONE && (a != 1 || b != 1)))
		return 0;
	return a < b ? a : b;
}

static void pair_group(struct work *work, const struct alike_way *way, const struct stretch *stretch,
		       const struct alike_place *a, const struct alike_place *b, size_t count)
{
	const struct node **olds = work->pairing->a.elements, **news = work->pairing->b.elements;

	for (size_t i = 0; i < count; i++)
		if (way->sure(olds[stretch->a + a[i].at], news[stretch->b + b[i].at]))
			pair_up(work, stretch->a + a[i].at, stretch->b + b[i].at);
}

/* Pairs what is alike in a stretch, wherever in it that is. */
static void pair_stretch(struct work *work, const struct alike_way *way, enum alike_rule rule, struct stretch stretch)
{
	struct alike_place *a = work->places, *b = work->places + work->a.count;
	size_t a_left = alike_sort(work->a.like + stretch.a, stretch.a_end - stretch.a, a);
	size_t b_left = alike_sort(work->b.like + stretch.b, stretch.b_end - stretch.b, b);

	while (a_left && b_left) {
		size_t a_alike = a->like <= b->like ? count_alike(a, a_left) : 0;
		size_t b_alike = b->like <= a->like ? count_alike(b, b_left) : 0;

		pair_group(work, way, &stretch, a, b, pairs_by(rule, a_alike, b_alike));
		a += a_alike;
		a_left -= a_alike;
		b += b_alike;
		b_left -= b_alike;
	}
}

static int pair_anywhere(struct work *work, const struct alike_way *way)
{
	set_likes(work, way);
	pair_stretch(work, way, ANY_NUMBER, (struct stretch){ 0, work->a.count, 0, work->b.count });
	return 0;
}

static int pair_only_ones(struct work *work, const struct alike_way *way)
{
	set_likes(work, way);
	pair_stretch(work, way, ONE, (struct stretch){ 0, work->a.count, 0, work->b.count });
	return 0;
}

/* Of each kind, if there are as many on both sides between two neighbours that are paired. */
static int pair_between(struct work *work, const struct alike_way *way)
{
	struct stretch stretch = { 0 };

	stand_on_run(work);
	set_likes(work, way);
	for (; stretch.a_end <= work->a.count; stretch.a_end++) {
		if (stretch.a_end < work->a.count && work->a.pair[stretch.a_end] == ALIGN_NONE)
			continue;
		stretch.b_end = stretch.a_end < work->a.count ? work->a.pair[stretch.a_end] : work->b.count;
		pair_stretch(work, way, SAME_NUMBER, stretch);
		stretch.a = stretch.a_end + 1;
		stretch.b = stretch.b_end + 1;
	}
	return 0;
}

/* --- by place: dicts and arrays that nothing else tells apart ------------------------------------------ */

/* Not payloads: those that can be told apart are paired by now, and of others nobody knows which is which. */
static uint64_t like_container(struct fingerprints *known, const struct node *element)
{
	if (node_is_scalar(element->type) || ALIKE_TYPE.like(known, element))
		return 0;
	return ALIKE_KIND.like(known, element);
}

static bool both_same(const struct node *a, const struct node *b)
{
	return a->type == b->type;
}

static const struct alike_way BY_PLACE = { like_container, both_same };

static int decide(struct work *work)
{
	static const struct {
		pair_round *pair;
		const struct alike_way *way;
	} ROUNDS[] = {
		{ pair_in_order, &ALIKE_VALUE },       { pair_anywhere, &ALIKE_UUID },
		{ pair_anywhere, &ALIKE_IDENTIFIER }, { pair_anywhere, &ALIKE_VALUE },
		{ pair_between, &ALIKE_TYPE },	       { pair_only_ones, &ALIKE_TYPE },
		{ pair_in_order, &BY_PLACE },
	};

	for (size_t i = 0; i < sizeof(ROUNDS) / sizeof(ROUNDS[0]); i++)
		if (ROUNDS[i].pair(work, ROUNDS[i].way) < 0)
			return -1;
	find_moved(work);
	return 0;
}

/* --- making it ----------------------------------------------------------------------------------------- */

static int side_begin(struct pairing_side *side, const struct node *array)
{
	size_t count = array ? node_count(array) : 0;

	side->elements = calloc(count + 1, sizeof(*side->elements));
	side->pair = calloc(count + 1, sizeof(*side->pair));
	side->moved = calloc(count + 1, sizeof(*side->moved));
	if (!side->elements || !side->pair || !side->moved)
		return -1;
	for (const struct node *child = array ? node_first(array) : NULL; child; child = node_next(child)) {
		side->pair[side->count] = PAIRING_NONE;
		side->elements[side->count++] = child;
	}
	return 0;
}

static void side_free(struct pairing_side *side)
{
	free(side->elements);
	free(side->pair);
	free(side->moved);
	*side = (struct pairing_side){ 0 };
}

void pairing_free(struct pairing *pairing)
{
	side_free(&pairing->a);
	side_free(&pairing->b);
}

static void work_free(struct work *work)
{
	free(work->likes);
	free(work->positions);
	free(work->places);
}

#define WORK_AUTO __attribute__((cleanup(work_free))) struct work

static int work_begin(struct work *work)
{
	size_t a = work->pairing->a.count, b = work->pairing->b.count;

	work->likes = calloc(a + b + 1, sizeof(*work->likes));
	work->positions = calloc(3 * a + b + 1, sizeof(*work->positions));
	work->places = calloc(a + b + 1, sizeof(*work->places));
	if (!work->likes || !work->positions || !work->places)
		return -1;
	work->a = (struct align_side){ work->likes, work->positions, a };
	work->b = (struct align_side){ work->likes + a, work->positions + a, b };
	return 0;
}

static int make(struct work *work, const struct node *a, const struct node *b)
{
	struct pairing *pairing = work->pairing;

	if (side_begin(&pairing->a, a) < 0 || side_begin(&pairing->b, b) < 0)
		return -1;
	if (pairing->a.count == 0 || pairing->b.count == 0)
		return 0;
	return work_begin(work) < 0 ? -1 : decide(work);
}

int pairing_make_of_many(struct pairing *pairing, const struct node *a, const struct node *b,
			 struct fingerprints *known, size_t *patience, struct error *err)
{
	WORK_AUTO work = { .pairing = pairing, .known = known, .patience = patience };

	*pairing = (struct pairing){ 0 };
	if (make(&work, a, b) == 0)
		return 0;
	pairing_free(pairing);
	return error_memory(err);
}

int pairing_make(struct pairing *pairing, const struct node *a, const struct node *b, struct error *err)
{
	FINGERPRINTS_AUTO known = { 0 };
	size_t patience = ALIGN_PATIENCE;

	return pairing_make_of_many(pairing, a, b, &known, &patience, err);
}
