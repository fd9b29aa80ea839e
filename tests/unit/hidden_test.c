/*
 * Encrypted profiles while they are open: what is shown, what lies on disk afterwards, and what must not lie there.
 */
#include "tests/unit/encrypting.h"

#include "fs/tree/hidden.h"
#include "plist/encrypted.h"

#define PLIST(body) "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n" body "</plist>\n"
#define PROFILE(body) PLIST("<dict>\n\t<key>Name</key>\n\t<string>a</string>\n" body "</dict>\n")
#define PAYLOADS(body) PLIST("<array>\n\t<dict>\n\t\t<key>A</key>\n" body "\t</dict>\n</array>\n")

static struct decryptor *decryptor;

/* An encrypted profile that is open. */
struct opened {
	struct hidden *hidden;
	struct doc shown;
	struct buf file; /* as it lies on disk */
	struct buf cipher;
};

static void cover(const char *payloads, size_t len, enum doc_format format, struct opened *opened)
{
	static const char text[] = PROFILE("\t<key>PayloadContent</key>\n\t<array/>\n");
	struct error err = ERROR_INIT;
	struct buf content = { .data = (char *)payloads, .len = len };
	struct doc plain, again;
	BUF_AUTO bytes = BUF_INIT;

	make_for("rsa.crt", &content, &opened->cipher);
	assert_int_equal(doc_read(&plain, "plain", text, strlen(text), &err), 0);
	assert_int_equal(doc_write(&plain, format, &bytes, &err), 0);
	assert_int_equal(doc_read(&again, "plain", bytes.data, bytes.len, &err), 0);
	assert_int_equal(encrypted_cover(&again, opened->cipher.data, opened->cipher.len, &opened->file, &err), 0);
	doc_free(&again);
	doc_free(&plain);
}

static struct opened open_bytes(const char *payloads, size_t len, enum doc_format format)
{
	struct opened opened = { 0 };
	struct error err = ERROR_INIT;
	struct doc outer;

	cover(payloads, len, format, &opened);
	assert_int_equal(doc_read(&outer, "p", opened.file.data, opened.file.len, &err), 0);
	if (hidden_open(&outer, decryptor, "p", &opened.hidden, &opened.shown, &err) < 0)
		fail_msg("%s", err.text);
	assert_null(outer.root);
	return opened;
}

static struct opened open_text(const char *payloads)
{
	return open_bytes(payloads, strlen(payloads), DOC_XML);
}

static void close_it(struct opened *opened)
{
	hidden_free(opened->hidden);
	doc_free(&opened->shown);
	buf_free(&opened->file);
	buf_free(&opened->cipher);
}

static struct node *add(struct node *dict, const char *key, enum node_type type, const char *text)
{
	struct node *node = node_new(type);

	if (node_is_scalar(type))
		assert_int_equal(node_set(node, type, text, strlen(text)), 0);
	assert_int_equal(node_insert(dict, NULL, node, key, strlen(key)), 0);
	return node;
}

static void set(const struct opened *opened, const char *text)
{
	struct node *dict = node_first_link(node_get(opened->shown.root, "PayloadContent"));

	assert_int_equal(node_set(node_get(dict, "A"), NODE_STRING, text, strlen(text)), 0);
}

/* Renders it; -1 if it cannot be opened again. */
static int render(const struct opened *opened, enum doc_format format, struct hidden_payloads *payloads,
		  struct buf *out, struct problems *notes, struct error *err)
{
	*payloads = (struct hidden_payloads){ 0 };
	if (hidden_render(opened->hidden, &opened->shown, format, payloads, out, notes, err) < 0)
		fail_msg("%s", err->text);
	return hidden_prove(&opened->shown, payloads, out, err);
}

/* --- what is kept ----------------------------------------------------------------------------------- */

static void assert_untouched(const struct opened *opened)
{
	struct hidden_payloads payloads;
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	assert_int_equal(render(opened, opened->shown.format, &payloads, &out, &notes, &err), 0);
	assert_false(payloads.renewed);
	assert_true(buf_equals(&payloads.cipher, opened->cipher.data, opened->cipher.len));
	assert_true(buf_equals(&out, opened->file.data, opened->file.len));
	assert_int_equal(notes.count, 0);
	hidden_payloads_free(&payloads);
}

