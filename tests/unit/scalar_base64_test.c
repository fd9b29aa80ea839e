/* Data that is left in the source as base64: it is the bytes that it stands for, whoever asks for them and how. */
#include "tests/unit/read_doc.h"

#include "plist/fingerprint.h"
#include "plist/value.h"
#include "tests/unit/random.h"
#include "tests/unit/text_in.h"

/* Around the pieces in which data is taken. */
static const size_t LENGTHS[] = { 0, 1, 2, 3, 4, 5, 6, 47, 48, 49, 50, 100, SCALAR_PIECE - 1, SCALAR_PIECE,
				  SCALAR_PIECE + 1, SCALAR_PIECE + 8, 2 * SCALAR_PIECE, 2 * SCALAR_PIECE + 2 };

#define LENGTH_COUNT (sizeof(LENGTHS) / sizeof(LENGTHS[0]))

static void make_bytes(size_t len, struct buf *bytes)
{
	while (len--)
		buf_add_char(bytes, (char)random_below(256));
	buf_add(bytes, "", 0);
}

/* Base64 with white space strewn in, one for each `rare` characters (at least two); 0: none. */
static void make_base64(const struct buf *bytes, unsigned rare, struct buf *base64)
{
	static const char SPACES[] = " \t\n";
	BUF_AUTO plain = BUF_INIT;

	value_encode_base64(bytes->data, bytes->len, &plain);
	for (size_t i = 0; i < plain.len; i++) {
		while (rare && random_below(rare) == 0)
			buf_add_char(base64, SPACES[random_below(3)]);
		buf_add_char(base64, plain.data[i]);
	}
	if (rare)
		buf_add_text(base64, "\n\t");
	buf_add(base64, "", 0);
}

/* A document that is those bytes. */
static void read_data(struct doc *doc, const struct buf *bytes, unsigned rare)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_text(&text, "<plist version=\"1.0\"><data>");
	make_base64(bytes, rare, &text);
	buf_add_text(&text, "</data></plist>");
	must_read(doc, text.data, text.len);
	assert_int_equal(doc->root->type, NODE_DATA);
	assert_int_equal(doc->root->value.held, HELD_BASE64);
	assert_int_equal(doc->root->value.len, bytes->len);
}

static void must_be_bytes(const struct scalar *scalar, const struct buf *bytes)
{
	BUF_AUTO room = BUF_INIT, added = BUF_INIT;
	const char *got = scalar_bytes(scalar, &room);
	char *read = malloc(bytes->len + 1);

	assert_non_null(got);
	assert_non_null(read);
	assert_memory_equal(got, buf_text(bytes), bytes->len);
	read[bytes->len] = 'x';
	scalar_read(scalar, read);
	assert_memory_equal(read, buf_text(bytes), bytes->len);
	assert_int_equal(read[bytes->len], 'x');
	buf_add_text(&added, "before");
	scalar_add(scalar, &added);
	assert_int_equal(added.len, 6 + bytes->len);
	assert_memory_equal(added.data + 6, buf_text(bytes), bytes->len);
	assert_true(scalar_is(scalar, buf_text(bytes), bytes->len));
	free(read);
}

static void data_is_what_its_base64_stands_for(void **state)
{
	(void)state;
	random_seed(1);
	for (size_t i = 0; i < LENGTH_COUNT; i++) {
		for (unsigned rare = 0; rare < 100; rare = rare * 5 + 2) {
			BUF_AUTO bytes = BUF_INIT;
			struct doc doc;

			make_bytes(LENGTHS[i], &bytes);
			read_data(&doc, &bytes, rare);
			must_be_bytes(&doc.root->value, &bytes);
			doc_free(&doc);
		}
	}
}

static void every_part_can_be_read_in_any_order(void **state)
{
	(void)state;
	random_seed(2);
	for (size_t i = 0; i < LENGTH_COUNT; i++) {
		BUF_AUTO bytes = BUF_INIT;
		struct scalar_place place = { 0 };
		struct doc doc;

		make_bytes(LENGTHS[i], &bytes);
		read_data(&doc, &bytes, 7);
		for (unsigned tries = 0; tries < 300; tries++) {
			size_t from = random_below((unsigned)bytes.len + 1);
			size_t len = random_below((unsigned)(bytes.len - from) + 1);
			BUF_AUTO part = BUF_INIT;

			buf_add_text(&part, "before");
			scalar_add_part(&doc.root->value, from, len, &place, &part);
			assert_true(buf_ok(&part));
			assert_int_equal(part.len, 6 + len);
			assert_memory_equal(part.data + 6, bytes.data + from, len);
		}
		doc_free(&doc);
	}
}

