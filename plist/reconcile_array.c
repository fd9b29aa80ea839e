/*
 * Arrays: first everything is decided, then it is done. What the array holds (`old`: its elements, and those of the
 * source that were removed and can come back) is paired with what is wanted (`new`), in order, in rounds, each
 * between the pairs of those before: equal ones, first those of the source; the same PayloadUUID; the same
 * PayloadIdentifier; the same kind; the same place. Before the last two, what is still alone is looked for out of
 * order: it has moved, and takes its bytes along.
 */
#include <stdlib.h>
#include <string.h>

#include "plist/align.h"
#include "plist/alike.h"
#include "plist/reconcile.h"
#include "plist/reconcile_parts.h"

struct plan {
	struct reconciling *job;
	struct node *array;
	struct node **old;
	const struct node **new;
	size_t *moved;          /* for each new one: the old one that it is a move of, or ALIGN_NONE */
	struct align_side a, b; /* of old and new */
	uint64_t *likes;
	size_t *positions; /* memory of the two sides' pairs, and of `moved` */
};

/* --- rounds -------------------------------------------------------------------------------------------- */

/* What takes part, and how two elements are found to be the same one. What was removed comes back only for a good
 * reason. */
struct round {
	bool source_only; /* only what stands in the source is paired */
	bool there_only;  /* nothing that was removed is paired */
	const struct alike_way *way;
};

static const struct round BY_SOURCE = { true, false, &ALIKE_VALUE };
static const struct round BY_VALUE = { false, false, &ALIKE_VALUE };
static const struct round BY_UUID = { false, false, &ALIKE_UUID };
static const struct round BY_IDENTIFIER = { false, false, &ALIKE_IDENTIFIER };
static const struct round BY_KIND = { false, true, &ALIKE_KIND };
static const struct round BY_PLACE = { false, true, &ALIKE_ANY };

/* --- pairing ------------------------------------------------------------------------------------------- */

static bool old_takes_part(const struct plan *plan, const struct round *round, size_t at)
{
	const struct node *old = plan->old[at];

	if ((round->source_only && !old->placed) || (round->there_only && old->removed))
		return false;
	return plan->a.pair[at] == ALIGN_NONE;
}

static bool new_takes_part(const struct plan *plan, size_t at)
{
	return plan->b.pair[at] == ALIGN_NONE && plan->moved[at] == ALIGN_NONE;
}

/* What is paired or has moved is out of it. */
static void set_likes(struct plan *plan, const struct round *round)
{
	uint64_t *a = plan->likes, *b = plan->likes + plan->a.count;

	for (size_t i = 0; i < plan->a.count; i++)
		a[i] = old_takes_part(plan, round, i) ? round->way->like(&plan->job->known, plan->old[i]) : 0;
	for (size_t i = 0; i < plan->b.count; i++) {
		b[i] = new_takes_part(plan, i) ? round->way->like(&plan->job->known, plan->new[i]) : 0;
		if (plan->moved[i] != ALIGN_NONE)
			a[plan->moved[i]] = 0;
	}
}

static int pair_in_order(struct plan *plan, const struct round *round)
{
	bool *alone = calloc(plan->b.count + 1, sizeof(*alone));

	if (!alone)
		return -1;
	for (size_t i = 0; i < plan->b.count; i++)
		alone[i] = plan->b.pair[i] == ALIGN_NONE;
	set_likes(plan, round);
	if (align(&plan->a, &plan->b, &plan->job->patience) < 0) {
		free(alone);
		return -1;
	}
	for (size_t i = 0; i < plan->b.count; i++) {
		size_t pair = plan->b.pair[i];

		if (!alone[i] || pair == ALIGN_NONE || round->way->sure(plan->old[pair], plan->new[i]))
			continue;
		plan->b.pair[i] = plan->a.pair[pair] = ALIGN_NONE;
	}
	free(alone);
	return 0;
}

/* Finds for what is alone a partner that stands elsewhere. */
static int find_moved(struct plan *plan, const struct round *round)
{
	struct alike_place *olds = calloc(plan->a.count + plan->b.count + 1, sizeof(*olds)), *news;
	size_t old_count, new_count;

	if (!olds)
		return -1;
	set_likes(plan, round);
	news = olds + plan->a.count;
	old_count = alike_sort(plan->a.like, plan->a.count, olds);
	new_count = alike_sort(plan->b.like, plan->b.count, news);
	for (size_t i = 0, j = 0; i < old_count && j < new_count;) {
		if (olds[i].like == news[j].like && round->way->sure(plan->old[olds[i].at], plan->new[news[j].at]))
			plan->moved[news[j++].at] = olds[i++].at;
		else if (olds[i].like < news[j].like)
			i++;
		else
			j++;
	}
	free(olds);
	return 0;
}

static int decide(struct plan *plan)
{
	static const struct round *const IN_ORDER[] = { &BY_SOURCE, &BY_VALUE, &BY_UUID, &BY_IDENTIFIER };
	static const struct round *const ANYWHERE[] = { &BY_VALUE, &BY_UUID, &BY_IDENTIFIER };

	for (size_t i = 0; i < sizeof(IN_ORDER) / sizeof(IN_ORDER[0]); i++)
		if (pair_in_order(plan, IN_ORDER[i]) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(ANYWHERE) / sizeof(ANYWHERE[0]); i++)
		if (find_moved(plan, ANYWHERE[i]) < 0)
			return -1;
	return pair_in_order(plan, &BY_KIND) < 0 ? -1 : pair_in_order(plan, &BY_PLACE);
}

