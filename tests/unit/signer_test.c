/* Opening a signer: every form of key and certificate, and every way in which they do not fit. */
#include "tests/unit/opening.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

/* ------------------------------------------------------------------ forms of keys */

static void a_pkcs8_key_in_pem_is_opened(void **state)
{
	(void)state;
	opens("rsa.key", "rsa.crt", NULL, NULL);
	opens("ec.key", "ec.crt", NULL, NULL);
}

static void an_rsa_pss_key_is_opened(void **state)
{
	(void)state;
	opens("pss.key", "pss.crt", NULL, NULL);
}

static void traditional_pem_and_der_keys_are_opened(void **state)
{
	(void)state;
	kit_must("openssl rsa -in rsa.key -traditional -out trad.key && openssl ec -in ec.key -out "
		 "ectrad.key && openssl pkcs8 -topk8 -nocrypt -in rsa.key -outform DER -out rsa.der && "
		 "openssl x509 -in rsa.crt -outform DER -out rsacrt.der");
	opens("trad.key", "rsa.crt", NULL, NULL);
	opens("ectrad.key", "ec.crt", NULL, NULL);
	opens("rsa.der", "rsacrt.der", NULL, NULL);
}

static void a_key_after_its_curve_parameters_is_opened(void **state)
{
	(void)state;
	kit_must("openssl ecparam -name prime256v1 -out params.pem && openssl ec -in ec.key >> params.pem");
	opens("params.pem", "ec.crt", NULL, NULL);
}

static void encrypted_keys_are_opened_with_their_passphrase(void **state)
{
	(void)state;
	kit_must("openssl pkcs8 -topk8 -in rsa.key -passout 'pass:" SECRET "' -outform DER "
		 "-out enc.der && openssl rsa -in rsa.key -traditional -aes128 "
		 "-passout 'pass:" SECRET "' -out enctrad.key");
	opens("enc.key", "rsa.crt", NULL, "pass:" SECRET);
	opens("enc.der", "rsa.crt", NULL, "pass:" SECRET);
	opens("enctrad.key", "rsa.crt", NULL, "pass:" SECRET);
}

static void a_pkcs12_bundle_needs_no_certificate_beside_it(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -inkey rsa.key -in rsa.crt -certfile inter.crt "
		 "-passout 'pass:" SECRET "' -out rsa.p12");
	opens("rsa.p12", NULL, NULL, "pass:" SECRET);
	opens("rsa.p12", "rsa.crt", "inter.crt", "pass:" SECRET);
	opens("rsa.key", "rsa.p12", NULL, "pass:" SECRET);
}

static void a_pkcs12_bundle_with_an_empty_passphrase_asks_for_none(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -inkey rsa.key -in rsa.crt -passout pass: -out empty.p12");
	opens("empty.p12", NULL, NULL, "pass:");
	opens("empty.p12", NULL, NULL, NULL);
}

static void an_old_pkcs12_bundle_encrypted_with_rc2_is_opened(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -legacy -inkey rsa.key -in rsa.crt "
		 "-passout 'pass:" SECRET "' -out old.p12");
	opens("old.p12", NULL, NULL, "pass:" SECRET);
	fails("old.p12", NULL, NULL, "pass:wrong", "old.p12", "passphrase does not open it");
}

static void an_old_pkcs12_bundle_with_an_empty_passphrase_is_opened(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -legacy -inkey rsa.key -in rsa.crt -passout pass: -out oldempty.p12");
	opens("oldempty.p12", NULL, NULL, NULL);
	opens("oldempty.p12", NULL, NULL, "pass:");
}

static void a_pkcs12_bundle_may_lack_the_key_or_the_certificate(void **state)
{
	(void)state;
	kit_must("openssl pkcs12 -export -nokeys -in rsa.crt -passout 'pass:" SECRET "' -out cert.p12 && "
		 "openssl pkcs12 -export -nocerts -inkey rsa.key -passout 'pass:" SECRET "' -out key.p12");
	opens("key.p12", "cert.p12", NULL, "pass:" SECRET);
	fails("key.p12", NULL, NULL, "pass:" SECRET, "key.p12", "the key and no certificate");
	fails("cert.p12", "cert.p12", NULL, "pass:" SECRET, "cert.p12", "a certificate and no private key");
}

