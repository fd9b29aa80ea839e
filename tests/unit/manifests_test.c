/* ProfileManifests as our language: what each pfm_ key becomes, and what is left out. */
#include "tests/unit/manifest_import.h"

/* --- keys --------------------------------------------------------------------------------------------- */

static void a_domain_becomes_a_section_with_its_keys(void **state)
{
	(void)state;
	must_be("domain=com.example.app subkeys=[{Name string} {Age integer}]",
		"payload com.example.app\n"
		"  Name string\n"
		"  Age integer\n");
}

static void every_type_has_its_word(void **state)
{
	(void)state;
	must_become("{a array} {b boolean} {c data} {d date} {e dictionary} {f float} {g integer} {h real}",
		    "  a array\n  b boolean\n  c data\n  d date\n  e dict\n  f real\n  g integer\n  h real\n");
	must_become("{i string} {j any} {k dict} {l url} {m alias} {n 'union policy'} {o}",
		    "  i string\n  j any\n  k dict\n  l string\n  m any\n  n any\n  o any\n");
}

static void names_that_need_quotes_have_them(void **state)
{
	(void)state;
	must_become("{'Allowed Domains' string} {* string} {'a=b' string} {! string} {'-' string} {#1 string}",
		    "  \"Allowed Domains\" string\n  \"*\" string\n  \"a=b\" string\n  \"!\" string\n  \"-\" string\n"
		    "  \"#1\" string\n");
}

static void dicts_have_keys_and_arrays_have_elements(void **state)
{
	(void)state;
	must_become("{D dictionary subkeys=[{E dictionary subkeys=[{f string}]}]}"
		    "{A array subkeys=[{- dictionary subkeys=[{g date}]}]}",
		    "  D dict\n"
		    "    E dict\n"
		    "      f string\n"
		    "  A array\n"
		    "    - dict\n"
		    "      g date\n");
}

static void the_name_of_an_element_is_dropped(void **state)
{
	(void)state;
	must_become("{A array subkeys=[{Item array subkeys=[{Inner integer}]}]}",
		    "  A array\n"
		    "    - array\n"
		    "      - integer\n");
}

static void several_elements_are_alternatives_of_which_the_types_are_kept(void **state)
{
	(void)state;
	must_become("{A array subkeys=[{x string} {- dictionary subkeys=[{k data}]} {y string}]}"
		    "{B array subkeys=[{- any} {- string}]}",
		    "  A array\n"
		    "    - string|dict\n"
		    "  B array\n");
}

static void subkeys_of_what_holds_none_are_passed_over(void **state)
{
	(void)state;
	must_become("{n integer subkeys=[{x string}]}", "  n integer\n");
}

static void the_keys_of_all_payloads_are_left_out_at_the_top_only(void **state)
{
	(void)state;
	must_become("{PayloadType string} {PayloadUUID string} {PayloadVersion integer} {PayloadIdentifier string}"
		    "{PayloadEnabled boolean} {PayloadDisplayName string} {PayloadDescription string}"
		    "{PayloadOrganization string} {PayloadContent dictionary subkeys=[{PayloadType string}]}",
		    "  PayloadContent dict\n"
		    "    PayloadType string\n");
}

static void what_is_only_for_editors_is_left_out(void **state)
{
	(void)state;
	must_become("{PFC_SegmentedControl_0 string segments={}} {pfc_x dictionary subkeys=[{y string}]}"
		    "{Tabs string segments={}} {Never string excluded=yes} {Kept string excluded=no} {- string}",
		    "  Kept string\n");
}

static void a_pair_of_key_and_value_means_any_other_key(void **state)
{
	(void)state;
	must_become("{Map dictionary subkeys=[{'{{key}}' string require=always} {'{{value}}' integer require=always}"
		    " {Known string}]}"
		    "{Open dictionary subkeys=[{'{{key}}' string}]}",
		    "  Map dict\n"
		    "    * integer\n"
		    "    Known string\n"
		    "  Open dict\n");
}

static void a_name_that_stands_twice_is_taken_once(void **state)
{
	(void)state;
	must_become("{a string} {b string} {a integer}"
		    "{D dictionary subkeys=[{a string} {'{{value}}' string} {'{{value}}' data}]}",
		    "  a string\n  b string\n  D dict\n    a string\n    * string\n");
}

