/*
 * Files on disk: read whole, replaced whole.
 *
 * A `place` is a file found once and for all: its directory is open and the file is named in it, so that it
 * can be read and replaced even when a mount covers the path it was found by. A place owns its descriptor
 * and its names; place_close() gives them back.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/pieces.h"
#include "plist/base/walk.h"

struct place {
	int dir;     /* O_PATH or O_RDONLY descriptor of the directory; -1: closed */
	char *name;  /* in that directory: never a symbolic link when it was opened */
	char *path;  /* absolute, links resolved (realpath) */
	char *shown; /* as the user gave it, for messages */
};

#define PLACE_INIT ((struct place){ .dir = -1 })

/* Finds `path`: follows symbolic links, also of the file itself. The file need not be there (its directory
 * must). 0, or -1: no such directory, not a directory, ... */
int place_open(struct place *place, const char *path, struct error *err);

/* The same for a path below an open directory, without a look at what has been mounted over that since; so the path
 * that is remembered is the kernel's, where it tells (proc(5)). EDEADLK: the way leads into base->ours. */
int place_open_at(struct place *place, const struct walk_base *base, const char *path, struct error *err);

void place_close(struct place *place);

/* Writes the place's directory through to the disk, where that can be done. 0 or -1. */
int place_sync(const struct place *place, struct error *err);

/* Reads the file at a place into `out` (replaces what was in it). `max`: EFBIG above it. `st` (may be NULL)
 * is what fstat said. Anything but a regular file is refused. 0, or -1 with the file's shown name. */
int file_read(const struct place *place, size_t max, struct buf *out, struct stat *st, struct error *err);

/* Whether the file at a place has the contents of `with`, read bit by bit. The rest is as with file_read(). */
int file_compare(const struct place *place, size_t max, const struct pieces *with, bool *same, struct stat *st,
		 struct error *err);

/* Reads a file by its path, following links, pipes allowed. */
int file_read_path(const char *path, size_t max, struct buf *out, struct error *err);

/* Reads what is left of an open file or pipe, which stays open. The error names no file. */
int file_read_fd(int fd, size_t max, struct buf *out, struct error *err);

/* Writes all of it, however often write(2) is interrupted or takes less. 0, or -1 with errno set. */
int file_write_all(int fd, const void *bytes, size_t len);

/* How file_replace() goes about it. */
struct replace_options {
	const struct stat *like;  /* owner and mode to keep; -1 as owner or group: whoever makes it;
				   * NULL: 0644 and the umask */
	const char *backup;       /* suffix: the old file stays under NAME+suffix; NULL: it does not */
};

/* Replaces the file at a place, atomically: a temporary file in the same directory, owner, mode, access
 * lists and other extended attributes of the old one, fsync, rename, fsync of the directory. Whatever
 * happens, the file is the old one or the new one; the temporary one never stays. 0 with `*st` (may be
 * NULL) what the new file is, or -1. */
int file_replace(const struct place *place, const void *bytes, size_t len,
		 const struct replace_options *options, struct stat *st, struct error *err);
int file_replace_by(const struct place *place, const struct pieces *bytes, const struct replace_options *options,
		    struct stat *st, struct error *err);

/* Writes over the file that is there, which keeps its inode, owner and all: for where nothing can be put in its
 * place, as it is a mount point of its own. Not atomic: whoever calls has what it takes to do it again. 0 with `*st`
 * what the file is then, or -1. */
int file_overwrite(const struct place *place, const void *bytes, size_t len, struct stat *st, struct error *err);

/* True if `suffix` can make a backup's name: not empty, no '/', and the name not too long. */
bool file_backup_fits(const struct place *place, const char *suffix);

/* Makes a new file beside a place, called ".NAME" + `suffix`, or with ".2", ".3", ... after it when that is
 * there; mode 0600, fsynced. Never overwrites. `made` gets its name. A NAME too long for that is cut.
 * 0 or -1. */
int file_beside(const struct place *place, const char *suffix, const void *bytes, size_t len,
		struct buf *made, struct error *err);

/* The files of one suffix that file_beside() made. */
struct beside {
	const char *suffix;
	size_t count;
	struct buf first; /* the first one's name, if there is one; whoever asks frees it */
};

#define BESIDE_KINDS_MAX 4

/* Counts the files beside a place, of up to BESIDE_KINDS_MAX suffixes in one listing. There is none in a directory
 * that may not be listed. */
void file_count_beside(const struct place *place, struct beside *kinds, size_t kind_count);

#endif
