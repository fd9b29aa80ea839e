#include "fs/tree/stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/commit.h"
#include "fs/tree/names.h"
#include "fs/tree/refusal.h"

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

static int expect_node(const struct node *node, struct expectation *out)
{
	if (!node || node->type == NODE_DICT)
		return 0;
	out->expect.type = node->type;
	if (node->type == NODE_ARRAY && text_item_types(node, &out->items, &out->expect.item_count) < 0)
		return -ENOMEM;
	return 1;
}

int expectation_of(struct tree *tree, struct item *dir, const char *name, struct item *item,
		   struct expectation *out)
{
	const struct profile *profile = tree->profile;
	const struct ghost *ghost = dir ? ghost_find(dir, name) : NULL;
	const struct node *node = item && item->node ? item->node : ghost ? ghost->node : NULL;
	const struct said *said = dir ? said_find(dir->dir->said, name) : NULL;
	int found = 0;

	*out = (struct expectation){ 0 };
	out->expect.type = NODE_TYPE_COUNT;
	out->expect.placeholders = !profile->options.no_placeholders;
	out->expect.fits_64 = (profile->doc.format == DOC_BINARY && profile->options.format != FORMAT_XML) ||
			      profile->options.format == FORMAT_BINARY;
	if (said && said->type == NODE_ARRAY && said->item_count == 0 && node && node->type == NODE_ARRAY)
		said = NULL; /* what it says is so; the elements that are there say more */
	found = expect_said(said, out);
	if (found == 0)
		found = expect_node(node, out);
	out->expect.items = out->items;
	if (out->expect.fits_64)
		out->expect.placeholders = false;
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

/* A file whose bytes are not simply those of its node: made once, kept in `content`. */
static int cache_lines(struct item *item)
{
	if (item->as_written || !item->node || item->node->type != NODE_ARRAY)
		return 0;
	buf_clear(&item->content);
	text_of_node(item->node, &item->content);
	if (!buf_ok(&item->content)) {
		buf_free(&item->content);
		return -ENOMEM;
	}
	item->as_written = true;
	return 0;
}

int item_bytes(struct item *item, struct buf *made, const char **bytes, size_t *len)
{
	const struct buf *from = NULL;

	if (cache_lines(item) < 0)
		return -ENOMEM;
	if (item->stage)
		from = &item->stage->bytes;
	else if (item->kind != ITEM_KEY || item->as_written)
		from = &item->content;
	if (!from) {
		if (item->node)
			text_of_node(item->node, made);
		from = made;
	}
	*bytes = buf_text(from);
	*len = from->len;
	return buf_ok(from) ? 0 : -ENOMEM;
}

size_t item_size(struct item *item)
{
	const struct node *node = item->node;

	if (item->stage)
		return item->stage->bytes.len;
	if (cache_lines(item) < 0)
		return 0;
	if (item->kind != ITEM_KEY || item->as_written)
		return item->content.len;
	if (!node)
		return 0;
	if (node->type == NODE_DATA && !node_is_placeholder(node))
		return node->value.len;
	return node->value.len + (node->type != NODE_STRING || node->value.len > 0);
}

static void stage_free(struct item *item)
{
	buf_free(&item->stage->bytes);
	free(item->stage);
	item->stage = NULL;
}

int stage_begin(struct tree *tree, struct item *item, bool empty)
{
	BUF_AUTO made = BUF_INIT;
	const char *bytes = "";
	struct stage *stage;
	size_t len = 0;

	if (item->stage)
		return 0;
	if (!empty && item_bytes(item, &made, &bytes, &len) < 0)
		return -ENOMEM;
	stage = calloc(1, sizeof(*stage));
	if (!stage)
		return -ENOMEM;
	buf_add(&stage->bytes, bytes, len);
	item->stage = stage;
	if (!buf_ok(&stage->bytes)) {
		stage_free(item);
		return -ENOMEM;
	}
	item_touch(tree, item);
	return 0;
}

void stage_drop(struct tree *tree, struct item *item)
{
	if (!item->stage)
		return;
	stage_free(item);
	item_touch(tree, item);
}

void item_remember(struct item *item, const char *bytes, size_t len)
{
	BUF_AUTO plain = BUF_INIT;

	item->as_written = false;
	buf_free(&item->content);
	text_of_node(item->node, &plain);
	if (buf_ok(&plain) && buf_equals(&plain, bytes, len))
		return;
	buf_add(&item->content, bytes, len);
	item->as_written = buf_ok(&item->content);
	if (!item->as_written)
		buf_free(&item->content);
}

bool stage_is_valid(struct tree *tree, struct item *item)
{
	struct expectation expectation;
	struct meaning meaning;
	struct error ignored;
	bool valid;

	if (!item->stage || expectation_of(tree, item->parent, item->name, item, &expectation) < 0)
		return false;
	valid = text_parse(&expectation.expect, buf_text(&item->stage->bytes), item->stage->bytes.len, &meaning,
			   &ignored) == 0;
	if (valid)
		meaning_free(&meaning);
	expectation_free(&expectation);
	return valid;
}

/* The change that gives `name` in `dir` a value: an element of an array stands where its number says, a key
 * that was removed has its old place, every other comes last. */
static int insert_value(struct tree *tree, struct item *dir, const char *name, struct item *item,
			const struct meaning *meaning)
{
	BUF_AUTO key = BUF_INIT;
	struct ghost *ghost = ghost_find(dir, name);
	struct change change = { .kind = CHANGE_INSERT, .parent = dir->node };
	struct item *next;
	uint32_t index;

	buf_add(&key, "", 0);
	if (dir->dir->shape == SHAPE_DICT && entry_key(dir, name, &key) < 0)
		return -EINVAL;
	if (dir->dir->shape == SHAPE_ARRAY && name_to_index(name, &index)) {
		next = dir_place_for_index(dir, index);
		change.before = next ? next->node : NULL;
	} else if (ghost) {
		change.before = ghost->node;
	}
	change.key = dir->dir->shape == SHAPE_DICT ? buf_text(&key) : NULL;
	change.key_len = key.len;
	change.node = commit_node(meaning);
	if (!change.node)
		return -ENOMEM;
	if (commit(tree, &change) < 0) {
		node_free(change.node);
		return -ENOMEM;
	}
	item->node = change.node;
	item->node->user = item;
	return 0;
}

/* A key that was removed takes its node, and with it its place and style, back. */
static int revive_value(struct tree *tree, struct item *dir, struct ghost *ghost, struct item *item,
			const struct meaning *meaning)
{
	struct change change = { .kind = CHANGE_VALUE, .node = ghost->node, .meaning = meaning };

	if (commit_revival(tree, dir, ghost->name, ghost->node) < 0 || commit(tree, &change) < 0)
		return -ENOMEM;
	item->node = ghost->node;
	item->node->user = item;
	ghost_take(dir, ghost);
	ghost_free(ghost);
	return 0;
}

static int apply_value(struct tree *tree, struct item *dir, const char *name, struct item *item,
		       const struct meaning *meaning)
{
	struct ghost *ghost = ghost_find(dir, name);
	struct change change = { .kind = CHANGE_VALUE, .node = item->node, .meaning = meaning };
	int result;

	if (item->node)
		return commit(tree, &change);
	if (ghost && !ghost->children && (node_is_scalar(ghost->node->type) || ghost->node->type == NODE_ARRAY))
		result = revive_value(tree, dir, ghost, item, meaning);
	else
		result = insert_value(tree, dir, name, item, meaning);
	if (result == 0 && item->parent)
		item_follow_node(item);
	return result;
}

int value_put(struct tree *tree, struct item *dir, const char *name, struct item *item, const char *bytes,
	      size_t len)
{
	struct expectation expectation;
	struct meaning meaning;
	struct error err;
	int result;

	if (expectation_of(tree, dir, name, item, &expectation) < 0)
		return -ENOMEM;
	result = text_parse(&expectation.expect, bytes, len, &meaning, &err);
	if (result == 0 && place_check(dir, name, &meaning, &err) < 0) {
		meaning_free(&meaning);
		result = -1;
	}
	expectation_free(&expectation);
	if (result < 0 && item->parent == dir && strcmp(item->name, name) == 0)
		return refuse(tree, item, NULL, &err, err.code);
	if (result < 0)
		return refuse(tree, dir, name, &err, err.code);
	result = apply_value(tree, dir, name, item, &meaning);
	meaning_free(&meaning);
	return result;
}

int stage_commit(struct tree *tree, struct item *item)
{
	struct stage *stage = item->stage;
	int result;

	if (!stage)
		return 0;
	result = value_put(tree, item->parent, item->name, item, buf_text(&stage->bytes), stage->bytes.len);
	if (result < 0) {
		stage_drop(tree, item);
		return result;
	}
	item_remember(item, buf_text(&stage->bytes), stage->bytes.len);
	stage_free(item);
	free(item->refusal);
	item->refusal = NULL;
	item_touch(tree, item);
	unreported_settle(tree, item);
	item->parent->dir->types_hidden = false;
	return 0;
}
