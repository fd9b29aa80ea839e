/*
 * What shells ask when TAB is pressed: `profilefs complete -- WORD...` has the words of a command line up to the
 * cursor, without the program itself; the last one, which may be empty, is to be completed. The answer is what it can
 * become, one a line, from the tables that the commands themselves use: scripts in completions/ know none of it.
 *
 * A line `:files BEFORE`, `:directories BEFORE`, `:profiles BEFORE` (files called *.mobileconfig, and directories) or
 * `:commands BEFORE` leaves the rest of the word, after BEFORE, to the shell.
 *
 * It is for scripts and so in no help. It opens no profile, mounts nothing, and is silent about what is wrong with the
 * words. Owns nothing.
 */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include <stddef.h>

#include "fs/cmd/command.h"

/* `words` end with the one that is completed. Returns the exit status. */
int complete(const struct command *const *commands, size_t command_count, char **words, int count);

#endif
