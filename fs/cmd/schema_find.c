/* schema: TYPE/KEY/KEY, found. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "fs/cmd/nearest.h"
#include "fs/cmd/schema_show.h"
#include "fs/tree/names.h"
#include "plist/schema/clause.h"
#include "plist/schema/constraint.h"
#include "plist/schema/describe.h"

#define PAYLOADS "PayloadContent/"

/* Arrays in arrays that may be left out of a path. */
#define ARRAYS_MAX 8

/* --- the first word --------------------------------------------------------------------------------- */

static const struct schema_key *find_section(struct schema *schema, const char *word)
{
	if (strcmp(word, "profile") == 0 || strcmp(word, "Configuration") == 0)
		return schema_profile(schema);
	if (strcmp(word, "common") == 0)
		return schema_any_payload(schema);
	return schema_payload(schema, word, strlen(word));
}

/* com.apple.wifi.managed.2 names the second payload of its type. */
static const struct schema_key *find_numbered(struct schema *schema, struct buf *word)
{
	const struct schema_key *found;
	BUF_AUTO type = BUF_INIT;

	if (name_to_payload_type(buf_text(word), &type) < 0)
		return NULL;
	found = find_section(schema, buf_text(&type));
	if (found)
		buf_assign(word, buf_text(&type), type.len);
	return found;
}

static int find_type(struct schema *schema, struct schema_found *found, struct error *err)
{
	found->key = find_section(schema, buf_text(&found->path));
	if (!found->key)
		found->key = find_numbered(schema, &found->path);
	found->payload = found->key;
	found->common = strcmp(buf_text(&found->path), "common") == 0;
	if (found->key)
		return 0;
	if (schema_failed(schema))
		return error_memory(err);
	return nearest_refuse(schema, buf_text(&found->path), err);
}

/* --- the words after it ----------------------------------------------------------------------------- */

static bool is_element(const char *word)
{
	uint32_t index;

	return strcmp(word, "-") == 0 || name_to_index(word, &index);
}

/* The element of an array, unless the word is a key of a dict that may stand in its place. */
static const struct schema_key *find_item(const struct schema_key *key)
{
	return key->types & TYPE_BIT(NODE_ARRAY) && !(key->types & TYPE_BIT(NODE_DICT)) ? schema_item(key) : NULL;
}

static int refuse_below(const struct schema_found *found, const char *word, struct error *err)
{
	const struct schema_key *key = found->key;
	BUF_AUTO type = BUF_INIT;

	if (key->types & TYPE_BIT(NODE_DICT) && !schema_is_open(key)) {
		constraint_unknown(key, word, strlen(word), err);
		err->rule = NULL; /* no profile is at fault */
	} else if (key->types & (TYPE_BIT(NODE_DICT) | TYPE_BIT(NODE_ARRAY))) {
		error_set(err, EINVAL, "the schema does not say what is in it, so nothing is said of '%s'", word);
	} else {
		describe_type(key, &type);
		error_set(err, EINVAL, "there is nothing below it: it is of type %s", buf_text(&type));
	}
	error_in_key(err, buf_text(&found->path));
	return -1;
}

static void go_down(struct schema_found *found, const struct schema_key *parent, const struct schema_key *key,
		    const char *name)
{
	found->parent = parent;
	found->key = key;
	buf_add_char(&found->path, '/');
	if (name)
		name_from_key(name, strlen(name), &found->path);
	else
		buf_add_text(&found->path, parent ? "*" : "-");
}

/* Goes into the elements of arrays, and of arrays in them, until one is no array. True: the word was for an
 * element. What an array is like may hold it, so there is a limit. */
static bool enter_arrays(struct schema_found *found, const char *word)
{
	const struct schema_key *item;
	int level;

	for (level = 0; level < ARRAYS_MAX && (item = find_item(found->key)); level++) {
		go_down(found, NULL, item, NULL);
		if (is_element(word))
			return true;
	}
	return false;
}

static int find_below(struct schema_found *found, const char *word, struct error *err)
{
	const struct schema_key *child = NULL;

	if (enter_arrays(found, word))
		return 0;
	if (!(found->key->types & TYPE_BIT(NODE_DICT)))
		return refuse_below(found, word, err);
	if (strcmp(word, "*") == 0)
		child = schema_shape(found->key)->others;
	if (!child)
		child = schema_child(found->key, word, strlen(word));
	if (!child)
		return refuse_below(found, word, err);
	go_down(found, found->key, child, child->name);
	return 0;
}

/* --- the path --------------------------------------------------------------------------------------- */

/* The next word of a path into `word`. False: there is none. */
static bool next_word(const char **path, struct buf *word)
{
	size_t len;

	*path += strspn(*path, "/");
	len = strcspn(*path, "/");
	buf_clear(word);
	name_unescape_key(*path, len, word);
	*path += len;
	return len > 0;
}

static int find_all(struct schema *schema, const char *path, struct schema_found *found, struct error *err)
{
	BUF_AUTO word = BUF_INIT;

	if (strncmp(path, PAYLOADS, strlen(PAYLOADS)) == 0)
		path += strlen(PAYLOADS);
	if (!next_word(&path, &found->path))
		return error_set(err, EINVAL, "'' is no payload type; `profilefs schema` lists those that are known");
	if (find_type(schema, found, err) < 0)
		return -1;
	while (next_word(&path, &word)) {
		found->common = false;
		if (find_below(found, buf_text(&word), err) < 0)
			return -1;
	}
	return buf_ok(&word) && buf_ok(&found->path) ? 0 : error_memory(err);
}

int schema_find(struct schema *schema, const char *path, struct schema_found *found, struct error *err)
{
	*found = (struct schema_found){ 0 };
	if (find_all(schema, path, found, err) == 0)
		return 0;
	buf_free(&found->path);
	return -1;
}

/* --- what belongs to it ----------------------------------------------------------------------------- */

bool schema_is_common(struct schema *schema, const struct schema_key *key)
{
	const struct schema_key *common = schema_any_payload(schema);

	return common && key->name && schema_declared(common, key->name, strlen(key->name));
}

/* `name` itself, or a path below it. */
static bool leads_to(const char *path, const char *name)
{
	size_t len = strlen(name);

	return strncmp(path, name, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

bool schema_speaks_of(const struct clause *clause, const char *name)
{
	size_t i;

	for (i = 0; i < clause->keys.count; i++)
		if (leads_to(clause->keys.list[i], name))
			return true;
	for (i = 0; i < clause->condition_count; i++)
		if (leads_to(clause->conditions[i].key, name))
			return true;
	return false;
}
