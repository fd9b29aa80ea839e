/*
 * explode: profiles as directories on the disk, without a mount.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/cmd/choice.h"
#include "fs/cmd/command.h"
#include "fs/cmd/paths.h"
#include "fs/cmd/progress.h"
#include "fs/cmd/say.h"
#include "fs/cmd/targets.h"
#include "fs/tree/explode.h"
#include "fs/tree/exploded.h"
#include "fs/tree/profile.h"
#include "plist/base/strings.h"

struct request {
	struct strings words;
	const char *folder; /* NULL: the last word */
	struct explode_options how;
	struct schema_sources sources;
	bool no_placeholders;
	bool force;
	bool quiet;
	bool done;
	int status;
};

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

/* --- arguments -------------------------------------------------------------------------------------- */

static void take_word(struct request *request, const char *word)
{
	struct error err;

	if (!*word)
		end_with(request, say_misuse("explode", "a profile or directory has no name: '' is none"));
	else if (strings_add(&request->words, word, &err) < 0)
		end_with(request, say_error(&err));
}

static void take_placeholders(struct request *request, const char *text)
{
	static const char *const words[] = { "allow", "deny" };
	int chosen = choice_of("explode", "--placeholders", text, words, 2);

	if (chosen < 0)
		end_with(request, 2);
	else
		request->no_placeholders = chosen == 1;
}

enum { OPTION_FORCE = 256,
       OPTION_PORTABLE,
       OPTION_SCHEMA,
       OPTION_MANIFESTS,
       OPTION_PLACEHOLDERS };

static void take(struct request *request, int option, char **argv)
{
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case 't':
		request->folder = optarg;
		break;
	case 'q':
		request->quiet = true;
		break;
	case OPTION_FORCE:
		request->force = true;
		break;
	case OPTION_PORTABLE:
		request->how.portable = true;
		break;
	case OPTION_SCHEMA:
		request->sources.facts = optarg;
		break;
	case OPTION_MANIFESTS:
		request->sources.manifests = optarg;
		break;
	case OPTION_PLACEHOLDERS:
		take_placeholders(request, optarg);
		break;
	case 'h':
		end_with(request, say_help(command_explode.help));
		break;
	default:
		end_with(request, command_bad_option(&command_explode, option, argv));
	}
}

