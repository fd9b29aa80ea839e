#include "fs/tree/stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/census.h"
#include "fs/tree/commit.h"
#include "fs/tree/expectation.h"
#include "fs/tree/names.h"
#include "fs/tree/refusal.h"
#include "fs/tree/types.h"

/* A file whose bytes are not simply those of its node: made once, kept in `content`. */
static int cache_lines(struct item *item)
{
	if (item->as_written || !item->node || item->node->type != NODE_ARRAY)
		return 0;
	if (!item_rare(item))
		return -ENOMEM;
	buf_clear(&item->rare->content);
	text_of_node(item->node, &item->rare->content);
	if (!buf_ok(&item->rare->content)) {
		buf_free(&item->rare->content);
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
	if (item_stage(item))
		from = &item_stage(item)->bytes;
	else if (item->kind != ITEM_KEY || item->as_written)
		from = item_content(item);
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
	if (item_stage(item))
		return item_stage(item)->bytes.len;
	if (cache_lines(item) < 0)
		return 0;
	if (item->kind != ITEM_KEY || item->as_written)
		return item_content(item)->len;
	return item->node ? item->node->value.len + text_ends_in_newline(item->node) : 0;
}

/* A value that its file shows as it is. */
static bool is_value(const struct item *item)
{
	return !item_stage(item) && item->kind == ITEM_KEY && !item->as_written && item->node &&
	       node_is_scalar(item->node->type);
}

static void read_value(const struct node *node, size_t from, size_t size, struct scalar_place *place, struct buf *out)
{
	size_t left = node->value.len - from;

	if (left)
		scalar_add_part(&node->value, from, size < left ? size : left, place, out);
	if (size > left && text_ends_in_newline(node))
		buf_add_char(out, '\n');
}

int item_read(struct item *item, size_t from, size_t size, struct scalar_place *place, struct buf *out)
{
	BUF_AUTO made = BUF_INIT;
	const char *bytes;
	size_t len;

	if (is_value(item)) {
		if (from <= item->node->value.len)
			read_value(item->node, from, size, place, out);
	} else {
		if (item_bytes(item, &made, &bytes, &len) < 0)
			return -ENOMEM;
		if (from < len)
			buf_add(out, bytes + from, size < len - from ? size : len - from);
	}
	return buf_ok(out) ? 0 : -ENOMEM;
}

/* An array's text goes into its stage without being copied: an append costs what is appended. */
static bool is_list(const struct item *item)
{
	return item->as_written && item->node && item->node->type == NODE_ARRAY;
}

static void lend_content(struct item *item)
{
	item->rare->stage->bytes = item->rare->content;
	item->rare->stage->shown = item->rare->content.len;
	item->rare->stage->grows = true;
	item->rare->content = BUF_INIT;
}

/* What the file showed is its own again, and the stage is empty. */
static void give_back(struct item *item)
{
	struct stage *stage = item->rare->stage;

	if (!stage->grows)
		return;
	buf_resize(&stage->bytes, stage->shown);
	item->rare->content = stage->bytes;
	stage->bytes = BUF_INIT;
	stage->grows = false;
}

int stage_change(struct item *item, size_t from)
{
	struct stage *stage = item->rare->stage;
	BUF_AUTO copy = BUF_INIT;

	if (!stage->grows || from >= stage->shown)
		return 0;
	buf_add(&copy, stage->bytes.data, stage->bytes.len);
	if (!buf_ok(&copy))
		return -ENOMEM;
	give_back(item);
	stage->bytes = copy;
	copy = BUF_INIT;
	return 0;
}

/* How many bytes at the start are lines that are shown, whole and all of them. */
static size_t shown_lines(const struct stage *stage, size_t len)
{
	const char *bytes = buf_text(&stage->bytes);

	if (!stage->grows || !stage->shown || len < stage->shown)
		return 0;
	if (bytes[stage->shown - 1] == '\n')
		return stage->shown;
	return len > stage->shown && bytes[stage->shown] == '\n' ? stage->shown + 1 : 0;
}

void stage_skip(const struct item *item, size_t len, struct expect *expect)
{
	if (item->elements && expect->array == item->node && text_skips(expect, item->elements))
		expect->same = shown_lines(item->rare->stage, len);
}

void stage_free(struct item *item)
{
	struct stage *stage = item_stage(item);

	if (!stage)
		return;
	buf_free(&stage->bytes);
	free(stage);
	item->rare->stage = NULL;
}

int stage_begin(struct tree *tree, struct item *item, bool empty)
{
	BUF_AUTO made = BUF_INIT;
	const char *bytes = "";
	struct stage *stage;
	size_t len = 0;

	if (item_stage(item))
		return 0;
	if (!empty && item_bytes(item, &made, &bytes, &len) < 0)
		return -ENOMEM;
	stage = item_rare(item) ? calloc(1, sizeof(*stage)) : NULL;
	if (!stage)
		return -ENOMEM;
	item->rare->stage = stage;
	if (!empty && is_list(item))
		lend_content(item);
	else
		buf_add(&stage->bytes, bytes, len);
	if (!buf_ok(&stage->bytes)) {
		stage_free(item);
		return -ENOMEM;
	}
	item_touch(tree, item);
	return 0;
}

void stage_drop(struct tree *tree, struct item *item)
{
	if (!item_stage(item))
		return;
	give_back(item);
	stage_free(item);
	item_touch(tree, item);
	item_spare(item);
}

void item_remember(struct item *item, const char *bytes, size_t len)
{
	BUF_AUTO plain = BUF_INIT;

	if (item_stage(item))
		item_stage(item)->grows = false; /* the stage keeps its bytes */
	item->as_written = false;
	item_forget_content(item);
	text_of_node(item->node, &plain);
	if ((buf_ok(&plain) && buf_equals(&plain, bytes, len)) || !item_rare(item))
		return;
	buf_add(&item->rare->content, bytes, len);
	item->as_written = buf_ok(&item->rare->content);
	if (!item->as_written)
		buf_free(&item->rare->content);
}

/* True if so many bytes are more than what an item shows for its value, be it as it was written, without the last
 * newline. */
static bool has_grown(const struct item *item, size_t len)
{
	return item && item_stage(item) && item_stage(item)->grows && len > item_stage(item)->shown + 1;
}

/* Reads the bytes again as what the entry's value is now, if they show just that: such bytes are no news, and
 * are taken whatever the schema says of them. 0 or -1. */
static int parse_as_it_is(struct tree *tree, const struct node *node, const char *bytes, size_t len,
			  struct meaning *meaning)
{
	struct expectation expectation;
	BUF_AUTO text = BUF_INIT;
	struct error ignored;
	int result = -1;

	if (!node || !text_is_file(node))
		return -1;
	text_of_node(node, &text);
	if (!buf_ok(&text) || !buf_equals(&text, bytes, len) || expectation_of_value(tree, node, &expectation) < 0)
		return -1;
	result = text_parse(&expectation.expect, bytes, len, meaning, &ignored);
	expectation_free(&expectation);
	return result;
}

/* True if something was said of the value's type, and it is of that. */
static bool is_as_said(const struct entry *entry, const struct node *node)
{
	const struct said *said = node ? entry->said : NULL;

	return said && said->type != NODE_TYPE_COUNT && types_fit(node, said, false);
}

static int parse_as_expected(struct tree *tree, const struct entry *entry, struct item *item, const char *bytes,
			     size_t len, struct meaning *meaning, struct error *err)
{
	struct expectation expectation;
	int result;

	if (expectation_of(tree, entry, item, &expectation) < 0)
		return error_memory(err);
	if (item && item_stage(item) && bytes == item_stage(item)->bytes.data)
		stage_skip(item, len, &expectation.expect);
	result = text_parse(&expectation.expect, bytes, len, meaning, err);
	expectation_free(&expectation);
	if (result == 0 && place_check(entry->dir, entry->name, meaning, err) < 0) {
		meaning_free(meaning);
		result = -1;
	}
	return result;
}

/* What a value is and was said to be it stays while its bytes do; and where something else is demanded by now,
 * the bytes that are there are still taken. */
int entry_parse(struct tree *tree, const struct entry *entry, struct item *item, const char *bytes, size_t len,
		struct meaning *meaning, struct error *err)
{
	const struct node *node = entry_node(entry, item);
	bool news = has_grown(item, len);

	if (!node && allowed_check_name(tree, entry, err) < 0)
		return -1;
	if (!news && is_as_said(entry, node) && parse_as_it_is(tree, node, bytes, len, meaning) == 0)
		return 0;
	if (parse_as_expected(tree, entry, item, bytes, len, meaning, err) == 0)
		return 0;
	return news ? -1 : parse_as_it_is(tree, node, bytes, len, meaning);
}

bool stage_is_valid(struct tree *tree, struct item *item)
{
	const struct entry entry = entry_of_item(item);
	const struct stage *stage = item_stage(item);
	struct meaning meaning;
	struct error ignored;

	if (!stage ||
	    entry_parse(tree, &entry, item, buf_text(&stage->bytes), stage->bytes.len, &meaning, &ignored) < 0)
		return false;
	meaning_free(&meaning);
	return true;
}

static int insert_value(struct tree *tree, const struct entry *entry, struct item *item, const struct meaning *meaning)
{
	BUF_AUTO room = BUF_INIT;
	struct change change = { .kind = CHANGE_INSERT };
	int result = commit_under(entry, &change, &room);

	if (result < 0)
		return result;
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
static int revive_value(struct tree *tree, const struct entry *entry, struct item *item, const struct meaning *meaning)
{
	struct ghost *ghost = entry->ghost;
	struct change change = { .kind = CHANGE_VALUE, .node = ghost->node, .meaning = meaning };

	if (commit_revival(tree, entry->dir, ghost->name, ghost->node) < 0 || commit(tree, &change) < 0)
		return -ENOMEM;
	item->node = ghost->node;
	item->node->user = item;
	ghost_take(entry->dir, ghost);
	ghost_free(ghost);
	return 0;
}

/* Lines that were appended to an array's. If memory ends among them, the file shows those that are there. */
static int append_lines(struct tree *tree, struct item *item, const struct meaning *meaning)
{
	enum node_type elements = item->elements;

	if (commit_lines(tree, item->node, meaning->lines, meaning->line_count) < 0) {
		item->rare->stage->grows = item->as_written = false;
		return -ENOMEM;
	}
	item->elements = elements; /* those that were appended are of the same type (text_skips()) */
	return 0;
}

static int apply_value(struct tree *tree, const struct entry *entry, struct item *item, const struct meaning *meaning)
{
	const struct ghost *ghost = entry->ghost;
	struct change change = { .kind = CHANGE_VALUE, .node = item->node, .meaning = meaning };
	int result;

	if (meaning->same_lines)
		return append_lines(tree, item, meaning);
	if (item->node)
		return commit(tree, &change);
	if (ghost && !ghost->children && (node_is_scalar(ghost->node->type) || ghost->node->type == NODE_ARRAY))
		result = revive_value(tree, entry, item, meaning);
	else
		result = insert_value(tree, entry, item, meaning);
	if (result == 0 && item->parent)
		item_follow_node(item);
	return result;
}

/* How many values there are more when a node, NULL: a new one, takes this. */
static size_t values_more(const struct node *node, const struct meaning *meaning)
{
	size_t now = node ? 1 + node_count(node) : 0, then = 1 + meaning->same_lines + meaning->line_count;

	return then > now ? then - now : 0;
}

int value_put(struct tree *tree, const struct entry *entry, struct item *item, const char *bytes, size_t len)
{
	bool own = item == entry->shown;
	struct item *told = own ? item : entry->dir;
	const char *name = own ? NULL : entry->name;
	struct meaning meaning;
	struct error err;
	int result = entry_parse(tree, entry, item, bytes, len, &meaning, &err);

	if (result < 0)
		return err.code == ENOMEM ? -ENOMEM : refuse(tree, told, name, &err, err.code);
	result = census_room(tree, told, name, values_more(item->node, &meaning));
	if (result == 0)
		result = apply_value(tree, entry, item, &meaning);
	meaning_free(&meaning);
	return result;
}

/* What was committed is what the file shows. An array's lines are kept, as they would have to be made for its size. */
static void show_staged(struct item *item)
{
	struct stage *stage = item->rare->stage;

	if (item->node->type != NODE_ARRAY) {
		item_remember(item, buf_text(&stage->bytes), stage->bytes.len);
		return;
	}
	buf_free(&item->rare->content);
	item->rare->content = stage->bytes;
	item->as_written = true;
	stage->bytes = BUF_INIT;
}

int stage_commit(struct tree *tree, struct item *item)
{
	struct stage *stage = item_stage(item);
	struct entry entry;
	int result;

	if (!stage)
		return 0;
	entry = entry_of_item(item);
	result = value_put(tree, &entry, item, buf_text(&stage->bytes), stage->bytes.len);
	if (result < 0) {
		stage_drop(tree, item);
		return result;
	}
	show_staged(item);
	stage_free(item);
	free(item->rare->refusal);
	item->rare->refusal = NULL;
	item_touch(tree, item);
	item_spare(item);
	unreported_settle(tree, item);
	item->parent->dir->types_hidden = false;
	return 0;
}
