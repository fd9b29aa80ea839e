/*
 * Profiles whose payloads are covered and uncovered again: the same bytes come back; what does not fit is refused, and
 * nothing that was encrypted is ever shown.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/encrypted.h"
#include "tests/unit/text_in.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define TYPE \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" " \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
#define PROFILE(body) HEAD "<plist version=\"1.0\">\n<dict>\n" body "</dict>\n</plist>\n"
#define ARRAY(body) HEAD TYPE "<plist version=\"1.0\">\n" body "\n</plist>\n"

static const char CIPHER[] = "0\x82\x01\x02 of course any bytes will do, but they should fill a line or two of base64";

static const char PAYLOADS[] = "<array> <!-- two -->\n"
			       "\t\t<dict><key>a</key>\n"
			       "\t\t\t<string>x\n  &#121;</string></dict>\n"
			       "\t\t<dict/>\n"
			       "\t</array>";

static void read_plist(struct doc *doc, const void *bytes, size_t len)
{
	struct error err = ERROR_INIT;

	if (doc_read(doc, "test", bytes, len, &err) < 0)
		fail_msg("line %lu: %s\n%.*s", err.line, err.text, (int)len, (const char *)bytes);
}

static void read_text(struct doc *doc, const char *text)
{
	read_plist(doc, text, strlen(text));
}

static void take(const struct doc *doc, struct buf *out)
{
	struct error err = ERROR_INIT;

	if (encrypted_take(doc, out, &err) < 0)
		fail_msg("%s: %s", err.key, err.text);
}

static void cover(const struct doc *doc, struct buf *out)
{
	struct error err = ERROR_INIT;

	if (encrypted_cover(doc, CIPHER, sizeof(CIPHER), out, &err) < 0)
		fail_msg("%s: %s", err.key, err.text);
}

static void uncover(const struct doc *doc, const void *payloads, size_t len, struct buf *out)
{
	struct error err = ERROR_INIT;

	if (encrypted_uncover(doc, payloads, len, out, &err) < 0)
		fail_msg("%s: %s", err.key, err.text);
}

/* What cover and uncover make of a document. */
static void there_and_back(const struct doc *doc, struct buf *out)
{
	BUF_AUTO payloads = BUF_INIT;
	BUF_AUTO covered = BUF_INIT;
	struct error err = ERROR_INIT;
	const struct node *content;
	struct doc encrypted;

	assert_false(encrypted_is(doc));
	take(doc, &payloads);
	cover(doc, &covered);
	read_plist(&encrypted, covered.data, covered.len);
	assert_true(encrypted_is(&encrypted));
	content = encrypted_content(&encrypted, &err);
	assert_non_null(content);
	assert_true(scalar_is(&content->value, CIPHER, sizeof(CIPHER)));
	assert_null(node_get(encrypted.root, "PayloadContent"));
	assert_int_equal(node_count(encrypted.root), node_count(doc->root) + 1);
	uncover(&encrypted, payloads.data, payloads.len, out);
	doc_free(&encrypted);
}

/* --- the usual ----------------------------------------------------------------------------------------- */

static void the_payloads_are_taken_with_all_their_bytes(void **state)
{
	BUF_AUTO text = BUF_INIT;
	BUF_AUTO expected = BUF_INIT;
	BUF_AUTO payloads = BUF_INIT;
	struct doc doc;

	(void)state;
	buf_add_format(&text, PROFILE("\t<key>PayloadContent</key>\n\t%s\n"), PAYLOADS);
	buf_add_format(&expected, ARRAY("\t%s"), PAYLOADS);
	read_text(&doc, text.data);
	take(&doc, &payloads);
	assert_string_equal(buf_text(&payloads), expected.data);
	doc_free(&doc);
}

