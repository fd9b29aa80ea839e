#include "sign/internal.h"

#include <limits.h>

#include <openssl/cmserr.h>
#include <openssl/err.h>

#include "sign/ber.h"
#include "sign/openssl_error.h"

/* More than any profile has, and few enough that nobody waits for a file that was made to be slow: its keys may be such
 * that to check one signature takes 10 ms. */
#define SIGNATURES_MAX 100

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

static int check_counts(CMS_ContentInfo *cms, struct error *err)
{
	int signatures = sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)), certs, crls;
	STACK_OF(X509) *cert_list = CMS_get1_certs(cms);
	STACK_OF(X509_CRL) *crl_list = CMS_get1_crls(cms);

	certs = sk_X509_num(cert_list);
	crls = sk_X509_CRL_num(crl_list);
	sk_X509_pop_free(cert_list, X509_free);
	sk_X509_CRL_pop_free(crl_list, X509_CRL_free);
	if (signatures > SIGNATURES_MAX)
		return error_rule(err, RULE, "it holds %d signatures, more than the %d that are read", signatures,
				  SIGNATURES_MAX);
	if (certs > CERTS_MAX || crls > CERTS_MAX)
		return error_rule(err, RULE, "it holds %d %s, more than the %d that are read",
				  certs > CERTS_MAX ? certs : crls,
				  certs > CERTS_MAX ? "certificates" : "revocation lists", CERTS_MAX);
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
	if (check_type(cms, err) || check_content(cms, err) || check_counts(cms, err))
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

/* Goes into the first of the next `skip` + 1 elements that is left after `skip` were passed over. */
static bool enter(struct ber *run, int skip)
{
	struct ber_element element;

	do {
		if (!ber_next(run, &element))
			return false;
	} while (skip-- > 0);
	*run = element.inside;
	return element.constructed;
}

/* CertificateChoices and RevocationInfoChoices (RFC 5652, 10.2): X.509's own have no tag before their SEQUENCE. */
static size_t count_tagged(struct ber run)
{
	struct ber_element element;
	size_t count = 0;

	while (ber_next(&run, &element))
		count += element.tag_class != V_ASN1_UNIVERSAL;
	return count;
}

/* RFC 5652, 3 and 5.1: ContentInfo { type, [0] SignedData { version, digests, content, [0] certificates,
 * [1] revocation lists, signatures } }. */
size_t cms_count_others(const void *der, size_t len)
{
	struct ber run = { der, (const unsigned char *)der + len };
	struct ber_element element;
	size_t count = 0;

	if (!enter(&run, 0) || !enter(&run, 1) || !enter(&run, 0))
		return 0;
	while (ber_next(&run, &element))
		if (element.tag_class == V_ASN1_CONTEXT_SPECIFIC)
			count += count_tagged(element.inside);
	return count;
}

/* RFC 5652, 11.1: the signed content type must be the one of the content; OpenSSL looks only whether the attribute is
 * there. Without attributes nobody signed the type: then it must be data (5.3). */
static bool content_type_fits(CMS_ContentInfo *cms, CMS_SignerInfo *info)
{
	const ASN1_OBJECT *type = CMS_get0_eContentType(cms), *said;

	if (CMS_signed_get_attr_count(info) < 0)
		return OBJ_obj2nid(type) == NID_pkcs7_data;
	said = CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);
	return said && OBJ_cmp(said, type) == 0;
}

/* A signature over attributes fits their encoding too: with the attributes put in the content's place, and none beside
 * it, it would seem to be one over that content. */
static bool is_attributes(CMS_ContentInfo *cms)
{
	const unsigned char *content;
	struct ber_element element;
	struct ber run;
	size_t len;

	content = cms_content(cms, &len);
	run = (struct ber){ content, content + len };
	return ber_next(&run, &element) && run.at == run.end && element.tag_class == V_ASN1_UNIVERSAL &&
	       element.tag == V_ASN1_SET && element.constructed;
}

static int check_algorithms(const X509_ALGOR *digest, const X509_ALGOR *algorithm, X509 *cert, struct error *why)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	BUF_AUTO name = BUF_INIT;
	const ASN1_OBJECT *object;

	X509_ALGOR_get0(&object, NULL, NULL, digest);
	object_text(object, &name);
	if (!EVP_get_digestbyobj(object))
		return error_rule(why, RULE, "the signature cannot be checked: its digest, %s, is not known",
				  buf_text(&name));
	if (!key)
		return error_rule(why, RULE,
				  "the signature cannot be checked: the key of the signer's certificate is of no "
				  "known kind");
	if (algorithm_fits(algorithm, digest, key))
		return 0;
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	buf_clear(&name);
	object_text(object, &name);
	return error_rule(why, RULE,
			  "the signature does not fit: its algorithm, %s, is not one for the signer's key and the "
			  "digest",
			  buf_text(&name));
}

static int check_signer(CMS_ContentInfo *cms, CMS_SignerInfo *info, struct error *why)
{
	X509_ALGOR *digest, *algorithm;
	X509 *cert = NULL;

	CMS_SignerInfo_get0_algs(info, NULL, &cert, &digest, &algorithm);
	if (!cert)
		return error_rule(why, RULE,
				  "the signature cannot be checked: the signer's certificate is not "
				  "included");
	if (!content_type_fits(cms, info))
		return error_rule(why, RULE,
				  "the signature does not fit: it was made for another type of content");
	if (CMS_signed_get_attr_count(info) < 0 && is_attributes(cms))
		return error_rule(why, RULE,
				  "the signature does not fit: what it was made for are its own attributes, which "
				  "were put in the place of the content");
	return check_algorithms(digest, algorithm, cert, why);
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
