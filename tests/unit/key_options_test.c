/* The options of commands that sign: taken, copied, hidden, and what does not fit together. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "fs/cmd/key_options.h"

/* Takes an option whose value is an argument that may be written to. */
static int take(struct key_options *options, int option, char *value)
{
	struct error err = ERROR_INIT;
	int taken = key_options_take(options, option, value, &err);

	assert_true((taken < 0) == (err.code != 0));
	return taken;
}

static void refuses(int option, const char *text, const char *words)
{
	struct key_options options = KEY_OPTIONS_INIT;
	struct error err = ERROR_INIT;
	char value[64];

	strcpy(value, text);
	assert_int_equal(key_options_take(&options, option, value, &err), -1);
	assert_int_equal(err.code, EINVAL);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	key_options_free(&options);
}

static void every_file_that_is_given_is_in_its_list_in_order(void **state)
{
	struct key_options options = KEY_OPTIONS_INIT;
	char first[] = "a.key", second[] = "b.key", cert[] = "a.crt", chain[] = "ca.crt";

	(void)state;
	assert_int_equal(take(&options, KEY_OPTION_KEY, first), 1);
	assert_int_equal(take(&options, KEY_OPTION_CERT, cert), 1);
	assert_int_equal(take(&options, KEY_OPTION_KEY, second), 1);
	assert_int_equal(take(&options, KEY_OPTION_CHAIN, chain), 1);
	assert_int_equal(options.files.keys.count, 2);
	assert_string_equal(options.files.keys.at[0], "a.key");
	assert_string_equal(options.files.keys.at[1], "b.key");
	assert_int_equal(options.files.certs.count, 1);
	assert_string_equal(options.files.certs.at[0], "a.crt");
	assert_int_equal(options.files.chains.count, 1);
	assert_string_equal(options.files.chains.at[0], "ca.crt");
	assert_string_equal(first, "a.key");
	key_options_free(&options);
	assert_int_equal(options.files.keys.count, 0);
}

static void a_passphrase_is_kept_and_hidden_in_the_argument(void **state)
{
	struct key_options options = KEY_OPTIONS_INIT;
	char passphrase[] = "pass:open sesame", file[] = "file:pass:x";

	(void)state;
	assert_int_equal(take(&options, KEY_OPTION_PASSIN, passphrase), 1);
	assert_int_equal(take(&options, KEY_OPTION_PASSIN, file), 1);
	assert_string_equal(options.files.passins.at[0], "pass:open sesame");
	assert_string_equal(passphrase, "pass:***********");
	assert_string_equal(file, "file:pass:x");
	key_options_free(&options);
}

static void a_pin_in_a_uri_is_kept_and_hidden_in_the_argument(void **state)
{
	struct key_options options = KEY_OPTIONS_INIT;
	char uri[] = "pkcs11:token=prof?pin-value=1234";

	(void)state;
	assert_int_equal(take(&options, KEY_OPTION_KEY, uri), 1);
	assert_string_equal(options.files.keys.at[0], "pkcs11:token=prof?pin-value=1234");
	assert_string_equal(uri, "pkcs11:token=prof?pin-value=****");
	key_options_free(&options);
}

