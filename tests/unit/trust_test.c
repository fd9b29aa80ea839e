/* Trust: which chains are believed, which are not and why, and what can be given as trusted. */
#include "tests/unit/envelopes.h"

#include <sys/stat.h>

#include "sign/trust.h"
#include "sign/verdict.h"

/* What is said of the trust in the first signer of "signed": "trusted", or why not. */
static const char *asked(struct trust *trust)
{
	static char said[256];
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = open_file("signed", &content);
	struct verdict verdict;
	struct error err;

	assert_int_equal(verdict_reach(envelope, trust, &verdict, &err), 0);
	assert_true(verdict.signatures[0].trusted == verdict_trusted(&verdict));
	assert_true(verdict.signatures[0].trusted == !verdict.signatures[0].why_not_trusted);
	snprintf(said, sizeof(said), "%s",
		 verdict.signatures[0].trusted ? "trusted" : verdict.signatures[0].why_not_trusted);
	verdict_free(&verdict);
	envelope_free(envelope);
	return said;
}

static struct trust *open_trust(const char *cafile, const char *capath)
{
	const struct trust_files files = { cafile ? kit_path(cafile) : NULL, capath ? kit_path(capath) : NULL };
	struct trust *trust = NULL;
	struct error err = ERROR_INIT;

	if (trust_open(&files, &trust, &err))
		fail_msg("not opened: %s", err.text);
	assert_non_null(trust);
	return trust;
}

static const char *trust_in(const char *cafile, const char *capath)
{
	struct trust *trust = open_trust(cafile, capath);
	const char *said = asked(trust);

	trust_free(trust);
	return said;
}

/* It must not be opened, and say `words` of that file. */
static void refuses(const char *cafile, const char *capath, const char *words)
{
	const struct trust_files files = { cafile ? kit_path(cafile) : NULL, capath ? kit_path(capath) : NULL };
	struct trust *trust = NULL;
	struct error err = ERROR_INIT;

	assert_int_equal(trust_open(&files, &trust, &err), -1);
	assert_null(trust);
	assert_string_equal(err.file, cafile ? files.cafile : files.capath);
	assert_int_equal(error_exit_status(&err), 2);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

#define NO_ISSUER "its issuer CN=inter is neither in the profile nor trusted"
#define NO_ROOT "the issuer CN=ca of CN=inter is neither in the profile nor trusted"
#define EXPIRED "expired, though the chain is a trusted one"

/* ------------------------------------------------------------------ chains */

static void a_chain_to_a_certificate_that_is_given_is_trusted(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	assert_string_equal(trust_in("ca.crt", NULL), "trusted");
	sign_with_openssl("expired", "-certfile inter.crt", "signed");
	assert_string_equal(trust_in("ca.crt", NULL), EXPIRED);
}

static void a_signer_for_tls_is_as_good_as_one_for_code(void **state)
{
	struct cert_options tls = { .purpose = "serverAuth" };
	struct identity root = kit_identity("top", EVP_EC_gen("P-256"), NULL, &(struct cert_options){ .ca = true });
	struct identity leaf = kit_identity("tls", EVP_EC_gen("P-256"), &root, &tls);

	(void)state;
	sign_with_openssl("tls", "", "signed");
	assert_string_equal(trust_in("top.crt", NULL), "trusted");
	kit_identity_free(&root);
	kit_identity_free(&leaf);
}

static void an_authority_in_between_that_is_missing_breaks_the_chain(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "", "signed");
	assert_string_equal(trust_in("ca.crt", NULL), NO_ISSUER);
	kit_must("cat inter.crt ca.crt >both");
	assert_string_equal(trust_in("both", NULL), "trusted");
}

static void half_a_chain_is_not_enough(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	assert_string_equal(trust_in("inter.crt", NULL), NO_ROOT);
	assert_string_not_equal(trust_in("rsa.crt", NULL), "trusted");
}

static void who_is_included_is_not_trusted_for_that(void **state)
{
	(void)state;
	kit_must("cat inter.crt ca.crt >chain");
	sign_with_openssl("rsa", "-certfile chain", "signed");
	assert_string_equal(trust_in("bare.crt", NULL), "self-signed certificate in certificate chain");
}

static void a_self_signed_signer_is_trusted_only_where_it_is_given(void **state)
{
	struct identity self = kit_identity("self", EVP_EC_gen("P-256"), NULL, NULL);

	(void)state;
	sign_with_openssl("self", "", "signed");
	assert_string_equal(trust_in("ca.crt", NULL), "self-signed certificate");
	assert_string_equal(trust_in("self.crt", NULL), "trusted");
	kit_identity_free(&self);
}

static void another_authority_of_the_same_name_is_not_the_one(void **state)
{
	struct cert_options ca = { .ca = true };
	struct identity twin;

	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	kit_must("cp ca.crt ca.crt.kept && cp ca.key ca.key.kept");
	twin = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &ca);
	assert_string_not_equal(trust_in("ca.crt", NULL), "trusted");
	kit_must("mv ca.crt.kept ca.crt && mv ca.key.kept ca.key");
	kit_identity_free(&twin);
}

