#include "sign/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "sign/ber.h"
#include "sign/fitness.h"
#include "sign/openssl_error.h"

/* Without CMS_KEY_PARAM and this, a signature of an RSA-PSS key is made and does not verify. A salt as long as the
 * digest is what others expect (RFC 8017, 9.1); a key that demands a longer one keeps its own. */
static int set_padding(const struct plan *plan, CMS_SignerInfo *info)
{
	EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(info);

	if (!plan->pss)
		return 0;
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) <= 0)
		return -1;
	ERR_set_mark();
	EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST);
	ERR_pop_to_mark();
	return 0;
}

static int add_signature(CMS_ContentInfo *cms, const struct plan *plan)
{
	unsigned int flags = CMS_BINARY | CMS_PARTIAL | CMS_NOCERTS | CMS_NOSMIMECAP | CMS_KEY_PARAM;
	CMS_SignerInfo *info;

	if (plan->by_key_id)
		flags |= CMS_USE_KEYID;
	if (plan->no_attributes)
		flags |= CMS_NOATTR;
	info = CMS_add1_signer(cms, plan->identity->cert, plan->identity->key, plan->digest, flags);
	return info ? set_padding(plan, info) : -1;
}

static int build(CMS_ContentInfo *cms, const struct job *job, const struct plan *plans, size_t count)
{
	size_t i;

	if (job->old && job->old->content_type && CMS_set1_eContentType(cms, job->old->content_type) != 1)
		return -1;
	for (i = 0; i < count; i++)
		if (add_signature(cms, &plans[i]))
			return -1;
	return inclusion_add(job, cms);
}

static bool any_on_token(const struct signer *signer)
{
	size_t i;

	for (i = 0; i < signer->count; i++)
		if (signer->identities[i].on_token)
			return true;
	return false;
}

/* What CMS_final() does, without its buffer, which would leave some of the content in memory that nobody wipes. */
static int add_content(CMS_ContentInfo *cms, const void *content, size_t len)
{
	BIO_AUTO *chain = CMS_dataInit(cms, NULL);

	if (!chain || (len && BIO_write(chain, content, (int)len) != (int)len))
		return -1;
	return BIO_flush(chain) == 1 && CMS_dataFinal(cms, chain) == 1 ? 0 : -1;
}

static int sign(const struct job *job, const struct plan *plans, size_t count, const void *content,
		size_t len, unsigned char **der, int *der_len, struct error *err)
{
	CMS_AUTO *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);

	if (!cms)
		return openssl_error(err, NULL, "the signature cannot be made");
	if (build(cms, job, plans, count) || add_content(cms, content, len))
		return fitness_explain(any_on_token(job->signer), err);
	*der_len = i2d_CMS_ContentInfo(cms, der);
	if (*der_len <= 0)
		return openssl_error(err, NULL, "the signature cannot be written");
	return 0;
}

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
	if (!ber_is_definite(der, der_len))
		return error_set(err, EINVAL,
				 "a certificate of the signer or its chain is not encoded as DER, nothing was "
				 "signed: convert it with openssl x509 -outform DER");
	return 0;
}

static int seal(const struct job *job, const void *content, size_t len, unsigned char **der, int *der_len,
		struct error *err)
{
	struct plan *plans;
	size_t count;
	int result;

	if (plans_make(job, &plans, &count, err))
		return -1;
	result = sign(job, plans, count, content, len, der, der_len, err);
	if (!result)
		result = prove(*der, (size_t)*der_len, content, len, err);
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
	unsigned char *der = NULL;
	int der_len = 0, result;

	if (len > INT_MAX / 2)
		return error_set(err, EFBIG, "the profile is larger than 1 GB, more than OpenSSL can sign");
	openssl_begin();
	result = openssl_end(seal(&job, content, len, &der, &der_len, err), err);
	if (!result)
		buf_add(out, der, (size_t)der_len);
	OPENSSL_clear_free(der, der_len > 0 ? (size_t)der_len : 0);
	if (result)
		return -1;
	if (!buf_ok(out))
		return error_memory(err);
	if (job.old && job.old->form == ENVELOPE_PEM)
		problems_say(notes, SEVERITY_NOTE, NULL, NULL,
			     "the signature was PEM and is DER now, the form that devices take");
	return 0;
}
