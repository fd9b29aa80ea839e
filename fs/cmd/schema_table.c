/* schema: as text. */
#include <string.h>

#include "fs/cmd/schema_show.h"
#include "fs/cmd/table.h"
#include "plist/schema/clause.h"
#include "plist/schema/describe.h"

/* Recursion is said, not followed; this is only against a schema that nests without end. */
#define DEPTH_MAX 64

static int finish(const struct buf *out, struct error *err)
{
	return buf_ok(out) ? 0 : error_memory(err);
}

/* --- all types -------------------------------------------------------------------------------------- */

int schema_list_text(struct schema *schema, struct buf *out, struct error *err)
{
	const struct texts *types = schema_types(schema);
	struct table table = { .columns = 2 };
	size_t i;

	for (i = 0; types && i < types->count; i++) {
		const struct schema_key *payload = schema_payload(schema, types->list[i], strlen(types->list[i]));
		BUF_AUTO since = BUF_INIT;

		if (payload)
			describe_attribute(payload, payload, "since", &since);
		table_add(&table, types->list[i]);
		table_add(&table, buf_text(&since));
	}
	table_write(&table, out);
	table_free(&table);
	return types && !schema_failed(schema) ? finish(out, err) : error_memory(err);
}

/* --- all that is said of a key ---------------------------------------------------------------------- */

/* "name:" and the value, each line of it in a row. */
static void add_named(struct table *table, const char *name, const char *value)
{
	BUF_AUTO label = BUF_INIT;
	BUF_AUTO line = BUF_INIT;
	size_t len;

	buf_add_format(&label, "%s:", name);
	for (;; value += len + 1) {
		len = strcspn(value, "\n");
		buf_assign(&line, value, len);
		table_add(table, buf_text(&label));
		table_add(table, buf_text(&line));
		buf_clear(&label);
		if (!value[len])
			break;
	}
}

/* What encloses a key and has the same keys. */
static const char *like_name(const struct schema_key *key)
{
	return key->like->as ? key->like->as : "what is around it";
}

static void add_type(struct table *table, const struct schema_key *key)
{
	BUF_AUTO type = BUF_INIT;

	describe_type(key, &type);
	if (key->like)
		buf_add_format(&type, ", as in %s", like_name(key));
	add_named(table, "type", buf_text(&type));
}

static void add_attributes(struct table *table, const struct schema_key *payload, const struct schema_key *key)
{
	size_t i;

	for (i = 0; describe_names[i]; i++) {
		BUF_AUTO value = BUF_INIT;

		if (describe_attribute(payload, key, describe_names[i], &value) == 0)
			add_named(table, describe_names[i], buf_text(&value));
	}
}

/* What the dict that it stands in demands of it. */
static void add_rules(struct table *table, const struct schema_found *found)
{
	const struct schema_key *dict = found->parent ? schema_shape(found->parent) : NULL;
	BUF_AUTO rules = BUF_INIT;
	size_t i;

	for (i = 0; dict && found->key->name && i < dict->clause_count; i++) {
		if (!schema_speaks_of(&dict->clauses[i], found->key->name))
			continue;
		buf_add_text(&rules, rules.len ? "\n" : "");
		describe_clause(&dict->clauses[i], &rules);
	}
	if (rules.len)
		add_named(table, "rules", buf_text(&rules));
}

static void write_key(const struct schema_found *found, struct buf *out)
{
	struct table table = { .columns = 2 };

	add_named(&table, "key", buf_text(&found->path));
	add_type(&table, found->key);
	add_attributes(&table, found->payload, found->key);
	add_rules(&table, found);
	table_write(&table, out);
	table_free(&table);
}

/* --- the keys of a type ----------------------------------------------------------------------------- */

struct listing {
	struct schema *schema;
	const struct schema_key *payload;
	struct table table; /* KEY TYPE PRESENCE DEFAULT SINCE ALLOWED */
};

static const char *const head[] = { "KEY", "TYPE", "PRESENCE", "DEFAULT", "SINCE", "ALLOWED" };

static void add_part(const struct schema_key *key, const char *name, const char *before, struct buf *out)
{
	BUF_AUTO value = BUF_INIT;

	if (schema_item(key) && strcmp(name, "items") != 0)
		return; /* it is said of the elements, which have a row of their own */
	if (describe_attribute(NULL, key, name, &value) < 0)
		return;
	buf_add_format(out, "%s%s%s", out->len ? "; " : "", before, buf_text(&value));
}

static void add_values(const struct schema_key *key, struct buf *out)
{
	size_t i;

	if (key->values.count && key->custom_values)
		buf_add_text(out, "for example ");
	for (i = 0; i < key->values.count; i++)
		buf_add_format(out, "%s%s", i ? ", " : "", *key->values.list[i] ? key->values.list[i] : "\"\"");
}

/* What is allowed, short: "WEP, WPA, WPA2", "1..8191", "matches ^https://". */
static void describe_allowed(const struct schema_key *key, struct buf *out)
{
	size_t i;

	add_values(key, out);
	add_part(key, "range", "", out);
	add_part(key, "length", "length ", out);
	add_part(key, "items", "elements ", out);
	add_part(key, "format", "matches ", out);
	add_part(key, "subtype", "", out);
	add_part(key, "flags", "flags ", out);
	if (key->unique)
		buf_add_format(out, "%sno two equal", out->len ? "; " : "");
	for (i = 0; i < key->refs.count; i++) {
		if (i == 0)
			buf_add_format(out, "%sUUID of ", out->len ? "; " : "");
		buf_add_format(out, "%s%s", i ? ", " : "", key->refs.list[i]);
	}
	if (key->like)
		buf_add_format(out, "%sas in %s", out->len ? "; " : "", like_name(key));
}

