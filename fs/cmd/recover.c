/*
 * recover: what crashes left, listed, shown, applied, dropped.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "fs/cmd/colour.h"
#include "fs/cmd/command.h"
#include "fs/cmd/differences.h"
#include "fs/cmd/options.h"
#include "fs/cmd/say.h"
#include "fs/tree/profile.h"
#include "fs/tree/recovery.h"
#include "fs/tree/tree.h"
#include "plist/base/file.h"

enum action { ACTION_LIST, ACTION_SHOW, ACTION_APPLY, ACTION_DROP };

struct request {
	enum action action;
	bool chosen;
	const char *profile;
	struct mount_options options;
	bool done;
	int status;
};

/* --- which ------------------------------------------------------------------------------------------ */

/* All journals of a profile, or of all for NULL. The exit status. */
static int find(const char *profile, struct journal_file **files, size_t *count)
{
	struct place place = PLACE_INIT;
	struct error err;
	int result;

	if (profile && place_open(&place, profile, &err) < 0)
		return say_error(&err);
	result = journal_find(profile ? place.path : NULL, files, count, NULL, &err);
	place_close(&place);
	if (result < 0)
		return say_error(&err);
	if (profile && !*count) {
		error_set(&err, ENOENT, "there are no edits of it that were not saved; `profilefs recover` lists what "
				       "there is");
		error_in_file(&err, profile);
		journal_files_free(*files, *count);
		return say_error(&err);
	}
	return 0;
}

/* What is there now, compared with what the journal applies to. */
static bool fits(const struct journal_file *file)
{
	BUF_AUTO now = BUF_INIT;
	struct error ignored;

	if (file_read_path(file->path, PROFILE_SIZE_MAX, &now, &ignored) < 0)
		return ignored.code == ENOENT && journal_fits(file, "", 0, true);
	return journal_fits(file, now.data, now.len, false);
}

/* --- list ------------------------------------------------------------------------------------------- */

static const char *describe(const struct journal_file *file)
{
	if (file->state == JOURNAL_IN_USE)
		return "mounted now";
	if (file->state == JOURNAL_DAMAGED)
		return "the journal is damaged: --show shows what is whole";
	if (!fits(file))
		return "the profile is another now: --apply keeps the edited one beside it";
	if (file->aside)
		return "set aside: --apply puts them back";
	return "the next mount puts them back, or --apply";
}

static void add_time(const struct journal_file *file, struct buf *out)
{
	struct stat st;
	struct tm when;
	char text[32];

	if (file->fd >= 0 && fstat(file->fd, &st) == 0 && localtime_r(&st.st_mtime, &when) &&
	    strftime(text, sizeof(text), ", %Y-%m-%d %H:%M", &when))
		buf_add_text(out, text);
}

static int list(const struct journal_file *files, size_t count)
{
	BUF_AUTO out = BUF_INIT;
	struct error err;
	size_t i, edits;

	for (i = 0; i < count; i++) {
		edits = recovery_count(&files[i]);
		buf_add_format(&out, "%s: %zu edit%s", *files[i].path ? files[i].path : files[i].name, edits,
			       edits == 1 ? "" : "s");
		add_time(&files[i], &out);
		buf_add_format(&out, ": %s\n", describe(&files[i]));
	}
	if (!buf_ok(&out))
		return error_memory(&err), say_error(&err);
	return say_output(buf_text(&out), out.len, &err) < 0 ? say_error(&err) : 0;
}

/* --- show ------------------------------------------------------------------------------------------- */

static int print(const struct journal_file *file, const struct recovered *recovered, struct error *err)
{
	const struct schema_sources sources = { 0 };
	struct differences_options options = {
		.a_name = file->path,
		.b_name = file->path,
		.colour = colour_wanted(COLOUR_AUTO, false),
	};
	BUF_AUTO out = BUF_INIT;
	size_t count;
	int result;

	options.schema = schema_open(&sources, err);
	if (!options.schema)
		return -1;
	result = differences_print(recovered->before, recovered->after.root, &options, &out, &count, err);
	schema_free(options.schema);
	return result < 0 ? -1 : say_output(buf_text(&out), out.len, err);
}

/* An encrypted one needs a recipient's key. */
static int read_journal(const struct request *request, const struct journal_file *file, struct recovered *out,
			struct error *err)
{
	const struct profile_options *options = &request->options.profile;
	struct decryptor *decryptor = NULL;
	int result;

