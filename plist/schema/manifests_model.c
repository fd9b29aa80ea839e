#include "plist/schema/manifests_model.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "plist/value.h"

/* --- values of pfm_ keys ------------------------------------------------------------------------------- */

int manifest_error(struct manifest *manifest, const struct node *node, const char *format, ...)
{
	unsigned long line = 0, column = 0;
	va_list args;

	va_start(args, format);
	error_set_args(manifest->err, EINVAL, format, args);
	va_end(args);
	error_in_file(manifest->err, manifest->file);
	doc_position(manifest->doc, node->source.element.start, &line, &column);
	error_at(manifest->err, line, column);
	return -1;
}

int manifest_value(struct manifest *manifest, const struct node *dict, const char *key, enum node_type type,
		   const struct node **value)
{
	*value = node_get(dict, key);
	if (!*value)
		return 0;
	if ((*value)->type == type)
		return 1;
	return manifest_error(manifest, *value, "%s is of type %s: it must be of type %s", key,
			      node_type_name((*value)->type), node_type_name(type));
}

int manifest_flag(struct manifest *manifest, const struct node *dict, const char *key)
{
	const struct node *value;
	int found = manifest_value(manifest, dict, key, NODE_BOOLEAN, &value);

	return found <= 0 ? found : node_is_text(value, "true");
}

const char *manifest_string(struct manifest *manifest, const struct node *value)
{
	const char *text = arena_text(manifest->arena, value->value.at, value->value.len);

	if (!text)
		error_memory(manifest->err);
	return text;
}

bool manifest_plain(const struct node *scalar)
{
	const struct scalar *value = &scalar->value;

	return node_is_scalar(scalar->type) && scalar->type != NODE_DATA && !node_is_placeholder(scalar) &&
	       value_is_text(value->at, value->len) && !memchr(value->at, '\r', value->len);
}

int manifest_text(struct manifest *manifest, const struct node *dict, const char *key, const char **text)
{
	const struct node *value;
	int found = manifest_value(manifest, dict, key, NODE_STRING, &value);

	*text = NULL;
	if (found <= 0)
		return found;
	if (value->value.len == 0 || !manifest_plain(value))
		return 0;
	*text = manifest_string(manifest, value);
	return *text ? 1 : -1;
}

/* --- types -------------------------------------------------------------------------------------------- */

/* What the files write as a type. The last ones are of an older form of them. */
static const struct {
	const char *theirs, *ours;
} types[] = {
	{ "array", "array" },
	{ "boolean", "boolean" },
	{ "data", "data" },
	{ "date", "date" },
	{ "dictionary", "dict" },
	{ "float", "real" },
	{ "integer", "integer" },
	{ "real", "real" },
	{ "string", "string" },
	{ "any", "any" },
	{ "dict", "dict" },
	{ "url", "string" },
	{ "alias", "any" },
	{ "union policy", "any" },
};

#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))
#define TYPES_TOLD 9 /* how many of them a message names */

static int say_unknown_type(struct manifest *manifest, const struct node *value)
{
	const char *text = manifest_string(manifest, value);
	BUF_AUTO allowed = BUF_INIT;
	size_t i;

	if (!text)
		return -1;
	for (i = 0; i < TYPES_TOLD; i++)
		buf_add_format(&allowed, "%s%s", i ? ", " : "", types[i].theirs);
	return manifest_error(manifest, value, "pfm_type is '%s': it must be one of %s", text,
			      buf_text(&allowed));
}

static int read_type(struct manifest *manifest, struct manifest_key *key)
{
	const struct node *value;
	int found = manifest_value(manifest, key->node, "pfm_type", NODE_STRING, &value);
	size_t i;

	key->type = "any";
	if (found <= 0)
		return found;
	for (i = 0; i < TYPE_COUNT; i++)
		if (node_is_text(value, types[i].theirs)) {
			key->type = types[i].ours;
			return 0;
		}
	return say_unknown_type(manifest, value);
}

/* --- names and roles ---------------------------------------------------------------------------------- */

/* What every payload has: the schema says it once for all. */
static bool is_common(const char *name)
{
	static const char *const common[] = { "PayloadDescription", "PayloadDisplayName", "PayloadEnabled",
					      "PayloadIdentifier", "PayloadOrganization", "PayloadType",
					      "PayloadUUID", "PayloadVersion" };
	size_t i;

	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcmp(common[i], name) == 0)
			return true;
	return false;
}

