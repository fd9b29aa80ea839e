#include "fs/cmd/complete.h"

#include <getopt.h>
#include <string.h>

#include "fs/cmd/complete_parts.h"
#include "fs/cmd/say.h"

/* What the words before the last one say about it. */
struct line {
	const struct command *const *commands;
	size_t command_count;
	const struct command *command; /* NULL: none yet */
	const char *option;            /* the long name of an option that the last word is the value of; or NULL */
	size_t words;                  /* that are no options, after the command */
	bool help;                     /* the command is `help` */
	bool ended;                    /* there was a `--` */
};

#define LIMIT "limit"

/* --- offers ----------------------------------------------------------------------------------------- */

static void add_before(struct completion *completion)
{
	buf_add(&completion->out, completion->word, (size_t)(completion->part - completion->word));
}

void completion_offer(struct completion *completion, const char *text, const char *suffix)
{
	size_t len = strlen(completion->part), text_len = strlen(text);

	if (strncmp(text, completion->part, len < text_len ? len : text_len) != 0)
		return;
	if (len > text_len && strncmp(suffix, completion->part + text_len, len - text_len) != 0)
		return;
	add_before(completion);
	buf_add_format(&completion->out, "%s%s\n", text, suffix);
}

void completion_offer_all(struct completion *completion, const char *const *words)
{
	for (; *words; words++)
		completion_offer(completion, *words, "");
}

void completion_leave(struct completion *completion, const char *kind)
{
	buf_add_format(&completion->out, ":%s ", kind);
	add_before(completion);
	buf_add_char(&completion->out, '\n');
}

/* --- options ---------------------------------------------------------------------------------------- */

/* In getopt's tables a value that is a letter is mostly the short option, but may stand for the long one alone: the
 * command's help knows. */
static bool has_letter(const struct command *command, const struct option *option)
{
	char pair[] = { '-', (char)option->val, ',', ' ', '-', '-', '\0' };
	const char *at = command->help;

	if (option->val <= ' ' || option->val >= 0x7f)
		return false;
	while ((at = strstr(at, pair))) {
		at += strlen(pair);
		if (strncmp(at, option->name, strlen(option->name)) == 0)
			return true;
	}
	return false;
}

static void offer_options(struct completion *completion, const struct command *command)
{
	const struct option *option;

	for (option = command->options; option->name; option++) {
		char letter[] = { '-', (char)option->val, '\0' };
		char name[64] = "--";

		strncat(name, option->name, sizeof(name) - 3);
		completion_offer(completion, name, option->has_arg == required_argument ? "=" : "");
		if (has_letter(command, option))
			completion_offer(completion, letter, "");
	}
	completion_offer(completion, "--" LIMIT, "=");
}

/* The long option of that name; getopt_long(3) takes the beginning of one, too. NULL: none. */
static const struct option *find_long(const struct command *command, const char *name, size_t len)
{
	const struct option *option, *begun = NULL;

	for (option = command->options; option->name; option++) {
		if (strncmp(option->name, name, len) != 0)
			continue;
		if (option->name[len] == '\0')
			return option;
		begun = option;
	}
	return begun;
}

static const struct option *find_letter(const struct command *command, char letter)
{
	const struct option *option;

	for (option = command->options; option->name; option++)
		if (option->val == letter && has_letter(command, option))
			return option;
	return NULL;
}

/* The name of the option that takes a value in "--name=...", "--name", "-n..." or "-qn...", and where the value
 * begins: NULL if it is the next word. NULL: there is none. */
static const char *option_with_value(const struct command *command, const char *word, const char **value)
{
	const struct option *option = NULL;
	size_t len;

	*value = NULL;
	if (strncmp(word, "--", 2) != 0) {
		while (*++word && (option = find_letter(command, *word)) && option->has_arg == no_argument)
			;
		if (!*word || !option)
			return NULL;
		*value = word[1] ? word + 1 : NULL;
		return option->name;
	}
	word += 2;
	len = strcspn(word, "=");
	*value = word[len] ? word + len + 1 : NULL;
	if (len == strlen(LIMIT) && strncmp(word, LIMIT, len) == 0)
		return LIMIT;
	option = find_long(command, word, len);
	return option && option->has_arg == required_argument ? option->name : NULL;
}

/* --- the words before ------------------------------------------------------------------------------- */

static const struct command *find_command(const struct line *line, const char *name)
{
	size_t i;

	for (i = 0; i < line->command_count; i++)
		if (strcmp(line->commands[i]->name, name) == 0)
			return line->commands[i];
	return NULL;
}

/* The first word; one that is no command is mount's profile. */
static void take_first(struct line *line, const char *word)
{
	line->command = find_command(line, word);
	line->help = strcmp(word, "help") == 0;
	if (line->command || line->help)
		return;
	line->command = &command_mount;
	line->words = 1;
}

