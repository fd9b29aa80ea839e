/*
 * The signer: a private key, its certificate and the chain above it, opened and matched before anything is
 * mounted, so that saving cannot fail for a passphrase.
 */
#ifndef SIGN_SIGNER_H
#define SIGN_SIGNER_H

#include "plist/base/error.h"

struct signer;

/* Where the parts are. All strings may be NULL except `key`. */
struct signer_files {
	const char *key;    /* a file: PEM or DER, encrypted or not, PKCS#12; may hold the certificate too */
	const char *cert;   /* a file with the certificate, and perhaps the chain after it; NULL: in `key` */
	const char *chain;  /* a file with more certificates to include */
	const char *passin; /* pass:TEXT, env:NAME, file:PATH, fd:N, stdin (openssl-passphrase-options(1));
	                     * NULL: asked for on the terminal, without echo, if the key needs one */
};

/* Opens all parts and matches them. Fails, with what to give instead, for: a file that cannot be read or
 * holds no key or certificate, a wrong or missing passphrase, a certificate that is not the key's, a key
 * that cannot sign CMS (Ed25519, Ed448), a certificate whose key usage lacks digitalSignature.
 * A certificate that is expired or not yet valid is a warning in `notes`.
 * 0 with a new `*out` (signer_free()), or -1. */
int signer_open(const struct signer_files *files, struct signer **out, struct problems *notes,
		struct error *err);

/* Frees it and wipes the key. NULL is fine. */
void signer_free(struct signer *signer);

#endif
