/*
 * From what editors do to what profiles must be.
 *
 * pfm_exclude lists cases in which a key has no place, pfm_conditionals cases in which it is required. A case
 * holds if all its conditions do. Editors differ on what that means (one lets any condition do), and on keys
 * that are not there; so a clause is written for what all of them agree on, and is only a warning:
 *
 *   - a test of a value holds only if the key is there itself, whatever its default;
 *   - pfm_present=false beside other tests of the same key can only mean "not there, or ...": alternatives, each
 *     in a clause of its own;
 *   - what is said of other payloads, platforms or ways of delivery, of elements of arrays one by one, and of
 *     keys that the manifest does not have, is left out with the whole case.
 */
#include "plist/schema/manifests_model.h"

#include <string.h>

#include "plist/schema/writing.h"

#define TARGETS_MAX 8                  /* keys that one case depends on */
#define TESTS_MAX 6                    /* of one key in one case */
#define ALTERNATIVES_MAX 16            /* clauses that one case becomes */
#define CONDITIONS_MAX ((size_t)16384) /* in a manifest */
#define STEPS_MAX ((size_t)8 << 20)    /* keys that are looked at to find the targets of a manifest */

enum test_kind {
	TEST_PRESENT,
	TEST_ABSENT,
	TEST_ONE_OF,
	TEST_NONE_OF,
	TEST_EMPTY,
	TEST_FILLED
};

struct test {
	enum test_kind kind;
	const struct node *values; /* an array; of ONE_OF and NONE_OF */
};

/* The tests of one key: all must hold, or, for alternatives, one. */
struct target {
	const struct manifest_key *key;
	struct test tests[TESTS_MAX];
	size_t count;
	bool alternatives;
};

struct demand {
	struct manifest *manifest;
	const struct manifest_key *owner; /* what is needed or has no place */
	struct manifest_key *place;       /* the dict that has the owner and all targets */
	const char *verb;                 /* "need" or "forbid" */
	struct target targets[TARGETS_MAX];
	size_t count;
};

/* --- finding targets ------------------------------------------------------------------------------------ */

/* The key at a path of names joined by dots, below `parent`; names may have dots of their own. No key is
 * looked at twice, as each has only one path. */
static const struct manifest_key *find_below(struct manifest *manifest, const struct manifest_key *parent,
					     const char *path)
{
	const struct manifest_key *key, *found;
	size_t len;

	for (key = parent->first; key; key = key->next) {
		manifest->steps++;
		len = strlen(key->name);
		if (len == 0 || strncmp(key->name, path, len) != 0)
			continue;
		if (path[len] == '\0')
			return key;
		found = path[len] == '.' ? find_below(manifest, key, path + len + 1) : NULL;
		if (found)
			return found;
	}
	return NULL;
}

/* Paths begin at the manifest; some are written as if they began at a dict or array that the key is in. */
static const struct manifest_key *find_target(const struct demand *demand, const char *path)
{
	struct manifest *manifest = demand->manifest;
	const struct manifest_key *found = find_below(manifest, &manifest->root, path);
	const struct manifest_key *from = demand->owner->parent;

	for (; !found && from != &manifest->root; from = from->parent)
		found = find_below(manifest, from, path);
	return found;
}

static bool is_above(const struct manifest_key *above, const struct manifest_key *key)
{
	for (key = key->parent; key; key = key->parent)
		if (key == above)
			return true;
	return false;
}

/* True if a path of keys leads from `place` to the key: no elements, no names that could be a path. */
static bool is_reached(const struct manifest_key *place, const struct manifest_key *key)
{
	for (; key != place; key = key->parent)
		if (key->role != MANIFEST_KEY || strchr(key->name, '/'))
			return false;
	return true;
}

/* --- reading conditions --------------------------------------------------------------------------------- */

/* The target's entry, made if it has none; NULL: there are too many. */
static struct target *entry_of(struct demand *demand, const struct manifest_key *key)
{
	size_t i;

