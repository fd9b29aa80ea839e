/* What becomes of what was said of types: applied to entries that are there, kept for those that will come. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/commit.h"
#include "fs/tree/expectation.h"
#include "fs/tree/names.h"
#include "fs/tree/refusal.h"
#include "fs/tree/stage.h"
#include "fs/tree/types.h"
#include "fs/tree/types_release.h"

bool types_fit(const struct node *value, const struct said *said, bool whole)
{
	const struct node *child;
	size_t i = 0;

	if (said->type == NODE_TYPE_COUNT)
		return true;
	if (!value || value->type != said->type)
		return false;
	if (whole || said->item_count == 0)
		return true;
	for (child = node_first(value); child; child = node_next(child), i++)
		if (child->type != said->items[said->item_count == 1 ? 0 : i < said->item_count ? i : 0])
			return false;
	return true;
}

static bool fits(const struct item *item, const struct said *said)
{
	return types_fit(item->node, said, item->kind == ITEM_DIR);
}

static int retype_file(struct tree *tree, struct item *item, bool report)
{
	const struct entry entry = entry_of_item(item);
	struct expectation expectation;
	BUF_AUTO made = BUF_INIT;
	struct meaning meaning;
	struct change change = { .kind = CHANGE_VALUE, .node = item->node, .meaning = &meaning };
	const char *bytes;
	struct error err;
	size_t len;
	int result;

	if (item_bytes(item, &made, &bytes, &len) < 0 ||
	    expectation_of(tree, &entry, item, &expectation) < 0)
		return -ENOMEM;
	result = text_parse(&expectation.expect, bytes, len, &meaning, &err);
	expectation_free(&expectation);
	if (result == 0 && place_check(entry.dir, entry.name, &meaning, &err) < 0) {
		meaning_free(&meaning);
		result = -1;
	}
	if (result < 0)
		return report ? refuse(tree, item, NULL, &err, EINVAL) : -EINVAL;
	if (!item->as_written && item_rare(item)) {
		buf_assign(&item->rare->content, bytes, len);
		item->as_written = buf_ok(&item->rare->content);
	}
	result = commit(tree, &change);
	meaning_free(&meaning);
	item_touch(tree, item);
	return result;
}

static int by_index(const void *a, const void *b)
{
	uint32_t x = 0, y = 0;

	name_to_index(item_name((*(struct item *const *)a)), &x);
	name_to_index(item_name((*(struct item *const *)b)), &y);
	return (x > y) - (x < y);
}

/* True if a child can be the element of its number: no other entry has that name, or will have it. */
static bool is_numbered(const struct item *dir, const struct item *child)
{
	BUF_AUTO name = BUF_INIT;
	const struct item *other;
	uint32_t index;

	if (!child->node || !name_to_index(item_name(child), &index))
		return false;
	name_from_index(index, &name);
	other = item_child(dir, buf_text(&name));
	return buf_ok(&name) && (!other || other == child);
}

static bool has_twins(struct item **list, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (by_index(&list[i - 1], &list[i]) == 0)
			return true;
	return false;
}

/* The children in the order of their numbers; NULL if one has none of its own, or is still to get its value,
 * or memory ended. */
static struct item **numbered_children(const struct item *dir)
{
	struct item **list = calloc(dir->dir->count + 1, sizeof(*list)), *child;
	size_t count = 0;
	bool good = list != NULL;

	for (child = dir->dir->first; good && child; child = child->next) {
		if (child->kind != ITEM_KEY && child->kind != ITEM_DIR)
			continue;
		good = is_numbered(dir, child);
		list[count++] = child;
	}
	if (good && count)
		qsort(list, count, sizeof(*list), by_index);
	if (good && !has_twins(list, count))
		return list;
	free(list);
	return NULL;
}

/* Moves a child into the array that takes its dict's place, and to the end of the directory. */
static int move_child(struct tree *tree, struct item *dir, struct item *child, struct node *array)
{
	struct change move = { .kind = CHANGE_MOVE, .node = child->node, .parent = array };
	BUF_AUTO name = BUF_INIT;
	uint32_t index = 0;
	int result = commit(tree, &move);

	name_to_index(item_name(child), &index);
	name_from_index(index, &name);
	if (result < 0 || !buf_ok(&name))
		return -ENOMEM;
	child->held++;
	item_unlink(tree, child);
	result = item_link(tree, dir, NULL, buf_text(&name), child);
	item_drop(tree, child, 1);
	return result;
}

