#include "sign/internal.h"

#include <limits.h>

#include <openssl/cmserr.h>
#include <openssl/err.h>

#include "sign/openssl_error.h"

static int check_type(const CMS_ContentInfo *cms, struct error *err)
{
	const ASN1_OBJECT *type = CMS_get0_type(cms);
	char name[128] = "unknown";

	switch (OBJ_obj2nid(type)) {
	case NID_pkcs7_signed:
		return 0;
	case NID_pkcs7_enveloped:
	case NID_pkcs7_encrypted:
	case NID_id_smime_ct_authEnvelopedData:
		return error_rule(err, RULE,
				  "it is encrypted as a whole, not signed: decrypt it first (openssl cms "
				  "-decrypt -inform DER)");
	}
	OBJ_obj2txt(name, sizeof(name), type, 0);
	return error_rule(err, RULE, "it is a CMS of the type %s; a profile is plain or signed (SignedData)",
			  name);
}

static int check_content(CMS_ContentInfo *cms, struct error *err)
{
	const ASN1_OBJECT *type = CMS_get0_eContentType(cms);
	ASN1_OCTET_STRING **content = CMS_get0_content(cms);

	if (!content || !*content)
		return error_rule(err, RULE,
				  "the signature is detached, its content is not in the file: give the "
				  "profile that holds both");
	switch (OBJ_obj2nid(type)) {
	case NID_pkcs7_enveloped:
	case NID_pkcs7_encrypted:
	case NID_id_smime_ct_authEnvelopedData:
		return error_rule(err, RULE, "what was signed is encrypted: decrypt it first");
	}
	return 0;
}

CMS_ContentInfo *cms_read(const void *der, size_t len, struct error *err)
{
	CMS_AUTO *cms = NULL;
	CMS_ContentInfo *result;
	const unsigned char *at = der;

	if (len > INT_MAX) {
		error_rule(err, RULE, "the signed file is larger than 2 GB, which OpenSSL cannot read");
		return NULL;
	}
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	if (!cms) {
		openssl_error(err, RULE,
			      "the CMS signature cannot be read, the file is damaged or cut short");
		return NULL;
	}
	if (at != (const unsigned char *)der + len) {
		error_rule(err, RULE,
			   "%zu bytes follow the end of the signature at byte %zu: nobody signed them, cut "
			   "them off",
			   len - (size_t)(at - (const unsigned char *)der),
			   (size_t)(at - (const unsigned char *)der));
		return NULL;
	}
	if (check_type(cms, err) || check_content(cms, err))
		return NULL;
	result = cms;
	cms = NULL;
	return result;
}

const unsigned char *cms_content(CMS_ContentInfo *cms, size_t *len)
{
	const ASN1_OCTET_STRING *content = *CMS_get0_content(cms);

	*len = (size_t)ASN1_STRING_length(content);
	return ASN1_STRING_get0_data(content);
}

/* RFC 5652, 11.1: the signed content type must be the one of the content. OpenSSL looks only whether the
 * attribute is there. */
static bool content_type_fits(CMS_ContentInfo *cms, CMS_SignerInfo *info)
{
	const ASN1_OBJECT *said;

	if (CMS_signed_get_attr_count(info) <= 0)
		return true;
	said = CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);
	return said && OBJ_cmp(said, CMS_get0_eContentType(cms)) == 0;
}

static int check_signer(CMS_ContentInfo *cms, CMS_SignerInfo *info, struct error *why)
{
	X509 *cert = NULL;

	CMS_SignerInfo_get0_algs(info, NULL, &cert, NULL, NULL);
	if (!cert)
		return error_rule(why, RULE,
				  "the signature cannot be checked: the signer's certificate is not "
				  "included");
	if (!content_type_fits(cms, info))
		return error_rule(why, RULE,
				  "the signature does not fit: it was made for another type of content");
	return 0;
}

static int check_signers(CMS_ContentInfo *cms, struct error *why)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	int i, count = sk_CMS_SignerInfo_num(infos);

	if (count <= 0)
		return error_rule(why, RULE,
				  "the signed envelope holds no signature: nobody signed the content");
	CMS_set1_signers_certs(cms, NULL, 0);
	for (i = 0; i < count; i++)
		if (check_signer(cms, sk_CMS_SignerInfo_value(infos, i), why))
			return -1;
	return 0;
}

bool cms_intact(CMS_ContentInfo *cms, struct error *why)
{
	if (check_signers(cms, why)) {
		ERR_clear_error();
		return false;
	}
	/* Checks every signature over attributes and content; all but whom the certificates belong to. */
	if (CMS_verify(cms, NULL, NULL, NULL, NULL, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1)
		return true;
	if (openssl_failed_with(ERR_LIB_CMS, CMS_R_CONTENT_VERIFY_ERROR)) {
		ERR_clear_error();
		error_rule(why, RULE,
			   "the content is not what was signed: it was changed after it was signed");
	} else {
		openssl_error(why, RULE, "the signature does not fit");
	}
	return false;
}