/* As bash gives them with <(...): they can be read once. */
static void keys_and_certificates_are_read_from_pipes(void **state)
{
	static const char *const names[] = { "rsa.key", "rsa.crt" };
	char command[300], paths[2][32];
	struct signer_files files = { .keys = ONE(paths[0]), .certs = ONE(paths[1]) };
	struct error err = ERROR_INIT;
	struct signer *signer = NULL;
	FILE *pipes[2];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		snprintf(command, sizeof(command), "cat %s", kit_path(names[i]));
		pipes[i] = popen(command, "r");
		assert_non_null(pipes[i]);
		snprintf(paths[i], sizeof(paths[i]), "/dev/fd/%d", fileno(pipes[i]));
	}
	if (signer_open(&files, &signer, NULL, &err))
		fail_msg("%s: %s", err.file, err.text);
	signer_free(signer);
	for (i = 0; i < 2; i++)
		assert_int_equal(pclose(pipes[i]), 0);
}

/* As Windows' authorities hand out chains. */
static void certificates_come_in_pkcs7_too(void **state)
{
	(void)state;
	kit_must("cat ca.crt inter.crt rsa.crt > three.crt && "
		 "openssl crl2pkcs7 -nocrl -certfile three.crt -out three.p7b && "
		 "openssl pkcs7 -in three.p7b -outform DER -out three.p7c && "
		 "{ echo text; sed 's/PKCS7/CMS/;s/$/\r/' three.p7b; } > cms.pem");
	opens("rsa.key", "three.p7b", NULL, NULL);
	opens("rsa.key", "three.p7c", NULL, NULL);
	opens("rsa.key", "cms.pem", NULL, NULL);
	opens("rsa.key", "rsa.crt", "three.p7b", NULL);
	fails("three.p7b", "rsa.crt", NULL, NULL, "three.p7b", "holds no private key");
	kit_must("openssl crl2pkcs7 -nocrl -out none.p7b && head -c 700 three.p7c > cut.p7c");
	fails("rsa.key", "none.p7b", NULL, NULL, "none.p7b", "holds no certificate");
	fails("rsa.key", "cut.p7c", NULL, NULL, "cut.p7c", "holds no certificate");
}

static void a_key_as_openssh_writes_it_is_told_how_to_convert(void **state)
{
	(void)state;
	if (!kit_has("ssh-keygen"))
		skip();
	kit_must("ssh-keygen -q -t ecdsa -N '' -f ssh.key");
	fails("ssh.key", "rsa.crt", NULL, NULL, "ssh.key", "ssh-keygen -p -m PKCS8");
	kit_must("ssh-keygen -q -p -m PKCS8 -N '' -f ssh.key");
	fails("ssh.key", "ec.crt", NULL, NULL, "ec.crt", "is not the one of the key");
}

static void key_and_certificate_may_share_a_file(void **state)
{
	(void)state;
	kit_must("cat inter.crt rsa.key rsa.crt > both.pem && cat enc.key rsa.crt > encboth.pem");
	opens("both.pem", NULL, NULL, NULL);
	opens("encboth.pem", NULL, NULL, "pass:" SECRET);
}

static void a_file_of_certificates_does_not_ask_for_the_passphrase_of_a_key_beside_them(void **state)
{
	(void)state;
	kit_must("cat enc.key rsa.crt > encboth.pem");
	opens("rsa.key", "encboth.pem", "encboth.pem", NULL);
}

static void windows_text_with_other_text_around_is_opened(void **state)
{
	(void)state;
	kit_must("{ printf '\\357\\273\\277'; sed 's/$/\\r/' rsa.key; echo 'Bag Attributes'; cat rsa.crt; echo end; } "
		 "> windows.pem");
	opens("windows.pem", NULL, NULL, NULL);
	kit_must("{ echo 'The key of the signer:'; cat enc.key; echo; cat rsa.crt; } > around.pem");
	opens("around.pem", NULL, NULL, "pass:" SECRET);
}

static void the_certificate_is_found_wherever_it_stands_in_the_file(void **state)
{
	(void)state;
	kit_must("cat inter.crt ca.crt rsa.crt > mixed.pem");
	opens("rsa.key", "mixed.pem", NULL, NULL);
}

/* ------------------------------------------------------------------ what does not fit */

static void a_file_that_is_not_there_is_told_as_such(void **state)
{
	(void)state;
	fails("none.key", "rsa.crt", NULL, NULL, "none.key", "No such file");
	fails("rsa.key", "none.crt", NULL, NULL, "none.crt", "No such file");
	fails("rsa.key", "rsa.crt", "none.crt", NULL, "none.crt", "No such file");
	fails(NULL, NULL, NULL, NULL, NULL, "give one (key)");
}

