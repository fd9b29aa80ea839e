/* Types of keys that were in conflict: a mark was renamed over its key, or all marks were removed, and .types still
 * speaks of those that were there. While a key is in conflict, .types says the types of the key and of its marks, so
 * that one of them is its type now: the one that can be read out of what is there. If it can be several, somebody must
 * say which. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/tree/commit.h"
#include "fs/tree/expectation.h"
#include "fs/tree/exploded_parts.h"
#include "fs/tree/names.h"
#include "fs/tree/text.h"
#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "plist/doc.h"
#include "plist/merge.h"

/* A line of .types for a mark that is not there any more. */
struct gone {
	struct said *said;
	size_t of; /* so much of its name is the key's */
};

struct gone_marks {
	struct gone *list;
	size_t count;
};

/* What is there under the key's name. */
struct content {
	bool dir;
	bool numbered; /* a directory in which all names are numbers */
	struct buf bytes;
};

/* The types that it can be. */
struct choice {
	const struct said *said;  /* the first of them; NULL: none so far */
	const struct said *other; /* one with which the value would be another */
	struct node *value;
};

/* --- the marks that are gone ----------------------------------------------------------------------------- */

static int map_names(const struct exploded_entries *entries, struct name_map **names)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		if (name_map_add(names, entries->list[i].name, entries->list[i].file) < 0)
			return -1;
	return 0;
}

static int by_key(const void *left, const void *right)
{
	const struct gone *a = left, *b = right;
	int order = strncmp(a->said->name, b->said->name, a->of < b->of ? a->of : b->of);

	if (order == 0)
		order = (a->of > b->of) - (a->of < b->of);
	return order ? order : strcmp(a->said->name, b->said->name);
}

/* In the order of their keys. 0, or -1: out of memory. */
static int find_gone(const struct item *dir, const struct name_map *names, struct gone_marks *marks)
{
	struct said *said, *next;
	size_t of;

	marks->list = calloc(HASH_COUNT(dir->dir->said) + 1, sizeof(*marks->list));
	if (!marks->list)
		return -1;
	HASH_ITER(hh, dir->dir->said, said, next)
		if (said->type != NODE_TYPE_COUNT && !name_map_find(names, said->name) &&
		    merge_mark_of(said->name, strlen(said->name), &of) != MERGE_MARK_NONE)
			marks->list[marks->count++] = (struct gone){ said, of };
	if (marks->count)
		qsort(marks->list, marks->count, sizeof(*marks->list), by_key);
	return 0;
}

/* --- what is there --------------------------------------------------------------------------------------- */

static bool all_are_numbers(const char *path)
{
	const struct dirent *entry;
	DIR *stream = opendir(path);
	uint32_t index;
	bool numbers = stream != NULL;

	while (numbers && (entry = readdir(stream)))
		if (entry->d_name[0] != '.' && name_kind(entry->d_name) == NAME_KEY)
			numbers = name_to_index(entry->d_name, &index);
	if (stream)
		closedir(stream);
	return numbers;
}

/* 0, or -1: it cannot be looked at, which is told when it is read. */
static int look(struct reader *reader, const char *file, struct content *content)
{
	size_t len = path_enter(&reader->path, file);
	const char *path = buf_text(&reader->path);
	struct stat st;
	int result = buf_ok(&reader->path) ? lstat(path, &st) : -1;

	if (result == 0 && S_ISDIR(st.st_mode)) {
		content->dir = true;
		content->numbered = all_are_numbers(path);
	} else if (result == 0) {
		result = -1;
		if (S_ISREG(st.st_mode))
			result = file_read_path(path, limit(LIMIT_VALUE), &content->bytes, &reader->err);
	}
	path_leave(&reader->path, len);
	return result;
}

/* What it would be with that type: a node of its own. NULL: it cannot be. */
static struct node *read_as(const struct tree *tree, const struct content *content, const struct said *said)
{
	struct expectation expectation;
	struct meaning meaning;
	struct error ignored;
	struct node *value = NULL;

	if (content->dir && (said->type == NODE_DICT || (said->type == NODE_ARRAY && content->numbered)))
		return node_new(said->type);
	if (content->dir || said->type == NODE_DICT)
		return NULL;
	expectation_of_key(tree, NULL, &expectation);
	expectation.expect.type = said->type;
	expectation.expect.items = said->items;
	expectation.expect.item_count = said->item_count;
	expectation.expect.secret = true;
	if (text_parse(&expectation.expect, buf_text(&content->bytes), content->bytes.len, &meaning, &ignored) < 0)
		return NULL;
	/* "array" alone was an empty one; several types are of one element each. */
	if (said->type != NODE_ARRAY || said->item_count == 1 || said->item_count == meaning.line_count)
		value = commit_node(&meaning);
	meaning_free(&meaning);
	return value;
}

