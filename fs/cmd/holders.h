/*
 * Who keeps a mount busy, as fuser(1) would say it.
 */
#ifndef CMD_HOLDERS_H
#define CMD_HOLDERS_H

#include "plist/base/buf.h"

/* Adds the processes that have a file open below `path`, work there or run a program from there: "vim (1234), bash
 * (1235)", and "others" when there are many. Nothing is added for this process and those that may not be looked into.
 * The mount itself is not asked for anything. */
void holders_add(const char *path, struct buf *out);

#endif
