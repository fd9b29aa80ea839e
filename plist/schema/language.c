/*
 * Sections: their lines, one after the other, nested by indentation. A `rule` section is read by the same walk:
 * it finds the keys that are there where another section makes new ones.
 */
#include "plist/schema/language.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/key.h"
#include "plist/schema/language_reader.h"
#include "plist/value.h"

/* More keys or clauses than this in one dict is no schema. */
#define KEYS_MAX 8192

/* --- lines ------------------------------------------------------------------------------------------ */

/* The column, in characters, of a byte of the line at hand. */
static unsigned long column_of(const struct reader *reader, size_t at)
{
	unsigned long column = 1 + 2UL * reader->level;

	for (size_t i = 0; i < at; i++)
		column += ((unsigned char)reader->text[i] & 0xc0) != 0x80;
	return column;
}

int reader_error_here(const struct reader *reader, const struct word *word)
{
	if (reader->err->code == ENOMEM)
		return -1;
	error_in_file(reader->err, reader->section->name);
	error_at(reader->err, reader->number, word ? column_of(reader, word->at) : 0);
	return -1;
}

int reader_error(const struct reader *reader, const struct word *word, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_set_args(reader->err, EINVAL, format, args);
	va_end(args);
	return reader_error_here(reader, word);
}

/* The next line of the text, without its end. False: there is none. */
static bool take_line(struct reader *reader, const char **line, size_t *len)
{
	const char *newline;

	if (reader->next == reader->end)
		return false;
	*line = reader->next;
	newline = memchr(reader->next, '\n', (size_t)(reader->end - reader->next));
	reader->next = newline ? newline + 1 : reader->end;
	*len = (size_t)((newline ? newline : reader->end) - *line);
	if (*len && (*line)[*len - 1] == '\r')
		(*len)--;
	reader->number = reader->next_number++;
	return true;
}

static int split_line(struct reader *reader, const char *line, size_t len, size_t indent)
{
	struct word here = { .at = 0 };

	reader->level = (unsigned)(indent / 2);
	reader->text = line + indent;
	if (line[indent] == '\t')
		return reader_error(reader, NULL, "a tab: indentation is two blanks a level");
	if (indent % 2)
		return reader_error(reader, NULL, "indented by %zu blanks: a level is two", indent);
	if (reader->level > LANGUAGE_DEPTH_MAX)
		return reader_error(reader, NULL, "nested deeper than %d levels", LANGUAGE_DEPTH_MAX);
	if (!words_split(&reader->words, reader->text, len - indent, reader->arena))
		return 0;
	if (!reader->words.problem)
		return error_memory(reader->err);
	here.at = reader->words.at;
	return reader_error(reader, &here, "%s", reader->words.problem);
}

int reader_advance(struct reader *reader)
{
	const char *line;
	size_t len, indent;

	while (take_line(reader, &line, &len)) {
		if (len > LANGUAGE_LINE_MAX)
			return reader_error(reader, NULL, "longer than %zu bytes", LANGUAGE_LINE_MAX);
		if (!value_is_text(line, len))
			return reader_error(reader, NULL, "not text in UTF-8");
		for (indent = 0; indent < len && line[indent] == ' '; indent++)
			;
		if (indent < len && line[indent] != '#')
			return split_line(reader, line, len, indent);
	}
	reader->at_end = true;
	return 0;
}

/* Passes over the lines that are nested deeper than `level`. */
static int skip_below(struct reader *reader, unsigned level)
{
	while (!reader->at_end && reader->level > level) {
		if (reader_advance(reader))
			return -1;
	}
	return 0;
}

/* --- what a dict or array has ----------------------------------------------------------------------- */

struct member {
	struct schema_key *key;
	unsigned long line; /* 0: it was there before this section */
};

/* The keys and clauses of a dict while its lines are read. */
struct members {
	struct schema_key *of;
	struct member *list;
	size_t count, size;
	struct clause *clauses;
	size_t clause_count, clause_size;
	bool kept; /* the type of the dict was not said here: lines that do not fit are left out */
	bool has_item, has_others;
};

static void members_free(struct members *members)
{
	free(members->list);
	free(members->clauses);
}

static int add_member(const struct reader *reader, struct members *members, struct schema_key *key,
		      unsigned long line)
{
	size_t size = members->size ? members->size * 2 : 32;
	struct member *list = members->list;

	if (members->count == KEYS_MAX)
		return reader_error(reader, NULL, "more than %d keys in one dict", KEYS_MAX);
	if (members->count == members->size) {
		list = reallocarray(list, size, sizeof(*list));
		if (!list)
			return error_memory(reader->err);
		members->list = list;
		members->size = size;
	}
	list[members->count++] = (struct member){ key, line };
	return 0;
}

