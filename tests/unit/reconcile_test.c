/* Making one tree like another: what differs is touched, and nothing else; so the bytes of all the rest stay. */
#include "tests/unit/reconciled.h"
#include "tests/unit/text_in.h"

#include <stdio.h>

#define PLIST(body) "<plist version=\"1.0\">\n" body "\n</plist>\n"

/* --- dicts --------------------------------------------------------------------------------------------- */

static const char ABC[] = PLIST("<dict>\n"
				"\t<!-- one --><key>a</key><string><![CDATA[1]]></string>\n"
				"\t<key>b</key> <!-- two -->\n"
				"\t<integer> 2 </integer>\n"
				"\t<key>c</key><array><true></true></array>\n"
				"</dict>");

static void equal_trees_in_another_order_change_nothing(void **state)
{
	(void)state;
	must_become(ABC,
		    PLIST("<dict><key>c</key><array><true/></array><key>b</key><integer>2</integer>"
			  "<key>a</key><string>1</string></dict>"),
		    ABC);
}

static void what_is_equal_does_not_differ_from_the_source(void **state)
{
	struct error err = ERROR_INIT;
	struct doc doc;
	struct node *copy;

	(void)state;
	read_plist(&doc, ABC, strlen(ABC));
	copy = node_copy(doc.root, false);
	assert_non_null(copy);
	assert_int_equal(reconcile(doc.root, copy, &err), 0);
	assert_false(node_differs(doc.root));
	node_free(copy);
	doc_free(&doc);
}

static void one_value_is_changed_in_its_place(void **state)
{
	(void)state;
	must_become(ABC,
		    PLIST("<dict><key>a</key><string>1</string><key>b</key><integer>3</integer>"
			  "<key>c</key><array><true/></array></dict>"),
		    PLIST("<dict>\n"
			  "\t<!-- one --><key>a</key><string><![CDATA[1]]></string>\n"
			  "\t<key>b</key> <!-- two -->\n"
			  "\t<integer>3</integer>\n"
			  "\t<key>c</key><array><true></true></array>\n"
			  "</dict>"));
}

static void a_new_key_goes_before_the_one_that_follows_it(void **state)
{
	(void)state;
	must_become(PLIST("<dict>\n\t<key>a</key>\n\t<true/>\n\t<key>d</key>\n\t<true/>\n</dict>"),
		    PLIST("<dict><key>a</key><true/><key>b</key><true/><key>c</key><true/><key>d</key><true/>"
			  "<key>e</key><true/></dict>"),
		    PLIST("<dict>\n\t<key>a</key>\n\t<true/>\n\t<key>b</key>\n\t<true/>\n\t<key>c</key>\n\t<true/>\n"
			  "\t<key>d</key>\n\t<true/>\n\t<key>e</key>\n\t<true/>\n</dict>"));
}

static void a_key_that_is_not_wanted_goes_with_its_line(void **state)
{
	(void)state;
	must_become(ABC, PLIST("<dict><key>b</key><integer>2</integer></dict>"),
		    PLIST("<dict>\n"
			  "\t<!-- one -->\n"
			  "\t<key>b</key> <!-- two -->\n"
			  "\t<integer> 2 </integer>\n"
			  "</dict>"));
}

/* What happened to the document before is undone, whatever it was. */
static void must_come_back(const char *text, void edit(struct node *root))
{
	BUF_AUTO out = BUF_INIT;
	struct doc doc;
	struct node *copy;

	read_plist(&doc, text, strlen(text));
	copy = node_copy(doc.root, false);
	assert_non_null(copy);
	edit(doc.root);
	assert_false(node_equal(doc.root, copy, false));
	must_reconcile(&doc, copy);
	write_plist(&doc, &out);
	assert_string_equal(buf_text(&out), text);
	assert_false(node_differs(doc.root));
	node_free(copy);
	doc_free(&doc);
}

static void remove_a(struct node *root)
{
	node_remove(node_get(root, "a"));
}

