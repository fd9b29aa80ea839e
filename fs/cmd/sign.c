/*
 * sign: a signature around profiles, or, with --unsign, off them.
 */
#include <string.h>

#include "fs/cmd/rewrap.h"
#include "fs/tree/signing.h"
#include "plist/schema/check.h"

struct signing {
	const struct signer *signer;
	const struct rule_levels *levels;
	struct seal_options options;
};

static const struct option long_options[] = {
	KEY_OPTIONS_LONG,
	REWRAP_LONG,
	{ 0 },
};

/* What a merge left open is somebody's to decide before anybody vouches for it. */
static void take_finding(void *context, const struct finding *finding)
{
	if (strcmp(finding->rule, "merge-conflict") == 0)
		problems_say(context, SEVERITY_ERROR, finding->rule, NULL,
			     "%s; not signed with it (-W merge-conflict signs it all the same)", finding->text);
	if (strcmp(finding->rule, "not-a-profile") == 0)
		problems_say(context, SEVERITY_WARNING, finding->rule, NULL, "%s; a signature does not change that",
			     finding->text);
}

/* Other faults of profiles are the business of `profilefs check`. */
static int weigh(const struct signing *signing, const struct doc *doc, struct problems *notes, struct error *err)
{
	const struct check_options options = { 0 };
	struct problems found = PROBLEMS_INIT;

	if (check_profile(doc->root, &options, take_finding, &found) == 0)
		return signing_weigh(&found, signing->levels, notes, err);
	problems_free(&found);
	return error_memory(err);
}

static int sign_one(void *context, const struct parcel *parcel, struct buf *out, struct problems *notes,
		    struct error *err)
{
	const struct signing *signing = context;
	struct doc doc;
	int result;

	if (parcel_read(parcel, &doc, err) < 0)
		return -1;
	result = weigh(signing, &doc, notes, err);
	doc_free(&doc);
	if (result < 0)
		return -1;
	return parcel_wrap(parcel, signing->signer, &signing->options, &parcel->content, out, notes, err);
}

/* Whatever the content is: one who wants to mend it must get at it. */
static int unsign_one(void *context, const struct parcel *parcel, struct buf *out, struct problems *notes,
		      struct error *err)
{
	(void)context;
	if (!parcel_is_signed(parcel))
		problems_say(notes, SEVERITY_NOTE, NULL, NULL, "it is not signed: nothing to do");
	return parcel_wrap(parcel, NULL, NULL, &parcel->content, out, notes, err);
}

static void check(struct rewrap *rewrap)
{
	bool key = rewrap->keys.files.keys.count > 0;

	if (key && rewrap->unsign)
		rewrap_misuse(rewrap, "--key signs, --unsign takes the signature off: give one of them");
	else if (!key && !rewrap->unsign)
		rewrap_misuse(rewrap, "a key is missing: --key=FILE signs with it, --unsign takes a signature off");
}

static int sign_all(struct rewrap *rewrap)
{
	struct signing signing = { .levels = &rewrap->keys.levels, .options = { .digest = rewrap->keys.digest } };
	struct signer *signer = rewrap_signer(rewrap);
	int status;

	if (rewrap->done)
		return rewrap->status;
	signing.signer = signer;
	status = rewrap_all(rewrap, sign_one, &signing);
	signer_free(signer);
	return status;
}

static int run(int argc, char **argv)
{
	struct rewrap rewrap = { .command = &command_sign, .keys.weighs_profile = true };
	int status;

	rewrap_parse(&rewrap, KEY_OPTIONS_LETTERS, argc, argv);
	if (!rewrap.done)
		check(&rewrap);
	if (rewrap.done)
		status = rewrap.status;
	else if (rewrap.unsign)
		status = rewrap_all(&rewrap, unsign_one, NULL);
	else
		status = sign_all(&rewrap);
	rewrap_free(&rewrap);
	return status;
}

const struct command command_sign = {
	.name = "sign",
	.summary = "sign --key=FILE [-o OUTPUT] PROFILE...",
	.options = long_options,
	.rules = key_options_profile_rules,
	.run = run,
	.help =
	"usage: profilefs sign --key=FILE [OPTIONS] [-o OUTPUT] PROFILE...\n"
	"       profilefs sign --unsign [-o OUTPUT] PROFILE...\n\n"
	"Signs profiles where they are, or writes them signed to OUTPUT. Their content is\n"
	"not changed by a byte. One that is signed already is signed again as it was:\n"
	"with its digest (at least SHA-256) and its certificates. PROFILE may be `-` for\n"
	"the standard input, and is then written to the standard output.\n\n"
	KEY_OPTIONS_HELP
	"      --unsign             take the signature off instead\n"
	REWRAP_HELP
	"\nExample:\n"
	"  profilefs sign --key=sign.p12 --passin=env:P12 -o signed *.mobileconfig\n\n"
	"Exit status: 0 all is well; 1 a profile has errors, is not what was signed, or\n"
	"was changed by somebody else meanwhile; 2 wrong usage, or something could not be\n"
	"read or written. `man profilefs-sign` has more.\n",
};
