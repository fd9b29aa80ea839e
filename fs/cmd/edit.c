/*
 * edit: mounts in a folder of its own, runs the user's shell in the tree, shows what was changed, and saves it.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/cmd/command.h"
#include "fs/cmd/edit_end.h"
#include "fs/cmd/edit_shell.h"
#include "fs/cmd/options.h"
#include "fs/cmd/private_mount.h"
#include "fs/cmd/say.h"
#include "fs/tree/recovery.h"

struct request {
	const char *profile;
	struct mount_options options;
	struct edit_shell shell;
	bool done;
	int status;
};

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

static void take_word(struct request *request, const char *word)
{
	if (request->profile)
		end_with(request, say_misuse("edit", "'%s' is too much: give one profile", word));
	else
		request->profile = word;
}

static void take(struct request *request, int option, char **argv)
{
	struct error err;
	int taken = mount_options_take(&request->options, option, optarg, &err);

	if (taken < 0)
		end_with(request, say_error(&err));
	if (taken)
		return;
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case 'h':
		end_with(request, say_help(command_edit.help));
		break;
	default:
		end_with(request, command_bad_option(&command_edit, option, argv));
	}
}

static const struct option long_options[] = {
	MOUNT_OPTIONS_LONG,
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse(struct request *request, int argc, char **argv)
{
	static const char letters[] = "-:" MOUNT_OPTIONS_LETTERS "h";
	int option;

	while (!request->done && (option = getopt_long(argc, argv, letters, long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (!request->done && !request->profile)
		end_with(request, say_misuse("edit", "the profile is missing"));
}

/* --- the shell and what follows --------------------------------------------------------------------- */

static bool is_read_only(const struct request *request, const struct mounted *mounted)
{
	return mounted->collection ? request->options.profile.read_only : mounted->profile.read_only;
}

static void greet(const struct request *request, const struct mounted *mounted)
{
	if (is_read_only(request, mounted))
		say_note("this shell is in the tree of %s, to look at it only: `exit` leaves it", request->profile);
	else
		say_note("this shell is in the tree of %s: edit its files; `exit` leaves it and saves what was changed",
			 request->profile);
}

/* A terminal that was closed kills the shell: nobody said that the edits are not wanted. */
static int keep_killed(const struct edit_end *end, int number)
{
	char why[128];

	snprintf(why, sizeof(why), "the shell was killed by signal %d (%s)", number, strsignal(number));
	tree_keep(end->mounted->tree);
	return edit_drop(end, why);
}

/* One round. What the last command of a shell came to says nothing about the edits. */
static int edit_once(struct edit_shell *shell, struct private_mount *mount, const struct edit_end *end)
{
	struct error err;
	int status;

	if (edit_shell_run(shell, mount, &status, &err) < 0) {
		say_problem(&err);
		edit_drop(end, "there was no shell");
		return error_exit_status(&err);
	}
	/* Who is at a terminal may have seen it long ago. */
	if (end->asks) {
		buf_clear(end->said);
		say_record(end->said, SEVERITY_ERROR);
	}
	if (WIFSIGNALED(status))
		return keep_killed(end, WTERMSIG(status));
	return edit_end(end);
}

static int edit_rounds(struct request *request, struct private_mount *mount, const struct node *before)
{
	BUF_AUTO said = BUF_INIT;
	const struct edit_end end = {
		.mounted = &mount->mounted,
		.name = request->profile,
		.before = before,
		.said = &said,
		.asks = isatty(STDIN_FILENO) && isatty(STDERR_FILENO),
	};
	int status;

	greet(request, &mount->mounted);
	say_record(&said, SEVERITY_ERROR);
	do
		status = edit_once(&request->shell, mount, &end);
	while (status == EDIT_AGAIN);
	say_record(NULL, SEVERITY_ERROR);
	return status;
}

static int edit(struct request *request, struct private_mount *mount)
{
	const struct mounted *mounted = &mount->mounted;
	struct node *before = mounted->collection ? NULL : recovery_before(&mounted->profile);
	struct error err;
	int status;

	if (!mounted->collection && !before) {
		error_memory(&err);
		return say_error(&err);
	}
	status = edit_rounds(request, mount, before);
	node_free(before);
	return status;
}

static int use(void *context, struct private_mount *mount)
{
	struct request *request = context;
	struct error err;
	int status;

	if (edit_shell_prepare(&request->shell, mount, &err) < 0)
		status = say_error(&err);
	else
		status = edit(request, mount);
	edit_shell_end(&request->shell, mount);
	return status;
}

static int run_request(struct request *request)
{
	struct error err;

	if (request->done)
		return request->status;
	if (edit_shell_find(&request->shell, &err) < 0)
		return say_error(&err);
	return private_mount_run(request->profile, &request->options, use, request);
}

static int run(int argc, char **argv)
{
	struct request request = { .shell = EDIT_SHELL_INIT };
	int status;

	parse(&request, argc, argv);
	request.options.profile.recovery = RECOVERY_KEEP;
	status = run_request(&request);
	mount_options_free(&request.options);
	return status;
}

const struct command command_edit = {
	.name = "edit",
	.summary = "edit [-o OPTIONS] PROFILE",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs edit [-o OPTIONS] PROFILE\n\n"
	"Mounts the profile in a private folder and runs your shell ($SHELL) in the tree.\n"
	"When the shell ends, what was changed is shown, and saved; at a terminal you are\n"
	"asked before, and can go back into the shell when it cannot be saved as it is.\n"
	"In the shell $PROFILEFS_PROFILE is the profile's path, $PROFILEFS_TREE the\n"
	"tree's.\n\n"
	"  -o, --options OPTIONS    see below; may be given more than once\n"
	"  -r, --read-only          the same as -o ro\n"
	"  -E, --error=RULE  -W, --warning=RULE  -O, --off=RULE\n"
	"                           the same as -o error=RULE, warning=RULE, off=RULE\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs edit -o backup=.old wifi.mobileconfig\n\n"
	"Exit status: 0 saved, or nothing was changed; 1 not saved; 2 not mounted.\n\n"
	MOUNT_OPTIONS_NAMES
	"`man profilefs-edit` has more.\n",
};
