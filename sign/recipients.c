#include "sign/encryption_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "sign/internal.h"
#include "sign/loader.h"
#include "sign/passphrase.h"

/* The kinds of key that content can be encrypted for, and what a certificate must allow for it (RFC 5280, 4.2.1.3).
 *
 * The digest is that of the key derivation, which needs no collision resistance. SHA-1 is what the openssl command
 * takes and every reader knows. RSA keys wrap with PKCS#1 v1.5: Apple's published CMS code reads no OAEP. */
static const struct kind {
	const char *name;
	uint32_t usage;
	const char *usage_name;
	enum wrap_kind wrap;
	int digest;
} kinds[] = {
	{ "RSA", KU_KEY_ENCIPHERMENT, "keyEncipherment", WRAP_TRANSPORT, NID_undef },
	{ "EC", KU_KEY_AGREEMENT, "keyAgreement", WRAP_AGREEMENT, NID_sha1 },
};

/* ------------------------------------------------------------------ one recipient */

void recipient_clear(struct recipient *recipient)
{
	X509_free(recipient->cert);
	buf_free(&recipient->name);
	ASN1_OCTET_STRING_free(recipient->wrap.label);
	memset(recipient, 0, sizeof(*recipient));
}

void recipient_list_free(struct recipient *list, size_t count)
{
	size_t i;

	for (i = 0; list && i < count; i++)
		recipient_clear(&list[i]);
	free(list);
}

void recipient_text(const struct recipient *recipient, struct buf *out)
{
	if (recipient->cert)
		name_text(X509_get_subject_name(recipient->cert), out);
	else
		buf_add_text(out, buf_text(&recipient->name));
}

/* ------------------------------------------------------------------ which certificate, and what it allows */

/* Of a bundle the first that is not a CA's. A certificate that stands alone is meant, whatever it says of itself: those
 * that `openssl req -x509` makes call themselves a CA. NULL: there are CAs only. */
static X509 *choose(STACK_OF(X509) *certs)
{
	int i, count = sk_X509_num(certs);

	if (count == 1)
		return sk_X509_value(certs, 0);
	for (i = 0; i < count; i++)
		if (X509_check_ca(sk_X509_value(certs, i)) == 0)
			return sk_X509_value(certs, i);
	return NULL;
}

