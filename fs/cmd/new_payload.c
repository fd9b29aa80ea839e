#include "fs/cmd/new_payload.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fs/tree/uuid.h"
#include "plist/schema/check.h"
#include "plist/schema/clause.h"
#include "plist/schema/constraint.h"
#include "plist/schema/describe.h"

/* Against a schema whose required keys nest without end, or ask for more than anybody would fill in by hand. */
#define DEPTH_MAX 16
#define VALUES_MAX 512

/* --- nodes ------------------------------------------------------------------------------------------ */

static const char *empty_value(enum node_type type)
{
	switch (type) {
	case NODE_INTEGER:
		return "0";
	case NODE_REAL:
		return "0.0";
	case NODE_BOOLEAN:
		return "false";
	case NODE_DATE:
		return "2001-01-01T00:00:00Z";
	default:
		return "";
	}
}

/* A new child at its place; key NULL in an array. NULL: out of memory. */
static struct node *add(struct node *parent, struct node *before, const char *key, enum node_type type,
			const char *text)
{
	struct node *child = node_new(type);

	if (!child)
		return NULL;
	if ((node_is_scalar(type) && node_set(child, type, text, strlen(text)) < 0) ||
	    node_insert(parent, before, child, key, key ? strlen(key) : 0) < 0) {
		node_free(child);
		return NULL;
	}
	return child;
}

int new_payload_add(struct node *dict, struct node *before, const char *key, const char *text)
{
	return add(dict, before, key, NODE_STRING, text) ? 0 : -1;
}

/* --- identity --------------------------------------------------------------------------------------- */

static bool is_taken(const struct maker *maker, const char *identifier)
{
	size_t len = strlen(identifier), i;
	const struct node *node;

	for (i = 0; i < maker->count; i++) {
		node = maker->payloads[i].node ? node_get(maker->payloads[i].node, "PayloadIdentifier") : NULL;
		if (node && node->value.len == len && strncasecmp(node->value.at, identifier, len) == 0)
			return true;
	}
	return false;
}

/* Below the profile's: ID.TYPE, and ID.TYPE.2 for the second. */
static void make_identifier(const struct maker *maker, const struct new_payload *payload, struct buf *out)
{
	const struct node *above = node_get(maker->root, "PayloadIdentifier");
	size_t number = 1, len;

	if (above)
		buf_add(out, above->value.at, above->value.len);
	buf_add_format(out, ".%s", payload->type);
	len = out->len;
	while (buf_ok(out) && is_taken(maker, buf_text(out))) {
		buf_resize(out, len);
		buf_add_format(out, ".%zu", ++number);
	}
}

int new_payload_begin(struct maker *maker, struct new_payload *payload)
{
	struct node *content = node_get(maker->root, "PayloadContent"), *node;
	BUF_AUTO identifier = BUF_INIT;
	char uuid[UUID_SIZE];

	make_identifier(maker, payload, &identifier);
	uuid_make(uuid);
	node = buf_ok(&identifier) ? add(content, NULL, NULL, NODE_DICT, "") : NULL;
	if (!node || !add(node, NULL, "PayloadIdentifier", NODE_STRING, buf_text(&identifier)) ||
	    !add(node, NULL, "PayloadType", NODE_STRING, payload->type) ||
	    !add(node, NULL, "PayloadUUID", NODE_STRING, uuid) ||
	    !add(node, NULL, "PayloadVersion", NODE_INTEGER, "1"))
		return -1;
	payload->node = node;
	return 0;
}

/* --- values that can be known ----------------------------------------------------------------------- */

static bool is_in(const struct texts *texts, const char *text)
{
	size_t i;

	for (i = 0; i < texts->count; i++)
		if (strcmp(texts->list[i], text) == 0)
			return true;
	return false;
}

static bool is_inside(const struct node *node, const struct node *outer)
{
	while (node && node != outer)
		node = node->parent;
	return node != NULL;
}

/* The UUID of the first payload that may be referred to, other than the one that refers. NULL: none. */
static const char *find_reference(const struct maker *maker, const struct schema_key *key,
				  const struct node *parent, struct buf *room)
{
	const struct node *uuid;
	size_t i;

	for (i = 0; i < maker->count; i++)
		if (is_in(&key->refs, maker->payloads[i].type) && !is_inside(parent, maker->payloads[i].node)) {
			uuid = node_get(maker->payloads[i].node, "PayloadUUID");
			return uuid ? node_text(uuid, room) : NULL;
		}
	return NULL;
}

/* A reference that can be made (in `room`), the default, the only value that is allowed: if it is valid. NULL: only the
 * user knows, or memory ran out, which `room` tells. */
static const char *find_value(const struct maker *maker, const struct schema_key *key, enum node_type type,
			      const struct node *parent, struct buf *room)
{
	const char *const candidates[] = {
		find_reference(maker, key, parent, room),
		key->default_value,
		key->values.count == 1 && !key->custom_values ? key->values.list[0] : NULL,
	};
	struct error ignored;
	size_t i;

	for (i = 0; i < sizeof(candidates) / sizeof(*candidates); i++)
		if (candidates[i] && *candidates[i] &&
		    constraint_check(key, type, candidates[i], strlen(candidates[i]), false, &ignored) == 0)
			return candidates[i];
	return NULL;
}

/* --- what is open ----------------------------------------------------------------------------------- */

