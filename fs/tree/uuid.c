#include "fs/tree/uuid.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>

/* Spells it, with its version and variant. */
static void spell(unsigned char b[16], unsigned version, char out[UUID_SIZE])
{
	b[6] = (unsigned char)((b[6] & 0x0F) | version << 4);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	snprintf(out, UUID_SIZE, "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X",
		 b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
		 b[14], b[15]);
}

void uuid_make(char out[UUID_SIZE])
{
	unsigned char b[16];

	/* Sixteen bytes come whole and uninterrupted; this fails only where the system call is forbidden. */
	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		abort();
	spell(b, 4, out);
}

/* FNV-1a, 64 bits, going on from another hash; with a last step that lets every bit of it depend on all. */
static uint64_t hash_of(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ at[i]) * 0x100000001b3u;
	hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
	return hash ^ (hash >> 33);
}

void uuid_make_from(const void *bytes, size_t len, char out[UUID_SIZE])
{
	uint64_t high = hash_of(0xcbf29ce484222325u, bytes, len), low = hash_of(high, bytes, len);
	unsigned char b[16];
	unsigned i;

	for (i = 0; i < 8; i++) {
		b[i] = (unsigned char)(high >> (56 - 8 * i));
		b[8 + i] = (unsigned char)(low >> (56 - 8 * i));
	}
	spell(b, 8, out);
}

bool uuid_is_same(const struct scalar *uuid, const char *text, size_t len)
{
	return uuid->len == len && strncasecmp(uuid->at, text, len) == 0;
}
