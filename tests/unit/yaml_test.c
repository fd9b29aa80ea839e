/* Apple's schema files as our language: what each of their facts becomes. */
#include "tests/unit/yaml_import.h"

extern const char schema_text_mdm[];

/* --- keys ------------------------------------------------------------------------------------------- */

static void every_type_has_its_word(void **state)
{
	(void)state;
	assert_keys("- {key: a, type: <string>}\n"
		    "- {key: b, type: <integer>}\n"
		    "- {key: c, type: <real>}\n"
		    "- {key: d, type: <boolean>}\n"
		    "- {key: e, type: <date>}\n"
		    "- {key: f, type: <data>}\n"
		    "- {key: g, type: <array>}\n"
		    "- {key: h, type: <dictionary>}\n"
		    "- {key: i, type: <any>}\n",
		    "  a string\n"
		    "  b integer\n"
		    "  c real\n"
		    "  d boolean\n"
		    "  e date\n"
		    "  f data\n"
		    "  g array\n"
		    "  h dict\n"
		    "  i any\n");
}

static void presence_is_said_of_what_is_required(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <string>\n  presence: required\n"
		    "- key: b\n  type: <string>\n  presence: optional\n",
		    "  a string required\n"
		    "  b string\n");
}

static void all_facts_of_a_value_stand_on_its_line(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <integer>\n  rangelist:\n  - 0\n  - 5\n  range:\n    min: 1\n"
		    "    max: 180\n  default: 5\n"
		    "- key: b\n  type: <integer>\n  range:\n    min: -1\n"
		    "- key: c\n  type: <real>\n  range:\n    min: 0.5\n    max: 1\n"
		    "- key: d\n  type: <string>\n  format: ^https://.*$\n  default: https://a\n",
		    "  a integer values=0,5 range=1..180 default=5\n"
		    "  b integer range=-1..\n"
		    "  c real range=0.5..1\n"
		    "  d string format=^https://.*$ default=https://a\n");
}

static void both_spellings_of_a_subtype_are_known(void **state)
{
	(void)state;
	assert_keys("- {key: a, type: <string>, subtype: <url>}\n"
		    "- {key: b, type: <string>, valuetype: domain-prefix}\n"
		    "- {key: c, type: <string>, valuetype: hostname, subtype: <url>}\n",
		    "  a string subtype=url\n"
		    "  b string subtype=domain-prefix\n"
		    "  c string subtype=hostname\n");
}

static void booleans_are_true_or_false_however_yaml_spells_them(void **state)
{
	(void)state;
	assert_keys("- {key: a, type: <boolean>, default: yes}\n"
		    "- {key: b, type: <boolean>, default: No}\n"
		    "- {key: c, type: <boolean>, default: 'true'}\n"
		    "- {key: d, type: <boolean>, default: FALSE}\n"
		    "- {key: e, type: <boolean>, default: on}\n",
		    "  a boolean default=true\n"
		    "  b boolean default=false\n"
		    "  c boolean default=true\n"
		    "  d boolean default=false\n"
		    "  e boolean default=true\n");
}

static void strings_keep_what_yaml_takes_for_something_else(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <string>\n  rangelist: [Yes, off, 010, 1.0, 2020-01-01, null]\n  default: No\n",
		    "  a string values=Yes,off,010,1.0,2020-01-01,null default=No\n");
}

static void numbers_are_spelt_as_plists_spell_them(void **state)
{
	(void)state;
	assert_keys("- {key: a, type: <integer>, default: 0x1F}\n"
		    "- {key: b, type: <integer>, default: +5}\n"
		    "- {key: c, type: <integer>, default: '7'}\n"
		    "- {key: d, type: <real>, default: 2.0}\n"
		    "- {key: e, type: <date>, default: 2026-01-31T12:00:00Z}\n",
		    "  a integer default=31\n"
		    "  b integer default=5\n"
		    "  c integer default=7\n"
		    "  d real default=2.0\n"
		    "  e date default=2026-01-31T12:00:00Z\n");
}

static void a_null_default_is_none_and_an_empty_text_is_one(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <string>\n  default:\n"
		    "- key: b\n  type: <string>\n  default: ~\n"
		    "- key: c\n  type: <string>\n  default: null\n"
		    "- key: d\n  type: <string>\n  default: ''\n"
		    "- key: e\n  type: <string>\n  default: 'null'\n",
		    "  a string\n"
		    "  b string\n"
		    "  c string\n"
		    "  d string default=\"\"\n"
		    "  e string default=null\n");
}

