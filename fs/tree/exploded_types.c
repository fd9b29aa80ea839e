/* What is wrong with .types in an exploded tree, with the line that it is about. */
#include <string.h>
#include <sys/stat.h>

#include "fs/tree/exploded_parts.h"
#include "fs/tree/names.h"
#include "fs/tree/types.h"
#include "plist/base/file.h"
#include "plist/doc.h"

/* A .types that problems were found in, and how far those that are about lines which are not understood have come. */
struct types_file {
	struct buf path;
	struct buf text;
	unsigned long unread;
};

static void types_file_open(struct types_file *file, const char *path)
{
	struct error ignored;

	if (buf_equals(&file->path, path, strlen(path)))
		return;
	buf_assign(&file->path, path, strlen(path));
	buf_clear(&file->text);
	file->unread = 0;
	if (file_read_path(path, DOC_SIZE_MAX, &file->text, &ignored) < 0)
		buf_clear(&file->text); /* then there is no line to be told */
}

/* The name that a line begins with; `*words` is what follows. False: an empty line, or a comment. */
static bool split_line(const char *line, size_t len, struct buf *name, const char **words)
{
	const char *end = line + len, *at = line;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at == end || *at == '#' || *at == '\r')
		return false;
	for (*words = at; *words < end && **words != ' ' && **words != '\t' && **words != '\r';)
		(*words)++;
	said_unquote_name(at, (size_t)(*words - at), name);
	return true;
}

/* What a line says of a type: NODE_TYPE_COUNT if nothing. -1: it is not understood. */
static int type_in_line(const char *name, const char *words, size_t len)
{
	struct said *table = NULL, *said = said_make(&table, name);
	int type = said && said_parse(said, words, len) == 0 ? (int)said->type : -1;

	said_free_table(table);
	return type;
}

/* Whether a line is the one that is looked for: about `name`, or NULL: one that is not understood. */
static bool is_line(const char *line, size_t len, const char *name)
{
	BUF_AUTO own = BUF_INIT;
	const char *words;
	int type;

	if (!split_line(line, len, &own, &words) || (name && !buf_equals(&own, name, strlen(name))))
		return false;
	type = type_in_line(buf_text(&own), words, (size_t)(line + len - words));
	if (!name)
		return type < 0;
	return type >= 0 && (type != NODE_TYPE_COUNT || strcmp(name, SAID_OF_SCHEMA) == 0);
}

/* The first such line after another one; 0: there is none. */
static unsigned long find_line(const struct buf *text, const char *name, unsigned long after)
{
	const char *at = buf_text(text), *end = at + text->len, *newline;
	unsigned long number = 1;

	for (; at < end; at = newline + 1, number++) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			newline = end;
		if (number > after && is_line(at, (size_t)(newline - at), name))
			return number;
	}
	return 0;
}

/* The last line that says the entry's type is the one that holds. */
static unsigned long line_of_entry(const struct buf *text, const char *name)
{
	unsigned long found = 0, next;

	while ((next = find_line(text, name, found)))
		found = next;
	return found;
}

/* The line that a problem is about; 0: none. */
static unsigned long find_place(struct types_file *file, const char *entry, const struct error *problem)
{
	if (strcmp(entry, NAME_OF_TYPES) != 0)
		return line_of_entry(&file->text, entry);
	if (problem->rule && strcmp(problem->rule, "changed-type") == 0)
		return line_of_entry(&file->text, SAID_OF_SCHEMA);
	file->unread = find_line(&file->text, NULL, file->unread);
	return file->unread;
}

/* What no line is about is said of the entry itself, if that is there. */
static void choose_path(struct reader *reader, const char *key, const struct buf *types, unsigned long line)
{
	BUF_AUTO own = BUF_INIT;
	struct stat st;

	reader->is_file = false;
	exploded_add_path(reader->exploded, key, &own);
	if (line || lstat(buf_text(&own), &st) < 0) {
		buf_assign(&reader->path, types->data, types->len);
		return;
	}
	reader->is_file = S_ISREG(st.st_mode);
	buf_assign(&reader->path, own.data, own.len);
}

/* It is said of the .types that stands where the entry does, or should. What was refused has had its problem. */
static void report_problem(struct reader *reader, struct types_file *file, struct error *problem)
{
	const char *slash = strrchr(problem->key, '/'), *last = slash ? slash + 1 : problem->key;
	BUF_AUTO dir = BUF_INIT, entry = BUF_INIT, path = BUF_INIT;
	unsigned long line;

	if (name_map_find(reader->exploded->refused, problem->key))
		return;
	buf_add(&dir, problem->key, slash ? (size_t)(slash - problem->key) : 0);
	exploded_add_path(reader->exploded, buf_text(&dir), &path);
	path_enter(&path, NAME_OF_TYPES);
	name_unquote(last, strlen(last), &entry);
	types_file_open(file, buf_text(&path));
	line = find_place(file, buf_text(&entry), problem);
	error_at(problem, line, line ? 1 : 0);
	choose_path(reader, problem->key, &path, line);
	reader_report(reader, problem);
}

int exploded_report_types(struct reader *reader)
{
	struct problems found = PROBLEMS_INIT;
	struct types_file file = { .path = BUF_INIT };
	BUF_AUTO root = BUF_INIT;
	size_t i, lost;

	buf_add(&root, reader->path.data, reader->path.len);
	types_problems(reader->exploded->tree, &found);
	for (i = 0; i < found.count; i++)
		report_problem(reader, &file, &found.list[i]);
	buf_assign(&reader->path, root.data, root.len);
	lost = found.lost;
	problems_free(&found);
	buf_free(&file.path);
	buf_free(&file.text);
	return lost ? reader_end_without_memory(reader) : 0;
}