static void take_word(struct line *line, const char *word)
{
	const char *value = NULL;

	if (line->option) {
		line->option = NULL;
	} else if (!line->ended && strcmp(word, "--") == 0) {
		line->ended = true;
		if (line->command == &command_exec)
			line->words = 0;
	} else if (!line->ended && word[0] == '-' && word[1]) {
		line->option = option_with_value(line->command ? line->command : &command_mount, word, &value);
		if (value)
			line->option = NULL;
		else if (!line->command && (!line->option || strcmp(line->option, LIMIT) != 0))
			line->command = &command_mount;
	} else if (!line->command && !line->help) {
		take_first(line, word);
	} else {
		line->words++;
	}
}

/* --- the last word ---------------------------------------------------------------------------------- */

static void complete_value(struct completion *completion, const struct command *command, const char *option)
{
	if (strcmp(option, LIMIT) == 0)
		completion_limit(completion, "=");
	else
		completion_value(completion, command, option);
}

static void complete_option(struct completion *completion, const struct line *line)
{
	const struct command *command = line->command ? line->command : &command_mount;
	const char *value, *option = option_with_value(command, completion->word, &value);

	if (option && value) {
		completion->part = value;
		complete_value(completion, command, option);
		return;
	}
	offer_options(completion, command);
	if (!line->command)
		completion_offer(completion, "--version", "");
}

static void offer_commands(struct completion *completion, const struct line *line)
{
	size_t i;

	for (i = 0; i < line->command_count; i++)
		completion_offer(completion, line->commands[i]->name, "");
}

static void complete_first(struct completion *completion, const struct line *line)
{
	offer_commands(completion, line);
	completion_offer(completion, "help", "");
	if (!completion->out.len)
		completion_leave(completion, "profiles");
}

/* What the words of a command are: what is left to the shell, or one of the names below. NULL: there is none. */
static const struct {
	const struct command *command;
	const char *first, *others;
} operands[] = {
	{ &command_mount, "profiles", "directories" },
	{ &command_umount, "mounts", NULL },
	{ &command_exec, "profiles", "dashes" },
	{ &command_edit, "profiles", NULL },
	{ &command_cat, "profiles", NULL },
	{ &command_check, "profiles", "profiles" },
	{ &command_schema, "path", NULL },
	{ &command_new, "types", "types" },
	{ &command_verify, "profiles", "profiles" },
	{ &command_sign, "profiles", "profiles" },
	{ &command_encrypt, "profiles", "profiles" },
	{ &command_decrypt, "profiles", "profiles" },
	{ &command_explode, "profiles", "profiles" },
	{ &command_implode, "directories", "profiles" },
	{ &command_diff, "profiles", "profiles" },
	{ &command_merge, "profiles", "profiles" },
	{ &command_recover, "profiles", NULL },
	{ &command_git_setup, "directories", NULL },
};

static const char *operand_kind(const struct line *line)
{
	size_t i;

	if (line->ended && line->command == &command_exec)
		return line->words ? "files" : "commands";
	for (i = 0; i < sizeof(operands) / sizeof(*operands); i++)
		if (operands[i].command == line->command)
			return line->words ? operands[i].others : operands[i].first;
	return NULL;
}

static void complete_operand(struct completion *completion, const struct line *line)
{
	const char *kind = operand_kind(line);

	if (!kind)
		return;
	if (strcmp(kind, "mounts") == 0)
		completion_mounts(completion);
	else if (strcmp(kind, "path") == 0)
		completion_schema_path(completion);
	else if (strcmp(kind, "types") == 0)
		completion_types(completion);
	else if (strcmp(kind, "dashes") == 0)
		completion_offer(completion, "--", "");
	else
		completion_leave(completion, kind);
}

static void complete_last(struct completion *completion, const struct line *line)
{
	if (line->option)
		complete_value(completion, line->command, line->option);
	else if (!line->ended && completion->word[0] == '-' && !line->help)
		complete_option(completion, line);
	else if (line->help && line->words == 0)
		offer_commands(completion, line);
	else if (!line->help && !line->command)
		complete_first(completion, line);
	else if (!line->help)
		complete_operand(completion, line);
}

int complete(const struct command *const *commands, size_t command_count, char **words, int count)
{
	struct line line = { .commands = commands, .command_count = command_count };
	struct completion completion = { .out = BUF_INIT };
	int i, status = 0;

	for (i = 0; i + 1 < count; i++)
		take_word(&line, words[i]);
	completion.word = completion.part = count > 0 ? words[count - 1] : "";
	complete_last(&completion, &line);
	if (buf_ok(&completion.out))
		status = say_help(buf_text(&completion.out));
	buf_free(&completion.out);
	return status;
}
