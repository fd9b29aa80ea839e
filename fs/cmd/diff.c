/*
 * diff: what differs between two profiles, key by key.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/choice.h"
#include "fs/cmd/colour.h"
#include "fs/cmd/command.h"
#include "fs/cmd/diff_folders.h"
#include "fs/cmd/differences.h"
#include "fs/cmd/say.h"
#include "fs/tree/version.h"
#include "plist/encrypted.h"
#include "plist/schema/constraint_limits.h"
#include "plist/schema/schema.h"

/* Whatever is wrong, as 1 says that they differ. */
#define TROUBLE 2

/* What git calls an external diff with: PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE, after a rename
 * NEW-PATH and text for the header; PATH alone if it is unmerged. */
enum { GIT_PATH, GIT_OLD, GIT_OLD_HEX, GIT_OLD_MODE, GIT_NEW, GIT_NEW_HEX, GIT_NEW_MODE, GIT_NEW_PATH, GIT_HEADER };

#define GIT_WORDS   7
#define GIT_RENAMED 9 /* the most there are */

struct request {
	const char *words[GIT_RENAMED];
	int word_count;
	struct schema_sources sources;
	enum differences_format format;
	enum colour colour;
	const char *label; /* what a line before the differences calls both; NULL: there is none */
	bool git, force, quiet, secrets;
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
	if (request->word_count < GIT_RENAMED)
		request->words[request->word_count] = word;
	request->word_count++;
}

static const char *const formats[] = { "text", "json", NULL };

static void take_format(struct request *request, const char *text)
{
	int chosen = choice_of("diff", "--format", text, formats, 2);

	if (chosen < 0)
		end_with(request, TROUBLE);
	else
		request->format = (enum differences_format)chosen;
}

static void take_colour(struct request *request, const char *text)
{
	if (colour_parse("diff", text, &request->colour) < 0)
		end_with(request, TROUBLE);
}

enum { OPTION_FORMAT = 256, OPTION_SCHEMA, OPTION_MANIFESTS, OPTION_COLOUR, OPTION_SECRETS, OPTION_FORCE, OPTION_GIT,
       OPTION_LABEL };

static void take(struct request *request, int option, char **argv)
{
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case 'q':
		request->quiet = true;
		break;
	case OPTION_FORMAT:
		take_format(request, optarg);
		break;
	case OPTION_SCHEMA:
		request->sources.facts = optarg;
		break;
	case OPTION_MANIFESTS:
		request->sources.manifests = optarg;
		break;
	case OPTION_COLOUR:
		take_colour(request, optarg);
		break;
	case OPTION_SECRETS:
		request->secrets = true;
		break;
	case OPTION_FORCE:
		request->force = true;
		break;
	case OPTION_GIT:
		request->git = true;
		break;
	case OPTION_LABEL:
		request->label = *optarg ? optarg : NULL;
		break;
	case 'h':
		end_with(request, say_help(command_diff.help));
		break;
	default:
		end_with(request, command_bad_option(&command_diff, option, argv));
	}
}

static const struct option long_options[] = {
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "quiet", no_argument, NULL, 'q' },
	{ "show-secrets", no_argument, NULL, OPTION_SECRETS },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "schema", required_argument, NULL, OPTION_SCHEMA },
	{ "manifests", required_argument, NULL, OPTION_MANIFESTS },
	{ "color", required_argument, NULL, OPTION_COLOUR },
	{ "git", no_argument, NULL, OPTION_GIT },
	{ "label", required_argument, NULL, OPTION_LABEL },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int check_git_words(const struct request *request)
{
	int count = request->word_count;

	if (request->quiet || request->format != DIFFERENCES_TEXT)
		return say_misuse("diff", "--git writes text: leave out --format and --quiet");
	if (count == 1 || count == GIT_WORDS || count == GIT_RENAMED)
		return 0;
	return say_misuse("diff", "--git takes the seven arguments that git gives, not %d: "
			  "git config diff.profile.command 'profilefs diff --git'", count);
}

static int check_words(const struct request *request)
{
	if (request->git)
		return check_git_words(request);
	if (request->word_count < 2)
		return say_misuse("diff", request->word_count ? "the second profile is missing" :
								"the two profiles are missing");
	if (request->word_count > 2)
		return say_misuse("diff", "'%s' is too much: give two profiles", request->words[2]);
	if (version_is_stream(request->words[0]) && version_is_stream(request->words[1]))
		return say_misuse("diff", "the standard input can be read once: give a file for one of the two");
	return 0;
}

