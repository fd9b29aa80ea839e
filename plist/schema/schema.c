#include "plist/schema/schema.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plist/base/buf.h"
#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "plist/schema/arena.h"
#include "plist/schema/clause.h"
#include "plist/schema/key.h"
#include "plist/schema/language.h"
#include "plist/schema/manifests.h"
#include "plist/schema/schema_index.h"
#include "plist/schema/schema_ready.h"
#include "plist/schema/yaml.h"

/* What was found for a payload type, or that there is none of it: who edits a payload asks for it again and again. */
struct asked {
	char type[64];
	size_t len;          /* 0: nothing was asked yet */
	struct group *group;
};

struct schema {
	struct arena *arena;
	struct section_text texts[LAYER_COUNT]; /* `name` NULL: there is no such layer */
	struct buf facts, manifests;            /* what the user's sources gave */
	char *facts_name, *manifests_name;
	bool indexed, failed;
	struct schema_index index;
	struct schema_key *profile, *any_payload;
	struct texts types; /* `list` NULL: not asked for yet */
	struct asked asked;
};

/* --- sources ---------------------------------------------------------------------------------------- */

static struct section_text built_in(const char *name, const char *text)
{
	return (struct section_text){ name, text, strlen(text), 1 };
}

static struct section_text text_of(const char *name, const struct buf *buf)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t skip = buf->len >= 3 && memcmp(buf->data, mark, 3) == 0 ? 3 : 0;

	return (struct section_text){ name, buf_text(buf) + skip, buf->len - skip, 1 };
}

static bool ends_in(const char *path, const char *end)
{
	size_t len = strlen(path);

	return len >= strlen(end) && strcmp(path + len - strlen(end), end) == 0;
}

static int read_language_file(const char *path, struct buf *out, struct error *err)
{
	if (!ends_in(path, ".yaml") && !ends_in(path, ".yml"))
		return limit_explain(file_read_path(path, limit(LIMIT_SCHEMA), out, err), LIMIT_SCHEMA, err);
	error_set(err, EINVAL, "is one of Apple's files: give the folder that it is in");
	error_in_file(err, path);
	return -1;
}

static int read_facts(struct schema *schema, const char *path, struct error *err)
{
	struct stat st;
	int failed;

	if (stat(path, &st)) {
		error_system(err, errno, "cannot read the schema");
		error_in_file(err, path);
		return -1;
	}
	failed = S_ISDIR(st.st_mode) ? yaml_import(path, true, &schema->facts, err)
				     : read_language_file(path, &schema->facts, err);
	if (failed)
		return -1;
	schema->facts_name = strdup(path);
	if (!schema->facts_name || !buf_ok(&schema->facts))
		return error_memory(err);
	schema->texts[LAYER_FACTS] = text_of(schema->facts_name, &schema->facts);
	/* If there are rules only, they are for what is built in. */
	schema->texts[LAYER_FALLBACK] = built_in("mdm.schema", schema_text_mdm);
	return 0;
}

static int read_manifests(struct schema *schema, const char *path, struct error *err)
{
	if (manifests_import(path, &schema->manifests, err))
		return -1;
	schema->manifests_name = strdup(path);
	if (!schema->manifests_name || !buf_ok(&schema->manifests))
		return error_memory(err);
	schema->texts[LAYER_MANIFESTS] = text_of(schema->manifests_name, &schema->manifests);
	return 0;
}

/* --- index ------------------------------------------------------------------------------------------ */

static int make_index(struct schema *schema, struct error *err)
{
	struct section_text *text = schema->texts;

	for (enum layer layer = 0; layer < LAYER_COUNT; layer++, text++) {
		if (text->name && index_add(&schema->index, text, layer, schema->arena, err))
			return -1;
	}
	if (index_finish(&schema->index, schema->arena, err))
		return -1;
	schema->indexed = true;
	return 0;
}

