/*
 * Checks of a profile: every value against the schema, and what concerns more than one value, or a value that
 * is not there.
 *
 * A check is a row of a table: its rule's name, its severity, what must be there for it, and a function that
 * walks the profile and reports what it finds. Nothing here changes the profile or keeps anything.
 */
#ifndef SCHEMA_CHECK_H
#define SCHEMA_CHECK_H

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"
#include "plist/node.h"
#include "plist/schema/rule.h"
#include "plist/schema/schema.h"

/* macOS:15.1 */
struct target {
	enum platform platform;
	char version[24];
};

/* Reads "macOS:15.1". 0, or -1 (EINVAL) with what is allowed. */
int target_parse(const char *text, struct target *target, struct error *err);

struct check_options {
	struct schema *schema;        /* NULL: only what holds without one */
	const struct target *targets; /* what the profile is for; none: any */
	size_t target_count;
	struct rule_levels levels;
	bool no_placeholders;
	/* Scalars that stand where the source has them, as it has them, are not held against their keys: whoever asks
	 * did that before anything was edited, and knows what is wrong with them. */
	bool only_edited;
	/* The type of a payload that has no PayloadType yet, where something else tells it; appends nothing if
	 * nothing does. NULL: only PayloadType tells. */
	void (*type_of)(const struct node *payload, struct buf *type);
};

struct finding {
	enum severity severity;
	const char *rule;        /* static */
	const struct node *node; /* what is wrong, or lacks something */
	const char *key;         /* static or the schema's: the key that `node` lacks; NULL: `node` is meant */
	bool at_key;             /* it is the key's name, not the value, that is wrong */
	const char *text;        /* what is wrong and what is allowed; lives during the call only */
};

typedef void check_report(void *context, const struct finding *finding);

/* Runs every check over a profile's root. Findings come check by check, each in document order. 0, or -1:
 * memory ran out, and there may be more to find than was. */
int check_profile(const struct node *root, const struct check_options *options, check_report *report,
		  void *context);

/* A finding as an error: file, line and column of its place in `doc` (0, 0 where it has none), the path of the
 * node (as check_path() spells it), rule and text. */
void check_error(const struct finding *finding, const struct doc *doc, const char *file, struct error *err);

/* The same for who has the path of the node already, to which the key that it lacks is appended; without a line. */
void check_error_at(const struct finding *finding, struct buf *path, const char *file, struct error *err);

/* The byte of the source that a finding's line and column are those of. False: it has none there. */
bool check_offset(const struct finding *finding, size_t *offset);

/* Appends the path of a node as the tree shows it: keys joined by '/', elements as 00, 01, payloads by their
 * type (PayloadContent/com.apple.wifi.managed.2/SSID_STR). */
void check_path(const struct node *node, struct buf *out);

/* Appends the last name of such a path, for who has counted already: an element's position (from 0), and which one of
 * its type it is as a payload (from 1). */
void check_path_name(const struct node *node, size_t position, size_t number, struct buf *out);

/* Appends a key as a name of such a path. */
void check_path_key(const char *key, size_t len, struct buf *out);

#endif
