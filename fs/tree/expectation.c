#include "fs/tree/expectation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/names.h"
#include "fs/tree/said.h"
#include "plist/schema/secret.h"

#define PAYLOAD_TYPE "PayloadType"

static int expect_said(const struct said *said, struct expectation *out)
{
	if (!said || said->type == NODE_TYPE_COUNT || said->type == NODE_DICT)
		return 0;
	out->expect.type = said->type;
	if (said->type != NODE_ARRAY || said->item_count == 0)
		return 1;
	out->items = malloc(said->item_count * sizeof(*out->items));
	if (!out->items)
		return -ENOMEM;
	memcpy(out->items, said->items, said->item_count * sizeof(*out->items));
	out->expect.item_count = said->item_count;
	return 1;
}

static bool is_one_type(type_set types)
{
	return types && !(types & (types - 1));
}

/* True if the type that is there says what the bytes are. */
static bool decides(const struct tree *tree, const struct node *node, const struct schema_key *key)
{
	return tree->profile->options.check == CHECK_OFF || schema_allows_type(key, node->type);
}

/* True if the value may be of another scalar type, too: of several, or a real where an integer stands for it. */
static bool may_change(const struct schema_key *key, enum node_type type)
{
	return key && key->types != TYPES_ANY && (!is_one_type(key->types) || key->type != type) &&
	       schema_allows_type(key, type);
}

/* text_item_types() of the array that an item shows: that all are of one type is remembered, so that each line that is
 * appended need not look at all. */
static int types_of_shown(struct item *shown, enum node_type **items, size_t *count)
{
	if (!shown->elements) {
		if (text_item_types(shown->node, items, count) < 0)
			return -1;
		if (*count == 1)
			shown->elements = **items;
		return 0;
	}
	*items = malloc(sizeof(**items));
	if (!*items)
		return -1;
	**items = shown->elements;
	*count = 1;
	return 0;
}

/* The elements' types; what the schema has otherwise is left to the bytes. */
static int expect_elements(const struct tree *tree, const struct node *array, struct item *shown,
			   const struct schema_key *key, struct expectation *out)
{
	const struct schema_key *item = key && schema_allows_type(key, NODE_ARRAY) ? schema_item(key) : NULL;
	int result;
	size_t i;

	if (shown && shown->node == array)
		result = types_of_shown(shown, &out->items, &out->expect.item_count);
	else
		result = text_item_types(array, &out->items, &out->expect.item_count);
	if (result < 0)
		return -ENOMEM;
	for (i = 0; item && tree->profile->options.check != CHECK_OFF && i < out->expect.item_count; i++)
		if (!schema_allows_type(item, out->items[i]) ||
		    (out->items[i] == NODE_INTEGER && item->type == NODE_REAL))
			out->items[i] = NODE_TYPE_COUNT;
	return 0;
}

/* `shown`: the item that may show it; NULL: none does. */
static int expect_node(const struct tree *tree, const struct node *node, struct item *shown,
		       const struct schema_key *key, struct expectation *out)
{
	if (node->type == NODE_DICT)
		return 0;
	if (node->type != NODE_ARRAY && may_change(key, node->type)) {
		out->expect.preferred = node->type;
		return 1;
	}
	out->expect.type = node->type;
	if (node->type == NODE_ARRAY && expect_elements(tree, node, shown, key, out) < 0)
		return -ENOMEM;
	return 1;
}

/* The one type that the schema has for the elements. */
static void expect_items(const struct schema_key *key, struct expectation *out)
{
	const struct schema_key *item = key && schema_allows_type(key, NODE_ARRAY) ? schema_item(key) : NULL;

	if (!item || !is_one_type(item->types) || !node_is_scalar(item->type))
		return;
	out->item = item->type == NODE_REAL ? NODE_TYPE_COUNT : item->type;
	out->expect.items = &out->item;
	out->expect.item_count = 1;
}

/* The schema's type, if it has just one: else the bytes choose. */
static void expect_schema(const struct schema_key *key, struct expectation *out)
{
	if (!key || !is_one_type(key->types) || key->type == NODE_DICT)
		return;
	out->expect.type = key->type;
	if (key->type == NODE_ARRAY)
		expect_items(key, out);
}

/* True if what has this name in the directory may be a secret: elements have their array's name. */
static bool is_secret(const struct item *dir, const char *name, const struct schema_key *key)
{
	BUF_AUTO room = BUF_INIT;
	const char *text;
	size_t len = 0;

	for (; dir && dir->dir->shape == SHAPE_ARRAY && dir->parent; dir = dir->parent)
		name = item_name(dir);
	text = name ? name_key(name, &room, &len) : NULL;
	return secret_is_kept(key, text, text ? len : 0);
}

