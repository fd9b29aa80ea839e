/* ProfileManifests as our language: the clauses that the conditions of its keys become. */
#include "tests/unit/manifest_import.h"

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
