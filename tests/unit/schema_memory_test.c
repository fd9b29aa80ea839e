/*
 * Schemas when memory ends: wherever it happens, the error says so, nothing leaks, and what could be read before
 * still can.
 *
 * The arena is replaced by one that fails at the wanted request: all that is read lives there.
 */
#include "folder.h"

#include "plist/schema/arena.h"
#include "plist/schema/language.h"
#include "plist/schema/schema.h"

/* How many more requests succeed before all fail; -1: all succeed. */
static long allowed = -1;

struct block {
	struct block *next;
	void *object;
	void (*release)(void *object);
	_Alignas(16) char bytes[];
};

struct arena {
	struct block *blocks;
};

static void *take(struct arena *arena, size_t size)
{
	struct block *block;

	if (allowed == 0)
		return NULL;
	allowed -= allowed > 0;
	block = calloc(1, sizeof(*block) + size);
	assert_non_null(block);
	block->next = arena->blocks;
	arena->blocks = block;
	return block->bytes;
}

struct arena *arena_new(void)
{
	return allowed ? calloc(1, sizeof(struct arena)) : NULL;
}

void arena_free(struct arena *arena)
{
	struct block *next;

	for (struct block *block = arena ? arena->blocks : NULL; block; block = next) {
		next = block->next;
		if (block->release)
			block->release(block->object);
		free(block);
	}
	free(arena);
}

void *arena_get(struct arena *arena, size_t size)
{
	return take(arena, size);
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy = take(arena, len + 1);

	if (copy && len)
		memcpy(copy, text, len);
	return copy;
}

int arena_own(struct arena *arena, void *object, void (*release)(void *object))
{
	if (!take(arena, 0)) {
		release(object);
		return -1;
	}
	arena->blocks->object = object;
	arena->blocks->release = release;
	return 0;
}

static const char sample[] = "payload a iOS(1.0 supervised=true)\n"
			     "  A string values=1,2 format=\"^a$\" length=..2\n"
			     "  D dict as=d\n"
			     "    E array\n"
			     "      - dict like=d\n"
			     "    * integer\n"
			     "  ! need A when D=1 because=x\n"
			     "payload a iOS(1.0)\n"
			     "  A string values=2,3 refs=x\n"
			     "  D dict\n"
			     "    F integer|string range=1..2\n"
			     "rule a\n"
			     "  A = values+=4 no=format\n"
			     "  D =\n"
			     "    G date\n"
			     "  ! format A=\"^b$\"\n"
			     "common\n"
			     "  C string\n"
			     "  ! forbid C\n"
			     "rule common\n"
			     "  B data\n"
			     "profile\n"
			     "  P string\n";

static void wherever_memory_ends_at_the_opening_it_is_said(void **state)
{
	struct schema_sources sources = { NULL, NULL };
	struct schema *schema = NULL;
	struct error err;
	long requests = 0;

	(void)state;
	put_text("a.schema", sample);
	sources.facts = path_of("a.schema");
	for (; !schema; requests++) {
		err = ERROR_INIT;
		allowed = requests;
		schema = schema_open(&sources, &err);
		allowed = -1;
		if (!schema && err.code != ENOMEM)
			fail_msg("request %ld: %s", requests, err.text);
		assert_true(requests < 100000);
	}
	assert_true(requests > 100);
	assert_non_null(schema_payload(schema, "a", 1));
	assert_false(schema_failed(schema));
	schema_free(schema);
}

static void a_payload_that_memory_did_not_suffice_for_can_be_asked_for_again(void **state)
{
	struct error err = ERROR_INIT;
	struct schema *schema = schema_open(NULL, &err);
	const struct schema_key *key = NULL;
	long requests = 0;

	(void)state;
	assert_non_null(schema_types(schema)->list);
	for (; !key; requests++) {
		allowed = requests;
		key = schema_payload(schema, "com.apple.mdm", 13);
		allowed = -1;
		assert_true(key || schema_failed(schema));
		assert_true(requests < 100000);
	}
	assert_true(requests > 100);
	assert_non_null(schema_declared(key, "ServerURL", 9));
	schema_free(schema);
}

static void a_schema_without_an_index_knows_nothing_and_says_why(void **state)
{
	struct error err = ERROR_INIT;
	struct schema *schema = schema_open(NULL, &err);

	(void)state;
	allowed = 0;
	assert_null(schema_payload(schema, "com.apple.mdm", 13));
	assert_true(schema_failed(schema));
	assert_null(schema_profile(schema));
	assert_null(schema_any_payload(schema));
	assert_int_equal(schema_types(schema)->count, 0);
	assert_string_equal(schema_release(schema), "");
	allowed = -1;
	schema_free(schema);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wherever_memory_ends_at_the_opening_it_is_said),
		TEST(a_payload_that_memory_did_not_suffice_for_can_be_asked_for_again),
		TEST(a_schema_without_an_index_knows_nothing_and_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
