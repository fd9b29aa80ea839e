/* Envelopes: what is opened, what is refused, and that a new signature is like the old one. */
#include "tests/unit/signing.h"

#include <fts.h>

#include <openssl/cms.h>

#include "sign/envelope.h"
#include "sign/signer.h"

#define XML "<?xml version=\"1.0\"?>\n<plist version=\"1.0\">\n<dict/>\n</plist>\n"

/* Signers of the whole run, opened once. */
static struct signer *rsa, *ec, *pss, *bare;

/* ------------------------------------------------------------------ short words for the tests */

/* Trust is asked of a store with nothing in it, which costs nothing and is the same on every machine. */
static void no_system_store(void)
{
	setenv("SSL_CERT_FILE", kit_path("no-such-file"), 1);
	setenv("SSL_CERT_DIR", kit_path("no-such-folder"), 1);
}

static struct envelope *open_bytes(const void *bytes, size_t len, struct buf *content)
{
	struct envelope *envelope = NULL;
	struct error err = ERROR_INIT;

	buf_clear(content);
	if (envelope_open("wifi.mobileconfig", bytes, len, &envelope, content, &err))
		fail_msg("not opened: %s", err.text);
	assert_non_null(envelope);
	return envelope;
}

static struct envelope *open_file(const char *name, struct buf *content)
{
	BUF_AUTO bytes = BUF_INIT;

	kit_read(name, &bytes);
	return open_bytes(bytes.data, bytes.len, content);
}

/* It must be refused as a bad signature, and say `words`. */
static void refuses_bytes(const void *bytes, size_t len, const char *words)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = NULL;
	struct error err = ERROR_INIT;

	assert_int_equal(envelope_open("wifi.mobileconfig", bytes, len, &envelope, &content, &err), -1);
	assert_null(envelope);
	assert_string_equal(err.rule, "bad-signature");
	assert_string_equal(err.file, "wifi.mobileconfig");
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void refuses_file(const char *name, const char *words)
{
	BUF_AUTO bytes = BUF_INIT;

	kit_read(name, &bytes);
	refuses_bytes(bytes.data, bytes.len, words);
}

static bool is_intact(const struct envelope *envelope)
{
	struct error why = ERROR_INIT;
	bool intact = envelope_intact(envelope, &why);

	assert_true(intact == (why.code == 0));
	if (!intact)
		assert_string_equal(why.rule, "bad-signature");
	return intact;
}

/* Opens what must be an intact envelope of this form around `text`. */
static void holds(const char *name, enum envelope_form form, const char *text)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = open_file(name, &content);

	assert_int_equal(envelope_form(envelope), form);
	assert_true(is_intact(envelope));
	assert_true(buf_equals(&content, text, strlen(text)));
	envelope_free(envelope);
}

/* True if this is one whole line of the description. */
static bool says(const struct envelope *envelope, const char *line)
{
	BUF_AUTO text = BUF_INIT, wanted = BUF_INIT;

	buf_add_text(&text, "\n");
	envelope_describe(envelope, &text);
	buf_add_format(&wanted, "\n%s\n", line);
	assert_true(buf_ok(&text));
	return strstr(buf_text(&text), buf_text(&wanted)) != NULL;
}

/* The same of a file. */
static bool file_says(const char *name, const char *line)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = open_file(name, &content);
	bool said = says(envelope, line);

	envelope_free(envelope);
	return said;
}

/* Signs text.plist with the real openssl into `out`. */
static void sign_with_openssl(const char *signer, const char *flags, const char *out)
{
	kit_write_text("text.plist", XML);
	kit_must("openssl cms -sign -nodetach -binary -in text.plist -signer %s.crt -inkey %s.key -outform "
		 "DER -out %s %s",
		 signer, signer, out, flags);
}