/* How a key's platforms are not the payload's: "iOS 5.0"; and all of them, with "only", if it lacks some. */
static void describe_difference(const struct schema_key *payload, const struct schema_key *key, struct buf *out)
{
	bool lacks = false;
	int platform;

	for (platform = 0; platform < PLATFORM_COUNT; platform++) {
		BUF_AUTO own = BUF_INIT;
		BUF_AUTO above = BUF_INIT;

		describe_platform(payload, key, (enum platform)platform, &own);
		describe_platform(payload, payload, (enum platform)platform, &above);
		lacks |= above.len && !own.len;
		if (own.len && strcmp(buf_text(&own), buf_text(&above)) != 0)
			buf_add_format(out, "%s%s", out->len ? ", " : "", buf_text(&own));
	}
	if (!lacks)
		return;
	buf_clear(out);
	buf_add_text(out, "only ");
	if (describe_attribute(payload, key, "since", out) < 0)
		buf_assign(out, "none", 4);
}

static void add_since(struct listing *list, const struct schema_key *key)
{
	BUF_AUTO since = BUF_INIT;

	describe_difference(list->payload, key, &since);
	table_add(&list->table, buf_text(&since));
}

static void add_default(struct listing *list, const struct schema_key *key)
{
	BUF_AUTO text = BUF_INIT;

	describe_attribute(NULL, key, "default", &text);
	table_add(&list->table, key->default_value && !text.len ? "\"\"" : buf_text(&text));
}

static void add_row(struct listing *list, const struct schema_key *key, const char *name, unsigned depth)
{
	const char *presence = key->required ? "required" : "optional";
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO type = BUF_INIT;
	BUF_AUTO allowed = BUF_INIT;

	if (!key->name)
		presence = ""; /* of an element, or of any other key */
	buf_add_format(&text, "%*s%s", (int)depth * 2, "", name);
	describe_type(key, &type);
	describe_allowed(key, &allowed);
	table_add(&list->table, buf_text(&text));
	table_add(&list->table, buf_text(&type));
	table_add(&list->table, presence);
	add_default(list, key);
	add_since(list, key);
	table_add(&list->table, buf_text(&allowed));
}

static void add_keys(struct listing *list, const struct schema_key *dict, unsigned depth);

/* An element has a row only if there is more to say than the array's type does. */
static bool is_worth_a_row(const struct schema_key *item)
{
	BUF_AUTO allowed = BUF_INIT;

	describe_allowed(item, &allowed);
	return item->key_count || item->others || item->item || allowed.len;
}

static void add_key(struct listing *list, const struct schema_key *key, const char *name, unsigned depth)
{
	add_row(list, key, name, depth);
	if (key->like || depth >= DEPTH_MAX)
		return;
	add_keys(list, key, depth + 1);
	if (key->item && is_worth_a_row(key->item))
		add_key(list, key->item, "-", depth + 1);
}

static void add_keys(struct listing *list, const struct schema_key *dict, unsigned depth)
{
	size_t i;

	for (i = 0; i < dict->key_count; i++)
		if (depth || !list->schema || !schema_is_common(list->schema, dict->keys[i]))
			add_key(list, dict->keys[i], dict->keys[i]->name, depth);
	if (dict->others)
		add_key(list, dict->others, "*", depth);
}

static void write_rules(const struct schema_key *dict, struct buf *out)
{
	size_t i;

	if (dict->clause_count)
		buf_add_text(out, "\nRules:\n");
	for (i = 0; i < dict->clause_count; i++) {
		buf_add_text(out, "  ");
		describe_clause(&dict->clauses[i], out);
		buf_add_char(out, '\n');
	}
}

/* What is said of the type itself. Its keys and rules come below. */
static void write_about(const struct schema_found *found, struct buf *out)
{
	struct table table = { .columns = 2 };
	size_t i;

	buf_add_format(out, "%s\n", buf_text(&found->path));
	for (i = 0; describe_names[i]; i++) {
		BUF_AUTO value = BUF_INIT;

		if (strcmp(describe_names[i], "keys") == 0 || strcmp(describe_names[i], "needs") == 0)
			continue;
		if (describe_attribute(found->payload, found->key, describe_names[i], &value) == 0)
			add_named(&table, describe_names[i], buf_text(&value));
	}
	table_write(&table, out);
	table_free(&table);
	buf_add_char(out, '\n');
}

static void write_type(struct schema *schema, const struct schema_found *found, bool whole, struct buf *out)
{
	struct listing list = {
		.schema = whole ? NULL : schema,
		.payload = found->payload,
		.table = { .columns = sizeof(head) / sizeof(*head), .headed = true },
	};
	size_t i;

	write_about(found, out);
	for (i = 0; i < sizeof(head) / sizeof(*head); i++)
		table_add(&list.table, head[i]);
	add_keys(&list, found->key, 0);
	table_write(&list.table, out);
	table_free(&list.table);
	write_rules(found->key, out);
	if (!whole)
		buf_add_text(out, "\nThe keys of every payload: profilefs schema common\n");
}

/* The profile's own keys and those of every payload are never left out of themselves. */
int schema_found_text(struct schema *schema, const struct schema_found *found, struct buf *out, struct error *err)
{
	bool whole = found->common || found->payload == schema_profile(schema);

	if (found->key == found->payload)
		write_type(schema, found, whole, out);
	else
		write_key(found, out);
	return schema_failed(schema) ? error_memory(err) : finish(out, err);
}