static void make_a_again(struct node *root)
{
	struct node *made = node_new(NODE_DICT);

	assert_non_null(made);
	node_remove(node_get(root, "a"));
	assert_int_equal(node_insert(root, NULL, made, "a", 1), 0);
}

static void change_types(struct node *root)
{
	node_set_container(node_get(root, "a"), NODE_DICT);
	node_set_container(node_get(root, "c"), NODE_DICT);
	assert_int_equal(node_set_string(node_get(root, "b"), "2"), 0);
}

static void make_it_an_array(struct node *root)
{
	node_set_container(root, NODE_ARRAY);
}

static void a_key_comes_back_in_its_old_place_with_its_old_bytes(void **state)
{
	(void)state;
	must_come_back(ABC, remove_a);
	must_come_back(ABC, make_a_again);
}

static void a_type_comes_back_with_all_that_was_in_it(void **state)
{
	(void)state;
	must_come_back(ABC, change_types);
	must_come_back(ABC, make_it_an_array);
}

static void duplicate_keys_are_not_touched(void **state)
{
	static const char TWICE[] = PLIST("<dict><key>a</key><string>1</string><key>a</key><string>2</string></dict>");
	static const char WANTED[] = PLIST("<dict><key>a</key><string>3</string></dict>");
	struct error err = ERROR_INIT;
	struct doc doc, other;

	(void)state;
	read_plist(&doc, TWICE, strlen(TWICE));
	read_plist(&other, WANTED, strlen(WANTED));
	assert_int_equal(reconcile(doc.root, other.root, &err), 0);
	assert_true(node_equal(doc.root, other.root, false));
	assert_true(node_first_link(doc.root)->shadowed);
	assert_string_equal(text_in(node_first_link(doc.root)), "1");
	doc_free(&doc);
	doc_free(&other);
}

/* --- types --------------------------------------------------------------------------------------------- */

static void any_type_becomes_any_other(void **state)
{
	static const char *const VALUES[] = {
		"<dict><key>k</key><true/></dict>",
		"<dict/>",
		"<array><string>x</string><dict/></array>",
		"<array/>",
		"<string>1</string>",
		"<integer>1</integer>",
		"<real>1</real>",
		"<true/>",
		"<date>2026-01-31T12:00:00Z</date>",
		"<data>AQ==</data>",
		"<integer>$FLEET_VAR_PORT</integer>",
		"<data>$USERNAME</data>",
		"<data>JFVTRVJOQU1F</data>", /* the bytes "$USERNAME" */
		"<string>$USERNAME</string>",
	};
	size_t count = sizeof(VALUES) / sizeof(VALUES[0]);

	(void)state;
	for (size_t i = 0; i < count * count; i++) {
		BUF_AUTO from = BUF_INIT;
		BUF_AUTO to = BUF_INIT;
		BUF_AUTO expected = BUF_INIT;
		char *result;

		buf_add_format(&from, PLIST("%s"), VALUES[i / count]);
		buf_add_format(&to, PLIST("%s"), VALUES[i % count]);
		free(reconciled(from.data, to.data));
		buf_clear(&from);
		buf_clear(&to);
		buf_add_format(&from, PLIST("<array><dict><key>a</key>%s</dict><!-- r --></array>"), VALUES[i / count]);
		buf_add_format(&to, PLIST("<array><dict><key>a</key>%s</dict></array>"), VALUES[i % count]);
		buf_add_format(&expected, PLIST("<array><dict><key>a</key>%s</dict><!-- r --></array>"),
			       VALUES[i % count]);
		result = reconciled(from.data, to.data);
		if (i % count > 3) /* not a container, which may be laid out otherwise */
			assert_string_equal(result, expected.data);
		free(result);
	}
}

