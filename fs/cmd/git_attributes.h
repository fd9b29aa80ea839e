/*
 * Our part of a repository's .gitattributes, and of .git/info/exclude: a block between two marks, as text.
 */
#ifndef CMD_GIT_ATTRIBUTES_H
#define CMD_GIT_ATTRIBUTES_H

#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* Appends the block: what every repository needs, and a line for each exploded tree that is called otherwise than
 * profiles are, among its files: `files`, `len` bytes, paths from the top of the repository, each with a NUL behind
 * it. 0 or -1. */
int git_attributes_block(const char *files, size_t len, struct buf *block, struct error *err);

/* Appends the other block, which keeps what is nobody's profile out of git. 0 or -1. */
int git_exclude_block(struct buf *block, struct error *err);

/* Appends `text` with the block in it: in place of the one that is there, or at the end, as later lines win. An empty
 * block takes it out. 0, or -1: one of the two marks is missing. */
int git_attributes_put(const struct buf *text, const struct buf *block, struct buf *out, struct error *err);

#endif
