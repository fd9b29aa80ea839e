/*
 * Saving: the document back to bytes, sealed, and put in the profile's place, or beside it.
 *
 *   outcome         when                                        the profile on disk
 *   SAVE_UNCHANGED  nothing differs                             untouched
 *   SAVE_DONE       saved                                       the new one
 *   SAVE_INVALID    the edits brought in an error               the old one
 *   SAVE_CONFLICT   the file is not the one that was read       whatever it is now
 *   SAVE_FAILED     rendering, signing or writing failed        the old one
 */
#ifndef TREE_SAVE_H
#define TREE_SAVE_H

#include "fs/tree/profile.h"

enum save_outcome { SAVE_UNCHANGED, SAVE_DONE, SAVE_INVALID, SAVE_CONFLICT, SAVE_FAILED };

/* Saves if anything differs. `invalid` is what the checks found that was not there when the profile was
 * opened, or NULL; with CHECK_STRICT it makes the outcome SAVE_INVALID. Notes (digest raised, recoded) go
 * to `notes`; a failure's reason to `err`. */
enum save_outcome profile_save(struct profile *profile, const struct error *invalid, struct problems *notes,
			       struct error *err);

/* After a save that did not happen: keeps the edited plist beside the profile, unsigned, 0600, as
 * .NAME.rejected (or .NAME.conflict for SAVE_CONFLICT), and says so in `notes`. 0 or -1. */
int profile_keep_beside(struct profile *profile, enum save_outcome outcome, struct problems *notes,
			struct error *err);

#endif
