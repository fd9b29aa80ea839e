/* Problems as compilers print them, for people, editors and scripts. */
#include <stdio.h>
#include <string.h>

#include "fs/cmd/report.h"

#define BOLD   "\033[1m"
#define PLAIN  "\033[0m"

static const char *const colours[] = {
	[SEVERITY_NOTE] = "\033[1;36m",
	[SEVERITY_WARNING] = "\033[1;35m",
	[SEVERITY_ERROR] = "\033[1;31m",
};

/* A problem is one line, and no name of a file may speak to the terminal. */
static void add_flat(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_add_char(out, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
}

static void add_place(struct buf *out, const char *file, const struct error *problem)
{
	add_flat(out, file);
	if (problem->line)
		buf_add_format(out, ":%lu:%lu", problem->line, problem->column ? problem->column : 1);
	buf_add_char(out, ':');
}

static void add_problem(struct report *report, const char *file, const struct error *problem)
{
	const char *word = report_severity(problem->severity);
	struct error bare = *problem;
	char line[sizeof(bare.key) + sizeof(bare.text) + 128];

	bare.file[0] = '\0';
	error_format(&bare, line, sizeof(line));
	if (report->colour)
		buf_add_text(&report->out, BOLD);
	if (*file)
		add_place(&report->out, file, problem);
	if (report->colour)
		buf_add_text(&report->out, PLAIN);
	if (*file)
		buf_add_char(&report->out, ' ');
	if (report->colour)
		buf_add_format(&report->out, "%s%s:" PLAIN "%s\n", colours[problem->severity], word,
			       line + strlen(word) + 1);
	else
		buf_add_format(&report->out, "%s\n", line);
}

const struct report_format report_text = { .name = "text", .problem = add_problem };
