#include "plist/schema/schema_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/hint.h"
#include "plist/schema/language_words.h"
#include "plist/schema/schema_ready.h"

/* --- heads ------------------------------------------------------------------------------------------ */

/* The line that begins a section. */
struct head {
	const char *line;
	size_t len;
	unsigned long number;
};

static int head_error(const struct section_text *text, const struct head *head, struct error *err,
		      const char *what, const char *word)
{
	struct hint hint = hint_for(word);
	static const char *const known[] = { "release", "payload", "profile", "common", "rule" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		hint_consider(&hint, known[i]);
	if (hint.name && strcmp(hint.name, word) != 0)
		error_set(err, EINVAL, "'%.64s' %s: did you mean %s?", word, what, hint.name);
	else
		error_set(err, EINVAL, "'%.64s' %s: release TEXT, payload TYPE, profile, common, rule TYPE", word,
			  what);
	error_in_file(err, text->name);
	error_at(err, head->number, 1);
	return -1;
}

/* A name of a section: what it is about, and whether it has a name after it. */
static const struct keyword {
	const char *name;
	enum subject subject;
	bool named, rule, release;
} keywords[] = {
	{ "payload", SUBJECT_PAYLOAD, true, false, false },
	{ "profile", SUBJECT_PROFILE, false, false, false },
	{ "common", SUBJECT_COMMON, false, false, false },
	{ "rule", SUBJECT_PAYLOAD, true, true, false },
	{ "release", SUBJECT_PAYLOAD, true, false, true },
};

static const struct keyword *find_keyword(const char *word)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		if (strcmp(keywords[i].name, word) == 0)
			return &keywords[i];
	}
	return NULL;
}

/* Where the word at the beginning of a text ends: behind its closing quote, or at a blank. */
static size_t word_end(const char *text, size_t len)
{
	size_t i = 1;

	if (len && *text == '"') {
		while (i < len && text[i] != '"')
			i += text[i] == '\\' ? 2 : 1;
		return i < len ? i + 1 : len;
	}
	for (i = 0; i < len && text[i] != ' '; i++)
		;
	return i;
}

/* Splits only what names the section: the rest of a head is read when the section is. */
static int split_head(struct words *words, const struct head *head, struct arena *arena)
{
	size_t end = word_end(head->line, head->len);
	const struct keyword *keyword;

	if (words_split(words, head->line, end, arena))
		return -1;
	keyword = find_keyword(words->list[0].text);
	if (!keyword || !keyword->named)
		return 0;
	while (end < head->len && head->line[end] == ' ')
		end++;
	end += word_end(head->line + end, head->len - end);
	return words_split(words, head->line, end, arena);
}

/* --- adding ----------------------------------------------------------------------------------------- */

static int section_error(const struct section_text *text, struct error *err, int limit, const char *about)
{
	error_set(err, EINVAL, "more than %d sections%s%.64s: a schema has fewer", limit,
		  *about ? " about " : "", about);
	error_in_file(err, text->name);
	error_at(err, text->line, 1);
	return -1;
}

/* NULL: out of memory. */
static struct section *add_section(struct schema_index *index)
{
	size_t size = index->size ? index->size * 2 : 256;
	struct section *list;

	if (index->count == index->size) {
		list = reallocarray(index->sections, size, sizeof(*list));
		if (!list)
			return NULL;
		index->sections = list;
		index->size = size;
	}
	return &index->sections[index->count++];
}

static enum subject subject_of(const struct keyword *keyword, const struct word *name)
{
	if (keyword->rule && word_is(name, "profile"))
		return SUBJECT_PROFILE;
	if (keyword->rule && word_is(name, "common"))
		return SUBJECT_COMMON;
	return keyword->subject;
}

/* Facts that change only what is built in are of its release, if they have none of their own. */
static int take_release(struct schema_index *index, enum layer layer, const struct word *name)
{
	if (layer == LAYER_FACTS || (layer == LAYER_FALLBACK && !index->has_facts && !index->release))
		index->release = name->text;
	return 0;
}

