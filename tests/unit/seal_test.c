/* Sealing: that a new signature is like the old one, and that others accept it. */
#include "tests/unit/sealing.h"

/* Signers of the whole run, opened once. */
static struct signer *rsa, *ec, *pss, *bare;

/* How often `pattern` stands in openssl's listing of the file. */
static int count_in_listing(const char *name, const char *pattern)
{
	BUF_AUTO text = BUF_INIT;

	kit_run("openssl cms -cmsout -print -noout -inform DER -in %s >listing && grep -c -e '%s' listing "
		">count",
		name, pattern);
	kit_read("count", &text);
	return atoi(buf_text(&text));
}

/* ------------------------------------------------------------------ sealing */

static void a_new_signature_is_accepted_by_openssl(void **state)
{
	const struct signer *const signers[] = { rsa, ec, pss };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		seal_quietly(NULL, signers[i], "sealed");
		accepted("sealed");
		holds("sealed", ENVELOPE_DER, XML);
		assert_true(file_says("sealed", "digest: sha256"));
		assert_true(file_says("sealed", "attributes: yes (contentType, signingTime, messageDigest)"));
		assert_true(file_says("sealed", "certificates: 2"));
	}
}

static void a_new_signature_is_accepted_by_gnutls(void **state)
{
	const struct signer *const signers[] = { rsa, ec, pss };
	size_t i;

	(void)state;
	if (!kit_has("certtool")) {
		print_message("certtool is not installed: not asked\n");
		skip();
	}
	for (i = 0; i < 3; i++) {
		seal_quietly(NULL, signers[i], "sealed");
		kit_must("certtool --p7-verify --inder --load-ca-certificate ca.crt <sealed");
	}
	change("sealed", "<dict/>", "<date/>");
	assert_int_not_equal(kit_run("certtool --p7-verify --inder --load-ca-certificate ca.crt <sealed"), 0);
}

static void content_stays_as_it_is_byte_for_byte(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} contents[] = {
		{ "a\nb\r\nc\rd\n\n", 10 },
		{ "nul\0nul\n", 8 },
		{ "", 0 },
		{ "\n", 1 },
		{ " trailing \t\n \n", 14 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		BUF_AUTO content = BUF_INIT;
		struct envelope *envelope;

		seal_bytes(NULL, ec, NULL, contents[i].bytes, contents[i].len, "sealed", NULL);
		openssl_accepts("sealed", contents[i].bytes, contents[i].len);
		envelope = open_file("sealed", &content);
		assert_true(is_intact(envelope));
		assert_true(buf_equals(&content, contents[i].bytes, contents[i].len));
		envelope_free(envelope);
	}
}

static void the_result_has_definite_lengths_whatever_the_old_form_was(void **state)
{
	BUF_AUTO bytes = BUF_INIT;

	(void)state;
	kit_write_text("text.plist", XML);
	kit_must("openssl cms -sign -nodetach -binary -stream -in text.plist -signer rsa.crt -inkey rsa.key "
		 "-outform DER -out signed");
	seal_quietly("signed", rsa, "sealed");
	kit_must("openssl asn1parse -inform DER -in sealed >parsed && ! grep -q 'l=inf' parsed");
	kit_read("sealed", &bytes);
	assert_int_equal((unsigned char)bytes.data[1], 0x82);
	accepted("sealed");
}

static void pem_becomes_der_with_a_note(void **state)
{
	struct problems notes = PROBLEMS_INIT;

	(void)state;
	sign_with_openssl("rsa", "", "signed");
	kit_must("openssl cms -cmsout -inform DER -in signed -outform PEM -out signed.pem");
	seal("signed.pem", rsa, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_NOTE, "PEM");
	accepted("sealed");
}

static void the_digest_is_kept(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-md sha512", "signed");
	seal_quietly("signed", rsa, "sealed");
	assert_true(file_says("sealed", "digest: sha512"));
	accepted("sealed");
	sign_with_openssl("rsa", "-md sha384", "signed");
	seal_quietly("signed", ec, "sealed");
	assert_true(file_says("sealed", "digest: sha384"));
	accepted("sealed");
}