static void bytes_that_look_like_a_placeholder_stay_bytes(void **state)
{
	(void)state;
	must_become(PLIST("<data>$USERNAME</data>"), PLIST("<data>JFVTRVJOQU1F</data>"),
		    PLIST("<data>JFVTRVJOQU1F</data>"));
	must_become(PLIST("<data>JFVTRVJOQU1F</data>"), PLIST("<data>$USERNAME</data>"),
		    PLIST("<data>$USERNAME</data>"));
}

static void a_uid_stays_one(void **state)
{
	static const char UID[] = PLIST("<dict><key>u</key><dict><key>CF$UID</key><integer>7</integer></dict></dict>");
	struct error err = ERROR_INIT;
	BUF_AUTO binary = BUF_INIT;
	BUF_AUTO again = BUF_INIT;
	struct doc doc, other, empty;

	(void)state;
	read_plist(&doc, UID, strlen(UID));
	node_get(doc.root, "u")->uid = true;
	assert_int_equal(doc_write(&doc, DOC_BINARY, &binary, &err), 0);
	read_plist(&other, binary.data, binary.len);
	assert_true(node_get(other.root, "u")->uid);
	assert_int_equal(doc_new(&empty, &err), 0);
	assert_int_equal(node_set(node_first_link(node_get(other.root, "u")), NODE_INTEGER, "8", 1), 0);
	must_reconcile(&empty, other.root);
	assert_true(node_get(empty.root, "u")->uid);
	must_reconcile(&other, doc.root);
	write_plist(&other, &again);
	assert_true(buf_equals(&again, binary.data, binary.len));
	doc_free(&empty);
	doc_free(&other);
	doc_free(&doc);
}

/* --- arrays -------------------------------------------------------------------------------------------- */

static const char ROWS[] = PLIST("<array>\n"
				 "\t<string>a</string> <!-- first -->\n"
				 "\t<string>b</string>\n"
				 "\t<string><![CDATA[c]]></string>\n"
				 "\t<data>AAAA</data>\n"
				 "</array>");

static void an_element_that_is_gone_takes_no_other_along(void **state)
{
	(void)state;
	must_become(ROWS, PLIST("<array><string>a</string><string>c</string><data>AAAA</data></array>"),
		    PLIST("<array>\n"
			  "\t<string>a</string> <!-- first -->\n"
			  "\t<string><![CDATA[c]]></string>\n"
			  "\t<data>AAAA</data>\n"
			  "</array>"));
}

static void a_new_element_takes_its_siblings_layout(void **state)
{
	(void)state;
	must_become(ROWS,
		    PLIST("<array><string>a</string><string>b</string><integer>1</integer><string>c</string>"
			  "<data>AAAA</data><dict><key>k</key><true/></dict></array>"),
		    PLIST("<array>\n"
			  "\t<string>a</string> <!-- first -->\n"
			  "\t<string>b</string>\n"
			  "\t<integer>1</integer>\n"
			  "\t<string><![CDATA[c]]></string>\n"
			  "\t<data>AAAA</data>\n"
			  "\t<dict>\n\t\t<key>k</key>\n\t\t<true/>\n\t</dict>\n"
			  "</array>"));
}

static void an_element_that_moved_takes_its_bytes_along(void **state)
{
	(void)state;
	must_become(ROWS,
		    PLIST("<array><string>c</string><string>a</string><string>b</string><data>AAAA</data></array>"),
		    PLIST("<array>\n"
			  "\t<string><![CDATA[c]]></string>\n"
			  "\t<string>a</string> <!-- first -->\n"
			  "\t<string>b</string>\n"
			  "\t<data>AAAA</data>\n"
			  "</array>"));
}

static void remove_second(struct node *root)
{
	node_remove(node_at(root, 1));
}

static void move_last_to_the_front(struct node *root)
{
	struct node *copy = node_copy(node_at(root, 3), true);

	assert_non_null(copy);
	node_remove(node_at(root, 3));
	assert_int_equal(node_insert(root, node_first(root), copy, NULL, 0), 0);
}

