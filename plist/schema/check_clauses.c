/* What clauses demand of the keys of one dictionary together. */
#include <string.h>

#include "plist/schema/check_run.h"
#include "plist/schema/clause.h"
#include "plist/schema/constraint.h"

/* A clause that applies to a dictionary. */
struct demand {
	const struct clause *clause;
	const struct schema_key *key; /* the dictionary's */
	const struct node *dict;
};

static void say_list(struct run *run, const struct texts *texts, const char *last)
{
	size_t i;

	for (i = 0; i < texts->count; i++) {
		if (i > 0)
			buf_add_text(&run->text, i + 1 == texts->count ? last : ", ");
		buf_add_text(&run->text, texts->list[i]);
	}
}

/* As it holds, `unless` is said as what is not so. */
static void say_condition(struct run *run, const struct condition *condition)
{
	bool is_not = condition->negated != condition->other_than;

	say(run, "%s is %s", condition->key, is_not ? "not " : "");
	if (condition->values.count > 0)
		say_list(run, &condition->values, " or ");
	else
		buf_add_text(&run->text, "there");
}

/* ", as EncryptionType is WEP or WPA and EAPClientConfiguration is not there: because" */
static void say_reason(struct run *run, const struct clause *clause)
{
	size_t i;

	for (i = 0; i < clause->condition_count; i++) {
		buf_add_text(&run->text, i == 0 ? ", as " : " and ");
		say_condition(run, &clause->conditions[i]);
	}
	if (clause->because)
		say(run, ": %s", clause->because);
}

static void report(struct run *run, const struct demand *demand, const char *rule, struct finding finding)
{
	say_reason(run, demand->clause);
	finding.rule = rule;
	finding.severity = demand->clause->severity;
	found(run, &finding);
}

/* The dictionary that lacks what a path leads to, and the key that it lacks. */
static struct finding lacking(const struct demand *demand, const char *path)
{
	const struct schema_key *key = demand->key, *outer;
	const struct node *dict = demand->dict, *inner;
	const char *slash;

	while (key && !schema_declared(key, path, strlen(path)) && (slash = strchr(path, '/'))) {
		outer = schema_declared(key, path, (size_t)(slash - path));
		inner = node_find(dict, path, (size_t)(slash - path));
		if (outer && !inner)
			return (struct finding){ .node = dict, .key = outer->name };
		if (!inner || inner->type != NODE_DICT)
			break;
		dict = inner;
		key = outer;
		path = slash + 1;
	}
	return (struct finding){ .node = dict, .key = path };
}

static void judge_need(struct run *run, const struct demand *demand)
{
	const struct texts *keys = &demand->clause->keys;
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (clause_node(demand->dict, keys->list[i]))
			return;
	if (keys->count > 1)
		buf_add_text(&run->text, "one of ");
	say_list(run, keys, " and ");
	buf_add_text(&run->text, keys->count > 1 ? " must be there" : " is missing");
	report(run, demand, "missing-key", lacking(demand, keys->list[0]));
}

static void judge_forbid(struct run *run, const struct demand *demand)
{
	const struct texts *keys = &demand->clause->keys;
	const struct node *node;
	size_t i;

	for (i = 0; i < keys->count; i++) {
		node = clause_node(demand->dict, keys->list[i]);
		if (!node)
			continue;
		say(run, "%s may not be there", keys->list[i]);
		report(run, demand, "unknown-key", (struct finding){ .node = node, .at_key = true });
	}
}

/* Judges a scalar by what the clause says of its value, as if the schema said it of the key. */
static void judge_scalar(struct run *run, const struct demand *demand, const struct node *node)
{
	const struct clause *clause = demand->clause;
	const struct schema_key *declared = clause_key(demand->key, clause->keys.list[0]);
	struct schema_key key = {
		.name = clause->keys.list[0],
		.types = TYPE_BIT(node->type),
		.type = node->type,
		.sensitive = declared && declared->sensitive,
		.format = clause->format,
		.pattern = clause->pattern,
	};

	if (clause->kind == CLAUSE_VALUES)
		key.values = clause->values;
	if (clause->kind == CLAUSE_RANGE)
		key.range = clause->bounds;
	if (clause->kind == CLAUSE_LENGTH)
		key.length = clause->bounds;
	if (constraint_check(&key, node->type, node_text(node), node->value.len, !run->options->no_placeholders,
			     &run->err) == 0)
		return;
	if (!run->err.rule) {
		run->failed = true;
		return;
	}
	buf_add_text(&run->text, run->err.text);
	report(run, demand, run->err.rule, (struct finding){ .node = node });
}

/* A value by itself, or each element of an array. */
static void judge_value(struct run *run, const struct demand *demand)
{
	const struct node *node = clause_node(demand->dict, demand->clause->keys.list[0]), *element;

	if (node && node_is_scalar(node->type))
		judge_scalar(run, demand, node);
	if (!node || node->type != NODE_ARRAY)
		return;
	for (element = node_first(node); element; element = node_next(element))
		if (node_is_scalar(element->type))
			judge_scalar(run, demand, element);
}

static void judge_items(struct run *run, const struct demand *demand)
{
	const struct texts *values = &demand->clause->values;
	const struct node *array = clause_node(demand->dict, demand->clause->keys.list[0]);
	size_t i;

	for (i = 0; array && array->type == NODE_ARRAY && i < values->count; i++) {
		if (array_may_hold(run, array, values->list[i]))
			continue;
		say(run, "%s must be among them", values->list[i]);
		report(run, demand, "not-allowed-value", (struct finding){ .node = array });
	}
}

static void (*const judges[])(struct run *run, const struct demand *demand) = {
	[CLAUSE_NEED] = judge_need,
	[CLAUSE_FORBID] = judge_forbid,
	[CLAUSE_VALUES] = judge_value,
	[CLAUSE_RANGE] = judge_value,
	[CLAUSE_LENGTH] = judge_value,
	[CLAUSE_FORMAT] = judge_value,
	[CLAUSE_ITEMS] = judge_items,
};

void check_clauses(struct run *run, const struct visit *visit)
{
	const struct schema_key *shape;
	struct demand demand = { .key = visit->key, .dict = visit->node };
	size_t i;

	if (visit->node->type != NODE_DICT || !schema_allows_type(visit->key, NODE_DICT))
		return;
	shape = schema_shape(visit->key);
	for (i = 0; i < shape->clause_count; i++) {
		demand.clause = &shape->clauses[i];
		if (clause_applies(demand.clause, visit->key, visit->node))
			judges[demand.clause->kind](run, &demand);
	}
}
