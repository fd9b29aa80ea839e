/*
 * Limits as arguments: --limit NAME=VALUE of every command, -o limit=NAME:VALUE of mounts.
 */
#ifndef CMD_LIMITS_H
#define CMD_LIMITS_H

#include "plist/base/error.h"

/* Sets the limit in "NAME=VALUE", with `separator` for '='. 0 or -1. */
int limits_set(const char *text, char separator, struct error *err);

/* Takes every --limit out of the arguments and sets it; what follows `--` is not looked at. So no command needs to know
 * the option. 0 or -1. */
int limits_take(int *argc, char **argv, struct error *err);

#endif
