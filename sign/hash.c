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

static int digest(EVP_MD_CTX *context, const struct iovec *pieces, size_t count, unsigned char *hash, unsigned *size)
{
	const EVP_MD *type = sha256();
	size_t i;

	if (!context || !type || EVP_DigestInit_ex(context, type, NULL) != 1)
		return -1;
	for (i = 0; i < count; i++)
		if (EVP_DigestUpdate(context, pieces[i].iov_base, pieces[i].iov_len) != 1)
			return -1;
	return EVP_DigestFinal_ex(context, hash, size) == 1 ? 0 : -1;
}

int hash_sha256_pieces(const struct iovec *pieces, size_t count, struct buf *out, struct error *err)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	EVP_MD_CTX *context;
	int result;

	openssl_begin();
	context = EVP_MD_CTX_new();
	result = digest(context, pieces, count, hash, &size);
	EVP_MD_CTX_free(context);
	if (result < 0)
		return openssl_error(err, NULL, "the SHA-256 of a value cannot be made");
	add_digits(hash, size, out);
	if (openssl_end(0, err) < 0)
		return -1;
	return buf_ok(out) ? 0 : error_memory(err);
}

int hash_sha256(const void *bytes, size_t len, struct buf *out, struct error *err)
{
	const struct iovec piece = { (void *)bytes, len };

	return hash_sha256_pieces(&piece, 1, out, err);
}
