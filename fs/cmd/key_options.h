/*
 * The options of commands that sign: --key, --cert, --chain, --passin, --digest, and -E, -W, -O for the rules that a
 * signer can break. Shared by sign, encrypt and whatever else puts a profile back whole.
 *
 * Owns its lists and copies of the arguments, as these may hold a passphrase or a PIN: key_options_free() wipes them
 * and gives them back.
 */
#ifndef CMD_KEY_OPTIONS_H
#define CMD_KEY_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "plist/schema/rule.h"
#include "sign/signer.h"

struct key_options {
	struct signer_files files;
	const char *digest; /* NULL: as before; a static string */
	struct rule_levels levels;
	bool weighs_profile; /* the rules not-a-profile and merge-conflict can be weighed, too */
};

#define KEY_OPTIONS_INIT ((struct key_options){ 0 })

/* Entries for a table of long options; their values lie above every character. */
enum {
	KEY_OPTION_KEY = 0x100,
	KEY_OPTION_CERT,
	KEY_OPTION_CHAIN,
	KEY_OPTION_PASSIN,
	KEY_OPTION_DIGEST,
	KEY_OPTION_END,
};

#define KEY_OPTIONS_LONG \
	{ "key", required_argument, NULL, KEY_OPTION_KEY }, \
	{ "cert", required_argument, NULL, KEY_OPTION_CERT }, \
	{ "chain", required_argument, NULL, KEY_OPTION_CHAIN }, \
	{ "passin", required_argument, NULL, KEY_OPTION_PASSIN }, \
	{ "digest", required_argument, NULL, KEY_OPTION_DIGEST }, \
	{ "error", required_argument, NULL, 'E' }, \
	{ "warning", required_argument, NULL, 'W' }, \
	{ "off", required_argument, NULL, 'O' }

#define KEY_OPTIONS_HELP \
	"      --key=FILE           key to sign with: PEM, DER, PKCS#12 or a pkcs11: URI;\n" \
	"                           may be repeated\n" \
	"      --cert=FILE          its certificate, if it is not in the key's file\n" \
	"      --chain=FILE         more certificates to include\n" \
	"      --passin=SOURCE      pass:TEXT, env:NAME, file:PATH, fd:N or stdin\n" \
	"      --digest=NAME        sha1, sha256, sha384 or sha512 (as it was)\n" \
	"  -E, --error=expired      refuses a signer that is not valid now\n" \
	"  -W, --warning=expired  -O, --off=expired\n" \
	"                           warns of it (default); does not look\n"

/* The letters of those that have one, for getopt_long(3). */
#define KEY_OPTIONS_LETTERS "E:W:O:"

/* What -E, -W and -O take: the rules that a signer can break, and, if the profile is weighed, those of what is signed,
 * too. They end with NULL. */
extern const char *const key_options_signer_rules[], *const key_options_profile_rules[];

/* Takes option `option` of getopt_long(3) with `value`, and hides a passphrase in it from ps(1). 1: taken; 0: it is
 * none of these; -1: it is, and wrong. */
int key_options_take(struct key_options *options, int option, char *value, struct error *err);

/* Appends a copy of an argument to such a list, which strings that may be secret are for, and hides what is secret in
 * the argument. key_options_free_list() gives the list back. 0 or -1. */
int key_options_keep(struct strings *list, char *value, struct error *err);
void key_options_free_list(struct strings *list);

/* What does not fit together: a certificate or a passphrase and no key. 0 or -1. */
int key_options_check(const struct key_options *options, struct error *err);

void key_options_free(struct key_options *options);

#endif
