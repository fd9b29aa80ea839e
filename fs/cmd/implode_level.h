/*
 * Directories inside an exploded tree that are taken for one: a payload's own has a PayloadType, too, and
 * PayloadContent looks like a folder of such. Nothing is owned.
 */
#ifndef CMD_IMPLODE_LEVEL_H
#define CMD_IMPLODE_LEVEL_H

#include "plist/base/error.h"

/* 0, or -1 (EINVAL): `path` is a PayloadContent, or a directory in one that is no profile (PayloadType Configuration or
 * Profile Service); says where the profile's tree is. What is not there is not looked at: 0. */
int implode_check_level(const char *path, struct error *err);

#endif
