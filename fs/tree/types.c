/* What .types shows: everything that names and text do not tell, and nothing else. */
#include "fs/tree/types.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/names.h"
#include "fs/tree/types_release.h"
#include "fs/tree/types_words.h"
#include "plist/merge.h"

/* The lines of one directory, to be sorted. */
struct lines {
	char **list;
	size_t count;
	bool failed;
	bool whether; /* only whether there are any is asked: none is made */
	bool some;    /* there are */
};

/* True if nothing more need be looked at. */
static bool lines_done(const struct lines *lines)
{
	return lines->whether && lines->some;
}

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

/* Each once. */
static void lines_give(struct lines *lines, struct buf *out)
{
	size_t i;

	if (lines->count)
		qsort(lines->list, lines->count, sizeof(*lines->list), by_text);
	for (i = 0; i < lines->count; i++)
		if (i == 0 || strcmp(lines->list[i], lines->list[i - 1]) != 0)
			buf_add_format(out, "%s\n", lines->list[i]);
	for (i = 0; i < lines->count; i++)
		free(lines->list[i]);
	if (lines->failed)
		out->failed = true;
	free(lines->list);
}

static void add_line(struct lines *lines, const char *name, const char *words)
{
	BUF_AUTO line = BUF_INIT;

	lines->some = true;
	if (lines->whether)
		return;
	said_quote_name(name, &line);
	buf_add_format(&line, " %s", words);
	lines_add(lines, &line);
}

static void add_words(struct lines *lines, const char *name, const struct buf *words)
{
	add_line(lines, name, buf_text(words));
	if (!buf_ok(words))
		lines->failed = true;
}

/* True for an entry that may have lines: one that shows a value. */
static bool has_value(const struct item *item)
{
	return item->node && (item->kind == ITEM_DIR || item->kind == ITEM_KEY);
}

static void add_whole(struct lines *lines, const struct item *item)
{
	BUF_AUTO words = BUF_INIT;

	words_whole(item->node, item->kind == ITEM_DIR, &words);
	add_words(lines, item_name(item), &words);
}

/* True for a cut name that does not stand for itself. */
static bool hides_key(const struct item *item)
{
	const char *key = item->node->key, *name = item_name(item);

	return key && key != name && strcmp(key, name) != 0 && name_is_cut(name);
}

static void add_key(struct lines *lines, const struct item *item)
{
	BUF_AUTO words = BUF_INIT;

	buf_add_text(&words, "key ");
	name_escape_key(item->node->key, item->node->key_len, &words);
	add_words(lines, item_name(item), &words);
}

/* True for the mark of a conflict; its key's name is the first `*of` bytes of its own. What no spelling changes ends a
 * mark: so a name can be one only if its key is. */
static bool is_mark(const struct item *item, size_t *of)
{
	const struct node *node = item->node;
	const char *name = item_name(item);

	return node->key_len >= MERGE_MARK_MIN && merge_mark_of(node->key, node->key_len, NULL) != MERGE_MARK_NONE &&
	       merge_mark_of(name, strlen(name), of) != MERGE_MARK_NONE;
}

/* A key in conflict and its marks have their types said, needed or not: whatever somebody renames one of the marks to,
 * and removes, what is left can be told (see exploded_marks.c). */
static void add_conflict(struct tree *tree, struct lines *lines, struct item *dir, const struct item *mark, size_t of)
{
	BUF_AUTO name = BUF_INIT;
	const struct item *item;

	add_whole(lines, mark);
	if (lines_done(lines))
		return;
	buf_add(&name, item_name(mark), of);
	if (!buf_ok(&name) || dir_reach(tree, dir, buf_text(&name)) < 0) {
		lines->failed = true;
		return;
	}
	item = item_child(dir, buf_text(&name));
	if (item && has_value(item))
		add_whole(lines, item);
}

