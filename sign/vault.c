#include "sign/vault.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "sign/openssl_error.h"

#define KEY_LEN   32
#define NONCE_LEN 12
#define TAG_LEN   16

struct vault {
	unsigned char key[KEY_LEN];
};

static inline void ctx_drop(EVP_CIPHER_CTX **ctx)
{
	EVP_CIPHER_CTX_free(*ctx);
}

#define CTX_AUTO __attribute__((cleanup(ctx_drop))) EVP_CIPHER_CTX

/* --- keys ------------------------------------------------------------------------------------------- */

int vault_new(struct vault **out, struct error *err)
{
	struct vault *vault = malloc(sizeof(*vault));

	if (!vault)
		return error_memory(err);
	openssl_begin();
	if (RAND_priv_bytes(vault->key, sizeof(vault->key)) != 1) {
		vault_free(vault);
		return openssl_error(err, NULL, "no random key can be had");
	}
	*out = vault;
	return openssl_end(0, err) < 0 ? (vault_free(vault), -1) : 0;
}

int vault_with_key(const void *key, size_t len, struct vault **out, struct error *err)
{
	struct vault *vault;

	if (len != KEY_LEN)
		return error_set(err, EINVAL, "what is locked has a key of %zu bytes, not %d: it is damaged", len,
				 KEY_LEN);
	vault = malloc(sizeof(*vault));
	if (!vault)
		return error_memory(err);
	memcpy(vault->key, key, KEY_LEN);
	*out = vault;
	return 0;
}

void vault_free(struct vault *vault)
{
	if (!vault)
		return;
	OPENSSL_cleanse(vault, sizeof(*vault));
	free(vault);
}

void vault_key(const struct vault *vault, struct buf *out)
{
	buf_add(out, vault->key, KEY_LEN);
}

/* --- locking ---------------------------------------------------------------------------------------- */

/* `to` has room for nonce, content and tag. */
static bool lock_into(const struct vault *vault, const void *bytes, size_t len, unsigned char *to)
{
	CTX_AUTO *ctx = EVP_CIPHER_CTX_new();
	unsigned char *cipher = to + NONCE_LEN;
	int done;

	return ctx && RAND_bytes(to, NONCE_LEN) == 1 &&
	       EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, vault->key, to) == 1 &&
	       (!len || EVP_EncryptUpdate(ctx, cipher, &done, bytes, (int)len) == 1) &&
	       EVP_EncryptFinal_ex(ctx, cipher + len, &done) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, cipher + len) == 1;
}

int vault_lock(const struct vault *vault, const void *bytes, size_t len, struct buf *out, struct error *err)
{
	size_t before = out->len;

	if (len > INT_MAX)
		return error_set(err, EFBIG, "too much to be encrypted in one piece");
	buf_resize(out, before + NONCE_LEN + len + TAG_LEN);
	if (!buf_ok(out))
		return error_memory(err);
	openssl_begin();
	if (lock_into(vault, bytes, len, (unsigned char *)out->data + before) && openssl_end(0, err) == 0)
		return 0;
	buf_resize(out, before);
	return openssl_error(err, NULL, "it cannot be encrypted");
}

/* --- unlocking -------------------------------------------------------------------------------------- */

static bool unlock_into(const struct vault *vault, const unsigned char *from, size_t len, unsigned char *to)
{
	CTX_AUTO *ctx = EVP_CIPHER_CTX_new();
	const unsigned char *cipher = from + NONCE_LEN;
	unsigned char tag[TAG_LEN];
	int done;

	memcpy(tag, cipher + len, TAG_LEN);
	return ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, vault->key, from) == 1 &&
	       (!len || EVP_DecryptUpdate(ctx, to, &done, cipher, (int)len) == 1) &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1 &&
	       EVP_DecryptFinal_ex(ctx, to + len, &done) == 1;
}

int vault_unlock(const struct vault *vault, const void *bytes, size_t len, struct buf *out, struct error *err)
{
	size_t before = out->len;
	bool opened;

	if (len < NONCE_LEN + TAG_LEN || len > INT_MAX)
		return error_set(err, EACCES, "it is damaged: it is no piece that was locked");
	len -= NONCE_LEN + TAG_LEN;
	buf_resize(out, before + len + 1); /* one more: never NULL */
	if (!buf_ok(out))
		return error_memory(err);
	openssl_begin();
	opened = unlock_into(vault, bytes, len, (unsigned char *)out->data + before);
	opened = openssl_end(opened ? 0 : error_set(err, EACCES, "it is damaged, or was locked with another key"),
			     err) == 0;
	buf_resize(out, before + (opened ? len : 0));
	return opened ? 0 : -1;
}
