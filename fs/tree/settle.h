/*
 * A conflict at the end: somebody changed the profile on disk while it was mounted. With `conflict=merge` the edits are
 * worked into what is there now, key by key (plist/merge.h), and that is saved as any other edit is: checked, signed
 * again, put in place if nobody changed the file once more. What is there keeps its comments and layout.
 *
 * Nothing is saved if both changed the same key, or if what is there now is no profile that could be mounted and saved
 * in the same way. Owns nothing.
 */
#ifndef TREE_SETTLE_H
#define TREE_SETTLE_H

#include "fs/tree/save.h"

/* After a save that came to SAVE_CONFLICT, for `err`, when nothing will be shown of the profile any more: its document
 * stays as it was edited, also if what was saved is a merged one. SAVE_DONE, SAVE_UNCHANGED (the edits are there
 * already), SAVE_CONFLICT with `err` as it was or anew, SAVE_FAILED. What was merged, or why it was not, goes to
 * `notes`. */
enum save_outcome profile_settle(struct profile *profile, struct problems *notes, struct error *err);

/* Of a profile whose edits met others at the same keys, and are in `edited` now: keeps what was mounted beside it, too,
 * and says how to merge the three by hand. */
void profile_keep_base(const struct profile *profile, const char *edited, struct problems *notes);

/* Adds to a conflict at a sync what an unmount makes of it. */
void profile_settle_hint(const struct profile *profile, struct error *err);

#endif
