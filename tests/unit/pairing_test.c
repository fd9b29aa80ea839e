/* Which elements of two arrays are the same one: by what they say they are, then by value, then by place. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "plist/doc.h"
#include "plist/pairing.h"
#include "tests/unit/random.h"

#define UUID(id)	  "<key>PayloadUUID</key><string>" id "</string>"
#define IDENTIFIER(id)	  "<key>PayloadIdentifier</key><string>" id "</string>"
#define TYPE(type)	  "<key>PayloadType</key><string>" type "</string>"
#define VALUE(value)	  "<key>v</key><string>" value "</string>"
#define DICT(body)	  "<dict>" body "</dict>"
#define WIFI(id, value)	  DICT(TYPE("wifi") UUID(id) VALUE(value))
#define PLAIN(type, value) DICT(TYPE(type) VALUE(value))

static void read_array(struct doc *doc, const char *elements)
{
	struct error err = ERROR_INIT;
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, "<plist><array>%s</array></plist>", elements);
	if (doc_read(doc, "test", text.data, text.len, &err) < 0)
		fail_msg("%s: %s", err.text, elements);
}

/* What holds of every pairing: pairs agree on both sides, no element has two, and those that did not move are in
 * order. */
static void check_sound(const struct pairing *pairing)
{
	size_t next = 0;

	for (size_t i = 0; i < pairing->a.count; i++) {
		size_t pair = pairing->a.pair[i];

		if (pair == PAIRING_NONE) {
			assert_false(pairing->a.moved[i]);
			continue;
		}
		assert_true(pair < pairing->b.count);
		assert_int_equal(pairing->b.pair[pair], i);
		assert_int_equal(pairing->a.moved[i], pairing->b.moved[pair]);
		if (!pairing->a.moved[i]) {
			assert_true(pair >= next);
			next = pair + 1;
		}
	}
	for (size_t i = 0; i < pairing->b.count; i++) {
		size_t pair = pairing->b.pair[i];

		if (pair == PAIRING_NONE)
			assert_false(pairing->b.moved[i]);
		else
			assert_int_equal(pairing->a.pair[pair], i);
	}
}

static void describe(const struct pairing *pairing, struct buf *out)
{
	for (size_t i = 0; i < pairing->a.count; i++) {
		if (i)
			buf_add_char(out, ' ');
		if (pairing->a.pair[i] == PAIRING_NONE)
			buf_add_char(out, '-');
		else
			buf_add_format(out, "%zu%s", pairing->a.pair[i], pairing->a.moved[i] ? "m" : "");
	}
}

/* `expected` has for each element of `a` its partner's position, "-" for none, "m" behind what moved. */
static void must_pair(const char *a, const char *b, const char *expected)
{
	struct error err = ERROR_INIT;
	struct pairing pairing;
	BUF_AUTO found = BUF_INIT;
	struct doc x, y;

	read_array(&x, a);
	read_array(&y, b);
	assert_int_equal(pairing_make(&pairing, x.root, y.root, &err), 0);
	check_sound(&pairing);
	describe(&pairing, &found);
	assert_string_equal(buf_text(&found), expected);
	pairing_free(&pairing);
	doc_free(&x);
	doc_free(&y);
}

#define ONE   "<string>1</string>"
#define TWO   "<string>2</string>"
#define THREE "<string>3</string>"

static void equal_scalars_are_paired_in_order_like_lines(void **state)
{
	(void)state;
	must_pair(ONE TWO THREE, ONE TWO THREE, "0 1 2");
	must_pair(ONE TWO THREE, ONE THREE, "0 - 1");
	must_pair(ONE ONE TWO, ONE TWO ONE, "0 2m 1");
}

static void a_scalar_that_moved_is_paired_and_one_that_differs_is_not(void **state)
{
	(void)state;
	must_pair(ONE TWO THREE, TWO THREE ONE, "2m 0 1");
	must_pair(ONE TWO, ONE THREE, "0 -");
	must_pair("<string>1</string>", "<integer>1</integer>", "-");
}

static void one_array_or_both_may_be_missing(void **state)
{
	struct error err = ERROR_INIT;
	struct pairing pairing;
	struct doc doc;

	(void)state;
	read_array(&doc, ONE TWO);
	assert_int_equal(pairing_make(&pairing, NULL, NULL, &err), 0);
	assert_int_equal(pairing.a.count + pairing.b.count, 0);
	pairing_free(&pairing);
	assert_int_equal(pairing_make(&pairing, NULL, doc.root, &err), 0);
	assert_int_equal(pairing.b.count, 2);
	assert_true(pairing.b.pair[0] == PAIRING_NONE && pairing.b.pair[1] == PAIRING_NONE);
	pairing_free(&pairing);
	doc_free(&doc);
	must_pair("", ONE, "");
	must_pair(ONE, "", "-");
}

