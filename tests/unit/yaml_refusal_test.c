/* Schema files that are wrong or hostile: refused with a line, in time, and nothing is written. */
#include "tests/unit/yaml_import.h"

#include "tests/unit/random.h"

#include <time.h>

/* The keys of a file begin in line 5, whose form is right; what is refused stands below. */
#define GOOD "- key: a\n  type: <string>\n"

static void assert_keys_refused(const char *keys, unsigned long line, const char *words)
{
	put_keys("test.yaml", keys);
	assert_refused(line, words);
}

static void assert_text_refused(const char *text, unsigned long line, const char *words)
{
	put_text("test.yaml", text);
	assert_refused(line, words);
}

/* --- what is wrong ---------------------------------------------------------------------------------- */

static void an_unknown_type_is_refused_and_the_known_ones_are_named(void **state)
{
	(void)state;
	assert_keys_refused(GOOD "- key: b\n  type: <set>\n", 8, "'<set>' is no type: one of <string>, <integer>");
	assert_keys_refused(GOOD "- key: b\n  type: string\n", 8, "'string' is no type");
	assert_keys_refused(GOOD "- key: b\n  presence: optional\n", 7, "no 'type'");
}

static void a_key_without_a_name_is_refused(void **state)
{
	(void)state;
	assert_keys_refused(GOOD "- type: <string>\n", 7, "'key' is missing");
}

static void an_unknown_presence_is_refused(void **state)
{
	(void)state;
	assert_keys_refused("- key: a\n  type: <string>\n  presence: perhaps\n", 7,
			    "'perhaps' is neither 'required' nor 'optional'");
}

/* Else the language refuses it, at a line of a text that its user never saw. */
static void facts_of_platforms_are_what_the_language_can_say(void **state)
{
	(void)state;
	assert_keys_refused("- key: a\n  type: <string>\n  supportedOS:\n    iOS:\n      introduced: =9.3\n", 9,
			    "'=9.3' cannot be said here: it is a version like 13.1, n/a or all");
	assert_keys_refused("- key: a\n  type: <string>\n  supportedOS:\n    iOS:\n      removed: soon\n", 9,
			    "'soon' cannot be said here: it is a version");
	assert_keys_refused("- key: a\n  type: <string>\n  supportedOS:\n    iOS:\n      userenrollment:\n"
			    "        mode: perhaps\n",
			    10, "it is allowed, required, forbidden or ignored");
}

static void values_must_be_of_the_type_of_their_key(void **state)
{
	(void)state;
	assert_keys_refused("- key: a\n  type: <integer>\n  default: many\n", 7, "'many' is no value");
	assert_keys_refused("- key: a\n  type: <integer>\n  rangelist:\n  - 1\n  - 1.5\n", 9, "an integer is");
	assert_keys_refused("- key: a\n  type: <boolean>\n  default: 1\n", 7, "true or false is");
	assert_keys_refused("- key: a\n  type: <real>\n  default: 1,5\n", 7, "a number is");
	assert_keys_refused("- key: a\n  type: <date>\n  default: 2026-02-30T00:00:00Z\n", 7, "a date such as");
	assert_keys_refused("- key: a\n  type: <integer>\n  range:\n    min: low\n", 8, "'low' is no value");
	assert_keys_refused("- key: a\n  type: <integer>\n  range:\n    min: 5\n    max: 1\n", 8, "between 5 and 1");
	assert_keys_refused("- key: a\n  type: <array>\n  repetition:\n    max: all\n", 8, "'all' is no value");
	assert_keys_refused("- key: a\n  type: <string>\n  supportedOS:\n    iOS:\n      multiple: some\n", 9,
			    "'some' is no value");
}

