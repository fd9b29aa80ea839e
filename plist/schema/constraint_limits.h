/*
 * The limits that a key can set, one by one: what constraint.c goes through, and check_clauses.c where a clause
 * sets one; and the words that both say it in.
 *
 * Each is judged of a text of which value.h has said that it is, or begins, a value of its type, and is VALID
 * where the key says nothing of the kind. A refusal says why a text is not VALID; it returns -1.
 */
#ifndef SCHEMA_CONSTRAINT_LIMITS_H
#define SCHEMA_CONSTRAINT_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/schema/schema.h"
#include "plist/value.h"

/* What is judged: a text, as a value of `type` under `key`. */
struct candidate {
	const struct schema_key *key;
	enum node_type type;
	const char *text;
	size_t len;
	const struct clause *clause; /* that sets the limits of `key`, for a value that its own key allows; or NULL */
};

/* constraint_prefix.c: what a text can become. */
enum verdict limit_values(const struct candidate *candidate); /* allowed values, or else the range */
enum verdict limit_bits(const struct candidate *candidate);
enum verdict limit_length(const struct candidate *candidate);
enum verdict limit_format(const struct candidate *candidate);

/* Characters of a string, bytes of data. */
size_t limit_count(const struct candidate *candidate);

/* <0, 0, >0: below, within or past the bounds. */
int limit_compare(const struct bounds *bounds, size_t count);

/* The flags that an integer's text sets. False: it is no number from 1 to ULONG_MAX. */
bool limit_flags(const char *text, size_t len, unsigned long *flags);

/* A flag that is set although one that it needs is not. False: all have what they need. */
struct unmet {
	unsigned long flag, needs;
};
bool limit_unmet(const struct schema_key *key, unsigned long flags, struct unmet *unmet);

/* constraint_refuse.c: why a text is refused. */
int refuse_value(const struct candidate *candidate, bool placeholders, struct error *err);
int refuse_values(const struct candidate *candidate, struct error *err);
int refuse_bits(const struct candidate *candidate, struct error *err);
int refuse_length(const struct candidate *candidate, struct error *err);
int refuse_format(const struct candidate *candidate, struct error *err);

/* constraint_text.c: the words that refusals, descriptions and paths share. */

/* "a string", "an integer or a string". */
void text_types(type_set types, struct buf *out);

/* "WEP, WPA, WPA2"; of a long list the first, and how many there are. */
void text_list(const struct texts *texts, struct buf *out);

/* The same with `last` before the last one: "WEP, WPA or WPA2". */
void text_choice(const struct texts *texts, const char *last, struct buf *out);

/* "1 to 8191", "at least 1", "at most 5", "exactly 6". */
void text_bounds(const struct bounds *bounds, struct buf *out);

/* "6 to 64 characters", "at least 1 byte". */
void text_length(const struct bounds *bounds, const char *unit, struct buf *out);

/* What a format asks for, in words: "begin with https://". False: nothing plainer than the format itself. */
bool text_format(const char *format, struct buf *out);

/* A text as a message can show it: one line, not long, nothing that a terminal obeys. */
void text_shown(const char *text, size_t len, struct buf *out);

/* The length in bytes of the character that a text begins with (len > 0): a byte that is no UTF-8 stands for
 * itself. And whether a terminal obeys that character, or shows others otherwise for it. */
size_t text_character(const char *text, size_t len);
bool text_is_obeyed(const char *character, size_t len);

#endif
