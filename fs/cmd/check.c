/*
 * check: what is wrong with profiles, exploded trees, and folders of them.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/cmd/paths.h"
#include "fs/cmd/check_work.h"
#include "fs/cmd/choice.h"
#include "fs/cmd/colour.h"
#include "fs/cmd/command.h"
#include "fs/cmd/progress.h"
#include "fs/cmd/report.h"
#include "fs/cmd/say.h"
#include "plist/schema/check.h"

#define JOBS_MAX 256

/* What is reported is written when it is this much, and after each path. */
#define OUTPUT_CHUNK ((size_t)64 << 10)

struct request {
	const char **words; /* the paths */
	size_t word_count;
	struct target *targets;
	size_t target_count;
	struct schema_sources sources;
	struct rule_levels levels;
	const struct report_format *format;
	enum colour colour;
	unsigned jobs; /* 0: one for each processor */
	bool no_placeholders;
	bool quiet;
	bool done;
	int status;
};

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

static void end_with_error(struct request *request, const struct error *err)
{
	end_with(request, say_error(err));
}

/* --- arguments -------------------------------------------------------------------------------------- */

/* Room for one more in a list; NULL: out of memory, and that is said. */
static void *grow(struct request *request, void *list, size_t count, size_t size)
{
	void *grown = realloc(list, (count + 1) * size);
	struct error err;

	if (!grown) {
		error_memory(&err);
		end_with_error(request, &err);
	}
	return grown;
}

static void take_word(struct request *request, const char *word)
{
	const char **grown = grow(request, request->words, request->word_count, sizeof(*grown));

	if (!grown)
		return;
	request->words = grown;
	grown[request->word_count++] = word;
}

static void take_target(struct request *request, const char *text)
{
	struct target *grown = grow(request, request->targets, request->target_count, sizeof(*grown));
	struct error err;

	if (!grown)
		return;
	request->targets = grown;
	if (target_parse(text, &grown[request->target_count], &err) < 0)
		end_with_error(request, &err);
	else
		request->target_count++;
}

/* "missing-key,unknown-key" */
static void take_rules(struct request *request, const char *list, enum rule_level level)
{
	struct error err;

	if (rule_levels_set(&request->levels, list, NULL, level, &err) < 0)
		end_with_error(request, &err);
}

static void take_format(struct request *request, const char *name)
{
	struct error err;

	request->format = report_find(name, &err);
	if (!request->format)
		end_with_error(request, &err);
}

static void take_jobs(struct request *request, const char *text)
{
	char *end;
	unsigned long jobs;

	errno = 0;
	jobs = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || jobs < 1 || jobs > JOBS_MAX)
		end_with(request, say_misuse("check", "-j takes how many profiles are checked at a time, 1 to %d, "
					     "not '%s'", JOBS_MAX, text));
	else
		request->jobs = (unsigned)jobs;
}

static void take_colour(struct request *request, const char *text)
{
	if (colour_parse("check", text, &request->colour) < 0)
		end_with(request, 2);
}

static void take_placeholders(struct request *request, const char *text)
{
	static const char *const words[] = { "allow", "deny" };
	int chosen = choice_of("check", "--placeholders", text, words, 2);

	if (chosen < 0)
		end_with(request, 2);
	else
		request->no_placeholders = chosen == 1;
}

enum { OPTION_FORMAT = 256, OPTION_TARGET, OPTION_SCHEMA, OPTION_MANIFESTS, OPTION_PLACEHOLDERS, OPTION_COLOUR };

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
	case 'j':
		take_jobs(request, optarg);
		break;
	case OPTION_FORMAT:
		take_format(request, optarg);
		break;
	case OPTION_TARGET:
		take_target(request, optarg);
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
	case OPTION_COLOUR:
		take_colour(request, optarg);
		break;
	case 'h':
		end_with(request, say_help(command_check.help));
		break;
	default:
		end_with(request, command_bad_option(&command_check, option, argv));
	}
}