/* A directory of numbers that was made as a dict becomes the array that it was meant to be. */
static int dict_to_array(struct tree *tree, struct item *dir)
{
	struct item **list = numbered_children(dir);
	struct node *array = list ? node_new(NODE_ARRAY) : NULL;
	struct node *dict = dir->node;
	struct change remove = { .kind = CHANGE_REMOVE, .node = dict };
	struct change insert = { .kind = CHANGE_INSERT, .node = array, .parent = dict->parent, .before = dict,
				 .key = dict->key, .key_len = dict->key_len };
	int result = array ? commit(tree, &remove) : -EINVAL;
	size_t i;

	if (result == 0)
		result = commit(tree, &insert);
	if (result < 0) {
		node_free(array);
		free(list);
		return result;
	}
	dict->user = NULL;
	array->user = dir;
	dir->node = array;
	ghosts_free(dir->dir->ghosts); /* they are keys of the dict */
	dir->dir->ghosts = NULL;
	dir->dir->shape = SHAPE_ARRAY;
	for (i = 0; list[i] && result == 0; i++)
		result = move_child(tree, dir, list[i], array);
	free(list);
	item_touch(tree, dir);
	return result;
}

static int retype_dir(struct tree *tree, struct item *item, const struct said *said)
{
	if (said->type == NODE_ARRAY && item->node->type == NODE_DICT && item->node->parent &&
	    item->parent->dir->shape != SHAPE_PAYLOADS && dir_load(tree, item) == 0)
		return dict_to_array(tree, item);
	return -EINVAL;
}

static int refuse_said(struct tree *tree, struct item *item, const struct said *said)
{
	BUF_AUTO words = BUF_INIT;

	said_type_words(said, &words);
	return refuse_text(tree, item, NULL, EINVAL, "what is there cannot be read as %s: remove it and make it anew",
			   buf_text(&words));
}

int types_retype(struct tree *tree, struct item *item, const struct said *said, bool report)
{
	struct entry entry;
	struct error err;
	int result = -EINVAL;

	if (fits(item, said) || !item->node || item_stage(item))
		return 0;
	entry = entry_of_item(item);
	if (allowed_check_said(tree, &entry, said, &err) < 0)
		return report ? refuse(tree, item, NULL, &err, EINVAL) : -EINVAL;
	if (item->kind == ITEM_KEY && said->type != NODE_DICT)
		return retype_file(tree, item, report);
	if (item->kind == ITEM_DIR)
		result = retype_dir(tree, item, said);
	return result == -EINVAL && report ? refuse_said(tree, item, said) : result;
}

/* A cut name that stood for itself gets its key. */
static int rekey(struct tree *tree, struct item *item, const struct said *said)
{
	struct node *node = item->node;
	struct change change = { .kind = CHANGE_MOVE, .node = node, .key = said->key, .key_len = said->key_len };

	if (!node || !node->key || strcmp(node->key, item_name(item)) != 0)
		return 0;
	if (!name_is_of(item_name(item), said->key, said->key_len) || !value_is_text(said->key, said->key_len) ||
	    node_find(node->parent, said->key, said->key_len))
		return -EINVAL;
	change.parent = node->parent;
	change.before = node_next(node);
	return commit(tree, &change);
}

static void apply_entry(struct tree *tree, struct item *dir, struct said *said)
{
	struct item *item = dir_find(dir, said->name);

	if (!item || (item->kind != ITEM_KEY && item->kind != ITEM_DIR))
		return;
	if (said->key && name_is_cut(said->name))
		rekey(tree, item, said);
	types_retype(tree, item, said, false);
}

