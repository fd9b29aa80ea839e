/*
 * One key out of two descriptions of it: it allows what either of them allows. What is said of a value is kept
 * where both say the same, and left open where a union of the two could not be written down.
 */
#include <string.h>

#include "plist/schema/key.h"

#define CONTAINERS (TYPE_BIT(NODE_DICT) | TYPE_BIT(NODE_ARRAY))

/* How many values a union may have. */
#define TEXTS_MAX 4096

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_bounds(const struct bounds *a, const struct bounds *b)
{
	return same_text(a->min, b->min) && same_text(a->max, b->max);
}

static bool same_texts(const struct texts *a, const struct texts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->list[i], b->list[i]) != 0)
			return false;
	}
	return true;
}

static bool holds(const struct texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++) {
		if (strcmp(texts->list[i], text) == 0)
			return true;
	}
	return false;
}

/* All texts of both; none, which means any, if there are too many to compare. 0, or -1: out of memory. */
static int unite_texts(struct texts *into, const struct texts *from, struct arena *arena)
{
	struct texts both = { .count = into->count };

	if (into->count + from->count > TEXTS_MAX) {
		*into = (struct texts){ 0 };
		return 0;
	}
	both.list = arena_get(arena, (into->count + from->count) * sizeof(*both.list));
	if (!both.list)
		return -1;
	if (into->count)
		memcpy(both.list, into->list, into->count * sizeof(*both.list));
	for (size_t i = 0; i < from->count; i++) {
		if (!holds(into, from->list[i]))
			both.list[both.count++] = from->list[i];
	}
	*into = both;
	return 0;
}

/* A value is good if it is among `values` or in `range`, so both have to be seen together: different ranges
 * have no union (nor have too many values), and then nothing can be said of values either. */
static int unite_values(struct schema_key *into, const struct schema_key *from, struct arena *arena)
{
	bool ranged = into->range.min || into->range.max;
	bool many = into->values.count + from->values.count > TEXTS_MAX;

	into->custom_values |= from->custom_values;
	if (many || !same_bounds(&into->range, &from->range)) {
		into->range = (struct bounds){ 0 };
		into->values = (struct texts){ 0 };
		return 0;
	}
	if (ranged || (into->values.count && from->values.count))
		return unite_texts(&into->values, &from->values, arena);
	into->values = (struct texts){ 0 };
	return 0;
}

static int unite_references(struct schema_key *into, const struct schema_key *from, struct arena *arena)
{
	if (into->refs.count && from->refs.count)
		return unite_texts(&into->refs, &from->refs, arena);
	into->refs = (struct texts){ 0 };
	return 0;
}

static const char *if_same(const char *a, const char *b)
{
	return same_text(a, b) ? a : NULL;
}

static struct bounds bounds_if_same(const struct bounds *a, const struct bounds *b)
{
	return same_bounds(a, b) ? *a : (struct bounds){ 0 };
}

static void unite_flags(struct schema_key *into, const struct schema_key *from)
{
	into->required &= from->required;
	into->unique &= from->unique;
	into->immutable &= from->immutable;
	into->sensitive |= from->sensitive;
	if (into->bits == from->bits && same_texts(&into->bit_needs, &from->bit_needs))
		return;
	into->bits = 0;
	into->bit_needs = (struct texts){ 0 };
}

static void unite_words(struct schema_key *into, const struct schema_key *from)
{
	into->length = bounds_if_same(&into->length, &from->length);
	into->items = bounds_if_same(&into->items, &from->items);
	into->subtype = if_same(into->subtype, from->subtype);
	into->default_value = if_same(into->default_value, from->default_value);
	into->page = if_same(into->page, from->page);
	into->format = if_same(into->format, from->format);
	if (!into->format)
		into->pattern = NULL;
	if (!into->help)
		into->help = from->help;
	if (!into->as)
		into->as = from->as;
}

/* --- platforms -------------------------------------------------------------------------------------- */

/* The facts that both say. NULL with 0: there are none. */
static int unite_support(const struct support **into, const struct support *from, struct arena *arena)
{
	struct support *both;

	if (!*into || !from) {
		*into = NULL;
		return 0;
	}
	both = arena_get(arena, sizeof(*both));
	if (!both)
		return -1;
	for (size_t i = 0; i < FACT_COUNT; i++)
		both->facts[i] = if_same((*into)->facts[i], from->facts[i]);
	*into = both;
	return 0;
}

