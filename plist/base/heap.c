#include "plist/base/heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define AT_ONCE_MAX ((size_t)1024 * 1024)

/* What malloc(3) takes from its heap at the beginning; it maps what is larger by itself. */
#define HEAP_MAX ((size_t)96 * 1024)

/* Some large pages at least: of 2 MB on most machines. */
#define LARGE_MIN ((size_t)8 * 1024 * 1024)

/* The whole pages between two addresses. */
static void advise(uintptr_t start, uintptr_t end, int advice)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	start = (start + page - 1) / page * page;
	end = end / page * page;
	if (start < end)
		(void)madvise((void *)start, end - start, advice);
}

void heap_large(void *memory, size_t size)
{
#ifdef MADV_HUGEPAGE
	if (size >= LARGE_MIN)
		advise((uintptr_t)memory, (uintptr_t)memory + size, MADV_HUGEPAGE);
#else
	(void)memory;
	(void)size;
#endif
}

#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)

/* After a large block was freed, glibc takes blocks as large from the heap, and keeps them in it (mallopt(3)). */
static void make_room(void)
{
	void *volatile block = malloc(AT_ONCE_MAX);

	free(block);
}

void heap_expect(size_t bytes)
{
	size_t wanted = bytes < AT_ONCE_MAX ? bytes : AT_ONCE_MAX;
	char *block;

	if (wanted > HEAP_MAX)
		make_room();
	block = malloc(wanted);
	if (block)
		advise((uintptr_t)block, (uintptr_t)block + wanted, MADV_POPULATE_WRITE);
	free(block);
}

#else

void heap_expect(size_t bytes)
{
	(void)bytes;
}

#endif
