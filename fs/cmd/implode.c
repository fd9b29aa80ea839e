/*
 * implode: exploded trees back to profiles.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/cmd/command.h"
#include "fs/cmd/implode_batch.h"
#include "fs/cmd/implode_level.h"
#include "fs/cmd/implode_options.h"
#include "fs/cmd/progress.h"
#include "fs/cmd/rewrap.h"
#include "fs/cmd/say.h"
#include "fs/cmd/targets.h"
#include "fs/tree/exploded.h"
#include "fs/tree/implode.h"

#define SUFFIX ".mobileconfig"

struct run {
	const struct implode_request *request;
	struct implode_options options;
	struct targets targets;
	bool in_folder;  /* the output is a folder, and each goes into it by its name */
	bool complained; /* of the word that is looked into */
	int status;      /* the worst so far */
};

static void worsen(struct run *run, int status)
{
	if (status > run->status)
		run->status = status;
}

static int say_in_file(const char *file, const struct error *problem)
{
	struct error shown = *problem;

	error_in_file(&shown, file);
	return say_error(&shown);
}

/* --- which trees ------------------------------------------------------------------------------------ */

static void complain_of_path(void *context, const char *path, const struct error *problem)
{
	struct run *run = context;

	/* That it holds nothing is said in our words. */
	if (problem->code == ENOENT && rewrap_is_folder(path))
		return;
	run->complained = true;
	worsen(run, say_in_file(path, problem));
}

static void complain_of_no_tree(struct run *run, const char *word)
{
	struct error err;

	if (rewrap_is_folder(word))
		error_set(&err, ENOENT,
			  "there is no exploded tree here: a directory that holds PayloadType, PayloadIdentifier or "
			  "PayloadContent, as `profilefs explode` makes it");
	else
		error_set(&err, ENOTDIR, "this is no directory: give the tree first, then the profile");
	worsen(run, say_in_file(word, &err));
}

static int add_word(struct run *run, const char *word, struct error *err)
{
	size_t before = run->targets.count;
	struct error inside;

	if (implode_check_level(word, &inside) < 0) {
		worsen(run, say_in_file(word, &inside));
		return 0;
	}
	run->complained = false;
	if (targets_add(&run->targets, word, complain_of_path, run, err) < 0)
		return -1;
	/* Folders of trees may hold profiles, too. */
	targets_keep(&run->targets, before, true);
	if (run->targets.count == before && !run->complained)
		complain_of_no_tree(run, word);
	return 0;
}

/* --- where they go ---------------------------------------------------------------------------------- */

static bool is_one_tree(const struct run *run)
{
	const struct implode_request *request = run->request;

	return request->trees.count == 1 && (exploded_is_tree(request->trees.at[0]) || run->targets.count == 0);
}

/* Who names a profile means one, whatever was given for it. */
static bool is_new_profile(const char *path)
{
	struct stat st;

	return targets_ends_in(path, SUFFIX) && stat(path, &st) < 0;
}

static int check_folder(const struct run *run, struct error *err)
{
	const char *folder = run->request->output;
	struct stat st;

	if (rewrap_is_stream(folder))
		error_set(err, EINVAL, "the standard output takes one profile: give a folder for several, or one tree");
	else if (stat(folder, &st) == 0 && !S_ISDIR(st.st_mode))
		error_set(err, ENOTDIR, "several profiles go into a folder, and this is none: give another one");
	else if (is_new_profile(folder))
		error_set(err, EINVAL,
			  "several profiles go into a folder, and this is the name of a profile: give one tree, or "
			  "the name of a folder");
	else if (exploded_is_tree(folder))
		error_set(err, EINVAL, "this is an exploded tree: give the profile, or a folder for it, last");
	else
		return targets_check(&run->targets, folder, err);
	error_in_file(err, folder);
	return -1;
}

static int check_base(const struct run *run, struct error *err)
{
	const char *base = run->request->base;

	if (base && exploded_is_tree(base)) {
		error_set(err, EINVAL, "this is an exploded tree: --base takes a profile, or a folder of profiles");
		error_in_file(err, base);
		return -1;
	}
	if (!base || rewrap_is_folder(base) || run->targets.count < 2)
		return 0;
	return error_set(err, EINVAL,
			 "for several trees --base takes a folder that is there, with a base of the same name for "
			 "each, not '%.300s'",
			 base);
}

static int find_targets(struct run *run, struct error *err)
{
	const struct implode_request *request = run->request;
	size_t i;

	for (i = 0; i < request->trees.count; i++)
		if (add_word(run, request->trees.at[i], err) < 0)
			return -1;
	run->in_folder = request->folder || !is_one_tree(run) || rewrap_is_folder(request->output);
	if (targets_add_suffix(&run->targets, SUFFIX, err) < 0 || check_base(run, err) < 0)
		return -1;
	return run->in_folder ? check_folder(run, err) : 0;
}

