#include "sign/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "sign/fitness.h"
#include "sign/loader.h"
#include "sign/passphrase.h"

/* Everything that is open while a signer is made; each list is as long as that of the files. */
struct parts {
	const struct signer_files *files;
	struct passphrase *passphrases; /* one for each key, or one for all */
	size_t passphrase_count;
	struct loaded *keys;
	struct loaded *certs;
	struct loaded *chains;
	bool looking; /* nobody is asked for a passphrase, and what needs one is left closed */
};

/* ------------------------------------------------------------------ opening all files */

static void free_all(struct loaded *list, size_t count)
{
	size_t i;

	for (i = 0; list && i < count; i++)
		loaded_free(&list[i]);
	free(list);
}

static void parts_free(struct parts *parts)
{
	size_t i;

	free_all(parts->keys, parts->files->keys.count);
	free_all(parts->certs, parts->files->certs.count);
	free_all(parts->chains, parts->files->chains.count);
	for (i = 0; i < parts->passphrase_count; i++)
		passphrase_close(&parts->passphrases[i]);
	free(parts->passphrases);
	free(parts);
}

static struct parts *parts_new(const struct signer_files *files)
{
	struct parts *parts = calloc(1, sizeof(*parts));
	size_t passins = files->passins.count;

	if (!parts)
		return NULL;
	parts->files = files;
	parts->passphrase_count = passins == 1 ? 1 : files->keys.count;
	parts->passphrases = calloc(parts->passphrase_count + 1, sizeof(*parts->passphrases));
	parts->keys = calloc(files->keys.count + 1, sizeof(*parts->keys));
	parts->certs = calloc(files->certs.count + 1, sizeof(*parts->certs));
	parts->chains = calloc(files->chains.count + 1, sizeof(*parts->chains));
	if (parts->passphrases && parts->keys && parts->certs && parts->chains)
		return parts;
	if (!parts->passphrases)
		parts->passphrase_count = 0;
	parts_free(parts);
	return NULL;
}

/* What stands before the name of an option. */
static const char *dashes(const struct parts *parts)
{
	return parts->files->dashed ? "--" : "";
}

static const char *passin(const struct parts *parts)
{
	return parts->files->dashed ? "--passin" : "passin";
}

/* A variable that is not set now may be when it is needed. */
static const char *source_of(const struct parts *parts, size_t i)
{
	const struct strings *passins = &parts->files->passins;
	const char *source = i < passins->count ? passins->at[i] : NULL;
	bool later = source && parts->looking && strncmp(source, "env:", 4) == 0 && !getenv(source + 4);

	return later ? NULL : source;
}

static int open_passphrases(struct parts *parts, struct error *err)
{
	const struct strings *passins = &parts->files->passins;
	size_t i;

	if (passins->count > 1 && passins->count != parts->files->keys.count)
		return error_set(err, EINVAL,
				 "%zu passphrases (%spassin) are given for %zu %s: give one for all, or one for each "
				 "in their order",
				 passins->count, dashes(parts), parts->files->keys.count,
				 parts->files->keys.count == 1 ? "key" : "keys");
	for (i = 0; i < parts->passphrase_count; i++) {
		if (passphrase_open(&parts->passphrases[i], passin(parts), source_of(parts, i), err))
			return -1;
		parts->passphrases[i].refused = parts->looking;
	}
	return 0;
}

static struct passphrase *passphrase_of(struct parts *parts, size_t key)
{
	return &parts->passphrases[parts->passphrase_count == 1 ? 0 : key];
}

static int check_twins(const struct parts *parts, size_t last, struct error *err)
{
	BUF_AUTO name = BUF_INIT;
	size_t i;

	for (i = 0; i < last; i++) {
		if (!loader_same_key(parts->keys[i].key, parts->keys[last].key))
			continue;
		loader_name(parts->files->keys.at[i], &name);
		return error_set(err, EINVAL, "it is the same key as in %s: give each key once",
				 buf_text(&name));
	}
	return 0;
}

