/*
 * Changes from a journal, made to a document: they fit or are refused, and what comes of them is a document that can be
 * written and read back. The first byte says how much of the input a record is.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>

#include "fs/tree/change.h"
#include "plist/doc.h"

#define DOCUMENT \
	"<plist version=\"1.0\"><dict><key>a</key><string>x</string><key>d</key><dict>" \
	"<key>i</key><integer>1</integer></dict><key>PayloadContent</key><array><dict>" \
	"<key>PayloadType</key><string>t</string></dict><string>y</string></array></dict></plist>"

/* A value that a format cannot hold is an error of the writer's; what it writes must be what is there. */
static void must_be_a_document(const struct doc *doc)
{
	BUF_AUTO out = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc back;

	if (doc_write(doc, DOC_XML, &out, &err) < 0) {
		must_be_said(err);
		must(err.code != EIO);
		return;
	}
	must(doc_read(&back, "written", out.data, out.len, &err) == 0);
	must(node_equal(back.root, doc->root, true));
	doc_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first = size ? data[0] : 0, left = size ? size - 1 : 0, position = 0;
	const char *bytes = (const char *)data + (size > 0);
	struct error err = ERROR_INIT;
	struct replay *replay;
	const char *name;
	struct doc doc;

	must(doc_read(&doc, "base", DOCUMENT, strlen(DOCUMENT), &err) == 0);
	replay = replay_new(&doc);
	must(replay);
	if (first > left)
		first = left;
	if (replay_changes(replay, bytes, first, &err) < 0 ||
	    replay_changes(replay, bytes + first, left - first, &err) < 0)
		must_be_said(err);
	while (replay_made(replay, &position, &name))
		;
	replay_free(replay);
	must_be_a_document(&doc);
	doc_free(&doc);
	return 0;
}
