/* The arguments of a rewrap. */
#include "fs/cmd/rewrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/say.h"

/* --- arguments -------------------------------------------------------------------------------------- */

static void end_with(struct rewrap *rewrap, int status)
{
	rewrap->done = true;
	rewrap->status = status;
}

void rewrap_fail(struct rewrap *rewrap, const struct error *err)
{
	end_with(rewrap, say_error(err));
}

void rewrap_misuse(struct rewrap *rewrap, const char *text)
{
	end_with(rewrap, say_misuse(rewrap->command->name, "%s", text));
}

static void take_word(struct rewrap *rewrap, const char *word)
{
	struct error err;

	if (strings_add(&rewrap->profiles, word, &err) < 0)
		rewrap_fail(rewrap, &err);
}

static void take_recipient(struct rewrap *rewrap, char *file)
{
	struct error err;

	if (!*file)
		rewrap_misuse(rewrap, "--recipient is empty: give a certificate, or leave it out");
	else if (key_options_keep(&rewrap->recipients, file, &err) < 0)
		rewrap_fail(rewrap, &err);
}

/* True if it was an option of keys. */
static bool take_key_option(struct rewrap *rewrap, int option)
{
	struct error err;
	int taken = key_options_take(&rewrap->keys, option, optarg, &err);

	if (taken < 0)
		rewrap_fail(rewrap, &err);
	return taken != 0;
}

static void take(struct rewrap *rewrap, int option, char **argv)
{
	switch (option) {
	case 1:
		take_word(rewrap, optarg);
		break;
	case 'o':
		rewrap->output = optarg;
		break;
	case 'F':
		rewrap->force = true;
		break;
	case 'U':
		rewrap->unsign = true;
		break;
	case REWRAP_RECIPIENT:
		take_recipient(rewrap, optarg);
		break;
	case 'h':
		end_with(rewrap, say_help(rewrap->command->help));
		break;
	default:
		if (!take_key_option(rewrap, option))
			end_with(rewrap, command_bad_option(rewrap->command, option, argv));
	}
}

/* --- what fits together ----------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(rewrap_name(*(const char *const *)a), rewrap_name(*(const char *const *)b));
}

/* In a folder the second profile of a name would replace the first. */
static int check_names(const struct rewrap *rewrap, struct error *err)
{
	size_t i, count = rewrap->profiles.count;
	const char **sorted = malloc(count * sizeof(*sorted));
	int result = 0;

	if (!sorted)
		return error_memory(err);
	memcpy(sorted, rewrap->profiles.at, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_names);
	for (i = 1; i < count && result == 0; i++)
		if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
			result = error_set(err, EINVAL,
					   "%.300s and %.300s have one name, and would be one file in %.200s: "
					   "write them to two folders",
					   sorted[i - 1], sorted[i], rewrap->output);
	free(sorted);
	return result;
}

static bool has_stream(const struct rewrap *rewrap)
{
	size_t i;

	for (i = 0; i < rewrap->profiles.count; i++)
		if (rewrap_is_stream(rewrap->profiles.at[i]))
			return true;
	return false;
}

static bool ends_in_slash(const char *path)
{
	size_t len = strlen(path);

	return len && path[len - 1] == '/';
}

static int check_output(const struct rewrap *rewrap, struct error *err)
{
	bool several = rewrap->profiles.count > 1;
	bool folder = rewrap->output && rewrap_is_folder(rewrap->output);

	if (rewrap->output && !*rewrap->output)
		return error_set(err, EINVAL, "-o is empty: give a file or a folder, or leave it out to change the "
					      "profiles where they are");
	if (has_stream(rewrap) && several)
		return error_set(err, EINVAL,
				 "`-` is the standard input, which has one profile: give no other with it");
	if (has_stream(rewrap) && folder)
		return error_set(err, EINVAL,
				 "what comes from the standard input has no name: give a file, not a folder, with -o");
	if (rewrap->output && several && !folder)
		return error_set(err, EINVAL,
				 "for several profiles -o takes a folder that is there, not '%.300s': make it with "
				 "mkdir",
				 rewrap->output);
	if (rewrap->output && !folder && ends_in_slash(rewrap->output))
		return error_set(err, EINVAL, "-o names a folder that is not there, '%.300s': make it with mkdir",
				 rewrap->output);
	return folder ? check_names(rewrap, err) : 0;
}

/* Without a key there is nothing else that a passphrase could be for. */
static void give_passins_to_recipients(struct rewrap *rewrap)
{
	struct signer_files *files = &rewrap->keys.files;

	if (files->keys.count || !rewrap->recipients.count)
		return;
	rewrap->passins = files->passins;
	files->passins = (struct strings){ 0 };
	if (rewrap->passins.count > 1)
		rewrap_misuse(rewrap, "one passphrase is for all recipients' files: give --passin once");
}

static void check(struct rewrap *rewrap)
{
	struct error err;

	if (!rewrap->profiles.count) {
		rewrap_misuse(rewrap, "the profiles are missing: name files, or `-` for the standard input");
		return;
	}
	give_passins_to_recipients(rewrap);
	if (!rewrap->done && (key_options_check(&rewrap->keys, &err) < 0 || check_output(rewrap, &err) < 0 ||
			      rewrap_check_input(rewrap, &err) < 0))
		rewrap_misuse(rewrap, err.text);
}

void rewrap_parse(struct rewrap *rewrap, const char *letters, int argc, char **argv)
{
	BUF_AUTO all = BUF_INIT;
	struct error err;
	int option;

	buf_add_format(&all, "-:o:h%s", letters);
	if (!buf_ok(&all)) {
		error_memory(&err);
		rewrap_fail(rewrap, &err);
	}
	while (!rewrap->done &&
	       (option = getopt_long(argc, argv, buf_text(&all), rewrap->command->options, NULL)) != -1)
		take(rewrap, option, argv);
	for (; !rewrap->done && optind < argc; optind++)
		take_word(rewrap, argv[optind]);
	if (!rewrap->done)
		check(rewrap);
}

void rewrap_free(struct rewrap *rewrap)
{
	key_options_free(&rewrap->keys);
	key_options_free_list(&rewrap->recipients);
	key_options_free_list(&rewrap->passins);
	strings_free(&rewrap->profiles);
}
