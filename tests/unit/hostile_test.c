/* Trees of profiles that mean harm: names that collide, names that have to be numbered, memory that is filled. */
#include <errno.h>
#include <fcntl.h>

#include "tests/unit/mounted_tree.h"
#include "tests/unit/random.h"

#include "fs/tree/item.h"
#include "fs/tree/scratch.h"
#include "plist/base/hash.h"
#include "plist/base/limits.h"

#define KEY(name, value) "<key>" name "</key>" value "\n"

static int begin(void **state)
{
	limits_reset();
	random_seed(1);
	return folder_open(state);
}

static int end(void **state)
{
	limits_reset();
	return folder_close(state);
}

/* --- names that collide ----------------------------------------------------------------------------- */

/* uthash's own hash takes twelve bytes at a time, adds them to three words and stirs those, which can be undone. So two
 * pairs of blocks, a and b, c and d, lead from one state to another if stir(a) + b = stir(c) + d; and N such steps give
 * 2^N keys of 24 * N letters with one hash. */
#define BLOCK 12
#define STEPS 10

struct state {
	uint32_t word[3];
};

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static struct state after(struct state state, const char *block)
{
	uint32_t word[3];

	memcpy(word, block, BLOCK);
	for (int i = 0; i < 3; i++)
		state.word[i] += word[i];
	return state;
}

static struct state stirred(struct state state)
{
	HASH_JEN_MIX(state.word[0], state.word[1], state.word[2]);
	return state;
}

static void random_block(char *block)
{
	for (int i = 0; i < BLOCK; i++)
		block[i] = letters[random_below(sizeof(letters) - 1)];
}

/* Letters b and d with x + b = y + d, byte by byte from the lowest. False: there are none. */
static bool letters_between(uint32_t x, uint32_t y, char *b, char *d)
{
	uint32_t difference = x - y, carry = 0;

	for (int i = 0; i < 4; i++, difference >>= 8) {
		const char *letter = letters;
		uint32_t sum = 0;

		for (; *letter; letter++) {
			sum = (uint32_t)*letter + (difference & 0xff) + carry;
			if ((sum & 0xff) && strchr(letters, (int)(sum & 0xff)))
				break;
		}
		if (!*letter)
			return false;
		b[i] = *letter;
		d[i] = (char)(sum & 0xff);
		carry = sum >> 8;
	}
	return true;
}

/* Two ways from a state to one and the same other. */
static struct state step(struct state state, char ways[2][2 * BLOCK])
{
	struct state one, other;
	int i;

	do {
		random_block(ways[0]);
		random_block(ways[1]);
		one = stirred(after(state, ways[0]));
		other = stirred(after(state, ways[1]));
		for (i = 0; i < 3; i++)
			if (!letters_between(one.word[i], other.word[i], ways[0] + BLOCK + 4 * i,
					     ways[1] + BLOCK + 4 * i))
				break;
	} while (i < 3);
	return stirred(after(one, ways[0] + BLOCK));
}

static void add_colliding_keys(struct buf *keys)
{
	struct state state = { { 0x9e3779b9, 0x9e3779b9, 0xfeedbeef } };
	char ways[STEPS][2][2 * BLOCK], key[STEPS * 2 * BLOCK];
	unsigned first = 0, hash;

	for (int i = 0; i < STEPS; i++)
		state = step(state, ways[i]);
	for (unsigned number = 0; number < 1u << STEPS; number++) {
		for (int i = 0; i < STEPS; i++)
			memcpy(key + i * 2 * BLOCK, ways[i][number >> i & 1], 2 * BLOCK);
		HASH_JEN(key, sizeof(key), hash);
		if (number == 0)
			first = hash;
		assert_int_equal(hash, first);
		buf_add_format(keys, "<key>%.*s</key><true/>\n", (int)sizeof(key), key);
	}
}