static void a_store_that_openssl_does_not_have_is_told_as_such(void **state)
{
	const char *uri = "nosuchstore:object=x";
	struct signer_files files = { .keys = ONE(uri) };
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(signer_open(&files, &signer, NULL, &err), -1);
	assert_non_null(strstr(err.text, "no such file"));
	assert_string_equal(err.file, "nosuchstore:object=x");
}

static void a_file_without_a_key_is_told_as_such(void **state)
{
	(void)state;
	kit_write_text("text", "not a key\n");
	kit_write_text("nothing", "");
	kit_must("openssl pkey -in rsa.key -pubout -out public.pem");
	fails("text", "rsa.crt", NULL, NULL, "text", "holds no private key");
	fails("nothing", "rsa.crt", NULL, NULL, "nothing", "holds no private key");
	fails("rsa.crt", "rsa.crt", NULL, NULL, "rsa.crt", "a certificate and no private key");
	fails("public.pem", "rsa.crt", NULL, NULL, "public.pem", "public key only");
	fails(".", "rsa.crt", NULL, NULL, ".", "this is a directory");
}

static void a_file_without_a_certificate_is_told_as_such(void **state)
{
	(void)state;
	kit_write_text("text", "not a certificate\n");
	fails("rsa.key", NULL, NULL, NULL, "rsa.key", "no certificate: give the key's certificate too (cert)");
	fails("rsa.key", "text", NULL, NULL, "text", "holds no certificate");
	fails("rsa.key", "rsa.key", NULL, NULL, "rsa.key", "holds no certificate");
	fails("rsa.key", "rsa.crt", "text", NULL, "text", "holds no certificate");
}

static void more_certificates_than_a_signature_can_have_are_refused(void **state)
{
	FILE *in = fopen(kit_path("ec.crt"), "r"), *out = fopen(kit_path("many.crt"), "w");
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = PEM_read_X509(in, NULL, NULL, NULL);
	long i;

	(void)state;
	for (i = 0; i < 101; i++) {
		ASN1_INTEGER_set(X509_get_serialNumber(cert), i);
		assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
		assert_int_equal(PEM_write_X509(out, cert), 1);
	}
	X509_free(cert);
	EVP_PKEY_free(key);
	assert_int_equal(fclose(in) | fclose(out), 0);
	fails("rsa.key", "rsa.crt", "many.crt", NULL, NULL, "more than 100 certificates");
}

static void a_certificate_of_another_key_is_refused(void **state)
{
	(void)state;
	fails("rsa.key", "ec.crt", NULL, NULL, "ec.crt", "is not the one of the key");
	fails("ec.key", "inter.crt", NULL, NULL, "inter.crt", "CN=inter");
}

static void a_certificate_that_must_not_sign_is_refused(void **state)
{
	(void)state;
	fails("crypt.key", "crypt.crt", NULL, NULL, "crypt.crt", "digitalSignature");
}

static void a_key_that_cannot_sign_cms_is_refused(void **state)
{
	(void)state;
	fails("ed.key", "ed.crt", NULL, NULL, "ed.key", "ED25519 cannot sign");
	kit_must("openssl genpkey -algorithm X25519 -out x.key");
	fails("x.key", "rsa.crt", NULL, NULL, "x.key", "X25519 cannot sign");
}

static void a_key_that_is_too_weak_is_refused(void **state)
{
	struct identity weak = kit_identity("weak", EVP_RSA_gen(512), NULL, NULL);

	(void)state;
	kit_identity_free(&weak);
	fails("weak.key", "weak.crt", NULL, NULL, "weak.key", "512 bits is too weak");
}

/* An RSA key whose public and private exponents are these, on the primes of a good one. */
static EVP_PKEY *odd_rsa_key(unsigned long public, unsigned long private)
{
	static const char *const kept[] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_FACTOR1,
					    OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *good = EVP_RSA_gen(1024), *key = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *numbers[4] = { NULL };
	OSSL_PARAM *params;
	size_t i;

	for (i = 0; i < 4; i++) {
		assert_int_equal(EVP_PKEY_get_bn_param(good, kept[i], &numbers[i]), 1);
		assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, kept[i], numbers[i]), 1);
	}
	assert_int_equal(OSSL_PARAM_BLD_push_ulong(builder, OSSL_PKEY_PARAM_RSA_E, public), 1);
	assert_int_equal(OSSL_PARAM_BLD_push_ulong(builder, OSSL_PKEY_PARAM_RSA_D, private), 1);
	assert_int_equal(OSSL_PARAM_BLD_push_ulong(builder, OSSL_PKEY_PARAM_RSA_EXPONENT1, private), 1);
	assert_int_equal(OSSL_PARAM_BLD_push_ulong(builder, OSSL_PKEY_PARAM_RSA_EXPONENT2, private), 1);
	params = OSSL_PARAM_BLD_to_param(builder);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	for (i = 0; i < 4; i++)
		BN_free(numbers[i]);
	EVP_PKEY_free(good);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* OpenSSL signs with it all the same. */