static void words_are_quoted_where_they_must_be(void **state)
{
	(void)state;
	assert_keys("- {key: 'Key Type', type: <string>, rangelist: ['a,b', 'say \"x\"', c]}\n"
		    "- {key: '*', type: <string>}\n"
		    "- {key: '-', type: <string>}\n"
		    "- {key: a, type: <string>, default: \"two\\nlines\"}\n",
		    "  \"Key Type\" string values=\"a,b\",\"say \\\"x\\\"\",c\n"
		    "  \"*\" string\n"
		    "  \"-\" string\n"
		    "  a string default=\"two\\nlines\"\n");
}

static void any_is_every_other_key(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <dictionary>\n  subkeys:\n"
		    "  - {key: b, type: <string>}\n"
		    "  - {key: ANY, type: <integer>, presence: optional}\n",
		    "  a dict\n"
		    "    b string\n"
		    "    * integer\n");
}

static void a_key_that_stands_there_twice_may_be_anything(void **state)
{
	(void)state;
	assert_keys("- {key: a, type: <string>, presence: required}\n"
		    "- {key: b, type: <string>}\n"
		    "- {key: a, type: <integer>}\n",
		    "  a any\n"
		    "  b string\n");
}

static void what_cannot_hold_of_a_type_is_left_out(void **state)
{
	(void)state;
	assert_keys("- {key: a, type: <array>, default: [], rangelist: [x], range: {min: 1, max: 2}}\n"
		    "- {key: b, type: <string>, range: {min: 1, max: 2}}\n"
		    "- {key: c, type: <integer>, format: '^[0-9]$'}\n"
		    "- {key: d, type: <data>, repetition: {min: 1, max: 2}}\n",
		    "  a array\n"
		    "  b string\n"
		    "  c integer\n"
		    "  d data\n");
}

static void what_we_do_not_know_is_passed_over(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <string>\n  colour: [1, {2: 3}]\n  combinetype: set-union\n"
		    "  supportedOS:\n    iOS:\n      introduced: '4.0'\n      beta: true\n"
		    "      allowed-scopes: [user]\n"
		    "    homeOS:\n      introduced: '1.0'\n",
		    "  a string iOS(4.0)\n");
}

/* --- arrays and dictionaries ------------------------------------------------------------------------ */

static void the_name_and_presence_of_an_element_mean_nothing(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <array>\n  subkeys:\n  - key: aItem\n    type: <string>\n"
		    "    presence: required\n"
		    "    rangelist: [x, y]\n    supportedOS:\n      iOS:\n        introduced: '9.0'\n",
		    "  a array\n"
		    "    - string values=x,y iOS(9.0)\n");
}

static void the_repetition_of_an_element_bounds_the_array(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <array>\n  subkeys:\n"
		    "  - {key: i, type: <string>, repetition: {min: 1, max: 2}}\n"
		    "- key: b\n  type: <array>\n  repetition: {min: 3, max: 3}\n  subkeys:\n"
		    "  - {key: i, type: <string>}\n",
		    "  a array items=1..2\n"
		    "    - string\n"
		    "  b array items=3..3\n"
		    "    - string\n");
}

static void an_array_that_says_several_things_takes_anything(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <array>\n  subkeys:\n  - {key: i, type: <string>}\n"
		    "  - {key: j, type: <integer>}\n"
		    "- key: b\n  type: <array>\n  subkeys: []\n",
		    "  a array\n"
		    "  b array\n");
}

static void the_subkeys_of_a_scalar_are_its_values(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <array>\n  subkeys:\n  - key: i\n    type: <string>\n    subkeys:\n"
		    "    - {key: x, type: <string>}\n    - {key: 'y z', type: <string>}\n",
		    "  a array\n"
		    "    - string values=x,\"y z\"\n");
}

static void an_alias_is_written_out(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <dictionary>\n  subkeytype: Inner\n  subkeys: &inner\n"
		    "  - {key: x, type: <string>}\n"
		    "- key: b\n  type: <dictionary>\n  subkeytype: Inner\n  subkeys: *inner\n",
		    "  a dict\n"
		    "    x string\n"
		    "  b dict\n"
		    "    x string\n");
}

static void a_key_inside_itself_is_like_the_outer_one(void **state)
{
	(void)state;
	assert_keys("- key: list\n  type: <array>\n  subkeytype: App\n  subkeys: &app\n  - key: item\n"
		    "    type: <dictionary>\n"
		    "    subkeys:\n    - {key: id, type: <string>}\n"
		    "    - key: more\n      type: <array>\n      subkeytype: App\n      subkeys: *app\n",
		    "  list array as=App\n"
		    "    - dict\n"
		    "      id string\n"
		    "      more array like=App\n");
}

