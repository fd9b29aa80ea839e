/* Schemas as a whole: what is built in, what the user names in its place or beside it, and how sections of one
 * type, common keys and rules come together. */
#include "folder.h"

#include "plist/schema/clause.h"
#include "plist/schema/schema.h"
#include "random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

extern const char schema_text_mdm[];
extern const char schema_text_rules[];

static struct error err;

static struct schema *open_or_fail(const char *facts, const char *manifests)
{
	struct schema_sources sources = { facts, manifests };
	struct schema *schema;

	err = ERROR_INIT;
	schema = schema_open(&sources, &err);
	if (!schema)
		fail_msg("%s:%lu:%lu: %s", err.file, err.line, err.column, err.text);
	return schema;
}

/* A schema whose facts are this text, in a file. */
static struct schema *open_text(const char *text)
{
	put_text("facts.schema", text);
	return open_or_fail(path_of("facts.schema"), NULL);
}

static void assert_refused(const char *facts, const char *file, unsigned long line, const char *says)
{
	struct schema_sources sources = { facts, NULL };
	struct schema *schema;

	err = ERROR_INIT;
	schema = schema_open(&sources, &err);
	if (schema) {
		schema_free(schema);
		fail_msg("%s was opened", facts);
	}
	if (!strstr(err.text, says))
		fail_msg("says: %s\nnot: %s", err.text, says);
	assert_string_equal(err.file, file);
	assert_int_equal(err.line, line);
}

static const struct schema_key *payload(struct schema *schema, const char *type)
{
	return schema_payload(schema, type, strlen(type));
}

static const struct schema_key *key_of(const struct schema_key *dict, const char *name)
{
	return schema_declared(dict, name, strlen(name));
}

static void assert_texts(const struct texts *texts, const char *joined)
{
	BUF_AUTO all = BUF_INIT;

	for (size_t i = 0; i < texts->count; i++)
		buf_add_format(&all, "%s%s", i ? "|" : "", texts->list[i]);
	assert_string_equal(buf_text(&all), joined);
}

/* --- what is built in ------------------------------------------------------------------------------- */

static void the_built_in_schema_knows_apples_payloads(void **state)
{
	struct schema *schema = schema_open(NULL, &err);
	const struct schema_key *mdm = payload(schema, "com.apple.mdm");

	(void)state;
	assert_true(key_of(mdm, "ServerURL")->required);
	assert_int_equal(key_of(mdm, "AccessRights")->type, NODE_INTEGER);
	assert_int_equal(schema_item(key_of(mdm, "ServerCapabilities"))->type, NODE_STRING);
	assert_string_equal(schema_fact(mdm, key_of(mdm, "ServerURL"), PLATFORM_MACOS, FACT_INTRODUCED), "10.7");
	assert_true(key_of(mdm, "PayloadUUID")->required);
	assert_ptr_equal(payload(schema, "com.apple.mdm"), mdm);
	assert_null(payload(schema, "com.apple.md"));
	assert_null(payload(schema, "com.apple.mdm2"));
	assert_null(schema_payload(schema, "com.apple.mdm\0", 14));
	assert_null(schema_payload(schema, "", 0));
	assert_false(schema_failed(schema));
	schema_free(schema);
}

/* Longer than what a schema remembers of what it was asked for. */
#define LONG_TYPE "com.example.a.type.that.is.longer.than.any.other.that.anybody.asks.for"

static void a_payload_is_found_whatever_was_asked_for_before(void **state)
{
	static const char *const types[] = { "com.apple.mdm", "com.apple.vpn.managed", "com.apple.mdm2", "com.apple.md",
					     LONG_TYPE, LONG_TYPE ".too", "" };
	struct schema *schema = schema_open(NULL, &err);

	(void)state;
	for (size_t before = 0; before < sizeof(types) / sizeof(*types); before++) {
		for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
			payload(schema, types[before]);
			if (i < 2)
				assert_non_null(key_of(payload(schema, types[i]), i ? "VPNType" : "ServerURL"));
			else
				assert_null(payload(schema, types[i]));
		}
	}
	payload(schema, "com.apple.mdm");
	assert_null(schema_payload(schema, "com.apple.mdm\0", 14));
	assert_null(schema_payload(schema, "com.apple.mdm\0", 14));
	assert_non_null(schema_payload(schema, "com.apple.mdm\0", 13));
	schema_free(schema);
}