static int by_size(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static void names_made_to_collide_do_not(void **state)
{
	unsigned hashes[1 << STEPS], distinct = 1, count = 0;
	BUF_AUTO keys = BUF_INIT;
	struct item *root;

	(void)state;
	add_colliding_keys(&keys);
	tree_begin_keys(buf_text(&keys));
	root = at("");
	assert_int_equal(dir_load(mounted.tree, root), 0);
	assert_int_equal(root->dir->count, 1 << STEPS);
	for (const struct item *item = root->dir->first; item; item = item->next)
		hashes[count++] = item->hash;
	qsort(hashes, count, sizeof(*hashes), by_size);
	for (unsigned i = 1; i < count; i++)
		distinct += hashes[i] != hashes[i - 1];
	assert_in_range(distinct, count - 2, count);
	tree_end();
}

/* --- names that are numbered ------------------------------------------------------------------------ */

/* Trying number by number for each of them would take hours. */
static void payloads_of_one_type_are_numbered_in_good_time(void **state)
{
	BUF_AUTO keys = BUF_INIT;

	(void)state;
	buf_add_text(&keys, "<key>PayloadContent</key><array>");
	for (int i = 0; i < 10000; i++)
		buf_add_text(&keys, "<dict>" KEY("PayloadType", "<string>a</string>") "</dict>");
	buf_add_text(&keys, "<dict>" KEY("PayloadType", "<string>a.2</string>") "</dict></array>");
	tree_begin_keys(buf_text(&keys));
	assert_true(there("PayloadContent/a"));
	assert_false(there("PayloadContent/a.1"));
	assert_true(there("PayloadContent/a.2"));
	assert_true(there("PayloadContent/a.10000"));
	assert_false(there("PayloadContent/a.10001"));
	assert_true(there("PayloadContent/a.2.2"));
	tree_end();
}

/* --- memory ----------------------------------------------------------------------------------------- */

static int put_scratch(const char *name, size_t size)
{
	BUF_AUTO bytes = BUF_INIT;
	struct handle *handle;
	int result = open_at(name, O_WRONLY | O_CREAT, &handle);

	if (result < 0)
		return result;
	buf_resize(&bytes, size);
	result = tree_write(mounted.tree, handle, bytes.data, bytes.len, 0);
	tree_release(mounted.tree, handle);
	return result;
}

static void unlink_scratch(const char *name)
{
	assert_int_equal(tree_unlink(mounted.tree, at(""), name), 0);
}

static void what_is_in_memory_is_counted_until_it_is_gone(void **state)
{
	struct item *link;

	(void)state;
	tree_begin_keys(KEY("A", "<string>x</string>"));
	assert_int_equal(*mounted.tree->scratch, 0);
	assert_int_equal(put_scratch(".a", 1000), 0);
	assert_in_range(*mounted.tree->scratch, 1000, 3000);
	assert_int_equal(put_scratch(".a", 5000), 0);
	assert_in_range(*mounted.tree->scratch, 5000, 7000);
	assert_int_equal(tree_truncate(mounted.tree, at(".a"), NULL, 10), 0);
	assert_in_range(*mounted.tree->scratch, 10, 2000);
	assert_int_equal(tree_symlink(mounted.tree, at(""), ".l", "target", &link), 0);
	unlink_scratch(".l");
	unlink_scratch(".a");
	assert_int_equal(*mounted.tree->scratch, 0);
	tree_end();
}

static void past_the_limit_there_is_no_space_until_something_is_removed(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(limit_set("scratch", 7, "1M", &err), 0);
	tree_begin_keys(KEY("A", "<string>x</string>"));
	assert_int_equal(put_scratch(".a", 700000), 0);
	assert_int_equal(put_scratch(".b", 700000), -ENOSPC);
	assert_non_null(strstr(mounted.tree->last_error.text, "the limit 'scratch' is 1M"));
	assert_int_equal(tree_truncate(mounted.tree, at(".b"), NULL, 700000), -ENOSPC);
	unlink_scratch(".a");
	assert_int_equal(put_scratch(".b", 700000), 0);
	assert_int_equal(tree_truncate(mounted.tree, at(".b"), NULL, 0), 0);
	tree_end();
}

static void a_scratch_file_that_becomes_a_key_is_not_counted_any_more(void **state)
{
	(void)state;
	tree_begin_keys(KEY("A", "<string>x</string>"));
	assert_int_equal(put_scratch(".a", 0), 0);
	assert_int_not_equal(*mounted.tree->scratch, 0);
	assert_int_equal(tree_rename(mounted.tree, at(""), ".a", at(""), "A", 0), 0);
	assert_int_equal(*mounted.tree->scratch, 0);
	tree_end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(names_made_to_collide_do_not),
		TEST(payloads_of_one_type_are_numbered_in_good_time),
		TEST(what_is_in_memory_is_counted_until_it_is_gone),
		TEST(past_the_limit_there_is_no_space_until_something_is_removed),
		TEST(a_scratch_file_that_becomes_a_key_is_not_counted_any_more),
	};

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
