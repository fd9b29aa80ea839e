/*
 * merge: two versions of a profile and what both began with become one, as git's merge drivers are called.
 */
#include <errno.h>
#include <string.h>

#include "fs/cmd/git_settings.h"
#include "fs/cmd/merge_sides.h"
#include "fs/cmd/rewrap.h"
#include "fs/cmd/say.h"

#define STANDARD_OUTPUT "-"

enum { OPTION_NAME = REWRAP_RECIPIENT + 1 };

struct request {
	struct rewrap shared;     /* keys, the three paths, where to */
	const char *name;
	struct sides sides;
	struct conflicts conflicts;
	const struct buf *bytes;  /* what the result is, one version's or: */
	struct buf made;
	struct buf plist;         /* what is in that */
	struct problems notes;    /* said when the result is where it belongs */
};

static const struct option long_options[] = {
	KEY_OPTIONS_LONG,
	{ "output", required_argument, NULL, 'o' },
	{ "stdout", no_argument, NULL, 'p' },
	{ "name", required_argument, NULL, OPTION_NAME },
	{ "force", no_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* --- arguments -------------------------------------------------------------------------------------- */

static void take_other(struct rewrap *shared, int option, char **argv)
{
	struct error err;
	int taken = key_options_take(&shared->keys, option, optarg, &err);

	if (taken < 0) {
		rewrap_fail(shared, &err);
	} else if (!taken) {
		shared->done = true;
		shared->status = command_bad_option(shared->command, option, argv);
	}
}

static void take(struct request *request, int option, char **argv)
{
	struct rewrap *shared = &request->shared;
	struct error err;

	switch (option) {
	case 1:
		if (strings_add(&shared->profiles, optarg, &err) < 0)
			rewrap_fail(shared, &err);
		break;
	case 'o':
		shared->output = optarg;
		break;
	case 'p':
		shared->output = STANDARD_OUTPUT;
		break;
	case OPTION_NAME:
		request->name = optarg;
		break;
	case 'F':
		shared->force = true;
		break;
	case 'h':
		shared->done = true;
		shared->status = say_help(shared->command->help);
		break;
	default:
		take_other(shared, option, argv);
	}
}

static bool is_read_twice(const struct rewrap *shared)
{
	size_t streams = 0;

	for (size_t i = 0; i < shared->profiles.count; i++)
		streams += rewrap_is_stream(shared->profiles.at[i]);
	return streams > 1;
}

static void check(struct rewrap *shared)
{
	struct error err;

	if (shared->profiles.count != SIDE_COUNT)
		rewrap_misuse(shared, "three versions of a profile are merged: give BASE, OURS and THEIRS");
	else if (shared->output && !*shared->output)
		rewrap_misuse(shared, "-o is empty: give a file, or leave it out to change OURS");
	else if (shared->output && rewrap_is_folder(shared->output))
		rewrap_misuse(shared, "-o names a folder: give a file in it");
	else if (is_read_twice(shared))
		rewrap_misuse(shared, "`-` is the standard input, which can be read once: give files for the others");
	else if (key_options_check(&shared->keys, &err) < 0 || rewrap_check_input(shared, &err) < 0)
		rewrap_misuse(shared, err.text);
	else if (!shared->output && rewrap_is_stream(shared->profiles.at[SIDE_OURS]))
		shared->output = STANDARD_OUTPUT;
}

static void parse(struct request *request, int argc, char **argv)
{
	struct rewrap *shared = &request->shared;
	int option;

	while (!shared->done &&
	       (option = getopt_long(argc, argv, "-:o:ph" KEY_OPTIONS_LETTERS, long_options, NULL)) != -1)
		take(request, option, argv);
	for (; !shared->done && optind < argc; optind++) {
		optarg = argv[optind];
		take(request, 1, argv);
	}
	if (!shared->done)
		check(shared);
}

/* --- what messages are about ------------------------------------------------------------------------ */

static const char *result_name(const struct request *request)
{
	const char *output = request->shared.output;

	if (request->name)
		return request->name;
	return output && !rewrap_is_stream(output) ? output : request->sides.at[SIDE_OURS].parcel.place.shown;
}

static void note(struct request *request, enum severity severity, const char *text)
{
	struct problems one = PROBLEMS_INIT;

	problems_say(&one, severity, NULL, NULL, "%s", text);
	problems_move(&one, &request->notes, result_name(request));
	problems_free(&one);
}

/* --- the result ------------------------------------------------------------------------------------- */

static struct parcel *parcel_of(struct request *request, enum side_name side)
{
	return &request->sides.at[side].parcel;
}

/* The one whose signature a new one is to be like; NULL: there is none. */
static struct parcel *signed_one(struct request *request)
{
	if (parcel_is_signed(parcel_of(request, SIDE_OURS)))
		return parcel_of(request, SIDE_OURS);
	return parcel_is_signed(parcel_of(request, SIDE_THEIRS)) ? parcel_of(request, SIDE_THEIRS) : NULL;
}

static bool same_plist(struct request *request, enum side_name a, enum side_name b)
{
	const struct buf *content = &parcel_of(request, b)->content;

	return buf_equals(&parcel_of(request, a)->content, content->data, content->len);
}

/* Whether theirs is the result as it stands. It is not if ours alone is signed: the result is to be, too. Where we
 * changed layout or comments, it is only for a signature that cannot be made again. */
static bool is_theirs(struct request *request)
{
	bool ours_signed = parcel_is_signed(parcel_of(request, SIDE_OURS));
	bool theirs_signed = parcel_is_signed(parcel_of(request, SIDE_THEIRS));
	const struct node *ours = request->sides.at[SIDE_OURS].doc.root;

	if (request->conflicts.count || !node_equal(ours, request->sides.at[SIDE_THEIRS].doc.root, false))
		return false;
	if (same_plist(request, SIDE_BASE, SIDE_OURS))
		return theirs_signed || !ours_signed;
	if (!theirs_signed || request->shared.keys.files.keys.count)
		return false;
	note(request, SEVERITY_WARNING,
	     "the keys are theirs, and so it is their signed file, without our comments and layout: to keep these, "
	     "merge with --key, which signs it again");
	return true;
}

/* Whose file the result is as it stands; SIDE_COUNT: nobody's. */
static enum side_name find_whole(struct request *request)
{
	if (sides_same_bytes(&request->sides, SIDE_BASE, SIDE_OURS))
		return SIDE_THEIRS;
	if (!node_differs(request->sides.at[SIDE_OURS].doc.root))
		return SIDE_OURS;
	return is_theirs(request) ? SIDE_THEIRS : SIDE_COUNT;
}

static int seal(struct request *request, const struct parcel *like, struct error *err)
{
	struct seal_options options = { .digest = request->shared.keys.digest };
	struct problems made = PROBLEMS_INIT;
	struct signer *signer = rewrap_signer(&request->shared);
	int result;

	if (!signer)
		return -1;
	result = parcel_wrap(like, signer, &options, &request->plist, &request->made, &made, err);
	problems_move(&made, &request->notes, result_name(request));
	problems_free(&made);
	signer_free(signer);
	return result;
}

/* What has marks in it is not signed: nobody should vouch for it. */
static int wrap(struct request *request, struct error *err)
{
	const struct parcel *like = signed_one(request);
	bool keys = request->shared.keys.files.keys.count > 0;
	bool conflicts = like && conflicts_are_in(request->sides.at[SIDE_OURS].doc.root);

	if (like && keys && !conflicts)
		return seal(request, like, err);
	if (conflicts)
		note(request, SEVERITY_WARNING,
		     "it was signed, and is not as long as it has conflicts: when they are resolved, `profilefs sign "
		     "--key=FILE PROFILE` signs it");
	else if (like)
		note(request, SEVERITY_WARNING,
		     "it was signed, and is not any more: `profilefs sign --key=FILE PROFILE` signs it; merge takes "
		     "--key, too");
	return parcel_wrap(parcel_of(request, SIDE_OURS), NULL, NULL, &request->plist, &request->made, NULL, err);
}

static int make(struct request *request, struct error *err)
{
	const struct doc *doc = &request->sides.at[SIDE_OURS].doc;

	if (doc_write(doc, doc->format, &request->plist, err) < 0)
		return -1;
	if (conflicts_say(&request->conflicts, doc->root, &request->plist, result_name(request), &request->notes,
			  err) < 0)
		return -1;
	if (doc->recoded)
		note(request, SEVERITY_NOTE, "it was not written in UTF-8, and is now");
	request->bytes = &request->made;
	return wrap(request, err);
}

static int merge_sides(struct request *request, struct error *err)
{
	struct side *sides = request->sides.at;
	enum side_name whole;

	if (merge(sides[SIDE_OURS].doc.root, sides[SIDE_BASE].doc.root, sides[SIDE_THEIRS].doc.root, conflicts_take,
		  &request->conflicts, err) < 0)
		return -1;
	whole = find_whole(request);
	if (whole == SIDE_COUNT)
		return make(request, err);
	request->bytes = &parcel_of(request, whole)->bytes;
	return 0;
}

static int put(struct request *request, struct error *err)
{
	struct parcel *ours = parcel_of(request, SIDE_OURS);

	if (request->shared.output)
		return parcel_put_at(ours, request->shared.output, 0777, request->bytes, err);
	return parcel_put_back(ours, 0777, request->bytes, &request->notes, err);
}

/* --- all of it -------------------------------------------------------------------------------------- */

static int work(struct request *request, struct error *err)
{
	struct rewrap *shared = &request->shared;
	char *const paths[] = {
		(char *)shared->profiles.at[SIDE_BASE],
		(char *)shared->profiles.at[SIDE_OURS],
		(char *)shared->profiles.at[SIDE_THEIRS],
	};

	request->sides.name = request->name;
	request->sides.in_place = !shared->output;
	request->sides.force = shared->force;
	if (sides_open(&request->sides, paths, &request->notes, err) < 0)
		return -1;
	if (merge_sides(request, err) == 0 && put(request, err) == 0)
		return 0;
	error_in_file(err, result_name(request));
	return -1;
}

/* Git calls it a conflict then, in a file without one mark of it: whoever adds that loses theirs. */
static void say_not_merged(const char *name)
{
	struct error note;
	BUF_AUTO word = BUF_INIT;

	git_add_word(&word, name);
	error_set(&note, EINVAL,
		  "it was not merged, and is ours as it was, without marks: mend that, and git merges it again with "
		  "`git checkout -m %.500s`", buf_ok(&word) ? buf_text(&word) : name);
	note.severity = SEVERITY_NOTE;
	error_in_file(&note, name);
	say_problem(&note);
}

/* Whatever is wrong with a version, there is no result then: that is no conflict. */
static int run_request(struct request *request)
{
	struct error err = ERROR_INIT;
	int result = work(request, &err);

	if (result < 0 && !request->shared.done)
		say_problem(&err);
	if (result < 0 && request->name)
		say_not_merged(request->name);
	if (result < 0)
		return 2;
	say_problems(&request->notes);
	return request->conflicts.count ? 1 : 0;
}

static void request_free(struct request *request)
{
	sides_close(&request->sides);
	conflicts_free(&request->conflicts);
	buf_free(&request->made);
	buf_free(&request->plist);
	problems_free(&request->notes);
	rewrap_free(&request->shared);
}

static int run(int argc, char **argv)
{
	struct request request = { .shared.command = &command_merge };
	int status;

	parse(&request, argc, argv);
	status = request.shared.done ? request.shared.status : run_request(&request);
	request_free(&request);
	return status;
}

const struct command command_merge = {
	.name = "merge",
	.summary = "merge [-o OUTPUT] BASE OURS THEIRS",
	.options = long_options,
	.rules = key_options_signer_rules,
	.run = run,
	.help =
	"usage: profilefs merge [OPTIONS] BASE OURS THEIRS\n\n"
	"Works into OURS, key by key, what THEIRS changed since BASE: profiles, signed or\n"
	"not. What both changed in two ways is a conflict: KEY keeps our value, and\n"
	"KEY.conflict-base and KEY.conflict-theirs beside it have the others. To resolve\n"
	"one in a mount or an exploded tree, rename KEY.conflict-theirs over KEY, or\n"
	"leave KEY as it is; then remove the marks. An empty BASE is a profile without\n"
	"keys. A file that need not be changed keeps its bytes, and its signature; else\n"
	"what was signed is signed again with the key, or left unsigned without one.\n\n"
	"  -o, --output=OUTPUT      write to OUTPUT instead of OURS; `-` is the standard\n"
	"                           output\n"
	"  -p, --stdout             the same as --output=-\n"
	"      --name=NAME          what messages call the profile: in git, its path\n"
	"      --force              also if a signature does not fit\n"
	KEY_OPTIONS_HELP
	"  -h, --help               this text\n\n"
	"Examples: by hand, and as git's merge driver\n"
	"  profilefs merge -o merged.mobileconfig base.mobileconfig a.mobileconfig \\\n"
	"      b.mobileconfig\n"
	"  git config merge.profile.driver 'profilefs merge --name=%P %O %A %B'\n"
	"  echo '*.mobileconfig merge=profile' >>.gitattributes\n\n"
	"Exit status: 0 merged; 1 merged with conflicts, which are marked; 2 wrong usage,\n"
	"or a version could not be read, or the result not be written: OURS is as it was.\n"
	"`man profilefs-merge` has more.\n",
};
