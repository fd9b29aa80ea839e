#include "plist/schema/describe.h"

#include <stddef.h>
#include <string.h>

#include "plist/schema/clause.h"

/* --- types ------------------------------------------------------------------------------------------ */

static bool is_any(const struct schema_key *key)
{
	return key->type == NODE_TYPE_COUNT || (key->types & TYPES_ANY) == TYPES_ANY;
}

static bool has_several_types(const struct schema_key *key)
{
	return !is_any(key) && (key->types & (key->types - 1)) != 0;
}

static void add_type(const struct schema_key *key, bool seen_like, struct buf *out);

/* "array of string". What an array is like may be an array that holds it: that is looked through once. */
static void add_array(const struct schema_key *key, bool seen_like, struct buf *out)
{
	const struct schema_key *item = key->like && seen_like ? NULL : schema_item(key);

	buf_add_text(out, "array");
	if (!item || is_any(item))
		return;
	buf_add_text(out, has_several_types(item) ? " of (" : " of ");
	add_type(item, seen_like || key->like, out);
	if (has_several_types(item))
		buf_add_char(out, ')');
}

static void add_one_type(const struct schema_key *key, enum node_type type, bool seen_like, struct buf *out)
{
	if (type == NODE_ARRAY)
		add_array(key, seen_like, out);
	else
		buf_add_text(out, node_type_name(type));
}

static void add_type(const struct schema_key *key, bool seen_like, struct buf *out)
{
	int type;

	if (is_any(key)) {
		buf_add_text(out, "any");
		return;
	}
	add_one_type(key, key->type, seen_like, out);
	for (type = 0; type < NODE_TYPE_COUNT; type++) {
		if (type == (int)key->type || !(key->types & TYPE_BIT(type)))
			continue;
		buf_add_text(out, " or ");
		add_one_type(key, (enum node_type)type, seen_like, out);
	}
}

void describe_type(const struct schema_key *key, struct buf *out)
{
	add_type(key, false, out);
}

/* --- since when ------------------------------------------------------------------------------------- */

/* "13.1 (deprecated 14.0, removed 15.0)". */
static void add_life(const struct schema_key *payload, const struct schema_key *key, enum platform platform,
		     const char *introduced, struct buf *out)
{
	static const enum fact ends[] = { FACT_DEPRECATED, FACT_REMOVED };
	const char *before = " (";
	size_t i;

	buf_add_text(out, introduced);
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const char *version = schema_fact(payload, key, platform, ends[i]);

		if (!version)
			continue;
		buf_add_format(out, "%s%s %s", before, fact_name(ends[i]), version);
		before = ", ";
	}
	if (before[0] == ',')
		buf_add_char(out, ')');
}

/* The version from which a platform has the key. NULL: it never has, or nothing is said of it. */
static const char *introduced_in(const struct schema_key *payload, const struct schema_key *key,
				 enum platform platform)
{
	const char *version = schema_fact(payload, key, platform, FACT_INTRODUCED);

	return version && strcmp(version, "n/a") != 0 ? version : NULL;
}

int describe_platform(const struct schema_key *payload, const struct schema_key *key, enum platform platform,
		      struct buf *out)
{
	const char *introduced = introduced_in(payload, key, platform);

	if (!introduced)
		return -1;
	buf_add_format(out, "%s ", platform_name(platform));
	add_life(payload, key, platform, introduced, out);
	return 0;
}

static int add_since(const struct schema_key *payload, const struct schema_key *key, struct buf *out)
{
	bool said = false;
	int platform;

	for (platform = 0; platform < PLATFORM_COUNT; platform++) {
		if (!introduced_in(payload, key, (enum platform)platform))
			continue;
		buf_add_text(out, said ? ", " : "");
		describe_platform(payload, key, (enum platform)platform, out);
		said = true;
	}
	return said ? 0 : -1;
}

/* "iOS true, macOS false": a fact that is no version. Platforms that never have the key do not matter; that a
 * payload may be there more than once says nothing of its keys. */
static int add_fact(const struct schema_key *payload, const struct schema_key *key, enum fact fact,
		    struct buf *out)
{
	const struct schema_key *from = fact == FACT_MULTIPLE ? NULL : payload;
	const char *between = "";
	int platform;

	for (platform = 0; platform < PLATFORM_COUNT; platform++) {
		const char *value = schema_fact(from, key, (enum platform)platform, fact);

		if (!value || (payload && !introduced_in(payload, key, (enum platform)platform)))
			continue;
		buf_add_format(out, "%s%s %s", between, platform_name((enum platform)platform), value);
		between = ", ";
	}
	return *between ? 0 : -1;
}