static void the_built_in_schema_knows_the_profile_and_every_payload(void **state)
{
	struct schema *schema = schema_open(NULL, &err);

	(void)state;
	assert_non_null(key_of(schema_profile(schema), "PayloadContent"));
	assert_true(key_of(schema_profile(schema), "PayloadIdentifier")->required);
	assert_null(schema_child(schema_profile(schema), "PayloadContents", 15));
	assert_true(key_of(schema_any_payload(schema), "PayloadUUID")->required);
	assert_int_equal(schema_child(schema_any_payload(schema), "whatever", 8)->types, TYPES_ANY);
	assert_true(strlen(schema_release(schema)) > 0);
	schema_free(schema);
}

static void every_built_in_section_can_be_read(void **state)
{
	struct schema *schema = schema_open(NULL, &err);
	const struct texts *types = schema_types(schema);

	(void)state;
	assert_true(types->count > 100);
	for (size_t i = 0; i < types->count; i++) {
		if (!payload(schema, types->list[i]))
			fail_msg("%s cannot be read", types->list[i]);
		if (i)
			assert_true(strcmp(types->list[i - 1], types->list[i]) < 0);
	}
	assert_false(schema_failed(schema));
	schema_free(schema);
	schema_free(open_text(schema_text_mdm));
	schema_free(open_text(schema_text_rules));
}

static void two_schemas_know_nothing_of_each_other(void **state)
{
	struct schema *first = schema_open(NULL, &err);
	struct schema *second = open_text("payload com.apple.mdm\n  Only string\n");

	(void)state;
	assert_non_null(key_of(payload(first, "com.apple.mdm"), "ServerURL"));
	assert_null(key_of(payload(second, "com.apple.mdm"), "Topic"));
	schema_free(first);
	assert_non_null(key_of(payload(second, "com.apple.mdm"), "Only"));
	schema_free(second);
}

/* --- what the user names ---------------------------------------------------------------------------- */

static void a_file_in_our_language_takes_the_place_of_the_facts(void **state)
{
	struct schema *schema = open_text("\xef\xbb\xbf# mine\r\n\r\nrelease \"mine, 1.0\"\r\n"
					  "payload org.example.b\r\n  B string\r\n"
					  "payload org.example.a\r\n  A string\r\n");

	(void)state;
	assert_string_equal(schema_release(schema), "mine, 1.0");
	assert_texts(schema_types(schema), "org.example.a|org.example.b");
	assert_null(payload(schema, "com.apple.wifi.managed"));
	assert_non_null(key_of(payload(schema, "org.example.a"), "A"));
	schema_free(schema);
}

static void facts_that_are_silent_of_the_profile_leave_it_as_it_is_built_in(void **state)
{
	struct schema *silent = open_text("payload org.example.a\n  A string\n");
	struct schema *other = open_text("profile\n  Mine string\ncommon\n  Ours string\n"
					 "payload org.example.a\n  A any\n");

	(void)state;
	assert_non_null(key_of(schema_profile(silent), "PayloadRemovalDisallowed"));
	assert_non_null(key_of(payload(silent, "org.example.a"), "PayloadUUID"));
	assert_null(key_of(schema_profile(other), "PayloadRemovalDisallowed"));
	assert_non_null(key_of(schema_profile(other), "Mine"));
	assert_non_null(key_of(payload(other, "org.example.a"), "Ours"));
	assert_null(key_of(payload(other, "org.example.a"), "PayloadDisplayName"));
	schema_free(silent);
	schema_free(other);
}

static void a_file_of_rules_alone_changes_what_is_built_in(void **state)
{
	struct schema *schema = open_text("rule com.apple.mdm\n  Mine string\n  SignMessage = required\n"
					  "rule org.example.unknown\n  A = required\n");

	(void)state;
	assert_non_null(key_of(payload(schema, "com.apple.mdm"), "Mine"));
	assert_true(key_of(payload(schema, "com.apple.mdm"), "SignMessage")->required);
	assert_non_null(payload(schema, "com.apple.wifi.managed"));
	assert_null(payload(schema, "org.example.unknown"));
	schema_free(schema);
}

