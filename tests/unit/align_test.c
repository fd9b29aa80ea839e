/* Pairing two sequences: always in order, as many pairs as there can be where that is promised, and never for long. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "plist/align.h"
#include "tests/unit/random.h"

#define MOST 40

static struct align_side new_side(const uint64_t *like, size_t count)
{
	struct align_side side = { like, calloc(count + 1, sizeof(size_t)), count };

	assert_non_null(side.pair);
	for (size_t i = 0; i < count; i++)
		side.pair[i] = ALIGN_NONE;
	return side;
}

/* Pairs agree on both sides, are alike, and do not cross. Gives their number. */
static size_t count_pairs(const struct align_side *a, const struct align_side *b)
{
	size_t count = 0, next = 0;

	for (size_t i = 0; i < a->count; i++) {
		size_t j = a->pair[i];

		if (j == ALIGN_NONE)
			continue;
		assert_true(j >= next && j < b->count);
		assert_int_equal(b->pair[j], i);
		assert_true(a->like[i] && a->like[i] == b->like[j]);
		next = j + 1;
		count++;
	}
	for (size_t j = 0; j < b->count; j++)
		assert_true(b->pair[j] == ALIGN_NONE || a->pair[b->pair[j]] == j);
	return count;
}

static size_t pairs_of(const uint64_t *x, size_t x_count, const uint64_t *y, size_t y_count, size_t patience)
{
	struct align_side a = new_side(x, x_count), b = new_side(y, y_count);
	size_t count;

	assert_int_equal(align(&a, &b, &patience), 0);
	count = count_pairs(&a, &b);
	free(a.pair);
	free(b.pair);
	return count;
}

/* The number of pairs by the book: the table of all beginnings. */
static size_t longest(const uint64_t *x, size_t x_count, const uint64_t *y, size_t y_count)
{
	static size_t best[MOST + 1][MOST + 1];

	memset(best, 0, sizeof(best));
	for (size_t i = 1; i <= x_count; i++)
		for (size_t j = 1; j <= y_count; j++) {
			size_t without = best[i - 1][j] > best[i][j - 1] ? best[i - 1][j] : best[i][j - 1];
			size_t with = best[i - 1][j - 1] + 1;

			best[i][j] = x[i - 1] && x[i - 1] == y[j - 1] && with > without ? with : without;
		}
	return best[x_count][y_count];
}

static size_t fill_randomly(uint64_t *like, unsigned kinds)
{
	size_t count = random_below(MOST + 1);

	for (size_t i = 0; i < count; i++)
		like[i] = random_below(kinds);
	return count;
}

static void short_sequences_get_as_many_pairs_as_there_can_be(void **state)
{
	uint64_t x[MOST], y[MOST];

	(void)state;
	random_seed(1);
	for (unsigned i = 0; i < 5000; i++) {
		size_t x_count = fill_randomly(x, 2 + i % 9), y_count = fill_randomly(y, 2 + i % 9);

		assert_int_equal(pairs_of(x, x_count, y, y_count, ALIGN_PATIENCE), longest(x, x_count, y, y_count));
	}
}

static void without_patience_the_pairs_are_still_in_order(void **state)
{
	uint64_t x[MOST], y[MOST];
	size_t found = 0, possible = 0;

	(void)state;
	random_seed(2);
	for (unsigned i = 0; i < 5000; i++) {
		size_t x_count = fill_randomly(x, 2 + i % 60), y_count = fill_randomly(y, 2 + i % 60);

		found += pairs_of(x, x_count, y, y_count, random_below(30));
		possible += longest(x, x_count, y, y_count);
	}
	assert_true(found < possible);
	assert_true(found > possible / 2);
}

static void pairs_that_are_there_stay_and_others_come_between(void **state)
{
	static const uint64_t FIRST_A[] = { 0, 7, 0, 0 }, FIRST_B[] = { 0, 0, 7, 0 };
	static const uint64_t THEN_A[] = { 1, 0, 2, 3 }, THEN_B[] = { 3, 1, 0, 3 };
	struct align_side a = new_side(FIRST_A, 4), b = new_side(FIRST_B, 4);
	size_t patience = ALIGN_PATIENCE;

	(void)state;
	assert_int_equal(align(&a, &b, &patience), 0);
	assert_int_equal(a.pair[1], 2);
	a.like = THEN_A;
	b.like = THEN_B;
	assert_int_equal(align(&a, &b, &patience), 0);
	assert_int_equal(a.pair[0], 1);
	assert_int_equal(a.pair[1], 2);
	assert_int_equal(a.pair[2], ALIGN_NONE);
	assert_int_equal(a.pair[3], 3);
	assert_int_equal(b.pair[0], ALIGN_NONE);
	free(a.pair);
	free(b.pair);
}

/* --- long ones ----------------------------------------------------------------------------------------- */

#define MANY 100000

static uint64_t *new_sequence(void)
{
	uint64_t *like = calloc(MANY, sizeof(*like));

	assert_non_null(like);
	return like;
}

static void few_differences_in_a_long_monotonous_sequence_are_found_exactly(void **state)
{
	uint64_t *x = new_sequence(), *y = new_sequence();

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		x[i] = 1 + i % 2;
	memcpy(y, x + 3, (MANY - 3) * sizeof(*y));
	memmove(y + 50000, y + 50001, (MANY - 50004) * sizeof(*y));
	assert_int_equal(pairs_of(x, MANY, y, MANY - 4, ALIGN_PATIENCE), MANY - 4);
	free(x);
	free(y);
}

/* Every second element is another: far more than what is looked for exactly. */
static void many_differences_are_bridged_by_what_is_there_once(void **state)
{
	uint64_t *x = new_sequence(), *y = new_sequence();

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		x[i] = i + 1;
		y[i] = i % 2 ? i + 1 : MANY + i + 1;
	}
	assert_int_equal(pairs_of(x, MANY, y, MANY, ALIGN_PATIENCE), MANY / 2);
	free(x);
	free(y);
}

static void noise_costs_no_more_than_patience(void **state)
{
	uint64_t *x = new_sequence(), *y = new_sequence();

	(void)state;
	random_seed(3);
	for (size_t i = 0; i < MANY; i++) {
		x[i] = 1 + random_below(4);
		y[i] = 1 + random_below(4);
	}
	assert_true(pairs_of(x, MANY, y, MANY, ALIGN_PATIENCE) > MANY / 4);
	free(x);
	free(y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_sequences_get_as_many_pairs_as_there_can_be),
		cmocka_unit_test(without_patience_the_pairs_are_still_in_order),
		cmocka_unit_test(pairs_that_are_there_stay_and_others_come_between),
		cmocka_unit_test(few_differences_in_a_long_monotonous_sequence_are_found_exactly),
		cmocka_unit_test(many_differences_are_bridged_by_what_is_there_once),
		cmocka_unit_test(noise_costs_no_more_than_patience),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