/* --- the attributes --------------------------------------------------------------------------------- */

/* A text on one line, whatever it was laid out on. */
static int add_text(const char *text, struct buf *out)
{
	if (!text)
		return -1;
	for (; *text; text++)
		buf_add_char(out, *text == '\n' || *text == '\t' || *text == '\r' ? ' ' : *text);
	return 0;
}

static int add_bounds(const struct bounds *bounds, struct buf *out)
{
	if (!bounds->min && !bounds->max)
		return -1;
	buf_add_format(out, "%s..%s", bounds->min ? bounds->min : "", bounds->max ? bounds->max : "");
	return 0;
}

static int add_texts(const struct texts *texts, struct buf *out)
{
	size_t i;

	for (i = 0; i < texts->count; i++) {
		buf_add_text(out, i ? "\n" : "");
		add_text(texts->list[i], out);
	}
	return texts->count ? 0 : -1;
}

static int add_mark(bool mark, struct buf *out)
{
	if (!mark)
		return -1;
	buf_add_text(out, "true");
	return 0;
}

/* Required keys first; what may be called anything comes last, as `*`. */
static int add_keys(const struct schema_key *key, struct buf *out)
{
	const struct schema_key *shape = schema_shape(key);
	const char *between = "";
	int optional;
	size_t i;

	for (optional = 0; optional < 2; optional++) {
		for (i = 0; i < shape->key_count; i++) {
			if (shape->keys[i]->required == optional)
				continue;
			buf_add_text(out, between);
			add_text(shape->keys[i]->name, out);
			between = "\n";
		}
	}
	if (shape->others)
		buf_add_format(out, "%s*", between);
	return shape->key_count || shape->others ? 0 : -1;
}

/* The flags there are: "1, 2, 4". */
static int add_flags(const struct schema_key *key, struct buf *out)
{
	const char *between = "";
	unsigned long bit;

	for (bit = 1; bit && bit <= key->bits; bit <<= 1) {
		if (!(key->bits & bit))
			continue;
		buf_add_format(out, "%s%lu", between, bit);
		between = ", ";
	}
	return key->bits ? 0 : -1;
}

/* "2 needs 1, 128 needs 64". */
static void add_bit_needs(const struct texts *needs, struct buf *out)
{
	size_t i;

	for (i = 0; i < needs->count; i++) {
		const char *colon = strchr(needs->list[i], ':');
		int len = colon ? (int)(colon - needs->list[i]) : 0;

		buf_add_format(out, "%s%.*s needs %s", i ? ", " : "", len, needs->list[i],
			       colon ? colon + 1 : needs->list[i]);
	}
}

/* What must hold of flags, or of a dictionary's keys, together. */
static int add_needs(const struct schema_key *key, struct buf *out)
{
	const struct schema_key *shape = schema_shape(key);
	size_t i;

	if (key->bit_needs.count) {
		add_bit_needs(&key->bit_needs, out);
		return 0;
	}
	for (i = 0; i < shape->clause_count; i++) {
		buf_add_text(out, i ? "\n" : "");
		describe_clause(&shape->clauses[i], out);
	}
	return shape->clause_count ? 0 : -1;
}

/* Of elements, and of what a schema begins with, it makes no sense. */
static int add_presence(const struct schema_key *payload, const struct schema_key *key, struct buf *out)
{
	if (key == payload || !key->name)
		return -1;
	buf_add_text(out, key->required ? "required" : "optional");
	return 0;
}

/* --- by name ---------------------------------------------------------------------------------------- */

/* What it takes to say an attribute: a member of the key by its type, a fact, or a function. */
enum attribute_kind { MEMBER_TEXT,
		      MEMBER_TEXTS,
		      MEMBER_BOUNDS,
		      MEMBER_MARK,
		      FACT,
		      OF_KEY,
		      OF_PAYLOAD };

struct attribute {
	enum attribute_kind kind;
	size_t member;
	enum fact fact;
	int (*of_key)(const struct schema_key *key, struct buf *out);
	int (*of_payload)(const struct schema_key *payload, const struct schema_key *key, struct buf *out);
};

/* clang-format off */
#define MEMBER(what, name) { .kind = what, .member = offsetof(struct schema_key, name) }
#define FACT_OF(name)      { .kind = FACT, .fact = name }
#define KEY(function)      { .kind = OF_KEY, .of_key = function }
#define PAYLOAD(function)  { .kind = OF_PAYLOAD, .of_payload = function }