static void rules_of_a_file_have_the_last_word(void **state)
{
	struct schema *schema = open_text("rule com.apple.mdm\n  ServerURL = format=\"^http\"\n");
	const struct schema_key *mdm = schema_payload(schema, "com.apple.mdm", 13);

	(void)state;
	assert_non_null(mdm);
	assert_string_equal(schema_declared(mdm, "ServerURL", 9)->format, "^http");
	schema_free(schema);
}

static void rules_of_a_file_change_its_own_sections(void **state)
{
	struct schema *schema = open_text("rule org.example.a\n  A = values+=2\npayload org.example.a\n"
					  "  A string values=1\nrule common\n  Ours string\n"
					  "rule profile\n  Mine string\n");

	(void)state;
	assert_texts(&key_of(payload(schema, "org.example.a"), "A")->values, "1|2");
	assert_non_null(key_of(payload(schema, "org.example.a"), "Ours"));
	assert_non_null(key_of(schema_any_payload(schema), "Ours"));
	assert_non_null(key_of(schema_profile(schema), "Mine"));
	schema_free(schema);
}

static void a_folder_is_read_as_apples_files(void **state)
{
	struct schema *schema;

	(void)state;
	assert_int_equal(mkdir(path_of("yaml"), 0700), 0);
	put_text("yaml/org.example.yaml", "title: Example\n"
					  "payload:\n"
					  "  payloadtype: org.example.yaml\n"
					  "payloadkeys:\n"
					  "- key: Mode\n"
					  "  type: <string>\n"
					  "  presence: required\n"
					  "  content: What the mode is.\n");
	schema = open_or_fail(path_of("yaml"), NULL);
	assert_true(key_of(payload(schema, "org.example.yaml"), "Mode")->required);
	assert_non_null(key_of(payload(schema, "org.example.yaml"), "Mode")->help);
	assert_null(payload(schema, "com.apple.mdm"));
	schema_free(schema);
	assert_refused(path_of("yaml/org.example.yaml"), path_of("yaml/org.example.yaml"), 0, "give the folder");
}

static void put_manifest(const char *name, const char *domain, const char *key)
{
	BUF_AUTO out = BUF_INIT;

	buf_add_format(&out,
		       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>"
		       "<key>pfm_domain</key><string>%s</string><key>pfm_subkeys</key><array><dict>"
		       "<key>pfm_name</key><string>%s</string><key>pfm_type</key><string>boolean</string>"
		       "</dict></array></dict></plist>\n",
		       domain, key);
	put_text(name, buf_text(&out));
}

static void manifests_add_only_types_that_the_facts_do_not_have(void **state)
{
	struct schema *schema;

	(void)state;
	assert_int_equal(mkdir(path_of("manifests"), 0700), 0);
	put_manifest("manifests/a.plist", "com.apple.mdm", "Nonsense");
	put_manifest("manifests/b.plist", "org.example.app", "Useful");
	schema = open_or_fail(NULL, path_of("manifests"));
	assert_int_equal(key_of(payload(schema, "org.example.app"), "Useful")->type, NODE_BOOLEAN);
	assert_null(key_of(payload(schema, "com.apple.mdm"), "Nonsense"));
	assert_non_null(key_of(payload(schema, "com.apple.mdm"), "ServerURL"));
	schema_free(schema);
}

