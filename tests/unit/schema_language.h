/*
 * What the tests of the schema language share: sections read and rules applied from text, keys found by path, and
 * a sample that says something of everything.
 *
 * arena_begin() makes the arena that holds all a test reads, and clears `err`; arena_end() frees it.
 */
#ifndef TESTS_SCHEMA_LANGUAGE_H
#define TESTS_SCHEMA_LANGUAGE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/arena.h"
#include "plist/schema/language.h"

static struct arena *arena;
static struct error err;

static inline int arena_begin(void **state)
{
	(void)state;
	arena = arena_new();
	err = ERROR_INIT;
	return arena ? 0 : -1;
}

static inline int arena_end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* A section's text whose end is the end of its memory. */
struct text {
	struct section_text section;
	char *copy;
};

static inline struct text text_of(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, text, len);
	return (struct text){ { "test.schema", copy, len, 1 }, copy };
}

static inline struct schema_key *try_read(const char *section)
{
	struct text text = text_of(section, strlen(section));
	struct schema_key *key = language_read(&text.section, arena, &err);

	free(text.copy);
	return key;
}

static inline struct schema_key *read_section(const char *section)
{
	struct schema_key *key = try_read(section);

	if (!key)
		fail_msg("line %lu column %lu: %s", err.line, err.column, err.text);
	return key;
}

static inline int try_apply(struct schema_key *key, const char *rule)
{
	struct text text = text_of(rule, strlen(rule));
	int failed = language_apply(&text.section, key, arena, &err);

	free(text.copy);
	return failed;
}

static inline void apply(struct schema_key *key, const char *rule)
{
	if (try_apply(key, rule))
		fail_msg("line %lu column %lu: %s", err.line, err.column, err.text);
}

/* The key at a path of names; "-" goes to the elements, "*" to other keys. NULL: there is none. */
static inline const struct schema_key *at(const struct schema_key *key, const char *path)
{
	while (key && *path) {
		size_t len = strcspn(path, "/");

		if (len == 1 && *path == '-')
			key = schema_item(key);
		else if (len == 1 && *path == '*')
			key = schema_shape(key)->others;
		else
			key = schema_declared(key, path, len);
		path += path[len] ? len + 1 : len;
	}
	return key;
}

static inline void assert_texts(const struct texts *texts, const char *joined)
{
	BUF_AUTO all = BUF_INIT;

	for (size_t i = 0; i < texts->count; i++)
		buf_add_format(&all, "%s%s", i ? "|" : "", texts->list[i]);
	assert_string_equal(buf_text(&all), joined);
}

static inline void assert_keys(const struct schema_key *dict, const char *joined)
{
	BUF_AUTO all = BUF_INIT;

	for (size_t i = 0; i < dict->key_count; i++) {
		buf_add_format(&all, "%s%s", i ? "|" : "", dict->keys[i]->name);
		assert_ptr_equal(schema_declared(dict, dict->keys[i]->name, strlen(dict->keys[i]->name)),
				 dict->keys[i]);
		if (i)
			assert_true(strcmp(dict->by_name[i - 1]->name, dict->by_name[i]->name) < 0);
	}
	assert_string_equal(buf_text(&all), joined);
}

static inline const char *fact_of(const struct schema_key *key, enum platform platform, enum fact fact)
{
	return schema_fact(NULL, key, platform, fact);
}

/* Something of everything. */
static const char sample[] =
	"payload com.example.all iOS(4.0 multiple=false) macOS(10.7 userchannel=false removed=15.0) page=\"All of "
	"it\"\n"
	"  # a comment\n"
	"  Text string required values=one,\"two, three\",\"\" custom length=..64 format=\"^[a-z]+$\" subtype=url\n"
	"\n"
	"  Number integer range=1..8191 bits=7 needs=2:1,4:2 default=5 immutable\n"
	"  Ratio real range=..0.5 optional\n"
	"  \"Key Type\" integer|string values=1,2 sensitive help=\"What it \\\"is\\\"\"\n"
	"  List array items=1..3 unique\n"
	"    - string refs=com.apple.security.pem,com.apple.security.scep\n"
	"  Dock array as=IconItem\n"
	"    - dict\n"
	"      Type string required\n"
	"      Pages array\n"
	"        - array like=IconItem\n"
	"  Free dict\n"
	"    * boolean\n"
	"  Closed dict\n"
	"    \"*\" string\n"
	"    \"-\" date\n"
	"    \"!\" data\n"
	"  Anything any\n"
	"  Empty dict\n"
	"  ! need Text Number when Ratio unless \"Key Type\"=1,2 because=\"one of them\" page=P\n"
	"  ! warn values Text=one,two when Free/Inner!=x\n";

#endif
