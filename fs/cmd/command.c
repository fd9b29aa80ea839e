#include "fs/cmd/command.h"

#include <getopt.h>

#include "fs/cmd/say.h"

int command_bad_option(const struct command *command, int found, char **argv)
{
	const char *given = argv[optind - 1];

	if (found == ':')
		return say_misuse(command->name, "the option '%s' needs a value", given);
	if (given[0] == '-' && given[1] == '-')
		return say_misuse(command->name, "there is no option '%s'", given);
	return say_misuse(command->name, "there is no option '-%c'", optopt);
}