static void what_is_wrong_in_a_users_file_is_said_at_the_opening(void **state)
{
	static const struct {
		const char *text;
		unsigned long line;
		const char *says;
	} wrong[] = {
		{ "payload a\n  A string\n\n# c\npayload b\n  B strin\n", 6, "did you mean string?" },
		{ "payload a\n\nrule a\n  A string\nrule nobody\n  A = zzz\n", 6, "'zzz' is no attribute" },
		{ "payload a\nrule common\n  A strin\n", 3, "did you mean string?" },
		{ "payload a\nrule profile\n  A strin\n", 3, "did you mean string?" },
		{ "payload a\npaylod b\n", 2, "'paylod' begins no section: did you mean payload?" },
		{ "title: Wi-Fi\n", 1, "'title:' begins no section: release TEXT, payload TYPE" },
		{ "payload\n", 1, "'payload' needs a name after it" },
		{ "release\n", 1, "'release' needs a name after it" },
		{ "payload \"a\n", 1, "is not closed on this line" },
		{ "# c\n  A string\n", 2, "stands in no section" },
		{ "", 0, "describes nothing" },
		{ "# nothing\n", 0, "describes nothing" },
		{ "payload a\n  A string\n  A string\n", 3, "stands on line 2 already" },
		{ "<?xml version=\"1.0\"?>\n", 1, "begins no section" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		put_text("wrong.schema", wrong[i].text);
		assert_refused(path_of("wrong.schema"), path_of("wrong.schema"), wrong[i].line, wrong[i].says);
	}
	assert_refused(path_of("missing"), path_of("missing"), 0, "No such file");
	assert_int_equal(err.code, ENOENT);
}

static void more_sections_than_can_be_meant_are_refused(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < 257; i++)
		buf_add_text(&text, "payload a\n  A string\n");
	put_text("many.schema", buf_text(&text));
	assert_refused(path_of("many.schema"), path_of("many.schema"), 513, "more than 256 sections about a");
	buf_clear(&text);
	for (unsigned i = 0; i < 20001; i++)
		buf_add_format(&text, "payload a%u\n", i);
	put_text("many.schema", buf_text(&text));
	assert_refused(path_of("many.schema"), path_of("many.schema"), 20001, "more than 20000 sections");
}

static void a_file_with_wrong_bytes_is_survived(void **state)
{
	static const char good[] = "release \"a b\"\n# c\ncommon\n  C string\npayload \"a b\" iOS(1.0)\n  A string\n"
				   "\npayload b\n  B dict\n    C string\nrule b\n  B =\n    D any\n"
				   "profile\n  P string\n";
	static const char bytes[] = " \n\t\"\\,()=#*-!\r\xff";
	char text[sizeof(good)];
	struct schema_sources sources = { path_of("hostile.schema"), NULL };

	(void)state;
	random_seed(5);
	for (unsigned i = 0; i < 1000; i++) {
		size_t len = i < sizeof(good) ? i : sizeof(good) - 1;
		struct schema *schema;

		memcpy(text, good, sizeof(good));
		for (unsigned flips = i < sizeof(good) ? 0 : 1 + random_below(4); flips > 0; flips--)
			text[random_below((unsigned)len)] = bytes[random_below(sizeof(bytes))];
		put_bytes("hostile.schema", text, len);
		err = ERROR_INIT;
		schema = schema_open(&sources, &err);
		if (!schema) {
			assert_int_equal(err.code, EINVAL);
			assert_string_equal(err.file, sources.facts);
		}
		schema_free(schema);
	}
}

/* --- sections of one type --------------------------------------------------------------------------- */

static void sections_of_one_type_are_united_and_require_only_what_all_require(void **state)
{
	struct schema *schema = open_text("payload a\n  Both string required\n  First integer required\n"
					  "payload a\n  Both string required\n  Second data required\n"
					  "payload a\n  Both integer\n  Second data required\n");
	const struct schema_key *a = payload(schema, "a");

	(void)state;
	assert_false(key_of(a, "Both")->required);
	assert_int_equal(key_of(a, "Both")->types, TYPE_BIT(NODE_STRING) | TYPE_BIT(NODE_INTEGER));
	assert_int_equal(key_of(a, "Both")->type, NODE_STRING);
	assert_false(key_of(a, "First")->required);
	assert_false(key_of(a, "Second")->required);
	assert_string_equal(a->keys[0]->name, "Both");
	assert_string_equal(a->keys[1]->name, "First");
	assert_string_equal(a->keys[2]->name, "Second");
	assert_null(schema_child(a, "Third", 5));
	schema_free(schema);
}

