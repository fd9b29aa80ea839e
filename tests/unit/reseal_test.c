/* Sealing again: what of the old signatures is in the new ones, whose they are, and what is not. */
#include "tests/unit/sealing.h"

#include "tests/unit/der.h"
#include "tests/unit/real_signed.h"

/* Signers of the whole run, opened once. */
static struct signer *rsa, *ec, *both;

static void kept_policy(CMS_SignerInfo *info, int digest, bool attributes, bool key_id)
{
	assert_int_equal(cms_digest(info), digest);
	assert_int_equal(cms_has_attributes(info), attributes);
	assert_int_equal(cms_has_key_id(info), key_id);
	if (attributes)
		only_fresh_attributes(info);
}

/* ------------------------------------------------------------------ several signers */

static void every_key_signs(void **state)
{
	CMS_ContentInfo *cms;

	(void)state;
	seal_quietly(NULL, both, "sealed");
	accepted("sealed");
	cms = cms_file("sealed");
	assert_int_equal(cms_count_signers(cms), 2);
	kept_policy(cms_signed_by(cms, "rsa"), NID_sha256, true, false);
	kept_policy(cms_signed_by(cms, "ec"), NID_sha256, true, false);
	assert_int_equal(cms_count_certs(cms), 3);
	CMS_ContentInfo_free(cms);
}

static void each_signature_is_made_again_like_its_own_old_one(void **state)
{
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	cms_signer(cms, "ec", EVP_sha384(), CMS_NOATTR);
	cms_signer(cms, "rsa", EVP_sha512(), CMS_USE_KEYID);
	cms_finish(cms, "signed");
	seal_quietly("signed", both, "sealed");
	accepted("sealed");
	cms = cms_file("sealed");
	assert_int_equal(cms_count_signers(cms), 2);
	kept_policy(cms_signed_by(cms, "ec"), NID_sha384, false, false);
	kept_policy(cms_signed_by(cms, "rsa"), NID_sha512, true, true);
	CMS_ContentInfo_free(cms);
}

static void two_of_one_signer_that_differ_in_more_than_the_digest_stay_two(void **state)
{
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	cms_signer(cms, "rsa", EVP_sha256(), CMS_NOATTR);
	cms_signer(cms, "rsa", EVP_sha256(), CMS_USE_KEYID | CMS_NOCERTS);
	cms_finish(cms, "signed");
	seal_quietly("signed", rsa, "sealed");
	accepted("sealed");
	cms = cms_file("sealed");
	assert_int_equal(cms_count_signers(cms), 2);
	CMS_ContentInfo_free(cms);
}

static void a_key_without_an_old_signature_takes_the_first_as_its_model(void **state)
{
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	cms_signer(cms, "rsa", EVP_sha384(), CMS_NOATTR | CMS_USE_KEYID);
	cms_finish(cms, "signed");
	seal_quietly("signed", both, "sealed");
	accepted("sealed");
	cms = cms_file("sealed");
	kept_policy(cms_signed_by(cms, "rsa"), NID_sha384, false, true);
	kept_policy(cms_signed_by(cms, "ec"), NID_sha384, false, true);
	CMS_ContentInfo_free(cms);
}

static void a_single_stranger_is_the_model_for_all_and_is_replaced_without_a_word(void **state)
{
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	cms_signer(cms, "expired", EVP_sha512(), CMS_NOATTR);
	cms_finish(cms, "signed");
	seal_quietly("signed", both, "sealed");
	accepted("sealed");
	cms = cms_file("sealed");
	assert_int_equal(cms_count_signers(cms), 2);
	kept_policy(cms_signed_by(cms, "rsa"), NID_sha512, false, false);
	kept_policy(cms_signed_by(cms, "ec"), NID_sha512, false, false);
	assert_false(includes(cms, "expired"));
	CMS_ContentInfo_free(cms);
}

static void only_strangers_are_dropped_and_named(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	cms_signer(cms, "rsa", EVP_sha256(), 0);
	cms_signer(cms, "expired", EVP_sha512(), 0);
	cms_signer(cms, "ec", EVP_sha256(), 0);
	cms_finish(cms, "signed");
	seal("signed", both, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_WARNING, "CN=expired is dropped");
	accepted("sealed");
	cms = cms_file("sealed");
	assert_int_equal(cms_count_signers(cms), 2);
	kept_policy(cms_signed_by(cms, "rsa"), NID_sha256, true, false);
	kept_policy(cms_signed_by(cms, "ec"), NID_sha256, true, false);
	assert_false(includes(cms, "expired"));
	CMS_ContentInfo_free(cms);
}