/* Seals like the envelope in the file `old` (NULL: like none) into the file `out`. */
static void seal_bytes(const char *old, const struct signer *signer, const char *digest, const void *bytes,
		       size_t len, const char *out, struct problems *notes)
{
	BUF_AUTO content = BUF_INIT, sealed = BUF_INIT;
	struct envelope *envelope = old ? open_file(old, &content) : NULL;
	struct seal_options options = { .digest = digest };
	struct error err = ERROR_INIT;

	if (envelope_seal(envelope, signer, &options, bytes, len, &sealed, notes, &err))
		fail_msg("not sealed: %s", err.text);
	kit_write(out, sealed.data, sealed.len);
	envelope_free(envelope);
}

static void seal(const char *old, const struct signer *signer, const char *digest, const char *out,
		 struct problems *notes)
{
	seal_bytes(old, signer, digest, XML, strlen(XML), out, notes);
}

/* Seals and expects that there is nothing to say of it. */
static void seal_quietly(const char *old, const struct signer *signer, const char *out)
{
	struct problems notes = PROBLEMS_INIT;

	seal(old, signer, NULL, out, &notes);
	assert_int_equal(notes.count, 0);
}

/* The real openssl must accept the file under our CA and find exactly these bytes in it. */
static void openssl_accepts(const char *name, const void *bytes, size_t len)
{
	BUF_AUTO content = BUF_INIT;

	kit_must("openssl cms -verify -inform DER -purpose any -CAfile ca.crt -binary -in %s -out verified",
		 name);
	kit_read("verified", &content);
	assert_true(buf_equals(&content, bytes, len));
}

static void accepted(const char *name)
{
	openssl_accepts(name, XML, strlen(XML));
}

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

static void one_note(struct problems *notes, enum severity severity, const char *words)
{
	assert_int_equal(notes->count, 1);
	assert_int_equal(notes->list[0].severity, severity);
	if (!strstr(notes->list[0].text, words))
		fail_msg("'%s' does not say '%s'", notes->list[0].text, words);
	problems_free(notes);
}

/* ------------------------------------------------------------------ plain */

