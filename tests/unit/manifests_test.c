/*
 * ProfileManifests as our language: what each pfm_ key becomes, what is left out, and that nothing a file may
 * hold does harm. Whatever is imported here is read back as a schema as well.
 */
#include <sys/stat.h>
#include <time.h>

#include "plist/doc.h"
#include "plist/schema/arena.h"
#include "plist/schema/language.h"
#include "plist/schema/manifests.h"
#include "tests/unit/folder.h"
#include "tests/unit/manifest_text.h"
#include "tests/unit/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- helpers ------------------------------------------------------------------------------------------ */

/* A file, in the words of manifest_text.h. */
static void put_manifest(const char *name, const char *text)
{
	BUF_AUTO xml = BUF_INIT;

	manifest_xml(text, &xml);
	put_bytes(name, xml.data, xml.len);
}

/* The length of the section that begins here: to the next line that is not indented. */
static size_t section_len(const char *text)
{
	const char *end = text;

	do
		end = strchr(end, '\n') + 1;
	while (*end == ' ');
	return (size_t)(end - text);
}

/* Reads every section as a schema. */
static void must_read_back(const struct buf *out)
{
	struct error err = ERROR_INIT;
	size_t at = 0;

	while (at < out->len) {
		struct section_text section = { "imported", out->data + at, section_len(out->data + at), 1 };
		struct arena *arena = arena_new();

		assert_non_null(arena);
		if (!language_read(&section, arena, &err))
			fail_msg("%lu:%lu: %s\n%s", err.line, err.column, err.text, section.text);
		arena_free(arena);
		at += section.len;
	}
}

static void must_import(struct buf *out)
{
	struct error err = ERROR_INIT;

	if (manifests_import(folder, out, &err) < 0)
		fail_msg("%s:%lu:%lu: %s", err.file, err.line, err.column, err.text);
	must_read_back(out);
}

/* What the whole folder becomes. */
static void must_list(const char *expected)
{
	BUF_AUTO out = BUF_INIT;

	must_import(&out);
	assert_string_equal(buf_text(&out), expected);
}

/* What one file becomes. */
static void must_be(const char *manifest, const char *expected)
{
	put_manifest("a.plist", manifest);
	must_list(expected);
}

/* What the keys of a payload become. */
static void must_become(const char *subkeys, const char *expected)
{
	BUF_AUTO manifest = BUF_INIT;
	BUF_AUTO section = BUF_INIT;

	buf_add_format(&manifest, "domain=t subkeys=[%s]", subkeys);
	buf_add_format(&section, "payload t\n%s", expected);
	must_be(buf_text(&manifest), buf_text(&section));
}

/* Nothing is imported, for a reason, and what was in the buffer stays. */
static struct error must_fail(const char *why)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	buf_add_text(&out, "before\n");
	if (manifests_import(folder, &out, &err) == 0)
		fail_msg("was imported, but should be refused for '%s': %s", why, buf_text(&out));
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
	assert_int_not_equal(err.code, 0);
	assert_string_equal(buf_text(&out), "before\n");
	return err;
}

static void must_fail_at(unsigned long line, unsigned long column, const char *why)
{
	struct error err = must_fail(why);

	if (err.line != line || err.column != column)
		fail_msg("'%s' at %lu:%lu, not at %lu:%lu", err.text, err.line, err.column, line, column);
	assert_string_equal(err.file, path_of("a.plist"));
}

/* Keys that are refused, for what stands in their second line. */
static void must_refuse(const char *subkeys, const char *why)
{
	BUF_AUTO manifest = BUF_INIT;
	struct error err;

	buf_add_format(&manifest, "domain=t subkeys=[%s]", subkeys);
	put_manifest("a.plist", buf_text(&manifest));
	err = must_fail(why);
	if (err.line != 2 || err.column == 0)
		fail_msg("'%s' at %lu:%lu, not in line 2", err.text, err.line, err.column);
	assert_int_equal(err.code, EINVAL);
}

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

/* --- clauses ------------------------------------------------------------------------------------------ */

/* What becomes of a demand on the key K, beside keys of several types. */
static void must_demand(const char *demand, const char *clauses)
{
	BUF_AUTO keys = BUF_INIT;
	BUF_AUTO expected = BUF_INIT;

	buf_add_format(&keys,
		       "{K string %s} {S string} {B boolean} {D integer default=1} {A array subkeys=[{- string}]}",
		       demand);
	buf_add_format(&expected,
		       "  K string\n  S string\n  B boolean\n  D integer default=1\n  A array\n    - string\n%s",
		       clauses);
	must_become(buf_text(&keys), buf_text(&expected));
}

