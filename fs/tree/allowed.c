#include "fs/tree/allowed.h"

#include <stdio.h>
#include <string.h>

#include "fs/tree/names.h"
#include "plist/schema/constraint.h"
#include "plist/schema/secret.h"

#define PAYLOAD_TYPE "PayloadType"

#define TYPES_OF_LINES (TYPES_ANY & ~(TYPE_BIT(NODE_DICT) | TYPE_BIT(NODE_ARRAY) | TYPE_BIT(NODE_DATA)))

static struct schema *schema_of(const struct tree *tree)
{
	return tree->profile->checks.schema;
}

bool allowed_is_strict(const struct tree *tree)
{
	return schema_of(tree) && tree->profile->options.check == CHECK_STRICT;
}

/* By the PayloadType that is there, else by the directory's name, whole or without its number. */
static const struct schema_key *payload_of(struct tree *tree, const struct item *payload)
{
	struct schema *schema = schema_of(tree);
	const struct node *type = payload->node ? node_get(payload->node, PAYLOAD_TYPE) : NULL;
	const char *name = item_name(payload);
	const struct schema_key *found = NULL;
	BUF_AUTO whole = BUF_INIT, base = BUF_INIT;

	if (type && type->type == NODE_STRING) {
		found = schema_payload(schema, type->value.at, type->value.len);
	} else if (name_to_key(name, &whole) == 0 && name_to_payload_type(name, &base) == 0) {
		found = schema_payload(schema, buf_text(&whole), whole.len);
		if (!found)
			found = schema_payload(schema, buf_text(&base), base.len);
	}
	return found ? found : schema_any_payload(schema);
}

static bool is_payload(const struct item *dir)
{
	return dir->parent && dir->parent->dir->shape == SHAPE_PAYLOADS;
}

static const struct schema_key *find_dir(struct tree *tree, const struct item *dir)
{
	struct entry entry;

	if (is_payload(dir))
		return payload_of(tree, dir);
	entry = entry_of_item(dir);
	return allowed_entry(tree, &entry);
}

/* Where one entry is asked for, mostly its neighbours are, too. What a directory is called and its PayloadType change
 * with a commit, or with allowed_forget(). */
const struct schema_key *allowed_dir(struct tree *tree, const struct item *dir)
{
	uint64_t commits = tree->profile->commits;
	const struct schema_key *key;

	if (!schema_of(tree) || dir->kind != ITEM_DIR)
		return NULL;
	if (!dir->parent)
		return dir == tree->root ? schema_profile(schema_of(tree)) : NULL;
	if (tree->asked.dir == dir && tree->asked.commits == commits)
		return tree->asked.key;
	key = find_dir(tree, dir);
	if (schema_failed(schema_of(tree)))
		allowed_forget(tree); /* memory was missing: perhaps there is some the next time */
	else
		tree->asked = (struct asked_dir){ .dir = dir, .commits = commits, .key = key };
	return key;
}

void allowed_forget(struct tree *tree)
{
	tree->asked.dir = NULL;
}

/* The keys of a dict's directory, if the schema has that for a dict. */
static const struct schema_key *keys_of(struct tree *tree, const struct item *dir)
{
	const struct schema_key *owner = dir->dir->shape == SHAPE_DICT ? allowed_dir(tree, dir) : NULL;

	return owner && schema_allows_type(owner, NODE_DICT) ? owner : NULL;
}

const struct schema_key *allowed_entry(struct tree *tree, const struct entry *entry)
{
	const struct schema_key *owner;
	BUF_AUTO room = BUF_INIT;
	struct key key;

	if (entry->dir->dir->shape == SHAPE_ARRAY) {
		owner = allowed_dir(tree, entry->dir);
		return owner && schema_allows_type(owner, NODE_ARRAY) ? schema_item(owner) : NULL;
	}
	owner = keys_of(tree, entry->dir);
	if (!owner || entry_key(entry, &room, &key) < 0)
		return NULL;
	return schema_child(owner, key.bytes, key.len);
}

struct allowed_entries allowed_entries(struct tree *tree, const struct item *dir)
{
	const struct schema_key *owner = allowed_dir(tree, dir);
	struct allowed_entries entries = { NULL, NULL };

	if (!owner)
		return entries;
	switch (dir->dir->shape) {
	case SHAPE_ARRAY:
		if (schema_allows_type(owner, NODE_ARRAY))
			entries.each = schema_item(owner);
		break;
	case SHAPE_DICT:
		if (!schema_allows_type(owner, NODE_DICT))
			break;
		entries.each = schema_undeclared(owner);
		entries.declaring = schema_shape(owner)->key_count ? schema_shape(owner) : NULL;
		break;
	case SHAPE_PAYLOADS:
		break;
	}
	return entries;
}

const struct schema_key *allowed_payload(struct tree *tree, const struct item *item)
{
	while (item->parent && !(item->kind == ITEM_DIR && is_payload(item)))
		item = item->parent;
	return allowed_dir(tree, item);
}

bool allowed_is_declared(struct tree *tree, const struct entry *entry)
{
	const struct schema_key *owner = keys_of(tree, entry->dir);
	BUF_AUTO room = BUF_INIT;
	struct key key;

	return owner && entry_key(entry, &room, &key) == 0 && schema_declared(owner, key.bytes, key.len);
}

