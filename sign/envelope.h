/*
 * The envelope: a profile is plain, or wrapped in a CMS signature (RFC 5652), DER or PEM.
 *
 * Nothing outside this room includes OpenSSL; nothing in it knows property lists. An `envelope` owns what
 * OpenSSL made of the old signature, so that a new one can be made like it.
 */
#ifndef SIGN_ENVELOPE_H
#define SIGN_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/signer.h"

enum envelope_form { ENVELOPE_PLAIN, ENVELOPE_DER, ENVELOPE_PEM };

struct envelope;

/* Opens `bytes`, told apart by content alone: DER (definite or indefinite length), PEM (labels CMS, PKCS7,
 * "PKCS #7 SIGNED DATA"; text before the PEM is fine), anything else is plain. `name` is for messages.
 * Puts the content into `content` and a new envelope into `*out` (envelope_free()), for plain content too.
 * A signature that does not fit its content is not a failure here: ask envelope_intact().
 * 0, or -1 with empty `content`: a CMS that cannot be read, holds no content, is encrypted, or is followed by other
 * bytes, or a mail [bad-signature]; ENOMEM. */
int envelope_open(const char *name, const void *bytes, size_t len, struct envelope **out, struct buf *content,
		  struct error *err);

/* The same of a buffer's contents: plain content has its memory in common with it. */
int envelope_open_shared(const char *name, struct buf *bytes, struct envelope **out, struct buf *content,
			 struct error *err);

void envelope_free(struct envelope *envelope);

enum envelope_form envelope_form(const struct envelope *envelope);

/* True if every signature fits the content (RFC 5652, 5.4 and 5.6), whoever signed and whenever; true for
 * plain content. Else `*why` is filled in [bad-signature]. */
bool envelope_intact(const struct envelope *envelope, struct error *why);

/* The text of .profilefs/signature: signer, issuer, fingerprint, dates, digest, attributes, included
 * certificates; "intact: yes|no", "trusted: yes|no (why)", "expired: yes|no", one fact a line; for plain
 * content the line "not signed". Trust is asked of the system's store. */
void envelope_describe(const struct envelope *envelope, struct buf *out);

/* How to seal. */
struct seal_options {
	const char *digest; /* "sha256", ..., to use instead of the old one; NULL: as before, SHA-1 becomes SHA-256 */
};

/* Appends a CMS with signatures over `content`, DER with definite lengths, whatever the old form was. Every key of
 * the signer signs. Of the old signatures, those made with one of these keys (whatever its certificate) are made again,
 * each with its digest, kind of signer id, RSA padding and "no signed attributes"; a key that has none takes the first
 * old one as its model. Signatures of others are dropped with a warning, but for a single one: that is replaced. A
 * digest weaker than SHA-256 becomes SHA-256, with a note. Attributes are made new; none is copied.
 *
 * The included certificates and CRLs stay, but for those of the signers that are gone (unless one issued what stays),
 * and for what cannot be in DER, with a warning; the signer's certificates and chain are added. `old` may be NULL or
 * plain: then SHA-256 (for a longer EC key SHA-384 or SHA-512), signed attributes. Notes and warnings go to `notes`
 * (may be NULL). The result is verified before this returns. 0 or -1; `out` is unchanged on failure. */
int envelope_seal(const struct envelope *old, const struct signer *signer, const struct seal_options *options,
		  const void *content, size_t len, struct buf *out, struct problems *notes, struct error *err);

#endif
