/*
 * A byte buffer that grows.
 *
 * Invariants:
 *   - `data[len]` is a NUL once something was added, so that text can be read as a C string; `len` does
 *     not count it, and the bytes may hold NULs of their own.
 *   - A buffer whose memory ran out is `failed`: it stays as it was, ignores every further addition, and
 *     buf_ok() is false. So additions need no check one by one; whoever uses the result checks once.
 *   - Memory that is given back (when growing too) is wiped first, as far as it was used: buffers hold values and keys.
 *   - Memory that buffers have in common (buf_share()) is never written to: whoever adds or forgets something gets
 *     memory of its own first. `data` of such a buffer is to be read only. It belongs to one thread.
 *
 * Who makes a buffer frees it with buf_free().
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdbool.h>

struct buf {
	char *data;
	size_t len;
	size_t size;
	size_t used;      /* the largest `len` that there was in this memory */
	unsigned *owners; /* how many buffers have this memory; NULL: this one alone */
	bool failed;
};

#define BUF_INIT ((struct buf){ 0 })

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_add_number(struct buf *buf, unsigned long number); /* in decimal */
void buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for `more` bytes, to be added in pieces. Memory that is never used is not touched. */
void buf_reserve(struct buf *buf, size_t more);

/* Makes the buffer `more` bytes longer. Where they are, for who fills them in at once; NULL: it failed. */
char *buf_extend(struct buf *buf, size_t more);

/* Makes room for `more` bytes at the end, for who does not know yet how many there will be: where they go, or NULL.
 * Then buf_filled() makes the buffer longer by as many as came. Memory that none came into is not touched. */
char *buf_room(struct buf *buf, size_t more);
void buf_filled(struct buf *buf, size_t len);

/* Makes the buffer exactly `len` bytes long; new bytes are zero. */
void buf_resize(struct buf *buf, size_t len);

/* Replaces the contents. */
void buf_assign(struct buf *buf, const void *bytes, size_t len);

/* Replaces the contents by those of `from`, as buf_assign() does, and has the memory in common with it. */
void buf_share(struct buf *buf, struct buf *from);

/* Forgets the contents (wiped), keeps the memory and clears `failed`. */
void buf_clear(struct buf *buf);

/* True if nothing was lost for want of memory. */
bool buf_ok(const struct buf *buf);

/* The contents as a C string, never NULL. */
const char *buf_text(const struct buf *buf);

bool buf_equals(const struct buf *buf, const void *bytes, size_t len);

/* Hands the memory to the caller (free() it) and leaves an empty buffer. NULL if nothing was ever added. */
char *buf_steal(struct buf *buf, size_t *len);

void buf_free(struct buf *buf);

/* Frees a buffer at the end of its scope. */
#define BUF_AUTO __attribute__((cleanup(buf_free))) struct buf

#endif
