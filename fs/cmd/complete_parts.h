/*
 * Between the files of completion: the word that is completed, and what is offered for it.
 *
 * A word may have several parts (`--format=te`, `ro,check=wa`): `part` is the last one, which is completed; what stands
 * before it is repeated in every offer, so that an offer always stands for the whole word.
 */
#ifndef CMD_COMPLETE_PARTS_H
#define CMD_COMPLETE_PARTS_H

#include <stdbool.h>

#include "fs/cmd/command.h"
#include "plist/base/buf.h"

struct completion {
	const char *word;
	const char *part; /* in `word` */
	struct buf out;
};

/* Offers the part followed by `suffix`, if it begins as what is there. */
void completion_offer(struct completion *completion, const char *text, const char *suffix);
void completion_offer_all(struct completion *completion, const char *const *words); /* ends with NULL */

/* Leaves the part to the shell, which knows files: `kind` is "files", "directories", "profiles" or "commands". */
void completion_leave(struct completion *completion, const char *kind);

/* Offers values of the long option of that name. */
void completion_value(struct completion *completion, const struct command *command, const char *option);

/* The same for the option --limit, which every command has. */
void completion_limit(struct completion *completion, const char *separator);

/* Offers payload types; for `schema` also what that takes in their place, and the keys below them. */
void completion_types(struct completion *completion);
void completion_schema_path(struct completion *completion);

/* Offers the mount points of profiles. */
void completion_mounts(struct completion *completion);

#endif
