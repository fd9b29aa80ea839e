/*
 * verify: who signed a profile, and whether it is what was signed.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/cmd/paths.h"
#include "fs/cmd/command.h"
#include "fs/cmd/progress.h"
#include "fs/cmd/say.h"
#include "fs/cmd/verify.h"
#include "plist/base/strings.h"
#include "sign/trust.h"

struct request {
	struct strings words; /* the profiles and folders */
	struct trust_files trust;
	struct verify_terms terms;
	bool same;
	bool json;
	bool quiet;
	bool brief;
	bool done;
	int status;
};

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

/* --- arguments -------------------------------------------------------------------------------------- */

static void take_rules(struct request *request, const char *list, enum rule_level level)
{
	struct error err;

	if (rule_levels_set(&request->terms.levels, list, verify_rules, level, &err) < 0)
		end_with(request, say_error(&err));
}

static void take_format(struct request *request, const char *name)
{
	request->json = strcmp(name, "json") == 0;
	if (!request->json && strcmp(name, "text") != 0)
		end_with(request, say_misuse("verify", "--format takes text or json, not '%s'", name));
}

static void take_word(struct request *request, const char *word)
{
	struct error err;

	if (strings_add(&request->words, word, &err) < 0)
		end_with(request, say_error(&err));
}

enum { OPTION_TRUSTED = 256, OPTION_CAFILE, OPTION_CAPATH, OPTION_FORMAT, OPTION_SAME };

static void take(struct request *request, int option, char **argv)
{
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case 'E':
		take_rules(request, optarg, RULE_ERROR);
		break;
	case 'W':
		take_rules(request, optarg, RULE_WARNING);
		break;
	case 'O':
		take_rules(request, optarg, RULE_OFF);
		break;
	case 'q':
		request->quiet = true;
		break;
	case 'b':
		request->brief = true;
		break;
	case OPTION_TRUSTED:
		request->terms.trusted = true;
		break;
	case OPTION_CAFILE:
		request->trust.cafile = optarg;
		break;
	case OPTION_CAPATH:
		request->trust.capath = optarg;
		break;
	case OPTION_FORMAT:
		take_format(request, optarg);
		break;
	case OPTION_SAME:
		request->same = true;
		break;
	case 'h':
		end_with(request, say_help(command_verify.help));
		break;
	default:
		end_with(request, command_bad_option(&command_verify, option, argv));
	}
}

