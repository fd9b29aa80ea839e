/*
 * The names of the rules, and how severe the user wants each to be.
 */
#ifndef SCHEMA_RULE_H
#define SCHEMA_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/error.h"

struct rule {
	const char *name;
	const char *text; /* one sentence: what it means */
};

/* All rules, in the order of the manual. */
extern const struct rule rules[];
extern const size_t rule_count;

/* The rule of that name (pointers into `rules`), or NULL. */
const struct rule *rule_find(const char *name);

enum rule_level { RULE_AS_IT_IS, RULE_ERROR, RULE_WARNING, RULE_OFF };

/* What -E, -W and -O ask for. Zeroed: nothing. */
struct rule_levels {
	enum rule_level levels[32]; /* by place in `rules` */
};

/* 0, or -1 (EINVAL): there is no such rule; says which one is near. */
int rule_level_set(struct rule_levels *levels, const char *name, enum rule_level level, struct error *err);

/* The same for one or several with commas between ("expired,weak-signature"), which must be among `some` (ends with
 * NULL): what the command looks at. NULL: all rules. */
int rule_levels_set(struct rule_levels *levels, const char *list, const char *const *some, enum rule_level level,
		    struct error *err);

/* The severity that a finding of that rule has for the user. False: the rule is off. `rule` NULL: unchanged. */
bool rule_severity(const struct rule_levels *levels, const char *rule, enum severity *severity);

#endif