/* The same where the conditions of one case exclude K. */
static void must_exclude(const char *conditions, const char *clauses)
{
	BUF_AUTO demand = BUF_INIT;

	buf_add_format(&demand, "exclude=[{target_conditions=[%s]}]", conditions);
	must_demand(buf_text(&demand), clauses);
}

static void a_key_has_no_place_where_the_conditions_hold(void **state)
{
	(void)state;
	must_exclude("{target=S present=yes}", "  ! warn forbid K when S\n");
	must_exclude("{target=S present=no}", "  ! warn forbid K unless S\n");
	must_exclude("{target=S range_list=[x 'y z']}", "  ! warn forbid K when S=x,\"y z\"\n");
	must_exclude("{target=B range_list=[no]}", "  ! warn forbid K when B=false\n");
	must_exclude("{target=A contains_any=[x]}", "  ! warn forbid K when A=x\n");
	must_exclude("{target=S value_empty=yes}", "  ! warn forbid K when S=\"\"\n");
}

static void only_a_value_that_is_there_is_compared(void **state)
{
	(void)state;
	must_exclude("{target=D range_list=[1]}", "  ! warn forbid K when D when D=1\n");
	must_exclude("{target=S n_range_list=[x]}", "  ! warn forbid K when S when S!=x\n");
	must_exclude("{target=A n_contains_any=[x]}", "  ! warn forbid K when A when A!=x\n");
	must_exclude("{target=S value_empty=no}", "  ! warn forbid K when S when S!=\"\"\n");
}

static void a_key_is_needed_where_the_conditions_hold(void **state)
{
	(void)state;
	must_demand("conditionals=[{require=always target_conditions=[{target=B range_list=[yes]}]}]",
		    "  ! warn need K when B=true\n");
	must_demand("conditionals=[{require=push target_conditions=[{target=S present=yes}]}"
		    " {target_conditions=[{target=S present=yes}]}]",
		    "");
}

static void a_key_that_has_a_default_is_not_needed(void **state)
{
	(void)state;
	must_become("{K string default=x conditionals=[{require=always target_conditions=[{target=S present=yes}]}]}"
		    "{S string}",
		    "  K string default=x\n  S string\n");
}

static void all_conditions_of_a_case_must_hold(void **state)
{
	(void)state;
	must_exclude("{target=S range_list=[x]} {target=B present=no}", "  ! warn forbid K when S=x unless B\n");
	must_exclude("{target=S present=yes range_list=[x]}", "  ! warn forbid K when S=x\n");
}

static void cases_are_alternatives(void **state)
{
	(void)state;
	must_demand("exclude=[{target_conditions=[{target=S present=yes}]}"
		    " {target_conditions=[{target=B present=no}]}]",
		    "  ! warn forbid K when S\n"
		    "  ! warn forbid K unless B\n");
}

static void not_there_or_otherwise_are_alternatives(void **state)
{
	(void)state;
	must_exclude("{target=B present=no range_list=[no]}",
		     "  ! warn forbid K unless B\n"
		     "  ! warn forbid K when B=false\n");
	must_exclude("{target=B present=no} {target=B range_list=[no]} {target=S present=yes}",
		     "  ! warn forbid K unless B when S\n"
		     "  ! warn forbid K when B=false when S\n");
	must_exclude("{target=B present=no range_list=[no]} {target=S present=no value_empty=yes}",
		     "  ! warn forbid K unless B unless S\n"
		     "  ! warn forbid K when B=false unless S\n"
		     "  ! warn forbid K unless B when S=\"\"\n"
		     "  ! warn forbid K when B=false when S=\"\"\n");
}

static void what_clauses_cannot_say_is_left_out_with_its_whole_case(void **state)
{
	(void)state;
	must_exclude("{target=Nowhere present=yes}", "");
	must_exclude("{target=S}", "");
	must_exclude("{target=K present=yes}", "");
	must_exclude("{present=yes}", "");
	must_exclude("{target=S present=yes domain=com.example.other}", "");
	must_exclude("{target=S present=yes} {platforms=[macOS]}", "");
	must_exclude("{target=A range_list=[x]}", "");
	must_exclude("{target=A value_empty=yes}", "");
	must_exclude("{target=B value_empty=yes}", "");
	must_exclude("{target=B range_list=['on']}", "");
	must_exclude("{target=S range_list=[]}", "");
	must_exclude("", "");
	must_demand("exclude=[{}]", "");
}

