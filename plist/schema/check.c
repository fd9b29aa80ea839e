/* The table of checks, the loop that runs them, and how they report. */
#include "plist/schema/check.h"

#include <stdlib.h>

#include "plist/schema/check_run.h"

/* Longer values are cut in messages. */
#define QUOTED_MAX 60

/*
 * In the order in which findings come. What is said twice of one node is said first by the check that knows
 * best: a file that is no profile, then what breaks whole payloads, then keys and values.
 */
static const struct check checks[] = {
	{ "not-a-profile", SEVERITY_ERROR, NEED_NOTHING, .whole = check_is_profile },
	{ "not-a-profile", SEVERITY_ERROR, NEED_PROFILE, .whole = check_content },
	{ "duplicate-key", SEVERITY_ERROR, NEED_PROFILE, .whole = check_duplicate_keys },
	{ "merge-conflict", SEVERITY_ERROR, NEED_NOTHING, .whole = check_marks },
	{ "missing-key", SEVERITY_ERROR, NEED_PROFILE, .whole = check_payload_keys },
	{ "missing-key", SEVERITY_ERROR, NEED_SCHEMA, .each = check_required },
	{ "unknown-payload-type", SEVERITY_WARNING, NEED_SCHEMA, .whole = check_payload_types },
	{ "unknown-key", SEVERITY_WARNING, NEED_SCHEMA, .whole = check_unknown_keys },
	{ NULL, SEVERITY_ERROR, NEED_SCHEMA, .each = check_value }, /* the rules of constraint.h */
	{ "duplicate-element", SEVERITY_ERROR, NEED_SCHEMA, .each = check_elements },
	{ NULL, SEVERITY_ERROR, NEED_SCHEMA, .each = check_clauses }, /* the rules of clause.h */
	{ "duplicate-uuid", SEVERITY_ERROR, NEED_PROFILE, .whole = check_uuids },
	{ "duplicate-identifier", SEVERITY_ERROR, NEED_PROFILE, .whole = check_identifiers },
	{ "duplicate-identifier", SEVERITY_WARNING, NEED_PROFILE, .whole = check_own_identifier },
	{ "dangling-reference", SEVERITY_ERROR, NEED_SCHEMA | NEED_PAYLOADS, .whole = check_references },
	{ "single-payload", SEVERITY_WARNING, NEED_SCHEMA, .whole = check_single_payloads },
	{ "unsupported-os", SEVERITY_ERROR, NEED_SCHEMA | NEED_TARGETS, .whole = check_unsupported },
	{ "missing-key", SEVERITY_ERROR, NEED_SCHEMA | NEED_TARGETS, .whole = check_capabilities },
	{ "not-allowed-value", SEVERITY_WARNING, NEED_SCHEMA | NEED_TARGETS, .whole = check_bootstrap_token },
	{ "deprecated-key", SEVERITY_WARNING, NEED_SCHEMA, .whole = check_deprecated },
	{ "immutable-key", SEVERITY_WARNING, NEED_SCHEMA, .each = check_immutable },
};

static unsigned what_there_is(const struct run *run)
{
	unsigned there = NEED_NOTHING;

	if (run->is_profile)
		there |= NEED_PROFILE;
	if (run->is_profile && run->profile)
		there |= NEED_SCHEMA;
	if (run->options->target_count > 0)
		there |= NEED_TARGETS;
	if (!run->hidden)
		there |= NEED_PAYLOADS;
	return there;
}

static void run_check(struct run *run, const struct check *check)
{
	size_t i;

	if (check->needs & ~what_there_is(run))
		return;
	run->check = check;
	if (check->whole)
		check->whole(run);
	for (i = 0; check->each && i < run->visits.count; i++)
		check->each(run, &run->visits.list[i]);
}

static void run_end(struct run *run)
{
	free(run->payloads);
	free(run->visits.list);
	free(run->unknown.list);
	free(run->shadowed.list);
	free(run->marks.list);
	buf_free(&run->text);
}

int check_profile(const struct node *root, const struct check_options *options, check_report *report,
		  void *context)
{
	struct run run = {
		.root = root, .options = options, .report = report, .context = context, .err = ERROR_INIT,
	};
	size_t i;

	walk_profile(&run);
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		run_check(&run, &checks[i]);
	if (options->schema && schema_failed(options->schema))
		run.failed = true;
	run_end(&run);
	return run.failed ? -1 : 0;
}

/* How many bytes of UTF-8 of at most `max` are whole characters. */
static size_t whole_characters(const char *bytes, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)bytes[max] & 0xC0) == 0x80)
		max--;
	return max;
}

void say_quoted(struct run *run, const char *bytes, size_t len)
{
	size_t shown = whole_characters(bytes, len, QUOTED_MAX), i;
	unsigned char byte;

	buf_add_char(&run->text, '\'');
	for (i = 0; i < shown; i++) {
		byte = (unsigned char)bytes[i];
		if (byte == '\n')
			buf_add_text(&run->text, "\\n");
		else if (byte < 0x20 || byte == 0x7f)
			buf_add_format(&run->text, "\\x%02X", byte);
		else
			buf_add_char(&run->text, (char)byte);
	}
	buf_add_text(&run->text, shown < len ? "...'" : "'");
}

void found(struct run *run, const struct finding *finding)
{
	struct finding made = *finding;

	if (!made.rule) {
		made.rule = run->check->rule;
		made.severity = run->check->severity;
	}
	made.text = buf_text(&run->text);
	if (!buf_ok(&run->text))
		run->failed = true;
	else if (rule_severity(&run->options->levels, made.rule, &made.severity))
		run->report(run->context, &made);
	buf_clear(&run->text);
}

void found_value(struct run *run, const struct node *node)
{
	found(run, &(struct finding){ .node = node });
}

void found_key(struct run *run, const struct node *node)
{
	found(run, &(struct finding){ .node = node, .at_key = true });
}

void found_missing(struct run *run, const struct node *dict, const char *key)
{
	found(run, &(struct finding){ .node = dict, .key = key });
}
