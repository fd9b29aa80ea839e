/*
 * Keys and certificates of tokens: smart cards, HSMs, and what else speaks PKCS#11, named by a URI (RFC 7512).
 *
 * The object is looked for through the token's own module, so that every failure has one clear reason; then the key is
 * opened by OpenSSL's provider "pkcs11" (pkcs11-provider) if there is one, else by its engine "pkcs11" (libp11). Both
 * stay loaded, with the PIN, until pkcs11_end(): keys need them for as long as they live.
 *
 * The module is the URI's module-path=, else $PKCS11_MODULE_PATH, else $PKCS11_PROVIDER_MODULE, else p11-kit's proxy.
 * The PIN is the URI's pin-value= or pin-source=, else the passphrase's. It is tried once.
 */
#ifndef SIGN_PKCS11_H
#define SIGN_PKCS11_H

#include <stdbool.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/loader.h"
#include "sign/passphrase.h"

bool pkcs11_is_uri(const char *text);

/* Appends the URI up to its query part, in which a PIN may stand, or to a PIN that stands before it by mistake. */
void pkcs11_shown(const char *uri, struct buf *out);

/* Loads the private key with the certificates that have its id, or if none has, its label (`want_key`), else the
 * certificates that the URI names. 0 with `out` filled, or -1: no module, engine or token, a wrong PIN (EACCES), no
 * object, several. */
int pkcs11_load(const char *uri, bool want_key, struct passphrase *passphrase, struct loaded *out,
		struct error *err);

/* Gives back the provider or the engine and wipes the PIN; no key of a token may be left. */
void pkcs11_end(void);

#endif
