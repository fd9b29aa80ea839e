#include "fs/cmd/options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/hide.h"
#include "fs/cmd/limits.h"
#include "plist/base/buf.h"
#include "plist/base/hint.h"

enum kind {
	FLAG,     /* no value: sets a bool to `on` */
	TEXT,     /* a value, of any kind */
	LIST,     /* the same; each one given is added */
	CHOICE,   /* one of a list of values */
	LEVEL,    /* a rule, which gets the level */
	LIMIT,    /* a limit of the process and its value */
	TARGET,   /* a system and its version; each one given is added */
	PASSED,   /* libfuse's, without a value */
	PASSED_VALUE,
	ACCEPTED, /* means nothing here, with or without a value */
};

struct option {
	const char *name;
	enum kind kind;
	size_t field;               /* FLAG, TEXT, LIST: offset in struct profile_options */
	bool on;                    /* FLAG */
	enum rule_level level;      /* LEVEL */
	const char *const *choices; /* CHOICE: ends with NULL */
	void (*choose)(struct profile_options *profile, unsigned choice, const char *text); /* CHOICE */
};

/* In the order of the enums. */
static const char *const formats[] = { "keep", "xml", "binary", NULL };
static const char *const levels[] = { "strict", "warn", "off", NULL };
static const char *const allow_deny[] = { "allow", "deny", NULL };
static const char *const conflicts[] = { "keep", "merge", NULL };
static const char *const digests[] = { "sha1", "sha256", "sha384", "sha512", NULL };

static void choose_format(struct profile_options *profile, unsigned choice, const char *text)
{
	(void)text;
	profile->format = (enum profile_format)choice;
}

static void choose_check(struct profile_options *profile, unsigned choice, const char *text)
{
	(void)text;
	profile->check = (enum check_level)choice;
}

static void choose_placeholders(struct profile_options *profile, unsigned choice, const char *text)
{
	(void)text;
	profile->no_placeholders = choice == 1;
}

static void choose_digest(struct profile_options *profile, unsigned choice, const char *text)
{
	(void)choice;
	profile->digest = text;
}

static void choose_unknown(struct profile_options *profile, unsigned choice, const char *text)
{
	(void)text;
	profile->unknown_allowed = choice == 0;
}

static void choose_delete(struct profile_options *profile, unsigned choice, const char *text)
{
	(void)text;
	profile->delete_allowed = choice == 0;
}

static void choose_conflict(struct profile_options *profile, unsigned choice, const char *text)
{
	(void)text;
	profile->merge = choice == 1;
}

#define FIELD(member) offsetof(struct profile_options, member)
#define FLAG_OPTION(text, member, value) { .name = text, .kind = FLAG, .field = FIELD(member), .on = value }
#define TEXT_OPTION(text, member) { .name = text, .kind = TEXT, .field = FIELD(member) }
#define LIST_OPTION(text, member) { .name = text, .kind = LIST, .field = FIELD(member) }
#define LEVEL_OPTION(text, what) { .name = text, .kind = LEVEL, .level = what }
#define CHOICE_OPTION(text, list, function) \
	{ .name = text, .kind = CHOICE, .choices = list, .choose = function }
#define OTHER_OPTION(text, what) { .name = text, .kind = what }

