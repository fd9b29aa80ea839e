/*
 * Encrypted payloads: a CMS EnvelopedData (RFC 5652, 6), DER, for one or more recipients, who are certificates with an
 * RSA or an EC key. What Apple's devices read as EncryptedPayloadContent. Bytes in, bytes out: what they mean is the
 * business of plist/encrypted.h.
 *
 * AES in CBC mode keeps content secret, not whole: a flipped byte may decrypt to something else. So an encrypted
 * profile should be signed as well, and whoever decrypts must check what came out.
 */
#ifndef SIGN_ENCRYPTION_H
#define SIGN_ENCRYPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/strings.h"
#include "sign/vault.h"

/* --- for whom --------------------------------------------------------------------------------------- */

struct recipients;

/* The certificates in `files` (PEM, DER, PKCS#12, PKCS#7), each once: of a file all that are no CA's; where all call
 * themselves a CA's, as self-signed ones do, those that issued no other of them. `passin`, or the terminal for NULL,
 * gives the passphrase of those that are encrypted. Fails for a file that cannot be read or holds none, a key that
 * nothing can be encrypted for (Ed25519, DSA), a key usage that lacks keyEncipherment (RSA) or keyAgreement (EC)
 * (RFC 5280, 4.2.1.3). An expired one is a warning [expired] in `notes`, and so is the first with an EC key, which
 * devices may not be able to read for; who the recipients are is a note where a file holds several. 0 with a new
 * `*out`, or -1. */
int recipients_open(const struct strings *files, const char *passin, struct recipients **out, struct problems *notes,
		    struct error *err);

void recipients_free(struct recipients *recipients);

/* Appends `content`, encrypted for all of them with AES-256-CBC, as DER. The keys are wrapped as `openssl cms -encrypt`
 * does it: RSA with PKCS#1 v1.5, EC with SHA-1 in the key derivation. It is not decrypted again to prove it: only
 * recipients could. 0 or -1; `out` is unchanged on failure. */
int encryption_make(const struct recipients *recipients, const void *content, size_t len, struct buf *out,
		    struct error *err);

/* --- who reads -------------------------------------------------------------------------------------- */

struct decryptor;

/* Where the parts are; borrowed, needed by decryptor_open() alone. */
struct decryptor_files {
	const char *key;      /* as struct signer_files has it: a file or a pkcs11: URI; may hold the certificate too */
	const char *passin;   /* NULL: the terminal is asked */
	const char *option;   /* what messages call the option that gives it, a static string; NULL: "passin" */
	struct strings certs; /* the key's certificate, if it is not beside the key, and those of the other recipients:
			      * needed to encrypt for them again */
	bool own_certs;       /* nothing will be: a file without the key's certificate is a mistake */
};

/* Opens the key and the certificates. The key's own certificate need not be there: then the key is tried on every
 * recipient that it could be, and nothing can be encrypted again. 0 with a new `*out`, or -1. */
int decryptor_open(const struct decryptor_files *files, struct decryptor **out, struct error *err);

/* Frees it and wipes the key. NULL is fine. */
void decryptor_free(struct decryptor *decryptor);

/* --- one encrypted content -------------------------------------------------------------------------- */

struct encryption;

/* Decrypts exactly these bytes, DER or BER, AES or 3DES in CBC mode, or an AuthEnvelopedData (AES-GCM). The plain bytes
 * replace what is in `content`, which wipes them; `*out` (encryption_free()) remembers for whom it is, so that it can
 * be encrypted again, and needs `decryptor` no more. 0, or -1: none of the recipients has this key (EACCES, names those
 * there are); no EnvelopedData, other bytes after it, more than 1000 recipients, damaged [not-a-profile]. A key without
 * its certificate is tried for 100 of them (EACCES). A wrong key without its certificate, and damage, cannot always be
 * told from good (RFC 5652, 6.3; RFC 3218): the caller parses what comes out. */
int encryption_open(const void *bytes, size_t len, const struct decryptor *decryptor, struct encryption **out,
		    struct buf *content, struct error *err);

void encryption_free(struct encryption *encryption);

/* True if encryption_renew() can: the certificate of every recipient is among the decryptor's. Else `*why` names
 * those that are missing (EACCES), or that have none: a password, a shared key (EOPNOTSUPP). */
bool encryption_renewable(const struct encryption *encryption, struct error *why);

/* Appends `content` encrypted for the same recipients, each named and with its key wrapped as before (issuer and serial
 * number or key id; PKCS#1 or OAEP), with AES-256-CBC and a new key; that the cipher was another is a note. `proven`:
 * the result is decrypted again and compared before this returns 0, which fails if the key's token is gone (EIO);
 * without it is for what would be lost otherwise. 0 or -1; `out` is unchanged on failure. */
int encryption_renew(const struct encryption *encryption, bool proven, const void *content, size_t len,
		     struct buf *out, struct problems *notes, struct error *err);

/* Appends a vault's key, encrypted for the recipients: who opens this can open what is in the vault. It is not proven,
 * as that might ask somebody to touch a token. 0 or -1; `out` is unchanged on failure. */
int encryption_wrap(const struct encryption *encryption, const struct vault *vault, struct buf *out, struct error *err);

/* The vault whose key was wrapped so, with the key that opened this. 0 with a new `*out` (vault_free()), or -1. */
int encryption_unwrap(const struct encryption *encryption, const void *bytes, size_t len, struct vault **out,
		      struct error *err);

/* Appends whose certificates a decryptor was given that are neither its key's nor a recipient's nor a CA's, one line
 * each: nothing will be encrypted for them. */
void encryption_strangers(const struct encryption *encryption, const struct decryptor *decryptor, struct buf *out);

/* For whom it is, one line each: a certificate's subject if it is known, else issuer and serial number or key id. */
void encryption_describe(const struct encryption *encryption, struct buf *out);

/* The same of what nobody has opened, as it can be seen without a key: appends a line for each recipient. 0, or -1: it
 * is no EnvelopedData, has other bytes after it, or is for nobody [not-a-profile]. */
int encryption_peek(const void *bytes, size_t len, struct buf *out, struct error *err);

#endif
