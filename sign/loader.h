/*
 * Keys and certificates out of files, whatever the format: PEM, encrypted PEM, PKCS#8, DER, PKCS#12, and
 * what else an OpenSSL store provider opens by its own URI (pkcs11:...).
 *
 * A `loaded` owns what it holds; loaded_free() gives it back, also after a failure.
 */
#ifndef SIGN_LOADER_H
#define SIGN_LOADER_H

#include <stdbool.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "plist/base/error.h"
#include "sign/passphrase.h"

struct loaded {
	EVP_PKEY *key;         /* the first private key, or NULL */
	bool public_key;       /* there was a public one */
	STACK_OF(X509) *certs; /* in the order of the file, never NULL after success */
};

/* Loads the private key and all certificates of `path`. -1: it cannot be read, the passphrase is wrong or
 * missing, there is no private key. */
int loader_key(const char *path, struct passphrase *passphrase, struct loaded *out, struct error *err);

/* Loads the certificates alone; private keys beside them are not opened. -1: as above, there is none. */
int loader_certs(const char *path, struct passphrase *passphrase, struct loaded *out, struct error *err);

void loaded_free(struct loaded *loaded);

#endif
