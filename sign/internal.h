/*
 * What the files of this room share: the two structures behind envelope.h and signer.h, and small helpers.
 * Nobody outside sign/ includes it.
 */
#ifndef SIGN_INTERNAL_H
#define SIGN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/envelope.h"
#include "sign/signer.h"

/* One signature of an envelope: what is needed to tell of it and to make one like it. Owns all its parts. */
struct signature {
	X509 *cert;     /* NULL: not included */
	struct buf id;  /* who signed, in words, when there is no certificate to say it */
	int digest;     /* NID */
	bool by_key_id; /* the signer is named by subject key id, not by issuer and serial number */
	bool has_attributes;
	struct buf attributes; /* the names of the signed attributes, comma-separated */
};

/* What is kept of an opened profile. The CMS itself, with its copy of the content, is not. */
struct envelope {
	enum envelope_form form;
	bool intact;
	struct error why_not;      /* set if not intact */
	ASN1_OBJECT *content_type; /* NULL: plain */
	STACK_OF(X509) *certs;     /* as included, never NULL when signed */
	STACK_OF(X509_CRL) *crls;  /* NULL: none */
	struct signature *signatures;
	size_t count;
};

struct signer {
	EVP_PKEY *key;
	X509 *cert;
	STACK_OF(X509) *chain; /* without `cert`; never NULL */
};

/* Gives an OpenSSL object back at the end of its scope. */
static inline void bio_end(BIO **bio)
{
	BIO_free_all(*bio);
}

static inline void cms_end(CMS_ContentInfo **cms)
{
	CMS_ContentInfo_free(*cms);
}

#define BIO_AUTO __attribute__((cleanup(bio_end))) BIO
#define CMS_AUTO __attribute__((cleanup(cms_end))) CMS_ContentInfo

/* The rule that every fault of an envelope breaks. */
#define RULE "bad-signature"

/* form.c: true if the bytes are the DER or BER of a CMS. No property list begins so; a file that is cut
 * short before it can be told counts as one. */
bool form_is_der(const unsigned char *bytes, size_t len);

/* form.c: where the first line that begins a signed CMS in PEM is; NULL: nowhere. */
const unsigned char *form_find_pem(const unsigned char *bytes, size_t len);

/* form.c: takes the DER out of the PEM that begins at `pem`; nothing but blanks may follow it. 0, and `*der`
 * is for OPENSSL_free(), or -1 [bad-signature]. */
int form_decode_pem(const unsigned char *pem, size_t len, unsigned char **der, long *der_len,
		    struct error *err);

/* cms.c: reads one SignedData with content from exactly these bytes. NULL: `err` says why [bad-signature]. */
CMS_ContentInfo *cms_read(const void *der, size_t len, struct error *err);

/* cms.c: the content of what cms_read() gave; lives as long as `cms`. */
const unsigned char *cms_content(CMS_ContentInfo *cms, size_t *len);

/* cms.c: true if there is a signature and every one fits the content, whoever signed and whenever. Else
 * `why` is set [bad-signature]. Ties the included certificates to their signatures on the way. */
bool cms_intact(CMS_ContentInfo *cms, struct error *why);

/* certs.c: adds a certificate unless it is in there. 0 or -1, out of memory. */
int certs_add(STACK_OF(X509) *certs, X509 *cert);

bool certs_hold(STACK_OF(X509) *certs, X509 *cert);

/* certs.c: append in words: a name (RFC 2253, control characters escaped, UTF-8 kept), a time (ISO 8601),
 * an object identifier ("sha256", or dotted when it has no name). */
void name_text(const X509_NAME *name, struct buf *out);
void time_text(const ASN1_TIME *time, struct buf *out);
void object_text(const ASN1_OBJECT *object, struct buf *out);

/* certs.c: append the upper-case hexadecimal digits, `between` after each byte but the last. */
void hex_text(const unsigned char *bytes, size_t len, const char *between, struct buf *out);

#endif