	for (i = 0; i < demand->count; i++)
		if (demand->targets[i].key == key)
			return &demand->targets[i];
	if (demand->count == TARGETS_MAX)
		return NULL;
	demand->targets[demand->count] = (struct target){ .key = key };
	return &demand->targets[demand->count++];
}

static bool add_test(struct target *target, enum test_kind kind, const struct node *values)
{
	if (target->count == TESTS_MAX)
		return false;
	target->tests[target->count++] = (struct test){ kind, values };
	return true;
}

/* What is tested, and whether that can be asked of an array: "contains" can, "is" cannot. */
static const struct {
	const char *name;
	enum test_kind kind;
	bool of_arrays;
} lists[] = {
	{ "pfm_range_list", TEST_ONE_OF, false },
	{ "pfm_n_range_list", TEST_NONE_OF, false },
	{ "pfm_contains_any", TEST_ONE_OF, true },
	{ "pfm_n_contains_any", TEST_NONE_OF, true },
};

static bool are_values(const struct manifest_key *key, const struct node *list, bool of_arrays)
{
	const struct node *value;

	if (strcmp(key->type, "array") == 0) {
		if (!of_arrays || key->count != 1)
			return false;
		key = key->first;
	}
	for (value = node_first(list); value; value = node_next(value))
		if (!manifest_is_value(key, value))
			return false;
	return node_count(list) > 0;
}

/* 1: read; 0: cannot be said; -1. */
static int read_lists(struct demand *demand, struct target *target, const struct node *condition)
{
	const struct node *list;
	size_t i;
	int found;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		found = manifest_value(demand->manifest, condition, lists[i].name, NODE_ARRAY, &list);
		if (found < 0)
			return -1;
		if (found && (!are_values(target->key, list, lists[i].of_arrays) ||
			      !add_test(target, lists[i].kind, list)))
			return 0;
	}
	return 1;
}

static int read_switch(struct demand *demand, struct target *target, const struct node *condition,
		       const char *name, enum test_kind on, enum test_kind off)
{
	int flag = manifest_flag(demand->manifest, condition, name);

	if (flag < 0)
		return -1;
	return !node_get(condition, name) || add_test(target, flag ? on : off, NULL);
}

static int read_tests(struct demand *demand, struct target *target, const struct node *condition)
{
	bool has_text = strcmp(target->key->type, "string") == 0;
	int said = read_switch(demand, target, condition, "pfm_present", TEST_PRESENT, TEST_ABSENT);

	if (said > 0 && has_text)
		said = read_switch(demand, target, condition, "pfm_value_empty", TEST_EMPTY, TEST_FILLED);
	else if (node_get(condition, "pfm_value_empty"))
		said = said < 0 ? -1 : 0;
	return said > 0 ? read_lists(demand, target, condition) : said;
}

/* True if nothing stands there that is not known: it would narrow or widen the condition. */
static bool is_understood(const struct node *condition)
{
	static const char *const known[] = { "pfm_target", "pfm_present", "pfm_value_empty" };
	const struct node *child;
	size_t i, found = 0;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		found += node_get(condition, known[i]) != NULL;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		found += node_get(condition, lists[i].name) != NULL;
	child = node_get(condition, "pfm_target");
	return child && found > 1 && found == node_count(condition);
}

static int count_condition(struct manifest *manifest, const struct node *condition)
{
	if (++manifest->conditions > CONDITIONS_MAX || manifest->steps > STEPS_MAX)
		return manifest_error(manifest, condition,
				      "the conditions are more than profilefs takes of one manifest");
	return 0;
}

static int read_condition(struct demand *demand, const struct node *condition)
{
	const struct manifest_key *key;
	struct target *target;
	const char *path;

	if (condition->type != NODE_DICT)
		return manifest_error(demand->manifest, condition,
				      "an element of pfm_target_conditions is of type %s: it must be of type dict",
				      node_type_name(condition->type));
	if (count_condition(demand->manifest, condition) < 0 ||
	    manifest_text(demand->manifest, condition, "pfm_target", &path) < 0)
		return -1;
	key = path && is_understood(condition) ? find_target(demand, path) : NULL;
	target = key && key != demand->owner ? entry_of(demand, key) : NULL;
	return target ? read_tests(demand, target, condition) : 0;
}

