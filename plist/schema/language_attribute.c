/*
 * What a line says of its key after the name: types, attributes, platforms.
 */
#include "plist/schema/language_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/buf.h"
#include "plist/base/hint.h"
#include "plist/schema/key.h"
#include "plist/schema/pattern.h"
#include "plist/value.h"

/* --- types ------------------------------------------------------------------------------------------ */

#define TYPE_NAMES "string, integer, real, boolean, date, data, array, dict, any"

static const char *const type_names[] = { "string", "integer", "real", "boolean", "date",
					  "data", "array", "dict", "any" };

static int unknown_type(const struct reader *reader, const struct word *word, const char *name)
{
	struct hint hint = hint_for(name);

	for (size_t i = 0; i < sizeof(type_names) / sizeof(*type_names); i++)
		hint_consider(&hint, type_names[i]);
	if (hint.name)
		return reader_error(reader, word, "'%s' is no type: did you mean %s?", name, hint.name);
	return reader_error(reader, word, "'%s' is no type: " TYPE_NAMES, name);
}

/* Adds the types of one name; `any` is all of them. */
static int add_type(const struct reader *reader, const struct word *word, const char *name, type_set *types,
		    enum node_type *first)
{
	enum node_type type = node_type_from_name(name);

	if (strcmp(name, "any") == 0) {
		*types = TYPES_ANY;
		*first = NODE_TYPE_COUNT;
		return 0;
	}
	if (type == NODE_TYPE_COUNT)
		return unknown_type(reader, word, name);
	if (!*types)
		*first = type;
	*types |= TYPE_BIT(type);
	return 0;
}

int language_types(const struct reader *reader, struct schema_key *key, const struct word *word)
{
	type_set types = 0;
	enum node_type first = NODE_TYPE_COUNT;
	const char *at = word->text;
	const char *name;
	size_t len;

	if (word->kind != WORD_PLAIN || word->quoted)
		return reader_error(reader, word, "here stands the key's type: " TYPE_NAMES);
	for (;;) {
		len = strcspn(at, "|");
		name = arena_text(reader->arena, at, len);
		if (!name)
			return error_memory(reader->err);
		if (add_type(reader, word, name, &types, &first))
			return -1;
		if (!at[len])
			break;
		at += len + 1;
	}
	key->types = types;
	key->type = first;
	if (!(types & TYPE_BIT(NODE_DICT)))
		key_clear_dict(key);
	if (!(types & TYPE_BIT(NODE_ARRAY)))
		key_clear_array(key);
	if (!(types & (TYPE_BIT(NODE_DICT) | TYPE_BIT(NODE_ARRAY))))
		key->like = NULL;
	return 0;
}

/* --- values of attributes --------------------------------------------------------------------------- */

static bool is_number(const char *text, bool whole)
{
	struct error ignored;

	if (whole)
		return *text && strspn(text, "0123456789") == strlen(text);
	return value_check(NODE_INTEGER, text, strlen(text), false, &ignored) == 0 ||
	       value_check(NODE_REAL, text, strlen(text), false, &ignored) == 0;
}

int language_bounds(const struct reader *reader, const struct word *word, bool whole, struct bounds *bounds)
{
	const char *text = word->values.list[0];
	const char *dots = strstr(text, "..");
	const char *min, *max;

	if (word->values.count != 1 || !dots || !text[2])
		return reader_error(reader, word, "%s= takes MIN..MAX, MIN.. or ..MAX", word->text);
	min = arena_text(reader->arena, text, (size_t)(dots - text));
	if (!min)
		return error_memory(reader->err);
	max = dots + 2;
	if ((*min && !is_number(min, whole)) || (*max && !is_number(max, whole)))
		return reader_error(reader, word, "%s=%s is not made of %s", word->text, text,
				    whole ? "whole numbers" : "numbers");
	if (*min && *max && strtold(min, NULL) > strtold(max, NULL))
		return reader_error(reader, word, "%s=%s is empty: %s is more than %s", word->text, text, min, max);
	bounds->min = *min ? min : NULL;
	bounds->max = *max ? max : NULL;
	return 0;
}

static void release_pattern(void *pattern)
{
	pattern_free(pattern);
}

int language_pattern(const struct reader *reader, const struct word *word, const char *expression,
		     struct pattern **pattern)
{
	*pattern = pattern_new(expression, reader->err);
	if (!*pattern)
		return reader_error_here(reader, word);
	if (arena_own(reader->arena, *pattern, release_pattern))
		return error_memory(reader->err);
	return 0;
}

