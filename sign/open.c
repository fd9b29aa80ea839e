#include "sign/internal.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>

/* Who signed, when the certificate is not there to say it. */
static void describe_id(const X509_NAME *issuer, const ASN1_INTEGER *serial, const ASN1_OCTET_STRING *key_id,
			struct buf *out)
{
	if (key_id) {
		buf_add_text(out, "subject key id ");
		hex_text(ASN1_STRING_get0_data(key_id), (size_t)ASN1_STRING_length(key_id), "", out);
		return;
	}
	buf_add_text(out, "serial number ");
	if (serial)
		hex_text(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial), "", out);
	buf_add_text(out, " of ");
	if (issuer)
		name_text(issuer, out);
}

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

static int keep_signature(CMS_SignerInfo *info, struct signature *signature)
{
	ASN1_OCTET_STRING *key_id = NULL;
	X509_NAME *issuer = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_ALGOR *digest = NULL;
	const ASN1_OBJECT *name = NULL;
	X509 *cert = NULL;

	CMS_SignerInfo_get0_algs(info, NULL, &cert, &digest, NULL);
	X509_ALGOR_get0(&name, NULL, NULL, digest);
	signature->digest = OBJ_obj2nid(name);
	if (CMS_SignerInfo_get0_signer_id(info, &key_id, &issuer, &serial))
		signature->by_key_id = key_id != NULL;
	describe_id(issuer, serial, key_id, &signature->id);
	keep_attributes(info, signature);
	if (cert && X509_up_ref(cert))
		signature->cert = cert;
	return buf_ok(&signature->id) && buf_ok(&signature->attributes) ? 0 : -1;
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

static int fill(struct envelope *envelope, const unsigned char *bytes, size_t len, struct buf *content,
		struct error *err)
{
	const unsigned char *pem;

	if (form_is_der(bytes, len)) {
		envelope->form = ENVELOPE_DER;
		return fill_signed(envelope, bytes, len, content, err);
	}
	pem = form_find_pem(bytes, len);
	if (pem) {
		envelope->form = ENVELOPE_PEM;
		return fill_pem(envelope, pem, len - (size_t)(pem - bytes), content, err);
	}
	envelope->form = ENVELOPE_PLAIN;
	envelope->intact = true;
	buf_assign(content, bytes, len);
	return buf_ok(content) ? 0 : error_memory(err);
}

int envelope_open(const char *name, const void *bytes, size_t len, struct envelope **out, struct buf *content,
		  struct error *err)
{
	struct envelope *envelope = calloc(1, sizeof(*envelope));
	int result;

	*out = NULL;
	if (!envelope)
		return error_memory(err);
	ERR_clear_error();
	result = fill(envelope, bytes, len, content, err);
	ERR_clear_error();
	if (result) {
		envelope_free(envelope);
		error_in_file(err, name);
		return -1;
	}
	error_in_file(&envelope->why_not, name);
	*out = envelope;
	return 0;
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