static void the_cover_takes_the_payloads_place_and_layout(void **state)
{
	BUF_AUTO covered = BUF_INIT;
	struct doc doc;

	(void)state;
	read_text(&doc, PROFILE("\t<key>A</key><string>&#65;</string>\n"
				"\t<key>PayloadContent</key>\n"
				"\t<array>\n\t\t<dict/>\n\t</array> <!-- end -->\n\n"
				"\t<key>Z</key> <true></true>\n"));
	cover(&doc, &covered);
	assert_string_equal(buf_text(&covered),
			    PROFILE("\t<key>A</key><string>&#65;</string>\n"
				    "\t<key>EncryptedPayloadContent</key>\n"
				    "\t<data>\n"
				    "\tMIIBAiBvZiBjb3Vyc2UgYW55IGJ5dGVzIHdpbGwgZG8sIGJ1dCB0aGV5IHNob3VsZCBm\n"
				    "\taWxsIGEgbGluZSBvciB0d28gb2YgYmFzZTY0AA==\n"
				    "\t</data> <!-- end -->\n"
				    "\t<key>IsEncrypted</key>\n"
				    "\t<true/>\n\n"
				    "\t<key>Z</key> <true></true>\n"));
	doc_free(&doc);
}

static void must_come_back(const char *text)
{
	BUF_AUTO result = BUF_INIT;
	struct doc doc;

	read_text(&doc, text);
	there_and_back(&doc, &result);
	assert_string_equal(buf_text(&result), text);
	doc_free(&doc);
}

static void covering_and_uncovering_gives_the_same_bytes(void **state)
{
	static const char *const TEXTS[] = {
		PROFILE("\t<key>PayloadContent</key>\n\t<array>\n\t\t<dict/>\n\t</array>\n\t<key>Z</key>\n\t<true/>\n"),
		PROFILE("\t<key>A</key>\n\t<true/>\n\t<key>PayloadContent</key>\n\t<array/>\n"),
		PROFILE("<key>A</key><true/>\n<!-- c --><key>PayloadContent</key> <!-- k --> <array >\n</array>\n\n\n"),
		PROFILE("  <key>PayloadContent</key><array><dict>\n</dict></array> <!-- end -->\n"
			"  <key>Z</key><true/>\n"),
		"<plist><dict><key>PayloadContent</key><array><true/></array></dict></plist>",
		"<plist><dict><key>A</key><true/><key>PayloadContent</key><array></array><key>Z</key><true/>"
		"</dict></plist>",
		"<plist>\r\n<dict>\r\n\t<key>PayloadContent</key>\r\n\t<array>\r\n\t\t<string>a\r\nb</string>\r\n"
		"\t</array>\r\n"
		"</dict>\r\n</plist>\r\n",
		"\xEF\xBB\xBF" PROFILE("    <key>PayloadContent</key>\n    <array>\n\t<!--\n--><data>\nAAAA\n</data>\n"
				       "    </array>\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
		must_come_back(TEXTS[i]);
}

static void edits_are_covered_and_uncovered_as_if_they_were_saved(void **state)
{
	BUF_AUTO result = BUF_INIT;
	BUF_AUTO saved = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)state;
	read_text(&doc, PROFILE("\t<key>A</key>\n\t<true/>\n\t<key>PayloadContent</key>\n"
				"\t<array>\n\t\t<true/>\n\t</array>\n"));
	assert_int_equal(node_set_string(node_first(node_get(doc.root, "PayloadContent")), "edited"), 0);
	node_remove(node_get(doc.root, "A"));
	assert_int_equal(doc_write(&doc, DOC_XML, &saved, &err), 0);
	there_and_back(&doc, &result);
	assert_string_equal(buf_text(&result), buf_text(&saved));
	assert_true(node_differs(doc.root));
	doc_free(&doc);
}

static void a_flag_that_is_false_becomes_true(void **state)
{
	BUF_AUTO covered = BUF_INIT;
	struct doc doc;

	(void)state;
	read_text(&doc, PROFILE("\t<key>IsEncrypted</key>\n\t<false/>\n\t<key>PayloadContent</key>\n\t<array/>\n"));
	cover(&doc, &covered);
	doc_free(&doc);
	read_text(&doc, covered.data);
	assert_string_equal(text_in(node_get(doc.root, "IsEncrypted")), "true");
	assert_int_equal(node_count(doc.root), 2);
	doc_free(&doc);
}

static void bytes_that_look_like_a_placeholder_are_data(void **state)
{
	BUF_AUTO covered = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)state;
	read_text(&doc, PROFILE("\t<key>PayloadContent</key>\n\t<array/>\n"));
	assert_int_equal(encrypted_cover(&doc, "$USERNAME", 9, &covered, &err), 0);
	doc_free(&doc);
	read_text(&doc, covered.data);
	assert_non_null(encrypted_content(&doc, &err));
	assert_string_equal(text_in(encrypted_content(&doc, &err)), "$USERNAME");
	doc_free(&doc);
}

