/*
 * What writing, finding and reading edits have in common. Internal to fs/tree/recovery*.c.
 */
#ifndef TREE_RECOVERY_PARTS_H
#define TREE_RECOVERY_PARTS_H

#include "fs/tree/recovery.h"

struct replay;

/* What was found when the profile was opened is given back. */
void recovery_forget_found(struct recovery *recovery);

/* Opens the vault of a locked journal with what opened the profile. NULL in `*out` if the journal is not locked. 0, or
 * -1: it cannot be opened, or only one of the two is encrypted. */
int recovery_open_vault(const struct journal_file *file, const struct hidden *hidden, struct vault **out,
			struct error *err);

/* Reads the property list that the changes of a locked journal apply to. `name` is for messages. 0 with a new `*doc`,
 * or -1. */
int recovery_read_shown(const struct journal_file *file, const struct vault *vault, const char *name, struct doc *doc,
			struct error *err);

/* Makes the edits of a journal; `vault` opens those that are locked. 0, or -1: out of memory, they do not fit, they
 * cannot be opened. */
int recovery_redo(struct replay *replay, const struct journal_file *file, const struct vault *vault,
		  struct error *err);

#endif
