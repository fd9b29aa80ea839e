#include "sign/loader.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include "plist/base/buf.h"
#include "plist/base/file.h"
#include "sign/bundle.h"
#include "sign/internal.h"
#include "sign/openssl_error.h"
#include "sign/pkcs11.h"

/* No bundle of keys and certificates is nearly as large. */
#define FILE_MAX (16u << 20)

/* Ends the walk through a file in which one object after the other is broken. */
#define FAILURES_MAX 64

/* More than anybody signs with, or encrypts for, by one file. */
#define LOADED_CERTS_MAX 1000

/* What is being loaded, and from where. */
struct source {
	const char *path;
	struct buf bytes; /* the file; wiped by buf_free() */
	bool is_uri;      /* `path` is for a store provider; `bytes` is empty */
	int expect;       /* OSSL_STORE_INFO_CERT, or 0: everything */
	bool opened;      /* the passphrase opened something in it */
	struct passphrase *passphrase;
};

/* ------------------------------------------------------------------ where the bytes are */

/* "pkcs11:object=x", and "file:" too: a scheme as RFC 3986, 3.1 has it, when no file is called so. */
static bool is_uri(const char *path)
{
	size_t len = 0;

	while (isalnum((unsigned char)path[len]) || (len && path[len] && strchr("+-.", path[len])))
		len++;
	return len > 1 && path[len] == ':' && isalpha((unsigned char)path[0]) && access(path, F_OK) != 0;
}

/* Editors put a byte order mark before text; OpenSSL would not find the first line of a PEM behind it. */
static BIO *source_bio(const struct source *source)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *bytes = buf_text(&source->bytes);
	size_t skip = source->bytes.len >= 3 && memcmp(bytes, mark, 3) == 0 ? 3 : 0;

	return BIO_new_mem_buf(bytes + skip, (int)(source->bytes.len - skip));
}

static int source_open(struct source *source, struct error *err)
{
	source->is_uri = is_uri(source->path);
	if (source->is_uri)
		return 0;
	return file_read_path(source->path, FILE_MAX, &source->bytes, err);
}

/* ------------------------------------------------------------------ one pass through a store */

static int take_cert(X509 *cert, struct loaded *out, struct error *err)
{
	if (sk_X509_num(out->certs) >= LOADED_CERTS_MAX)
		return error_set(err, E2BIG,
				 "it holds more than %d certificates: give a file with those alone that are needed",
				 LOADED_CERTS_MAX);
	return certs_add(out->certs, cert) ? error_memory(err) : 0;
}

static int take(OSSL_STORE_INFO *info, struct loaded *out, struct error *err)
{
	switch (OSSL_STORE_INFO_get_type(info)) {
	case OSSL_STORE_INFO_PKEY:
		if (!out->key)
			out->key = OSSL_STORE_INFO_get1_PKEY(info);
		return 0;
	case OSSL_STORE_INFO_PUBKEY:
		out->public_key = true;
		return 0;
	case OSSL_STORE_INFO_CERT:
		return take_cert(OSSL_STORE_INFO_get0_CERT(info), out, err);
	}
	return 0;
}

/* An object that cannot be read is left out: whether what was wanted came is for the caller to see. At the
 * end of a file OpenSSL answers NULL too. */
static int walk(struct source *source, OSSL_STORE_CTX *store, struct loaded *out, struct error *err)
{
	int failures = 0, result = 0;

	while (!result && failures < FAILURES_MAX && !OSSL_STORE_eof(store)) {
		bool wanted = source->passphrase->wanted;
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info) {
			source->opened |= source->passphrase->wanted && !wanted;
			result = take(info, out, err);
		} else {
			failures++;
		}
		OSSL_STORE_INFO_free(info);
	}
	return result;
}

static OSSL_STORE_CTX *store_open(const struct source *source, BIO *bio, UI_METHOD *ui)
{
	if (source->is_uri)
		return OSSL_STORE_open_ex(source->path, NULL, NULL, ui, source->passphrase, NULL, NULL, NULL);
	return OSSL_STORE_attach(bio, "file", NULL, NULL, ui, source->passphrase, NULL, NULL, NULL);
}

static int load_through(struct source *source, UI_METHOD *ui, struct loaded *out, struct error *err)
{
	BIO_AUTO *bio = source_bio(source);
	OSSL_STORE_CTX *store = bio ? store_open(source, bio, ui) : NULL;
	int result;

	if (!store && source->is_uri)
		return openssl_error(err, NULL,
				     "there is no such file, and OpenSSL has no store that opens it");
	if (!store)
		return openssl_error(err, NULL, "OpenSSL cannot read it");
	if (source->expect)
		OSSL_STORE_expect(store, source->expect);
	result = walk(source, store, out, err);
	OSSL_STORE_close(store);
	return result;
}

static int load_once(struct source *source, struct loaded *out, struct error *err)
{
	UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(passphrase_callback, 0);
	int result;

	if (!ui)
		return error_memory(err);
	result = load_through(source, ui, out, err);
	UI_destroy_method(ui);
	return result;
}

/* ------------------------------------------------------------------ both passes, and what came of them */

static bool found(const struct source *source, const struct loaded *loaded)
{
	return source->expect == OSSL_STORE_INFO_CERT ? sk_X509_num(loaded->certs) > 0 : loaded->key != NULL;
}

/* Chains come as PKCS#7, too. */
static int load_bundle(const struct source *source, struct loaded *out, struct error *err)
{
	STACK_OF(X509) *certs = bundle_certs(buf_text(&source->bytes), source->bytes.len);
	int i, result = certs ? 0 : error_memory(err);

	for (i = 0; !result && i < sk_X509_num(certs); i++)
		result = take_cert(sk_X509_value(certs, i), out, err);
	sk_X509_pop_free(certs, X509_free);
	return result;
}

