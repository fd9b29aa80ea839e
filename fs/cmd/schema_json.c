/*
 * schema: as JSON.
 *
 * An object says what the schema says and leaves out what it does not. Facts of platforms are a key's own: what is
 * not there is as the payload has it. Numbers of the schema are text, as it spells them: they may be of any size.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fs/cmd/schema_show.h"
#include "plist/schema/clause.h"
#include "plist/schema/describe.h"

#define DEPTH_MAX 64

/*
 * Additions are checked once, at the end: jansson refuses to add NULL, which is what it gives when memory runs out
 * or a text is not UTF-8, and `failed` remembers that.
 */
struct writer {
	struct schema *schema;
	bool failed;
};

static void add(struct writer *writer, json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value) < 0)
		writer->failed = true;
}

static void append(struct writer *writer, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		writer->failed = true;
}

static void add_text(struct writer *writer, json_t *object, const char *name, const char *text)
{
	if (text)
		add(writer, object, name, json_string(text));
}

static void add_true(struct writer *writer, json_t *object, const char *name, bool value)
{
	if (value)
		add(writer, object, name, json_true());
}

static void add_texts(struct writer *writer, json_t *object, const char *name, const struct texts *texts)
{
	json_t *list;
	size_t i;

	if (!texts->count)
		return;
	list = json_array();
	for (i = 0; i < texts->count; i++)
		append(writer, list, json_string(texts->list[i]));
	add(writer, object, name, list);
}

static void add_bounds(struct writer *writer, json_t *object, const char *name, const struct bounds *bounds)
{
	json_t *both;

	if (!bounds->min && !bounds->max)
		return;
	both = json_object();
	add_text(writer, both, "min", bounds->min);
	add_text(writer, both, "max", bounds->max);
	add(writer, object, name, both);
}

/* --- clauses ---------------------------------------------------------------------------------------- */

static json_t *condition_json(struct writer *writer, const struct condition *condition)
{
	json_t *object = json_object();

	add_text(writer, object, "key", condition->key);
	add_true(writer, object, "unless", condition->negated);
	add_texts(writer, object, condition->other_than ? "other_than" : "values", &condition->values);
	return object;
}

static void add_conditions(struct writer *writer, json_t *object, const struct clause *clause)
{
	json_t *list;
	size_t i;

	if (!clause->condition_count)
		return;
	list = json_array();
	for (i = 0; i < clause->condition_count; i++)
		append(writer, list, condition_json(writer, &clause->conditions[i]));
	add(writer, object, "conditions", list);
}

static json_t *clause_json(struct writer *writer, const struct clause *clause)
{
	static const char *const kinds[] = {
		[CLAUSE_NEED] = "need",
		[CLAUSE_FORBID] = "forbid",
		[CLAUSE_VALUES] = "values",
		[CLAUSE_RANGE] = "range",
		[CLAUSE_LENGTH] = "length",
		[CLAUSE_FORMAT] = "format",
		[CLAUSE_ITEMS] = "items",
	};
	static const char *const severities[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};
	json_t *object = json_object();
	BUF_AUTO text = BUF_INIT;

	describe_clause(clause, &text);
	add_text(writer, object, "text", buf_text(&text));
	add_text(writer, object, "kind", kinds[clause->kind]);
	add_text(writer, object, "severity", severities[clause->severity]);
	add_texts(writer, object, "keys", &clause->keys);
	add_texts(writer, object, "values", &clause->values);
	add_bounds(writer, object, "bounds", &clause->bounds);
	add_text(writer, object, "format", clause->format);
	add_conditions(writer, object, clause);
	add_text(writer, object, "because", clause->because);
	add_text(writer, object, "page", clause->page);
	return object;
}

/* Those of a dict that speak of `name`; all if it is NULL. */
static void add_clauses(struct writer *writer, json_t *object, const char *as, const struct schema_key *dict,
			const char *name)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < dict->clause_count; i++)
		if (!name || schema_speaks_of(&dict->clauses[i], name))
			append(writer, list, clause_json(writer, &dict->clauses[i]));
	if (list && json_array_size(list) == 0)
		json_decref(list);
	else
		add(writer, object, as, list);
}

/* --- platforms -------------------------------------------------------------------------------------- */

static json_t *support_json(struct writer *writer, const struct support *support)
{
	json_t *object = json_object();
	int fact;

	for (fact = 0; fact < FACT_COUNT; fact++)
		add_text(writer, object, fact_name((enum fact)fact), support->facts[fact]);
	return object;
}

static void add_platforms(struct writer *writer, json_t *object, const struct schema_key *key)
{
	json_t *platforms = NULL;
	int platform;

	for (platform = 0; platform < PLATFORM_COUNT; platform++) {
		if (!key->support[platform])
			continue;
		if (!platforms)
			platforms = json_object();
		add(writer, platforms, platform_name((enum platform)platform),
		    support_json(writer, key->support[platform]));
	}
	if (platforms)
		add(writer, object, "platforms", platforms);
}

/* --- keys ------------------------------------------------------------------------------------------- */

static json_t *types_json(struct writer *writer, const struct schema_key *key)
{
	json_t *list = json_array();
	int type;

	if (key->type < NODE_TYPE_COUNT)
		append(writer, list, json_string(node_type_name(key->type)));
	for (type = 0; type < NODE_TYPE_COUNT; type++)
		if (type != (int)key->type && key->types & TYPE_BIT(type))
			append(writer, list, json_string(node_type_name((enum node_type)type)));
	return list;
}