/* Most entries need no line, and no memory. */
static void add_entries(struct tree *tree, struct lines *lines, struct item *dir)
{
	const struct allowed_entries allowed = allowed_entries(tree, dir);
	struct dir_walk walk = dir_walk(dir);
	const struct item *item;
	size_t of;

	while (!lines_done(lines) && (item = dir_walk_next(&walk))) {
		if (!has_value(item))
			continue;
		if (words_needed(tree, item->node, item->kind == ITEM_DIR, allowed_in(&allowed, item->node)))
			add_whole(lines, item);
		if (hides_key(item))
			add_key(lines, item);
		if (is_mark(item, &of))
			add_conflict(tree, lines, dir, item, of);
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

	for (item = dir->dir->first; sorted && item && item->next; item = item->next)
		sorted = !item->node || !item->next->node ||
			 types_compare_payloads(item_name(item), item_name(item->next)) <= 0;
	for (item = dir->dir->first; item && !sorted; item = item->next) {
		if (!item->node)
			continue;
		snprintf(words, sizeof(words), "order %u", ++place);
		add_line(lines, item_name(item), words);
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
		add_words(lines, said->name, &words);
	}
}

/* The releases that were said, and that of the schema in use if something rests on it. */
static void add_releases(struct tree *tree, struct lines *lines, const struct item *dir)
{
	const struct said *said = said_find(dir->dir->said, SAID_OF_SCHEMA);
	BUF_AUTO release = BUF_INIT, words = BUF_INIT;
	size_t i;

	release_in_use(tree, &release);
	for (i = 0; said && i < said->release_count; i++) {
		buf_clear(&words);
		buf_add_format(&words, "schema %s", said->releases[i]);
		add_words(lines, SAID_OF_SCHEMA, &words);
	}
	if (!release.len || said_has_release(said, buf_text(&release)) || !release_matters(tree))
		return;
	buf_clear(&words);
	buf_add_format(&words, "schema %s", buf_text(&release));
	add_words(lines, SAID_OF_SCHEMA, &words);
}

/* The directory is filled. */
static void add_all(struct tree *tree, struct lines *lines, struct item *dir)
{
	add_entries(tree, lines, dir);
	if (dir->dir->shape == SHAPE_PAYLOADS)
		add_payload_order(lines, dir);
	add_waiting(lines, dir);
	if (dir == tree->root && !lines_done(lines))
		add_releases(tree, lines, dir);
}

static void show(struct tree *tree, struct item *dir, struct buf *out)
{
	struct lines lines = { 0 };

	if (dir_fill(tree, dir) < 0) {
		out->failed = true;
		return;
	}
	add_all(tree, &lines, dir);
	lines_give(&lines, out);
	buf_add(out, dir->dir->types_unread.data, dir->dir->types_unread.len);
}

/* True if show() has something to show. */
static bool shows(struct tree *tree, struct item *dir)
{
	struct lines lines = { .whether = true };

	if (dir_fill(tree, dir) < 0)
		return false;
	if (dir->dir->types_unread.len)
		return true;
	add_all(tree, &lines, dir);
	return lines.some;
}

void types_read(struct tree *tree, struct item *types, struct buf *out)
{
	if (types->parent)
		show(tree, types->parent, out);
	else
		buf_add(out, item_content(types)->data, item_content(types)->len);
}

bool types_visible(struct tree *tree, struct item *dir)
{
	if (dir->kind != ITEM_DIR || dir->dir->types_hidden)
		return false;
	if (dir->dir->types_shown)
		return true;
	if (dir->dir->unlisted)
		return false;
	dir->dir->types_shown = shows(tree, dir);
	return dir->dir->types_shown;
}

int types_item(struct tree *tree, struct item *dir, struct item **out)
{
	struct item *item = dir->dir->types;

	if (!item) {
		item = item_new_as(tree, ITEM_TYPES, dir->dir->types_ino ? dir->dir->types_ino : item_reserve(tree));
		if (!item)
			return -ENOMEM;
		dir->dir->types_ino = 0;
		if (item_set_name(item, NAME_OF_TYPES) < 0) {
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
	buf_clear(&(*out)->rare->content);
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
		buf_clear(&item->rare->content);
		types_read(tree, item, &item->rare->content);
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
		words_of_array(item->node, out);
	else
		buf_add_text(out, node_type_name(item->node->type));
}
