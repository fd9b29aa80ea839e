#include "plist/schema/key.h"

#include <stdlib.h>
#include <string.h>

/* What stands where nothing is said. */
static const struct schema_key anything = { .types = TYPES_ANY, .type = NODE_TYPE_COUNT };

static const struct schema_key anything_secret = { .types = TYPES_ANY, .type = NODE_TYPE_COUNT, .sensitive = true };

/* --- making ----------------------------------------------------------------------------------------- */

struct schema_key *key_any(struct arena *arena)
{
	struct schema_key *key = arena_get(arena, sizeof(*key));

	if (key)
		*key = anything;
	return key;
}

static int by_name(const void *a, const void *b)
{
	const struct schema_key *const *left = a;
	const struct schema_key *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

int key_set_children(struct schema_key *dict, struct schema_key *const *list, size_t count, struct arena *arena)
{
	struct schema_key **keys = arena_get(arena, count * sizeof(*keys));
	struct schema_key **sorted = arena_get(arena, count * sizeof(*sorted));

	if (!keys || !sorted)
		return -1;
	if (count) {
		memcpy(keys, list, count * sizeof(*keys));
		memcpy(sorted, list, count * sizeof(*sorted));
		qsort(sorted, count, sizeof(*sorted), by_name);
	}
	dict->keys = keys;
	dict->by_name = sorted;
	dict->key_count = count;
	dict->initials = 0;
	for (size_t i = 0; i < count; i++)
		dict->initials |= schema_initial(list[i]->name, strlen(list[i]->name));
	return 0;
}

void key_clear_dict(struct schema_key *key)
{
	key->keys = NULL;
	key->by_name = NULL;
	key->key_count = 0;
	key->initials = 0;
	key->others = NULL;
	key->clauses = NULL;
	key->clause_count = 0;
}

void key_clear_array(struct schema_key *key)
{
	key->item = NULL;
}

void key_hide_below(struct schema_key *key)
{
	struct schema_key *const single[] = { key->others, key->item };

	for (size_t i = 0; i < key->key_count + 2; i++) {
		struct schema_key *below = i < key->key_count ? key->keys[i] : single[i - key->key_count];

		if (!below)
			continue;
		below->sensitive = true;
		key_hide_below(below);
	}
}

/* --- going down ------------------------------------------------------------------------------------- */

struct sought {
	const char *name;
	size_t len;
};

static int compare_name(const void *sought, const void *element)
{
	const struct sought *want = sought;
	const struct schema_key *const *key = element;
	int order = want->len ? (unsigned char)*want->name - (unsigned char)*(*key)->name : 0;

	if (!order) /* mostly the first character tells them apart */
		order = strncmp(want->name, (*key)->name, want->len);
	if (order)
		return order;
	return (*key)->name[want->len] ? -1 : 0;
}

/* No key's name holds a NUL, so a name that does is none. */
struct schema_key *key_find(const struct schema_key *dict, const char *name, size_t len)
{
	struct sought sought = { name, len };
	struct schema_key **found;

	if (!schema_may_declare(dict, name, len) || memchr(name, '\0', len))
		return NULL;
	found = bsearch(&sought, dict->by_name, dict->key_count, sizeof(struct schema_key *), compare_name);
	return found ? *found : NULL;
}

/* What a key is like is itself like nothing: it has children of its own. So one step is enough. */
const struct schema_key *schema_shape(const struct schema_key *key)
{
	return key && key->like ? key->like : key;
}

const struct schema_key *schema_declared(const struct schema_key *dict, const char *name, size_t len)
{
	return dict ? key_find(schema_shape(dict), name, len) : NULL;
}

const struct schema_key *schema_undeclared(const struct schema_key *dict)
{
	const struct schema_key *shape = schema_shape(dict);

	if (shape && shape->others)
		return shape->others;
	if (!schema_is_open(dict))
		return NULL;
	return dict && dict->sensitive ? &anything_secret : &anything;
}

const struct schema_key *schema_child(const struct schema_key *dict, const char *name, size_t len)
{
	const struct schema_key *declared = schema_declared(dict, name, len);

	return declared ? declared : schema_undeclared(dict);
}

const struct schema_key *schema_item(const struct schema_key *array)
{
	const struct schema_key *item = array ? schema_shape(array)->item : NULL;

	if (item || !array || !array->sensitive || !schema_allows_type(array, NODE_ARRAY))
		return item;
	return &anything_secret;
}

bool schema_is_open(const struct schema_key *dict)
{
	const struct schema_key *shape = schema_shape(dict);

	return !shape || shape->others || shape->key_count == 0;
}
