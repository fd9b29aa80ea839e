#include "sign/internal.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "sign/loader.h"
#include "sign/openssl_error.h"
#include "sign/passphrase.h"

/* Everything that is open while a signer is made. */
struct parts {
	struct passphrase passphrase;
	struct loaded key;
	struct loaded cert; /* empty when the certificate is in the key's file */
	struct loaded chain;
};

static void parts_free(struct parts *parts)
{
	loaded_free(&parts->key);
	loaded_free(&parts->cert);
	loaded_free(&parts->chain);
	passphrase_close(&parts->passphrase);
	free(parts);
}

static const char *cert_file(const struct signer_files *files)
{
	return files->certs.count ? files->certs.at[0] : files->keys.at[0];
}

/* The kinds of key that CMS signatures are made with. Ed25519 and Ed448 have a standard (RFC 8419) that
 * OpenSSL 3.0 does not know; the rest exchange keys only. */
static int check_kind(const EVP_PKEY *key, struct error *err)
{
	static const char *const kinds[] = { "RSA", "RSA-PSS", "EC", "DSA" };
	const char *name = EVP_PKEY_get0_type_name(key);
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (EVP_PKEY_is_a(key, kinds[i]))
			return 0;
	return error_set(err, EINVAL,
			 "a key of the type %s cannot sign a profile: give an RSA or an EC key (P-256)",
			 name ? name : "unknown");
}

static int load_parts(const struct signer_files *files, struct parts *parts, struct error *err)
{
	if (loader_key(files->keys.at[0], &parts->passphrase, &parts->key, err))
		return -1;
	if (check_kind(parts->key.key, err)) {
		error_in_file(err, files->keys.at[0]);
		return -1;
	}
	if (files->certs.count && loader_certs(files->certs.at[0], &parts->passphrase, &parts->cert, err))
		return -1;
	if (files->chains.count && loader_certs(files->chains.at[0], &parts->passphrase, &parts->chain, err))
		return -1;
	return 0;
}

/* The certificate that was made for the key, wherever it stands in the file. NULL: none was. */
static X509 *match(STACK_OF(X509) *certs, const EVP_PKEY *key)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		if (X509_check_private_key(sk_X509_value(certs, i), key) == 1)
			return sk_X509_value(certs, i);
	return NULL;
}

static int add_chain(struct signer *signer, STACK_OF(X509) *certs, struct error *err)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (X509_cmp(cert, signer->cert) != 0 && certs_add(signer->chain, cert))
			return error_memory(err);
	}
	return 0;
}

static int explain_no_match(const struct signer_files *files, STACK_OF(X509) *certs, struct error *err)
{
	BUF_AUTO subject = BUF_INIT;

	if (sk_X509_num(certs) == 0)
		return error_set(err, EINVAL,
				 "it holds the key and no certificate: give the key's certificate as cert=");
	name_text(X509_get_subject_name(sk_X509_value(certs, 0)), &subject);
	return error_set(err, EINVAL,
			 "the certificate (%s) is not the one of the key in %s: give the certificate that "
			 "was made for that key",
			 buf_text(&subject), files->keys.at[0]);
}

/* Moves the parts into the signer, each where it belongs. */
static int assemble(const struct signer_files *files, struct parts *parts, struct signer *signer,
		    struct error *err)
{
	STACK_OF(X509) *certs = files->certs.count ? parts->cert.certs : parts->key.certs;
	X509 *cert = match(certs, parts->key.key);

	if (!cert)
		return explain_no_match(files, certs, err);
	signer->chain = sk_X509_new_null();
	if (!signer->chain || !X509_up_ref(cert))
		return error_memory(err);
	signer->cert = cert;
	signer->key = parts->key.key;
	parts->key.key = NULL;
	if (add_chain(signer, certs, err))
		return -1;
	return add_chain(signer, parts->chain.certs, err);
}

/* RFC 5280, 4.2.1.3. A certificate without the extension may do everything. */
static int check_usage(const struct signer *signer, struct error *err)
{
	if (X509_get_key_usage(signer->cert) & KU_DIGITAL_SIGNATURE)
		return 0;
	return error_set(err, EINVAL,
			 "the certificate must not be used to sign: its key usage lacks digitalSignature; "
			 "give a key and a certificate that are made for signing");
}

/* An old certificate signs as well as a new one; the devices decide. */
static void note_dates(const struct signer *signer, const char *file, struct problems *notes)
{
	struct error note = ERROR_INIT;
	BUF_AUTO date = BUF_INIT;

	if (X509_cmp_current_time(X509_get0_notAfter(signer->cert)) < 0) {
		time_text(X509_get0_notAfter(signer->cert), &date);
		error_set(&note, EINVAL,
			  "the certificate expired on %s: devices may not trust what it signs; renew it",
			  buf_text(&date));
	} else if (X509_cmp_current_time(X509_get0_notBefore(signer->cert)) > 0) {
		time_text(X509_get0_notBefore(signer->cert), &date);
		error_set(&note, EINVAL,
			  "the certificate is not valid before %s: devices may not trust what it signs yet",
			  buf_text(&date));
	} else {
		return;
	}
	note.severity = SEVERITY_WARNING;
	note.rule = SIGNER_RULE_EXPIRED;
	error_in_file(&note, file);
	problems_add(notes, &note);
}

/* What no look at the key can tell, a signature does: a token that refuses, a key with limits. */
static int try_out(const struct signer *signer, struct error *err)
{
	BUF_AUTO signature = BUF_INIT;

	return envelope_seal(NULL, signer, NULL, "trial", 5, &signature, NULL, err);
}

static int open_signer(const struct signer_files *files, struct parts *parts, struct signer *signer,
		       struct problems *notes, struct error *err)
{
	if (!files->keys.count)
		return error_set(err, EINVAL, "there is no key to sign with: give one with key=");
	if (passphrase_open(&parts->passphrase, files->passins.count ? files->passins.at[0] : NULL, err))
		return -1;
	if (load_parts(files, parts, err))
		return -1;
	if (assemble(files, parts, signer, err) || check_usage(signer, err)) {
		error_in_file(err, cert_file(files));
		return -1;
	}
	if (try_out(signer, err)) {
		error_in_file(err, files->keys.at[0]);
		return -1;
	}
	note_dates(signer, cert_file(files), notes);
	return 0;
}

int signer_open(const struct signer_files *files, struct signer **out, struct problems *notes,
		struct error *err)
{
	struct signer *signer = calloc(1, sizeof(*signer));
	struct parts *parts = calloc(1, sizeof(*parts));
	int result;

	*out = NULL;
	ERR_clear_error();
	result = signer && parts ? open_signer(files, parts, signer, notes, err) : error_memory(err);
	ERR_clear_error();
	if (parts)
		parts_free(parts);
	if (result) {
		signer_free(signer);
		return -1;
	}
	*out = signer;
	return 0;
}

void signer_free(struct signer *signer)
{
	if (!signer)
		return;
	EVP_PKEY_free(signer->key);
	X509_free(signer->cert);
	sk_X509_pop_free(signer->chain, X509_free);
	free(signer);
}
