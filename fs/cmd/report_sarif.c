/*
 * SARIF 2.1.0, one run (docs.oasis-open.org/sarif/sarif/v2.1.0): the rules of the schema room, and one result a
 * problem. Regions are there where the line is known. A result's logical location is the key's path. What could not
 * be read is a notification of the run's invocation.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "fs/cmd/report.h"
#include "plist/schema/rule.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* RFC 3986, 2.3: what stands for itself in a path, beside the slash. */
static bool is_unreserved(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("-._~/", c));
}

/* A path as a URI reference: relative ones stay so, for a reader who knows where the run began. */
static json_t *file_uri(const char *file)
{
	BUF_AUTO uri = BUF_INIT;

	while (strncmp(file, "./", 2) == 0 && file[2] && file[2] != '/')
		file += 2;
	if (file[0] == '/') {
		buf_add_text(&uri, "file://");
		file += strspn(file, "/") - 1;
	}
	for (; *file; file++) {
		if (is_unreserved(*file))
			buf_add_char(&uri, *file);
		else
			buf_add_format(&uri, "%%%02X", (unsigned char)*file);
	}
	return buf_ok(&uri) ? json_string(buf_text(&uri)) : NULL;
}

static void add_rules(struct buf *out)
{
	size_t i;

	for (i = 0; i < rule_count; i++) {
		report_add_element(out, i == 0, json_pack("{s:s, s:{s:s}}", "id", rules[i].name,
							  "shortDescription", "text", rules[i].text));
	}
}

static void begin(struct report *report)
{
	struct buf *out = &report->out;

	buf_add_text(out, "{\"$schema\":\"" SCHEMA "\",\n\"version\":\"2.1.0\",\n\"runs\":[{"
			  "\"tool\":{\"driver\":{\"name\":\"profilefs\",\"version\":\"" PROFILEFS_VERSION "\","
			  "\"rules\":[");
	add_rules(out);
	buf_add_text(out, "\n]}},\n\"columnKind\":\"unicodeCodePoints\",\n\"results\":[");
}

static json_t *region(const struct error *problem)
{
	if (!problem->line)
		return NULL;
	return json_pack("{s:I, s:I}", "startLine", (json_int_t)problem->line,
			 "startColumn", (json_int_t)(problem->column ? problem->column : 1));
}

static json_t *logical_locations(const struct error *problem)
{
	if (!problem->key[0])
		return NULL;
	return json_pack("[{s:o}]", "fullyQualifiedName", report_json_text(problem->key));
}

/* A member that is not there (o*) is left out. */
static json_t *location(const char *file, const struct error *problem)
{
	return json_pack("{s:{s:{s:o}, s:o*}, s:o*}",
			 "physicalLocation", "artifactLocation", "uri", file_uri(file),
			 "region", region(problem),
			 "logicalLocations", logical_locations(problem));
}

static void add_problem(struct report *report, const char *file, const struct error *problem)
{
	const struct rule *rule = problem->rule ? rule_find(problem->rule) : NULL;

	report_add_element(&report->out, report->count == 0,
			   json_pack("{s:s*, s:o*, s:s, s:{s:o}, s:[o]}",
				     "ruleId", problem->rule,
				     "ruleIndex", rule ? json_integer(rule - rules) : NULL,
				     "level", report_severity(problem->severity),
				     "message", "text", report_json_text(problem->text),
				     "locations", location(file, problem)));
}

static json_t *file_locations(const char *file)
{
	return *file ? json_pack("[{s:{s:{s:o}}}]", "physicalLocation", "artifactLocation", "uri", file_uri(file)) :
		       NULL;
}

static void add_unreadable(struct report *report, const char *file, const struct error *reason)
{
	report_add_element(&report->unreadable, report->unreadable.len == 0,
			   json_pack("{s:s, s:{s:o}, s:o*}",
				     "level", report_severity(reason->severity),
				     "message", "text", report_json_text(reason->text),
				     "locations", file_locations(file)));
}

static void end(struct report *report, const struct report_summary *summary)
{
	buf_add_format(&report->out, "\n],\n\"invocations\":[{\"executionSuccessful\":%s,\n"
		       "\"toolExecutionNotifications\":[", summary->unreadable ? "false" : "true");
	report_add_unreadable(report);
	buf_add_text(&report->out, "\n]}]}]}\n");
}

const struct report_format report_sarif = {
	.name = "sarif", .begin = begin, .problem = add_problem, .unreadable = add_unreadable, .end = end,
};