/* gpgsm refuses a shorter one. */
static void a_signature_like_no_other_has_a_digest_as_long_as_the_curve(void **state)
{
	static const struct {
		const char *curve, *digest;
	} cases[] = {
		{ "P-384", "digest: sha384" },
		{ "P-521", "digest: sha512" },
		{ "brainpoolP320r1", "digest: sha384" },
		{ "secp256k1", "digest: sha256" },
		{ "P-224", "digest: sha256" },
	};
	size_t i;

	(void)state;
	sign_with_openssl("rsa", "", "signed");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct signer *signer;

		make_identity("curve", EVP_EC_gen(cases[i].curve), "inter", NULL);
		signer = open_signer("curve");
		seal_quietly(NULL, signer, "sealed");
		assert_true(file_says("sealed", cases[i].digest));
		accepted("sealed");
		seal_quietly("signed", signer, "sealed");
		assert_true(file_says("sealed", "digest: sha256"));
		signer_free(signer);
	}
}

static void a_broken_digest_is_raised_to_sha256_with_a_note(void **state)
{
	static const char *const broken[] = { "sha1", "md5" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct problems notes = PROBLEMS_INIT;
		char flags[32];

		snprintf(flags, sizeof(flags), "-md %s", broken[i]);
		sign_with_openssl("rsa", flags, "signed");
		seal("signed", rsa, NULL, "sealed", &notes);
		assert_non_null(strstr(notes.list[0].text, broken[i]));
		one_note(&notes, SEVERITY_NOTE, "signed with sha256");
		assert_true(file_says("sealed", "digest: sha256"));
		accepted("sealed");
	}
}

static void the_digest_that_is_asked_for_is_taken_sha1_too(void **state)
{
	static const char *const asked[] = { "sha1", "sha384", "SHA512" };
	static const char *const lines[] = { "digest: sha1", "digest: sha384", "digest: sha512" };
	size_t i;

	(void)state;
	sign_with_openssl("rsa", "-md sha1", "signed");
	for (i = 0; i < 3; i++) {
		struct problems notes = PROBLEMS_INIT;

		seal("signed", rsa, asked[i], "sealed", &notes);
		assert_int_equal(notes.count, 0);
		assert_true(file_says("sealed", lines[i]));
		accepted("sealed");
	}
}

static void a_digest_that_does_not_exist_is_refused_and_nothing_is_added(void **state)
{
	static const char *const wrong[] = { "sha257", "", "shake128" };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		refuses_to_seal(NULL, rsa, wrong[i], "give sha256");
}

static void an_rsa_pss_key_made_for_one_digest_signs_with_it(void **state)
{
	struct signer_files files = { .keys = ONE(kit_path("strict.key")), .certs = ONE(kit_path("strict.crt")) };
	struct problems notes = PROBLEMS_INIT;
	struct signer *strict = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	kit_must("openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt "
		 "rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt "
		 "rsa_pss_keygen_saltlen:60 -out strict.key && openssl req -x509 -key strict.key -subj "
		 "/CN=strict -days 2 -out strict.crt");
	if (signer_open(&files, &strict, NULL, &err))
		fail_msg("%s", err.text);
	sign_with_openssl("rsa", "", "signed");
	seal("signed", strict, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_NOTE, "sha384 only");
	kit_must("openssl cms -verify -inform DER -purpose any -CAfile strict.crt -in sealed");
	refuses_to_seal(NULL, strict, "sha512", "sha384 only");
	signer_free(strict);
}

static void no_attributes_stays_no_attributes(void **state)
{
	const struct signer *const signers[] = { rsa, ec, pss };
	size_t i;

	(void)state;
	sign_with_openssl("rsa", "-noattr", "signed");
	for (i = 0; i < 3; i++) {
		seal_quietly("signed", signers[i], "sealed");
		assert_true(file_says("sealed", "attributes: none"));
		accepted("sealed");
	}
}

static void the_old_attributes_are_made_anew_and_not_copied(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "", "signed");
	assert_true(count_in_listing("signed", "S/MIME Capabilities") > 0);
	seal_quietly("signed", rsa, "sealed");
	assert_int_equal(count_in_listing("sealed", "S/MIME Capabilities"), 0);
	accepted("sealed");
}

