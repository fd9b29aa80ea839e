/*
 * What the tests of doc_read() share: documents in few words that must be read or refused, and what must hold of
 * the ranges of source bytes of any document that was read.
 *
 * must_read() gives a document that the test frees; must_be() and must_fail() leave nothing behind.
 */
#ifndef TESTS_READ_DOC_H
#define TESTS_READ_DOC_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "plist/doc.h"
#include "tests/unit/text_in.h"

/* The body begins in line 2, column 1. */
#define PLIST(body) "<plist version=\"1.0\">\n" body "\n</plist>\n"

static inline void must_read(struct doc *doc, const char *bytes, size_t len)
{
	struct error err = ERROR_INIT;

	if (doc_read(doc, "test.plist", bytes, len, &err) < 0)
		fail_msg("%lu:%lu: %s", err.line, err.column, err.text);
	assert_non_null(doc->root);
}

static inline void must_read_text(struct doc *doc, const char *text)
{
	must_read(doc, text, strlen(text));
}

/* Reads a document of one scalar and checks its type and value. */
static inline void must_be(const char *text, enum node_type type, const char *value)
{
	struct doc doc;

	must_read_text(&doc, text);
	assert_int_equal(doc.root->type, type);
	assert_string_equal(text_in(doc.root), value);
	assert_int_equal(doc.root->value.len, strlen(value));
	assert_int_equal(doc.root->value.type, type);
	assert_false(doc.root->changed);
	doc_free(&doc);
}

static inline void must_fail_bytes(const char *bytes, size_t len, unsigned long line, unsigned long column,
				   const char *why)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	if (doc_read(&doc, "test.plist", bytes, len, &err) == 0)
		fail_msg("was read, but should be refused for '%s': %s", why, bytes);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
	if (err.line != line || err.column != column)
		fail_msg("'%s' at %lu:%lu, not at %lu:%lu", err.text, err.line, err.column, line, column);
	assert_string_equal(err.rule, "not-a-plist");
	assert_string_equal(err.file, "test.plist");
	assert_null(doc.root);
	assert_null(doc.source.data);
}

static inline void must_fail(const char *text, unsigned long line, unsigned long column, const char *why)
{
	must_fail_bytes(text, strlen(text), line, column, why);
}

static inline void assert_span(const struct doc *doc, struct span span, const char *expected)
{
	assert_true(span.start <= span.end && span.end <= doc->source.len);
	assert_int_equal(span.end - span.start, strlen(expected));
	assert_memory_equal(doc->source.data + span.start, expected, strlen(expected));
}

static inline bool spells(const struct doc *doc, size_t offset, const char *text)
{
	return offset + strlen(text) <= doc->source.len &&
	       memcmp(doc->source.data + offset, text, strlen(text)) == 0;
}

/* Ranges lie inside their parent's, in order, and begin and end with tags. */
static inline void assert_ranges(const struct doc *doc, const struct node *node)
{
	const struct span *element = &node->source.element, *inner = &node->source.inner;
	const struct node *child;
	size_t from = inner->start;

	assert_true(node->placed || node == doc->root);
	assert_true(spells(doc, element->start, "<"));
	assert_true(spells(doc, element->end - 1, ">"));
	assert_true(element->start < inner->start && inner->start <= inner->end &&
		    inner->end <= element->end);
	if (inner->end == element->end)
		assert_true(inner->start == element->end && spells(doc, element->end - 2, "/>"));
	else
		assert_true(spells(doc, inner->start - 1, ">") && spells(doc, inner->end, "</"));
	for (child = node_first_link(node); child; child = child->next) {
		if (node->type == NODE_DICT) {
			assert_true(spells(doc, child->source.key.start, "<key"));
			assert_true(spells(doc, child->source.key.end - 1, ">"));
			assert_true(child->source.key.start >= from);
			from = child->source.key.end;
		}
		assert_true(child->source.element.start >= from);
		from = child->source.element.end;
		assert_true(from <= inner->end);
		assert_ranges(doc, child);
	}
}

#endif