/* --- what there is to be paired ------------------------------------------------------------------------ */

/* True if a removed element can come back: not if it was removed from a dict that stood here before, and not if it is
 * what node_take() leaves behind, which looks like an array without children, whatever stands in the source. */
static bool can_return(const struct node *child)
{
	bool left_behind = child->type == NODE_ARRAY && !node_first_link(child) &&
			   child->source.inner.start < child->source.inner.end;

	return child->placed && !child->key && !left_behind;
}

static bool is_candidate(const struct node *child)
{
	return !child->shadowed && (!child->removed || can_return(child));
}

static void collect(struct plan *plan, const struct node *wanted)
{
	for (struct node *child = node_first_link(plan->array); child; child = child->next)
		if (is_candidate(child))
			plan->old[plan->a.count++] = child;
	for (const struct node *child = node_first(wanted); child; child = node_next(child))
		plan->new[plan->b.count++] = child;
}

static void free_plan(struct plan *plan)
{
	free(plan->old);
	free(plan->new);
	free(plan->likes);
	free(plan->positions);
}

#define PLAN_AUTO __attribute__((cleanup(free_plan))) struct plan

static int begin_plan(struct plan *plan, const struct node *wanted)
{
	size_t olds = 0, news = node_count(wanted);

	for (const struct node *child = node_first_link(plan->array); child; child = child->next)
		olds += is_candidate(child);
	plan->old = calloc(olds + 1, sizeof(*plan->old));
	plan->new = calloc(news + 1, sizeof(*plan->new));
	plan->likes = calloc(olds + news + 1, sizeof(*plan->likes));
	plan->positions = calloc(olds + 2 * news + 1, sizeof(*plan->positions));
	if (!plan->old || !plan->new || !plan->likes || !plan->positions)
		return -1;
	for (size_t i = 0; i < olds + 2 * news; i++)
		plan->positions[i] = ALIGN_NONE;
	plan->a = (struct align_side){ .like = plan->likes, .pair = plan->positions };
	plan->b = (struct align_side){ .like = plan->likes + olds, .pair = plan->positions + olds };
	plan->moved = plan->positions + olds + news;
	collect(plan, wanted);
	return 0;
}

/* --- doing it ------------------------------------------------------------------------------------------ */

/* An element for a new place, out of any container: a new node that borrows the old one's bytes, which keeps its place,
 * or one that has no place in the source itself. NULL: out of memory. */
static struct node *take_along(struct plan *plan, size_t at)
{
	struct node *old = plan->old[at];

	if (!old->placed)
		return node_take(old);
	return node_copy(old, true);
}

/* Makes what moved what is wanted. A reconciling of its own, as it is not what was there at the beginning. */
static int reconcile_moved(struct node *moved, const struct node *wanted)
{
	struct error ignored = ERROR_INIT;

	return reconcile(moved, wanted, &ignored);
}

static struct node *make_element(struct plan *plan, size_t at)
{
	struct node *made;

	if (plan->moved[at] == ALIGN_NONE)
		return node_copy(plan->new[at], false);
	made = take_along(plan, plan->moved[at]);
	if (made && reconcile_moved(made, plan->new[at]) == 0)
		return made;
	node_free(made);
	return NULL;
}

/* Backwards, before the elements that are already right: so what is new follows what was removed, in whose place it is
 * written. */
static int insert_and_reconcile(struct plan *plan)
{
	struct node *element, *before = NULL;

	for (size_t i = plan->b.count; i-- > 0; before = element) {
		if (plan->b.pair[i] != ALIGN_NONE) {
			element = plan->old[plan->b.pair[i]];
			node_revive(element);
			if (reconcile_node(plan->job, element, plan->new[i]) < 0)
				return -1;
			continue;
		}
		element = make_element(plan, i);
		if (!element || node_insert(plan->array, before, element, NULL, 0) < 0) {
			node_free(element);
			return -1;
		}
	}
	return 0;
}

/* Those that moved are removed from where they were: what has a place in the source at the end, as it is copied; what
 * has none was taken away then. */
static bool is_taken(const struct plan *plan, const bool *moves, size_t at)
{
	return moves[at] && !plan->old[at]->placed;
}

static int remove_rest(struct plan *plan)
{
	bool *moves = calloc(plan->a.count + 1, sizeof(*moves));

	if (!moves)
		return -1;
	for (size_t i = 0; i < plan->b.count; i++)
		if (plan->moved[i] != ALIGN_NONE)
			moves[plan->moved[i]] = true;
	for (size_t i = 0; i < plan->a.count; i++)
		if (plan->a.pair[i] == ALIGN_NONE && !plan->old[i]->removed && !is_taken(plan, moves, i))
			node_remove(plan->old[i]);
	free(moves);
	return 0;
}

int reconcile_array(struct reconciling *job, struct node *array, const struct node *wanted)
{
	PLAN_AUTO plan = { .job = job, .array = array };

	if (begin_plan(&plan, wanted) < 0 || decide(&plan) < 0 || remove_rest(&plan) < 0)
		return -1;
	return insert_and_reconcile(&plan);
}
