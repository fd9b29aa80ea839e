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
#include "sign/bundle.h"
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

/* What else is in the file (keys, text, revocation lists) is passed over. Adds how many there are to `*count`. */
static int add_pem(struct trust *trust, const struct buf *bytes, size_t *count, struct error *err)
{
	BIO_AUTO *bio = BIO_new_mem_buf(bytes->len ? bytes->data : "", (int)bytes->len);
	X509 *cert;

	if (!bio)
		return error_memory(err);
	for (; (cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)); ++*count)
		if (add_cert(trust, cert, err))
			return -1;
	if (openssl_failed_with(ERR_LIB_PEM, PEM_R_NO_START_LINE))
		return 0;
	return openssl_error(err, NULL, "certificate %zu cannot be read, the file is damaged", *count + 1);
}

static int add_bundle(struct trust *trust, const struct buf *bytes, size_t *count, struct error *err)
{
	STACK_OF(X509) *certs = bundle_certs(bytes->data, bytes->len);
	int result = certs ? 0 : error_memory(err);

	for (; !result && sk_X509_num(certs) > 0; ++*count)
		result = add_cert(trust, sk_X509_pop(certs), err);
	sk_X509_pop_free(certs, X509_free);
	return result;
}

static int add_all(struct trust *trust, const struct buf *bytes, struct error *err)
{
	size_t count = 0;
	X509 *cert;

	ERR_clear_error();
	if (take_der(bytes, &cert))
		return add_cert(trust, cert, err);
	ERR_clear_error();
	if (add_pem(trust, bytes, &count, err) || add_bundle(trust, bytes, &count, err))
		return -1;
	if (count)
		return 0;
	return error_set(err, EINVAL, "there is no certificate in it: give the authority's, in PEM, DER or PKCS#7");
}

/* A signed profile has certificates in it as a PKCS#7 has. If it were taken for one, it would vouch for itself. */
static int refuse_profile(const char *path, const struct buf *bytes, struct error *err)
{
	BUF_AUTO content = BUF_INIT;
	struct envelope *envelope;
	enum envelope_form form;

	if (envelope_open(path, bytes->data, bytes->len, &envelope, &content, err))
		return err->code == ENOMEM ? -1 : 0;
	form = envelope_form(envelope);
	envelope_free(envelope);
	if (form == ENVELOPE_PLAIN)
		return 0;
	return error_set(err, EINVAL, "this is a signed profile: give the authority's certificate");
}

static int add_file(struct trust *trust, const char *path, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;
	int result = file_read_path(path, CAFILE_MAX, &bytes, err);

	if (!result)
		result = refuse_profile(path, &bytes, err);
	if (!result)
		result = add_all(trust, &bytes, err);
	if (result)
		error_in_file(err, path);
	return result;
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

/* --- a chain ---------------------------------------------------------------------------------------- */

/* Why a chain is none, and at which certificate: at depth 0 the signer's. X509_V_OK: it is one. */
struct fault {
	int code;
	int depth;
	X509 *cert; /* for X509_free(); may be NULL */
};

static void take_fault(X509_STORE_CTX *ctx, struct fault *fault)
{
	fault->code = X509_STORE_CTX_get_error(ctx);
	fault->depth = X509_STORE_CTX_get_error_depth(ctx);
	fault->cert = X509_STORE_CTX_get_current_cert(ctx);
	if (fault->cert)
		X509_up_ref(fault->cert);
}

/* A signer may be made for any purpose: TLS and code-signing certificates are what profiles are signed with. The
 * purpose is set on the store's own terms, which know no S/MIME. False: out of memory. */
static bool verify(const struct trust *trust, X509 *cert, STACK_OF(X509) *others, unsigned long flags,
		   struct fault *fault)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool done = ctx && X509_STORE_CTX_init(ctx, trust->store, cert, others) == 1;

	*fault = (struct fault){ .code = X509_V_OK };
	if (done) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

		X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
		done = X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) == 1 &&
		       X509_VERIFY_PARAM_set_flags(param, flags) == 1;
	}
	if (done && X509_verify_cert(ctx) != 1) {
		take_fault(ctx, fault);
		done = fault->code != X509_V_OK;
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return done;
}

static bool is_issuer_missing(int code)
{
	return code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT || code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

/* Whose certificate is to be got: the issuer of the last one that was found. */
static void add_missing_issuer(const struct fault *fault, struct buf *why)
{
	buf_add_text(why, fault->depth ? "the issuer " : "its issuer ");
	name_text_brief(X509_get_issuer_name(fault->cert), why);
	if (fault->depth) {
		buf_add_text(why, " of ");
		name_text_brief(X509_get_subject_name(fault->cert), why);
	}
	buf_add_text(why, " is neither in the profile nor trusted");
}

static enum trusting tell_fault(const struct fault *fault, struct buf *why)
{
	if (fault->cert && is_issuer_missing(fault->code)) {
		add_missing_issuer(fault, why);
		return TRUST_NO_ISSUER;
	}
	buf_add_text(why, X509_verify_cert_error_string(fault->code));
	return TRUST_NONE;
}

/* The chain is one, and dates alone are against it. */
static const char *date_fault(const struct fault *fault)
{
	if (fault->depth > 0)
		return "a certificate above the signer's is out of date, though the chain is a trusted one";
	return fault->code == X509_V_ERR_CERT_NOT_YET_VALID ? "not valid yet, though the chain is a trusted one" :
							      "expired, though the chain is a trusted one";
}

static enum trusting tell_memory(struct buf *why)
{
	buf_add_text(why, "out of memory");
	return TRUST_NONE;
}

enum trusting trust_holds(const struct trust *trust, X509 *cert, STACK_OF(X509) *others, struct buf *why)
{
	enum trusting trusting = TRUST_WHOLE;
	struct fault fault;

	if (!verify(trust, cert, others, X509_V_FLAG_NO_CHECK_TIME, &fault))
		trusting = tell_memory(why);
	else if (fault.code != X509_V_OK)
		trusting = tell_fault(&fault, why);
	X509_free(fault.cert);
	if (trusting != TRUST_WHOLE)
		return trusting;
	if (!verify(trust, cert, others, 0, &fault)) {
		trusting = tell_memory(why);
	} else if (fault.code != X509_V_OK) {
		trusting = TRUST_BUT_FOR_DATES;
		buf_add_text(why, date_fault(&fault));
	}
	X509_free(fault.cert);
	return trusting;
}
