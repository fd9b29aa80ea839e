#include "plist/base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Fewer are not worth a system call. */
#define PAGES_LEAST 8

#define EXPECTED_MOST ((size_t)1024 * 1024)

/* What malloc(3) takes from its heap at the beginning; it maps what is larger by itself. */
#define HEAP_MOST ((size_t)96 * 1024)

/* Some large pages at least: of 2 MB on most machines. */
#define LARGE_LEAST ((size_t)8 * 1024 * 1024)

#if defined(MADV_POPULATE_WRITE) || defined(MADV_HUGEPAGE)
/* Of the whole pages in it. */
static void advise(void *memory, size_t size, size_t least, int advice)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = ((uintptr_t)memory + page - 1) / page * page, end = ((uintptr_t)memory + size) / page * page;

	if (start < end && end - start >= least)
		(void)madvise((void *)start, end - start, advice);
}
#endif

/* A kernel that does not know it does nothing. */
static void ask_for(void *memory, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	advise(memory, size, PAGES_LEAST * (size_t)sysconf(_SC_PAGESIZE), MADV_POPULATE_WRITE);
#else
	(void)memory;
	(void)size;
#endif
}

void pages_large(void *memory, size_t size)
{
#ifdef MADV_HUGEPAGE
	if (size >= LARGE_LEAST)
		advise(memory, size, LARGE_LEAST, MADV_HUGEPAGE);
#else
	(void)memory;
	(void)size;
#endif
}

void *pages_alloc(size_t count, size_t size)
{
	void *memory = size && count > SIZE_MAX / size ? NULL : malloc(count * size);

	if (!memory)
		return NULL;
	pages_large(memory, count * size);
	ask_for(memory, count * size);
	return memory;
}

/* Not by calloc(3), which may touch what is not zero yet. */
void *pages_alloc_zero(size_t count, size_t size)
{
	void *memory = pages_alloc(count, size);

	if (memory)
		memset(memory, 0, count * size);
	return memory;
}

#ifdef __GLIBC__

/* After a large block was freed, glibc takes blocks as large from the heap, and keeps them in it (mallopt(3)). */
static void make_room(void)
{
	void *volatile block = malloc(EXPECTED_MOST);

	free(block);
}

void pages_expect(size_t bytes)
{
	size_t wanted = bytes < EXPECTED_MOST ? bytes : EXPECTED_MOST;
	char *block;

	if (wanted > HEAP_MOST)
		make_room();
	block = malloc(wanted);
	if (block)
		ask_for(block, wanted);
	free(block);
}

#else

void pages_expect(size_t bytes)
{
	(void)bytes;
}

#endif
