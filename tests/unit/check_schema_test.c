/*
 * scripts/check-schema, which reads Apple's YAML and our text of it apart from the importer: what it takes for
 * the same, and every kind of difference that it must see.
 *
 * The script is found from the working directory, the root of the checkout, or by PROFILEFS_SOURCE.
 */
#include "tests/unit/yaml_import.h"

static const char YAML[] =
	"payload:\n  payloadtype: a\n  supportedOS:\n"
	"    iOS: {introduced: '4.0', multiple: true, sharedipad: {mode: allowed, userchannel: no}}\n"
	"    macOS: {introduced: '10.7'}\n"
	"payloadkeys:\n"
	"- {key: One Key, type: <string>, presence: required, rangelist: ['x,y', No], default: No}\n"
	"- {key: flag, type: <boolean>, default: yes, supportedOS: {iOS: {introduced: '5.0'}}}\n"
	"- {key: number, type: <integer>, range: {min: 1, max: 9}, rangelist: [0]}\n"
	"- {key: text, type: <string>, format: '^a b$', valuetype: url}\n"
	"- key: list\n  type: <array>\n  subkeytype: T\n  subkeys: &t\n  - key: item\n"
	"    type: <dictionary>\n    repetition: {min: 1, max: 2}\n    subkeys:\n"
	"    - {key: ANY, type: <any>}\n    - {key: more, type: <array>, subkeys: *t}\n";

/* The same, as the importer has it without its comment. */
static const char SCHEMA[] =
	"release \"iOS 5.0, macOS 10.7\"\n"
	"\n"
	"payload a\n"
	"    iOS(4.0 multiple=true sharedipad=allowed sharedipad-userchannel=false)\n"
	"    macOS(10.7)\n"
	"  \"One Key\" string required values=\"x,y\",No default=No\n"
	"  flag boolean default=true iOS(5.0)\n"
	"  number integer values=0 range=1..9\n"
	"  text string format=\"^a b$\" subtype=url\n"
	"  list array items=1..2 as=T\n"
	"    - dict\n"
	"      * any\n"
	"      more array items=1..2 like=T\n";

