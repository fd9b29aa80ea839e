#include "sign/internal.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "sign/openssl_error.h"

static void keep_attributes(CMS_SignerInfo *info, struct signature *signature)
{
	int i, count = CMS_signed_get_attr_count(info);

	signature->has_attributes = count > 0;
	for (i = 0; i < count; i++) {
		if (i)
			buf_add_text(&signature->attributes, ", ");
		object_text(X509_ATTRIBUTE_get0_object(CMS_signed_get_attr(info, i)), &signature->attributes);
	}
}

/* The attribute stands there once and is one of two types, or it says nothing. */
static void keep_signing_time(CMS_SignerInfo *info, struct signature *signature)
{
	static const int types[] = { V_ASN1_UTCTIME, V_ASN1_GENERALIZEDTIME };
	const ASN1_OBJECT *name = OBJ_nid2obj(NID_pkcs9_signingTime);
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const ASN1_TIME *time = CMS_signed_get0_data_by_OBJ(info, name, -3, types[i]);

		if (time) {
			time_text(time, &signature->signed_at);
			return;
		}
	}
}

static void keep_algorithm(const X509_ALGOR *algorithm, struct signature *signature)
{
	const ASN1_OBJECT *name = NULL;

	X509_ALGOR_get0(&name, NULL, NULL, algorithm);
	if (!name)
		return;
	object_text(name, &signature->algorithm);
	signature->pss = OBJ_obj2nid(name) == NID_rsassaPss;
}

static int keep_signature(CMS_SignerInfo *info, struct signature *signature)
{
	ASN1_OCTET_STRING *key_id = NULL;
	X509_NAME *issuer = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_ALGOR *digest = NULL, *algorithm = NULL;
	const ASN1_OBJECT *name = NULL;
	X509 *cert = NULL;

	CMS_SignerInfo_get0_algs(info, NULL, &cert, &digest, &algorithm);
	X509_ALGOR_get0(&name, NULL, NULL, digest);
	signature->digest = OBJ_obj2nid(name);
	if (CMS_SignerInfo_get0_signer_id(info, &key_id, &issuer, &serial))
		signature->by_key_id = key_id != NULL;
	signer_id_text(issuer, serial, key_id, &signature->id);
	keep_attributes(info, signature);
	keep_algorithm(algorithm, signature);
	keep_signing_time(info, signature);
	if (cert && X509_up_ref(cert))
		signature->cert = cert;
	if (!buf_ok(&signature->id) || !buf_ok(&signature->attributes))
		return -1;
	return buf_ok(&signature->algorithm) && buf_ok(&signature->signed_at) ? 0 : -1;
}

static int keep_signatures(struct envelope *envelope, CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	int i, count = sk_CMS_SignerInfo_num(infos);

	if (count <= 0)
		return 0;
	envelope->signatures = calloc((size_t)count, sizeof(*envelope->signatures));
	if (!envelope->signatures)
		return -1;
	envelope->count = (size_t)count;
	for (i = 0; i < count; i++)
		if (keep_signature(sk_CMS_SignerInfo_value(infos, i), &envelope->signatures[i]))
			return -1;
	return 0;
}

/* OpenSSL answers NULL both for none and for out of memory; only the queue tells them apart. */
static int keep_certs(struct envelope *envelope, CMS_ContentInfo *cms)
{
	ERR_clear_error();
	envelope->certs = CMS_get1_certs(cms);
	envelope->crls = CMS_get1_crls(cms);
	if (ERR_peek_error())
		return -1;
	if (!envelope->certs)
		envelope->certs = sk_X509_new_null();
	envelope->content_type = OBJ_dup(CMS_get0_eContentType(cms));
	return envelope->certs && envelope->content_type ? 0 : -1;
}

static int fill_signed(struct envelope *envelope, const void *der, size_t len, struct buf *content,
		       struct error *err)
{
	CMS_AUTO *cms = cms_read(der, len, err);
	const unsigned char *bytes;
	size_t count;

