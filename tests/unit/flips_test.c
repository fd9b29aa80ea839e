/* Damage: a signed profile with one byte changed is refused, or the byte is one that no signature covers. */
#include "tests/unit/sealing.h"

#include "tests/unit/der.h"
#include "tests/unit/random.h"
#include "tests/unit/real_signed.h"

/* What happened to all the changed files. */
static struct {
	unsigned int tried, unreadable, broken, plain, uncovered;
} told;

/* True: every bit is tried where a test says so, and 200 places of every other file; else a sample. */
static bool full(void)
{
	const char *value = getenv("E2E_FULL");

	return value && strcmp(value, "1") == 0;
}

/* ------------------------------------------------------------------ what a signature covers */

static void add_part(struct buf *out, const char *name, const unsigned char *bytes, int len)
{
	assert_true(len >= 0);
	buf_add_format(out, "%s %d:", name, len);
	buf_add(out, bytes, (size_t)len);
}

static void add_object(struct buf *out, const char *name, const ASN1_OBJECT *object)
{
	add_part(out, name, OBJ_get0_data(object), (int)OBJ_length(object));
}

static void add_algorithm(struct buf *out, const char *name, const X509_ALGOR *algorithm)
{
	unsigned char *der = NULL;
	int len = i2d_X509_ALGOR(algorithm, &der);

	add_part(out, name, der, len);
	OPENSSL_free(der);
}

/* RSA's own name, and those that name the digest too, are one algorithm (RFC 3370, 3.2). */
static void add_signature_algorithm(struct buf *out, const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *name;
	int kind = NID_undef;

	X509_ALGOR_get0(&name, NULL, NULL, algorithm);
	if (OBJ_obj2nid(name) == NID_rsaEncryption ||
	    (OBJ_find_sigid_algs(OBJ_obj2nid(name), NULL, &kind) == 1 && kind == NID_rsaEncryption))
		buf_add_text(out, "RSA ");
	else
		add_algorithm(out, "algorithm", algorithm);
}

/* The numbers of the key: a point of a curve has more than one encoding. */
static void add_key(struct buf *out, X509 *cert)
{
	static const char *const names[] = { "n", "e", "qx", "qy" };
	const EVP_PKEY *key = X509_get0_pubkey(cert);
	char curve[80] = "";
	size_t i;

	EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL);
	buf_add_format(out, "key of %d bits %s ", EVP_PKEY_get_bits(key), curve);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		BIGNUM *number = NULL;
		char *digits;

		if (!EVP_PKEY_get_bn_param(key, names[i], &number))
			continue;
		digits = BN_bn2hex(number);
		assert_non_null(digits);
		buf_add_format(out, "%s=%s ", names[i], digits);
		OPENSSL_free(digits);
		BN_free(number);
	}
}

static void add_attributes(struct buf *out, CMS_SignerInfo *info)
{
	int i;

	buf_add_format(out, "attributes %d ", CMS_signed_get_attr_count(info));
	for (i = 0; i < CMS_signed_get_attr_count(info); i++) {
		unsigned char *der = NULL;
		int len = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(info, i), &der);

		add_part(out, "attribute", der, len);
		OPENSSL_free(der);
	}
}

/* Appends all that the signatures cover, read by OpenSSL alone. */
static void add_covered(const struct buf *bytes, struct buf *out)
{
	CMS_ContentInfo *cms = cms_parse(bytes->data, bytes->len);
	const ASN1_OCTET_STRING *content = *CMS_get0_content(cms);
	int i;

	add_part(out, "content", ASN1_STRING_get0_data(content), ASN1_STRING_length(content));
	add_object(out, "type", CMS_get0_eContentType(cms));
	for (i = 0; i < cms_count_signers(cms); i++) {
		CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), i);
		const ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(info);
		X509_ALGOR *digest, *algorithm;
		X509 *cert = NULL;

		CMS_SignerInfo_get0_algs(info, NULL, &cert, &digest, &algorithm);
		assert_non_null(cert);
		add_attributes(out, info);
		add_algorithm(out, "digest", digest);
		add_signature_algorithm(out, algorithm);
		add_part(out, "value", ASN1_STRING_get0_data(value), ASN1_STRING_length(value));
		add_key(out, cert);
	}
	CMS_ContentInfo_free(cms);
}

/* ------------------------------------------------------------------ one changed byte */

/* A file that does not begin as a CMS any more is no signed profile, and no property list either. */
static void is_no_profile(const struct buf *flipped, const struct buf *content)
{
	assert_true(buf_equals(content, flipped->data, flipped->len));
	assert_true(content->data[0] != '<' && memcmp(content->data, "bplist", 6) != 0);
	told.plain++;
}

static void is_uncovered(const struct buf *flipped, size_t at, const struct buf *covered, const struct buf *opened,
			 const struct buf *content)
{
	BUF_AUTO now = BUF_INIT;

	assert_true(buf_equals(opened, content->data, content->len));
	add_covered(flipped, &now);
	if (!buf_equals(&now, covered->data, covered->len))
		fail_msg("the byte at %zu is covered, was changed, and is taken for intact", at);
	told.uncovered++;
}

