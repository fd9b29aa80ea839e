/*
 * encrypt: the payloads of profiles, so that only those can read them for whom they are.
 */
#include <errno.h>

#include "fs/cmd/rewrap.h"
#include "fs/cmd/say.h"
#include "fs/tree/signing.h"
#include "plist/encrypted.h"
#include "sign/encryption.h"

struct encrypting {
	struct rewrap *rewrap;
	struct recipients *recipients;
	struct signer *signer; /* NULL: the result is not signed */
};

static const struct option long_options[] = {
	{ "recipient", required_argument, NULL, REWRAP_RECIPIENT },
	KEY_OPTIONS_LONG,
	REWRAP_LONG,
	{ 0 },
};

/* The whole plist with its payloads encrypted. */
static int cover(const struct encrypting *encrypting, const struct doc *doc, struct buf *plist, struct error *err)
{
	BUF_AUTO payloads = BUF_INIT;
	BUF_AUTO cipher = BUF_INIT;

	if (encrypted_is(doc))
		return error_set(err, EINVAL,
				 "its payloads are encrypted already: decrypt it first (profilefs decrypt)");
	if (encrypted_take(doc, &payloads, err) < 0 ||
	    encryption_make(encrypting->recipients, payloads.data, payloads.len, &cipher, err) < 0)
		return -1;
	return encrypted_cover(doc, cipher.data, cipher.len, plist, err);
}

static int encrypt_one(void *context, const struct parcel *parcel, struct buf *out, struct problems *notes,
		       struct error *err)
{
	struct encrypting *encrypting = context;
	const struct seal_options options = { .digest = encrypting->rewrap->keys.digest };
	BUF_AUTO plist = BUF_INIT;
	struct doc doc;
	int result;

	if (parcel_is_signed(parcel) && !encrypting->signer && !encrypting->rewrap->unsign)
		return error_set(err, EINVAL,
				 "it is signed, and the signature would fit no more: --key=FILE signs it again, "
				 "--unsign leaves it plain");
	if (parcel_read(parcel, &doc, err) < 0)
		return -1;
	result = cover(encrypting, &doc, &plist, err);
	doc_free(&doc);
	if (result < 0)
		return -1;
	return parcel_wrap(parcel, encrypting->signer, &options, &plist, out, notes, err);
}

static void check(struct rewrap *rewrap)
{
	if (!rewrap->recipients.count)
		rewrap_misuse(rewrap, "for whom is missing: --recipient=CERT, once for each");
	else if (rewrap->keys.files.keys.count && rewrap->unsign)
		rewrap_misuse(rewrap, "--key signs, --unsign leaves it plain: give one of them");
}

static int open_recipients(const struct rewrap *rewrap, struct recipients **out, struct error *err)
{
	struct problems found = PROBLEMS_INIT, notes = PROBLEMS_INIT;
	const char *passin = rewrap->passins.count ? rewrap->passins.at[0] : NULL;
	int result = recipients_open(&rewrap->recipients, passin, out, &found, err);

	if (result < 0) {
		problems_free(&found);
		return -1;
	}
	result = signing_weigh(&found, &rewrap->keys.levels, &notes, err);
	say_problems(&notes);
	problems_free(&notes);
	return result;
}

static int encrypt_all(struct rewrap *rewrap)
{
	struct encrypting encrypting = { .rewrap = rewrap };
	struct error err;
	int status = 0;

	if (open_recipients(rewrap, &encrypting.recipients, &err) < 0)
		rewrap_fail(rewrap, &err);
	else
		encrypting.signer = rewrap_signer(rewrap);
	if (!rewrap->done)
		status = rewrap_all(rewrap, encrypt_one, &encrypting);
	if (rewrap->put && !encrypting.signer)
		say_note("what is encrypted and not signed can be changed unseen: --key=FILE signs it, too");
	recipients_free(encrypting.recipients);
	signer_free(encrypting.signer);
	return rewrap->done ? rewrap->status : status;
}

static int run(int argc, char **argv)
{
	struct rewrap rewrap = { .command = &command_encrypt };
	int status;

	rewrap_parse(&rewrap, KEY_OPTIONS_LETTERS, argc, argv);
	if (!rewrap.done)
		check(&rewrap);
	status = rewrap.done ? rewrap.status : encrypt_all(&rewrap);
	rewrap_free(&rewrap);
	return status;
}

const struct command command_encrypt = {
	.name = "encrypt",
	.summary = "encrypt --recipient=CERT... [-o OUTPUT] PROFILE...",
	.options = long_options,
	.rules = key_options_signer_rules,
	.run = run,
	.help =
	"usage: profilefs encrypt --recipient=CERT... [OPTIONS] [-o OUTPUT] PROFILE...\n\n"
	"Encrypts the payloads of profiles where they are, or writes them to OUTPUT. Each\n"
	"recipient's device can read them, and nobody else. With --key they are signed\n"
	"afterwards, as they should be: encryption keeps them secret, not whole. PROFILE\n"
	"may be `-` for the standard input, and is then written to the standard output.\n\n"
	"      --recipient=CERT     certificate of one who can read it, with an RSA key;\n"
	"                           devices may not read what is for an EC key. Of a\n"
	"                           file with several all that are no CA's\n"
	KEY_OPTIONS_HELP
	"      --unsign             leave plain what was signed\n"
	REWRAP_HELP
	"\nExample:\n"
	"  profilefs encrypt --recipient=device.pem --key=sign.p12 wifi.mobileconfig\n\n"
	"Exit status: 0 all is well; 1 a profile has errors, is not what was signed, or\n"
	"was changed by somebody else meanwhile; 2 wrong usage, or something could not be\n"
	"read or written. `man profilefs-encrypt` has more.\n",
};