static void an_edit_that_is_taken_back_leaves_the_encrypted_bytes(void **state)
{
	struct opened opened = open_text(PAYLOADS("\t\t<string>x</string> <!-- of a kind -->\n"));
	struct hidden_payloads payloads;
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	(void)state;
	assert_untouched(&opened);
	set(&opened, "y");
	assert_int_equal(render(&opened, DOC_XML, &payloads, &out, NULL, &err), 0);
	assert_true(payloads.renewed);
	hidden_payloads_free(&payloads);
	set(&opened, "x");
	assert_untouched(&opened);
	close_it(&opened);
}

/* ASCII in UTF-16, with a byte order mark. */
static void widen(const char *text, struct buf *out)
{
	buf_add(out, "\xff\xfe", 2);
	for (; *text; text++)
		buf_add(out, (const char[]){ *text, 0 }, 2);
}

static void payloads_that_are_not_utf_8_keep_their_bytes_until_they_are_edited(void **state)
{
	struct hidden_payloads payloads;
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	BUF_AUTO wide = BUF_INIT, out = BUF_INIT;
	struct opened opened;

	(void)state;
	widen("<?xml version=\"1.0\" encoding=\"UTF-16\"?><plist><array><dict><key>A</key><string>x</string></dict>"
	      "</array></plist>",
	      &wide);
	opened = open_bytes(wide.data, wide.len, DOC_XML);
	assert_untouched(&opened);
	set(&opened, "y");
	assert_int_equal(render(&opened, DOC_XML, &payloads, &out, &notes, &err), 0);
	assert_non_null(strstr(payloads.plain.data, "<string>y</string>"));
	assert_int_equal(notes.count, 1);
	assert_non_null(strstr(notes.list[0].text, "UTF-16"));
	hidden_payloads_free(&payloads);
	problems_free(&notes);
	close_it(&opened);
}

static void what_changed_in_the_encryption_is_said_with_the_first_save_only(void **state)
{
	BUF_AUTO wide = BUF_INIT, out = BUF_INIT;
	struct problems notes = PROBLEMS_INIT;
	struct hidden_payloads payloads;
	struct error err = ERROR_INIT;
	struct opened opened;

	(void)state;
	widen("<?xml version=\"1.0\" encoding=\"UTF-16\"?><plist><array><dict><key>A</key><string>x</string></dict>"
	      "</array></plist>",
	      &wide);
	opened = open_bytes(wide.data, wide.len, DOC_XML);
	set(&opened, "y");
	assert_int_equal(render(&opened, DOC_XML, &payloads, &out, &notes, &err), 0);
	assert_int_equal(notes.count, 1);
	problems_free(&notes);
	hidden_adopt(opened.hidden, &payloads);
	set(&opened, "z");
	buf_clear(&out);
	assert_int_equal(render(&opened, DOC_XML, &payloads, &out, &notes, &err), 0);
	assert_int_equal(notes.count, 0);
	hidden_payloads_free(&payloads);
	close_it(&opened);
}

static void a_key_that_is_twice_in_the_payloads_is_in_no_line(void **state)
{
	struct opened opened =
		open_text(PAYLOADS("\t\t<string>x</string>\n\t\t<key>A</key>\n\t\t<string>y</string>\n"));
	const struct error *duplicate = &opened.shown.duplicate;

	(void)state;
	assert_int_not_equal(duplicate->code, 0);
	assert_int_equal(duplicate->line, 0);
	assert_int_equal(duplicate->column, 0);
	assert_null(strstr(duplicate->text, "line"));
	assert_string_equal(duplicate->key, "PayloadContent/00/A");
	close_it(&opened);
}

static void without_payloads_it_is_plain_and_with_new_ones_encrypted_again(void **state)
{
	struct opened opened = open_text(PAYLOADS("\t\t<string>x</string>\n"));
	struct hidden_payloads payloads;
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc there;

	(void)state;
	assert_true(hidden_is_encrypted(opened.hidden));
	node_remove(node_get(opened.shown.root, "PayloadContent"));
	assert_int_equal(render(&opened, DOC_XML, &payloads, &out, NULL, &err), 0);
	assert_string_equal(out.data, PROFILE(""));
	hidden_adopt(opened.hidden, &payloads);
	assert_false(hidden_is_encrypted(opened.hidden));
	add(opened.shown.root, "PayloadContent", NODE_ARRAY, NULL);
	buf_clear(&out);
	assert_int_equal(render(&opened, DOC_XML, &payloads, &out, NULL, &err), 0);
	assert_int_equal(doc_read(&there, "", out.data, out.len, &err), 0);
	assert_non_null(encrypted_content(&there, &err));
	doc_free(&there);
	hidden_payloads_free(&payloads);
	close_it(&opened);
}

