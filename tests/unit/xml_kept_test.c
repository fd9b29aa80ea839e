/*
 * What is taken for kept is kept: nothing that was edited is, also where nobody noted that it was; and what stands
 * anywhere else than the tree says is found when it is read back.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/doc.h"
#include "plist/xml_kept.h"
#include "plist/xml_skeleton.h"
#include "plist/xml_write.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define LONG        "a value that is long enough to be worth a run, together with one or two like it"

static const char TEXT[] =
	"<plist><dict>\n"
	"<key>a</key><string>" LONG "</string>\n"
	"<key>number</key><integer>15</integer>\n"
	"<key>flag</key><true/>\n"
	"<key>list</key><array>\n<string>one</string>\n"
	"<string>" LONG "</string>\n<string>" LONG "</string>\n<string>two</string>\n</array>\n"
	"<key>spelt</key><string>&lt;" LONG "&gt;</string>\n"
	"<key>data</key><data>AAECAwQFBgcICQoLDA0ODw==</data>\n"
	"<key>nested</key><dict>\n"
	"<key>x</key><string>" LONG "</string>\n<key>y</key><string>" LONG "</string>\n</dict>\n"
	"<key>last</key><string>" LONG "</string>\n"
	"</dict></plist>\n";

struct fixture {
	struct doc doc;
	struct kept kept;
};

static void open_text(struct fixture *f, const char *text)
{
	struct error err = ERROR_INIT;

	*f = (struct fixture){ 0 };
	if (doc_read(&f->doc, "p", text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
}

static void find(struct fixture *f)
{
	xml_kept_free(&f->kept);
	assert_int_equal(xml_kept_find(&f->doc, &f->kept), 0);
}

static void close_text(struct fixture *f)
{
	xml_kept_free(&f->kept);
	doc_free(&f->doc);
}

static struct node *get(const struct fixture *f, const char *key)
{
	struct node *node = node_get(f->doc.root, key);

	assert_non_null(node);
	return node;
}

/* True if a run has the node, or what it is in. */
static bool is_kept(const struct fixture *f, const struct node *node)
{
	const struct node *at, *child;
	size_t i;

	for (i = 0; i < f->kept.count; i++)
		for (child = f->kept.runs[i].first;; child = child->next) {
			for (at = node; at; at = at->parent)
				if (at == child)
					return true;
			if (child == f->kept.runs[i].last)
				break;
		}
	return false;
}

static void write_kept(struct fixture *f, struct buf *out)
{
	struct error err = ERROR_INIT;

	find(f);
	assert_true(f->kept.count > 0);
	if (xml_write(&f->doc, &f->kept, out, &err) < 0)
		fail_msg("%s", err.text);
}

/* The text, an element of its list edited; written, and what is read back of that. */
static void open_edited(struct fixture *f, struct buf *out, struct buf *skeleton)
{
	open_text(f, TEXT);
	assert_int_equal(node_set_string(node_at(get(f, "list"), 0), "edited"), 0);
	write_kept(f, out);
	xml_skeleton(out, &f->kept, skeleton);
}

/* --- what is kept ------------------------------------------------------------------------------------- */

static void all_but_what_is_spelt_otherwise_is_kept(void **state)
{
	struct fixture f;

	(void)state;
	open_text(&f, TEXT);
	find(&f);
	assert_true(is_kept(&f, get(&f, "a")));
	assert_true(is_kept(&f, get(&f, "number")));
	assert_true(is_kept(&f, get(&f, "flag")));
	assert_true(is_kept(&f, get(&f, "data")));
	assert_true(is_kept(&f, node_at(get(&f, "list"), 2)));
	assert_true(is_kept(&f, node_get(get(&f, "nested"), "y")));
	assert_false(is_kept(&f, get(&f, "spelt")));
	assert_true(f.kept.count >= 2);
	close_text(&f);
}

static void an_edit_ends_the_runs_around_it(void **state)
{
	struct fixture f;
	struct node *list;

	(void)state;
	open_text(&f, TEXT);
	list = get(&f, "list");
	assert_int_equal(node_set_string(node_at(list, 0), "other"), 0);
	find(&f);
	assert_true(is_kept(&f, get(&f, "a")));
	assert_false(is_kept(&f, node_at(list, 0)));
	assert_false(is_kept(&f, list));
	assert_true(is_kept(&f, node_at(list, 2)));
	assert_true(is_kept(&f, get(&f, "nested")));
	node_remove(node_get(get(&f, "nested"), "x"));
	find(&f);
	assert_false(is_kept(&f, get(&f, "nested")));
	close_text(&f);
}

