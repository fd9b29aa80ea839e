/*
 * The names in an open directory, with as few system calls as can be: a stream of opendir(3) asks for what it needs not
 * know, and for memory.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <dirent.h>
#include <stddef.h>

struct scan {
	int dir;
	size_t at, len; /* of what the kernel gave last: the next entry, and the end */
	_Alignas(struct dirent64) char entries[8192];
};

/* Begins where the descriptor stands, which stays the caller's. */
void scan_begin(struct scan *scan, int dir);

/* The next name, "." and ".." too, until the next call. NULL: there are no more, or they cannot be read. */
const char *scan_next(struct scan *scan);

#endif
