/*
 * What writing, finding and reading edits have in common. Internal to fs/tree/recovery*.c.
 */
#ifndef TREE_RECOVERY_PARTS_H
#define TREE_RECOVERY_PARTS_H

#include "fs/tree/recovery.h"

struct replay;

/* Makes the edits of a journal. 0, or -1: out of memory, or they do not fit. */
int recovery_redo(struct replay *replay, const struct journal_file *file, struct error *err);

#endif
