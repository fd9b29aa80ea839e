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

	assert_int_equal(recipients_open(named_files(&files, names), NULL, &recipients, &notes, &err), -1);
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
	kit_must("cat rsa.crt signs.crt > mixed.pem");
	fails_for("mixed.pem", "mixed.pem", "CN=signs");
}

/* In any order: DER sorts recipients by their bytes. */
static void assert_same_lines(const char *got, const char *expected)
{
	char line[512];
	size_t len;

	assert_int_equal(strlen(got), strlen(expected));
	for (; *expected; expected += len) {
		len = strcspn(expected, "\n") + 1;
		snprintf(line, sizeof(line), "%.*s", (int)len, expected);
		assert_non_null(strstr(got, line));
	}
}

/* Who reads what is encrypted for these files, and what was said. */
static void are_meant_by(const char *names, const char *expected, const char *said)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct recipients *recipients;
	BUF_AUTO cipher = BUF_INIT, who = BUF_INIT;
	struct named_files files;
	size_t i;

	if (recipients_open(named_files(&files, names), NULL, &recipients, &notes, &err))
		fail_msg("%s: %s", names, err.text);
	assert_int_equal(encryption_make(recipients, "x", 1, &cipher, &err), 0);
	assert_int_equal(encryption_peek(cipher.data, cipher.len, &who, &err), 0);
	assert_same_lines(buf_text(&who), expected);
	for (i = 0; said && i < notes.count && !strstr(notes.list[i].text, said); i++)
		;
	assert_true(said ? i < notes.count : notes.count == problems_count(&notes, SEVERITY_WARNING));
	problems_free(&notes);
	recipients_free(recipients);
}

/* What stands for the recipient in messages when its certificate is not known. */
static const char *line_of(const char *name)
{
	static char lines[8][512];
	static size_t next;
	char *line = lines[next++ % 8];
	BUF_AUTO cipher = BUF_INIT, who = BUF_INIT;
	struct buf x = { .data = (char *)"x", .len = 1 };
	struct error err;

	make_for(name, &x, &cipher);
	assert_int_equal(encryption_peek(cipher.data, cipher.len, &who, &err), 0);
	snprintf(line, 512, "%s", buf_text(&who));
	return line;
}

static void all_certificates_of_a_file_that_are_no_cas_are_recipients(void **state)
{
	BUF_AUTO both = BUF_INIT;

	(void)state;
	kit_must("cat ca.crt inter.crt rsa.crt ec.crt rsa.crt > bundle.pem");
	buf_add_format(&both, "%s%s", line_of("rsa.crt"), line_of("ec.crt"));
	are_meant_by("bundle.pem", buf_text(&both), "it holds 2 recipients: CN=rsa; CN=ec");
	kit_must("cat rsa.crt ca.crt > chain.pem");
	are_meant_by("chain.pem", line_of("rsa.crt"), NULL);
	kit_must("openssl crl2pkcs7 -nocrl -certfile bundle.pem -out bundle.p7b");
	are_meant_by("bundle.p7b", buf_text(&both), "it holds 2 recipients");
}

static void where_all_call_themselves_cas_those_count_that_issued_no_other(void **state)
{
	BUF_AUTO both = BUF_INIT;

	(void)state;
	kit_must("for n in rsa ec; do "
		 "openssl req -x509 -new -key $n.key -subj /CN=self-$n -out self-$n.crt || exit 1; done");
	kit_must("cat self-rsa.crt self-ec.crt > selves.pem");
	buf_add_format(&both, "%s%s", line_of("self-rsa.crt"), line_of("self-ec.crt"));
	are_meant_by("selves.pem", buf_text(&both), "it holds 2 recipients");
	kit_must("openssl req -new -key rsa.key -subj /CN=below -out below.csr && openssl x509 -req -in below.csr "
		 "-CA self-ec.crt -CAkey ec.key -extfile /dev/null -out below.crt");
	kit_must("cat self-ec.crt below.crt > chain.pem");
	are_meant_by("chain.pem", line_of("below.crt"), NULL);
	kit_must("openssl req -x509 -new -key rsa.key -subj /CN=self-rsa -out renewed.crt && "
		 "cat self-rsa.crt renewed.crt > renewal.pem");
	buf_clear(&both);
	buf_add_format(&both, "%s%s", line_of("self-rsa.crt"), line_of("renewed.crt"));
	are_meant_by("renewal.pem", buf_text(&both), "it holds 2 recipients");
	/* Two that issued each other. */
	kit_must("openssl req -new -key ec.key -subj /CN=self-ec -out cross.csr && "
		 "printf basicConstraints=CA:TRUE >ca.ext && "
		 "openssl x509 -req -in below.csr -CA self-ec.crt -CAkey ec.key -extfile ca.ext -out one.crt && "
		 "openssl x509 -req -in cross.csr -CA one.crt -CAkey rsa.key -extfile ca.ext -out other.crt && "
		 "cat one.crt other.crt > cross.pem");
	are_meant_by("cross.pem", line_of("one.crt"), NULL);
}

static void a_ca_that_issued_none_of_the_others_is_left_out_and_named(void **state)
{
	(void)state;
	kit_must("openssl req -x509 -new -key ec.key -subj /CN=alone -out alone.crt && "
		 "cat alone.crt rsa.crt > odd.pem");
	are_meant_by("odd.pem", line_of("rsa.crt"), "CN=alone calls itself a CA's and is left out");
}

