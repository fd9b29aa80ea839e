/*
 * Signatures as other programs write them: what RFC 5652 forbids or leaves open, and takes nothing from what a
 * signature proves, is intact; and it is signed again.
 */
#include "tests/unit/sealing.h"

#include "tests/unit/der.h"

#define OID_DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OID_SIGNED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_SHA256 "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define OID_RSA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_RSA_SHA256 "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
#define OID_EC "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_P256 "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define OID_ECDSA_SHA256 "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define NULL_VALUE "\x05\x00"

#define CONTENT_TYPE "\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03\x31\x0b" OID_DATA
#define MESSAGE_DIGEST "\x30\x2f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04\x31\x22\x04\x20"
#define SIGNING_TIME "\x30\x1c\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05\x31\x0f\x17\x0d" \
		     "260131120000Z"
/* A date before 2050 as GeneralizedTime, which RFC 5652, 11.3 forbids. */
#define SIGNING_TIME_LONG "\x30\x1e\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05\x31\x11\x18\x0f" \
			  "20260131120000Z"
/* What Apple's own programs add: the digest again, as a property list. */
#define HASH_AGILITY "\x30\x11\x06\x09\x2a\x86\x48\x86\xf7\x63\x64\x09\x01\x31\x04\x04\x02<>"

/* A constant of bytes, some of which may be NUL. */
struct bytes {
	const char *at;
	size_t len;
};

#define BYTES(text) \
	{ \
		(text), sizeof(text) - 1 \
	}

struct form {
	const char *writer;
	const char *signer;
	int version;
	struct bytes digest;        /* the algorithm, without the SEQUENCE around it */
	struct bytes algorithm;     /* the same of the signature */
	struct bytes attributes[4]; /* in this order; DIGEST_HERE stands for the digest of the content */
	bool in_pieces;             /* the content, each piece with its length said */
	const char *said;           /* a line of the description */
};

#define DIGEST_HERE BYTES(MESSAGE_DIGEST)

static const struct form forms[] = {
	{
		.writer = "openssl",
		.signer = "rsa",
		.version = 1,
		.digest = BYTES(OID_SHA256),
		.algorithm = BYTES(OID_RSA NULL_VALUE),
		.attributes = { BYTES(CONTENT_TYPE), BYTES(SIGNING_TIME), DIGEST_HERE },
		.said = "signed at: 2026-01-31T12:00:00Z",
	},
	{
		.writer = "node-forge: attributes in the order in which they were given",
		.signer = "rsa",
		.version = 1,
		.digest = BYTES(OID_SHA256 NULL_VALUE),
		.algorithm = BYTES(OID_RSA NULL_VALUE),
		.attributes = { DIGEST_HERE, BYTES(SIGNING_TIME), BYTES(CONTENT_TYPE) },
		.said = "attributes: yes (messageDigest, signingTime, contentType)",
	},
	{
		.writer = "Go: no parameters anywhere",
		.signer = "rsa",
		.version = 1,
		.digest = BYTES(OID_SHA256),
		.algorithm = BYTES(OID_RSA_SHA256),
		.attributes = { BYTES(CONTENT_TYPE), DIGEST_HERE, BYTES(SIGNING_TIME) },
		.said = "algorithm: sha256WithRSAEncryption",
	},
	{
		.writer = "Bouncy Castle: the digest in the algorithm",
		.signer = "rsa",
		.version = 1,
		.digest = BYTES(OID_SHA256 NULL_VALUE),
		.algorithm = BYTES(OID_RSA_SHA256 NULL_VALUE),
		.attributes = { BYTES(CONTENT_TYPE), BYTES(SIGNING_TIME), DIGEST_HERE },
		.said = "algorithm: sha256WithRSAEncryption",
	},
	{
		.writer = "pkijs: content in pieces, no time",
		.signer = "rsa",
		.version = 3,
		.digest = BYTES(OID_SHA256 NULL_VALUE),
		.algorithm = BYTES(OID_RSA_SHA256 NULL_VALUE),
		.attributes = { BYTES(CONTENT_TYPE), DIGEST_HERE },
		.in_pieces = true,
		.said = "signed at: not said",
	},
	{
		.writer = "Apple: an EC key by its kind, and an attribute of its own",
		.signer = "ec",
		.version = 1,
		.digest = BYTES(OID_SHA256 NULL_VALUE),
		.algorithm = BYTES(OID_EC),
		.attributes = { BYTES(CONTENT_TYPE), BYTES(SIGNING_TIME), DIGEST_HERE, BYTES(HASH_AGILITY) },
		.said = "digest: sha256",
	},
	{
		.writer = "an EC key by its kind and curve",
		.signer = "ec",
		.version = 1,
		.digest = BYTES(OID_SHA256),
		.algorithm = BYTES(OID_EC OID_P256),
		.attributes = { BYTES(CONTENT_TYPE), DIGEST_HERE },
		.said = "digest: sha256",
	},
	{
		.writer = "ECDSA with a NULL that has no place there",
		.signer = "ec",
		.version = 1,
		.digest = BYTES(OID_SHA256 NULL_VALUE),
		.algorithm = BYTES(OID_ECDSA_SHA256 NULL_VALUE),
		.attributes = { BYTES(CONTENT_TYPE), DIGEST_HERE },
		.said = "algorithm: ecdsa-with-SHA256",
	},
	{
		.writer = "a date in the long form",
		.signer = "ec",
		.version = 4,
		.digest = BYTES(OID_SHA256),
		.algorithm = BYTES(OID_ECDSA_SHA256),
		.attributes = { BYTES(CONTENT_TYPE), BYTES(SIGNING_TIME_LONG), DIGEST_HERE },
		.said = "signed at: 2026-01-31T12:00:00Z",
	},
	{
		.writer = "no attributes, and pieces",
		.signer = "rsa",
		.version = 1,
		.digest = BYTES(OID_SHA256),
		.algorithm = BYTES(OID_RSA NULL_VALUE),
		.in_pieces = true,
		.said = "attributes: none",
	},
};

