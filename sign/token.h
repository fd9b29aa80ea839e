/*
 * A token, asked through its PKCS#11 module: is it there, does the PIN fit, which objects does it hold.
 *
 * A `token` owns the module's handle and one session; token_close() ends both, and the module if nobody else in this
 * process had begun it.
 */
#ifndef SIGN_TOKEN_H
#define SIGN_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/passphrase.h"
#include "sign/pkcs11_uri.h"

struct ck_functions;
struct token;

enum token_class { TOKEN_CERTIFICATE,
		   TOKEN_PRIVATE_KEY };

/* An object; the value is a certificate's DER, and nothing for a key. */
struct token_object {
	struct buf label, id, value;
};

struct token_objects {
	struct token_object *list;
	size_t count;
};

/* Opens the one token that fits the URI; `path` is the module's. 0 with a new `*out`, or -1: no such module, no such
 * token, several. */
int token_open(const char *path, const struct pkcs11_uri *uri, struct token **out, struct error *err);

/* The same with the functions of a module that is in memory. They are not trusted: whatever they answer is measured
 * before it is used. */
int token_open_in(const struct ck_functions *functions, const struct pkcs11_uri *uri, struct token **out,
		  struct error *err);

/* The token's label, safe to be shown, and its serial number. Live as long as the token. */
const char *token_label(const struct token *token);
const char *token_serial(const struct token *token);

/* Its label as it is. */
const char *token_raw_label(const struct token *token);

/* True if its private objects want a PIN; if that is typed on the token itself, token_pinpad() is true, too. */
bool token_wants_pin(const struct token *token);
bool token_pinpad(const struct token *token);

/* Logs in. One try. 0 or -1: wrong (EACCES), locked, not set. */
int token_login(struct token *token, const struct passphrase *pin, struct error *err);

/* Appends all objects of the class with this label and this id (each NULL or empty: any) to `out`. 0 or -1. */
int token_find(struct token *token, enum token_class class, const struct buf *label, const struct buf *id,
	       struct token_objects *out, struct error *err);

void token_objects_free(struct token_objects *objects);

/* NULL is fine. */
void token_close(struct token *token);

#endif
