/*
 * What the tests of merge() share: three versions as text, and what their merge comes to: the document, which is
 * compared or written, and its conflicts, in words.
 *
 * A `merged` is the test's own: merged_free().
 */
#ifndef TESTS_MERGED_H
#define TESTS_MERGED_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "plist/doc.h"
#include "plist/merge.h"
#include "tests/unit/reconciled.h"

#define PLIST(body) "<plist version=\"1.0\">\n" body "\n</plist>\n"
#define D(body) "<dict>" body "</dict>"
#define A(body) "<array>" body "</array>"
#define S(text) "<string>" text "</string>"
#define K(key, value) "<key>" key "</key>" value
#define KS(key, text) K(key, S(text))

struct merged {
	struct doc doc;       /* ours */
	struct buf conflicts; /* "both a, ours-removed b, theirs-removed (element), " in their order */
	size_t count;
};

static inline void note_conflict(void *context, const struct merge_conflict *conflict)
{
	static const char *const KINDS[] = { "both", "ours-removed", "theirs-removed" };
	struct merged *merged = context;

	merged->count++;
	buf_add_format(&merged->conflicts, "%s ", KINDS[conflict->kind]);
	if (conflict->key)
		buf_add(&merged->conflicts, conflict->key, conflict->key_len);
	else
		buf_add_text(&merged->conflicts, "(element)");
	buf_add_text(&merged->conflicts, ", ");
	/* What it says is in our document, and is marked as such. */
	for (const struct node *top = conflict->dict; top != merged->doc.root; top = top->parent)
		assert_non_null(top->parent);
	if (conflict->base) {
		assert_ptr_equal(conflict->base->parent, conflict->dict);
		assert_int_equal(merge_mark_of(conflict->base->key, conflict->base->key_len, NULL), MERGE_MARK_BASE);
	}
	if (conflict->mark) {
		assert_ptr_equal(conflict->mark->parent, conflict->dict);
		assert_int_equal(merge_mark_of(conflict->mark->key, conflict->mark->key_len, NULL),
				 conflict->key ? MERGE_MARK_THEIRS : MERGE_MARK_REMOVED);
	}
}

/* Merges trees into the document that `merged` has already. The two others stay as they are. */
static inline void merge_into(struct merged *merged, const struct node *base, const struct node *theirs)
{
	struct node *base_before = node_copy(base, false), *theirs_before = node_copy(theirs, false);
	struct error err = ERROR_INIT;

	assert_int_equal(merge(merged->doc.root, base, theirs, note_conflict, merged, &err), 0);
	assert_true(node_equal(base, base_before, true));
	assert_true(node_equal(theirs, theirs_before, true));
	node_free(base_before);
	node_free(theirs_before);
}

static inline void make_merged(struct merged *merged, const char *base, const char *ours, const char *theirs)
{
	struct doc base_doc, theirs_doc;

	*merged = (struct merged){ 0 };
	read_plist(&merged->doc, ours, strlen(ours));
	read_plist(&base_doc, base, strlen(base));
	read_plist(&theirs_doc, theirs, strlen(theirs));
	merge_into(merged, base_doc.root, theirs_doc.root);
	doc_free(&base_doc);
	doc_free(&theirs_doc);
}

static inline void merged_free(struct merged *merged)
{
	doc_free(&merged->doc);
	buf_free(&merged->conflicts);
}

/* The values that are expected, in whatever order of keys, and the conflicts. doc_write() reads back what it wrote. */
static inline void must_merge_with(const char *base, const char *ours, const char *theirs, const char *expected,
				   const char *conflicts)
{
	BUF_AUTO written = BUF_INIT;
	struct merged merged;
	struct doc doc;

	make_merged(&merged, base, ours, theirs);
	read_plist(&doc, expected, strlen(expected));
	write_plist(&merged.doc, &written);
	if (!node_equal(merged.doc.root, doc.root, false))
		fail_msg("expected:\n%sgot:\n%s", expected, buf_text(&written));
	assert_string_equal(buf_text(&merged.conflicts), conflicts);
	merged_free(&merged);
	doc_free(&doc);
}

#endif