static int add_words(struct schema_index *index, const struct section_text *text, const struct head *head,
		     enum layer layer, const struct words *words, struct error *err)
{
	const struct word *name = words->count > 1 ? &words->list[1] : NULL;
	const struct keyword *keyword = find_keyword(words->list[0].text);
	struct section *section;

	if (!keyword || words->list[0].quoted || words->list[0].kind != WORD_PLAIN)
		return head_error(text, head, err, "begins no section", words->list[0].text);
	if (keyword->named && (!name || name->kind != WORD_PLAIN))
		return head_error(text, head, err, "needs a name after it", keyword->name);
	if (keyword->release)
		return take_release(index, layer, name);
	section = add_section(index);
	if (!section)
		return error_memory(err);
	*section = (struct section){
		.subject = subject_of(keyword, name),
		.type = "",
		.rule = keyword->rule,
		.layer = layer,
		.order = index->count,
	};
	if (section->subject == SUBJECT_PAYLOAD)
		section->type = name->text;
	section->text = (struct section_text){ text->name, head->line, 0, head->number };
	if (layer == LAYER_FACTS && !section->rule)
		index->has_facts = true;
	return 0;
}

static int add_head(struct schema_index *index, const struct section_text *text, const struct head *head,
		    enum layer layer, struct words *words, struct arena *arena, struct error *err)
{
	if (split_head(words, head, arena) == 0)
		return add_words(index, text, head, layer, words, err);
	if (!words->problem)
		return error_memory(err);
	error_set(err, EINVAL, "%s", words->problem);
	error_in_file(err, text->name);
	error_at(err, head->number, words->at + 1);
	return -1;
}

/* True for a line that says something and stands at the very left. */
static bool is_head(const char *line, size_t len)
{
	return len > 0 && *line != ' ' && *line != '#' && !(*line == '\r' && len == 1);
}

static bool is_blank(const char *line, size_t len)
{
	size_t blanks = 0;

	while (blanks < len && (line[blanks] == ' ' || line[blanks] == '\r'))
		blanks++;
	return blanks == len || line[blanks] == '#';
}

static int refuse_outside(const struct section_text *text, unsigned long line, struct error *err)
{
	error_set(err, EINVAL, "stands in no section: one begins without indentation, as in payload TYPE");
	error_in_file(err, text->name);
	error_at(err, line, 0);
	return -1;
}

static int add_lines(struct schema_index *index, const struct section_text *text, enum layer layer,
		     struct words *words, struct arena *arena, struct error *err)
{
	const char *end = text->text + text->len;
	const char *next;
	struct head head = { text->text, 0, text->line };
	bool inside = false;
	size_t open = index->count; /* the section that the lines belong to, once there is one */

	for (; head.line < end; head.line = next, head.number++) {
		next = memchr(head.line, '\n', (size_t)(end - head.line));
		head.len = (size_t)((next ? next : end) - head.line);
		next = next ? next + 1 : end;
		if (!is_head(head.line, head.len)) {
			if (!inside && !is_blank(head.line, head.len))
				return refuse_outside(text, head.number, err);
			continue;
		}
		if (head.len && head.line[head.len - 1] == '\r')
			head.len--;
		if (open < index->count)
			index->sections[open].text.len = (size_t)(head.line - index->sections[open].text.text);
		open = index->count;
		if (add_head(index, text, &head, layer, words, arena, err))
			return -1;
		inside = true;
	}
	if (open < index->count)
		index->sections[open].text.len = (size_t)(end - index->sections[open].text.text);
	return 0;
}

/* A fallback speaks only of what the facts are silent about: the profile and the common keys, and payloads
 * if the facts describe nothing at all. */
static void drop_unwanted(struct schema_index *index, size_t first)
{
	const struct section *section;
	size_t kept = first;

	for (size_t i = first; i < index->count; i++) {
		section = &index->sections[i];
		if (section->subject != SUBJECT_PAYLOAD || !index->has_facts)
			index->sections[kept++] = *section;
	}
	index->count = kept;
}

int index_add(struct schema_index *index, const struct section_text *text, enum layer layer, struct arena *arena,
	      struct error *err)
{
	__attribute__((cleanup(words_free))) struct words words = { 0 };
	size_t first = index->count;

