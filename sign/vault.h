/*
 * Pieces of a file that only who has its key can read: each is encrypted by itself with AES-256-GCM (NIST SP 800-38D),
 * under a random nonce that stands before it; its tag stands behind it. Such nonces may be used for some four thousand
 * million pieces under one key (8.3 there): a vault is for one file, and has a key of its own.
 *
 * Who may have the key is the business of encryption.h.
 */
#ifndef SIGN_VAULT_H
#define SIGN_VAULT_H

#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

struct vault;

/* A vault with a random key. 0 with a new `*out`, or -1. */
int vault_new(struct vault **out, struct error *err);

/* The vault with this key, copied. 0 with a new `*out`, or -1: it is no key (EINVAL). */
int vault_with_key(const void *key, size_t len, struct vault **out, struct error *err);

/* Wipes the key. NULL is fine. */
void vault_free(struct vault *vault);

/* Appends the key. */
void vault_key(const struct vault *vault, struct buf *out);

/* Appends a piece, locked. 0 or -1; `out` is unchanged on failure. */
int vault_lock(const struct vault *vault, const void *bytes, size_t len, struct buf *out, struct error *err);

/* Appends a locked piece, opened. 0, or -1: it is not one, or not from this vault (EACCES); `out` is unchanged on
 * failure. */
int vault_unlock(const struct vault *vault, const void *bytes, size_t len, struct buf *out, struct error *err);

#endif