static void certificates_in_an_encrypted_file_need_its_passphrase(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct recipients *recipients;
	struct named_files files;

	(void)state;
	kit_must("openssl pkcs12 -export -inkey rsa.key -in rsa.crt -passout pass:right -out locked.p12");
	assert_int_equal(recipients_open(named_files(&files, "locked.p12"), "pass:right", &recipients, &notes, &err),
			 0);
	recipients_free(recipients);
	assert_int_equal(recipients_open(named_files(&files, "locked.p12"), "pass:wrong", &recipients, &notes, &err),
			 -1);
	assert_non_null(strstr(err.text, "the passphrase does not open it"));
	fails_for("locked.p12", "locked.p12", "openssl pkcs12 -nokeys");
	problems_free(&notes);
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

	assert_int_equal(recipients_open(named_files(&files, name), NULL, &recipients, &notes, &err), 0);
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

static void an_ec_key_is_warned_of_once(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct recipients *recipients;
	struct named_files files;

	(void)state;
	kit_must("openssl req -x509 -new -key ec.key -subj /CN=again -out again.crt");
	named_files(&files, "rsa.crt ec.crt again.crt");
	assert_int_equal(recipients_open(&files.list, NULL, &recipients, &notes, &err), 0);
	assert_int_equal(notes.count, 1);
	assert_int_equal(notes.list[0].severity, SEVERITY_WARNING);
	assert_string_equal(notes.list[0].file, kit_path("ec.crt"));
	assert_non_null(strstr(notes.list[0].text, "RSA certificate"));
	recipients_free(recipients);
	problems_free(&notes);
	assert_int_equal(recipients_open(named_files(&files, "rsa.crt"), NULL, &recipients, &notes, &err), 0);
	assert_int_equal(notes.count, 0);
	recipients_free(recipients);
}

/* ------------------------------------------------------------------ who reads */

static void fails_with(const char *key, const char *passin, const char *certs, const char *file,
		       const char *words)
{
	struct decryptor *decryptor = NULL;
	struct error err = ERROR_INIT;
	struct named_files files;
	struct decryptor_files parts = {
		.key = key ? kit_path(key) : NULL, .passin = passin, .certs = *named_files(&files, certs)
	};

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

static void where_only_the_key_s_certificate_is_of_use_others_are_refused(void **state)
{
	struct decryptor *decryptor = NULL;
	struct error err = ERROR_INIT;
	struct named_files files;
	struct decryptor_files parts = { .key = kit_path("rsa.key"), .own_certs = true };

	(void)state;
	kit_must("cat ca.crt rsa.crt > chain.pem");
	parts.certs = *named_files(&files, "rsa.crt chain.pem");
	assert_int_equal(decryptor_open(&parts, &decryptor, &err), 0);
	decryptor_free(decryptor);
	parts.certs = *named_files(&files, "rsa.crt ec.crt");
	assert_int_equal(decryptor_open(&parts, &decryptor, &err), -1);
	assert_string_equal(err.file, kit_path("ec.crt"));
	assert_non_null(strstr(err.text, "CN=ec is not the one of the key"));
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
	static const struct cert_options expired = { .usage = "keyEncipherment", .from_day = -20, .to_day = -10 };
	static const struct cert_options early = { .usage = "keyEncipherment", .from_day = 10, .to_day = 20 };
	struct identity root, rest[9];
	size_t i, count = 0;

	(void)state;
	kit_open();
	root = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &ca);
	rest[count++] = kit_identity("inter", EVP_EC_gen("P-256"), &root, &ca);
	rest[count++] = kit_identity("rsa", kit_rsa_key(), &root, &crypt);
	rest[count++] = kit_identity("ec", EVP_EC_gen("P-256"), &root, &crypt);
	rest[count++] = kit_identity("pss", kit_rsa_pss_key(), &root, &crypt);
	rest[count++] = kit_identity("ed", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &root, &crypt);
	rest[count++] = kit_identity("signs", kit_rsa_key(), &root, NULL);
	rest[count++] = kit_identity("signsec", EVP_EC_gen("P-256"), &root, NULL);
	rest[count++] = kit_identity("expired", kit_rsa_key(), &root, &expired);
	rest[count++] = kit_identity("early", kit_rsa_key(), &root, &early);
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
		cmocka_unit_test(all_certificates_of_a_file_that_are_no_cas_are_recipients),
		cmocka_unit_test(where_all_call_themselves_cas_those_count_that_issued_no_other),
		cmocka_unit_test(a_ca_that_issued_none_of_the_others_is_left_out_and_named),
		cmocka_unit_test(certificates_in_an_encrypted_file_need_its_passphrase),
		cmocka_unit_test(a_certificate_that_stands_alone_may_call_itself_a_ca),
		cmocka_unit_test(the_same_certificate_in_two_files_counts_once),
		cmocka_unit_test(dates_of_a_recipient_are_warnings),
		cmocka_unit_test(an_ec_key_is_warned_of_once),
		cmocka_unit_test(a_decryptor_that_cannot_be_one_is_refused_with_the_reason),
		cmocka_unit_test(an_encrypted_key_is_opened_with_its_passphrase),
		cmocka_unit_test(where_only_the_key_s_certificate_is_of_use_others_are_refused),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_folder);
}
