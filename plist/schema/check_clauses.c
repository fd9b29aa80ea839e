/* What clauses demand of the keys of one dictionary together. */
#include <string.h>

#include "plist/schema/check_run.h"
#include "plist/schema/clause.h"
#include "plist/schema/constraint_limits.h"
#include "plist/schema/secret.h"

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

/* --- why a clause applies --------------------------------------------------------------------------- */

/* As it holds, `unless` is said as what is not so. */
static bool is_denied(const struct condition *condition)
{
	return condition->negated != condition->other_than;
}

/* "13 or 17", "not 13", "none of 13, 17"; of an array, that it has them. */
static void say_values(struct run *run, const struct condition *condition, bool of_array)
{
	bool one = condition->values.count == 1;

	if (!is_denied(condition)) {
		text_choice(&condition->values, " or ", &run->text);
		return;
	}
	buf_add_text(&run->text, !one ? "none of " : of_array ? "no "
							      : "not ");
	text_list(&condition->values, &run->text);
}

/* True if it goes without saying that the key is there: another condition of the same key says what it is. */
static bool is_implied(const struct clause *clause, const struct condition *condition)
{
	size_t i;

	if (condition->values.count > 0 || is_denied(condition))
		return false;
	for (i = 0; i < clause->condition_count; i++) {
		const struct condition *other = &clause->conditions[i];

		if (other->values.count > 0 && !is_denied(other) && strcmp(other->key, condition->key) == 0)
			return true;
	}
	return false;
}

static bool is_said(const struct clause *clause, size_t before, const char *key)
{
	size_t i;

	for (i = 0; i < before; i++)
		if (strcmp(clause->conditions[i].key, key) == 0)
			return true;
	return false;
}

/* What holds of one key: "AcceptEAPTypes has 13 and none of 17, 18", "Mode is closed". */
static void say_conditions_of(struct run *run, const struct demand *demand, const char *key)
{
	const struct node *node = clause_node(demand->dict, key);
	const struct clause *clause = demand->clause;
	const char *verb, *before = "";
	size_t i;

	buf_add_text(&run->text, key);
	for (i = 0; i < clause->condition_count; i++) {
		const struct condition *condition = &clause->conditions[i];
		bool of_array = condition->values.count > 0 && node && node->type == NODE_ARRAY;

		if (strcmp(condition->key, key) != 0 || is_implied(clause, condition))
			continue;
		verb = of_array ? " has " : " is ";
		buf_add_text(&run->text, *before ? " and" : "");
		buf_add_text(&run->text, strcmp(before, verb) == 0 ? " " : verb);
		if (condition->values.count > 0)
			say_values(run, condition, of_array);
		else
			buf_add_text(&run->text, is_denied(condition) ? "not there" : "there");
		before = verb;
	}
}

/* ", as EncryptionType is WEP or WPA and EAPClientConfiguration is not there: because" */
static void say_reason(struct run *run, const struct demand *demand)
{
	const struct clause *clause = demand->clause;
	size_t i;

	for (i = 0; i < clause->condition_count; i++) {
		if (is_said(clause, i, clause->conditions[i].key))
			continue;
		buf_add_text(&run->text, i == 0 ? ", as " : " and ");
		say_conditions_of(run, demand, clause->conditions[i].key);
	}
	if (clause->because)
		say(run, ": %s", clause->because);
}

/* --- what each kind demands --------------------------------------------------------------------------- */

static void report(struct run *run, const struct demand *demand, const char *rule, struct finding finding)
{
	say_reason(run, demand);
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

/* What a clause says of a value: which limit of a key it is. */
static const struct {
	enum verdict (*judge)(const struct candidate *candidate);
	int (*refuse)(const struct candidate *candidate, struct error *err);
} limits[] = {
	[CLAUSE_VALUES] = { limit_values, refuse_values },
	[CLAUSE_RANGE] = { limit_values, refuse_values },
	[CLAUSE_LENGTH] = { limit_length, refuse_length },
	[CLAUSE_FORMAT] = { limit_format, refuse_format },
};

/* The limits of a clause, as if the schema set them of a key. */
static struct schema_key limiting_key(const struct clause *clause, const struct node *node, bool sensitive)
{
	struct schema_key key = {
		.name = clause->keys.list[0],
		.types = TYPE_BIT(node->type),
		.type = node->type,
		.sensitive = sensitive,
		.format = clause->format,
		.pattern = clause->pattern,
	};

	if (clause->kind == CLAUSE_VALUES)
		key.values = clause->values;
	if (clause->kind == CLAUSE_RANGE)
		key.range = clause->bounds;
	if (clause->kind == CLAUSE_LENGTH)
		key.length = clause->bounds;
	return key;
}

/* A scalar whose own key is `own`, or NULL. */
static void judge_scalar(struct run *run, const struct demand *demand, const struct schema_key *own,
			 const struct node *node)
{
	bool placeholders = !run->options->no_placeholders;
	struct schema_key key = limiting_key(demand->clause, node, secret_is_kept(own, node->key, node->key_len));
	struct candidate candidate = {
		.key = &key,
		.type = node->type,
		.len = node->value.len,
		.clause = demand->clause,
	};
	BUF_AUTO room = BUF_INIT;

	candidate.text = scalar_bytes(&node->value, &room);
	if (!candidate.text) {
		run->failed = true;
		return;
	}
	if ((placeholders && clause_is_placeholder(node)) || !clause_holds_itself(own, node, placeholders) ||
	    limits[demand->clause->kind].judge(&candidate) == VERDICT_VALID)
		return;
	limits[demand->clause->kind].refuse(&candidate, &run->err);
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
	const char *path = demand->clause->keys.list[0];
	const struct node *node = clause_node(demand->dict, path), *element;
	const struct schema_key *own = clause_key(demand->key, path);

	if (node && node_is_scalar(node->type))
		judge_scalar(run, demand, own, node);
	if (!node || node->type != NODE_ARRAY || !clause_holds_itself(own, node, true))
		return;
	for (element = node_first(node); element; element = node_next(element))
		if (node_is_scalar(element->type))
			judge_scalar(run, demand, own ? schema_item(own) : NULL, element);
}

static void judge_items(struct run *run, const struct demand *demand)
{
	const struct texts *values = &demand->clause->values;
	const char *path = demand->clause->keys.list[0];
	const struct node *array = clause_node(demand->dict, path);
	size_t i;

	if (!array || array->type != NODE_ARRAY ||
	    !clause_holds_itself(clause_key(demand->key, path), array, true))
		return;
	for (i = 0; i < values->count; i++) {
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
	const struct schema_key *shape = schema_shape(visit->key);
	struct demand demand = { .key = visit->key, .dict = visit->node };
	size_t i;

	if (!shape->clause_count || visit->node->type != NODE_DICT || !schema_allows_type(visit->key, NODE_DICT))
		return;
	for (i = 0; i < shape->clause_count; i++) {
		demand.clause = &shape->clauses[i];
		if (clause_applies(demand.clause, visit->key, visit->node))
			judges[demand.clause->kind](run, &demand);
	}
}
