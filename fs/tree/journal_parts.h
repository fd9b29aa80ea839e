/*
 * What writing and reading journals have in common. Internal to fs/tree/journal*.c.
 */
#ifndef TREE_JOURNAL_PARTS_H
#define TREE_JOURNAL_PARTS_H

#include <stdint.h>

#include "fs/tree/journal.h"
#include "sign/hash.h"

#define JOURNAL_MAGIC     "profilefs journal 1\n"
#define JOURNAL_MAGIC_LEN (sizeof(JOURNAL_MAGIC) - 1)
#define JOURNAL_SUM_LEN   16
#define JOURNAL_FRONT_LEN (1 + 4 + 4 + JOURNAL_SUM_LEN) /* of a record, before its body */
#define JOURNAL_SUFFIX    ".journal"

/* Appends the directory's path. 0, or -1: the user has no home. */
int journal_dir_path(struct buf *path, struct error *err);

/* Appends the names' beginning: of a path, and of path and the content of that digest. 0 or -1. */
int journal_name_of_path(const char *path, struct buf *name, struct error *err);
int journal_name(const char *path, const char *digest, struct buf *name, struct error *err);

/* Makes a record's kind, length and check, nine bytes; `before` is the sum of the record before. */
void journal_front(const char *before, enum journal_kind kind, size_t len, unsigned char *front);

/* The sum of a record, `before` being the one of the record before it ("" for the first). `sum` gets 16 digits and a
 * NUL. 0 or -1. */
int journal_sum(struct hasher *hasher, const char *before, enum journal_kind kind, const void *body, size_t len,
		char *sum, struct error *err);

struct journal {
	int dir, fd;
	char *name;
	bool locked;        /* changes are */
	size_t end;         /* of what is written */
	struct hasher *hasher;
	struct buf record;  /* the one that is made; empty between */
	char sum[JOURNAL_SUM_LEN + 1];
};

#endif