static void a_union_allows_whatever_one_section_allows(void **state)
{
	struct schema *schema = open_text(
		"payload a\n  V string values=1,2\n  N string values=1\n  R integer range=1..5 values=0\n"
		"  D integer range=1..5 values=9\n  L string length=1..2 format=a subtype=url default=x\n"
		"  B integer bits=3 needs=2:1\n  P string refs=x\n"
		"payload a\n  V string values=2,3\n  N string\n  R integer range=1..5\n"
		"  D integer range=1..6 values=8\n  L string length=1..3 format=b subtype=url default=x\n"
		"  B integer bits=7 needs=2:1\n  P string refs=y\n");
	const struct schema_key *a = payload(schema, "a");

	(void)state;
	assert_texts(&key_of(a, "V")->values, "1|2|3");
	assert_int_equal(key_of(a, "N")->values.count, 0);
	assert_texts(&key_of(a, "R")->values, "0");
	assert_string_equal(key_of(a, "R")->range.max, "5");
	assert_int_equal(key_of(a, "D")->values.count, 0);
	assert_null(key_of(a, "D")->range.max);
	assert_null(key_of(a, "L")->length.min);
	assert_null(key_of(a, "L")->format);
	assert_null(key_of(a, "L")->pattern);
	assert_string_equal(key_of(a, "L")->subtype, "url");
	assert_string_equal(key_of(a, "L")->default_value, "x");
	assert_int_equal(key_of(a, "B")->bits, 0);
	assert_int_equal(key_of(a, "B")->bit_needs.count, 0);
	assert_texts(&key_of(a, "P")->refs, "x|y");
	schema_free(schema);
}

static void a_union_of_very_many_values_is_left_open(void **state)
{
	BUF_AUTO text = BUF_INIT;
	struct schema *schema;

	(void)state;
	for (unsigned section = 0; section < 2; section++) {
		buf_add_text(&text, "payload a\n  A string values=x");
		for (unsigned i = 0; i < 3000; i++)
			buf_add_format(&text, ",%u-%u", section, i);
		buf_add_text(&text, "\n");
	}
	schema = open_text(buf_text(&text));
	assert_int_equal(key_of(payload(schema, "a"), "A")->values.count, 0);
	schema_free(schema);
}

static void a_union_goes_down_into_dicts_and_arrays(void **state)
{
	struct schema *schema = open_text(
		"payload a\n  D dict\n    X string required\n    Y string required\n  L array\n    - string\n"
		"  O dict\n    X string\n  E dict\n  S dict\n    X string\n  M array\n    - string\n"
		"payload a\n  D dict\n    X string required\n    Z string\n  L array\n    - integer\n"
		"  O dict\n    * integer\n  E dict\n    X string\n  S string\n  M array\n");
	const struct schema_key *a = payload(schema, "a");

	(void)state;
	assert_true(key_of(key_of(a, "D"), "X")->required);
	assert_false(key_of(key_of(a, "D"), "Y")->required);
	assert_non_null(key_of(key_of(a, "D"), "Z"));
	assert_int_equal(schema_item(key_of(a, "L"))->types, TYPE_BIT(NODE_STRING) | TYPE_BIT(NODE_INTEGER));
	assert_non_null(key_of(key_of(a, "O"), "X"));
	assert_int_equal(key_of(a, "O")->others->type, NODE_INTEGER);
	assert_true(schema_is_open(key_of(a, "E")));
	assert_int_equal(key_of(a, "S")->types, TYPE_BIT(NODE_STRING) | TYPE_BIT(NODE_DICT));
	assert_false(schema_is_open(key_of(a, "S")));
	assert_null(schema_item(key_of(a, "M")));
	schema_free(schema);
}

static void recursion_survives_a_union_or_gives_way_to_anything(void **state)
{
	struct schema *schema = open_text(
		"payload a\n  D dict as=d\n    Same dict like=d\n    Half dict like=d\n"
		"payload a\n  D dict as=d\n    Same dict like=d\n    Half dict\n      X string\n    More string\n");
	const struct schema_key *d = key_of(payload(schema, "a"), "D");

	(void)state;
	assert_ptr_equal(schema_shape(key_of(d, "Same")), d);
	assert_non_null(key_of(key_of(key_of(d, "Same"), "Same"), "More"));
	assert_null(key_of(d, "Half")->like);
	assert_true(schema_is_open(key_of(d, "Half")));
	schema_free(schema);
}

