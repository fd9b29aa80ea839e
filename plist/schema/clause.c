#include "plist/schema/clause.h"

#include <string.h>

#include "plist/placeholder.h"
#include "plist/schema/constraint.h"
#include "plist/schema/constraint_limits.h"

/* Whether a condition holds; unknown where it asks for a value that is not known. */
enum truth { TRUTH_NO,
	     TRUTH_YES,
	     TRUTH_UNKNOWN };

/* A key that has the whole path as its name goes before one that only begins with it. */
const struct node *clause_node(const struct node *dict, const char *path)
{
	const struct node *node;
	const char *slash;

	for (;;) {
		if (dict->type != NODE_DICT)
			return NULL;
		node = node_get(dict, path);
		slash = node ? NULL : strchr(path, '/');
		if (!slash)
			return node;
		dict = node_find(dict, path, (size_t)(slash - path));
		if (!dict)
			return NULL;
		path = slash + 1;
	}
}

const struct schema_key *clause_key(const struct schema_key *dict, const char *path)
{
	const struct schema_key *key;
	const char *slash;

	for (;;) {
		key = schema_declared(dict, path, strlen(path));
		slash = key ? NULL : strchr(path, '/');
		if (!slash)
			return key;
		dict = schema_declared(dict, path, (size_t)(slash - path));
		if (!dict)
			return NULL;
		path = slash + 1;
	}
}

static bool is_listed(const struct texts *values, const struct scalar *value)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		if (scalar_is(value, values->list[i], strlen(values->list[i])))
			return true;
	return false;
}

bool clause_is_placeholder(const struct node *node)
{
	return node_is_placeholder(node) ||
	       (node->type == NODE_STRING && placeholder_inside(node->value.at, node->value.len));
}

bool clause_holds_itself(const struct schema_key *key, const struct node *node, bool placeholders)
{
	if (!key)
		return true;
	if (!schema_allows_type(key, node->type))
		return false;
	if (node->type == NODE_ARRAY)
		return limit_compare(&key->items, node_count(node)) == 0;
	return !node_is_scalar(node->type) || constraint_takes(key, &node->value, placeholders);
}

static enum truth scalar_has(const struct schema_key *key, const struct node *node, const struct texts *values)
{
	if (clause_is_placeholder(node) || !clause_holds_itself(key, node, true))
		return TRUTH_UNKNOWN;
	if (!node_is_scalar(node->type))
		return TRUTH_NO;
	return is_listed(values, &node->value) ? TRUTH_YES : TRUTH_NO;
}

static enum truth array_has(const struct schema_key *key, const struct node *array, const struct texts *values)
{
	const struct schema_key *item = key ? schema_item(key) : NULL;
	enum truth truth = TRUTH_NO, of_element;
	const struct node *element;

	if (!clause_holds_itself(key, array, true))
		return TRUTH_UNKNOWN;
	for (element = node_first(array); element; element = node_next(element)) {
		of_element = scalar_has(item, element, values);
		if (of_element == TRUTH_YES)
			return TRUTH_YES;
		if (of_element == TRUTH_UNKNOWN)
			truth = TRUTH_UNKNOWN;
	}
	return truth;
}

static enum truth default_has(const struct schema_key *key, const struct texts *values)
{
	const char *text = key ? key->default_value : NULL;
	struct scalar value = { .type = NODE_STRING, .at = text };

	if (!text)
		return TRUTH_NO;
	value.len = (uint32_t)strlen(text);
	return is_listed(values, &value) ? TRUTH_YES : TRUTH_NO;
}

static enum truth opposite(enum truth truth)
{
	if (truth == TRUTH_UNKNOWN)
		return truth;
	return truth == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
}

static enum truth condition_holds(const struct condition *condition, const struct schema_key *key,
				  const struct node *dict)
{
	const struct schema_key *own = clause_key(key, condition->key);
	const struct node *node = clause_node(dict, condition->key);
	enum truth truth;

	if (condition->values.count == 0)
		truth = node ? TRUTH_YES : TRUTH_NO;
	else if (!node)
		truth = default_has(own, &condition->values);
	else if (node->type == NODE_ARRAY)
		truth = array_has(own, node, &condition->values);
	else
		truth = scalar_has(own, node, &condition->values);
	if (condition->other_than)
		truth = opposite(truth);
	return condition->negated ? opposite(truth) : truth;
}

bool clause_applies(const struct clause *clause, const struct schema_key *key, const struct node *dict)
{
	size_t i;

	for (i = 0; i < clause->condition_count; i++)
		if (condition_holds(&clause->conditions[i], key, dict) != TRUTH_YES)
			return false;
	return true;
}
