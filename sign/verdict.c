#include "sign/verdict.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "sign/internal.h"
#include "sign/openssl_error.h"

/* The text that was gathered in `buf`, which is empty then. NULL: out of memory. */
static char *taken(struct buf *buf)
{
	char *text = NULL;

	if (buf_ok(buf) && !buf->len)
		text = strdup("");
	else if (buf_ok(buf))
		text = buf_steal(buf, NULL);
	buf_free(buf);
	return text;
}

static char *taken_text(const char *text)
{
	struct buf buf = BUF_INIT;

	buf_add_text(&buf, text);
	return taken(&buf);
}

static char *taken_name(const X509_NAME *name)
{
	struct buf buf = BUF_INIT;

	name_text(name, &buf);
	return taken(&buf);
}

static char *taken_time(const ASN1_TIME *time)
{
	struct buf buf = BUF_INIT;

	time_text(time, &buf);
	return taken(&buf);
}

static void free_texts(char **texts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

/* --- a certificate ---------------------------------------------------------------------------------- */

static char *serial_of(const X509 *cert)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *digits = number ? BN_bn2hex(number) : NULL;
	char *serial = digits ? taken_text(digits) : NULL;

	OPENSSL_free(digits);
	BN_free(number);
	return serial;
}

static char *fingerprint_of(const X509 *cert)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct buf buf = BUF_INIT;
	unsigned int len = 0;

	if (X509_digest(cert, EVP_sha256(), hash, &len) != 1)
		return NULL;
	hex_text(hash, len, ":", &buf);
	return taken(&buf);
}

/* "EC P-256": the names of NIST where there is one, else as OpenSSL calls it ("EC brainpoolP256r1"). */
static void curve_text(const EVP_PKEY *key, struct buf *out)
{
	char group[64];
	const char *nist;

	if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1) {
		buf_add_format(out, "EC %d", EVP_PKEY_get_bits(key));
		return;
	}
	nist = EC_curve_nid2nist(OBJ_sn2nid(group));
	buf_add_format(out, "EC %s", nist ? nist : group);
}

/* A key of a kind that OpenSSL does not know has the name of its algorithm alone. */
static char *key_of(const X509 *cert)
{
	const EVP_PKEY *key = X509_get0_pubkey(cert);
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;
	struct buf buf = BUF_INIT;
	ASN1_OBJECT *algorithm = NULL;

	if (type && EVP_PKEY_is_a(key, "EC")) {
		curve_text(key, &buf);
	} else if (type) {
		buf_add_format(&buf, "%s %d", type, EVP_PKEY_get_bits(key));
	} else {
		X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(cert));
		buf_add_text(&buf, "unknown ");
		object_text(algorithm, &buf);
	}
	return taken(&buf);
}

static char *purpose_text(const ASN1_OBJECT *purpose)
{
	int nid = OBJ_obj2nid(purpose);
	struct buf buf = BUF_INIT;

	if (nid != NID_undef)
		buf_add_text(&buf, OBJ_nid2sn(nid));
	else
		object_text(purpose, &buf);
	return taken(&buf);
}

/* An extension that says nothing readable must not look like none, which would be good for any purpose. */
static int add_no_purpose(struct certificate *out, const char *why)
{
	out->purposes = calloc(1, sizeof(*out->purposes));
	if (!out->purposes || !(out->purposes[0] = taken_text(why)))
		return -1;
	out->purpose_count = 1;
	return 0;
}

static int add_purposes(struct certificate *out, const EXTENDED_KEY_USAGE *usage)
{
	int i, count = sk_ASN1_OBJECT_num(usage);

	if (count <= 0)
		return add_no_purpose(out, "(none)");
	out->purposes = calloc((size_t)count, sizeof(*out->purposes));
	if (!out->purposes)
		return -1;
	for (i = 0; i < count; i++) {
		out->purposes[i] = purpose_text(sk_ASN1_OBJECT_value(usage, i));
		if (!out->purposes[i])
			return -1;
		out->purpose_count++;
	}
	return 0;
}

/* What X509_get_ext_d2i(3) answers with NULL: -1 is "not there", the rest "there and unreadable". */
static int take_purposes(const X509 *cert, struct certificate *out)
{
	int found = 0, result;
	EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(cert, NID_ext_key_usage, &found, NULL);

	if (!usage)
		return found == -1 ? 0 : add_no_purpose(out, "(unreadable)");
	result = add_purposes(out, usage);
	EXTENDED_KEY_USAGE_free(usage);
	return result;
}