	if (journal_is_locked(file) && options->decrypt.key && profile_decryptor(options, &decryptor, err) < 0)
		return -1;
	result = recovery_read(file, decryptor, out, err);
	decryptor_free(decryptor);
	return result;
}

static int show(const struct request *request, const struct journal_file *file)
{
	struct recovered recovered;
	struct error err;
	int result;

	if (file->state == JOURNAL_DAMAGED)
		say_note("%s: its journal is damaged: this is what is whole", file->path);
	if (read_journal(request, file, &recovered, &err) < 0)
		return say_error(&err);
	result = print(file, &recovered, &err);
	recovered_free(&recovered);
	return result < 0 ? say_error(&err) : 0;
}

/* --- apply ------------------------------------------------------------------------------------------ */

static void report(void *context, const struct error *problem)
{
	(void)context;
	say_problem(problem);
}

/* As a mount and its end. What is not saved is in the journal still, or beside the profile. */
static int save(const struct request *request)
{
	const struct tree_surroundings around = { .report = report };
	struct profile_options options = request->options.profile;
	struct problems notes = PROBLEMS_INIT;
	struct profile profile;
	struct tree *tree;
	struct error err;
	int status;

	options.recovery = RECOVERY_REPLAY;
	if (profile_open(&profile, request->profile, &options, &notes, &err) < 0) {
		say_problems(&notes);
		problems_free(&notes);
		return say_error(&err);
	}
	say_problems(&notes);
	problems_free(&notes);
	if (profile.read_only) {
		status = say_error(&profile.why_read_only);
	} else {
		tree = tree_new(&profile, &around);
		status = tree ? tree_finish(tree) : (error_memory(&err), say_error(&err));
		tree_free(tree);
	}
	profile_close(&profile);
	return status;
}

static int render(const struct request *request, const struct journal_file *file, struct buf *plist,
		  struct error *err)
{
	struct problems notes = PROBLEMS_INIT;
	struct recovered recovered;
	int result;

	if (read_journal(request, file, &recovered, err) < 0)
		return -1;
	result = recovered_render(&recovered, plist, &notes, err);
	recovered_free(&recovered);
	say_problems(&notes);
	problems_free(&notes);
	return result;
}

static int keep_beside(const struct request *request, struct journal_file *file, struct error *err)
{
	struct place place = PLACE_INIT;
	BUF_AUTO plist = BUF_INIT, made = BUF_INIT;
	int result = render(request, file, &plist, err);

	if (result == 0)
		result = place_open(&place, file->path, err);
	if (result == 0)
		result = file_beside(&place, ".conflict", plist.data, plist.len, &made, err);
	if (result == 0 && journal_drop(file, err) == 0)
		say_note("%s: it is not what was edited: the edited one is beside it in %s, unsigned; look at it with "
			 "profilefs diff, remove it when done", file->path, buf_text(&made));
	place_close(&place);
	return result;
}

/* The exit status, or -1: the journal has the name by which whoever opens the profile finds it. */
static int apply(const struct request *request, struct journal_file *files, size_t count)
{
	struct journal_file *file = &files[0];
	struct error err;
	size_t i;

	for (i = 0; i < count; i++)
		if (files[i].state == JOURNAL_IN_USE) {
			error_set(&err, EBUSY, "it is mounted: its unmount saves the edits");
			error_in_file(&err, file->path);
			return say_error(&err);
		}
	for (i = 0; i < count; i++)
		if (files[i].state != JOURNAL_DAMAGED && fits(&files[i]))
			file = &files[i];
	if (file->state == JOURNAL_DAMAGED || !fits(file))
		return keep_beside(request, file, &err) < 0 ? say_error(&err) : 0;
	if (file->aside && journal_put_back(file, &err) < 0)
		return say_error(&err);
	return -1;
}

/* --- all of it -------------------------------------------------------------------------------------- */

static int drop(struct journal_file *files, size_t count)
{
	struct error err;
	size_t i, edits;

	for (i = 0; i < count; i++) {
		edits = recovery_count(&files[i]);
		if (files[i].state == JOURNAL_IN_USE)
			error_set(&err, EBUSY, "it is mounted: unmount it first");
		else if (journal_drop(&files[i], &err) == 0) {
			say_note("%s: %zu edit%s dropped", files[i].path, edits, edits == 1 ? " was" : "s were");
			continue;
		}
		error_in_file(&err, files[i].path);
		return say_error(&err);
	}
	return 0;
}

