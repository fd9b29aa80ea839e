#include "fs/cmd/implode_options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/choice.h"
#include "fs/cmd/command.h"
#include "fs/cmd/rewrap.h"
#include "fs/cmd/say.h"

enum {
	OPTION_BASE = KEY_OPTION_END + 1,
	OPTION_UNSIGN,
	OPTION_FORCE,
	OPTION_FORMAT,
	OPTION_CHECK,
	OPTION_TARGET,
	OPTION_SCHEMA,
	OPTION_MANIFESTS,
	OPTION_PLACEHOLDERS,
};

const struct option implode_long_options[] = {
	KEY_OPTIONS_LONG,
	{ "base", required_argument, NULL, OPTION_BASE },
	{ "target-directory", required_argument, NULL, 't' },
	{ "unsign", no_argument, NULL, OPTION_UNSIGN },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "check", required_argument, NULL, OPTION_CHECK },
	{ "target", required_argument, NULL, OPTION_TARGET },
	{ "schema", required_argument, NULL, OPTION_SCHEMA },
	{ "manifests", required_argument, NULL, OPTION_MANIFESTS },
	{ "placeholders", required_argument, NULL, OPTION_PLACEHOLDERS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void end_with(struct implode_request *request, int status)
{
	request->done = true;
	request->status = status;
}

static void misuse(struct implode_request *request, const char *text)
{
	end_with(request, say_misuse("implode", "%s", text));
}

static void fail(struct implode_request *request, const struct error *err)
{
	end_with(request, say_error(err));
}

/* --- one option ------------------------------------------------------------------------------------- */

/* The place of a word among some. A wrong one ends it. */
static unsigned choose(struct implode_request *request, const char *option, const char *text, const char *const *words,
		       int count)
{
	int chosen = choice_of("implode", option, text, words, count);

	if (chosen >= 0)
		return (unsigned)chosen;
	end_with(request, 2);
	return 0;
}

static void take_format(struct implode_request *request, const char *text)
{
	static const char *const words[] = {
		[FORMAT_KEEP] = "keep", [FORMAT_XML] = "xml", [FORMAT_BINARY] = "binary",
	};

	request->options.format = (enum profile_format)choose(request, "--format", text, words, 3);
}

static void take_check(struct implode_request *request, const char *text)
{
	static const char *const words[] = {
		[CHECK_STRICT] = "strict", [CHECK_WARN] = "warn", [CHECK_OFF] = "off",
	};

	request->options.check = (enum check_level)choose(request, "--check", text, words, 3);
}

static void take_placeholders(struct implode_request *request, const char *text)
{
	static const char *const words[] = { "allow", "deny" };

	request->options.checks.no_placeholders = choose(request, "--placeholders", text, words, 2) == 1;
}

static void take_target(struct implode_request *request, const char *text)
{
	struct target *grown = realloc(request->targets, (request->target_count + 1) * sizeof(*grown));
	struct error err;
	int result;

	if (grown)
		request->targets = grown;
	result = grown ? target_parse(text, &grown[request->target_count], &err) : error_memory(&err);
	if (result == 0)
		request->target_count++;
	else
		fail(request, &err);
}

/* All rules: those of signers, and those of profiles. */
static void take_rules(struct implode_request *request, const char *list, enum rule_level level)
{
	struct error err;

	if (rule_levels_set(&request->keys.levels, list, NULL, level, &err) < 0)
		fail(request, &err);
}

static void take_word(struct implode_request *request, const char *word)
{
	struct error err;

	if (strings_add(&request->trees, word, &err) < 0)
		fail(request, &err);
}

static void take_key_option(struct implode_request *request, int option, char **argv)
{
	struct error err;
	int taken = key_options_take(&request->keys, option, optarg, &err);

	if (taken < 0)
		fail(request, &err);
	else if (!taken)
		end_with(request, command_bad_option(&command_implode, option, argv));
}

static void take(struct implode_request *request, int option, char **argv)
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
	case 't':
		request->folder = optarg;
		break;
	case OPTION_BASE:
		request->base = optarg;
		break;
	case OPTION_UNSIGN:
		request->options.unsign = true;
		break;
	case OPTION_FORCE:
		request->options.force = true;
		break;
	case OPTION_FORMAT:
		take_format(request, optarg);
		break;
	case OPTION_CHECK:
		take_check(request, optarg);
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
	case 'q':
		request->quiet = true;
		break;
	case 'h':
		end_with(request, say_help(command_implode.help));
		break;
	default:
		take_key_option(request, option, argv);
	}
}

/* --- all of them ------------------------------------------------------------------------------------ */

/* The last word is where it goes, unless -t says so. */
static void find_output(struct implode_request *request)
{
	struct strings *words = &request->trees;

	if (request->folder)
		request->output = request->folder;
	else if (words->count > 1)
		request->output = words->at[--words->count];
	else if (words->count)
		misuse(request, "the profile is missing: give the file that the tree is to be, `-` for the standard "
				"output, or -t FOLDER");
	if (!request->done && !words->count)
		misuse(request, "the tree is missing: give a directory that `profilefs explode` made, or a folder of "
				"them");
}

/* The standard input is read once: by a passphrase, a key, or for the base. */
static int check_input(const struct implode_request *request, struct error *err)
{
	const char *base = request->base;
	const struct rewrap inputs = { .keys = request->keys, .profiles = { &base, base != NULL } };

	return rewrap_check_input(&inputs, err);
}

static void check(struct implode_request *request)
{
	const char *const paths[] = { request->output, request->base };
	struct error err;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (paths[i] && !*paths[i]) {
			misuse(request, "the path of a profile is empty: give one");
			return;
		}
	if (request->keys.files.keys.count && request->options.unsign)
		misuse(request, "--key signs, --unsign leaves it plain: give one of them");
	else if (key_options_check(&request->keys, &err) < 0 || check_input(request, &err) < 0)
		misuse(request, err.text);
}

void implode_parse(struct implode_request *request, int argc, char **argv)
{
	int option;

	request->options.check = CHECK_WARN;
	while (!request->done &&
	       (option = getopt_long(argc, argv, "-:" KEY_OPTIONS_LETTERS "t:qh", implode_long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (!request->done)
		find_output(request);
	if (!request->done)
		check(request);
}

void implode_options_free(struct implode_request *request)
{
	key_options_free(&request->keys);
	strings_free(&request->trees);
	free(request->targets);
}
