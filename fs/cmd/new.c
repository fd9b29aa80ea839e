/*
 * new: a fresh profile on stdout, with payloads of the types that were asked for.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/command.h"
#include "fs/cmd/nearest.h"
#include "fs/cmd/new_payload.h"
#include "fs/cmd/say.h"
#include "fs/tree/fresh.h"
#include "plist/doc.h"
#include "plist/schema/check.h"
#include "plist/value.h"

#define NAME "New profile"

struct request {
	struct schema_sources sources;
	const char *identifier; /* NULL: one that is made from the UUID */
	const char *name;
	struct new_payload *payloads;
	size_t count;
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
	struct new_payload *grown = realloc(request->payloads, (request->count + 1) * sizeof(*grown));
	struct error err;

	if (!grown) {
		error_memory(&err);
		end_with(request, say_error(&err));
		return;
	}
	request->payloads = grown;
	grown[request->count++] = (struct new_payload){ .type = word };
}

static void take(struct request *request, int option, char **argv)
{
	switch (option) {
	case 1:
		take_word(request, optarg);
		break;
	case 'i':
		request->identifier = optarg;
		break;
	case 'n':
		request->name = optarg;
		break;
	case 'S':
		request->sources.facts = optarg;
		break;
	case 'M':
		request->sources.manifests = optarg;
		break;
	case 'h':
		end_with(request, say_help(command_new.help));
		break;
	default:
		end_with(request, command_bad_option(&command_new, option, argv));
	}
}

/* A text that will stand in the profile. */
static void check_text(struct request *request, const char *what, const char *text)
{
	struct error err;

	if (request->done || !text)
		return;
	if (!*text)
		end_with(request, say_misuse("new", "the %s must not be empty", what));
	else if (value_check(NODE_STRING, text, strlen(text), true, &err) < 0)
		end_with(request, say_misuse("new", "the %s cannot stand in a profile: %s", what, err.text));
}

