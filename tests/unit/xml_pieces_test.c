/*
 * A long source goes to Expat in pieces: wherever one ends, the same is read, from the same places.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "plist/doc.h"

/* Where the first piece ends, or behind that. */
#define PIECE ((size_t)1 << 20)

/* Of everything that a source can have, something. */
static const char text[] =
	"<plist version=\"1.0\"><dict>\r\n"
	"<key>A&amp;\xc3\xa9\xe2\x82\xac</key> <string>a&lt;b\xf0\x9f\x98\x80 c\r\nd</string>\n"
	"<key>B</key><string>plain</string><key >C</key ><data>\r\nAAEC\r\nAwQF</data>"
	"<!-- <key>no</key> --><key>D</key><array><true/><integer> 0x1F </integer><string/></array>"
	"<key>E</key><string><![CDATA[<raw> & ]]>tail&#x41;</string><key>F</key><real>1.50</real>"
	"<?pi text?><key>G</key><date>2026-01-31T12:00:00Z</date></dict></plist>\n";

static void read_text(struct doc *doc, const struct buf *source)
{
	struct error err = ERROR_INIT;

	assert_true(buf_ok(source));
	if (doc_read(doc, "p", source->data, source->len, &err) < 0)
		fail_msg("%lu:%lu: %s", err.line, err.column, err.text);
}

static void assert_moved(struct span span, struct span from, size_t by)
{
	if (from.end == 0)
		by = 0;
	assert_int_equal(span.start, from.start + by);
	assert_int_equal(span.end, from.end + by);
}

/* The same nodes, `by` bytes further on. */
static void assert_same(const struct node *node, const struct node *as, size_t by)
{
	const struct node *child = node_first(node), *other = node_first(as);

	assert_moved(node->source.key, as->source.key, by);
	assert_moved(node->source.element, as->source.element, by);
	assert_moved(node->source.inner, as->source.inner, by);
	for (; child && other; child = node_next(child), other = node_next(other))
		assert_same(child, other, by);
	assert_null(child);
	assert_null(other);
}

static void it_is_read_alike_wherever_a_piece_ends(void **state)
{
	BUF_AUTO source = BUF_INIT;
	struct doc small, doc;
	size_t before;

	(void)state;
	buf_add_text(&source, text);
	read_text(&small, &source);
	for (before = PIECE - strlen(text); before <= PIECE; before++) {
		buf_clear(&source);
		buf_resize(&source, before);
		memset(source.data, ' ', before);
		buf_add_text(&source, text);
		read_text(&doc, &source);
		assert_true(node_equal(doc.root, small.root, true));
		assert_same(doc.root, small.root, before);
		doc_free(&doc);
	}
	doc_free(&small);
}

/* One that is cut off there is cut off, whatever it is. */
static void what_is_wrong_is_told_at_its_place_wherever_a_piece_ends(void **state)
{
	static const char wrong[] = "<plist version=\"1.0\"><dict><key>A</key><strung>x</strung></dict></plist>\n";
	BUF_AUTO source = BUF_INIT;
	struct error err;
	struct doc doc;
	size_t before;

	(void)state;
	for (before = PIECE - strlen(wrong); before <= PIECE; before++) {
		buf_clear(&source);
		buf_resize(&source, before);
		memset(source.data, ' ', before);
		buf_add_text(&source, wrong);
		assert_int_equal(doc_read(&doc, "p", source.data, source.len, &err), -1);
		assert_int_equal(err.line, 1);
		assert_int_equal(err.column, before + strlen("<plist version=\"1.0\"><dict><key>A</key>") + 1);
		assert_non_null(strstr(err.text, "strung"));
	}
}

/* In every piece but the first it is looked at again from its start. */
static void a_token_may_go_on_over_all_pieces(void **state)
{
	BUF_AUTO source = BUF_INIT;
	struct error err;
	struct doc doc;
	size_t len = 8 * PIECE;

	(void)state;
	buf_add_text(&source, "<plist version=\"1.0\"><!--");
	buf_resize(&source, len);
	memset(source.data + 25, 'x', len - 25);
	buf_add_text(&source, "--><string>");
	buf_resize(&source, 2 * len);
	memset(source.data + len + 11, 'y', len - 11);
	buf_add_text(&source, "</string></plist>");
	assert_int_equal(doc_read(&doc, "p", source.data, source.len, &err), 0);
	assert_int_equal(doc.root->value.len, len - 11);
	doc_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_read_alike_wherever_a_piece_ends),
		cmocka_unit_test(what_is_wrong_is_told_at_its_place_wherever_a_piece_ends),
		cmocka_unit_test(a_token_may_go_on_over_all_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
