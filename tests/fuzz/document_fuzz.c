/* Any bytes as a property list, XML or binary: what is read is written as it was, and in the other format too. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>

#include "plist/bplist.h"
#include "plist/doc.h"

/* A value that the other format cannot hold is an error; a result that is read back as something else never is. */
static void must_be_written(const struct doc *doc, enum doc_format format)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc back;

	if (doc_write(doc, format, &out, &err) < 0) {
		must_be_said(err);
		if (err.code == EIO)
			fprintf(stderr, "%s: %s\n", err.key, err.text);
		must(err.code != EIO);
		must(out.len == 0);
		return;
	}
	must(doc_read(&back, "written", out.data, out.len, &err) == 0);
	must(bplist_equal(back.root, doc->root));
	doc_free(&back);
}

static void must_be_kept(const struct doc *doc, const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;

	must(doc_write(doc, doc->format, &out, &err) == 0);
	must(buf_equals(&out, data, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	if (doc_read(&doc, "input", data, size, &err) < 0) {
		must_be_said(err);
		return 0;
	}
	must(doc.root);
	if (!doc.duplicate.code) {
		/* What was in another encoding is written in UTF-8. */
		if (doc.recoded)
			must_be_written(&doc, DOC_XML);
		else
			must_be_kept(&doc, data, size);
		must_be_written(&doc, doc.format == DOC_XML ? DOC_BINARY : DOC_XML);
	}
	doc_free(&doc);
	return 0;
}
