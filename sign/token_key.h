/*
 * The private key of a token, opened by OpenSSL: through its provider "pkcs11" where that is, else through its
 * engine "pkcs11".
 *
 * What is loaded for that, and the PIN, stays until token_key_end(): a key uses them whenever it signs. One module at a
 * time.
 */
#ifndef SIGN_TOKEN_KEY_H
#define SIGN_TOKEN_KEY_H

#include <stddef.h>

#include <openssl/evp.h>

#include "plist/base/error.h"

/* Which key, and what opens it. Borrowed. */
struct token_key {
	const char *module; /* path of the PKCS#11 module */
	const char *uri;    /* names the key, and holds no PIN */
	const char *pin;    /* NULL: none is wanted, or it is typed on the token */
	size_t pin_len;
};

/* NULL: there is neither provider nor engine, or it cannot open the key. */
EVP_PKEY *token_key_open(const struct token_key *wanted, struct error *err);

/* Gives all back and wipes the PIN. No key may be left. */
void token_key_end(void);

#endif