static void required_is_what_always_is(void **state)
{
	(void)state;
	must_become("{a string require=always} {b string require=push} {c string require=always-nested}",
		    "  a string required\n  b string\n  c string required\n");
}

static void what_may_be_excluded_or_is_for_some_platforms_is_not_required(void **state)
{
	(void)state;
	must_become("{a string require=always exclude=[]} {b string require=always platforms=[macOS]}",
		    "  a string\n  b string iOS(n/a) tvOS(n/a)\n");
}

/* --- values ------------------------------------------------------------------------------------------- */

static void a_range_list_is_what_is_allowed(void **state)
{
	(void)state;
	must_become("{a string range_list=[x 'y z' '']} {b integer range_list=[1 -2]} {c real range_list=[0.5 1]}"
		    "{d boolean range_list=[yes]} {e string range_list=[x] range_list_allow_custom_value=yes}"
		    "{f string range_list=[]}",
		    "  a string values=x,\"y z\",\"\"\n  b integer values=1,-2\n  c real values=0.5,1\n"
		    "  d boolean values=true\n  e string values=x custom\n  f string\n");
}

static void a_list_of_what_an_editor_converts_says_nothing(void **state)
{
	(void)state;
	must_become("{a integer range_list=[1 one]} {b data range_list=['00ff']} {c array range_list=[x]}",
		    "  a integer\n  b data\n  c array\n");
}

static void bounds_are_of_a_number_a_length_or_a_count(void **state)
{
	(void)state;
	must_become("{a integer range_min=-1 range_max=65535} {b real range_max=0.5} {c integer range_min='7'}"
		    "{d string range_min=1} {e data range_max=9} {f array range_min=1 range_max=1}"
		    "{g boolean range_max=1}",
		    "  a integer range=-1..65535\n  b real range=..0.5\n  c integer range=7..\n"
		    "  d string length=1..\n  e data length=..9\n  f array items=1..1\n  g boolean\n");
}

static void repetitions_stand_on_the_array_or_its_element(void **state)
{
	(void)state;
	must_become("{a array repetition_min=2 repetition_max=5 subkeys=[{- string repetition_max=9}]}"
		    "{b array subkeys=[{- string repetition_max=3}]}"
		    "{c array repetition_min=0 repetition_max=-1} {d string repetition_min=1}",
		    "  a array items=2..5\n    - string\n  b array items=..3\n    - string\n  c array items=0..\n"
		    "  d string\n");
}

static void a_range_that_is_none_is_refused(void **state)
{
	(void)state;
	must_refuse("{a integer range_min=5\nrange_max=3}",
		    "pfm_range_min is 5 and pfm_range_max is 3: nothing is in that range");
	must_refuse("{a integer\nrange_min=low}", "pfm_range_min is 'low': it must be a number");
	must_refuse("{a string\nrange_min=0.5}", "pfm_range_min is '0.5': it must be a whole number");
	must_refuse("{a integer\nrange_max={}}", "pfm_range_max is of type dict and no number");
	must_refuse("{a integer\nrange_max=<integer>$USERNAME</integer>}", "it must be a number");
	must_refuse("{a real\nrange_max=<real>inf</real>}", "it must be a number");
}

static void a_format_is_kept_if_it_is_an_expression(void **state)
{
	(void)state;
	must_become("{a string format='^[0-9]{2}$'} {b string format='([a-z'} {c data format='^x$'}"
		    "{d string format=''}",
		    "  a string format=^[0-9]{2}$\n  b string\n  c data\n  d string\n");
}

static void a_default_is_a_value_of_the_key(void **state)
{
	(void)state;
	must_become("{a string default='x y'} {b boolean default=no} {c integer default=many} {d string default=''}"
		    "{e dictionary default={}} {f real default=2}",
		    "  a string default=\"x y\"\n  b boolean default=false\n  c integer\n  d string\n  e dict\n"
		    "  f real default=2\n");
}

static void unique_and_sensitive_are_kept(void **state)
{
	(void)state;
	must_become("{a array value_unique=yes} {b array subkeys=[{- string value_unique=yes}]}"
		    "{c string sensitive=yes value_unique=yes} {d string sensitive=no}",
		    "  a array unique\n  b array unique\n    - string\n  c string sensitive\n  d string\n");
}

static void texts_that_our_language_cannot_hold_are_left_out(void **state)
{
	(void)state;
	must_become("{'a&#13;b' string} {c string default='x&#13;'} {d string range_list=['x&#13;' y]}"
		    "{'e&#10;f' string}",
		    "  c string\n  d string\n  \"e\\nf\" string\n");
}

