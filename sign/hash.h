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
int hash_sha256_of(const struct iovec *pieces, size_t count, struct buf *out, struct error *err);

/* What makes one after the other, and asks for memory once. Who makes it frees it, in the same thread. */
struct hasher;

/* 0 with a new `*out`, or -1. */
int hasher_new(struct hasher **out, struct error *err);

/* NULL is fine. */
void hasher_free(struct hasher *hasher);

#define HASH_LEN 32

/* The SHA-256 of all pieces, one behind the other, as HASH_LEN bytes. 0 or -1. */
int hasher_sha256(struct hasher *hasher, const struct iovec *pieces, size_t count, unsigned char *hash,
		  struct error *err);

/* Writes two digits for each byte, and no NUL. */
void hash_digits(const unsigned char *bytes, size_t count, char *digits);

#endif