static void add_value(struct writer *writer, json_t *object, const struct schema_key *key)
{
	add_texts(writer, object, "values", &key->values);
	add_true(writer, object, "custom_values", key->custom_values);
	add_bounds(writer, object, "range", &key->range);
	add_bounds(writer, object, "length", &key->length);
	add_bounds(writer, object, "items", &key->items);
	add_true(writer, object, "unique", key->unique);
	add_text(writer, object, "format", key->format);
	add_text(writer, object, "subtype", key->subtype);
	add_text(writer, object, "default", key->default_value);
	if (key->bits)
		add(writer, object, "flags", json_integer((json_int_t)key->bits));
	add_texts(writer, object, "flag_needs", &key->bit_needs);
	add_texts(writer, object, "refs", &key->refs);
	add_true(writer, object, "immutable", key->immutable);
	add_true(writer, object, "sensitive", key->sensitive);
}

static void add_about(struct writer *writer, json_t *object, const struct schema_key *key)
{
	add_platforms(writer, object, key);
	add_text(writer, object, "help", key->help);
	add_text(writer, object, "page", key->page);
}

static void add_below(struct writer *writer, json_t *object, const struct schema_key *key, unsigned depth);

static json_t *key_json(struct writer *writer, const struct schema_key *key, unsigned depth)
{
	json_t *object = json_object();

	add_text(writer, object, "key", key->name);
	add(writer, object, "types", types_json(writer, key));
	if (key->name)
		add_text(writer, object, "presence", key->required ? "required" : "optional");
	add_value(writer, object, key);
	add_about(writer, object, key);
	add_text(writer, object, "as", key->as);
	if (key->like)
		add_text(writer, object, "like", key->like->as ? key->like->as : "");
	else
		add_below(writer, object, key, depth);
	return object;
}

/* `split`: keys that every payload has are only named, in a list of their own. */
static void add_keys(struct writer *writer, json_t *object, const struct schema_key *dict, bool split, unsigned depth)
{
	json_t *keys = json_array(), *common = json_array();
	size_t i;

	for (i = 0; i < dict->key_count; i++) {
		if (split && schema_is_common(writer->schema, dict->keys[i]))
			append(writer, common, json_string(dict->keys[i]->name));
		else
			append(writer, keys, key_json(writer, dict->keys[i], depth + 1));
	}
	add(writer, object, "keys", keys);
	if (split)
		add(writer, object, "common", common);
	else
		json_decref(common);
}

static void add_below(struct writer *writer, json_t *object, const struct schema_key *key, unsigned depth)
{
	if (depth >= DEPTH_MAX)
		return;
	if (key->key_count)
		add_keys(writer, object, key, false, depth);
	if (key->others)
		add(writer, object, "others", key_json(writer, key->others, depth + 1));
	if (key->item)
		add(writer, object, "item", key_json(writer, key->item, depth + 1));
	add_clauses(writer, object, "rules", key, NULL);
}

/* --- the whole -------------------------------------------------------------------------------------- */

/* Appends the object and gives it back. */
static int finish(struct writer *writer, json_t *object, struct buf *out, struct error *err)
{
	char *text = object && !writer->failed ? json_dumps(object, JSON_INDENT(2)) : NULL;

	json_decref(object);
	if (!text || schema_failed(writer->schema)) {
		free(text);
		return error_memory(err);
	}
	buf_add_text(out, text);
	buf_add_char(out, '\n');
	free(text);
	return buf_ok(out) ? 0 : error_memory(err);
}

static json_t *type_json(struct writer *writer, const struct schema_found *found)
{
	bool split = !found->common && found->payload != schema_profile(writer->schema);
	const struct schema_key *key = found->key;
	json_t *object = json_object();

	add_text(writer, object, "type", buf_text(&found->path));
	add_about(writer, object, key);
	add_keys(writer, object, key, split, 0);
	if (key->others)
		add(writer, object, "others", key_json(writer, key->others, 1));
	add_clauses(writer, object, "rules", key, NULL);
	return object;
}

static json_t *path_json(struct writer *writer, const struct schema_found *found)
{
	json_t *object = json_object(), *payload = json_object(), *key = key_json(writer, found->key, 0);
	const char *path = buf_text(&found->path);

	add_text(writer, object, "path", path);
	add(writer, payload, "type", json_stringn(path, strcspn(path, "/")));
	add_platforms(writer, payload, found->payload);
	add(writer, object, "payload", payload);
	if (json_object_update(object, key) < 0)
		writer->failed = true;
	json_decref(key);
	if (found->parent && found->key->name)
		add_clauses(writer, object, "mentioned", schema_shape(found->parent), found->key->name);
	return object;
}

int schema_found_json(struct schema *schema, const struct schema_found *found, struct buf *out, struct error *err)
{
	struct writer writer = { .schema = schema };
	json_t *object = found->key == found->payload ? type_json(&writer, found) : path_json(&writer, found);

	return finish(&writer, object, out, err);
}

int schema_list_json(struct schema *schema, struct buf *out, struct error *err)
{
	const struct texts *types = schema_types(schema);
	struct writer writer = { .schema = schema, .failed = !types };
	json_t *object = json_object(), *list = json_array();
	size_t i;

	for (i = 0; types && i < types->count; i++) {
		const struct schema_key *payload = schema_payload(schema, types->list[i], strlen(types->list[i]));
		json_t *type = json_object();

		add_text(&writer, type, "type", types->list[i]);
		if (payload)
			add_platforms(&writer, type, payload);
		append(&writer, list, type);
	}
	add_text(&writer, object, "release", schema_release(schema));
	add(&writer, object, "types", list);
	return finish(&writer, object, out, err);
}
