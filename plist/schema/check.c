#include "plist/schema/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One run of one check. */
struct run {
	const struct check *check;
	check_report *report;
	void *context;
};

struct check {
	const char *rule;
	enum severity severity;
	void (*run)(const struct run *run, const struct node *root);
};

static void found(const struct run *run, const struct node *node, const char *key, const char *text)
{
	struct finding finding = {
		.severity = run->check->severity, .rule = run->check->rule, .node = node, .key = key, .text = text,
	};

	run->report(run->context, &finding);
}

/* The profile's payloads: the dictionaries in PayloadContent. NULL for a profile that has none. */
static const struct node *first_payload(const struct node *root)
{
	const struct node *content = node_get(root, "PayloadContent");

	return content && content->type == NODE_ARRAY ? node_first(content) : NULL;
}

/* The keys that every payload has, and the profile itself (Apple: TopLevel, CommonPayloadKeys). */
static void find_missing(const struct run *run, const struct node *dict)
{
	static const char *const required[] = { "PayloadIdentifier", "PayloadType", "PayloadUUID", "PayloadVersion" };
	char text[160];
	size_t i;

	for (i = 0; i < sizeof(required) / sizeof(*required); i++) {
		if (node_get(dict, required[i]))
			continue;
		snprintf(text, sizeof(text), "%s is missing: every payload and the profile itself must have it",
			 required[i]);
		found(run, dict, required[i], text);
	}
}

static void check_missing(const struct run *run, const struct node *root)
{
	const struct node *payload;

	find_missing(run, root);
	for (payload = first_payload(root); payload; payload = node_next(payload))
		if (payload->type == NODE_DICT)
			find_missing(run, payload);
}

/* Values that were seen, to find the second of two. */
struct seen {
	char *value;
	UT_hash_handle hh;
};

/* True if the value was seen before; remembers it. UUIDs are the same in any case. */
static bool seen_before(struct seen **table, const struct node *node, bool fold)
{
	struct seen *seen = NULL;
	char *value = strdup(node_text(node)), *p;

	for (p = value; fold && p && *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	if (!value)
		return false;
	HASH_FIND_STR(*table, value, seen);
	if (!seen && (seen = calloc(1, sizeof(*seen)))) {
		seen->value = value;
		HASH_ADD_KEYPTR(hh, *table, seen->value, strlen(seen->value), seen);
		if (seen->hh.tbl)
			return false;
		free(seen);
		seen = NULL;
	}
	free(value);
	return seen != NULL;
}

static void seen_free(struct seen *table)
{
	struct seen *seen, *next;

	HASH_ITER(hh, table, seen, next) {
		HASH_DEL(table, seen);
		free(seen->value);
		free(seen);
	}
}

static const struct node *text_of(const struct node *dict, const char *key)
{
	const struct node *node = dict->type == NODE_DICT ? node_get(dict, key) : NULL;

	return node && node->type == NODE_STRING && node->value.len > 0 ? node : NULL;
}

static void find_duplicates(const struct run *run, const struct node *first, const char *key, bool fold,
			    const char *text, struct seen *table)
{
	const struct node *payload, *node;

	for (payload = first; payload; payload = node_next(payload)) {
		node = text_of(payload, key);
		if (node && seen_before(&table, node, fold))
			found(run, node, NULL, text);
	}
	seen_free(table);
}

static void check_uuids(const struct run *run, const struct node *root)
{
	struct seen *table = NULL;
	const struct node *own = text_of(root, "PayloadUUID");

	if (own)
		seen_before(&table, own, true);
	find_duplicates(run, first_payload(root), "PayloadUUID", true,
			"another payload of this profile, or the profile itself, has the same PayloadUUID: devices "
			"refuse that; give each its own (uuidgen makes one)", table);
}

static void check_identifiers(const struct run *run, const struct node *root)
{
	find_duplicates(run, first_payload(root), "PayloadIdentifier", false,
			"another payload of this profile has the same PayloadIdentifier: one would replace the other; "
			"give each its own", NULL);
}

static void check_own_identifier(const struct run *run, const struct node *root)
{
	const struct node *own = text_of(root, "PayloadIdentifier"), *payload, *node;

	for (payload = first_payload(root); own && payload; payload = node_next(payload)) {
		node = text_of(payload, "PayloadIdentifier");
		if (node && strcmp(node_text(node), node_text(own)) == 0)
			found(run, node, NULL,
			      "the profile itself has the same PayloadIdentifier: give the payload its own, below the "
			      "profile's");
	}
}

static const struct check checks[] = {
	{ "missing-key", SEVERITY_ERROR, check_missing },
	{ "duplicate-uuid", SEVERITY_ERROR, check_uuids },
	{ "duplicate-identifier", SEVERITY_ERROR, check_identifiers },
	{ "duplicate-identifier", SEVERITY_WARNING, check_own_identifier },
};

int check_profile(const struct node *root, const struct check_options *options, check_report *report,
		  void *context)
{
	struct run run = { .report = report, .context = context };
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		run.check = &checks[i];
		run.check->run(&run, root);
	}
	(void)options;
	return 0;
}
