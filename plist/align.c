#include "plist/align.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define EDITS_MAX 1024 /* elements without a partner, up to which the exact way is tried */
#define AHEAD_MAX 64   /* how far the last resort looks for a partner */

/* Parts of both sequences: from `a` up to `a_end`, from `b` up to `b_end`. */
struct part {
	size_t a, a_end, b, b_end;
};

struct job {
	struct align_side *a, *b;
	size_t *patience;
};

static bool alike(const struct job *job, size_t a, size_t b)
{
	return job->a->like[a] && job->a->like[a] == job->b->like[b];
}

static void make_pair(const struct job *job, size_t a, size_t b)
{
	job->a->pair[a] = b;
	job->b->pair[b] = a;
}

/* Pairs what is alike at both ends, and leaves what is between. */
static void trim(const struct job *job, struct part *part)
{
	while (part->a < part->a_end && part->b < part->b_end && alike(job, part->a, part->b))
		make_pair(job, part->a++, part->b++);
	while (part->a < part->a_end && part->b < part->b_end && alike(job, part->a_end - 1, part->b_end - 1))
		make_pair(job, --part->a_end, --part->b_end);
}

static bool is_empty(const struct part *part)
{
	return part->a == part->a_end || part->b == part->b_end;
}

/* --- exactly: E. Myers, "An O(ND) difference algorithm and its variations", 1986 ----------------------- */

/*
 * With d edits, an element of a dropped or one of b taken in, one can get to a farthest x in a on each diagonal
 * k = x - y from -d to d, every other one. The rows of all d are kept, one after the other, to find the way back: row d
 * has d + 1 entries and begins at d (d + 1) / 2.
 */
struct rows {
	size_t *farthest;
	size_t size;
};

static size_t *row(const struct rows *rows, size_t edits)
{
	return rows->farthest + edits * (edits + 1) / 2;
}

static int rows_grow(struct rows *rows, size_t edits)
{
	size_t needed = (edits + 1) * (edits + 2) / 2, size = rows->size ? rows->size : 64;
	size_t *larger;

	if (needed <= rows->size)
		return 0;
	while (size < needed)
		size *= 2;
	larger = realloc(rows->farthest, size * sizeof(*larger));
	if (!larger)
		return -1;
	*rows = (struct rows){ larger, size };
	return 0;
}

/* A place in row d: `i` counts diagonals, k = 2 i - d. True if the way to it came from the diagonal above, by taking an
 * element of b in; else it came from that below, by dropping one of a. */
static bool comes_by_taking(const size_t *before, size_t edits, size_t i)
{
	return i == 0 || (i < edits && before[i] > before[i - 1] + 1);
}

static size_t x_before_snake(const struct rows *rows, size_t edits, size_t i)
{
	const size_t *before;

	if (edits == 0)
		return 0;
	before = row(rows, edits - 1);
	if (comes_by_taking(before, edits, i))
		return before[i];
	return before[i - 1] + 1;
}

/* How far y = x - k is, counted from the part's beginning. */
static size_t y_of(size_t x, size_t edits, size_t i)
{
	return x + edits - 2 * i;
}

enum progress { GOING_ON,
		ARRIVED,
		TIRED };

/* Fills row d, until the end of both is reached, at *found, or patience is used up. Places outside of the part are
 * harmless: they never lead back into it. */
static enum progress advance(const struct job *job, const struct part *part, const struct rows *rows, size_t edits,
			     size_t *found)
{
	size_t a_len = part->a_end - part->a, b_len = part->b_end - part->b;

	for (size_t i = 0; i <= edits; i++) {
		size_t x = x_before_snake(rows, edits, i), y = y_of(x, edits, i), start = x;

		while (x < a_len && y < b_len && alike(job, part->a + x, part->b + y)) {
			x++;
			y++;
		}
		if (*job->patience < x - start + 1)
			return TIRED;
		*job->patience -= x - start + 1;
		row(rows, edits)[i] = x;
		if (x == a_len && y == b_len) {
			*found = i;
			return ARRIVED;
		}
	}
	return GOING_ON;
}

/* Goes back from the end and pairs what was passed on the way. */
static void trace_back(const struct job *job, const struct part *part, const struct rows *rows, size_t edits, size_t i)
{
	for (;;) {
		size_t x = row(rows, edits)[i], y = y_of(x, edits, i), start = x_before_snake(rows, edits, i);

		while (x > start) {
			x--;
			y--;
			make_pair(job, part->a + x, part->b + y);
		}
		if (edits == 0)
			return;
		if (!comes_by_taking(row(rows, edits - 1), edits, i))
			i--;
		edits--;
	}
}

/* 1: all is paired that can be; 0: too much differs; -1: out of memory. */
static int align_exactly(const struct job *job, const struct part *part)
{
	struct rows rows = { NULL, 0 };
	enum progress progress = GOING_ON;
	size_t edits, at = 0;

	for (edits = 0; edits <= EDITS_MAX && rows_grow(&rows, edits) == 0; edits++) {
		progress = advance(job, part, &rows, edits, &at);
		if (progress != GOING_ON)
			break;
	}
	if (progress == ARRIVED)
		trace_back(job, part, &rows, edits, at);
	free(rows.farthest);
	if (progress == GOING_ON && edits <= EDITS_MAX)
		return -1;
	return progress == ARRIVED;
}

/* --- anchors ------------------------------------------------------------------------------------------- */

struct place {
	uint64_t like;
	size_t at;
	bool in_b;
};

