/*
 * The names in an open directory, with as few system calls as can be: where the C library lends the kernel's own call
 * (glibc), a stream of opendir(3) asks for what it needs not know, and for memory. Elsewhere it is that stream.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <dirent.h>
#include <stddef.h>

#ifdef __GLIBC__
struct scan {
	int dir;
	size_t at, len; /* of what the kernel gave last: the next entry, and the end */
	_Alignas(struct dirent64) char entries[8192];
};
#else
struct scan {
	DIR *stream; /* NULL: it cannot be read */
};
#endif

/* Begins at the first entry. The descriptor stays the caller's, and is at the directory's end afterwards. */
void scan_begin(struct scan *scan, int dir);

/* The next name, "." and ".." too, until the next call. NULL: there are no more, or they cannot be read. */
const char *scan_next(struct scan *scan);

/* After the last name that is wanted. */
void scan_end(struct scan *scan);

#endif
