/* Envelopes: what is opened, what is refused, what is intact. */
#include "tests/unit/envelopes.h"

/* ------------------------------------------------------------------ plain */

static void what_is_not_signed_is_given_back_as_it_is(void **state)
{
	static const char *const plain[] = {
		"",
		XML,
		"bplist00\0\1",
		("\xef\xbb\xbf" XML),
		"0 is no CMS",
		"-----BEGIN CERTIFICATE-----\nAAAA\n",
		"text -----BEGIN CMS-----\n",
		"-----BEGIN CMS REQUEST-----\n",
		"-----BEGIN ",
		"-----BEGIN CMS",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		BUF_AUTO content = BUF_INIT;
		struct envelope *envelope = open_bytes(plain[i], strlen(plain[i]), &content);

		assert_int_equal(envelope_form(envelope), ENVELOPE_PLAIN);
		assert_true(is_intact(envelope));
		assert_true(buf_equals(&content, plain[i], strlen(plain[i])));
		assert_true(says(envelope, "not signed"));
		envelope_free(envelope);
	}
	envelope_free(NULL);
}

static void a_plist_with_a_signature_as_a_value_is_plain(void **state)
{
	static const char xml[] = "\n<plist><string>\n-----BEGIN CMS-----\nAAAA\n-----END "
				  "CMS-----\n</string></plist>";
	static const char binary[] = "bplist00\n-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n";
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = open_bytes(xml, sizeof(xml) - 1, &content);

	(void)state;
	assert_int_equal(envelope_form(envelope), ENVELOPE_PLAIN);
	envelope_free(envelope);
	envelope = open_bytes(binary, sizeof(binary) - 1, &content);
	assert_int_equal(envelope_form(envelope), ENVELOPE_PLAIN);
	envelope_free(envelope);
}

/* ------------------------------------------------------------------ opening */

static void a_der_signature_is_opened(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	holds("signed", ENVELOPE_DER, XML);
}

static void signatures_of_every_kind_of_key_and_without_attributes_are_opened(void **state)
{
	(void)state;
	sign_with_openssl("ec", "", "signed");
	holds("signed", ENVELOPE_DER, XML);
	sign_with_openssl("pss", "-keyopt rsa_padding_mode:pss", "signed");
	holds("signed", ENVELOPE_DER, XML);
	sign_with_openssl("rsa", "-noattr -keyid -md sha1", "signed");
	holds("signed", ENVELOPE_DER, XML);
}

static void a_signature_of_indefinite_length_is_opened_and_its_segments_joined(void **state)
{
	BUF_AUTO large = BUF_INIT, content = BUF_INIT, bytes = BUF_INIT;
	struct envelope *envelope;
	size_t i;

	(void)state;
	for (i = 0; i < 20000; i++)
		buf_add_format(&large, "line %zu\n", i);
	kit_write("large", large.data, large.len);
	kit_must("openssl cms -sign -nodetach -binary -stream -in large -signer rsa.crt -inkey rsa.key "
		 "-outform DER -out signed");
	kit_read("signed", &bytes);
	assert_int_equal((unsigned char)bytes.data[1], 0x80);
	envelope = open_file("signed", &content);
	assert_true(is_intact(envelope));
	assert_true(buf_equals(&content, large.data, large.len));
	envelope_free(envelope);
}

static void pem_is_opened_under_each_of_its_labels(void **state)
{
	static const char *const labels[] = { "CMS", "PKCS7", "PKCS #7 SIGNED DATA" };
	size_t i;

	(void)state;
	sign_with_openssl("rsa", "", "signed");
	kit_must("openssl cms -cmsout -inform DER -in signed -outform PEM -out cms.pem");
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		kit_must("sed 's/ CMS-/ %s-/' cms.pem >signed.pem", labels[i]);
		holds("signed.pem", ENVELOPE_PEM, XML);
	}
	kit_must("{ echo 'a word before'; sed 's/$/\\r/' cms.pem; echo; } >signed.pem");
	holds("signed.pem", ENVELOPE_PEM, XML);
	kit_must("{ printf '\\357\\273\\277'; cat cms.pem; } >signed.pem");
	holds("signed.pem", ENVELOPE_PEM, XML);
}

static void bytes_after_the_signature_are_refused(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "", "signed");
	kit_must("cp signed more; printf '\\n' >>more");
	refuses_file("more", "1 bytes follow the end");
	kit_must("cat signed signed >more");
	refuses_file("more", "follow the end");
	kit_must("openssl cms -sign -nodetach -binary -stream -in text.plist -signer rsa.crt -inkey rsa.key "
		 "-outform DER -out more && printf x >>more");
	refuses_file("more", "1 bytes follow the end");
	kit_must("openssl cms -cmsout -inform DER -in signed -outform PEM -out more && cat ca.crt >>more");
	refuses_file("more", "text follows the end");
	kit_must("cp signed der; printf x >>der; { echo '-----BEGIN CMS-----'; base64 -w 64 der; echo "
		 "'-----END CMS-----'; } >more");
	refuses_file("more", "1 bytes follow the end");
}

