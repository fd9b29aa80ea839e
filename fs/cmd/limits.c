#include "fs/cmd/limits.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "plist/base/limits.h"

#define OPTION "--limit"

int limits_set(const char *text, char separator, struct error *err)
{
	const char *value = strchr(text, separator);

	if (!value)
		return error_set(err, EINVAL, "the limit '%s' needs a value: %s%cVALUE", text, text, separator);
	return limit_set(text, (size_t)(value - text), value + 1, err);
}

/* True if the word at `*at` is the option. Its value, NULL if that is missing, may be the next word, which `*at` is
 * moved to then. */
static bool is_limit(char **argv, int argc, int *at, const char **value)
{
	const char *word = argv[*at];

	if (strncmp(word, OPTION "=", strlen(OPTION "=")) == 0) {
		*value = word + strlen(OPTION "=");
		return true;
	}
	if (strcmp(word, OPTION) != 0)
		return false;
	*value = ++*at < argc ? argv[*at] : NULL;
	return true;
}

int limits_take(int *argc, char **argv, struct error *err)
{
	const char *value;
	int from, to = 1;

	for (from = 1; from < *argc && strcmp(argv[from], "--") != 0; from++) {
		if (!is_limit(argv, *argc, &from, &value))
			argv[to++] = argv[from];
		else if (!value)
			return error_set(err, EINVAL, "the option '" OPTION "' needs a value: NAME=VALUE");
		else if (limits_set(value, '=', err) < 0)
			return -1;
	}
	while (from < *argc)
		argv[to++] = argv[from++];
	if (to < *argc)
		argv[to] = NULL;
	*argc = to;
	return 0;
}