static void make_it_a_string(struct node *root)
{
	assert_int_equal(node_set_string(root, ""), 0);
}

static void elements_come_back_with_their_old_bytes(void **state)
{
	(void)state;
	must_come_back(ROWS, remove_second);
	must_come_back(ROWS, move_last_to_the_front);
	must_come_back(ROWS, make_it_a_string);
}

/* node_take() leaves something behind that looks like an empty array, and must not be taken for one. */
static void what_was_taken_away_does_not_come_back_empty(void **state)
{
	static const char NESTED[] = PLIST("<array>\n\t<array><true/></array>\n\t<false/>\n</array>");
	static const char WANTED[] = PLIST("<array><array/><false/></array>");
	struct doc doc, other;

	(void)state;
	read_plist(&doc, NESTED, strlen(NESTED));
	read_plist(&other, WANTED, strlen(WANTED));
	node_free(node_take(node_first(doc.root)));
	must_reconcile(&doc, other.root);
	doc_free(&doc);
	doc_free(&other);
}

/* --- payloads ------------------------------------------------------------------------------------------ */

#define PAYLOAD(uuid, identifier, rest) \
	"\t<dict>\n" \
	"\t\t<!-- of " uuid identifier " -->\n" \
	"\t\t<key>PayloadUUID</key> <string>" uuid "</string>\n" \
	"\t\t<key>PayloadIdentifier</key>\n" \
	"\t\t<string>" identifier "</string>\n" rest "\t</dict>"
#define KEY(value) "\t\t<key>Key</key> <string>" value "</string>\n"

static void payloads_are_known_by_their_uuid(void **state)
{
	(void)state;
	must_become(PLIST("<array>\n" PAYLOAD("U1", "same", KEY("1")) "\n" PAYLOAD("U2", "same", KEY("2")) "\n" PAYLOAD(
			    "U3", "same", KEY("3")) "\n</array>"),
		    PLIST("<array>\n" PAYLOAD("U2", "same", KEY("two")) PAYLOAD("U3", "same", KEY("3")) "</array>"),
		    PLIST("<array>\n" PAYLOAD("U2", "same", KEY("two")) "\n" PAYLOAD("U3", "same",
										     KEY("3")) "\n</array>"));
}

static void without_one_they_are_known_by_their_identifier(void **state)
{
	(void)state;
	must_become(PLIST("<array>\n" PAYLOAD("U1", "id.1", KEY("1")) "\n" PAYLOAD("U2", "id.2",
										   KEY("2")) "\n</array>"),
		    PLIST("<array><dict><key>PayloadUUID</key><string>U9</string><key>PayloadIdentifier</key>"
			  "<string>id.2</string><key>Key</key><string>2</string></dict></array>"),
		    PLIST("<array>\n"
			  "\t<dict>\n"
			  "\t\t<!-- of U2id.2 -->\n"
			  "\t\t<key>PayloadUUID</key> <string>U9</string>\n"
			  "\t\t<key>PayloadIdentifier</key>\n"
			  "\t\t<string>id.2</string>\n" KEY("2") "\t</dict>\n"
								 "</array>"));
}

static void a_payload_that_moved_and_was_edited_keeps_its_comments(void **state)
{
	(void)state;
	must_become(PLIST("<array>\n" PAYLOAD("U1", "1", KEY("1")) "\n" PAYLOAD("U2", "2", KEY("2")) "\n" PAYLOAD(
			    "U3", "3", KEY("3")) "\n</array>"),
		    PLIST("<array>\n" PAYLOAD("U3", "3", KEY("three")) PAYLOAD("U1", "1", KEY("1"))
				  PAYLOAD("U2", "2", KEY("2")) "</array>"),
		    PLIST("<array>\n" PAYLOAD("U3", "3", KEY("three")) "\n" PAYLOAD("U1", "1", KEY("1")) "\n" PAYLOAD(
			    "U2", "2", KEY("2")) "\n</array>"));
}

