#include "fs/tree/expectation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/names.h"
#include "fs/tree/said.h"

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

/* An integer that stands for a real may become one: then the bytes decide. */
static bool decides(const struct tree *tree, const struct node *node, const struct schema_key *key)
{
	if (!key || tree->profile->options.check == CHECK_OFF)
		return true;
	return schema_allows_type(key, node->type) && !(node->type == NODE_INTEGER && key->type == NODE_REAL);
}

static int expect_node(const struct node *node, struct expectation *out)
{
	if (node->type == NODE_DICT)
		return 0;
	out->expect.type = node->type;
	if (node->type == NODE_ARRAY && text_item_types(node, &out->items, &out->expect.item_count) < 0)
		return -ENOMEM;
	return 1;
}

static bool is_one_type(type_set types)
{
	return types && !(types & (types - 1));
}

/* The schema's type, if it has just one: else the bytes choose among those there are. */
static void expect_schema(const struct schema_key *key, struct expectation *out)
{
	const struct schema_key *item;

	if (!key || (!is_one_type(key->types) || key->type == NODE_DICT))
		return;
	if (key->type == NODE_REAL)
		return;
	out->expect.type = key->type;
	item = key->type == NODE_ARRAY ? schema_item(key) : NULL;
	if (!item || !is_one_type(item->types) || !node_is_scalar(item->type))
		return;
	out->item = item->type;
	out->expect.items = &out->item;
	out->expect.item_count = 1;
}

static void begin(struct tree *tree, const struct schema_key *key, struct expectation *out)
{
	const struct profile *profile = tree->profile;

	*out = (struct expectation){ 0 };
	out->expect.type = NODE_TYPE_COUNT;
	out->expect.key = key;
	out->expect.strict = allowed_is_strict(tree);
	out->expect.fits_64 = (profile->doc.format == DOC_BINARY && profile->options.format != FORMAT_XML) ||
			      profile->options.format == FORMAT_BINARY;
	out->expect.placeholders = !profile->options.no_placeholders && !out->expect.fits_64;
}

const struct node *entry_node(const struct item *dir, const char *name, const struct item *item)
{
	const struct ghost *ghost = dir ? ghost_find(dir, name) : NULL;

	return item && item->node ? item->node : ghost ? ghost->node : NULL;
}

int expectation_of(struct tree *tree, struct item *dir, const char *name, struct item *item,
		   struct expectation *out)
{
	const struct schema_key *key = dir ? allowed_entry(tree, dir, name) : NULL;
	const struct node *node = entry_node(dir, name, item);
	const struct said *said = dir ? said_find(dir->dir->said, name) : NULL;
	int found;

	begin(tree, key, out);
	if (said && said->type == NODE_ARRAY && said->item_count == 0 && node && node->type == NODE_ARRAY)
		said = NULL; /* what it says is so; the elements that are there say more */
	found = expect_said(said, out);
	if (found == 0 && node && decides(tree, node, key))
		found = expect_node(node, out);
	if (out->items)
		out->expect.items = out->items;
	if (found == 0 || (out->expect.type == NODE_ARRAY && out->expect.item_count == 0))
		expect_schema(key, out);
	return found < 0 ? found : 0;
}

void expectation_of_name(struct tree *tree, const struct item *dir, const char *name, struct expectation *out)
{
	const struct schema_key *key = allowed_entry(tree, dir, name);

	begin(tree, key, out);
	expect_schema(key, out);
}

int expectation_of_value(struct tree *tree, const struct node *node, struct expectation *out)
{
	int found;

	begin(tree, NULL, out);
	found = expect_node(node, out);
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

int place_check(struct item *dir, const char *name, const struct meaning *meaning, struct error *err)
{
	if (!is_payload_type(dir, name))
		return 0;
	if (meaning->type == NODE_STRING && name_fits_payload(dir->name, meaning->bytes, meaning->len))
		return 0;
	return error_rule(err, "wrong-type",
			  "the directory of a payload is named by its type: rename the directory '%s' (mv) to change "
			  "PayloadType", dir->name);
}

static bool begins_with(const struct buf *whole, const char *bytes, size_t len)
{
	return len <= whole->len && memcmp(buf_text(whole), bytes, len) == 0;
}

bool place_may_begin(struct item *dir, const char *name, const char *bytes, size_t len)
{
	struct meaning meaning = { .type = NODE_STRING, .bytes = bytes, .len = len };
	BUF_AUTO full = BUF_INIT, base = BUF_INIT;
	struct error ignored;

	if (!is_payload_type(dir, name))
		return true;
	if (len && bytes[len - 1] == '\n') {
		meaning.len--;
		return place_check(dir, name, &meaning, &ignored) == 0;
	}
	name_to_key(dir->name, &full);
	name_to_payload_type(dir->name, &base);
	return begins_with(&full, bytes, len) || begins_with(&base, bytes, len);
}