static void who_is_no_authority_cannot_vouch_for_others(void **state)
{
	struct identity root = kit_identity("top", EVP_EC_gen("P-256"), NULL, &(struct cert_options){ .ca = true });
	struct cert_options no_authority = { .usage = "critical,digitalSignature,keyCertSign" };
	struct identity middle = kit_identity("middle", EVP_EC_gen("P-256"), &root, &no_authority);
	struct identity leaf = kit_identity("leaf", EVP_EC_gen("P-256"), &middle, NULL);

	(void)state;
	sign_with_openssl("leaf", "-certfile middle.crt", "signed");
	assert_string_equal(trust_in("top.crt", NULL), "invalid CA certificate");
	kit_identity_free(&root);
	kit_identity_free(&middle);
	kit_identity_free(&leaf);
}

/* Collisions of SHA-1 can be made: who has one certificate has another, with the same signature of the authority. */
static void a_chain_with_a_broken_digest_is_not_trusted(void **state)
{
	struct cert_options ca = { .ca = true };
	struct identity root = kit_identity("top", EVP_EC_gen("P-256"), NULL, &ca);
	struct identity leaf = kit_identity("leaf", EVP_EC_gen("P-256"), &root, NULL);

	(void)state;
	assert_true(X509_sign(root.cert, root.key, EVP_sha1()) > 0);
	kit_write_identity("top", &root);
	sign_with_openssl("leaf", "", "signed");
	assert_string_equal(trust_in("top.crt", NULL), "trusted");
	assert_true(X509_sign(leaf.cert, root.key, EVP_sha1()) > 0);
	kit_write_identity("leaf", &leaf);
	sign_with_openssl("leaf", "", "signed");
	assert_string_equal(trust_in("top.crt", NULL), "CA signature digest algorithm too weak");
	kit_identity_free(&root);
	kit_identity_free(&leaf);
}

/* Two authorities have certified each other, and both certificates of each are there. */
static void cross_signed_authorities_lead_to_the_one_that_is_trusted(void **state)
{
	struct cert_options ca = { .ca = true };
	struct identity a = kit_identity("a", EVP_EC_gen("P-256"), NULL, &ca);
	struct identity b = kit_identity("b", EVP_EC_gen("P-256"), NULL, &ca);
	struct identity leaf = kit_identity("leaf", EVP_EC_gen("P-256"), &a, NULL), crossed;

	(void)state;
	kit_must("cp a.crt a.self; cp b.crt b.self");
	EVP_PKEY_up_ref(a.key);
	crossed = kit_identity("a", a.key, &b, &ca);
	kit_identity_free(&crossed);
	EVP_PKEY_up_ref(b.key);
	crossed = kit_identity("b", b.key, &a, &ca);
	kit_identity_free(&crossed);
	kit_must("cat a.crt b.crt >chain");
	sign_with_openssl("leaf", "-certfile chain", "signed");
	assert_string_equal(trust_in("a.self", NULL), "trusted");
	assert_string_equal(trust_in("b.self", NULL), "trusted");
	assert_string_not_equal(trust_in("ca.crt", NULL), "trusted");
	kit_identity_free(&a);
	kit_identity_free(&b);
	kit_identity_free(&leaf);
}

static void what_is_not_intact_earns_no_trust_by_its_certificate(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	change("signed", "<dict/>", "<date/>");
	assert_string_equal(trust_in("ca.crt", NULL), "the signature does not fit");
}

static void nobody_is_trusted_when_nobody_was_asked(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	assert_string_equal(asked(NULL), "no trusted certificates were asked");
}

/* ------------------------------------------------------------------ where they come from */

static void the_systems_store_is_asked_when_nothing_is_given(void **state)
{
	(void)state;
	sign_with_openssl("expired", "-certfile inter.crt", "signed");
	assert_string_equal(trust_in(NULL, NULL), NO_ROOT);
	assert_int_equal(setenv("SSL_CERT_FILE", kit_path("ca.crt"), 1), 0);
	assert_string_equal(trust_in(NULL, NULL), EXPIRED);
	assert_true(file_says("signed", "trusted: no (" EXPIRED ")"));
	assert_true(file_says("signed", "expired: yes"));
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	assert_string_equal(trust_in(NULL, NULL), "trusted");
	assert_true(file_says("signed", "trusted: yes"));
	/* What is given replaces it. */
	assert_string_not_equal(trust_in("bare.crt", NULL), "trusted");
	no_system_store();
	assert_true(file_says("signed", "trusted: no (" NO_ROOT ")"));
}