/* --- size ---------------------------------------------------------------------------------------------- */

static void documents_as_deep_as_can_be_are_reconciled(void **state)
{
	BUF_AUTO from = BUF_INIT;
	BUF_AUTO to = BUF_INIT;
	char *result;

	(void)state;
	buf_add_text(&from, "<plist>");
	for (unsigned i = 0; i < DOC_DEPTH_MAX; i++)
		buf_add_text(&from, i % 2 ? "<dict><key>k</key>" : "<array>");
	buf_add(&to, from.data, from.len);
	buf_add_text(&from, "<string>from</string>");
	buf_add_text(&to, "<string>to</string>");
	for (unsigned i = DOC_DEPTH_MAX; i-- > 0;) {
		buf_add_text(&from, i % 2 ? "</dict>" : "</array>");
		buf_add_text(&to, i % 2 ? "</dict>" : "</array>");
	}
	buf_add_text(&from, "</plist>");
	buf_add_text(&to, "</plist>");
	result = reconciled(from.data, to.data);
	assert_string_equal(result, to.data);
	free(result);
}

#define MANY 30000

static struct node *new_many(enum node_type type, unsigned step, unsigned offset)
{
	struct node *parent = node_new(type);

	assert_non_null(parent);
	for (unsigned i = 0; i < MANY; i++) {
		struct node *child = node_new(NODE_STRING);
		char text[16];

		assert_non_null(child);
		snprintf(text, sizeof(text), "k%u", (i * step + offset) % (2 * MANY));
		assert_int_equal(node_set_string(child, text), 0);
		assert_int_equal(node_insert(parent, NULL, child, text, strlen(text)), 0);
	}
	return parent;
}

/* What takes the square of them, or more, is felt. */
static void tens_of_thousands_of_children_are_no_trouble(void **state)
{
	static const enum node_type TYPES[] = { NODE_DICT, NODE_ARRAY };
	static const unsigned STEPS[] = { 1, 7919 };
	struct error err = ERROR_INIT;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct node *node = new_many(TYPES[i % 2], 1, 0), *wanted = new_many(TYPES[i % 2], STEPS[i / 2], 9);

		assert_int_equal(reconcile(node, wanted, &err), 0);
		assert_true(node_equal(node, wanted, false));
		node_free(node);
		node_free(wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_trees_in_another_order_change_nothing),
		cmocka_unit_test(what_is_equal_does_not_differ_from_the_source),
		cmocka_unit_test(one_value_is_changed_in_its_place),
		cmocka_unit_test(a_new_key_goes_before_the_one_that_follows_it),
		cmocka_unit_test(a_key_that_is_not_wanted_goes_with_its_line),
		cmocka_unit_test(a_key_comes_back_in_its_old_place_with_its_old_bytes),
		cmocka_unit_test(a_type_comes_back_with_all_that_was_in_it),
		cmocka_unit_test(duplicate_keys_are_not_touched),
		cmocka_unit_test(any_type_becomes_any_other),
		cmocka_unit_test(bytes_that_look_like_a_placeholder_stay_bytes),
		cmocka_unit_test(a_uid_stays_one),
		cmocka_unit_test(an_element_that_is_gone_takes_no_other_along),
		cmocka_unit_test(a_new_element_takes_its_siblings_layout),
		cmocka_unit_test(an_element_that_moved_takes_its_bytes_along),
		cmocka_unit_test(elements_come_back_with_their_old_bytes),
		cmocka_unit_test(what_was_taken_away_does_not_come_back_empty),
		cmocka_unit_test(payloads_are_known_by_their_uuid),
		cmocka_unit_test(without_one_they_are_known_by_their_identifier),
		cmocka_unit_test(a_payload_that_moved_and_was_edited_keeps_its_comments),
		cmocka_unit_test(documents_as_deep_as_can_be_are_reconciled),
		cmocka_unit_test(tens_of_thousands_of_children_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