/* --- one tree --------------------------------------------------------------------------------------- */

static void say_problem_of_tree(void *context, const char *file, const struct error *problem)
{
	const struct run *run = context;

	if (!run->request->quiet || problem->severity == SEVERITY_ERROR)
		say_in_file(file, problem);
}

/* A profile in its tree would be a key of it. */
static bool is_inside(const char *output, const char *tree)
{
	struct place place;
	struct error ignored;
	char *real = realpath(tree, NULL);
	size_t len = real ? strlen(real) : 0;
	bool inside = false;

	if (real && place_open(&place, output, &ignored) == 0) {
		inside = strncmp(place.path, real, len) == 0 && place.path[len] == '/';
		place_close(&place);
	}
	free(real);
	return inside;
}

static int check_output(const char *output, const char *tree, struct error *err)
{
	if (rewrap_is_stream(output))
		return 0;
	if (rewrap_is_folder(output))
		error_set(err, EISDIR, "a directory is here, where the profile should be: give another place");
	else if (is_inside(output, tree))
		error_set(err, EINVAL, "this is in the tree itself, and would be a part of it: give another place");
	else
		return 0;
	error_in_file(err, output);
	return -1;
}

/* Appends what is called `name` in a folder. */
static void add_name(struct buf *folder, const char *name)
{
	if (folder->len && folder->data[folder->len - 1] != '/')
		buf_add_char(folder, '/');
	buf_add_text(folder, name);
}

/* Somebody who means another one would lose its comments and its signature. */
static void warn_of_no_base(const struct run *run, const char *tree, const char *base)
{
	struct error err;

	if (run->request->quiet)
		return;
	error_set(&err, ENOENT,
		  "there is no base for %.500s here, so it is made as new: without the comments, order, format and "
		  "signature that a base has",
		  tree);
	err.severity = SEVERITY_WARNING;
	say_in_file(base, &err);
}

/* The base of a tree; empty: it has none. A folder has one by the name of the profile, or none. */
static void find_base(const struct run *run, const struct target_entry *entry, struct buf *base)
{
	const char *given = run->request->base;
	struct stat st;

	if (!given)
		return;
	buf_add_text(base, given);
	if (!rewrap_is_folder(given))
		return;
	add_name(base, entry->name);
	if (!buf_ok(base) || stat(buf_text(base), &st) == 0 || errno != ENOENT)
		return;
	warn_of_no_base(run, entry->from, buf_text(base));
	buf_clear(base);
}

static void find_output(const struct run *run, const struct target_entry *entry, struct buf *output)
{
	buf_add_text(output, run->request->output);
	if (run->in_folder)
		add_name(output, entry->name);
}

/* What is said of the profile that was there, or is there now. */
static void say_notes(const struct run *run, struct problems *notes, const char *output)
{
	struct problems named = PROBLEMS_INIT;

	problems_move(notes, &named, rewrap_is_stream(output) ? "standard output" : output);
	if (!run->request->quiet)
		say_problems(&named);
	problems_free(&named);
}

/* Somebody else's change stays, and this one was not saved: as when a mount ends so. */
static int status_of(const struct error *err)
{
	return err->code == ESTALE ? 1 : error_exit_status(err);
}

/* Makes the profile of a tree, and nothing on disk but the folder that it goes into. */
static int make(struct run *run, const struct target_entry *entry, struct implode_job *job)
{
	const char *base, *output;

	find_base(run, entry, &job->base);
	find_output(run, entry, &job->output);
	if (!buf_ok(&job->base) || !buf_ok(&job->output))
		return error_memory(&job->err);
	base = job->base.len ? buf_text(&job->base) : NULL;
	output = buf_text(&job->output);
	if (check_output(output, entry->from, &job->err) < 0 ||
	    implosion_make(&job->implosion, entry->from, base, output, &run->options, say_problem_of_tree, run,
			   &job->notes, &job->err) < 0)
		return -1;
	return run->in_folder ? targets_make_folders(run->request->output, entry->name, &job->err) : 0;
}

/* --- several at a time ------------------------------------------------------------------------------ */

static void finish_job(struct run *run, struct implode_job *job)
{
	say_notes(run, &job->notes, buf_text(&job->output));
	if (job->result == 0)
		return;
	say_problem(&job->err);
	worsen(run, status_of(&job->err));
}

