/* The list after -o: how it is split, what its names mean, and what is said about wrong ones. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "fs/cmd/options.h"

static struct mount_options options;
static struct error err;

static int begin(void **state)
{
	(void)state;
	options = MOUNT_OPTIONS_INIT;
	err = ERROR_INIT;
	return 0;
}

static int end(void **state)
{
	(void)state;
	mount_options_free(&options);
	return 0;
}

static void accept_list(const char *list)
{
	if (mount_options_add(&options, list, &err) < 0)
		fail_msg("%s: %s", list, err.text);
}

/* Refused as wrong usage, for a reason in which `said` stands. */
static void refuse_list(const char *list, const char *said)
{
	assert_int_equal(mount_options_add(&options, list, &err), -1);
	assert_int_equal(error_exit_status(&err), 2);
	assert_int_not_equal(err.code, 0);
	if (!strstr(err.text, said))
		fail_msg("%s: '%s' does not say '%s'", list, err.text, said);
}

static void no_options_mean_the_defaults(void **state)
{
	const struct profile_options defaults = { 0 };

	(void)state;
	accept_list("");
	accept_list("defaults");
	assert_memory_equal(&options.profile, &defaults, sizeof(defaults));
	assert_int_equal(options.passed_count, 0);
}

static void flags_are_set(void **state)
{
	(void)state;
	accept_list("ro,unsign,new,force");
	assert_true(options.profile.read_only);
	assert_true(options.profile.unsign);
	assert_true(options.profile.create);
	assert_true(options.profile.force);
}

static void values_are_kept_as_they_stand(void **state)
{
	(void)state;
	accept_list("key=a key.pem,cert=c=d.pem,chain=/x/y,passin=env:PW,output=out,backup=~");
	assert_string_equal(options.profile.signer.keys.at[0], "a key.pem");
	assert_string_equal(options.profile.signer.certs.at[0], "c=d.pem");
	assert_string_equal(options.profile.signer.chains.at[0], "/x/y");
	assert_string_equal(options.profile.signer.passins.at[0], "env:PW");
	assert_string_equal(options.profile.output, "out");
	assert_string_equal(options.profile.backup, "~");
}

static void an_escaped_comma_belongs_to_the_value(void **state)
{
	(void)state;
	accept_list("passin=pass:a\\,b\\,,ro");
	assert_string_equal(options.profile.signer.passins.at[0], "pass:a,b,");
	assert_true(options.profile.read_only);
}

static void other_backslashes_stand_for_themselves(void **state)
{
	(void)state;
	accept_list("passin=pass:a\\b\\\\,key=k\\");
	assert_string_equal(options.profile.signer.passins.at[0], "pass:a\\b\\,key=k\\");
	assert_int_equal(options.profile.signer.keys.count, 0);
}

static void empty_options_are_skipped(void **state)
{
	(void)state;
	accept_list(",,ro,,unsign,");
	assert_true(options.profile.read_only);
	assert_true(options.profile.unsign);
}

static void the_list_may_come_in_pieces(void **state)
{
	(void)state;
	accept_list("key=one");
	accept_list("ro");
	accept_list("key=two");
	assert_int_equal(options.profile.signer.keys.count, 2);
	assert_string_equal(options.profile.signer.keys.at[0], "one");
	assert_string_equal(options.profile.signer.keys.at[1], "two");
	assert_true(options.profile.read_only);
}

static void rw_takes_ro_back(void **state)
{
	(void)state;
	accept_list("ro,rw");
	assert_false(options.profile.read_only);
}

static void choices_become_their_enums(void **state)
{
	(void)state;
	accept_list("format=binary,check=warn,placeholders=deny,digest=sha384");
	assert_int_equal(options.profile.format, FORMAT_BINARY);
	assert_int_equal(options.profile.check, CHECK_WARN);
	assert_true(options.profile.no_placeholders);
	assert_string_equal(options.profile.digest, "sha384");
	accept_list("format=xml,check=off,placeholders=allow,digest=sha1");
	assert_int_equal(options.profile.format, FORMAT_XML);
	assert_int_equal(options.profile.check, CHECK_OFF);
	assert_false(options.profile.no_placeholders);
	assert_string_equal(options.profile.digest, "sha1");
	accept_list("format=keep,check=strict");
	assert_int_equal(options.profile.format, FORMAT_KEEP);
	assert_int_equal(options.profile.check, CHECK_STRICT);
}

