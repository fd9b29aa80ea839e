/*
 * What the first bytes of a value can become, held against constraint_check(): by trying every text of a small
 * alphabet, and texts made at random.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/constraint.h"
#include "plist/schema/pattern.h"
#include "tests/unit/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define VALUES(...) \
	{ \
		(const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *) \
	}

/*
 * A key, and the texts it is tried with: all those of the alphabet up to `depth` characters. `exact`: NEVER is
 * said as soon as it holds, at least where two more characters of the alphabet would show that it does not.
 */
struct sample {
	struct schema_key key;
	const char *alphabet;
	unsigned depth;
	bool exact;
	const char *valid[6]; /* some that are allowed, which must be so */
};

#define INTEGER .types = TYPE_BIT(NODE_INTEGER), .type = NODE_INTEGER
#define REAL .types = TYPE_BIT(NODE_REAL), .type = NODE_REAL
#define STRING .types = TYPE_BIT(NODE_STRING), .type = NODE_STRING
#define BOOLEAN .types = TYPE_BIT(NODE_BOOLEAN), .type = NODE_BOOLEAN
#define DATE .types = TYPE_BIT(NODE_DATE), .type = NODE_DATE
#define DATA .types = TYPE_BIT(NODE_DATA), .type = NODE_DATA

#define UUID_FORMAT "^[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}$"
#define MAC_FORMAT "^([0-9A-Fa-f]{2}:){5}([0-9A-Fa-f]{2})$"

static struct sample samples[] = {
	/* integers: every kind of bound, on every side of zero */
	{ { INTEGER }, "-019", 6, true, { "0", "-1", "99999999999999999999999999" } },
	{ { INTEGER, .range = { "1", "8191" } }, "-0189", 6, true, { "1", "8191", "819", "9", "1000" } },
	{ { INTEGER, .range = { "0", "180" } }, "-0189", 5, true, { "0", "180", "18", "99" } },
	{ { INTEGER, .range = { "-1", NULL } }, "-0129", 5, true, { "-1", "0", "29999999999999999999" } },
	{ { INTEGER, .range = { NULL, "-12" } }, "-0129", 6, true, { "-12", "-20", "-100" } },
	{ { INTEGER, .range = { "-21", "-12" } }, "-0129", 6, true, { "-12", "-20", "-21" } },
	{ { INTEGER, .range = { "-1000", "-99" } }, "-0189", 6, true, { "-99", "-1000", "-108" } },
	{ { INTEGER, .range = { "19", "21" } }, "-0129", 5, true, { "19", "20", "21" } },
	{ { INTEGER, .range = { "199", "1999" } }, "-01289", 6, true, { "199", "200", "1999" } },
	{ { INTEGER, .range = { "1200", NULL } }, "-0129", 6, true, { "1200", "2000", "90000" } },
	{ { INTEGER, .range = { NULL, "5" } }, "-0159", 5, true, { "5", "0", "-99999" } },
	{ { INTEGER, .range = { "5", "1" } }, "-015", 5, true, { NULL } },
	{ { INTEGER, .range = { "0.5", "1.5e1" } }, "-015", 5, true, { "1", "15", "10" } },
	{ { INTEGER, .range = { "98765432109876543210", NULL } }, "19", 4, false, { "98765432109876543211" } },
	{ { INTEGER, .values = VALUES("0", "15", "150", "-3") }, "-0135", 6, true, { "0", "15", "150", "-3" } },
	{ { INTEGER, .values = VALUES("0"), .range = { "10", "18" } }, "-0189", 5, true, { "0", "10", "18" } },
	{ { INTEGER, .values = VALUES("7"), .custom_values = true }, "-078", 4, true, { "7", "8", "-70" } },
	{ { INTEGER, .bits = 15, .bit_needs = VALUES("2:1") }, "-01235", 4, false, { "1", "3", "15", "12" } },
	{ { INTEGER, .bits = 8191, .range = { "1", "8191" } }, "-01289", 5, false, { "1", "2", "8191", "192" } },
	{ { INTEGER, .bits = 8191, .bit_needs = VALUES("2:1", "128:64") }, "-01289", 5, false, { "3", "8191", "192" } },

