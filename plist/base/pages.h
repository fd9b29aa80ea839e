/*
 * Memory all of which is about to be written.
 *
 * The kernel gives memory a page at a time, when each is touched first. That fault costs more than the page does, most
 * of all in a virtual machine: whoever knows that much will be written asks for all of it at once.
 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/* As malloc(3) of an array, for free(3); its pages are there, as far as the kernel likes. NULL: out of memory. */
void *pages_alloc(size_t count, size_t size);

/* The same, all zero. */
void *pages_alloc_zero(size_t count, size_t size);

#endif
