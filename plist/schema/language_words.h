/*
 * Lines of the schema language as words: the only place that knows of blanks, quotes and escapes.
 *
 *     Password string length=..64 iOS(7.0 supervised=true)
 *
 * is six words: three plain or set ones, a group, and the two in the group. Texts live in the arena; the list
 * of words is used again for the next line, and freed with words_free().
 */
#ifndef SCHEMA_LANGUAGE_WORDS_H
#define SCHEMA_LANGUAGE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/schema/arena.h"
#include "plist/schema/schema.h"

enum word_kind {
	WORD_PLAIN, /* TEXT; also "=" by itself */
	WORD_SET,   /* TEXT=VALUE,... */
	WORD_ADD,   /* TEXT+=VALUE,... */
	WORD_NOT,   /* TEXT!=VALUE,... */
	WORD_GROUP  /* TEXT(WORD ...) */
};

struct word {
	enum word_kind kind;
	bool quoted; /* the text stood in quotes: it is a name, whatever it says */
	const char *text;
	struct texts values; /* at least one, of SET, ADD and NOT */
	size_t inner;        /* of a group: how many of the words that follow are in it */
	size_t at;           /* where it begins in the line, in bytes */
};

struct words {
	struct word *list;
	size_t count, size;
	const char **values; /* of the word that is being read */
	size_t value_count, value_size;
	const char *problem; /* why the last line could not be read; NULL: memory ran out */
	size_t at;           /* where in the line */
};

/* Splits a line (without indentation and line end) into words; replaces those of the line before. 0 or -1. */
int words_split(struct words *words, const char *line, size_t len, struct arena *arena);

void words_free(struct words *words);

/* True if a word is that one, plain and without quotes. */
bool word_is(const struct word *word, const char *text);

#endif
