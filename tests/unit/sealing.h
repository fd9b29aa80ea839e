/*
 * What the tests of sealing share: signers opened from the identities of envelopes.h, sealing from file to file,
 * and two readers that are not ours: the openssl command, and CMS structures read and written by OpenSSL's functions.
 *
 * A CMS that is read or begun here is freed by whoever asked for it, or by cms_finish().
 */
#ifndef TESTS_SEALING_H
#define TESTS_SEALING_H

#include "tests/unit/envelopes.h"

#include <openssl/cms.h>

/* ------------------------------------------------------------------ signers */

/* Opens a signer of these identities; `chain` NULL: none. */
static inline struct signer *open_signers(const char *const *names, size_t count, const char *chain)
{
	char keys[4][320], certs[4][320];
	const char *key_list[4], *cert_list[4];
	struct signer_files files = {
		.keys = { key_list, count },
		.certs = { cert_list, count },
		.chains = ONE(chain ? kit_path(chain) : NULL),
	};
	struct signer *signer = NULL;
	struct error err = ERROR_INIT;
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%s/%s.key", kit_folder, names[i]);
		snprintf(certs[i], sizeof(certs[i]), "%s/%s.crt", kit_folder, names[i]);
		key_list[i] = keys[i];
		cert_list[i] = certs[i];
	}
	if (signer_open(&files, &signer, NULL, &err)) {
		print_error("%s: %s\n", names[0], err.text);
		exit(1);
	}
	return signer;
}

static inline struct signer *open_signer(const char *name)
{
	return open_signers(&name, 1, "inter.crt");
}

/* ------------------------------------------------------------------ sealing */

/* Seals like the envelope in the file `old` (NULL: like none) into the file `out`. */
static inline void seal_bytes(const char *old, const struct signer *signer, const char *digest, const void *bytes,
			      size_t len, const char *out, struct problems *notes)
{
	BUF_AUTO content = BUF_INIT, sealed = BUF_INIT;
	struct envelope *envelope = old ? open_file(old, &content) : NULL;
	struct seal_options options = { .digest = digest };
	struct error err = ERROR_INIT;

	if (envelope_seal(envelope, signer, &options, bytes, len, &sealed, notes, &err))
		fail_msg("not sealed: %s", err.text);
	kit_write(out, sealed.data, sealed.len);
	envelope_free(envelope);
}

static inline void seal(const char *old, const struct signer *signer, const char *digest, const char *out,
			struct problems *notes)
{
	seal_bytes(old, signer, digest, XML, strlen(XML), out, notes);
}

/* Seals and expects that there is nothing to say of it. */
static inline void seal_quietly(const char *old, const struct signer *signer, const char *out)
{
	struct problems notes = PROBLEMS_INIT;

	seal(old, signer, NULL, out, &notes);
	if (notes.count)
		fail_msg("'%s' was said", notes.list[0].text);
}

/* Nothing is sealed, and `words` are in the reason. */
static inline void refuses_to_seal(const char *old, const struct signer *signer, const char *digest, const char *words)
{
	BUF_AUTO content = BUF_INIT, out = BUF_INIT;
	struct envelope *envelope = old ? open_file(old, &content) : NULL;
	struct seal_options options = { .digest = digest };
	struct error err = ERROR_INIT;

	buf_add_text(&out, "before");
	assert_int_equal(envelope_seal(envelope, signer, &options, XML, strlen(XML), &out, NULL, &err), -1);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_null(err.rule);
	assert_string_equal(buf_text(&out), "before");
	envelope_free(envelope);
}

static inline void one_note(struct problems *notes, enum severity severity, const char *words)
{
	assert_int_equal(notes->count, 1);
	assert_int_equal(notes->list[0].severity, severity);
	if (!strstr(notes->list[0].text, words))
		fail_msg("'%s' does not say '%s'", notes->list[0].text, words);
	problems_free(notes);
}

/* ------------------------------------------------------------------ the openssl command */

/* It must accept the file under our CA and find exactly these bytes in it. */
static inline void openssl_accepts(const char *name, const void *bytes, size_t len)
{
	BUF_AUTO content = BUF_INIT;

	kit_must("openssl cms -verify -inform DER -purpose any -CAfile ca.crt -binary -in %s -out verified",
		 name);
	kit_read("verified", &content);
	assert_true(buf_equals(&content, bytes, len));
}

static inline void accepted(const char *name)
{
	openssl_accepts(name, XML, strlen(XML));
}

/* ------------------------------------------------------------------ CMS structures */

static inline CMS_ContentInfo *cms_parse(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);

	assert_non_null(cms);
	assert_ptr_equal(at, (const unsigned char *)bytes + len);
	CMS_set1_signers_certs(cms, NULL, 0);
	return cms;
}

static inline CMS_ContentInfo *cms_file(const char *name)
{
	BUF_AUTO bytes = BUF_INIT;

	kit_read(name, &bytes);
	return cms_parse(bytes.data, bytes.len);
}

static inline X509 *kit_cert(const char *name)
{
	char file[64];
	BIO *bio;
	X509 *cert;

	snprintf(file, sizeof(file), "%s.crt", name);
	bio = BIO_new_file(kit_path(file), "r");
	cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(cert);
	return cert;
}

