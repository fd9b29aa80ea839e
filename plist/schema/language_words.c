#include "plist/schema/language_words.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MISPLACED "a text that holds a blank, a comma, a quote, a backslash, (, ) or = has to be \"quoted\""

struct cursor {
	const char *start, *at, *end;
	struct words *words;
	struct arena *arena;
};

static int fail(struct cursor *c, const char *problem)
{
	c->words->problem = problem;
	c->words->at = (size_t)(c->at - c->start);
	return -1;
}

/* Room for one more in a list that grows; the list as it is then, or NULL. */
static void *grow(void *list, size_t count, size_t *size, size_t element)
{
	size_t more;

	if (count < *size)
		return list;
	more = *size ? *size * 2 : 16;
	list = reallocarray(list, more, element);
	if (list)
		*size = more;
	return list;
}

static bool at_end(const struct cursor *c)
{
	return c->at == c->end;
}

static bool sees(const struct cursor *c, char what)
{
	return !at_end(c) && *c->at == what;
}

/* True for what can stand in a word without quotes. */
static bool is_bare(char c)
{
	static const bool special[UCHAR_MAX + 1] = {
		['\0'] = true,
		[' '] = true,
		['\t'] = true,
		[','] = true,
		['"'] = true,
		['\\'] = true,
		['('] = true,
		[')'] = true,
		['='] = true,
	};

	return !special[(unsigned char)c];
}

/* --- texts ------------------------------------------------------------------------------------------ */

/* The quote that closes the one at the cursor, or NULL. */
static const char *closing_quote(const struct cursor *c)
{
	bool escaped = false;

	for (const char *p = c->at + 1; p < c->end; p++) {
		if (*p == '"' && !escaped)
			return p;
		escaped = *p == '\\' && !escaped;
	}
	return NULL;
}

static const char *unescaped(char escape)
{
	switch (escape) {
	case '"':
		return "\"";
	case '\\':
		return "\\";
	case 'n':
		return "\n";
	case 't':
		return "\t";
	default:
		return NULL;
	}
}

static int take_quoted(struct cursor *c, char **text)
{
	const char *end = closing_quote(c);
	const char *escaped;
	char *out;

	if (!end)
		return fail(c, "the quote that begins here is not closed on this line");
	*text = out = arena_get(c->arena, (size_t)(end - c->at));
	if (!out)
		return fail(c, NULL);
	for (c->at++; c->at < end; c->at++) {
		if (*c->at != '\\') {
			*out++ = *c->at;
			continue;
		}
		escaped = unescaped(c->at[1]);
		if (!escaped)
			return fail(c, "an unknown escape: \\\" \\\\ \\n \\t are known");
		*out++ = *escaped;
		c->at++;
	}
	c->at = end + 1;
	return 0;
}

static int take_bare(struct cursor *c, char **text)
{
	const char *start = c->at;

	if (sees(c, '#'))
		return fail(c, "a comment stands on a line of its own, and a text that begins with # is \"#quoted\"");
	if (sees(c, '\t'))
		return fail(c, "a tab: words are separated by blanks, and a tab in a text is written \"\\t\"");
	while (!at_end(c) && is_bare(*c->at))
		c->at++;
	if (c->at == start)
		return fail(c, at_end(c) || *c->at == ' ' ? "a value is missing: an empty one is written \"\""
							  : MISPLACED);
	*text = arena_text(c->arena, start, (size_t)(c->at - start));
	return *text ? 0 : fail(c, NULL);
}

static int take_text(struct cursor *c, char **text)
{
	return sees(c, '"') ? take_quoted(c, text) : take_bare(c, text);
}

/* --- words ------------------------------------------------------------------------------------------ */

/* What follows a word's text: moves past '=', "+=", "!=" or '('. In a bare text the sign before '=' was read as
 * its last character. */