static void a_wrong_choice_is_told_the_right_ones(void **state)
{
	(void)state;
	refuse_list("format=json", "keep, xml, binary");
	refuse_list("check=hard", "strict, warn, off");
	refuse_list("placeholders=maybe", "allow, deny");
	refuse_list("unknown=perhaps", "allow, deny");
	refuse_list("digest=md5", "sha1, sha256, sha384, sha512");
	refuse_list("digest=SHA256", "sha1, sha256, sha384, sha512");
}

static void libfuse_gets_its_own_without_escapes(void **state)
{
	(void)state;
	accept_list("allow_other,fsname=a\\,b,max_read=4096");
	assert_int_equal(options.passed_count, 3);
	assert_string_equal(options.passed[0], "allow_other");
	assert_string_equal(options.passed[1], "fsname=a,b");
	assert_string_equal(options.passed[2], "max_read=4096");
}

static void what_fstab_needs_is_accepted_and_passed_to_nobody(void **state)
{
	(void)state;
	accept_list("rw,dev,suid,exec,auto,noauto,user,users,nouser,_netdev,nofail");
	accept_list("nodev,nosuid,relatime,noatime,subtype=x");
	accept_list("user=me,x-systemd.automount,x-systemd.idle-timeout=1min,X-mount.mkdir,comment=a b");
	assert_int_equal(options.passed_count, 0);
	assert_false(options.profile.read_only);
}

static void an_unknown_option_is_told_the_nearest(void **state)
{
	(void)state;
	refuse_list("ouptut=x", "did you mean 'output'");
	refuse_list("unsigned", "did you mean 'unsign'");
	refuse_list("allow-other", "did you mean 'allow_other'");
	refuse_list("Key=x", "did you mean 'key'");
}

static void what_is_near_nothing_is_told_no_nonsense(void **state)
{
	(void)state;
	refuse_list("compression=9", "there is no option 'compression'; --help");
	refuse_list("allow_other_people_and_everybody_else_who_asks_for_it", "--help");
	refuse_list("=", "--help");
	refuse_list("=ro", "--help");
}

static void a_name_must_be_whole(void **state)
{
	(void)state;
	refuse_list("ke=x", "'key'");
	refuse_list("keys=x", "'key'");
	refuse_list(" ro", "'ro'");
}

static void a_missing_value_is_said(void **state)
{
	(void)state;
	refuse_list("key", "needs a value");
	refuse_list("key=", "needs a value");
	refuse_list("format", "needs a value");
	refuse_list("schema=", "needs a value");
	refuse_list("manifests", "needs a value");
	refuse_list("max_read", "needs a value");
}

static void a_value_too_much_is_said(void **state)
{
	(void)state;
	refuse_list("ro=1", "takes no value");
	refuse_list("allow_other=yes", "takes no value");
}

static void a_schema_and_manifests_are_named(void **state)
{
	(void)state;
	accept_list("schema=device-management,manifests=Manifests\\, ours");
	assert_string_equal(options.profile.schema, "device-management");
	assert_string_equal(options.profile.manifests, "Manifests, ours");
}

static void unknown_keys_are_denied_unless_allowed(void **state)
{
	(void)state;
	assert_false(options.profile.unknown_allowed);
	accept_list("unknown=allow");
	assert_true(options.profile.unknown_allowed);
	accept_list("unknown=deny");
	accept_list("delete=allow");
	accept_list("delete=deny");
	assert_false(options.profile.unknown_allowed);
}

static void targets_add_up(void **state)
{
	(void)state;
	accept_list("target=macOS:15.1,ro,target=iOS:18");
	accept_list("target=tvos:9.0");
	assert_int_equal(options.profile.target_count, 3);
	assert_int_equal(options.profile.targets[0].platform, PLATFORM_MACOS);
	assert_string_equal(options.profile.targets[0].version, "15.1");
	assert_int_equal(options.profile.targets[1].platform, PLATFORM_IOS);
	assert_string_equal(options.profile.targets[1].version, "18");
	assert_int_equal(options.profile.targets[2].platform, PLATFORM_TVOS);
}

static void a_wrong_target_is_told_what_is_right(void **state)
{
	(void)state;
	refuse_list("target=BeOS:5", "macOS");
	refuse_list("target=macOS", "macOS:");
	refuse_list("target=", "needs a value");
	assert_int_equal(options.profile.target_count, 0);
}

static void keys_that_decrypt_are_told_from_keys_that_sign(void **state)
{
	(void)state;
	accept_list("decrypt_key=d.pem,decrypt_passin=env:P,recipient=a.crt,recipient=b.crt");
	assert_string_equal(options.profile.decrypt.key, "d.pem");
	assert_string_equal(options.profile.decrypt.passin, "env:P");
	assert_int_equal(options.profile.decrypt.certs.count, 2);
	assert_string_equal(options.profile.decrypt.certs.at[1], "b.crt");
	assert_int_equal(options.profile.signer.keys.count, 0);
}

