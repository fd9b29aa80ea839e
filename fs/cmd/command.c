#include "fs/cmd/command.h"

#include <getopt.h>
#include <string.h>

#include "fs/cmd/say.h"
#include "plist/base/hint.h"

/* "--formt" */
static int unknown_option(const struct command *command, const char *given)
{
	struct hint hint = hint_for_bytes(given + 2, strcspn(given + 2, "="));
	const struct option *option;

	for (option = command->options; option->name; option++)
		hint_consider(&hint, option->name);
	if (hint.name)
		return say_misuse(command->name, "there is no option '%s': did you mean '--%s'?", given, hint.name);
	return say_misuse(command->name, "there is no option '%s'", given);
}

/* The long option that takes no value and was given one ("--quiet=yes"); NULL: that is not what is wrong. */
static const struct option *option_without_value(const struct command *command, const char *given)
{
	const struct option *option;

	if (strncmp(given, "--", 2) != 0 || !strchr(given, '='))
		return NULL;
	for (option = command->options; option->name; option++)
		if (option->val == optopt && option->has_arg == no_argument)
			return option;
	return NULL;
}

/* `optopt` is the letter of a short option, the value of a long one that is used wrongly, or 0. The argument before
 * `optind` is a short option's own only if nothing follows it in there. */
int command_bad_option(const struct command *command, int found, char **argv)
{
	const char *given = argv[optind - 1];
	const struct option *option;

	if (found == ':')
		return say_misuse(command->name, "the option '%s' needs a value", given);
	if (optopt == 0)
		return unknown_option(command, given);
	option = option_without_value(command, given);
	if (option)
		return say_misuse(command->name, "the option '--%s' takes no value", option->name);
	return say_misuse(command->name, "there is no option '-%c'", optopt);
}
