/*
 * Workflow commands of GitHub Actions, a line each:
 *
 *     ::error file=wifi.mobileconfig,line=42,col=5,title=missing-key::PayloadContent/00: what is wrong
 *
 * In a message %, CR and LF are percent-encoded, in a property : and , too (docs.github.com, "Workflow commands for
 * GitHub Actions", and the toolkit's own command.ts).
 */
#include <string.h>

#include "fs/cmd/report.h"

/* Other control characters become blanks, as in all reports. */
static void add_escaped(struct buf *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			buf_add_format(out, "%%%02X", (unsigned char)*text);
		else
			buf_add_char(out, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
	}
}

static void add_property(struct buf *out, const char *name, const char *value, char *between)
{
	buf_add_format(out, "%c%s=", *between, name);
	add_escaped(out, value, "%\r\n:,");
	*between = ',';
}

static void add_problem(struct report *report, const char *file, const struct error *problem)
{
	static const char *const commands[] = {
		[SEVERITY_NOTE] = "notice",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};
	struct buf *out = &report->out;
	char between = ' ';

	buf_add_format(out, "::%s", commands[problem->severity]);
	if (*file)
		add_property(out, "file", file, &between);
	if (problem->line)
		buf_add_format(out, ",line=%lu,col=%lu", problem->line, problem->column ? problem->column : 1);
	if (problem->rule)
		add_property(out, "title", problem->rule, &between);
	buf_add_text(out, "::");
	if (problem->key[0]) {
		add_escaped(out, problem->key, "%\r\n");
		buf_add_text(out, ": ");
	}
	add_escaped(out, problem->text, "%\r\n");
	buf_add_char(out, '\n');
}

const struct report_format report_github = {
	.name = "github", .problem = add_problem, .unreadable = add_problem,
};
