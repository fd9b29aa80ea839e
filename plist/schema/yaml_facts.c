/* What a key says of its value and of platforms, as attributes of its line. */
#include "plist/schema/yaml_keys.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/pattern.h"
#include "plist/schema/writing.h"
#include "plist/value.h"

/* How long a line with platforms may be before they go to lines of their own. */
#define LINE_LENGTH 120

/* --- values ------------------------------------------------------------------------------------------- */

/* The spellings of YAML 1.1; NULL for another text. */
static const char *boolean(const char *text)
{
	static const struct {
		const char *text, *value;
	} words[] = {
		{ "true", "true" },
		{ "yes", "true" },
		{ "on", "true" },
		{ "false", "false" },
		{ "no", "false" },
		{ "off", "false" },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(text, words[i].text))
			return words[i].value;
	return NULL;
}

static bool is_number(enum node_type type)
{
	return type == NODE_INTEGER || type == NODE_REAL;
}

static bool is_container(enum node_type type)
{
	return type == NODE_ARRAY || type == NODE_DICT;
}

/* An integer or a real as plists spell it, in the file's arena. NULL: it is none, or memory ran out. */
static const char *number(struct yaml_keys *keys, const char *text, enum node_type type)
{
	BUF_AUTO canonical = BUF_INIT;
	struct error err;
	const char *value;

	if (value_from_xml(type, text, strlen(text), false, &canonical, &err) < 0) {
		if (err.code == ENOMEM)
			yaml_no_memory(keys);
		return NULL;
	}
	value = arena_text(keys->arena, buf_text(&canonical), canonical.len);
	if (!value)
		yaml_no_memory(keys);
	return value;
}

static bool is_date(const char *text)
{
	struct error err;

	return value_check(NODE_DATE, text, strlen(text), false, &err) == 0;
}

/* The text of a plist's value of that type, which YAML may spell in another way; NULL after an error. */
static const char *value_text(struct yaml_keys *keys, const struct yaml_node *node, enum node_type type)
{
	const char *text = yaml_text(keys, node), *value = text, *allowed = "";

	if (!text)
		return NULL;
	if (type == NODE_BOOLEAN) {
		value = boolean(text);
		allowed = "true or false is";
	} else if (is_number(type)) {
		value = number(keys, text, type);
		allowed = type == NODE_REAL ? "a number is" : "an integer is";
	} else if (type == NODE_DATE) {
		value = is_date(text) ? text : NULL;
		allowed = "a date such as 2026-01-31T12:00:00Z is";
	}
	if (!value)
		yaml_bad(keys, node, "'%s' is no value of this key's type: %s", text, allowed);
	return value;
}

/* One of the values that a scalar may have: it stands there itself, or names a subkey. */
static const char *allowed_value(struct yaml_keys *keys, const struct yaml_node *entry, enum node_type type)
{
	const struct yaml_node *name;

	if (entry->kind != YAML_KIND_MAP)
		return value_text(keys, entry, type);
	name = yaml_want(keys, yaml_target(entry), "key", YAML_KIND_TEXT);
	if (name)
		return value_text(keys, name, type);
	yaml_bad(keys, entry, "a value without a name: 'key' is missing");
	return NULL;
}

static void write_allowed(struct yaml_keys *keys, const struct yaml_node *key, enum node_type type)
{
	const struct yaml_node *list = yaml_want(keys, key, "rangelist", YAML_KIND_LIST), *entry;
	size_t count = 0;
	const char **values;

	if (!list || !list->count)
		list = yaml_want(keys, key, "subkeys", YAML_KIND_LIST);
	if (!list || !list->count)
		return;
	values = calloc(list->count, sizeof(*values));
	for (entry = values ? list->first : NULL; entry && !keys->failed; entry = entry->next)
		values[count++] = allowed_value(keys, entry, type);
	if (!values)
		keys->out->failed = true;
	else if (!keys->failed)
		write_list(keys->out, "values", values, count);
	free(values);
}

static const char *bound(struct yaml_keys *keys, const struct yaml_node *range, const char *name, enum node_type type)
{
	const struct yaml_node *node = yaml_want(keys, range, name, YAML_KIND_TEXT);

	return node ? value_text(keys, node, type) : NULL;
}

static void write_bounds_of(struct yaml_keys *keys, const char *attribute, const struct yaml_node *range,
			    enum node_type type)
{
	const char *min = range ? bound(keys, range, "min", type) : NULL;
	const char *max = range ? bound(keys, range, "max", type) : NULL;