	/* reals */
	{ { REAL }, "-01.e", 6, true, { "1", "-0.1e10", "inf", "nan" } },
	{ { REAL, .range = { "-180.0", "180.0" } }, "-018.e", 6, false, { "180", "-180.000", "18e1", "0" } },
	{ { REAL, .range = { "0.0", "1.0" } }, "-01.e", 6, false, { "0", "1", "0.5", "10e-1", "-0" } },
	{ { REAL, .range = { "0.1", NULL } }, "-01.e", 6, false, { "0.1", "1e99", "inf", "10e-2" } },
	{ { REAL, .range = { NULL, "-1.5e1" } }, "-01.e5", 6, false, { "-15", "-1.5E1", "-inf", "-150e-1" } },
	{ { REAL, .range = { "100.0", "6500.0" } }, "-016.e", 6, false, { "100", "6.5e3", "1e2", "6500" } },
	{ { REAL, .range = { "1e-3", "1e3" } }, "-01.e3", 6, false, { "1e-3", "1e+3", "1000", ".001" } },
	{ { REAL, .values = VALUES("1.0", "0.5", "-2e1") }, "-0125.e", 5, false, { "1", "5e-1", "-20", "01" } },
	{ { REAL, .values = VALUES("0") }, "-01.e", 6, false, { "0", "0.0", "-0", "0e5" } },
	{ { REAL, .values = VALUES("inf", "nan") }, "-infa1", 5, false, { "inf", "nan", "INFINITY", "-nan" } },
	{ { REAL, .range = { "0", "1" } }, "+infa1", 5, false, { "1", "+1" } },

	/* strings */
	{ { STRING }, "a$\xc3\xa9", 4, true, { "", "a", "\xc3\xa9" } },
	{ { STRING, .values = VALUES("WEP", "WPA", "WPA2", "Any") }, "WPA2Eny", 5, true, { "WPA", "Any" } },
	{ { STRING, .values = VALUES("", "a", "aab") }, "ab", 6, true, { "", "a", "aab" } },
	{ { STRING, .values = VALUES("\xc3\xa9", "\xc3\xa8x") }, "\xc3\xa9\xa8x", 5, true, { "\xc3\xa9" } },
	{ { STRING, .values = VALUES("a"), .custom_values = true }, "ab", 4, true, { "b", "a" } },
	{ { STRING, .length = { "2", "3" } }, "a\xc3\xa9", 7, true, { "aa", "\xc3\xa9\xc3\xa9\xc3\xa9" } },
	{ { STRING, .length = { "3", NULL } }, "ab", 6, true, { "aaa", "bbbbbbb" } },
	{ { STRING, .length = { NULL, "2" } }, "ab", 6, true, { "", "aa" } },
	{ { STRING, .values = VALUES("aa", "aaaa"), .length = { NULL, "3" } }, "ab", 6, false, { "aa" } },
	{ { STRING, .format = UUID_FORMAT }, "0-g:", 5, false, { "5d1e7a3c-0b42-4f6e-9C88-21D0F3A4B657" } },
	{ { STRING, .format = MAC_FORMAT }, "0aG:", 6, false, { "00:1B:63:84:45:E6" } },
	{ { STRING, .format = "^https://.*$" }, "htps:/\n", 5, false, { "https://", "https://x.example:8443/a" } },
	{ { STRING, .format = "^[0-9]{6}$" }, "0x\n", 8, true, { "123456", "000000" } },
	{ { STRING, .format = "^[0-9]{2}$" }, "0x\n", 6, true, { "12" } },
	{ { STRING, .format = "^([0-9A-Za-z]{6})|([0-9A-Za-z]{9})$" }, "0-", 9, false, { "abcdef", "-123456789" } },
	{ { STRING, .format = "ab" }, "ab\xc3\xa9", 5, false, { "ab", "xabx" } },
	{ { STRING, .format = "^(?!ab$)[ab]+$" }, "abc", 6, true, { "a", "aba" } },
	{ { STRING, .format = "^a(?=b)" }, "abc", 5, true, { "ab", "abc" } },
	{ { STRING, .format = "^a\\B" }, "ab-", 5, true, { "ab" } },
	{ { STRING, .format = "^a+\\b.$" }, "ab-", 5, true, { "a-", "aa-" } },
	{ { STRING, .format = "^(a|ab)(c|bcd)$" }, "abcd", 6, true, { "ac", "abc", "abcd", "abbcd" } },
	{ { STRING, .format = "^(a+)-\\1$" }, "a-b", 7, false, { "a-a", "aa-aa" } },
	{ { STRING, .format = "(?m)^b$" }, "ab\n", 6, false, { "b", "a\nb", "b\na" } },
	{ { STRING, .format = "^(?:b*|a)$", .length = { "1", "2" } }, "ab", 5, false, { "a", "bb" } },

