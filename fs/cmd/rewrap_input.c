/* The standard input can be read once: by a passphrase, a key, a certificate or the profile. */
#include "fs/cmd/rewrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_input(const struct stat *st)
{
	struct stat input;

	return fstat(STDIN_FILENO, &input) == 0 && input.st_dev == st->st_dev && input.st_ino == st->st_ino;
}

/* Also by a name such as /dev/stdin or /proc/self/fd/0. */
static bool path_is_input(const char *path)
{
	struct stat st;

	return rewrap_is_stream(path) || (stat(path, &st) == 0 && is_input(&st));
}

static bool descriptor_is_input(const char *number)
{
	struct stat st;
	char *end;
	long fd = strtol(number, &end, 10);

	return end != number && !*end && fd >= 0 && fstat((int)fd, &st) == 0 && is_input(&st);
}

/* The forms of passphrase.h that read something. "file:-" is a file of that name. */
static bool passin_is_input(const char *passin)
{
	struct stat st;

	if (strcmp(passin, "stdin") == 0)
		return true;
	if (strncmp(passin, "fd:", 3) == 0)
		return descriptor_is_input(passin + 3);
	return strncmp(passin, "file:", 5) == 0 && stat(passin + 5, &st) == 0 && is_input(&st);
}

static size_t count(const struct strings *list, bool (*is)(const char *text))
{
	size_t i, found = 0;

	for (i = 0; i < list->count; i++)
		found += is(list->at[i]);
	return found;
}

int rewrap_check_input(const struct rewrap *rewrap, struct error *err)
{
	const struct signer_files *files = &rewrap->keys.files;
	const struct strings *const lists[] = { &files->keys, &files->certs, &files->chains, &rewrap->recipients };
	size_t i, found = count(&files->passins, passin_is_input) + count(&rewrap->passins, passin_is_input);

	for (i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		found += count(lists[i], path_is_input);
	if (found == 0 || (found == 1 && count(&rewrap->profiles, path_is_input) == 0))
		return 0;
	return error_set(err, EINVAL,
			 "the standard input can be read once: give a file for what else is to be read from it (a "
			 "passphrase: --passin=file:PATH)");
}