static void a_note_that_is_true_of_several_keys_is_said_once(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	cms_signer(cms, "rsa", EVP_sha1(), 0);
	cms_signer(cms, "ec", EVP_sha1(), 0);
	cms_finish(cms, "signed");
	seal("signed", both, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_NOTE, "sha1");
}

/* ------------------------------------------------------------------ whose signature it was */

static void a_renewed_certificate_takes_the_place_of_the_one_before(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	CMS_ContentInfo *cms = cms_begin();
	struct signer *renewed;

	(void)state;
	make_identity("renewed", kit_key("rsa"), "inter", NULL);
	renewed = open_signer("renewed");
	cms_signer(cms, "expired", EVP_sha512(), 0);
	cms_signer(cms, "rsa", EVP_sha384(), CMS_NOATTR);
	cms_finish(cms, "signed");
	seal("signed", renewed, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_WARNING, "CN=expired is dropped");
	accepted("sealed");
	cms = cms_file("sealed");
	assert_int_equal(cms_count_signers(cms), 1);
	kept_policy(cms_signed_by(cms, "renewed"), NID_sha384, false, false);
	assert_false(includes(cms, "rsa"));
	CMS_ContentInfo_free(cms);
	signer_free(renewed);
}

static void our_own_signature_is_known_without_its_certificate(void **state)
{
	static const unsigned int kinds[] = { 0, CMS_USE_KEYID };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct problems notes = PROBLEMS_INIT;
		CMS_ContentInfo *cms = cms_begin();

		cms_signer(cms, "expired", EVP_sha256(), 0);
		cms_signer(cms, "rsa", EVP_sha512(), CMS_NOCERTS | kinds[i]);
		cms_finish(cms, "signed");
		seal("signed", rsa, NULL, "sealed", &notes);
		one_note(&notes, SEVERITY_WARNING, "CN=expired is dropped");
		cms = cms_file("sealed");
		kept_policy(cms_signed_by(cms, "rsa"), NID_sha512, true, kinds[i] != 0);
		CMS_ContentInfo_free(cms);
	}
}

static void a_dropped_signer_without_a_certificate_is_named_by_what_names_it(void **state)
{
	struct problems notes = PROBLEMS_INIT;
	CMS_ContentInfo *cms = cms_begin();

	(void)state;
	cms_signer(cms, "rsa", EVP_sha256(), 0);
	cms_signer(cms, "expired", EVP_sha256(), CMS_NOCERTS);
	cms_finish(cms, "signed");
	seal("signed", rsa, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_WARNING, "of CN=inter is dropped");
}

/* ------------------------------------------------------------------ certificates */

static void an_old_signer_who_issued_a_certificate_that_stays_is_kept(void **state)
{
	struct signer *alone = open_signers((const char *[]){ "rsa" }, 1, NULL);
	CMS_ContentInfo *cms = cms_begin();
	struct problems notes = PROBLEMS_INIT;

	(void)state;
	/* inter issued rsa, ca issued inter: the second is needed for the first alone. */
	cms_signer(cms, "ca", EVP_sha256(), 0);
	cms_signer(cms, "inter", EVP_sha256(), 0);
	cms_signer(cms, "expired", EVP_sha256(), 0);
	cms_finish(cms, "signed");
	seal("signed", alone, NULL, "sealed", &notes);
	assert_int_equal(problems_count(&notes, SEVERITY_WARNING), 3);
	problems_free(&notes);
	cms = cms_file("sealed");
	assert_true(includes(cms, "rsa") && includes(cms, "inter") && includes(cms, "ca"));
	assert_false(includes(cms, "expired"));
	CMS_ContentInfo_free(cms);
	signer_free(alone);
}