/* As in the home screen's layout: a page holds icons, and an icon that is a folder holds pages. */
static void a_circle_may_be_entered_anywhere(void **state)
{
	(void)state;
	assert_keys("- key: Dock\n  type: <array>\n  subkeytype: Icon\n  subkeys: &icons\n  - key: Icon\n"
		    "    type: <dictionary>\n    subkeys:\n    - key: Pages\n      type: <array>\n"
		    "      subkeys: &pages\n"
		    "      - key: Page\n        type: <array>\n        subkeytype: Icon\n        subkeys: *icons\n"
		    "- key: Pages\n  type: <array>\n  subkeys: *pages\n",
		    "  Dock array as=Icon\n"
		    "    - dict\n"
		    "      Pages array\n"
		    "        - array like=Icon\n"
		    "  Pages array\n"
		    "    - array as=Icon\n"
		    "      - dict\n"
		    "        Pages array\n"
		    "          - array like=Icon\n");
}

static void recursion_without_a_name_takes_that_of_the_key(void **state)
{
	(void)state;
	assert_keys("- key: outer\n  type: <dictionary>\n  subkeys: &s\n  - key: inner\n    type: <dictionary>\n"
		    "    subkeys: *s\n",
		    "  outer dict as=outer\n"
		    "    inner dict like=outer\n");
}

static void recursion_of_what_has_no_name_at_all_gets_one(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <array>\n  subkeys:\n  - type: <dictionary>\n    subkeys: &s\n"
		    "    - key: b\n      type: <array>\n      subkeys:\n      - type: <dictionary>\n"
		    "        subkeys: *s\n",
		    "  a array\n"
		    "    - dict as=item\n"
		    "      b array\n"
		    "        - dict like=item\n");
}

static void names_of_circles_inside_each_other_differ(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <dictionary>\n  subkeytype: T\n  subkeys: &one\n"
		    "  - key: again\n    type: <dictionary>\n    subkeys: *one\n"
		    "  - key: b\n    type: <dictionary>\n    subkeytype: T\n    subkeys: &two\n"
		    "    - key: outer\n      type: <dictionary>\n      subkeys: *one\n"
		    "    - key: inner\n      type: <dictionary>\n      subkeys: *two\n",
		    "  a dict as=T\n"
		    "    again dict like=T\n"
		    "    b dict as=T2\n"
		    "      outer dict like=T\n"
		    "      inner dict like=T2\n");
}

static void a_whole_key_may_hold_itself(void **state)
{
	(void)state;
	assert_keys("- &k\n  key: a\n  type: <dictionary>\n  subkeys:\n  - *k\n",
		    "  a dict as=a\n"
		    "    a dict like=a\n");
}

/* The subkeys of an array are its element, those of a dictionary its keys: the same list is not the same. */
static void an_array_is_not_like_a_dictionary(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <array>\n  subkeytype: T\n  subkeys: &s\n  - key: b\n    type: <dictionary>\n"
		    "    subkeytype: T\n    subkeys: *s\n",
		    "  a array as=T\n"
		    "    - dict as=T2\n"
		    "      b dict like=T2\n");
}

/* --- platforms -------------------------------------------------------------------------------------- */

static void platforms_say_what_the_file_says(void **state)
{
	(void)state;
	assert_keys("- key: a\n  type: <string>\n  supportedOS:\n"
		    "    watchOS:\n      introduced: n/a\n"
		    "    macOS:\n      introduced: '10.7'\n      deprecated: '10.15'\n      removed: '11.0'\n"
		    "      requiresdep: false\n      userapprovedmdm: true\n      devicechannel: true\n"
		    "      userchannel: false\n"
		    "    iOS:\n      supervised: true\n      allowmanualinstall: false\n      multiple: yes\n"
		    "      sharedipad:\n        mode: required\n        devicechannel: true\n"
		    "        userchannel: false\n"
		    "      userenrollment:\n        mode: ignored\n        behavior: Prose.\n"
		    "    tvOS: {}\n    visionOS:\n",
		    "  a string\n"
		    "      iOS(multiple=true supervised=true allowmanualinstall=false sharedipad=required "
		    "sharedipad-devicechannel=true sharedipad-userchannel=false userenrollment=ignored)\n"
		    "      macOS(10.7 deprecated=10.15 removed=11.0 devicechannel=true userchannel=false "
		    "requiresdep=false userapprovedmdm=true)\n"
		    "      watchOS(n/a)\n");
}

