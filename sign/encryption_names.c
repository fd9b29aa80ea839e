#include "sign/encryption_internal.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "sign/internal.h"

/* ------------------------------------------------------------------ names */

static void name_recipient(const X509_NAME *issuer, const ASN1_INTEGER *serial, const ASN1_OCTET_STRING *key_id,
			   struct buf *out)
{
	if (key_id) {
		buf_add_text(out, "key id ");
		hex_text(ASN1_STRING_get0_data(key_id), (size_t)ASN1_STRING_length(key_id), "", out);
		return;
	}
	buf_add_text(out, "issuer ");
	if (issuer)
		name_text(issuer, out);
	buf_add_text(out, ", serial number ");
	if (serial)
		hex_text(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial), "", out);
}

static bool is_named_by(const struct recipient_place *place, X509 *cert)
{
	if (place->key)
		return CMS_RecipientEncryptedKey_cert_cmp(place->key, cert) == 0;
	return CMS_RecipientInfo_ktri_cert_cmp(place->info, cert) == 0;
}

static X509 *find(const struct recipient_place *place, STACK_OF(X509) *certs)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		if (is_named_by(place, sk_X509_value(certs, i)))
			return sk_X509_value(certs, i);
	return NULL;
}

/* The key's own certificates come first: a key id may be that of others too. */
static int find_cert(const struct recipient_place *place, const struct decryptor *decryptor, X509 **out)
{
	X509 *cert = decryptor ? find(place, decryptor->own) : NULL;

	if (decryptor && !cert)
		cert = find(place, decryptor->certs);
	if (cert && !X509_up_ref(cert))
		return -1;
	*out = cert;
	return 0;
}

/* ------------------------------------------------------------------ RSA (RFC 5652, 6.2.1; RFC 3560) */

static int digest_of(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *name = NULL;

	if (!algorithm)
		return NID_sha1;
	X509_ALGOR_get0(&name, NULL, NULL, algorithm);
	return OBJ_obj2nid(name);
}

/* RFC 4055, 4.1: what is absent is SHA-1 and the empty label. */
static int take_oaep(RSA_OAEP_PARAMS *params, struct wrap *wrap)
{
	const ASN1_OBJECT *name = NULL;
	const void *value = NULL;
	int type = V_ASN1_UNDEF;

	wrap->digest = digest_of(params->hashFunc);
	wrap->mask_digest = NID_sha1;
	if (params->maskGenFunc) {
		X509_ALGOR *mask;

		X509_ALGOR_get0(NULL, &type, &value, params->maskGenFunc);
		mask = type == V_ASN1_SEQUENCE ? ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR)) : NULL;
		wrap->mask_digest = mask ? digest_of(mask) : NID_undef;
		X509_ALGOR_free(mask);
	}
	if (!params->pSourceFunc)
		return 0;
	X509_ALGOR_get0(&name, &type, &value, params->pSourceFunc);
	if (OBJ_obj2nid(name) != NID_pSpecified || type != V_ASN1_OCTET_STRING)
		return -1;
	wrap->label = ASN1_OCTET_STRING_dup(value);
	return wrap->label ? 0 : -1;
}

static int read_oaep(const ASN1_STRING *encoded, struct wrap *wrap)
{
	RSA_OAEP_PARAMS *params = ASN1_item_unpack(encoded, ASN1_ITEM_rptr(RSA_OAEP_PARAMS));
	int result;

	if (!params)
		return -1;
	result = take_oaep(params, wrap);
	RSA_OAEP_PARAMS_free(params);
	return result || !EVP_get_digestbynid(wrap->digest) || !EVP_get_digestbynid(wrap->mask_digest) ? -1 : 0;
}

/* -1: a way that cannot be made again. */
static int read_transport(CMS_RecipientInfo *info, struct wrap *wrap)
{
	const ASN1_OBJECT *name = NULL;
	const void *value = NULL;
	X509_ALGOR *algorithm = NULL;
	int type = V_ASN1_UNDEF;

	if (CMS_RecipientInfo_ktri_get0_algs(info, NULL, NULL, &algorithm) != 1)
		return -1;
	X509_ALGOR_get0(&name, &type, &value, algorithm);
	if (OBJ_obj2nid(name) == NID_rsaEncryption)
		return 0;
	if (OBJ_obj2nid(name) != NID_rsaesOaep || type != V_ASN1_SEQUENCE)
		return -1;
	wrap->oaep = true;
	return read_oaep(value, wrap);
}

static void fill_transport(const struct recipient_place *place, struct recipient *out)
{
	ASN1_OCTET_STRING *key_id = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;

	out->wrap.kind = read_transport(place->info, &out->wrap) ? WRAP_OTHER : WRAP_TRANSPORT;
	CMS_RecipientInfo_ktri_get0_signer_id(place->info, &key_id, &issuer, &serial);
	out->wrap.by_key_id = key_id != NULL;
	name_recipient(issuer, serial, key_id, &out->name);
}