static void weigh(const struct tree *tree, const struct content *content, const struct said *said,
		  struct choice *choice)
{
	struct node *value = said && said->type != NODE_TYPE_COUNT ? read_as(tree, content, said) : NULL;

	if (value && !choice->said) {
		choice->said = said;
		choice->value = value;
		return;
	}
	if (value && !node_equal(value, choice->value, true))
		choice->other = said;
	node_free(value);
}

/* --- deciding --------------------------------------------------------------------------------------------- */

static void add_line(const char *name, const struct said *said, struct buf *text)
{
	buf_add_char(text, '\'');
	said_quote_name(name, text);
	buf_add_char(text, ' ');
	said_type_words(said, text);
	buf_add_char(text, '\'');
}

/* Does not make the directory itself one that was refused. */
static void report_choice(struct reader *reader, const struct item *dir, const char *name, const char *file,
			  const struct choice *choice)
{
	size_t len = path_enter(&reader->path, file);
	enum severity severity = SEVERITY_ERROR;
	bool reported = reader->reported;
	BUF_AUTO text = BUF_INIT, key = BUF_INIT;

	if (rule_severity(&reader->exploded->profile.checks.levels, "merge-conflict", &severity)) {
		add_line(name, choice->said, &text);
		buf_add_text(&text, " or ");
		add_line(name, choice->other, &text);
		item_path(dir, name, &key);
		error_rule(&reader->err, "merge-conflict",
			   "this was in conflict, and with its marks gone it can be one or the other: in .types have "
			   "one line for it, %s, and remove those of %s.conflict-*",
			   buf_text(&text), name);
		error_in_key(&reader->err, buf_text(&key));
		reader_report(reader, &reader->err);
		reader->reported = reported;
	}
	path_leave(&reader->path, len);
}

/* The type of one key, of which some marks are gone. */
static int settle_key(struct reader *reader, struct item *dir, const char *name, const char *file,
		      const struct gone *gone, size_t count)
{
	const struct tree *tree = reader->exploded->tree;
	struct said *said = said_make(&dir->dir->said, name);
	struct content content = { .bytes = BUF_INIT };
	struct choice choice = { 0 };
	size_t i;

	if (!said)
		return reader_end_without_memory(reader);
	if (look(reader, file, &content) == 0) {
		weigh(tree, &content, said, &choice);
		for (i = 0; i < count; i++)
			weigh(tree, &content, gone[i].said, &choice);
	}
	if (choice.other)
		report_choice(reader, dir, name, file, &choice);
	else if (choice.said && choice.said != said)
		for (i = 0; i < count; i++)
			if (gone[i].said == choice.said)
				said_move_type(said, gone[i].said);
	node_free(choice.value);
	buf_free(&content.bytes);
	return 0;
}

/* Those of one key; what .types says of them is done with. */
static int settle_group(struct reader *reader, struct item *dir, const struct name_map *names, const struct gone *gone,
			size_t count)
{
	BUF_AUTO name = BUF_INIT;
	const struct name_map *there;
	int result = 0;
	size_t i;

	buf_add(&name, gone->said->name, gone->of);
	if (!buf_ok(&name))
		return reader_end_without_memory(reader);
	there = name_map_find(names, buf_text(&name));
	if (there && there->text)
		result = settle_key(reader, dir, buf_text(&name), there->text, gone, count);
	for (i = 0; i < count; i++)
		said_forget_type(gone[i].said);
	return result;
}

static int settle_all(struct reader *reader, struct item *dir, const struct name_map *names,
		      const struct gone_marks *marks)
{
	const struct gone *list = marks->list;
	size_t i, next;
	int result = 0;

	for (i = 0; i < marks->count && result == 0; i = next) {
		for (next = i + 1; next < marks->count && list[next].of == list[i].of &&
				   memcmp(list[next].said->name, list[i].said->name, list[i].of) == 0;)
			next++;
		result = settle_group(reader, dir, names, &list[i], next - i);
	}
	return result;
}

static bool speaks_of_marks(const struct item *dir)
{
	struct said *said, *next;

	HASH_ITER(hh, dir->dir->said, said, next)
		if (merge_mark_of(said->name, strlen(said->name), NULL) != MERGE_MARK_NONE)
			return true;
	return false;
}

int exploded_settle_marks(struct reader *reader, struct item *dir, const struct exploded_entries *entries)
{
	struct gone_marks marks = { 0 };
	struct name_map *names = NULL;
	int result = 0;

	if (dir->dir->shape != SHAPE_DICT || !speaks_of_marks(dir))
		return 0;
	if (map_names(entries, &names) < 0 || find_gone(dir, names, &marks) < 0)
		result = reader_end_without_memory(reader);
	if (result == 0)
		result = settle_all(reader, dir, names, &marks);
	free(marks.list);
	name_map_free(names);
	return result;
}
