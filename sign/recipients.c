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

/* ------------------------------------------------------------------ what a certificate allows */

static const struct kind *kind_of(const EVP_PKEY *key)
{
	size_t i;

	for (i = 0; key && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (EVP_PKEY_is_a(key, kinds[i].name))
			return &kinds[i];
	return NULL;
}

/* Which of a file's certificates a message is about. */
static const char *subject(const X509 *cert, struct buf *out)
{
	name_text(X509_get_subject_name(cert), out);
	return buf_text(out);
}

static int refuse_kind(const X509 *cert, struct error *err)
{
	const EVP_PKEY *key = X509_get0_pubkey(cert);
	const char *name = key ? EVP_PKEY_get0_type_name(key) : NULL;
	BUF_AUTO who = BUF_INIT;

	return error_set(err, EINVAL,
			 "nothing can be encrypted for %.300s, who has a key of the type %s: give a certificate with "
			 "an RSA or an EC key (P-256)",
			 subject(cert, &who), name ? name : "unknown");
}

/* A certificate without the extension may do everything. */
static int check_usage(X509 *cert, const struct kind *kind, struct error *err)
{
	BUF_AUTO who = BUF_INIT;

	if (X509_get_key_usage(cert) & kind->usage)
		return 0;
	return error_set(err, EINVAL,
			 "the certificate of %.300s must not be used to encrypt: its key usage lacks %s, which an %s "
			 "key needs for that; give a certificate that is made for encryption",
			 subject(cert, &who), kind->usage_name, kind->name);
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
		return refuse_kind(cert, err);
	if (check_usage(cert, kind, err))
		return -1;
	if (!X509_up_ref(cert))
		return error_memory(err);
	recipient->cert = cert;
	recipient->wrap.kind = kind->wrap;
	recipient->wrap.digest = kind->digest;
	return try_out(recipient, err);
}

/* ------------------------------------------------------------------ what is said of it */

/* Devices may still have the key of a certificate that is over. */
static void note_dates(const X509 *cert, struct problems *notes)
{
	BUF_AUTO who = BUF_INIT, date = BUF_INIT;

	if (X509_cmp_current_time(X509_get0_notAfter(cert)) < 0) {
		time_text(X509_get0_notAfter(cert), &date);
		problems_say(notes, SEVERITY_WARNING, SIGNER_RULE_EXPIRED, NULL,
			     "the certificate of the recipient %.300s expired on %s: is its key still in use? Give a "
			     "newer one",
			     subject(cert, &who), buf_text(&date));
	} else if (X509_cmp_current_time(X509_get0_notBefore(cert)) > 0) {
		time_text(X509_get0_notBefore(cert), &date);
		problems_say(notes, SEVERITY_WARNING, SIGNER_RULE_EXPIRED, NULL,
			     "the certificate of the recipient %.300s is not valid before %s", subject(cert, &who),
			     buf_text(&date));
	}
}

/* Apple's published CMS code unwraps for EC keys only what no other program makes (a cipher with an initial vector, not
 * the key wrap of RFC 3394). Said of the first alone, as the remedy is the same for all. */
static void note_kind(const struct recipients *recipients, struct problems *notes)
{
	const struct recipient *last = &recipients->list[recipients->count - 1];
	BUF_AUTO who = BUF_INIT;
	size_t i;

	for (i = 0; &recipients->list[i] != last; i++)
		if (recipients->list[i].wrap.kind == WRAP_AGREEMENT)
			return;
	if (last->wrap.kind == WRAP_AGREEMENT)
		problems_say(notes, SEVERITY_WARNING, NULL, NULL,
			     "the recipient %.300s has an EC key, and devices may not be able to read what is "
			     "encrypted for one: give an RSA certificate for a device",
			     subject(last->cert, &who));
}

/* Who relies on a file with one certificate in it must learn that there are more. */
static void note_several(const struct recipients *recipients, size_t before, struct problems *notes)
{
	BUF_AUTO who = BUF_INIT;
	size_t i;

	if (recipients->count < before + 2)
		return;
	for (i = before; i < recipients->count; i++) {
		buf_add_text(&who, i > before ? "; " : "");
		recipient_text(&recipients->list[i], &who);
	}
	problems_say(notes, SEVERITY_NOTE, NULL, NULL, "it holds %zu recipients: %s", recipients->count - before,
		     buf_text(&who));
}

static void note_left_out(const X509 *cert, struct problems *notes)
{
	BUF_AUTO who = BUF_INIT;

	problems_say(notes, SEVERITY_NOTE, NULL, NULL,
		     "the certificate of %.300s calls itself a CA's and is left out: if it is a recipient's, give it "
		     "in a file of its own",
		     subject(cert, &who));
}

/* ------------------------------------------------------------------ which of a file's are recipients */

/* Also one that was renewed with its old name and key was issued by itself. */
static bool is_self_issued(X509 *cert)
{
	return X509_check_issued(cert, cert) == X509_V_OK;
}

static bool issued_another(STACK_OF(X509) *certs, X509 *cert)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++) {
		X509 *other = sk_X509_value(certs, i);

		if (!is_self_issued(other) && X509_check_issued(cert, other) == X509_V_OK)
			return true;
	}
	return false;
}

