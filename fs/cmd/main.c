#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "fs/cmd/command.h"
#include "fs/cmd/complete.h"
#include "fs/cmd/guard.h"
#include "plist/base/hint.h"
#include "fs/cmd/limits.h"
#include "fs/cmd/say.h"
#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/library.h"

static const struct command *const commands[] = {
	&command_mount,
	&command_umount,
	&command_exec,
	&command_edit,
	&command_cat,
	&command_check,
	&command_schema,
	&command_new,
	&command_verify,
	&command_sign,
	&command_encrypt,
	&command_decrypt,
	&command_explode,
	&command_implode,
	&command_diff,
	&command_merge,
	&command_recover,
	&command_git_setup,
};

/* What --version and --help add. */
#if PROFILEFS_FUSE
#define VERSION_NOTE ""
#define HELP_NOTE ""
#else
#define VERSION_NOTE " (without FUSE)"
#define HELP_NOTE "It was built without FUSE and cannot mount: explode, edit the folder,\n" \
		  "and implode it instead.\n\n"
#endif

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* The names under which mount(8) and umount(8) look for us. */
static const struct {
	const char *name;
	const struct command *command;
} helpers[] = {
	{ "mount.fuse.profilefs", &command_mount },
	{ "mount.profilefs", &command_mount },
	{ "umount.fuse.profilefs", &command_umount },
	{ "umount.profilefs", &command_umount },
};

#define HELPERS (sizeof(helpers) / sizeof(helpers[0]))

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static const struct command *find_helper(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	size_t i;

	for (i = 0; i < HELPERS; i++)
		if (strcmp(helpers[i].name, name) == 0)
			return helpers[i].command;
	return NULL;
}

static void add_usage(struct buf *out)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		buf_add_format(out, "%s profilefs %s\n", i ? "      " : "usage:", commands[i]->summary);
	buf_add_text(out, "       profilefs COMMAND --help\n"
			  "       profilefs --version\n");
}

static void describe(struct buf *out)
{
	buf_add_text(out, "profilefs shows an Apple configuration profile as a directory tree.\n\n" HELP_NOTE);
	add_usage(out);
	buf_add_text(out, "\nExamples:\n"
			  "  profilefs wifi.mobileconfig mnt\n"
			  "  echo Office >mnt/PayloadContent/com.apple.wifi.managed/SSID_STR\n"
			  "  profilefs umount mnt\n"
			  "  profilefs schema com.apple.wifi.managed\n\n"
			  "Before or after COMMAND, --limit NAME=VALUE sets one of the limits in\n"
			  "profilefs(1). Exit status: 0 all is well; 1 the profile has errors, does not\n"
			  "verify, or was not saved; 2 wrong usage, or something could not be read,\n"
			  "written or mounted. `man profilefs` has more.\n");
}

static int help(void)
{
	BUF_AUTO text = BUF_INIT;

	describe(&text);
	return say_help(buf_text(&text));
}

/* The usage, which the word that is missing is in. */
static int no_words(void)
{
	BUF_AUTO text = BUF_INIT;

	add_usage(&text);
	say_line(buf_text(&text));
	return say_misuse(NULL, "a command is missing, or a profile and a mount point");
}

/* NULL: none is near. */
static const char *nearest_command(const char *word)
{
	struct hint hint = hint_for(word);
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		hint_consider(&hint, commands[i]->name);
	return hint.name;
}

static int no_command(const char *name)
{
	const char *near = nearest_command(name);
	struct error err;

	if (near) {
		error_set(&err, EINVAL, "there is no command '%s': did you mean '%s'?", name, near);
		return say_error(&err);
	}
	return say_misuse(NULL, "there is no command '%s', and no profile of that name", name);
}

/* As git has it: `profilefs help sign`. NULL: on all of it. */
static int help_on(const char *name)
{
	const struct command *command = name ? find_command(name) : NULL;

	if (!name)
		return help();
	return command ? say_help(command->help) : no_command(name);
}

/* `profilefs PROFILE MOUNTPOINT` is mount; but a word that is no file and does not look like one is a
 * command that does not exist. */
static bool looks_like_command(const char *word, int words)
{
	if (word[0] == '-' || strpbrk(word, "./") || access(word, F_OK) == 0)
		return false;
	return words < 2 || nearest_command(word);
}

static int run_words(int argc, char **argv)
{
	const char *word = argv[1];
	const struct command *command = find_command(word);

	if (command)
		return command->run(argc - 1, argv + 1);
	if (strcmp(word, "help") == 0 && access(word, F_OK) < 0)
		return help_on(argc > 2 ? argv[2] : NULL);
	/* Whatever is called "complete" here, TAB must mount nothing. */
	if (strcmp(word, "complete") == 0 && argc > 2 && strcmp(argv[2], "--") == 0)
		return complete(commands, COMMANDS, argv + 3, argc - 3);
	if (strcmp(word, "--version") == 0)
		return say_help("profilefs " PROFILEFS_VERSION VERSION_NOTE "\n");
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return help();
	if (looks_like_command(word, argc - 1))
		return no_command(word);
	return command_mount.run(argc, argv);
}

static int run_program(int argc, char **argv)
{
	const struct command *helper = find_helper(argc > 0 ? argv[0] : "");
	struct error err;

	if (limits_take(&argc, argv, &err) < 0)
		return say_error(&err);
	if (helper)
		return helper->run(argc, argv);
	if (argc < 2)
		return no_words();
	return run_words(argc, argv);
}

int main(int argc, char **argv)
{
	int status;

	opterr = 0;
	signal(SIGCHLD, SIG_DFL); /* ignored, it would keep the ends of children from us */
	guard_streams();
	guard_secrets();
	sign_begin();
	status = run_program(argc, argv);
	sign_end();
	return status;
}