/* Runs the script over the folder's YAML and a schema; its exit status, and what it said. */
static int run_script(const char *schema, char said[4096])
{
	const char *source = getenv("PROFILEFS_SOURCE");
	char line[512];
	FILE *pipe;
	size_t len;
	int status;

	put_text("a.schema", schema);
	snprintf(line, sizeof(line), "%s/scripts/check-schema %s %s 2>&1", source ? source : ".", folder,
		 path_of("a.schema"));
	pipe = popen(line, "r");
	assert_non_null(pipe);
	len = fread(said, 1, 4095, pipe);
	said[len] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int begin(void **state)
{
	if (folder_open(state) < 0)
		return -1;
	put_text("a.yaml", YAML);
	return 0;
}

static void needs_python_yaml(void)
{
	if (system("python3 -c 'import yaml' 2>/dev/null") == 0)
		return;
	print_message("python3-yaml is not installed\n");
	skip();
}

static void what_the_importer_writes_is_found_right(void **state)
{
	char said[4096];
	BUF_AUTO out = BUF_INIT;
	struct error err;

	(void)state;
	needs_python_yaml();
	assert_int_equal(yaml_import(folder, false, &out, &err), 0);
	assert_non_null(strstr(buf_text(&out), SCHEMA));
	assert_int_equal(run_script(buf_text(&out), said), 0);
	assert_non_null(strstr(said, "\n1 passed, 0 failed, 0 skipped\n"));
}

struct change {
	const char *old, *new;
	const char *words; /* what the script says of it */
};

/* Makes all changes in one schema; the script must fail, and say of each what it is. */
static void assert_seen(const struct change *changes, size_t count)
{
	BUF_AUTO schema = BUF_INIT;
	BUF_AUTO rest = BUF_INIT;
	char said[4096];
	const char *at;
	size_t i, place;

	buf_add_text(&schema, SCHEMA);
	for (i = 0; i < count; i++) {
		at = strstr(buf_text(&schema), changes[i].old);
		assert_non_null(at);
		place = (size_t)(at - buf_text(&schema));
		buf_assign(&rest, at + strlen(changes[i].old), strlen(at + strlen(changes[i].old)));
		buf_resize(&schema, place);
		buf_add_text(&schema, changes[i].new);
		buf_add(&schema, rest.data, rest.len);
	}
	assert_int_equal(run_script(buf_text(&schema), said), 1);
	for (i = 0; i < count; i++)
		if (!strstr(said, changes[i].words))
			fail_msg("'%s' for '%s' was seen as: %s", changes[i].new, changes[i].old, said);
	assert_non_null(strstr(said, " failed, 0 skipped\n"));
}

static void assert_change_seen(const char *old, const char *new, const char *words)
{
	struct change change = { old, new, words };

	assert_seen(&change, 1);
}

static void every_fact_that_differs_is_seen(void **state)
{
	static const struct change changes[] = {
		{ "iOS 5.0,", "iOS 5.1,", "release: the YAML says 'iOS 5.0, macOS 10.7'" },
		{ " multiple=true", "", "a.yaml platforms iOS: multiple: the YAML says 'true', the schema nothing" },
		{ "userchannel=false", "userchannel=true", "iOS: sharedipad-userchannel" },
		{ "    macOS(10.7)\n", "", "platforms: macOS" },
		{ " string required", " string", "One Key: required: the YAML says True" },
		{ "\"x,y\",No", "x,y,No", "One Key: values" },
		{ " default=No", " default=no", "One Key: default" },
		{ " iOS(5.0)", " iOS(5.1)", "flag platforms iOS: introduced" },
		{ "range=1..9", "range=1.. default=0", "number: range" },
		{ "default=0", "default=0", "number: default: the YAML says nothing" },
		{ "^a b$", "^a b", "text: format" },
		{ " subtype=url", "", "text: subtype" },
		{ "list array items=1..2", "list array items=1..3", "list: items" },
		{ "    - dict\n", "    - dict required\n", "list/-: required: the YAML says nothing" },
		{ "* any", "* string", "list/-/*: type" },
	};

	(void)state;
	needs_python_yaml();
	assert_seen(changes, sizeof(changes) / sizeof(changes[0]));
}

static void every_key_that_differs_is_seen(void **state)
{
	(void)state;
	needs_python_yaml();
	assert_change_seen("  flag boolean default=true iOS(5.0)\n", "", "a.yaml: keys");
	assert_change_seen("* any", "\"*\" any", "list/-: keys");
	assert_change_seen(" like=T", "", "list/-/more: keys");
}

static void what_is_no_schema_is_seen(void **state)
{
	(void)state;
	needs_python_yaml();
	assert_change_seen(" like=T", " like=U", "a.schema:13: no enclosing key is called as=U");
	assert_change_seen("default=true", "default=yes", "a.schema:7: yes is no boolean of a plist");
}

static void a_section_too_few_or_too_many_is_seen(void **state)
{
	(void)state;
	needs_python_yaml();
	assert_change_seen("payload a", "payload b", "a.yaml: section");
	assert_change_seen("like=T\n", "like=T\npayload b\n", "there is no YAML for payload b");
	put_text("b.yaml", "payload: {payloadtype: b}\n");
	assert_change_seen("", "", "b.yaml: there is no section for payload b");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(what_the_importer_writes_is_found_right),
		IN_FOLDER(every_fact_that_differs_is_seen),
		IN_FOLDER(every_key_that_differs_is_seen),
		IN_FOLDER(what_is_no_schema_is_seen),
		IN_FOLDER(a_section_too_few_or_too_many_is_seen),
	};

	return cmocka_run_group_tests_name("check_schema", tests, NULL, NULL);
}
