/* What must hold of text that is shown: names in certificates are somebody else's, and steer no terminal. */
#ifndef TESTS_FUZZ_TEXT_H
#define TESTS_FUZZ_TEXT_H

#include "tests/fuzz/fuzz.h"

#include "plist/base/buf.h"

static inline void must_be_printable(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->data[i];

		must(c == '\n' || (c >= ' ' && c != 0x7f));
	}
}

/* Lines, each whole. */
static inline void must_be_lines(const struct buf *text)
{
	must(text->len > 0 && text->data[text->len - 1] == '\n');
	must_be_printable(text);
}

#endif