static void a_clause_stands_in_the_dict_that_has_both_keys(void **state)
{
	(void)state;
	must_become("{Top boolean}"
		    "{Outer dictionary subkeys=["
		    "  {Inner dictionary subkeys=["
		    "    {a string exclude=[{target_conditions=[{target=Outer.Inner.b present=yes}]}]}"
		    "    {b string exclude=[{target_conditions=[{target=Outer.c present=yes}]}]}"
		    "    {d string conditionals=[{require=always target_conditions=[{target=Top present=yes}]}]}]}"
		    "  {c string exclude=[{target_conditions=[{target=Outer.Inner.a present=yes}]}]}]}",
		    "  Top boolean\n"
		    "  Outer dict\n"
		    "    Inner dict\n"
		    "      a string\n"
		    "      b string\n"
		    "      d string\n"
		    "      ! warn forbid a when b\n"
		    "    c string\n"
		    "    ! warn forbid Inner/b when c\n"
		    "    ! warn forbid c when Inner/a\n"
		    "  ! warn need Outer/Inner/d when Outer/Inner when Top\n");
}

static void names_with_dots_are_found(void **state)
{
	(void)state;
	must_become("{a.b dictionary subkeys=[{c.d string}"
		    "  {e string exclude=[{target_conditions=[{target=a.b.c.d present=yes}]}]}]}"
		    "{a string}",
		    "  a.b dict\n"
		    "    c.d string\n"
		    "    e string\n"
		    "    ! warn forbid e when c.d\n"
		    "  a string\n");
}

static void conditions_hold_within_one_element_of_an_array(void **state)
{
	(void)state;
	must_become("{Top boolean}"
		    "{A array subkeys=[{Item dictionary subkeys=["
		    "  {k string exclude=[{target_conditions=[{target=A.Item.t present=yes}]}]}"
		    "  {l string exclude=[{target_conditions=[{target=t present=yes}]}]}"
		    "  {m string conditionals=[{require=always target_conditions=[{target=Item.t present=yes}]}]}"
		    "  {n string exclude=[{target_conditions=[{target=Top present=yes}]}]}"
		    "  {t string}]}]}"
		    "{o string exclude=[{target_conditions=[{target=A.Item.t present=yes}]}]}",
		    "  Top boolean\n"
		    "  A array\n"
		    "    - dict\n"
		    "      k string\n      l string\n      m string\n      n string\n      t string\n"
		    "      ! warn forbid k when t\n"
		    "      ! warn forbid l when t\n"
		    "      ! warn need m when t\n"
		    "  o string\n");
}

static void widgets_and_the_keys_of_all_payloads_are_no_targets(void **state)
{
	(void)state;
	must_become("{PFC_Choice string} {PayloadDisplayName string} {x/y string}"
		    "{a string exclude=[{target_conditions=[{target=PFC_Choice present=yes}]}]}"
		    "{b string exclude=[{target_conditions=[{target=PayloadDisplayName present=yes}]}]}"
		    "{c string exclude=[{target_conditions=[{target=x/y present=yes}]}]}",
		    "  x/y string\n  a string\n  b string\n  c string\n");
}

static void cases_that_would_be_too_many_clauses_are_left_out(void **state)
{
	(void)state;
	must_become("{a string exclude=[{target_conditions=["
		    "  {target=b present=no range_list=[x]} {target=c present=no range_list=[x]}"
		    "  {target=d present=no range_list=[x]} {target=e present=no range_list=[x]}"
		    "  {target=f present=no range_list=[x]}]}]}"
		    "{b string} {c string} {d string} {e string} {f string}",
		    "  a string\n  b string\n  c string\n  d string\n  e string\n  f string\n");
}

/* --- errors ------------------------------------------------------------------------------------------- */