static int add_clause(const struct reader *reader, struct members *members, const struct clause *clause)
{
	size_t size = members->clause_size ? members->clause_size * 2 : 8;
	struct clause *list = members->clauses;

	if (members->clause_count == KEYS_MAX)
		return reader_error(reader, NULL, "more than %d clauses in one dict", KEYS_MAX);
	if (members->clause_count == members->clause_size) {
		list = reallocarray(list, size, sizeof(*list));
		if (!list)
			return error_memory(reader->err);
		members->clauses = list;
		members->clause_size = size;
	}
	list[members->clause_count++] = *clause;
	return 0;
}

static int load_members(const struct reader *reader, struct members *members)
{
	const struct schema_key *of = members->of;

	for (size_t i = 0; i < of->key_count; i++) {
		if (add_member(reader, members, of->keys[i], 0))
			return -1;
	}
	for (size_t i = 0; i < of->clause_count; i++) {
		if (add_clause(reader, members, &of->clauses[i]))
			return -1;
	}
	return 0;
}

static void remove_member(struct members *members, const struct schema_key *key)
{
	size_t i = 0;

	while (i < members->count && members->list[i].key != key)
		i++;
	if (i == members->count)
		return;
	members->count--;
	memmove(&members->list[i], &members->list[i + 1], (members->count - i) * sizeof(*members->list));
}

static int by_name_and_line(const void *a, const void *b)
{
	const struct member *left = a;
	const struct member *right = b;
	int order = strcmp(left->key->name, right->key->name);

	if (order)
		return order;
	return left->line < right->line ? -1 : left->line > right->line;
}

/* Sorts the list, which is no longer needed in its order. */
static int refuse_duplicates(struct reader *reader, struct members *members)
{
	const struct member *list = members->list;

	if (members->count)
		qsort(members->list, members->count, sizeof(*members->list), by_name_and_line);
	for (size_t i = 1; i < members->count; i++) {
		if (strcmp(list[i - 1].key->name, list[i].key->name) != 0)
			continue;
		reader->number = list[i].line ? list[i].line : reader->section->line;
		return reader_error(reader, NULL, "the key %s stands on line %lu already", list[i].key->name,
				    list[i - 1].line);
	}
	return 0;
}

static int store_members(struct reader *reader, struct members *members)
{
	struct schema_key *of = members->of;
	struct schema_key **keys = arena_get(reader->arena, members->count * sizeof(*keys));
	struct clause *clauses = arena_get(reader->arena, members->clause_count * sizeof(*clauses));

	if (!keys || !clauses)
		return error_memory(reader->err);
	for (size_t i = 0; i < members->count; i++)
		keys[i] = members->list[i].key;
	if (refuse_duplicates(reader, members))
		return -1;
	if (key_set_children(of, keys, members->count, reader->arena))
		return error_memory(reader->err);
	if (members->clause_count)
		memcpy(clauses, members->clauses, members->clause_count * sizeof(*clauses));
	of->clauses = members->clause_count ? clauses : NULL;
	of->clause_count = members->clause_count;
	return 0;
}

/* --- key lines -------------------------------------------------------------------------------------- */

static int read_below(struct reader *reader, struct schema_key *key, unsigned level, bool kept);

static bool is_gone(const struct reader *reader)
{
	const struct words *words = &reader->words;

	for (size_t i = 1; i < words->count; i += 1 + words->list[i].inner) {
		if (word_is(&words->list[i], "gone"))
			return true;
	}
	return false;
}

/* Where a line's key is kept in what it stands in: "-" and "*" have a place of their own. */
static struct schema_key **place_of(struct members *members, const struct word *word)
{
	if (word_is(word, "-"))
		return &members->of->item;
	if (word_is(word, "*"))
		return &members->of->others;
	return NULL;
}

static struct schema_key *find_member(const struct reader *reader, struct members *members, const struct word *word)
{
	struct schema_key **place = place_of(members, word);

	if (!reader->rule)
		return NULL;
	return place ? *place : key_find(members->of, word->text, strlen(word->text));
}

static int add_key(const struct reader *reader, struct members *members, const struct word *word,
		   struct schema_key **key)
{
	struct schema_key **place = place_of(members, word);

	*key = key_any(reader->arena);
	if (!*key)
		return error_memory(reader->err);
	if (place) {
		*place = *key;
		return 0;
	}
	(*key)->name = word->text;
	return add_member(reader, members, *key, reader->number);
}

