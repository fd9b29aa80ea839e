/*
 * The model: what may stand in a profile, key by key.
 *
 * A schema is made of sections, one for each payload type, one for the profile itself and one for the keys
 * that every payload has. They are kept as text in our language (language.h), with an index of where each
 * section stands; a section is read when it is first asked for, so types that a profile does not use cost
 * nothing. Four sources are laid over each other, later ones over earlier ones:
 *
 *     facts       mdm.schema, which is compiled in; or what `-o schema=` names, in its place. Where that does
 *                 not speak of the profile itself or of the keys of every payload, mdm.schema does; and if it
 *                 has `rule` sections only, it changes mdm.schema
 *     manifests   what `-o manifests=` names: only types that the facts do not have
 *     rules       rules.schema, compiled in: what Apple says in prose only, or gets wrong; and last, `rule`
 *                 sections in the file that the user named
 *
 * Ownership: the schema owns all keys and all their strings, to its end. They never change once they were
 * given out. A schema is used by one thread at a time.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plist/base/error.h"
#include "plist/node.h"

struct pattern;
struct clause;

enum platform {
	PLATFORM_IOS,
	PLATFORM_MACOS,
	PLATFORM_TVOS,
	PLATFORM_VISIONOS,
	PLATFORM_WATCHOS,
	PLATFORM_COUNT
};

/* What is said of a payload or key for one platform. */
enum fact {
	FACT_INTRODUCED,      /* "13.1"; "n/a": never */
	FACT_DEPRECATED,
	FACT_REMOVED,
	FACT_MULTIPLE,        /* "true", "false": several payloads of this type */
	FACT_SUPERVISED,
	FACT_DEVICE_CHANNEL,
	FACT_USER_CHANNEL,
	FACT_REQUIRES_DEP,
	FACT_USER_APPROVED,
	FACT_MANUAL_INSTALL,
	FACT_SHARED_IPAD,     /* "allowed", "required", "forbidden", "ignored" */
	FACT_SHARED_IPAD_DEVICE_CHANNEL,
	FACT_SHARED_IPAD_USER_CHANNEL,
	FACT_USER_ENROLLMENT, /* "allowed", "required", "forbidden", "ignored" */
	FACT_COUNT
};

/* Facts of one platform, as text; NULL: not said here, so what the payload says holds. */
struct support {
	const char *facts[FACT_COUNT];
};

/* Inclusive bounds, as they were spelt; NULL: none. */
struct bounds {
	const char *min, *max;
};

struct texts {
	const char **list;
	size_t count;
};

/* A set of types: bit 1u << NODE_STRING and so on. */
typedef unsigned type_set;
#define TYPE_BIT(type) (1u << (type))
#define TYPES_ANY      ((1u << NODE_TYPE_COUNT) - 1)

struct schema_key {
	const char *name;          /* NULL: an element of an array, or "any other key" */
	type_set types;
	enum node_type type;       /* the first one said: what text is read as; NODE_TYPE_COUNT: any type */
	bool required;
	struct texts values;       /* what is allowed, as text (value.h); count 0: anything */
	bool custom_values;        /* `values` are only proposals */
	struct bounds range;       /* of a number. With `values`: one of the two is enough */
	struct bounds length;      /* of a string in characters, of data in bytes */
	struct bounds items;       /* how many elements an array has */
	const char *format;        /* a regular expression (PCRE2), searched for: anchors are its own; or NULL */
	struct pattern *pattern;   /* `format`, compiled */
	const char *subtype;       /* Apple's word: "url", "hostname", "email", ...; or NULL */
	const char *default_value; /* as text; or NULL */
	unsigned long bits;        /* an integer of flags: those there are; 0: it is none */
	struct texts bit_needs;    /* "2:1": flag 2 needs flag 1 */
	struct texts refs;         /* a string that is the PayloadUUID of a payload of one of these types */
	bool unique;               /* an array without equal elements */
	bool immutable;            /* devices refuse an update that changes it */
	bool sensitive;            /* its value is in no message */
	const char *page;          /* name of the page of Apple's that a rule comes from; or NULL */
	const char *help;          /* prose, where a schema was read that has it; or NULL */
	const struct support *support[PLATFORM_COUNT]; /* NULL: nothing said */

