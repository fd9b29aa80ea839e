/*
 * Keys and certificates, wherever they are: files in PEM, encrypted PEM, PKCS#8, DER, PKCS#12 or PKCS#7, objects of a
 * token named by a pkcs11: URI, and what else an OpenSSL store provider opens by a URI of its own.
 *
 * A `loaded` owns what it holds; loaded_free() gives it back, also after a failure.
 */
#ifndef SIGN_LOADER_H
#define SIGN_LOADER_H

#include <stdbool.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/passphrase.h"

struct loaded {
	EVP_PKEY *key;         /* the first private key that can be read, or NULL */
	bool public_key;       /* there was a public one */
	STACK_OF(X509) *certs; /* in the order of the file, never NULL after success */
};

/* Loads the private key and all certificates of `path`: a file, or what a URI names; of a token, the certificates that
 * have the key's id, or if none has, its label. -1: it cannot be read, the passphrase or PIN is wrong (EACCES) or
 * missing, there is no private key. */
int loader_key(const char *path, struct passphrase *passphrase, struct loaded *out, struct error *err);

/* Loads the certificates alone; private keys beside them are not opened. -1: as above, there is none. */
int loader_certs(const char *path, struct passphrase *passphrase, struct loaded *out, struct error *err);

void loaded_free(struct loaded *loaded);

/* True if `path` is a pkcs11: URI, and no file. Too many wrong PINs lock a token: never try several there. */
bool loader_is_token(const char *path);

/* Appends what messages call `path`: of a pkcs11: URI the part that can hold no PIN. */
void loader_name(const char *path, struct buf *out);

/* True if both have the same public half, wherever the private ones are. NULL is like nothing. */
bool loader_same_key(const EVP_PKEY *one, const EVP_PKEY *other);

#endif