/* Adds the file's name as messages show it. Returns -1. */
static int in_file(struct error *err, const char *path)
{
	BUF_AUTO name = BUF_INIT;

	loader_name(path, &name);
	error_in_file(err, buf_text(&name));
	return -1;
}

static int load_keys(struct parts *parts, struct error *err)
{
	const struct strings *paths = &parts->files->keys;
	size_t i;

	for (i = 0; i < paths->count; i++) {
		if (loader_key(paths->at[i], passphrase_of(parts, i), &parts->keys[i], err))
			return -1;
		if (fitness_check(parts->keys[i].key, err) || check_twins(parts, i, err))
			return in_file(err, paths->at[i]);
	}
	return 0;
}

/* With a passphrase of its own, which the terminal is asked for if it is wanted. */
static int load_certs_alone(const struct parts *parts, const char *path, struct loaded *out, struct error *err)
{
	struct passphrase own;
	int result = passphrase_open(&own, passin(parts), NULL, err);

	if (!result)
		result = loader_certs(path, &own, out, err);
	passphrase_close(&own);
	return result;
}

/* A file of certificates may be encrypted (PKCS#12), mostly with the passphrase of a key. A token is another matter:
 * wrong PINs lock it, so that only what was meant for all is tried on it. */
static int load_certs_of(struct parts *parts, const char *path, struct loaded *out, struct error *err)
{
	bool for_all = parts->files->passins.count == 1;
	size_t i;

	if (loader_is_token(path))
		return for_all ? loader_certs(path, &parts->passphrases[0], out, err) :
				 load_certs_alone(parts, path, out, err);
	for (i = 0; i < parts->passphrase_count; i++) {
		if (!parts->passphrases[i].known)
			continue;
		if (loader_certs(path, &parts->passphrases[i], out, err) == 0)
			return 0;
		if (err->code != EACCES)
			return -1;
		loaded_free(out);
	}
	return parts->files->passins.count ? -1 : load_certs_alone(parts, path, out, err);
}

static int load_certs(struct parts *parts, const struct strings *paths, struct loaded *list, struct error *err)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		if (load_certs_of(parts, paths->at[i], &list[i], err))
			return -1;
	return 0;
}

/* ------------------------------------------------------------------ which certificate is whose */

/* A key may have several certificates: one that may sign comes before one that may not, and one that is valid now
 * before one that is not. */
static int rank(X509 *cert)
{
	bool signs = X509_get_key_usage(cert) & KU_DIGITAL_SIGNATURE;
	bool valid = X509_cmp_current_time(X509_get0_notBefore(cert)) <= 0 &&
		     X509_cmp_current_time(X509_get0_notAfter(cert)) >= 0;

	return (signs ? 2 : 0) + (valid ? 1 : 0);
}

/* The best certificate that was made for the key, wherever it stands in the file. NULL: none was. */
static X509 *match(STACK_OF(X509) *certs, const EVP_PKEY *key)
{
	X509 *best = NULL;
	int i;

	for (i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (loader_same_key(X509_get0_pubkey(cert), key) && (!best || rank(cert) > rank(best)))
			best = cert;
	}
	return best;
}

/* Looks where certificates were given first, then in the key's own file. `*file` gets where it was found. */
static X509 *find_cert(const struct parts *parts, size_t key, const char **file)
{
	const struct signer_files *files = parts->files;
	X509 *cert = NULL;
	size_t i;

	for (i = 0; i < files->certs.count && !cert; i++) {
		cert = match(parts->certs[i].certs, parts->keys[key].key);
		*file = files->certs.at[i];
	}
	if (cert)
		return cert;
	*file = files->keys.at[key];
	return match(parts->keys[key].certs, parts->keys[key].key);
}