/* Their text is counted over the whole. */
static void a_document_with_entities_has_no_runs(void **state)
{
	BUF_AUTO text = BUF_INIT;
	struct fixture f;

	(void)state;
	buf_add_text(&text, "<!DOCTYPE plist [ <!ENTITY e 'x'> ]>");
	buf_add_text(&text, TEXT);
	open_text(&f, buf_text(&text));
	find(&f);
	assert_int_equal(f.kept.count, 0);
	close_text(&f);
}

/* --- what nobody noted -------------------------------------------------------------------------------- */

/* Values and keys that are others than the source's, though nothing says so: a mistake of ours. `other` has no more
 * bytes than what is there. */
static void forget_value(struct node *node, const char *other)
{
	static char bytes[128];

	snprintf(bytes, sizeof(bytes), "%s", other);
	assert_int_not_equal(node->value.held, HELD_ALONE);
	node->value.at = bytes;
	node->value.len = (uint32_t)strlen(other);
	node->value.held = HELD_WITHIN;
}

static void must_not_be_lost(struct fixture *f)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	/* Something else was edited, else the source is what is written. */
	assert_int_equal(node_set_string(get(f, "last"), "edited"), 0);
	assert_int_equal(doc_write(&f->doc, DOC_XML, &out, &err), -1);
	assert_int_equal(err.code, EIO);
	assert_int_equal(out.len, 0);
	close_text(f);
}

static void a_value_that_changed_unnoticed_is_not_lost(void **state)
{
	static const struct {
		const char *key, *value;
	} others[] = {
		{ "a", "b" }, { "number", "16" }, { "flag", "false" }, { "data", "AAECAwQFBgcICQoLDA0ODw==" },
	};
	struct fixture f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(others); i++) {
		open_text(&f, TEXT);
		forget_value(get(&f, others[i].key), others[i].value);
		must_not_be_lost(&f);
	}
}

static void a_type_that_changed_unnoticed_is_not_lost(void **state)
{
	struct fixture f;

	(void)state;
	open_text(&f, TEXT);
	get(&f, "number")->type = get(&f, "number")->value.type = NODE_STRING;
	must_not_be_lost(&f);
	open_text(&f, TEXT);
	get(&f, "nested")->type = NODE_ARRAY;
	must_not_be_lost(&f);
}

static void a_key_that_changed_unnoticed_is_not_lost(void **state)
{
	struct fixture f;

	(void)state;
	open_text(&f, TEXT);
	get(&f, "nested")->key[0] = 'm';
	must_not_be_lost(&f);
}

/* --- what is written ---------------------------------------------------------------------------------- */

static bool reads_back(const struct fixture *f, struct buf *skeleton)
{
	struct error err = ERROR_INIT;
	bool same = false;

	return doc_compare("p", skeleton, f->doc.root, &f->kept, &same, &err) == 0 && same;
}

static void the_skeleton_has_only_what_is_not_kept(void **state)
{
	BUF_AUTO out = BUF_INIT, skeleton = BUF_INIT;
	struct fixture f;

	(void)state;
	open_edited(&f, &out, &skeleton);
	assert_non_null(strstr(buf_text(&skeleton), "<string>edited</string>"));
	assert_null(strstr(buf_text(&skeleton), "nested"));
	assert_true(reads_back(&f, &skeleton));
	close_text(&f);
}

static void a_run_that_is_left_out_elsewhere_does_not_read_back(void **state)
{
	BUF_AUTO out = BUF_INIT, skeleton = BUF_INIT;
	struct fixture f;
	size_t i, at;

	(void)state;
	open_edited(&f, &out, &skeleton);
	assert_true(f.kept.count > 1);
	for (at = 0; at <= out.len; at++)
		for (i = 0; i < f.kept.count; i++) {
			size_t right = f.kept.runs[i].at;
			bool blank = at == right || (at < right ? strspn(out.data + at, " \n\t") >= right - at
								: strspn(out.data + right, " \n\t") >= at - right);

			if ((i > 0 && at < f.kept.runs[i - 1].at) ||
			    (i + 1 < f.kept.count && at > f.kept.runs[i + 1].at))
				continue;
			f.kept.runs[i].at = at;
			buf_clear(&skeleton);
			xml_skeleton(&out, &f.kept, &skeleton);
			if (reads_back(&f, &skeleton) != blank)
				fail_msg("%zu, and not %zu: %s", at, right, buf_text(&skeleton));
			f.kept.runs[i].at = right;
		}
	close_text(&f);
}

