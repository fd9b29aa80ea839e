/*
 * What the tests of reconcile() share: two documents as text, the first made like the second, and what it is then.
 *
 * reconciled() gives text that the test frees; whatever it is, it was checked to be what was wanted, and that making it
 * so once more changes nothing.
 */
#ifndef TESTS_RECONCILED_H
#define TESTS_RECONCILED_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "plist/doc.h"
#include "plist/reconcile.h"

static inline void read_plist(struct doc *doc, const char *bytes, size_t len)
{
	struct error err = ERROR_INIT;

	if (doc_read(doc, "test", bytes, len, &err) < 0)
		fail_msg("line %lu: %s\n%.*s", err.line, err.text, (int)len, bytes);
}

static inline void write_plist(const struct doc *doc, struct buf *out)
{
	struct error err = ERROR_INIT;

	if (doc_write(doc, doc->format, out, &err) < 0)
		fail_msg("%s: %s", err.key, err.text);
}

/* doc_write() reads back what it wrote and compares it, so a document that can be written is a sound one. */
static inline void must_reconcile(struct doc *doc, const struct node *wanted)
{
	struct error err = ERROR_INIT;
	BUF_AUTO once = BUF_INIT;
	BUF_AUTO twice = BUF_INIT;

	assert_int_equal(reconcile(doc->root, wanted, &err), 0);
	assert_true(node_equal(doc->root, wanted, false));
	write_plist(doc, &once);
	assert_int_equal(reconcile(doc->root, wanted, &err), 0);
	write_plist(doc, &twice);
	assert_true(buf_equals(&once, twice.data, twice.len));
}

static inline char *reconciled(const char *text, const char *wanted)
{
	BUF_AUTO out = BUF_INIT;
	struct doc doc, other;

	read_plist(&doc, text, strlen(text));
	read_plist(&other, wanted, strlen(wanted));
	must_reconcile(&doc, other.root);
	write_plist(&doc, &out);
	doc_free(&doc);
	doc_free(&other);
	return buf_steal(&out, NULL);
}

static inline void must_become(const char *text, const char *wanted, const char *expected)
{
	char *result = reconciled(text, wanted);

	assert_string_equal(result, expected);
	free(result);
}

#endif