static inline EVP_PKEY *kit_key(const char *name)
{
	char file[64];
	BIO *bio;
	EVP_PKEY *key;

	snprintf(file, sizeof(file), "%s.key", name);
	bio = BIO_new_file(kit_path(file), "r");
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(key);
	return key;
}

/* A new identity, whose key is taken over, under one that is there. */
static inline void make_identity(const char *name, EVP_PKEY *key, const char *issuer,
				 const struct cert_options *options)
{
	struct identity above = { .key = kit_key(issuer), .cert = kit_cert(issuer) };
	struct identity made = kit_identity(name, key, &above, options);

	kit_identity_free(&made);
	kit_identity_free(&above);
}

static inline CMS_ContentInfo *cms_begin(void)
{
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);

	assert_non_null(cms);
	return cms;
}

/* Adds a signature by one of the identities, as cms_finish() will make it. */
static inline CMS_SignerInfo *cms_signer(CMS_ContentInfo *cms, const char *name, const EVP_MD *digest,
					 unsigned int flags)
{
	EVP_PKEY *key = kit_key(name);
	X509 *cert = kit_cert(name);
	CMS_SignerInfo *info =
		CMS_add1_signer(cms, cert, key, digest, CMS_BINARY | CMS_PARTIAL | CMS_KEY_PARAM | flags);

	assert_non_null(info);
	EVP_PKEY_free(key);
	X509_free(cert);
	return info;
}

static inline void cms_use_pss(CMS_SignerInfo *info)
{
	assert_true(EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(info), RSA_PKCS1_PSS_PADDING) > 0);
}

static inline void cms_write(const char *name, CMS_ContentInfo *cms)
{
	unsigned char *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der);

	assert_true(len > 0);
	kit_write(name, der, (size_t)len);
	OPENSSL_free(der);
}

/* Signs the text, writes the file and frees the CMS. */
static inline void cms_finish(CMS_ContentInfo *cms, const char *name)
{
	BIO *content = BIO_new_mem_buf(XML, -1);

	assert_int_equal(CMS_final(cms, content, NULL, CMS_BINARY), 1);
	cms_write(name, cms);
	BIO_free(content);
	CMS_ContentInfo_free(cms);
}

/* ------------------------------------------------------------------ what a CMS says */

static inline int cms_count_signers(CMS_ContentInfo *cms)
{
	return sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms));
}

/* The signature by CN=NAME, which must be the only one of that signer. */
static inline CMS_SignerInfo *cms_signed_by(CMS_ContentInfo *cms, const char *name)
{
	CMS_SignerInfo *found = NULL;
	int i;

	for (i = 0; i < cms_count_signers(cms); i++) {
		CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), i);
		char common[64] = "";
		X509 *cert = NULL;

		CMS_SignerInfo_get0_algs(info, NULL, &cert, NULL, NULL);
		assert_non_null(cert);
		X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, common, sizeof(common));
		if (strcmp(common, name) == 0) {
			assert_null(found);
			found = info;
		}
	}
	assert_non_null(found);
	return found;
}

static inline int cms_digest(CMS_SignerInfo *info)
{
	const ASN1_OBJECT *name;
	X509_ALGOR *digest;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, NULL);
	X509_ALGOR_get0(&name, NULL, NULL, digest);
	return OBJ_obj2nid(name);
}

static inline int cms_algorithm(CMS_SignerInfo *info)
{
	const ASN1_OBJECT *name;
	X509_ALGOR *algorithm;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, NULL, &algorithm);
	X509_ALGOR_get0(&name, NULL, NULL, algorithm);
	return OBJ_obj2nid(name);
}

static inline bool cms_has_key_id(CMS_SignerInfo *info)
{
	ASN1_OCTET_STRING *key_id = NULL;

	assert_int_equal(CMS_SignerInfo_get0_signer_id(info, &key_id, NULL, NULL), 1);
	return key_id != NULL;
}

static inline bool cms_has_attributes(CMS_SignerInfo *info)
{
	return CMS_signed_get_attr_count(info) >= 0;
}

/* The attributes that every signature has which has any, and no others. */
static inline void only_fresh_attributes(CMS_SignerInfo *info)
{
	assert_int_equal(CMS_signed_get_attr_count(info), 3);
	assert_true(CMS_signed_get_attr_by_NID(info, NID_pkcs9_contentType, -1) >= 0);
	assert_true(CMS_signed_get_attr_by_NID(info, NID_pkcs9_messageDigest, -1) >= 0);
	assert_true(CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1) >= 0);
	assert_true(CMS_unsigned_get_attr_count(info) <= 0);
}

static inline bool cms_includes(CMS_ContentInfo *cms, X509 *cert)
{
	STACK_OF(X509) *certs = CMS_get1_certs(cms);
	bool found = false;
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		found |= X509_cmp(sk_X509_value(certs, i), cert) == 0;
	sk_X509_pop_free(certs, X509_free);
	return found;
}

/* The same of one of the identities. */
static inline bool includes(CMS_ContentInfo *cms, const char *name)
{
	X509 *cert = kit_cert(name);
	bool found = cms_includes(cms, cert);

	X509_free(cert);
	return found;
}

static inline int cms_count_certs(CMS_ContentInfo *cms)
{
	STACK_OF(X509) *certs = CMS_get1_certs(cms);
	int count = sk_X509_num(certs);

	sk_X509_pop_free(certs, X509_free);
	return count < 0 ? 0 : count;
}

#endif