static void a_union_keeps_the_facts_that_are_the_same(void **state)
{
	struct schema *schema = open_text("payload a iOS(1.0 multiple=true) macOS(10.7)\n"
					  "payload a iOS(2.0 multiple=true)\n");
	const struct schema_key *a = payload(schema, "a");

	(void)state;
	assert_null(schema_fact(a, NULL, PLATFORM_IOS, FACT_INTRODUCED));
	assert_string_equal(schema_fact(a, NULL, PLATFORM_IOS, FACT_MULTIPLE), "true");
	assert_null(schema_fact(a, NULL, PLATFORM_MACOS, FACT_INTRODUCED));
	schema_free(schema);
}

static void clauses_of_one_section_do_not_bind_the_other(void **state)
{
	struct schema *schema = open_text("payload a\n  A string\n  ! need A\npayload a\n  B string\n"
					  "rule a\n  ! need B\n"
					  "payload b\n  A string\n  ! need A\n");

	(void)state;
	assert_int_equal(payload(schema, "a")->clause_count, 1);
	assert_texts(&payload(schema, "a")->clauses[0].keys, "B");
	assert_int_equal(payload(schema, "b")->clause_count, 1);
	schema_free(schema);
}

/* --- common keys ------------------------------------------------------------------------------------ */

static void every_payload_has_the_common_keys_and_its_own_win(void **state)
{
	struct schema *schema = open_text("common\n  C string required\n  D string\n  ! need D\n"
					  "payload a\n  A string\n  C integer\n  ! need A\n");
	const struct schema_key *a = payload(schema, "a");

	(void)state;
	assert_string_equal(a->keys[0]->name, "A");
	assert_string_equal(a->keys[1]->name, "C");
	assert_string_equal(a->keys[2]->name, "D");
	assert_int_equal(key_of(a, "C")->type, NODE_INTEGER);
	assert_int_equal(key_of(a, "D")->type, NODE_STRING);
	assert_null(schema_child(a, "E", 1));
	assert_int_equal(a->clause_count, 2);
	schema_free(schema);
}

static void a_payload_that_says_nothing_of_its_keys_takes_any(void **state)
{
	struct schema *schema = open_text("payload a\npayload b\n  * integer\npayload c\n  C string\n");

	(void)state;
	assert_int_equal(schema_child(payload(schema, "a"), "X", 1)->types, TYPES_ANY);
	assert_non_null(key_of(payload(schema, "a"), "PayloadUUID"));
	assert_int_equal(schema_child(payload(schema, "b"), "X", 1)->type, NODE_INTEGER);
	assert_int_equal(key_of(payload(schema, "b"), "PayloadUUID")->type, NODE_STRING);
	assert_null(schema_child(payload(schema, "c"), "X", 1));
	schema_free(schema);
}

static void a_rule_may_change_a_common_key_for_one_payload(void **state)
{
	struct schema *schema = open_text("common\n  C dict\n    D string\n"
					  "payload a\n  A string\npayload b\n  B string\n"
					  "rule a\n  C =\n    D = required\n    E string\n");

	(void)state;
	assert_true(key_of(key_of(payload(schema, "a"), "C"), "D")->required);
	assert_non_null(key_of(key_of(payload(schema, "a"), "C"), "E"));
	assert_false(key_of(key_of(payload(schema, "b"), "C"), "D")->required);
	assert_null(key_of(key_of(payload(schema, "b"), "C"), "E"));
	assert_null(key_of(key_of(schema_any_payload(schema), "C"), "E"));
	schema_free(schema);
}

/* --- platforms -------------------------------------------------------------------------------------- */