static int read_conditions(struct demand *demand, const struct node *list)
{
	const struct node *condition;
	int said;

	for (condition = node_first(list); condition; condition = node_next(condition)) {
		said = read_condition(demand, condition);
		if (said <= 0)
			return said;
	}
	return demand->count > 0;
}

/* --- writing clauses ------------------------------------------------------------------------------------ */

static bool has_kind(const struct target *target, enum test_kind kind)
{
	size_t i;

	for (i = 0; i < target->count; i++)
		if (target->tests[i].kind == kind)
			return true;
	return false;
}

/* Finds the dict that the clause belongs to. False: there is none from which a path leads to all of them. */
static bool find_place(struct demand *demand)
{
	const struct manifest_key *place = demand->owner->parent;
	size_t i;

	for (i = 0; i < demand->count; i++)
		while (!is_above(place, demand->targets[i].key))
			place = place->parent;
	for (i = 0; i < demand->count; i++)
		if (!is_reached(place, demand->targets[i].key))
			return false;
	demand->place = (struct manifest_key *)place;
	return strcmp(place->type, "dict") == 0 && is_reached(place, demand->owner);
}

static void add_path(const struct manifest_key *place, const struct manifest_key *key, struct buf *path)
{
	if (key->parent != place) {
		add_path(place, key->parent, path);
		buf_add_char(path, '/');
	}
	buf_add_text(path, key->name);
}

/* " WORD PATH" */
static void write_path(const struct demand *demand, const char *word, const struct manifest_key *key,
		       struct buf *out)
{
	BUF_AUTO path = BUF_INIT;

	add_path(demand->place, key, &path);
	out->failed |= path.failed;
	buf_add_format(out, " %s ", word);
	write_word(out, buf_text(&path));
}

static void write_texts(const struct node *list, struct buf *out)
{
	const struct node *value;
	BUF_AUTO room = BUF_INIT;
	const char *text;

	for (value = node_first(list); value; value = node_next(value)) {
		if (value != node_first(list))
			buf_add_char(out, ',');
		text = node_text(value, &room);
		if (text)
			write_word(out, text);
		out->failed |= room.failed;
	}
}

/* A value is compared only where there is one: so a key that has a default, and one that must have another
 * value, must also be there. */
static void write_test(const struct demand *demand, const struct target *target, const struct test *test,
		       struct buf *out)
{
	bool negative = test->kind == TEST_NONE_OF || test->kind == TEST_FILLED;

	if (test->kind == TEST_ABSENT || test->kind == TEST_PRESENT) {
		write_path(demand, test->kind == TEST_PRESENT ? "when" : "unless", target->key, out);
		return;
	}
	if (negative || manifest_default(target->key))
		write_path(demand, "when", target->key, out);
	write_path(demand, "when", target->key, out);
	buf_add_text(out, negative ? "!=" : "=");
	if (test->values)
		write_texts(test->values, out);
	else
		buf_add_text(out, "\"\"");
}

static void write_tests(const struct demand *demand, const struct target *target, size_t choice,
			struct buf *out)
{
	size_t i;

	if (target->alternatives) {
		write_test(demand, target, &target->tests[choice], out);
		return;
	}
	for (i = 0; i < target->count; i++)
		if (target->tests[i].kind != TEST_PRESENT || target->count == 1)
			write_test(demand, target, &target->tests[i], out);
}

static int add_clause(const struct demand *demand, const struct buf *line)
{
	struct arena *arena = demand->manifest->arena;
	struct manifest_clause *clause = arena_get(arena, sizeof(*clause));

	if (!clause || !buf_ok(line))
		return error_memory(demand->manifest->err);
	clause->text = arena_text(arena, line->data, line->len);
	if (!clause->text)
		return error_memory(demand->manifest->err);
	*demand->place->clauses_end = clause;
	demand->place->clauses_end = &clause->next;
	return 0;
}