static const struct option known[] = {
	FLAG_OPTION("ro", read_only, true),
	FLAG_OPTION("rw", read_only, false),
	FLAG_OPTION("unsign", unsign, true),
	FLAG_OPTION("new", create, true),
	FLAG_OPTION("force", force, true),
	FLAG_OPTION("norecover", no_recover, true),
	FLAG_OPTION("nojournal", no_journal, true),
	LIST_OPTION("key", signer.keys),
	LIST_OPTION("cert", signer.certs),
	LIST_OPTION("chain", signer.chains),
	LIST_OPTION("passin", signer.passins),
	TEXT_OPTION("decrypt_key", decrypt.key),
	TEXT_OPTION("decrypt_passin", decrypt.passin),
	LIST_OPTION("recipient", decrypt.certs),
	TEXT_OPTION("output", output),
	TEXT_OPTION("backup", backup),
	TEXT_OPTION("schema", schema),
	TEXT_OPTION("manifests", manifests),
	LEVEL_OPTION("error", RULE_ERROR),
	LEVEL_OPTION("warning", RULE_WARNING),
	LEVEL_OPTION("off", RULE_OFF),
	OTHER_OPTION("target", TARGET),
	OTHER_OPTION("limit", LIMIT),
	CHOICE_OPTION("digest", digests, choose_digest),
	CHOICE_OPTION("format", formats, choose_format),
	CHOICE_OPTION("check", levels, choose_check),
	CHOICE_OPTION("placeholders", allow_deny, choose_placeholders),
	CHOICE_OPTION("unknown", allow_deny, choose_unknown),
	CHOICE_OPTION("delete", allow_deny, choose_delete),
	CHOICE_OPTION("conflict", conflicts, choose_conflict),

	OTHER_OPTION("allow_other", PASSED),
	OTHER_OPTION("allow_root", PASSED),
	OTHER_OPTION("auto_unmount", PASSED),
	OTHER_OPTION("default_permissions", PASSED),
	OTHER_OPTION("noexec", PASSED),
	OTHER_OPTION("fsname", PASSED_VALUE),
	OTHER_OPTION("max_read", PASSED_VALUE),

	/* By its type the mount is known as ours. */
	OTHER_OPTION("subtype", ACCEPTED),

	/* Devices and set-user-id files cannot be in a tree, so dev, suid and their opposites say nothing. */
	OTHER_OPTION("defaults", ACCEPTED),
	OTHER_OPTION("dev", ACCEPTED),
	OTHER_OPTION("nodev", ACCEPTED),
	OTHER_OPTION("suid", ACCEPTED),
	OTHER_OPTION("nosuid", ACCEPTED),
	OTHER_OPTION("exec", ACCEPTED),
	OTHER_OPTION("auto", ACCEPTED),
	OTHER_OPTION("noauto", ACCEPTED),
	OTHER_OPTION("user", ACCEPTED),
	OTHER_OPTION("users", ACCEPTED),
	OTHER_OPTION("nouser", ACCEPTED),
	OTHER_OPTION("owner", ACCEPTED),
	OTHER_OPTION("group", ACCEPTED),
	OTHER_OPTION("_netdev", ACCEPTED),
	OTHER_OPTION("uhelper", ACCEPTED),
	OTHER_OPTION("nofail", ACCEPTED),
	OTHER_OPTION("async", ACCEPTED),
	OTHER_OPTION("sync", ACCEPTED),
	OTHER_OPTION("dirsync", ACCEPTED),
	OTHER_OPTION("atime", ACCEPTED),
	OTHER_OPTION("noatime", ACCEPTED),
	OTHER_OPTION("diratime", ACCEPTED),
	OTHER_OPTION("nodiratime", ACCEPTED),
	OTHER_OPTION("relatime", ACCEPTED),
	OTHER_OPTION("norelatime", ACCEPTED),
	OTHER_OPTION("strictatime", ACCEPTED),
	OTHER_OPTION("nostrictatime", ACCEPTED),
	OTHER_OPTION("lazytime", ACCEPTED),
	OTHER_OPTION("nolazytime", ACCEPTED),
	OTHER_OPTION("silent", ACCEPTED),
	OTHER_OPTION("loud", ACCEPTED),
	OTHER_OPTION("comment", ACCEPTED),
};

#define KNOWN (sizeof(known) / sizeof(known[0]))

/* --- one option ------------------------------------------------------------------------------------- */

/* Options of other programs: x-systemd.automount, X-mount.mkdir, ... */
static bool is_foreign(const char *text)
{
	return strncmp(text, "x-", 2) == 0 || strncmp(text, "X-", 2) == 0;
}

static const struct option *find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < KNOWN; i++)
		if (strlen(known[i].name) == len && memcmp(known[i].name, name, len) == 0)
			return &known[i];
	return NULL;
}

static int refuse_unknown(const char *name, size_t len, struct error *err)
{
	struct hint hint = hint_for_bytes(name, len);
	size_t i;

	for (i = 0; i < KNOWN; i++)
		if (known[i].kind != ACCEPTED)
			hint_consider(&hint, known[i].name);
	if (hint.name)
		return error_set(err, EINVAL, "there is no option '%.*s': did you mean '%s'?", (int)len, name,
				 hint.name);
	return error_set(err, EINVAL, "there is no option '%.*s'; --help lists those that are", (int)len,
			 name);
}

