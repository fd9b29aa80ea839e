/*
 * Clauses: ! [warn] KIND ... [when ...] [unless ...] [because=...] [page=...]
 */
#include "plist/schema/language_reader.h"

#include <stdlib.h>
#include <string.h>

#include "plist/base/hint.h"

struct clause_reader {
	const struct reader *reader;
	struct clause *clause;
	size_t at; /* the word that is next */
};

static const struct word *next_word(const struct clause_reader *c)
{
	const struct words *words = &c->reader->words;

	return c->at < words->count ? &words->list[c->at] : NULL;
}

/* The line's last word, where something is missing after it. */
static const struct word *last_word(const struct clause_reader *c)
{
	return &c->reader->words.list[c->reader->words.count - 1];
}

static bool next_is(const struct clause_reader *c, const char *text)
{
	const struct word *word = next_word(c);

	return word && word_is(word, text);
}

/* because=TEXT, page=TEXT */
static bool is_note(const struct word *word, const char *name)
{
	return word->kind == WORD_SET && !word->quoted && strcmp(word->text, name) == 0;
}

/* True if the word ends the list of keys before it. */
static bool ends_keys(const struct word *word)
{
	return word_is(word, "when") || word_is(word, "unless") || is_note(word, "because") || is_note(word, "page");
}

/* --- what is demanded ------------------------------------------------------------------------------- */

/* KEY... */
static int take_keys(struct clause_reader *c)
{
	const struct reader *reader = c->reader;
	struct texts *keys = &c->clause->keys;
	const struct word *word;

	keys->list = arena_get(reader->arena, reader->words.count * sizeof(*keys->list));
	if (!keys->list)
		return error_memory(reader->err);
	for (; (word = next_word(c)) && !ends_keys(word); c->at++) {
		if (word->kind != WORD_PLAIN)
			return reader_error(reader, word, "here stand keys, by name and nothing more");
		keys->list[keys->count++] = word->text;
	}
	if (keys->count == 0)
		return reader_error(reader, word ? word : last_word(c), "names no key: need KEY..., forbid KEY...");
	return 0;
}

/* KEY=...: the word that says it, with keys[0] set. */
static int take_key_value(struct clause_reader *c, const struct word **said)
{
	const struct reader *reader = c->reader;
	const struct word *word = next_word(c);
	struct texts *keys = &c->clause->keys;

	if (!word || word->kind != WORD_SET)
		return reader_error(reader, word ? word : last_word(c),
				    "here stands KEY=..., one key and what it has to be");
	keys->list = arena_get(reader->arena, sizeof(*keys->list));
	if (!keys->list)
		return error_memory(reader->err);
	keys->list[0] = word->text;
	keys->count = 1;
	c->at++;
	*said = word;
	return 0;
}

static int take_values(struct clause_reader *c)
{
	const struct word *word;

	if (take_key_value(c, &word))
		return -1;
	c->clause->values = word->values;
	return 0;
}

static int take_range(struct clause_reader *c)
{
	const struct word *word;

	return take_key_value(c, &word) || language_bounds(c->reader, word, false, &c->clause->bounds) ? -1 : 0;
}

static int take_length(struct clause_reader *c)
{
	const struct word *word;

	return take_key_value(c, &word) || language_bounds(c->reader, word, true, &c->clause->bounds) ? -1 : 0;
}

static int take_format(struct clause_reader *c)
{
	const struct word *word;

	if (take_key_value(c, &word))
		return -1;
	if (word->values.count != 1)
		return reader_error(c->reader, word, "format takes one expression: quote it if it has a comma");
	c->clause->format = word->values.list[0];
	return language_pattern(c->reader, word, c->clause->format, &c->clause->pattern);
}

static const struct kind {
	const char *name;
	enum clause_kind kind;
	int (*take)(struct clause_reader *c);
} kinds[] = {
	{ "need", CLAUSE_NEED, take_keys },
	{ "forbid", CLAUSE_FORBID, take_keys },
	{ "values", CLAUSE_VALUES, take_values },
	{ "range", CLAUSE_RANGE, take_range },
	{ "length", CLAUSE_LENGTH, take_length },
	{ "format", CLAUSE_FORMAT, take_format },
	{ "items", CLAUSE_ITEMS, take_values },
};

#define KIND_NAMES "need, forbid, values, range, length, format, items"

static int unknown_kind(const struct clause_reader *c, const struct word *word)
{
	struct hint hint;

	if (!word)
		return reader_error(c->reader, last_word(c), "a clause says what must hold: " KIND_NAMES);
	hint = hint_for(word->text);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		hint_consider(&hint, kinds[i].name);
	if (hint.name)
		return reader_error(c->reader, word, "'%s' is no kind of clause: did you mean %s?", word->text,
				    hint.name);
	return reader_error(c->reader, word, "'%s' is no kind of clause: " KIND_NAMES, word->text);
}

static int take_demand(struct clause_reader *c)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (!next_is(c, kinds[i].name))
			continue;
		c->at++;
		c->clause->kind = kinds[i].kind;
		return kinds[i].take(c);
	}
	return unknown_kind(c, next_word(c));
}

/* --- when it holds ---------------------------------------------------------------------------------- */

/* when KEY, when KEY=V,..., when KEY!=V,... */
static int take_condition(struct clause_reader *c, bool negated)
{
	struct condition *condition = &c->clause->conditions[c->clause->condition_count];
	const struct word *word;

	c->at++;
	word = next_word(c);
	if (!word || (word->kind != WORD_PLAIN && word->kind != WORD_SET && word->kind != WORD_NOT))
		return reader_error(c->reader, word ? word : last_word(c),
				    "a condition is KEY, KEY=VALUE,... or KEY!=VALUE,...");
	condition->negated = negated;
	condition->other_than = word->kind == WORD_NOT;
	condition->key = word->text;
	condition->values = word->values;
	c->clause->condition_count++;
	c->at++;
	return 0;
}

static int take_note(struct clause_reader *c, const struct word *word)
{
	struct clause *clause = c->clause;

	if (word->kind == WORD_SET && word->values.count != 1)
		return reader_error(c->reader, word, "%s= takes one text: quote it if it has a comma", word->text);
	if (is_note(word, "because"))
		clause->because = word->values.list[0];
	else if (is_note(word, "page"))
		clause->page = word->values.list[0];
	else
		return reader_error(c->reader, word,
				    "here stands when KEY, unless KEY, because=TEXT or page=TEXT");
	c->at++;
	return 0;
}

static int take_conditions(struct clause_reader *c)
{
	const struct word *word;
	int failed;

	while ((word = next_word(c))) {
		if (word_is(word, "when") || word_is(word, "unless"))
			failed = take_condition(c, word_is(word, "unless"));
		else
			failed = take_note(c, word);
		if (failed)
			return -1;
	}
	return 0;
}

int language_clause(const struct reader *reader, struct clause *clause)
{
	struct clause_reader c = { reader, clause, 1 };

	*clause = (struct clause){ .severity = SEVERITY_ERROR, .page = reader->page };
	/* Not more conditions than words. */
	clause->conditions = arena_get(reader->arena, reader->words.count * sizeof(*clause->conditions));
	if (!clause->conditions)
		return error_memory(reader->err);
	if (next_is(&c, "warn")) {
		clause->severity = SEVERITY_WARNING;
		c.at++;
	}
	return take_demand(&c) || take_conditions(&c) ? -1 : 0;
}