static const struct option long_options[] = {
	{ "trusted", no_argument, NULL, OPTION_TRUSTED },
	{ "cafile", required_argument, NULL, OPTION_CAFILE },
	{ "capath", required_argument, NULL, OPTION_CAPATH },
	{ "same", no_argument, NULL, OPTION_SAME },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "error", required_argument, NULL, 'E' },
	{ "warning", required_argument, NULL, 'W' },
	{ "off", required_argument, NULL, 'O' },
	{ "brief", no_argument, NULL, 'b' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static size_t count_stdin(const struct strings *words)
{
	size_t i, count = 0;

	for (i = 0; i < words->count; i++)
		count += strcmp(words->at[i], "-") == 0;
	return count;
}

/* What is wrong with the words and options together; NULL: nothing. */
static const char *misuse(const struct request *request)
{
	if (request->same && request->words.count != 2)
		return "--same takes two files: the signed profile, and the plain one";
	if (request->same && request->json)
		return "--same says one line, and has no --format json";
	if (!request->words.count)
		return "the profiles are missing: name files or folders, or `-`";
	if (count_stdin(&request->words) > 1)
		return "the standard input can be read once: give one `-`";
	return NULL;
}

static void parse(struct request *request, int argc, char **argv)
{
	const char *wrong;
	int option;

	while (!request->done && (option = getopt_long(argc, argv, "-:E:W:O:qbh", long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	wrong = request->done ? NULL : misuse(request);
	if (wrong)
		end_with(request, say_misuse("verify", "%s", wrong));
}

/* --- what is looked at ------------------------------------------------------------------------------ */

/* A run, once it is known what to do. */
struct run {
	const struct request *request;
	struct verify_terms terms;
	struct trust *trust;
	struct paths found; /* in the folders that were given */
	struct strings names;     /* all that is looked at: the words, and what is in folders instead of these */
	struct verify_counts counts;
	int status;
};

static void say_unless_quiet(const struct run *run, const struct error *problem)
{
	if (!run->request->quiet || problem->severity == SEVERITY_ERROR)
		say_problem(problem);
}

/* A folder that cannot be read, or has no profile in it. */
static void take_bad_path(void *context, const char *path, const struct error *problem)
{
	struct error shown = *problem;
	struct run *run = context;

	error_in_file(&shown, path);
	say_problem(&shown);
	run->counts.unreadable++;
	run->status = 2;
}

/* One that was named is an error; beside signed profiles it is where they are made from. */
static void pass_over_tree(struct run *run, const char *tree, const char *word)
{
	struct error err;

	error_set(&err, EISDIR, "this is an exploded tree: only files are signed");
	error_in_file(&err, tree);
	if (strcmp(tree, word) != 0)
		err.severity = SEVERITY_WARNING;
	else
		run->status = 2;
	say_unless_quiet(run, &err);
}

static int add_folder(struct run *run, const char *word, struct error *err)
{
	size_t i = run->found.count;

	if (paths_add(&run->found, word, take_bad_path, run) < 0)
		return error_memory(err);
	for (; i < run->found.count; i++) {
		const struct path *path = &run->found.list[i];

		if (path->is_tree)
			pass_over_tree(run, path->name, word);
		else if (strings_add(&run->names, path->name, err) < 0)
			return -1;
	}
	return 0;
}

static bool is_folder(const char *word)
{
	struct stat st;

	return strcmp(word, "-") != 0 && stat(word, &st) == 0 && S_ISDIR(st.st_mode);
}

static int find_names(struct run *run, struct error *err)
{
	const struct strings *words = &run->request->words;
	size_t i;

	for (i = 0; i < words->count; i++) {
		const char *word = words->at[i];

		if ((is_folder(word) ? add_folder(run, word, err) : strings_add(&run->names, word, err)) < 0)
			return -1;
	}
	return 0;
}

/* --- what is said ----------------------------------------------------------------------------------- */

/* What was written so far: nothing, a line, or a line with facts below it, which a blank line divides from others. */
enum written { WRITTEN_NOTHING, WRITTEN_LINE, WRITTEN_FACTS };

static void add_text(const struct request *request, const struct verified *verified, enum written *before,
		     struct buf *out)
{
	bool facts = !request->brief && verified->reached && verified->verdict.form != ENVELOPE_PLAIN;

	if (!verified->reached && !verified->damaged)
		return;
	if (*before == WRITTEN_FACTS || (*before == WRITTEN_LINE && facts))
		buf_add_text(out, "\n");
	verify_line(verified, out);
	if (facts)
		verdict_text(&verified->verdict, out);
	*before = facts ? WRITTEN_FACTS : WRITTEN_LINE;
}

/* A reader that has gone (`| head`) has what it wanted: nobody is there to be told. */
static int put(const struct buf *out)
{
	struct error err;

	if (!buf_ok(out)) {
		error_memory(&err);
		return say_error(&err);
	}
	if (say_output(out->data, out->len, &err) == 0)
		return 0;
	if (err.code != EPIPE)
		say_error(&err);
	return 2;
}

static void say_found(const struct request *request, const struct verified *verified)
{
	size_t i;

	for (i = 0; i < verified->problems.count; i++)
		if (!request->quiet || verified->problems.list[i].severity == SEVERITY_ERROR)
			say_problem(&verified->problems.list[i]);
}

/* --- all of them ------------------------------------------------------------------------------------ */

static void say_sum(const struct run *run)
{
	BUF_AUTO line = BUF_INIT;

	if (run->request->quiet || run->counts.profiles + run->counts.unreadable < 2)
		return;
	verify_sum(&run->counts, &line);
	say_line(buf_text(&line));
}

/* The facts of each stand before what is wrong with it, and one that fails does not hide the next. */
static void verify_texts(struct run *run)
{
	struct progress progress = progress_begin("verified", run->names.count, run->request->quiet);
	enum written before = WRITTEN_NOTHING;
	int failed = 0;
	size_t i;

	for (i = 0; i < run->names.count && !failed; i++) {
		struct verified verified = { .name = run->names.at[i] };
		BUF_AUTO out = BUF_INIT;

		verify_profile(&run->terms, run->trust, &verified);
		if (!run->request->quiet)
			add_text(run->request, &verified, &before, &out);
		failed = put(&out);
		say_found(run->request, &verified);
		verify_count(&run->counts, &verified);
		run->status = verify_worse(run->status, verified.status);
		verified_free(&verified);
		progress_tell(&progress, i + 1);
	}
	progress_end(&progress);
	run->status = verify_worse(run->status, failed);
	if (!failed)
		say_sum(run);
}

static void verify_json(struct run *run)
{
	struct progress progress = progress_begin("verified", run->names.count, run->request->quiet);
	struct verify_json *json = verify_json_begin();
	BUF_AUTO out = BUF_INIT;
	struct error err;
	size_t i;

	if (!json) {
		error_memory(&err);
		run->status = say_error(&err);
		return;
	}
	for (i = 0; i < run->names.count; i++) {
		struct verified verified = { .name = run->names.at[i] };

		verify_profile(&run->terms, run->trust, &verified);
		verify_json_add(json, &verified);
		say_found(run->request, &verified);
		run->status = verify_worse(run->status, verified.status);
		verified_free(&verified);
		progress_tell(&progress, i + 1);
	}
	progress_end(&progress);
	if (verify_json_end(json, &out, &err) < 0)
		run->status = say_error(&err);
	else
		run->status = verify_worse(run->status, put(&out));
}

static int say_same(const struct request *request, const struct verified *verified)
{
	const char *plain = request->words.at[1];
	BUF_AUTO out = BUF_INIT;
	struct error err;
	int status = verify_same(verified, plain, &err);

	if (status) {
		say_error(&err);
		return status;
	}
	if (request->quiet)
		return 0;
	verify_add_name(&out, verified->name);
	buf_add_text(&out, ": intact, and what was signed is ");
	verify_add_name(&out, plain);
	buf_add_format(&out, ", byte for byte (%zu bytes)\n", verified->content.len);
	return put(&out);
}

static void compare(struct run *run)
{
	struct verified verified = { .name = run->request->words.at[0] };

	verify_profile(&run->terms, run->trust, &verified);
	say_found(run->request, &verified);
	run->status = verified.status;
	if (verified_intact(&verified))
		run->status = verify_worse(run->status, say_same(run->request, &verified));
	verified_free(&verified);
}

static void verify_found(struct run *run)
{
	struct error err;

	if (find_names(run, &err) < 0)
		run->status = say_error(&err);
	else if (run->request->json)
		verify_json(run);
	else
		verify_texts(run);
}

static int verify_all(const struct request *request)
{
	struct run run = { .request = request, .terms = request->terms };
	struct error err;

	if (trust_open(&request->trust, &run.trust, &err) < 0)
		return say_error(&err);
	run.terms.shown = !request->json && !request->same && !request->quiet;
	if (request->same)
		compare(&run);
	else
		verify_found(&run);
	trust_free(run.trust);
	strings_free(&run.names);
	paths_free(&run.found);
	return run.status;
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };

	parse(&request, argc, argv);
	if (!request.done)
		request.status = verify_all(&request);
	strings_free(&request.words);
	return request.status;
}

const struct command command_verify = {
	.name = "verify",
	.summary = "verify [--trusted] [--cafile FILE] [-q] PROFILE...",
	.options = long_options,
	.formats = (const char *const[]){ "text", "json", NULL },
	.rules = verify_rules,
	.run = run,
	.help =
	"usage: profilefs verify [OPTION]... PROFILE...\n"
	"       profilefs verify --same [OPTION]... SIGNED PLAIN\n\n"
	"Says of signed profiles whether they are intact (what is there is what was\n"
	"signed), whether the signer is trusted, expired or self-signed, and who it is.\n"
	"Of a signer that is not trusted that is only what its certificate says. PROFILE\n"
	"is a file, a folder, for every *.mobileconfig in it, or `-`.\n\n"
	"      --trusted            fails also if a signer is not trusted\n"
	"      --cafile FILE        trust the authorities in FILE (PEM, DER or .p7b),\n"
	"                           and not the system's\n"
	"      --capath DIR         trust those in DIR, as `openssl rehash` names them\n"
	"      --same               proves that what was signed is the file PLAIN, byte\n"
	"                           for byte, or says which byte differs, from 1\n"
	"      --format text|json   text (default), or one object with all facts\n"
	"  -E, --error RULE,...     fails also if a signer is not valid now (expired), a\n"
	"                           signature weak (weak-signature), or what was signed\n"
	"                           no plist (not-a-plist) or profile (not-a-profile)\n"
	"  -W, --warning RULE...    warns of it, where no line says it (default)\n"
	"  -O, --off RULE...        does not\n"
	"  -b, --brief              the first lines only, one for each profile\n"
	"  -q, --quiet              only errors: no facts, no warnings, no summary\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs verify --trusted --cafile authority.pem enrol.mobileconfig\n\n"
	"Exit status: 0 every profile is signed and intact (and trusted, if asked for);\n"
	"1 one is not; 2 something could not be read. `man profilefs-verify` has more.\n",
};
