#include "sign/memory.h"

#include <stddef.h>
#include <stdlib.h>

#include <openssl/crypto.h>

static _Thread_local bool failed;

/* OpenSSL leaves what it says of a size of 0 to whoever stands in for its own functions. */
static void *allocate(size_t size, const char *file, int line)
{
	void *memory;

	(void)file;
	(void)line;
	if (size == 0)
		return NULL;
	memory = malloc(size);
	if (!memory)
		failed = true;
	return memory;
}

static void release(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

static void *allocate_again(void *memory, size_t size, const char *file, int line)
{
	void *moved;

	if (size == 0) {
		release(memory, file, line);
		return NULL;
	}
	moved = realloc(memory, size);
	if (!moved)
		failed = true;
	return moved;
}

void memory_watch(void)
{
	CRYPTO_set_mem_functions(allocate, allocate_again, release);
}

bool memory_failed(void)
{
	return failed;
}

void memory_forget(void)
{
	failed = false;
}