static void what_is_not_signed_is_given_back_as_it_is(void **state)
{
	static const char *const plain[] = {
		"",
		XML,
		"bplist00\0\1",
		"\xef\xbb\xbf" XML,
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

/* Changes the one place in the file where `from` stands. */
static void change(const char *name, const char *from, const char *to)
{
	BUF_AUTO bytes = BUF_INIT;
	char *at;

	kit_read(name, &bytes);
	at = memmem(bytes.data, bytes.len, from, strlen(from));
	assert_non_null(at);
	memcpy(at, to, strlen(to));
	kit_write(name, bytes.data, bytes.len);
}

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
	static const unsigned char unsigned_data[] = {
		0x30,
		0x23,
		0x06,
		0x09,
		0x2a,
		0x86,
		0x48,
		0x86,
		0xf7,
		0x0d,
		0x01,
		0x07,
		0x02,
		0xa0,
		0x16,
		0x30,
		0x14,
		0x02,
		0x01,
		0x01,
		0x31,
		0x00,
		0x30,
		0x0b,
		0x06,
		0x09,
		0x2a,
		0x86,
		0x48,
		0x86,
		0xf7,
		0x0d,
		0x01,
		0x07,
		0x01,
		0x31,
		0x00,
	};
	unsigned char with_content[sizeof(unsigned_data) + 5];
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope;
	struct error why = ERROR_INIT;

	(void)state;
	refuses_bytes(unsigned_data, sizeof(unsigned_data), "content is not in the file");
	memcpy(with_content, unsigned_data, sizeof(unsigned_data) - 2);
	memcpy(with_content + sizeof(unsigned_data) - 2, "\xa0\x03\x04\x01x\x31\x00", 7);
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

/* ------------------------------------------------------------------ describing */

static void the_description_says_who_signed_and_how(void **state)
{
	BUF_AUTO content = BUF_INIT, print = BUF_INIT, line = BUF_INIT, text = BUF_INIT;
	struct envelope *envelope;
	char *at;

	(void)state;
	sign_with_openssl("rsa", "-md sha384 -certfile inter.crt -nosmimecap", "signed");
	kit_must("openssl x509 -in rsa.crt -noout -fingerprint -sha256 >print");
	kit_read("print", &print);
	at = strchr(buf_text(&print), '=');
	assert_non_null(at);
	at[strcspn(at, "\n")] = '\0';
	buf_add_format(&line, "sha256: %s", at + 1);
	envelope = open_file("signed", &content);
	assert_true(says(envelope, "signed: yes"));
	assert_true(says(envelope, "intact: yes"));
	assert_true(says(envelope, "signer: CN=rsa"));
	assert_true(says(envelope, "issuer: CN=inter"));
	assert_true(says(envelope, buf_text(&line)));
	assert_true(says(envelope, "expired: no"));
	assert_true(says(envelope, "digest: sha384"));
	assert_true(says(envelope, "attributes: yes (contentType, signingTime, messageDigest)"));
	assert_true(says(envelope, "certificates: 2"));
	envelope_describe(envelope, &text);
	assert_non_null(strstr(buf_text(&text), "\nvalid: 20"));
	envelope_free(envelope);
}

static void trust_is_asked_of_the_systems_store(void **state)
{
	(void)state;
	sign_with_openssl("expired", "-certfile inter.crt", "signed");
	assert_true(file_says("signed", "trusted: no (unable to get local issuer certificate)") ||
		    file_says("signed", "trusted: no (unable to get issuer certificate)"));
	assert_int_equal(setenv("SSL_CERT_FILE", kit_path("ca.crt"), 1), 0);
	assert_true(file_says("signed", "trusted: yes"));
	assert_true(file_says("signed", "expired: yes"));
	sign_with_openssl("rsa", "", "signed");
	assert_true(file_says("signed", "trusted: no (unable to get local issuer certificate)"));
	no_system_store();
}

static void a_name_cannot_forge_a_line_of_the_description(void **state)
{
	struct identity forger = kit_identity("x\nintact: yes", EVP_EC_gen("P-256"), NULL, NULL);

	(void)state;
	kit_write_identity("forger", &forger);
	kit_identity_free(&forger);
	sign_with_openssl("forger", "", "signed");
	change("signed", "<dict/>", "<date/>");
	assert_true(file_says("signed", "intact: no"));
	assert_false(file_says("signed", "intact: yes"));
	assert_true(file_says("signed", "signer: CN=x\\0Aintact: yes"));
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
	for (i = 0; i < 3; i++) {
		struct seal_options options = { .digest = wrong[i] };
		struct error err = ERROR_INIT;
		BUF_AUTO out = BUF_INIT;

		buf_add_text(&out, "before");
		assert_int_equal(envelope_seal(NULL, rsa, &options, XML, strlen(XML), &out, NULL, &err), -1);
		assert_non_null(strstr(err.text, "give sha256"));
		assert_null(err.rule);
		assert_string_equal(buf_text(&out), "before");
	}
}

static void an_rsa_pss_key_made_for_one_digest_signs_with_it(void **state)
{
	struct signer_files files = { .key = kit_path("strict.key"), .cert = kit_path("strict.crt") };
	struct seal_options options = { .digest = "sha512" };
	struct problems notes = PROBLEMS_INIT;
	struct signer *strict = NULL;
	BUF_AUTO out = BUF_INIT;
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
	assert_int_equal(envelope_seal(NULL, strict, &options, XML, strlen(XML), &out, NULL, &err), -1);
	assert_non_null(strstr(err.text, "sha384 only"));
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
	assert_int_equal(count_in_listing("sealed", "subject: CN=rsa"), 0);
	assert_int_equal(count_in_listing("sealed", "subject: CN=ec"), 1);
	assert_int_equal(count_in_listing("sealed", "subject: CN=inter"), 1);
	assert_true(file_says("sealed", "signer: CN=ec"));
	accepted("sealed");
}

static void other_certificates_are_kept_and_the_signers_chain_is_added(void **state)
{
	(void)state;
	sign_with_openssl("rsa", "-certfile expired.crt", "signed");
	seal_quietly("signed", rsa, "sealed");
	assert_int_equal(count_in_listing("sealed", "subject: CN=expired"), 1);
	assert_int_equal(count_in_listing("sealed", "subject: CN=inter"), 1);
	assert_true(file_says("sealed", "certificates: 3"));
	accepted("sealed");
}

static void revocation_lists_are_kept(void **state)
{
	BUF_AUTO old = BUF_INIT;

	(void)state;
	kit_must("touch index.txt && printf "
		 "'[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\ndefault_md=sha256\\ndefault_crl_days=9\\n' >ca.cnf && openssl ca -gencrl -config ca.cnf -keyfile ca.key -cert ca.crt -out ca.crl");
	seal_quietly(NULL, rsa, "signed");
	kit_read("signed", &old);
	{
		BIO *bio = BIO_new_file(kit_path("ca.crl"), "r");
		const unsigned char *at = (const unsigned char *)old.data;
		CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)old.len);
		X509_CRL *crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
		unsigned char *der = NULL;
		int len;

		assert_int_equal(CMS_add0_crl(cms, crl), 1);
		len = i2d_CMS_ContentInfo(cms, &der);
		kit_write("signed", der, (size_t)len);
		OPENSSL_free(der);
		CMS_ContentInfo_free(cms);
		BIO_free(bio);
	}
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
	assert_int_equal(count_in_listing("sealed", "subject: CN=expired"), 0);
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
	BIO *key_file = BIO_new_file(kit_path("rsa.key"), "r"),
	    *cert_file = BIO_new_file(kit_path("rsa.crt"), "r");
	EVP_PKEY *key = PEM_read_bio_PrivateKey(key_file, NULL, NULL, NULL);
	X509 *cert = PEM_read_bio_X509(cert_file, NULL, NULL, NULL);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
	BIO *content = BIO_new_mem_buf(XML, -1);
	unsigned char *der = NULL;
	int len;

	assert_non_null(CMS_add1_signer(cms, cert, key, first, CMS_BINARY | CMS_PARTIAL));
	assert_non_null(CMS_add1_signer(cms, cert, key, second, CMS_BINARY | CMS_PARTIAL | CMS_NOCERTS));
	assert_int_equal(CMS_final(cms, content, NULL, CMS_BINARY), 1);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0);
	kit_write(name, der, (size_t)len);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	X509_free(cert);
	EVP_PKEY_free(key);
	BIO_free(content);
	BIO_free(cert_file);
	BIO_free(key_file);
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

