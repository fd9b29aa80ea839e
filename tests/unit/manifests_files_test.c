/*
 * ProfileManifests as our language: which files of a folder are read, what is refused and where, and that nothing
 * a file may hold does harm.
 */
#include <sys/stat.h>
#include <time.h>

#include "plist/doc.h"
#include "tests/unit/manifest_import.h"
#include "tests/unit/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