static void a_key_whose_signatures_anybody_can_make_is_refused(void **state)
{
	struct identity broken = kit_identity("broken", odd_rsa_key(1, 1), NULL, NULL);

	(void)state;
	kit_identity_free(&broken);
	fails("broken.key", "broken.crt", NULL, NULL, "broken.key", "the key is broken");
}

static void a_private_half_that_is_not_the_public_one_s_is_told(void **state)
{
	struct identity broken = kit_identity("halves", odd_rsa_key(65537, 3), NULL, NULL);

	(void)state;
	kit_identity_free(&broken);
	fails("halves.key", "halves.crt", NULL, NULL, "halves.key", "what it signs does not verify");
}

static void a_curve_that_is_spelt_out_is_taken_as_openssl_does(void **state)
{
	(void)state;
	kit_must("openssl ecparam -name prime256v1 -genkey -param_enc explicit -noout -out explicit.key && "
		 "openssl req -x509 -key explicit.key -subj /CN=explicit -out explicit.crt");
	opens("explicit.key", "explicit.crt", NULL, NULL);
}

static void a_pkcs11_uri_is_shown_without_its_pin(void **state)
{
	static const struct {
		const char *uri, *shown, *words;
	} cases[] = {
		{ "pkcs11:object=x?module-path=/nowhere&pin-value=" SECRET, "pkcs11:object=x",
		  "module /nowhere cannot be loaded" },
		{ "PKCS11:object=x?module-path=/nowhere&pin-value=" SECRET, "PKCS11:object=x",
		  "module /nowhere cannot be loaded" },
		{ "pkcs11:object=x;pin-value=" SECRET, "pkcs11:object=x;", "belongs after it" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct signer_files files = { .keys = ONE(cases[i].uri) };
		struct signer *signer = NULL;
		struct error err = ERROR_INIT;

		assert_int_equal(signer_open(&files, &signer, NULL, &err), -1);
		assert_string_equal(err.file, cases[i].shown);
		assert_non_null(strstr(err.text, cases[i].words));
		assert_null(strstr(err.text, SECRET));
	}
}

static void dates_are_warnings(void **state)
{
	static const struct {
		const char *key, *cert, *words;
	} cases[] = {
		{ "expired.key", "expired.crt", "(CN=expired) expired on " },
		{ "early.key", "early.crt", "(CN=early) is not valid before " },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct problems notes = PROBLEMS_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(try_files(cases[i].key, cases[i].cert, NULL, NULL, &notes, &err), 0);
		assert_int_equal(notes.count, 1);
		assert_int_equal(notes.list[0].severity, SEVERITY_WARNING);
		assert_string_equal(notes.list[0].rule, SIGNER_RULE_EXPIRED);
		assert_non_null(strstr(notes.list[0].text, cases[i].words));
		assert_string_equal(notes.list[0].file, kit_path(cases[i].cert));
		problems_free(&notes);
	}
}

static void a_damaged_key_or_bundle_never_crashes(void **state)
{
	static const char *const files[] = { "enc.key", "rsa.p12", "rsa.der" };
	size_t f, i;

	(void)state;
	kit_must("openssl pkcs12 -export -inkey ec.key -in ec.crt -passout 'pass:" SECRET "' "
		 "-out rsa.p12 && openssl pkcs8 -topk8 -nocrypt -in ec.key -outform DER -out rsa.der");
	for (f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
		BUF_AUTO bytes = BUF_INIT;

		kit_read(files[f], &bytes);
		for (i = 0; i < bytes.len; i += 1 + bytes.len / 40) {
			struct error err = ERROR_INIT;

			kit_write("cut", bytes.data, i);
			assert_int_equal(try_files("cut", "rsa.crt", NULL, "pass:" SECRET, NULL, &err), -1);
			bytes.data[i] = (char)~bytes.data[i];
			kit_write("flipped", bytes.data, bytes.len);
			bytes.data[i] = (char)~bytes.data[i];
			(void)try_files("flipped", "rsa.crt", NULL, "pass:" SECRET, NULL, &err);
		}
	}
}

static void freeing_no_signer_is_fine(void **state)
{
	(void)state;
	signer_free(NULL);
}

static int make_identities(void **state)
{
	static const struct cert_options ca = { .ca = true };
	static const struct cert_options crypt = { .usage = "critical,keyEncipherment" };
	static const struct cert_options expired = { .from_day = -20, .to_day = -10 };
	static const struct cert_options early = { .from_day = 10, .to_day = 20 };
	struct identity root, inter, rest[7];
	size_t i, count = 0;

	(void)state;
	kit_open();
	root = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &ca);
	inter = kit_identity("inter", EVP_EC_gen("P-256"), &root, &ca);
	rest[count++] = kit_identity("rsa", kit_rsa_key(), &inter, NULL);
	rest[count++] = kit_identity("ec", EVP_EC_gen("P-256"), &inter, NULL);
	rest[count++] = kit_identity("pss", kit_rsa_pss_key(), &inter, NULL);
	rest[count++] = kit_identity("ed", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &inter, NULL);
	rest[count++] = kit_identity("crypt", EVP_EC_gen("P-256"), &inter, &crypt);
	rest[count++] = kit_identity("expired", EVP_EC_gen("P-256"), &inter, &expired);
	rest[count++] = kit_identity("early", EVP_EC_gen("P-256"), &inter, &early);
	for (i = 0; i < count; i++)
		kit_identity_free(&rest[i]);
	kit_identity_free(&root);
	kit_identity_free(&inter);
	return make_encrypted_key();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pkcs8_key_in_pem_is_opened),
		cmocka_unit_test(an_rsa_pss_key_is_opened),
		cmocka_unit_test(traditional_pem_and_der_keys_are_opened),
		cmocka_unit_test(a_key_after_its_curve_parameters_is_opened),
		cmocka_unit_test(encrypted_keys_are_opened_with_their_passphrase),
		cmocka_unit_test(a_pkcs12_bundle_needs_no_certificate_beside_it),
		cmocka_unit_test(a_pkcs12_bundle_with_an_empty_passphrase_asks_for_none),
		cmocka_unit_test(an_old_pkcs12_bundle_encrypted_with_rc2_is_opened),
		cmocka_unit_test(an_old_pkcs12_bundle_with_an_empty_passphrase_is_opened),
		cmocka_unit_test(a_pkcs12_bundle_may_lack_the_key_or_the_certificate),
		cmocka_unit_test(keys_and_certificates_are_read_from_pipes),
		cmocka_unit_test(certificates_come_in_pkcs7_too),
		cmocka_unit_test(a_key_as_openssh_writes_it_is_told_how_to_convert),
		cmocka_unit_test(key_and_certificate_may_share_a_file),
		cmocka_unit_test(a_file_of_certificates_does_not_ask_for_the_passphrase_of_a_key_beside_them),
		cmocka_unit_test(windows_text_with_other_text_around_is_opened),
		cmocka_unit_test(the_certificate_is_found_wherever_it_stands_in_the_file),
		cmocka_unit_test(a_file_that_is_not_there_is_told_as_such),
		cmocka_unit_test(a_store_that_openssl_does_not_have_is_told_as_such),
		cmocka_unit_test(a_file_without_a_key_is_told_as_such),
		cmocka_unit_test(a_file_without_a_certificate_is_told_as_such),
		cmocka_unit_test(more_certificates_than_a_signature_can_have_are_refused),
		cmocka_unit_test(a_certificate_of_another_key_is_refused),
		cmocka_unit_test(a_certificate_that_must_not_sign_is_refused),
		cmocka_unit_test(a_key_that_cannot_sign_cms_is_refused),
		cmocka_unit_test(a_key_that_is_too_weak_is_refused),
		cmocka_unit_test(a_key_whose_signatures_anybody_can_make_is_refused),
		cmocka_unit_test(a_private_half_that_is_not_the_public_one_s_is_told),
		cmocka_unit_test(a_curve_that_is_spelt_out_is_taken_as_openssl_does),
		cmocka_unit_test(a_pkcs11_uri_is_shown_without_its_pin),
		cmocka_unit_test(dates_are_warnings),
		cmocka_unit_test(a_damaged_key_or_bundle_never_crashes),
		cmocka_unit_test(freeing_no_signer_is_fine),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_folder);
}