static void parts_of_two_values_do_not_mix(void **state)
{
	struct scalar_place place = { 0 };
	struct doc doc;
	BUF_AUTO parts = BUF_INIT;

	(void)state;
	must_read_text(&doc, PLIST("<array><data>AAECAwQF</data><data>BgcICQoL</data></array>"));
	scalar_add_part(&node_at(doc.root, 0)->value, 0, 4, &place, &parts);
	scalar_add_part(&node_at(doc.root, 1)->value, 4, 2, &place, &parts);
	scalar_add_part(&node_at(doc.root, 0)->value, 4, 2, &place, &parts);
	assert_true(buf_equals(&parts, "\0\1\2\3\12\13\4\5", 8));
	doc_free(&doc);
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

/* A node with memory of its own for the bytes. */
static struct node *new_data(const struct buf *bytes)
{
	struct node *node = node_new(NODE_DATA);

	assert_non_null(node);
	assert_int_equal(node_set(node, NODE_DATA, buf_text(bytes), bytes->len), 0);
	return node;
}

static void must_compare_as(const struct node *a, const struct node *b, int order)
{
	struct fingerprints known = { 0 };

	assert_int_equal(sign(scalar_compare(&a->value, &b->value)), order);
	assert_int_equal(sign(scalar_compare(&b->value, &a->value)), -order);
	assert_int_equal(scalar_equal(&a->value, &b->value), order == 0);
	assert_int_equal(scalar_equal(&b->value, &a->value), order == 0);
	if (order == 0)
		assert_int_equal(fingerprint(&known, a), fingerprint(&known, b));
	else
		assert_int_not_equal(fingerprint(&known, a), fingerprint(&known, b));
	fingerprints_free(&known);
}

/* `bytes` against `others`: both as base64, in other lines, and in memory. */
static void must_compare(const struct buf *bytes, const struct buf *others)
{
	size_t least = bytes->len < others->len ? bytes->len : others->len;
	int order = sign(memcmp(buf_text(bytes), buf_text(others), least));
	struct node *a = new_data(bytes), *b = new_data(others);
	struct doc x, y;

	if (order == 0)
		order = (bytes->len > others->len) - (bytes->len < others->len);
	for (unsigned rare = 0; rare < 100; rare = rare * 5 + 2) {
		read_data(&x, bytes, rare);
		read_data(&y, others, 2 + random_below(20));
		must_compare_as(x.root, y.root, order);
		must_compare_as(a, y.root, order);
		must_compare_as(x.root, b, order);
		doc_free(&x);
		doc_free(&y);
	}
	must_compare_as(a, b, order);
	node_free(a);
	node_free(b);
}

static void data_is_compared_byte_by_byte_wherever_it_is(void **state)
{
	(void)state;
	random_seed(3);
	for (size_t i = 0; i < LENGTH_COUNT; i++) {
		BUF_AUTO bytes = BUF_INIT, other = BUF_INIT;

		make_bytes(LENGTHS[i], &bytes);
		buf_add(&other, bytes.data, bytes.len);
		must_compare(&bytes, &other);
		for (unsigned tries = 0; bytes.len && tries < 8; tries++) {
			size_t at = tries == 0 ? 0 : tries == 1 ? bytes.len - 1 : random_below((unsigned)bytes.len);

			other.data[at] = (char)(other.data[at] ^ (1 << random_below(8)));
			must_compare(&bytes, &other);
			other.data[at] = bytes.data[at];
		}
		buf_add_char(&other, 'x');
		must_compare(&bytes, &other);
	}
}

static void lines_that_are_laid_out_alike_are_compared_to_the_end(void **state)
{
	BUF_AUTO bytes = BUF_INIT, text = BUF_INIT;
	struct doc x, y;
	char *last;

	(void)state;
	random_seed(4);
	make_bytes(4000, &bytes);
	buf_add_text(&text, "<plist version=\"1.0\"><data>");
	make_base64(&bytes, 3, &text);
	buf_add_text(&text, "</data></plist>");
	must_read(&x, text.data, text.len);
	must_read(&y, text.data, text.len);
	assert_true(scalar_equal(&x.root->value, &y.root->value));
	doc_free(&y);
	last = strrchr(text.data, '=');
	while (strchr(" \t\n=", *last))
		last--;
	*last = *last == 'A' ? 'Q' : 'A';
	must_read(&y, text.data, text.len);
	assert_false(scalar_equal(&x.root->value, &y.root->value));
	doc_free(&x);
	doc_free(&y);
}

static void what_is_checked_is_what_is_decoded(void **state)
{
	static const char *const PIECES[] = { "A", "Q", "AAAA", "/+z9", "=", "==", " ", "\n", "AA==", "AAA=",
					      "AB==", "-", "\x80", "AAEC" };
	BUF_AUTO bytes = BUF_INIT, text = BUF_INIT;
	struct error checked, decoded;
	size_t len, good = 0, tries;
	int result;

	(void)state;
	random_seed(5);
	for (tries = 0; tries < 20000; tries++) {
		buf_clear(&bytes);
		buf_clear(&text);
		buf_add(&text, "", 0);
		random_text(PIECES, sizeof(PIECES) / sizeof(PIECES[0]), 8, &text);
		result = value_decode_base64(text.data, text.len, &bytes, &decoded);
		assert_int_equal(value_check_base64(text.data, text.len, &len, &checked), result);
		if (result < 0) {
			assert_string_equal(checked.text, decoded.text);
			assert_string_equal(checked.rule, decoded.rule);
			continue;
		}
		good++;
		assert_int_equal(len, bytes.len);
	}
	assert_in_range(good, 1000, tries - 1000);
}

static void wrong_base64_is_refused_where_its_element_begins(void **state)
{
	(void)state;
	must_fail(PLIST("<data>AAE</data>"), 2, 1, "base64 ends with 0 '=' where 1 belong");
	must_fail(PLIST("<data>\n A*\n</data>"), 2, 1, "'*' (character 4) is not base64");
	must_fail(PLIST("<data>AB==</data>"), 2, 1, "bits left over");
	must_fail(PLIST("<data>AA==AA==</data>"), 2, 1, "goes on after '='");
}

/* Comments, references and line ends of two characters are no base64: the text is not in the source as it is. */
static void data_that_is_not_there_in_one_piece_is_decoded(void **state)
{
	static const char *const TEXTS[] = {
		"<data>AAEC<!-- comment -->AwQ=</data>",
		"<data>AAEC&#65;wQ=</data>",
		"<data>AAEC\r\nAwQ=\r\n</data>",
		"<data><![CDATA[AAEC]]>AwQ=</data>",
		"<data><![CDATA[AAECAwQ=]]></data>",
		"<data>AAECAwQ=<!-- comment --></data>",
		"<data><?pi?>AAECAwQ=<?pi?></data>",
	};
	BUF_AUTO bytes = BUF_INIT;
	struct doc doc;

	(void)state;
	buf_add(&bytes, "\0\1\2\3\4", 5);
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		BUF_AUTO text = BUF_INIT;

		buf_add_format(&text, PLIST("%s"), TEXTS[i]);
		must_read(&doc, text.data, text.len);
		assert_int_equal(doc.root->value.len, 5);
		must_be_bytes(&doc.root->value, &bytes);
		doc_free(&doc);
	}
}

