/* Which values may be secret: what the schema calls so, and of what it does not know, what is called so. */
#include <string.h>

#include "fs/cmd/differences_parts.h"
#include "plist/merge.h"
#include "plist/schema/secret.h"

/* True for an element of the profile's PayloadContent. */
static bool is_payload(const struct node *node)
{
	const struct node *array = node->parent;

	return node->type == NODE_DICT && array->type == NODE_ARRAY && array->parent && !array->parent->parent &&
	       array->key && strcmp(array->key, "PayloadContent") == 0;
}

static const struct schema_key *payload_key(struct schema *schema, const struct node *payload)
{
	const struct node *type = node_get(payload, "PayloadType");
	const struct schema_key *key = NULL;

	if (!schema)
		return NULL;
	if (type && type->type == NODE_STRING)
		key = schema_payload(schema, type->value.at, type->value.len);
	return key ? key : schema_any_payload(schema);
}

static struct secrecy of_key(struct secrecy dict, const char *name, size_t len)
{
	bool known = dict.key && schema_allows_type(dict.key, NODE_DICT);
	const struct schema_key *key = known ? schema_child(dict.key, name, len) : NULL;

	return (struct secrecy){ key, dict.kept || secret_is_kept(key, name, len) };
}

/* How many bytes of a mark's name are those of what it is a version of, which may be a mark itself. */
static size_t without_marks(const char *name, size_t len)
{
	size_t of;

	while (merge_mark_of(name, len, &of) != MERGE_MARK_NONE)
		len = of;
	return len;
}

/* A mark that a merge left is as secret as the key that it is a version of, or the dict that it is in: its name does
 * not always tell which of the two it is. */
static struct secrecy of_entry(struct secrecy dict, const struct node *child)
{
	static const char REMOVED[] = "removed";
	size_t len = without_marks(child->key, child->key_len);

	if (len < child->key_len && child->type == NODE_DICT && len == strlen(REMOVED) &&
	    memcmp(child->key, REMOVED, len) == 0)
		return dict;
	return of_key(dict, child->key, len);
}

static struct secrecy of_element(struct secrecy array)
{
	bool known = array.key && schema_allows_type(array.key, NODE_ARRAY);
	const struct schema_key *key = known ? schema_item(array.key) : NULL;

	return (struct secrecy){ key, array.kept || (key && key->sensitive) };
}

struct secrecy secrecy_below(struct schema *schema, struct secrecy parent, const struct node *child)
{
	if (is_payload(child))
		return (struct secrecy){ payload_key(schema, child), parent.kept };
	return child->key ? of_entry(parent, child) : of_element(parent);
}

struct secrecy secrecy_of(struct schema *schema, const struct node *node)
{
	if (!node->parent)
		return (struct secrecy){ schema ? schema_profile(schema) : NULL, false };
	return secrecy_below(schema, secrecy_of(schema, node->parent), node);
}

bool secrecy_hides(const struct secrecy *secrecy, const struct node *node)
{
	return secrecy->kept && node_is_scalar(node->type) && node->type != NODE_BOOLEAN;
}
