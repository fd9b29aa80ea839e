/*
 * What the files of `verify` share: one profile and what came of it.
 *
 * A `verified` owns its verdict, its content and its problems; verified_free() gives them back.
 */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include <stdbool.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "sign/verdict.h"

struct verified {
	const char *name; /* as it was given; borrowed */
	bool reached;     /* there is a verdict */
	bool damaged;     /* there is none, as it is a CMS that cannot be read or holds no profile */
	struct verdict verdict;
	struct buf content;       /* what is in the envelope */
	struct problems problems; /* in the order in which they are said; errors make up the status */
	int status;               /* the exit status for this profile */
};

void verified_free(struct verified *verified);

/* True if it is signed, and what was signed is what is there. */
bool verified_intact(const struct verified *verified);

/* A report in JSON: {"profiles": [{"file", "signed", "form", "intact", "trusted", "expired", "not_yet_valid", "error",
 * "rule", "signatures": [...], "certificates": [...], "crls"}, ...]}, in the order of the arguments; not known is null.
 * UTF-8, whatever bytes are in names. */
struct verify_json;

/* NULL: out of memory. */
struct verify_json *verify_json_begin(void);

/* Memory that runs out is told of at the end. */
void verify_json_add(struct verify_json *json, const struct verified *verified);

/* Appends the text and frees the report. 0 or -1. */
int verify_json_end(struct verify_json *json, struct buf *out, struct error *err);

/* Whether the content of `verified`, which is intact, is the plain file `plain` ("-": standard input) byte for byte. 0
 * if so, 1 if not, with the first difference in `err`; 2 if that file cannot be read or is signed itself. */
int verify_same(const struct verified *verified, const char *plain, struct error *err);

/* Appends a file's name so that it makes no other line, and writes to a terminal nothing that is no text. */
void verify_add_name(struct buf *out, const char *name);

/* Appends the verdict in a line, for whom there is one or whose CMS is damaged. */
void verify_summary(const struct verified *verified, struct buf *out);

/* The path to read for a word of the command line: "-" is the standard input. */
const char *verify_path(const char *word);

#endif