/* The certificate whose name shows best what was given in vain. NULL: there is none at all. */
static X509 *any_cert(const struct parts *parts, size_t key)
{
	size_t i;

	for (i = 0; i < parts->files->certs.count; i++)
		if (sk_X509_num(parts->certs[i].certs) > 0)
			return sk_X509_value(parts->certs[i].certs, 0);
	return sk_X509_value(parts->keys[key].certs, 0);
}

static int explain_no_match(const struct parts *parts, size_t key, struct error *err)
{
	const struct strings *certs = &parts->files->certs;
	const char *path = parts->files->keys.at[key];
	X509 *cert = any_cert(parts, key);
	BUF_AUTO subject = BUF_INIT;
	BUF_AUTO name = BUF_INIT;

	if (!cert) {
		error_set(err, EINVAL,
			  "it holds the key and no certificate: give the key's certificate too (%scert)",
			  dashes(parts));
		return in_file(err, path);
	}
	if (certs->count > 1) {
		error_set(err, EINVAL,
			  "none of the certificates that are given is the one of this key: give the "
			  "certificate that was made for it");
		return in_file(err, path);
	}
	name_text(X509_get_subject_name(cert), &subject);
	loader_name(path, &name);
	error_set(err, EINVAL,
		  "the certificate (%s) is not the one of the key in %s: give the certificate that was made for "
		  "that key",
		  buf_text(&subject), buf_text(&name));
	return in_file(err, certs->count ? certs->at[0] : path);
}

/* RFC 5280, 4.2.1.3. A certificate without the extension may do everything. */
static int check_usage(X509 *cert, struct error *err)
{
	if (X509_get_key_usage(cert) & KU_DIGITAL_SIGNATURE)
		return 0;
	return error_set(err, EINVAL,
			 "the certificate must not be used to sign: its key usage lacks digitalSignature; "
			 "give a key and a certificate that are made for signing");
}

/* An old certificate signs as well as a new one; the devices decide. */
static void note_dates(X509 *cert, const char *file, struct problems *notes)
{
	struct error note = ERROR_INIT;
	BUF_AUTO subject = BUF_INIT;
	BUF_AUTO date = BUF_INIT;

	name_text(X509_get_subject_name(cert), &subject);
	if (X509_cmp_current_time(X509_get0_notAfter(cert)) < 0) {
		time_text(X509_get0_notAfter(cert), &date);
		error_set(&note, EINVAL,
			  "the certificate (%s) expired on %s: devices may not trust what it signs; renew it",
			  buf_text(&subject), buf_text(&date));
	} else if (X509_cmp_current_time(X509_get0_notBefore(cert)) > 0) {
		time_text(X509_get0_notBefore(cert), &date);
		error_set(&note, EINVAL,
			  "the certificate (%s) is not valid before %s: devices may not trust what it signs "
			  "yet",
			  buf_text(&subject), buf_text(&date));
	} else {
		return;
	}
	note.severity = SEVERITY_WARNING;
	note.rule = SIGNER_RULE_EXPIRED;
	in_file(&note, file);
	problems_add(notes, &note);
}

/* Moves the key into the signer, with its certificate. */
static int add_identity(struct parts *parts, size_t key, struct signer *signer, struct problems *notes,
			struct error *err)
{
	struct signing_identity *identity = &signer->identities[key];
	const char *file;
	X509 *cert = find_cert(parts, key, &file);

	if (!cert)
		return explain_no_match(parts, key, err);
	if (check_usage(cert, err))
		return in_file(err, file);
	if (!X509_up_ref(cert))
		return error_memory(err);
	identity->cert = cert;
	identity->key = parts->keys[key].key;
	identity->on_token = loader_is_token(parts->files->keys.at[key]);
	parts->keys[key].key = NULL;
	signer->count = key + 1;
	note_dates(cert, file, notes);
	return 0;
}