static void what_should_be_a_list_a_text_or_a_mapping_must_be_one(void **state)
{
	(void)state;
	assert_keys_refused("- text\n", 5, "a key must be a mapping");
	assert_keys_refused("- key: [a]\n  type: <string>\n", 5, "'key' must be a text, not a list");
	assert_keys_refused("- key: a\n  type: <string>\n"
			    "  rangelist: a\n", 7, "'rangelist' must be a list, not a text");
	assert_keys_refused("- key: a\n  type: <string>\n  rangelist:\n  - [b]\n", 8, "a text is expected here");
	assert_keys_refused("- key: a\n  type: <string>\n  default:\n"
			    "    b: c\n", 8, "'default' must be a text, not a mapping");
	assert_keys_refused("- key: a\n  type: <integer>\n  range: 5\n", 7, "'range' must be a mapping, not a text");
	assert_keys_refused("- key: a\n  type: <array>\n  subkeys:\n    b: c\n", 8, "'subkeys' must be a list");
	assert_keys_refused("- key: a\n  type: <array>\n  subkeys:\n  - b\n", 8, "must be a mapping");
	assert_keys_refused("- key: a\n  type: <string>\n  supportedOS: all\n", 7, "'supportedOS' must be a mapping");
	assert_keys_refused("- key: a\n  type: <string>\n  supportedOS:\n    iOS:\n"
			    "    - 5\n", 9, "'iOS' must be a mapping");
	assert_keys_refused("- key: a\n  type: <string>\n  content: [a]\n", 7, "'content' must be a text");
	assert_text_refused("payload: a\n", 1, "'payload' must be a mapping");
	assert_text_refused("payload: {payloadtype: a}\npayloadkeys: 5\n", 2, "'payloadkeys' must be a list");
	assert_text_refused("- a\n", 1, "is no schema");
}

static void a_name_that_stands_twice_is_refused(void **state)
{
	(void)state;
	assert_keys_refused("- key: a\n  type: <string>\n  type: <string>\n", 7, "'type' stands here twice");
	assert_text_refused("payload: {}\npayload: {}\n", 2, "'payload' stands here twice");
}

static void a_format_that_is_no_expression_is_refused(void **state)
{
	(void)state;
	assert_keys_refused("- key: a\n  type: <string>\n  format: '(a'\n", 7, "(a");
}

static void what_is_not_yaml_is_refused_where_it_is_wrong(void **state)
{
	(void)state;
	assert_text_refused("payload:\n  a: b\n c: d\n", 3, "is not YAML: ");
	assert_text_refused("payload: [a, b\n", 2, "which began in line 1");
	assert_text_refused("a: b\nc: \xff\xfe\n", 2, "is not YAML: ");
	assert_text_refused("a: \"\\q\"\n", 1, "unknown escape");
	assert_text_refused("payload: *nothing\n", 1, "*nothing is an alias of nothing");
	assert_text_refused("a: b\n---\nc: d\n", 2, "second document");
	assert_text_refused("a: \"x\\0y\"\n", 1, "holds a NUL");
	assert_text_refused("", 0, "is empty");
	assert_text_refused("# only this\n", 0, "is empty");
	assert_keys_refused("- key: \"\\x01\"\n  type: <string>\n", 5, "no plist can hold");
}

/* --- what is not there ------------------------------------------------------------------------------ */

static void a_folder_without_schemas_is_refused(void **state)
{
	(void)state;
	assert_refused(0, "a checkout of github.com/apple/device-management");
	put_text("a.yaml", "title: A\n");
	put_text("b.txt", "payload: {payloadtype: b}\n");
	assert_refused(0, "holds no profile schema");
}

