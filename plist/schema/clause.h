/*
 * Clauses: what must hold of several keys of one dictionary together.
 *
 *     ! need Password when EncryptionType=WEP,WPA unless EAPClientConfiguration
 *
 * A clause that applies (all its conditions hold) demands one thing. They come from rules.schema, and from
 * the conditionals and exclusions of ProfileManifests.
 */
#ifndef SCHEMA_CLAUSE_H
#define SCHEMA_CLAUSE_H

#include "plist/schema/schema.h"

enum clause_kind {
	CLAUSE_NEED,   /* at least one of `keys` is there               [missing-key] */
	CLAUSE_FORBID, /* none of `keys` is there                       [unknown-key] */
	CLAUSE_VALUES, /* the value of keys[0] is one of `values`       [not-allowed-value] */
	CLAUSE_RANGE,  /* the value of keys[0] is in `bounds`           [out-of-range] */
	CLAUSE_LENGTH, /* the length of keys[0] is in `bounds`          [bad-length] */
	CLAUSE_FORMAT, /* the text of keys[0] matches `pattern`         [bad-format] */
	CLAUSE_ITEMS   /* the array keys[0] holds each of `values`      [not-allowed-value] */
};

/* `when KEY`, `when KEY=a,b`, `when KEY!=a,b`, `unless KEY`, ... A key may be a path: Outer/Inner. A key that
 * is not there has its default, if the schema says one; without one it has no value, so that KEY=a does not hold
 * and KEY!=a does. An array has a value if one of its elements has. A value that is a placeholder, or that its own
 * key refuses, is not known: a clause that asks for it does not apply. */
struct condition {
	bool negated;         /* unless */
	bool other_than;      /* != */
	const char *key;
	struct texts values;  /* count 0: the key is there at all */
};

struct clause {
	enum clause_kind kind;
	enum severity severity;
	struct texts keys;
	struct texts values;
	struct bounds bounds;
	struct pattern *pattern;
	const char *format;
	struct condition *conditions;
	size_t condition_count;
	const char *because;     /* why, in a few words, for the message; or NULL */
	const char *page;        /* name of the page of Apple's; or NULL */
};

/* True if all conditions hold for this dictionary, whose schema is `key`. */
bool clause_applies(const struct clause *clause, const struct schema_key *key, const struct node *dict);

/* What stands under a key or a path in a dictionary, or NULL; and the schema's key for it. */
const struct node *clause_node(const struct node *dict, const char *path);
const struct schema_key *clause_key(const struct schema_key *dict, const char *path);

/* True if a value is, or holds, what an MDM server fills in. */
bool clause_is_placeholder(const struct node *node);

/* True if a value's own key, or NULL, allows it, elements left aside. What does not hold by itself is reported as
 * such, and clauses say nothing more of it: what they would say of it is not true once it is mended. */
bool clause_holds_itself(const struct schema_key *key, const struct node *node, bool placeholders);

#endif
