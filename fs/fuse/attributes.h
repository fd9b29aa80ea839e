/*
 * Attributes that the kernel has, and how it learns that they changed.
 *
 * It keeps what it was given until it is told, which is a system call for us, or until it forgets by itself, with the
 * answer to a request that changes them. What it forgets by itself it need not be told, if nothing comes after it that
 * was given before:
 *
 *   FORGETS_ALL   an answer that another thread is still to take in is void, too: the kernel counts (attr_version)
 *   FORGETS_KEPT  only what is there by then is void. An older answer on its way to another thread would be taken in
 *                 after that, and stay. One on its way to the thread that asked for the change there is none: a
 *                 thread takes one answer in before it asks again
 *
 * An answer that is an error makes it forget nothing: what it was not told because of that answer it is told then.
 */
#ifndef FUSE_ATTRIBUTES_H
#define FUSE_ATTRIBUTES_H

#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum forgetting { FORGETS_ALL, FORGETS_KEPT };

struct forgotten {
	fuse_ino_t ino;
	enum forgetting how;
	bool owed; /* they changed, and the kernel was not told */
};

struct attributes {
	struct fuse_session *session;  /* NULL: the kernel cannot be told anything */
	uint32_t asker;                /* the thread whose request is answered; 0: not known */
	struct forgotten forgotten[2]; /* with the answer to it; a rename has two directories */
	size_t count;
};

/* A request comes: nothing is known of it yet. */
void attributes_begin(struct attributes *attributes);

/* The kernel forgets those of `ino` when it hears that the request succeeded. */
void attributes_forgotten(struct attributes *attributes, fuse_ino_t ino, enum forgetting how);

/* They changed, of an inode whose attributes `holder` was given: for tree_surroundings.attributes_changed. */
bool attributes_changed(struct attributes *attributes, fuse_ino_t ino, uint32_t holder);

/* The request will be answered with an error: the kernel is told now what it will not forget. */
void attributes_failed(struct attributes *attributes);

/* The answer was sent, with what result (0 or negative): what nobody heard makes the kernel forget nothing either. The
 * result. */
int attributes_answered(struct attributes *attributes, int sent);

#endif