static void what_is_not_there_is_refused_by_name(void **state)
{
	BUF_AUTO out = BUF_INIT;
	struct error err;

	(void)state;
	assert_int_equal(yaml_import(path_of("none"), false, &out, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.file, path_of("none"));
	assert_int_equal(yaml_import("", false, &out, &err), -1);
	assert_int_equal(err.code, ENOENT);
}

static void a_link_to_nothing_is_refused(void **state)
{
	(void)state;
	put_text("a.yaml", "payload: {payloadtype: a}\n");
	assert_int_equal(run_in_folder("ln -s none b.txt && ln -s none b.yaml"), 0);
	assert_refused(0, "cannot be read: No such file");
}

static void a_link_to_itself_is_refused(void **state)
{
	(void)state;
	put_text("a.yaml", "payload: {payloadtype: a}\n");
	assert_int_equal(run_in_folder("ln -s b.yaml b.yaml"), 0);
	assert_refused(0, "cannot be read");
}

static int import_fails_with_eacces(void)
{
	BUF_AUTO out = BUF_INIT;
	struct error err;

	return yaml_import(folder, false, &out, &err) == -1 && err.code == EACCES && strstr(err.file, "/x") ? 0 : 1;
}

static void what_may_not_be_read_is_refused(void **state)
{
	(void)state;
	put_text("a.yaml", "payload: {payloadtype: a}\n");
	put_text("x.yaml", "payload: {payloadtype: x}\n");
	assert_int_equal(run_in_folder("chmod 000 x.yaml"), 0);
	assert_int_equal(as_ordinary_user(import_fails_with_eacces), 0);
	assert_int_equal(run_in_folder("rm -f x.yaml && mkdir x && chmod 000 x"), 0);
	assert_int_equal(as_ordinary_user(import_fails_with_eacces), 0);
}

/* --- what is too much ------------------------------------------------------------------------------- */

static void a_huge_file_is_refused(void **state)
{
	(void)state;
	put_text("a.yaml", "payload: {payloadtype: a}\n");
	assert_int_equal(truncate(path_of("a.yaml"), (off_t)1 << 40), 0);
	assert_refused(0, "");
}

/* Ten keys that are each ten of the one before: 10^9 in all. */
static void aliases_that_multiply_keys_are_refused(void **state)
{
	BUF_AUTO keys = BUF_INIT;

	(void)state;
	buf_add_text(&keys, "- {key: k0, type: <dictionary>, subkeys: &a0 [{key: x, type: <string>}]}\n");
	for (int i = 1; i < 10; i++) {
		buf_add_format(&keys, "- {key: k%d, type: <dictionary>, subkeys: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			buf_add_format(&keys, "%s{key: y%d, type: <dictionary>, subkeys: *a%d}", j ? "," : "", j,
				       i - 1);
		buf_add_text(&keys, "]}\n");
	}
	put_keys("a.yaml", buf_text(&keys));
	assert_refused(6, "aliases multiply");
}

static void aliases_that_multiply_text_are_refused(void **state)
{
	BUF_AUTO keys = BUF_INIT;

	(void)state;
	buf_add_text(&keys, "- key: a\n  type: <string>\n  rangelist:\n  - &a ");
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&keys, 'x');
	for (int i = 0; i < 100; i++)
		buf_add_text(&keys, "\n  - *a");
	buf_add_text(&keys, "\n");
	put_keys("a.yaml", buf_text(&keys));
	assert_refused(8 + 67, "aliases multiply");
}

/* The element of each of a thousand arrays is the same mapping of 100,000 names, searched for each fact. */
static void aliases_that_multiply_searches_are_refused(void **state)
{
	BUF_AUTO keys = BUF_INIT;

	(void)state;
	buf_add_text(&keys, "- key: a\n  type: <array>\n  subkeys:\n  - &a\n    type: <string>\n");
	for (int i = 0; i < 100000; i++)
		buf_add_format(&keys, "    n%d: 1\n", i);
	for (int i = 0; i < 1000; i++)
		buf_add_format(&keys, "- {key: k%d, type: <array>, subkeys: [*a]}\n", i);
	put_keys("a.yaml", buf_text(&keys));
	assert_refused(8, "aliases multiply");
}

static void keys_may_nest_64_deep_and_no_deeper(void **state)
{
	BUF_AUTO keys = BUF_INIT;
	BUF_AUTO out = BUF_INIT;

	(void)state;
	buf_add_text(&keys, "- {key: k0, type: <dictionary>, subkeys: &a0 [{key: x, type: <string>}]}\n");
	for (int i = 1; i < 63; i++)
		buf_add_format(&keys,
			       "- {key: k%d, type: <dictionary>, subkeys: &a%d "
			       "[{key: y, type: <dictionary>, subkeys: *a%d}]}\n",
			       i, i, i - 1);
	put_keys("a.yaml", buf_text(&keys));
	import_folder(false, &out);
	buf_add_text(&keys, "- {key: k, type: <dictionary>, subkeys: [{key: y, type: <dictionary>, subkeys: *a62}]}\n");
	put_keys("a.yaml", buf_text(&keys));
	assert_refused(6, "64 levels are allowed");
}

static void deep_nesting_is_refused(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	buf_add_text(&text, "a: ");
	for (int i = 0; i < 1000000; i++)
		buf_add_text(&text, "[\n");
	put_bytes("a.yaml", text.data, text.len);
	assert_refused(200, "200 levels are allowed");
	buf_clear(&text);
	for (int i = 0; i < 1000000; i++)
		buf_add_text(&text, "- ");
	put_bytes("a.yaml", text.data, text.len);
	assert_refused(1, "200 levels are allowed");
}

static void very_many_nodes_are_refused(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	for (int i = 0; i < 500000; i++)
		buf_add_text(&text, "- a\n");
	put_bytes("a.yaml", text.data, text.len);
	assert_refused(500000, "500,000 nodes are allowed");
}