/* A pair that may become one, and the one before it in the longest chain that ends with it. */
struct anchor {
	size_t a, b;
	size_t before;
};

static int compare_places(const void *left, const void *right)
{
	const struct place *x = left, *y = right;

	if (x->like != y->like)
		return x->like < y->like ? -1 : 1;
	if (x->in_b != y->in_b)
		return x->in_b ? 1 : -1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static int compare_anchors(const void *left, const void *right)
{
	const struct anchor *x = left, *y = right;

	return x->a < y->a ? -1 : x->a > y->a;
}

static size_t collect_places(const struct job *job, const struct part *part, struct place *places)
{
	size_t count = 0;

	for (size_t i = part->a; i < part->a_end; i++)
		if (job->a->like[i])
			places[count++] = (struct place){ job->a->like[i], i, false };
	for (size_t i = part->b; i < part->b_end; i++)
		if (job->b->like[i])
			places[count++] = (struct place){ job->b->like[i], i, true };
	qsort(places, count, sizeof(*places), compare_places);
	return count;
}

/* Those that are there exactly once on each side, in the order of a. `anchors` has room for half of the places. */
static size_t find_anchors(const struct place *places, size_t count, struct anchor *anchors)
{
	size_t found = 0;

	for (size_t i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && places[end].like == places[i].like; end++)
			;
		if (end - i == 2 && !places[i].in_b && places[i + 1].in_b)
			anchors[found++] = (struct anchor){ places[i].at, places[i + 1].at, ALIGN_NONE };
	}
	qsort(anchors, found, sizeof(*anchors), compare_anchors);
	return found;
}

/* Pairs the longest chain of anchors that do not cross. `ends` has room for as many: ends[n] is the anchor with the
 * smallest b that ends a chain of n + 1. */
static void pair_longest_chain(const struct job *job, struct anchor *anchors, size_t count, size_t *ends)
{
	size_t longest = 0;

	for (size_t i = 0; i < count; i++) {
		size_t low = 0, high = longest;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (anchors[ends[middle]].b < anchors[i].b)
				low = middle + 1;
			else
				high = middle;
		}
		anchors[i].before = low ? ends[low - 1] : ALIGN_NONE;
		ends[low] = i;
		if (low == longest)
			longest++;
	}
	for (size_t i = longest ? ends[longest - 1] : ALIGN_NONE; i != ALIGN_NONE; i = anchors[i].before)
		make_pair(job, anchors[i].a, anchors[i].b);
}

static int pair_anchors(const struct job *job, const struct part *part)
{
	size_t most = part->a_end - part->a + part->b_end - part->b;
	struct place *places = calloc(most, sizeof(*places));
	struct anchor *anchors = calloc(most, sizeof(*anchors));
	size_t *ends = calloc(most, sizeof(*ends));
	int result = -1;

	if (places && anchors && ends) {
		size_t count = collect_places(job, part, places);

		pair_longest_chain(job, anchors, find_anchors(places, count, anchors), ends);
		result = 0;
	}
	free(places);
	free(anchors);
	free(ends);
	return result;
}

/* --- the last resort ----------------------------------------------------------------------------------- */

/* Passes over as few elements of one side as it can to come to a pair. False: there is none nearby. */
static bool skip_to_pair(const struct job *job, struct part *part)
{
	for (size_t ahead = 0; ahead < AHEAD_MAX; ahead++) {
		if (part->a_end - part->a > ahead && alike(job, part->a + ahead, part->b)) {
			part->a += ahead;
			return true;
		}
		if (part->b_end - part->b > ahead && alike(job, part->a, part->b + ahead)) {
			part->b += ahead;
			return true;
		}
	}
	return false;
}

static void align_nearby(const struct job *job, struct part part)
{
	for (; !is_empty(&part); part.a++, part.b++)
		if (skip_to_pair(job, &part))
			make_pair(job, part.a, part.b);
}

/* --- parts --------------------------------------------------------------------------------------------- */

typedef int align_part(const struct job *job, struct part part);

/* Calls `each` for every part between the pairs that are there in `part`. 0 or -1. */
static int between_pairs(const struct job *job, struct part part, align_part *each)
{
	size_t b = part.b;

	for (size_t a = part.a, from = part.a; a <= part.a_end; a++) {
		struct part gap;

		if (a < part.a_end && job->a->pair[a] == ALIGN_NONE)
			continue;
		gap = (struct part){ from, a, b, a < part.a_end ? job->a->pair[a] : part.b_end };
		from = a + 1;
		b = gap.b_end + 1;
		if (!is_empty(&gap) && each(job, gap) < 0)
			return -1;
	}
	return 0;
}

static int align_between_anchors(const struct job *job, struct part part)
{
	int result;

	trim(job, &part);
	if (is_empty(&part))
		return 0;
	result = align_exactly(job, &part);
	if (result == 0)
		align_nearby(job, part);
	return result < 0 ? -1 : 0;
}

static int align_gap(const struct job *job, struct part part)
{
	int result;

	trim(job, &part);
	if (is_empty(&part))
		return 0;
	result = align_exactly(job, &part);
	if (result)
		return result < 0 ? -1 : 0;
	if (pair_anchors(job, &part) < 0)
		return -1;
	return between_pairs(job, part, align_between_anchors);
}

int align(struct align_side *a, struct align_side *b, size_t *patience)
{
	struct job job = { a, b, patience };

	return between_pairs(&job, (struct part){ 0, a->count, 0, b->count }, align_gap);
}