static void an_included_certificate_that_is_not_der_is_dropped_with_a_warning(void **state)
{
	BUF_AUTO cert = BUF_INIT, loose = BUF_INIT;
	struct problems notes = PROBLEMS_INIT;
	CMS_ContentInfo *cms;

	(void)state;
	sign_with_openssl("rsa", "-certfile bare.crt", "signed");
	der_cert("expired", &cert);
	der_loosen(cert.data, cert.len, &loose);
	der_include("signed", 0xa0, loose.data, loose.len, "loose");
	holds("loose", ENVELOPE_DER, XML);
	seal("loose", rsa, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_WARNING, "CN=expired is dropped");
	accepted("sealed");
	cms = cms_file("sealed");
	assert_true(includes(cms, "bare"));
	assert_int_equal(cms_count_certs(cms), 3);
	CMS_ContentInfo_free(cms);
}

static void certificates_of_other_kinds_are_dropped_with_a_warning(void **state)
{
	static const char attribute_cert[] = "\xa2\x03\x02\x01\x07";
	static const char other[] = "\xa3\x07\x06\x02\x2a\x03\x02\x01\x07";
	struct problems notes = PROBLEMS_INIT;

	(void)state;
	sign_with_openssl("rsa", "", "signed");
	der_include("signed", 0xa0, attribute_cert, sizeof(attribute_cert) - 1, "more");
	der_include("more", 0xa0, other, sizeof(other) - 1, "more");
	holds("more", ENVELOPE_DER, XML);
	seal("more", rsa, NULL, "sealed", &notes);
	one_note(&notes, SEVERITY_WARNING, "2 certificates or revocation lists of other kinds");
	assert_int_equal(der_version("sealed"), 1);
	accepted("sealed");
}

/* ------------------------------------------------------------------ attributes */

static void no_stale_attribute_comes_back(void **state)
{
	CMS_ContentInfo *cms = cms_begin();
	CMS_SignerInfo *info = cms_signer(cms, "rsa", EVP_sha256(), CMS_CADES);
	ASN1_OBJECT *custom = OBJ_txt2obj("1.2.3.4.5", 1);

	(void)state;
	CMS_signed_add1_attr_by_OBJ(info, custom, V_ASN1_OCTET_STRING, "old", 3);
	CMS_unsigned_add1_attr_by_NID(info, NID_pkcs9_countersignature, V_ASN1_OCTET_STRING, "old", 3);
	CMS_unsigned_add1_attr_by_NID(info, NID_id_smime_aa_timeStampToken, V_ASN1_OCTET_STRING, "old", 3);
	cms_finish(cms, "signed");
	cms = cms_file("signed");
	info = cms_signed_by(cms, "rsa");
	assert_true(CMS_signed_get_attr_by_OBJ(info, custom, -1) >= 0);
	assert_true(CMS_signed_get_attr_by_NID(info, NID_id_smime_aa_signingCertificateV2, -1) >= 0 ||
		    CMS_signed_get_attr_by_NID(info, NID_id_smime_aa_signingCertificate, -1) >= 0);
	assert_true(CMS_signed_get_attr_by_NID(info, NID_SMIMECapabilities, -1) >= 0);
	assert_int_equal(CMS_unsigned_get_attr_count(info), 2);
	CMS_ContentInfo_free(cms);
	ASN1_OBJECT_free(custom);
	holds("signed", ENVELOPE_DER, XML);
	seal_quietly("signed", rsa, "sealed");
	cms = cms_file("sealed");
	only_fresh_attributes(cms_signed_by(cms, "rsa"));
	CMS_ContentInfo_free(cms);
}

static void content_of_another_type_keeps_it_and_always_gets_attributes(void **state)
{
	static const unsigned int flags[] = { 0, CMS_NOATTR };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		CMS_ContentInfo *cms = cms_begin();

		CMS_set1_eContentType(cms, OBJ_nid2obj(NID_pkcs7_digest));
		cms_signer(cms, "rsa", EVP_sha256(), flags[i]);
		cms_finish(cms, "signed");
		seal_quietly("signed", rsa, "sealed");
		holds("sealed", ENVELOPE_DER, XML);
		cms = cms_file("sealed");
		assert_int_equal(OBJ_obj2nid(CMS_get0_eContentType(cms)), NID_pkcs7_digest);
		only_fresh_attributes(cms_signed_by(cms, "rsa"));
		assert_int_equal(der_version("sealed"), 3);
		CMS_ContentInfo_free(cms);
	}
}

/* ------------------------------------------------------------------ the encoding */

