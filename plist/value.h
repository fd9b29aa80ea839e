/*
 * Scalar values as text and back, lossless, and the judgement of text that is still being written.
 *
 * The text of a value is what its file shows without the final newline:
 *
 *   string    the value                          integer  -5, 42: no leading zeros or plus, any size
 *   boolean   true, false                        real     0.1, -2.5e3, inf, nan, as it was spelt
 *   date      2026-01-31T12:00:00Z, a real day   data     the raw bytes
 *
 * Any type but string and data may be a placeholder instead (placeholder.h), where `placeholders` says so.
 */
#ifndef PLIST_VALUE_H
#define PLIST_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/node.h"

enum verdict {
	VERDICT_NEVER, /* no continuation makes it valid */
	VERDICT_MAYBE, /* not valid, but what follows may make it so */
	VERDICT_VALID  /* valid as it stands (and may go on) */
};

/* Checks that `text` is a value of a scalar `type`. 0, or -1 with the rule "wrong-type" and what is allowed.
 * Strings must be UTF-8 without what XML 1.0 cannot hold (NUL, most control characters, U+FFFE, U+FFFF). */
int value_check(enum node_type type, const char *text, size_t len, bool placeholders, struct error *err);

/* The same for a value that no message may show: nor does its error any byte of it. */
int value_check_secret(enum node_type type, const char *text, size_t len, bool placeholders, struct error *err);

/* What `text`, the first bytes of a value (without any final newline), can become. Agrees with value_check:
 * VALID exactly if that succeeds. A UTF-8 character cut in half at the end is MAYBE. */
enum verdict value_prefix(enum node_type type, const char *text, size_t len, bool placeholders);

/* The type of a text of which nothing is known: boolean, canonical integer, else string; data if it is not
 * a valid string. Reals and dates are never inferred. */
enum node_type value_infer(const char *text, size_t len);

/* The same where it is known that the text is a valid string. */
enum node_type value_infer_text(const char *text, size_t len);

/* False for what begins as a boolean or an integer does; nearly no string does. */
static inline bool value_begins_as_string(const char *text, size_t len)
{
	return !len || !(*text == 't' || *text == 'f' || *text == '-' || (*text >= '0' && *text <= '9'));
}

/* Reads the character data of an XML scalar element (<integer> and the rest; not data, not boolean) into
 * `out` as the value's text. Takes what every reader of plists takes in the same way (white space around a
 * number, 0x1F, +5), makes it canonical, and refuses what readers disagree on (010, 12abc, dates with a
 * zone or month 13) [not-a-plist]. 0 or -1. */
int value_from_xml(enum node_type type, const char *text, size_t len, bool placeholders, struct buf *out,
		   struct error *err);

/* Strict base64: white space anywhere is skipped, anything else outside the alphabet, missing or surplus
 * padding, or non-zero bits after the last byte are errors [not-a-plist]. 0 or -1. */
int value_decode_base64(const char *text, size_t len, struct buf *out, struct error *err);

/* The same, but only checks it, and says how many bytes it stands for. */
int value_check_base64(const char *text, size_t len, size_t *bytes, struct error *err);

/* Reads on in base64 that was checked: `len` bytes, a multiple of three or all that are left, from `text` on into `out`
 * (NULL: they are passed over). Returns where the next are. */
const char *value_read_base64(const char *text, size_t len, char *out);

/* True if two base64 texts that were checked and stand for `len` bytes each stand for the same. */
bool value_same_base64(const char *a, const char *b, size_t len);

/* Appends base64 without line breaks. */
void value_encode_base64(const void *bytes, size_t len, struct buf *out);

/* True if the bytes are UTF-8 (no surrogates, no overlong forms) and hold only what XML 1.0 can. */
bool value_is_text(const char *bytes, size_t len);

/* True if an integer's canonical text fits a plist's 64 bits: -2^63 to 2^64-1. */
bool value_fits_64(const char *text, size_t len);

#endif
