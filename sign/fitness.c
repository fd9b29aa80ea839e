#include "sign/fitness.h"

#include <errno.h>

#include "sign/openssl_error.h"

/* What OpenSSL's lowest security level asks for: RSA of 1024 bits, elliptic curves of 160. */
#define SECURITY_BITS_MIN 80

/* The kinds of key that CMS signatures are made with. Ed25519 and Ed448 have a standard (RFC 8419) that
 * OpenSSL 3.0 does not know; the rest exchange keys only. */
static int check_kind(const EVP_PKEY *key, struct error *err)
{
	static const char *const kinds[] = { "RSA", "RSA-PSS", "EC", "DSA" };
	const char *name = EVP_PKEY_get0_type_name(key);
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (EVP_PKEY_is_a(key, kinds[i]))
			return 0;
	return error_set(err, EINVAL,
			 "a key of the type %s cannot sign a profile: give an RSA or an EC key (P-256)",
			 name ? name : "unknown");
}

static int check_strength(const EVP_PKEY *key, struct error *err)
{
	int strength = EVP_PKEY_get_security_bits(key);

	if (strength <= 0 || strength >= SECURITY_BITS_MIN)
		return 0;
	return error_set(err, EINVAL,
			 "a key of %d bits is too weak, anybody could sign in its name: give an RSA key of "
			 "2048 bits or more, or an EC key (P-256)",
			 EVP_PKEY_get_bits(key));
}

int fitness_check(const EVP_PKEY *key, struct error *err)
{
	return check_kind(key, err) ? -1 : check_strength(key, err);
}

/* ------------------------------------------------------------------ a trial */

static inline void md_ctx_end(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

#define MD_CTX_AUTO __attribute__((cleanup(md_ctx_end))) EVP_MD_CTX

/* With an exponent of 1, say, everybody could sign in its name; OpenSSL signs with it all the same. The certificate's
 * half is looked at: it is in memory, wherever the key is. */
static bool is_sound(X509 *cert)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(X509_get0_pubkey(cert), NULL);
	bool sound = ctx && EVP_PKEY_public_check_quick(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return sound;
}

static const unsigned char trial[] = "trial";

static int sign_trial(EVP_PKEY *key, struct buf *signature)
{
	MD_CTX_AUTO *ctx = EVP_MD_CTX_new();
	size_t len = (size_t)EVP_PKEY_get_size(key);

	buf_resize(signature, len);
	if (!ctx || !buf_ok(signature) || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, (unsigned char *)signature->data, &len, trial, sizeof(trial)) != 1)
		return -1;
	buf_resize(signature, len);
	return 0;
}

static bool trial_verifies(X509 *cert, const struct buf *signature)
{
	MD_CTX_AUTO *ctx = EVP_MD_CTX_new();

	return ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, X509_get0_pubkey(cert)) == 1 &&
	       EVP_DigestVerify(ctx, (const unsigned char *)signature->data, signature->len, trial,
				sizeof(trial)) == 1;
}

int fitness_explain(bool on_token, struct error *err)
{
	if (!on_token)
		return openssl_error(err, NULL, "the key could not sign");
	return openssl_error(err, NULL,
			     "the token could not sign: it may have been unplugged or locked since its key was opened, "
			     "which only opening it again mends");
}

int fitness_try(const struct signing_identity *identity, struct error *err)
{
	BUF_AUTO signature = BUF_INIT;

	if (!is_sound(identity->cert))
		return error_set(err, EINVAL,
				 "the key is broken, anybody could sign in its name: make a new one, with a new "
				 "certificate");
	if (sign_trial(identity->key, &signature))
		return fitness_explain(identity->on_token, err);
	if (!trial_verifies(identity->cert, &signature))
		return openssl_error(err, NULL,
				     "the key does not fit its certificate: what it signs does not verify");
	return 0;
}