static bool is_identity(const struct signer *signer, const X509 *cert)
{
	size_t i;

	for (i = 0; i < signer->count; i++)
		if (X509_cmp(signer->identities[i].cert, cert) == 0)
			return true;
	return false;
}

/* A file of certificates in which none belongs to a key was given by mistake. */
static int check_certs(const struct parts *parts, const struct signer *signer, struct error *err)
{
	BUF_AUTO subject = BUF_INIT;
	size_t i;
	int c;

	for (i = 0; i < parts->files->certs.count; i++) {
		STACK_OF(X509) *certs = parts->certs[i].certs;

		for (c = 0; c < sk_X509_num(certs); c++)
			if (is_identity(signer, sk_X509_value(certs, c)))
				break;
		if (c < sk_X509_num(certs))
			continue;
		name_text(X509_get_subject_name(sk_X509_value(certs, 0)), &subject);
		error_set(err, EINVAL,
			  "the certificate (%s) is not the one of any key that is given: give its key too "
			  "(%skey), or this file as its chain (%schain)",
			  buf_text(&subject), dashes(parts), dashes(parts));
		return in_file(err, parts->files->certs.at[i]);
	}
	return 0;
}

static int add_chain(struct signer *signer, const struct loaded *list, size_t count, struct error *err)
{
	size_t i;
	int c;

	for (i = 0; i < count; i++) {
		for (c = 0; c < sk_X509_num(list[i].certs); c++) {
			X509 *cert = sk_X509_value(list[i].certs, c);

			if (!is_identity(signer, cert) && certs_add(signer->chain, cert))
				return error_memory(err);
		}
	}
	return 0;
}

static int add_chains(const struct parts *parts, struct signer *signer, struct error *err)
{
	const struct signer_files *files = parts->files;

	if (add_chain(signer, parts->certs, files->certs.count, err) ||
	    add_chain(signer, parts->keys, files->keys.count, err))
		return -1;
	if (add_chain(signer, parts->chains, files->chains.count, err))
		return -1;
	if ((size_t)sk_X509_num(signer->chain) + signer->count > CERTS_MAX)
		return error_set(err, E2BIG,
				 "more than %d certificates are to be included: give the signer's own chain alone "
				 "(%schain)",
				 CERTS_MAX, dashes(parts));
	return 0;
}

static int assemble(struct parts *parts, struct signer *signer, struct problems *notes, struct error *err)
{
	size_t i, count = parts->files->keys.count;

	signer->identities = calloc(count, sizeof(*signer->identities));
	signer->chain = sk_X509_new_null();
	if (!signer->identities || !signer->chain)
		return error_memory(err);
	for (i = 0; i < count; i++)
		if (add_identity(parts, i, signer, notes, err))
			return -1;
	if (check_certs(parts, signer, err))
		return -1;
	return add_chains(parts, signer, err);
}

static int try_out(const struct parts *parts, const struct signer *signer, struct error *err)
{
	size_t i;

	for (i = 0; i < signer->count; i++)
		if (fitness_try(&signer->identities[i], err))
			return in_file(err, parts->files->keys.at[i]);
	return 0;
}

/* ------------------------------------------------------------------ a look at what is not encrypted */

static bool is_closed(const struct passphrase *passphrase)
{
	return passphrase->wanted && !passphrase->known;
}

/* The certificates in the file of a key that stays closed. A PKCS#12 file is closed as a whole. */
static int look_beside_key(struct parts *parts, size_t key, struct error *err)
{
	struct passphrase *passphrase = passphrase_of(parts, key);

	loaded_free(&parts->keys[key]);
	if (loader_certs(parts->files->keys.at[key], passphrase, &parts->keys[key], err) == 0 || is_closed(passphrase))
		return 0;
	return parts->files->certs.count ? 0 : explain_no_match(parts, key, err);
}