static int show_all(const struct request *request, const struct journal_file *files, size_t count)
{
	int status = 0;
	size_t i;

	for (i = 0; i < count && status == 0; i++)
		status = show(request, &files[i]);
	return status;
}

static int act(struct request *request, struct journal_file *files, size_t count)
{
	switch (request->action) {
	case ACTION_SHOW:
		return show_all(request, files, count);
	case ACTION_APPLY:
		return apply(request, files, count);
	case ACTION_DROP:
		return drop(files, count);
	case ACTION_LIST:
		break;
	}
	return list(files, count);
}

static int run_request(struct request *request)
{
	struct journal_file *files;
	size_t count;
	bool begun;
	int status = find(request->profile, &files, &count);

	if (status != 0)
		return status;
	begun = count && files[0].count >= 2 && files[0].records[1].kind == JOURNAL_BEGUN;
	status = act(request, files, count);
	journal_files_free(files, count);
	if (status >= 0)
		return status;
	request->options.profile.create = begun;
	return save(request); /* who opens the profile reads the journal for himself */
}

/* --- arguments -------------------------------------------------------------------------------------- */

static const struct option long_options[] = {
	MOUNT_OPTIONS_LONG,
	{ "list", no_argument, NULL, 'l' },
	{ "show", no_argument, NULL, 's' },
	{ "apply", no_argument, NULL, 'a' },
	{ "drop", no_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

static void choose(struct request *request, enum action action)
{
	if (request->chosen && request->action != action)
		end_with(request, say_misuse("recover", "--list, --show, --apply and --drop: give one of them"));
	request->action = action;
	request->chosen = true;
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
	case 'l':
		choose(request, ACTION_LIST);
		break;
	case 's':
		choose(request, ACTION_SHOW);
		break;
	case 'a':
		choose(request, ACTION_APPLY);
		break;
	case 'd':
		choose(request, ACTION_DROP);
		break;
	case 'h':
		end_with(request, say_help(command_recover.help));
		break;
	default:
		end_with(request, command_bad_option(&command_recover, option, argv));
	}
}

static void check_words(struct request *request, int argc, char **argv)
{
	if (optind < argc)
		request->profile = argv[optind++];
	if (optind < argc)
		end_with(request, say_misuse("recover", "'%s' is too much: give one profile", argv[optind]));
	else if (!request->profile && request->chosen && request->action != ACTION_LIST)
		end_with(request, say_misuse("recover", "the profile is missing: `profilefs recover` lists them"));
	else if (request->profile && !request->chosen)
		request->action = ACTION_SHOW;
}

static int run(int argc, char **argv)
{
	struct request request = { .action = ACTION_LIST };
	int option, status;

	while (!request.done &&
	       (option = getopt_long(argc, argv, ":" MOUNT_OPTIONS_LETTERS "h", long_options, NULL)) != -1)
		take(&request, option, argv);
	if (!request.done)
		check_words(&request, argc, argv);
	status = request.done ? request.status : run_request(&request);
	mount_options_free(&request.options);
	return status;
}

const struct command command_recover = {
	.name = "recover",
	.summary = "recover [--show|--apply|--drop] [PROFILE]",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs recover [--list]\n"
	"       profilefs recover [--show] PROFILE\n"
	"       profilefs recover --apply [-o OPTIONS] PROFILE\n"
	"       profilefs recover --drop PROFILE\n\n"
	"Lists the profiles whose edits were not saved because profilefs was killed or\n"
	"the machine stopped. The next mount of a profile puts its edits back by itself;\n"
	"this is for looking first, and for those that were set aside. Of a PROFILE it\n"
	"shows the edits, as profilefs diff does.\n\n"
	"      --list               list them: the default without PROFILE\n"
	"      --show               show the edits: the default with PROFILE\n"
	"      --apply              save them, as a mount and its end would: signed with\n"
	"                           -o key=FILE,... Where the profile is another by now,\n"
	"                           or the journal is damaged, the edited one is kept\n"
	"                           beside it (.NAME.conflict)\n"
	"      --drop               remove the journal\n"
	"  -o, --options OPTIONS    the options of a mount (profilefs mount --help)\n"
	"  -r, --read-only          the same as -o ro\n"
	"  -E, --error=RULE  -W, --warning=RULE  -O, --off=RULE\n"
	"                           as profilefs mount has them\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs recover --apply -o key=sign.p12,passin=env:P12 wifi.mobileconfig\n\n"
	"Exit status: 0 all is well; 1 it was not saved; 2 wrong usage, or something\n"
	"could not be read. `man profilefs-recover` has more.\n",
};