static const struct option long_options[] = {
	{ "identifier", required_argument, NULL, 'i' },
	{ "name", required_argument, NULL, 'n' },
	{ "schema", required_argument, NULL, 'S' },
	{ "manifests", required_argument, NULL, 'M' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse(struct request *request, int argc, char **argv)
{
	int option;
	size_t i;

	while (!request->done && (option = getopt_long(argc, argv, "-:h", long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !request->done && optind < argc; optind++)
		take_word(request, argv[optind]);
	check_text(request, "identifier", request->identifier);
	check_text(request, "name", request->name);
	for (i = 0; i < request->count; i++)
		check_text(request, "payload type", request->payloads[i].type);
}

/* --- types ------------------------------------------------------------------------------------------ */

/* Preference domains are payload types too, and no schema knows them all. */
static bool is_domain(const char *type)
{
	return type[0] != '.' && strchr(type, '.') && type[strlen(type) - 1] != '.' && !strpbrk(type, "/ ");
}

static int find_type(struct schema *schema, struct new_payload *payload, struct error *err)
{
	payload->key = schema_payload(schema, payload->type, strlen(payload->type));
	if (payload->key)
		return 0;
	if (schema_failed(schema))
		return error_memory(err);
	if (!is_domain(payload->type) || nearest_type(schema, payload->type))
		return nearest_refuse(schema, payload->type, err);
	payload->key = schema_any_payload(schema);
	say_note("the schema does not know the payload type '%s': it is taken for a preference domain, with any keys",
		 payload->type);
	return payload->key ? 0 : error_memory(err);
}

/* --- the profile ------------------------------------------------------------------------------------ */

static int begin(struct doc *doc, const struct request *request, struct error *err)
{
	struct node *identifier;

	if (fresh_profile(doc, err) < 0)
		return -1;
	identifier = node_get(doc->root, "PayloadIdentifier");
	if ((request->identifier && node_set_string(identifier, request->identifier) < 0) ||
	    new_payload_add(doc->root, identifier, "PayloadDisplayName", request->name ? request->name : NAME) < 0) {
		doc_free(doc);
		return error_memory(err);
	}
	return 0;
}

static int fill(struct maker *maker, struct schema *schema, struct error *err)
{
	const struct schema_key *profile = schema_profile(schema);
	size_t i;

	for (i = 0; i < maker->count; i++)
		if (new_payload_begin(maker, &maker->payloads[i]) < 0)
			return error_memory(err);
	if (!profile || new_payload_fill(maker, maker->root, profile) < 0)
		return error_memory(err);
	for (i = 0; i < maker->count; i++)
		if (new_payload_fill(maker, maker->payloads[i].node, maker->payloads[i].key) < 0)
			return error_memory(err);
	return schema_failed(schema) ? error_memory(err) : 0;
}

/* --- what is wrong with it -------------------------------------------------------------------------- */

struct judgement {
	const struct doc *doc;
	struct problems *said;
	struct error error; /* the first that no filling in can mend; code 0: none */
};

/* That a type is deprecated is worth saying; what is wrong with an open value is said already, and so is that the
 * schema does not know a type. Two payloads of which a profile may have one cannot be meant. */
static void judge(void *context, const struct finding *finding)
{
	struct judgement *judgement = context;
	struct error problem;

	if (finding->node->user || strcmp(finding->rule, "unknown-payload-type") == 0)
		return;
	check_error(finding, judgement->doc, "", &problem);
	if (strcmp(finding->rule, "single-payload") != 0 || finding->severity != SEVERITY_ERROR) {
		problems_add(judgement->said, &problem);
	} else if (!judgement->error.code) {
		judgement->error = problem;
		judgement->error.rule = NULL; /* it is the command line that is wrong, not a profile */
	}
}

static int check(const struct doc *doc, struct schema *schema, struct problems *said, struct error *err)
{
	const struct check_options options = { .schema = schema };
	struct judgement judgement = { .doc = doc, .said = said };

	if (check_profile(doc->root, &options, judge, &judgement) < 0)
		return error_memory(err);
	if (!judgement.error.code)
		return 0;
	*err = judgement.error;
	return -1;
}

/* --- the whole -------------------------------------------------------------------------------------- */

static int make(const struct request *request, struct schema *schema, struct buf *out, struct error *err)
{
	struct maker maker = { .payloads = request->payloads, .count = request->count, .open = PROBLEMS_INIT };
	struct doc doc;
	int result;

	if (begin(&doc, request, err) < 0)
		return -1;
	maker.root = doc.root;
	result = fill(&maker, schema, err);
	if (result == 0)
		result = check(&doc, schema, &maker.open, err);
	if (result == 0)
		result = doc_write(&doc, DOC_XML, out, err);
	if (result == 0)
		say_problems(&maker.open);
	problems_free(&maker.open);
	doc_free(&doc);
	return result;
}

static int make_with_schema(const struct request *request, struct buf *out, struct error *err)
{
	struct schema *schema = schema_open(&request->sources, err);
	int result = schema ? 0 : -1;
	size_t i;

	for (i = 0; i < request->count && result == 0; i++)
		result = find_type(schema, &request->payloads[i], err);
	if (result == 0)
		result = make(request, schema, out, err);
	schema_free(schema);
	return result;
}

static int run_request(const struct request *request)
{
	BUF_AUTO out = BUF_INIT;
	struct error err;

	if (request->done)
		return request->status;
	if (make_with_schema(request, &out, &err) < 0 || say_output(buf_text(&out), out.len, &err) < 0)
		return say_error(&err);
	return 0;
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };
	int status;

	parse(&request, argc, argv);
	status = run_request(&request);
	free(request.payloads);
	return status;
}

const struct command command_new = {
	.name = "new",
	.summary = "new [--identifier ID] [--name NAME] [TYPE...]",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs new [OPTION]... [TYPE...]\n\n"
	"Writes a fresh profile to the standard output, with a payload for each TYPE in\n"
	"it: UUIDs and identifiers of their own, and the keys that the schema requires.\n"
	"What only you can know is empty, and listed on standard error with what is\n"
	"allowed there. TYPE is one that `profilefs schema` lists, or a preference domain\n"
	"such as com.google.Chrome.\n\n"
	"      --identifier ID      the profile's PayloadIdentifier\n"
	"      --name NAME          the profile's PayloadDisplayName\n"
	"      --schema DIR|FILE    instead of the built-in schema, as for schema\n"
	"      --manifests DIR      more payload types, from a folder of ProfileManifests\n"
	"  -h, --help               this text\n\n"
	"Example:\n"
	"  profilefs new --identifier org.example.mdm com.apple.security.scep \\\n"
	"      com.apple.mdm >new.mobileconfig\n\n"
	"`man profilefs-new` has more.\n",
};
