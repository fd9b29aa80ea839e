#include "sign/hash.h"

#include <openssl/evp.h>

#include "sign/openssl_error.h"

int hash_sha256(const void *bytes, size_t len, struct buf *out, struct error *err)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	openssl_begin();
	if (EVP_Digest(len ? bytes : "", len, hash, &size, EVP_sha256(), NULL) != 1)
		return openssl_error(err, NULL, "the SHA-256 of a value cannot be made");
	for (unsigned i = 0; i < size; i++)
		buf_add_format(out, "%02x", hash[i]);
	if (openssl_end(0, err) < 0)
		return -1;
	return buf_ok(out) ? 0 : error_memory(err);
}
