/*
 * verify --same: whether what was signed is a plain file, byte for byte.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/cmd/verify.h"
#include "fs/tree/profile.h"
#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "sign/envelope.h"

/* --- the plain file --------------------------------------------------------------------------------- */

static int read_plain(const char *name, struct buf *content, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;
	struct envelope *envelope;
	enum envelope_form form;

	if (limit_explain(file_read_path(verify_path(name), PROFILE_SIZE_MAX, &bytes, err), LIMIT_PROFILE, err) < 0 ||
	    envelope_open(name, bytes.data, bytes.len, &envelope, content, err) < 0)
		return -1;
	form = envelope_form(envelope);
	envelope_free(envelope);
	if (form == ENVELOPE_PLAIN)
		return 0;
	error_set(err, EINVAL, "it is signed itself: --same takes a signed profile and then a plain one; "
			       "`profilefs sign --unsign` takes a signature off");
	return -1;
}

/* --- where they differ ------------------------------------------------------------------------------ */

/* The length of what both begin with. */
static size_t common_length(const struct buf *a, const struct buf *b)
{
	size_t at = 0, shorter = a->len < b->len ? a->len : b->len;

	while (at < shorter && a->data[at] == b->data[at])
		at++;
	return at;
}

static bool at_line_end(const struct buf *text, size_t at)
{
	return at + 1 < text->len && text->data[at] == '\r' && text->data[at + 1] == '\n';
}

/* True if they are the same when each CR LF is read as LF. */
static bool same_but_line_ends(const struct buf *a, const struct buf *b)
{
	size_t i = 0, k = 0;

	while (i < a->len && k < b->len) {
		i += at_line_end(a, i);
		k += at_line_end(b, k);
		if (a->data[i++] != b->data[k++])
			return false;
	}
	return i == a->len && k == b->len;
}

/* Where an offset is, as editors count: lines, and characters of UTF-8. A binary plist has neither. */
static void locate(const struct buf *text, size_t offset, struct error *err)
{
	unsigned long line = 1, column = 1;
	size_t i;

	if (text->len >= 6 && memcmp(text->data, "bplist", 6) == 0)
		return;
	for (i = 0; i < offset; i++) {
		if (text->data[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text->data[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	error_at(err, line, column);
}

static void say_line_ends(bool in_signed, const char *signed_name, struct error *err)
{
	if (in_signed)
		error_set(err, EINVAL,
			  "only line endings differ: CR LF in '%s', LF here. openssl's text conversion did that when "
			  "it signed: sign with its -binary, or with `profilefs sign`",
			  signed_name);
	else
		error_set(err, EINVAL,
			  "only line endings differ: LF in '%s', CR LF here. This file was converted after it was "
			  "signed (openssl without -binary, git's autocrlf, an editor)",
			  signed_name);
}

/* Bytes are counted from 1, as cmp(1) does. */
static void say_difference(const struct verified *verified, const struct buf *plain, struct error *err)
{
	const struct buf *content = &verified->content;
	const char *name = verified->name;
	size_t at = common_length(content, plain);

	if (same_but_line_ends(content, plain))
		say_line_ends(at < content->len && content->data[at] == '\r', name, err);
	else if (at == plain->len)
		error_set(err, EINVAL, "it ends after byte %zu, and '%s' has %zu more", at, name, content->len - at);
	else if (at == content->len)
		error_set(err, EINVAL, "'%s' ends after byte %zu, and here are %zu more", name, at, plain->len - at);
	else
		error_set(err, EINVAL, "byte %zu is the first that differs: 0x%02X in '%s', 0x%02X here", at + 1,
			  (unsigned char)content->data[at], name, (unsigned char)plain->data[at]);
	locate(plain, at, err);
}

int verify_same(const struct verified *verified, const char *plain, struct error *err)
{
	BUF_AUTO content = BUF_INIT;

	if (read_plain(plain, &content, err) < 0) {
		error_in_file(err, plain);
		return 2;
	}
	if (buf_equals(&verified->content, content.data, content.len))
		return 0;
	say_difference(verified, &content, err);
	error_in_file(err, plain);
	return 1;
}