static int take_kind(struct cursor *c, bool quoted, char *text, enum word_kind *kind)
{
	size_t len = strlen(text);
	char sign = '\0';

	*kind = WORD_PLAIN;
	if (sees(c, '(')) {
		*kind = WORD_GROUP;
		c->at++;
		return 0;
	}
	if (quoted && c->end - c->at > 1 && c->at[1] == '=' && strchr("+!", *c->at))
		sign = *c->at++;
	if (!sees(c, '='))
		return 0;
	if (!quoted && strchr("+!", text[len - 1])) {
		sign = text[len - 1];
		text[len - 1] = '\0';
		if (len == 1)
			return fail(c, "a name is missing before this");
	}
	*kind = sign == '+' ? WORD_ADD : sign == '!' ? WORD_NOT
						     : WORD_SET;
	c->at++;
	return 0;
}

static int add_value(struct cursor *c, const char *text)
{
	struct words *words = c->words;
	const char **values = grow(words->values, words->value_count, &words->value_size, sizeof(*values));

	if (!values)
		return fail(c, NULL);
	words->values = values;
	values[words->value_count++] = text;
	return 0;
}

static int take_values(struct cursor *c, struct texts *texts)
{
	struct words *words = c->words;
	char *text;

	words->value_count = 0;
	do {
		if (words->value_count)
			c->at++;
		if (take_text(c, &text) || add_value(c, text))
			return -1;
	} while (sees(c, ','));
	texts->count = words->value_count;
	texts->list = arena_get(c->arena, texts->count * sizeof(*texts->list));
	if (!texts->list)
		return fail(c, NULL);
	memcpy(texts->list, words->values, texts->count * sizeof(*texts->list));
	return 0;
}

/* "=" by itself is a word. */
static bool is_lone_equals(const struct cursor *c)
{
	return sees(c, '=') && (c->at + 1 == c->end || c->at[1] == ' ');
}

static int take_head(struct cursor *c, struct word *word)
{
	char *text;

	*word = (struct word){ .at = (size_t)(c->at - c->start), .quoted = sees(c, '"') };
	if (is_lone_equals(c)) {
		c->at++;
		word->text = "=";
		return 0;
	}
	if (take_text(c, &text) || take_kind(c, word->quoted, text, &word->kind))
		return -1;
	word->text = text;
	if (word->kind == WORD_PLAIN || word->kind == WORD_GROUP)
		return 0;
	return take_values(c, &word->values);
}

static int add_word(struct cursor *c, const struct word *word)
{
	struct words *words = c->words;
	struct word *list = grow(words->list, words->count, &words->size, sizeof(*list));

	if (!list)
		return fail(c, NULL);
	words->list = list;
	list[words->count++] = *word;
	return 0;
}

static void skip_blanks(struct cursor *c)
{
	while (sees(c, ' '))
		c->at++;
}

/* The words of a group, past its ')'. */
static int take_group(struct cursor *c)
{
	size_t group = c->words->count - 1;
	struct word word;

	for (skip_blanks(c); !sees(c, ')'); skip_blanks(c)) {
		if (at_end(c))
			return fail(c, "the ( is not closed on this line");
		if (take_head(c, &word))
			return -1;
		if (word.kind == WORD_GROUP)
			return fail(c, "there is no ( inside of ( )");
		if (add_word(c, &word))
			return -1;
		if (!at_end(c) && !sees(c, ' ') && !sees(c, ')'))
			return fail(c, MISPLACED);
	}
	c->at++;
	c->words->list[group].inner = c->words->count - 1 - group;
	return 0;
}

static int take_word(struct cursor *c)
{
	struct word word;

	if (take_head(c, &word) || add_word(c, &word))
		return -1;
	if (word.kind == WORD_GROUP && take_group(c))
		return -1;
	if (!at_end(c) && !sees(c, ' '))
		return fail(c, MISPLACED);
	return 0;
}

int words_split(struct words *words, const char *line, size_t len, struct arena *arena)
{
	struct cursor c = { line, line, line + len, words, arena };

	words->count = 0;
	words->problem = NULL;
	words->at = 0;
	for (skip_blanks(&c); !at_end(&c); skip_blanks(&c)) {
		if (take_word(&c))
			return -1;
	}
	return 0;
}

void words_free(struct words *words)
{
	free(words->list);
	free(words->values);
	*words = (struct words){ 0 };
}

bool word_is(const struct word *word, const char *text)
{
	return word->kind == WORD_PLAIN && !word->quoted && strcmp(word->text, text) == 0;
}
