#include "plist/schema/yaml_keys.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plist/schema/writing.h"
#include "plist/value.h"

/* Apple's files make 2,400 keys of 7 levels, and 160 kB of text. */
#define MAX_KEYS 1000000
#define MAX_TEXT ((size_t)64 << 20)
#define MAX_NAMES ((size_t)1 << 28)
#define MAX_LEVEL 64

/* --- errors and texts --------------------------------------------------------------------------------- */

void yaml_bad(struct yaml_keys *keys, const struct yaml_node *at, const char *format, ...)
{
	va_list args;

	if (keys->failed)
		return;
	va_start(args, format);
	error_set_args(keys->err, EINVAL, format, args);
	va_end(args);
	error_in_file(keys->err, keys->file);
	error_at(keys->err, at->line, at->column);
	keys->failed = true;
}

void yaml_no_memory(struct yaml_keys *keys)
{
	if (!keys->failed)
		error_memory(keys->err);
	keys->failed = true;
}

/* Work that aliases make more of than the files' sizes allow. */
static void spend(struct yaml_keys *keys, const struct yaml_node *at, size_t *spent, size_t amount, size_t limit)
{
	*spent += amount;
	if (*spent > limit)
		yaml_bad(keys, at, "too much comes of this: aliases multiply what they stand for");
}

const struct yaml_node *yaml_want(struct yaml_keys *keys, const struct yaml_node *map, const char *name,
				  enum yaml_kind kind)
{
	static const char *const expected[] = {
		[YAML_KIND_TEXT] = "a text",
		[YAML_KIND_LIST] = "a list",
		[YAML_KIND_MAP] = "a mapping",
	};
	const struct yaml_node *again = NULL, *node = yaml_get(map, name, &again);

	spend(keys, map, &keys->names_looked_at, map->count, MAX_NAMES);
	if (again)
		yaml_bad(keys, again, "'%s' stands here twice", name);
	if (node && node->kind != kind)
		yaml_bad(keys, node, "'%s' must be %s, not %s", name, expected[kind], expected[node->kind]);
	return keys->failed ? NULL : node;
}

const char *yaml_text(struct yaml_keys *keys, const struct yaml_node *node)
{
	const struct yaml_node *target = yaml_target(node);
	size_t len;

	if (target->kind != YAML_KIND_TEXT) {
		yaml_bad(keys, target, "a text is expected here, not a %s",
			 target->kind == YAML_KIND_LIST ? "list" : "mapping");
		return NULL;
	}
	len = strlen(target->text);
	if (!value_is_text(target->text, len))
		yaml_bad(keys, target, "a text holds characters that no plist can hold");
	spend(keys, node, &keys->text_taken, len + 1, MAX_TEXT);
	return keys->failed ? NULL : target->text;
}

const char *yaml_text_at(struct yaml_keys *keys, const struct yaml_node *map, const char *name)
{
	const struct yaml_node *node = yaml_want(keys, map, name, YAML_KIND_TEXT);

	return node ? yaml_text(keys, node) : NULL;
}

/* --- keys --------------------------------------------------------------------------------------------- */

struct type_name {
	const char *apple, *ours;
	enum node_type type;
};

static const struct type_name TYPES[] = {
	{ "<string>", "string", NODE_STRING },
	{ "<integer>", "integer", NODE_INTEGER },
	{ "<real>", "real", NODE_REAL },
	{ "<boolean>", "boolean", NODE_BOOLEAN },
	{ "<date>", "date", NODE_DATE },
	{ "<data>", "data", NODE_DATA },
	{ "<array>", "array", NODE_ARRAY },
	{ "<dictionary>", "dict", NODE_DICT },
	{ "<any>", "any", NODE_TYPE_COUNT },
};

/* A key whose subkeys are being written. */
struct level {
	const struct level *outer;
	unsigned depth;
	const struct yaml_node *subkeys;
	enum node_type type;
	const char *name; /* what `like` calls it; NULL: nothing inside is like it */
};

