#include "sign/encryption_internal.h"

#include <errno.h>
#include <limits.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "sign/internal.h"
#include "sign/openssl_error.h"

/* ------------------------------------------------------------------ one recipient's part */

/* The context takes the label over, on success only. */
static int set_label(EVP_PKEY_CTX *ctx, const ASN1_OCTET_STRING *label)
{
	int len = label ? ASN1_STRING_length(label) : 0;
	void *copy;

	if (len <= 0)
		return 0;
	copy = OPENSSL_memdup(ASN1_STRING_get0_data(label), (size_t)len);
	if (copy && EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, len) == 1)
		return 0;
	OPENSSL_free(copy);
	return -1;
}

static int set_oaep(EVP_PKEY_CTX *ctx, const struct wrap *wrap)
{
	const EVP_MD *digest = EVP_get_digestbynid(wrap->digest);
	const EVP_MD *mask = EVP_get_digestbynid(wrap->mask_digest);

	if (!digest || !mask || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, digest) != 1 || EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mask) != 1)
		return -1;
	return set_label(ctx, wrap->label);
}

static int set_agreement(EVP_PKEY_CTX *ctx, const struct wrap *wrap)
{
	const EVP_MD *digest = EVP_get_digestbynid(wrap->digest);

	if (!digest || EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, digest) != 1)
		return -1;
	return EVP_PKEY_CTX_set_ecdh_cofactor_mode(ctx, wrap->cofactor) == 1 ? 0 : -1;
}

static int add_recipient(CMS_ContentInfo *cms, const struct recipient *recipient)
{
	const struct wrap *wrap = &recipient->wrap;
	unsigned int flags = CMS_KEY_PARAM | (wrap->by_key_id ? CMS_USE_KEYID : 0);
	CMS_RecipientInfo *info = CMS_add1_recipient_cert(cms, recipient->cert, flags);
	EVP_PKEY_CTX *ctx = info ? CMS_RecipientInfo_get0_pkey_ctx(info) : NULL;

	if (!ctx)
		return -1;
	if (wrap->kind == WRAP_AGREEMENT)
		return set_agreement(ctx, wrap);
	return wrap->oaep ? set_oaep(ctx, wrap) : 0;
}

static int add_recipients(CMS_ContentInfo *cms, const struct recipient *list, size_t count, struct error *err)
{
	BUF_AUTO who = BUF_INIT;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!add_recipient(cms, &list[i]))
			continue;
		recipient_text(&list[i], &who);
		return openssl_error(err, NULL, "it cannot be encrypted for %s", buf_text(&who));
	}
	return 0;
}

/* ------------------------------------------------------------------ the content */

/* Through the cipher at once: what the content passes in OpenSSL's memory is wiped there, and no copy stays. */
static int add_content(CMS_ContentInfo *cms, const void *content, size_t len, struct error *err)
{
	BIO_AUTO *chain = CMS_dataInit(cms, NULL);

	if (!chain)
		return openssl_error(err, NULL, "it cannot be encrypted for the recipients");
	if (len && BIO_write(chain, content, (int)len) != (int)len)
		return openssl_error(err, NULL, "the content cannot be encrypted");
	if (BIO_flush(chain) != 1 || CMS_dataFinal(cms, chain) != 1)
		return openssl_error(err, NULL, "the content cannot be encrypted");
	return 0;
}

static int add_der(CMS_ContentInfo *cms, struct buf *out, struct error *err)
{
	unsigned char *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der);

	if (len <= 0)
		return openssl_error(err, NULL, "the encrypted content cannot be written");
	buf_add(out, der, (size_t)len);
	OPENSSL_free(der);
	return buf_ok(out) ? 0 : error_memory(err);
}

int encryption_seal(const struct recipient *list, size_t count, const ASN1_OBJECT *type, const void *content,
		    size_t len, struct buf *out, struct error *err)
{
	CMS_AUTO *cms = NULL;

	if (len > INT_MAX / 2)
		return error_set(err, EFBIG, "the content is larger than 1 GB, which OpenSSL cannot encrypt at once");
	if (count > RECIPIENTS_MAX)
		return error_set(err, EINVAL,
				 "there are %zu recipients, more than the %d that are read back: give fewer", count,
				 RECIPIENTS_MAX);
	cms = CMS_EnvelopedData_create(EVP_aes_256_cbc());
	if (!cms || CMS_set_detached(cms, 0) != 1 || (type && CMS_set1_eContentType(cms, type) != 1))
		return openssl_error(err, NULL, "the encryption cannot be prepared");
	if (add_recipients(cms, list, count, err) || add_content(cms, content, len, err))
		return -1;
	return add_der(cms, out, err);
}

int encryption_make(const struct recipients *recipients, const void *content, size_t len, struct buf *out,
		    struct error *err)
{
	int result;

	ERR_clear_error();
	result = encryption_seal(recipients->list, recipients->count, NULL, content, len, out, err);
	ERR_clear_error();
	return result;
}
