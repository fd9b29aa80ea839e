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
#include "sign/trust.h"

/* One signature of an envelope: what is needed to tell of it and to make one like it. Owns all its parts. */
struct signature {
	X509 *cert;     /* NULL: not included */
	struct buf id;  /* who signed, in words, when there is no certificate to say it */
	int digest;     /* NID */
	bool by_key_id; /* the signer is named by subject key id, not by issuer and serial number */
	bool has_attributes;
	struct buf attributes; /* the names of the signed attributes, comma-separated */
	struct buf algorithm;  /* of the signature; empty: not known */
	bool pss;              /* that algorithm is RSASSA-PSS, with whatever kind of RSA key */
	struct buf signed_at;  /* the attribute signingTime; empty: not there */
};

/* What is kept of an opened profile. The CMS itself, with its copy of the content, is not. */
struct envelope {
	enum envelope_form form;
	bool intact;
	struct error why_not;      /* set if not intact */
	ASN1_OBJECT *content_type; /* NULL: plain */
	STACK_OF(X509) *certs;     /* as included, never NULL when signed */
	STACK_OF(X509_CRL) *crls;  /* NULL: none */
	size_t others;             /* certificates and revocation lists of other kinds than X.509's: not kept */
	struct signature *signatures;
	size_t count;
};

/* A private key and the certificate that was made for it. */
struct signing_identity {
	EVP_PKEY *key;
	X509 *cert;
	bool on_token; /* the key is */
};

struct signer {
	struct signing_identity *identities; /* in the order of the keys that were given, no key twice */
	size_t count;                        /* at least one */
	STACK_OF(X509) *chain;               /* no identity's own; never NULL */
};

/* Gives an OpenSSL object back at the end of its scope. */
static inline void bio_end(BIO **bio)
{
	BIO_free_all(*bio);
}

/* OpenSSL does not wipe the content, which may be a profile with its secrets. */
static inline void cms_end(CMS_ContentInfo **cms)
{
	ASN1_OCTET_STRING **content = *cms ? CMS_get0_content(*cms) : NULL;

	if (content && *content)
		OPENSSL_cleanse((*content)->data, (size_t)(*content)->length);
	CMS_ContentInfo_free(*cms);
}

#define BIO_AUTO __attribute__((cleanup(bio_end))) BIO
#define CMS_AUTO __attribute__((cleanup(cms_end))) CMS_ContentInfo

/* How many certificates an envelope may include. */
#define CERTS_MAX 100

/* The rule that every fault of an envelope breaks. */
#define RULE "bad-signature"

/* form.c: true if the bytes are the DER or BER of a CMS. No property list begins so; a file that is cut
 * short before it can be told counts as one. */
bool form_is_der(const unsigned char *bytes, size_t len);

/* form.c: true if the bytes are a mail, which may be signed (S/MIME) and is no profile. */
bool form_is_mail(const unsigned char *bytes, size_t len);

/* form.c: where the first line that begins a signed CMS in PEM is; NULL: nowhere. */
const unsigned char *form_find_pem(const unsigned char *bytes, size_t len);

/* form.c: takes the DER out of the PEM that begins at `pem`; nothing but blanks may follow it. 0, and `*der`
 * is for OPENSSL_free(), or -1 [bad-signature]. */
int form_decode_pem(const unsigned char *pem, size_t len, unsigned char **der, long *der_len,
		    struct error *err);

/* cms.c: reads one SignedData with content from exactly these bytes. NULL: `err` says why [bad-signature]. */
CMS_ContentInfo *cms_read(const void *der, size_t len, struct error *err);

/* cms.c: how many certificates and revocation lists of other kinds than X.509's are in what cms_read() read. */
size_t cms_count_others(const void *der, size_t len);

/* cms.c: the content of what cms_read() gave; lives as long as `cms`. */
const unsigned char *cms_content(CMS_ContentInfo *cms, size_t *len);

/* cms.c: true if there is a signature and every one fits the content, whoever signed and whenever. Else
 * `why` is set [bad-signature]. Ties the included certificates to their signatures on the way. */
bool cms_intact(CMS_ContentInfo *cms, struct error *why);

/* algorithm.c: true if the signature's algorithm is one of such a key, and with this digest if it names one; and
 * neither says more than that. OpenSSL checks a part of it for RSA and nothing for EC, so that what is said of an
 * intact signature could be changed. */
bool algorithm_fits(const X509_ALGOR *algorithm, const X509_ALGOR *digest, EVP_PKEY *key);

/* trust.c: whether `cert` chains to one that is trusted, with the help of `others`, whatever purposes say; and whether
 * dates alone are against it, or a certificate is not found. Unless it is whole, the reason is appended to `why`. */
enum trusting { TRUST_NONE, TRUST_NO_ISSUER, TRUST_BUT_FOR_DATES, TRUST_WHOLE };

enum trusting trust_holds(const struct trust *trust, X509 *cert, STACK_OF(X509) *others, struct buf *why);

/* clean.c: appends a text that somebody else wrote so that it can be shown and is UTF-8: a control character, a mark of
 * writing direction, or a byte that is no UTF-8 becomes \XX for each byte. */
void clean_text(const char *text, size_t len, struct buf *out);

/* certs.c: adds a certificate unless it is in there. 0 or -1, out of memory. */
int certs_add(STACK_OF(X509) *certs, X509 *cert);

bool certs_hold(STACK_OF(X509) *certs, X509 *cert);

/* certs.c: appends a name as name_brief() cuts it. */
void name_text_brief(const X509_NAME *name, struct buf *out);

/* certs.c: append in words: a name (RFC 2253, control characters escaped, UTF-8 kept), a time (ISO 8601),
 * an object identifier ("sha256", or dotted when it has no name). */
void name_text(const X509_NAME *name, struct buf *out);
void time_text(const ASN1_TIME *time, struct buf *out);
void object_text(const ASN1_OBJECT *object, struct buf *out);

/* certs.c: appends who signed, when there is no certificate to say it: the key id if there is one, else number and
 * issuer. NULL: not known. */
void signer_id_text(const X509_NAME *issuer, const ASN1_INTEGER *serial, const ASN1_OCTET_STRING *key_id,
		    struct buf *out);

/* certs.c: append the upper-case hexadecimal digits, `between` after each byte but the last. */
void hex_text(const unsigned char *bytes, size_t len, const char *between, struct buf *out);

#endif
