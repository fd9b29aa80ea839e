#include "sign/internal.h"

#include <openssl/rsa.h>

static bool has_no_parameters(const X509_ALGOR *algorithm)
{
	int type;

	X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

/* The digest inside the parameters of MGF1 (RFC 8017, A.2.3) has none of its own. */
static bool mask_fits(const X509_ALGOR *mask)
{
	const void *value;
	X509_ALGOR *inner;
	bool fits;
	int type;

	X509_ALGOR_get0(NULL, &type, &value, mask);
	if (type != V_ASN1_SEQUENCE)
		return false;
	inner = ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR));
	fits = inner && has_no_parameters(inner);
	X509_ALGOR_free(inner);
	return fits;
}

/* OpenSSL reads the digests, the salt and the trailer and compares them with the key and the signature
 * (RFC 4056, 3), but passes over what stands beside them. */
static bool pss_fits(const X509_ALGOR *algorithm)
{
	RSA_PSS_PARAMS *parameters;
	const void *value;
	bool fits;
	int type;

	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	if (type != V_ASN1_SEQUENCE)
		return false;
	parameters = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
	fits = parameters && (!parameters->hashAlgorithm || has_no_parameters(parameters->hashAlgorithm)) &&
	       (!parameters->maskGenAlgorithm || mask_fits(parameters->maskGenAlgorithm));
	RSA_PSS_PARAMS_free(parameters);
	return fits;
}

bool algorithm_fits(const X509_ALGOR *algorithm, const X509_ALGOR *digest, EVP_PKEY *key)
{
	int kind = EVP_PKEY_get_base_id(key), named_digest, named_kind, nid;
	const ASN1_OBJECT *name, *digest_name;

	if (!has_no_parameters(digest))
		return false;
	X509_ALGOR_get0(&digest_name, NULL, NULL, digest);
	X509_ALGOR_get0(&name, NULL, NULL, algorithm);
	nid = OBJ_obj2nid(name);
	if (nid == NID_rsassaPss)
		return (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS) && pss_fits(algorithm);
	/* Just the kind of key, as it is usual for RSA; for others older programs say it so, and may add its curve. */
	if (nid == kind)
		return kind != EVP_PKEY_RSA || has_no_parameters(algorithm);
	return OBJ_find_sigid_algs(nid, &named_digest, &named_kind) == 1 &&
	       EVP_PKEY_type(named_kind) == EVP_PKEY_type(kind) &&
	       (named_digest == OBJ_obj2nid(digest_name) || named_digest == NID_undef) &&
	       has_no_parameters(algorithm);
}