/* --- what others encrypted ------------------------------------------------------------------------------ */

#define ENCRYPTED \
	"\t<key>EncryptedPayloadContent</key>\n\t<data>AAAA</data>\n" \
	"\t<key>IsEncrypted</key>\n\t<true/>\n"

static void must_uncover(const char *profile, const char *payloads, const char *expected)
{
	BUF_AUTO result = BUF_INIT;
	struct doc doc;

	read_text(&doc, profile);
	uncover(&doc, payloads, strlen(payloads), &result);
	assert_string_equal(buf_text(&result), expected);
	doc_free(&doc);
}

static void payloads_from_the_first_column_are_indented_but_not_their_text(void **state)
{
	(void)state;
	must_uncover(PROFILE("\t<key>A</key>\n\t<true/>\n" ENCRYPTED),
		     ARRAY("<array>\n\t<dict>\n\n\t\t<key>a</key>\n\t\t<string>x\ny</string>\n\t\t<!-- c\nd -->\n"
			   "\t\t<key>b</key>\n\t\t<data>\n\t\tAAAA\n\t\t</data>\n\t</dict>\n</array>"),
		     PROFILE("\t<key>A</key>\n\t<true/>\n\t<key>PayloadContent</key>\n"
			     "\t<array>\n\t\t<dict>\n\n\t\t\t<key>a</key>\n\t\t\t<string>x\ny</string>\n"
			     "\t\t\t<!-- c\nd -->\n"
			     "\t\t\t<key>b</key>\n\t\t\t<data>\n\t\t\tAAAA\n\t\t\t</data>\n\t\t</dict>\n\t</array>\n"));
}

static void entities_of_the_payloads_own_document_type_are_written_out(void **state)
{
	(void)state;
	must_uncover(PROFILE(ENCRYPTED),
		     "<!DOCTYPE plist [<!ENTITY e \"text\">]>\n<plist><array><string>&e;</string></array></plist>",
		     PROFILE("\t<key>PayloadContent</key>\n\t<array>\n\t\t<string>text</string>\n\t</array>\n"));
}

static void entities_of_the_profile_do_not_stay_behind(void **state)
{
	BUF_AUTO payloads = BUF_INIT;
	struct doc doc;

	(void)state;
	read_text(&doc, "<!DOCTYPE plist [<!ENTITY e \"text\">]>\n"
			"<plist><dict><key>PayloadContent</key><array><string>&e;</string></array></dict></plist>");
	take(&doc, &payloads);
	assert_string_equal(buf_text(&payloads), ARRAY("<array>\n\t<string>text</string>\n</array>"));
	doc_free(&doc);
}

/* They are shown and refused as those of any plain profile. */
static void a_key_that_is_twice_in_the_payloads_is_still_there(void **state)
{
	(void)state;
	must_uncover(PROFILE(ENCRYPTED),
		     "<plist><array><dict><key>k</key><true/><key>k</key><false/></dict></array></plist>",
		     PROFILE("\t<key>PayloadContent</key>\n"
			     "\t<array><dict><key>k</key><true/><key>k</key><false/></dict></array>\n"));
}

static void payloads_in_another_encoding_are_recoded(void **state)
{
	(void)state;
	must_uncover(PROFILE(ENCRYPTED),
		     "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<plist>"
		     "<array><string>\xE9</string></array></plist>",
		     PROFILE("\t<key>PayloadContent</key>\n\t<array><string>\xC3\xA9</string></array>\n"));
}

