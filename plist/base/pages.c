#include "plist/base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Fewer are not worth a system call. */
#define PAGES_LEAST 8

static void ask_for_pages(void *memory, size_t size)
{
#ifdef MADV_POPULATE_WRITE /* a kernel that does not know it does nothing */
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = ((uintptr_t)memory + page - 1) / page * page, end = ((uintptr_t)memory + size) / page * page;

	if (start < end && end - start >= PAGES_LEAST * page)
		madvise((void *)start, end - start, MADV_POPULATE_WRITE);
#else
	(void)memory;
	(void)size;
#endif
}

void *pages_alloc(size_t count, size_t size)
{
	void *memory = size && count > SIZE_MAX / size ? NULL : malloc(count * size);

	if (memory)
		ask_for_pages(memory, count * size);
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