static int unite_platforms(struct schema_key *into, const struct schema_key *from, struct arena *arena)
{
	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		if (unite_support(&into->support[i], from->support[i], arena))
			return -1;
	}
	return 0;
}

/* --- what is below ---------------------------------------------------------------------------------- */

/* A key that only one of two dicts has cannot be required. */
static int unite_keys(struct schema_key *into, struct schema_key *from, struct arena *arena)
{
	struct schema_key **list = arena_get(arena, (into->key_count + from->key_count) * sizeof(*list));
	struct schema_key *key, *other;
	size_t count = 0;

	if (!list)
		return -1;
	for (size_t i = 0; i < into->key_count; i++) {
		key = list[count++] = into->keys[i];
		if (!key_find(from, key->name, strlen(key->name)))
			key->required = false;
	}
	for (size_t i = 0; i < from->key_count; i++) {
		key = from->keys[i];
		other = key_find(into, key->name, strlen(key->name));
		if (other && key_unite(other, key, arena))
			return -1;
		if (other)
			continue;
		key->required = false;
		list[count++] = key;
	}
	return key_set_children(into, list, count, arena);
}

static bool says_nothing_of_keys(const struct schema_key *dict)
{
	return dict->key_count == 0 && !dict->others;
}

static int open_dict(struct schema_key *dict, struct arena *arena)
{
	key_clear_dict(dict);
	dict->others = key_any(arena);
	return dict->others ? 0 : -1;
}

/* What one of them demands of its keys together means nothing for the other: no clauses. */
static int unite_dicts(struct schema_key *into, struct schema_key *from, struct arena *arena)
{
	bool open = says_nothing_of_keys(into) || says_nothing_of_keys(from);

	into->clauses = NULL;
	into->clause_count = 0;
	if (open)
		return open_dict(into, arena);
	if (!into->others)
		into->others = from->others;
	else if (from->others && key_unite(into->others, from->others, arena))
		return -1;
	return unite_keys(into, from, arena);
}

static int unite_arrays(struct schema_key *into, struct schema_key *from, struct arena *arena)
{
	if (into->item && from->item)
		return key_unite(into->item, from->item, arena);
	into->item = NULL;
	return 0;
}

static void adopt_dict(struct schema_key *into, const struct schema_key *from)
{
	into->keys = from->keys;
	into->by_name = from->by_name;
	into->key_count = from->key_count;
	into->initials = from->initials;
	into->others = from->others;
	into->clauses = from->clauses;
	into->clause_count = from->clause_count;
}

/* If only one of two is a dict, what holds of dicts is what it says; the same for arrays. `types` is what
 * `into` was before. A recursion and what is none have no union that could be written down: anything goes. */
static int unite_below(struct schema_key *into, type_set types, struct schema_key *from, struct arena *arena)
{
	if (into->like && from->like)
		return 0;
	if ((into->like || from->like) && types & from->types & CONTAINERS) {
		into->like = NULL;
		key_clear_array(into);
		return open_dict(into, arena);
	}
	if (from->like)
		into->like = from->like;
	if (into->like)
		return 0;
	if (types & from->types & TYPE_BIT(NODE_DICT)) {
		if (unite_dicts(into, from, arena))
			return -1;
	} else if (from->types & TYPE_BIT(NODE_DICT)) {
		adopt_dict(into, from);
	}
	if (types & from->types & TYPE_BIT(NODE_ARRAY))
		return unite_arrays(into, from, arena);
	if (from->types & TYPE_BIT(NODE_ARRAY))
		into->item = from->item;
	return 0;
}

int key_unite(struct schema_key *into, struct schema_key *from, struct arena *arena)
{
	type_set types = into->types;

	into->types |= from->types;
	if (from->type == NODE_TYPE_COUNT)
		into->type = NODE_TYPE_COUNT;
	unite_flags(into, from);
	unite_words(into, from);
	if (unite_values(into, from, arena) || unite_references(into, from, arena) ||
	    unite_platforms(into, from, arena))
		return -1;
	return unite_below(into, types, from, arena);
}
