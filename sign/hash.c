#include "sign/hash.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sign/openssl_error.h"

/* Looked up once: that takes longer than to hash what is short. NULL: OpenSSL has none, or no memory. */
static const EVP_MD *sha256(void)
{
	static _Atomic(EVP_MD *) kept;
	EVP_MD *none = NULL, *found = kept;

	if (found)
		return found;
	found = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!found || atomic_compare_exchange_strong(&kept, &none, found))
		return found;
	EVP_MD_free(found);
	return none;
}

void hash_digits(const unsigned char *bytes, size_t count, char *digits)
{
	static const char all[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < count; i++) {
		digits[2 * i] = all[bytes[i] >> 4];
		digits[2 * i + 1] = all[bytes[i] & 15];
	}
}

/* --- one after the other ---------------------------------------------------------------------------- */

struct hasher {
	EVP_MD_CTX *context;
	bool used; /* the context has its type: it need not be found out again who makes that */
};

int hasher_new(struct hasher **out, struct error *err)
{
	struct hasher *hasher = calloc(1, sizeof(*hasher));

	if (!hasher)
		return error_memory(err);
	hasher->context = EVP_MD_CTX_new();
	if (!hasher->context) {
		free(hasher);
		return error_memory(err);
	}
	*out = hasher;
	return 0;
}

void hasher_free(struct hasher *hasher)
{
	if (!hasher)
		return;
	EVP_MD_CTX_free(hasher->context);
	free(hasher);
}

static int begin(const struct hasher *hasher)
{
	const EVP_MD *type = hasher->used ? NULL : sha256();

	if (!hasher->used && !type)
		return -1;
	return EVP_DigestInit_ex(hasher->context, type, NULL) == 1 ? 0 : -1;
}

static int make(const struct hasher *hasher, const struct iovec *pieces, size_t count, unsigned char *hash)
{
	size_t i;

	if (begin(hasher) < 0)
		return -1;
	for (i = 0; i < count; i++)
		if (EVP_DigestUpdate(hasher->context, pieces[i].iov_base, pieces[i].iov_len) != 1)
			return -1;
	return EVP_DigestFinal_ex(hasher->context, hash, NULL) == 1 ? 0 : -1;
}

int hasher_sha256(struct hasher *hasher, const struct iovec *pieces, size_t count, unsigned char *hash,
		  struct error *err)
{
	openssl_begin();
	hasher->used = make(hasher, pieces, count, hash) == 0;
	if (!hasher->used)
		return openssl_error(err, NULL, "the SHA-256 of a value cannot be made");
	return openssl_end(0, err);
}

/* --- one alone -------------------------------------------------------------------------------------- */

int hash_sha256(const void *bytes, size_t len, struct buf *out, struct error *err)
{
	const struct iovec piece = { (void *)bytes, len };

	return hash_sha256_of(&piece, 1, out, err);
}

int hash_sha256_of(const struct iovec *pieces, size_t count, struct buf *out, struct error *err)
{
	unsigned char hash[HASH_LEN];
	char digits[2 * HASH_LEN];
	struct hasher *hasher;
	int result;

	if (hasher_new(&hasher, err) < 0)
		return -1;
	result = hasher_sha256(hasher, pieces, count, hash, err);
	hasher_free(hasher);
	if (result < 0)
		return -1;
	hash_digits(hash, HASH_LEN, digits);
	buf_add(out, digits, sizeof(digits));
	return buf_ok(out) ? 0 : error_memory(err);
}
