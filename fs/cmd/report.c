#include "fs/cmd/report.h"

#include <errno.h>
#include <string.h>

#include "plist/base/hint.h"

static const struct report_format *const formats[] = { &report_text, &report_json, &report_sarif, &report_github };

const char *const report_names[] = { "text", "json", "sarif", "github", NULL };

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct report_format *report_find(const char *name, struct error *err)
{
	struct hint hint = hint_for(name);
	size_t i;

	for (i = 0; i < FORMATS; i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
		hint_consider(&hint, formats[i]->name);
	}
	if (hint.name)
		error_set(err, EINVAL, "there is no format '%s': did you mean '%s'?", name, hint.name);
	else
		error_set(err, EINVAL, "there is no format '%s': give text, json, sarif or github", name);
	return NULL;
}

struct report report_begin(const struct report_format *format, bool colour)
{
	struct report report = { .format = format, .colour = colour };

	if (format->begin)
		format->begin(&report);
	return report;
}

void report_problem(struct report *report, const char *file, const struct error *problem)
{
	report->format->problem(report, file, problem);
	report->count++;
}

void report_unreadable(struct report *report, const char *file, const struct error *reason)
{
	if (report->format->unreadable)
		report->format->unreadable(report, file, reason);
}

void report_end(struct report *report, const struct report_summary *summary)
{
	if (report->format->end)
		report->format->end(report, summary);
}

void report_free(struct report *report)
{
	buf_free(&report->out);
	buf_free(&report->unreadable);
}

void report_add_unreadable(struct report *report)
{
	if (buf_ok(&report->unreadable))
		buf_add(&report->out, report->unreadable.data, report->unreadable.len);
	else
		report->out.failed = true;
}

const char *report_severity(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};

	return names[severity];
}
