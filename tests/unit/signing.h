/*
 * What the tests of sign/ share: a temporary folder, keys and certificates made on the spot, and the real
 * openssl command run in that folder.
 *
 * The folder is made by kit_open() and removed by kit_close(); identities are freed by whoever made them.
 */
#ifndef TESTS_SIGNING_H
#define TESTS_SIGNING_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "plist/base/buf.h"
#include "plist/base/file.h"
#include "plist/base/strings.h"

#define DAY (24L * 60 * 60)

/* A list of one file; NULL: an empty one. Lives as long as the block it stands in. */
#define ONE(text) ((struct strings){ (const char *[]){ (text) }, (text) ? 1 : 0 })

/* A key, its certificate, and both as NAME.key and NAME.crt in the folder. */
struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

/* What the certificate says; all zero: an end certificate for signing, valid from yesterday for ten days. */
struct cert_options {
	bool ca;
	bool no_key_id;
	const char *usage;     /* keyUsage; NULL: critical,digitalSignature */
	const char *purpose;   /* extendedKeyUsage; NULL: codeSigning, none for a CA; "": none */
	long from_day, to_day; /* counted from today */
};

static char kit_folder[64];

/* A path in the folder; good until eight more were asked for. */
static inline const char *kit_path(const char *name)
{
	static char paths[8][256];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", kit_folder, name);
	return path;
}

/* Runs a shell command in the folder; what it says goes to the file "log" there. Its exit status. */
__attribute__((format(printf, 1, 2))) static inline int kit_run(const char *format, ...)
{
	char command[2048], line[2200];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "cd %s && { %s; } >log 2>&1", kit_folder, command);
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The same of a command that must succeed. */
#define kit_must(...) assert_int_equal(kit_run(__VA_ARGS__), 0)

/* True if there is such a command on this machine. */
static inline bool kit_has(const char *command)
{
	return kit_run("command -v %s", command) == 0;
}

static inline void kit_read(const char *name, struct buf *out)
{
	struct error err;

	if (file_read_path(kit_path(name), 64u << 20, out, &err))
		fail_msg("%s: %s", name, err.text);
}

static inline void kit_write(const char *name, const void *bytes, size_t len)
{
	FILE *file = fopen(kit_path(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void kit_write_text(const char *name, const char *text)
{
	kit_write(name, text, strlen(text));
}

static inline void kit_open(void)
{
	strcpy(kit_folder, "/tmp/profilefs-sign-XXXXXX");
	assert_non_null(mkdtemp(kit_folder));
}

static inline void kit_close(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", kit_folder);
	assert_int_equal(system(command), 0);
}

/* The next key of that kind in the folder $UNIT_KEYS, where tests/unit/run has made some; NULL: there is none. */
static inline EVP_PKEY *kit_ready_key(const char *kind, unsigned int number)
{
	const char *folder = getenv("UNIT_KEYS");
	char path[512];
	EVP_PKEY *key;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.%u", folder ? folder : "", kind, number);
	file = folder ? fopen(path, "rb") : NULL;
	if (!file)
		return NULL;
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	return key;
}

/* An RSA key of 2048 bits, another each time. To make one takes long. */
static inline EVP_PKEY *kit_rsa_key(void)
{
	static unsigned int number;
	EVP_PKEY *key = kit_ready_key("rsa", ++number);

	return key ? key : EVP_RSA_gen(2048);
}

/* The same for RSA-PSS. */
static inline EVP_PKEY *kit_rsa_pss_key(void)
{
	static unsigned int number;
	EVP_PKEY *key = kit_ready_key("rsa-pss", ++number);
	EVP_PKEY_CTX *ctx;

	if (key)
		return key;
	ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static inline void kit_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(cert, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static inline void kit_extensions(X509 *cert, X509 *issuer, const struct cert_options *options)
{
	const char *usage = options->ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";

	kit_extension(cert, issuer, NID_basic_constraints, options->ca ? "critical,CA:TRUE" : "CA:FALSE");
	kit_extension(cert, issuer, NID_key_usage, options->usage ? options->usage : usage);
	if (options->purpose ? options->purpose[0] : !options->ca)
		kit_extension(cert, issuer, NID_ext_key_usage, options->purpose ? options->purpose : "codeSigning");
	if (!options->no_key_id)
		kit_extension(cert, issuer, NID_subject_key_identifier, "hash");
}

static inline void kit_write_identity(const char *name, const struct identity *identity)
{
	char file[64];
	FILE *out;

	snprintf(file, sizeof(file), "%s.key", name);
	out = fopen(kit_path(file), "wb");
	assert_int_equal(PEM_write_PKCS8PrivateKey(out, identity->key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(out), 0);
	snprintf(file, sizeof(file), "%s.crt", name);
	out = fopen(kit_path(file), "wb");
	assert_int_equal(PEM_write_X509(out, identity->cert), 1);
	assert_int_equal(fclose(out), 0);
}

/* Makes a certificate for `key`, which it takes over, called CN=NAME. `issuer` NULL: signed by itself. */
static inline struct identity kit_identity(const char *name, EVP_PKEY *key, const struct identity *issuer,
					   const struct cert_options *options)
{
	static const struct cert_options plain;
	static long serial = 4096;
	struct identity self = { .key = key, .cert = X509_new() };
	X509_NAME *subject = X509_get_subject_name(self.cert);
	X509 *above = issuer ? issuer->cert : self.cert;
	bool ed = EVP_PKEY_is_a(issuer ? issuer->key : key, "ED25519");

	options = options ? options : &plain;
	assert_non_null(key);
	X509_set_version(self.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(self.cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(self.cert), options->from_day ? options->from_day * DAY : -DAY);
	X509_gmtime_adj(X509_getm_notAfter(self.cert), options->to_day ? options->to_day * DAY : 10 * DAY);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(self.cert, X509_get_subject_name(above));
	X509_set_pubkey(self.cert, key);
	kit_extensions(self.cert, above, options);
	assert_true(X509_sign(self.cert, issuer ? issuer->key : key, ed ? NULL : EVP_sha256()) > 0);
	kit_write_identity(name, &self);
	return self;
}

static inline void kit_identity_free(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->cert);
}

#endif
