/*
 * Limits: how much profilefs reads, keeps and makes of what others wrote, so that no input eats the machine.
 *
 * They belong to the process. The arguments set them before anything is opened; from then on they are only read, by
 * any thread and by every room. A limit is a row of one table: to add one, add its name here and its row there.
 *
 * Whoever refuses something for a limit says so by limit_refuse() or limit_explain(): then the message has the limit's
 * name, its value, and how to raise it.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* The most that `depth` can be: what libplist takes, and what functions that call themselves once a level were measured
 * with. */
#define LIMIT_DEPTH_MOST 512

enum limit {
	LIMIT_PROFILE,   /* bytes of a profile's property list */
	LIMIT_VALUE,     /* bytes of one value, or of one scratch file */
	LIMIT_NAME,      /* bytes of one key */
	LIMIT_NODES,     /* values in a profile */
	LIMIT_DEPTH,     /* containers in each other */
	LIMIT_EXPANSION, /* bytes of text and data that a binary property list stands for */
	LIMIT_SCRATCH,   /* bytes of what is in memory only, in all of a mount */
	LIMIT_JOURNAL,   /* bytes of a journal: the profile, and what is edited and not saved */
	LIMIT_SCHEMA,    /* bytes of one schema file or manifest */
	LIMIT_COUNT
};

struct limit_row {
	const char *name;
	size_t usual, least, most;
	bool bytes;       /* it counts bytes: shown with K, M and G */
	const char *help; /* one line: what it limits */
};

/* The table, in the order of the enum. */
const struct limit_row *limit_row(enum limit which);

/* The limit as it is now. */
size_t limit(enum limit which);

/* The largest file that is read for a profile: its property list in a PEM envelope, with room for certificates. */
size_t limit_profile_file(void);

/* Sets the limit that the first `len` bytes of `name` name. `value` is a number, of bytes with K, M or G after it. 0,
 * or -1: no such limit (with the nearest name), or a value that it cannot have. */
int limit_set(const char *name, size_t len, const char *value, struct error *err);

/* All as they were at first, for tests. */
void limits_reset(void);

/* Appends a value of a limit: "64M", "512". */
void limit_show(enum limit which, size_t value, struct buf *out);

/* Says that `what` is past the limit. With `rule` the profile is at fault (EINVAL), else it is too large (EFBIG).
 * Returns -1. */
int limit_refuse(enum limit which, const char *rule, const char *what, struct error *err);

/* Passes the result of a read on. If that failed because the file is too large (EFBIG), the error says which limit it
 * was. */
int limit_explain(int result, enum limit which, struct error *err);

#endif