static void pfm_keys_of_the_wrong_type_are_refused_where_they_stand(void **state)
{
	(void)state;
	must_refuse("\nx", "an element of pfm_subkeys is of type string: it must be of type dict");
	must_refuse("{\nname=yes}", "pfm_name is of type boolean: it must be of type string");
	must_refuse("{\ntype=1}", "pfm_type is of type integer: it must be of type string");
	must_refuse("{a string\nrequire=yes}", "pfm_require is of type boolean");
	must_refuse("{a string\nsensitive=often}", "pfm_sensitive is of type string: it must be of type boolean");
	must_refuse("{a string\nexcluded=often}", "pfm_excluded is of type string");
	must_refuse("{a array\nvalue_unique=often}", "pfm_value_unique is of type string");
	must_refuse("{a string\nrange_list=x}", "pfm_range_list is of type string: it must be of type array");
	must_refuse("{a string\nrange_list=[{}]}", "pfm_range_list holds a value of type dict");
	must_refuse("{a string\nformat=[]}", "pfm_format is of type array");
	must_refuse("{a string\ndescription=[]}", "pfm_description is of type array");
	must_refuse("{a string\nplatforms=iOS}", "pfm_platforms is of type string");
	must_refuse("{a string\nplatforms=[1]}", "pfm_platforms holds a value of type integer");
	must_refuse("{a string\nmacos_min=11}", "pfm_macos_min is of type integer");
	must_refuse("{a string\nsupervised=often}", "pfm_supervised is of type string");
	must_refuse("{a dictionary\nsubkeys=x}", "pfm_subkeys is of type string");
}

static void conditions_of_the_wrong_type_are_refused_where_they_stand(void **state)
{
	(void)state;
	must_refuse("{a string\nexclude=b}", "pfm_exclude is of type string");
	must_refuse("{a string\nexclude=[b]}", "an element of pfm_exclude is of type string");
	must_refuse("{a string\nconditionals=[{require=1}]}", "pfm_require is of type integer");
	must_refuse("{a string\nexclude=[{target_conditions=b}]}", "pfm_target_conditions is of type string");
	must_refuse("{a string\nexclude=[{target_conditions=[b]}]}",
		    "an element of pfm_target_conditions is of type string: it must be of type dict");
	must_refuse("{a string\nexclude=[{target_conditions=[{target=yes}]}]}", "pfm_target is of type boolean");
	must_refuse("{b string} {a string\nexclude=[{target_conditions=[{target=b present=x}]}]}",
		    "pfm_present is of type string");
	must_refuse("{b string} {a string\nexclude=[{target_conditions=[{target=b value_empty=x}]}]}",
		    "pfm_value_empty is of type string");
	must_refuse("{b string} {a string\nexclude=[{target_conditions=[{target=b contains_any=x}]}]}",
		    "pfm_contains_any is of type string");
}

static void an_unknown_type_is_refused_with_those_there_are(void **state)
{
	(void)state;
	must_refuse("{a\ntext}", "pfm_type is 'text': it must be one of array, boolean, data, date, dictionary, float, "
				 "integer, real, string");
}

static void an_error_says_line_and_column(void **state)
{
	(void)state;
	put_text("a.plist", "<plist version=\"1.0\"><dict><key>pfm_domain</key><string>t</string>\n"
			    "<key>pfm_subkeys</key><array><dict>\n"
			    "\t<key>pfm_type</key>\n"
			    "\t<string>text</string>\n"
			    "</dict></array></dict></plist>");
	must_fail_at(4, 2, "pfm_type is 'text'");
	put_text("a.plist", "<plist version=\"1.0\"><dict>\n"
			    "  <key>pfm_domain</key><true/><key>pfm_subkeys</key><array/></dict></plist>");
	must_fail_at(2, 24, "pfm_domain is of type boolean: it must be of type string");
	put_text("a.plist", "<plist version=\"1.0\"><dict>\n"
			    "  <key>pfm_domain</key><string/><key>pfm_subkeys</key><array/></dict></plist>");
	must_fail_at(2, 24, "pfm_domain is empty");
}

static void what_is_no_plist_is_refused(void **state)
{
	(void)state;
	put_text("a.plist", "<plist version=\"1.0\">\n<dict><key>a</key></dict></plist>");
	must_fail_at(2, 7, "no value");
	put_text("a.plist", "");
	must_fail_at(1, 1, "the file is empty");
}

static void nothing_to_read_is_an_error(void **state)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	(void)state;
	must_fail("there are no manifests: give a folder of .plist files");
	put_text("a.plist", "<plist version=\"1.0\"><dict/></plist>");
	must_fail("there are no manifests");
	assert_int_equal(manifests_import(path_of("missing"), &out, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.file, path_of("missing"));
	assert_int_equal(manifests_import(path_of("a.plist"), &out, &err), -1);
	assert_int_equal(err.code, ENOTDIR);
}

