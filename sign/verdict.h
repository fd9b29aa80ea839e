/*
 * The verdict on a signature, as facts: who signed, with what, when, and whether it is intact, trusted, expired or
 * self-signed. These are told apart: a profile whose signer has expired is as intact as before.
 *
 * A verdict owns all its texts; verdict_free() gives them back. Names are RFC 2253 in UTF-8 (what would steer a
 * terminal is escaped), times ISO 8601 in UTC, fingerprints SHA-256 in upper-case hexadecimal with colons.
 */
#ifndef SIGN_VERDICT_H
#define SIGN_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/envelope.h"
#include "sign/trust.h"

/* The rule that a weak signature breaks. */
#define VERDICT_RULE_WEAK "weak-signature"

struct certificate {
	char *subject, *issuer;
	char *serial; /* upper-case hexadecimal */
	char *sha256;
	char *from, *until;
	char *key;            /* "RSA 2048", "EC P-256", ... */
	char **purposes;      /* extended key usage: "serverAuth", "codeSigning", dotted when it has no name */
	size_t purpose_count; /* 0: no extension, good for any */
	bool authority;       /* a CA's */
	bool self_signed;
	bool expired, not_yet_valid;
};

struct signature_facts {
	bool included; /* the signer's certificate is in the profile: `cert` is set */
	struct certificate cert;
	char *signer;      /* the certificate's subject, or what names the signer when it is not included */
	char *digest;      /* "sha256" */
	char *algorithm;   /* "ecdsa-with-SHA256", "rsassaPss", ... */
	char *weak;        /* what makes it so that others could make its like: "md5", "RSA 1024"; NULL: nothing */
	char *signed_at;   /* the attribute signingTime, which is the signer's word only; NULL: not there */
	char **attributes; /* names of the signed attributes; none: the content was signed directly */
	size_t attribute_count;
	bool by_key_id;        /* the signer is named by subject key id, not by issuer and serial number */
	bool chained;          /* the certificate chains to one that is trusted, whatever dates and purposes say;
				* never if the profile is not intact: whoever is named did not sign that */
	bool trusted;          /* and no certificate of that chain is expired or not yet valid */
	char *why_not_trusted; /* NULL: trusted */
	bool issuer_missing;   /* for that: a certificate on the way to a trusted one was not found */
};

struct verdict {
	enum envelope_form form; /* ENVELOPE_PLAIN: not signed, and nothing below is set */
	bool intact;
	struct error why_not_intact;
	struct signature_facts *signatures;
	size_t signature_count;
	struct certificate *certs; /* all that are included */
	size_t cert_count;
	size_t crl_count;
};

/* `trust` NULL: nobody is trusted, and the reason says that nobody was asked. 0 with `*out` filled, or -1: memory. */
int verdict_reach(const struct envelope *envelope, const struct trust *trust, struct verdict *out,
		  struct error *err);

/* It is intact and all signers are trusted; any signer is expired or not yet valid. Both false for plain content. */
bool verdict_trusted(const struct verdict *verdict);
bool verdict_expired(const struct verdict *verdict);

/* What is weak in the first signature that is; NULL: none is. */
const char *verdict_weak(const struct verdict *verdict);

/* The text of .profilefs/signature and of `profilefs verify`: one fact a line, "intact: yes"; for plain content the
 * line "not signed". */
void verdict_text(const struct verdict *verdict, struct buf *out);

/* Appends a certificate's name for a line among others: of a long one the beginning, and "...". */
void name_brief(const char *name, struct buf *out);

void verdict_free(struct verdict *verdict);

#endif