/* True if every element says its length, by OpenSSL's own reading of tags. */
static bool all_definite(const unsigned char *at, const unsigned char *end)
{
	while (at < end) {
		const unsigned char *inside = at;
		int tag, class, flags;
		long len;

		flags = ASN1_get_object(&inside, &len, &tag, &class, end - at);
		if (flags & 0x81 || ((flags & V_ASN1_CONSTRUCTED) && !all_definite(inside, inside + len)))
			return false;
		at = inside + len;
	}
	return true;
}

static void is_all_definite(const char *name, bool wanted)
{
	BUF_AUTO bytes = BUF_INIT;

	kit_read(name, &bytes);
	assert_int_equal(all_definite((const unsigned char *)bytes.data, (const unsigned char *)bytes.data + bytes.len),
			 wanted);
}

static void every_length_is_said_though_none_was(void **state)
{
	BUF_AUTO bytes = BUF_INIT, loose = BUF_INIT;
	CMS_ContentInfo *cms;

	(void)state;
	sign_with_openssl("rsa", "-nosmimecap", "signed");
	is_all_definite("signed", true);
	kit_read("signed", &bytes);
	der_loosen(bytes.data, bytes.len, &loose);
	kit_write("loose", loose.data, loose.len);
	is_all_definite("loose", false);
	holds("loose", ENVELOPE_DER, XML);
	seal("loose", rsa, NULL, "sealed", NULL);
	is_all_definite("sealed", true);
	accepted("sealed");
	cms = cms_file("sealed");
	assert_int_equal(cms_count_certs(cms), 2);
	CMS_ContentInfo_free(cms);
}

/* RFC 5652, 5.1. */
static void the_version_is_1_and_with_a_key_id_3(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "", "signed");
	seal_quietly("signed", both, "sealed");
	assert_int_equal(der_version("sealed"), 1);
	sign_with_openssl("rsa", "-keyid", "signed");
	seal_quietly("signed", both, "sealed");
	assert_int_equal(der_version("sealed"), 3);
}

/* ------------------------------------------------------------------ every combination, and real profiles */

/* True if all certificates of the old CMS but this one are in the new one, and all revocation lists. */
static bool keeps_inclusions(CMS_ContentInfo *old, CMS_ContentInfo *new, X509 *but)
{
	STACK_OF(X509) *certs = CMS_get1_certs(old);
	STACK_OF(X509_CRL) *old_crls = CMS_get1_crls(old), *new_crls = CMS_get1_crls(new);
	bool all = sk_X509_CRL_num(old_crls) == sk_X509_CRL_num(new_crls);
	int i;

	for (i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		all &= cms_includes(new, cert) == (X509_cmp(cert, but) != 0);
	}
	for (i = 0; all && i < sk_X509_CRL_num(old_crls); i++)
		all = X509_CRL_match(sk_X509_CRL_value(old_crls, i), sk_X509_CRL_value(new_crls, i)) == 0;
	sk_X509_pop_free(certs, X509_free);
	sk_X509_CRL_pop_free(old_crls, X509_CRL_free);
	sk_X509_CRL_pop_free(new_crls, X509_CRL_free);
	return all;
}

/* OpenSSL must accept it for whoever trusts our CA alone, and find these bytes. */
static void verifies(CMS_ContentInfo *cms, const struct buf *content)
{
	X509_STORE *store = X509_STORE_new();
	BIO *out = BIO_new(BIO_s_mem());
	X509 *ca = kit_cert("ca");
	char *bytes;
	long len;

	X509_STORE_add_cert(store, ca);
	X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	assert_int_equal(CMS_verify(cms, NULL, store, NULL, out, CMS_BINARY), 1);
	len = BIO_get_mem_data(out, &bytes);
	assert_true(buf_equals(content, bytes, (size_t)len));
	X509_free(ca);
	BIO_free(out);
	X509_STORE_free(store);
}

static int raised(int digest)
{
	return digest == NID_sha1 || digest == NID_md5 ? NID_sha256 : digest;
}

/* Edits a profile that one stranger signed, signs it with the key of "ec" and compares the two as OpenSSL reads
 * them. */
