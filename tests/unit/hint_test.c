/* "Did you mean": which names are near, and which of them is nearest. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "plist/base/hint.h"
#include "tests/unit/random.h"

static struct hint ask(const char *wrong, const char *const *names)
{
	struct hint hint = hint_for(wrong);

	for (; *names; names++)
		hint_consider(&hint, *names);
	return hint;
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void the_nearest_name_is_found(void **state)
{
	struct hint hint = ask("ServerURI", NAMES("Server", "ServerURL", "ServerURLs"));

	(void)state;
	assert_string_equal(hint.name, "ServerURL");
	assert_int_equal(hint.distance, 1);
	assert_false(hint.tied);
}

static void two_swapped_letters_are_one_edit(void **state)
{
	struct hint hint = ask("Toipc", NAMES("Topic"));

	(void)state;
	assert_string_equal(hint.name, "Topic");
	assert_int_equal(hint.distance, 1);
}

static void another_word_is_not_near(void **state)
{
	(void)state;
	assert_null(ask("frobnicate", NAMES("mount", "unmount", "cat")).name);
	assert_null(ask("xy", NAMES("ab")).name);
	assert_null(ask("", NAMES("a")).name);
	assert_null(ask("a", NAMES("b")).name);
}

static void two_names_as_near_as_each_other_are_tied(void **state)
{
	(void)state;
	assert_true(ask("WPA4", NAMES("WEP", "WPA", "WPA2", "WPA3")).tied);
	assert_false(ask("WPA4", NAMES("WPA2", "WPA2")).tied);
	assert_false(ask("WPA22", NAMES("WPA3", "WPA", "WPA2")).tied);
	assert_true(ask("WPA4", NAMES("WPA2", "WPA3", "WPA3")).tied);
}

static void long_names_are_compared_too(void **state)
{
	const char *name = "allowRemoteAppPairingWithDevicesThatAreNotManagedByThisServer";

	(void)state;
	assert_string_equal(ask("allowRemoteAppPairingWithDevicesThatAreNotManagdByThisServer", NAMES(name)).name,
			    name);
}

static void names_without_end_are_near_nothing(void **state)
{
	char name[400], other[400];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	memcpy(other, name, sizeof(other));
	other[7] = 'b';
	assert_null(ask(other, NAMES(name)).name);
}

static void only_the_given_bytes_are_the_name(void **state)
{
	struct hint hint = hint_for_bytes("Topci=x", 5);

	(void)state;
	hint_consider(&hint, "Topic");
	assert_string_equal(hint.name, "Topic");
}

static void case_alone_is_told_from_other_differences(void **state)
{
	(void)state;
	assert_true(hint_same_but_case("SSID_str", 8, "SSID_STR"));
	assert_false(hint_same_but_case("SSID_STR", 8, "SSID_STR"));
	assert_false(hint_same_but_case("SSID_ST", 7, "SSID_STR"));
	assert_false(hint_same_but_case("ssid_strx", 9, "SSID_STR"));
	assert_false(hint_same_but_case("a[", 2, "A{"));
	assert_false(hint_same_but_case("", 0, "a"));
}

/* Edits as they are defined, without any of the shortcuts. */
static size_t edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t best, other;

	if (!a_len || !b_len)
		return a_len + b_len;
	best = edits(a + 1, a_len - 1, b + 1, b_len - 1) + (a[0] != b[0]);
	other = edits(a + 1, a_len - 1, b, b_len) + 1;
	best = other < best ? other : best;
	other = edits(a, a_len, b + 1, b_len - 1) + 1;
	best = other < best ? other : best;
	if (a_len > 1 && b_len > 1 && a[0] == b[1] && a[1] == b[0]) {
		other = edits(a + 2, a_len - 2, b + 2, b_len - 2) + 1;
		best = other < best ? other : best;
	}
	return best;
}

static void shortcuts_change_no_distance(void **state)
{
	(void)state;
	random_seed(3);
	for (unsigned round = 0; round < 3000; round++) {
		char a[8] = "", b[8] = "";
		size_t limit, found;
		struct hint hint;

		for (unsigned i = 0, len = 1 + random_below(6); i < len; i++)
			a[i] = (char)('a' + random_below(3));
		for (unsigned i = 0, len = 1 + random_below(6); i < len; i++)
			b[i] = (char)('a' + random_below(3));
		limit = strlen(a) <= 3 ? 1 : 2;
		found = edits(a, strlen(a), b, strlen(b));
		hint = ask(a, NAMES(b));
		if ((hint.name != NULL) != (found <= limit && found < strlen(b)))
			fail_msg("%s and %s: %zu", a, b, found);
		if (hint.name && hint.distance != found)
			fail_msg("%s and %s: %zu", a, b, found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_name_is_found),
		cmocka_unit_test(two_swapped_letters_are_one_edit),
		cmocka_unit_test(another_word_is_not_near),
		cmocka_unit_test(two_names_as_near_as_each_other_are_tied),
		cmocka_unit_test(long_names_are_compared_too),
		cmocka_unit_test(names_without_end_are_near_nothing),
		cmocka_unit_test(only_the_given_bytes_are_the_name),
		cmocka_unit_test(case_alone_is_told_from_other_differences),
		cmocka_unit_test(shortcuts_change_no_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
