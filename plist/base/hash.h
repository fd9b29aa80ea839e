/*
 * uthash, with a hash that nobody can make up keys for.
 *
 * Keys and names are other people's. With uthash's own hash a file can hold a hundred thousand keys that all fall into
 * one bucket, and then every look at one of them is a walk along all. So every table hashes with SipHash-1-3 and a
 * secret of this process. This header stands in the place of <uthash.h>, which nobody includes alone.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

#define HASH_FUNCTION(key, len, value) ((value) = hash_of((key), (len)))

#include <uthash.h>

unsigned hash_of(const void *key, size_t len);

#endif
