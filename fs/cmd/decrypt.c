/*
 * decrypt: plain payloads again.
 */
#include <errno.h>

#include "fs/cmd/rewrap.h"
#include "fs/cmd/say.h"
#include "plist/encrypted.h"
#include "sign/encryption.h"

struct decrypting {
	const struct rewrap *rewrap;
	struct decryptor *decryptor;
};

static const struct option long_options[] = {
	{ "key", required_argument, NULL, KEY_OPTION_KEY },
	{ "cert", required_argument, NULL, KEY_OPTION_CERT },
	{ "passin", required_argument, NULL, KEY_OPTION_PASSIN },
	REWRAP_LONG,
	{ 0 },
};

static int decrypt(const struct decrypting *decrypting, const struct node *cipher, struct buf *payloads,
		   struct error *err)
{
	struct encryption *encryption = NULL;
	BUF_AUTO room = BUF_INIT;
	const char *bytes = scalar_bytes(&cipher->value, &room);
	int result;

	if (!bytes)
		return error_memory(err);
	result = encryption_open(bytes, cipher->value.len, decrypting->decryptor, &encryption, payloads, err);
	encryption_free(encryption);
	return result;
}

/* The whole plist with its payloads in the open. */
static int uncover(const struct decrypting *decrypting, const struct doc *doc, struct buf *plist, struct error *err)
{
	BUF_AUTO payloads = BUF_INIT;
	const struct node *cipher;

	if (!encrypted_is(doc))
		return error_set(err, EINVAL, "its payloads are not encrypted: nothing to decrypt");
	cipher = encrypted_content(doc, err);
	if (!cipher || decrypt(decrypting, cipher, &payloads, err) < 0)
		return -1;
	return encrypted_uncover(doc, payloads.data, payloads.len, plist, err);
}

/* The signature was over the encrypted form and fits no other. */
static int check_signed(const struct decrypting *decrypting, const struct parcel *parcel, struct problems *notes,
			struct error *err)
{
	if (!parcel_is_signed(parcel) || decrypting->rewrap->unsign)
		return 0;
	if (parcel->in_place)
		return error_set(err, EINVAL,
				 "it is signed, and the signature would fit no more: --unsign leaves it plain, "
				 "-o OUTPUT leaves it as it is");
	problems_say(notes, SEVERITY_WARNING, NULL, NULL,
		     "it is signed, and what was written is not: `profilefs sign` signs it again");
	return 0;
}

static int decrypt_one(void *context, const struct parcel *parcel, struct buf *out, struct problems *notes,
		       struct error *err)
{
	const struct decrypting *decrypting = context;
	BUF_AUTO plist = BUF_INIT;
	struct doc doc;
	int result;

	if (parcel_read(parcel, &doc, err) < 0)
		return -1;
	result = uncover(decrypting, &doc, &plist, err);
	doc_free(&doc);
	if (result < 0 || check_signed(decrypting, parcel, notes, err) < 0)
		return -1;
	return parcel_wrap(parcel, NULL, NULL, &plist, out, notes, err);
}

static void check(struct rewrap *rewrap)
{
	const struct signer_files *files = &rewrap->keys.files;

	if (!files->keys.count)
		rewrap_misuse(rewrap, "the recipient's key is missing: --key=FILE");
	else if (files->keys.count > 1)
		rewrap_misuse(rewrap, "one key decrypts: give --key once");
	else if (files->passins.count > 1)
		rewrap_misuse(rewrap, "one key has one passphrase: give --passin once");
}

static int decrypt_all(struct rewrap *rewrap)
{
	const struct signer_files *files = &rewrap->keys.files;
	const struct decryptor_files parts = {
		.key = files->keys.at[0],
		.option = "--passin",
		.passin = files->passins.count ? files->passins.at[0] : NULL,
		.certs = files->certs,
		.own_certs = true,
	};
	struct decrypting decrypting = { .rewrap = rewrap };
	struct error err;
	int status;

	if (decryptor_open(&parts, &decrypting.decryptor, &err) < 0)
		return say_error(&err);
	status = rewrap_all(rewrap, decrypt_one, &decrypting);
	decryptor_free(decrypting.decryptor);
	return status;
}

static int run(int argc, char **argv)
{
	struct rewrap rewrap = { .command = &command_decrypt, .at_most = 0600 };
	int status;

	rewrap_parse(&rewrap, "", argc, argv);
	if (!rewrap.done)
		check(&rewrap);
	status = rewrap.done ? rewrap.status : decrypt_all(&rewrap);
	rewrap_free(&rewrap);
	return status;
}

const struct command command_decrypt = {
	.name = "decrypt",
	.summary = "decrypt --key=FILE [-o OUTPUT] PROFILE...",
	.options = long_options,
	.run = run,
	.help =
	"usage: profilefs decrypt --key=FILE [OPTIONS] [-o OUTPUT] PROFILE...\n\n"
	"Decrypts the payloads of profiles where they are, or writes them to OUTPUT. What\n"
	"is written is its owner's alone (mode 0600), but an OUTPUT that is there keeps\n"
	"its mode. It is not signed afterwards: the signature was one over the encrypted\n"
	"form. PROFILE may be `-` for the standard input, and is then written to the\n"
	"standard output.\n\n"
	"      --key=FILE           key of a recipient: PEM, DER, PKCS#12, pkcs11: URI\n"
	"      --cert=FILE          its certificate, if it is not in the key's file, or\n"
	"                           each that it had\n"
	"      --passin=SOURCE      pass:TEXT, env:NAME, file:PATH, fd:N or stdin\n"
	"      --unsign             also where they are if they are signed, and without a\n"
	"                           warning\n"
	REWRAP_HELP
	"\nExample:\n"
	"  profilefs decrypt --key=device.p12 --passin=env:P12 -o plain.mobileconfig \\\n"
	"      encrypted.mobileconfig\n\n"
	"Exit status: 0 all is well; 1 a profile has errors, cannot be decrypted, is not\n"
	"what was signed, or was changed by somebody else meanwhile; 2 wrong usage, or\n"
	"something could not be read or written. `man profilefs-decrypt` has more.\n",
};
