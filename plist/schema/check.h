/*
 * Checks of a whole profile: what concerns more than one value, or a value that is not there.
 *
 * A check is a row of a table: its rule's name, its severity, and a function that walks the profile and
 * reports what it finds. Nothing here changes the profile or keeps anything.
 */
#ifndef SCHEMA_CHECK_H
#define SCHEMA_CHECK_H

#include "plist/base/error.h"
#include "plist/node.h"

struct finding {
	enum severity severity;
	const char *rule;        /* static */
	const struct node *node; /* what is wrong, or lacks something */
	const char *key;         /* static: the key that `node` lacks; NULL: `node` itself is meant */
	const char *text;        /* what is wrong and what is allowed; lives during the call only */
};

typedef void check_report(void *context, const struct finding *finding);

/* Runs every check over a profile's root dictionary. Out of memory, a check may find less than there is. */
void check_profile(const struct node *root, check_report *report, void *context);

#endif