static int refuse_choice(const struct option *option, const char *value, struct error *err)
{
	struct hint hint = hint_for(value);
	BUF_AUTO list = BUF_INIT;
	size_t i;

	for (i = 0; option->choices[i]; i++) {
		buf_add_format(&list, "%s%s", i ? ", " : "", option->choices[i]);
		hint_consider(&hint, option->choices[i]);
	}
	if (hint.name)
		return error_set(err, EINVAL, "%s=%s is not one of %s: did you mean %s=%s?", option->name, value,
				 buf_text(&list), option->name, hint.name);
	return error_set(err, EINVAL, "%s=%s is not one of %s", option->name, value, buf_text(&list));
}

static int set_choice(struct profile_options *profile, const struct option *option, const char *value,
		      struct error *err)
{
	unsigned i;

	for (i = 0; option->choices[i]; i++) {
		if (strcmp(option->choices[i], value) == 0) {
			option->choose(profile, i, option->choices[i]);
			return 0;
		}
	}
	return refuse_choice(option, value, err);
}

static int pass_on(struct mount_options *options, const char *text, struct error *err)
{
	const char **grown = realloc(options->passed, (options->passed_count + 1) * sizeof(*grown));

	if (!grown)
		return error_memory(err);
	options->passed = grown;
	options->passed[options->passed_count++] = text;
	return 0;
}

/* What a profile is for adds up: macOS:15.1 and iOS:18 are two targets. */
static int add_target(struct mount_options *options, const char *text, struct error *err)
{
	struct profile_options *profile = &options->profile;
	struct target *grown = realloc(options->targets, (profile->target_count + 1) * sizeof(*grown));

	if (!grown)
		return error_memory(err);
	options->targets = grown;
	profile->targets = grown;
	if (target_parse(text, &grown[profile->target_count], err) < 0)
		return -1;
	profile->target_count++;
	return 0;
}

/* What one value breaks is refused when it is written: nothing of it is left to be milder about at the save. */
static int check_level(const char *rule, enum rule_level level, struct error *err)
{
	static const char *const written[] = { "unknown-key", "wrong-type", "not-allowed-value", "out-of-range",
					       "bad-format", "bad-length" };
	size_t i;

	for (i = 0; level != RULE_ERROR && i < sizeof(written) / sizeof(*written); i++)
		if (strcmp(rule, written[i]) == 0)
			return error_set(err, EINVAL,
					 "what breaks the rule %s is refused when it is written: %s takes it all "
					 "the same", rule, i == 0 ? "-o unknown=allow" : "-o check=warn");
	return 0;
}

static int set_level(struct mount_options *options, enum rule_level level, const char *rule, struct error *err)
{
	if (check_level(rule, level, err) < 0)
		return -1;
	return rule_level_set(&options->profile.levels, rule, level, err);
}

static bool wants_value(const struct option *option)
{
	return option->kind == TEXT || option->kind == LIST || option->kind == CHOICE || option->kind == TARGET ||
	       option->kind == LEVEL || option->kind == LIMIT || option->kind == PASSED_VALUE;
}

static int check_value(const struct option *option, const char *value, struct error *err)
{
	bool wanted = wants_value(option);
	bool refused = option->kind == FLAG || option->kind == PASSED;

	if (wanted && (!value || !*value))
		return error_set(err, EINVAL, "the option '%s' needs a value: %s=...", option->name,
				 option->name);
	if (refused && value)
		return error_set(err, EINVAL, "the option '%s' takes no value: leave '=%s' out", option->name,
				 value);
	return 0;
}

/* `text` is one option, without escapes, and lives as long as `options`. */
static int add_one(struct mount_options *options, const char *text, struct error *err)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] ? text + len + 1 : NULL;
	const struct option *option = find(text, len);
	char *fields = (char *)&options->profile;

	if (!*text || is_foreign(text))
		return 0;
	if (!option)
		return refuse_unknown(text, len, err);
	if (check_value(option, value, err) < 0)
		return -1;
	switch (option->kind) {
	case FLAG:
		*(bool *)(fields + option->field) = option->on;
		return 0;
	case TEXT:
		*(const char **)(fields + option->field) = value;
		return 0;
	case LIST:
		return strings_add((struct strings *)(fields + option->field), value, err);
	case CHOICE:
		return set_choice(&options->profile, option, value, err);
	case LEVEL:
		return set_level(options, option->level, value, err);
	case TARGET:
		return add_target(options, value, err);
	case LIMIT:
		return limits_set(value, ':', err);
	case PASSED:
	case PASSED_VALUE:
		return pass_on(options, text, err);
	case ACCEPTED:
		break;
	}
	return 0;
}

