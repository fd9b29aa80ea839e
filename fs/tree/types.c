/* What .types shows: everything that names and text do not tell, and nothing else. */
#include "fs/tree/types.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/commit.h"
#include "fs/tree/expectation.h"
#include "fs/tree/make.h"
#include "fs/tree/names.h"
#include "fs/tree/text.h"

/* The lines of one directory, to be sorted. */
struct lines {
	char **list;
	size_t count;
	bool failed;
};

static void lines_add(struct lines *lines, struct buf *line)
{
	char **grown = realloc(lines->list, (lines->count + 1) * sizeof(*grown));

	if (!grown || !buf_ok(line)) {
		lines->failed = true;
		lines->list = grown ? grown : lines->list;
		return;
	}
	lines->list = grown;
	lines->list[lines->count++] = buf_steal(line, NULL);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_give(struct lines *lines, struct buf *out)
{
	size_t i;

	if (lines->count)
		qsort(lines->list, lines->count, sizeof(*lines->list), by_text);
	for (i = 0; i < lines->count; i++) {
		buf_add_format(out, "%s\n", lines->list[i]);
		free(lines->list[i]);
	}
	if (lines->failed)
		out->failed = true;
	free(lines->list);
}

/* "array" and the elements' types: one where all are of one. */
static void add_array_words(const struct node *array, struct buf *out)
{
	const struct node *child, *first = node_first(array);
	bool uniform = true;

	buf_add_text(out, "array");
	for (child = first; child; child = node_next(child))
		uniform = uniform && child->type == first->type;
	for (child = first; child; child = uniform ? NULL : node_next(child))
		buf_add_format(out, " %s", node_type_name(child->type));
}

static void add_dir_words(struct tree *tree, const struct item *item, struct buf *out)
{
	bool empty = item->node->count == 0;

	if (item->node->type == make_dir_type(tree, item->parent, item->name) && !empty)
		return; /* what mkdir makes */
	buf_add_text(out, item->node->type == NODE_ARRAY ? "array" : "dict");
	if (empty)
		buf_add_text(out, " empty");
}

/* True if the bytes that an entry shows would be read as the value that it is by who knows only its name. */
static bool tells_itself(struct tree *tree, const struct item *item)
{
	struct expectation expectation;
	BUF_AUTO text = BUF_INIT;
	struct meaning meaning;
	struct error ignored;
	bool same = false;
	struct node *read;

	expectation_of_name(tree, item->parent, item->name, &expectation);
	expectation.expect.strict = false;
	text_of_node(item->node, &text);
	if (!buf_ok(&text) || text_parse(&expectation.expect, buf_text(&text), text.len, &meaning, &ignored) < 0)
		return false;
	read = commit_node(&meaning);
	if (read)
		same = node_equal(read, item->node, true);
	node_free(read);
	meaning_free(&meaning);
	return same;
}

/* True if the array's elements would be of that type each, whatever is written there next. */
static bool is_said_by_schema(struct tree *tree, const struct item *item)
{
	struct expectation expectation;

	expectation_of_name(tree, item->parent, item->name, &expectation);
	return expectation.expect.type == NODE_ARRAY && expectation.expect.item_count == 1;
}

/* The words for an entry whose type its text does not tell; nothing if it does. */
static void add_needed_words(struct tree *tree, const struct item *item, struct buf *out)
{
	const struct node *node = item->node;

	if (item->kind == ITEM_DIR)
		add_dir_words(tree, item, out);
	else if (node->type == NODE_ARRAY && !(is_said_by_schema(tree, item) && tells_itself(tree, item)))
		add_array_words(node, out);
	else if (node->type != NODE_ARRAY && !tells_itself(tree, item))
		buf_add_text(out, node_type_name(node->type));
}

static void add_line(struct lines *lines, const char *name, const char *words)
{
	BUF_AUTO line = BUF_INIT;

	name_quote(name, &line);
	buf_add_format(&line, " %s", words);
	lines_add(lines, &line);
}

static void add_entry(struct tree *tree, struct lines *lines, const struct item *item)
{
	BUF_AUTO words = BUF_INIT, key = BUF_INIT;

	if (!item->node || (item->kind != ITEM_DIR && item->kind != ITEM_KEY))
		return;
	add_needed_words(tree, item, &words);
	if (words.len)
		add_line(lines, item->name, buf_text(&words));
	if (item->node->key && name_is_cut(item->name) && strcmp(item->node->key, item->name) != 0) {
		buf_add_text(&key, "key ");
		name_escape_key(item->node->key, item->node->key_len, &key);
		add_line(lines, item->name, buf_text(&key));
	}
}

/* Payloads: by type, then by number. */
int types_compare_payloads(const char *a, const char *b)
{
	BUF_AUTO a_type = BUF_INIT, b_type = BUF_INIT;
	int order;

	name_to_payload_type(a, &a_type);
	name_to_payload_type(b, &b_type);
	order = strcmp(buf_text(&a_type), buf_text(&b_type));
	if (order == 0)
		order = (strlen(a) > strlen(b)) - (strlen(a) < strlen(b));
	return order ? order : strcmp(a, b);
}

static void add_payload_order(struct lines *lines, const struct item *dir)
{
	const struct item *item;
	char words[32];
	unsigned place = 0;
	bool sorted = true;

	for (item = dir->dir->first; item && item->next; item = item->next)
		if (item->node && item->next->node && types_compare_payloads(item->name, item->next->name) > 0)
			sorted = false;
	for (item = dir->dir->first; item && !sorted; item = item->next) {
		if (!item->node)
			continue;
		snprintf(words, sizeof(words), "order %u", ++place);
		add_line(lines, item->name, words);
	}
}

/* What was said of names that are not there (yet). */
static void add_waiting(struct lines *lines, const struct item *dir)
{
	BUF_AUTO words = BUF_INIT;
	struct said *said, *next;

	HASH_ITER(hh, dir->dir->said, said, next) {
		if (item_child(dir, said->name) || said->type == NODE_TYPE_COUNT)
			continue;
		buf_clear(&words);
		said_type_words(said, &words);
		add_line(lines, said->name, buf_text(&words));
	}
}

static void show(struct tree *tree, struct item *dir, struct buf *out)
{
	struct lines lines = { 0 };
	const struct item *item;

	if (dir_load(tree, dir) < 0) {
		out->failed = true;
		return;
	}
	for (item = dir->dir->first; item; item = item->next)
		add_entry(tree, &lines, item);
	if (dir->dir->shape == SHAPE_PAYLOADS)
		add_payload_order(&lines, dir);
	add_waiting(&lines, dir);
	lines_give(&lines, out);
	buf_add(out, dir->dir->types_unread.data, dir->dir->types_unread.len);
}

void types_read(struct tree *tree, struct item *types, struct buf *out)
{
	if (types->parent)
		show(tree, types->parent, out);
	else
		buf_add(out, types->content.data, types->content.len);
}

bool types_visible(struct tree *tree, struct item *dir)
{
	BUF_AUTO text = BUF_INIT;

	if (dir->kind != ITEM_DIR || dir->dir->types_hidden)
		return false;
	if (dir->dir->types_shown)
		return true;
	if (dir->dir->unlisted)
		return false;
	show(tree, dir, &text);
	dir->dir->types_shown = text.len > 0;
	return text.len > 0;
}

int types_item(struct tree *tree, struct item *dir, struct item **out)
{
	struct item *item = dir->dir->types;

	if (!item) {
		item = item_new(tree, ITEM_TYPES);
		if (!item)
			return -ENOMEM;
		item->name = strdup(NAME_OF_TYPES);
		if (!item->name) {
			item_settle(tree, item);
			return -ENOMEM;
		}
		item->parent = dir;
		dir->dir->types = item;
	}
	*out = item;
	return 0;
}

int types_make(struct tree *tree, struct item *dir, struct item **out)
{
	int result = types_item(tree, dir, out);

	if (result < 0)
		return result;
	dir->dir->types_shown = true;
	dir->dir->types_hidden = false;
	buf_clear(&(*out)->content);
	(*out)->as_written = true;
	item_touch(tree, *out);
	item_touch(tree, dir);
	return 0;
}

/* The inode goes, as after any unlink; another one is made when it is needed again. */
void types_hide(struct tree *tree, struct item *dir)
{
	struct item *item = dir->dir->types;

	dir->dir->types_hidden = true;
	dir->dir->types_shown = false;
	item_touch(tree, dir);
	if (!item)
		return;
	if (!item->as_written) {
		buf_clear(&item->content);
		types_read(tree, item, &item->content);
	}
	dir->dir->types = NULL;
	item->parent = NULL;
	item->kind = ITEM_SCRATCH;
	item_touch(tree, item);
	item_settle(tree, item);
}

void types_describe(const struct item *item, struct buf *out)
{
	if (!item->node)
		return;
	if (item->kind == ITEM_KEY && item->node->type == NODE_ARRAY)
		add_array_words(item->node, out);
	else
		buf_add_text(out, node_type_name(item->node->type));
}
