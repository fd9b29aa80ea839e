/* Completion of what options take. */
#include <getopt.h>
#include <string.h>

#include "fs/cmd/colour.h"
#include "fs/cmd/complete_parts.h"
#include "fs/cmd/options.h"
#include "plist/base/limits.h"
#include "plist/schema/rule.h"
#include "plist/schema/schema.h"
#if PROFILEFS_FUSE
#include "fs/cmd/mountpoint.h"
#endif

/* Of long options and of those after -o: an option means one thing everywhere. */
static const struct {
	const char *option;
	const char *kind;
} places[] = {
	{ "base", "profiles" },
	{ "cafile", "files" },
	{ "capath", "directories" },
	{ "cert", "files" },
	{ "chain", "files" },
	{ "decrypt_key", "files" },
	{ "import", "directories" },
	{ "key", "files" },
	{ "manifests", "directories" },
	{ "output", "files" },
	{ "recipient", "files" },
	{ "schema", "files" },
	{ "target-directory", "directories" },
};

/* --- mount options ---------------------------------------------------------------------------------- */

/* After the last comma that separates. */
static const char *last_option(const char *list)
{
	const char *last = list;

	for (; *list; list++) {
		if (list[0] == '\\' && list[1] == ',')
			list++;
		else if (list[0] == ',')
			last = list + 1;
	}
	return last;
}

static void offer_mount_options(struct completion *completion)
{
	struct mount_option_facts facts;
	size_t i;

	for (i = 0; mount_option_facts(i, &facts); i++)
		if (facts.name)
			completion_offer(completion, facts.name, facts.value ? "=" : "");
}

static void complete_mount_option(struct completion *completion)
{
	char name[64] = "";
	size_t len;

	completion->part = last_option(completion->part);
	len = strcspn(completion->part, "=");
	if (!completion->part[len]) {
		offer_mount_options(completion);
		return;
	}
	if (len >= sizeof(name))
		return;
	memcpy(name, completion->part, len);
	completion->part += len + 1;
	if (strcmp(name, "limit") == 0)
		completion_limit(completion, ":");
	else if (strcmp(name, "options") != 0)
		completion_value(completion, NULL, name);
}

static bool offer_choices(struct completion *completion, const char *option)
{
	struct mount_option_facts facts;
	size_t i;

	for (i = 0; mount_option_facts(i, &facts); i++) {
		if (!facts.name || !facts.choices || strcmp(facts.name, option) != 0)
			continue;
		completion_offer_all(completion, facts.choices);
		return true;
	}
	return false;
}

/* --- rules ------------------------------------------------------------------------------------------ */

static bool is_level(const char *option, enum rule_level *level)
{
	static const char *const names[] = {
		[RULE_ERROR] = "error",
		[RULE_WARNING] = "warning",
		[RULE_OFF] = "off",
	};
	unsigned i;

	for (i = RULE_ERROR; i <= RULE_OFF; i++) {
		*level = (enum rule_level)i;
		if (strcmp(option, names[i]) == 0)
			return true;
	}
	return false;
}

static bool takes_mount_options(const struct command *command)
{
	const struct option *option;

	for (option = command ? command->options : NULL; option && option->name; option++)
		if (strcmp(option->name, "options") == 0)
			return true;
	return !command;
}

/* Mounts take one rule, other commands several with commas between. */
static void offer_rules(struct completion *completion, const struct command *command, enum rule_level level)
{
	bool mount = takes_mount_options(command);
	size_t i;

	if (!mount)
		completion->part = last_option(completion->part);
	if (command && command->rules) {
		completion_offer_all(completion, command->rules);
		return;
	}
	for (i = 0; i < rule_count; i++)
		if (!mount || mount_option_rule(rules[i].name, level))
			completion_offer(completion, rules[i].name, "");
}

/* --- other values ----------------------------------------------------------------------------------- */

void completion_limit(struct completion *completion, const char *separator)
{
	unsigned i;

	for (i = 0; i < LIMIT_COUNT; i++)
		completion_offer(completion, limit_row((enum limit)i)->name, separator);
}

static void offer_platforms(struct completion *completion)
{
	unsigned i;

	for (i = 0; i < PLATFORM_COUNT; i++)
		completion_offer(completion, platform_name((enum platform)i), ":");
}

/* As OpenSSL has them. */
static void offer_passphrases(struct completion *completion)
{
	static const char *const sources[] = { "env:", "fd:", "file:", "pass:", "stdin", NULL };

	if (strncmp(completion->part, "file:", 5) != 0) {
		completion_offer_all(completion, sources);
		return;
	}
	completion->part += 5;
	completion_leave(completion, "files");
}

static void leave_place(struct completion *completion, const char *option)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (strcmp(places[i].option, option) == 0)
			completion_leave(completion, places[i].kind);
}

void completion_value(struct completion *completion, const struct command *command, const char *option)
{
	enum rule_level level;

	if (is_level(option, &level))
		offer_rules(completion, command, level);
	else if (strcmp(option, "options") == 0)
		complete_mount_option(completion);
	else if (strcmp(option, "target") == 0)
		offer_platforms(completion);
	else if (strcmp(option, "passin") == 0 || strcmp(option, "decrypt_passin") == 0)
		offer_passphrases(completion);
	else if (strcmp(option, "color") == 0)
		completion_offer_all(completion, colour_words);
	else if (strcmp(option, "format") == 0 && command && command->formats)
		completion_offer_all(completion, command->formats);
	else if (!offer_choices(completion, option))
		leave_place(completion, option);
}

/* --- mount points ----------------------------------------------------------------------------------- */

#if PROFILEFS_FUSE
static void offer_mount(void *context, const char *path)
{
	completion_offer(context, path, "");
}
#endif

void completion_mounts(struct completion *completion)
{
#if PROFILEFS_FUSE
	mountpoints_each(offer_mount, completion);
#endif
	if (!completion->out.len)
		completion_leave(completion, "directories");
}