static void platforms_of_a_payload_stand_below_its_head(void **state)
{
	(void)state;
	put_text("a.yaml", "payload:\n  payloadtype: a\n  supportedOS:\n    iOS: {introduced: '4.0'}\n"
			   "    macOS: {introduced: '10.7'}\n    tvOS: {introduced: '9.0', multiple: true}\n"
			   "    visionOS: {introduced: n/a}\n    watchOS: {introduced: n/a}\n"
			   "payloadkeys:\n- {key: k, type: <string>, supportedOS: {iOS: {introduced: '5.0'}}}\n");
	assert_sections("payload a\n"
			"    iOS(4.0) macOS(10.7)\n"
			"    tvOS(9.0 multiple=true)\n"
			"    visionOS(n/a) watchOS(n/a)\n"
			"  k string iOS(5.0)\n");
}

static void assert_release(const char *line)
{
	BUF_AUTO out = BUF_INIT;
	struct error err;
	const char *found;

	assert_int_equal(yaml_import(folder, false, &out, &err), 0);
	found = strstr(buf_text(&out), "\nrelease ");
	if (!line)
		assert_null(found);
	else if (!found || strncmp(found + 1, line, strlen(line)) != 0)
		fail_msg("no line %s in %s", line, buf_text(&out));
}

static void the_release_is_the_newest_version_that_brought_something(void **state)
{
	(void)state;
	put_text("a.yaml", "payload:\n  payloadtype: a\n  supportedOS:\n    iOS: {introduced: '9.9'}\n"
			   "    macOS: {introduced: 10.13.4, removed: '99.0'}\n    tvOS: {introduced: '50.0'}\n");
	put_text("b.yaml", "payload:\n  payloadtype: b\npayloadkeys:\n- key: k\n  type: <string>\n  supportedOS:\n"
			   "    iOS: {introduced: '10.1'}\n    macOS: {introduced: '10.13'}\n");
	assert_release("release \"iOS 10.1, macOS 10.13.4\"\n");
}

static void without_versions_there_is_no_release(void **state)
{
	(void)state;
	put_text("a.yaml", "payload:\n  payloadtype: a\n  supportedOS:\n    iOS: {introduced: n/a}\n"
			   "    macOS: {introduced: all}\n");
	assert_release(NULL);
}

/* --- files ------------------------------------------------------------------------------------------ */

static void the_profile_and_the_common_keys_have_their_own_sections(void **state)
{
	(void)state;
	put_text("T.yaml", "payload:\n  payloadtype: TopLevel\npayloadkeys:\n- {key: a, type: <string>}\n");
	put_text("C.yaml", "payload:\n  payloadtype: CommonPayloadKeys\npayloadkeys:\n- {key: b, type: <string>}\n");
	assert_sections("common\n  b string\n\nprofile\n  a string\n");
}

static void sections_stand_in_the_order_of_the_names_of_files(void **state)
{
	(void)state;
	put_text("b.yaml", "payload: {payloadtype: one}\n");
	put_text("a(x).yaml", "payload: {payloadtype: two}\n");
	put_text("a.yaml", "payload: {payloadtype: one}\n");
	put_text("B.yml", "payload: {payloadtype: 'with blank'}\n");
	assert_sections("payload \"with blank\"\n\npayload two\n\npayload one\n\npayload one\n");
}

static void what_is_not_about_profiles_is_passed_over(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir profiles commands .git dir.yaml && mkfifo pipe.yaml"), 0);
	put_text("profiles/a.yaml", "payload: {payloadtype: a}\n");
	put_text("commands/c.yaml", "payload: {requesttype: c}\npayloadkeys: 5\n");
	put_text("schema.yaml", "title: Schema\ntype: object\n");
	put_text("._a.yaml", "\1\2\3");
	put_text(".git/b.yaml", "payload: {payloadtype: b}\n");
	put_text("README.md", "{");
	put_text("dir.yaml/d.yaml", "payload: {payloadtype: d}\n");
	assert_sections("payload d\n\npayload a\n");
}

static void a_checkout_is_read_for_its_profiles_only(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir -p mdm/profiles docs"), 0);
	put_text("mdm/profiles/a.yaml", "payload: {payloadtype: a}\n");
	put_text("docs/b.yaml", "payload: {payloadtype: b}\n");
	assert_sections("payload a\n");
}

static void links_are_followed_and_circles_of_them_are_not(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir in && ln -s .. in/up && ln -s ../real in/a.yaml"), 0);
	put_text("real", "payload: {payloadtype: a}\n");
	assert_sections("payload a\n");
}