/* The index of what is built in is taken when something is first asked of it. */
static bool has_index(struct schema *schema)
{
	struct error err;

	if (schema->indexed || schema->failed)
		return schema->indexed;
	schema->indexed = index_use_ready(&schema->index, schema->arena, &err) == 0;
	schema->failed = !schema->indexed;
	return schema->indexed;
}

/* --- reading sections ------------------------------------------------------------------------------- */

/* True if a group has a section of that layer that is no rule. */
static bool describes(const struct schema *schema, const struct group *group, enum layer layer)
{
	struct section section;

	for (size_t i = 0; i < group->count; i++) {
		section = index_section(&schema->index, group, i);
		if (section.layer == layer && !section.rule)
			return true;
	}
	return false;
}

/* The layer whose sections say what the subject is; LAYER_COUNT: none does. */
static enum layer layer_of(const struct schema *schema, const struct group *group)
{
	enum layer layer = 0;

	while (layer < LAYER_COUNT && !describes(schema, group, layer))
		layer++;
	return layer;
}

/* All sections of one layer as one dict. NULL with the error set; or without one: there is none. */
static int read_sections(struct schema *schema, const struct group *group, struct schema_key **dict,
			 struct error *err)
{
	enum layer layer = layer_of(schema, group);
	struct section section;
	struct schema_key *key;

	*dict = NULL;
	for (size_t i = 0; i < group->count; i++) {
		section = index_section(&schema->index, group, i);
		if (section.layer != layer || section.rule)
			continue;
		key = language_read(&section.text, schema->arena, err);
		if (!key)
			return -1;
		if (!*dict)
			*dict = key;
		else if (key_unite(*dict, key, schema->arena))
			return error_memory(err);
	}
	return 0;
}

/* The rules that are built in, or the user's. */
static int apply_some_rules(struct schema *schema, const struct group *group, bool built_in,
			    struct schema_key *dict, struct error *err)
{
	struct section section;

	for (size_t i = 0; i < group->count; i++) {
		section = index_section(&schema->index, group, i);
		if (section.rule && (section.layer == LAYER_RULES) == built_in &&
		    language_apply(&section.text, dict, schema->arena, err))
			return -1;
	}
	return 0;
}

/* What is built in is laid over any facts; rules that the user wrote himself over that. */
static int apply_rules(struct schema *schema, const struct group *group, struct schema_key *dict,
		       struct error *err)
{
	if (apply_some_rules(schema, group, true, dict, err))
		return -1;
	return apply_some_rules(schema, group, false, dict, err);
}

/* A dict of which nothing is said. */
static struct schema_key *empty_dict(struct schema *schema)
{
	struct schema_key *dict = key_any(schema->arena);

	if (dict) {
		dict->types = TYPE_BIT(NODE_DICT);
		dict->type = NODE_DICT;
	}
	return dict;
}

/* The profile's or the common keys, made anew each time. */
static struct schema_key *read_subject(struct schema *schema, enum subject subject, struct error *err)
{
	const struct group *group = index_find(&schema->index, subject, "", 0);
	struct schema_key *dict = NULL;

	if (group && read_sections(schema, group, &dict, err))
		return NULL;
	if (!dict)
		dict = empty_dict(schema);
	if (!dict) {
		error_memory(err);
		return NULL;
	}
	return group && apply_rules(schema, group, dict, err) ? NULL : dict;
}

static int add_clauses(struct schema *schema, struct schema_key *dict, const struct schema_key *common)
{
	size_t count = dict->clause_count + common->clause_count;
	struct clause *clauses;

	if (!common->clause_count)
		return 0;
	clauses = arena_get(schema->arena, count * sizeof(*clauses));
	if (!clauses)
		return -1;
	if (dict->clause_count)
		memcpy(clauses, dict->clauses, dict->clause_count * sizeof(*clauses));
	memcpy(clauses + dict->clause_count, common->clauses, common->clause_count * sizeof(*clauses));
	dict->clauses = clauses;
	dict->clause_count = count;
	return 0;
}