/* ------------------------------------------------------------------ real profiles */

/* Opens a real file, and if it is signed seals it again. Counts the signed ones. */
static void try_real(const char *path, size_t *count)
{
	BUF_AUTO bytes = BUF_INIT, content = BUF_INIT, sealed = BUF_INIT, again = BUF_INIT;
	struct envelope *old = NULL, *new;
	struct error err = ERROR_INIT;

	assert_int_equal(file_read_path(path, 64u << 20, &bytes, &err), 0);
	if (envelope_open(path, bytes.data, bytes.len, &old, &content, &err))
		fail_msg("%s: %s", path, err.text);
	if (envelope_form(old) != ENVELOPE_PLAIN) {
		(*count)++;
		if (!envelope_intact(old, &err))
			fail_msg("%s: %s", path, err.text);
		if (envelope_seal(old, rsa, NULL, content.data, content.len, &sealed, NULL, &err))
			fail_msg("%s: %s", path, err.text);
		new = open_bytes(sealed.data, sealed.len, &again);
		assert_true(is_intact(new));
		assert_true(buf_equals(&again, content.data, content.len));
		envelope_free(new);
		if (*count % 8 == 0) {
			kit_write("sealed", sealed.data, sealed.len);
			openssl_accepts("sealed", content.data, content.len);
		}
	}
	envelope_free(old);
}

