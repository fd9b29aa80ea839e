/*
 * Encodings that no tool writes: a CMS with something put among its certificates, the same bytes with no length said.
 * The files are in the folder of signing.h.
 */
#ifndef TESTS_DER_H
#define TESTS_DER_H

#include "tests/unit/signing.h"

#include "sign/ber.h"

/* Appends an element of a tag of one byte. */
static inline void der_wrap(unsigned char tag, const struct buf *inside, struct buf *out)
{
	int shift = 24;

	buf_add_char(out, (char)tag);
	if (inside->len >= 0x80) {
		while (inside->len >> shift == 0)
			shift -= 8;
		buf_add_char(out, (char)(0x80 + shift / 8 + 1));
		for (; shift > 0; shift -= 8)
			buf_add_char(out, (char)(inside->len >> shift));
	}
	buf_add_char(out, (char)inside->len);
	buf_add(out, inside->data, inside->len);
}

/* Appends the elements with no length said of any that holds others. */
static inline void der_loosen(const void *bytes, size_t len, struct buf *out)
{
	struct ber run = { bytes, (const unsigned char *)bytes + len };
	const unsigned char *start = run.at;
	struct ber_element element;

	while (ber_next(&run, &element)) {
		if (element.constructed) {
			buf_add(out, start, 1);
			buf_add_char(out, (char)0x80);
			der_loosen(element.inside.at, (size_t)(element.inside.end - element.inside.at), out);
			buf_add(out, "\0\0", 2);
		} else {
			buf_add(out, start, (size_t)(run.at - start));
		}
		start = run.at;
	}
	assert_ptr_equal(run.at, run.end);
}

/* Takes the element that must be next; all its bytes go to `whole`, if that is asked for. */
static inline struct ber_element der_next(struct ber *run, struct buf *whole)
{
	const unsigned char *start = run->at;
	struct ber_element element;

	assert_true(ber_next(run, &element));
	if (whole)
		buf_add(whole, start, (size_t)(run->at - start));
	return element;
}

/* The elements of the SignedData in a file; `type` gets the bytes before it. */
static inline struct ber der_signed_data(const struct buf *bytes, struct buf *type)
{
	struct ber run = { (const unsigned char *)bytes->data, (const unsigned char *)bytes->data + bytes->len };

	run = der_next(&run, NULL).inside;
	der_next(&run, type);
	run = der_next(&run, NULL).inside;
	return der_next(&run, NULL).inside;
}

/* Its version. */
static inline int der_version(const char *name)
{
	BUF_AUTO bytes = BUF_INIT;
	struct ber run;

	kit_read(name, &bytes);
	run = der_signed_data(&bytes, NULL);
	run = der_next(&run, NULL).inside;
	assert_int_equal(run.end - run.at, 1);
	return run.at[0];
}

/* Writes `to`, which is `from` with more bytes in the element of the SignedData whose tag is `tag`: 0xa0 are the
 * certificates, 0x31 (the last one) the signatures. */
static inline void der_include(const char *from, unsigned char tag, const void *more, size_t len, const char *to)
{
	BUF_AUTO bytes = BUF_INIT, type = BUF_INIT, parts = BUF_INIT, outer = BUF_INIT, whole = BUF_INIT;
	struct ber run;

	kit_read(from, &bytes);
	run = der_signed_data(&bytes, &type);
	while (run.at < run.end) {
		BUF_AUTO part = BUF_INIT, inside = BUF_INIT;
		struct ber_element element = der_next(&run, &part);
		bool last = run.at == run.end;

		if ((unsigned char)part.data[0] != tag || (tag == 0x31 && !last)) {
			buf_add(&parts, part.data, part.len);
			continue;
		}
		buf_add(&inside, element.inside.at, (size_t)(element.inside.end - element.inside.at));
		buf_add(&inside, more, len);
		der_wrap(tag, &inside, &parts);
	}
	der_wrap(0x30, &parts, &outer);
	der_wrap(0xa0, &outer, &type);
	der_wrap(0x30, &type, &whole);
	kit_write(to, whole.data, whole.len);
}

/* The certificate of one of the identities. */
static inline void der_cert(const char *name, struct buf *out)
{
	char file[64];

	kit_must("openssl x509 -in %s.crt -outform DER -out %s.der", name, name);
	snprintf(file, sizeof(file), "%s.der", name);
	kit_read(file, out);
}

#endif
