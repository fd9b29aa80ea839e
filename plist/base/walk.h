/*
 * Walking to a directory one name at a time, as the kernel would find it, but never into one file system: the one that
 * this process serves itself. Nobody would answer there, and the process would wait for itself for ever.
 */
#ifndef BASE_WALK_H
#define BASE_WALK_H

#include <stdbool.h>
#include <sys/types.h>

/* Where paths count from. Borrows the descriptor and the name. */
struct walk_base {
	int dir;           /* an open directory */
	const char *shown; /* what the user called it */
	dev_t ours;        /* the file system that is not entered; 0: there is none */
};

/* The file system that is mounted at `path`, found without asking it anything; 0: not known. */
dev_t walk_device(const char *path);

/* Opens the directory at `path`, which counts from base->dir unless it is absolute; links are followed. The descriptor
 * (O_PATH if the directory may only be searched), or -1 with errno; EDEADLK: the way leads into `ours`. */
int walk_open(const struct walk_base *base, const char *path);

/* What `name` in an open directory is, itself and no link's target. 0, or -1 with errno; EDEADLK: it is `ours`. */
int walk_look(const struct walk_base *base, int dir, const char *name, mode_t *mode);

#endif