static int add_keys(struct schema *schema, struct schema_key *dict, const struct schema_key *common)
{
	size_t count = dict->key_count;
	struct schema_key **list = arena_get(schema->arena, (count + common->key_count) * sizeof(*list));
	const char *name;

	if (!list)
		return -1;
	if (count)
		memcpy(list, dict->keys, count * sizeof(*list));
	for (size_t i = 0; i < common->key_count; i++) {
		name = common->keys[i]->name;
		if (!key_find(dict, name, strlen(name)))
			list[count++] = common->keys[i];
	}
	return key_set_children(dict, list, count, schema->arena);
}

/* Adds the keys that every payload has. They are read for each payload, so that its rules can change them for
 * it alone. A payload that says nothing of its keys takes any. */
static int add_common(struct schema *schema, struct schema_key *dict, struct error *err)
{
	struct schema_key *common = read_subject(schema, SUBJECT_COMMON, err);
	bool open = schema_is_open(dict);

	if (!common)
		return -1;
	if (open && !dict->others) {
		dict->others = key_any(schema->arena);
		if (!dict->others)
			return error_memory(err);
	}
	if (add_keys(schema, dict, common) || add_clauses(schema, dict, common))
		return error_memory(err);
	return 0;
}

/* Reads a payload's group. The result is in group->key; it stays NULL if only rules speak of the type. */
static int read_payload(struct schema *schema, struct group *group, struct error *err)
{
	struct schema_key *dict;

	if (group->key)
		return 0;
	if (read_sections(schema, group, &dict, err))
		return -1;
	if (!dict)
		return 0;
	if (add_common(schema, dict, err) || apply_rules(schema, group, dict, err))
		return -1;
	group->key = dict;
	return 0;
}

/* --- opening ---------------------------------------------------------------------------------------- */

/* Rules for a type that is not there are left out, but they have to be well written. */
static int check_left_out(struct schema *schema, const struct group *group, struct error *err)
{
	struct schema_key *dict = empty_dict(schema);

	if (!dict)
		return error_memory(err);
	return apply_rules(schema, group, dict, err);
}

/* True if a section of the group comes from what the user named. */
static bool is_the_users(const struct schema *schema, const struct group *group)
{
	enum layer layer;

	for (size_t i = 0; i < group->count; i++) {
		layer = index_section(&schema->index, group, i).layer;
		if (layer == LAYER_MANIFESTS || (layer == LAYER_FACTS && schema->facts_name))
			return true;
	}
	return false;
}

/* Reads what is the user's once, so that what is wrong is said at the beginning. */
static int check_sections(struct schema *schema, struct error *err)
{
	struct group *group;

	if (!read_subject(schema, SUBJECT_PROFILE, err) || !read_subject(schema, SUBJECT_COMMON, err))
		return -1;
	for (size_t i = 0; i < schema->index.group_count; i++) {
		group = &schema->index.groups[i];
		if (index_section(&schema->index, group, 0).subject != SUBJECT_PAYLOAD || !is_the_users(schema, group))
			continue;
		if (read_payload(schema, group, err))
			return -1;
		if (!group->key && check_left_out(schema, group, err))
			return -1;
	}
	return 0;
}

static int refuse_empty(const struct schema *schema, enum layer layer, struct error *err)
{
	const struct section_text *text = &schema->texts[layer];

	for (size_t i = 0; i < schema->index.count; i++) {
		if (schema->index.sections[i].layer == layer)
			return 0;
	}
	error_set(err, EINVAL, "describes nothing: a schema has sections, as in payload TYPE");
	error_in_file(err, text->name);
	return -1;
}