static void a_uuid_counts_for_more_than_an_identifier_and_a_type(void **state)
{
	(void)state;
	must_pair(DICT(UUID("u1") IDENTIFIER("i1") TYPE("a")) DICT(UUID("u2") IDENTIFIER("i2") TYPE("b")),
		  DICT(UUID("u1") IDENTIFIER("i2") TYPE("b")) DICT(UUID("u2") IDENTIFIER("i1") TYPE("a")), "0 1");
	must_pair(DICT(IDENTIFIER("i1") TYPE("a") VALUE("1")) DICT(IDENTIFIER("i2") TYPE("b") VALUE("1")),
		  DICT(IDENTIFIER("i2") TYPE("a") VALUE("2")) DICT(IDENTIFIER("i1") TYPE("b") VALUE("2")), "1m 0");
}

static void a_payload_is_found_by_its_uuid_wherever_it_is(void **state)
{
	(void)state;
	must_pair(WIFI("a", "1") WIFI("b", "1") WIFI("c", "1"), WIFI("c", "2") WIFI("a", "1") WIFI("b", "1"), "1 2 0m");
}

static void an_identifier_is_enough_when_the_uuid_is_new(void **state)
{
	(void)state;
	must_pair(DICT(UUID("u1") IDENTIFIER("i")) ONE, TWO DICT(UUID("u2") IDENTIFIER("i")), "1 -");
}

static void a_uuid_that_is_there_twice_pairs_in_order_and_never_twice(void **state)
{
	(void)state;
	must_pair(WIFI("u", "1") WIFI("u", "2"), WIFI("u", "3") WIFI("u", "4"), "0 1");
	must_pair(WIFI("u", "1") WIFI("u", "2"), WIFI("u", "3"), "0 -");
	must_pair(WIFI("u", "1"), WIFI("u", "3") WIFI("u", "4") WIFI("u", "1"), "2");
}

static void an_empty_uuid_or_one_that_is_no_string_says_nothing(void **state)
{
	(void)state;
	must_pair(DICT(UUID("") TYPE("a") VALUE("1")) DICT(TYPE("b")), DICT(TYPE("b")) DICT(UUID("") TYPE("c")), "- 0");
	must_pair(DICT("<key>PayloadUUID</key><integer>1</integer>" TYPE("a")),
		  DICT("<key>PayloadUUID</key><integer>1</integer>" TYPE("b")), "-");
}

static void payloads_without_an_identity_are_known_by_their_type(void **state)
{
	(void)state;
	must_pair(PLAIN("a", "1") PLAIN("b", "1"), PLAIN("c", "2") PLAIN("a", "2") PLAIN("b", "2"), "1 2");
	must_pair(PLAIN("a", "1") PLAIN("b", "1"), PLAIN("b", "2") PLAIN("a", "2"), "1m 0");
	must_pair(PLAIN("a", "1") PLAIN("a", "2"), PLAIN("a", "3") PLAIN("a", "4"), "0 1");
	must_pair(PLAIN("a", "1"), PLAIN("b", "1"), "-");
}

static void of_several_of_a_type_nobody_knows_which_one_went(void **state)
{
	(void)state;
	must_pair(PLAIN("a", "1") PLAIN("a", "2"), PLAIN("a", "3"), "- -");
	must_pair(PLAIN("a", "1") ONE PLAIN("a", "2"), PLAIN("a", "3") ONE PLAIN("a", "4") PLAIN("a", "5"), "0 1 -");
	must_pair(PLAIN("a", "1") PLAIN("a", "2") ONE, PLAIN("a", "1") ONE PLAIN("a", "3"), "0 2m 1");
}

static void dicts_and_arrays_are_known_by_their_place_between_neighbours(void **state)
{
	(void)state;
	must_pair(DICT(VALUE("1")) ONE DICT(VALUE("2")), DICT(VALUE("3")) ONE DICT(VALUE("4")), "0 1 2");
	must_pair(DICT(VALUE("1")) ONE, ONE DICT(VALUE("2")), "- 0");
	must_pair("<array>" ONE "</array>" DICT(""), DICT(VALUE("1")), "- 0");
}

/* --- any two arrays ------------------------------------------------------------------------------------ */

static void add_random(struct buf *out)
{
	static const char *const KEYS[] = { "PayloadUUID", "PayloadIdentifier", "PayloadType", "k" };

	if (random_below(3) == 0) {
		buf_add_format(out, "<integer>%u</integer>", random_below(4));
		return;
	}
	buf_add_text(out, "<dict>");
	for (unsigned i = 0; i < 4; i++)
		if (random_below(2))
			buf_add_format(out, "<key>%s</key><string>%u</string>", KEYS[i], random_below(4));
	buf_add_text(out, "</dict>");
}

