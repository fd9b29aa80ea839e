#include "sign/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "sign/openssl_error.h"

/* What one seal is made from. */
struct job {
	const struct envelope *old; /* NULL: nothing to be like */
	const struct signer *signer;
	const char *digest; /* asked for, or NULL */
	struct problems *notes;
};

/* One signature to make. */
struct plan {
	const EVP_MD *digest;
	bool by_key_id;
	bool no_attributes;
};

/* ------------------------------------------------------------------ the digest */

/* Digests for which two contents with one digest have been made. */
static bool is_broken(int nid)
{
	return nid == NID_md2 || nid == NID_md4 || nid == NID_md5 || nid == NID_md5_sha1 || nid == NID_sha1;
}

/* An extendable-output function has no place in these signatures. */
static bool is_usable(const EVP_MD *digest)
{
	return digest && !(EVP_MD_get_flags(digest) & EVP_MD_FLAG_XOF);
}

static const char *digest_name(int nid)
{
	const char *name = OBJ_nid2ln(nid);

	return name ? name : "unknown";
}

/* A key may be made for one digest alone (RSA-PSS with parameters). NULL: this one is not. */
static const EVP_MD *only_digest(const EVP_PKEY *key)
{
	char name[80];

	if (EVP_PKEY_get_default_digest_name((EVP_PKEY *)key, name, sizeof(name)) != 2)
		return NULL;
	return EVP_get_digestbyname(name);
}

static const EVP_MD *asked_digest(const struct job *job, struct error *err)
{
	const EVP_MD *digest = EVP_get_digestbyname(job->digest);
	const EVP_MD *only = only_digest(job->signer->key);

	if (!is_usable(digest)) {
		error_set(err, EINVAL, "'%s' is not a digest to sign with: give sha256, sha384 or sha512",
			  job->digest);
		return NULL;
	}
	if (only && EVP_MD_get_type(only) != EVP_MD_get_type(digest)) {
		error_set(err, EINVAL, "the key signs with %s only: give that digest, or another key",
			  digest_name(EVP_MD_get_type(only)));
		return NULL;
	}
	return digest;
}

static const EVP_MD *kept_digest(const struct job *job, const struct signature *old)
{
	const EVP_MD *digest = EVP_get_digestbynid(old->digest);

	if (is_usable(digest) && !is_broken(old->digest))
		return digest;
	problems_say(job->notes, SEVERITY_NOTE, NULL, NULL,
		     "the old signature's digest, %s, is not safe to sign with any more: signed with sha256",
		     digest_name(old->digest));
	return EVP_sha256();
}

static const EVP_MD *choose_digest(const struct job *job, const struct signature *old, struct error *err)
{
	const EVP_MD *digest, *only;

	if (job->digest)
		return asked_digest(job, err);
	digest = old ? kept_digest(job, old) : EVP_sha256();
	only = only_digest(job->signer->key);
	if (!only || EVP_MD_get_type(only) == EVP_MD_get_type(digest))
		return digest;
	if (old)
		problems_say(job->notes, SEVERITY_NOTE, NULL, NULL,
			     "the key signs with %s only: it takes the place of %s",
			     digest_name(EVP_MD_get_type(only)), digest_name(EVP_MD_get_type(digest)));
	return only;
}

/* ------------------------------------------------------------------ which signatures to make */

static bool is_ours(const struct job *job, const struct signature *signature)
{
	return signature->cert && X509_cmp(signature->cert, job->signer->cert) == 0;
}

static bool use_key_id(const struct job *job, const struct signature *old)
{
	if (!old->by_key_id)
		return false;
	if (X509_get0_subject_key_id(job->signer->cert))
		return true;
	problems_say(job->notes, SEVERITY_NOTE, NULL, NULL,
		     "the signer's certificate has no subject key id: the signature names it by issuer and "
		     "serial number");
	return false;
}

/* Adds the plan of a signature like `old` (NULL: like none), unless the same digest is planned already. */
static int add_plan(const struct job *job, const struct signature *old, struct plan *plans, size_t *count,
		    struct error *err)
{
	struct plan *plan = &plans[*count];
	size_t i;

