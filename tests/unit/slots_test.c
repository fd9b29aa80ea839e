/* Tables of things that know their hash, and the inode table. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/inodes.h"
#include "fs/tree/item.h"
#include "plist/base/slots.h"
#include "tests/unit/random.h"

#define THINGS 3000

struct thing {
	unsigned number;
	uint32_t hash;
};

static bool is_in(const struct slots *slots, const struct thing *wanted)
{
	struct thing *thing;
	size_t at;

	for (thing = slots_first(slots, wanted->hash, &at); thing; thing = slots_next(slots, wanted->hash, &at))
		if (thing == wanted)
			return true;
	return false;
}

static void check_all(const struct slots *slots, const struct thing *things, const bool *in)
{
	size_t i, count = 0;

	for (i = 0; i < THINGS; i++) {
		assert_int_equal(is_in(slots, things + i), in[i]);
		count += in[i];
	}
	assert_int_equal(slots->count, count);
}

/* `hashes`: how many there are. */
static void come_and_go(uint32_t hashes)
{
	struct slots slots = { 0 };
	struct thing *things = calloc(THINGS, sizeof(*things));
	static bool in[THINGS];
	size_t i, n;

	assert_non_null(things);
	random_seed(hashes);
	memset(in, 0, sizeof(in));
	for (i = 0; i < THINGS; i++)
		things[i].hash = random_below(hashes) * 7;
	for (n = 0; n < 4 * THINGS; n++) {
		i = random_below(THINGS);
		if (in[i])
			slots_remove(&slots, things[i].hash, things + i);
		else
			assert_int_equal(slots_add(&slots, things[i].hash, things + i), 0);
		in[i] = !in[i];
	}
	check_all(&slots, things, in);
	slots_free(&slots);
	free(things);
}

static void things_come_and_go(void **state)
{
	(void)state;
	come_and_go(UINT32_MAX);
}

static void things_of_one_hash_are_told_apart(void **state)
{
	(void)state;
	come_and_go(40);
}

static void one_takes_the_place_of_another(void **state)
{
	struct slots slots = { 0 };
	struct thing things[] = { { 0, 7 }, { 1, 7 }, { 2, 7 } };

	(void)state;
	assert_int_equal(slots_add(&slots, 7, &things[0]), 0);
	assert_int_equal(slots_add(&slots, 7, &things[1]), 0);
	slots_replace(&slots, 7, &things[1], &things[2]);
	assert_true(is_in(&slots, &things[0]));
	assert_false(is_in(&slots, &things[1]));
	assert_true(is_in(&slots, &things[2]));
	assert_int_equal(slots.count, 2);
	slots_free(&slots);
}

/* What is in it stays, and the places do not grow while they are filled. */
static void reserved_places_hold_as_many(void **state)
{
	struct slots slots = { 0 };
	struct thing *things = calloc(THINGS, sizeof(*things));
	static bool in[THINGS];
	size_t i, places;

	(void)state;
	assert_non_null(things);
	memset(in, true, sizeof(in));
	for (i = 0; i < THINGS; i++)
		things[i].hash = (uint32_t)i * 7;
	for (i = 0; i < 5; i++)
		assert_int_equal(slots_add(&slots, things[i].hash, things + i), 0);
	assert_int_equal(slots_reserve(&slots, THINGS - 5), 0);
	places = slots.places;
	for (; i < THINGS; i++)
		assert_int_equal(slots_add(&slots, things[i].hash, things + i), 0);
	assert_int_equal(slots.places, places);
	check_all(&slots, things, in);
	slots_free(&slots);
	free(things);
}

static void nothing_is_in_empty_slots(void **state)
{
	struct slots slots = { 0 };
	size_t at;

	(void)state;
	assert_null(slots_first(&slots, 0, &at));
	slots_free(&slots);
}

static struct item *make(struct inodes *inodes, uint64_t number)
{
	struct item *item = inodes_make(inodes, number);

