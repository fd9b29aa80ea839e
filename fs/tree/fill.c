#include "fs/tree/fill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/commit.h"
#include "fs/tree/make.h"
#include "fs/tree/names.h"
#include "fs/tree/types.h"
#include "fs/tree/uuid.h"

#define IDENTIFIER "PayloadIdentifier"
#define TYPE       "PayloadType"
#define UUID       "PayloadUUID"
#define VERSION    "PayloadVersion"

bool fill_fills(const char *key)
{
	static const char *const keys[] = { IDENTIFIER, TYPE, UUID, VERSION };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

void fill_add_identifier(const char *type, size_t type_len, const char *uuid, size_t uuid_len, struct buf *out)
{
	buf_add(out, type, type_len);
	buf_add_char(out, '.');
	buf_add(out, uuid, uuid_len);
}

/* Gives a key of a payload a value, whether it is there or not. */
static int put(struct tree *tree, struct item *payload, const char *key, enum node_type type, const char *text)
{
	struct meaning meaning = { .type = type, .bytes = text, .len = strlen(text) };
	struct item *item = item_child(payload, key);
	struct change change = { .kind = CHANGE_VALUE, .meaning = &meaning };

	if (item && item->node) {
		change.node = item->node;
		item->as_written = false;
		item_forget_content(item);
		item_touch(tree, item);
		return commit(tree, &change);
	}
	if (item) {
		/* What stands there under this name is no value, and will not be one. */
		file_become_scratch(item);
		item_unlink(tree, item);
	}
	change = (struct change){ .kind = CHANGE_INSERT, .parent = payload->node, .key = key, .key_len = strlen(key) };
	change.node = commit_node(&meaning);
	if (!change.node)
		return -ENOMEM;
	if (commit(tree, &change) < 0) {
		node_free(change.node);
		return -ENOMEM;
	}
	item_touch(tree, payload);
	return dir_show(tree, payload, NULL, key, change.node, NULL);
}

/* A text that says something; NULL: none. */
static const struct scalar *text_at(const struct node *dict, const char *key)
{
	const struct node *node = dict->type == NODE_DICT ? node_get(dict, key) : NULL;

	return node && node->type == NODE_STRING && node->value.len ? &node->value : NULL;
}

static bool same_text(const char *key, const struct scalar *a, const struct scalar *b)
{
	if (!a || !b)
		return false;
	return strcmp(key, UUID) == 0 ? uuid_is_same(a, b->at, b->len) : scalar_equal(a, b);
}

/* True if another payload has this value under this key, too; or the profile its UUID: that a payload has the
 * profile's identifier is odd and works. */
static bool is_taken(const struct tree *tree, const struct node *payload, const char *key,
		     const struct scalar *text)
{
	const struct node *other;

	if (strcmp(key, UUID) == 0 && same_text(key, text_at(tree->profile->doc.root, key), text))
		return true;
	for (other = node_first(payload->parent); other; other = node_next(other))
		if (other != payload && same_text(key, text_at(other, key), text))
			return true;
	return false;
}

static void say_fresh(const struct item *payload, const char *key, const char *text, struct problems *notes)
{
	BUF_AUTO path = BUF_INIT;

	item_path(payload, key, &path);
	problems_say(notes, SEVERITY_NOTE, NULL, buf_text(&path),
		     "was copied from another payload; it has a fresh one now, %s", text);
}

static int fill_uuid(struct tree *tree, struct item *payload, struct problems *notes)
{
	const struct scalar *text = text_at(payload->node, UUID);
	char fresh[37];

	if (text && !is_taken(tree, payload->node, UUID, text))
		return 0;
	if (node_get(payload->node, UUID) && !text)
		return 0; /* something else than a text: not ours to replace */
	uuid_make(fresh);
	if (text)
		say_fresh(payload, UUID, fresh, notes);
	return put(tree, payload, UUID, NODE_STRING, fresh);
}

static int fill_identifier(struct tree *tree, struct item *payload, struct problems *notes)
{
	const struct scalar *text = text_at(payload->node, IDENTIFIER);
	const struct scalar *type = text_at(payload->node, TYPE), *uuid = text_at(payload->node, UUID);
	BUF_AUTO fresh = BUF_INIT;
	char other[UUID_SIZE] = "";

	if (text && !is_taken(tree, payload->node, IDENTIFIER, text))
		return 0;
	if (!type || (node_get(payload->node, IDENTIFIER) && !text))
		return 0;
	if (!uuid)
		uuid_make(other); /* the payload's own is no text: that is judged elsewhere */
	fill_add_identifier(type->at, type->len, uuid ? uuid->at : other, uuid ? uuid->len : strlen(other), &fresh);
	if (!buf_ok(&fresh))
		return -ENOMEM;
	if (text)
		say_fresh(payload, IDENTIFIER, buf_text(&fresh), notes);
	return put(tree, payload, IDENTIFIER, NODE_STRING, buf_text(&fresh));
}

static int fill_type(struct tree *tree, struct item *payload)
{
	BUF_AUTO type = BUF_INIT;

	if (node_get(payload->node, TYPE))
		return 0;
	if (name_to_payload_type(item_name(payload), &type) < 0)
		return -EINVAL;
	return put(tree, payload, TYPE, NODE_STRING, buf_text(&type));
}

static int fill_payload(struct tree *tree, struct item *payload, struct problems *notes)
{
	int result = dir_load(tree, payload);

	if (result == 0)
		result = fill_type(tree, payload);
	if (result == 0 && !node_get(payload->node, VERSION))
		result = put(tree, payload, VERSION, NODE_INTEGER, "1");
	if (result == 0)
		result = fill_uuid(tree, payload, notes);
	if (result == 0)
		result = fill_identifier(tree, payload, notes);
	return result;
}

/* --- order ------------------------------------------------------------------------------------------ */

static uint32_t order_of(const struct item *payload)
{
	const struct said *said = said_find(payload->parent->dir->said, item_name(payload));

	return said && said->order ? said->order : UINT32_MAX;
}

static int by_order(const void *a, const void *b)
{
	const struct item *x = *(struct item *const *)a, *y = *(struct item *const *)b;
	uint32_t x_order = order_of(x), y_order = order_of(y);

	if (x_order != y_order)
		return x_order < y_order ? -1 : 1;
	return types_compare_payloads(item_name(x), item_name(y));
}

/* The payloads whose place is to be decided: those made here, and those that .types gives one. One that was
 * removed and made again has its old place. */
static bool has_place(const struct item *item)
{
	return item && item->node && ((item->made && !item->node->placed) || order_of(item) != UINT32_MAX);
}

static const struct node *next_with_place(const struct node *node)
{
	do
		node = node_next(node);
	while (node && !has_place(node_item(node)));
	return node;
}

/* Puts them into order; who stands right already is not moved. */
static int order_payloads(struct tree *tree, struct item *dir)
{
	struct item **list = calloc(dir->dir->count + 1, sizeof(*list)), *item;
	struct change move = { .kind = CHANGE_MOVE, .parent = dir->node };
	size_t count = 0;
	int result = list ? 0 : -ENOMEM;

	for (item = dir->dir->first; list && item; item = item->next)
		if (has_place(item))
			list[count++] = item;
	if (count > 1)
		qsort(list, count, sizeof(*list), by_order);
	while (count-- > 0 && result == 0) {
		move.node = list[count]->node;
		if (next_with_place(move.node) != move.before)
			result = commit(tree, &move);
		item_follow_node(list[count]);
		move.before = move.node;
	}
	free(list);
	return result;
}

static int fill_payloads(struct tree *tree, struct problems *notes)
{
	struct item *dir = item_child(tree->root, "PayloadContent"), *item;
	int result = 0;

	if (!dir || dir->kind != ITEM_DIR || dir->dir->shape != SHAPE_PAYLOADS || dir_load(tree, dir) < 0)
		return 0;
	for (item = dir->dir->first; item && result == 0; item = item->next)
		if (item->made && item->node)
			result = fill_payload(tree, item, notes);
	return result < 0 ? result : order_payloads(tree, dir);
}

/* --- empty directories ------------------------------------------------------------------------------ */

/* What cannot be made under that name was refused with the reason, and keeps nothing else from being made. */
static int fill_empty(struct tree *tree, struct item *dir, const char *name)
{
	struct item *item;

	return tree_mkdir(tree, dir, name, &item) == -ENOMEM ? -ENOMEM : 0;
}

static int fill_empty_below(struct tree *tree, struct item *dir)
{
	struct said *said, *next;
	struct item *item;
	int result = 0;

	HASH_ITER(hh, dir->dir->said, said, next)
		if (said->empty && result == 0 && !dir_find(dir, said->name))
			result = fill_empty(tree, dir, said->name);
	for (item = dir->dir->first; item && result == 0; item = item->next)
		if (item->kind == ITEM_DIR)
			result = fill_empty_below(tree, item);
	return result;
}

/* --- profiles --------------------------------------------------------------------------------------- */

int fill_profile(struct tree *tree)
{
	char uuid[UUID_SIZE], identifier[sizeof("profile.") + UUID_SIZE];
	struct { const char *key; enum node_type type; const char *text; } wanted[] = {
		{ IDENTIFIER, NODE_STRING, identifier },
		{ TYPE, NODE_STRING, "Configuration" },
		{ UUID, NODE_STRING, uuid },
		{ VERSION, NODE_INTEGER, "1" },
	};
	struct item *item;
	size_t i;
	int result = 0;

	if (!tree->begun_empty)
		return 0;
	if (dir_load(tree, tree->root) < 0)
		return -ENOMEM;
	tree->begun_empty = false; /* what is made here looks names up, too */
	uuid_make(uuid);
	snprintf(identifier, sizeof(identifier), "profile.%s", uuid);
	if (!dir_find(tree->root, "PayloadContent"))
		result = tree_mkdir(tree, tree->root, "PayloadContent", &item);
	if (result != -ENOMEM)
		result = 0; /* what the user's own schema refuses is missing, and that is judged elsewhere */
	for (i = 0; i < sizeof(wanted) / sizeof(*wanted) && result == 0; i++)
		if (!dir_find(tree->root, wanted[i].key))
			result = put(tree, tree->root, wanted[i].key, wanted[i].type, wanted[i].text);
	tree->begun_empty = result < 0; /* the next one tries again */
	return result;
}

int fill_in(struct tree *tree, struct problems *notes)
{
	int result = fill_profile(tree);

	if (result == 0)
		result = fill_empty_below(tree, tree->root);
	if (result < 0)
		return result;
	return fill_payloads(tree, notes);
}