/* ------------------------------------------------------------------ EC (RFC 5652, 6.2.2; RFC 5753) */

static int read_agreement(CMS_RecipientInfo *info, struct wrap *wrap)
{
	const ASN1_OBJECT *name = NULL;
	X509_ALGOR *algorithm = NULL;
	int scheme = NID_undef;

	if (CMS_RecipientInfo_kari_get0_alg(info, &algorithm, NULL) != 1)
		return -1;
	X509_ALGOR_get0(&name, NULL, NULL, algorithm);
	if (OBJ_find_sigid_algs(OBJ_obj2nid(name), &wrap->digest, &scheme) != 1)
		return -1;
	wrap->cofactor = scheme == NID_dh_cofactor_kdf;
	return wrap->cofactor || scheme == NID_dh_std_kdf ? 0 : -1;
}

static void fill_agreement(const struct recipient_place *place, struct recipient *out)
{
	ASN1_OCTET_STRING *key_id = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;

	out->wrap.kind = read_agreement(place->info, &out->wrap) ? WRAP_OTHER : WRAP_AGREEMENT;
	CMS_RecipientEncryptedKey_get0_id(place->key, &key_id, NULL, NULL, &issuer, &serial);
	out->wrap.by_key_id = key_id != NULL;
	name_recipient(issuer, serial, key_id, &out->name);
}

/* ------------------------------------------------------------------ the rest */

static void fill_other(const struct recipient_place *place, struct recipient *out)
{
	ASN1_OCTET_STRING *id = NULL;

	out->wrap.kind = WRAP_OTHER;
	switch (CMS_RecipientInfo_type(place->info)) {
	case CMS_RECIPINFO_PASS:
		buf_add_text(&out->name, "a password");
		return;
	case CMS_RECIPINFO_KEK:
		buf_add_text(&out->name, "a shared key");
		CMS_RecipientInfo_kekri_get0_id(place->info, NULL, &id, NULL, NULL, NULL);
		if (id) {
			buf_add_text(&out->name, ", id ");
			hex_text(ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id), "", &out->name);
		}
		return;
	}
	buf_add_text(&out->name, "a recipient of an unknown kind");
}

static int fill(const struct recipient_place *place, const struct decryptor *decryptor, struct recipient *out)
{
	bool has_cert = true;

	if (place->key) {
		fill_agreement(place, out);
	} else if (CMS_RecipientInfo_type(place->info) == CMS_RECIPINFO_TRANS) {
		fill_transport(place, out);
	} else {
		fill_other(place, out);
		has_cert = false;
	}
	if (!buf_ok(&out->name))
		return -1;
	return has_cert ? find_cert(place, decryptor, &out->cert) : 0;
}

/* ------------------------------------------------------------------ all of them */

static STACK_OF(CMS_RecipientEncryptedKey) *keys_of(CMS_RecipientInfo *info)
{
	if (CMS_RecipientInfo_type(info) != CMS_RECIPINFO_AGREE)
		return NULL;
	return CMS_RecipientInfo_kari_get0_reks(info);
}

/* Goes through all places; `out` NULL: only counts them. */
static size_t list_places(STACK_OF(CMS_RecipientInfo) *infos, struct recipient_place *out)
{
	size_t count = 0;
	int i, j;

	for (i = 0; i < sk_CMS_RecipientInfo_num(infos); i++) {
		CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(infos, i);
		STACK_OF(CMS_RecipientEncryptedKey) *keys = keys_of(info);

		for (j = 0; j == 0 || j < sk_CMS_RecipientEncryptedKey_num(keys); j++) {
			CMS_RecipientEncryptedKey *key = sk_CMS_RecipientEncryptedKey_value(keys, j);

			if (out)
				out[count] = (struct recipient_place){ info, key };
			count++;
		}
	}
	return count;
}

int recipient_list_read(CMS_ContentInfo *cms, const struct decryptor *decryptor, struct recipient **list,
			struct recipient_place **places, size_t *count, struct error *err)
{
	STACK_OF(CMS_RecipientInfo) *infos = CMS_get0_RecipientInfos(cms);
	size_t i;

	*count = list_places(infos, NULL);
	if (!*count)
		return error_rule(err, ENCRYPTION_RULE, "the encrypted content has no recipient: nobody can read it");
	if (*count > RECIPIENTS_MAX)
		return error_rule(err, ENCRYPTION_RULE,
				  "the encrypted content has %zu recipients, more than the %d that are read", *count,
				  RECIPIENTS_MAX);
	*list = calloc(*count, sizeof(**list));
	*places = calloc(*count, sizeof(**places));
	if (!*list || !*places)
		return error_memory(err);
	list_places(infos, *places);
	for (i = 0; i < *count; i++)
		if (fill(&(*places)[i], decryptor, &(*list)[i]))
			return error_memory(err);
	ERR_clear_error();
	return 0;
}