static void every_real_signed_profile_is_intact_and_can_be_signed_again(void **state)
{
	const char *folder = getenv("PROFILEFS_TEST_PROFILES");
	char *roots[] = { (char *)folder, NULL };
	size_t count = 0;
	FTSENT *entry;
	FTS *walk;

	(void)state;
	if (!folder || access(folder, R_OK) != 0) {
		print_message("PROFILEFS_TEST_PROFILES is unset or not there: real profiles are not tried\n");
		skip();
	}
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	while ((entry = fts_read(walk)))
		if (entry->fts_info == FTS_F)
			try_real(entry->fts_path, &count);
	fts_close(walk);
	assert_true(count > 0);
}

/* ------------------------------------------------------------------ what they all need */

static struct signer *open_signer(const char *name)
{
	struct signer_files files = { .chain = kit_path("inter.crt") };
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;
	char key[64], cert[64];

	snprintf(key, sizeof(key), "%s.key", name);
	snprintf(cert, sizeof(cert), "%s.crt", name);
	files.key = kit_path(key);
	files.cert = kit_path(cert);
	if (signer_open(&files, &signer, NULL, &err)) {
		print_error("%s: %s\n", name, err.text);
		exit(1);
	}
	return signer;
}

static int make_signers(void **state)
{
	static const struct cert_options ca = { .ca = true };
	static const struct cert_options expired = { .from_day = -20, .to_day = -10 };
	static const struct cert_options no_key_id = { .no_key_id = true };
	struct identity root, inter, rest[5];
	size_t i, count = 0;

	(void)state;
	kit_open();
	no_system_store();
	root = kit_identity("ca", EVP_EC_gen("P-256"), NULL, &ca);
	inter = kit_identity("inter", EVP_EC_gen("P-256"), &root, &ca);
	rest[count++] = kit_identity("rsa", EVP_RSA_gen(2048), &inter, NULL);
	rest[count++] = kit_identity("ec", EVP_EC_gen("P-256"), &inter, NULL);
	rest[count++] = kit_identity("pss", kit_rsa_pss_key(), &inter, NULL);
	rest[count++] = kit_identity("bare", EVP_EC_gen("P-256"), &inter, &no_key_id);
	rest[count++] = kit_identity("expired", EVP_EC_gen("P-256"), &inter, &expired);
	for (i = 0; i < count; i++)
		kit_identity_free(&rest[i]);
	kit_identity_free(&root);
	kit_identity_free(&inter);
	rsa = open_signer("rsa");
	ec = open_signer("ec");
	pss = open_signer("pss");
	bare = open_signer("bare");
	return 0;
}

static int free_signers(void **state)
{
	(void)state;
	signer_free(rsa);
	signer_free(ec);
	signer_free(pss);
	signer_free(bare);
	kit_close();
	return 0;
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
		cmocka_unit_test(a_signature_without_its_certificate_is_not_intact),
		cmocka_unit_test(an_envelope_that_nobody_signed_is_not_intact),
		cmocka_unit_test(an_expired_signer_and_an_unknown_authority_are_intact_all_the_same),
		cmocka_unit_test(one_bad_signature_of_two_is_not_intact),
		cmocka_unit_test(no_flipped_byte_crashes_or_makes_other_content_intact),
		cmocka_unit_test(no_garbage_crashes),
		cmocka_unit_test(the_description_says_who_signed_and_how),
		cmocka_unit_test(trust_is_asked_of_the_systems_store),
		cmocka_unit_test(a_name_cannot_forge_a_line_of_the_description),
		cmocka_unit_test(a_new_signature_is_accepted_by_openssl),
		cmocka_unit_test(a_new_signature_is_accepted_by_gnutls),
		cmocka_unit_test(content_stays_as_it_is_byte_for_byte),
		cmocka_unit_test(the_result_has_definite_lengths_whatever_the_old_form_was),
		cmocka_unit_test(pem_becomes_der_with_a_note),
		cmocka_unit_test(the_digest_is_kept),
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
		cmocka_unit_test(every_real_signed_profile_is_intact_and_can_be_signed_again),
	};

	return cmocka_run_group_tests(tests, make_signers, free_signers);
}