/* True for the top of a plist that is no configuration profile: of its keys nothing is known for sure. */
static bool is_something_else(const struct tree *tree, const struct item *dir)
{
	const struct node *type;
	struct entry entry;

	if (dir != tree->root)
		return false;
	entry = entry_of(dir, PAYLOAD_TYPE);
	type = entry_node(&entry, entry.shown);
	return !(type && node_is_scalar(type->type) && node_is_text(type, "Configuration"));
}

/* True if the schema has a dict's directory take that key. */
static bool takes_key(struct tree *tree, const struct item *dir, const struct schema_key *owner, const struct key *key)
{
	bool known = owner != schema_any_payload(schema_of(tree));

	if (is_payload(dir) && constraint_is_usurped(owner, known, key->bytes, key->len))
		return false;
	return schema_is_open(owner) || schema_child(owner, key->bytes, key->len);
}

int allowed_check_name(struct tree *tree, const struct entry *entry, struct error *err)
{
	const struct schema_key *owner;
	BUF_AUTO room = BUF_INIT;
	struct key key;
	size_t len;

	if (!allowed_is_strict(tree) || tree->profile->options.unknown_allowed)
		return 0;
	owner = keys_of(tree, entry->dir);
	if (!owner || is_something_else(tree, entry->dir) || entry_key(entry, &room, &key) < 0 ||
	    takes_key(tree, entry->dir, owner, &key))
		return 0;
	constraint_unknown(owner, key.bytes, key.len, err);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len,
		 " (-o unknown=allow takes it all the same; -o schema= reads a newer schema)");
	return -1;
}

enum node_type allowed_container_type(const struct schema_key *key)
{
	bool array = key && schema_allows_type(key, NODE_ARRAY), dict = key && schema_allows_type(key, NODE_DICT);

	if (array == dict)
		return NODE_TYPE_COUNT;
	return array ? NODE_ARRAY : NODE_DICT;
}

int allowed_container(struct tree *tree, const struct entry *entry, enum node_type *type, struct error *err)
{
	const struct schema_key *key = allowed_entry(tree, entry);

	*type = allowed_container_type(key);
	if (!key || schema_allows_type(key, NODE_ARRAY) || schema_allows_type(key, NODE_DICT) ||
	    !allowed_is_strict(tree))
		return 0;
	return constraint_type(key, NODE_DICT, err);
}

int allowed_check_said(struct tree *tree, const struct entry *entry, const struct said *said, struct error *err)
{
	const struct schema_key *key = allowed_is_strict(tree) ? allowed_entry(tree, entry) : NULL;
	const struct schema_key *item;
	size_t i;

	if (!key || said->type == NODE_TYPE_COUNT)
		return 0;
	if (constraint_type(key, said->type, err) < 0)
		return -1;
	item = said->type == NODE_ARRAY ? schema_item(key) : NULL;
	for (i = 0; item && i < said->item_count; i++)
		if (constraint_type(item, said->items[i], err) < 0)
			return -1;
	return 0;
}

static int check_node(const struct tree *tree, const struct schema_key *key, const struct node *node,
		      const struct node **culprit, struct error *err);

static int check_entry(const struct tree *tree, const struct schema_key *dict, const struct node *node,
		       const struct node **culprit, struct error *err)
{
	const struct schema_key *key = schema_child(dict, node->key, node->key_len);

	if (key || tree->profile->options.unknown_allowed || schema_is_open(dict))
		return check_node(tree, key, node, culprit, err);
	*culprit = node;
	return constraint_unknown(dict, node->key, node->key_len, err);
}

static int check_node(const struct tree *tree, const struct schema_key *key, const struct node *node,
		      const struct node **culprit, struct error *err)
{
	struct schema_key judging;
	const struct node *child;
	int result;

	*culprit = node;
	if (!key)
		return 0;
	judging = *key;
	judging.sensitive = secret_is_kept(key, node->key, node->key_len);
	if (node_is_scalar(node->type))
		return constraint_check_value(&judging, &node->value, !tree->profile->options.no_placeholders, err);
	result = constraint_type(key, node->type, err);
	for (child = node_first(node); child && result == 0; child = node_next(child))
		result = node->type == NODE_DICT ? check_entry(tree, key, child, culprit, err) :
						   check_node(tree, schema_item(key), child, culprit, err);
	return result;
}

int allowed_check_container(const struct tree *tree, const struct schema_key *key, const struct node *container,
			    const struct node **culprit, struct error *err)
{
	return allowed_is_strict(tree) ? check_node(tree, key, container, culprit, err) : 0;
}

bool allowed_lines_of(const struct schema_key *key)
{
	const struct schema_key *item = key && schema_allows_type(key, NODE_ARRAY) ? schema_item(key) : NULL;

	return !item || (item->types & TYPES_OF_LINES);
}

bool allowed_lines(struct tree *tree, const struct item *dir, const char *name)
{
	const struct entry entry = entry_of(dir, name);

	return allowed_lines_of(allowed_entry(tree, &entry));
}
