/*
 * What both halves of bplist.h use: bplist.c, which reads, and bplist_write.c. Private to them.
 */
#ifndef PLIST_BPLIST_LIB_H
#define PLIST_BPLIST_LIB_H

#include <locale.h>
#include <plist/plist.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

#define UID_KEY "CF$UID"

/* A libplist tree that is freed at the end of its scope, its texts and data wiped. */
void bplist_release(plist_t *plist);
#define PLIST_AUTO __attribute__((cleanup(bplist_release))) plist_t

/* Numbers are written with a point while this lives, whatever the user's locale is; libplist's, too. Only
 * this thread is changed. Begin with { 0 }. */
struct numbers {
	locale_t c, before;
};

int numbers_begin(struct numbers *numbers, struct error *err);
void numbers_end(struct numbers *numbers);
#define NUMBERS_AUTO __attribute__((cleanup(numbers_end))) struct numbers

/* Has libplist read a source that bplist_check() has passed. 0, or -1: `out` is then NULL. */
int bplist_parse(const struct buf *source, plist_t *out, struct error *err);

#endif