/* --- folders ------------------------------------------------------------------------------------------ */

static void files_are_read_in_the_order_of_their_names(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir b B.plist"), 0);
	put_manifest("c.plist", "domain=four subkeys=[]");
	put_manifest("a.plist", "domain=two subkeys=[]");
	put_manifest("b/z.plist", "domain=three subkeys=[]");
	put_manifest("B.plist/x.plist", "domain=one subkeys=[]");
	must_list("payload one\npayload two\npayload three\npayload four\n");
}

static void other_files_are_passed_over(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir .git; mkfifo pipe.plist; ln -s nowhere broken.plist; echo x >notes.txt; "
				       "echo x >a.plist~; echo x >.plist"),
			 0);
	put_text(".git/x.plist", "no plist");
	put_text(".hidden.plist", "no plist");
	put_text("index.plist", "<plist version=\"1.0\"><array><string>x</string></array></plist>");
	put_manifest("half.plist", "domain=x");
	put_manifest("profile.plist", "domain=Configuration subkeys=[{a string}]");
	put_manifest("real.plist", "domain=t subkeys=[]");
	must_list("payload t\n");
}

static void files_of_one_domain_give_a_section_each(void **state)
{
	(void)state;
	put_manifest("a-iOS.plist", "domain=t subkeys=[{a string}]");
	put_manifest("a-macOS.plist", "domain=t subkeys=[{b string}]");
	must_list("payload t\n  a string\npayload t\n  b string\n");
}

static void links_to_files_are_followed_and_loops_do_no_harm(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir d; ln -s .. d/up; ln -s . self; ln -s self.plist self.plist; "
				       "ln -s ../a.plist d/b.plist"),
			 0);
	put_manifest("a.plist", "domain=t subkeys=[]");
	must_list("payload t\npayload t\n");
}

static void of_a_checkout_the_manifests_are_read(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir Manifests Old"), 0);
	put_manifest("Old/a.plist", "domain=old subkeys=[]");
	put_manifest("Manifests/a.plist", "domain=new subkeys=[]");
	must_list("payload new\n");
}

static void folders_may_not_be_nested_without_end(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir -p 1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"), 0);
	must_fail("folders are nested deeper than 16 levels");
}

static int import_is_forbidden(void)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	return manifests_import(folder, &out, &err) == 0 || err.code != EACCES || !strstr(err.file, "a.plist");
}

static void what_may_not_be_read_is_an_error(void **state)
{
	(void)state;
	put_manifest("a.plist", "domain=t subkeys=[]");
	assert_int_equal(chmod(path_of("a.plist"), 0), 0);
	assert_int_equal(as_ordinary_user(import_is_forbidden), 0);
}

static void a_binary_plist_is_read_like_any_other(void **state)
{
	BUF_AUTO xml = BUF_INIT;
	BUF_AUTO binary = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)state;
	manifest_xml("domain=t subkeys=[{a integer range_max=3}]", &xml);
	assert_int_equal(doc_read(&doc, "a", xml.data, xml.len, &err), 0);
	assert_int_equal(doc_write(&doc, DOC_BINARY, &binary, &err), 0);
	doc_free(&doc);
	put_bytes("a.plist", binary.data, binary.len);
	must_list("payload t\n  a integer range=..3\n");
}

/* --- hostile files ------------------------------------------------------------------------------------ */

/* A dict in a dict in a dict: `depth` levels of keys, and an empty one. */
static void put_nested(unsigned depth)
{
	BUF_AUTO manifest = BUF_INIT;
	unsigned i;

	buf_add_text(&manifest, "domain=t");
	for (i = 0; i < depth; i++)
		buf_add_text(&manifest, " subkeys=[{n dictionary");
	buf_add_text(&manifest, " subkeys=[]");
	for (i = 0; i < depth; i++)
		buf_add_text(&manifest, "}]");
	put_manifest("a.plist", manifest.data);
}

static void keys_may_be_nested_as_deep_as_our_language_is(void **state)
{
	BUF_AUTO out = BUF_INIT;

	(void)state;
	put_nested(63);
	must_import(&out);
	put_nested(64);
	must_fail("nested deeper than 64 levels");
	put_nested(240);
	must_fail("nested deeper than 64 levels");
}

