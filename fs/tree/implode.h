/*
 * Imploding: an exploded tree back to the file of a profile. Its counterpart is explode.h.
 *
 * What the tree was exploded from, or an earlier version of it, may be given as the base: then the result is the base
 * with nothing changed but what differs (reconcile.h), in its format and its envelope. Without a base it is laid out
 * as new.
 *
 * An implosion is made, put where it belongs, and ended. It owns what it opened; implosion_end() gives it back.
 */
#ifndef TREE_IMPLODE_H
#define TREE_IMPLODE_H

#include <stdbool.h>

#include "fs/tree/exploded.h"
#include "fs/tree/parcel.h"
#include "fs/tree/profile.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/schema/check.h"
#include "sign/signer.h"

/* Strings are borrowed. Zeroed, but for `checks`: the defaults. */
struct implode_options {
	struct check_options checks; /* how types are known, and what the result is held against */
	enum check_level check;      /* what becomes of errors that the base did not have */
	enum profile_format format;  /* keep: the base's, XML without one */
	const struct signer *signer; /* NULL: there is no key */
	const char *digest;          /* NULL: the base's, at least SHA-256 */
	bool unsign;                 /* plain, although the base or what it replaces is signed */
	bool force;                  /* also if the base's signature does not fit */
};

struct implosion {
	const char *tree;     /* borrowed */
	const char *output;   /* a file, "-"; borrowed */
	struct parcel parcel; /* the base, or nothing */
	struct buf bytes;     /* what is to be put there */
	bool is_signed;       /* they are */
};

#define IMPLOSION_INIT ((struct implosion){ .parcel = { .place = PLACE_INIT, .lock = LOCK_INIT } })

/* Reads the tree at `tree`, and `base` (a file, "-"; NULL: none), and makes the bytes for `output`. If that is the base
 * itself, it is locked against mounts until the end.
 *
 * `report` is called with every problem of the tree and its file, as exploded_read() does; with a note of every
 * payload that was made by hand (exploded.h); and with every error of the schema and every key unknown to it that the
 * base did not have, which is an error with CHECK_STRICT and a warning with CHECK_WARN. An error among them is a
 * failure. What is signed, and was edited or is to be replaced by something plain, needs a signer or `unsign`.
 *
 * What does not differ from the base is the base to the byte, its signature included, unless another format, `unsign`
 * or, for one that is plain, a signature is asked for.
 *
 * 0, or -1: nothing is open, nothing was written. */
int implosion_make(struct implosion *implosion, const char *tree, const char *base, const char *output,
		   const struct implode_options *options, exploded_report *report, void *context,
		   struct problems *notes, struct error *err);

/* Puts them there, atomically; the same bytes are not written. A new file has the mode of the base, else what the
 * tree's own mode lets others see. ESTALE if `output` is the base and was changed meanwhile. 0 or -1. Several threads
 * may do it at the same time, each with another one. */
int implosion_put(struct implosion *implosion, struct problems *notes, struct error *err);

void implosion_end(struct implosion *implosion);

#endif
