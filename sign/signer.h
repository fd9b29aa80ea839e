/*
 * The signer: private keys, each with its certificate, and the chain above them, opened and matched before anything
 * is mounted, so that saving cannot fail for a passphrase. Mostly one key; several make several signatures.
 */
#ifndef SIGN_SIGNER_H
#define SIGN_SIGNER_H

#include <stdbool.h>

#include "plist/base/error.h"
#include "plist/base/strings.h"

struct signer;

/* The rule that a certificate breaks which is expired or not yet valid. */
#define SIGNER_RULE_EXPIRED "expired"

/* Where the parts are. The strings are borrowed and needed by signer_open() alone. */
struct signer_files {
	struct strings keys;    /* at least one; each a file (PEM or DER, encrypted or not, PKCS#12), which may hold the
			       * certificate and the chain too, or a pkcs11: URI (RFC 7512) */
	struct strings certs;   /* files or pkcs11: URIs with certificates, in any order: every key finds its own among
			       * all of them and those in its file; what stands in the same file is its chain */
	struct strings chains;  /* files with more certificates to include */
	struct strings passins; /* pass:TEXT, env:NAME, file:PATH, fd:N, stdin (openssl-passphrase-options(1)), for the
			       * PIN of a token too: none, one for all keys, or one for each in the keys' order; without
			       * one the terminal is asked, without echo, if the key needs it */
	bool dashed;            /* messages call options what commands do, --key, and not what mounts do, key */
};

/* Opens all parts and matches them. Fails, with what to give instead, for: a file that cannot be read or
 * holds no key or certificate, a wrong or missing passphrase or PIN, a token that is not there, a certificate that is
 * not the key's, a key that cannot sign CMS (Ed25519, Ed448), a certificate whose key usage lacks digitalSignature, two
 * keys that are the same. A certificate that is expired or not yet valid is a warning [expired] in `notes`.
 * 0 with a new `*out` (signer_free()), or -1. */
int signer_open(const struct signer_files *files, struct signer **out, struct problems *notes,
		struct error *err);

/* Looks at all parts as signer_open() does, for whoever only writes down where they are, and asks nobody for a
 * passphrase: what is encrypted and has none now (a variable that is not set yet is none), or is on a token, is not
 * opened and believed. 0, or -1 with what signer_open() would say. */
int signer_look(const struct signer_files *files, struct problems *notes, struct error *err);

/* Frees it and wipes the keys. NULL is fine. */
void signer_free(struct signer *signer);

#endif
