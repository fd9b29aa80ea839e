#include "sign/encryption_internal.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "sign/internal.h"
#include "sign/loader.h"
#include "sign/passphrase.h"

static void name_source(struct error *err, const char *path)
{
	BUF_AUTO name = BUF_INIT;

	loader_name(path, &name);
	error_in_file(err, buf_text(&name));
}

/* RSA-PSS, Ed25519 and the like only sign. */
static int check_kind(const EVP_PKEY *key, struct error *err)
{
	const char *name = EVP_PKEY_get0_type_name(key);

	if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC"))
		return 0;
	return error_set(err, EINVAL,
			 "a key of the type %s cannot decrypt a profile: give the RSA or EC key of one of its "
			 "recipients",
			 name ? name : "unknown");
}

static int add_certs(struct decryptor *decryptor, STACK_OF(X509) *certs, struct error *err)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		if (certs_add(decryptor->certs, sk_X509_value(certs, i)))
			return error_memory(err);
	return 0;
}

static int load_key(struct decryptor *decryptor, const char *path, struct passphrase *passphrase,
		    struct error *err)
{
	struct loaded loaded = { 0 };
	int result = loader_key(path, passphrase, &loaded, err);

	if (!result)
		result = check_kind(loaded.key, err);
	if (!result)
		result = add_certs(decryptor, loaded.certs, err);
	decryptor->key = loaded.key;
	loaded.key = NULL;
	loaded_free(&loaded);
	if (result)
		name_source(err, path);
	return result;
}

static bool is_own(const struct decryptor *decryptor, X509 *cert)
{
	return loader_same_key(X509_get0_pubkey(cert), decryptor->key);
}

/* Its chain may be with it. */
static int check_own(const struct decryptor *decryptor, STACK_OF(X509) *certs, struct error *err)
{
	BUF_AUTO who = BUF_INIT;
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		if (is_own(decryptor, sk_X509_value(certs, i)))
			return 0;
	name_text(X509_get_subject_name(sk_X509_value(certs, 0)), &who);
	return error_set(err, EINVAL,
			 "the certificate of %.500s is not the one of the key: give that (cert), or none, and the key "
			 "is tried on every recipient",
			 buf_text(&who));
}

static int load_certs(struct decryptor *decryptor, const char *path, bool own, struct passphrase *passphrase,
		      struct error *err)
{
	struct loaded loaded = { 0 };
	int result = loader_certs(path, passphrase, &loaded, err);

	if (!result && own)
		result = check_own(decryptor, loaded.certs, err);
	if (!result)
		result = add_certs(decryptor, loaded.certs, err);
	loaded_free(&loaded);
	if (result)
		name_source(err, path);
	return result;
}

/* A key may have several certificates: the old one that the profile names, and the new one. */
static int find_own(struct decryptor *decryptor, struct error *err)
{
	int i;

	for (i = 0; i < sk_X509_num(decryptor->certs); i++) {
		X509 *cert = sk_X509_value(decryptor->certs, i);

		if (is_own(decryptor, cert) && certs_add(decryptor->own, cert))
			return error_memory(err);
	}
	return 0;
}

static int open_parts(const struct decryptor_files *files, struct decryptor *decryptor,
		      struct passphrase *passphrase, struct error *err)
{
	size_t i;

	decryptor->own = sk_X509_new_null();
	decryptor->certs = sk_X509_new_null();
	if (!decryptor->own || !decryptor->certs)
		return error_memory(err);
	if (load_key(decryptor, files->key, passphrase, err))
		return -1;
	for (i = 0; i < files->certs.count; i++)
		if (load_certs(decryptor, files->certs.at[i], files->own_certs, passphrase, err))
			return -1;
	return find_own(decryptor, err);
}

static int open_decryptor(const struct decryptor_files *files, struct decryptor *decryptor, struct error *err)
{
	struct passphrase passphrase;
	int result = passphrase_open(&passphrase, files->option ? files->option : "passin", files->passin, err);

	if (!result)
		result = open_parts(files, decryptor, &passphrase, err);
	passphrase_close(&passphrase);
	return result;
}

int decryptor_open(const struct decryptor_files *files, struct decryptor **out, struct error *err)
{
	struct decryptor *decryptor;
	int result;

	*out = NULL;
	if (!files->key)
		return error_set(err, EINVAL, "there is no key to decrypt with: give the key of one of the recipients");
	decryptor = calloc(1, sizeof(*decryptor));
	if (!decryptor)
		return error_memory(err);
	ERR_clear_error();
	result = open_decryptor(files, decryptor, err);
	ERR_clear_error();
	if (result) {
		decryptor_free(decryptor);
		return -1;
	}
	*out = decryptor;
	return 0;
}

void decryptor_free(struct decryptor *decryptor)
{
	if (!decryptor)
		return;
	EVP_PKEY_free(decryptor->key);
	sk_X509_pop_free(decryptor->own, X509_free);
	sk_X509_pop_free(decryptor->certs, X509_free);
	free(decryptor);
}
