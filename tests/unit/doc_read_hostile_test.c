/*
 * Reading plists: that files which are no XML plists are refused where they are wrong, and that neither hostile
 * input nor any real profile does worse than that.
 */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>

#include "plist/base/file.h"
#include "tests/unit/read_doc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Files that are no XML plists.
 */

static void files_that_are_something_else_are_told_what_they_look_like(void **state)
{
	(void)state;
	must_fail("", 1, 1, "is empty");
	must_fail("\xef\xbb\xbf", 1, 1, "is empty");
	must_fail("\n\t\n", 3, 1, "nothing but white space");
	must_fail("\n <?xml version=\"1.0\"?>" PLIST("<true/>"), 2, 2,
		  "white space before the XML declaration");
	must_fail("&lt;?xml version=\"1.0\"?&gt;", 1, 1, "HTML-escaped");
	must_fail("{\"a\": 1}", 1, 1, "JSON");
	must_fail("<!DOCTYPE html>\n<html></html>", 1, 1, "an HTML page");
	must_fail("hello", 1, 1, "neither an XML nor a binary plist");
	must_fail_bytes("\0\0\0", 3, 1, 1, "NUL byte");
	must_fail("-----BEGIN CERTIFICATE-----", 1, 1, "PEM");
}

static void xml_that_is_not_well_formed_is_refused_where_it_is_wrong(void **state)
{
	(void)state;
	must_fail(PLIST("<!-- a -- b --><true/>"), 2, 8, "'--' inside a comment");
	must_fail("<!-- a -- b -->" PLIST("<true/>"), 1, 8, "'--' inside a comment");
	must_fail(PLIST("<string>AT&T</string>"), 2, 11, "a bare '&'");
	must_fail(PLIST("<string>a & b</string>"), 2, 11, "a bare '&'");
	must_fail(PLIST("<string>a < b</string>"), 2, 12, "a bare '<'");
	must_fail(PLIST("<array><true/></dict>"), 2, 15,
		  "</dict> where </array> must close the <array> of line 2");
	must_fail(PLIST("<string>\xc3\xa9\xc3\xa9\x01</string>"), 2, 11, "control character 0x01");
	must_fail(PLIST("<string>\xe9t\xe9</string>"), 2, 9, "byte 0xE9 is not UTF-8");
	must_fail(PLIST("<string>\xed\xa0\x80</string>"), 2, 9, "byte 0xED is not UTF-8");
	must_fail(PLIST("<string>&#1;</string>"), 2, 9, "XML cannot hold");
	must_fail(PLIST("<string>&#xFFFE;</string>"), 2, 9, "XML cannot hold");
	must_fail(PLIST("<true/>") "garbage", 4, 1, "after </plist>");
	must_fail(PLIST("<true/>") PLIST("<true/>"), 4, 1, "after </plist>");
	must_fail("<plist>\n<dict>\n", 3, 1, "before the <dict> of line 2 is closed");
	must_fail("<?xml version=\"1.0\"?>\n", 2, 1, "before there is any element");
	must_fail(PLIST("<string a='1' a='2'/>"), 2, 15, "an attribute stands twice");
}

static void nul_bytes_are_refused_where_they_stand(void **state)
{
	static const char inside[] = "<plist><string>a\0b</string></plist>";
	static const char after[] = "<plist><true/></plist>\n\0\0";

	(void)state;
	must_fail_bytes(inside, sizeof(inside) - 1, 1, 17, "a NUL byte");
	must_fail_bytes(after, sizeof(after) - 1, 2, 1, "a NUL byte");
}

static void undeclared_entities_are_refused_also_below_a_doctype(void **state)
{
	(void)state;
	must_fail(PLIST("<string>&nbsp;</string>"), 2, 9, "not declared");
	must_fail("<!DOCTYPE plist SYSTEM 'x.dtd'>\n<plist><string>a&nbsp;b</string></plist>", 2, 17,
		  "this entity is not declared");
	must_fail("<!DOCTYPE plist [<!ENTITY % p SYSTEM 'p'> %p; <!ENTITY e 'x'>]>\n"
		  "<plist><string>&e;</string></plist>",
		  2, 16, "this entity is not declared");
}

