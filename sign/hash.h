/*
 * The SHA-256 of some bytes, for whoever tells data apart without showing it.
 */
#ifndef SIGN_HASH_H
#define SIGN_HASH_H

#include <stddef.h>
#include <sys/uio.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* Appends it as 64 hexadecimal digits, in small letters as sha256sum(1) has them. 0, or -1: OpenSSL could not. */
int hash_sha256(const void *bytes, size_t len, struct buf *out, struct error *err);

/* The same of all pieces, one behind the other. */
int hash_sha256_pieces(const struct iovec *pieces, size_t count, struct buf *out, struct error *err);

#endif