/* --- attributes ------------------------------------------------------------------------------------- */

struct attribute {
	const char *name;
	/* NULL: it is only something that `no=` takes away. */
	int (*set)(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		   const struct word *word);
	void (*clear)(struct schema_key *key, const struct attribute *attribute);
	size_t offset; /* of its member in struct schema_key */
	type_set fits; /* what it can be said of */
};

static void *member_of(struct schema_key *key, const struct attribute *attribute)
{
	return (char *)key + attribute->offset;
}

int language_one_value(const struct reader *reader, const struct word *word)
{
	if (word->kind == WORD_SET && word->values.count == 1)
		return 0;
	return reader_error(reader, word, "%s takes one value: %s=VALUE", word->text, word->text);
}

static int set_flag(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		    const struct word *word)
{
	if (word->kind != WORD_PLAIN)
		return reader_error(reader, word, "%s stands by itself and takes no value", word->text);
	*(bool *)member_of(key, attribute) = true;
	return 0;
}

static void clear_flag(struct schema_key *key, const struct attribute *attribute)
{
	*(bool *)member_of(key, attribute) = false;
}

static int set_optional(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
			const struct word *word)
{
	if (word->kind != WORD_PLAIN)
		return reader_error(reader, word, "%s stands by itself and takes no value", word->text);
	clear_flag(key, attribute);
	return 0;
}

static void clear_nothing(struct schema_key *key, const struct attribute *attribute)
{
	(void)key;
	(void)attribute;
}

static int set_text(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		    const struct word *word)
{
	if (language_one_value(reader, word))
		return -1;
	*(const char **)member_of(key, attribute) = word->values.list[0];
	return 0;
}

static void clear_text(struct schema_key *key, const struct attribute *attribute)
{
	*(const char **)member_of(key, attribute) = NULL;
}

static int join(const struct reader *reader, struct texts *into, const struct texts *more)
{
	size_t count = into->count + more->count;
	const char **list = arena_get(reader->arena, count * sizeof(*list));

	if (!list)
		return error_memory(reader->err);
	if (into->count)
		memcpy(list, into->list, into->count * sizeof(*list));
	memcpy(list + into->count, more->list, more->count * sizeof(*list));
	*into = (struct texts){ list, count };
	return 0;
}

static int set_texts(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		     const struct word *word)
{
	struct texts *texts = member_of(key, attribute);

	if (word->kind == WORD_ADD && reader->rule)
		return join(reader, texts, &word->values);
	if (word->kind == WORD_ADD)
		return reader_error(reader, word, "+= is for `rule` sections: %s=VALUE,...", word->text);
	if (word->kind != WORD_SET)
		return reader_error(reader, word, "%s takes values: %s=VALUE,...", word->text, word->text);
	*texts = word->values;
	return 0;
}

static void clear_texts(struct schema_key *key, const struct attribute *attribute)
{
	*(struct texts *)member_of(key, attribute) = (struct texts){ 0 };
}

/* "2:1": two positive numbers. */
static bool is_need(const char *text)
{
	size_t first = strspn(text, "0123456789");

	return first && text[first] == ':' && is_number(text + first + 1, true);
}

static int set_needs(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		     const struct word *word)
{
	for (size_t i = 0; i < word->values.count; i++) {
		if (!is_need(word->values.list[i]))
			return reader_error(reader, word, "needs=%s: one flag's number that needs another's: 2:1",
					    word->values.list[i]);
	}
	return set_texts(reader, key, attribute, word);
}

static int set_range(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		     const struct word *word)
{
	if (language_one_value(reader, word))
		return -1;
	return language_bounds(reader, word, false, member_of(key, attribute));
}

static int set_size(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		    const struct word *word)
{
	if (language_one_value(reader, word))
		return -1;
	return language_bounds(reader, word, true, member_of(key, attribute));
}

static void clear_bounds(struct schema_key *key, const struct attribute *attribute)
{
	*(struct bounds *)member_of(key, attribute) = (struct bounds){ 0 };
}

static int set_format(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		      const struct word *word)
{
	(void)attribute;
	if (language_one_value(reader, word))
		return -1;
	key->format = word->values.list[0];
	return language_pattern(reader, word, key->format, &key->pattern);
}

static void clear_format(struct schema_key *key, const struct attribute *attribute)
{
	(void)attribute;
	key->format = NULL;
	key->pattern = NULL;
}

