/*
 * schema: what the schema says of payload types and keys.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "fs/cmd/command.h"
#include "fs/cmd/say.h"
#include "fs/cmd/schema_show.h"
#include "plist/schema/yaml.h"

struct request {
	struct schema_sources sources;
	const char *import; /* a folder of Apple's YAML; NULL: show, do not import */
	const char *path;   /* NULL: all types */
	bool json;
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
	if (request->path)
		end_with(request, say_misuse("schema", "'%s' is too much: give one type or key", word));
	else
		request->path = word;
}

static void take_format(struct request *request, const char *word)
{
	request->json = strcmp(word, "json") == 0;
	if (!request->json && strcmp(word, "text") != 0)
		end_with(request, say_misuse("schema", "--format=%s is not one of text, json", word));
}

static void take(struct request *request, int option, char **argv)
{
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case 'F':
		take_format(request, optarg);
		break;
	case 'S':
		request->sources.facts = optarg;
		break;
	case 'M':
		request->sources.manifests = optarg;
		break;
	case 'I':
		request->import = optarg;
		break;
	case 'h':
		end_with(request, say_help(command_schema.help));
		break;
	default:
		end_with(request, command_bad_option(&command_schema, option, argv));
	}
}

static const struct option long_options[] = {
	{ "format", required_argument, NULL, 'F' },
	{ "schema", required_argument, NULL, 'S' },
	{ "manifests", required_argument, NULL, 'M' },
	{ "import", required_argument, NULL, 'I' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse(struct request *request, int argc, char **argv)
{
	int option;

	while (!request->done && (option = getopt_long(argc, argv, "-:h", long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	if (request->done || !request->import)
		return;
	if (request->path || request->sources.facts || request->sources.manifests || request->json)
		end_with(request, say_misuse("schema", "--import stands alone: it shows no types"));
}

static int show_path(struct schema *schema, const struct request *request, struct buf *out, struct error *err)
{
	struct schema_found found;
	int result;

	if (schema_find(schema, request->path, &found, err) < 0)
		return -1;
	if (request->json)
		result = schema_found_json(schema, &found, out, err);
	else
		result = schema_found_text(schema, &found, out, err);
	buf_free(&found.path);
	return result;
}

static int show(const struct request *request, struct buf *out, struct error *err)
{
	struct schema *schema = schema_open(&request->sources, err);
	int result;

	if (!schema)
		return -1;
	if (request->path)
		result = show_path(schema, request, out, err);
	else if (request->json)
		result = schema_list_json(schema, out, err);
	else
		result = schema_list_text(schema, out, err);
	schema_free(schema);
	return result;
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };
	BUF_AUTO out = BUF_INIT;
	struct error err;
	int result;

	parse(&request, argc, argv);
	if (request.done)
		return request.status;
	result = request.import ? yaml_import(request.import, false, &out, &err) : show(&request, &out, &err);
	if (result < 0 || say_output(buf_text(&out), out.len, &err) < 0)
		return say_error(&err);
	return 0;
}

const struct command command_schema = {
	.name = "schema",
	.summary = "schema [--format text|json] [TYPE[/KEY...]]",
	.options = long_options,
	.formats = (const char *const[]){ "text", "json", NULL },
	.run = run,
	.help =
	"usage: profilefs schema [OPTION]... [TYPE[/KEY...]]\n"
	"       profilefs schema --import DIR\n\n"
	"Says what may stand in a profile: all payload types, the keys of one, or all\n"
	"that is known of a key. TYPE is a payload type, `profile` for the profile's own\n"
	"keys, or `common` for those of every payload. An element of an array is `-`, and\n"
	"may be left out; %2F is a '/' in a key's name.\n\n"
	"      --format text|json   a table or lines, or an object (text)\n"
	"      --schema DIR|FILE    Apple's device-management repository, which also has\n"
	"                           help texts, or a file in our language\n"
	"      --manifests DIR      more payload types, from a folder of ProfileManifests\n"
	"      --import DIR         writes Apple's repository in our language\n"
	"  -h, --help               this text\n\n"
	"Examples:\n"
	"  profilefs schema com.apple.mdm\n"
	"  profilefs schema com.apple.vpn.managed/IKEv2/AuthenticationMethod\n"
	"  profilefs schema | grep -i vpn\n\n"
	"`man profilefs-schema` has more.\n",
};