	if (min && max && strtod(min, NULL) > strtod(max, NULL))
		yaml_bad(keys, range, "nothing lies between %s and %s", min, max);
	if ((min || max) && !keys->failed)
		write_bounds(keys->out, attribute, min, max);
}

/* Apple's files say of the element how often it may be there; of the array would be as clear. */
static void write_item_bounds(struct yaml_keys *keys, const struct yaml_node *array, const struct yaml_node *item)
{
	const struct yaml_node *range = item ? yaml_want(keys, item, "repetition", YAML_KIND_MAP) : NULL;

	if (!range)
		range = yaml_want(keys, array, "repetition", YAML_KIND_MAP);
	write_bounds_of(keys, "items", range, NODE_INTEGER);
}

static void write_format(struct yaml_keys *keys, const struct yaml_node *key)
{
	const char *format = yaml_text_at(keys, key, "format");
	struct pattern *pattern;
	struct error err;

	if (!format)
		return;
	pattern = pattern_new(format, &err);
	if (!pattern && err.code == ENOMEM)
		yaml_no_memory(keys);
	else if (!pattern)
		yaml_bad(keys, yaml_get(key, "format", NULL), "%s", err.text);
	pattern_free(pattern);
	write_attribute(keys->out, "format", format);
}

/* `valuetype: url` is the newer spelling of `subtype: <url>`. */
static void write_subtype(struct yaml_keys *keys, const struct yaml_node *key)
{
	const char *word = yaml_text_at(keys, key, "valuetype");
	size_t len;

	if (!word)
		word = yaml_text_at(keys, key, "subtype");
	if (!word)
		return;
	len = strlen(word);
	if (len > 2 && word[0] == '<' && word[len - 1] == '>')
		word = arena_text(keys->arena, word + 1, len - 2);
	if (word)
		write_attribute(keys->out, "subtype", word);
	else
		keys->out->failed = true;
}

void yaml_write_values(struct yaml_keys *keys, const struct yaml_node *key, enum node_type type,
		       const struct yaml_node *item)
{
	const struct yaml_node *value;
	const char *text;

	if (type == NODE_ARRAY)
		write_item_bounds(keys, key, item);
	if (is_container(type))
		return;
	write_allowed(keys, key, type);
	if (is_number(type))
		write_bounds_of(keys, "range", yaml_want(keys, key, "range", YAML_KIND_MAP), type);
	if (type == NODE_STRING)
		write_format(keys, key);
	write_subtype(keys, key);
	value = yaml_want(keys, key, "default", YAML_KIND_TEXT);
	text = value ? value_text(keys, value, type) : NULL;
	if (text)
		write_attribute(keys->out, "default", text);
}

/* --- platforms ---------------------------------------------------------------------------------------- */

struct fact_place {
	enum fact fact;
	const char *group; /* the map it stands in; NULL: the platform's */
	const char *name;
	bool boolean;
};

static const struct fact_place FACTS[] = {
	{ FACT_INTRODUCED, NULL, "introduced", false },
	{ FACT_DEPRECATED, NULL, "deprecated", false },
	{ FACT_REMOVED, NULL, "removed", false },
	{ FACT_MULTIPLE, NULL, "multiple", true },
	{ FACT_SUPERVISED, NULL, "supervised", true },
	{ FACT_DEVICE_CHANNEL, NULL, "devicechannel", true },
	{ FACT_USER_CHANNEL, NULL, "userchannel", true },
	{ FACT_REQUIRES_DEP, NULL, "requiresdep", true },
	{ FACT_USER_APPROVED, NULL, "userapprovedmdm", true },
	{ FACT_MANUAL_INSTALL, NULL, "allowmanualinstall", true },
	{ FACT_SHARED_IPAD, "sharedipad", "mode", false },
	{ FACT_SHARED_IPAD_DEVICE_CHANNEL, "sharedipad", "devicechannel", true },
	{ FACT_SHARED_IPAD_USER_CHANNEL, "sharedipad", "userchannel", true },
	{ FACT_USER_ENROLLMENT, "userenrollment", "mode", false },
};

/* "n/a" and "all" are no versions. */
static void note_version(struct yaml_keys *keys, enum platform platform, const char *version)
{
	char *newest = keys->newest[platform];

	if (!isdigit((unsigned char)version[0]) || strlen(version) >= sizeof(keys->newest[0]))
		return;
	if (!*newest || version_compare(newest, version) < 0)
		strcpy(newest, version);
}