static void a_detached_signature_is_refused(void **state)
{
	(void)state;
	kit_write_text("text.plist", XML);
	kit_must("openssl cms -sign -binary -in text.plist -signer rsa.crt -inkey rsa.key -outform DER -out "
		 "signed");
	refuses_file("signed", "detached");
}

static void an_encrypted_profile_is_refused_as_encrypted(void **state)
{
	(void)state;
	kit_write_text("text.plist", XML);
	kit_must("openssl cms -encrypt -binary -aes-256-cbc -in text.plist -outform DER -out closed rsa.crt");
	refuses_file("closed", "encrypted");
	kit_must("openssl cms -encrypt -binary -aes-256-gcm -in text.plist -outform DER -out closed rsa.crt");
	refuses_file("closed", "encrypted");
	kit_must("openssl cms -encrypt -binary -aes-256-cbc -in text.plist -outform PEM -out closed rsa.crt");
	refuses_file("closed", "encrypted");
}

static void another_type_of_cms_is_refused_by_its_name(void **state)
{
	(void)state;
	kit_write_text("text.plist", XML);
	kit_must("openssl cms -data_create -binary -in text.plist -outform DER -out data");
	refuses_file("data", "pkcs7-data");
	kit_must("openssl cms -digest_create -binary -in text.plist -outform DER -out digest");
	refuses_file("digest", "signed (SignedData)");
	kit_must("openssl crl2pkcs7 -nocrl -certfile rsa.crt -outform DER -out certs");
	refuses_file("certs", "content is not in the file");
}

static void a_file_that_is_cut_short_is_refused_wherever_it_is_cut(void **state)
{
	BUF_AUTO bytes = BUF_INIT, pem = BUF_INIT;
	size_t i;

	(void)state;
	sign_with_openssl("ec", "", "signed");
	kit_read("signed", &bytes);
	for (i = 1; i < bytes.len; i++)
		refuses_bytes(bytes.data, i, "");
	kit_must("openssl cms -cmsout -inform DER -in signed -outform PEM -out signed.pem");
	kit_read("signed.pem", &pem);
	for (i = strlen("-----BEGIN CMS-----"); i < pem.len - 6; i += 7)
		refuses_bytes(pem.data, i, "");
}

/* ------------------------------------------------------------------ intact or not */

static void changed_content_is_opened_and_not_intact(void **state)
{
	static const char *const flags[] = { "", "-noattr" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		BUF_AUTO content = BUF_INIT;
		struct envelope *envelope;
		struct error why = ERROR_INIT;

		sign_with_openssl("rsa", flags[i], "signed");
		change("signed", "<dict/>", "<date/>");
		envelope = open_file("signed", &content);
		assert_non_null(strstr(buf_text(&content), "<date/>"));
		assert_false(envelope_intact(envelope, &why));
		assert_non_null(strstr(why.text, "changed after it was signed"));
		assert_string_equal(why.rule, "bad-signature");
		assert_string_equal(why.file, "wifi.mobileconfig");
		assert_true(says(envelope, "intact: no"));
		envelope_free(envelope);
	}
}

static void a_signature_for_another_type_of_content_is_not_intact(void **state)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope;
	struct error why = ERROR_INIT;

	(void)state;
	sign_with_openssl("rsa", "", "signed");
	/* The type beside the content (data, now digestedData) is not itself under the signature. */
	change("signed", "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x05");
	envelope = open_file("signed", &content);
	assert_false(envelope_intact(envelope, &why));
	assert_non_null(strstr(why.text, "another type of content"));
	envelope_free(envelope);
}

static void a_signature_without_its_certificate_is_not_intact(void **state)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope;
	struct error why = ERROR_INIT;

	(void)state;
	sign_with_openssl("rsa", "-nocerts", "signed");
	envelope = open_file("signed", &content);
	assert_false(envelope_intact(envelope, &why));
	assert_non_null(strstr(why.text, "certificate is not included"));
	assert_true(says(envelope, "certificates: 0"));
	envelope_free(envelope);
}

static void an_envelope_that_nobody_signed_is_not_intact(void **state)
{
	/* SignedData, version 1, no digests, eContent "x", no certificates, no signers. */
	static const unsigned char unsigned_data[] =
		"\x30\x23\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x16\x30\x14\x02\x01\x01\x31\x00"
		"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\x31\x00";
	const size_t len = sizeof(unsigned_data) - 1;
	unsigned char with_content[sizeof(unsigned_data) - 1 + 5];
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope;
	struct error why = ERROR_INIT;

	(void)state;
	refuses_bytes(unsigned_data, len, "content is not in the file");
	memcpy(with_content, unsigned_data, len - 2);
	memcpy(with_content + len - 2, "\xa0\x03\x04\x01x\x31\x00", 7);
	with_content[1] += 5;
	with_content[14] += 5;
	with_content[16] += 5;
	with_content[23] += 5;
	envelope = open_bytes(with_content, sizeof(with_content), &content);
	assert_true(buf_equals(&content, "x", 1));
	assert_false(envelope_intact(envelope, &why));
	assert_non_null(strstr(why.text, "nobody signed"));
	assert_true(says(envelope, "signers: 0"));
	envelope_free(envelope);
}

