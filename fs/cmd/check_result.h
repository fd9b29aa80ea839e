/*
 * What a check of one path found, packed: a profile may have thousands of problems, and several results wait at
 * the same time for their turn to be printed.
 *
 * A result owns its memory; zeroed is empty; check_result_free() gives it back.
 */
#ifndef CMD_CHECK_RESULT_H
#define CMD_CHECK_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* More of one path are only counted, but for those without a rule: something could not be read. */
#define CHECK_RESULT_MAX 10000

struct check_result {
	struct check_entry *list;
	size_t count, size;
	size_t unlisted;         /* problems past CHECK_RESULT_MAX */
	size_t errors, warnings; /* all of them; of no error that has no rule */
	struct buf texts;
	bool unseen;             /* the payloads are encrypted: nothing was found out about them */
	bool failed;             /* memory ended: there is more than was kept */
};

/* Adds a copy of a problem of `file`, which stands for the one in `problem`. */
void check_result_add(struct check_result *result, const char *file, const struct error *problem);

/* Orders them by file, line and column; those at one place stay as they were found. */
void check_result_sort(struct check_result *result);

/* The problem at a place (below `count`), with an empty file, and its file: valid until the next addition. */
const char *check_result_at(const struct check_result *result, size_t place, struct error *problem);

/* About how many bytes it keeps. */
size_t check_result_weight(const struct check_result *result);

void check_result_free(struct check_result *result);

#endif