	assert_non_null(item);
	assert_int_equal(item->ino, 0);
	assert_null(item->rare);
	item->ino = number;
	return item;
}

static void inodes_are_found_by_number(void **state)
{
	struct inodes inodes = { NULL, 0 };
	struct item *item;
	uint64_t number;

	(void)state;
	assert_null(inodes_get(&inodes, 1));
	for (number = 1; number < 1000; number += 3)
		make(&inodes, number);
	for (number = 0; number < 1100; number++) {
		item = inodes_get(&inodes, number);
		assert_int_equal(item != NULL, number < 1000 && number % 3 == 1);
		assert_true(!item || item->ino == number);
	}
	assert_null(inodes_get(&inodes, UINT64_MAX));
	inodes_free(&inodes);
}

static void inodes_are_gone_through_in_order_while_they_go(void **state)
{
	struct inodes inodes = { NULL, 0 };
	uint64_t number, last = 0, wanted = 1;
	struct item *item;

	(void)state;
	for (number = 1; number <= 500; number++)
		make(&inodes, number);
	while (inodes_after(&inodes, &last)) {
		assert_int_equal(last, wanted);
		wanted += 2;
		inodes_remove(&inodes, last);
		inodes_remove(&inodes, last + 1);
	}
	assert_int_equal(wanted, 501);
	assert_null(inodes_get(&inodes, 1));
	item = make(&inodes, 501);
	last = 0;
	assert_ptr_equal(inodes_after(&inodes, &last), item);
	inodes_free(&inodes);
}

/* Whether they are made at all, as many, or more, and whether some are there already. */
static void inodes_that_were_expected_are_like_others(void **state)
{
	static const uint64_t expected[] = { 0, 1, 700, 2000, 5000 };
	struct inodes inodes;
	uint64_t number, last;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		inodes = (struct inodes){ NULL, 0 };
		for (number = 1; number < 20; number++)
			make(&inodes, number);
		inodes_expect(&inodes, number, expected[i]);
		assert_null(inodes_get(&inodes, number));
		last = number - 1;
		assert_null(inodes_after(&inodes, &last));
		for (; number < 1000; number++)
			make(&inodes, number);
		inodes_expect(&inodes, number, 2 * expected[i]);
		for (; number < 3000; number++)
			make(&inodes, number);
		for (number = 1; number < 3000; number++)
			assert_int_equal(inodes_get(&inodes, number)->ino, number);
		for (number = 1; number < 3000; number++)
			if (number % 1000)
				inodes_remove(&inodes, number);
		for (last = 0, number = 1000; number < 3000; number += 1000)
			assert_int_equal(inodes_after(&inodes, &last)->ino, number);
		assert_null(inodes_after(&inodes, &last));
		inodes_free(&inodes);
	}
}

/* An item that is made beside others, in memory that was used, begins like any other. */
static void what_an_item_was_is_wiped(void **state)
{
	struct inodes inodes = { NULL, 0 };
	struct item *item;

	(void)state;
	make(&inodes, 1);
	item = make(&inodes, 2);
	memcpy(item->own_name.here, "secret", sizeof("secret"));
	inodes_remove(&inodes, 2);
	assert_null(inodes_get(&inodes, 2));
	item = make(&inodes, 2);
	assert_string_equal(item->own_name.here, "");
	assert_non_null(inodes_get(&inodes, 1));
	inodes_free(&inodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(things_come_and_go),
		cmocka_unit_test(things_of_one_hash_are_told_apart),
		cmocka_unit_test(one_takes_the_place_of_another),
		cmocka_unit_test(reserved_places_hold_as_many),
		cmocka_unit_test(nothing_is_in_empty_slots),
		cmocka_unit_test(inodes_are_found_by_number),
		cmocka_unit_test(inodes_are_gone_through_in_order_while_they_go),
		cmocka_unit_test(inodes_that_were_expected_are_like_others),
		cmocka_unit_test(what_an_item_was_is_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