static void the_kind_of_signer_id_is_kept(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-keyid", "signed");
	assert_int_equal(count_in_listing("signed", "d.subjectKeyIdentifier"), 1);
	seal_quietly("signed", ec, "sealed");
	assert_int_equal(count_in_listing("sealed", "d.subjectKeyIdentifier"), 1);
	accepted("sealed");
	sign_with_openssl("rsa", "", "signed");
	seal_quietly("signed", ec, "sealed");
	assert_int_equal(count_in_listing("sealed", "d.issuerAndSerialNumber"), 1);
}

static void a_certificate_without_a_key_id_is_named_by_its_number_with_a_note(void **state)
{
	struct problems notes = PROBLEMS_INIT;

	(void)state;
	sign_with_openssl("rsa", "-keyid", "signed");
	seal("signed", bare, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_NOTE, "no subject key id");
	assert_int_equal(count_in_listing("sealed", "d.issuerAndSerialNumber"), 1);
	accepted("sealed");
}

static void the_same_certificate_is_not_added_twice(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	assert_true(file_says("signed", "certificates: 2"));
	seal_quietly("signed", rsa, "sealed");
	assert_true(file_says("sealed", "certificates: 2"));
	accepted("sealed");
	seal_quietly("sealed", rsa, "again");
	assert_true(file_says("again", "certificates: 2"));
}

static void the_new_certificate_takes_the_place_of_the_old_ones(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	seal_quietly("signed", ec, "sealed");
	assert_true(file_says("sealed", "certificates: 2"));
	assert_int_equal(count_in_listing("sealed", "subject: *CN=rsa"), 0);
	assert_int_equal(count_in_listing("sealed", "subject: *CN=ec"), 1);
	assert_int_equal(count_in_listing("sealed", "subject: *CN=inter"), 1);
	assert_true(file_says("sealed", "signer: CN=ec"));
	accepted("sealed");
}

static void other_certificates_are_kept_and_the_signers_chain_is_added(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile expired.crt", "signed");
	seal_quietly("signed", rsa, "sealed");
	assert_int_equal(count_in_listing("sealed", "subject: *CN=expired"), 1);
	assert_int_equal(count_in_listing("sealed", "subject: *CN=inter"), 1);
	assert_true(file_says("sealed", "certificates: 3"));
	accepted("sealed");
}

/* Adds a revocation list to the envelope in a file, which the command cannot do. */
static void add_crl(const char *name, const char *crl_name)
{
	BIO *bio = BIO_new_file(kit_path(crl_name), "r");
	X509_CRL *crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	CMS_ContentInfo *cms = cms_file(name);

	assert_int_equal(CMS_add0_crl(cms, crl), 1);
	cms_write(name, cms);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
}

static void revocation_lists_are_kept(void **state)
{
	(void)state;
	kit_write_text("index.txt", "");
	kit_write_text("ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\n"
				 "default_crl_days=9\n");
	kit_must("openssl ca -gencrl -config ca.cnf -keyfile ca.key -cert ca.crt -out ca.crl");
	seal_quietly(NULL, rsa, "signed");
	add_crl("signed", "ca.crl");
	seal_quietly("signed", ec, "sealed");
	assert_int_equal(count_in_listing("sealed", "d.crl:"), 1);
	accepted("sealed");
}

static void signatures_of_others_are_dropped_with_a_warning(void **state)
{
	struct problems notes = PROBLEMS_INIT;

	(void)state;
	sign_with_openssl("expired", "-md sha384 -signer rsa.crt -inkey rsa.key", "signed");
	assert_true(file_says("signed", "signers: 2"));
	seal("signed", rsa, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_WARNING, "CN=expired is dropped");
	assert_false(file_says("sealed", "signers: 2"));
	assert_true(file_says("sealed", "signer: CN=rsa"));
	assert_int_equal(count_in_listing("sealed", "subject: *CN=expired"), 0);
	accepted("sealed");
}

static void of_several_strangers_all_are_dropped(void **state)
{
	struct problems notes = PROBLEMS_INIT;

	(void)state;
	sign_with_openssl("expired", "-signer rsa.crt -inkey rsa.key", "signed");
	seal("signed", ec, NULL, "sealed", &notes);
	assert_int_equal(notes.count, 2);
	assert_int_equal(problems_count(&notes, SEVERITY_WARNING), 2);
	problems_free(&notes);
	assert_true(file_says("sealed", "signer: CN=ec"));
	assert_true(file_says("sealed", "certificates: 2"));
	accepted("sealed");
}

