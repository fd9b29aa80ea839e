/* Is it a profile, and is everything there that must be? */
#include <string.h>
#include <strings.h>

#include "plist/schema/check_run.h"

/* Every payload has them, and so has the profile itself (Apple: TopLevel, CommonPayloadKeys). */
static const char *const payload_keys[] = { "PayloadIdentifier", "PayloadType", "PayloadUUID", "PayloadVersion" };

#define PAYLOAD_KEY_COUNT (sizeof(payload_keys) / sizeof(*payload_keys))

static bool is_payload_key(const char *name)
{
	size_t i;

	for (i = 0; i < PAYLOAD_KEY_COUNT; i++)
		if (strcmp(payload_keys[i], name) == 0)
			return true;
	return false;
}

/* An empty dictionary is a profile that lacks everything: so one begins that is made by hand. */
static bool looks_like_profile(const struct node *root)
{
	const struct node *child;

	if (root->type != NODE_DICT)
		return false;
	for (child = node_first(root); child; child = node_next(child))
		if (strncasecmp(child->key, "Payload", strlen("Payload")) == 0 ||
		    strcmp(child->key, "EncryptedPayloadContent") == 0)
			return true;
	return node_count(root) == 0;
}

void check_is_profile(struct run *run)
{
	run->is_profile = looks_like_profile(run->root);
	if (run->is_profile)
		return;
	if (run->root->type != NODE_DICT)
		say(run, "a configuration profile is a dictionary, and this property list is of the type %s",
		    node_type_name(run->root->type));
	else
		say(run, "this property list is no configuration profile: it has neither PayloadContent nor "
		    "PayloadType nor any other key of one");
	found_value(run, run->root);
}

/* Profiles of the old Profile Service have a dictionary there, and another PayloadType. */
static bool is_profile_service(const struct run *run)
{
	const struct node *type = node_get(run->root, "PayloadType");

	return !type || !node_is_text(type, "Configuration");
}

void check_content(struct run *run)
{
	enum node_type type = run->content ? run->content->type : NODE_ARRAY;

	if (type == NODE_ARRAY || (type == NODE_DICT && is_profile_service(run)))
		return;
	say(run, "PayloadContent is the array of the profile's payloads, not of the type %s", node_type_name(type));
	found_value(run, run->content);
}

static void find_payload_keys(struct run *run, const struct node *dict)
{
	size_t i;

	for (i = 0; i < PAYLOAD_KEY_COUNT; i++) {
		if (node_get(dict, payload_keys[i]))
			continue;
		say(run, "%s is missing: every payload and the profile itself must have it", payload_keys[i]);
		found_missing(run, dict, payload_keys[i]);
	}
}

void check_payload_keys(struct run *run)
{
	size_t i;

	find_payload_keys(run, run->root);
	for (i = 0; i < run->payload_count; i++)
		find_payload_keys(run, run->payloads[i].node);
}

/* The four keys above are looked for whether there is a schema or not; and what is encrypted is there. */
static bool is_demanded(const struct run *run, const struct visit *visit, const struct schema_key *key)
{
	const struct node *dict = visit->node;

	if (!key->required || !key->name)
		return false;
	if (dict == run->root && strcmp(key->name, "PayloadContent") == 0 &&
	    node_get(dict, "EncryptedPayloadContent"))
		return false;
	return !(is_payload_key(key->name) &&
		 (dict == run->root || (visit->payload && visit->payload->node == dict)));
}

void check_required(struct run *run, const struct visit *visit)
{
	const struct schema_key *shape = schema_shape(visit->key);
	size_t i;

	if (!shape->key_count || visit->node->type != NODE_DICT || !schema_allows_type(visit->key, NODE_DICT))
		return;
	for (i = 0; i < shape->key_count; i++) {
		if (!is_demanded(run, visit, shape->keys[i]) || node_get(visit->node, shape->keys[i]->name))
			continue;
		say(run, "%s is missing and required", shape->keys[i]->name);
		found_missing(run, visit->node, shape->keys[i]->name);
	}
}

void check_duplicate_keys(struct run *run)
{
	size_t i;

	for (i = 0; i < run->shadowed.count; i++) {
		say(run, "the key is there again further down in this dictionary, and readers take one of the two: "
		    "remove one");
		found_key(run, run->shadowed.list[i]);
	}
}