static const struct option long_options[] = {
	{ "target-directory", required_argument, NULL, 't' },
	{ "portable", no_argument, NULL, OPTION_PORTABLE },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "schema", required_argument, NULL, OPTION_SCHEMA },
	{ "manifests", required_argument, NULL, OPTION_MANIFESTS },
	{ "placeholders", required_argument, NULL, OPTION_PLACEHOLDERS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void check_words(struct request *request)
{
	if (request->folder && !*request->folder)
		end_with(request, say_misuse("explode", "-t needs the name of a directory"));
	else if (!request->words.count)
		end_with(request, say_misuse("explode", "the profile is missing: give PROFILE DIR"));
	else if (request->words.count == 1 && !request->folder)
		end_with(request, say_misuse("explode", "the directory is missing: give PROFILE DIR"));
	else if (strcmp(request->folder ? request->folder : request->words.at[request->words.count - 1], "-") == 0)
		end_with(request, say_misuse("explode", "a tree is a directory, and does not go to the standard "
							"output: give another DIR (./- if it is called so)"));
}

static void parse(struct request *request, int argc, char **argv)
{
	int option;

	while (!request->done && (option = getopt_long(argc, argv, "-:t:qh", long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (!request->done)
		check_words(request);
}

/* --- one profile ------------------------------------------------------------------------------------ */

/* All profiles of a run. */
struct run {
	const struct request *request;
	struct schema *schema;
	struct targets targets;
	struct explode_changes changes; /* of trees that were there */
	int status;
};

static void worsen(struct run *run, int status)
{
	if (status > run->status)
		run->status = status;
}

static int write_profile(struct run *run, struct profile *profile, const char *path, struct problems *notes,
			 struct error *err)
{
	struct tree *tree;
	int result;

	profile->checks = (struct check_options){ .schema = run->schema,
						  .no_placeholders = run->request->no_placeholders };
	tree = tree_new(profile, NULL);
	result = tree ? explode(tree, path, &run->request->how, &run->changes, notes, err) : error_memory(err);
	tree_free(tree);
	profile->checks.schema = NULL; /* it is not the profile's */
	return result;
}

static int explode_file(struct run *run, const char *from, const char *path, struct problems *notes,
			struct error *err)
{
	/* Whether a profile is a good one is for `check` to say: the tree has nothing to compare with. */
	const struct profile_options options = {
		.check = CHECK_OFF,
		.force = run->request->force,
		.no_placeholders = run->request->no_placeholders,
	};
	struct profile profile;
	int result;

	if (profile_read(&profile, strcmp(from, "-") == 0 ? "/dev/stdin" : from, &options, notes, err) < 0)
		return -1;
	if (!S_ISREG(profile.found.st_mode))
		profile.found.st_mode = S_IFREG | 0644; /* of a pipe nobody knows: what the umask leaves */
	result = write_profile(run, &profile, path, notes, err);
	profile_close(&profile);
	return result;
}

static void explode_one(struct run *run, const char *from, const char *path)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err;
	int result = explode_file(run, from, path, &notes, &err);

	if (!run->request->quiet)
		say_problems(&notes);
	problems_free(&notes);
	if (result < 0)
		worsen(run, say_error(&err));
}

/* --- several ---------------------------------------------------------------------------------------- */

static void take_bad_path(void *context, const char *path, const struct error *problem)
{
	struct error shown = *problem;

	error_in_file(&shown, path);
	say_problem(&shown);
	worsen(context, 2);
}

static void add_target_path(const char *folder, const char *name, struct buf *path)
{
	buf_add_format(path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
}

static void explode_to(struct run *run, const char *folder, const struct target_entry *target)
{
	BUF_AUTO path = BUF_INIT;
	struct error err;

	add_target_path(folder, target->name, &path);
	if (!buf_ok(&path))
		error_memory(&err);
	if (!buf_ok(&path) || targets_make_folders(folder, target->name, &err) < 0)
		worsen(run, say_error(&err));
	else
		explode_one(run, target->from, buf_text(&path));
}

static int find_one(struct run *run, const char *word, struct error *err)
{
	size_t before = run->targets.count;

	if (strcmp(word, "-") == 0)
		return error_set(err, EINVAL, "the standard input has no name: explode it alone, with `- DIR`");
	if (targets_add(&run->targets, word, take_bad_path, run, err) < 0)
		return -1;
	if (run->targets.count != before + 1 || !run->targets.list[before].is_tree ||
	    strcmp(run->targets.list[before].from, word) != 0)
		return 0;
	error_set(err, EINVAL, "this is an exploded tree: give profiles, or folders of them");
	error_in_file(err, word);
	return -1;
}

/* What is in the way of any of them is known before anything is written, too. */
static int check_ways(const struct run *run, const char *folder, struct error *err)
{
	BUF_AUTO first = BUF_INIT;
	size_t found = 0, i;
	struct stat st;

	for (i = 0; i < run->targets.count; i++) {
		BUF_AUTO path = BUF_INIT;

		add_target_path(folder, run->targets.list[i].name, &path);
		if (!buf_ok(&path))
			return error_memory(err);
		if (stat(buf_text(&path), &st) == 0 && !S_ISDIR(st.st_mode) && found++ == 0)
			buf_add_text(&first, buf_text(&path));
	}
	if (!found)
		return 0;
	error_set(err, ENOTDIR,
		  "%zu of %zu trees cannot go where a file is (the first: %.400s): give another folder, or move the "
		  "file%s away; nothing was written",
		  found, run->targets.count, buf_text(&first), found == 1 ? "" : "s");
	error_in_file(err, folder);
	return -1;
}

/* What would be wrong for all of them is said before anything is written. */
static int find_all(struct run *run, const char *folder, struct error *err)
{
	const struct strings *words = &run->request->words;
	size_t count = words->count - (run->request->folder ? 0 : 1), i;

	if (exploded_is_tree(folder)) {
		error_set(err, EINVAL, "this is an exploded tree itself: give a folder in which each profile gets one");
		error_in_file(err, folder);
		return -1;
	}
	for (i = 0; i < count; i++)
		if (find_one(run, words->at[i], err) < 0)
			return -1;
	targets_keep(&run->targets, 0, false); /* they are exploded */
	return targets_check(&run->targets, folder, err) < 0 ? -1 : check_ways(run, folder, err);
}

static void explode_all(struct run *run, const char *folder)
{
	struct progress progress;
	struct error err;
	size_t i;

	if (find_all(run, folder, &err) < 0) {
		worsen(run, say_error(&err));
		return;
	}
	progress = progress_begin("exploded", run->targets.count, run->request->quiet);
	for (i = 0; i < run->targets.count; i++) {
		explode_to(run, folder, &run->targets.list[i]);
		progress_tell(&progress, i + 1);
	}
	progress_end(&progress);
}

/* --- the whole -------------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Nothing that was there goes without a word. */
static void say_changes(const struct run *run, const char *where)
{
	const struct explode_changes *changes = &run->changes;
	const char *more = changes->gone > EXPLODE_NAMED_MAX ? ", ..." : "";
	BUF_AUTO text = BUF_INIT;
	struct error note;

	if (run->request->quiet || !changes->trees)
		return;
	if (changes->trees > 1)
		buf_add_format(&text, "%zu trees ", changes->trees);
	buf_add_format(&text, "brought up to date: %zu file%s written, %zu removed", changes->written,
		       changes->written == 1 ? "" : "s", changes->removed);
	if (changes->gone)
		buf_add_format(&text, " (%.700s%s)", buf_text(&changes->names), more);
	error_set(&note, EEXIST, "%s", buf_text(&text));
	note.severity = SEVERITY_NOTE;
	error_in_file(&note, where);
	say_problem(&note);
}

static int explode_words(const struct request *request)
{
	const struct strings *words = &request->words;
	const char *where = request->folder ? request->folder : words->at[words->count - 1];
	struct run run = { .request = request };
	struct error err;

	run.schema = schema_open(&request->sources, &err);
	if (!run.schema)
		return say_error(&err);
	if (!request->folder && words->count == 2 && !is_folder(words->at[0]))
		explode_one(&run, words->at[0], where);
	else
		explode_all(&run, where);
	say_changes(&run, where);
	explode_changes_free(&run.changes);
	targets_free(&run.targets);
	schema_free(run.schema);
	return run.status;
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };
	int status;

	parse(&request, argc, argv);
	status = request.done ? request.status : explode_words(&request);
	strings_free(&request.words);
	return status;
}

const struct command command_explode = {
	.name = "explode",
	.summary = "explode PROFILE... DIR",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs explode [OPTIONS] PROFILE DIR\n"
	"       profilefs explode [OPTIONS] PROFILE|FOLDER... DIR\n"
	"       profilefs explode [OPTIONS] -t DIR PROFILE|FOLDER...\n\n"
	"Writes what a mount of PROFILE would show into DIR, which is made if it is not\n"
	"there. A DIR that is an exploded tree already is brought up to date: dotfiles\n"
	"such as .git stay, and so do the names of payloads. Of several profiles, of a\n"
	"FOLDER of them, or with -t, each becomes DIR/NAME. PROFILE may be `-` for the\n"
	"standard input. `profilefs implode` makes a profile of a tree again.\n\n"
	"  -t, --target-directory=DIR\n"
	"                           the directory for all trees\n"
	"      --portable           names that macOS and Windows can have and keep apart,\n"
	"                           with %XX for what they cannot\n"
	"      --schema=DIR|FILE    Apple's YAML, or a file in our language, for what is\n"
	"                           built in: what it tells of types is not in .types\n"
	"      --manifests=DIR      ProfileManifests as well\n"
	"      --placeholders=allow|deny\n"
	"                           whether $FLEET_VAR_X, {{x}}, ... are values (allow)\n"
	"      --force              also if a signature does not fit\n"
	"  -q, --quiet              errors only, no warnings or notes\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs explode wifi.mobileconfig wifi\n\n"
	"Exit status: 0 all is well; 1 a profile has errors; 2 wrong usage, or something\n"
	"could not be read or written. `man profilefs-explode` has more.\n",
};