static void a_copy_of_data_outlives_the_document(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct node *copy;
	struct doc doc;

	(void)state;
	make_bytes(100, &bytes);
	read_data(&doc, &bytes, 10);
	copy = node_copy(doc.root, false);
	assert_non_null(copy);
	doc_free(&doc);
	must_be_bytes(&copy->value, &bytes);
	node_free(copy);
}

static void a_copy_in_the_same_document_stays_in_the_source(void **state)
{
	struct doc doc;
	struct node *copy;

	(void)state;
	must_read_text(&doc, PLIST("<array><data>AAEC</data><string>text</string></array>"));
	copy = node_copy(node_at(doc.root, 0), true);
	assert_int_equal(copy->value.held, HELD_BASE64);
	assert_ptr_equal(copy->value.at, node_at(doc.root, 0)->value.at);
	assert_int_equal(node_insert(doc.root, NULL, copy, NULL, 0), 0);
	copy = node_copy(node_at(doc.root, 1), true);
	assert_ptr_equal(copy->value.at, node_at(doc.root, 1)->value.at);
	assert_int_equal(node_insert(doc.root, NULL, copy, NULL, 0), 0);
	doc_free(&doc);
}

static void data_that_is_set_back_is_that_of_the_source(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct doc doc;

	(void)state;
	make_bytes(SCALAR_PIECE + 5, &bytes);
	read_data(&doc, &bytes, 10);
	assert_int_equal(node_set(doc.root, NODE_DATA, bytes.data, bytes.len), 0);
	assert_false(doc.root->changed);
	assert_int_equal(node_set(doc.root, NODE_DATA, bytes.data, bytes.len - 1), 0);
	assert_true(doc.root->changed);
	assert_int_equal(doc.root->value.held, HELD_ALONE);
	assert_int_equal(node_set(doc.root, NODE_DATA, bytes.data, bytes.len), 0);
	assert_false(doc.root->changed);
	assert_int_equal(doc.root->value.held, HELD_BASE64);
	must_be_bytes(&doc.root->value, &bytes);
	doc_free(&doc);
}