static void parse(struct request *request, int argc, char **argv)
{
	int option;

	while (!request->done && (option = getopt_long(argc, argv, "-:qh", long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (!request->done && check_words(request) != 0)
		end_with(request, TROUBLE);
}

/* --- comparing -------------------------------------------------------------------------------------- */

/* Under git it is git's pager that has the terminal. */
static bool use_colour(const struct request *request)
{
	const char *pager = request->git ? getenv("GIT_PAGER_IN_USE") : NULL;

	return colour_wanted(request->colour, pager && *pager);
}

/* Both sides open. */
struct sides {
	struct version a, b;
};

/* What stands for a file that is not there: in git's hands, and in difftool's, and people's. */
#define NOTHING "/dev/null"

static bool is_nothing(const char *file)
{
	return strcmp(file, NOTHING) == 0;
}

static int open_one(struct version *version, const char *path, const struct version_options *options, struct error *err)
{
	struct version_options how = *options;
	struct problems notes = PROBLEMS_INIT;
	int result;

	how.empty_allowed |= is_nothing(path);
	result = version_open(version, path, &how, &notes, err);
	say_problems(&notes);
	problems_free(&notes);
	return result;
}

static int open_sides(struct sides *sides, const char *a, const char *b, const struct version_options *options,
		      struct error *err)
{
	if (open_one(&sides->a, a, options, err) < 0)
		return -1;
	if (open_one(&sides->b, b, options, err) == 0)
		return 0;
	version_close(&sides->a);
	return -1;
}

static void close_sides(struct sides *sides)
{
	version_close(&sides->a);
	version_close(&sides->b);
}

/* Two that are encrypted differ in one value, whatever happened to their payloads. */
static void say_unseen(const struct sides *sides)
{
	if (encrypted_is(sides->a.doc) || encrypted_is(sides->b.doc))
		say_note("payloads are encrypted and were not compared key by key: profilefs decrypt opens them");
}

/* Appends what differs between two paths; NULL: one that is not there. */
static int compare_with(const struct request *request, struct schema *schema, const char *a, const char *b,
			struct buf *out, size_t *count, struct error *err)
{
	const struct check_options checks = { .schema = schema };
	const struct version_options versions = {
		.checks = &checks, .force = request->force, .empty_allowed = request->git,
	};
	const struct differences_options options = {
		.format = request->format, .a_name = a, .b_name = b, .schema = schema, .secrets = request->secrets,
		.colour = use_colour(request),
	};
	struct sides sides;
	int result;

	if (open_sides(&sides, a ? a : NOTHING, b ? b : NOTHING, &versions, err) < 0)
		return -1;
	say_unseen(&sides);
	result = differences_print(sides.a.doc->root, sides.b.doc->root, &options, out, count, err);
	close_sides(&sides);
	return result;
}

static int compare(const struct request *request, const char *a, const char *b, struct buf *out, size_t *count,
		   struct error *err)
{
	struct schema *schema = schema_open(&request->sources, err);
	int result = schema ? compare_with(request, schema, a, b, out, count, err) : -1;

	schema_free(schema);
	return result;
}

/* Writes it; a reader that has gone (`| head`) has what it wanted. Returns `status`, or TROUBLE. */
static int write_out(const struct buf *out, int status)
{
	struct error err;

	if (!buf_ok(out))
		error_memory(&err);
	else if (say_output(buf_text(out), out->len, &err) == 0)
		return status;
	if (err.code != EPIPE)
		say_error(&err);
	return TROUBLE;
}

/* A name that somebody else may have given the file is not to speak to the terminal. */
static void add_flat(struct buf *out, const char *text)
{
	size_t step;

	for (; *text; text += step) {
		step = text_character(text, strlen(text));
		if (text_is_obeyed(text, step))
			buf_add_char(out, '?');
		else
			buf_add(out, text, step);
	}
}

/* The line before the differences of one file among several. */
static void add_begin(const struct request *request, const char *a, const char *b, struct buf *out)
{
	bool colour = use_colour(request);

	buf_add_text(out, colour ? "\033[1mprofilefs diff " : "profilefs diff ");
	add_flat(out, a);
	if (b)
		buf_add_char(out, ' ');
	add_flat(out, b ? b : "");
	buf_add_text(out, colour ? "\033[m\n" : "\n");
}

static int diff_files(const struct request *request)
{
	BUF_AUTO out = BUF_INIT, lines = BUF_INIT;
	struct error err;
	size_t count;

	if (compare(request, request->words[0], request->words[1], &lines, &count, &err) < 0) {
		say_error(&err);
		return TROUBLE;
	}
	if (request->quiet)
		return count > 0;
	if (request->label && count && request->format == DIFFERENCES_TEXT)
		add_begin(request, request->label, NULL, &out);
	buf_add(&out, lines.data, lines.len);
	if (!buf_ok(&lines))
		out.failed = true;
	return write_out(&out, count > 0);
}

/* --- folders ---------------------------------------------------------------------------------------- */

/* Two folders while they are compared. */
struct folders {
	const struct request *request;
	struct schema *schema;
	struct buf out;
	size_t differing; /* pairs that do, and profiles that are on one side alone */
	bool trouble;
};

/* As diff(1) says it. */
static void add_only(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');
	BUF_AUTO folder = BUF_INIT;

	buf_add(&folder, path, slash == path ? 1 : (size_t)(slash - path));
	if (!buf_ok(&folder))
		out->failed = true;
	buf_add_text(out, "Only in ");
	add_flat(out, buf_text(&folder));
	buf_add_text(out, ": ");
	add_flat(out, slash + 1);
	buf_add_char(out, '\n');
}

static void add_pair(struct folders *folders, const char *a, const char *b, const struct buf *lines)
{
	struct buf *out = &folders->out;

	if (folders->request->format == DIFFERENCES_JSON)
		buf_add_text(out, folders->differing > 1 ? "," : "");
	else
		add_begin(folders->request, a, b, out);
	buf_add(out, lines->data, lines->len);
	if (!buf_ok(lines))
		out->failed = true;
}

/* In JSON what is on one side alone differs from nothing. */
static void take_pair(void *context, const char *a, const char *b)
{
	struct folders *folders = context;
	BUF_AUTO lines = BUF_INIT;
	struct error err;
	size_t count;

	if (!(a && b) && folders->request->format == DIFFERENCES_TEXT) {
		folders->differing++;
		add_only(a ? a : b, &folders->out);
	} else if (compare_with(folders->request, folders->schema, a, b, &lines, &count, &err) < 0) {
		folders->trouble = true;
		say_error(&err);
	} else if (count || !(a && b)) {
		folders->differing++;
		add_pair(folders, a, b, &lines);
	}
}

static int compare_folders(struct folders *folders, struct error *err)
{
	const struct request *request = folders->request;
	bool json = request->format == DIFFERENCES_JSON, trouble = false;
	int result;

	folders->schema = schema_open(&request->sources, err);
	if (!folders->schema)
		return -1;
	buf_add_text(&folders->out, json ? "[\n" : "");
	result = diff_folders(request->words[0], request->words[1], take_pair, folders, &trouble, err);
	buf_add_text(&folders->out, json ? "]\n" : "");
	folders->trouble |= trouble;
	schema_free(folders->schema);
	return result;
}

static int diff_two_folders(const struct request *request)
{
	struct folders folders = { .request = request };
	struct error err;
	int status;

	if (compare_folders(&folders, &err) < 0) {
		say_error(&err);
		status = TROUBLE;
	} else {
		status = folders.trouble ? TROUBLE : folders.differing > 0;
		status = request->quiet ? status : write_out(&folders.out, status);
	}
	buf_free(&folders.out);
	return status;
}

static int diff(const struct request *request)
{
	if (diff_folders_are(request->words[0], request->words[1]))
		return diff_two_folders(request);
	return diff_files(request);
}

/* --- for git ---------------------------------------------------------------------------------------- */

/* As git begins a file's part of a diff. */
static void add_header(const struct request *request, struct buf *out)
{
	const char *const *words = request->words;
	const char *bold = use_colour(request) ? "\033[1m" : "", *plain = *bold ? "\033[m" : "";
	bool renamed = request->word_count == GIT_RENAMED;

	buf_add_format(out, "%sprofilefs diff a/", bold);
	add_flat(out, words[GIT_PATH]);
	buf_add_text(out, " b/");
	add_flat(out, words[renamed ? GIT_NEW_PATH : GIT_PATH]);
	buf_add_format(out, "%s\n", plain);
	if (is_nothing(words[GIT_OLD]))
		buf_add_format(out, "%snew file mode %s%s\n", bold, words[GIT_NEW_MODE], plain);
	else if (is_nothing(words[GIT_NEW]))
		buf_add_format(out, "%sdeleted file mode %s%s\n", bold, words[GIT_OLD_MODE], plain);
	else if (strcmp(words[GIT_OLD_MODE], words[GIT_NEW_MODE]) != 0)
		buf_add_format(out, "%sold mode %s%s\n%snew mode %s%s\n", bold, words[GIT_OLD_MODE], plain, bold,
			       words[GIT_NEW_MODE], plain);
	if (renamed)
		buf_add_text(out, words[GIT_HEADER]);
}

/* What cannot be compared is said among the differences, where it is read: git ends with the first file whose command
 * fails, and the other files' differences would never be seen. */
static void add_trouble(const struct error *err, struct buf *out)
{
	char line[sizeof(err->file) + sizeof(err->key) + sizeof(err->text) + 128];

	error_format(err, line, sizeof(line));
	add_flat(out, line);
	buf_add_char(out, '\n');
}

static int diff_for_git(const struct request *request)
{
	const char *const *words = request->words;
	BUF_AUTO out = BUF_INIT, lines = BUF_INIT;
	struct error err;
	size_t count;

	if (request->word_count == 1) {
		buf_add_text(&out, "* Unmerged path ");
		add_flat(&out, words[GIT_PATH]);
		buf_add_char(&out, '\n');
		return write_out(&out, 0);
	}
	add_header(request, &out);
	if (compare(request, words[GIT_OLD], words[GIT_NEW], &lines, &count, &err) < 0)
		add_trouble(&err, &out);
	else if (count == 0 && strcmp(words[GIT_OLD_HEX], words[GIT_NEW_HEX]) != 0)
		buf_add_text(&out, "no key differs: only layout, comments or the signature do\n");
	else
		buf_add(&out, lines.data, lines.len);
	if (!buf_ok(&lines))
		out.failed = true;
	return write_out(&out, 0);
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };

	parse(&request, argc, argv);
	if (request.done)
		return request.status;
	return request.git ? diff_for_git(&request) : diff(&request);
}

const struct command command_diff = {
	.name = "diff",
	.summary = "diff [--format text|json] [-q] [--show-secrets] A B",
	.options = long_options,
	.formats = formats,
	.run = run,
	.help =
	"usage: profilefs diff [OPTION]... A B\n\n"
	"Says what differs between two profiles, key by key: not the order of keys,\n"
	"comments, layout or the signature. A and B are profiles, signed or not, XML or\n"
	"binary; exploded trees; folders of them; `-` for the standard input; or\n"
	"/dev/null for none.\n\n"
	"  ~ PATH: 'old' -> 'new'   a value that changed\n"
	"  + PATH: dict of 12 keys  a key or an element that came\n"
	"  - PATH: 'old'            one that went\n"
	"  > PATH: moved from 02 to 04\n"
	"                           an element of an array that is in another place\n\n"
	"Payloads are known by their PayloadUUID, else their PayloadIdentifier, else\n"
	"their PayloadType. `(was PATH)` says what PATH is in A.\n\n"
	"      --format FORMAT      text (default) or json\n"
	"  -q, --quiet              nothing but the exit status\n"
	"      --show-secrets       show passwords and the like, too, not `(secret)`\n"
	"      --force              also if a signature does not fit: with a warning\n"
	"      --schema DIR|FILE    what says which keys are secret: a folder of Apple's\n"
	"                           YAML, or a file in our language\n"
	"      --manifests DIR      ProfileManifests, for types that Apple leaves out\n"
	"      --label NAME         if anything differs, a line that says NAME first\n"
	"      --color WHEN         auto (default), always or never\n"
	"      --git                as git's external diff: the arguments are git's\n"
	"  -h, --help               this text\n\n"
	"Examples:\n"
	"  profilefs diff old.mobileconfig new.mobileconfig\n"
	"  git config diff.profile.command 'profilefs diff --git'\n"
	"  echo '*.mobileconfig diff=profile' >>.gitattributes\n\n"
	"Exit status, as diff(1): 0 nothing differs; 1 something does; 2 one of the two\n"
	"could not be read, or wrong usage. `man profilefs-diff` has more.\n",
};