static void a_pin_is_hidden_however_badly_the_uri_is_written(void **state)
{
	static const struct {
		const char *uri, *hidden;
	} cases[] = {
		{ "PKCS11:object=a?PIN-value=1234", "PKCS11:object=a?PIN-value=****" },
		{ "pkcs11:object=a?pin-value=12;34&module-path=m", "pkcs11:object=a?pin-value=*****&module-path=m" },
		{ "pkcs11:object=a;pin-value=1234", "pkcs11:object=a;pin-value=****" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct key_options options = KEY_OPTIONS_INIT;
		char uri[64];

		strcpy(uri, cases[i].uri);
		assert_int_equal(take(&options, KEY_OPTION_KEY, uri), 1);
		assert_string_equal(options.files.keys.at[0], cases[i].uri);
		assert_string_equal(uri, cases[i].hidden);
		key_options_free(&options);
	}
}

static void other_options_are_left_alone(void **state)
{
	struct key_options options = KEY_OPTIONS_INIT;
	char value[] = "pass:x";

	(void)state;
	assert_int_equal(take(&options, 'o', value), 0);
	assert_int_equal(take(&options, KEY_OPTION_END, value), 0);
	assert_int_equal(take(&options, '?', NULL), 0);
	assert_string_equal(value, "pass:x");
	assert_int_equal(options.files.passins.count, 0);
}

static void the_last_digest_wins_and_must_be_one_of_four(void **state)
{
	struct key_options options = KEY_OPTIONS_INIT;
	char sha1[] = "sha1", sha512[] = "sha512";

	(void)state;
	assert_null(options.digest);
	assert_int_equal(take(&options, KEY_OPTION_DIGEST, sha1), 1);
	assert_int_equal(take(&options, KEY_OPTION_DIGEST, sha512), 1);
	assert_string_equal(options.digest, "sha512");
	refuses(KEY_OPTION_DIGEST, "md5", "sha1, sha256, sha384 or sha512");
	refuses(KEY_OPTION_DIGEST, "", "sha1, sha256, sha384 or sha512");
	refuses(KEY_OPTION_DIGEST, "SHA256", "not 'SHA256'");
	key_options_free(&options);
}

static void an_empty_file_name_is_refused(void **state)
{
	(void)state;
	refuses(KEY_OPTION_KEY, "", "--key is empty");
	refuses(KEY_OPTION_PASSIN, "", "--passin is empty");
}

static void rules_get_the_level_that_was_asked_for(void **state)
{
	struct key_options options = KEY_OPTIONS_INIT;
	enum severity severity = SEVERITY_WARNING;
	char expired[] = "expired", both[] = "expired,expired";

	(void)state;
	assert_int_equal(take(&options, 'E', expired), 1);
	assert_true(rule_severity(&options.levels, "expired", &severity));
	assert_int_equal(severity, SEVERITY_ERROR);
	assert_int_equal(take(&options, 'W', both), 1);
	assert_true(rule_severity(&options.levels, "expired", &severity));
	assert_int_equal(severity, SEVERITY_WARNING);
	assert_int_equal(take(&options, 'O', expired), 1);
	assert_false(rule_severity(&options.levels, "expired", &severity));
	refuses('E', "expird", "did you mean expired?");
	refuses('E', "missing-key", "the rule 'missing-key' is not looked at here: the rules are expired");
	refuses('E', "expired,", "no rule ''");
	key_options_free(&options);
}

/* --- what fits together ----------------------------------------------------------------------------- */

static void nothing_at_all_fits(void **state)
{
	struct key_options options = KEY_OPTIONS_INIT;
	struct error err;

	(void)state;
	assert_int_equal(key_options_check(&options, &err), 0);
}

static void what_belongs_to_a_key_needs_one(void **state)
{
	static const int wanting[] = { KEY_OPTION_CERT, KEY_OPTION_CHAIN, KEY_OPTION_PASSIN, KEY_OPTION_DIGEST };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wanting) / sizeof(*wanting); i++) {
		struct key_options options = KEY_OPTIONS_INIT;
		struct error err = ERROR_INIT;
		char value[] = "sha256", key[] = "a.key";

		take(&options, wanting[i], value);
		assert_int_equal(key_options_check(&options, &err), -1);
		assert_non_null(strstr(err.text, "--key=FILE"));
		take(&options, KEY_OPTION_KEY, key);
		assert_int_equal(key_options_check(&options, &err), 0);
		key_options_free(&options);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_that_is_given_is_in_its_list_in_order),
		cmocka_unit_test(a_passphrase_is_kept_and_hidden_in_the_argument),
		cmocka_unit_test(a_pin_in_a_uri_is_kept_and_hidden_in_the_argument),
		cmocka_unit_test(a_pin_is_hidden_however_badly_the_uri_is_written),
		cmocka_unit_test(other_options_are_left_alone),
		cmocka_unit_test(the_last_digest_wins_and_must_be_one_of_four),
		cmocka_unit_test(an_empty_file_name_is_refused),
		cmocka_unit_test(rules_get_the_level_that_was_asked_for),
		cmocka_unit_test(nothing_at_all_fits),
		cmocka_unit_test(what_belongs_to_a_key_needs_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