/* --- what is refused -------------------------------------------------------------------------------- */

/* It is rendered, so that it can be kept, and encrypted; but not proven. */
static void refused(struct opened *opened, enum doc_format format, const char *key)
{
	struct hidden_payloads payloads;
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc there;

	assert_int_equal(render(opened, format, &payloads, &out, NULL, &err), -1);
	assert_string_equal(err.rule, "not-a-profile");
	assert_string_equal(err.key, key);
	assert_int_equal(doc_read(&there, "", out.data, out.len, &err), 0);
	assert_non_null(encrypted_content(&there, &err));
	doc_free(&there);
	hidden_payloads_free(&payloads);
	close_it(opened);
}

static void keys_that_stand_on_disk_only_are_refused(void **state)
{
	struct opened opened = open_text(PAYLOADS("\t\t<string>x</string>\n"));

	(void)state;
	add(opened.shown.root, "IsEncrypted", NODE_BOOLEAN, "true");
	refused(&opened, DOC_XML, "IsEncrypted");
	opened = open_text(PAYLOADS("\t\t<string>x</string>\n"));
	add(opened.shown.root, "EncryptedPayloadContent", NODE_DATA, "x");
	refused(&opened, DOC_XML, "EncryptedPayloadContent");
}

static void payloads_that_are_no_array_are_refused(void **state)
{
	struct opened opened = open_text(PAYLOADS("\t\t<string>x</string>\n"));

	(void)state;
	node_set_container(node_get(opened.shown.root, "PayloadContent"), NODE_DICT);
	refused(&opened, DOC_XML, "PayloadContent");
}

/* XML holds it, and a binary profile could not be opened with it. */
static void payloads_that_do_not_fit_into_the_format_are_refused(void **state)
{
	struct opened opened = open_text(PAYLOADS("\t\t<integer>$FLEET_VAR_PORT</integer>\n"));

	(void)state;
	refused(&opened, DOC_BINARY, "EncryptedPayloadContent");
}

/* The payloads alone could be one level deeper than the profile with them. */
static void payloads_that_are_nested_too_deep_for_the_profile_are_refused(void **state)
{
	struct opened opened = open_text(PAYLOADS("\t\t<string>x</string>\n"));
	struct node *node = node_first_link(node_get(opened.shown.root, "PayloadContent"));
	int depth;

	(void)state;
	for (depth = 3; depth < DOC_DEPTH_MAX + 1; depth++)
		node = add(node, "D", NODE_DICT, NULL);
	refused(&opened, DOC_XML, "EncryptedPayloadContent");
}

/* --- the folder ------------------------------------------------------------------------------------- */

static int begin(void **state)
{
	static const struct cert_options crypt = { .usage = "critical,keyEncipherment" };
	struct identity identity;

	(void)state;
	kit_open();
	identity = kit_identity("rsa", kit_rsa_key(), NULL, &crypt);
	kit_identity_free(&identity);
	decryptor = open_decryptor("rsa.key", "rsa.crt");
	return 0;
}

static int end(void **state)
{
	(void)state;
	decryptor_free(decryptor);
	kit_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edit_that_is_taken_back_leaves_the_encrypted_bytes),
		cmocka_unit_test(payloads_that_are_not_utf_8_keep_their_bytes_until_they_are_edited),
		cmocka_unit_test(what_changed_in_the_encryption_is_said_with_the_first_save_only),
		cmocka_unit_test(a_key_that_is_twice_in_the_payloads_is_in_no_line),
		cmocka_unit_test(without_payloads_it_is_plain_and_with_new_ones_encrypted_again),
		cmocka_unit_test(keys_that_stand_on_disk_only_are_refused),
		cmocka_unit_test(payloads_that_are_no_array_are_refused),
		cmocka_unit_test(payloads_that_do_not_fit_into_the_format_are_refused),
		cmocka_unit_test(payloads_that_are_nested_too_deep_for_the_profile_are_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