static void an_expired_signer_and_an_unknown_authority_are_intact_all_the_same(void **state)
{
	(void)state;
	sign_with_openssl("expired", "", "signed");
	holds("signed", ENVELOPE_DER, XML);
	assert_true(file_says("signed", "expired: yes"));
	assert_false(file_says("signed", "trusted: yes"));
}

static void one_bad_signature_of_two_is_not_intact(void **state)
{
	BUF_AUTO bytes = BUF_INIT, content = BUF_INIT;
	struct envelope *envelope;

	(void)state;
	sign_with_openssl("ec", "-signer rsa.crt -inkey rsa.key", "signed");
	holds("signed", ENVELOPE_DER, XML);
	kit_read("signed", &bytes);
	/* The last byte belongs to the signature that comes last. */
	bytes.data[bytes.len - 1] = (char)(bytes.data[bytes.len - 1] ^ 1);
	envelope = open_bytes(bytes.data, bytes.len, &content);
	assert_false(is_intact(envelope));
	envelope_free(envelope);
}

/* Opens bytes that may be anything. What is still intact must still be what was signed. */
static void survives(const void *bytes, size_t len)
{
	BUF_AUTO content = BUF_INIT, text = BUF_INIT;
	struct envelope *envelope = NULL;
	struct error err = ERROR_INIT;

	if (envelope_open("x", bytes, len, &envelope, &content, &err)) {
		assert_string_equal(err.rule, "bad-signature");
		return;
	}
	if (envelope_form(envelope) != ENVELOPE_PLAIN && is_intact(envelope))
		assert_true(buf_equals(&content, XML, strlen(XML)));
	envelope_describe(envelope, &text);
	envelope_free(envelope);
}

static void no_flipped_byte_crashes_or_makes_other_content_intact(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x20, 0x80, 0xff };
	BUF_AUTO bytes = BUF_INIT;
	size_t i, f;

	(void)state;
	sign_with_openssl("ec", "", "signed");
	kit_read("signed", &bytes);
	for (i = 0; i < bytes.len; i++) {
		for (f = 0; f < sizeof(flips); f++) {
			bytes.data[i] = (char)(bytes.data[i] ^ flips[f]);
			survives(bytes.data, bytes.len);
			bytes.data[i] = (char)(bytes.data[i] ^ flips[f]);
		}
	}
}

static void no_garbage_crashes(void **state)
{
	unsigned char bytes[200];
	unsigned int seed = 7;
	size_t i, round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (unsigned char)(seed >> 16);
		}
		bytes[0] = 0x30;
		bytes[1] = (unsigned char)(round % 2 ? 0x80 : 0x7f);
		bytes[2] = 0x06;
		if (round % 3)
			memcpy(bytes + 3,
			       "\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31",
			       18);
		survives(bytes, round % sizeof(bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_signed_is_given_back_as_it_is),
		cmocka_unit_test(a_plist_with_a_signature_as_a_value_is_plain),
		cmocka_unit_test(a_der_signature_is_opened),
		cmocka_unit_test(signatures_of_every_kind_of_key_and_without_attributes_are_opened),
		cmocka_unit_test(a_signature_of_indefinite_length_is_opened_and_its_segments_joined),
		cmocka_unit_test(pem_is_opened_under_each_of_its_labels),
		cmocka_unit_test(bytes_after_the_signature_are_refused),
		cmocka_unit_test(a_detached_signature_is_refused),
		cmocka_unit_test(an_encrypted_profile_is_refused_as_encrypted),
		cmocka_unit_test(another_type_of_cms_is_refused_by_its_name),
		cmocka_unit_test(a_file_that_is_cut_short_is_refused_wherever_it_is_cut),
		cmocka_unit_test(changed_content_is_opened_and_not_intact),
		cmocka_unit_test(a_signature_for_another_type_of_content_is_not_intact),
		cmocka_unit_test(a_signature_without_its_certificate_is_not_intact),
		cmocka_unit_test(an_envelope_that_nobody_signed_is_not_intact),
		cmocka_unit_test(an_expired_signer_and_an_unknown_authority_are_intact_all_the_same),
		cmocka_unit_test(one_bad_signature_of_two_is_not_intact),
		cmocka_unit_test(no_flipped_byte_crashes_or_makes_other_content_intact),
		cmocka_unit_test(no_garbage_crashes),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_identities);
}