	/* the rest */
	{ { INTEGER, .format = "^(8|16|24)$" }, "18246", 5, true, { "8", "24" } },
	{ { BOOLEAN }, "true", 5, false, { "true", "false" } },
	{ { BOOLEAN, .values = VALUES("true") }, "truefals", 5, true, { "true" } },
	{ { DATE }, "20-6", 5, false, { "2026-01-31T12:00:00Z" } },
	{ { DATE, .values = VALUES("2026-01-31T12:00:00Z") }, "20-6", 5, false, { "2026-01-31T12:00:00Z" } },
	{ { DATA, .length = { "1", "2" } }, "a\xff", 4, true, { "a", "\xff\xff" } },
};

static int make_patterns(void **state)
{
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		if (!samples[i].key.format)
			continue;
		samples[i].key.pattern = pattern_new(samples[i].key.format, &err);
		assert_non_null(samples[i].key.pattern);
	}
	return 0;
}

static int free_patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++)
		pattern_free(samples[i].key.pattern);
	return 0;
}

/* Both judgements of one text, which lies in memory of just its size; they must agree. */
static enum verdict judge(const struct sample *sample, const char *text, size_t len, bool placeholders)
{
	const struct schema_key *key = &sample->key;
	struct error err = ERROR_INIT;
	char *copy = malloc(len ? len : 1);
	enum verdict verdict;
	int checked;

	assert_non_null(copy);
	memcpy(copy, text, len);
	verdict = constraint_prefix(key, key->type, copy, len, placeholders);
	checked = constraint_check(key, key->type, copy, len, placeholders, &err);
	if ((verdict == VERDICT_VALID) != (checked == 0))
		fail_msg("sample %td, '%.*s': prefix says %d, check says %d (%s)", sample - samples, (int)len, text,
			 verdict, checked, err.text);
	if (checked != 0 && (!err.rule || !err.text[0]))
		fail_msg("sample %td, '%.*s': refused without a reason", sample - samples, (int)len, text);
	free(copy);
	return verdict;
}

/* --- every text of a small alphabet ---------------------------------------------------------------------- */

struct walk {
	const struct sample *sample;
	char text[16];
	size_t nevers;
};

/* Tries the text and all that begin with it. True if one of them is valid. */
static bool any_valid(struct walk *walk, unsigned len)
{
	const struct sample *sample = walk->sample;
	enum verdict verdict = judge(sample, walk->text, len, false);
	bool valid = verdict == VERDICT_VALID, follows = false;

	for (const char *c = sample->alphabet; *c && len < sample->depth; c++) {
		walk->text[len] = *c;
		follows |= any_valid(walk, len + 1);
	}
	walk->nevers += verdict == VERDICT_NEVER;
	if (verdict == VERDICT_NEVER && follows)
		fail_msg("sample %td: '%.*s' is NEVER, and yet something valid begins so", sample - samples, (int)len,
			 walk->text);
	if (sample->exact && len > 0 && len + 2 < sample->depth && verdict == VERDICT_MAYBE && !follows)
		fail_msg("sample %td: '%.*s' is MAYBE, and yet nothing valid begins so", sample - samples, (int)len,
			 walk->text);
	return valid || follows;
}

static void never_is_said_of_nothing_that_can_still_become_valid(void **state)
{
	size_t nevers = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct walk walk = { .sample = &samples[i] };

		any_valid(&walk, 0);
		nevers += walk.nevers;
	}
	assert_true(nevers > 10000);
}

