/*
 * What git is told in a repository's own configuration, so that it shows and merges profiles through us.
 *
 * A list of settings owns its values; git_settings_free() gives them back.
 */
#ifndef CMD_GIT_SETTINGS_H
#define CMD_GIT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/signer.h"

enum {
	GIT_TEXTCONV,
	GIT_TEXTCONV_CACHE,
	GIT_MERGE_NAME,
	GIT_MERGE_DRIVER,
	GIT_MERGE_RECURSIVE,
	GIT_DIFFTOOL,
	GIT_SETTINGS
};

struct git_settings {
	struct buf values[GIT_SETTINGS];
};

/* "diff.profile.textconv", ...; `name` is one of the above. */
const char *git_setting_key(size_t name);

/* False for a command that is there and is none of ours, of whichever place and version. */
bool git_setting_is_ours(size_t name, const char *value);

/* What merges of signed profiles are signed again with; all of it is borrowed. */
struct git_signing {
	const struct signer_files *files;
	const char *digest;     /* may be NULL */
	const char *old_driver; /* the merge driver that is there, or "": if it is one of ours it keeps its keys, where
				 * `files` has none */
};

/* Composes them. What git keeps anybody may read: a passphrase or a PIN that is in the options itself is refused.
 * 0 or -1. */
int git_settings_make(struct git_settings *settings, const struct git_signing *signing, struct error *err);

void git_settings_free(struct git_settings *settings);

/* Appends a word as a shell reads it, quoted where that is needed. */
void git_add_word(struct buf *out, const char *word);

#endif