static const struct kind *kind_of(const EVP_PKEY *key)
{
	size_t i;

	for (i = 0; key && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (EVP_PKEY_is_a(key, kinds[i].name))
			return &kinds[i];
	return NULL;
}

static int refuse_kind(const EVP_PKEY *key, struct error *err)
{
	const char *name = key ? EVP_PKEY_get0_type_name(key) : NULL;

	return error_set(err, EINVAL,
			 "nothing can be encrypted for a key of the type %s: give a certificate with an RSA or an EC "
			 "key (P-256)",
			 name ? name : "unknown");
}

/* A certificate without the extension may do everything. */
static int check_usage(X509 *cert, const struct kind *kind, struct error *err)
{
	if (X509_get_key_usage(cert) & kind->usage)
		return 0;
	return error_set(err, EINVAL,
			 "the certificate must not be used to encrypt: its key usage lacks %s, which an %s key needs "
			 "for that; give a certificate that is made for encryption",
			 kind->usage_name, kind->name);
}

/* What no look at the certificate can tell, a trial does: a key that is too short, a curve that is not known. */
static int try_out(const struct recipient *recipient, struct error *err)
{
	BUF_AUTO cipher = BUF_INIT;

	return encryption_seal(recipient, 1, NULL, "trial", 5, &cipher, err);
}

static int fill(struct recipient *recipient, X509 *cert, struct error *err)
{
	const EVP_PKEY *key = X509_get0_pubkey(cert);
	const struct kind *kind = kind_of(key);

	if (!kind)
		return refuse_kind(key, err);
	if (check_usage(cert, kind, err))
		return -1;
	if (!X509_up_ref(cert))
		return error_memory(err);
	recipient->cert = cert;
	recipient->wrap.kind = kind->wrap;
	recipient->wrap.digest = kind->digest;
	return try_out(recipient, err);
}

/* Devices may still have the key of a certificate that is over. */
static void note_dates(const X509 *cert, const char *file, struct problems *notes)
{
	struct error note = ERROR_INIT;
	BUF_AUTO date = BUF_INIT;

	if (X509_cmp_current_time(X509_get0_notAfter(cert)) < 0) {
		time_text(X509_get0_notAfter(cert), &date);
		error_rule(&note, SIGNER_RULE_EXPIRED,
			   "the recipient's certificate expired on %s: is its key still in use? Give a newer one",
			   buf_text(&date));
	} else if (X509_cmp_current_time(X509_get0_notBefore(cert)) > 0) {
		time_text(X509_get0_notBefore(cert), &date);
		error_rule(&note, SIGNER_RULE_EXPIRED, "the recipient's certificate is not valid before %s",
			   buf_text(&date));
	} else {
		return;
	}
	note.severity = SEVERITY_WARNING;
	error_in_file(&note, file);
	problems_add(notes, &note);
}

/* ------------------------------------------------------------------ all of them */

static bool is_there(const struct recipients *recipients, const X509 *cert)
{
	size_t i;

	for (i = 0; i < recipients->count; i++)
		if (X509_cmp(recipients->list[i].cert, cert) == 0)
			return true;
	return false;
}

/* The list has room for one recipient per file. */
static int add(struct recipients *recipients, STACK_OF(X509) *certs, const char *file, struct problems *notes,
	       struct error *err)
{
	struct recipient *next = &recipients->list[recipients->count];
	X509 *cert = choose(certs);

	if (!cert)
		return error_set(err, EINVAL,
				 "all %d certificates in it are CAs': give a file with the recipient's own certificate",
				 sk_X509_num(certs));
	if (is_there(recipients, cert))
		return 0;
	if (fill(next, cert, err)) {
		recipient_clear(next);
		return -1;
	}
	recipients->count++;
	note_dates(cert, file, notes);
	return 0;
}

static int add_file(struct recipients *recipients, const char *file, struct passphrase *passphrase,
		    struct problems *notes, struct error *err)
{
	struct loaded loaded = { 0 };
	BUF_AUTO name = BUF_INIT;
	int result;

	loader_name(file, &name);
	result = loader_certs(file, passphrase, &loaded, err);
	if (!result)
		result = add(recipients, loaded.certs, buf_text(&name), notes, err);
	loaded_free(&loaded);
	if (result)
		error_in_file(err, buf_text(&name));
	return result;
}

static int open_all(const struct strings *files, struct recipients *recipients, struct problems *notes,
		    struct error *err)
{
	struct passphrase passphrase;
	int result = passphrase_open(&passphrase, NULL, err);
	size_t i;

	for (i = 0; !result && i < files->count; i++)
		result = add_file(recipients, files->at[i], &passphrase, notes, err);
	passphrase_close(&passphrase);
	return result;
}

int recipients_open(const struct strings *files, struct recipients **out, struct problems *notes,
		    struct error *err)
{
	struct recipients *recipients;
	int result;

	*out = NULL;
	if (!files->count)
		return error_set(err, EINVAL,
				 "there is nobody to encrypt for: give the certificate of each recipient");
	recipients = calloc(1, sizeof(*recipients));
	if (!recipients)
		return error_memory(err);
	ERR_clear_error();
	recipients->list = calloc(files->count, sizeof(*recipients->list));
	result = recipients->list ? open_all(files, recipients, notes, err) : error_memory(err);
	ERR_clear_error();
	if (result) {
		recipients_free(recipients);
		return -1;
	}
	*out = recipients;
	return 0;
}

void recipients_free(struct recipients *recipients)
{
	if (!recipients)
		return;
	recipient_list_free(recipients->list, recipients->count);
	free(recipients);
}