static void a_rule_gets_the_level_that_is_asked_for(void **state)
{
	enum severity severity = SEVERITY_WARNING;

	(void)state;
	accept_list("error=expired,warning=missing-key,off=deprecated-key");
	assert_true(rule_severity(&options.profile.levels, "expired", &severity));
	assert_int_equal(severity, SEVERITY_ERROR);
	assert_true(rule_severity(&options.profile.levels, "missing-key", &severity));
	assert_int_equal(severity, SEVERITY_WARNING);
	assert_false(rule_severity(&options.profile.levels, "deprecated-key", &severity));
	refuse_list("error=expird", "did you mean expired?");
}

static void a_rule_that_is_judged_at_the_write_cannot_be_less_than_an_error(void **state)
{
	(void)state;
	refuse_list("off=not-allowed-value", "check=warn");
	refuse_list("warning=unknown-key", "unknown=allow");
	accept_list("error=bad-format");
}

static void what_comes_before_a_refused_option_does_not_leak(void **state)
{
	(void)state;
	refuse_list("key=x,allow_other,nonsense_of_some_kind,ro", "nonsense_of_some_kind");
	assert_false(options.profile.read_only);
}

static void a_passphrase_in_an_argument_is_hidden(void **state)
{
	char list[] = "ro,passin=pass:se\\,cret,key=k";
	char harmless[] = "passin=env:PW,key=passin=pass:x";
	char bare[] = "passin=pass:";

	(void)state;
	mount_options_hide(list);
	assert_string_equal(list, "ro,passin=pass:********,key=k");
	mount_options_hide(harmless);
	assert_string_equal(harmless, "passin=env:PW,key=passin=pass:x");
	mount_options_hide(bare);
	assert_string_equal(bare, "passin=pass:");
}

static void every_option_that_can_hold_a_secret_is_hidden(void **state)
{
	char list[] = "decrypt_passin=pass:open,key=pkcs11:token=t;object=o?pin-value=1234&module-name=m,ro";
	char file[] = "key=pin-value=1234,cert=pkcs11:id=%01?pin-value=1";

	(void)state;
	mount_options_hide(list);
	assert_string_equal(list,
			    "decrypt_passin=pass:****,key=pkcs11:token=t;object=o?pin-value=****&module-name=m,ro");
	mount_options_hide(file);
	assert_string_equal(file, "key=pin-value=1234,cert=pkcs11:id=%01?pin-value=*");
}

static void the_help_names_every_option_that_is_ours(void **state)
{
	static const char *const names[] = {
		"ro", "key=", "cert=", "chain=", "passin=", "digest=", "unsign", "output=", "format=",
		"backup=", "new", "force", "check=", "placeholders=", "unknown=", "schema=",
		"manifests=", "target=", "decrypt_key=", "decrypt_passin=", "recipient=", "error=", "warning=",
		"off=",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strstr(MOUNT_OPTIONS_NAMES, names[i]))
			fail_msg("the help does not name %s", names[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(no_options_mean_the_defaults),
		TEST(flags_are_set),
		TEST(values_are_kept_as_they_stand),
		TEST(an_escaped_comma_belongs_to_the_value),
		TEST(other_backslashes_stand_for_themselves),
		TEST(empty_options_are_skipped),
		TEST(the_list_may_come_in_pieces),
		TEST(rw_takes_ro_back),
		TEST(choices_become_their_enums),
		TEST(a_wrong_choice_is_told_the_right_ones),
		TEST(libfuse_gets_its_own_without_escapes),
		TEST(what_fstab_needs_is_accepted_and_passed_to_nobody),
		TEST(an_unknown_option_is_told_the_nearest),
		TEST(what_is_near_nothing_is_told_no_nonsense),
		TEST(a_name_must_be_whole),
		TEST(a_missing_value_is_said),
		TEST(a_value_too_much_is_said),
		TEST(a_schema_and_manifests_are_named),
		TEST(unknown_keys_are_denied_unless_allowed),
		TEST(targets_add_up),
		TEST(a_wrong_target_is_told_what_is_right),
		TEST(keys_that_decrypt_are_told_from_keys_that_sign),
		TEST(a_rule_gets_the_level_that_is_asked_for),
		TEST(a_rule_that_is_judged_at_the_write_cannot_be_less_than_an_error),
		TEST(what_comes_before_a_refused_option_does_not_leak),
		TEST(a_passphrase_in_an_argument_is_hidden),
		TEST(every_option_that_can_hold_a_secret_is_hidden),
		TEST(the_help_names_every_option_that_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
