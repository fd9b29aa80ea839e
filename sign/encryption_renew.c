#include "sign/encryption_internal.h"

#include <errno.h>

#include <openssl/err.h>

#include "sign/internal.h"
#include "sign/loader.h"

/* ------------------------------------------------------------------ can it be renewed */

static void list_missing(const struct encryption *encryption, bool other, struct buf *out)
{
	size_t i;

	for (i = 0; i < encryption->count; i++) {
		const struct recipient *recipient = &encryption->list[i];
		bool is_other = recipient->wrap.kind == WRAP_OTHER;

		if (is_other != other || (!other && recipient->cert))
			continue;
		buf_add_text(out, out->len ? "; " : "");
		recipient_text(recipient, out);
	}
}

bool encryption_renewable(const struct encryption *encryption, struct error *why)
{
	BUF_AUTO who = BUF_INIT;

	list_missing(encryption, true, &who);
	if (who.len) {
		error_set(why, EOPNOTSUPP,
			  "it cannot be encrypted again for a recipient without a certificate, or whose key is wrapped "
			  "in a way that is not known: decrypt it and encrypt it anew for certificates; it is for: %s",
			  buf_text(&who));
		return false;
	}
	list_missing(encryption, false, &who);
	if (!who.len && buf_ok(&who))
		return true;
	error_set(why, EACCES,
		  "it cannot be encrypted again for recipients whose certificates are missing: give them "
		  "(" ENCRYPTION_CERT_TELLS " whose one is); they are: %s",
		  buf_text(&who));
	return false;
}

/* ------------------------------------------------------------------ what is not as before */

static void note_changes(const struct encryption *encryption, struct problems *notes)
{
	const char *name = OBJ_nid2sn(encryption->cipher);

	if (encryption->cipher != NID_aes_256_cbc)
		problems_say(notes, SEVERITY_NOTE, NULL, NULL,
			     "the payloads were encrypted with %s%s; they are encrypted with AES-256-CBC now",
			     name ? name : "another cipher", encryption->authenticated ? " (AuthEnvelopedData)" : "");
	if (encryption->sender_certs)
		problems_say(notes, SEVERITY_NOTE, NULL, NULL,
			     "the sender's certificates (%zu) that came with the encrypted payloads are not kept: the "
			     "new keys were wrapped without them",
			     encryption->sender_certs);
}

/* ------------------------------------------------------------------ with the key that opened it */

/* Our own certificates among the recipients': what a decryptor needs to pick its part. */
static int find_own(const struct encryption *encryption, STACK_OF(X509) *own)
{
	size_t i;

	for (i = 0; i < encryption->count; i++) {
		X509 *cert = encryption->list[i].cert;

		if (loader_same_key(X509_get0_pubkey(cert), encryption->key) && certs_add(own, cert))
			return -1;
	}
	return 0;
}

/* Decrypts what was encrypted for the same recipients. */
static int open_again(const struct encryption *encryption, const void *cipher, size_t len, struct buf *plain,
		      struct error *err)
{
	STACK_OF(X509) *own = sk_X509_new_null();
	const struct decryptor decryptor = { .key = encryption->key, .own = own, .certs = own };
	struct encryption *again = NULL;
	int result;

	if (!own || find_own(encryption, own))
		result = error_memory(err);
	else
		result = encryption_open(cipher, len, &decryptor, &again, plain, err);
	encryption_free(again);
	sk_X509_pop_free(own, X509_free);
	return result;
}

static int prove(const struct encryption *encryption, const struct buf *cipher, const void *content, size_t len,
		 struct error *err)
{
	BUF_AUTO plain = BUF_INIT;
	struct error why;

	if (open_again(encryption, cipher->data, cipher->len, &plain, &why))
		return error_set(err, why.code == ENOMEM ? ENOMEM : EIO,
				 "the payloads were encrypted anew, and the key could not decrypt them to prove it, so "
				 "that they are not saved (if it is on a token: is that still there?): %.500s",
				 why.text);
	if (buf_equals(&plain, content, len))
		return 0;
	return error_set(err, EIO, "what was encrypted does not decrypt to the same content: nothing was changed");
}

int encryption_renew(const struct encryption *encryption, bool proven, const void *content, size_t len,
		     struct buf *out, struct problems *notes, struct error *err)
{
	BUF_AUTO cipher = BUF_INIT;
	size_t before = out->len;
	int result;

	if (!encryption_renewable(encryption, err))
		return -1;
	ERR_clear_error();
	result = encryption_seal(encryption->list, encryption->count, encryption->type, content, len, &cipher, err);
	if (!result && proven)
		result = prove(encryption, &cipher, content, len, err);
	ERR_clear_error();
	if (result)
		return -1;
	buf_add(out, cipher.data, cipher.len);
	if (!buf_ok(out) || out->len != before + cipher.len)
		return error_memory(err);
	note_changes(encryption, notes);
	return 0;
}

/* ------------------------------------------------------------------ a vault's key */

int encryption_wrap(const struct encryption *encryption, const struct vault *vault, struct buf *out, struct error *err)
{
	BUF_AUTO key = BUF_INIT;
	int result;

	if (!encryption_renewable(encryption, err))
		return -1;
	vault_key(vault, &key);
	if (!buf_ok(&key))
		return error_memory(err);
	ERR_clear_error();
	result = encryption_seal(encryption->list, encryption->count, NULL, key.data, key.len, out, err);
	ERR_clear_error();
	return result;
}

int encryption_unwrap(const struct encryption *encryption, const void *bytes, size_t len, struct vault **out,
		      struct error *err)
{
	BUF_AUTO key = BUF_INIT;

	if (open_again(encryption, bytes, len, &key, err))
		return -1;
	return vault_with_key(key.data, key.len, out, err);
}
