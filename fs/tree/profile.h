/*
 * One profile that is open: where it lies, what was found there, its envelope, its document, who signs it.
 *
 * profile_open() does everything that can fail for the user's sake (files, passphrases, signatures, locks)
 * before anything is mounted. A profile owns all that it opened; profile_close() gives it back and saves
 * nothing. Saving is fs/tree/save.h.
 */
#ifndef TREE_PROFILE_H
#define TREE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "fs/tree/hidden.h"
#include "fs/tree/lock.h"
#include "fs/tree/recovery.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "plist/base/pieces.h"
#include "plist/doc.h"
#include "plist/schema/check.h"
#include "sign/encryption.h"
#include "sign/envelope.h"
#include "sign/signer.h"

/* The largest file that is read: the largest plist in a PEM envelope, with room for certificates. */
#define PROFILE_SIZE_MAX limit_profile_file()

enum profile_format { FORMAT_KEEP, FORMAT_XML, FORMAT_BINARY };
enum check_level { CHECK_STRICT, CHECK_WARN, CHECK_OFF };

/* What all profiles of a folder have in common that are mounted as one tree (collection.h). Borrowed by them. */
struct profile_folder {
	struct walk_base base; /* their paths count from here: the mount may cover the folder */
	struct schema *schema;
	struct signer *signer; /* tried; NULL: none */
};

/* What the user asked for. Strings are borrowed and must outlive the profile. Zeroed: the defaults. */
struct profile_options {
	struct signer_files signer;  /* no keys: it is not signed */
	struct rule_levels levels;   /* how severe rules are */
	struct decryptor_files decrypt; /* no key: encrypted payloads are shown as they are */
	const char *digest;          /* NULL: the old signature's, at least SHA-256 */
	const char *output;          /* save here instead; NULL: where it was */
	const char *schema;          /* in place of what is built in: a folder or a file; NULL: none */
	const char *manifests;       /* a folder of ProfileManifests; NULL: none */
	const struct target *targets;
	size_t target_count;
	const char *backup;          /* suffix under which the old profile is kept; NULL: it is not */
	enum profile_format format;
	enum check_level check;
	bool read_only;
	bool merge;                  /* a conflict at the end is settled (settle.h) */
	bool unsign;                 /* save plain what was signed */
	bool create;                 /* the profile is not there yet: begin a fresh one */
	bool force;                  /* open it although its signature does not fit, or it is locked */
	bool no_placeholders;
	bool unknown_allowed;        /* keys that the schema does not know may be made */
	enum recovery_use recovery;  /* what is done about journals */
	bool no_recover;             /* edits that a crash left are set aside */
	bool no_journal;             /* nothing is written down */
	bool delete_allowed;         /* profiles may be removed from a folder of them */
	const struct profile_folder *folder; /* it is opened as one of a folder; NULL: by itself */
};

struct profile {
	struct profile_options options;
	struct place place;          /* where it lies (symbolic links followed) */
	struct place target;         /* where it is saved: the same, or `output` */
	struct lock lock;
	struct stat found;           /* of the file at `place` when it was read; zero if created */
	struct pieces bytes;         /* the file's content when it was read or last saved, envelope and all;
				      * empty: created and not saved yet, so nothing may be at `place` */
	struct pieces plist;         /* the plist's bytes inside it: what an unedited document renders to */
	struct envelope *envelope;
	struct signer *signer;       /* NULL: none */
	struct hidden *hidden;       /* what lies on disk if that is encrypted, and `doc` is not; else NULL */
	struct doc doc;
	struct check_options checks; /* what the document is held against; the schema is the profile's own, and is
				      * there whatever `check` says, for the types of keys */
	struct recovery recovery;
	bool read_only;              /* asked for, or because nothing could be saved: then `why_read_only` */
	struct error why_read_only;
	bool output_written;         /* `output` was given and is there */
	bool merging;                /* what is saved is merged with a file that the journal does not know */
	bool disputed;               /* at the end the edits met others at the same keys */
	bool recoded_said;           /* it was said that a save changed the encoding */
	struct stat dir_left;        /* of its directory, when profile_rest() gave that back */
	uint64_t commits;            /* how many changes were committed; 0: not edited */
	uint64_t commits_saved;      /* `commits` when it was last saved */
};

/* Opens a profile for mounting: reads, locks, unwraps, checks the signature, decrypts, parses, opens and matches
 * the keys. The path of one of a folder counts from there. Notes (read-only and why, expired signer, recoded source, a
 * .rejected or .conflict file beside it) go to `notes`. 0, or -1 with everything given back. */
int profile_open(struct profile *profile, const char *path, const struct profile_options *options,
		 struct problems *notes, struct error *err);

/* Of one of a folder: gives back the descriptors of its directory, until profile_wake() opens that again by the same
 * path. Saving is only for who is awake. 0, or -1, and it is at rest still: it is not there any more, or is elsewhere
 * (ESTALE). The directory may have another path, if it is the same one, or be another one, of the same path. */
void profile_rest(struct profile *profile);
int profile_wake(struct profile *profile, const char *path, struct error *err);

/* Reads a profile only to look at it: no lock, no keys, pipes allowed. Everything else as profile_open. */
int profile_read(struct profile *profile, const char *path, const struct profile_options *options,
		 struct problems *notes, struct error *err);

/* Adds a note about the profile's file to `notes`. */
void profile_note(const struct profile *profile, struct problems *notes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Opens what decrypts, as the options say. 0 with a new `*out` (decryptor_free()), or -1. */
int profile_decryptor(const struct profile_options *options, struct decryptor **out, struct error *err);

/* What a save writes: the format asked for, or the one it was in. */
enum doc_format profile_format(const struct profile *profile);

/* The name of the encoding that the file is written in, if it is not UTF-8; else NULL. */
const char *profile_recoded(const struct profile *profile);

/* The plist as XML, as it would be saved now; what is saved encrypted is plain in it. 0 or -1. */
int profile_xml(const struct profile *profile, struct buf *out, struct error *err);

void profile_close(struct profile *profile);

#endif