static const char *fact_text(struct yaml_keys *keys, const struct yaml_node *facts, const struct fact_place *place)
{
	const struct yaml_node *map = place->group ? yaml_want(keys, facts, place->group, YAML_KIND_MAP) : facts;
	const struct yaml_node *node = map ? yaml_want(keys, map, place->name, YAML_KIND_TEXT) : NULL;
	const char *text, *allowed;

	if (!node)
		return NULL;
	if (place->boolean)
		return value_text(keys, node, NODE_BOOLEAN);
	text = yaml_text(keys, node);
	allowed = text ? fact_allowed(place->fact, text) : NULL;
	if (allowed)
		yaml_bad(keys, node, "'%s' cannot be said here: it is %s", text, allowed);
	return text;
}

/* "iOS(9.3 supervised=true)"; nothing where nothing is said. */
static void write_platform(struct yaml_keys *keys, enum platform platform, const struct yaml_node *facts,
			   struct buf *out)
{
	BUF_AUTO inner = BUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(FACTS) / sizeof(FACTS[0]) && !keys->failed; i++) {
		text = fact_text(keys, facts, &FACTS[i]);
		if (!text)
			continue;
		if (FACTS[i].fact != FACT_INTRODUCED) {
			write_attribute(&inner, fact_name(FACTS[i].fact), text);
			continue;
		}
		note_version(keys, platform, text);
		buf_add_char(&inner, ' ');
		write_word(&inner, text);
	}
	if (inner.len)
		buf_add_format(out, "%s(%s)", platform_name(platform), buf_text(&inner) + 1);
	if (!buf_ok(&inner))
		keys->out->failed = true;
}

static void write_platforms(struct yaml_keys *keys, const struct yaml_node *owner,
			    struct buf platforms[PLATFORM_COUNT])
{
	const struct yaml_node *supported = yaml_want(keys, owner, "supportedOS", YAML_KIND_MAP), *facts;
	enum platform platform;

	for (platform = 0; supported && platform < PLATFORM_COUNT && !keys->failed; platform++) {
		facts = yaml_want(keys, supported, platform_name(platform), YAML_KIND_MAP);
		if (facts)
			write_platform(keys, platform, facts, &platforms[platform]);
	}
}

/* Of which a version is all that is said. */
static bool is_short(const struct buf *platform)
{
	return platform->len && !memchr(platform->data, '=', platform->len);
}

/* Each on a line of its own, but short ones beside each other. */
static void write_below(struct buf *out, const struct buf platforms[PLATFORM_COUNT], unsigned level)
{
	bool beside = false;
	size_t i;

	for (i = 0; i < PLATFORM_COUNT; i++) {
		if (!platforms[i].len)
			continue;
		buf_add_char(out, beside && is_short(&platforms[i]) ? ' ' : '\n');
		if (!beside || !is_short(&platforms[i]))
			write_indent(out, level);
		buf_add(out, platforms[i].data, platforms[i].len);
		beside = is_short(&platforms[i]);
	}
}

static void write_behind(struct buf *out, const struct buf platforms[PLATFORM_COUNT])
{
	size_t i;

	for (i = 0; i < PLATFORM_COUNT; i++)
		if (platforms[i].len)
			buf_add_format(out, " %s", buf_text(&platforms[i]));
}

void yaml_end_line(struct yaml_keys *keys, const struct yaml_node *owner, size_t start, unsigned level, bool always)
{
	struct buf platforms[PLATFORM_COUNT] = { 0 };
	size_t length = keys->out->len - start, i;

	write_platforms(keys, owner, platforms);
	for (i = 0; i < PLATFORM_COUNT; i++)
		length += platforms[i].len ? platforms[i].len + 1 : 0;
	if (always || length > LINE_LENGTH)
		write_below(keys->out, platforms, level);
	else
		write_behind(keys->out, platforms);
	buf_add_char(keys->out, '\n');
	for (i = 0; i < PLATFORM_COUNT; i++) {
		keys->out->failed |= !buf_ok(&platforms[i]);
		buf_free(&platforms[i]);
	}
}

/* --- prose -------------------------------------------------------------------------------------------- */

/* In one line: white space of any kind and length is one blank. */
void yaml_write_help(struct yaml_keys *keys, const char *prose)
{
	BUF_AUTO line = BUF_INIT;
	size_t len;

	while (prose && *(prose += strspn(prose, " \t\r\n"))) {
		len = strcspn(prose, " \t\r\n");
		if (line.len)
			buf_add_char(&line, ' ');
		buf_add(&line, prose, len);
		prose += len;
	}
	if (line.len)
		write_attribute(keys->out, "help", buf_text(&line));
	if (!buf_ok(&line))
		keys->out->failed = true;
}