static void read_line(struct item *dir, const char *line, size_t len)
{
	BUF_AUTO name = BUF_INIT;
	size_t name_len = 0;
	struct said *said = NULL;

	while (len && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	if (len == 0 || line[0] == '#')
		return;
	while (name_len < len && line[name_len] != ' ' && line[name_len] != '\t')
		name_len++;
	said_unquote_name(line, name_len, &name);
	if (said_is_name(&name) && (!dir->parent || strcmp(buf_text(&name), SAID_OF_SCHEMA) != 0))
		said = said_make(&dir->dir->said, buf_text(&name));
	if (said && said_parse(said, line + name_len, len - name_len) == 0)
		return;
	buf_add(&dir->dir->types_unread, line, len);
	buf_add_char(&dir->dir->types_unread, '\n');
}

void types_apply(struct tree *tree, struct item *types)
{
	struct item *dir = types->parent;
	const struct buf *content = item_content(types);
	const char *line = buf_text(content), *end = line + content->len, *newline;
	struct said *said, *next;

	types->as_written = false;
	if (!dir || dir_load(tree, dir) < 0)
		return;
	dir->dir->types_shown = true;
	dir->dir->types_hidden = false;
	said_free_table(dir->dir->said);
	dir->dir->said = NULL;
	allowed_forget(tree); /* keys were said, too */
	buf_clear(&dir->dir->types_unread);
	for (; line < end; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		if (!newline)
			newline = end;
		read_line(dir, line, (size_t)(newline - line));
	}
	HASH_ITER(hh, dir->dir->said, said, next)
		apply_entry(tree, dir, said);
	item_touch(tree, types);
}

/* --- problems --------------------------------------------------------------------------------------- */

/* More are only counted: a .types of a few megabytes can have a million lines that mean nothing. */
#define TOLD_MAX 1000

struct telling {
	struct tree *tree;
	struct problems *problems;
	size_t told, untold;
	enum severity worst; /* of those that were only counted */
};

static void tell(struct telling *telling, const struct item *dir, const char *name, enum severity severity,
		 const char *text)
{
	struct error problem;

	if (telling->told >= TOLD_MAX) {
		telling->untold++;
		telling->worst = severity > telling->worst ? severity : telling->worst;
		return;
	}
	telling->told++;
	error_rule(&problem, "wrong-type", "%s", text);
	refusal_locate(telling->tree, dir, name, &problem);
	problem.severity = severity;
	problems_add(telling->problems, &problem);
}

static void said_problems(struct telling *telling, const struct item *dir)
{
	struct said *said, *next;
	const struct item *item;

	HASH_ITER(hh, dir->dir->said, said, next) {
		item = dir_find(dir, said->name);
		if (!item && !said->empty && said->type != NODE_TYPE_COUNT)
			tell(telling, dir, said->name, SEVERITY_WARNING,
			     ".types speaks of it, and it is not there: make it, "
			     "or take the line out of .types");
		else if (item && item->node && !fits(item, said))
			tell(telling, dir, said->name, SEVERITY_WARNING,
			     "its content is not of the type that .types says: "
			     "mend the one or the other");
	}
}

/* How much of a line is shown. */
#define SHOWN_MAX 200

/* With zero bytes as they are written in names. */
static void add_shown(struct buf *out, const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (line[i])
			buf_add_char(out, line[i]);
		else
			buf_add_text(out, "%00");
	}
}

static void unread_problems(struct telling *telling, const struct item *dir)
{
	const char *line = buf_text(&dir->dir->types_unread), *end = line + dir->dir->types_unread.len, *newline;
	BUF_AUTO text = BUF_INIT;

	for (; line < end && (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1) {
		buf_assign(&text, "'", 1);
		add_shown(&text, line, newline - line < SHOWN_MAX ? (size_t)(newline - line) : SHOWN_MAX);
		buf_add_text(&text, "' is not understood: a line is a name and string, integer, real, boolean, date, "
			     "data, array, dict, order N or key TEXT; in the root also '. schema RELEASE'");
		tell(telling, dir, NAME_OF_TYPES, SEVERITY_WARNING, buf_text(&text));
	}
}

static void cut_problems(struct telling *telling, const struct item *dir)
{
	const struct item *item;

	for (item = dir->dir->first; item; item = item->next)
		if (item->node && item->node->key && name_is_cut(item_name(item)) &&
		    strcmp(item->node->key, item_name(item)) == 0)
			tell(telling, dir, item_name(item), SEVERITY_ERROR,
			     "the whole key behind this shortened name is not known: "
			     "say it in .types (NAME key TEXT)");
}

void types_problems(struct tree *tree, struct problems *problems)
{
	struct telling telling = { .tree = tree, .problems = problems, .worst = SEVERITY_NOTE };
	const struct item *item;
	uint64_t last = 0;

	while ((item = item_next(tree, &last))) {
		if (item->kind != ITEM_DIR || !dir_is_filled(item) || (!item->parent && item != tree->root))
			continue;
		said_problems(&telling, item);
		unread_problems(&telling, item);
		cut_problems(&telling, item);
	}
	if (telling.untold)
		problems_say(problems, telling.worst, "wrong-type", NAME_OF_TYPES,
			     "%zu more of what .types says is wrong, and not listed: mend some first", telling.untold);
	release_problems(tree, problems);
}
