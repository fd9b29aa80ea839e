/*
 * What the files about encryption share: a recipient as both ways know it, and the two steps that renewing is made of.
 * Nobody outside sign/ includes it.
 */
#ifndef SIGN_ENCRYPTION_INTERNAL_H
#define SIGN_ENCRYPTION_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/encryption.h"

/* The rule that an encrypted content breaks which is none, or is damaged. */
#define ENCRYPTION_RULE "not-a-profile"

/* Of one content, read and written. */
#define RECIPIENTS_MAX 1000

/* How a certificate is found that a message names by issuer and serial number. */
#define ENCRYPTION_CERT_TELLS "`openssl x509 -noout -issuer -serial -in CERT` tells"

/* How a recipient gets the content's key (RFC 5652, 6.2). */
enum wrap_kind {
	WRAP_TRANSPORT, /* encrypted with the RSA key */
	WRAP_AGREEMENT, /* under a key agreed on with the EC key (RFC 5753) */
	WRAP_OTHER,     /* a password, a shared key, or what OpenSSL does not know: can be told of, not made */
};

struct wrap {
	enum wrap_kind kind;
	bool by_key_id;           /* the recipient is named by subject key id, not by issuer and serial number */
	bool oaep;                /* RSA: OAEP (RFC 3560), not PKCS#1 v1.5 */
	bool cofactor;            /* EC: cofactor Diffie-Hellman */
	int digest;               /* NID: OAEP's, or of EC's key derivation */
	int mask_digest;          /* NID: of OAEP's mask */
	ASN1_OCTET_STRING *label; /* OAEP's; NULL: none */
};

/* Owns its parts; recipient_clear() gives them back. */
struct recipient {
	X509 *cert;      /* NULL: not known */
	struct buf name; /* issuer and serial number or key id, in words; empty when it was made from a certificate */
	struct wrap wrap;
};

struct recipients {
	struct recipient *list;
	size_t count;
};

struct decryptor {
	EVP_PKEY *key;
	STACK_OF(X509) *own;   /* the certificates that were made for the key, perhaps none */
	STACK_OF(X509) *certs; /* all that were given, these too */
};

struct encryption {
	struct recipient *list; /* in the order of the bytes */
	size_t count;
	int cipher;          /* NID */
	bool authenticated;  /* it was an AuthEnvelopedData (RFC 5083) */
	size_t sender_certs; /* certificates of the sender that were included */
	ASN1_OBJECT *type;   /* of the content */
	EVP_PKEY *key;       /* opened it */
};

/* Where a recipient stands in a CMS; borrowed from it. */
struct recipient_place {
	CMS_RecipientInfo *info;
	CMS_RecipientEncryptedKey *key; /* one of several in an agreement's info; else NULL */
};

/* recipients.c */
void recipient_clear(struct recipient *recipient);
void recipient_list_free(struct recipient *list, size_t count);

/* recipients.c: appends what a person knows a recipient by: the certificate's subject, else its name. */
void recipient_text(const struct recipient *recipient, struct buf *out);

/* encryption_read.c: reads an EnvelopedData, or an AuthEnvelopedData, with its content from exactly these bytes. NULL:
 * `err` says why [not-a-profile]. */
CMS_ContentInfo *encryption_read(const void *bytes, size_t len, bool *authenticated, struct error *err);

/* encryption_names.c: all recipients of it in their order, those whose certificate is among `decryptor`'s (NULL: none)
 * with it, and where each stands. Both lists are `*count` long, and the caller's, also after a failure. 0 or -1. */
int recipient_list_read(CMS_ContentInfo *cms, const struct decryptor *decryptor, struct recipient **list,
			struct recipient_place **places, size_t *count, struct error *err);

/* encryption_make.c: appends `content` encrypted for the recipients, all of which have certificates. `type` is the
 * content's; NULL: data. 0 or -1, `out` is unchanged on failure. */
int encryption_seal(const struct recipient *list, size_t count, const ASN1_OBJECT *type, const void *content,
		    size_t len, struct buf *out, struct error *err);

#endif
