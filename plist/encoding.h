/*
 * The encodings that an XML plist may come in, and their way to UTF-8.
 *
 * UTF-8 (with or without a byte order mark) and US-ASCII stay as they are; ISO-8859-1 and UTF-16 (either
 * byte order, with or without a mark) are recoded. Everything else is refused with the way to convert it:
 * a wrong guess would change text in silence. Nothing here owns memory but the caller's buffer.
 */
#ifndef PLIST_ENCODING_H
#define PLIST_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* Appends `bytes` to the empty buffer `out` as UTF-8. When they had to be recoded, `*recoded` names what
 * they were in (a static string) and a UTF-16 byte order mark is gone; the XML declaration still names the
 * old encoding, so that columns are the file's own: whoever writes the text changes it. Else `*recoded` is
 * NULL and `out` has the same bytes. UTF-8 is not checked: the parser does that.
 * 0, or -1 with the rule "not-a-plist", line and column, or ENOMEM. */
int encoding_to_utf8(const char *bytes, size_t len, struct buf *out, const char **recoded, struct error *err);

/* True if encoding_to_utf8() would give the same bytes, whatever they are, and cannot refuse them. */
bool encoding_is_utf8(const char *bytes, size_t len);

/* How many bytes of byte order mark the UTF-8 text begins with: 0 or 3. */
size_t encoding_mark(const char *text, size_t len);

/* Line and column (from 1, columns in characters) of an offset in UTF-8 text. Lines end in LF, CR LF or CR,
 * as in XML; a byte order mark is no character. An offset past the end counts as the end. */
void encoding_position(const char *text, size_t len, size_t offset, unsigned long *line,
		       unsigned long *column);

#endif
