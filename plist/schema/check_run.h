/*
 * One run of the checks over one profile: what they share, and how they report. For check*.c only.
 *
 * Before the first check the profile is walked once, from the root down, and each node is paired with the key
 * of the schema that it must satisfy; the checks then go over that list, so none of them needs to know where
 * schemas of payloads begin or what a dictionary leaves open.
 *
 * The run owns its lists. What they point to belongs to the document and to the schema.
 */
#ifndef SCHEMA_CHECK_RUN_H
#define SCHEMA_CHECK_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/node.h"
#include "plist/schema/check.h"
#include "plist/schema/rule.h"
#include "plist/schema/schema.h"

/* A dictionary in PayloadContent. */
struct payload {
	const struct node *node;
	const struct node *type;      /* the string PayloadType; NULL: there is none, or it is empty */
	const struct schema_key *key; /* what the schema has for it; NULL: without a schema */
	bool known;                   /* the schema knows the type */
	bool as_read;                 /* the type is the source's */
	bool reported;                /* as a whole, by the check that runs, so its keys need not be */
};

/* A node and the key of the schema that it must satisfy. Most checks concern few keys: they look at the key first, as
 * there are many more nodes, which are further away. */
struct visit {
	const struct node *node;
	const struct schema_key *key;  /* never NULL */
	const struct payload *payload; /* where it stands; NULL: in the profile itself */
};

struct visits {
	struct visit *list;
	size_t count, size;
};

struct nodes {
	const struct node **list;
	size_t count, size;
};

struct check;

struct run {
	const struct node *root;
	const struct check_options *options;
	const struct schema_key *profile; /* NULL: without a schema */
	const struct node *content;       /* the profile's PayloadContent, or NULL */
	bool is_profile;                  /* checks other than the first mean nothing if it is not */
	bool hidden;                      /* encrypted, or the old dictionary: there may be payloads unseen */
	struct payload *payloads;
	size_t payload_count;
	struct visits visits;             /* in document order; empty without a schema */
	struct visits unknown;            /* nodes whose names their dictionary, the visit's key, does not have */
	struct nodes shadowed;            /* the first ones of duplicate keys */
	struct nodes marks;               /* of conflicts of a merge; without a visit, as all that is below them */

	const struct check *check;        /* the one that runs now */
	check_report *report;
	void *context;
	struct error err;                 /* for what constraint.h says */
	struct buf text;                  /* of the finding that is made now */
	bool failed;                      /* out of memory */
};

struct check {
	const char *rule; /* NULL: findings say theirs */
	enum severity severity;
	unsigned needs;   /* of enum need: what must be there, else the check is passed over */
	void (*each)(struct run *run, const struct visit *visit); /* for each visit, or */
	void (*whole)(struct run *run);                           /* once */
};

enum need {
	NEED_NOTHING = 0,
	NEED_PROFILE = 1 << 0,  /* it is a profile at all */
	NEED_SCHEMA = 1 << 1,
	NEED_TARGETS = 1 << 2,
	NEED_PAYLOADS = 1 << 3, /* all payloads can be seen */
};

/* --- check_walk.c ----------------------------------------------------------------------------------- */

/* Fills the lists of the run, and what it says of PayloadContent. */
void walk_profile(struct run *run);

/* --- reporting: check.c ----------------------------------------------------------------------------- */

/* Adds to the text of the finding that is made now. */
#define say(run, ...) buf_add_format(&(run)->text, __VA_ARGS__)

/* Adds a value or a name in quotes: cut when it is long, without control characters. */
void say_quoted(struct run *run, const char *bytes, size_t len);

/* Report what was said, with the rule and severity of the check that runs, and forget it: a node's value is
 * wrong, its key is, or `dict` lacks `key` (static or the schema's). */
void found_value(struct run *run, const struct node *node);
void found_key(struct run *run, const struct node *node);
void found_missing(struct run *run, const struct node *dict, const char *key);

/* The same for any finding. Rule NULL: the check's, and so its severity. Its `text` is not looked at. */
void found(struct run *run, const struct finding *finding);

/* --- the checks, by file ---------------------------------------------------------------------------- */

/* check_shape.c: is it a profile, and what must be there. */
void check_is_profile(struct run *run);
void check_content(struct run *run);
void check_payload_keys(struct run *run);
void check_required(struct run *run, const struct visit *visit);
void check_duplicate_keys(struct run *run);

/* check_values.c: a value against its key. */
void check_value(struct run *run, const struct visit *visit);
void check_elements(struct run *run, const struct visit *visit);
void check_immutable(struct run *run, const struct visit *visit);

/* True if the array may hold that text: it does, or an element is a placeholder. */
bool array_may_hold(const struct run *run, const struct node *array, const char *text);

/* check_names.c: keys and payload types that the schema does not have. */
void check_payload_types(struct run *run);
void check_unknown_keys(struct run *run);

/* check_marks.c: what a merge left to be resolved. */
void check_marks(struct run *run);

/* check_identity.c: UUIDs and identifiers. */
void check_uuids(struct run *run);
void check_identifiers(struct run *run);
void check_own_identifier(struct run *run);

/* check_references.c */
void check_references(struct run *run);

/* check_targets.c: what platforms have. */
void check_single_payloads(struct run *run);
void check_deprecated(struct run *run);
void check_unsupported(struct run *run);

/* check_mdm.c: the MDM payload, for targets. */
void check_capabilities(struct run *run);
void check_bootstrap_token(struct run *run);

/* check_clauses.c */
void check_clauses(struct run *run, const struct visit *visit);

/* --- check_same.c: which of several values are equal ------------------------------------------------ */

struct same {
	const struct node *node;
	size_t position; /* for the caller */
	bool again;      /* an equal one has a lower position */
};

/* Compares types and values of scalars; with `fold`, ASCII letters of any case are equal. <0, 0, >0. */
int same_compare(const struct node *a, const struct node *b, bool fold);

/* Sets `again` in a list that is in the order of its positions, and keeps that order. */
void same_find(struct same *list, size_t count, bool fold);

/* Sorts for same_lookup(), which finds one that is equal to a node, or NULL. */
void same_sort(struct same *list, size_t count, bool fold);
const struct same *same_lookup(const struct same *list, size_t count, const struct node *node, bool fold);

#endif