/* --- platforms and prose ------------------------------------------------------------------------------ */

static void versions_are_facts_of_platforms(void **state)
{
	(void)state;
	must_be("domain=t platforms=[macOS iOS] macos_min='10.13' unique=yes subkeys=["
		"{a string macos_min='10.13.4' macos_deprecated='12.0' ios_max='9.3.3'}"
		"{b string platforms=[macOS] ios_min='9.0' macos_min=soon}"
		"{c string supervised=yes user_approved=yes}"
		"{d string macos_max='12'}]",
		"payload t iOS(multiple=false) macOS(10.13 multiple=false)\n"
		"  a string iOS(removed=9.3.4) macOS(10.13.4 deprecated=12.0)\n"
		"  b string iOS(n/a)\n"
		"  c string iOS(supervised=true) macOS(userapprovedmdm=true)\n"
		"  d string macOS(removed=13)\n");
}

static void what_is_no_version_says_nothing(void **state)
{
	(void)state;
	must_become("{a string ios_min='1)' ios_max='10.' tvos_min='.1' macos_min='1..2' macos_max=''}",
		    "  a string\n");
}

static void a_file_says_nothing_of_platforms_that_another_file_may_describe(void **state)
{
	(void)state;
	must_be("domain=t platforms=[tvOS BeOS] unique=no subkeys=[{a string}]", "payload t\n  a string\n");
}

static void prose_becomes_help_in_one_line(void **state)
{
	(void)state;
	must_be("domain=t description=Settings. subkeys=["
		"{a string title=A description=' Two\n\t lines, \"quoted\". ' note='And a note.'}"
		"{b string title=Title} {c string note=Note}]",
		"payload t help=Settings.\n"
		"  a string help=\"Two lines, \\\"quoted\\\". And a note.\"\n"
		"  b string help=Title\n"
		"  c string help=Note\n");
}

static void prose_that_is_too_long_is_cut_between_characters(void **state)
{
	BUF_AUTO manifest = BUF_INIT;
	BUF_AUTO out = BUF_INIT;
	const char *end;
	int i;

	(void)state;
	buf_add_text(&manifest, "domain=t subkeys=[] description='x");
	for (i = 0; i < 5000; i++)
		buf_add_text(&manifest, "\xc3\xa4");
	buf_add_text(&manifest, "'");
	put_manifest("a.plist", manifest.data);
	must_import(&out);
	assert_in_range(out.len, 2000, 2100);
	end = strstr(out.data, "...\n");
	assert_non_null(end);
	assert_memory_equal(end - 2, "\xc3\xa4", 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_domain_becomes_a_section_with_its_keys),
		TEST(every_type_has_its_word),
		TEST(names_that_need_quotes_have_them),
		TEST(dicts_have_keys_and_arrays_have_elements),
		TEST(the_name_of_an_element_is_dropped),
		TEST(several_elements_are_alternatives_of_which_the_types_are_kept),
		TEST(subkeys_of_what_holds_none_are_passed_over),
		TEST(the_keys_of_all_payloads_are_left_out_at_the_top_only),
		TEST(what_is_only_for_editors_is_left_out),
		TEST(a_pair_of_key_and_value_means_any_other_key),
		TEST(a_name_that_stands_twice_is_taken_once),
		TEST(required_is_what_always_is),
		TEST(what_may_be_excluded_or_is_for_some_platforms_is_not_required),
		TEST(a_range_list_is_what_is_allowed),
		TEST(a_list_of_what_an_editor_converts_says_nothing),
		TEST(bounds_are_of_a_number_a_length_or_a_count),
		TEST(repetitions_stand_on_the_array_or_its_element),
		TEST(a_range_that_is_none_is_refused),
		TEST(a_format_is_kept_if_it_is_an_expression),
		TEST(a_default_is_a_value_of_the_key),
		TEST(unique_and_sensitive_are_kept),
		TEST(texts_that_our_language_cannot_hold_are_left_out),
		TEST(versions_are_facts_of_platforms),
		TEST(what_is_no_version_says_nothing),
		TEST(a_file_says_nothing_of_platforms_that_another_file_may_describe),
		TEST(prose_becomes_help_in_one_line),
		TEST(prose_that_is_too_long_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
