/*
 * {"problems": [{"file", "line", "column", "severity", "rule", "key", "message"}, ...],
 *  "unreadable": [{"file", "message"}, ...], "summary": {...}}
 *
 * What is not known is null: line and column of a binary plist, the key of what concerns the file as a whole. One
 * problem a line.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/report.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

void report_add_json(struct buf *out, json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	json_decref(value);
	if (text)
		buf_add_text(out, text);
	else
		out->failed = true;
	free(text);
}

void report_add_element(struct buf *out, bool first, json_t *value)
{
	buf_add_text(out, first ? "\n" : ",\n");
	report_add_json(out, value);
}

/* The length of the UTF-8 character at `text`; 0: none begins there. */
static size_t character_length(const char *text)
{
	size_t len = strnlen(text, 4), try;
	json_t *one;

	for (try = 1; try <= len; try++) {
		one = json_stringn(text, try);
		json_decref(one);
		if (one)
			return try;
	}
	return 0;
}

json_t *report_json_text(const char *text)
{
	json_t *string = json_string(text);
	BUF_AUTO mended = BUF_INIT;
	size_t len;

	if (string)
		return string;
	for (; *text; text += len ? len : 1) {
		len = (unsigned char)*text < 0x80 ? 1 : character_length(text);
		if (len)
			buf_add(&mended, text, len);
		else
			buf_add_text(&mended, REPLACEMENT);
	}
	return buf_ok(&mended) ? json_string(buf_text(&mended)) : NULL;
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? report_json_text(text) : json_null();
}

static json_t *number_or_null(unsigned long number)
{
	return number ? json_integer((json_int_t)number) : json_null();
}

static void begin(struct report *report)
{
	buf_add_text(&report->out, "{\"problems\":[");
}

static void add_problem(struct report *report, const char *file, const struct error *problem)
{
	report_add_element(&report->out, report->count == 0,
			   json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o}",
				     "file", text_or_null(file),
				     "line", number_or_null(problem->line),
				     "column", number_or_null(problem->column),
				     "severity", report_severity(problem->severity),
				     "rule", text_or_null(problem->rule),
				     "key", text_or_null(problem->key),
				     "message", report_json_text(problem->text)));
}

static void add_unreadable(struct report *report, const char *file, const struct error *reason)
{
	report_add_element(&report->unreadable, report->unreadable.len == 0,
			   json_pack("{s:o, s:o}", "file", text_or_null(file), "message",
				     report_json_text(reason->text)));
}

static void end(struct report *report, const struct report_summary *summary)
{
	buf_add_text(&report->out, "\n],\n\"unreadable\":[");
	report_add_unreadable(report);
	buf_add_text(&report->out, "\n],\n\"summary\":");
	report_add_json(&report->out, json_pack("{s:I, s:I, s:I, s:I, s:I}",
						"profiles", (json_int_t)summary->profiles,
						"faulty", (json_int_t)summary->faulty,
						"errors", (json_int_t)summary->errors,
						"warnings", (json_int_t)summary->warnings,
						"unreadable", (json_int_t)summary->unreadable));
	buf_add_text(&report->out, "}\n");
}

const struct report_format report_json = {
	.name = "json", .begin = begin, .problem = add_problem, .unreadable = add_unreadable, .end = end,
};