/* A date that cannot be read is one that has passed, or not come: X509_cmp_current_time(3) answers 0 for it alone. */
static void take_dates(const X509 *cert, struct certificate *out)
{
	out->expired = X509_cmp_current_time(X509_get0_notAfter(cert)) <= 0;
	out->not_yet_valid = X509_cmp_current_time(X509_get0_notBefore(cert)) >= 0;
	out->from = taken_time(X509_get0_notBefore(cert));
	out->until = taken_time(X509_get0_notAfter(cert));
}

static int take_certificate(X509 *cert, struct certificate *out)
{
	out->subject = taken_name(X509_get_subject_name(cert));
	out->issuer = taken_name(X509_get_issuer_name(cert));
	out->serial = serial_of(cert);
	out->sha256 = fingerprint_of(cert);
	out->key = key_of(cert);
	out->authority = X509_check_ca(cert) > 0;
	out->self_signed = X509_self_signed(cert, 1) == 1;
	take_dates(cert, out);
	if (take_purposes(cert, out))
		return -1;
	if (!out->subject || !out->issuer || !out->serial || !out->sha256 || !out->key || !out->from || !out->until)
		return -1;
	return 0;
}

static void free_certificate(struct certificate *cert)
{
	free(cert->subject);
	free(cert->issuer);
	free(cert->serial);
	free(cert->sha256);
	free(cert->from);
	free(cert->until);
	free(cert->key);
	free_texts(cert->purposes, cert->purpose_count);
}

static int take_certificates(const struct envelope *envelope, struct verdict *out)
{
	int i, count = sk_X509_num(envelope->certs);

	out->crl_count = envelope->crls ? (size_t)sk_X509_CRL_num(envelope->crls) : 0;
	if (count <= 0)
		return 0;
	out->certs = calloc((size_t)count, sizeof(*out->certs));
	if (!out->certs)
		return -1;
	out->cert_count = (size_t)count;
	for (i = 0; i < count; i++)
		if (take_certificate(sk_X509_value(envelope->certs, i), &out->certs[i]))
			return -1;
	return 0;
}

/* --- a signature ------------------------------------------------------------------------------------ */

/* Splits the names at the commas between them. */
static int take_attributes(const struct signature *signature, struct signature_facts *out)
{
	static const char between[] = ", ";
	const char *name = buf_text(&signature->attributes), *end;
	size_t count = 1;

	if (!signature->has_attributes)
		return 0;
	for (end = name; (end = strstr(end, between)); end += strlen(between))
		count++;
	out->attributes = calloc(count, sizeof(*out->attributes));
	if (!out->attributes)
		return -1;
	while (out->attribute_count < count) {
		end = strstr(name, between);
		out->attributes[out->attribute_count] = strndup(name, end ? (size_t)(end - name) : strlen(name));
		if (!out->attributes[out->attribute_count++])
			return -1;
		name = end ? end + strlen(between) : name;
	}
	return 0;
}

/* Whoever added a trusted certificate to what does not fit it earns no trust by that. */
static enum trusting how_trusted(const struct envelope *envelope, const struct signature *signature,
				 const struct trust *trust, struct buf *why)
{
	if (!signature->cert)
		buf_add_text(why, "the certificate is not included");
	else if (!envelope->intact)
		buf_add_text(why, "the signature does not fit");
	else if (!trust)
		buf_add_text(why, "no trusted certificates were asked");
	else
		return trust_holds(trust, signature->cert, envelope->certs, why);
	return TRUST_NONE;
}

static int take_trust(const struct envelope *envelope, const struct signature *signature, const struct trust *trust,
		      struct signature_facts *out)
{
	BUF_AUTO why = BUF_INIT;
	enum trusting trusting = how_trusted(envelope, signature, trust, &why);

	out->chained = trusting == TRUST_BUT_FOR_DATES || trusting == TRUST_WHOLE;
	out->trusted = trusting == TRUST_WHOLE;
	out->issuer_missing = trusting == TRUST_NO_ISSUER;
	if (out->trusted)
		return 0;
	out->why_not_trusted = taken(&why);
	return out->why_not_trusted ? 0 : -1;
}

static char *digest_of(const struct signature *signature)
{
	const char *name = signature->digest == NID_undef ? NULL : OBJ_nid2ln(signature->digest);

	return taken_text(name ? name : "unknown");
}

/* Two profiles with the same digest can be made: of MD2, MD4 and MD5 by anybody, of SHA-1 by who has some money. */
static bool is_weak_digest(int digest)
{
	return digest == NID_md2 || digest == NID_md4 || digest == NID_md5 || digest == NID_sha1;
}

