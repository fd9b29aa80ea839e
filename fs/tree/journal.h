/*
 * The journal of one profile: what was committed and is not saved yet, on disk, so that it outlives the process.
 *
 * It lies in the user's state directory ($XDG_STATE_HOME, else ~/.local/state: XDG Base Directory Specification;
 * without a $HOME the home is what passwd(5) says), 0700, in a file of its own, 0600, that is named by the profile's
 * real path and by the digest of the content that the changes apply to. That content is in it, too: whatever happens to
 * the profile, what was edited can be told. Whoever writes it keeps it locked, so that others can tell a journal in use
 * from what a crash left.
 *
 *     profilefs journal 1\n
 *     record: kind (1 byte), length of the body (4, little endian), check of these (4), sum (16), body
 *
 * A sum is the first quarter of the SHA-256, in hexadecimal digits, over the sum before, kind, length and body: so no
 * record can be missing, changed or in another place. Of a content the body counts by its digest, which is in the name,
 * too: it is made once. The check tells a record that was not written to its end from one
 * whose length is not what was written. One operation on the tree is one record: it is replayed whole or not
 * at all. What a change's bytes mean is in change.h. Of an encrypted profile only the path and the bytes that are on
 * disk anyway can be read by everybody: whoever writes and reads its journal locks and unlocks the rest (sign/vault.h).
 */
#ifndef TREE_JOURNAL_H
#define TREE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/pieces.h"

enum journal_kind {
	JOURNAL_HEAD = 1, /* the profile's real path, as text */
	JOURNAL_BASE,     /* as JOURNAL_CONTENT, in journals of before; its body is in its sum as any other is */
	JOURNAL_BEGUN,    /* the same for a profile that is not there yet: what it began with, as a property list */
	JOURNAL_CHANGES,  /* what one operation committed */
	JOURNAL_SAVING,   /* the digest of a file that a save is about to put in place: all before this is in it */
	JOURNAL_OVER,     /* the bytes that a save is about to write over the file, as none can be put in its place */
	JOURNAL_KEY,      /* what opens locked records, encrypted for who may read the profile */
	JOURNAL_SHOWN,    /* locked: the property list that the changes apply to, as it was shown */
	JOURNAL_LOCKED,   /* locked: what one operation committed */
	JOURNAL_CONTENT   /* the file's bytes that the changes apply to; they were on disk */
};

/* A piece of a file that was read. */
struct journal_record {
	enum journal_kind kind;
	const char *body;
	size_t len;
};

/* The digest by which a content is known: the SHA-256, in digits. */
#define JOURNAL_DIGEST_LEN 64

/* `digest` gets so many digits and a NUL. 0 or -1. */
int journal_digest(const void *bytes, size_t len, char *digest, struct error *err);
int journal_digest_of(const struct pieces *bytes, char *digest, struct error *err);

/* --- writing ---------------------------------------------------------------------------------------- */

struct journal;

/* What a journal begins with. Borrowed. */
struct journal_head {
	const char *path;        /* real, absolute */
	const struct pieces *base;
	const char *digest;      /* of `base`, if it is known; NULL: it is made */
	bool begun;              /* `base` was never on disk, and is one piece */
	const struct buf *key;   /* of an encrypted profile, what JOURNAL_KEY says: all changes are locked; or NULL */
	const struct buf *shown; /* then what JOURNAL_SHOWN says */
};

/* Makes the directory, if need be, and sees that a file could be made in it. `dir` is what journal_find() opened, or
 * -1. 0, or -1 with the reason. */
int journal_ready(int dir, struct error *err);

/* Makes a journal. One that is there under the name is left alone: it has another number then. 0, or -1. */
int journal_begin(const struct journal_head *head, struct journal **out, struct error *err);

/* Writes what one operation committed; the bytes are locked if the journal has a key. After this it survives the
 * process; after journal_sync() the machine. 0, or -1, and nothing of it is there. */
int journal_add(struct journal *journal, const void *changes, size_t len, struct error *err);

/* Adds that a file of this digest is about to be put in the profile's place. 0 or -1. */
int journal_saving(struct journal *journal, const char *digest, struct error *err);

/* Adds the bytes that are about to be written over the profile, and sees them on the disk. 0 or -1. */
int journal_over(struct journal *journal, const void *bytes, size_t len, struct error *err);

/* fdatasync(2). 0 or -1. */
int journal_sync(struct journal *journal, struct error *err);

/* It is not needed any more: removed, closed, freed. NULL is fine. */
void journal_remove(struct journal *journal);

/* Closed, freed; stays on disk. NULL is fine. */
void journal_close(struct journal *journal);

/* --- reading ---------------------------------------------------------------------------------------- */

/* How whole a file is. */
enum journal_state {
	JOURNAL_WHOLE,
	JOURNAL_TORN,    /* its last record was not written to its end, and is left out */
	JOURNAL_DAMAGED, /* a record in it is not what was written; it and all after it are left out */
	JOURNAL_IN_USE   /* a process writes it: nothing was read but the path */
};

/* A journal that was found. */
struct journal_file {
	char *name;                     /* in the directory */
	char *path;                     /* the profile's; "": the file is too damaged to tell */
	enum journal_state state;
	bool aside;                     /* no mount looks at it any more */
	struct buf bytes;
	struct journal_record *records; /* in `bytes`; the first two are the head and the base */
	size_t count;
	size_t good;                    /* bytes of the file up to the last good record's end */
	char sum[17];                   /* that record's */
	int fd;                         /* open and locked; -1: in use by somebody else */
};

#define JOURNAL_FILE_INIT ((struct journal_file){ .fd = -1 })

/* All journals of the profile with that real path, or of all for NULL; sorted by name. What cannot be opened is
 * skipped; no directory is no journal. `*files` is an array (journal_files_free()). `*dir` (may be NULL) is the
 * directory, still open, or -1. 0, or -1. */
int journal_find(const char *path, struct journal_file **files, size_t *count, int *dir, struct error *err);
void journal_files_free(struct journal_file *files, size_t count);

/* True if it has a key, and its changes are locked. */
bool journal_is_locked(const struct journal_file *file);

/* True if it applies to a file with these bytes (`begun`: to no file). */
bool journal_fits(const struct journal_file *file, const void *bytes, size_t len, bool begun);
bool journal_fits_to(const struct journal_file *file, const struct pieces *bytes, bool begun);

/* True if all that it holds is in a file of this digest: a save was cut short after it was done. */
bool journal_is_saved(const struct journal_file *file, const char *digest);

/* The record of what was to be written over the file, if that is the last thing that happened. NULL: it is not. */
const struct journal_record *journal_unfinished(const struct journal_file *file);

/* Goes on writing one that was read and is not damaged; what was torn is cut off. Takes the file's descriptor. 0 or
 * -1. */
int journal_resume(struct journal_file *file, struct journal **out, struct error *err);

/* Gives it a name under which no mount looks for it, and says which. 0, or -1. */
int journal_set_aside(struct journal_file *file, struct error *err);

/* Gives it back the name under which a mount finds it. 0, or -1: there is another one. */
int journal_put_back(struct journal_file *file, struct error *err);

/* Removes the file of one that was read. 0, or -1. */
int journal_drop(struct journal_file *file, struct error *err);

#endif