/* A file that repeats a piece, with the number of its turn for each @. */
static void put_many(const char *before, unsigned count, const char *piece, const char *after)
{
	BUF_AUTO manifest = BUF_INIT;
	const char *at, *mark;
	unsigned i;

	buf_add_text(&manifest, before);
	for (i = 0; i < count; i++) {
		for (at = piece; (mark = strchr(at, '@')); at = mark + 1) {
			buf_add(&manifest, at, (size_t)(mark - at));
			buf_add_format(&manifest, "%u", i);
		}
		buf_add_text(&manifest, at);
	}
	buf_add_text(&manifest, after);
	put_manifest("a.plist", buf_text(&manifest));
}

static void must_fail_soon(const char *why)
{
	clock_t start = clock();

	must_fail(why);
	assert_true((clock() - start) / CLOCKS_PER_SEC < 60);
}

static void too_many_keys_are_refused(void **state)
{
	(void)state;
	put_many("domain=t subkeys=[", 17000, "{key@ string}", "]");
	must_fail_soon("more than 16384 keys");
}

static void too_many_conditions_are_refused(void **state)
{
	(void)state;
	put_many("domain=t subkeys=[", 16000,
		 "{key@ string exclude=[{target_conditions=[{target=key@.x present=yes}]}]}", "]");
	must_fail_soon("the conditions are more than");
}

static void more_values_than_a_line_holds_are_refused(void **state)
{
	(void)state;
	put_many("domain=t subkeys=[{a string range_list=[", 20000, "value@ ", "]}]");
	must_fail_soon("more than 60 KiB");
}

static void a_clause_that_is_longer_than_a_line_is_left_out(void **state)
{
	(void)state;
	put_many("domain=t subkeys=[{b string} {a string exclude=[{target_conditions=[{target=b range_list=[", 20000,
		 "value@ ", "]}]}]}]");
	must_list("payload t\n  b string\n  a string\n");
}

static void a_file_that_is_too_large_is_refused(void **state)
{
	BUF_AUTO bytes = BUF_INIT;

	(void)state;
	buf_resize(&bytes, (size_t)9 << 20);
	put_bytes("a.plist", bytes.data, bytes.len);
	assert_int_equal(must_fail("").code, EFBIG);
}

/* A file with something of everything. */
static const char sample[] =
	"domain=com.example.app description=Settings platforms=[macOS iOS] unique=yes macos_min='10.13' subkeys=["
	"{PayloadType string} {Mode string range_list=[Off 'On, always'] default=Off require=always}"
	"{Port integer range_min=1 range_max=65535 exclude=[{target_conditions=["
	"  {target=Mode present=no range_list=[Off]}]}]}"
	"{Server string format='^https?://[^ ]+$' sensitive=yes conditionals=[{require=always target_conditions=["
	"  {target=Mode n_range_list=[Off]}]}]}"
	"{Rules array repetition_max=9 subkeys=[{Rule dictionary subkeys=[{Kind string} {Value real default=0.5}"
	"  {Extra data exclude=[{target_conditions=[{target=Rules.Rule.Kind value_empty=yes}]}]}]}]}"
	"{Map dictionary subkeys=[{'{{key}}' string} {'{{value}}' boolean}]}]";

/* Imports bytes that may be anything: refused, or read and then a schema. */
static void try_bytes(const char *bytes, size_t len, size_t *taken)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	put_bytes("a.plist", bytes, len);
	if (manifests_import(folder, &out, &err) < 0) {
		assert_int_not_equal(err.code, 0);
		assert_int_not_equal(strlen(err.text), 0);
		return;
	}
	must_read_back(&out);
	++*taken;
}

static void a_file_cut_anywhere_does_no_harm(void **state)
{
	BUF_AUTO xml = BUF_INIT;
	size_t len, taken = 0;

	(void)state;
	manifest_xml(sample, &xml);
	for (len = 0; len < xml.len; len += 3)
		try_bytes(xml.data, len, &taken);
	try_bytes(xml.data, xml.len, &taken);
	assert_in_range(taken, 1, 5);
}

static void a_file_with_flipped_bytes_does_no_harm(void **state)
{
	BUF_AUTO xml = BUF_INIT;
	BUF_AUTO bytes = BUF_INIT;
	unsigned round, flips;
	size_t taken = 0;

	(void)state;
	manifest_xml(sample, &xml);
	random_seed(7);
	for (round = 0; round < 2000; round++) {
		buf_assign(&bytes, xml.data, xml.len);
		for (flips = 1 + random_below(3); flips > 0; flips--)
			bytes.data[random_below((unsigned)xml.len)] =
				(char)(random_below(3) ? 'a' + random_below(26) : random_below(256));
		try_bytes(bytes.data, bytes.len, &taken);
	}
	assert_true(taken > 100);
}

