/*
 * The list after -o, of mount and exec: comma-separated, `\,` stands for a comma.
 *
 * What is about the profile goes into `profile`, what is libfuse's own is collected in `passed`, what only
 * fstab(5) needs is accepted. The texts of both and the list of targets are owned here, wiped and freed by
 * mount_options_free(): they may hold a passphrase.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/tree/profile.h"
#include "plist/base/error.h"

struct mount_options {
	struct profile_options profile;
	const char **passed;
	size_t passed_count;
	struct target *targets; /* what `profile.targets` points to */
	char **texts;
	size_t text_count;
};

#define MOUNT_OPTIONS_INIT ((struct mount_options){ 0 })

/* Adds a list to what is there; a later option wins. 0, or -1: unknown (with the nearest name), a value
 * that is missing or not allowed, or out of memory. */
int mount_options_add(struct mount_options *options, const char *list, struct error *err);

/* Takes option `option` of getopt_long(3) with `value`: -o (whose passphrases are hidden then), -r, and -E, -W, -O,
 * which are the options error=, warning= and off=. 1: taken; 0: it is none of these; -1: it is, and wrong: no such
 * rule, or one that is judged when a value is written, where the level cannot be less than an error. */
int mount_options_take(struct mount_options *options, int option, char *value, struct error *err);

/* What mount, exec and edit have in their tables of long options, the letters of them, and what their help says. */
#define MOUNT_OPTIONS_LONG \
	{ "options", required_argument, NULL, 'o' }, \
	{ "read-only", no_argument, NULL, 'r' }, \
	{ "error", required_argument, NULL, 'E' }, \
	{ "warning", required_argument, NULL, 'W' }, \
	{ "off", required_argument, NULL, 'O' }

#define MOUNT_OPTIONS_LETTERS "o:E:W:O:r"

/* What completion asks of the table. */
struct mount_option_facts {
	const char *name;           /* NULL: one that only fstab(5) needs */
	bool value;                 /* it takes one */
	const char *const *choices; /* all that this can be, ends with NULL; NULL: anything */
};

/* Of option `index`, from 0. False: there are no more. */
bool mount_option_facts(size_t index, struct mount_option_facts *facts);

/* Whether a mount can have the rule at that level. */
bool mount_option_rule(const char *rule, enum rule_level level);

/* Overwrites passphrases and PINs in an argument, so that ps(1) does not show them for as long as the mount is
 * there. */
void mount_options_hide(char *list);

/* The same in the options themselves, once the profile is open: nobody asks for them again. */
void mount_options_forget(struct mount_options *options);

void mount_options_free(struct mount_options *options);

/* The part of the help of exec and edit that names them; that of mount explains them. */
#define MOUNT_OPTIONS_NAMES \
	"Options, separated by commas, as `profilefs mount --help` explains them:\n" \
	"  ro, key=FILE, cert=FILE, chain=FILE, passin=SOURCE, digest=NAME, unsign,\n" \
	"  decrypt_key=FILE, decrypt_passin=SOURCE, recipient=FILE, output=FILE,\n" \
	"  format=keep|xml|binary, backup=SUFFIX, new, force, norecover, nojournal,\n" \
	"  check=strict|warn|off, placeholders=allow|deny, unknown=deny|allow,\n" \
	"  delete=deny|allow, conflict=keep|merge, schema=DIR|FILE, manifests=DIR,\n" \
	"  error=RULE, warning=RULE, off=RULE, target=SYSTEM:VERSION, limit=NAME:VALUE,\n" \
	"  allow_other, allow_root, auto_unmount, max_read=N, fsname=NAME\n"

#endif
