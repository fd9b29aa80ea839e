/*
 * What sign, encrypt and decrypt have in common: a list of profiles, each opened, wrapped in another way and put back,
 * or put elsewhere; a problem of one does not stop the others.
 *
 * A `rewrap` owns its lists; rewrap_free() gives them back. The other strings are the arguments' own.
 */
#ifndef CMD_REWRAP_H
#define CMD_REWRAP_H

#include <stdbool.h>
#include <sys/stat.h>

#include "fs/cmd/command.h"
#include "fs/cmd/key_options.h"
#include "fs/tree/parcel.h"
#include "plist/base/strings.h"

struct rewrap {
	const struct command *command;
	struct key_options keys;
	struct strings recipients; /* files; see key_options_keep() */
	struct strings passins;    /* of the recipients' files, where there is no key; at most one */
	struct strings profiles;
	const char *output;        /* a file or a folder that is there, "-"; NULL: in place */
	mode_t at_most;            /* what the mode may have of what is made; 0: all that the profile has */
	bool force;                /* also if a signature does not fit */
	bool unsign;
	size_t put;                /* how many profiles were put where they belong */
	bool done;                 /* nothing more is to be done: `status` is the exit status */
	int status;
};

#define REWRAP_RECIPIENT KEY_OPTION_END

/* What every such command has in its table of long options, beside those of keys. */
#define REWRAP_LONG \
	{ "output", required_argument, NULL, 'o' }, \
	{ "force", no_argument, NULL, 'F' }, \
	{ "unsign", no_argument, NULL, 'U' }, \
	{ "help", no_argument, NULL, 'h' }

#define REWRAP_HELP \
	"  -o, --output=OUTPUT      write to OUTPUT: a file, for several profiles a\n" \
	"                           folder that is there, or `-`\n" \
	"      --force              also if the signature that is there does not fit\n" \
	"  -h, --help               this text\n"

/* Reads the arguments: which options there are is said by the command's table. `letters` are the short ones beside -o
 * and -h. What is wrong, or help, ends it: then `done`. */
void rewrap_parse(struct rewrap *rewrap, const char *letters, int argc, char **argv);

/* rewrap_input.c: whether more than one thing is to be read from the standard input. 0 or -1. */
int rewrap_check_input(const struct rewrap *rewrap, struct error *err);

/* Ends it with an error, or with one of usage. */
void rewrap_fail(struct rewrap *rewrap, const struct error *err);
void rewrap_misuse(struct rewrap *rewrap, const char *text);

/* Opens the signer whose key was given, and tries the digest that was asked for, so that this is said once and not for
 * each profile. NULL if no key was given; else if it fails, that is said and the rewrap is done. */
struct signer *rewrap_signer(struct rewrap *rewrap);

/* Makes of a parcel the bytes to be put in its place or elsewhere. Notes without a file get the profile's. 0 or -1. */
typedef int rewrap_make(void *context, const struct parcel *parcel, struct buf *out, struct problems *notes,
			struct error *err);

/* Does it with every profile. The worst of the exit statuses. */
int rewrap_all(struct rewrap *rewrap, rewrap_make *make, void *context);

void rewrap_free(struct rewrap *rewrap);

/* What arguments name: the file's name in a path; the standard input or output; a folder that is there. */
const char *rewrap_name(const char *path);
bool rewrap_is_stream(const char *path);
bool rewrap_is_folder(const char *path);

#endif
