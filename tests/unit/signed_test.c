/* Profiles that are signed: opened, edited and signed again, as the openssl command sees them. */
#include "tests/unit/opened.h"
#include "tests/unit/text_in.h"

/* --- signed ----------------------------------------------------------------------------------------- */

/* A key, its certificate, "plain" and, signed with the digest, WIFI. False: there is no openssl command. */
static bool make_signed(const char *digest)
{
	put_text("plain", PLAIN("Wi-Fi"));
	return run_in_folder("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 "
			     "-subj /CN=signer -addext keyUsage=critical,digitalSignature "
			     "-keyout key.pem -out cert.pem") == 0 &&
	       run_in_folder("openssl cms -sign -binary -nodetach -outform DER -md %s -signer cert.pem "
			     "-inkey key.pem -in plain -out " WIFI,
			     digest) == 0;
}

#define SIGNED_OR_SKIP(digest)                                 \
	do {                                                   \
		if (!make_signed(digest)) {                    \
			print_message("no openssl command\n"); \
			skip();                                \
		}                                              \
	} while (0)

static struct profile_options with_key(void)
{
	static const char *key, *cert;

	key = path_of("key.pem");
	cert = path_of("cert.pem");
	return (struct profile_options){
		.signer = { .keys = { &key, 1 }, .certs = { &cert, 1 } },
	};
}

static int verifies(const char *name, const char *content)
{
	put_text("expected", content);
	return run_in_folder("openssl cms -verify -inform DER -purpose any -CAfile cert.pem -in %s -out got "
			     "&& cmp got expected",
			     name);
}

static void a_signed_profile_is_signed_again(void **state)
{
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha384");
	it = open_with(WIFI, with_key());
	assert_false(it.profile.read_only);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(verifies(WIFI, PLAIN("Office")), 0);
	assert_int_equal(run_in_folder("openssl cms -cmsout -print -inform DER -in " WIFI
				       " | grep -q sha384"),
			 0);
	rename_to(&it, "Home");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(verifies(WIFI, PLAIN("Home")), 0);
	done(&it);
	it = open_with(WIFI, with_key());
	done(&it);
}

static void a_signed_profile_that_is_not_edited_keeps_its_signature(void **state)
{
	struct profile_options options;
	struct stat before;
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha1");
	before = look_at(WIFI);
	options = with_key();
	it = open_with(WIFI, options);
	rename_to(&it, "Office");
	rename_to(&it, "Wi-Fi");
	assert_saves(&it, SAVE_UNCHANGED);
	done(&it);
	assert_untouched(WIFI, &before);
	options.output = path_of("out");
	it = open_with(WIFI, options);
	assert_saves(&it, SAVE_DONE);
	done(&it);
	assert_int_equal(run_in_folder("cmp out " WIFI), 0);
}

static void a_weak_digest_is_raised_and_that_is_said(void **state)
{
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha1");
	it = open_with(WIFI, with_key());
	assert_int_equal(it.notes.count, 0);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(it.notes.count, 1);
	assert_int_equal(verifies(WIFI, PLAIN("Office")), 0);
	done(&it);
}

static void without_a_key_a_signed_profile_is_read_only(void **state)
{
	struct profile_options output = { 0 };
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	assert_read_only(WIFI, (struct profile_options){ 0 }, "key=");
	assert_read_only(WIFI, (struct profile_options){ 0 }, "unsign");
	output.output = path_of("out");
	assert_read_only(WIFI, output, "key=");
	it = open_with(WIFI, output);
	assert_saves(&it, SAVE_DONE);
	done(&it);
	assert_int_equal(run_in_folder("cmp out " WIFI), 0);
}

static void a_signature_is_taken_off_where_that_is_asked_for(void **state)
{
	struct profile_options options = { .unsign = true };
	struct stat before;
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	before = look_at(WIFI);
	it = open_with(WIFI, options);
	assert_false(it.profile.read_only);
	assert_saves(&it, SAVE_UNCHANGED);
	assert_untouched(WIFI, &before);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Office"));
	assert_int_equal(envelope_form(it.profile.envelope), ENVELOPE_PLAIN);
	rename_to(&it, "Home");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Home"));
	done(&it);
}

static void a_plain_profile_with_a_key_becomes_a_signed_one(void **state)
{
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	it = open_with("plain", with_key());
	assert_saves(&it, SAVE_UNCHANGED);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(envelope_form(it.profile.envelope), ENVELOPE_DER);
	done(&it);
	assert_int_equal(verifies("plain", PLAIN("Office")), 0);
}

static void a_signed_profile_that_is_rejected_is_kept_unsigned(void **state)
{
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	it = open_with(WIFI, with_key());
	rename_to(&it, "Office");
	assert_int_equal(profile_keep_beside(&it.profile, SAVE_INVALID, &it.notes, &it.err), 0);
	assert_content("p/.wifi.mobileconfig.rejected", PLAIN("Office"));
	done(&it);
}

static void a_tampered_profile_opens_only_by_force(void **state)
{
	struct profile_options options = { 0 };
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	assert_int_equal(run_in_folder("sed -i 's/Wi-Fi/Wi-Fo/' " WIFI), 0);
	assert_string_equal(refused(WIFI, options).rule, "bad-signature");
	assert_non_null(strstr(refused(WIFI, options).text, "-o force"));
	options.force = true;
	options.unsign = true;
	it = open_with(WIFI, options);
	assert_int_equal(problems_count(&it.notes, SEVERITY_WARNING), 1);
	assert_string_equal(it.notes.list[0].rule, "bad-signature");
	assert_string_equal(text_in(node_get(it.profile.doc.root, "PayloadDisplayName")), "Wi-Fo");
	done(&it);
}

static void a_key_that_cannot_sign_is_refused_at_once(void **state)
{
	struct profile_options options;
	const char *missing;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	options = with_key();
	missing = path_of("missing.pem");
	options.signer.keys.at = &missing;
	refused(WIFI, options);
	refused("plain", options);
	options = with_key();
	options.digest = "no-such-digest";
	refused(WIFI, options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signed_profile_is_signed_again),
		TEST(a_signed_profile_that_is_not_edited_keeps_its_signature),
		TEST(a_weak_digest_is_raised_and_that_is_said),
		TEST(without_a_key_a_signed_profile_is_read_only),
		TEST(a_signature_is_taken_off_where_that_is_asked_for),
		TEST(a_plain_profile_with_a_key_becomes_a_signed_one),
		TEST(a_signed_profile_that_is_rejected_is_kept_unsigned),
		TEST(a_tampered_profile_opens_only_by_force),
		TEST(a_key_that_cannot_sign_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