/* ------------------------------------------------------------------ writing one */

static void add(struct buf *out, struct bytes bytes)
{
	buf_add(out, bytes.at, bytes.len);
}

static void wrap_bytes(unsigned char tag, struct bytes bytes, struct buf *out)
{
	BUF_AUTO inside = BUF_INIT;

	add(&inside, bytes);
	der_wrap(tag, &inside, out);
}

static void add_version(int version, struct buf *out)
{
	buf_add(out, "\x02\x01", 2);
	buf_add_char(out, (char)version);
}

static void add_attributes(const struct form *form, struct buf *out)
{
	unsigned char digest[32];
	size_t i;

	assert_int_equal(EVP_Digest(XML, strlen(XML), digest, NULL, EVP_sha256(), NULL), 1);
	for (i = 0; i < 4 && form->attributes[i].at; i++) {
		add(out, form->attributes[i]);
		if (form->attributes[i].len == sizeof(MESSAGE_DIGEST) - 1)
			buf_add(out, digest, sizeof(digest));
	}
}

/* Signs the attributes as the SET that they are, in their order; without any, the content. */
static void add_value(const struct form *form, const struct buf *attributes, struct buf *out)
{
	BUF_AUTO set = BUF_INIT, value = BUF_INIT;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *key = kit_key(form->signer);
	size_t len = (size_t)EVP_PKEY_get_size(key);

	if (attributes->len)
		der_wrap(0x31, attributes, &set);
	else
		buf_add_text(&set, XML);
	buf_resize(&value, len);
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, (unsigned char *)value.data, &len, (unsigned char *)set.data, set.len), 1);
	buf_resize(&value, len);
	der_wrap(0x04, &value, out);
	EVP_PKEY_free(key);
	EVP_MD_CTX_free(ctx);
}

static void add_signer_id(const struct form *form, struct buf *out)
{
	X509 *cert = kit_cert(form->signer);
	unsigned char *issuer = NULL, *serial = NULL;
	int issuer_len = i2d_X509_NAME(X509_get_issuer_name(cert), &issuer);
	int serial_len = i2d_ASN1_INTEGER(X509_get_serialNumber(cert), &serial);
	BUF_AUTO both = BUF_INIT;

	buf_add(&both, issuer, (size_t)issuer_len);
	buf_add(&both, serial, (size_t)serial_len);
	der_wrap(0x30, &both, out);
	OPENSSL_free(issuer);
	OPENSSL_free(serial);
	X509_free(cert);
}