static void begin(const struct tree *tree, const struct schema_key *key, struct expectation *out)
{
	const struct profile *profile = tree->profile;

	*out = (struct expectation){ 0 };
	out->expect.type = NODE_TYPE_COUNT;
	out->expect.key = key;
	out->expect.strict = allowed_is_strict(tree);
	out->expect.fits_64 = (profile->doc.format == DOC_BINARY && profile->options.format != FORMAT_XML) ||
			      profile->options.format == FORMAT_BINARY;
	out->expect.placeholders = !profile->options.no_placeholders;
}

/* What was said of an entry, as far as it holds: not what the schema refuses, which is a problem and told at the
 * save; and not less than the elements that are there say themselves. */
static const struct said *said_of(struct tree *tree, const struct entry *entry, const struct node *node)
{
	const struct said *said = entry->said;
	struct error ignored;

	if (!said || allowed_check_said(tree, entry, said, &ignored) < 0)
		return NULL;
	if (said->type == NODE_ARRAY && said->item_count == 0 && node && node->type == NODE_ARRAY)
		return NULL;
	return said;
}

int expectation_of(struct tree *tree, const struct entry *entry, struct item *item, struct expectation *out)
{
	const struct schema_key *key = entry->dir ? allowed_entry(tree, entry) : NULL;
	const struct node *node = entry_node(entry, item);
	const struct node *judge = node && decides(tree, node, key) ? node : NULL;
	int found;

	begin(tree, key, out);
	out->expect.secret = is_secret(entry->dir, entry->name, key);
	out->expect.array = node && node->type == NODE_ARRAY ? node : NULL;
	found = expect_said(said_of(tree, entry, judge), out);
	if (found == 0 && judge)
		found = expect_node(tree, judge, item, key, out);
	if (out->items)
		out->expect.items = out->items;
	if (found == 0)
		expect_schema(key, out);
	else if (found > 0 && out->expect.type == NODE_ARRAY && out->expect.item_count == 0)
		expect_items(key, out);
	return found < 0 ? found : 0;
}

void expectation_of_key(const struct tree *tree, const struct schema_key *key, struct expectation *out)
{
	begin(tree, key, out);
	expect_schema(key, out);
}

int expectation_of_value(struct tree *tree, const struct node *node, struct expectation *out)
{
	int found;

	begin(tree, NULL, out);
	found = expect_node(tree, node, NULL, NULL, out);
	out->expect.items = out->items;
	return found < 0 ? found : 0;
}

void expectation_free(struct expectation *expectation)
{
	free(expectation->items);
	expectation->items = NULL;
}

/* True for the PayloadType of a payload: its directory's name begins with it. */
static bool is_payload_type(const struct item *dir, const char *name)
{
	return dir->parent && dir->parent->dir->shape == SHAPE_PAYLOADS && strcmp(name, PAYLOAD_TYPE) == 0;
}

/* True for a PayloadType that names no directory: the payload's is called by its place, 00, 01, ... */
static bool names_nothing(const struct item *dir, const struct meaning *meaning)
{
	BUF_AUTO type = BUF_INIT, place = BUF_INIT;
	uint32_t index;

	if (meaning->type == NODE_STRING && meaning->len > 0) {
		name_from_key(meaning->bytes, meaning->len, &type);
		if (type.len <= NAME_OF_TYPE_MAX)
			return false;
	}
	buf_add(&place, item_name(dir), name_without_number(item_name(dir)));
	return buf_ok(&place) && name_to_index(buf_text(&place), &index);
}

int place_check(const struct item *dir, const char *name, const struct meaning *meaning, struct error *err)
{
	if (!is_payload_type(dir, name) || names_nothing(dir, meaning))
		return 0;
	if (meaning->type == NODE_STRING && name_fits_payload(item_name(dir), meaning->bytes, meaning->len))
		return 0;
	return error_rule(err, "wrong-type",
			  "the directory of a payload is named by its type: rename the directory '%s' (mv) to change "
			  "PayloadType", item_name(dir));
}

static bool begins_with(const struct buf *whole, const char *bytes, size_t len)
{
	return len <= whole->len && memcmp(buf_text(whole), bytes, len) == 0;
}

bool place_may_begin(const struct item *dir, const char *name, enum node_type type, const char *bytes, size_t len)
{
	struct meaning meaning = { .type = type == NODE_TYPE_COUNT ? NODE_STRING : type, .bytes = bytes, .len = len };
	BUF_AUTO full = BUF_INIT, base = BUF_INIT;
	struct error ignored;

	if (!is_payload_type(dir, name) || names_nothing(dir, &meaning))
		return true;
	if (len && bytes[len - 1] == '\n') {
		meaning.len--;
		return place_check(dir, name, &meaning, &ignored) == 0;
	}
	name_to_key(item_name(dir), &full);
	name_to_payload_type(item_name(dir), &base);
	return begins_with(&full, bytes, len) || begins_with(&base, bytes, len);
}