	if (!cms)
		return -1;
	envelope->intact = cms_intact(cms, &envelope->why_not);
	if (!envelope->intact && envelope->why_not.code == ENOMEM)
		return error_memory(err);
	if (keep_certs(envelope, cms) || keep_signatures(envelope, cms))
		return error_memory(err);
	envelope->others = cms_count_others(der, len);
	bytes = cms_content(cms, &count);
	buf_assign(content, bytes, count);
	return buf_ok(content) ? 0 : error_memory(err);
}

static int fill_pem(struct envelope *envelope, const unsigned char *pem, size_t len, struct buf *content,
		    struct error *err)
{
	unsigned char *der = NULL;
	long der_len = 0;
	int result;

	if (form_decode_pem(pem, len, &der, &der_len, err))
		return -1;
	result = fill_signed(envelope, der, (size_t)der_len, content, err);
	OPENSSL_clear_free(der, (size_t)der_len);
	return result;
}

/* `whole`: NULL, or has the bytes. What is plain does not wake OpenSSL, which reads its tables of messages first. */
static int fill(struct envelope *envelope, const unsigned char *bytes, size_t len, struct buf *whole,
		struct buf *content, struct error *err)
{
	const unsigned char *pem;

	if (form_is_der(bytes, len)) {
		envelope->form = ENVELOPE_DER;
		openssl_begin();
		return openssl_end(fill_signed(envelope, bytes, len, content, err), err);
	}
	pem = form_find_pem(bytes, len);
	if (pem) {
		envelope->form = ENVELOPE_PEM;
		openssl_begin();
		return openssl_end(fill_pem(envelope, pem, len - (size_t)(pem - bytes), content, err), err);
	}
	if (form_is_mail(bytes, len))
		return error_rule(err, RULE,
				  "it is a mail (S/MIME), as openssl signs without -outform, and no device takes it: "
				  "convert it (openssl cms -cmsout -inform SMIME -outform DER)");
	envelope->form = ENVELOPE_PLAIN;
	envelope->intact = true;
	if (whole)
		buf_share(content, whole);
	else
		buf_assign(content, bytes, len);
	return buf_ok(content) ? 0 : error_memory(err);
}

static int open_bytes(const char *name, const void *bytes, size_t len, struct buf *whole, struct envelope **out,
		      struct buf *content, struct error *err)
{
	struct envelope *envelope = calloc(1, sizeof(*envelope));
	int result;

	*out = NULL;
	if (!envelope)
		return error_memory(err);
	result = fill(envelope, bytes, len, whole, content, err);
	if (result) {
		buf_clear(content);
		envelope_free(envelope);
		error_in_file(err, name);
		return -1;
	}
	error_in_file(&envelope->why_not, name);
	*out = envelope;
	return 0;
}

int envelope_open(const char *name, const void *bytes, size_t len, struct envelope **out, struct buf *content,
		  struct error *err)
{
	return open_bytes(name, bytes, len, NULL, out, content, err);
}

int envelope_open_shared(const char *name, struct buf *bytes, struct envelope **out, struct buf *content,
			 struct error *err)
{
	return open_bytes(name, bytes->data, bytes->len, bytes, out, content, err);
}

void envelope_free(struct envelope *envelope)
{
	size_t i;

	if (!envelope)
		return;
	for (i = 0; i < envelope->count; i++) {
		X509_free(envelope->signatures[i].cert);
		buf_free(&envelope->signatures[i].id);
		buf_free(&envelope->signatures[i].attributes);
		buf_free(&envelope->signatures[i].algorithm);
		buf_free(&envelope->signatures[i].signed_at);
	}
	free(envelope->signatures);
	sk_X509_pop_free(envelope->certs, X509_free);
	sk_X509_CRL_pop_free(envelope->crls, X509_CRL_free);
	ASN1_OBJECT_free(envelope->content_type);
	free(envelope);
}

enum envelope_form envelope_form(const struct envelope *envelope)
{
	return envelope->form;
}

bool envelope_intact(const struct envelope *envelope, struct error *why)
{
	if (!envelope->intact)
		*why = envelope->why_not;
	return envelope->intact;
}
