#include "sign/hash.h"

#include <openssl/evp.h>
#include <stdatomic.h>

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

static void add_digits(const unsigned char *bytes, size_t count, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * EVP_MAX_MD_SIZE];
	size_t i;

	for (i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	buf_add(out, text, 2 * count);
}

int hash_sha256(const void *bytes, size_t len, struct buf *out, struct error *err)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	const EVP_MD *type;

	openssl_begin();
	type = sha256();
	if (!type || EVP_Digest(len ? bytes : "", len, hash, &size, type, NULL) != 1)
		return openssl_error(err, NULL, "the SHA-256 of a value cannot be made");
	add_digits(hash, size, out);
	if (openssl_end(0, err) < 0)
		return -1;
	return buf_ok(out) ? 0 : error_memory(err);
}
