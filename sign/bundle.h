/*
 * Certificates in a PKCS#7 (.p7b, .p7c), as Windows' authorities hand out chains: a signed message without a message.
 * OpenSSL's stores do not look into these.
 */
#ifndef SIGN_BUNDLE_H
#define SIGN_BUNDLE_H

#include <stddef.h>

#include <openssl/x509.h>

/* The certificates of every PKCS#7 or CMS in the bytes, PEM, or the one in DER, in a list of its own; whatever else the
 * bytes are, the list is empty. NULL: out of memory. */
STACK_OF(X509) *bundle_certs(const void *bytes, size_t len);

#endif
