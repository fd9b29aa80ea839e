/*
 * Whether the standard output is coloured: what --color says, else whether somebody looks at it in colours.
 */
#ifndef CMD_COLOUR_H
#define CMD_COLOUR_H

#include <stdbool.h>

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* All that --color can be, in the order of the enum; ends with NULL. */
extern const char *const colour_words[];

/* The word after --color. 0, or -1: it is none, and that was said. */
int colour_parse(const char *command, const char *text, enum colour *colour);

/* True if it is to be coloured. `shown`: a terminal shows it, although it is a pipe that we write to: a pager's. */
bool colour_wanted(enum colour colour, bool shown);

#endif
