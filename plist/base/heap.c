#include "plist/base/heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define AT_ONCE_MAX ((size_t)1024 * 1024)

/* What malloc(3) takes from its heap at the beginning; it maps what is larger by itself. */
#define HEAP_MAX ((size_t)96 * 1024)

#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)

/* After a large block was freed, glibc takes blocks as large from the heap, and keeps them in it (mallopt(3)). */
static void make_room(void)
{
	void *volatile block = malloc(AT_ONCE_MAX);

	free(block);
}

/* The whole pages between two addresses. */
static void take_pages(uintptr_t start, uintptr_t end)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	start = (start + page - 1) / page * page;
	end = end / page * page;
	if (start < end)
		(void)madvise((void *)start, end - start, MADV_POPULATE_WRITE);
}

void heap_expect(size_t bytes)
{
	size_t wanted = bytes < AT_ONCE_MAX ? bytes : AT_ONCE_MAX;
	char *block;

	if (wanted > HEAP_MAX)
		make_room();
	block = malloc(wanted);
	if (block)
		take_pages((uintptr_t)block, (uintptr_t)block + wanted);
	free(block);
}

#else

void heap_expect(size_t bytes)
{
	(void)bytes;
}

#endif
