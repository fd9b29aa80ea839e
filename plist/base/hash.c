#include "plist/base/hash.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t secret[2];

/* Before main, and so before there are threads. Without randomness yet, what is hard to guess must do. */
__attribute__((constructor)) static void choose_secret(void)
{
	struct timespec now = { 0, 0 };

	if (getrandom(secret, sizeof(secret), GRND_NONBLOCK) == (ssize_t)sizeof(secret))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	secret[0] = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30;
	secret[1] = (uint64_t)(uintptr_t)&now;
}

/* In registers: so they must be part of the loop. */
#define INLINE inline __attribute__((always_inline))

static INLINE uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static INLINE void stir(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static INLINE void absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	stir(v);
	v[0] ^= word;
}

unsigned hash_of(const void *key, size_t len)
{
	uint64_t v[4] = { secret[0] ^ 0x736f6d6570736575, secret[1] ^ 0x646f72616e646f6d,
			  secret[0] ^ 0x6c7967656e657261, secret[1] ^ 0x7465646279746573 };
	const unsigned char *at = key;
	uint64_t word, tail = (uint64_t)len << 56;
	size_t left = len;

	for (; left >= sizeof(word); left -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		absorb(v, word);
	}
	while (left--)
		tail |= (uint64_t)at[left] << 8 * left;
	absorb(v, tail);
	v[2] ^= 0xff;
	stir(v);
	stir(v);
	stir(v);
	return (unsigned)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}
