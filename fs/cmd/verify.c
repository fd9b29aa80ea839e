/*
 * verify: who signed a profile, and whether it is what was signed.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fs/cmd/command.h"
#include "fs/cmd/say.h"
#include "fs/cmd/verify.h"
#include "fs/tree/profile.h"
#include "plist/base/file.h"
#include "plist/base/strings.h"
#include "plist/schema/rule.h"
#include "sign/trust.h"

struct request {
	struct strings profiles;
	struct trust_files trust;
	struct rule_levels levels;
	bool trusted; /* that is asked for too */
	bool same;
	bool json;
	bool quiet;
	bool brief;
	bool done;
	int status;
};

/* The worse of two exit statuses. */
static int worse(int a, int b)
{
	return a > b ? a : b;
}

static void end_with(struct request *request, int status)
{
	request->done = true;
	request->status = status;
}

/* --- arguments -------------------------------------------------------------------------------------- */

/* "expired": that a profile is intact cannot be weighed. */
static void take_rule(struct request *request, const char *name, enum rule_level level)
{
	struct error err;

	if (rule_level_set(&request->levels, name, level, &err) < 0)
		end_with(request, say_error(&err));
	else if (strcmp(name, SIGNER_RULE_EXPIRED) != 0)
		end_with(request, say_misuse("verify", "-E, -W and -O take the rule '%s', and not '%s'",
					     SIGNER_RULE_EXPIRED, name));
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

	if (strings_add(&request->profiles, word, &err) < 0)
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
		take_rule(request, optarg, RULE_ERROR);
		break;
	case 'W':
		take_rule(request, optarg, RULE_WARNING);
		break;
	case 'O':
		take_rule(request, optarg, RULE_OFF);
		break;
	case 'q':
		request->quiet = true;
		break;
	case 'b':
		request->brief = true;
		break;
	case OPTION_TRUSTED:
		request->trusted = true;
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
	if (request->same && request->profiles.count != 2)
		return "--same takes two files: the signed profile, and the plain one";
	if (request->same && request->json)
		return "--same says one line, and has no --format json";
	if (!request->profiles.count)
		return "the profiles are missing: name files, or `-`";
	if (count_stdin(&request->profiles) > 1)
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

/* --- one profile ------------------------------------------------------------------------------------ */

const char *verify_path(const char *word)
{
	return strcmp(word, "-") == 0 ? "/dev/stdin" : word;
}

void verified_free(struct verified *verified)
{
	verdict_free(&verified->verdict);
	buf_free(&verified->content);
	problems_free(&verified->problems);
}

bool verified_intact(const struct verified *verified)
{
	return verified->reached && verified->verdict.form != ENVELOPE_PLAIN && verified->verdict.intact;
}

/* Adds an error with the exit status that it makes. */
static void add_error(struct verified *verified, struct error *err, int status)
{
	error_in_file(err, verified->name);
	problems_add(&verified->problems, err);
	verified->status = worse(verified->status, status);
}

/* True if each profile gets its line on the standard output: what that says is not said again. */
static bool has_lines(const struct request *request)
{
	return !request->json && !request->same && !request->quiet;
}

static void weigh_intact(const struct request *request, struct verified *verified)
{
	struct error err;

	if (verified->verdict.form != ENVELOPE_PLAIN) {
		if (!verified->verdict.intact)
			add_error(verified, &verified->verdict.why_not_intact, 1);
		return;
	}
	verified->status = worse(verified->status, 1);
	if (has_lines(request))
		return;
	error_set(&err, EINVAL, "not signed: nothing in it says who made it; `profilefs sign` signs it");
	add_error(verified, &err, 1);
}

static void weigh_trust(struct verified *verified)
{
	struct error err;
	size_t i;

	for (i = 0; i < verified->verdict.signature_count; i++) {
		const struct signature_facts *signature = &verified->verdict.signatures[i];
		BUF_AUTO name = BUF_INIT;

		if (signature->trusted)
			continue;
		name_brief(signature->signer, &name);
		error_set(&err, EINVAL, "the signer %s is not trusted: %s; %s", buf_text(&name),
			  signature->why_not_trusted,
			  signature->chained ? "sign it again with one that is valid now (profilefs sign)" :
					       "--cafile names an authority to trust");
		add_error(verified, &err, 1);
	}
}

static void add_expired(struct verified *verified, const struct certificate *cert, enum severity severity)
{
	BUF_AUTO name = BUF_INIT;
	struct error err;

	name_brief(cert->subject, &name);
	if (cert->expired)
		error_rule(&err, SIGNER_RULE_EXPIRED, "the signer %s expired at %s", buf_text(&name), cert->until);
	else
		error_rule(&err, SIGNER_RULE_EXPIRED, "the signer %s is not valid before %s", buf_text(&name),
			   cert->from);
	err.severity = severity;
	add_error(verified, &err, severity == SEVERITY_ERROR);
}

static void weigh_dates(const struct request *request, struct verified *verified)
{
	enum severity severity = SEVERITY_WARNING;
	size_t i;

	if (!rule_severity(&request->levels, SIGNER_RULE_EXPIRED, &severity))
		return;
	if (severity != SEVERITY_ERROR && has_lines(request))
		return;
	for (i = 0; i < verified->verdict.signature_count; i++) {
		const struct certificate *cert = &verified->verdict.signatures[i].cert;

		if (cert->expired || cert->not_yet_valid)
			add_expired(verified, cert, severity);
	}
}

static int reach(const struct trust *trust, struct verified *verified, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;
	struct envelope *envelope;
	int result;

	if (file_read_path(verify_path(verified->name), PROFILE_SIZE_MAX, &bytes, err) < 0)
		return -1;
	if (envelope_open(verified->name, bytes.data, bytes.len, &envelope, &verified->content, err) < 0) {
		verified->damaged = err->rule != NULL;
		return -1;
	}
	result = verdict_reach(envelope, trust, &verified->verdict, err);
	verified->reached = result == 0;
	envelope_free(envelope);
	return result;
}

static void verify(const struct request *request, const struct trust *trust, struct verified *verified)
{
	struct error err;

	if (reach(trust, verified, &err) < 0) {
		add_error(verified, &err, error_exit_status(&err));
		return;
	}
	weigh_intact(request, verified);
	if (!verified_intact(verified))
		return;
	if (request->trusted)
		weigh_trust(verified);
	weigh_dates(request, verified);
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
	verify_summary(verified, out);
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

/* The facts of each stand before what is wrong with it, and one that fails does not hide the next. */
static int verify_texts(const struct request *request, const struct trust *trust)
{
	enum written before = WRITTEN_NOTHING;
	int status = 0, failed = 0;
	size_t i;

	for (i = 0; i < request->profiles.count && !failed; i++) {
		struct verified verified = { .name = request->profiles.at[i] };
		BUF_AUTO out = BUF_INIT;

		verify(request, trust, &verified);
		if (!request->quiet)
			add_text(request, &verified, &before, &out);
		failed = put(&out);
		say_found(request, &verified);
		status = worse(status, verified.status);
		verified_free(&verified);
	}
	return worse(status, failed);
}

static int verify_json(const struct request *request, const struct trust *trust)
{
	struct verify_json *json = verify_json_begin();
	BUF_AUTO out = BUF_INIT;
	struct error err;
	int status = 0;
	size_t i;

	if (!json) {
		error_memory(&err);
		return say_error(&err);
	}
	for (i = 0; i < request->profiles.count; i++) {
		struct verified verified = { .name = request->profiles.at[i] };

		verify(request, trust, &verified);
		verify_json_add(json, &verified);
		say_found(request, &verified);
		status = worse(status, verified.status);
		verified_free(&verified);
	}
	if (verify_json_end(json, &out, &err) < 0)
		return say_error(&err);
	return worse(status, put(&out));
}

static int say_same(const struct request *request, const struct verified *verified)
{
	const char *plain = request->profiles.at[1];
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

static int compare(const struct request *request, const struct trust *trust)
{
	struct verified verified = { .name = request->profiles.at[0] };
	int status;

	verify(request, trust, &verified);
	say_found(request, &verified);
	status = verified.status;
	if (verified_intact(&verified))
		status = worse(status, say_same(request, &verified));
	verified_free(&verified);
	return status;
}

static int verify_all(const struct request *request)
{
	struct trust *trust;
	struct error err;
	int status;

	if (trust_open(&request->trust, &trust, &err) < 0)
		return say_error(&err);
	if (request->same)
		status = compare(request, trust);
	else
		status = request->json ? verify_json(request, trust) : verify_texts(request, trust);
	trust_free(trust);
	return status;
}

static int run(int argc, char **argv)
{
	struct request request = { 0 };

	parse(&request, argc, argv);
	if (!request.done)
		request.status = verify_all(&request);
	strings_free(&request.profiles);
	return request.status;
}

const struct command command_verify = {
	.name = "verify",
	.summary = "verify [--trusted] [--cafile FILE] [--format text|json] [-q] PROFILE...",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs verify [OPTION]... PROFILE...\n"
	"       profilefs verify --same [OPTION]... SIGNED PLAIN\n\n"
	"Says of signed profiles whether they are intact (what is there is what was signed), whether the signer\n"
	"is trusted, expired or self-signed, and who it is: a line for each profile, and the facts below it. Of a\n"
	"signer that is not trusted they are only what its certificate says. PROFILE may be `-` for the standard\n"
	"input.\n\n"
	"      --trusted              fails also if a signer is not trusted\n"
	"      --cafile FILE          trust the certificates in FILE (PEM or DER), and not the system's\n"
	"      --capath DIR           trust those in DIR, as `openssl rehash` names them, and not the system's\n"
	"      --same                 proves that what was signed is the file PLAIN, byte for byte; says else which\n"
	"                             is the first byte that differs, counted from 1\n"
	"      --format text|json     text (default), or one object with all facts\n"
	"  -E, --error expired        fails also if a signer is expired or not valid yet\n"
	"  -W, --warning expired  -O, --off expired\n"
	"                             warns of it where no line of the profile says it (default); does not\n"
	"  -b, --brief                the first lines only, one for each profile\n"
	"  -q, --quiet                only errors: no facts, no warnings\n"
	"  -h, --help                 this text\n\n"
	"Exit status: 0 if every profile is signed and intact (and trusted, if asked for); 1 if one is not; 2 if\n"
	"something could not be read.\n",
};
