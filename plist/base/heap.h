/*
 * Memory that is soon needed, taken from the system at once: page by page, as it is touched, takes longer, and on some
 * virtual machines ten times as long.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stddef.h>

/* Has the heap ready for about so many bytes that will be allocated in small pieces; more than a megabyte is not taken
 * at once. Nothing depends on it: where it cannot be done, it is not. For the first thread of a process. */
void heap_expect(size_t bytes);

/* Says of memory that was just allocated that it will be used from its beginning on: if it is large, the system may
 * give it in large pages, as it is touched. */
void heap_large(void *memory, size_t size);

#endif
