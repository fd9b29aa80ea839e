/*
 * An encrypted profile, and what its payloads are decrypted to: it is refused, or the plain profile can be read, and
 * covered again.
 */
#include "tests/fuzz/fuzz.h"

#include "plist/encrypted.h"

/* The payloads of the plain profile are those that were uncovered, and cover and uncover to the same again. */
static void must_be_covered_again(const struct doc *plain)
{
	BUF_AUTO payloads = BUF_INIT, covered = BUF_INIT, again = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc outer, back;

	if (plain->duplicate.code)
		return;
	must(!encrypted_is(plain));
	must(encrypted_take(plain, &payloads, &err) == 0);
	must(encrypted_cover(plain, "cipher", 6, &covered, &err) == 0);
	must(doc_read(&outer, "covered", covered.data, covered.len, &err) == 0);
	must(encrypted_is(&outer));
	must(encrypted_content(&outer, &err));
	must(encrypted_uncover(&outer, payloads.data, payloads.len, &again, &err) == 0);
	must(doc_read(&back, "uncovered", again.data, again.len, &err) == 0);
	must(node_equal(back.root, plain->root, false));
	doc_free(&back);
	doc_free(&outer);
}

static void uncover(const struct doc *doc, struct part payloads)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc plain;

	if (encrypted_uncover(doc, payloads.text, payloads.len, &out, &err) < 0) {
		must_be_said(err);
		must(out.len == 0);
		return;
	}
	must(doc_read(&plain, "plain", out.data, out.len, &err) == 0);
	must_be_covered_again(&plain);
	doc_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part rest = whole_input(data, size), outer = next_part(&rest);
	struct error err = ERROR_INIT;
	struct doc doc;

	if (doc_read(&doc, "input", outer.text, outer.len, &err) < 0)
		return 0;
	if (encrypted_is(&doc) && encrypted_content(&doc, &err))
		uncover(&doc, rest);
	doc_free(&doc);
	return 0;
}