static void add_signature(const struct form *form, struct buf *out)
{
	BUF_AUTO parts = BUF_INIT, attributes = BUF_INIT, info = BUF_INIT;

	add_version(1, &parts);
	add_signer_id(form, &parts);
	wrap_bytes(0x30, form->digest, &parts);
	add_attributes(form, &attributes);
	if (attributes.len)
		der_wrap(0xa0, &attributes, &parts);
	wrap_bytes(0x30, form->algorithm, &parts);
	add_value(form, &attributes, &parts);
	der_wrap(0x30, &parts, &info);
	der_wrap(0x31, &info, out);
}

static void add_content(const struct form *form, struct buf *out)
{
	const struct bytes type = BYTES(OID_DATA);
	BUF_AUTO octets = BUF_INIT, outer = BUF_INIT, parts = BUF_INIT;
	struct bytes first = { XML, 20 }, rest = { &XML[20], strlen(XML) - 20 };

	if (form->in_pieces) {
		BUF_AUTO pieces = BUF_INIT;

		wrap_bytes(0x04, first, &pieces);
		wrap_bytes(0x04, rest, &pieces);
		der_wrap(0x24, &pieces, &octets);
	} else {
		wrap_bytes(0x04, (struct bytes){ XML, strlen(XML) }, &octets);
	}
	add(&parts, type);
	der_wrap(0xa0, &octets, &outer);
	buf_add(&parts, outer.data, outer.len);
	der_wrap(0x30, &parts, out);
}

static void add_cert(const char *name, struct buf *out)
{
	BUF_AUTO cert = BUF_INIT;

	der_cert(name, &cert);
	buf_add(out, cert.data, cert.len);
}

/* The certificates stand there with the signer's last, and one of them twice. */
static void write_form(const struct form *form, const char *name)
{
	const struct bytes type = BYTES(OID_SIGNED);
	BUF_AUTO parts = BUF_INIT, algorithms = BUF_INIT, certs = BUF_INIT, data = BUF_INIT, whole = BUF_INIT;
	BUF_AUTO sequence = BUF_INIT, inside = BUF_INIT;

	add_version(form->version, &parts);
	wrap_bytes(0x30, form->digest, &algorithms);
	der_wrap(0x31, &algorithms, &parts);
	add_content(form, &parts);
	add_cert("inter", &certs);
	add_cert("inter", &certs);
	add_cert(form->signer, &certs);
	der_wrap(0xa0, &certs, &parts);
	add_signature(form, &parts);
	der_wrap(0x30, &parts, &data);
	der_wrap(0xa0, &data, &sequence);
	add(&inside, type);
	buf_add(&inside, sequence.data, sequence.len);
	der_wrap(0x30, &inside, &whole);
	kit_write(name, whole.data, whole.len);
}

/* ------------------------------------------------------------------ reading it */

static void each_form_is_intact_as_it_is_for_openssl(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		write_form(&forms[i], "foreign");
		accepted("foreign");
		accepted("foreign");
		holds("foreign", ENVELOPE_DER, XML);
		if (!file_says("foreign", forms[i].said))
			fail_msg("%s: it is not said that '%s'", forms[i].writer, forms[i].said);
		change("foreign", "<dict/>", "<date/>");
		assert_true(file_says("foreign", "intact: no"));
	}
}

static void each_form_is_signed_again(void **state)
{
	struct signer *rsa = open_signer("rsa");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		write_form(&forms[i], "foreign");
		seal_quietly("foreign", rsa, "sealed");
		accepted("sealed");
		assert_true(file_says("sealed", "certificates: 2"));
	}
	signer_free(rsa);
}

static void a_mail_is_refused_with_what_makes_a_profile_of_it(void **state)
{
	(void)state;
	kit_write_text("text.plist", XML);
	kit_must("openssl cms -sign -nodetach -binary -in text.plist -signer ec.crt -inkey ec.key -out mail");
	refuses_file("mail", "openssl cms -cmsout -inform SMIME -outform DER");
	kit_must("openssl cms -cmsout -inform SMIME -outform DER -in mail -out signed");
	holds("signed", ENVELOPE_DER, XML);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_intact_as_it_is_for_openssl),
		cmocka_unit_test(each_form_is_signed_again),
		cmocka_unit_test(a_mail_is_refused_with_what_makes_a_profile_of_it),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_identities);
}
