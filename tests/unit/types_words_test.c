/* What the words of .types are needed for: all that is decided without reading a value's text is decided as if it were
 * read. */
#include "tests/unit/mounted_tree.h"

#include "fs/tree/item.h"
#include "fs/tree/types_words.h"
#include "plist/value.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const TEXTS[] = {
	"", "text", "true", "false", "True", "truest", "t", "f", "-", "0", "-0", "5", "-5", "05", "+5", "5 ", " 5",
	"0x1f", "123456789012345678", "1234567890123456789", "18446744073709551615", "18446744073709551616",
	"-9223372036854775808", "-9223372036854775809", "-12345678901234567", "123456789012345678901234567890",
	"1.5", "-.5", "5e3", "nan", "-inf", "2026-01-31T12:00:00Z", "2026-01-31", "text\n", "5\n", "true\n", "\n",
	"true\n\n", "a\nb", "\xc3\xa9", "$FLEET_VAR_PORT", "{{x}}", "${x", "$", "%UDID%", "bad \x01", "\xff", "-\x01",
};

static const enum node_type SCALARS[] = {
	NODE_STRING, NODE_INTEGER, NODE_REAL, NODE_BOOLEAN, NODE_DATE, NODE_DATA,
};

/* As it would be found out for any value, without a short way. */
static bool needed_by_reading(const struct node *node, const struct schema_key *key)
{
	struct node *read = words_read(mounted.tree, node, key);
	bool same = read && node_equal(read, node, true);

	node_free(read);
	return !same;
}

static void assert_as_read(const struct node *node, const struct schema_key *key)
{
	if (words_needed(mounted.tree, node, false, key) != needed_by_reading(node, key))
		fail_msg("the %s '%.*s' where types 0x%x may stand", node_type_name(node->type), (int)node->value.len,
			 node->value.at, key ? key->types : 0);
}

/* Under nothing that is said, and under every set of types. */
static void assert_as_read_everywhere(const struct node *node)
{
	struct schema_key key = { .types = 0 };

	assert_as_read(node, NULL);
	for (key.types = 1; key.types <= TYPES_ANY; key.types++) {
		key.type = NODE_DICT;
		while (!(key.types & TYPE_BIT(key.type)))
			key.type++;
		assert_as_read(node, &key);
	}
}

/* In memory of its own; and as it stands in an XML source, if it can stand there. */
static void try_value(enum node_type type, const char *text)
{
	struct node *node = node_new(type);
	struct scalar own;

	assert_non_null(node);
	assert_int_equal(node_set(node, type, text, strlen(text)), 0);
	assert_as_read_everywhere(node);
	if (type != NODE_DATA && value_is_text(text, strlen(text))) {
		own = node->value;
		node->value.at = text;
		node->value.held = HELD_SOURCE;
		assert_as_read_everywhere(node);
		node->value = own;
	}
	node_free(node);
}

static void try_all(void)
{
	size_t i, j;

	for (i = 0; i < COUNT(SCALARS); i++)
		for (j = 0; j < COUNT(TEXTS); j++)
			if (SCALARS[i] == NODE_STRING ||
			    value_prefix(SCALARS[i], TEXTS[j], strlen(TEXTS[j]), true) == VERDICT_VALID)
				try_value(SCALARS[i], TEXTS[j]);
}

static void words_are_needed_where_reading_gives_another_value(void **state)
{
	(void)state;
	tree_begin_keys("<key>A</key><string>x</string>\n");
	try_all();
	tree_end();
}

static void words_are_needed_in_a_binary_plist_as_well(void **state)
{
	struct profile_options options = { .unknown_allowed = true, .format = FORMAT_BINARY };

	(void)state;
	put_text("p.mobileconfig", "<plist version=\"1.0\"><dict><key>A</key><string>x</string></dict></plist>");
	tree_begin_with("p.mobileconfig", &options);
	try_all();
	tree_end();
}

static void words_are_needed_without_placeholders_as_well(void **state)
{
	struct profile_options options = { .unknown_allowed = true, .no_placeholders = true };

	(void)state;
	put_text("p.mobileconfig", "<plist version=\"1.0\"><dict><key>A</key><string>x</string></dict></plist>");
	tree_begin_with("p.mobileconfig", &options);
	try_all();
	tree_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(words_are_needed_where_reading_gives_another_value, folder_open,
						folder_close),
		cmocka_unit_test_setup_teardown(words_are_needed_in_a_binary_plist_as_well, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(words_are_needed_without_placeholders_as_well, folder_open,
						folder_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
