/* A value against its key. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/placeholder.h"
#include "plist/schema/check_run.h"
#include "plist/schema/constraint.h"
#include "plist/schema/secret.h"

/* Elements have their array's name. */
static bool is_secret(const struct schema_key *key, const struct node *node)
{
	while (!node->key && node->parent)
		node = node->parent;
	return secret_is_kept(key, node->key, node->key_len);
}

/* The key, which hides the value if it may be a secret. */
static struct schema_key judging_key(const struct visit *visit)
{
	struct schema_key key = *visit->key;

	key.sensitive = is_secret(visit->key, visit->node);
	return key;
}

static double real_of(struct run *run, const struct node *node)
{
	BUF_AUTO room = BUF_INIT;
	const char *text = node_text(node, &room);

	if (!text)
		run->failed = true;
	return text ? strtod(text, NULL) : 0;
}

/* 1.0 where an integer belongs: readers take it, and profiles that work have it. */
static bool is_whole_real(struct run *run, const struct visit *visit)
{
	const struct node *node = visit->node;
	double value;

	if (node->type != NODE_REAL || schema_allows_type(visit->key, NODE_REAL) ||
	    !schema_allows_type(visit->key, NODE_INTEGER) || node_is_placeholder(node))
		return false;
	value = real_of(run, node);
	return fabs(value) < 1e15 && floor(value) == value;
}

static int judge_whole_real(struct run *run, const struct schema_key *key, const struct visit *visit)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%.0f", real_of(run, visit->node) + 0.0);

	return constraint_check(key, NODE_INTEGER, text, (size_t)len, false, &run->err);
}

/* Whether a value is a secret, only a message has to know. */
static int judge_scalar(struct run *run, const struct visit *visit)
{
	const struct node *node = visit->node;
	bool placeholders = !run->options->no_placeholders;
	struct schema_key key;

	if (constraint_takes(visit->key, &node->value, placeholders))
		return 0;
	key = judging_key(visit);
	return constraint_check_value(&key, &node->value, placeholders, &run->err);
}

static int judge_value(struct run *run, const struct visit *visit)
{
	const struct node *node = visit->node;
	struct schema_key key;

	if (is_whole_real(run, visit)) {
		key = judging_key(visit);
		return judge_whole_real(run, &key, visit);
	}
	if (constraint_type(visit->key, node->type, &run->err) < 0)
		return -1;
	if (node->type == NODE_ARRAY)
		return constraint_items(visit->key, node_count(node), &run->err);
	return node_is_scalar(node->type) ? judge_scalar(run, visit) : 0;
}

/* Devices do not look at AccessRights where ManagedAppleID is. */
static bool is_ignored(const struct run *run, const struct node *node)
{
	return run->err.rule && strcmp(run->err.rule, "access-rights") == 0 && node->parent &&
	       node_get(node->parent, "ManagedAppleID");
}

static void report_real(struct run *run, const struct schema_key *key, const struct node *node)
{
	say(run, "is a real where an integer belongs: write ");
	if (is_secret(key, node))
		say(run, "it as an <integer>");
	else
		say(run, "<integer>%.0f</integer>", real_of(run, node));
	say(run, ", as not every server takes it");
	found(run, &(struct finding){ .severity = SEVERITY_WARNING, .rule = "wrong-type", .node = node });
}

/* True for a value of the source under a key of the source: its payload has the same type, and neither it was moved nor
 * what it is in. Whether rights are looked at is a matter of another key (is_ignored()). */
static bool is_as_read(const struct visit *visit)
{
	const struct node *node = visit->node;

	if (!node_is_scalar(node->type) || visit->key->bits || (visit->payload && !visit->payload->as_read))
		return false;
	while (node->parent && node->placed && !node->changed)
		node = node->parent;
	return !node->parent;
}

void check_value(struct run *run, const struct visit *visit)
{
	if (run->options->only_edited && is_as_read(visit))
		return;
	if (judge_value(run, visit) == 0) {
		if (is_whole_real(run, visit))
			report_real(run, visit->key, visit->node);
		return;
	}
	if (is_ignored(run, visit->node))
		return;
	if (!run->err.rule) {
		run->failed = true; /* what is not the value's fault is the machine's */
		return;
	}
	buf_add_text(&run->text, run->err.text);
	found(run, &(struct finding){ .severity = run->check->severity, .rule = run->err.rule, .node = visit->node });
}

/* The array's elements; dictionaries and arrays are no values that could be equal. NULL: there are none. */
static struct same *list_elements(struct run *run, const struct node *array, size_t *count)
{
	struct same *list = calloc(node_count(array) + 1, sizeof(*list));
	const struct node *child;

	*count = 0;
	if (!list) {
		run->failed = true;
		return NULL;
	}
	for (child = node_first(array); child; child = node_next(child)) {
		if (!node_is_scalar(child->type))
			continue;
		list[*count] = (struct same){ .node = child, .position = *count };
		(*count)++;
	}
	return list;
}

static void say_value(struct run *run, const struct node *node)
{
	BUF_AUTO room = BUF_INIT;
	const char *bytes = scalar_bytes(&node->value, &room);

	if (bytes)
		say_quoted(run, bytes, node->value.len);
	else
		run->failed = true;
}

void check_elements(struct run *run, const struct visit *visit)
{
	struct same *list;
	size_t count, i;

	if (!visit->key->unique || visit->node->type != NODE_ARRAY)
		return;
	list = list_elements(run, visit->node, &count);
	if (!list)
		return;
	same_find(list, count, false);
	for (i = 0; i < count; i++) {
		if (!list[i].again)
			continue;
		if (is_secret(visit->key, visit->node) || is_secret(schema_item(visit->key), list[i].node))
			say(run, "the value");
		else
			say_value(run, list[i].node);
		say(run, " is in the array already, and each value may be there once");
		found_value(run, list[i].node);
	}
	free(list);
}

/* A number past ULLONG_MAX still is with its first digits alone, as it has no zeros before them. */
static unsigned long long flags_of(const struct scalar *integer)
{
	char text[32];
	size_t len = integer->len < sizeof(text) ? integer->len : sizeof(text) - 1;

	memcpy(text, integer->at, len);
	text[len] = '\0';
	return strtoull(text, NULL, 10);
}

/* The flags that the new value has and the old one had not; 0 too if one of the two is no number. */
static unsigned long long added_flags(const struct node *node)
{
	const struct scalar *was = node_was(node);

	if (node->type != NODE_INTEGER || was->type != NODE_INTEGER)
		return 0;
	return flags_of(&node->value) & ~flags_of(was);
}

void check_immutable(struct run *run, const struct visit *visit)
{
	const struct node *node = visit->node;
	const struct scalar *was = node_was(node);

	if (!visit->key->immutable || !node->changed || !was || !was->len)
		return; /* no device has a profile in which it is empty */
	if (visit->key->bits && !added_flags(node))
		return;
	if (visit->key->bits)
		say(run, "devices that have this profile refuse an update that adds a right");
	else
		say(run, "devices that have this profile refuse an update that changes %s",
		    node->key ? node->key : "this value");
	found_value(run, node);
}

static bool has_placeholder(const struct node *node)
{
	if (node->type == NODE_DATA)
		return node_is_placeholder(node);
	return placeholder_inside(node->value.at, node->value.len);
}

bool array_may_hold(const struct run *run, const struct node *array, const char *text)
{
	const struct node *element;

	for (element = node_first(array); element; element = node_next(element)) {
		if (node_is_text(element, text))
			return true;
		if (!run->options->no_placeholders && has_placeholder(element))
			return true;
	}
	return false;
}