/* --- valid values ---------------------------------------------------------------------------------------- */

static void assert_every_prefix_may_become_it(const struct sample *sample, const char *text, bool placeholders)
{
	size_t len = strlen(text);

	if (judge(sample, text, len, placeholders) != VERDICT_VALID)
		fail_msg("sample %td: '%s' is not valid", sample - samples, text);
	for (size_t cut = 0; cut < len; cut++)
		if (judge(sample, text, cut, placeholders) == VERDICT_NEVER)
			fail_msg("sample %td: '%.*s' of '%s' is NEVER", sample - samples, (int)cut, text, text);
}

static void every_beginning_of_a_valid_value_may_become_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		for (size_t j = 0; j < COUNT(samples[i].valid) && samples[i].valid[j]; j++) {
			assert_every_prefix_may_become_it(&samples[i], samples[i].valid[j], false);
			assert_every_prefix_may_become_it(&samples[i], samples[i].valid[j], true);
		}
	}
}

static void every_allowed_value_of_a_list_is_valid(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++)
		for (size_t j = 0; j < samples[i].key.values.count && !samples[i].key.length.max; j++)
			assert_every_prefix_may_become_it(&samples[i], samples[i].key.values.list[j], false);
}

/* --- texts at random ------------------------------------------------------------------------------------- */

static const char *const PIECES[] = {
	"0",
	"1",
	"8",
	"9",
	"19",
	"-",
	"+",
	".",
	"e",
	"E",
	"e-",
	"inf",
	"nan",
	"true",
	"false",
	"WPA",
	"WPA2",
	"a",
	"A",
	"https://",
	"ht",
	"00:",
	"1B:63:84:45:E6",
	"123456",
	"\n",
	" ",
	"\xc3\xa9",
	"\xc3",
	"\xff",
	"\x01",
	"$USERNAME",
	"$USER",
	"$FLEET_VAR_",
	"X",
	"{{",
	"}}",
	"%SerialNumber%",
	"%Serial",
	"$",
	"2026-01-31T12:00:00Z",
};

static void both_judgements_agree_on_texts_at_random(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	random_seed(20);
	for (unsigned round = 0; round < 40000; round++) {
		const struct sample *sample = &samples[random_below(COUNT(samples))];
		bool placeholders = random_below(2);
		enum verdict whole;

		buf_clear(&text);
		random_text(PIECES, COUNT(PIECES), 6, &text);
		whole = judge(sample, buf_text(&text), text.len, placeholders);
		for (size_t cut = 0; cut < text.len && whole == VERDICT_VALID && !placeholders; cut++)
			if (judge(sample, buf_text(&text), cut, false) == VERDICT_NEVER)
				fail_msg("sample %td: the first %zu bytes of '%s'", sample - samples, cut,
					 buf_text(&text));
	}
}

static void integers_at_random_are_judged_as_numbers_are(void **state)
{
	(void)state;
	random_seed(21);
	for (unsigned round = 0; round < 20000; round++) {
		int low = (int)random_below(3000) - 1500, high = low + (int)random_below(1500);
		int value = low + (int)random_below((unsigned)(high - low) + 1), other = (int)random_below(6000) - 3000;
		char min[16], max[16], text[16], tried[16];
		struct sample sample = { { INTEGER, .range = { min, max } }, "", 0, false, { NULL } };
		bool reachable = false;

		snprintf(min, sizeof(min), "%d", low);
		snprintf(max, sizeof(max), "%d", high);
		snprintf(text, sizeof(text), "%d", value);
		for (size_t cut = 0; cut <= strlen(text); cut++)
			assert_int_not_equal(judge(&sample, text, cut, false), VERDICT_NEVER);
		snprintf(text, sizeof(text), "%d", other);
		for (int within = low; within <= high && !reachable; within++) {
			snprintf(tried, sizeof(tried), "%d", within);
			reachable = strncmp(tried, text, strlen(text)) == 0;
		}
		if (reachable != (judge(&sample, text, strlen(text), false) != VERDICT_NEVER))
			fail_msg("%s in %s..%s: %sreachable", text, min, max, reachable ? "" : "not ");
	}
}