static void prose_comes_only_when_it_is_asked_for(void **state)
{
	BUF_AUTO out = BUF_INIT;

	(void)state;
	put_text("a.yaml", "description: Above.\npayload:\n  payloadtype: a\n  content: |\n    Of the\n\n"
		 "    \"payload\".\n"
			   "payloadkeys:\n- key: k\n  type: <array>\n  content: ' One,  two. '\n  subkeys:\n"
			   "  - {key: i, type: <string>, content: Item}\n");
	put_text("b.yaml", "description: Instead.\npayload: {payloadtype: b}\n");
	import_folder(true, &out);
	assert_string_equal(buf_text(&out), "payload a help=\"Of the \\\"payload\\\".\"\n"
					    "  k array help=\"One, two.\"\n"
					    "    - string help=Item\n"
					    "\n"
					    "payload b help=Instead.\n");
	assert_sections("payload a\n  k array\n    - string\n\npayload b\n");
}

static void the_text_says_first_what_it_is(void **state)
{
	BUF_AUTO out = BUF_INIT;
	struct error err;

	(void)state;
	put_keys("a.yaml", "- {key: a, type: <any>}\n");
	buf_add_text(&out, "before\n");
	assert_int_equal(yaml_import(folder, false, &out, &err), 0);
	assert_ptr_equal(strstr(buf_text(&out), "before\n# "), buf_text(&out));
	assert_non_null(strstr(buf_text(&out), "scripts/import-schema"));
	assert_non_null(strstr(buf_text(&out), "MIT licence"));
}

static void what_is_compiled_in_is_what_apples_files_give(void **state)
{
	const char *source = getenv("PROFILEFS_TEST_SCHEMA");
	BUF_AUTO out = BUF_INIT;
	struct error err;

	(void)state;
	if (!source || access(source, R_OK) < 0) {
		print_message("PROFILEFS_TEST_SCHEMA names no checkout of Apple's device-management repository\n");
		skip();
	}
	if (yaml_import(source, false, &out, &err) < 0)
		fail_msg("%s:%lu: %s", err.file, err.line, err.text);
	assert_true(strcmp(buf_text(&out), schema_text_mdm) == 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(every_type_has_its_word),
		IN_FOLDER(presence_is_said_of_what_is_required),
		IN_FOLDER(all_facts_of_a_value_stand_on_its_line),
		IN_FOLDER(both_spellings_of_a_subtype_are_known),
		IN_FOLDER(booleans_are_true_or_false_however_yaml_spells_them),
		IN_FOLDER(strings_keep_what_yaml_takes_for_something_else),
		IN_FOLDER(numbers_are_spelt_as_plists_spell_them),
		IN_FOLDER(a_null_default_is_none_and_an_empty_text_is_one),
		IN_FOLDER(words_are_quoted_where_they_must_be),
		IN_FOLDER(any_is_every_other_key),
		IN_FOLDER(a_key_that_stands_there_twice_may_be_anything),
		IN_FOLDER(what_cannot_hold_of_a_type_is_left_out),
		IN_FOLDER(what_we_do_not_know_is_passed_over),
		IN_FOLDER(the_name_and_presence_of_an_element_mean_nothing),
		IN_FOLDER(the_repetition_of_an_element_bounds_the_array),
		IN_FOLDER(an_array_that_says_several_things_takes_anything),
		IN_FOLDER(the_subkeys_of_a_scalar_are_its_values),
		IN_FOLDER(an_alias_is_written_out),
		IN_FOLDER(a_key_inside_itself_is_like_the_outer_one),
		IN_FOLDER(a_circle_may_be_entered_anywhere),
		IN_FOLDER(recursion_without_a_name_takes_that_of_the_key),
		IN_FOLDER(recursion_of_what_has_no_name_at_all_gets_one),
		IN_FOLDER(names_of_circles_inside_each_other_differ),
		IN_FOLDER(a_whole_key_may_hold_itself),
		IN_FOLDER(an_array_is_not_like_a_dictionary),
		IN_FOLDER(platforms_say_what_the_file_says),
		IN_FOLDER(platforms_of_a_payload_stand_below_its_head),
		IN_FOLDER(the_release_is_the_newest_version_that_brought_something),
		IN_FOLDER(without_versions_there_is_no_release),
		IN_FOLDER(the_profile_and_the_common_keys_have_their_own_sections),
		IN_FOLDER(sections_stand_in_the_order_of_the_names_of_files),
		IN_FOLDER(what_is_not_about_profiles_is_passed_over),
		IN_FOLDER(a_checkout_is_read_for_its_profiles_only),
		IN_FOLDER(links_are_followed_and_circles_of_them_are_not),
		IN_FOLDER(prose_comes_only_when_it_is_asked_for),
		IN_FOLDER(the_text_says_first_what_it_is),
		cmocka_unit_test(what_is_compiled_in_is_what_apples_files_give),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