static const struct manifest_key *find_sibling(const struct manifest_key *key, enum manifest_role role)
{
	const struct manifest_key *other;

	for (other = key->parent->first; other; other = other->next)
		if (other->role == role && strcmp(other->name, key->name) == 0)
			return other;
	return NULL;
}

/* Widgets of an editor: PFC_SegmentedControl_0, and what says of itself that it is never exported. */
static int is_widget(struct manifest *manifest, const struct manifest_key *key)
{
	if (strncasecmp(key->name, "PFC_", 4) == 0 || node_get(key->node, "pfm_segments"))
		return 1;
	return manifest_flag(manifest, key->node, "pfm_excluded");
}

/* In a dict, {{value}} stands for what is under any key, and {{key}} for that key. */
static int read_dict_role(struct manifest *manifest, struct manifest_key *key)
{
	int widget = is_widget(manifest, key);

	if (widget < 0)
		return -1;
	key->role = MANIFEST_LEFT_OUT;
	if (widget || !*key->name || strcmp(key->name, "{{key}}") == 0)
		return 0;
	if (strcmp(key->name, "{{value}}") == 0) {
		if (!find_sibling(key, MANIFEST_OTHERS))
			key->role = MANIFEST_OTHERS;
		return 0;
	}
	if (key->parent == &manifest->root && is_common(key->name))
		return 0;
	if (!find_sibling(key, MANIFEST_KEY))
		key->role = MANIFEST_KEY;
	return 0;
}

static int read_role(struct manifest *manifest, struct manifest_key *key)
{
	const char *name;

	if (manifest_text(manifest, key->node, "pfm_name", &name) < 0)
		return -1;
	key->name = name ? name : "";
	if (strcmp(key->parent->type, "dict") == 0)
		return read_dict_role(manifest, key);
	key->role = strcmp(key->parent->type, "array") == 0 ? MANIFEST_ITEM : MANIFEST_LEFT_OUT;
	return 0;
}

/* --- the tree ----------------------------------------------------------------------------------------- */

static int append_key(struct manifest *manifest, struct manifest_key *parent, const struct node *node)
{
	struct manifest_key *key;

	if (node->type != NODE_DICT)
		return manifest_error(manifest, node,
				      "an element of pfm_subkeys is of type %s: it must be of type dict",
				      node_type_name(node->type));
	if (++manifest->keys > MANIFEST_KEYS_MAX)
		return manifest_error(manifest, node,
				      "there are more than %zu keys: profilefs takes no manifest as large as that",
				      MANIFEST_KEYS_MAX);
	key = arena_get(manifest->arena, sizeof(*key));
	if (!key)
		return error_memory(manifest->err);
	key->node = node;
	key->parent = parent;
	key->clauses_end = &key->clauses;
	if (read_type(manifest, key) < 0 || read_role(manifest, key) < 0)
		return -1;
	if (parent->last)
		parent->last->next = key;
	else
		parent->first = key;
	parent->last = key;
	parent->count++;
	return 0;
}

static int read_subkeys(struct manifest *manifest, struct manifest_key *parent, unsigned depth)
{
	const struct node *subkeys, *node;
	struct manifest_key *key;

	if (manifest_value(manifest, parent->node, "pfm_subkeys", NODE_ARRAY, &subkeys) < 0)
		return -1;
	if (!subkeys)
		return 0;
	if (depth > MANIFEST_DEPTH_MAX)
		return manifest_error(manifest, subkeys, "pfm_subkeys is nested deeper than %u levels",
				      MANIFEST_DEPTH_MAX);
	for (node = node_first(subkeys); node; node = node_next(node))
		if (append_key(manifest, parent, node) < 0)
			return -1;
	for (key = parent->first; key; key = key->next)
		if (read_subkeys(manifest, key, depth + 1) < 0)
			return -1;
	return 0;
}

int manifest_read_keys(struct manifest *manifest, struct manifest_key *root)
{
	root->name = "";
	root->type = "dict";
	root->role = MANIFEST_KEY;
	root->clauses_end = &root->clauses;
	return read_subkeys(manifest, root, 1);
}