static void take_away(struct members *members, const struct word *word, const struct schema_key *key)
{
	struct schema_key **place = place_of(members, word);

	if (place)
		*place = NULL;
	else if (key)
		remove_member(members, key);
}

/* There is one "-" and one "*". */
static int refuse_second(const struct reader *reader, struct members *members, const struct word *word)
{
	bool *has = word_is(word, "-") ? &members->has_item : word_is(word, "*") ? &members->has_others
										 : NULL;

	if (has && *has)
		return reader_error(reader, word, "a second '%s' line: what it allows is said on one line",
				    word->text);
	if (has)
		*has = true;
	return 0;
}

/* Reads the attributes of the line at hand from the `first`th word on, and goes past it and the lines that
 * continue it: two levels deeper, with platforms only. */
static int read_attributes(struct reader *reader, struct schema_key *key, size_t first, bool kept)
{
	unsigned level = reader->level;

	if (language_attributes(reader, key, first, kept) || reader_advance(reader))
		return -1;
	while (!reader->at_end && reader->level == level + 2 && language_is_platforms(reader)) {
		if (language_attributes(reader, key, 0, kept) || reader_advance(reader))
			return -1;
	}
	return 0;
}

/* Reads what the line says of its key, and the lines below it. */
static int read_key(struct reader *reader, struct schema_key *key, bool keep)
{
	unsigned level = reader->level;
	int failed = 0;

	if (!keep && language_types(reader, key, &reader->words.list[1]))
		return -1;
	if (reader->page)
		key->page = reader->page;
	if (read_attributes(reader, key, 2, keep))
		return -1;
	if (!reader->at_end && reader->level > level) {
		reader->enclosing[reader->depth++] = key;
		failed = read_below(reader, key, level + 1, keep);
		reader->depth--;
	}
	if (key->sensitive)
		key_hide_below(key);
	return failed;
}

/* Reads a line whose key is not there, and what is below it: it may say nothing wrong, and changes nothing. */
static int leave_out_key(struct reader *reader)
{
	struct schema_key *nobody = key_any(reader->arena);
	int failed;

	if (!nobody)
		return error_memory(reader->err);
	reader->left_out++;
	failed = read_key(reader, nobody, true);
	reader->left_out--;
	return failed;
}

static int read_key_line(struct reader *reader, struct members *members)
{
	const struct word *name = &reader->words.list[0];
	const struct word *type = &reader->words.list[1];
	struct schema_key *key = find_member(reader, members, name);
	unsigned level = reader->level;
	bool gone = is_gone(reader);
	bool keep = reader->words.count > 1 && word_is(type, "=");

	if (name->kind != WORD_PLAIN)
		return reader_error(reader, name, "a line begins with the name of a key, -, * or !");
	if (reader->words.count < 2)
		return reader_error(reader, name, "%s has no type: NAME TYPE ATTRIBUTE...", name->text);
	if (!reader->rule && (gone || keep))
		return reader_error(reader, type, "'%s' is for `rule` sections", gone ? "gone" : "=");
	if (refuse_second(reader, members, name))
		return -1;
	if (gone)
		take_away(members, name, key);
	if (gone)
		return reader_advance(reader) || skip_below(reader, level) ? -1 : 0;
	if (!key && keep)
		return leave_out_key(reader);
	if (!key && add_key(reader, members, name, &key))
		return -1;
	return read_key(reader, key, keep);
}

static int read_clause_line(struct reader *reader, struct members *members)
{
	struct clause clause = { 0 };

	if (language_clause(reader, &clause) || add_clause(reader, members, &clause))
		return -1;
	return reader_advance(reader);
}

/* True if a line of this kind can stand in that key: "-" in an array, all others in a dict. */
static bool fits_in(const struct schema_key *key, const struct word *first)
{
	return key->types & TYPE_BIT(word_is(first, "-") ? NODE_ARRAY : NODE_DICT);
}

static int refuse_misfit(const struct reader *reader, const struct schema_key *key, const struct word *first)
{
	if (word_is(first, "-"))
		return reader_error(reader, first, "only an array has elements (-): write array above it");
	return reader_error(reader, first, "only a dict has keys: write %s above it",
			    key->types & TYPE_BIT(NODE_ARRAY) ? "- dict" : "dict");
}

static int read_line(struct reader *reader, struct members *members, unsigned level);

/* The same for a line that does not fit what it stands below. */
static int leave_out_line(struct reader *reader, unsigned level)
{
	__attribute__((cleanup(members_free))) struct members nobodys = { .of = key_any(reader->arena), .kept = true };
	int failed;

	if (!nobodys.of)
		return error_memory(reader->err);
	reader->left_out++;
	failed = read_line(reader, &nobodys, level);
	reader->left_out--;
	return failed;
}

