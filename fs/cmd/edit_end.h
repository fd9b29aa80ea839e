/*
 * What becomes of the edits once the shell of `edit` has ended: shown, asked about, saved.
 */
#ifndef CMD_EDIT_END_H
#define CMD_EDIT_END_H

#include <stdbool.h>

#include "fs/cmd/mounted.h"
#include "plist/base/buf.h"
#include "plist/node.h"

struct edit_end {
	struct mounted *mounted;
	const char *name;          /* what the user calls it */
	const struct node *before; /* the document as it was; of a folder NULL: each is held against what it was last
				    * saved as */
	struct buf *said;          /* the record of what was said (see say_record()) */
	bool asks;                 /* there is somebody at a terminal */
};

/* Not an exit status: the user goes back into the shell. */
#define EDIT_AGAIN (-1)

/* Shows what was changed, and saves it if it may. The exit status, or EDIT_AGAIN. */
int edit_end(const struct edit_end *end);

/* Saves nothing, and says so: `why` is a sentence's end. The exit status. */
int edit_drop(const struct edit_end *end, const char *why);

#endif
