/*
 * Whom to trust: the certificates at the top of the chains that are believed.
 */
#ifndef SIGN_TRUST_H
#define SIGN_TRUST_H

#include "plist/base/error.h"

struct trust;

/* Both NULL: the system's store (what OpenSSL has as default, and SSL_CERT_FILE, SSL_CERT_DIR). Either: these alone, so
 * that the answer is the same on every machine. */
struct trust_files {
	const char *cafile; /* PEM with one certificate or many, one in DER, or a PKCS#7 (.p7b) */
	const char *capath; /* a folder as openssl-rehash(1) makes it */
};

/* 0 with a new `*out` (trust_free()), or -1: a file or folder that is not there or holds no certificate. */
int trust_open(const struct trust_files *files, struct trust **out, struct error *err);

void trust_free(struct trust *trust);

#endif
