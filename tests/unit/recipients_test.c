/* Opening recipients and decryptors: which certificate is meant, and what is refused with which reason. */
#include "tests/unit/encrypting.h"

static struct buf content;

/* ------------------------------------------------------------------ for whom */

static void fails_for(const char *names, const char *file, const char *words)
{
	struct recipients *recipients = NULL;
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct named_files files;

	assert_int_equal(recipients_open(named_files(&files, names), &recipients, &notes, &err), -1);
	assert_null(recipients);
	assert_int_not_equal(err.code, 0);
	assert_null(err.rule);
	assert_string_equal(err.file, file ? kit_path(file) : "");
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	problems_free(&notes);
}

static void a_recipient_that_cannot_be_one_is_refused_with_the_reason(void **state)
{
	(void)state;
	fails_for("", NULL, "nobody to encrypt for");
	fails_for("rsa.crt nothere.crt", "nothere.crt", "No such file");
	fails_for("rsa.key", "rsa.key", "no certificate");
	fails_for("rsa.crt ed.crt", "ed.crt", "a key of the type ED25519");
	fails_for("pss.crt", "pss.crt", "a key of the type RSA-PSS");
	fails_for("signs.crt", "signs.crt", "lacks keyEncipherment");
	fails_for("signsec.crt", "signsec.crt", "lacks keyAgreement");
	kit_must("cat ca.crt inter.crt > cas.pem");
	fails_for("cas.pem", "cas.pem", "all 2 certificates in it are CAs'");
}

static void a_bundle_means_the_first_certificate_that_is_no_cas(void **state)
{
	BUF_AUTO cipher = BUF_INIT, who = BUF_INIT;
	struct encryption *encryption;

	(void)state;
	kit_must("cat ca.crt inter.crt rsa.crt ec.crt > bundle.pem");
	make_for("bundle.pem", &content, &cipher);
	encryption = opens_to(&cipher, "rsa.key", "rsa.crt", &content);
	encryption_describe(encryption, &who);
	assert_string_equal(buf_text(&who), "CN=rsa\n");
	encryption_free(encryption);
}

static void a_certificate_that_stands_alone_may_call_itself_a_ca(void **state)
{
	BUF_AUTO cipher = BUF_INIT;

	(void)state;
	kit_must("openssl req -x509 -new -key ec.key -subj /CN=alone -out alone.crt");
	make_for("alone.crt", &content, &cipher);
	decrypts(&cipher, "ec.key", "alone.crt", &content);
}

static void the_same_certificate_in_two_files_counts_once(void **state)
{
	BUF_AUTO cipher = BUF_INIT;
	struct encryption *encryption;

	(void)state;
	kit_must("openssl x509 -in rsa.crt -outform DER -out rsa.der");
	make_for("rsa.crt ec.crt rsa.der rsa.crt", &content, &cipher);
	encryption = opens_to(&cipher, "rsa.key", "rsa.crt", &content);
	assert_int_equal(count_recipients(encryption), 2);
	encryption_free(encryption);
}

static void warns_of(const char *name, const char *words)
{
	struct recipients *recipients;
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct named_files files;

	assert_int_equal(recipients_open(named_files(&files, name), &recipients, &notes, &err), 0);
	assert_int_equal(notes.count, 1);
	assert_int_equal(notes.list[0].severity, SEVERITY_WARNING);
	assert_string_equal(notes.list[0].rule, "expired");
	assert_string_equal(notes.list[0].file, kit_path(name));
	assert_non_null(strstr(notes.list[0].text, words));
	recipients_free(recipients);
	problems_free(&notes);
}

static void dates_of_a_recipient_are_warnings(void **state)
{
	(void)state;
	warns_of("expired.crt", "expired on 20");
	warns_of("early.crt", "not valid before 20");
}

/* ------------------------------------------------------------------ who reads */