static int read_line(struct reader *reader, struct members *members, unsigned level)
{
	const struct word *first = &reader->words.list[0];

	if (reader->level > level)
		return reader_error(reader, NULL, "indented by %u blanks, where %u fit", 2 * reader->level, 2 * level);
	if (!fits_in(members->of, first)) {
		if (!members->kept)
			return refuse_misfit(reader, members->of, first);
		return leave_out_line(reader, level);
	}
	if (word_is(first, "!"))
		return read_clause_line(reader, members);
	return read_key_line(reader, members);
}

/* The lines below a key that is like another, which has them already. */
static int read_below_like(struct reader *reader, const struct schema_key *key, unsigned level, bool kept)
{
	if (!kept)
		return reader_error(reader, NULL, "nothing stands below what is like=%s: its lines stand there",
				    key->like->as ? key->like->as : "another key");
	while (!reader->at_end && reader->level >= level) {
		if (leave_out_line(reader, level))
			return -1;
	}
	return 0;
}

/* Reads the lines that stand below a key's. */
static int read_below(struct reader *reader, struct schema_key *key, unsigned level, bool kept)
{
	__attribute__((cleanup(members_free))) struct members members = { .of = key, .kept = kept };

	if (key->like)
		return read_below_like(reader, key, level, kept);
	if (load_members(reader, &members))
		return -1;
	while (!reader->at_end && reader->level >= level) {
		if (read_line(reader, &members, level))
			return -1;
	}
	return store_members(reader, &members);
}

/* --- sections --------------------------------------------------------------------------------------- */

static void reader_free(struct reader *reader)
{
	words_free(&reader->words);
}

#define READER_AUTO __attribute__((cleanup(reader_free))) struct reader

static struct reader reader_for(const struct section_text *section, bool rule, struct arena *arena,
				struct error *err)
{
	return (struct reader){
		.section = section,
		.arena = arena,
		.err = err,
		.rule = rule,
		.next = section->text,
		.end = section->text + section->len,
		.next_number = section->line,
		.number = section->line,
	};
}

/* Goes to the head line. `*first` is the first word that is an attribute. */
static int read_head(struct reader *reader, size_t *first)
{
	const struct word *words;
	bool payload;

	if (reader_advance(reader))
		return -1;
	if (reader->at_end || reader->level > 0)
		return reader_error(reader, NULL, "a section begins without indentation: "
						  "payload TYPE, profile, common");
	words = reader->words.list;
	payload = word_is(&words[0], reader->rule ? "rule" : "payload");
	if (!payload && (reader->rule || (!word_is(&words[0], "profile") && !word_is(&words[0], "common"))))
		return reader_error(reader, &words[0], "'%s' begins no section: payload TYPE, profile, common",
				    words[0].text);
	if (payload && (reader->words.count < 2 || words[1].kind != WORD_PLAIN))
		return reader_error(reader, &words[0], "%s needs a payload type: %s com.example.type", words[0].text,
				    words[0].text);
	*first = payload ? 2 : 1;
	return 0;
}

/* Reads head and lines into the section's dict. */
static int read_section(struct reader *reader, struct schema_key *dict, size_t first)
{
	const char *page = dict->page;

	dict->page = NULL;
	if (read_attributes(reader, dict, first, false))
		return -1;
	if (reader->rule)
		reader->page = dict->page;
	if (!dict->page)
		dict->page = page;
	reader->enclosing[reader->depth++] = dict;
	if (read_below(reader, dict, 1, false))
		return -1;
	return reader->at_end ? 0 : reader_error(reader, NULL, "a second section begins here");
}

struct schema_key *language_read(const struct section_text *section, struct arena *arena, struct error *err)
{
	READER_AUTO reader = reader_for(section, false, arena, err);
	struct schema_key *dict = key_any(arena);
	size_t first;

	if (!dict) {
		error_memory(err);
		return NULL;
	}
	dict->types = TYPE_BIT(NODE_DICT);
	dict->type = NODE_DICT;
	if (read_head(&reader, &first))
		return NULL;
	if (first == 2)
		dict->name = reader.words.list[1].text;
	return read_section(&reader, dict, first) ? NULL : dict;
}

int language_apply(const struct section_text *section, struct schema_key *key, struct arena *arena,
		   struct error *err)
{
	READER_AUTO reader = reader_for(section, true, arena, err);
	size_t first;

	return read_head(&reader, &first) || read_section(&reader, key, first) ? -1 : 0;
}
