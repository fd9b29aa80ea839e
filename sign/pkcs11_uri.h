/*
 * A pkcs11: URI (RFC 7512), taken apart.
 *
 * Owns its parts; pkcs11_uri_free() gives them back and wipes the PIN.
 */
#ifndef SIGN_PKCS11_URI_H
#define SIGN_PKCS11_URI_H

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* Each decoded; empty: any. */
struct pkcs11_uri {
	struct buf token, manufacturer, model, serial; /* the token: its label, maker, ... */
	struct buf object, id, type;                   /* the object: its label, CKA_ID, kind */
	struct buf pin_value, pin_source;
	struct buf module; /* path of the PKCS#11 module */
};

/* Takes a text apart that begins with "pkcs11:". 0, or -1: an attribute that is not known, given twice, empty, or badly
 * encoded; the message quotes names only, never a value. Free it in both cases. */
int pkcs11_uri_parse(const char *text, struct pkcs11_uri *uri, struct error *err);

/* Appends ";NAME=VALUE" with the value encoded ("pkcs11:" comes before the first one, which loses its ';'). */
void pkcs11_uri_add(struct buf *out, const char *name, const void *value, size_t len);

void pkcs11_uri_free(struct pkcs11_uri *uri);

#endif
