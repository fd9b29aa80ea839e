/*
 * Reports: problems of files in one of the forms that people and machines read.
 *
 *     text      FILE:LINE:COL: error: KEY: what is wrong [rule]     as compilers print it
 *     json      one object: "problems", a list, and "summary"
 *     sarif     SARIF 2.1.0 (OASIS), as code scanning services take it
 *     github    workflow commands of GitHub Actions, which become annotations
 *
 * What could not be read is no problem of a profile, and text says nothing of it: that is for standard error. The
 * other forms are read without it, so they name these files too.
 *
 * A report appends to `out`; whoever has it writes that out and clears it as often as it likes, so that a report
 * of any length needs little memory. It owns `out` and `unreadable`: report_free().
 *
 * JSON and SARIF are UTF-8. Bytes of file names and messages that are not become U+FFFD there, one for each; the
 * URIs of SARIF are percent-encoded and keep every byte.
 */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

struct report;

struct report_summary {
	size_t profiles;   /* that were checked */
	size_t faulty;     /* of these have problems that are counted below */
	size_t errors, warnings;
	size_t unreadable; /* what was asked for and could not be read */
};

struct report_format {
	const char *name;
	void (*begin)(struct report *report);
	void (*problem)(struct report *report, const char *file, const struct error *problem);
	void (*unreadable)(struct report *report, const char *file, const struct error *reason);
	void (*end)(struct report *report, const struct report_summary *summary);
};

struct report {
	const struct report_format *format;
	bool colour;  /* text only */
	size_t count; /* problems so far */
	struct buf out;
	struct buf unreadable; /* json, sarif: what stands at the end, a value a line with commas between them */
};

extern const struct report_format report_text, report_json, report_sarif, report_github;

/* The names of all of them; ends with NULL. */
extern const char *const report_names[];

/* The format of that name. NULL: there is none; says which is near (EINVAL). */
const struct report_format *report_find(const char *name, struct error *err);

/* Begins a report. */
struct report report_begin(const struct report_format *format, bool colour);

/* Adds a problem of `file`, which stands for the one in `problem`: its name may be longer than fits there. */
void report_problem(struct report *report, const char *file, const struct error *problem);

/* Adds a file that could not be read; "": it is not known which. */
void report_unreadable(struct report *report, const char *file, const struct error *reason);

void report_end(struct report *report, const struct report_summary *summary);
void report_free(struct report *report);

/* "error", "warning", "note". */
const char *report_severity(enum severity severity);

/* Appends a JSON value and frees it; NULL (out of memory) makes `out` a failed buffer. */
struct json_t;
void report_add_json(struct buf *out, struct json_t *value);

/* The same for an element of a list, on a line of its own. */
void report_add_element(struct buf *out, bool first, struct json_t *value);

/* Appends what was collected in `unreadable` to `out`. */
void report_add_unreadable(struct report *report);

/* A JSON string of text that may not be UTF-8, or NULL: out of memory. */
struct json_t *report_json_text(const char *text);

#endif
