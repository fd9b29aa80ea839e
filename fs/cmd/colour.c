#include "fs/cmd/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/cmd/choice.h"

int colour_parse(const char *command, const char *text, enum colour *colour)
{
	static const char *const words[] = { "auto", "always", "never" };
	int chosen = choice_of(command, "--color", text, words, 3);

	if (chosen < 0)
		return -1;
	*colour = (enum colour)chosen;
	return 0;
}

/* https://no-color.org: set and not empty. */
bool colour_wanted(enum colour colour, bool shown)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (colour != COLOUR_AUTO)
		return colour == COLOUR_ALWAYS;
	return (shown || isatty(STDOUT_FILENO)) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}