	plan->digest = choose_digest(job, old, err);
	if (!plan->digest)
		return -1;
	for (i = 0; i < *count; i++)
		if (plans[i].digest == plan->digest)
			return 0;
	plan->by_key_id = old && use_key_id(job, old);
	plan->no_attributes = old && !old->has_attributes;
	(*count)++;
	return 0;
}

static void note_dropped(const struct job *job, const struct signature *signature)
{
	BUF_AUTO name = BUF_INIT;

	if (signature->cert)
		name_text(X509_get_subject_name(signature->cert), &name);
	else
		buf_add_text(&name, buf_text(&signature->id));
	problems_say(job->notes, SEVERITY_WARNING, NULL, NULL,
		     "the signature of %s is dropped: its key is not here, and it does not fit the new "
		     "content",
		     buf_text(&name));
}

/* Of several old signatures those that are ours are made again, of several strangers the first is the model;
 * the rest is dropped. `plans` has room for one each, at least one. */
static int make_plans(const struct job *job, struct plan *plans, size_t *count, struct error *err)
{
	const struct envelope *old = job->old;
	bool any_ours = false;
	size_t i;

	*count = 0;
	if (!old || old->count == 0)
		return add_plan(job, NULL, plans, count, err);
	for (i = 0; i < old->count; i++)
		any_ours |= is_ours(job, &old->signatures[i]);
	for (i = 0; i < old->count; i++) {
		const struct signature *signature = &old->signatures[i];
		bool model = any_ours ? is_ours(job, signature) : i == 0;

		if (model && add_plan(job, signature, plans, count, err))
			return -1;
		if (!is_ours(job, signature) && old->count > 1)
			note_dropped(job, signature);
	}
	return 0;
}

/* ------------------------------------------------------------------ building the CMS */

/* Without this a signature of an RSA-PSS key is made and does not verify. A salt as long as the digest is
 * what others expect (RFC 8017, 9.1); a key that demands a longer one keeps its own. */
static int set_padding(const struct signer *signer, CMS_SignerInfo *info)
{
	EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(info);

	if (!EVP_PKEY_is_a(signer->key, "RSA-PSS"))
		return 0;
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) <= 0)
		return -1;
	ERR_set_mark();
	EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST);
	ERR_pop_to_mark();
	return 0;
}

static int add_signature(CMS_ContentInfo *cms, const struct signer *signer, const struct plan *plan)
{
	unsigned int flags = CMS_BINARY | CMS_PARTIAL | CMS_NOCERTS | CMS_NOSMIMECAP | CMS_KEY_PARAM;
	CMS_SignerInfo *info;

	if (plan->by_key_id)
		flags |= CMS_USE_KEYID;
	if (plan->no_attributes)
		flags |= CMS_NOATTR;
	info = CMS_add1_signer(cms, signer->cert, signer->key, plan->digest, flags);
	return info ? set_padding(signer, info) : -1;
}

/* True if the certificate is one of those whose signatures are not made again. */
static bool is_old_leaf(const struct job *job, X509 *cert)
{
	size_t i;

	for (i = 0; i < job->old->count; i++) {
		X509 *leaf = job->old->signatures[i].cert;

		if (leaf && X509_cmp(leaf, cert) == 0)
			return true;
	}
	return false;
}

/* The signer's certificate and chain, and what the old envelope included but for its leaves. */
static int collect_certs(const struct job *job, STACK_OF(X509) *certs)
{
	int i;

	if (certs_add(certs, job->signer->cert))
		return -1;
	for (i = 0; i < sk_X509_num(job->signer->chain); i++)
		if (certs_add(certs, sk_X509_value(job->signer->chain, i)))
			return -1;
	for (i = 0; job->old && i < sk_X509_num(job->old->certs); i++) {
		X509 *cert = sk_X509_value(job->old->certs, i);

		if (!is_old_leaf(job, cert) && certs_add(certs, cert))
			return -1;
	}
	return 0;
}