/* Below 112 bits of security (NIST SP 800-57, part 1, table 2). */
static bool is_weak_key(const EVP_PKEY *key)
{
	static const struct {
		const char *kind;
		int bits;
	} least[] = { { "RSA", 2048 }, { "RSA-PSS", 2048 }, { "DSA", 2048 }, { "EC", 224 } };
	size_t i;

	for (i = 0; key && i < sizeof(least) / sizeof(least[0]); i++)
		if (EVP_PKEY_is_a(key, least[i].kind))
			return EVP_PKEY_get_bits(key) < least[i].bits;
	return false;
}

/* 0 or -1, out of memory. */
static int take_weakness(const struct signature *signature, struct signature_facts *out)
{
	bool weak_digest = is_weak_digest(signature->digest);
	bool weak_key = signature->cert && is_weak_key(X509_get0_pubkey(signature->cert));
	struct buf buf = BUF_INIT;

	if (!weak_digest && !weak_key)
		return 0;
	if (weak_digest)
		buf_add_text(&buf, out->digest);
	if (weak_key)
		buf_add_format(&buf, "%s%s", weak_digest ? ", " : "", out->cert.key);
	out->weak = taken(&buf);
	return out->weak ? 0 : -1;
}

static int take_signature(const struct envelope *envelope, const struct signature *signature, const struct trust *trust,
			  struct signature_facts *out)
{
	out->included = signature->cert != NULL;
	out->by_key_id = signature->by_key_id;
	if (signature->cert && take_certificate(signature->cert, &out->cert))
		return -1;
	out->signer = taken_text(out->included ? out->cert.subject : buf_text(&signature->id));
	out->digest = digest_of(signature);
	out->algorithm = taken_text(signature->algorithm.len ? buf_text(&signature->algorithm) : "unknown");
	if (!out->signer || !out->digest || !out->algorithm)
		return -1;
	if (signature->signed_at.len && !(out->signed_at = taken_text(buf_text(&signature->signed_at))))
		return -1;
	if (take_weakness(signature, out) || take_attributes(signature, out))
		return -1;
	return take_trust(envelope, signature, trust, out);
}

static void free_signature(struct signature_facts *signature)
{
	free_certificate(&signature->cert);
	free(signature->signer);
	free(signature->digest);
	free(signature->algorithm);
	free(signature->weak);
	free(signature->signed_at);
	free_texts(signature->attributes, signature->attribute_count);
	free(signature->why_not_trusted);
}

static int take_signatures(const struct envelope *envelope, const struct trust *trust, struct verdict *out)
{
	size_t i;

	if (!envelope->count)
		return 0;
	out->signatures = calloc(envelope->count, sizeof(*out->signatures));
	if (!out->signatures)
		return -1;
	out->signature_count = envelope->count;
	for (i = 0; i < envelope->count; i++)
		if (take_signature(envelope, &envelope->signatures[i], trust, &out->signatures[i]))
			return -1;
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------------- */

int verdict_reach(const struct envelope *envelope, const struct trust *trust, struct verdict *out, struct error *err)
{
	int result;

	*out = (struct verdict){ .form = envelope->form };
	if (envelope->form == ENVELOPE_PLAIN)
		return 0;
	out->intact = envelope->intact;
	out->why_not_intact = envelope->why_not;
	openssl_begin();
	result = take_certificates(envelope, out) || take_signatures(envelope, trust, out) ? error_memory(err) : 0;
	result = openssl_end(result, err);
	if (result)
		verdict_free(out);
	return result;
}

bool verdict_trusted(const struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->signature_count; i++)
		if (!verdict->signatures[i].trusted)
			return false;
	return verdict->intact && verdict->signature_count > 0;
}

bool verdict_expired(const struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->signature_count; i++)
		if (verdict->signatures[i].cert.expired || verdict->signatures[i].cert.not_yet_valid)
			return true;
	return false;
}

const char *verdict_weak(const struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->signature_count; i++)
		if (verdict->signatures[i].weak)
			return verdict->signatures[i].weak;
	return NULL;
}

void verdict_free(struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->signature_count; i++)
		free_signature(&verdict->signatures[i]);
	free(verdict->signatures);
	for (i = 0; i < verdict->cert_count; i++)
		free_certificate(&verdict->certs[i]);
	free(verdict->certs);
	*verdict = (struct verdict){ 0 };
}