static const struct type_name *type_of(struct yaml_keys *keys, const struct yaml_node *key)
{
	const char *name = yaml_text_at(keys, key, "type");
	size_t i;

	for (i = 0; name && i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
		if (!strcmp(name, TYPES[i].apple))
			return &TYPES[i];
	if (name)
		yaml_bad(keys, yaml_get(key, "type", NULL),
			 "'%s' is no type: one of <string>, <integer>, <real>, <boolean>, <date>, <data>, <array>, "
			 "<dictionary>, <any> is",
			 name);
	else
		yaml_bad(keys, key, "this key has no 'type'");
	return NULL;
}

static bool is_required(struct yaml_keys *keys, const struct yaml_node *key)
{
	const char *presence = yaml_text_at(keys, key, "presence");

	if (!presence || !strcmp(presence, "optional"))
		return false;
	if (strcmp(presence, "required") != 0)
		yaml_bad(keys, yaml_get(key, "presence", NULL), "'%s' is neither 'required' nor 'optional'", presence);
	return true;
}

static bool is_taken(const char *name, const struct level *outer)
{
	for (; outer; outer = outer->outer)
		if (outer->name && !strcmp(outer->name, name))
			return true;
	return false;
}

/* The name by which keys further in can say that they are like this one: Apple's for the type, else the
 * key's own (elements may have neither). A number after it where an enclosing key is called so already. */
static const char *recursion_name(struct yaml_keys *keys, const struct yaml_node *key, const struct level *outer)
{
	const char *base = yaml_text_at(keys, key, "subkeytype");
	BUF_AUTO numbered = BUF_INIT;
	const char *name;
	unsigned number;

	if (!base)
		base = yaml_text_at(keys, key, "key");
	if (!base)
		base = "item";
	if (!is_taken(base, outer))
		return base;
	for (number = 2; !numbered.len || is_taken(buf_text(&numbered), outer); number++) {
		buf_clear(&numbered);
		buf_add_format(&numbered, "%s%u", base, number);
		if (!buf_ok(&numbered))
			break;
	}
	name = buf_ok(&numbered) ? arena_text(keys->arena, numbered.data, numbered.len) : NULL;
	if (!name)
		yaml_no_memory(keys);
	return name;
}

/* The enclosing key that has the same subkeys in the same way. */
static const struct level *find_like(const struct level *inner, const struct yaml_node *subkeys, enum node_type type)
{
	for (; inner; inner = inner->outer)
		if (subkeys->recursive && inner->subkeys == subkeys && inner->type == type)
			return inner;
	return NULL;
}

/* What an array's elements are: its only subkey. Where there are several, the files do not say what is meant,
 * so elements may be anything. */
static const struct yaml_node *item_of(struct yaml_keys *keys, const struct yaml_node *subkeys)
{
	const struct yaml_node *item;

	if (!subkeys || !subkeys->first || subkeys->first->next)
		return NULL;
	item = yaml_target(subkeys->first);
	if (item->kind == YAML_KIND_MAP)
		return item;
	yaml_bad(keys, item, "an element of 'subkeys' must be a mapping");
	return NULL;
}

static void write_children(struct yaml_keys *keys, const struct yaml_node *key, const struct level *level);

static void write_name(struct yaml_keys *keys, const struct yaml_node *key, const struct level *outer)
{
	const char *name = yaml_text_at(keys, key, "key");

	write_indent(keys->out, outer->depth + 1);
	if (outer->type == NODE_ARRAY)
		buf_add_char(keys->out, '-');
	else if (!name)
		yaml_bad(keys, key, "a key without a name: 'key' is missing");
	else if (!strcmp(name, "ANY"))
		buf_add_char(keys->out, '*');
	else
		write_key_name(keys->out, name);
}

static bool is_container(enum node_type type)
{
	return type == NODE_ARRAY || type == NODE_DICT;
}

/* One key: its line, and those of its children below it. */
static void write_key(struct yaml_keys *keys, const struct yaml_node *key, const struct level *outer)
{
	size_t start = keys->out->len;
	const struct type_name *type = type_of(keys, key);
	const struct yaml_node *subkeys = yaml_want(keys, key, "subkeys", YAML_KIND_LIST);
	struct level level = { .outer = outer, .depth = outer->depth + 1, .subkeys = subkeys };
	const struct level *like;

	spend(keys, key, &keys->keys_written, 1, MAX_KEYS);
	if (!type || keys->failed)
		return;
	level.type = type->type;
	write_name(keys, key, outer);
	buf_add_char(keys->out, ' ');
	write_word(keys->out, type->ours);
	if (outer->type == NODE_DICT && is_required(keys, key))
		buf_add_text(keys->out, " required");
	yaml_write_values(keys, key, type->type, type->type == NODE_ARRAY ? item_of(keys, subkeys) : NULL);
	like = subkeys ? find_like(outer, subkeys, type->type) : NULL;
	if (like)
		write_attribute(keys->out, "like", like->name);
	else if (subkeys && subkeys->recursive && is_container(type->type))
		level.name = recursion_name(keys, key, outer);
	if (level.name)
		write_attribute(keys->out, "as", level.name);
	if (keys->help)
		yaml_write_help(keys, yaml_text_at(keys, key, "content"));
	yaml_end_line(keys, key, start, level.depth + 2, false);
	if (!like)
		write_children(keys, key, &level);
}

/* Whether a list has other keys of that name. */
enum again {
	AGAIN_NO,
	AGAIN_FIRST,
	AGAIN_LATER
};

static enum again is_there_again(struct yaml_keys *keys, const struct yaml_node *list, const struct yaml_node *entry)
{
	const struct yaml_node *name = yaml_want(keys, yaml_target(entry), "key", YAML_KIND_TEXT), *other, *key;
	enum again others = AGAIN_LATER;

	for (other = list->first; name && other && !keys->failed; other = other->next) {
		if (other == entry)
			others = AGAIN_FIRST;
		if (other == entry || other->kind != YAML_KIND_MAP)
			continue;
		key = yaml_want(keys, yaml_target(other), "key", YAML_KIND_TEXT);
		if (key && !strcmp(key->text, name->text))
			return others;
	}
	return AGAIN_NO;
}

/* A key that stands there several times may be anything: the files do not say what is meant. */
static void write_anything(struct yaml_keys *keys, const struct yaml_node *key, const struct level *outer)
{
	write_name(keys, key, outer);
	buf_add_text(keys->out, " any\n");
}

static void write_keys(struct yaml_keys *keys, const struct yaml_node *list, const struct level *level)
{
	const struct yaml_node *entry, *key;
	enum again again;

	for (entry = list->first; entry && !keys->failed; entry = entry->next) {
		key = yaml_target(entry);
		if (key->kind != YAML_KIND_MAP) {
			yaml_bad(keys, key, "a key must be a mapping with 'key' and 'type'");
			return;
		}
		again = is_there_again(keys, list, entry);
		if (again == AGAIN_NO)
			write_key(keys, key, level);
		else if (again == AGAIN_FIRST)
			write_anything(keys, key, level);
	}
}

static void write_children(struct yaml_keys *keys, const struct yaml_node *key, const struct level *level)
{
	const struct yaml_node *item;

	if (!level->subkeys || keys->failed)
		return;
	if (level->depth >= MAX_LEVEL) {
		yaml_bad(keys, key, "keys nest too deep: %d levels are allowed", MAX_LEVEL);
		return;
	}
	item = item_of(keys, level->subkeys);
	if (level->type == NODE_DICT)
		write_keys(keys, level->subkeys, level);
	else if (level->type == NODE_ARRAY && item)
		write_key(keys, item, level);
}

/* --- files -------------------------------------------------------------------------------------------- */

const char *yaml_keys_type(struct yaml_keys *keys, const struct yaml_node *root)
{
	const struct yaml_node *payload;

	if (root->kind != YAML_KIND_MAP) {
		yaml_bad(keys, root, "is no schema: a mapping with 'payload' and 'payloadkeys' is expected");
		return NULL;
	}
	payload = yaml_want(keys, root, "payload", YAML_KIND_MAP);
	return payload ? yaml_text_at(keys, payload, "payloadtype") : NULL;
}

static void write_head(struct yaml_keys *keys, const char *type)
{
	if (!strcmp(type, "TopLevel")) {
		buf_add_text(keys->out, "profile");
	} else if (!strcmp(type, "CommonPayloadKeys")) {
		buf_add_text(keys->out, "common");
	} else {
		buf_add_text(keys->out, "payload ");
		write_word(keys->out, type);
	}
}

int yaml_keys_section(struct yaml_keys *keys, const struct yaml_node *root, const char *type)
{
	const struct yaml_node *payload = yaml_want(keys, root, "payload", YAML_KIND_MAP);
	const struct yaml_node *list = yaml_want(keys, root, "payloadkeys", YAML_KIND_LIST);
	const struct level top = { .subkeys = list, .type = NODE_DICT };
	const char *prose;

	if (keys->failed)
		return -1;
	buf_add_char(keys->out, '\n');
	write_head(keys, type);
	if (keys->help) {
		prose = yaml_text_at(keys, payload, "content");
		yaml_write_help(keys, prose ? prose : yaml_text_at(keys, root, "description"));
	}
	yaml_end_line(keys, payload, keys->out->len, 2, true);
	if (list && !keys->failed)
		write_keys(keys, list, &top);
	if (!buf_ok(keys->out))
		yaml_no_memory(keys);
	return keys->failed ? -1 : 0;
}
