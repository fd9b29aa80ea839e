/*
 * The walk that pairs nodes with the keys of the schema, from the profile down.
 *
 * A node below one that the schema says nothing of has no key and so no visit, but the walk goes on below it:
 * a key that is there twice is wrong wherever it is. So it also is without a schema.
 */
#include <stdlib.h>
#include <string.h>

#include "plist/merge.h"
#include "plist/schema/check_run.h"
#include "plist/schema/constraint.h"

static void walk(struct run *run, const struct node *node, const struct schema_key *key,
		 const struct payload *payload);

/* Makes room for one more element. False: out of memory. */
static bool grow(struct run *run, void **list, size_t count, size_t *size, size_t element)
{
	size_t wanted = *size ? *size * 2 : 64;
	void *grown;

	if (count < *size)
		return true;
	grown = realloc(*list, wanted * element);
	if (!grown) {
		run->failed = true;
		return false;
	}
	*list = grown;
	*size = wanted;
	return true;
}

static void add_visit(struct run *run, struct visits *to, const struct node *node, const struct schema_key *key,
		      const struct payload *payload)
{
	void *list = to->list;

	if (!grow(run, &list, to->count, &to->size, sizeof(*to->list)))
		return;
	to->list = list;
	to->list[to->count++] = (struct visit){ node, key, payload };
}

static void add_node(struct run *run, struct nodes *to, const struct node *node)
{
	void *list = to->list;

	if (!grow(run, &list, to->count, &to->size, sizeof(*to->list)))
		return;
	to->list = list;
	to->list[to->count++] = node;
}

static const struct node *string_in(const struct node *dict, const char *key)
{
	const struct node *node = node_get(dict, key);

	return node && node->type == NODE_STRING && node->value.len > 0 ? node : NULL;
}

/* What the schema has for a payload: the keys of its type, or those that every payload has. */
static void look_up_payload(struct run *run, struct payload *payload)
{
	const struct node *type = payload->type;
	BUF_AUTO told = BUF_INIT;

	if (!run->profile)
		return;
	if (!type && run->options->type_of)
		run->options->type_of(payload->node, &told);
	if (type)
		payload->key = schema_payload(run->options->schema, type->value.at, type->value.len);
	else if (told.len)
		payload->key = schema_payload(run->options->schema, told.data, told.len);
	payload->known = payload->key != NULL;
	if (!payload->known)
		payload->key = schema_any_payload(run->options->schema);
}

static void walk_payload(struct run *run, const struct node *node)
{
	struct payload *payload = &run->payloads[run->payload_count++];

	payload->node = node;
	payload->type = string_in(node, "PayloadType");
	payload->as_read = payload->type && payload->type->placed && !payload->type->changed;
	look_up_payload(run, payload);
	walk(run, node, payload->key, payload);
}

/* The profile's PayloadContent. Of the dictionary that it was in old Profile Service profiles, and of what is
 * encrypted, the schema knows nothing. */
static void walk_content(struct run *run, const struct node *content, const struct schema_key *key)
{
	const struct schema_key *item = key ? schema_item(key) : NULL;
	const struct node *child;

	run->content = content;
	if (content->type != NODE_ARRAY) {
		run->hidden = true;
		walk(run, content, NULL, NULL);
		return;
	}
	run->payloads = calloc(node_count(content) + 1, sizeof(*run->payloads));
	if (!run->payloads) {
		run->failed = true;
		return;
	}
	if (key)
		add_visit(run, &run->visits, content, key, NULL);
	for (child = node_first(content); child; child = node_next(child)) {
		if (child->type == NODE_DICT)
			walk_payload(run, child);
		else
			walk(run, child, item, NULL);
	}
}

static bool is_content(const struct run *run, const struct node *node)
{
	return node->parent == run->root && strcmp(node->key, "PayloadContent") == 0;
}

/* True for an unknown key where any key is taken, that is a mistake all the same. */
static bool is_usurped(const struct node *node, const struct schema_key *dict, const struct payload *payload)
{
	return payload && node->parent == payload->node &&
	       constraint_is_usurped(dict, payload->known, node->key, node->key_len);
}

static void walk_entry(struct run *run, const struct node *node, const struct schema_key *dict,
		       const struct payload *payload)
{
	const struct schema_key *key = dict ? schema_child(dict, node->key, node->key_len) : NULL;

	if (dict && ((!key && !schema_is_open(dict)) || is_usurped(node, dict, payload)))
		add_visit(run, &run->unknown, node, dict, payload);
	if (is_content(run, node))
		walk_content(run, node, key);
	else
		walk(run, node, key, payload);
}

/* What is to be removed, or renamed first, is not held against the schema. */
static void walk_mark(struct run *run, const struct node *node)
{
	add_node(run, &run->marks, node);
	walk(run, node, NULL, NULL);
}

/* The links themselves, as node_next() passes over the nodes that are shadowed. */
static void walk_dict(struct run *run, const struct node *dict, const struct schema_key *key,
		      const struct payload *payload)
{
	const struct node *child;

	for (child = node_first_link(dict); child; child = child->next) {
		if (child->removed)
			continue;
		if (child->shadowed)
			add_node(run, &run->shadowed, child);
		else if (merge_mark_of(child->key, child->key_len, NULL))
			walk_mark(run, child);
		else
			walk_entry(run, child, key, payload);
	}
}

static bool is_bound_to_platforms(const struct schema_key *key)
{
	unsigned i = 0;

	while (i < PLATFORM_COUNT && !key->support[i])
		i++;
	return i < PLATFORM_COUNT;
}

/* True if no check finds anything in a scalar of this key: it is any value, as those of payloads that the schema does
 * not know are. There may be a million of them. */
static bool is_any_value(const struct schema_key *key)
{
	return key->types == TYPES_ANY && key->values.count == 0 && !key->range.min && !key->range.max &&
	       !key->length.min && !key->length.max && !key->format && !key->subtype && !key->bits &&
	       key->refs.count == 0 && !key->immutable && !is_bound_to_platforms(key);
}

static void walk(struct run *run, const struct node *node, const struct schema_key *key,
		 const struct payload *payload)
{
	const struct schema_key *item = key && node->type == NODE_ARRAY ? schema_item(key) : NULL;
	const struct node *child;

	if (node_is_scalar(node->type) && (!key || is_any_value(key)))
		return;
	if (key)
		add_visit(run, &run->visits, node, key, payload);
	if (node->type == NODE_DICT) {
		walk_dict(run, node, key && schema_allows_type(key, NODE_DICT) ? key : NULL, payload);
		return;
	}
	for (child = node_first(node); child; child = node_next(child))
		walk(run, child, item, payload);
}

void walk_profile(struct run *run)
{
	if (run->options->schema) {
		run->profile = schema_profile(run->options->schema);
		if (!run->profile)
			run->failed = true;
	}
	walk(run, run->root, run->profile, NULL);
	if (run->root->type == NODE_DICT && node_get(run->root, "EncryptedPayloadContent"))
		run->hidden = true;
}