static void judge(const struct buf *flipped, size_t at, const struct buf *covered, const struct buf *content)
{
	struct envelope *envelope = NULL;
	struct error err = ERROR_INIT;
	BUF_AUTO opened = BUF_INIT;

	told.tried++;
	if (envelope_open("x", flipped->data, flipped->len, &envelope, &opened, &err)) {
		assert_string_equal(err.rule, "bad-signature");
		told.unreadable++;
		return;
	}
	if (envelope_form(envelope) == ENVELOPE_PLAIN)
		is_no_profile(flipped, &opened);
	else if (!is_intact(envelope))
		told.broken++;
	else
		is_uncovered(flipped, at, covered, &opened, content);
	envelope_free(envelope);
}

/* Changes the byte at one place to another one, and back. */
static void flip(struct buf *bytes, size_t at, unsigned int mask, const struct buf *covered, const struct buf *content)
{
	bytes->data[at] = (char)(bytes->data[at] ^ (char)mask);
	judge(bytes, at, covered, content);
	bytes->data[at] = (char)(bytes->data[at] ^ (char)mask);
}

static void flip_some(const struct buf *bytes, const struct envelope *envelope, const struct buf *content)
{
	BUF_AUTO copy = BUF_INIT, covered = BUF_INIT;
	size_t i;

	(void)envelope;
	buf_assign(&copy, bytes->data, bytes->len);
	add_covered(&copy, &covered);
	for (i = 0; i < (full() ? 200 : 20); i++)
		flip(&copy, random_below((unsigned int)copy.len), 1 + random_below(255), &covered, content);
}

static void begin(void)
{
	memset(&told, 0, sizeof(told));
	random_seed(20260131);
}

static void tell(void)
{
	print_message("%u changed: %u unreadable, %u not intact, %u not signed, %u where nothing is covered\n",
		      told.tried, told.unreadable, told.broken, told.plain, told.uncovered);
	/* A good part must be each: a test that only ever saw one of them would prove little. */
	assert_true(told.unreadable > 0 && told.broken > 0);
}

static void no_changed_byte_of_a_real_signed_profile_changes_what_is_intact(void **state)
{
	(void)state;
	begin();
	each_real_signed(flip_some);
	tell();
}

/* ------------------------------------------------------------------ kinds that are rare among real ones */

static void flip_file(const char *name)
{
	BUF_AUTO bytes = BUF_INIT, content = BUF_INIT;
	struct envelope *envelope;

	kit_read(name, &bytes);
	envelope = open_bytes(bytes.data, bytes.len, &content);
	assert_true(is_intact(envelope));
	flip_some(&bytes, envelope, &content);
	envelope_free(envelope);
}

static void no_changed_byte_changes_what_is_intact_whatever_the_kind_of_signature(void **state)
{
	static const struct {
		const char *signer, *flags;
	} kinds[] = {
		{ "rsa", "" },
		{ "rsa", "-noattr -md sha1" },
		{ "rsa", "-keyid -certfile expired.crt" },
		{ "rsa", "-keyopt rsa_padding_mode:pss" },
		{ "rsa", "-stream" },
		{ "ec", "" },
		{ "ec", "-noattr -md sha384" },
		{ "ec", "-signer rsa.crt -inkey rsa.key" },
		{ "pss", "-keyopt rsa_padding_mode:pss" },
	};
	size_t i;

	(void)state;
	begin();
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		sign_with_openssl(kinds[i].signer, kinds[i].flags, "signed");
		flip_file("signed");
	}
	tell();
}

/* Where the one place is that these bytes stand last. */
static size_t last_place(const struct buf *bytes, const char *part, size_t len)
{
	size_t at = bytes->len - len;

	while (memcmp(bytes->data + at, part, len) != 0) {
		assert_true(at > 0);
		at--;
	}
	return at;
}

/* In the signature itself every bit counts of digest, attributes, algorithm and value. Only the bit of a tag that says
 * that there are elements inside is not asked for where there must be some; judge() shows that they are the same. */
static void no_bit_after_the_signers_name_can_be_changed_of_a_signature(void **state)
{
	BUF_AUTO bytes = BUF_INIT, content = BUF_INIT, covered = BUF_INIT;
	struct envelope *envelope;
	unsigned int bit;
	size_t at;

	(void)state;
	begin();
	sign_with_openssl("ec", "-nosmimecap", "signed");
	kit_read("signed", &bytes);
	envelope = open_bytes(bytes.data, bytes.len, &content);
	add_covered(&bytes, &covered);
	at = last_place(&bytes, "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01", 13);
	for (; at < bytes.len; at++) {
		for (bit = full() ? 0 : random_below(8); bit < 8; bit += full() ? 1 : 8) {
			unsigned int uncovered = told.uncovered;

			flip(&bytes, at, 1u << bit, &covered, &content);
			if (told.uncovered != uncovered && 1u << bit != V_ASN1_CONSTRUCTED)
				fail_msg("bit %u of byte %zu can be changed", bit, at);
		}
	}
	tell();
	envelope_free(envelope);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_changed_byte_of_a_real_signed_profile_changes_what_is_intact),
		cmocka_unit_test(no_changed_byte_changes_what_is_intact_whatever_the_kind_of_signature),
		cmocka_unit_test(no_bit_after_the_signers_name_can_be_changed_of_a_signature),
	};

	return cmocka_run_group_tests(tests, make_identities, remove_identities);
}