/* Reads what the user named. */
static int open_sources(struct schema *schema, const struct schema_sources *sources, struct error *err)
{
	if (!sources->facts && !sources->manifests)
		return 0;
	schema->texts[LAYER_FACTS] = built_in("mdm.schema", schema_text_mdm);
	schema->texts[LAYER_RULES] = built_in("rules.schema", schema_text_rules);
	if (sources->facts && read_facts(schema, sources->facts, err))
		return -1;
	if (sources->manifests && read_manifests(schema, sources->manifests, err))
		return -1;
	if (make_index(schema, err))
		return -1;
	if (sources->facts && refuse_empty(schema, LAYER_FACTS, err))
		return -1;
	return check_sections(schema, err);
}

struct schema *schema_open(const struct schema_sources *sources, struct error *err)
{
	struct schema *schema = calloc(1, sizeof(*schema));

	if (schema)
		schema->arena = arena_new();
	if (!schema || !schema->arena) {
		free(schema);
		error_memory(err);
		return NULL;
	}
	if (sources && open_sources(schema, sources, err)) {
		schema_free(schema);
		return NULL;
	}
	return schema;
}

void schema_free(struct schema *schema)
{
	if (!schema)
		return;
	index_free(&schema->index);
	arena_free(schema->arena);
	buf_free(&schema->facts);
	buf_free(&schema->manifests);
	free(schema->facts_name);
	free(schema->manifests_name);
	free(schema->types.list);
	free(schema);
}

/* --- asking ----------------------------------------------------------------------------------------- */

static struct group *group_of(struct schema *schema, const char *type, size_t len)
{
	struct asked *asked = &schema->asked;

	if (len > 0 && asked->len == len && memcmp(asked->type, type, len) == 0)
		return asked->group;
	asked->len = 0;
	if (!has_index(schema))
		return NULL;
	asked->group = index_find(&schema->index, SUBJECT_PAYLOAD, type, len);
	if (len > 0 && len <= sizeof(asked->type)) {
		memcpy(asked->type, type, len);
		asked->len = len;
	}
	return asked->group;
}

/* Sections that were not read at the opening are built in and well written: only memory can be missing. */
const struct schema_key *schema_payload(struct schema *schema, const char *type, size_t len)
{
	struct error err;
	struct group *group = group_of(schema, type, len);

	if (!group)
		return NULL;
	if (read_payload(schema, group, &err))
		schema->failed = true;
	return group->key;
}

const struct schema_key *schema_profile(struct schema *schema)
{
	struct error err;

	if (!schema->profile && has_index(schema)) {
		schema->profile = read_subject(schema, SUBJECT_PROFILE, &err);
		schema->failed |= !schema->profile;
	}
	return schema->profile;
}

const struct schema_key *schema_any_payload(struct schema *schema)
{
	struct error err;
	struct schema_key *dict = schema->any_payload;

	if (dict || !has_index(schema))
		return dict;
	dict = read_subject(schema, SUBJECT_COMMON, &err);
	if (dict)
		dict->others = key_any(schema->arena);
	if (!dict || !dict->others) {
		schema->failed = true;
		return NULL;
	}
	schema->any_payload = dict;
	return dict;
}

bool schema_failed(const struct schema *schema)
{
	return schema->failed;
}

const char *schema_release(struct schema *schema)
{
	return has_index(schema) && schema->index.release ? schema->index.release : "";
}

const struct texts *schema_types(struct schema *schema)
{
	const struct schema_index *index = &schema->index;
	struct texts *types = &schema->types;
	struct section first;

	if (types->list || !has_index(schema))
		return types;
	types->list = calloc(index->group_count + 1, sizeof(*types->list));
	if (!types->list) {
		schema->failed = true;
		return types;
	}
	for (size_t i = 0; i < index->group_count; i++) {
		first = index_section(index, &index->groups[i], 0);
		if (first.subject == SUBJECT_PAYLOAD && layer_of(schema, &index->groups[i]) != LAYER_COUNT)
			types->list[types->count++] = first.type;
	}
	return types;
}