static int set_bits(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		    const struct word *word)
{
	unsigned long mask;

	(void)attribute;
	if (language_one_value(reader, word))
		return -1;
	errno = 0;
	mask = strtoul(word->values.list[0], NULL, 10);
	if (!is_number(word->values.list[0], true) || errno || mask == 0)
		return reader_error(reader, word, "bits= takes the sum of all flags, a number from 1 on");
	key->bits = mask;
	return 0;
}

static void clear_bits(struct schema_key *key, const struct attribute *attribute)
{
	(void)attribute;
	key->bits = 0;
}

static int set_like(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		    const struct word *word)
{
	const char *name = word->kind == WORD_SET ? word->values.list[0] : "";
	struct schema_key *outer = NULL;

	(void)attribute;
	if (language_one_value(reader, word))
		return -1;
	for (unsigned i = reader->depth; i > 0 && !outer; i--) {
		if (reader->enclosing[i - 1]->as && strcmp(reader->enclosing[i - 1]->as, name) == 0)
			outer = reader->enclosing[i - 1];
	}
	if (!outer && reader->left_out)
		return 0;
	if (!outer)
		return reader_error(reader, word, "no key around this one says as=%s", name);
	if (!(outer->types & key->types & (TYPE_BIT(NODE_DICT) | TYPE_BIT(NODE_ARRAY))))
		return reader_error(reader, word, "like=%s: both have to be a dict, or both an array", name);
	key_clear_dict(key);
	key_clear_array(key);
	key->like = outer;
	return 0;
}

static void clear_like(struct schema_key *key, const struct attribute *attribute)
{
	(void)attribute;
	key->like = NULL;
}

static void clear_keys(struct schema_key *key, const struct attribute *attribute)
{
	(void)attribute;
	key->keys = NULL;
	key->by_name = NULL;
	key->key_count = 0;
	key->initials = 0;
}

static void clear_others(struct schema_key *key, const struct attribute *attribute)
{
	(void)attribute;
	key->others = NULL;
}

static void clear_item(struct schema_key *key, const struct attribute *attribute)
{
	(void)attribute;
	key->item = NULL;
}

static void clear_clauses(struct schema_key *key, const struct attribute *attribute)
{
	(void)attribute;
	key->clauses = NULL;
	key->clause_count = 0;
}

static int set_no(const struct reader *reader, struct schema_key *key, const struct attribute *attribute,
		  const struct word *word);

#define CONTAINERS (TYPE_BIT(NODE_DICT) | TYPE_BIT(NODE_ARRAY))
#define NUMBERS (TYPE_BIT(NODE_INTEGER) | TYPE_BIT(NODE_REAL))
#define AT(member) offsetof(struct schema_key, member)

/* Every attribute: its name, how it is set and taken away, its member, and what it can be said of. */
static const struct attribute attributes[] = {
	{ "required", set_flag, clear_flag, AT(required), TYPES_ANY },
	{ "optional", set_optional, clear_nothing, AT(required), TYPES_ANY },
	{ "values", set_texts, clear_texts, AT(values), TYPES_ANY },
	{ "custom", set_flag, clear_flag, AT(custom_values), TYPES_ANY },
	{ "range", set_range, clear_bounds, AT(range), NUMBERS },
	{ "length", set_size, clear_bounds, AT(length), TYPE_BIT(NODE_STRING) | TYPE_BIT(NODE_DATA) },
	{ "items", set_size, clear_bounds, AT(items), TYPE_BIT(NODE_ARRAY) },
	{ "format", set_format, clear_format, AT(format), TYPE_BIT(NODE_STRING) },
	{ "subtype", set_text, clear_text, AT(subtype), TYPES_ANY },
	{ "default", set_text, clear_text, AT(default_value), TYPES_ANY },
	{ "bits", set_bits, clear_bits, AT(bits), TYPE_BIT(NODE_INTEGER) },
	{ "needs", set_needs, clear_texts, AT(bit_needs), TYPE_BIT(NODE_INTEGER) },
	{ "refs", set_texts, clear_texts, AT(refs), TYPE_BIT(NODE_STRING) },
	{ "unique", set_flag, clear_flag, AT(unique), TYPE_BIT(NODE_ARRAY) },
	{ "immutable", set_flag, clear_flag, AT(immutable), TYPES_ANY },
	{ "sensitive", set_flag, clear_flag, AT(sensitive), TYPES_ANY },
	{ "as", set_text, clear_text, AT(as), CONTAINERS },
	{ "like", set_like, clear_like, AT(like), CONTAINERS },
	{ "page", set_text, clear_text, AT(page), TYPES_ANY },
	{ "help", set_text, clear_text, AT(help), TYPES_ANY },
	{ "no", set_no, clear_nothing, 0, TYPES_ANY },
	{ "keys", NULL, clear_keys, 0, TYPES_ANY },
	{ "others", NULL, clear_others, 0, TYPES_ANY },
	{ "item", NULL, clear_item, 0, TYPES_ANY },
	{ "clauses", NULL, clear_clauses, 0, TYPES_ANY },
};