/* An envelope that one signer signed twice, which the command cannot make. */
static void sign_twice(const char *name, const EVP_MD *first, const EVP_MD *second)
{
	CMS_ContentInfo *cms = cms_begin();

	cms_signer(cms, "rsa", first, 0);
	cms_signer(cms, "rsa", second, CMS_NOCERTS);
	cms_finish(cms, name);
}

static void two_signatures_of_ours_are_both_made_again(void **state)
{
	(void)state;
	sign_twice("signed", EVP_sha256(), EVP_sha512());
	holds("signed", ENVELOPE_DER, XML);
	seal_quietly("signed", rsa, "sealed");
	assert_true(file_says("sealed", "signers: 2"));
	assert_true(file_says("sealed", "digest: sha256"));
	assert_true(file_says("sealed", "digest: sha512"));
	assert_true(file_says("sealed", "certificates: 2"));
	accepted("sealed");
}

static void two_signatures_of_ours_that_would_be_alike_become_one(void **state)
{
	struct problems notes = PROBLEMS_INIT;

	(void)state;
	sign_twice("signed", EVP_sha1(), EVP_sha256());
	seal("signed", rsa, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_NOTE, "sha1");
	assert_false(file_says("sealed", "signers: 2"));
	assert_true(file_says("sealed", "digest: sha256"));
	accepted("sealed");
}

static void a_changed_envelope_can_be_sealed_anew(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "", "signed");
	change("signed", "<dict/>", "<date/>");
	seal_quietly("signed", rsa, "sealed");
	accepted("sealed");
}

/* ------------------------------------------------------------------ what they all need */

static int make_signers(void **state)
{
	make_identities(state);
	rsa = open_signer("rsa");
	ec = open_signer("ec");
	pss = open_signer("pss");
	bare = open_signer("bare");
	return 0;
}

static int free_signers(void **state)
{
	signer_free(rsa);
	signer_free(ec);
	signer_free(pss);
	signer_free(bare);
	return remove_identities(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_signature_is_accepted_by_openssl),
		cmocka_unit_test(a_new_signature_is_accepted_by_gnutls),
		cmocka_unit_test(content_stays_as_it_is_byte_for_byte),
		cmocka_unit_test(the_result_has_definite_lengths_whatever_the_old_form_was),
		cmocka_unit_test(pem_becomes_der_with_a_note),
		cmocka_unit_test(the_digest_is_kept),
		cmocka_unit_test(a_signature_like_no_other_has_a_digest_as_long_as_the_curve),
		cmocka_unit_test(a_broken_digest_is_raised_to_sha256_with_a_note),
		cmocka_unit_test(the_digest_that_is_asked_for_is_taken_sha1_too),
		cmocka_unit_test(a_digest_that_does_not_exist_is_refused_and_nothing_is_added),
		cmocka_unit_test(an_rsa_pss_key_made_for_one_digest_signs_with_it),
		cmocka_unit_test(no_attributes_stays_no_attributes),
		cmocka_unit_test(the_old_attributes_are_made_anew_and_not_copied),
		cmocka_unit_test(the_kind_of_signer_id_is_kept),
		cmocka_unit_test(a_certificate_without_a_key_id_is_named_by_its_number_with_a_note),
		cmocka_unit_test(the_same_certificate_is_not_added_twice),
		cmocka_unit_test(the_new_certificate_takes_the_place_of_the_old_ones),
		cmocka_unit_test(other_certificates_are_kept_and_the_signers_chain_is_added),
		cmocka_unit_test(revocation_lists_are_kept),
		cmocka_unit_test(signatures_of_others_are_dropped_with_a_warning),
		cmocka_unit_test(of_several_strangers_all_are_dropped),
		cmocka_unit_test(two_signatures_of_ours_are_both_made_again),
		cmocka_unit_test(two_signatures_of_ours_that_would_be_alike_become_one),
		cmocka_unit_test(a_changed_envelope_can_be_sealed_anew),
	};

	return cmocka_run_group_tests(tests, make_signers, free_signers);
}