/* mantissa * 10^exponent, spelt in one of many ways. */
static void spell_real(int mantissa, int exponent, char *out, size_t size)
{
	int magnitude = abs(mantissa);
	const char *sign = mantissa < 0 ? "-" : random_below(3) ? ""
								: "+";

	switch (random_below(4)) {
	case 0:
		snprintf(out, size, "%s%de%d", sign, magnitude, exponent);
		break;
	case 1:
		snprintf(out, size, "%s00%d.%03dE%+03d", sign, magnitude / 1000, magnitude % 1000, exponent + 3);
		break;
	case 2:
		snprintf(out, size, "%s.%06de%d", sign, magnitude, exponent + 6);
		break;
	default:
		snprintf(out, size, "%s%d000.0e%d", sign, magnitude, exponent - 3);
	}
}

static long long scaled(int mantissa, int exponent)
{
	long long value = mantissa;

	for (exponent += 4; exponent > 0; exponent--)
		value *= 10;
	return value;
}

static void reals_at_random_are_judged_as_numbers_are(void **state)
{
	int mantissas[3], exponents[3];
	char spelt[3][48];

	(void)state;
	random_seed(22);
	for (unsigned round = 0; round < 20000; round++) {
		struct sample sample = { { REAL, .range = { spelt[0], spelt[1] } }, "", 0, false, { NULL } };
		long long value, low, high;
		enum verdict verdict;

		for (unsigned i = 0; i < 3; i++) {
			mantissas[i] = (int)random_below(random_below(2) ? 30 : 20000) - 15;
			exponents[i] = (int)random_below(8) - 4;
			spell_real(mantissas[i], exponents[i], spelt[i], sizeof(spelt[i]));
		}
		low = scaled(mantissas[0], exponents[0]);
		high = scaled(mantissas[1], exponents[1]);
		value = scaled(mantissas[2], exponents[2]);
		verdict = judge(&sample, spelt[2], strlen(spelt[2]), false);
		if ((value >= low && value <= high) != (verdict == VERDICT_VALID))
			fail_msg("%s in %s..%s", spelt[2], spelt[0], spelt[1]);
		if (value >= low && value <= high)
			assert_every_prefix_may_become_it(&sample, spelt[2], false);
	}
}

/* --- placeholders ---------------------------------------------------------------------------------------- */

static const struct sample *sample_of(const char *format)
{
	for (size_t i = 0; i < COUNT(samples); i++)
		if (samples[i].key.format && strcmp(samples[i].key.format, format) == 0)
			return &samples[i];
	fail_msg("no sample of %s", format);
	return NULL;
}

static enum verdict judge_text(const struct sample *sample, const char *text, bool placeholders)
{
	return judge(sample, text, strlen(text), placeholders);
}

static void a_placeholder_in_a_string_excuses_the_rest(void **state)
{
	const struct sample *url = sample_of("^https://.*$");

	(void)state;
	assert_every_prefix_may_become_it(url, "$FLEET_VAR_URL", true);
	assert_every_prefix_may_become_it(url, "{{url}}/path", true);
	assert_int_equal(judge_text(url, "htp://$FLEET_VAR_HOST/x", true), VERDICT_VALID);
	assert_int_equal(judge_text(url, "htp://$FLEET", true), VERDICT_MAYBE);
	assert_int_equal(judge_text(url, "htp://$", true), VERDICT_MAYBE);
	assert_int_equal(judge_text(url, "htp://$FLEET_VAR_HOST \xc3", true), VERDICT_MAYBE);
}

static void a_placeholder_that_has_not_begun_excuses_nothing(void **state)
{
	const struct sample *url = sample_of("^https://.*$");

	(void)state;
	assert_int_equal(judge_text(url, "htp://x", true), VERDICT_NEVER);
	assert_int_equal(judge_text(url, "htp://$FLEX", true), VERDICT_NEVER);
	assert_int_equal(judge_text(url, "htp://$FLEET", false), VERDICT_NEVER);
	assert_int_equal(judge_text(url, "$FLEET_VAR_URL", false), VERDICT_NEVER);
	assert_int_equal(judge_text(url, "$FLEET_VAR_URL\x01", true), VERDICT_NEVER);
}