/* --- binary -------------------------------------------------------------------------------------------- */

static void write_binary(const char *text, struct buf *out)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	read_text(&doc, text);
	if (doc_write(&doc, DOC_BINARY, out, &err) < 0)
		fail_msg("%s", err.text);
	doc_free(&doc);
}

static void binary_profiles_stay_binary(void **state)
{
	BUF_AUTO binary = BUF_INIT;
	BUF_AUTO payloads = BUF_INIT;
	BUF_AUTO result = BUF_INIT;
	struct doc doc;

	(void)state;
	write_binary(PROFILE("<key>A</key><true/><key>PayloadContent</key><array><dict/></array><key>Z</key><true/>"),
		     &binary);
	read_plist(&doc, binary.data, binary.len);
	take(&doc, &payloads);
	assert_memory_equal(payloads.data, "bplist00", 8);
	there_and_back(&doc, &result);
	assert_true(buf_equals(&result, binary.data, binary.len));
	doc_free(&doc);
}

static void payloads_of_the_other_format_are_translated(void **state)
{
	BUF_AUTO payloads = BUF_INIT;
	BUF_AUTO profile = BUF_INIT;
	BUF_AUTO result = BUF_INIT;
	struct doc doc;

	(void)state;
	write_binary(ARRAY("<array><integer>7</integer></array>"), &payloads);
	read_text(&doc, PROFILE(ENCRYPTED));
	uncover(&doc, payloads.data, payloads.len, &result);
	assert_string_equal(buf_text(&result),
			    PROFILE("\t<key>PayloadContent</key>\n\t<array>\n\t\t<integer>7</integer>\n\t</array>\n"));
	doc_free(&doc);
	write_binary(PROFILE(ENCRYPTED), &profile);
	buf_clear(&result);
	read_plist(&doc, profile.data, profile.len);
	uncover(&doc, ARRAY("<array><integer>7</integer></array>"),
		strlen(ARRAY("<array><integer>7</integer></array>")), &result);
	doc_free(&doc);
	read_plist(&doc, result.data, result.len);
	assert_int_equal(doc.format, DOC_BINARY);
	assert_string_equal(text_in(node_first(node_get(doc.root, "PayloadContent"))), "7");
	doc_free(&doc);
}

/* --- refusals ------------------------------------------------------------------------------------------ */

static void must_say(const struct error *err, const char *rule, const char *key, const char *what)
{
	assert_string_equal(err->rule, rule);
	assert_string_equal(err->key, key);
	if (!strstr(err->text, what))
		fail_msg("'%s' does not say '%s'", err->text, what);
}