/* The keys of the file reach themselves where no list says so: only the depth ends it. */
static void a_circle_in_disguise_is_refused(void **state)
{
	(void)state;
	assert_text_refused("&r\nkey: k\ntype: <dictionary>\npayload: {payloadtype: a}\npayloadkeys:\n- key: a\n"
			    "  type: <dictionary>\n  subkeys: &q\n  - *r\nsubkeys: *q\n",
			    1, "64 levels are allowed");
	assert_text_refused("payload: &p\n  payloadtype: *p\n", 1, "'payloadtype' must be a text");
	assert_text_refused("payload: &p\n  payloadtype: a\n  supportedOS: &s\n    iOS: *s\n    introduced: *s\n", 3,
			    "'introduced' must be a text");
}

static void bytes_changed_at_random_never_do_harm(void **state)
{
	static const char good[] = "payload:\n  payloadtype: a\n  supportedOS:\n"
				   "    iOS: &i {introduced: '4.0'}\npayloadkeys:\n"
				   "- key: list\n  type: <array>\n  subkeytype: App\n  subkeys: &app\n  - key: item\n"
				   "    type: <dictionary>\n    subkeys:\n"
				   "    - {key: id, type: <integer>, range: {min: 1}}\n"
				   "    - key: more\n      type: <array>\n      subkeys: *app\n"
				   "      supportedOS: {iOS: *i}\n"
				   "    - key: b\n      type: <boolean>\n      rangelist:\n      - true\n"
				   "      default: no\n";
	static const char bytes[] = "\n :-[]{}&*!|>'\"%@`,?#\\\t~a0\xff<>";
	char text[sizeof(good)];
	BUF_AUTO out = BUF_INIT;
	struct error err;
	unsigned taken = 0, i, j;

	(void)state;
	random_seed(7);
	for (i = 0; i < 1000; i++) {
		memcpy(text, good, sizeof(good));
		for (j = random_below(3); j < 3; j++)
			text[random_below(sizeof(good) - 1)] = bytes[random_below(sizeof(bytes) - 1)];
		put_bytes("a.yaml", text, sizeof(good) - 1);
		buf_clear(&out);
		if (yaml_import(folder, true, &out, &err) == 0)
			taken++;
		else
			assert_true(*err.text && err.code && out.len == 0);
	}
	assert_in_range(taken, 100, 900);
}

/* Bytes of all kinds are no YAML, or an unlikely one. */
static void garbage_is_refused(void **state)
{
	char bytes[4096];
	unsigned i, j;

	(void)state;
	random_seed(11);
	for (i = 0; i < 50; i++) {
		for (j = 0; j < sizeof(bytes); j++)
			bytes[j] = (char)random_below(256);
		put_bytes("a.yaml", bytes, sizeof(bytes));
		assert_refused(1, "");
	}
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(an_unknown_type_is_refused_and_the_known_ones_are_named),
		IN_FOLDER(a_key_without_a_name_is_refused),
		IN_FOLDER(an_unknown_presence_is_refused),
		IN_FOLDER(facts_of_platforms_are_what_the_language_can_say),
		IN_FOLDER(values_must_be_of_the_type_of_their_key),
		IN_FOLDER(what_should_be_a_list_a_text_or_a_mapping_must_be_one),
		IN_FOLDER(a_name_that_stands_twice_is_refused),
		IN_FOLDER(a_format_that_is_no_expression_is_refused),
		IN_FOLDER(what_is_not_yaml_is_refused_where_it_is_wrong),
		IN_FOLDER(a_folder_without_schemas_is_refused),
		IN_FOLDER(what_is_not_there_is_refused_by_name),
		IN_FOLDER(a_link_to_nothing_is_refused),
		IN_FOLDER(a_link_to_itself_is_refused),
		IN_FOLDER(what_may_not_be_read_is_refused),
		IN_FOLDER(a_huge_file_is_refused),
		IN_FOLDER(aliases_that_multiply_keys_are_refused),
		IN_FOLDER(aliases_that_multiply_text_are_refused),
		IN_FOLDER(aliases_that_multiply_searches_are_refused),
		IN_FOLDER(keys_may_nest_64_deep_and_no_deeper),
		IN_FOLDER(deep_nesting_is_refused),
		IN_FOLDER(very_many_nodes_are_refused),
		IN_FOLDER(a_circle_in_disguise_is_refused),
		IN_FOLDER(bytes_changed_at_random_never_do_harm),
		IN_FOLDER(garbage_is_refused),
	};

	return cmocka_run_group_tests_name("yaml_refusal", tests, NULL, NULL);
}