static void every_type_but_boolean_may_be_a_placeholder_as_a_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		const struct sample *sample = &samples[i];

		if (sample->key.type == NODE_BOOLEAN)
			assert_int_equal(judge_text(sample, "$FLEET_VAR_X", true), VERDICT_NEVER);
		else
			assert_every_prefix_may_become_it(sample, "$FLEET_VAR_X", true);
	}
	assert_int_equal(judge_text(&samples[1], "1$FLEET_VAR_X", true), VERDICT_NEVER);
}

/* --- types, and no key ------------------------------------------------------------------------------------ */

static void a_type_that_is_not_allowed_never_becomes_valid(void **state)
{
	struct schema_key key = { STRING };

	(void)state;
	assert_int_equal(constraint_prefix(&key, NODE_INTEGER, "1", 1, false), VERDICT_NEVER);
	assert_int_equal(constraint_prefix(&key, NODE_DATA, "$USERNAME", 9, true), VERDICT_NEVER);
	assert_int_equal(constraint_prefix(&key, NODE_DICT, "x", 1, true), VERDICT_NEVER);
	assert_int_equal(constraint_prefix(NULL, NODE_ARRAY, "$USERNAME", 9, true), VERDICT_NEVER);
}

static void nothing_yet_is_never_refused(void **state)
{
	struct schema_key key = { STRING };

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++)
		assert_int_not_equal(judge_text(&samples[i], "", true), VERDICT_NEVER);
	assert_int_equal(constraint_prefix(&key, NODE_INTEGER, "", 0, false), VERDICT_MAYBE);
}

static void an_integer_for_a_real_is_judged_by_the_reals_range(void **state)
{
	struct schema_key key = { REAL, .range = { "0.5", "12.5" } };

	(void)state;
	assert_int_equal(constraint_prefix(&key, NODE_INTEGER, "12", 2, false), VERDICT_VALID);
	assert_int_equal(constraint_prefix(&key, NODE_INTEGER, "13", 2, false), VERDICT_NEVER);
	assert_int_equal(constraint_prefix(&key, NODE_INTEGER, "0", 1, false), VERDICT_NEVER);
}

static void without_a_key_only_the_type_is_judged(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(constraint_prefix(NULL, NODE_INTEGER, "99999999999", 11, false), VERDICT_VALID);
	assert_int_equal(constraint_prefix(NULL, NODE_INTEGER, "x", 1, false), VERDICT_NEVER);
	assert_int_equal(constraint_check(NULL, NODE_INTEGER, "x", 1, false, &err), -1);
	assert_int_equal(constraint_prefix(NULL, NODE_BOOLEAN, "$USERNAME", 9, true), VERDICT_NEVER);
	assert_int_equal(constraint_prefix(NULL, NODE_DATE, "$USERNAME", 9, true), VERDICT_VALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_is_said_of_nothing_that_can_still_become_valid),
		cmocka_unit_test(every_beginning_of_a_valid_value_may_become_it),
		cmocka_unit_test(every_allowed_value_of_a_list_is_valid),
		cmocka_unit_test(both_judgements_agree_on_texts_at_random),
		cmocka_unit_test(integers_at_random_are_judged_as_numbers_are),
		cmocka_unit_test(reals_at_random_are_judged_as_numbers_are),
		cmocka_unit_test(a_placeholder_in_a_string_excuses_the_rest),
		cmocka_unit_test(a_placeholder_that_has_not_begun_excuses_nothing),
		cmocka_unit_test(every_type_but_boolean_may_be_a_placeholder_as_a_whole),
		cmocka_unit_test(a_type_that_is_not_allowed_never_becomes_valid),
		cmocka_unit_test(nothing_yet_is_never_refused),
		cmocka_unit_test(an_integer_for_a_real_is_judged_by_the_reals_range),
		cmocka_unit_test(without_a_key_only_the_type_is_judged),
	};

	return cmocka_run_group_tests(tests, make_patterns, free_patterns);
}
