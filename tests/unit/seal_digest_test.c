/* Sealing: which digest and which algorithm a new signature has, and which key is made for them. */
#include "tests/unit/sealing.h"

/* Signers of the whole run, opened once. */
static struct signer *rsa, *ec, *both;

static void a_digest_below_sha256_is_raised_and_one_of_its_strength_is_kept(void **state)
{
	static const struct {
		const char *old, *new;
		const char *words; /* NULL: nothing is said */
	} cases[] = {
		{ "SHA224", "SHA256", "sha224" },
		{ "SHA512-224", "SHA256", "sha512-224" },
		{ "RIPEMD160", "SHA256", "ripemd160" },
		{ "SHA3-224", "SHA256", "sha3-224" },
		{ "SHA256", "SHA256", NULL },
		{ "SHA3-256", "SHA3-256", NULL },
		{ "SHA512-256", "SHA512-256", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const EVP_MD *old = EVP_get_digestbyname(cases[i].old), *new = EVP_get_digestbyname(cases[i].new);
		struct problems notes = PROBLEMS_INIT;
		CMS_ContentInfo *cms;

		if (!old)
			continue;
		cms = cms_begin();
		cms_signer(cms, "rsa", old, 0);
		cms_finish(cms, "signed");
		holds("signed", ENVELOPE_DER, XML);
		seal("signed", rsa, NULL, "sealed", &notes);
		if (cases[i].words)
			one_note(&notes, SEVERITY_NOTE, cases[i].words);
		assert_int_equal(notes.count, 0);
		accepted("sealed");
		cms = cms_file("sealed");
		assert_int_equal(cms_digest(cms_signed_by(cms, "rsa")), EVP_MD_get_type(new));
		CMS_ContentInfo_free(cms);
	}
}

static void a_digest_that_the_new_kind_of_key_cannot_sign_becomes_sha256(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	cms_signer(cms, "rsa", EVP_sha512_256(), 0);
	cms_finish(cms, "signed");
	seal("signed", ec, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_NOTE, "sha512-256");
	accepted("sealed");
	refuses_to_seal(NULL, ec, "sha512-256", "give sha256");
}

static void a_key_too_small_for_the_digest_is_refused_and_takes_a_shorter_one(void **state)
{
	struct signer *small;
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	make_identity("small", EVP_RSA_gen(1024), "inter", NULL);
	small = open_signer("small");
	cms_use_pss(cms_signer(cms, "rsa", EVP_sha512(), 0));
	cms_finish(cms, "signed");
	refuses_to_seal("signed", small, NULL, "RSA key of 1024 bits is too small to sign with sha512");
	seal("signed", small, "sha384", "sealed", NULL);
	holds("sealed", ENVELOPE_DER, XML);
	signer_free(small);
}

static void the_padding_of_an_rsa_signature_is_kept(void **state)
{
	static const struct {
		bool pss;
		unsigned int flags;
	} cases[] = { { true, 0 }, { true, CMS_NOATTR }, { false, 0 }, { false, CMS_NOATTR } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int wanted = cases[i].pss ? NID_rsassaPss : NID_rsaEncryption;
		CMS_ContentInfo *cms = cms_begin();
		CMS_SignerInfo *info = cms_signer(cms, "rsa", EVP_sha384(), cases[i].flags);

		if (cases[i].pss)
			cms_use_pss(info);
		cms_finish(cms, "signed");
		holds("signed", ENVELOPE_DER, XML);
		seal_quietly("signed", both, "sealed");
		accepted("sealed");
		cms = cms_file("sealed");
		assert_int_equal(cms_algorithm(cms_signed_by(cms, "rsa")), wanted);
		assert_int_equal(cms_algorithm(cms_signed_by(cms, "ec")), NID_ecdsa_with_SHA384);
		CMS_ContentInfo_free(cms);
	}
}

static void a_key_that_signs_with_sha1_alone_is_taken_only_if_sha1_is_asked_for(void **state)
{
	struct signer_files files = { .keys = ONE(kit_path("weak.key")), .certs = ONE(kit_path("weak.crt")) };
	struct signer *weak = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	kit_must("openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha1 "
		 "-pkeyopt rsa_pss_keygen_mgf1_md:sha1 -pkeyopt rsa_pss_keygen_saltlen:20 -out weak.key && "
		 "openssl req -x509 -sha1 -key weak.key -subj /CN=weak -days 2 -out weak.crt");
	if (signer_open(&files, &weak, NULL, &err))
		fail_msg("%s", err.text);
	refuses_to_seal(NULL, weak, NULL, "weaker than sha256");
	seal(NULL, weak, "sha1", "sealed", NULL);
	holds("sealed", ENVELOPE_DER, XML);
	signer_free(weak);
}

/* ------------------------------------------------------------------ what they all need */

static int make_signers(void **state)
{
	make_identities(state);
	rsa = open_signer("rsa");
	ec = open_signer("ec");
	both = open_signers((const char *[]){ "rsa", "ec" }, 2, "inter.crt");
	return 0;
}

static int free_signers(void **state)
{
	signer_free(rsa);
	signer_free(ec);
	signer_free(both);
	return remove_identities(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_below_sha256_is_raised_and_one_of_its_strength_is_kept),
		cmocka_unit_test(a_digest_that_the_new_kind_of_key_cannot_sign_becomes_sha256),
		cmocka_unit_test(a_key_too_small_for_the_digest_is_refused_and_takes_a_shorter_one),
		cmocka_unit_test(the_padding_of_an_rsa_signature_is_kept),
		cmocka_unit_test(a_key_that_signs_with_sha1_alone_is_taken_only_if_sha1_is_asked_for),
	};

	return cmocka_run_group_tests(tests, make_signers, free_signers);
}