static void fails_with(const char *key, const char *passin, const char *certs, const char *file,
		       const char *words)
{
	struct decryptor *decryptor = NULL;
	struct error err = ERROR_INIT;
	struct named_files files;
	struct decryptor_files parts = { key ? kit_path(key) : NULL, passin, *named_files(&files, certs) };

	assert_int_equal(decryptor_open(&parts, &decryptor, &err), -1);
	assert_null(decryptor);
	assert_string_equal(err.file, file ? kit_path(file) : "");
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void a_decryptor_that_cannot_be_one_is_refused_with_the_reason(void **state)
{
	(void)state;
	fails_with(NULL, NULL, "", NULL, "no key to decrypt with");
	fails_with("nothere.key", NULL, "", "nothere.key", "No such file");
	fails_with("rsa.crt", NULL, "", "rsa.crt", "no private key");
	fails_with("rsa.key", NULL, "nothere.crt", "nothere.crt", "No such file");
	fails_with("ed.key", NULL, "", "ed.key", "a key of the type ED25519 cannot decrypt");
	fails_with("pss.key", NULL, "", "pss.key", "a key of the type RSA-PSS cannot decrypt");
	kit_must("openssl pkcs8 -topk8 -in rsa.key -passout pass:right -out enc.key");
	fails_with("enc.key", "pass:wrong", "", "enc.key", "passphrase does not open it");
}

static void an_encrypted_key_is_opened_with_its_passphrase(void **state)
{
	struct decryptor *decryptor;
	struct error err = ERROR_INIT;
	struct decryptor_files parts = { .key = kit_path("enc.key"), .passin = "pass:right" };

	(void)state;
	kit_must("openssl pkcs8 -topk8 -in rsa.key -passout pass:right -out enc.key");
	assert_int_equal(decryptor_open(&parts, &decryptor, &err), 0);
	decryptor_free(decryptor);
}

/* ------------------------------------------------------------------ the folder */

static int make_identities(void **state)
{
	static const struct cert_options ca = { .ca = true };
	static const struct cert_options crypt = { .usage = "critical,keyEncipherment,keyAgreement" };
	static const struct cert_options expired = { .usage = "keyAgreement", .from_day = -20, .to_day = -10 };
	static const struct cert_options early = { .usage = "keyAgreement", .from_day = 10, .to_day = 20 };
	struct identity root, rest[9];
	size_t i, count = 0;

	(void)state;
	kit_open();
	root = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &ca);
	rest[count++] = kit_identity("inter", EVP_EC_gen("P-256"), &root, &ca);
	rest[count++] = kit_identity("rsa", EVP_RSA_gen(2048), &root, &crypt);
	rest[count++] = kit_identity("ec", EVP_EC_gen("P-256"), &root, &crypt);
	rest[count++] = kit_identity("pss", kit_rsa_pss_key(), &root, &crypt);
	rest[count++] = kit_identity("ed", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &root, &crypt);
	rest[count++] = kit_identity("signs", EVP_RSA_gen(2048), &root, NULL);
	rest[count++] = kit_identity("signsec", EVP_EC_gen("P-256"), &root, NULL);
	rest[count++] = kit_identity("expired", EVP_EC_gen("P-256"), &root, &expired);
	rest[count++] = kit_identity("early", EVP_EC_gen("P-256"), &root, &early);
	for (i = 0; i < count; i++)
		kit_identity_free(&rest[i]);
	kit_identity_free(&root);
	fill_content(&content);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	buf_free(&content);
	kit_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recipient_that_cannot_be_one_is_refused_with_the_reason),
		cmocka_unit_test(a_bundle_means_the_first_certificate_that_is_no_cas),
		cmocka_unit_test(a_certificate_that_stands_alone_may_call_itself_a_ca),
		cmocka_unit_test(the_same_certificate_in_two_files_counts_once),
		cmocka_unit_test(dates_of_a_recipient_are_warnings),
		cmocka_unit_test(a_decryptor_that_cannot_be_one_is_refused_with_the_reason),
		cmocka_unit_test(an_encrypted_key_is_opened_with_its_passphrase),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_folder);
}