static void what_is_not_encrypted_in_order_is_refused(void **state)
{
	static const struct {
		const char *text, *key, *what;
		bool encrypted;
	} CASES[] = {
		{ PROFILE(""), "EncryptedPayloadContent", "missing", false },
		{ PROFILE("<key>IsEncrypted</key><true/>"), "EncryptedPayloadContent", "missing", true },
		{ PROFILE("<key>IsEncrypted</key><true/><key>PayloadContent</key><array/>"),
		  "EncryptedPayloadContent", "missing", false },
		{ PROFILE("<key>IsEncrypted</key><true/><key>EncryptedPayloadContent</key><string>AAAA</string>"),
		  "EncryptedPayloadContent", "not data", true },
		{ PROFILE("<key>IsEncrypted</key><true/><key>EncryptedPayloadContent</key><data>$USERNAME</data>"),
		  "EncryptedPayloadContent", "not data", true },
		{ PROFILE("<key>IsEncrypted</key><false/><key>EncryptedPayloadContent</key><data>AAAA</data>"),
		  "IsEncrypted", "must be true", true },
		{ PROFILE("<key>EncryptedPayloadContent</key><data>AAAA</data>"), "IsEncrypted", "must be true", true },
		{ PROFILE("<key>PayloadContent</key><array/>" ENCRYPTED), "PayloadContent", "both", true },
		{ PROFILE(ENCRYPTED ENCRYPTED), "EncryptedPayloadContent", "twice", true },
		{ "<plist><array/></plist>", "", "is a dict", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct error err = ERROR_INIT;
		BUF_AUTO out = BUF_INIT;
		struct doc doc;

		read_text(&doc, CASES[i].text);
		assert_int_equal(encrypted_is(&doc), CASES[i].encrypted);
		assert_null(encrypted_content(&doc, &err));
		must_say(&err, "not-a-profile", CASES[i].key, CASES[i].what);
		err = ERROR_INIT;
		assert_int_equal(encrypted_uncover(&doc, ARRAY("<array/>"), strlen(ARRAY("<array/>")), &out, &err), -1);
		must_say(&err, "not-a-profile", CASES[i].key, CASES[i].what);
		assert_int_equal(out.len, 0);
		doc_free(&doc);
	}
}

static void what_cannot_be_encrypted_is_refused(void **state)
{
	static const struct {
		const char *text, *rule, *key, *what;
	} CASES[] = {
		{ PROFILE(""), "not-a-profile", "PayloadContent", "missing" },
		{ PROFILE("<key>PayloadContent</key><dict/>"), "not-a-profile", "PayloadContent", "of the type dict" },
		{ PROFILE(ENCRYPTED), "not-a-profile", "EncryptedPayloadContent", "already" },
		{ PROFILE("<key>PayloadContent</key><array/><key>a</key><true/><key>a</key><true/>"),
		  "duplicate-key", "a",
		  "twice" },
		{ "<plist><string/></plist>", "not-a-profile", "", "of the type string" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct error err = ERROR_INIT;
		BUF_AUTO out = BUF_INIT;
		struct doc doc;

		read_text(&doc, CASES[i].text);
		assert_int_equal(encrypted_take(&doc, &out, &err), -1);
		must_say(&err, CASES[i].rule, CASES[i].key, CASES[i].what);
		err = ERROR_INIT;
		assert_int_equal(encrypted_cover(&doc, "x", 1, &out, &err), -1);
		must_say(&err, CASES[i].rule, CASES[i].key, CASES[i].what);
		assert_int_equal(out.len, 0);
		doc_free(&doc);
	}
}

#define SECRET "hunter2"

static void what_does_not_decrypt_to_payloads_is_refused_and_not_shown(void **state)
{
	static const char *const PAYLOADS_CASES[] = {
		"",
		SECRET,
		"bplist00" SECRET,
		"<plist><" SECRET "/></plist>",
		"<plist><array><string>" SECRET "</array></plist>",
		"<plist><array><integer>" SECRET "</integer></array></plist>",
		"<plist><array><string>&" SECRET ";</string></array></plist>",
		"<plist><array><dict><key>" SECRET "</key></dict></array></plist>",
		"<plist><dict><key>" SECRET "</key><string>" SECRET "</string></dict></plist>",
		"<plist><string>" SECRET "</string></plist>",
	};
	struct doc doc;

	(void)state;
	read_text(&doc, PROFILE(ENCRYPTED));
	for (size_t i = 0; i < sizeof(PAYLOADS_CASES) / sizeof(PAYLOADS_CASES[0]); i++) {
		struct error err = ERROR_INIT;
		BUF_AUTO out = BUF_INIT;
		char shown[4096];

		assert_int_equal(encrypted_uncover(&doc, PAYLOADS_CASES[i], strlen(PAYLOADS_CASES[i]), &out, &err), -1);
		must_say(&err, "not-a-profile", "EncryptedPayloadContent", "wrong one");
		error_format(&err, shown, sizeof(shown));
		assert_null(strstr(shown, SECRET));
		assert_int_equal(out.len, 0);
	}
	doc_free(&doc);
}

/* The writer names the key that it cannot write. */
static void what_the_profiles_format_cannot_hold_is_refused_and_not_shown(void **state)
{
	static const char PAYLOADS_OF_XML[] =
		"<plist><array><dict><key>" SECRET "</key><integer>$FLEET_VAR_X</integer></dict></array></plist>";
	struct error err = ERROR_INIT;
	BUF_AUTO profile = BUF_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc doc;
	char shown[4096];

	(void)state;
	write_binary(PROFILE(ENCRYPTED), &profile);
	read_plist(&doc, profile.data, profile.len);
	assert_int_equal(encrypted_uncover(&doc, PAYLOADS_OF_XML, strlen(PAYLOADS_OF_XML), &out, &err), -1);
	must_say(&err, "not-a-profile", "EncryptedPayloadContent", "binary property list cannot");
	error_format(&err, shown, sizeof(shown));
	assert_null(strstr(shown, SECRET));
	assert_null(strstr(shown, "FLEET"));
	doc_free(&doc);
}

/* --- real profiles -------------------------------------------------------------------------------------- */

static unsigned profiles;

static bool read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	char chunk[65536];
	size_t got;

	if (!file)
		return false;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(out, chunk, got);
	fclose(file);
	return true;
}

static int try_profile(const char *path, const struct stat *info, int type, struct FTW *where)
{
	struct error err = ERROR_INIT;
	BUF_AUTO bytes = BUF_INIT;
	BUF_AUTO result = BUF_INIT;
	const struct node *payloads;
	struct doc doc;

	(void)info;
	(void)where;
	if (type != FTW_F || !read_file(path, &bytes) || doc_read(&doc, path, bytes.data, bytes.len, &err) < 0)
		return 0;
	payloads = doc.root->type == NODE_DICT ? node_get(doc.root, "PayloadContent") : NULL;
	if (payloads && payloads->type == NODE_ARRAY && !encrypted_is(&doc) && !doc.duplicate.code && !doc.recoded) {
		there_and_back(&doc, &result);
		if (!buf_equals(&result, bytes.data, bytes.len))
			fail_msg("%s does not come back as it was", path);
		profiles++;
	}
	doc_free(&doc);
	return 0;
}

static void every_real_profile_comes_back_byte_for_byte(void **state)
{
	const char *folder = getenv("PROFILEFS_TEST_PROFILES");

	(void)state;
	if (!folder || nftw(folder, try_profile, 16, FTW_PHYS) != 0) {
		print_message("no real profiles: set PROFILEFS_TEST_PROFILES to a folder of some\n");
		skip();
	}
	print_message("%u profiles\n", profiles);
	assert_true(profiles > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_payloads_are_taken_with_all_their_bytes),
		cmocka_unit_test(the_cover_takes_the_payloads_place_and_layout),
		cmocka_unit_test(covering_and_uncovering_gives_the_same_bytes),
		cmocka_unit_test(edits_are_covered_and_uncovered_as_if_they_were_saved),
		cmocka_unit_test(a_flag_that_is_false_becomes_true),
		cmocka_unit_test(bytes_that_look_like_a_placeholder_are_data),
		cmocka_unit_test(payloads_from_the_first_column_are_indented_but_not_their_text),
		cmocka_unit_test(entities_of_the_payloads_own_document_type_are_written_out),
		cmocka_unit_test(entities_of_the_profile_do_not_stay_behind),
		cmocka_unit_test(a_key_that_is_twice_in_the_payloads_is_still_there),
		cmocka_unit_test(payloads_in_another_encoding_are_recoded),
		cmocka_unit_test(binary_profiles_stay_binary),
		cmocka_unit_test(payloads_of_the_other_format_are_translated),
		cmocka_unit_test(what_is_not_encrypted_in_order_is_refused),
		cmocka_unit_test(what_cannot_be_encrypted_is_refused),
		cmocka_unit_test(what_does_not_decrypt_to_payloads_is_refused_and_not_shown),
		cmocka_unit_test(what_the_profiles_format_cannot_hold_is_refused_and_not_shown),
		cmocka_unit_test(every_real_profile_comes_back_byte_for_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
