/* What is wrong with .types in an exploded tree, with the line that it is about. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/tree/exploded_parts.h"
#include "fs/tree/names.h"
#include "fs/tree/types.h"
#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "plist/doc.h"

/* The last line that says an entry's type: the one that holds. */
struct said_line {
	char *name;
	unsigned long line;
	UT_hash_handle hh;
};

/* A .types that problems were found in: read and understood once, as there can be a problem for each of a million
 * lines. */
struct types_file {
	struct buf path;
	struct buf text;
	struct said_line *lines;
	size_t unread;              /* the offset after the last line which is not understood that was told */
	unsigned long unread_line;  /* and its number */
	struct said *releases;      /* what is said of the schema up to there */
};

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

/* What a line says of a type: NODE_TYPE_COUNT if nothing. -1: it is not understood. `releases` has those of the lines
 * before. */
static int type_in_line(struct said **releases, const struct buf *name, const char *words, size_t len)
{
	struct said *one = NULL, *said = NULL;
	int type;

	if (said_is_name(name))
		said = said_make(strcmp(buf_text(name), SAID_OF_SCHEMA) == 0 ? releases : &one, buf_text(name));
	type = said && said_parse(said, words, len) == 0 ? (int)said->type : -1;
	said_free_table(one);
	return type;
}

/* The line at `at` of a text that ends at `end`: its length, and `*next`, where the one after it begins. */
static size_t line_length(const char *at, const char *end, const char **next)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	*next = newline ? newline + 1 : end;
	return (size_t)((newline ? newline : end) - at);
}

/* Without memory the line is not told. */
static void note_line(struct types_file *file, const char *name, unsigned long number)
{
	struct said_line *line = NULL;

	HASH_FIND_STR(file->lines, name, line);
	if (!line) {
		line = calloc(1, sizeof(*line));
		if (!line)
			return;
		line->name = strdup(name);
		if (line->name)
			HASH_ADD_KEYPTR(hh, file->lines, line->name, strlen(line->name), line);
		if (!line->hh.tbl) {
			free(line->name);
			free(line);
			return;
		}
	}
	line->line = number;
}

static void note_lines(struct types_file *file)
{
	const char *at = buf_text(&file->text), *end = at + file->text.len, *next, *words;
	struct said *releases = NULL;
	unsigned long number = 1;
	BUF_AUTO name = BUF_INIT;
	size_t len;
	int type;

	for (; at < end; at = next, number++) {
		len = line_length(at, end, &next);
		buf_clear(&name);
		if (!split_line(at, len, &name, &words))
			continue;
		type = type_in_line(&releases, &name, words, (size_t)(at + len - words));
		if (type >= 0 && (type != NODE_TYPE_COUNT || strcmp(buf_text(&name), SAID_OF_SCHEMA) == 0))
			note_line(file, buf_text(&name), number);
	}
	said_free_table(releases);
}

static void types_file_close(struct types_file *file)
{
	struct said_line *line, *next;

	HASH_ITER(hh, file->lines, line, next) {
		HASH_DEL(file->lines, line);
		free(line->name);
		free(line);
	}
	said_free_table(file->releases);
	buf_free(&file->path);
	buf_free(&file->text);
	*file = (struct types_file){ 0 };
}

static void types_file_open(struct types_file *file, const char *path)
{
	struct error ignored;

	if (buf_equals(&file->path, path, strlen(path)))
		return;
	types_file_close(file);
	buf_assign(&file->path, path, strlen(path));
	if (file_read_path(path, limit(LIMIT_VALUE), &file->text, &ignored) < 0)
		buf_clear(&file->text); /* then there is no line to be told */
	note_lines(file);
}

static unsigned long line_of_entry(const struct types_file *file, const char *name)
{
	struct said_line *line = NULL;

	HASH_FIND_STR(file->lines, name, line);
	return line ? line->line : 0;
}

/* The next line that is not understood; 0: there is none. */
static unsigned long next_unread(struct types_file *file)
{
	const char *text = buf_text(&file->text), *end = text + file->text.len, *at = text + file->unread;
	const char *next, *words;
	BUF_AUTO name = BUF_INIT;
	bool found = false;
	size_t len;

	for (; at < end && !found; at = next, file->unread_line++) {
		len = line_length(at, end, &next);
		buf_clear(&name);
		found = split_line(at, len, &name, &words) &&
			type_in_line(&file->releases, &name, words, (size_t)(at + len - words)) < 0;
	}
	file->unread = (size_t)(at - text);
	return found ? file->unread_line : 0;
}

/* The line that a problem is about; 0: none. */
static unsigned long find_place(struct types_file *file, const char *entry, const struct error *problem)
{
	if (strcmp(entry, NAME_OF_TYPES) != 0)
		return line_of_entry(file, entry);
	if (problem->rule && strcmp(problem->rule, "changed-type") == 0)
		return line_of_entry(file, SAID_OF_SCHEMA);
	return next_unread(file);
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
	types_file_close(&file);
	return lost ? reader_end_without_memory(reader) : 0;
}
