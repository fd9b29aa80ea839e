/*
 * Memory that is about to be used, asked for at once.
 *
 * The kernel gives memory a page at a time, when each is touched first. Such a fault costs several times what the page
 * does, on some virtual machines fifty times: whoever knows that he will use much says so. Nothing depends on it. Where
 * the kernel or the C library knows no such thing, memory is what it always is.
 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/* As malloc(3) of an array that will be filled, for free(3). NULL: out of memory. */
void *pages_alloc(size_t count, size_t size);

/* The same, all zero. */
void *pages_alloc_zero(size_t count, size_t size);

/* Has the heap ready for about so many bytes that will be allocated in small pieces; more than a megabyte is not taken
 * at once. For the first thread of a process. */
void pages_expect(size_t bytes);

/* Says of memory that was just allocated that it will be used from its beginning on: if it is large, the kernel may
 * give it in large pages, as it is touched. */
void pages_large(void *memory, size_t size);

#endif
