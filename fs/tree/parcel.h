/*
 * A profile as a parcel: the file with its envelope, unwrapped, to be wrapped and put back as a whole. For commands
 * that change no key but the wrapping (sign, encrypt, decrypt), or have the new content from elsewhere (implode).
 *
 * A parcel owns what it opened; parcel_close() gives it back and saves nothing.
 */
#ifndef TREE_PARCEL_H
#define TREE_PARCEL_H

#include <stdbool.h>
#include <sys/stat.h>

#include "fs/tree/lock.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/file.h"
#include "plist/doc.h"
#include "sign/envelope.h"
#include "sign/signer.h"

struct parcel {
	struct place place;        /* where it lies (symbolic links followed); a stream has nothing but `shown` */
	struct lock lock;          /* held if `in_place` */
	bool in_place;             /* open for a change where it lies */
	struct stat found;         /* all zero for a stream */
	struct buf bytes;          /* as on disk */
	struct buf content;        /* the plist's bytes inside the envelope */
	struct envelope *envelope; /* of `bytes` */
};

/* Reads and unwraps a profile; "-" is the standard input. A signature that does not fit is an error [bad-signature]
 * unless `force`, where it is a warning in `notes`: signing what somebody changed would vouch for it. `in_place`: it
 * will be replaced: it is locked against a mount (waiting a moment for one that just leaves), and must be a regular
 * file that may be written; else pipes and devices are read, too. 0 or -1, then nothing is open. */
int parcel_open(struct parcel *parcel, const char *path, bool in_place, bool force, struct problems *notes,
		struct error *err);

/* A parcel in which nothing was, for what is new: plain and empty. `shown` is what messages call it. 0 or -1. */
int parcel_new(struct parcel *parcel, const char *shown, struct error *err);

/* Reads the property list in it: its top must be a dict, as a profile's is, and it must be one that can be written.
 * 0 with `doc` to be freed, or -1 [not-a-plist, not-a-profile, duplicate-key]. */
int parcel_read(const struct parcel *parcel, struct doc *doc, struct error *err);

/* True if there is a signature around it. */
bool parcel_is_signed(const struct parcel *parcel);

/* Wraps `plist`: signed by `signer` like the old envelope (seal_options as envelope_seal() has them), or plain for
 * NULL. envelope_seal() has verified what it made, and compared the content. Appends to `out`. 0 or -1. */
int parcel_wrap(const struct parcel *parcel, const struct signer *signer, const struct seal_options *options,
		const struct buf *plist, struct buf *out, struct problems *notes, struct error *err);

/* Puts `bytes` in the profile's place, atomically, with owner, attributes and mode kept, or what `at_most` leaves of
 * the mode, which is a note; ESTALE if its content is not what was read; the same bytes are not written. 0 or -1. */
int parcel_put_back(struct parcel *parcel, mode_t at_most, const struct buf *bytes, struct problems *notes,
		    struct error *err);

/* Puts them at `output` instead: atomically, with the mode of the profile (`found`) if it is new, or what `at_most`
 * leaves of that (what is there keeps its own, and must not be mounted); "-": standard output; what is there and no
 * regular file (a pipe, a device) is written into. A file that has these bytes is not written. 0 or -1. */
int parcel_put_at(const struct parcel *parcel, const char *output, mode_t at_most, const struct buf *bytes,
		  struct error *err);

void parcel_close(struct parcel *parcel);

#endif