static void external_entities_are_never_loaded(void **state)
{
	(void)state;
	must_fail("<!DOCTYPE plist [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n"
		  "<plist><string>&e;</string></plist>",
		  2, 16, "another file");
}

static void elements_cannot_come_from_entities(void **state)
{
	(void)state;
	must_fail("<!DOCTYPE plist [<!ENTITY e '<true/>'>]>\n<plist>&e;</plist>", 2, 8,
		  "comes from an entity");
	must_fail("<!DOCTYPE plist [<!ENTITY e 'x'>]>\n<plist><array>&e;</array></plist>", 2, 15,
		  "text directly");
}

/*
 * Hostile input.
 */

static void expect_code(const struct buf *bytes, int code, const char *why)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	assert_true(buf_ok(bytes));
	assert_int_equal(doc_read(&doc, "test.plist", bytes->data, bytes->len, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void nest(struct buf *out, size_t depth)
{
	size_t i;

	buf_add_text(out, "<plist>");
	for (i = 0; i < depth; i++)
		buf_add_text(out, "<array>");
	buf_add_text(out, "<true/>");
	for (i = 0; i < depth; i++)
		buf_add_text(out, "</array>");
	buf_add_text(out, "</plist>");
}

static void nesting_ends_at_the_limit(void **state)
{
	BUF_AUTO deepest = BUF_INIT, deeper = BUF_INIT, abyss = BUF_INIT;
	struct doc doc;

	(void)state;
	nest(&deepest, DOC_DEPTH_MAX);
	must_read(&doc, deepest.data, deepest.len);
	doc_free(&doc);
	nest(&deeper, DOC_DEPTH_MAX + 1);
	expect_code(&deeper, EINVAL, "the limit 'depth' is 512");
	nest(&abyss, 1000000);
	expect_code(&abyss, EINVAL, "the limit 'depth' is 512");
}

static void a_source_past_the_limit_is_refused(void **state)
{
	BUF_AUTO bytes = BUF_INIT;

	(void)state;
	buf_add_text(&bytes, PLIST("<true/>"));
	buf_resize(&bytes, limit(LIMIT_PROFILE) + 1);
	expect_code(&bytes, EFBIG, "the limit 'profile' is 64M; --limit profile=VALUE raises it");
}

static void billions_of_laughs_are_refused(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	int i;

	(void)state;
	buf_add_text(&bytes, "<!DOCTYPE plist [<!ENTITY l0 'lol'>");
	for (i = 1; i < 30; i++)
		buf_add_format(&bytes, "<!ENTITY l%d '&l%d;&l%d;&l%d;&l%d;'>", i, i - 1, i - 1, i - 1, i - 1);
	buf_add_text(&bytes, "]><plist><string>&l29;</string></plist>");
	expect_code(&bytes, EINVAL, "expand to far more");
}

static void a_long_chain_of_entities_is_refused(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	int i;

	(void)state;
	buf_add_text(&bytes, "<!DOCTYPE plist [<!ENTITY l0 'lol'>");
	for (i = 1; i < 200000; i++)
		buf_add_format(&bytes, "<!ENTITY l%d '&l%d;'>", i, i - 1);
	buf_add_text(&bytes, "]><plist><string>&l199999;</string></plist>");
	expect_code(&bytes, EINVAL, "entities and attributes are declared");
}

static void one_large_entity_often_used_ends_at_the_limit(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	int i;

	(void)state;
	buf_add_text(&bytes, "<!DOCTYPE plist [<!ENTITY l '");
	for (i = 0; i < 1000000; i++)
		buf_add_char(&bytes, 'l');
	buf_add_text(&bytes, "'>]><plist><string>");
	for (i = 0; i < 90; i++)
		buf_add_text(&bytes, "&l;");
	buf_add_text(&bytes, "</string></plist>");
	expect_code(&bytes, EFBIG, "entities expanded");
}

/* Reads it, and gives back how many children the one value has. A reader that took quadratic time would be
 * ended by the limit on the whole program. */
static size_t children_read(const struct buf *bytes)
{
	struct doc doc;
	size_t count;

	assert_true(buf_ok(bytes));
	must_read(&doc, bytes->data, bytes->len);
	count = doc.root->type == NODE_STRING ? doc.root->value.len : node_count(doc.root);
	doc_free(&doc);
	return count;
}

static void references_and_keys_by_the_hundred_thousand_are_read(void **state)
{
	BUF_AUTO references = BUF_INIT, keys = BUF_INIT, same = BUF_INIT;
	int i;

	(void)state;
	buf_add_text(&references, "<plist><string>");
	buf_add_text(&keys, "<plist><dict>");
	buf_add_text(&same, "<plist><dict>");
	for (i = 0; i < 200000; i++) {
		buf_add_text(&references, i & 1 ? "&amp;&#10;" : "&#233;\r\n");
		buf_add_format(&keys, "<key>%d</key><true/>", i);
		buf_add_text(&same, "<key>a</key><true/>");
	}
	buf_add_text(&references, "</string></plist>");
	buf_add_text(&keys, "</dict></plist>");
	buf_add_text(&same, "</dict></plist>");
	assert_int_equal(children_read(&references), 100000 * 2 + 100000 * 3);
	assert_int_equal(children_read(&keys), 200000);
	assert_int_equal(children_read(&same), 1);
}

static void small_values_after_a_large_one_are_read(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	size_t i;

	(void)state;
	buf_add_text(&bytes, "<plist><array><string>");
	for (i = 0; i < 8 << 20; i++)
		buf_add_char(&bytes, 'x');
	buf_add_text(&bytes, "</string>");
	for (i = 0; i < 200000; i++)
		buf_add_text(&bytes, "<string>a</string><integer>1</integer>");
	buf_add_text(&bytes, "</array></plist>");
	assert_int_equal(children_read(&bytes), 1 + 2 * 200000);
}

static const char sample[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\" [\n"
	"<!ENTITY co \"ACME\"> ]>\n"
	"<!-- a comment -->\r\n"
	"<plist version=\"1.0\"><dict>\n"
	"\t<key>S</key><string>x &amp; &co; &#233; \xe2\x82\xac <![CDATA[<>]]></string>\n"
	"\t<key>I</key><integer>-5</integer><key>R</key><real>0.1</real>\n"
	"\t<key>D</key><date>2026-01-31T12:00:00Z</date><key>B</key><data>YWJj<!-- c -->ZA==</data>\n"
	"\t<key>P</key><integer>$FLEET_VAR_PORT</integer>\n"
	"\t<key>A</key><array><true/><false/><string/><array/><dict><key/><true></true></dict></array>\n"
	"</dict></plist>";

static void a_file_cut_off_anywhere_is_refused_with_a_position(void **state)
{
	struct error err;
	struct doc doc;
	size_t len;

	(void)state;
	must_read_text(&doc, sample);
	assert_ranges(&doc, doc.root);
	doc_free(&doc);
	for (len = 0; len < strlen(sample); len++) {
		/* A copy of exactly that size, so that a sanitizer sees any byte read past it. */
		char *cut = malloc(len ? len : 1);

		assert_non_null(cut);
		memcpy(cut, sample, len);
		err = ERROR_INIT;
		assert_int_equal(doc_read(&doc, "test.plist", cut, len, &err), -1);
		assert_string_equal(err.rule, "not-a-plist");
		assert_true(err.line >= 1 && err.column >= 1);
		free(cut);
	}
}

static uint64_t random_state = 88172645463325252u;

static size_t random_below(size_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % bound);
}

/* Replaces up to a few bytes at a random place by a byte or by a word that means something. */
static void mutate(const struct buf *from, struct buf *to)
{
	static const char *const words[] = {
		"", "<", ">", "</", "/>", "&", ";", "\"", "'", "=", "\r", "\n", "\xff", "\xc3", "\x01",
		"<key>", "</key>", "<dict>", "</dict>", "<true/>", "<string>", "</string>", "<plist>",
		"</plist>", "<!--", "-->", "--", "<![CDATA[", "]]>", "<?", "?>", "<!", "&co;", "&#0;",
		"encoding='UTF-16'", "ISO-8859-1",
	};
	const char *word = words[random_below(COUNT(words))];
	size_t at = random_below(from->len + 1);
	size_t cut = random_below(4);
	char c = (char)random_below(256);

	if (cut > from->len - at)
		cut = from->len - at;
	buf_add(to, from->data, at);
	if (random_below(3))
		buf_add_text(to, word);
	else
		buf_add_char(to, c);
	buf_add(to, from->data + at + cut, from->len - at - cut);
}

static bool read_mutant(const struct buf *bytes)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	if (doc_read(&doc, "test.plist", bytes->data, bytes->len, &err) == 0) {
		assert_ranges(&doc, doc.root);
		doc_free(&doc);
		return true;
	}
	assert_string_equal(err.rule, "not-a-plist");
	assert_true(err.line >= 1 && err.column >= 1);
	assert_true(err.text[0]);
	return false;
}

static void mutations_are_read_with_sound_ranges_or_refused_with_a_position(void **state)
{
	size_t i, generation, read = 0, refused = 0;

	(void)state;
	for (i = 0; i < 10000; i++) {
		struct buf bytes = BUF_INIT;

		buf_add_text(&bytes, sample);
		for (generation = random_below(3) + 1; generation; generation--) {
			struct buf mutant = BUF_INIT;

			mutate(&bytes, &mutant);
			buf_free(&bytes);
			bytes = mutant;
		}
		if (read_mutant(&bytes))
			read++;
		else
			refused++;
		buf_free(&bytes);
	}
	assert_true(read > 100);
	assert_true(refused > 1000);
}

/*
 * Real profiles.
 */

static size_t corpus_read, corpus_refused;

static bool ends_in(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static int read_profile(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	BUF_AUTO bytes = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)st;
	(void)ftw;
	if (type != FTW_F || !ends_in(path, ".mobileconfig"))
		return 0;
	assert_int_equal(file_read_path(path, limit(LIMIT_PROFILE), &bytes, &err), 0);
	if (bytes.len && bytes.data[0] == '\x30') /* CMS */
		return 0;
	if (doc_read(&doc, path, bytes.data, bytes.len, &err) == 0) {
		corpus_read++;
		assert_true(buf_equals(&doc.source, bytes.data, bytes.len) || doc.recoded);
		assert_ranges(&doc, doc.root);
		doc_free(&doc);
		return 0;
	}
	corpus_refused++;
	assert_string_equal(err.rule, "not-a-plist");
	assert_true(err.line >= 1 && err.column >= 1);
	print_message("refused: %s:%lu:%lu: %s\n", path, err.line, err.column, err.text);
	return 0;
}

static void real_profiles_are_read_or_refused_with_a_position(void **state)
{
	const char *folder = getenv("PROFILEFS_TEST_PROFILES");

	(void)state;
	if (!folder || !folder[0]) {
		print_message("skipped: PROFILEFS_TEST_PROFILES names no folder of profiles\n");
		skip();
	}
	assert_int_equal(nftw(folder, read_profile, 16, FTW_PHYS), 0);
	print_message("%zu profiles read, %zu refused\n", corpus_read, corpus_refused);
	assert_true(corpus_read > 0);
	assert_true(corpus_refused * 20 <= corpus_read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_are_something_else_are_told_what_they_look_like),
		cmocka_unit_test(xml_that_is_not_well_formed_is_refused_where_it_is_wrong),
		cmocka_unit_test(nul_bytes_are_refused_where_they_stand),
		cmocka_unit_test(undeclared_entities_are_refused_also_below_a_doctype),
		cmocka_unit_test(external_entities_are_never_loaded),
		cmocka_unit_test(elements_cannot_come_from_entities),
		cmocka_unit_test(nesting_ends_at_the_limit),
		cmocka_unit_test(a_source_past_the_limit_is_refused),
		cmocka_unit_test(billions_of_laughs_are_refused),
		cmocka_unit_test(a_long_chain_of_entities_is_refused),
		cmocka_unit_test(one_large_entity_often_used_ends_at_the_limit),
		cmocka_unit_test(references_and_keys_by_the_hundred_thousand_are_read),
		cmocka_unit_test(small_values_after_a_large_one_are_read),
		cmocka_unit_test(a_file_cut_off_anywhere_is_refused_with_a_position),
		cmocka_unit_test(mutations_are_read_with_sound_ranges_or_refused_with_a_position),
		cmocka_unit_test(real_profiles_are_read_or_refused_with_a_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
