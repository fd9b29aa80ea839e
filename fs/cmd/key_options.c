#include "fs/cmd/key_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/hide.h"
#include "plist/base/hint.h"

/* --- lists of arguments ----------------------------------------------------------------------------- */

static void wipe(char *text)
{
	explicit_bzero(text, strlen(text));
	free(text);
}

int key_options_keep(struct strings *list, char *value, struct error *err)
{
	char *copy = strdup(value);

	if (!copy)
		return error_memory(err);
	hide_passphrase(value);
	hide_pin(value);
	if (strings_add(list, copy, err) == 0)
		return 0;
	wipe(copy);
	return -1;
}

/* Every string in it was made by key_options_keep(). */
void key_options_free_list(struct strings *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		wipe((char *)list->at[i]);
	strings_free(list);
}

static int keep(struct strings *list, const char *option, char *value, struct error *err)
{
	if (!*value)
		return error_set(err, EINVAL, "--%s is empty: give a value, or leave it out", option);
	return key_options_keep(list, value, err);
}

/* --- single options --------------------------------------------------------------------------------- */

static int take_digest(struct key_options *options, const char *value, struct error *err)
{
	static const char *const digests[] = { "sha1", "sha256", "sha384", "sha512" };
	struct hint hint = hint_for(value);
	size_t i;

	for (i = 0; i < sizeof(digests) / sizeof(*digests); i++) {
		if (strcmp(value, digests[i]) == 0) {
			options->digest = digests[i];
			return 0;
		}
		hint_consider(&hint, digests[i]);
	}
	return error_set(err, EINVAL, "--digest takes sha1, sha256, sha384 or sha512, not '%.40s'%s%s%s", value,
			 hint.name ? ": did you mean " : "", hint.name ? hint.name : "", hint.name ? "?" : "");
}

const char *const key_options_signer_rules[] = { SIGNER_RULE_EXPIRED, NULL };
const char *const key_options_profile_rules[] = { SIGNER_RULE_EXPIRED, "not-a-profile", "merge-conflict", NULL };

/* Other rules are not looked at here. */
static int take_rules(struct key_options *options, enum rule_level level, const char *list, struct error *err)
{
	return rule_levels_set(&options->levels, list,
			       options->weighs_profile ? key_options_profile_rules : key_options_signer_rules, level,
			       err);
}

static int take(struct key_options *options, int option, char *value, struct error *err)
{
	switch (option) {
	case KEY_OPTION_KEY:
		options->files.dashed = true;
		return keep(&options->files.keys, "key", value, err);
	case KEY_OPTION_CERT:
		return keep(&options->files.certs, "cert", value, err);
	case KEY_OPTION_CHAIN:
		return keep(&options->files.chains, "chain", value, err);
	case KEY_OPTION_PASSIN:
		return keep(&options->files.passins, "passin", value, err);
	case KEY_OPTION_DIGEST:
		return take_digest(options, value, err);
	case 'E':
		return take_rules(options, RULE_ERROR, value, err);
	case 'W':
		return take_rules(options, RULE_WARNING, value, err);
	case 'O':
		return take_rules(options, RULE_OFF, value, err);
	default:
		return 1;
	}
}

int key_options_take(struct key_options *options, int option, char *value, struct error *err)
{
	int result = take(options, option, value, err);

	return result < 0 ? -1 : !result;
}

/* --- all of them ------------------------------------------------------------------------------------ */

int key_options_check(const struct key_options *options, struct error *err)
{
	const struct signer_files *files = &options->files;

	if (files->keys.count)
		return 0;
	if (files->certs.count || files->chains.count || files->passins.count)
		return error_set(err, EINVAL, "--cert, --chain and --passin need --key=FILE: give it too");
	if (options->digest)
		return error_set(err, EINVAL, "--digest is of a signature and needs --key=FILE: give it too");
	return 0;
}

void key_options_free(struct key_options *options)
{
	key_options_free_list(&options->files.keys);
	key_options_free_list(&options->files.certs);
	key_options_free_list(&options->files.chains);
	key_options_free_list(&options->files.passins);
	*options = KEY_OPTIONS_INIT;
}