static void platforms_are_found_in_any_case_and_ipados_is_ios(void **state)
{
	(void)state;
	for (enum platform platform = 0; platform < PLATFORM_COUNT; platform++)
		assert_int_equal(platform_from_name(platform_name(platform), strlen(platform_name(platform))),
				 platform);
	assert_int_equal(platform_from_name("MACOS", 5), PLATFORM_MACOS);
	assert_int_equal(platform_from_name("ipados", 6), PLATFORM_IOS);
	assert_int_equal(platform_from_name("macOS:15", 5), PLATFORM_MACOS);
	assert_int_equal(platform_from_name("mac", 3), PLATFORM_COUNT);
	assert_int_equal(platform_from_name("macOSX", 6), PLATFORM_COUNT);
	assert_int_equal(platform_from_name("", 0), PLATFORM_COUNT);
}

static void a_key_has_the_facts_of_its_payload_where_it_says_none(void **state)
{
	struct schema *schema = open_text("payload a iOS(1.0 supervised=true)\n  A string iOS(2.0)\n  B string\n");
	const struct schema_key *a = payload(schema, "a");

	(void)state;
	assert_string_equal(schema_fact(a, key_of(a, "A"), PLATFORM_IOS, FACT_INTRODUCED), "2.0");
	assert_string_equal(schema_fact(a, key_of(a, "A"), PLATFORM_IOS, FACT_SUPERVISED), "true");
	assert_string_equal(schema_fact(a, key_of(a, "B"), PLATFORM_IOS, FACT_INTRODUCED), "1.0");
	assert_null(schema_fact(a, key_of(a, "B"), PLATFORM_TVOS, FACT_INTRODUCED));
	assert_null(schema_fact(NULL, NULL, PLATFORM_IOS, FACT_INTRODUCED));
	schema_free(schema);
}

static void versions_are_compared_number_by_number(void **state)
{
	static const char *const rising[] = {
		"0",
		"4.0",
		"9.3",
		"10.7",
		"10.7.1",
		"10.10",
		"13",
		"13.1",
		"99999999999999999998",
		"99999999999999999999",
		"100000000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rising); i++) {
		for (size_t k = 0; k < COUNT(rising); k++) {
			int order = version_compare(rising[i], rising[k]);

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
	}
	assert_int_equal(version_compare("10.7", "10.7.0"), 0);
	assert_int_equal(version_compare("10.07", "10.7"), 0);
	assert_int_equal(version_compare("", "0.0"), 0);
	assert_int_equal(version_compare("13.1b", "13.1"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_built_in_schema_knows_apples_payloads),
		TEST(a_payload_is_found_whatever_was_asked_for_before),
		TEST(the_built_in_schema_knows_the_profile_and_every_payload),
		TEST(every_built_in_section_can_be_read),
		TEST(two_schemas_know_nothing_of_each_other),
		TEST(a_file_in_our_language_takes_the_place_of_the_facts),
		TEST(facts_that_are_silent_of_the_profile_leave_it_as_it_is_built_in),
		TEST(a_file_of_rules_alone_changes_what_is_built_in),
		TEST(rules_of_a_file_have_the_last_word),
		TEST(rules_of_a_file_change_its_own_sections),
		TEST(a_folder_is_read_as_apples_files),
		TEST(manifests_add_only_types_that_the_facts_do_not_have),
		TEST(what_is_wrong_in_a_users_file_is_said_at_the_opening),
		TEST(more_sections_than_can_be_meant_are_refused),
		TEST(a_file_with_wrong_bytes_is_survived),
		TEST(sections_of_one_type_are_united_and_require_only_what_all_require),
		TEST(a_union_allows_whatever_one_section_allows),
		TEST(a_union_of_very_many_values_is_left_open),
		TEST(a_union_goes_down_into_dicts_and_arrays),
		TEST(recursion_survives_a_union_or_gives_way_to_anything),
		TEST(a_union_keeps_the_facts_that_are_the_same),
		TEST(clauses_of_one_section_do_not_bind_the_other),
		TEST(every_payload_has_the_common_keys_and_its_own_win),
		TEST(a_payload_that_says_nothing_of_its_keys_takes_any),
		TEST(a_rule_may_change_a_common_key_for_one_payload),
		TEST(platforms_are_found_in_any_case_and_ipados_is_ios),
		TEST(a_key_has_the_facts_of_its_payload_where_it_says_none),
		TEST(versions_are_compared_number_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