	if (add_lines(index, text, layer, &words, arena, err))
		return -1;
	if (layer == LAYER_FALLBACK)
		drop_unwanted(index, first);
	return 0;
}

/* --- groups ----------------------------------------------------------------------------------------- */

static int compare_subject(const struct section *a, const struct section *b)
{
	if (a->subject != b->subject)
		return a->subject < b->subject ? -1 : 1;
	return strcmp(a->type, b->type);
}

static int by_subject(const void *a, const void *b)
{
	const struct section *left = a;
	const struct section *right = b;
	int order = compare_subject(left, right);

	if (order)
		return order;
	return left->order < right->order ? -1 : left->order > right->order;
}

int index_finish(struct schema_index *index, struct arena *arena, struct error *err)
{
	const struct section *sections = index->sections;
	struct group *group = NULL;

	index->groups = arena_get(arena, index->count * sizeof(*index->groups));
	if (!index->groups)
		return error_memory(err);
	if (index->count > ALL_SECTIONS_MAX)
		return section_error(&sections[ALL_SECTIONS_MAX].text, err, ALL_SECTIONS_MAX, "");
	if (index->count)
		qsort(index->sections, index->count, sizeof(*index->sections), by_subject);
	for (size_t i = 0; i < index->count; i++) {
		if (i == 0 || compare_subject(&sections[i - 1], &sections[i]) != 0) {
			group = &index->groups[index->group_count++];
			group->first = i;
		}
		if (++group->count <= SECTIONS_MAX)
			continue;
		return section_error(&sections[i].text, err, SECTIONS_MAX, sections[i].type);
	}
	return 0;
}

/* --- what is built in ------------------------------------------------------------------------------- */

int index_use_ready(struct schema_index *index, struct arena *arena, struct error *err)
{
	const struct ready_section *section = schema_ready_list;
	struct group *group = NULL;

	index->groups = arena_get(arena, schema_ready.group_count * sizeof(*index->groups));
	if (!index->groups)
		return error_memory(err);
	for (size_t i = 0; i < schema_ready.count; i++, section++) {
		if (!group || section->subject != section[-1].subject || section->type != section[-1].type) {
			group = &index->groups[index->group_count++];
			group->first = i;
		}
		group->count++;
	}
	index->count = schema_ready.count;
	index->has_facts = true;
	index->release = schema_ready.release;
	return 0;
}

static struct section ready_section(size_t i)
{
	const struct ready_section *ready = &schema_ready_list[i];
	const char *text = ready->text ? schema_text_rules : schema_text_mdm;

	return (struct section){
		.subject = ready->subject,
		.type = schema_ready_names + ready->type,
		.rule = ready->rule,
		.layer = ready->text ? LAYER_RULES : LAYER_FACTS,
		.order = i,
		.text = { ready->text ? "rules.schema" : "mdm.schema", text + ready->start, ready->len, ready->line },
	};
}

/* --- asking ----------------------------------------------------------------------------------------- */

static struct section section_at(const struct schema_index *index, size_t i)
{
	return index->sections ? index->sections[i] : ready_section(i);
}

struct section index_section(const struct schema_index *index, const struct group *group, size_t i)
{
	return section_at(index, group->first + i);
}

static int compare_sought(enum subject subject, const char *type, size_t len, const struct section *section)
{
	int order;

	if (subject != section->subject)
		return subject < section->subject ? -1 : 1;
	order = strncmp(type, section->type, len);
	if (order)
		return order;
	return section->type[len] ? -1 : 0;
}

struct group *index_find(const struct schema_index *index, enum subject subject, const char *type, size_t len)
{
	size_t low = 0, high = index->group_count, middle;
	struct section section;
	int order;

	if (memchr(type, '\0', len))
		return NULL;
	while (low < high) {
		middle = low + (high - low) / 2;
		section = section_at(index, index->groups[middle].first);
		order = compare_sought(subject, type, len, &section);
		if (order == 0)
			return &index->groups[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void index_free(struct schema_index *index)
{
	free(index->sections);
	*index = (struct schema_index){ 0 };
}
