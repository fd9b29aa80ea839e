/* Verdicts: what is found of a signature, and the text of it. Trust has its own tests, in trust_test.c. */
#include "tests/unit/sealing.h"

#include "sign/internal.h"
#include "sign/trust.h"
#include "sign/verdict.h"

/* The verdict on a file, with ca.crt trusted. */
static struct verdict reach(const char *name)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope = open_file(name, &content);
	const struct trust_files files = { .cafile = kit_path("ca.crt") };
	struct trust *trust = NULL;
	struct verdict verdict;
	struct error err;

	assert_int_equal(trust_open(&files, &trust, &err), 0);
	assert_int_equal(verdict_reach(envelope, trust, &verdict, &err), 0);
	trust_free(trust);
	envelope_free(envelope);
	return verdict;
}

static struct verdict reach_signed(const char *signer, const char *flags)
{
	sign_with_openssl(signer, flags, "signed");
	return reach("signed");
}

/* What openssl-x509(1) says of a certificate, after the "=". */
static void ask_openssl(const char *cert, const char *what, struct buf *out)
{
	BUF_AUTO said = BUF_INIT;
	const char *at;

	kit_must("openssl x509 -in %s -noout %s >said", cert, what);
	kit_read("said", &said);
	at = strchr(buf_text(&said), '=');
	assert_non_null(at);
	buf_add(out, at + 1, strcspn(at + 1, "\n"));
}

/* ------------------------------------------------------------------ facts */

static void plain_content_has_no_facts(void **state)
{
	struct verdict verdict;

	(void)state;
	kit_write_text("plain", XML);
	verdict = reach("plain");
	assert_int_equal(verdict.form, ENVELOPE_PLAIN);
	assert_int_equal(verdict.signature_count + verdict.cert_count + verdict.crl_count, 0);
	assert_false(verdict_trusted(&verdict));
	assert_false(verdict_expired(&verdict));
	verdict_free(&verdict);
}

static void the_facts_of_a_certificate_are_those_that_openssl_tells(void **state)
{
	BUF_AUTO serial = BUF_INIT, print = BUF_INIT;
	struct verdict verdict = reach_signed("rsa", "-certfile inter.crt");
	const struct certificate *cert;

	(void)state;
	ask_openssl("rsa.crt", "-serial", &serial);
	ask_openssl("rsa.crt", "-fingerprint -sha256", &print);
	assert_int_equal(verdict.signature_count, 1);
	assert_true(verdict.signatures[0].included);
	assert_string_equal(verdict.signatures[0].signer, "CN=rsa");
	cert = &verdict.signatures[0].cert;
	assert_string_equal(cert->subject, "CN=rsa");
	assert_string_equal(cert->issuer, "CN=inter");
	assert_string_equal(cert->serial, buf_text(&serial));
	assert_string_equal(cert->sha256, buf_text(&print));
	assert_string_equal(cert->key, "RSA 2048");
	assert_int_equal(cert->purpose_count, 1);
	assert_string_equal(cert->purposes[0], "codeSigning");
	assert_false(cert->authority || cert->self_signed || cert->expired || cert->not_yet_valid);
	verdict_free(&verdict);
}

static void each_kind_of_key_has_its_name(void **state)
{
	static const char *const curves[][2] = {
		{ "P-384", "EC P-384" },
		{ "brainpoolP256r1", "EC brainpoolP256r1" },
	};
	struct verdict verdict = reach_signed("ec", "");
	size_t i;

	(void)state;
	assert_string_equal(verdict.signatures[0].cert.key, "EC P-256");
	assert_string_equal(verdict.signatures[0].algorithm, "ecdsa-with-SHA256");
	verdict_free(&verdict);
	verdict = reach_signed("pss", "-keyopt rsa_padding_mode:pss");
	assert_string_equal(verdict.signatures[0].cert.key, "RSA-PSS 2048");
	assert_string_equal(verdict.signatures[0].algorithm, "rsassaPss");
	verdict_free(&verdict);
	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		make_identity("curve", EVP_EC_gen(curves[i][0]), "inter", NULL);
		verdict = reach_signed("curve", "");
		assert_string_equal(verdict.signatures[0].cert.key, curves[i][1]);
		verdict_free(&verdict);
	}
}