static void put_batch(struct run *run, struct implode_batch *batch)
{
	size_t i;

	implode_batch_put(batch);
	for (i = 0; i < batch->count; i++)
		finish_job(run, batch->jobs[i]);
	implode_batch_end(batch);
}

static void implode_one(struct run *run, const struct target_entry *entry, struct implode_batch *batch)
{
	struct implode_job *job = implode_batch_add(batch);
	struct error err;

	if (!job) {
		error_memory(&err);
		worsen(run, say_in_file(entry->from, &err));
		return;
	}
	job->result = make(run, entry, job);
	if (implode_batch_is_full(batch))
		put_batch(run, batch);
}

/* --- all of them ------------------------------------------------------------------------------------ */

static int open_signer(struct run *run, struct signer **signer)
{
	struct rewrap keys = { .command = &command_implode, .keys = run->request->keys };

	*signer = rewrap_signer(&keys);
	return keys.done ? keys.status : 0;
}

static void implode_all(struct run *run)
{
	struct implode_batch batch = { .count = 0 };
	struct progress progress;
	struct signer *signer;
	int status = open_signer(run, &signer);
	size_t i;

	worsen(run, status);
	if (status)
		return;
	run->options.signer = signer;
	progress = progress_begin("imploded", run->targets.count, run->request->quiet);
	for (i = 0; i < run->targets.count; i++) {
		implode_one(run, &run->targets.list[i], &batch);
		progress_tell(&progress, i + 1 - batch.count);
	}
	put_batch(run, &batch);
	progress_end(&progress);
	signer_free(signer);
}

static void begin(struct run *run, struct schema *schema)
{
	const struct implode_request *request = run->request;

	run->options = request->options;
	run->options.digest = request->keys.digest;
	run->options.checks.schema = schema;
	run->options.checks.targets = request->targets;
	run->options.checks.target_count = request->target_count;
	run->options.checks.levels = request->keys.levels;
}

static int implode_request(const struct implode_request *request)
{
	struct run run = { .request = request };
	struct schema *schema;
	struct error err;

	schema = schema_open(&request->sources, &err);
	if (!schema)
		return say_error(&err);
	begin(&run, schema);
	if (find_targets(&run, &err) < 0)
		worsen(&run, say_error(&err));
	else if (run.targets.count)
		implode_all(&run);
	targets_free(&run.targets);
	schema_free(schema);
	return run.status;
}

static int run(int argc, char **argv)
{
	struct implode_request request = { 0 };

	implode_parse(&request, argc, argv);
	if (!request.done)
		request.status = implode_request(&request);
	implode_options_free(&request);
	return request.status;
}

const struct command command_implode = {
	.name = "implode",
	.summary = "implode [--base=PROFILE] [--key=FILE] TREE PROFILE",
	.options = implode_long_options,
	.run = run,
	.help =
	"usage: profilefs implode [OPTION]... TREE PROFILE\n"
	"       profilefs implode [OPTION]... TREE... FOLDER\n"
	"       profilefs implode [OPTION]... -t FOLDER TREE...\n\n"
	"Makes a profile of an exploded tree, as `profilefs explode` or a copy of a mount\n"
	"has it. PROFILE may be `-` for the standard output. Several trees, or a folder\n"
	"of them, become files in FOLDER, each called like its tree and .mobileconfig.\n\n"
	"      --base=PROFILE       what the tree was exploded from: what differs from it\n"
	"                           is changed, and nothing else; may be PROFILE, `-`,\n"
	"                           or for several trees a folder\n"
	"  -t, --target-directory=FOLDER\n"
	"                           where the profiles go; it is made if it is not there\n"
	"      --format=FORMAT      keep (default: the base's, else xml), xml or binary\n"
	KEY_OPTIONS_HELP
	"      --unsign             leave it plain although the base, or what it\n"
	"                           replaces, is signed\n"
	"      --force              also if the signature of the base does not fit\n"
	"      --check=LEVEL        what to do about errors that the base did not have:\n"
	"                           warn (default), strict: write nothing, or off\n"
	"      --target OS:VERSION, --schema DIR|FILE, --manifests DIR\n"
	"      --placeholders allow|deny\n"
	"                           as `profilefs check` has them; -E, -W, -O take its\n"
	"                           rules, too\n"
	"  -q, --quiet              only errors: no warnings, no notes\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs implode --base=wifi.mobileconfig wifi new.mobileconfig\n\n"
	"Exit status: 0 all is well; 1 a tree is damaged, has errors (--check=strict), or\n"
	"the base was changed by somebody else meanwhile; 2 wrong usage, or something\n"
	"could not be read or written. `man profilefs-implode` has more.\n",
};