static bool is_ca(X509 *cert)
{
	return X509_check_ca(cert) != 0;
}

static bool all_are_cas(STACK_OF(X509) *certs)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		if (!is_ca(sk_X509_value(certs, i)))
			return false;
	return true;
}

/* The CAs of a chain are none. Those that `openssl req -x509` makes call themselves a CA, too: where there are no
 * others, they are meant, but for one that issued another. */
static bool is_meant(STACK_OF(X509) *certs, X509 *cert, bool only_cas, struct problems *notes)
{
	if (!is_ca(cert))
		return true;
	if (issued_another(certs, cert))
		return false;
	if (!only_cas)
		note_left_out(cert, notes);
	return only_cas;
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

/* The list has room for it. */
static int add(struct recipients *recipients, X509 *cert, struct problems *notes, struct error *err)
{
	struct recipient *next = &recipients->list[recipients->count];

	if (is_there(recipients, cert))
		return 0;
	if (fill(next, cert, err)) {
		recipient_clear(next);
		return -1;
	}
	recipients->count++;
	note_dates(cert, notes);
	note_kind(recipients, notes);
	return 0;
}

static int make_room(struct recipients *recipients, size_t more, struct error *err)
{
	struct recipient *list = reallocarray(recipients->list, recipients->count + more, sizeof(*list));

	if (!list)
		return error_memory(err);
	memset(list + recipients->count, 0, more * sizeof(*list));
	recipients->list = list;
	return 0;
}

static int add_all(struct recipients *recipients, STACK_OF(X509) *certs, struct problems *notes, struct error *err)
{
	int i, count = sk_X509_num(certs), result = make_room(recipients, (size_t)count, err);
	bool only_cas = all_are_cas(certs);
	size_t before = recipients->count;
	bool any = false;

	for (i = 0; !result && i < count; i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (!is_meant(certs, cert, only_cas, notes))
			continue;
		any = true;
		result = add(recipients, cert, notes, err);
	}
	/* CAs that issued each other. */
	if (!result && !any)
		result = add(recipients, sk_X509_value(certs, 0), notes, err);
	if (!result)
		note_several(recipients, before, notes);
	return result;
}

/* The passphrase that a command is given may be for the key that signs. */
static int load(const char *file, struct passphrase *passphrase, struct loaded *loaded, struct error *err)
{
	int result = loader_certs(file, passphrase, loaded, err);

	if (result && passphrase->wanted && !passphrase->known && err->code != ENOMEM)
		return error_set(err, EACCES,
				 "its certificates are encrypted, and no passphrase was given for them: %.400s; take "
				 "them out (openssl pkcs12 -nokeys -in FILE -out CERT.pem), or give it where there is "
				 "no key to sign with (--passin)",
				 passphrase->why.text);
	return result;
}

static int add_file(struct recipients *recipients, const char *file, struct passphrase *passphrase,
		    struct problems *notes, struct error *err)
{
	struct problems found = PROBLEMS_INIT;
	struct loaded loaded = { 0 };
	BUF_AUTO name = BUF_INIT;
	int result;

	loader_name(file, &name);
	result = load(file, passphrase, &loaded, err);
	if (!result)
		result = add_all(recipients, loaded.certs, &found, err);
	loaded_free(&loaded);
	if (result)
		error_in_file(err, buf_text(&name));
	else
		problems_move(&found, notes, buf_text(&name));
	problems_free(&found);
	return result;
}

static int open_all(const struct strings *files, const char *passin, struct recipients *recipients,
		    struct problems *notes, struct error *err)
{
	struct passphrase passphrase;
	int result = passphrase_open(&passphrase, "--passin", passin, err);
	size_t i;

	for (i = 0; !result && i < files->count; i++)
		result = add_file(recipients, files->at[i], &passphrase, notes, err);
	passphrase_close(&passphrase);
	return result;
}

int recipients_open(const struct strings *files, const char *passin, struct recipients **out, struct problems *notes,
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
	result = open_all(files, passin, recipients, notes, err);
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
