/* Completion of payload types and keys, from the schema that is built in. */
#include <string.h>

#include "fs/cmd/complete_parts.h"
#include "fs/tree/names.h"
#include "plist/schema/schema.h"

/* Arrays in arrays that may be left out of a path. */
#define ARRAYS_MAX 8

/* A type that is there whole, or is the only one that can be meant, may go on with a key: `suffix` is "/" then. */
static void offer_types(struct completion *completion, struct schema *schema, const char *suffix)
{
	const struct texts *types = schema_types(schema);
	size_t len = strlen(completion->part), i, count = 0;
	const char *chosen = NULL;

	for (i = 0; types && i < types->count; i++) {
		if (strncmp(types->list[i], completion->part, len) != 0)
			continue;
		completion_offer(completion, types->list[i], "");
		if (count++ == 0 || types->list[i][len] == '\0')
			chosen = types->list[i];
	}
	if (*suffix && chosen && (count == 1 || chosen[len] == '\0'))
		completion_offer(completion, chosen, suffix);
}

void completion_types(struct completion *completion)
{
	struct error err;
	struct schema *schema = schema_open(NULL, &err);

	if (schema)
		offer_types(completion, schema, "");
	schema_free(schema);
}

/* --- the keys of a path ----------------------------------------------------------------------------- */

static const struct schema_key *find_first(struct schema *schema, const char *word)
{
	if (strcmp(word, "profile") == 0)
		return schema_profile(schema);
	if (strcmp(word, "common") == 0)
		return schema_any_payload(schema);
	return schema_payload(schema, word, strlen(word));
}

/* The elements of an array, of which a path need not speak; NULL: nothing is known of them. */
static const struct schema_key *inside(const struct schema_key *key)
{
	int level;

	for (level = 0; key && level < ARRAYS_MAX && key->types & TYPE_BIT(NODE_ARRAY); level++)
		key = schema_item(key);
	return key;
}

static const struct schema_key *find_next(const struct schema_key *key, const char *word)
{
	uint32_t index;

	if (key->types & TYPE_BIT(NODE_ARRAY) && (strcmp(word, "-") == 0 || name_to_index(word, &index)))
		return schema_item(key);
	key = inside(key);
	return key && key->types & TYPE_BIT(NODE_DICT) ? schema_child(key, word, strlen(word)) : NULL;
}

/* The key that the path up to `end`, a slash, leads to. NULL: none. */
static const struct schema_key *find(struct schema *schema, const char *path, const char *end)
{
	const struct schema_key *key = NULL;
	BUF_AUTO word = BUF_INIT;
	bool first;

	for (first = true; path < end && (first || key); first = false) {
		size_t len = strcspn(path, "/");

		buf_clear(&word);
		name_unescape_key(path, len, &word);
		key = first ? find_first(schema, buf_text(&word)) : find_next(key, buf_text(&word));
		path += len + 1;
	}
	return key;
}

static bool has_keys(const struct schema_key *key)
{
	key = inside(key);
	return key && schema_shape(key)->key_count > 0;
}

static void offer_keys(struct completion *completion, const struct schema_key *dict)
{
	const struct schema_key *shape = schema_shape(dict);
	BUF_AUTO name = BUF_INIT;
	size_t i;

	for (i = 0; i < shape->key_count; i++) {
		buf_clear(&name);
		name_from_key(shape->keys[i]->name, strlen(shape->keys[i]->name), &name);
		completion_offer(completion, buf_text(&name), "");
		if (has_keys(shape->keys[i]))
			completion_offer(completion, buf_text(&name), "/");
	}
}

static void offer_path(struct completion *completion, struct schema *schema)
{
	const char *slash = strrchr(completion->part, '/');
	const struct schema_key *key;

	if (!slash) {
		completion_offer(completion, "profile", "/");
		completion_offer(completion, "common", "/");
		offer_types(completion, schema, "/");
		return;
	}
	key = find(schema, completion->part, slash);
	key = key ? inside(key) : NULL;
	completion->part = slash + 1;
	if (key)
		offer_keys(completion, key);
}

void completion_schema_path(struct completion *completion)
{
	struct error err;
	struct schema *schema = schema_open(NULL, &err);

	if (schema)
		offer_path(completion, schema);
	schema_free(schema);
}