static int add_certs(CMS_ContentInfo *cms, const struct job *job)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	int i, result = certs ? collect_certs(job, certs) : -1;

	for (i = 0; !result && i < sk_X509_num(certs); i++)
		if (CMS_add1_cert(cms, sk_X509_value(certs, i)) != 1)
			result = -1;
	for (i = 0; !result && job->old && i < sk_X509_CRL_num(job->old->crls); i++)
		if (CMS_add1_crl(cms, sk_X509_CRL_value(job->old->crls, i)) != 1)
			result = -1;
	sk_X509_pop_free(certs, X509_free);
	return result;
}

static int build(CMS_ContentInfo *cms, const struct job *job, const struct plan *plans, size_t count)
{
	size_t i;

	if (job->old && job->old->content_type && CMS_set1_eContentType(cms, job->old->content_type) != 1)
		return -1;
	for (i = 0; i < count; i++)
		if (add_signature(cms, job->signer, &plans[i]))
			return -1;
	return add_certs(cms, job);
}

static int sign(const struct job *job, const struct plan *plans, size_t count, const void *content,
		size_t len, unsigned char **der, int *der_len, struct error *err)
{
	BIO_AUTO *bio = BIO_new_mem_buf(content, (int)len);
	CMS_AUTO *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);

	if (!bio || !cms)
		return openssl_error(err, NULL, "the signature cannot be made");
	if (build(cms, job, plans, count) || CMS_final(cms, bio, NULL, CMS_BINARY) != 1)
		return openssl_error(err, NULL, "the key could not sign");
	*der_len = i2d_CMS_ContentInfo(cms, der);
	if (*der_len <= 0)
		return openssl_error(err, NULL, "the signature cannot be written");
	return 0;
}

/* ------------------------------------------------------------------ the interface */

/* A signature that does not verify must not reach the disk, whatever went wrong. */
static int prove(const unsigned char *der, size_t der_len, const void *content, size_t len, struct error *err)
{
	CMS_AUTO *cms = cms_read(der, der_len, err);
	const unsigned char *inside;
	struct error why;
	size_t inside_len;

	if (!cms)
		return error_set(err, EIO, "the new signature cannot be read back: nothing was signed");
	if (!cms_intact(cms, &why))
		return error_set(err, EIO, "the new signature does not verify, nothing was signed: %s",
				 why.text);
	inside = cms_content(cms, &inside_len);
	if (inside_len != len || (len && memcmp(inside, content, len) != 0))
		return error_set(err, EIO,
				 "the new signature holds other content than was given: nothing was signed");
	return 0;
}

static int seal(const struct job *job, const void *content, size_t len, struct buf *out, struct error *err)
{
	size_t room = job->old && job->old->count ? job->old->count : 1, count;
	struct plan *plans = calloc(room, sizeof(*plans));
	unsigned char *der = NULL;
	int der_len = 0, result;

	if (!plans)
		return error_memory(err);
	result = make_plans(job, plans, &count, err);
	if (!result)
		result = sign(job, plans, count, content, len, &der, &der_len, err);
	if (!result)
		result = prove(der, (size_t)der_len, content, len, err);
	if (!result)
		buf_add(out, der, (size_t)der_len);
	OPENSSL_clear_free(der, der_len > 0 ? (size_t)der_len : 0);
	free(plans);
	return result;
}

int envelope_seal(const struct envelope *old, const struct signer *signer, const struct seal_options *options,
		  const void *content, size_t len, struct buf *out, struct problems *notes, struct error *err)
{
	struct job job = {
		.old = old && old->form != ENVELOPE_PLAIN ? old : NULL,
		.signer = signer,
		.digest = options ? options->digest : NULL,
		.notes = notes,
	};
	int result;

	if (len > INT_MAX / 2)
		return error_set(err, EFBIG, "the profile is larger than 1 GB, more than OpenSSL can sign");
	ERR_clear_error();
	result = seal(&job, content, len, out, err);
	ERR_clear_error();
	if (result)
		return -1;
	if (!buf_ok(out))
		return error_memory(err);
	if (job.old && job.old->form == ENVELOPE_PEM)
		problems_say(notes, SEVERITY_NOTE, NULL, NULL,
			     "the signature was PEM and is DER now, the form that devices take");
	return 0;
}
