#include "sign/trust.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "plist/base/buf.h"
#include "plist/base/file.h"
#include "sign/internal.h"
#include "sign/openssl_error.h"

/* Several times the bundle of all public authorities. */
#define CAFILE_MAX ((size_t)16 << 20)

/* What a chain must be made of (SSL_CTX_set_security_level(3), 1): without one OpenSSL believes a certificate that was
 * signed with MD5 or SHA-1, which can be forged. */
#define AUTH_LEVEL 1

struct trust {
	X509_STORE *store;
};

/* --- a file ----------------------------------------------------------------------------------------- */

/* Takes `cert` over, which may be NULL. 0, or -1: out of memory. A certificate that is in there already is fine. */
static int add_cert(struct trust *trust, X509 *cert, struct error *err)
{
	int added = cert && X509_STORE_add_cert(trust->store, cert) == 1;

	X509_free(cert);
	return added ? 0 : error_memory(err);
}

/* True if the bytes are one certificate and nothing else: how many authorities publish theirs. */
static bool take_der(const struct buf *bytes, X509 **cert)
{
	const unsigned char *at = (const unsigned char *)bytes->data;

	*cert = NULL;
	if (bytes->len == 0 || at[0] != 0x30)
		return false;
	*cert = d2i_X509(NULL, &at, (long)bytes->len);
	if (*cert && at == (const unsigned char *)bytes->data + bytes->len)
		return true;
	X509_free(*cert);
	*cert = NULL;
	return false;
}

/* What else is in the file (keys, text, revocation lists) is passed over. */
static int add_pem(struct trust *trust, const char *path, const struct buf *bytes, struct error *err)
{
	BIO_AUTO *bio = BIO_new_mem_buf(bytes->len ? bytes->data : "", (int)bytes->len);
	size_t count;
	X509 *cert;

	if (!bio)
		return error_memory(err);
	for (count = 0; (cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)); count++)
		if (add_cert(trust, cert, err))
			return -1;
	if (!openssl_failed_with(ERR_LIB_PEM, PEM_R_NO_START_LINE)) {
		openssl_error(err, NULL, "certificate %zu cannot be read, the file is damaged", count + 1);
		error_in_file(err, path);
		return -1;
	}
	if (count)
		return 0;
	error_set(err, EINVAL, "there is no certificate in it: give the authority's, in PEM or DER");
	error_in_file(err, path);
	return -1;
}

static int add_file(struct trust *trust, const char *path, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;
	X509 *cert;

	if (file_read_path(path, CAFILE_MAX, &bytes, err))
		return -1;
	ERR_clear_error();
	if (take_der(&bytes, &cert))
		return add_cert(trust, cert, err);
	ERR_clear_error();
	return add_pem(trust, path, &bytes, err);
}

/* --- a folder --------------------------------------------------------------------------------------- */

/* "5ed36f99.0": the hash of the subject in eight digits, and a number. Revocation lists have an "r" before it. */
static bool is_hashed_name(const char *name)
{
	size_t i;

	for (i = 0; i < 8; i++)
		if (!isxdigit((unsigned char)name[i]))
			return false;
	return name[8] == '.' && name[9] && name[9 + strspn(name + 9, "0123456789")] == '\0';
}

static bool holds_hashed_names(DIR *dir)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (is_hashed_name(entry->d_name))
			return true;
	return false;
}

static int check_folder(const char *path, struct error *err)
{
	DIR *dir = opendir(path);
	bool hashed;

	if (!dir)
		return error_system(err, errno, "the folder of trusted certificates cannot be opened");
	hashed = holds_hashed_names(dir);
	closedir(dir);
	if (!hashed)
		return error_set(err, ENOENT, "no certificate is in it under its hash: run `openssl rehash %s`", path);
	if (strchr(path, ':'))
		return error_set(err, EINVAL, "a colon divides folders for OpenSSL: give a path without one");
	return 0;
}

/* Certificates are looked for in the folder when they are needed. */
static int add_folder(struct trust *trust, const char *path, struct error *err)
{
	int result = check_folder(path, err);

	if (!result && X509_STORE_load_path(trust->store, path) != 1)
		result = openssl_error(err, NULL, "the folder of trusted certificates cannot be used");
	if (result)
		error_in_file(err, path);
	return result;
}

/* --- the whole -------------------------------------------------------------------------------------- */

static int fill(struct trust *trust, const struct trust_files *files, struct error *err)
{
	if (!files->cafile && !files->capath) {
		if (X509_STORE_set_default_paths(trust->store) != 1)
			return openssl_error(err, NULL, "the system's trusted certificates cannot be read");
		return 0;
	}
	if (files->cafile && add_file(trust, files->cafile, err))
		return -1;
	return files->capath ? add_folder(trust, files->capath, err) : 0;
}

int trust_open(const struct trust_files *files, struct trust **out, struct error *err)
{
	struct trust *trust = calloc(1, sizeof(*trust));
	int result;

	*out = NULL;
	if (!trust)
		return error_memory(err);
	openssl_begin();
	trust->store = X509_STORE_new();
	result = trust->store ? fill(trust, files, err) : error_memory(err);
	result = openssl_end(result, err);
	if (result)
		trust_free(trust);
	else
		*out = trust;
	return result;
}

void trust_free(struct trust *trust)
{
	if (!trust)
		return;
	X509_STORE_free(trust->store);
	free(trust);
}

/* A signer may be made for any purpose: TLS and code-signing certificates are what profiles are signed with. The
 * purpose is set on the store's own terms, which know no S/MIME. Sets `*fault` to why the chain is none (X509_V_OK: it
 * is one) and `*depth` to where. False: out of memory. */
static bool verify(const struct trust *trust, X509 *cert, STACK_OF(X509) *others, unsigned long flags, int *fault,
		   int *depth)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool done = ctx && X509_STORE_CTX_init(ctx, trust->store, cert, others) == 1;

	if (done) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

		X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
		done = X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) == 1 &&
		       X509_VERIFY_PARAM_set_flags(param, flags) == 1;
	}
	if (done) {
		bool good = X509_verify_cert(ctx) == 1;

		*fault = X509_STORE_CTX_get_error(ctx);
		*depth = X509_STORE_CTX_get_error_depth(ctx);
		done = good || *fault != X509_V_OK;
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return done;
}

/* The chain is one, and dates alone are against it. */
static const char *date_fault(int fault, int depth)
{
	if (depth > 0)
		return "a certificate above the signer's is out of date, though the chain is a trusted one";
	return fault == X509_V_ERR_CERT_NOT_YET_VALID ? "not valid yet, though the chain is a trusted one" :
							"expired, though the chain is a trusted one";
}

enum trusting trust_holds(const struct trust *trust, X509 *cert, STACK_OF(X509) *others, const char **why)
{
	int fault = X509_V_OK, depth = 0;

	*why = "out of memory";
	if (!verify(trust, cert, others, X509_V_FLAG_NO_CHECK_TIME, &fault, &depth))
		return TRUST_NONE;
	if (fault != X509_V_OK) {
		*why = X509_verify_cert_error_string(fault);
		return TRUST_NONE;
	}
	if (!verify(trust, cert, others, 0, &fault, &depth))
		return TRUST_NONE;
	if (fault == X509_V_OK)
		return TRUST_WHOLE;
	*why = date_fault(fault, depth);
	return TRUST_BUT_FOR_DATES;
}