/* What makes the signature of `signer`, made with these flags, a weak one; NULL: nothing. */
static void weak_as(const char *signer, const char *flags, const char *weak)
{
	struct verdict verdict = reach_signed(signer, flags);
	BUF_AUTO line = BUF_INIT;

	assert_true(verdict.intact);
	if (weak)
		assert_string_equal(verdict.signatures[0].weak, weak);
	else
		assert_null(verdict.signatures[0].weak);
	assert_ptr_equal(verdict_weak(&verdict), verdict.signatures[0].weak);
	verdict_free(&verdict);
	buf_add_format(&line, weak ? "weak: yes (%s)" : "weak: no", weak);
	assert_true(file_says("signed", buf_text(&line)));
}

static void a_signature_is_weak_by_its_digest_or_its_key(void **state)
{
	(void)state;
	weak_as("rsa", "-md sha256", NULL);
	weak_as("ec", "-md sha224", NULL);
	weak_as("rsa", "-md sha1", "sha1");
	weak_as("ec", "-md sha1 -noattr", "sha1");
	weak_as("rsa", "-md md5", "md5");
	make_identity("short", EVP_RSA_gen(1024), "inter", NULL);
	weak_as("short", "", "RSA 1024");
	weak_as("short", "-md sha1", "sha1, RSA 1024");
	make_identity("short", EVP_EC_gen("P-192"), "inter", NULL);
	weak_as("short", "", "EC P-192");
	make_identity("short", EVP_EC_gen("P-224"), "inter", NULL);
	weak_as("short", "", NULL);
}

static void the_weak_one_of_two_signatures_is_found(void **state)
{
	struct verdict verdict;

	(void)state;
	make_identity("short", EVP_RSA_gen(1024), "inter", NULL);
	verdict = reach_signed("ec", "-signer short.crt -inkey short.key");
	assert_string_equal(verdict_weak(&verdict), "RSA 1024");
	verdict_free(&verdict);
}

static void purposes_have_their_short_names_or_numbers_and_none_means_any(void **state)
{
	static const struct cert_options several = { .purpose = "serverAuth,clientAuth,1.2.840.113635.100.4.16" };
	static const struct cert_options none = { .purpose = "" };
	struct verdict verdict;

	(void)state;
	make_identity("several", EVP_EC_gen("P-256"), "inter", &several);
	verdict = reach_signed("several", "");
	assert_int_equal(verdict.signatures[0].cert.purpose_count, 3);
	assert_string_equal(verdict.signatures[0].cert.purposes[0], "serverAuth");
	assert_string_equal(verdict.signatures[0].cert.purposes[1], "clientAuth");
	assert_string_equal(verdict.signatures[0].cert.purposes[2], "1.2.840.113635.100.4.16");
	verdict_free(&verdict);
	make_identity("none", EVP_EC_gen("P-256"), "inter", &none);
	verdict = reach_signed("none", "");
	assert_int_equal(verdict.signatures[0].cert.purpose_count, 0);
	verdict_free(&verdict);
	assert_true(file_says("signed", "purposes: any"));
}

static void purposes_that_cannot_be_read_are_not_any(void **state)
{
	static const struct cert_options tls = { .purpose = "1.2.840.113635.100.4.16" };
	struct verdict verdict;

	(void)state;
	make_identity("odd", EVP_EC_gen("P-256"), "inter", &tls);
	sign_with_openssl("odd", "", "signed");
	/* What should be an object identifier is an octet string. */
	change("signed", "\x06\x09\x2a\x86\x48\x86\xf7\x63\x64", "\x04\x09\x2a\x86\x48\x86\xf7\x63\x64");
	verdict = reach("signed");
	assert_int_equal(verdict.signatures[0].cert.purpose_count, 1);
	assert_string_equal(verdict.signatures[0].cert.purposes[0], "(unreadable)");
	verdict_free(&verdict);
}

