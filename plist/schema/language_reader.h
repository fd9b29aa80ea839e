/*
 * Inside of the language's reader: the state that its parts share while one section is read.
 *
 * language.c goes through the lines and nests them; language_attribute.c, language_platform.c and language_clause.c
 * read what stands on one line. All return 0 or -1 with the reader's error set. What they make lives in the arena.
 */
#ifndef SCHEMA_LANGUAGE_READER_H
#define SCHEMA_LANGUAGE_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/schema/arena.h"
#include "plist/schema/clause.h"
#include "plist/schema/language.h"
#include "plist/schema/language_words.h"

/* How deep keys may be nested, and how long a line may be: far above what profiles have. */
#define LANGUAGE_DEPTH_MAX 64
#define LANGUAGE_LINE_MAX ((size_t)64 * 1024)

struct reader {
	const struct section_text *section;
	struct arena *arena;
	struct error *err;
	bool rule;         /* a `rule` section: keys that are there are changed */
	unsigned left_out; /* not 0: the lines are about keys that are not there */
	const char *page;  /* that it names for all of its lines; or NULL */

	const char *next, *end; /* the text that is still to be read */
	unsigned long next_number;

	/* The line at hand. */
	bool at_end;
	unsigned long number;
	unsigned level;
	const char *text; /* without indentation and line end */
	struct words words;

	/* The keys that the line stands in, the section's own first. */
	struct schema_key *enclosing[LANGUAGE_DEPTH_MAX + 1];
	unsigned depth;
};

/* Goes to the next line that says something and splits it; `at_end` if there is none. */
int reader_advance(struct reader *reader);

/* Says what is wrong with the line at hand, at a word of it (NULL: no particular one). Returns -1. */
int reader_error(const struct reader *reader, const struct word *word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds where the line is to an error that is set already. Returns -1. */
int reader_error_here(const struct reader *reader, const struct word *word);

/* Sets the types of a key from a word like "integer|string". What a key of these types cannot have below it is
 * taken away. */
int language_types(const struct reader *reader, struct schema_key *key, const struct word *word);

/* Reads the words of the line from the `first`th on as attributes of `key`. `kept`: its type was there before,
 * so attributes that do not fit it are passed over instead of refused. */
int language_attributes(const struct reader *reader, struct schema_key *key, size_t first, bool kept);

/* Refuses a word that is not NAME=VALUE with one value. */
int language_one_value(const struct reader *reader, const struct word *word);

/* Reads a group as what is said of a key for one platform; facts that it does not mention stay. */
int language_platform(const struct reader *reader, struct schema_key *key, const struct word *group);

/* True if the line at hand is made of PLATFORM(...) only: it continues the one above. */
bool language_is_platforms(const struct reader *reader);

/* Reads MIN..MAX. `whole`: only integers from 0 on. */
int language_bounds(const struct reader *reader, const struct word *word, bool whole, struct bounds *bounds);

/* Compiles an expression that lives as long as the arena. */
int language_pattern(const struct reader *reader, const struct word *word, const char *expression,
		     struct pattern **pattern);

/* Reads the line at hand, which begins with '!', as a clause. */
int language_clause(const struct reader *reader, struct clause *clause);

#endif