/* Old PKCS#12 files are encrypted with RC2, which only the provider "legacy" still has; with the empty passphrase
 * OpenSSL asks for none. The key that comes out belongs to the provider "default", so that "legacy" need not stay. */
static int load_with_legacy(struct source *source, struct loaded *out, struct error *err)
{
	OSSL_PROVIDER *legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
	int result;

	if (!legacy)
		return 0;
	result = load_once(source, out, err);
	OSSL_PROVIDER_unload(legacy);
	return result;
}

static int load(struct source *source, struct loaded *out, struct error *err)
{
	const struct passphrase *passphrase = source->passphrase;

	out->certs = sk_X509_new_null();
	if (!out->certs)
		return error_memory(err);
	passphrase_is_for_file(source->passphrase, source->path);
	if (load_once(source, out, err))
		return -1;
	if (source->expect == OSSL_STORE_INFO_CERT && !found(source, out) && load_bundle(source, out, err))
		return -1;
	if (found(source, out) || (passphrase->wanted && !passphrase->known))
		return 0;
	return load_with_legacy(source, out, err);
}

/* Nothing came and the passphrase was wanted: why it did not help. */
static int explain_passphrase(const struct passphrase *passphrase, struct error *err)
{
	if (passphrase->known)
		return error_set(err, EACCES,
				 "the passphrase does not open it: give the right one (%s)", passphrase->option);
	return error_set(err, passphrase->why.code,
			 "it is encrypted, and no passphrase was given: %s; give it (%s: " PASSPHRASE_FORMS ")",
			 passphrase->why.text, passphrase->option);
}

static bool is_openssh(const struct buf *bytes)
{
	static const char first[] = "-----BEGIN OPENSSH PRIVATE KEY-----";

	return bytes->len && memmem(bytes->data, bytes->len, first, sizeof(first) - 1);
}

static int explain(const struct source *source, const struct loaded *loaded, struct error *err)
{
	if (source->passphrase->wanted && !source->opened)
		return explain_passphrase(source->passphrase, err);
	if (source->expect == OSSL_STORE_INFO_CERT)
		return error_set(err, EINVAL,
				 "it holds no certificate: give a file with one, PEM, DER, PKCS#12 or PKCS#7");
	if (loaded->public_key)
		return error_set(err, EINVAL,
				 "it holds a public key only: give the file with the private one");
	if (sk_X509_num(loaded->certs) > 0)
		return error_set(err, EINVAL,
				 "it holds a certificate and no private key: give the file with the key, and this one "
				 "beside it as its certificate");
	if (is_openssh(&source->bytes))
		return error_set(err, EINVAL,
				 "it holds a key as OpenSSH writes it, which OpenSSL cannot read: convert a copy "
				 "with ssh-keygen -p -m PKCS8 -f COPY");
	return error_set(err, EINVAL, "it holds no private key: give a file with one, PEM, DER or PKCS#12");
}

static int load_file(const char *path, int expect, struct passphrase *passphrase, struct loaded *out,
		     struct error *err)
{
	struct source source = { .path = path, .expect = expect, .passphrase = passphrase };
	int result = source_open(&source, err);

	if (!result)
		result = load(&source, out, err);
	if (!result && !found(&source, out))
		result = explain(&source, out, err);
	buf_free(&source.bytes);
	return result;
}

/* ------------------------------------------------------------------ the interface */

bool loader_is_token(const char *path)
{
	return pkcs11_is_uri(path) && is_uri(path);
}

void loader_name(const char *path, struct buf *out)
{
	if (loader_is_token(path))
		pkcs11_shown(path, out);
	else
		buf_add_text(out, path);
}

static int load_path(const char *path, int expect, struct passphrase *passphrase, struct loaded *out,
		     struct error *err)
{
	BUF_AUTO name = BUF_INIT;
	int result;

	memset(out, 0, sizeof(*out));
	ERR_clear_error();
	if (loader_is_token(path))
		result = pkcs11_load(path, expect != OSSL_STORE_INFO_CERT, passphrase, out, err);
	else
		result = load_file(path, expect, passphrase, out, err);
	ERR_clear_error();
	if (!result)
		return 0;
	loader_name(path, &name);
	error_in_file(err, buf_text(&name));
	return -1;
}

int loader_key(const char *path, struct passphrase *passphrase, struct loaded *out, struct error *err)
{
	return load_path(path, 0, passphrase, out, err);
}

int loader_certs(const char *path, struct passphrase *passphrase, struct loaded *out, struct error *err)
{
	return load_path(path, OSSL_STORE_INFO_CERT, passphrase, out, err);
}

void loaded_free(struct loaded *loaded)
{
	EVP_PKEY_free(loaded->key);
	sk_X509_pop_free(loaded->certs, X509_free);
	memset(loaded, 0, sizeof(*loaded));
}

/* Keys of an engine cannot be handed to a provider, which is what EVP_PKEY_eq() wants to do; their public halves can
 * be written down. */
bool loader_same_key(const EVP_PKEY *one, const EVP_PKEY *other)
{
	unsigned char *one_der = NULL, *other_der = NULL;
	int one_len, other_len;
	bool same;

	if (!one || !other)
		return false;
	ERR_set_mark();
	same = EVP_PKEY_eq(one, other) == 1;
	if (!same) {
		one_len = i2d_PUBKEY(one, &one_der);
		other_len = i2d_PUBKEY(other, &other_der);
		same = one_len > 0 && one_len == other_len && memcmp(one_der, other_der, (size_t)one_len) == 0;
	}
	ERR_pop_to_mark();
	OPENSSL_free(one_der);
	OPENSSL_free(other_der);
	return same;
}