/* --- the list --------------------------------------------------------------------------------------- */

/* The end of the option that begins at `text`: its comma, or the end of the list. */
static const char *option_end(const char *text)
{
	for (; *text && *text != ','; text++)
		if (text[0] == '\\' && text[1] == ',')
			text++;
	return text;
}

/* The text between `from` and `end` with `\,` read as a comma. NULL: out of memory. */
static char *unescape(const char *from, const char *end)
{
	char *text = malloc((size_t)(end - from) + 1);
	char *to = text;

	if (!text)
		return NULL;
	while (from < end) {
		if (from[0] == '\\' && from[1] == ',')
			from++;
		*to++ = *from++;
	}
	*to = '\0';
	return text;
}

static char *keep_text(struct mount_options *options, const char *from, const char *end)
{
	char **grown = realloc(options->texts, (options->text_count + 1) * sizeof(*grown));
	char *text;

	if (!grown)
		return NULL;
	options->texts = grown;
	text = unescape(from, end);
	if (text)
		options->texts[options->text_count++] = text;
	return text;
}

int mount_options_add(struct mount_options *options, const char *list, struct error *err)
{
	const char *end;

	for (;; list = end + 1) {
		char *text;

		end = option_end(list);
		text = keep_text(options, list, end);
		if (!text)
			return error_memory(err);
		if (add_one(options, text, err) < 0)
			return -1;
		if (!*end)
			return 0;
	}
}

/* Which options can hold a secret, and what overwrites it in their value. */
static const struct {
	const char *name;
	void (*hide)(char *value);
} secrets[] = {
	{ "passin=", hide_passphrase },
	{ "decrypt_passin=", hide_passphrase },
	{ "key=", hide_pin },
	{ "cert=", hide_pin },
	{ "chain=", hide_pin },
	{ "decrypt_key=", hide_pin },
	{ "recipient=", hide_pin },
};

static void hide_in(char *option)
{
	size_t i;

	for (i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (strncmp(option, secrets[i].name, strlen(secrets[i].name)) == 0)
			secrets[i].hide(option + strlen(secrets[i].name));
}

static int take_list(struct mount_options *options, char *list, struct error *err)
{
	int result = mount_options_add(options, list, err);

	mount_options_hide(list);
	return result;
}

static int take(struct mount_options *options, int option, char *value, struct error *err)
{
	switch (option) {
	case 'o':
		return take_list(options, value, err);
	case 'E':
		return set_level(options, RULE_ERROR, value, err);
	case 'W':
		return set_level(options, RULE_WARNING, value, err);
	case 'O':
		return set_level(options, RULE_OFF, value, err);
	default:
		options->profile.read_only = true;
		return 0;
	}
}

int mount_options_take(struct mount_options *options, int option, char *value, struct error *err)
{
	if (option != 'o' && option != 'E' && option != 'W' && option != 'O' && option != 'r')
		return 0;
	return take(options, option, value, err) < 0 ? -1 : 1;
}

bool mount_option_facts(size_t index, struct mount_option_facts *facts)
{
	const struct option *option = index < KNOWN ? &known[index] : NULL;

	if (!option)
		return false;
	*facts = (struct mount_option_facts){
		.name = option->kind == ACCEPTED ? NULL : option->name,
		.value = wants_value(option),
		.choices = option->choices,
	};
	return true;
}

bool mount_option_rule(const char *rule, enum rule_level level)
{
	struct error err;

	return check_level(rule, level, &err) == 0;
}

void mount_options_hide(char *list)
{
	while (*list) {
		char *end = (char *)option_end(list);
		char stop = *end;

		*end = '\0';
		hide_in(list);
		*end = stop;
		list = stop ? end + 1 : end;
	}
}

void mount_options_forget(struct mount_options *options)
{
	size_t i;

	for (i = 0; i < options->text_count; i++)
		hide_in(options->texts[i]);
}

void mount_options_free(struct mount_options *options)
{
	size_t i;

	for (i = 0; i < options->text_count; i++) {
		explicit_bzero(options->texts[i], strlen(options->texts[i]));
		free(options->texts[i]);
	}
	for (i = 0; i < KNOWN; i++)
		if (known[i].kind == LIST)
			strings_free((struct strings *)((char *)&options->profile + known[i].field));
	free(options->texts);
	free(options->targets);
	free(options->passed);
	*options = MOUNT_OPTIONS_INIT;
}