static void a_folder_of_hashed_names_is_asked(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	kit_must("rm -rf folder && mkdir folder && cp ca.crt folder/ca.pem && openssl rehash folder");
	assert_string_equal(trust_in(NULL, "folder"), "trusted");
	assert_string_equal(trust_in("bare.crt", "folder"), "trusted");
	assert_int_equal(setenv("SSL_CERT_DIR", kit_path("folder"), 1), 0);
	assert_string_equal(trust_in(NULL, NULL), "trusted");
	no_system_store();
}

static void der_and_pem_with_other_things_around_are_files_of_certificates(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	kit_must("openssl x509 -in ca.crt -outform DER -out ca.der");
	assert_string_equal(trust_in("ca.der", NULL), "trusted");
	kit_must("{ echo words; cat rsa.key bare.crt ca.crt ca.crt; echo more; } >bundle");
	assert_string_equal(trust_in("bundle", NULL), "trusted");
	kit_must("openssl x509 -in ca.crt -trustout -out ca.trusted");
	assert_string_equal(trust_in("ca.trusted", NULL), "trusted");
}

static void a_bundle_of_pkcs7_is_a_file_of_certificates(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "", "signed");
	kit_must("cat inter.crt ca.crt >both");
	kit_must("openssl crl2pkcs7 -nocrl -certfile both -outform DER -out both.p7b");
	assert_string_equal(trust_in("both.p7b", NULL), "trusted");
	kit_must("openssl crl2pkcs7 -nocrl -certfile both -out pem.p7b");
	assert_string_equal(trust_in("pem.p7b", NULL), "trusted");
	kit_must("head -c 700 both.p7b >cut.p7b");
	refuses("cut.p7b", NULL, "no certificate in it");
}

static void a_file_without_a_certificate_is_refused(void **state)
{
	(void)state;
	refuses("absent", NULL, "No such file");
	kit_write_text("empty", "");
	refuses("empty", NULL, "no certificate in it");
	kit_write_text("text", "no certificate\n");
	refuses("text", NULL, "no certificate in it");
	refuses("rsa.key", NULL, "no certificate in it");
	kit_must("{ cat ca.crt; sed '2d' inter.crt; } >damaged");
	refuses("damaged", NULL, "certificate 2 cannot be read");
	kit_must("openssl x509 -in ca.crt -outform DER | head -c 100 >damaged");
	refuses("damaged", NULL, "no certificate in it");
	kit_must("mkdir -p dir");
	refuses("dir", NULL, "");
}

/* Whoever signed it would be trusted by that. */
static void a_signed_profile_is_no_file_of_authorities(void **state)
{
	struct identity self = kit_identity("self", EVP_EC_gen("P-256"), NULL, NULL);

	(void)state;
	sign_with_openssl("self", "", "signed");
	refuses("signed", NULL, "signed profile");
	kit_must("openssl cms -cmsout -inform DER -in signed -outform PEM -out signed.pem");
	refuses("signed.pem", NULL, "signed profile");
	kit_identity_free(&self);
}

static void a_folder_without_a_hashed_certificate_is_refused(void **state)
{
	(void)state;
	refuses(NULL, "absent", "No such file");
	refuses(NULL, "ca.crt", "Not a directory");
	kit_must("rm -rf folder && mkdir folder && cp ca.crt folder/ && ln -s ca.crt folder/1234567g.0");
	refuses(NULL, "folder", "openssl rehash");
	kit_must("rm -rf a:b && mkdir a:b && cp ca.crt a:b/ca.pem && openssl rehash a:b");
	refuses(NULL, "a:b", "colon");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_to_a_certificate_that_is_given_is_trusted),
		cmocka_unit_test(a_signer_for_tls_is_as_good_as_one_for_code),
		cmocka_unit_test(an_authority_in_between_that_is_missing_breaks_the_chain),
		cmocka_unit_test(half_a_chain_is_not_enough),
		cmocka_unit_test(who_is_included_is_not_trusted_for_that),
		cmocka_unit_test(a_self_signed_signer_is_trusted_only_where_it_is_given),
		cmocka_unit_test(another_authority_of_the_same_name_is_not_the_one),
		cmocka_unit_test(who_is_no_authority_cannot_vouch_for_others),
		cmocka_unit_test(a_chain_with_a_broken_digest_is_not_trusted),
		cmocka_unit_test(cross_signed_authorities_lead_to_the_one_that_is_trusted),
		cmocka_unit_test(what_is_not_intact_earns_no_trust_by_its_certificate),
		cmocka_unit_test(nobody_is_trusted_when_nobody_was_asked),
		cmocka_unit_test(the_systems_store_is_asked_when_nothing_is_given),
		cmocka_unit_test(a_folder_of_hashed_names_is_asked),
		cmocka_unit_test(der_and_pem_with_other_things_around_are_files_of_certificates),
		cmocka_unit_test(a_bundle_of_pkcs7_is_a_file_of_certificates),
		cmocka_unit_test(a_file_without_a_certificate_is_refused),
		cmocka_unit_test(a_signed_profile_is_no_file_of_authorities),
		cmocka_unit_test(a_folder_without_a_hashed_certificate_is_refused),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_identities);
}
