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
	hint_consider(&hint, "limit");
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

/* The word in which getopt_long(3) met an unknown letter: it is done with it only if that was the last one. */
static const char *word_of_letter(char **argv)
{
	const char *word = argv[optind];

	if (word && word[0] == '-' && word[1] != '-' && strchr(word, optopt))
		return word;
	return argv[optind - 1];
}

/* "-key": other programs write their long options so. NULL: none is meant. */
static const char *long_option_meant(const struct command *command, const char *word)
{
	struct hint hint = hint_for_bytes(word + 1, strcspn(word + 1, "="));
	const struct option *option;

	if (word[0] != '-' || word[1] == '-' || strcspn(word + 1, "=") < 3)
		return NULL;
	for (option = command->options; option->name; option++) {
		if (strncmp(option->name, word + 1, strcspn(word + 1, "=")) == 0)
			return option->name;
		hint_consider(&hint, option->name);
	}
	return hint.name;
}

static int unknown_letter(const struct command *command, char **argv)
{
	const char *word = word_of_letter(argv);
	const char *meant = long_option_meant(command, word);

	if (meant)
		return say_misuse(command->name, "there is no option '%s': did you mean '--%s'?", word, meant);
	return say_misuse(command->name, "there is no option '-%c'", optopt);
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
	return unknown_letter(command, argv);
}