#define ATTRIBUTE_NAMES \
	"required, optional, values, custom, range, length, items, format, subtype, default, bits, " \
	"needs, refs, unique, immutable, sensitive, as, like, page, help, PLATFORM(...)"

static const struct attribute *find_attribute(const char *name)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		if (strcmp(attributes[i].name, name) == 0)
			return &attributes[i];
	}
	return NULL;
}

static int unknown_attribute(const struct reader *reader, const struct word *word, const char *name)
{
	struct hint hint = hint_for(name);

	if (platform_from_name(name, strlen(name)) != PLATFORM_COUNT)
		return reader_error(reader, word, "a platform is written %s(VERSION FACT=VALUE ...)", name);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		if (attributes[i].set)
			hint_consider(&hint, attributes[i].name);
	}
	if (hint.name)
		return reader_error(reader, word, "'%s' is no attribute: did you mean %s?", name, hint.name);
	return reader_error(reader, word, "'%s' is no attribute: " ATTRIBUTE_NAMES, name);
}

/* `no=ATTR,...` */
static int set_no(const struct reader *reader, struct schema_key *key, const struct attribute *no,
		  const struct word *word)
{
	const struct attribute *attribute;
	enum platform platform;
	const char *name;

	(void)no;
	if (!reader->rule)
		return reader_error(reader, word, "`no=` is for `rule` sections");
	if (word->kind != WORD_SET)
		return reader_error(reader, word, "no= takes the attributes that shall go: no=values,range");
	for (size_t i = 0; i < word->values.count; i++) {
		name = word->values.list[i];
		platform = platform_from_name(name, strlen(name));
		attribute = find_attribute(name);
		if (platform != PLATFORM_COUNT)
			key->support[platform] = NULL;
		else if (attribute)
			attribute->clear(key, attribute);
		else
			return unknown_attribute(reader, word, name);
	}
	return 0;
}

/* --- a line's attributes ---------------------------------------------------------------------------- */

/* The names of a set of types: "string, data". */
static void name_types(type_set types, struct buf *out)
{
	for (enum node_type type = 0; type < NODE_TYPE_COUNT; type++) {
		if (types & TYPE_BIT(type))
			buf_add_format(out, "%s%s", out->len ? ", " : "", node_type_name(type));
	}
}

static int misfit(const struct reader *reader, const struct schema_key *key, const struct attribute *attribute,
		  const struct word *word)
{
	BUF_AUTO can = BUF_INIT;
	BUF_AUTO is = BUF_INIT;

	name_types(attribute->fits, &can);
	name_types(key->types, &is);
	if (!buf_ok(&can) || !buf_ok(&is))
		return error_memory(reader->err);
	return reader_error(reader, word, "%s is said of %s, and this is %s", attribute->name, buf_text(&can),
			    buf_text(&is));
}

static int set_attribute(const struct reader *reader, struct schema_key *key, const struct word *word, bool kept)
{
	const struct attribute *attribute;

	if (word->quoted)
		return reader_error(reader, word, "an attribute is written without quotes");
	if (word->kind == WORD_GROUP)
		return language_platform(reader, key, word);
	attribute = find_attribute(word->text);
	if (!attribute || !attribute->set)
		return unknown_attribute(reader, word, word->text);
	if (key->types & attribute->fits)
		return attribute->set(reader, key, attribute, word);
	return kept ? 0 : misfit(reader, key, attribute, word);
}

int language_attributes(const struct reader *reader, struct schema_key *key, size_t first, bool kept)
{
	const struct words *words = &reader->words;

	for (size_t i = first; i < words->count; i += 1 + words->list[i].inner) {
		if (set_attribute(reader, key, &words->list[i], kept))
			return -1;
	}
	return 0;
}