static void leave_open(struct maker *maker, struct node *node, const char *what, const char *allowed)
{
	BUF_AUTO path = BUF_INIT;

	node->user = maker;
	check_path(node, &path);
	problems_say(&maker->open, SEVERITY_NOTE, NULL, buf_text(&path), "%s: %s", what, allowed);
}

/* "the PayloadUUID of a payload of type a or b". */
static void add_references(const struct texts *refs, struct buf *out)
{
	size_t i;

	buf_add_text(out, "the PayloadUUID of a payload of type ");
	for (i = 0; i < refs->count; i++) {
		if (i)
			buf_add_text(out, i + 1 < refs->count ? ", " : " or ");
		buf_add_text(out, refs->list[i]);
	}
}

static void leave_scalar_open(struct maker *maker, struct node *node, const struct schema_key *key)
{
	BUF_AUTO allowed = BUF_INIT;

	if (key->refs.count)
		add_references(&key->refs, &allowed);
	else
		constraint_allowed(key, &allowed);
	leave_open(maker, node, "is still to be filled in", buf_text(&allowed));
}

static void leave_container_open(struct maker *maker, struct node *node, const struct schema_key *key)
{
	BUF_AUTO type = BUF_INIT;

	describe_type(key, &type);
	if (node->type == NODE_DICT && schema_shape(key)->key_count) {
		const struct schema_key *first = schema_shape(key)->keys[0];

		buf_add_format(&type, " with keys such as %s", first->name);
	}
	leave_open(maker, node, "is still empty", buf_text(&type));
}

/* --- filling ---------------------------------------------------------------------------------------- */

static bool is_too_much(const struct maker *maker, unsigned depth)
{
	return depth >= DEPTH_MAX || maker->made >= VALUES_MAX;
}

static int fill_dict(struct maker *maker, struct node *dict, const struct schema_key *key, unsigned depth);
static int fill_array(struct maker *maker, struct node *array, const struct schema_key *key, unsigned depth);

static int fill_container(struct maker *maker, struct node *node, const struct schema_key *key, unsigned depth)
{
	int result = node->type == NODE_DICT ? fill_dict(maker, node, key, depth) : fill_array(maker, node, key, depth);

	if (result == 0 && node_count(node) == 0)
		leave_container_open(maker, node, key);
	return result;
}

/* Adds what a key requires: `name` NULL for an element. */
static int make(struct maker *maker, struct node *parent, struct node *before, const struct schema_key *key,
		const char *name, unsigned depth)
{
	enum node_type type = key->type < NODE_TYPE_COUNT ? key->type : NODE_STRING;
	BUF_AUTO room = BUF_INIT;
	const char *value = node_is_scalar(type) ? find_value(maker, key, type, parent, &room) : NULL;
	struct node *node;

	if (!buf_ok(&room))
		return -1;
	node = add(parent, before, name, type, value ? value : empty_value(type));
	if (!node)
		return -1;
	maker->made++;
	if (!node_is_scalar(type))
		return fill_container(maker, node, key, depth + 1);
	if (!value)
		leave_scalar_open(maker, node, key);
	return 0;
}

static int fill_array(struct maker *maker, struct node *array, const struct schema_key *key, unsigned depth)
{
	const struct schema_key *item = schema_item(key);
	unsigned long least = key->items.min ? strtoul(key->items.min, NULL, 10) : 0;
	int result = 0;

	while (item && node_count(array) < least && !is_too_much(maker, depth) && result == 0)
		result = make(maker, array, NULL, item, NULL, depth);
	return result;
}

/* The key that a clause asks for and that can be made; NULL: it asks for nothing, or has it. */
static const struct schema_key *find_needed(const struct clause *clause, const struct schema_key *key,
					    const struct node *dict)
{
	const struct schema_key *needed = NULL;
	size_t i;

	if (clause->kind != CLAUSE_NEED || !clause_applies(clause, key, dict))
		return NULL;
	for (i = 0; i < clause->keys.count; i++) {
		const char *name = clause->keys.list[i];

		if (node_get(dict, name))
			return NULL;
		if (!needed)
			needed = schema_declared(key, name, strlen(name));
	}
	return needed;
}

/* What is added for one clause may make another apply, so they are asked again after each. */
static int fill_needs(struct maker *maker, struct node *dict, struct node *before, const struct schema_key *key,
		      unsigned depth)
{
	const struct schema_key *shape = schema_shape(key), *needed;
	size_t i = 0;

	while (i < shape->clause_count) {
		needed = find_needed(&shape->clauses[i++], key, dict);
		if (!needed)
			continue;
		if (make(maker, dict, before, needed, needed->name, depth) < 0)
			return -1;
		i = 0;
	}
	return 0;
}

/* Before what is there. */
static int fill_dict(struct maker *maker, struct node *dict, const struct schema_key *key, unsigned depth)
{
	const struct schema_key *shape = schema_shape(key);
	struct node *before = node_first(dict);
	size_t i;

	if (is_too_much(maker, depth))
		return 0;
	for (i = 0; i < shape->key_count; i++) {
		const struct schema_key *child = shape->keys[i];

		if (child->required && !node_get(dict, child->name) &&
		    make(maker, dict, before, child, child->name, depth) < 0)
			return -1;
	}
	return fill_needs(maker, dict, before, key, depth);
}

int new_payload_fill(struct maker *maker, struct node *dict, const struct schema_key *key)
{
	return fill_dict(maker, dict, key, 0);
}