static const struct option long_options[] = {
	{ "error", required_argument, NULL, 'E' },
	{ "warning", required_argument, NULL, 'W' },
	{ "off", required_argument, NULL, 'O' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "target", required_argument, NULL, OPTION_TARGET },
	{ "schema", required_argument, NULL, OPTION_SCHEMA },
	{ "manifests", required_argument, NULL, OPTION_MANIFESTS },
	{ "placeholders", required_argument, NULL, OPTION_PLACEHOLDERS },
	{ "color", required_argument, NULL, OPTION_COLOUR },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse(struct request *request, int argc, char **argv)
{
	int option;

	while (!request->done &&
	       (option = getopt_long(argc, argv, "-:E:W:O:qj:h", long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (!request->done && !request->word_count)
		end_with(request, say_misuse("check", "the profiles are missing: name files or folders, or `-`"));
}

/* --- what is found ---------------------------------------------------------------------------------- */

/* A run, once it is known what to do. */
struct run {
	const struct request *request;
	struct paths paths;
	struct report report;
	struct report_summary summary;
	struct progress progress;
	bool failed; /* the output cannot be written: that was said */
};

/* A reader that has gone (`| head`) has what it wanted: nobody is there to be told. */
static void flush(struct run *run)
{
	struct buf *out = &run->report.out;
	struct error err;

	if (run->failed || (out->len == 0 && buf_ok(out)))
		return;
	if (!buf_ok(out))
		error_memory(&err);
	if (buf_ok(out) && say_output(out->data, out->len, &err) == 0) {
		buf_clear(out);
		return;
	}
	run->failed = true;
	if (err.code != EPIPE)
		say_error(&err);
}

/* What could not be read is no problem of a profile: it goes to stderr, whatever the format. */
static void say_unreadable(struct run *run, const char *file, const struct error *problem)
{
	struct error shown = *problem;

	report_unreadable(&run->report, file, problem);
	flush(run);
	error_in_file(&shown, file);
	say_problem(&shown);
}

static void take_bad_path(void *context, const char *path, const struct error *problem)
{
	struct run *run = context;

	run->summary.unreadable++;
	say_unreadable(run, path, problem);
}

static void report_note(struct run *run, const char *file, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void report_note(struct run *run, const char *file, const char *format, ...)
{
	struct error note;
	va_list args;

	va_start(args, format);
	error_set_args(&note, EINVAL, format, args);
	va_end(args);
	note.severity = SEVERITY_NOTE;
	report_problem(&run->report, file, &note);
}

/* What the problems that are listed do not tell. */
static void report_rest(struct run *run, const char *file, const struct check_result *result)
{
	if (run->request->quiet)
		return;
	if (result->unseen)
		report_note(run, file, "the payloads are encrypted and were not checked: profilefs decrypt opens them");
	if (result->unlisted)
		report_note(run, file, "%zu more problems are counted, but not listed: mend these first",
			    result->unlisted);
}

/* True if everything could be read. */
static bool report_result(struct run *run, const struct check_result *result)
{
	bool readable = !result->failed;
	struct error problem;
	const char *file;
	size_t i;

	for (i = 0; i < result->count; i++) {
		file = check_result_at(result, i, &problem);
		if (!problem.rule) {
			readable = false;
			say_unreadable(run, file, &problem);
		} else if (!run->request->quiet || problem.severity == SEVERITY_ERROR) {
			report_problem(&run->report, file, &problem);
		}
		if (run->report.out.len > OUTPUT_CHUNK)
			flush(run);
	}
	return readable;
}

static bool take_result(void *context, size_t place, const struct check_result *result)
{
	struct run *run = context;
	struct report_summary *summary = &run->summary;
	bool readable = report_result(run, result);

	report_rest(run, run->paths.list[place].name, result);
	flush(run);
	summary->unreadable += !readable;
	summary->profiles += readable;
	summary->errors += result->errors;
	summary->warnings += result->warnings;
	summary->faulty += result->errors + result->warnings > 0;
	return !run->failed;
}

/* --- who waits -------------------------------------------------------------------------------------- */

static void tell_progress(void *context, size_t taken)
{
	struct run *run = context;

	progress_tell(&run->progress, taken);
}

/* "2 errors, 1 warning" */
static void add_count(struct buf *out, size_t count, const char *what)
{
	if (!count)
		return;
	buf_add_format(out, "%s%zu %s%s", out->len ? ", " : "", count, what, count == 1 ? "" : "s");
}

static void say_summary(const struct report_summary *summary)
{
	BUF_AUTO found = BUF_INIT, line = BUF_INIT;

	add_count(&found, summary->errors, "error");
	add_count(&found, summary->warnings, "warning");
	buf_add_format(&line, "%zu profile%s checked", summary->profiles, summary->profiles == 1 ? "" : "s");
	if (found.len || summary->profiles)
		buf_add_format(&line, ": %s", found.len ? buf_text(&found) : "no problems");
	if (found.len && summary->profiles > 1)
		buf_add_format(&line, " in %zu of them", summary->faulty);
	if (summary->unreadable)
		buf_add_format(&line, "; %zu could not be read", summary->unreadable);
	say_line(buf_text(&line));
}

/* --- the whole -------------------------------------------------------------------------------------- */

static unsigned job_count(unsigned asked)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (asked)
		return asked;
	return processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (unsigned)processors;
}

static int find_paths(struct run *run)
{
	const struct request *request = run->request;
	struct error err;
	size_t i;

	for (i = 0; i < request->word_count; i++) {
		if (paths_add(&run->paths, request->words[i], take_bad_path, run) == 0)
			continue;
		error_memory(&err);
		say_error(&err);
		return -1;
	}
	return 0;
}

static void check_found(struct run *run, struct schema *schema)
{
	const struct request *request = run->request;
	const struct check_work work = {
		.paths = &run->paths, .sources = &request->sources, .jobs = job_count(request->jobs),
		.options = {
			.schema = schema, .targets = request->targets, .target_count = request->target_count,
			.levels = request->levels, .no_placeholders = request->no_placeholders,
		},
		.take = take_result, .wait = tell_progress, .context = run,
	};

	check_all(&work);
	report_end(&run->report, &run->summary);
	flush(run);
}

static int check(const struct request *request)
{
	struct run run = { .request = request };
	struct schema *schema;
	struct error err;
	bool found;

	schema = schema_open(&request->sources, &err);
	if (!schema)
		return say_error(&err);
	run.report = report_begin(request->format, colour_wanted(request->colour, false));
	found = find_paths(&run) == 0;
	run.progress = progress_begin("checked", run.paths.count, request->quiet);
	if (found)
		check_found(&run, schema);
	progress_end(&run.progress);
	if (found && !request->quiet && !run.failed)
		say_summary(&run.summary);
	report_free(&run.report);
	paths_free(&run.paths);
	schema_free(schema);
	if (!found || run.failed || run.summary.unreadable)
		return 2;
	return run.summary.errors > 0;
}

static int run(int argc, char **argv)
{
	struct request request = { .format = &report_text };

	parse(&request, argc, argv);
	if (!request.done)
		request.status = check(&request);
	free(request.words);
	free(request.targets);
	return request.status;
}

const struct command command_check = {
	.name = "check",
	.summary = "check [--format FORMAT] [-q] [-E|-W|-O RULE] PATH...",
	.options = long_options,
	.formats = report_names,
	.run = run,
	.help =
	"usage: profilefs check [OPTION]... PATH...\n\n"
	"Says what is wrong with profiles, one problem a line. PATH is a profile, an\n"
	"exploded tree, a folder of them, or `-` for the standard input.\n\n"
	"      --format FORMAT      text (default), json, sarif, or github (annotations)\n"
	"  -q, --quiet              only errors: no warnings, no summary\n"
	"  -E, --error RULE,...     it is an error; profilefs-rules(7) has them\n"
	"  -W, --warning RULE...    it is a warning\n"
	"  -O, --off RULE...        it is not mentioned\n"
	"      --target OS:VERSION  such as macOS:15.1; one of several is enough\n"
	"      --schema DIR|FILE    Apple's YAML, or a file as in profilefs-schema(5)\n"
	"      --manifests DIR      ProfileManifests, for types that Apple leaves out\n"
	"      --placeholders allow|deny\n"
	"                           whether $FLEET_VAR_X, {{x}}, ... are values (allow)\n"
	"  -j, --jobs N             profiles at a time (one for each processor)\n"
	"      --color WHEN         auto (default), always or never\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs check -W dangling-reference --target macOS:15.1 profiles/\n\n"
	"Exit status: 0 no errors; 1 errors; 2 something was not read, or wrong usage.\n"
	"`man profilefs-check` has more.\n",
};
