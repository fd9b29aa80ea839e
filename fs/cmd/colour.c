#include "fs/cmd/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/cmd/choice.h"

const char *const colour_words[] = { "auto", "always", "never", NULL };

int colour_parse(const char *command, const char *text, enum colour *colour)
{
	int chosen = choice_of(command, "--color", text, colour_words, 3);

	if (chosen < 0)
		return -1;
	*colour = (enum colour)chosen;
	return 0;
}

/* A variable that is set, and not empty. */
static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

/* https://bixense.com/clicolors: anything but 0. */
static bool is_forced(void)
{
	return is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0") != 0;
}

/* https://no-color.org: NO_COLOR is stronger than what asks for colours, but for the option. */
bool colour_wanted(enum colour colour, bool shown)
{
	if (colour != COLOUR_AUTO)
		return colour == COLOUR_ALWAYS;
	if (is_set("NO_COLOR") || is_forced())
		return !is_set("NO_COLOR");
	return (shown || isatty(STDOUT_FILENO)) && is_set("TERM") && strcmp(getenv("TERM"), "dumb") != 0;
}
