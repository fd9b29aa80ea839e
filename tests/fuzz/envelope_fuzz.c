/* Any bytes as a profile's envelope: it is refused without content, or opened, and what is said of it can be said. */
#include "tests/fuzz/fuzz_der.h"
#include "tests/fuzz/fuzz_text.h"

#include "sign/verdict.h"

static void must_have_a_verdict(const struct envelope *envelope)
{
	struct error err = ERROR_INIT, why = ERROR_INIT;
	BUF_AUTO text = BUF_INIT;
	struct verdict verdict;

	if (verdict_reach(envelope, NULL, &verdict, &err) < 0) {
		must_be_said(err);
		return;
	}
	must(verdict.form == ENVELOPE_PLAIN || verdict.intact == envelope_intact(envelope, &why));
	must(verdict.form == ENVELOPE_PLAIN || !verdict_trusted(&verdict));
	if (verdict.form != ENVELOPE_PLAIN && !verdict.intact)
		must_be_said(verdict.why_not_intact);
	verdict_text(&verdict, &text);
	must_be_lines(&text);
	verdict_free(&verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct envelope *envelope = NULL;
	struct error err = ERROR_INIT;
	BUF_AUTO content = BUF_INIT;

	if (envelope_open("input", data, size, &envelope, &content, &err) < 0) {
		must_be_said(err);
		must(content.len == 0);
		return 0;
	}
	if (envelope_form(envelope) == ENVELOPE_PLAIN)
		must(buf_equals(&content, data, size));
	must_have_a_verdict(envelope);
	envelope_free(envelope);
	return 0;
}