/* Text came in there. */
static void shift_marks(struct kept *kept, size_t behind, size_t by)
{
	size_t i;

	for (i = 0; i < kept->count; i++)
		if (kept->runs[i].mark >= behind)
			kept->runs[i].mark += by;
}

/* Puts `text` before the mark of the first run, and `after` behind it. */
static void surround_mark(struct fixture *f, struct buf *skeleton, const char *text, const char *after)
{
	size_t mark = f->kept.runs[0].mark;
	BUF_AUTO made = BUF_INIT;

	buf_add(&made, skeleton->data, mark);
	buf_add_text(&made, text);
	buf_add(&made, skeleton->data + mark, strlen("<?kept?>"));
	buf_add_text(&made, after);
	buf_add(&made, skeleton->data + mark + strlen("<?kept?>"), skeleton->len - mark - strlen("<?kept?>"));
	shift_marks(&f->kept, mark + 1, strlen(text) + strlen(after));
	f->kept.runs[0].mark += strlen(text);
	buf_clear(skeleton);
	buf_add(skeleton, made.data, made.len);
}

static void a_run_in_another_place_does_not_read_back(void **state)
{
	static const struct {
		const char *before, *after;
		bool same;
	} places[] = {
		{ "", "", true },
		{ "<!-- a remark -->", "<?kept?>", true }, /* a document may have such an instruction of its own */
		{ "<!--", "-->", false },
		{ "<![CDATA[", "]]>", false },
		{ "<key>k</key><string>", "</string>", false },
		{ "<key>k</key><dict>", "</dict>", false },
		{ "<key>k</key>", "<true/>", false },
		{ "<key>k</key><true/>", "", false },
		{ "", "<key>k</key><true/>", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(places); i++) {
		BUF_AUTO out = BUF_INIT, skeleton = BUF_INIT;
		struct fixture f;

		open_edited(&f, &out, &skeleton);
		surround_mark(&f, &skeleton, places[i].before, places[i].after);
		if (reads_back(&f, &skeleton) != places[i].same)
			fail_msg("%s...%s: %s", places[i].before, places[i].after, buf_text(&skeleton));
		close_text(&f);
	}
}

static void a_run_that_is_missing_is_seen(void **state)
{
	BUF_AUTO out = BUF_INIT, skeleton = BUF_INIT;
	struct fixture f;

	(void)state;
	open_edited(&f, &out, &skeleton);
	skeleton.data[f.kept.runs[0].mark + 2] = 'x'; /* the name does not matter, the place does */
	assert_true(reads_back(&f, &skeleton));
	memset(skeleton.data + f.kept.runs[0].mark, ' ', strlen("<?kept?>"));
	assert_false(reads_back(&f, &skeleton));
	close_text(&f);
}

static void values_in_runs_count(void **state)
{
	struct error err = ERROR_INIT;
	BUF_AUTO text = BUF_INIT, out = BUF_INIT;
	struct fixture f;
	unsigned i;

	(void)state;
	buf_add_text(&text, "<plist><array>");
	for (i = 0; i < 1000; i++)
		buf_add_text(&text, "<string>x</string>\n");
	buf_add_text(&text, "</array></plist>");
	open_text(&f, buf_text(&text));
	assert_int_equal(node_set_string(node_at(f.doc.root, 500), "edited"), 0);
	assert_int_equal(limit_set("nodes", strlen("nodes"), "1000", &err), 0);
	assert_int_equal(doc_write(&f.doc, DOC_XML, &out, &err), -1);
	assert_int_equal(err.code, EFBIG);
	node_remove(node_at(f.doc.root, 0));
	assert_int_equal(doc_write(&f.doc, DOC_XML, &out, &err), 0);
	limits_reset();
	close_text(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_but_what_is_spelt_otherwise_is_kept),
		cmocka_unit_test(an_edit_ends_the_runs_around_it),
		cmocka_unit_test(a_document_with_entities_has_no_runs),
		cmocka_unit_test(a_value_that_changed_unnoticed_is_not_lost),
		cmocka_unit_test(a_type_that_changed_unnoticed_is_not_lost),
		cmocka_unit_test(a_key_that_changed_unnoticed_is_not_lost),
		cmocka_unit_test(the_skeleton_has_only_what_is_not_kept),
		cmocka_unit_test(a_run_that_is_left_out_elsewhere_does_not_read_back),
		cmocka_unit_test(a_run_in_another_place_does_not_read_back),
		cmocka_unit_test(a_run_that_is_missing_is_seen),
		cmocka_unit_test(values_in_runs_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