static int look_at_keys(struct parts *parts, struct error *err)
{
	const struct strings *paths = &parts->files->keys;
	size_t i;

	for (i = 0; i < paths->count; i++) {
		struct passphrase *passphrase = passphrase_of(parts, i);

		if (loader_is_token(paths->at[i]))
			continue;
		if (loader_key(paths->at[i], passphrase, &parts->keys[i], err) == 0) {
			if (fitness_check(parts->keys[i].key, err) || check_twins(parts, i, err))
				return in_file(err, paths->at[i]);
		} else if (!is_closed(passphrase) || look_beside_key(parts, i, err)) {
			return -1;
		}
	}
	return 0;
}

/* `*all` is set to false if one stays closed. */
static int look_at_certs(const struct parts *parts, const struct strings *paths, struct loaded *list, bool *all,
			 struct error *err)
{
	size_t i;

	for (i = 0; i < paths->count; i++) {
		struct passphrase none = { .option = passin(parts), .refused = true };
		bool closed = loader_is_token(paths->at[i]);

		if (!closed && loader_certs(paths->at[i], &none, &list[i], err) < 0) {
			closed = is_closed(&none);
			if (!closed)
				return -1;
		}
		if (closed)
			*all = false;
	}
	return 0;
}

/* Whether each key that is open has a certificate that may sign. */
static int look_at_pairs(const struct parts *parts, bool all, struct problems *notes, struct error *err)
{
	size_t i;

	for (i = 0; i < parts->files->keys.count; i++) {
		const char *file;
		X509 *cert = parts->keys[i].key ? find_cert(parts, i, &file) : NULL;

		if (!cert && parts->keys[i].key && all)
			return explain_no_match(parts, i, err);
		if (!cert)
			continue;
		if (check_usage(cert, err))
			return in_file(err, file);
		note_dates(cert, file, notes);
	}
	return 0;
}

static int look(struct parts *parts, struct problems *notes, struct error *err)
{
	const struct signer_files *files = parts->files;
	bool all = true, chains;

	if (open_passphrases(parts, err) || look_at_keys(parts, err) ||
	    look_at_certs(parts, &files->certs, parts->certs, &all, err) ||
	    look_at_certs(parts, &files->chains, parts->chains, &chains, err))
		return -1;
	return look_at_pairs(parts, all, notes, err);
}

int signer_look(const struct signer_files *files, struct problems *notes, struct error *err)
{
	struct parts *parts = parts_new(files);
	int result;

	if (!parts)
		return error_memory(err);
	parts->looking = true;
	ERR_clear_error();
	result = look(parts, notes, err);
	ERR_clear_error();
	parts_free(parts);
	return result;
}

/* ------------------------------------------------------------------ the interface */

static int open_signer(struct parts *parts, struct signer *signer, struct problems *notes, struct error *err)
{
	const struct signer_files *files = parts->files;

	if (!files->keys.count)
		return error_set(err, EINVAL, "there is no key to sign with: give one (%skey)", dashes(parts));
	if (open_passphrases(parts, err) || load_keys(parts, err) ||
	    load_certs(parts, &files->certs, parts->certs, err) ||
	    load_certs(parts, &files->chains, parts->chains, err))
		return -1;
	if (assemble(parts, signer, notes, err))
		return -1;
	return try_out(parts, signer, err);
}

int signer_open(const struct signer_files *files, struct signer **out, struct problems *notes,
		struct error *err)
{
	struct signer *signer = calloc(1, sizeof(*signer));
	struct parts *parts = parts_new(files);
	int result;

	*out = NULL;
	ERR_clear_error();
	result = signer && parts ? open_signer(parts, signer, notes, err) : error_memory(err);
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
	size_t i;

	if (!signer)
		return;
	for (i = 0; i < signer->count; i++) {
		EVP_PKEY_free(signer->identities[i].key);
		X509_free(signer->identities[i].cert);
	}
	free(signer->identities);
	sk_X509_pop_free(signer->chain, X509_free);
	free(signer);
}
