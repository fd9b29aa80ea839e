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
#include "plist/schema/rule.h"
#include "sign/trust.h"
#include "sign/verdict.h"

/* The rules that what was signed breaks. */
#define VERIFY_RULE_NO_PLIST   "not-a-plist"
#define VERIFY_RULE_NO_PROFILE "not-a-profile"

/* Those that -E, -W and -O take; NULL ends them. */
extern const char *const verify_rules[];

/* What a profile is weighed by. */
struct verify_terms {
	struct rule_levels levels;
	bool trusted; /* that is asked for too */
	bool shown;   /* it gets a line on the standard output: what that says is no problem beside it */
};

struct verified {
	const char *name; /* as it was given; borrowed */
	bool reached;     /* there is a verdict */
	bool damaged;     /* there is none, as it is a CMS that cannot be read or holds no profile */
	struct verdict verdict;
	struct buf content;       /* what is in the envelope */
	struct problems problems; /* in the order in which they are said; errors make up the status */
	int status;               /* the exit status for this profile */
};

/* Fills `verified`, of which `name` is set. */
void verify_profile(const struct verify_terms *terms, const struct trust *trust, struct verified *verified);

void verified_free(struct verified *verified);

/* True if it is signed, and what was signed is what is there. */
bool verified_intact(const struct verified *verified);

/* The worse of two exit statuses. */
int verify_worse(int a, int b);

/* Whether what was signed is a configuration profile. 0, or -1: it is none (the rule of `err` is one of the two above,
 * and says why), or that cannot be told (no rule: memory, limits). */
int verify_content(const struct verified *verified, struct error *err);

/* A signer's certificate is expired; is not valid yet. */
bool verified_expired(const struct verified *verified);
bool verified_early(const struct verified *verified);

/* A report in JSON: {"profiles": [{"file", "signed", "form", "intact", "trusted", "expired", "not_yet_valid", "weak",
 * "error", "rule", "warnings": [{"rule", "text"}, ...], "signatures": [...], "certificates": [...], "crls"}, ...]}, in
 * the order of the arguments; not known is null. UTF-8, whatever bytes are in names. */
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
void verify_line(const struct verified *verified, struct buf *out);

/* How many of several profiles are what. Zeroed: none. */
struct verify_counts {
	size_t profiles, unreadable;          /* those that could be read, and that could not */
	size_t intact, plain, altered;        /* of the first: none is two of these */
	size_t trusted, expired, early, weak; /* of those that are intact */
};

void verify_count(struct verify_counts *counts, const struct verified *verified);

/* Appends them in a line without its end: "63 profiles: 63 intact, 0 trusted, 63 expired". */
void verify_sum(const struct verify_counts *counts, struct buf *out);

/* The path to read for a word of the command line: "-" is the standard input. */
const char *verify_path(const char *word);

#endif