static void expired_and_not_yet_valid_are_told_apart_from_intact_and_trusted(void **state)
{
	static const struct cert_options tomorrow = { .from_day = 2, .to_day = 10 };
	struct verdict verdict = reach_signed("expired", "-certfile inter.crt");

	(void)state;
	assert_true(verdict.intact && verdict_expired(&verdict) && !verdict_trusted(&verdict));
	assert_true(verdict.signatures[0].chained);
	assert_true(verdict.signatures[0].cert.expired);
	assert_false(verdict.signatures[0].cert.not_yet_valid);
	verdict_free(&verdict);
	make_identity("tomorrow", EVP_EC_gen("P-256"), "inter", &tomorrow);
	verdict = reach_signed("tomorrow", "-certfile inter.crt");
	assert_true(verdict.intact && verdict_expired(&verdict) && !verdict_trusted(&verdict));
	assert_true(verdict.signatures[0].chained);
	assert_false(verdict.signatures[0].cert.expired);
	assert_true(verdict.signatures[0].cert.not_yet_valid);
	verdict_free(&verdict);
	assert_true(file_says("signed", "expired: no"));
	assert_true(file_says("signed", "not yet valid: yes"));
}

/* ------------------------------------------------------------------ odd certificates */

/* A self-signed signer whose dates (`type` and text; NULL: as they are) and serial number are these. */
static void sign_as_odd(int from_type, const char *from, int until_type, const char *until, const char *serial)
{
	struct identity odd = kit_identity("odd", EVP_EC_gen("P-256"), NULL, NULL);
	ASN1_TIME *time = ASN1_STRING_type_new(from_type);
	ASN1_INTEGER *number = s2i_ASN1_INTEGER(NULL, serial);

	ASN1_STRING_set(time, from, -1);
	assert_int_equal(X509_set1_notBefore(odd.cert, time), 1);
	ASN1_STRING_free(time);
	time = ASN1_STRING_type_new(until_type);
	ASN1_STRING_set(time, until, -1);
	assert_int_equal(X509_set1_notAfter(odd.cert, time), 1);
	ASN1_STRING_free(time);
	assert_int_equal(X509_set_serialNumber(odd.cert, number), 1);
	ASN1_INTEGER_free(number);
	assert_true(X509_sign(odd.cert, odd.key, EVP_sha256()) > 0);
	kit_write_identity("odd", &odd);
	kit_identity_free(&odd);
	sign_with_openssl("odd", "", "signed");
}

static void dates_far_away_are_told_as_they_are(void **state)
{
	(void)state;
	sign_as_odd(V_ASN1_UTCTIME, "500101000000Z", V_ASN1_GENERALIZEDTIME, "99991231235959Z", "1");
	assert_true(file_says("signed", "valid: 1950-01-01T00:00:00Z to 9999-12-31T23:59:59Z"));
	assert_true(file_says("signed", "expired: no"));
	assert_true(file_says("signed", "not yet valid: no"));
	sign_as_odd(V_ASN1_GENERALIZEDTIME, "19491231235959Z", V_ASN1_UTCTIME, "491231235959Z", "1");
	assert_true(file_says("signed", "valid: 1949-12-31T23:59:59Z to 2049-12-31T23:59:59Z"));
	assert_true(file_says("signed", "expired: no"));
	sign_as_odd(V_ASN1_GENERALIZEDTIME, "99991231235959Z", V_ASN1_GENERALIZEDTIME, "00000101000000Z", "1");
	assert_true(file_says("signed", "expired: yes"));
	assert_true(file_says("signed", "not yet valid: yes"));
}