	const char *as;            /* what `like` of a key below calls it; or NULL */
	struct schema_key *like;   /* an enclosing key whose children these are: recursion. Else NULL */
	struct schema_key **keys;  /* of a dict, in the schema's order */
	size_t key_count;
	struct schema_key **by_name; /* the same, sorted by name */
	uint64_t initials;         /* which first characters these names have: bits of schema_initial() */
	struct schema_key *others; /* what any other key must be; NULL: there are no other keys */
	struct schema_key *item;   /* what every element of an array must be; NULL: anything */
	const struct clause *clauses; /* what must hold of a dict's keys together (clause.h) */
	size_t clause_count;
};

struct schema;

struct schema_sources {
	const char *facts;     /* a folder of Apple's YAML or a file in our language; NULL: what is built in */
	const char *manifests; /* a folder of ProfileManifests; NULL: none */
};

/* Opens a schema. Sources that the user names are read whole and checked: errors have file and line (EINVAL
 * or what the system said). `sources` NULL: what is built in. The caller frees it with schema_free(). */
struct schema *schema_open(const struct schema_sources *sources, struct error *err);
void schema_free(struct schema *schema);

/* The keys of the profile itself: a dict. NULL: out of memory. */
const struct schema_key *schema_profile(struct schema *schema);

/* The keys of a payload of that type, with those that every payload has: a dict. Two sections of one type are
 * united, and nothing is required then that both do not require. NULL: the schema does not know the type, or
 * out of memory (schema_failed()). */
const struct schema_key *schema_payload(struct schema *schema, const char *type, size_t len);

/* The keys that every payload has: for payloads of unknown types, whose `others` is any. */
const struct schema_key *schema_any_payload(struct schema *schema);

/* True if a section could not be read for want of memory. */
bool schema_failed(const struct schema *schema);

/* What the facts were made from ("iOS 18.1, macOS 15.1"); "" if they do not say. */
const char *schema_release(struct schema *schema);

/* All payload types, sorted. The list lives as long as the schema. */
const struct texts *schema_types(struct schema *schema);

/* --- going down ------------------------------------------------------------------------------------- */

/* The key that a dict declares under that name; NULL: none. Sees through `like`. */
const struct schema_key *schema_declared(const struct schema_key *dict, const char *name, size_t len);

/* The bit of a name's first character; names that begin differently may share one. */
static inline uint64_t schema_initial(const char *name, size_t len)
{
	return UINT64_C(1) << (len ? *name & 63 : 0);
}

/* False: schema_declared() knows no such name, as it mostly is where a dict takes any. Does not see through `like`. */
static inline bool schema_may_declare(const struct schema_key *dict, const char *name, size_t len)
{
	return dict->initials & schema_initial(name, len);
}

/* What stands under a name that is not declared: `others`, or anything; NULL: no such key may be there. */
const struct schema_key *schema_undeclared(const struct schema_key *dict);

/* What stands under a name: the declared key, else what schema_undeclared() says; NULL: no such key may be there. */
const struct schema_key *schema_child(const struct schema_key *dict, const char *name, size_t len);

/* The element of an array; NULL: anything. */
const struct schema_key *schema_item(const struct schema_key *array);

/* True if a dict of this key takes any key: it says so (`*`), or says nothing of its keys. */
bool schema_is_open(const struct schema_key *dict);

/* The key whose `keys`, `others` and `item` hold for `key`: itself, or what it is like. */
const struct schema_key *schema_shape(const struct schema_key *key);

/* True if the key may be of that type. An integer may stand for a real. */
static inline bool schema_allows_type(const struct schema_key *key, enum node_type type)
{
	if (!key || key->types & TYPE_BIT(type))
		return true;
	return type == NODE_INTEGER && key->types & TYPE_BIT(NODE_REAL);
}

/* --- platforms -------------------------------------------------------------------------------------- */

/* "iOS", "macOS", ...; and back, in any case, with iPadOS as iOS: PLATFORM_COUNT if there is none. */
const char *platform_name(enum platform platform);
enum platform platform_from_name(const char *name, size_t len);

/* "introduced", "multiple", "userenrollment", ...: the words of the language. */
const char *fact_name(enum fact fact);

/* NULL if a fact can be said in that word, else what can: "true or false". */
const char *fact_allowed(enum fact fact, const char *text);

/* A fact of a key, or what the payload says of it where the key does not. NULL: neither does. */
const char *schema_fact(const struct schema_key *payload, const struct schema_key *key, enum platform platform,
			enum fact fact);

/* <0, 0, >0: "9.3" < "10.7" < "10.7.1"; "10.7" is "10.7.0". */
int version_compare(const char *a, const char *b);

#endif