/* The clause for one choice of alternatives: `choice` counts them all, mixed. */
static int write_clause(const struct demand *demand, size_t choice)
{
	bool nested = demand->owner->parent != demand->place;
	BUF_AUTO line = BUF_INIT;
	size_t i;

	buf_add_text(&line, "! warn");
	write_path(demand, demand->verb, demand->owner, &line);
	if (nested && strcmp(demand->verb, "need") == 0)
		write_path(demand, "when", demand->owner->parent, &line);
	for (i = 0; i < demand->count; i++) {
		const struct target *target = &demand->targets[i];

		write_tests(demand, target, choice % target->count, &line);
		if (target->alternatives)
			choice /= target->count;
	}
	return line.len > MANIFEST_LINE_MAX ? 0 : add_clause(demand, &line);
}

static int write_clauses(struct demand *demand)
{
	size_t i, choices = 1;

	if (!find_place(demand))
		return 0;
	for (i = 0; i < demand->count; i++) {
		struct target *target = &demand->targets[i];

		target->alternatives = target->count > 1 && has_kind(target, TEST_ABSENT);
		if (target->alternatives)
			choices *= target->count;
		if (choices > ALTERNATIVES_MAX)
			return 0;
	}
	for (i = 0; i < choices; i++)
		if (write_clause(demand, i) < 0)
			return -1;
	return 0;
}

/* --- the keys that have them ---------------------------------------------------------------------------- */

/* True if this case is one that makes the key required: "push" is for MDM servers, and a key that has a default
 * is one that an editor adds and nobody misses. */
static int is_demand(struct manifest *manifest, const struct manifest_key *owner, const struct node *entry,
		     const char *verb)
{
	const char *require;

	if (strcmp(verb, "forbid") == 0)
		return 1;
	if (manifest_default(owner))
		return 0;
	if (manifest_text(manifest, entry, "pfm_require", &require) < 0)
		return -1;
	return require && (strcmp(require, "always") == 0 || strcmp(require, "always-nested") == 0);
}

static int read_case(struct manifest *manifest, const struct manifest_key *owner, const struct node *entry,
		     const char *verb)
{
	struct demand demand = { .manifest = manifest, .owner = owner, .verb = verb };
	const struct node *list;
	int said = is_demand(manifest, owner, entry, verb);

	if (said > 0)
		said = manifest_value(manifest, entry, "pfm_target_conditions", NODE_ARRAY, &list);
	if (said > 0)
		said = read_conditions(&demand, list);
	return said > 0 ? write_clauses(&demand) : said;
}

static int read_cases(struct manifest *manifest, const struct manifest_key *owner, const char *name,
		      const char *verb)
{
	const struct node *list, *entry;

	if (manifest_value(manifest, owner->node, name, NODE_ARRAY, &list) < 0)
		return -1;
	for (entry = list ? node_first(list) : NULL; entry; entry = node_next(entry)) {
		if (entry->type != NODE_DICT)
			return manifest_error(manifest, entry,
					      "an element of %s is of type %s: it must be of type dict", name,
					      node_type_name(entry->type));
		if (read_case(manifest, owner, entry, verb) < 0)
			return -1;
	}
	return 0;
}

static int read_below(struct manifest *manifest, const struct manifest_key *parent)
{
	const struct manifest_key *key;

	for (key = parent->first; key; key = key->next) {
		if (key->role == MANIFEST_LEFT_OUT)
			continue;
		if (key->role == MANIFEST_KEY &&
		    (read_cases(manifest, key, "pfm_conditionals", "need") < 0 ||
		     read_cases(manifest, key, "pfm_exclude", "forbid") < 0))
			return -1;
		if (read_below(manifest, key) < 0)
			return -1;
	}
	return 0;
}

int manifest_read_conditions(struct manifest *manifest)
{
	return read_below(manifest, &manifest->root);
}
