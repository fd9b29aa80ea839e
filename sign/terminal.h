/*
 * The terminal: one question, one line of answer, not shown while it is typed.
 *
 * It talks to /dev/tty alone, so that standard input and output stay free for data. Owns nothing between
 * calls. Not for two threads at once: signals are caught while it waits.
 */
#ifndef SIGN_TERMINAL_H
#define SIGN_TERMINAL_H

#include <stddef.h>

#include "plist/base/error.h"

/* Writes `prompt` and reads a line into `out` (`size` bytes, always terminated, the newline taken off);
 * `*len` is its length. The terminal's settings are put back whatever happens, also when a signal ends or
 * stops the program in between; after a stop it asks again.
 * 0, or -1 and `out` is wiped: ENXIO there is no terminal, EINTR, an answer that was ended before it began,
 * one that is too long. */
int terminal_ask(const char *prompt, char *out, size_t size, size_t *len, struct error *err);

#endif