static bool same(const struct node *a, const struct node *b, const char *key)
{
	const struct node *x = a->type == NODE_DICT ? node_get(a, key) : NULL;
	const struct node *y = b->type == NODE_DICT ? node_get(b, key) : NULL;

	return x && y && node_equal(x, y, false);
}

/* Nobody is left alone while somebody equal, or of the same identity, is alone on the other side. */
static void check_complete(const struct pairing *pairing)
{
	for (size_t i = 0; i < pairing->a.count; i++)
		for (size_t j = 0; j < pairing->b.count; j++) {
			const struct node *a = pairing->a.elements[i], *b = pairing->b.elements[j];

			if (pairing->a.pair[i] != PAIRING_NONE || pairing->b.pair[j] != PAIRING_NONE)
				continue;
			assert_false(node_equal(a, b, false));
			assert_false(same(a, b, "PayloadUUID"));
			assert_false(same(a, b, "PayloadIdentifier"));
		}
}

static void check_run_is_longest(const struct pairing *pairing)
{
	size_t best[16] = { 0 }, longest = 0, stayed = 0;

	for (size_t i = 0; i < pairing->a.count; i++) {
		if (pairing->a.pair[i] == PAIRING_NONE)
			continue;
		stayed += !pairing->a.moved[i];
		best[i] = 1;
		for (size_t j = 0; j < i; j++)
			if (best[j] && pairing->a.pair[j] < pairing->a.pair[i] && best[j] + 1 > best[i])
				best[i] = best[j] + 1;
		longest = best[i] > longest ? best[i] : longest;
	}
	assert_int_equal(stayed, longest);
}

static void any_two_arrays_are_paired_soundly_and_completely(void **state)
{
	(void)state;
	random_seed(21);
	for (unsigned i = 0; i < 2000; i++) {
		BUF_AUTO a = BUF_INIT;
		BUF_AUTO b = BUF_INIT;
		struct error err = ERROR_INIT;
		struct pairing pairing;
		struct doc x, y;

		for (unsigned n = random_below(9); n > 0; n--)
			add_random(&a);
		for (unsigned n = random_below(9); n > 0; n--)
			add_random(&b);
		read_array(&x, buf_text(&a));
		read_array(&y, buf_text(&b));
		assert_int_equal(pairing_make(&pairing, x.root, y.root, &err), 0);
		check_sound(&pairing);
		check_complete(&pairing);
		check_run_is_longest(&pairing);
		pairing_free(&pairing);
		doc_free(&x);
		doc_free(&y);
	}
}

static void an_array_and_itself_are_paired_in_place(void **state)
{
	(void)state;
	random_seed(22);
	for (unsigned i = 0; i < 200; i++) {
		BUF_AUTO text = BUF_INIT;
		struct error err = ERROR_INIT;
		struct pairing pairing;
		struct doc doc;

		for (unsigned n = random_below(9); n > 0; n--)
			add_random(&text);
		read_array(&doc, buf_text(&text));
		assert_int_equal(pairing_make(&pairing, doc.root, doc.root, &err), 0);
		for (size_t at = 0; at < pairing.a.count; at++)
			assert_int_equal(pairing.a.pair[at], at);
		check_sound(&pairing);
		pairing_free(&pairing);
		doc_free(&doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_scalars_are_paired_in_order_like_lines),
		cmocka_unit_test(a_scalar_that_moved_is_paired_and_one_that_differs_is_not),
		cmocka_unit_test(one_array_or_both_may_be_missing),
		cmocka_unit_test(a_uuid_counts_for_more_than_an_identifier_and_a_type),
		cmocka_unit_test(a_payload_is_found_by_its_uuid_wherever_it_is),
		cmocka_unit_test(an_identifier_is_enough_when_the_uuid_is_new),
		cmocka_unit_test(a_uuid_that_is_there_twice_pairs_in_order_and_never_twice),
		cmocka_unit_test(an_empty_uuid_or_one_that_is_no_string_says_nothing),
		cmocka_unit_test(payloads_without_an_identity_are_known_by_their_type),
		cmocka_unit_test(of_several_of_a_type_nobody_knows_which_one_went),
		cmocka_unit_test(dicts_and_arrays_are_known_by_their_place_between_neighbours),
		cmocka_unit_test(any_two_arrays_are_paired_soundly_and_completely),
		cmocka_unit_test(an_array_and_itself_are_paired_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