static void a_date_that_is_none_has_passed_or_not_come(void **state)
{
	static const char *const odd[] = { "20261331000000Z", "tomorrow", "2026", "" };
	size_t i;

	(void)state;
	if (OpenSSL_version_num() >= 0x30400000L) {
		print_message("openssl signs with no such certificate from 3.4 on\n");
		skip();
	}
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		sign_as_odd(V_ASN1_GENERALIZEDTIME, odd[i], V_ASN1_GENERALIZEDTIME, odd[i], "1");
		assert_true(file_says("signed", "valid: (unreadable date) to (unreadable date)"));
		assert_true(file_says("signed", "expired: yes"));
		assert_true(file_says("signed", "not yet valid: yes"));
	}
}

static void any_serial_number_is_told(void **state)
{
	static const char *const numbers[][2] = {
		{ "-1", "serial: -01" },
		{ "0", "serial: 0" },
		{ "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
		  "serial: FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sign_as_odd(V_ASN1_UTCTIME, "200101000000Z", V_ASN1_UTCTIME, "490101000000Z", numbers[i][0]);
		holds("signed", ENVELOPE_DER, XML);
		assert_true(file_says("signed", numbers[i][1]));
	}
}

static void a_name_may_be_empty(void **state)
{
	struct identity odd = kit_identity("odd", EVP_EC_gen("P-256"), NULL, NULL);
	X509_NAME *empty = X509_NAME_new();

	(void)state;
	X509_set_subject_name(odd.cert, empty);
	X509_set_issuer_name(odd.cert, empty);
	assert_true(X509_sign(odd.cert, odd.key, EVP_sha256()) > 0);
	kit_write_identity("odd", &odd);
	sign_with_openssl("odd", "", "signed");
	assert_true(file_says("signed", "signer: (empty name)"));
	assert_true(file_says("signed", "issuer: (empty name)"));
	X509_NAME_free(empty);
	kit_identity_free(&odd);
}

static void a_long_name_is_cut_between_characters(void **state)
{
	BUF_AUTO name = BUF_INIT, brief = BUF_INIT;

	(void)state;
	name_brief("CN=short", &brief);
	assert_string_equal(buf_text(&brief), "CN=short");
	buf_clear(&brief);
	buf_add_text(&name, "x");
	while (name.len < 1000)
		buf_add_text(&name, "\xf0\x9f\x8d\x8e");
	name_brief(buf_text(&name), &brief);
	assert_int_equal(brief.len, 1 + 39 * 4 + 3);
	assert_memory_equal(brief.data, name.data, brief.len - 3);
	assert_string_equal(brief.data + brief.len - 3, "...");
}

static void who_is_confirmed_is_told_apart_from_who_only_claims(void **state)
{
	struct verdict verdict = reach_signed("rsa", "-certfile inter.crt");
	BUF_AUTO text = BUF_INIT;

	(void)state;
	verdict_text(&verdict, &text);
	assert_non_null(strstr(buf_text(&text), "\nidentity: confirmed by a trusted certificate\n"));
	verdict_free(&verdict);
	verdict = reach_signed("rsa", "");
	buf_clear(&text);
	verdict_text(&verdict, &text);
	assert_non_null(strstr(buf_text(&text), "\nidentity: claimed ("));
	verdict_free(&verdict);
	sign_with_openssl("rsa", "-certfile inter.crt", "signed");
	change("signed", "<dict/>", "<date/>");
	verdict = reach("signed");
	buf_clear(&text);
	verdict_text(&verdict, &text);
	assert_non_null(strstr(buf_text(&text), "\nidentity: claimed ("));
	verdict_free(&verdict);
}

/* ------------------------------------------------------------------ what else is told */

static void a_self_signed_signer_is_called_so_and_one_that_only_claims_it_is_not(void **state)
{
	struct identity self = kit_identity("self", EVP_EC_gen("P-256"), NULL, NULL), claims;
	struct verdict verdict = reach_signed("self", "");

	(void)state;
	assert_true(verdict.signatures[0].cert.self_signed);
	verdict_free(&verdict);
	assert_true(file_says("signed", "self-signed: yes"));
	/* Its own name as the issuer's, and another's key. */
	claims = kit_identity("self", EVP_EC_gen("P-256"), &self, NULL);
	kit_write_identity("claims", &claims);
	verdict = reach_signed("claims", "");
	assert_string_equal(verdict.signatures[0].cert.subject, verdict.signatures[0].cert.issuer);
	assert_false(verdict.signatures[0].cert.self_signed);
	verdict_free(&verdict);
	kit_identity_free(&self);
	kit_identity_free(&claims);
}

static void the_attributes_the_time_and_the_kind_of_id_are_told(void **state)
{
	struct verdict verdict = reach_signed("rsa", "-nosmimecap -keyid -md sha512");
	const struct signature_facts *signature = &verdict.signatures[0];

	(void)state;
	assert_true(signature->by_key_id);
	assert_string_equal(signature->digest, "sha512");
	assert_int_equal(signature->attribute_count, 3);
	assert_string_equal(signature->attributes[0], "contentType");
	assert_string_equal(signature->attributes[1], "signingTime");
	assert_string_equal(signature->attributes[2], "messageDigest");
	assert_non_null(signature->signed_at);
	assert_int_equal(strlen(signature->signed_at), strlen("2026-01-31T12:00:00Z"));
	verdict_free(&verdict);
	verdict = reach_signed("rsa", "-noattr");
	assert_false(verdict.signatures[0].by_key_id);
	assert_int_equal(verdict.signatures[0].attribute_count, 0);
	assert_null(verdict.signatures[0].signed_at);
	verdict_free(&verdict);
	assert_true(file_says("signed", "attributes: none"));
	assert_true(file_says("signed", "signed at: not said"));
}

/* The command has no option for it. */
static void include_crl(const char *crl, const char *name)
{
	BIO *list = BIO_new_file(kit_path(crl), "rb"), *file = BIO_new_file(kit_path(name), "rb");
	X509_CRL *read = PEM_read_bio_X509_CRL(list, NULL, NULL, NULL);
	CMS_ContentInfo *cms = d2i_CMS_bio(file, NULL);

	assert_int_equal(CMS_add1_crl(cms, read), 1);
	BIO_free(file);
	file = BIO_new_file(kit_path(name), "wb");
	assert_int_equal(i2d_CMS_bio(file, cms), 1);
	BIO_free(file);
	BIO_free(list);
	X509_CRL_free(read);
	CMS_ContentInfo_free(cms);
}

static void included_certificates_and_revocation_lists_are_told(void **state)
{
	size_t i, authorities = 0, self_signed = 0;
	struct verdict verdict;

	(void)state;
	kit_must("cat inter.crt ca.crt >chain");
	sign_with_openssl("rsa", "-certfile chain", "signed");
	assert_true(file_says("signed", "revocation lists: 0"));
	kit_write_text("ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=3\n");
	kit_must(": >index && openssl ca -config ca.cnf -gencrl -keyfile inter.key -cert inter.crt -out inter.crl");
	include_crl("inter.crl", "signed");
	verdict = reach("signed");
	assert_true(verdict.intact);
	assert_int_equal(verdict.cert_count, 3);
	for (i = 0; i < verdict.cert_count; i++) {
		authorities += verdict.certs[i].authority;
		self_signed += verdict.certs[i].self_signed;
	}
	assert_int_equal(authorities, 2);
	assert_int_equal(self_signed, 1);
	assert_int_equal(verdict.crl_count, 1);
	verdict_free(&verdict);
	assert_true(file_says("signed", "certificates: 3"));
	assert_true(file_says("signed", "revocation lists: 1"));
}

static void a_signer_without_certificate_is_named_by_issuer_and_serial_number(void **state)
{
	BUF_AUTO serial = BUF_INIT, name = BUF_INIT, line = BUF_INIT;
	struct verdict verdict = reach_signed("rsa", "-nocerts");

	(void)state;
	ask_openssl("rsa.crt", "-serial", &serial);
	buf_add_format(&name, "serial number %s of CN=inter", buf_text(&serial));
	assert_false(verdict.intact);
	assert_false(verdict.signatures[0].included);
	assert_string_equal(verdict.signatures[0].signer, buf_text(&name));
	assert_string_equal(verdict.signatures[0].why_not_trusted, "the certificate is not included");
	assert_int_equal(verdict.cert_count, 0);
	verdict_free(&verdict);
	buf_add_format(&line, "signer: %s (the certificate is not included)", buf_text(&name));
	assert_true(file_says("signed", buf_text(&line)));
	assert_true(file_says("signed", "trusted: no (the certificate is not included)"));
}

static void one_bad_signature_of_two_leaves_neither_intact_nor_trusted(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct verdict verdict = reach_signed("ec", "-signer rsa.crt -inkey rsa.key -certfile inter.crt");

	(void)state;
	assert_int_equal(verdict.signature_count, 2);
	assert_true(verdict.intact && verdict_trusted(&verdict));
	verdict_free(&verdict);
	kit_read("signed", &bytes);
	bytes.data[bytes.len - 1] = (char)(bytes.data[bytes.len - 1] ^ 1);
	kit_write("signed", bytes.data, bytes.len);
	verdict = reach("signed");
	assert_int_equal(verdict.signature_count, 2);
	assert_false(verdict.intact || verdict_trusted(&verdict));
	assert_string_equal(verdict.why_not_intact.rule, "bad-signature");
	verdict_free(&verdict);
	assert_true(file_says("signed", "signers: 2"));
}

/* ------------------------------------------------------------------ the text */

static void the_text_says_who_signed_and_how(void **state)
{
	BUF_AUTO content = BUF_INIT, sha256 = BUF_INIT, inter = BUF_INIT, text = BUF_INIT;
	struct envelope *envelope;

	(void)state;
	sign_with_openssl("rsa", "-md sha384 -certfile inter.crt -nosmimecap", "signed");
	buf_add_text(&sha256, "sha256: ");
	ask_openssl("rsa.crt", "-fingerprint -sha256", &sha256);
	buf_add_text(&inter, "certificate: ");
	ask_openssl("inter.crt", "-fingerprint -sha256", &inter);
	buf_add_text(&inter, " CN=inter");
	envelope = open_file("signed", &content);
	assert_true(says(envelope, "signed: yes"));
	assert_true(says(envelope, "form: DER"));
	assert_true(says(envelope, "intact: yes"));
	assert_true(says(envelope, "signer: CN=rsa"));
	assert_true(says(envelope, "issuer: CN=inter"));
	assert_true(says(envelope, buf_text(&sha256)));
	assert_true(says(envelope, "key: RSA 2048"));
	assert_true(says(envelope, "purposes: codeSigning"));
	assert_true(says(envelope, "expired: no"));
	assert_true(says(envelope, "not yet valid: no"));
	assert_true(says(envelope, "self-signed: no"));
	assert_true(says(envelope, "digest: sha384"));
	assert_true(says(envelope, "attributes: yes (contentType, signingTime, messageDigest)"));
	assert_true(says(envelope, "signer id: issuer and serial number"));
	assert_true(says(envelope, "certificates: 2"));
	assert_true(says(envelope, buf_text(&inter)));
	envelope_describe(envelope, &text);
	assert_non_null(strstr(buf_text(&text), "\nvalid: 20"));
	assert_non_null(strstr(buf_text(&text), "\nsigned at: 20"));
	envelope_free(envelope);
}

static void a_name_cannot_forge_a_line_of_the_text(void **state)
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

/* Puts bytes, which may be anything, into the name of the signer. */
static void signer_named(const char *bytes, const char *shown)
{
	BUF_AUTO line = BUF_INIT;

	make_identity("name it here", EVP_EC_gen("P-256"), "inter", NULL);
	kit_must("mv 'name it here.crt' named.crt && mv 'name it here.key' named.key");
	sign_with_openssl("named", "", "signed");
	change("signed", "name it", bytes);
	buf_add_format(&line, "signer: CN=%s here", shown);
	if (!file_says("signed", buf_text(&line)))
		fail_msg("not shown as '%s'", buf_text(&line));
}

static void what_a_terminal_would_obey_in_a_name_is_escaped(void **state)
{
	(void)state;
	signer_named("gr\xc3\xbc\xc3\x9f!", "gr\xc3\xbc\xc3\x9f!"); /* umlauts stay */
	signer_named("a\xf0\x9f\x8d\x8exy", "a\xf0\x9f\x8d\x8exy"); /* so does an apple */
	signer_named("ab\x1b[2Jc", "ab\\1B[2Jc");                   /* ESC [ 2 J */
	signer_named("ab\xc2\x9bKxy", "ab\\C2\\9BKxy");             /* CSI K, as one character of C1 */
	signer_named("ab\xe2\x80\xaexy", "ab\\E2\\80\\AExy");       /* right to left from here on */
	signer_named("abc\x7fxyz", "abc\\7Fxyz");
}

/* OpenSSL takes no certificate with such a name; what it lets through elsewhere must not reach JSON. */
static void what_is_no_utf_8_is_escaped(void **state)
{
	static const char *const cases[][2] = {
		{ "abc\xffxyz", "abc\\FFxyz" },
		{ "ab\xc0\xafxyz", "ab\\C0\\AFxyz" }, /* overlong */
		{ "ab\xe0\x80\xafxyz", "ab\\E0\\80\\AFxyz" },
		{ "a\xed\xa0\x80xyz", "a\\ED\\A0\\80xyz" },       /* half a surrogate pair */
		{ "\xf4\x90\x80\x80xyz", "\\F4\\90\\80\\80xyz" }, /* past the last character */
		{ "\xf4\x8f\xbf\xbdxyz", "\xf4\x8f\xbf\xbdxyz" }, /* nearly there */
		{ "abc\xe2\x82", "abc\\E2\\82" },                 /* cut short */
		{ "\x80", "\\80" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BUF_AUTO out = BUF_INIT;

		clean_text(cases[i][0], strlen(cases[i][0]), &out);
		assert_string_equal(buf_text(&out), cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_content_has_no_facts),
		cmocka_unit_test(the_facts_of_a_certificate_are_those_that_openssl_tells),
		cmocka_unit_test(each_kind_of_key_has_its_name),
		cmocka_unit_test(a_signature_is_weak_by_its_digest_or_its_key),
		cmocka_unit_test(the_weak_one_of_two_signatures_is_found),
		cmocka_unit_test(purposes_have_their_short_names_or_numbers_and_none_means_any),
		cmocka_unit_test(purposes_that_cannot_be_read_are_not_any),
		cmocka_unit_test(expired_and_not_yet_valid_are_told_apart_from_intact_and_trusted),
		cmocka_unit_test(dates_far_away_are_told_as_they_are),
		cmocka_unit_test(a_date_that_is_none_has_passed_or_not_come),
		cmocka_unit_test(any_serial_number_is_told),
		cmocka_unit_test(a_name_may_be_empty),
		cmocka_unit_test(a_long_name_is_cut_between_characters),
		cmocka_unit_test(who_is_confirmed_is_told_apart_from_who_only_claims),
		cmocka_unit_test(a_self_signed_signer_is_called_so_and_one_that_only_claims_it_is_not),
		cmocka_unit_test(the_attributes_the_time_and_the_kind_of_id_are_told),
		cmocka_unit_test(included_certificates_and_revocation_lists_are_told),
		cmocka_unit_test(a_signer_without_certificate_is_named_by_issuer_and_serial_number),
		cmocka_unit_test(one_bad_signature_of_two_leaves_neither_intact_nor_trusted),
		cmocka_unit_test(the_text_says_who_signed_and_how),
		cmocka_unit_test(a_name_cannot_forge_a_line_of_the_text),
		cmocka_unit_test(what_a_terminal_would_obey_in_a_name_is_escaped),
		cmocka_unit_test(what_is_no_utf_8_is_escaped),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_identities);
}