/* Base64 is no text that a placeholder could be. */
static void data_that_becomes_a_placeholder_is_decoded(void **state)
{
	struct node *placeholder = node_new(NODE_DATA);
	struct doc doc;

	(void)state;
	must_read_text(&doc, PLIST("<data>JFVTRVJOQU1F</data>"));
	assert_int_equal(doc.root->value.held, HELD_BASE64);
	assert_int_equal(node_set(placeholder, NODE_DATA, "$USERNAME", 9), 0);
	assert_int_equal(node_set_like(doc.root, placeholder), 0);
	assert_true(node_is_placeholder(doc.root));
	assert_int_not_equal(doc.root->value.held, HELD_BASE64);
	assert_string_equal(text_in(doc.root), "$USERNAME");
	placeholder->value.placeholder = false;
	assert_int_equal(node_set_like(doc.root, placeholder), 0);
	assert_false(node_is_placeholder(doc.root));
	assert_string_equal(text_in(doc.root), "$USERNAME");
	node_free(placeholder);
	doc_free(&doc);
}

static void data_goes_into_both_formats(void **state)
{
	BUF_AUTO bytes = BUF_INIT, binary = BUF_INIT, xml = BUF_INIT;
	struct doc doc, read;
	struct error err;

	(void)state;
	make_bytes(1000, &bytes);
	read_data(&doc, &bytes, 10);
	assert_int_equal(doc_write(&doc, DOC_BINARY, &binary, &err), 0);
	doc_free(&doc);
	must_read(&read, binary.data, binary.len);
	must_be_bytes(&read.root->value, &bytes);
	assert_int_equal(doc_write(&read, DOC_XML, &xml, &err), 0);
	doc_free(&read);
	must_read(&read, xml.data, xml.len);
	must_be_bytes(&read.root->value, &bytes);
	doc_free(&read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_is_what_its_base64_stands_for),
		cmocka_unit_test(every_part_can_be_read_in_any_order),
		cmocka_unit_test(parts_of_two_values_do_not_mix),
		cmocka_unit_test(data_is_compared_byte_by_byte_wherever_it_is),
		cmocka_unit_test(lines_that_are_laid_out_alike_are_compared_to_the_end),
		cmocka_unit_test(what_is_checked_is_what_is_decoded),
		cmocka_unit_test(wrong_base64_is_refused_where_its_element_begins),
		cmocka_unit_test(data_that_is_not_there_in_one_piece_is_decoded),
		cmocka_unit_test(a_copy_of_data_outlives_the_document),
		cmocka_unit_test(a_copy_in_the_same_document_stays_in_the_source),
		cmocka_unit_test(data_that_is_set_back_is_that_of_the_source),
		cmocka_unit_test(data_that_becomes_a_placeholder_is_decoded),
		cmocka_unit_test(data_goes_into_both_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
