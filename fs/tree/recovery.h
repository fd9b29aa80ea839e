/*
 * What a profile's edits leave on disk until they are saved, and how they come back.
 *
 * Of a profile that is opened for editing, each commit is noted, and what one operation committed is written into the
 * profile's journal (journal.h) before the operation is answered. A save, or what keeps the edits beside the profile,
 * removes the journal. A profile that is opened and has one gets its edits back: recovery_begin() finds it and tries
 * it, recovery_replay() makes the edits, when the tree knows what was there before them.
 *
 * Of an encrypted profile everything that it shows is locked, with a key that its recipients alone can open.
 */
#ifndef TREE_RECOVERY_H
#define TREE_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/tree/journal.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/pieces.h"
#include "plist/doc.h"

struct change;
struct decryptor;
struct hidden;
struct profile;
struct tree;
struct vault;

/* What is done about journals. */
enum recovery_use {
	RECOVERY_NONE,   /* nothing: who only looks, or has its own way */
	RECOVERY_REPLAY, /* edits come back; what is new is saved as a whole or not at all, and is not written down */
	RECOVERY_KEEP    /* edits come back, and what is new is written down */
};

/* Of one profile. Zeroed: none. Owns its parts. */
struct recovery {
	bool keeps;                /* what is committed is noted */
	struct journal *journal;   /* NULL: nothing was written yet */
	struct journal *older;     /* of a file that was replaced, but perhaps not for good; or NULL */
	struct journal_file *left; /* what a crash left, until it was replayed; one */
	bool looked;               /* while it is opened: what was found is here, and the directory it is in */
	struct journal_file *found;
	size_t found_count;
	int found_dir;
	struct buf noted;          /* changes that are not in the journal yet */
	size_t mark;               /* where the last one begins in that */
	uint32_t last;             /* the last number that a node has; 0: they have none */
	bool guards;               /* the file is being written over: the journal is all that is whole */
	struct buf begun;          /* of a profile that is not there yet: what it began with; of an encrypted one: what
				    * it showed before the changes that are noted, until a journal is begun */
	struct vault *vault;       /* of an encrypted profile's journal; NULL: there is none yet */
	struct node *before;       /* what was there before edits came back; NULL: none did */
	struct pieces hashed;      /* what a save was to put in place; shared */
	char digest[JOURNAL_DIGEST_LEN + 1]; /* of that */
};

/* Looks for journals of a profile that was just opened. Those whose edits are saved are removed, what cannot be
 * replayed is set aside; what comes back, and what does not, is said in `notes`. A profile that is made may begin
 * as the journal says. 0, or -1: out of memory. */
int recovery_begin(struct profile *profile, enum recovery_use use, bool set_aside, struct problems *notes,
		   struct error *err);

/* Makes the edits that were found. 0 or -ENOMEM. */
int recovery_replay(struct tree *tree);

/* One change: before, after, and if it was not made. 0, or -1: out of memory. */
int recovery_note(struct profile *profile, const struct change *change);
void recovery_made(struct profile *profile, const struct change *change);
void recovery_unnote(struct profile *profile);

/* What was noted is in the journal when this returns 0; with -1 it is noted still. */
int recovery_write(struct profile *profile, struct error *err);

/* What was written is on the disk when this returns 0. */
int recovery_sync(struct profile *profile, struct error *err);

/* A file with these bytes is about to be put in place. 0 or -1. They are shared, as the next journal begins with them,
 * and their digest is made once; at the end of a save that did not make them the profile's they are forgotten. */
int recovery_saving(struct profile *profile, const struct pieces *bytes, struct error *err);
void recovery_forget(struct profile *profile);

/* These bytes are about to be written over the file: they are in the journal, on the disk, when this returns 0. After
 * that recovery_done() does nothing until recovery_guarded() says that it is written. */
int recovery_guard(struct profile *profile, const void *bytes, size_t len, struct error *err);
void recovery_guarded(struct profile *profile);

/* Of a profile whose file was just read, and nothing else: if a crash cut the writing over it short, finishes that, and
 * `bytes` are what is there then. 0, or -1: it cannot be. */
int recovery_finish_write(struct profile *profile, struct buf *bytes, struct problems *notes, struct error *err);

/* How many operations a journal holds. */
size_t recovery_count(const struct journal_file *file);

/* What a journal says, as far as it is whole. */
struct recovered {
	struct node *before;   /* what its changes apply to */
	struct doc after;      /* what comes of them */
	struct hidden *hidden; /* of an encrypted profile; else NULL */
};

/* `decryptor` opens that of an encrypted profile; NULL: there is none. 0 (recovered_free()), or -1 and there is nothing
 * to free: it is too damaged, its edits do not fit, it is encrypted and cannot be opened (EACCES). */
int recovery_read(const struct journal_file *file, const struct decryptor *decryptor, struct recovered *out,
		  struct error *err);

/* Appends the profile with the edits as XML, its payloads encrypted if they were. 0 or -1. */
int recovered_render(struct recovered *recovered, struct buf *out, struct problems *notes, struct error *err);

void recovered_free(struct recovered *recovered);

/* The file was replaced, and it is not certain that the disk knows it. What is committed from now on applies to what is
 * there now; the journal of what was there before stays as it is until recovery_done(). */
void recovery_replaced(struct profile *profile);

/* The edits are saved, or kept elsewhere, or not wanted: the journal is removed. */
void recovery_done(struct profile *profile);

/* A copy of the document as it was before edits came back; as it is, if none did. node_free() it. NULL: out of
 * memory. */
struct node *recovery_before(const struct profile *profile);

/* True if there is something in the journal. */
bool recovery_holds(const struct profile *profile);

/* At the end: what is in the journal stays there. */
void recovery_end(struct profile *profile);

#endif