static void reseal_edited(const struct buf *bytes, const struct envelope *envelope, const struct buf *content)
{
	BUF_AUTO edited = BUF_INIT, sealed = BUF_INIT;
	CMS_ContentInfo *old = cms_parse(bytes->data, bytes->len), *new;
	CMS_SignerInfo *was = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(old), 0), *is;
	struct error err = ERROR_INIT;
	X509 *leaf;

	buf_assign(&edited, content->data, content->len);
	buf_add_text(&edited, "<!-- edited -->\r\n");
	if (envelope_seal(envelope, ec, NULL, edited.data, edited.len, &sealed, NULL, &err))
		fail_msg("%s", err.text);
	new = cms_parse(sealed.data, sealed.len);
	assert_int_equal(cms_count_signers(old), 1);
	assert_int_equal(cms_count_signers(new), 1);
	is = cms_signed_by(new, "ec");
	kept_policy(is, raised(cms_digest(was)), cms_has_attributes(was), cms_has_key_id(was));
	CMS_SignerInfo_get0_algs(was, NULL, &leaf, NULL, NULL);
	assert_true(keeps_inclusions(old, new, leaf));
	verifies(new, &edited);
	assert_true(all_definite((const unsigned char *)sealed.data, (const unsigned char *)sealed.data + sealed.len));
	CMS_ContentInfo_free(old);
	CMS_ContentInfo_free(new);
}

static void every_combination_of_what_is_kept_is_kept(void **state)
{
	const EVP_MD *const digests[] = { EVP_md5(), EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512() };
	static const unsigned int flags[] = { 0, CMS_NOATTR, CMS_USE_KEYID, CMS_NOATTR | CMS_USE_KEYID };
	X509 *extra = kit_cert("expired");
	size_t d, f;

	(void)state;
	for (d = 0; d < sizeof(digests) / sizeof(digests[0]); d++) {
		for (f = 0; f < sizeof(flags) / sizeof(flags[0]); f++) {
			BUF_AUTO bytes = BUF_INIT, content = BUF_INIT;
			CMS_ContentInfo *cms = cms_begin();
			struct envelope *envelope;

			cms_signer(cms, "rsa", digests[d], flags[f]);
			assert_int_equal(CMS_add1_cert(cms, extra), 1);
			cms_finish(cms, "signed");
			kit_read("signed", &bytes);
			envelope = open_bytes(bytes.data, bytes.len, &content);
			assert_true(is_intact(envelope));
			reseal_edited(&bytes, envelope, &content);
			envelope_free(envelope);
		}
	}
	X509_free(extra);
}

static void every_real_signed_profile_is_intact_and_an_edit_of_it_is_signed_like_it(void **state)
{
	(void)state;
	assert_true(each_real_signed(reseal_edited) > 0);
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
		cmocka_unit_test(every_key_signs),
		cmocka_unit_test(each_signature_is_made_again_like_its_own_old_one),
		cmocka_unit_test(two_of_one_signer_that_differ_in_more_than_the_digest_stay_two),
		cmocka_unit_test(a_key_without_an_old_signature_takes_the_first_as_its_model),
		cmocka_unit_test(a_single_stranger_is_the_model_for_all_and_is_replaced_without_a_word),
		cmocka_unit_test(only_strangers_are_dropped_and_named),
		cmocka_unit_test(a_note_that_is_true_of_several_keys_is_said_once),
		cmocka_unit_test(a_renewed_certificate_takes_the_place_of_the_one_before),
		cmocka_unit_test(our_own_signature_is_known_without_its_certificate),
		cmocka_unit_test(a_dropped_signer_without_a_certificate_is_named_by_what_names_it),
		cmocka_unit_test(an_old_signer_who_issued_a_certificate_that_stays_is_kept),
		cmocka_unit_test(an_included_certificate_that_is_not_der_is_dropped_with_a_warning),
		cmocka_unit_test(certificates_of_other_kinds_are_dropped_with_a_warning),
		cmocka_unit_test(no_stale_attribute_comes_back),
		cmocka_unit_test(content_of_another_type_keeps_it_and_always_gets_attributes),
		cmocka_unit_test(every_length_is_said_though_none_was),
		cmocka_unit_test(the_version_is_1_and_with_a_key_id_3),
		cmocka_unit_test(every_combination_of_what_is_kept_is_kept),
		cmocka_unit_test(every_real_signed_profile_is_intact_and_an_edit_of_it_is_signed_like_it),
	};

	return cmocka_run_group_tests(tests, make_signers, free_signers);
}