#define ATTRIBUTES(X) \
	X("presence",                 PAYLOAD(add_presence)) \
	X("values",                   MEMBER(MEMBER_TEXTS, values)) \
	X("range",                    MEMBER(MEMBER_BOUNDS, range)) \
	X("length",                   MEMBER(MEMBER_BOUNDS, length)) \
	X("items",                    MEMBER(MEMBER_BOUNDS, items)) \
	X("unique",                   MEMBER(MEMBER_MARK, unique)) \
	X("format",                   MEMBER(MEMBER_TEXT, format)) \
	X("subtype",                  MEMBER(MEMBER_TEXT, subtype)) \
	X("default",                  MEMBER(MEMBER_TEXT, default_value)) \
	X("flags",                    KEY(add_flags)) \
	X("refs",                     MEMBER(MEMBER_TEXTS, refs)) \
	X("since",                    PAYLOAD(add_since)) \
	X("multiple",                 FACT_OF(FACT_MULTIPLE)) \
	X("supervised",               FACT_OF(FACT_SUPERVISED)) \
	X("devicechannel",            FACT_OF(FACT_DEVICE_CHANNEL)) \
	X("userchannel",              FACT_OF(FACT_USER_CHANNEL)) \
	X("requiresdep",              FACT_OF(FACT_REQUIRES_DEP)) \
	X("userapprovedmdm",          FACT_OF(FACT_USER_APPROVED)) \
	X("allowmanualinstall",       FACT_OF(FACT_MANUAL_INSTALL)) \
	X("sharedipad",               FACT_OF(FACT_SHARED_IPAD)) \
	X("sharedipad-devicechannel", FACT_OF(FACT_SHARED_IPAD_DEVICE_CHANNEL)) \
	X("sharedipad-userchannel",   FACT_OF(FACT_SHARED_IPAD_USER_CHANNEL)) \
	X("userenrollment",           FACT_OF(FACT_USER_ENROLLMENT)) \
	X("immutable",                MEMBER(MEMBER_MARK, immutable)) \
	X("sensitive",                MEMBER(MEMBER_MARK, sensitive)) \
	X("help",                     MEMBER(MEMBER_TEXT, help)) \
	X("keys",                     KEY(add_keys)) \
	X("needs",                    KEY(add_needs)) \
	X("page",                     MEMBER(MEMBER_TEXT, page))
/* clang-format on */

#define NAME_OF(name, ...) name,
#define ATTRIBUTE_OF(name, ...) __VA_ARGS__,

const char *const describe_names[] = { ATTRIBUTES(NAME_OF) NULL };

/* At the place of its name. */
static const struct attribute attributes[] = { ATTRIBUTES(ATTRIBUTE_OF) };

static int say(const struct attribute *attribute, const struct schema_key *payload, const struct schema_key *key,
	       struct buf *out)
{
	const void *member = (const char *)key + attribute->member;

	switch (attribute->kind) {
	case MEMBER_TEXT:
		return add_text(*(const char *const *)member, out);
	case MEMBER_TEXTS:
		return add_texts(member, out);
	case MEMBER_BOUNDS:
		return add_bounds(member, out);
	case MEMBER_MARK:
		return add_mark(*(const bool *)member, out);
	case FACT:
		return add_fact(payload, key, attribute->fact, out);
	case OF_KEY:
		return attribute->of_key(key, out);
	case OF_PAYLOAD:
		return attribute->of_payload(payload, key, out);
	}
	return -1;
}

/* What is said of an array's values is said at their key, as they stand in one file. */
static bool is_of_elements(const char *name)
{
	static const char *const names[] = { "values", "range", "length", "format", "refs" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* The element of an array of scalars; NULL: the key is none. */
static const struct schema_key *scalar_item(const struct schema_key *key)
{
	const struct schema_key *item = key->types == TYPE_BIT(NODE_ARRAY) ? schema_item(key) : NULL;

	if (!item || item->types & (TYPE_BIT(NODE_DICT) | TYPE_BIT(NODE_ARRAY)))
		return NULL;
	return item;
}

int describe_attribute(const struct schema_key *payload, const struct schema_key *key, const char *name,
		       struct buf *out)
{
	const struct schema_key *item = is_of_elements(name) ? scalar_item(key) : NULL;
	size_t i;

	for (i = 0; describe_names[i]; i++)
		if (strcmp(describe_names[i], name) == 0)
			return say(&attributes[i], payload, item ? item : key, out);
	return -1;
}
