/*
 * Regular expressions (PCRE2, UTF-8) that can also say what a beginning may still become.
 *
 * Matching is searching, as in Apple's files: an expression that wants the whole text says ^ and $. `$`
 * matches at the very end only. Matching has a limit of steps: an expression that needs more counts as
 * not matched by pattern_matches() and as MAYBE by pattern_prefix(), never as a hang.
 */
#ifndef SCHEMA_PATTERN_H
#define SCHEMA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/error.h"
#include "plist/value.h"

struct pattern;

/* Compiles. NULL: not an expression (EINVAL; the text says what and at which character), or ENOMEM. */
struct pattern *pattern_new(const char *expression, struct error *err);
void pattern_free(struct pattern *pattern);

bool pattern_matches(const struct pattern *pattern, const char *text, size_t len);

/* VALID if it matches as it stands, MAYBE if what follows may make it match, else NEVER. */
enum verdict pattern_prefix(const struct pattern *pattern, const char *text, size_t len);

#endif
