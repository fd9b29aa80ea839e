/* The index that is made with the program, held against what the program finds in the same texts by itself. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "plist/schema/schema_index.h"
#include "plist/schema/schema_ready.h"

static struct schema_index ready, found;
static struct arena *arena;

static void add(const char *name, const char *text, enum layer layer)
{
	const struct section_text all = { name, text, strlen(text), 1 };
	struct error err;

	assert_int_equal(index_add(&found, &all, layer, arena, &err), 0);
}

static int open_both(void **state)
{
	struct error err;

	(void)state;
	arena = arena_new();
	add("mdm.schema", schema_text_mdm, LAYER_FACTS);
	add("rules.schema", schema_text_rules, LAYER_RULES);
	assert_int_equal(index_finish(&found, arena, &err), 0);
	assert_int_equal(index_use_ready(&ready, arena, &err), 0);
	return 0;
}

static int close_both(void **state)
{
	(void)state;
	index_free(&ready);
	index_free(&found);
	arena_free(arena);
	return 0;
}

static void assert_same_section(const struct section *a, const struct section *b)
{
	assert_int_equal(a->subject, b->subject);
	assert_string_equal(a->type, b->type);
	assert_int_equal(a->rule, b->rule);
	assert_int_equal(a->layer, b->layer);
	assert_string_equal(a->text.name, b->text.name);
	assert_ptr_equal(a->text.text, b->text.text);
	assert_int_equal(a->text.len, b->text.len);
	assert_int_equal(a->text.line, b->text.line);
}

static void its_sections_are_those_of_the_texts(void **state)
{
	const struct group *a = ready.groups, *b = found.groups;
	struct section section;

	(void)state;
	assert_int_equal(ready.count, found.count);
	assert_int_equal(ready.group_count, found.group_count);
	assert_int_equal(schema_ready.group_count, found.group_count);
	for (size_t i = 0; i < found.group_count; i++, a++, b++) {
		assert_int_equal(a->first, b->first);
		assert_int_equal(a->count, b->count);
		for (size_t j = 0; j < a->count; j++) {
			section = index_section(&ready, a, j);
			assert_same_section(&section, &found.sections[b->first + j]);
		}
	}
}

static void it_knows_what_the_facts_were_made_from(void **state)
{
	(void)state;
	assert_string_equal(ready.release, found.release);
	assert_int_equal(ready.has_facts, found.has_facts);
}

/* The first section about a thing, looked for one by one. */
static size_t first_about(enum subject subject, const char *type)
{
	size_t i = 0;

	while (i < found.count && (found.sections[i].subject != subject || strcmp(found.sections[i].type, type) != 0))
		i++;
	return i;
}

static void assert_finds(enum subject subject, const char *type, size_t len)
{
	char sought[256] = "";
	const struct group *group = index_find(&ready, subject, type, len);
	size_t first;

	assert_true(len < sizeof(sought));
	memcpy(sought, type, len);
	first = first_about(subject, sought);
	if (first == found.count)
		assert_null(group);
	else
		assert_int_equal(group->first, first);
}

static void a_look_up_finds_what_looking_at_each_finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < found.count; i++) {
		const char *type = found.sections[i].type;

		for (enum subject subject = SUBJECT_PAYLOAD; subject <= SUBJECT_COMMON; subject++)
			assert_finds(subject, type, strlen(type));
		/* Its beginnings, and more than it. */
		for (size_t len = 0; len < strlen(type); len++)
			assert_finds(SUBJECT_PAYLOAD, type, len);
		assert_null(index_find(&ready, SUBJECT_PAYLOAD, type, strlen(type) + 1));
	}
	assert_finds(SUBJECT_PAYLOAD, "~", 1);
	assert_finds(SUBJECT_PAYLOAD, "com.apple.wifi.managed.", 23);
	assert_finds(SUBJECT_PAYLOAD, "\xc3\xa4", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_sections_are_those_of_the_texts),
		cmocka_unit_test(it_knows_what_the_facts_were_made_from),
		cmocka_unit_test(a_look_up_finds_what_looking_at_each_finds),
	};

	return cmocka_run_group_tests_name("schema_index", tests, open_both, close_both);
}
