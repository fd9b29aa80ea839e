/*
 * exec: mounts in a folder of its own, runs a command in the tree, and saves if the command succeeds.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "fs/cmd/command.h"
#include "fs/cmd/options.h"
#include "fs/cmd/private_mount.h"
#include "fs/cmd/say.h"

/* As shells have it (POSIX, 2.8.2). */
#define KILLED_BY 128

struct request {
	const char *profile;
	char **command; /* ends with NULL */
	struct mount_options options;
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
		end_with(request, say_misuse("exec", "'%s' is too much: the command follows `--`", word));
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
		end_with(request, say_help(command_exec.help));
		break;
	default:
		end_with(request, command_bad_option(&command_exec, option, argv));
	}
}

/* Where `--` stands, or `argc`. */
static int find_separator(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0)
			break;
	return i;
}

static const struct option long_options[] = {
	MOUNT_OPTIONS_LONG,
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse(struct request *request, int argc, char **argv)
{
	static const char letters[] = "-:" MOUNT_OPTIONS_LETTERS "h";
	int separator = find_separator(argc, argv);
	int option;

	while (!request->done && (option = getopt_long(separator, argv, letters, long_options, NULL)) != -1)
		take(request, option, argv);
	if (request->done)
		return;
	if (!request->profile)
		end_with(request, say_misuse("exec", "the profile is missing"));
	else if (separator + 1 >= argc)
		end_with(request, say_misuse("exec", "the command is missing: it follows `--`"));
	else
		request->command = argv + separator + 1;
}

/* --- what becomes of it ----------------------------------------------------------------------------- */

static int save_nothing(struct tree *tree, const char *command, int status)
{
	tree_discard(tree);
	if (WIFSIGNALED(status)) {
		say_note("nothing was saved: %s was killed by signal %d (%s)", command, WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
		return KILLED_BY + WTERMSIG(status);
	}
	say_note("nothing was saved: %s exited with %d", command, WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

/* The exit status, from the command's wait status. */
static int conclude(struct tree *tree, const char *command, int status)
{
	struct error err;
	size_t refused;

	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return save_nothing(tree, command, status);
	say_news_only(true);
	refused = tree_unreported(tree);
	say_news_only(false);
	if (refused == 0)
		return tree_finish(tree);
	tree_discard(tree);
	error_set(&err, EINVAL, "nothing was saved: %zu %s refused, and %s did not notice; write %s again",
		  refused, refused == 1 ? "value was" : "values were", command, refused == 1 ? "it" : "them");
	say_problem(&err);
	return 1;
}

/* Refusals are said when they happen; what is in the record was. */
static int use(void *context, struct private_mount *mount)
{
	const struct request *request = context;
	BUF_AUTO said = BUF_INIT;
	struct error err;
	int status;

	say_record(&said, SEVERITY_ERROR);
	if (private_mount_program(mount, request->command, &status, &err) < 0)
		status = say_error(&err);
	else
		status = conclude(mount->mounted.tree, request->command[0], status);
	say_record(NULL, SEVERITY_ERROR);
	return status;
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };
	int status;

	parse(&request, argc, argv);
	request.options.profile.recovery = RECOVERY_REPLAY;
	status = request.done ? request.status :
				private_mount_run(request.profile, &request.options, use, &request);
	mount_options_free(&request.options);
	return status;
}

const struct command command_exec = {
	.name = "exec",
	.summary = "exec [-o OPTIONS] PROFILE -- COMMAND [ARG...]",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs exec [-o OPTIONS] PROFILE -- COMMAND [ARG...]\n\n"
	"Mounts the profile in a private folder and runs COMMAND with the tree as its\n"
	"working directory ($OLDPWD is where it was called). If COMMAND succeeds the\n"
	"profile is saved, else it stays as it was.\n\n"
	"  -o, --options OPTIONS    see below; may be given more than once\n"
	"  -r, --read-only          the same as -o ro\n"
	"  -E, --error=RULE  -W, --warning=RULE  -O, --off=RULE\n"
	"                           the same as -o error=RULE, warning=RULE, off=RULE\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs exec wifi.mobileconfig -- \\\n"
	"      sed -i s/Office/Lab/ PayloadContent/com.apple.wifi.managed/SSID_STR\n\n"
	"Exit status: COMMAND's if it is not 0 (126: it cannot be run, 127: it is not\n"
	"there, 128+N: signal N killed it); else 0 saved, 1 not saved, 2 not mounted.\n\n"
	MOUNT_OPTIONS_NAMES
	"`man profilefs-exec` has more.\n",
};
