/*
 * The list after -o, of mount and exec: comma-separated, `\,` stands for a comma.
 *
 * What is about the profile goes into `profile`, what is libfuse's own is collected in `passed`, what only
 * fstab(5) needs is accepted. The texts of both and the list of targets are owned here, wiped and freed by
 * mount_options_free(): they may hold a passphrase.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

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

/* Overwrites passphrases and PINs in an argument, so that ps(1) does not show them for as long as the mount is
 * there. */
void mount_options_hide(char *list);

/* The same in the options themselves, once the profile is open: nobody asks for them again. */
void mount_options_forget(struct mount_options *options);

void mount_options_free(struct mount_options *options);

/* The part of a help text that lists them. */
#define MOUNT_OPTIONS_HELP \
	"Options, separated by commas (\\, stands for a comma in a value):\n" \
	"  ro                         read-only; nothing is saved\n" \
	"  key=FILE                   private key to sign with: PEM, DER, PKCS#12 or a pkcs11: URI; may be repeated\n" \
	"  cert=FILE                  its certificate, if it is not in the key's file\n" \
	"  chain=FILE                 more certificates to include\n" \
	"  passin=SOURCE              passphrase or PIN: pass:TEXT, env:NAME, file:PATH, fd:N, stdin\n" \
	"  digest=NAME                sha1, sha256, sha384 or sha512, instead of the old signature's\n" \
	"  unsign                     save plain what was signed\n" \
	"  decrypt_key=FILE           private key of a recipient: shows encrypted payloads as if plain, and saves\n" \
	"                             them encrypted for the same recipients\n" \
	"  decrypt_passin=SOURCE      its passphrase, if there is key= too\n" \
	"  recipient=FILE             certificate of a recipient, if it is not beside the key; may be repeated\n" \
	"  output=FILE                save to FILE; the profile stays as it is\n" \
	"  format=keep|xml|binary     how the plist is saved (keep)\n" \
	"  backup=SUFFIX              keep the old profile under its name and SUFFIX\n" \
	"  new                        the profile is not there yet: begin a fresh one\n" \
	"  force                      open it although its signature does not fit or it is locked\n" \
	"  norecover                  leave out the edits that a crash left\n" \
	"  nojournal                  write no journal: what is not saved is lost in a crash\n" \
	"  check=strict|warn|off      what to do about values that are not allowed (strict)\n" \
	"  placeholders=allow|deny    whether $FLEET_VAR_X, {{x}} and the like may be values (allow)\n" \
	"  unknown=deny|allow         whether keys may be added that the schema does not know (deny)\n" \
	"  delete=deny|allow          whether profiles may be removed from a mounted folder of them (deny)\n" \
	"  conflict=keep|merge        if somebody changed the profile since it was mounted: keep the edits beside\n" \
	"                             it, or merge them into it at unmount, if no key was changed by both (keep)\n" \
	"  schema=DIR|FILE            instead of the built-in schema: Apple's device-management repository,\n" \
	"                             or a file in the language of `profilefs schema --import`\n" \
	"  manifests=DIR              more payload types, from a folder of ProfileManifests\n" \
	"  error=RULE, warning=RULE, off=RULE\n" \
	"                             as -E, -W and -O\n" \
	"  target=SYSTEM:VERSION      such as macOS:15.1; of several, it is enough if one has what is there\n" \
	"  limit=NAME:VALUE           how much is read and kept: profile, value, nodes, scratch, ..., with K, M, G;\n" \
	"                             profilefs(1) lists them\n" \
	"  allow_other, allow_root, auto_unmount, max_read=N, fsname=NAME\n" \
	"                             as in mount.fuse3(8)\n" \
	"Options that fstab(5) needs (rw, user, noauto, _netdev, nofail, x-*, ...) are accepted.\n"

#endif