/* Whole elements put elsewhere: well-formed, and nonsense. */
static void a_file_of_shuffled_elements_does_no_harm(void **state)
{
	static const char *const pieces[] = {
		" name=a",
		" name=a.b",
		" name='{{value}}'",
		" type=string",
		" type=array",
		" type=dictionary",
		" type=integer",
		" range_max=3",
		" repetition_min=1",
		" range_list=[x 1]",
		" default=1",
		" sensitive=yes",
		" value_unique=yes",
		" platforms=[iOS]",
		" ios_max='9'",
		" format='(?<=x)y'",
		" subkeys=[{a integer} {b array}]",
		" subkeys=[{- dictionary subkeys=[{b string exclude=[{target_conditions=[{target=a present=yes}]}]}]}]",
		" exclude=[{target_conditions=[{target=a present=no contains_any=[x]}]}]",
		" exclude=[{target_conditions=[{target=a.b.b value_empty=yes} {target=b present=yes}]}]",
		" conditionals=[{require=always target_conditions=[{target=a.b n_range_list=[1]}]}]",
	};
	size_t taken = 0;
	unsigned round, keys;

	(void)state;
	random_seed(11);
	for (round = 0; round < 2000; round++) {
		BUF_AUTO manifest = BUF_INIT;
		BUF_AUTO xml = BUF_INIT;

		buf_add_text(&manifest, "domain=t subkeys=[");
		for (keys = random_below(5); keys > 0; keys--) {
			buf_add_char(&manifest, '{');
			random_text(pieces, COUNT(pieces), 8, &manifest);
			buf_add_char(&manifest, '}');
		}
		buf_add_char(&manifest, ']');
		manifest_xml(manifest.data, &xml);
		try_bytes(xml.data, xml.len, &taken);
	}
	assert_true(taken > 500);
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
		TEST(a_key_has_no_place_where_the_conditions_hold),
		TEST(only_a_value_that_is_there_is_compared),
		TEST(a_key_is_needed_where_the_conditions_hold),
		TEST(a_key_that_has_a_default_is_not_needed),
		TEST(all_conditions_of_a_case_must_hold),
		TEST(cases_are_alternatives),
		TEST(not_there_or_otherwise_are_alternatives),
		TEST(what_clauses_cannot_say_is_left_out_with_its_whole_case),
		TEST(a_clause_stands_in_the_dict_that_has_both_keys),
		TEST(names_with_dots_are_found),
		TEST(conditions_hold_within_one_element_of_an_array),
		TEST(widgets_and_the_keys_of_all_payloads_are_no_targets),
		TEST(cases_that_would_be_too_many_clauses_are_left_out),
		TEST(pfm_keys_of_the_wrong_type_are_refused_where_they_stand),
		TEST(conditions_of_the_wrong_type_are_refused_where_they_stand),
		TEST(an_unknown_type_is_refused_with_those_there_are),
		TEST(an_error_says_line_and_column),
		TEST(what_is_no_plist_is_refused),
		TEST(nothing_to_read_is_an_error),
		TEST(files_are_read_in_the_order_of_their_names),
		TEST(other_files_are_passed_over),
		TEST(files_of_one_domain_give_a_section_each),
		TEST(links_to_files_are_followed_and_loops_do_no_harm),
		TEST(of_a_checkout_the_manifests_are_read),
		TEST(folders_may_not_be_nested_without_end),
		TEST(what_may_not_be_read_is_an_error),
		TEST(a_binary_plist_is_read_like_any_other),
		TEST(keys_may_be_nested_as_deep_as_our_language_is),
		TEST(too_many_keys_are_refused),
		TEST(too_many_conditions_are_refused),
		TEST(more_values_than_a_line_holds_are_refused),
		TEST(a_clause_that_is_longer_than_a_line_is_left_out),
		TEST(a_file_that_is_too_large_is_refused),
		TEST(a_file_cut_anywhere_does_no_harm),
		TEST(a_file_with_flipped_bytes_does_no_harm),
		TEST(a_file_of_shuffled_elements_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
