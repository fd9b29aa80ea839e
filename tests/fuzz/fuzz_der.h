/*
 * How libFuzzer changes DER (X.690): an element is removed, repeated, put in another's place, or has its tag or value
 * changed, and the lengths of all around it are made to fit. Bytes changed at random rarely get past the first length
 * that no longer does. A target that includes this has its inputs changed so; now and then as any other.
 */
#ifndef TESTS_FUZZ_DER_H
#define TESTS_FUZZ_DER_H

#include "tests/fuzz/fuzz.h"

#include "plist/base/buf.h"
#include "sign/ber.h"

#define DER_ELEMENTS_MAX 512

struct der_element {
	struct ber whole, value;
	int parent; /* its place in the list; -1: none */
};

struct der {
	struct der_element list[DER_ELEMENTS_MAX];
	int count;
};

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

/* Every element, each before what is in it. */
static inline void der_read(struct der *der, struct ber run, int parent)
{
	const unsigned char *begin = run.at;
	struct ber_element element;

	for (; der->count < DER_ELEMENTS_MAX && ber_next(&run, &element); begin = run.at) {
		int place = der->count++;

		der->list[place] = (struct der_element){ { begin, run.at }, element.inside, parent };
		if (element.constructed)
			der_read(der, element.inside, place);
	}
}

static inline void der_add(struct buf *out, const unsigned char *begin, const unsigned char *end)
{
	buf_add(out, begin, (size_t)(end - begin));
}

/* Appends a value under the tag of `element`, with its length said. */
static inline void der_wrap(const struct der_element *element, const struct buf *value, struct buf *out)
{
	const unsigned char *tag_end = element->whole.at + 1;

	if ((*element->whole.at & 0x1f) == 0x1f)
		while (*tag_end++ & 0x80)
			;
	der_add(out, element->whole.at, tag_end);
	if (value->len < 0x80)
		buf_add_char(out, (char)value->len);
	else
		buf_add_format(out, "\x82%c%c", (int)(value->len >> 8), (int)(value->len & 0xff));
	buf_add(out, value->data, value->len);
}

/* Appends a value changed by libFuzzer. */
static inline void der_change_value(const struct der_element *element, struct buf *out)
{
	size_t len = (size_t)(element->value.end - element->value.at);
	BUF_AUTO value = BUF_INIT;
	uint8_t bytes[1024];

	if (len > sizeof(bytes))
		len = sizeof(bytes);
	memcpy(bytes, element->value.at, len);
	buf_add(&value, bytes, LLVMFuzzerMutate(bytes, len, sizeof(bytes)));
	der_wrap(element, &value, out);
}

/* Appends what stands in an element's place from now on. */
static inline void der_change(const struct der *der, const struct der_element *element, unsigned int how,
			      struct buf *out)
{
	const struct der_element *other = &der->list[how / 8 % (unsigned int)der->count];

	switch (how % 8) {
	case 0:
		return;
	case 1:
		der_add(out, element->whole.at, element->whole.end);
		der_add(out, element->whole.at, element->whole.end);
		return;
	case 2:
		der_add(out, other->whole.at, other->whole.end);
		return;
	case 3:
		der_add(out, element->whole.at, element->whole.end);
		der_add(out, other->whole.at, other->whole.end);
		return;
	case 4:
		buf_add_char(out, (char)(how >> 8));
		der_add(out, element->whole.at + 1, element->whole.end);
		return;
	default:
		der_change_value(element, out);
	}
}

/* Puts `changed` in the place of an element, and so outwards. */
static inline void der_put(const struct der *der, const struct der_element *element, struct buf *changed)
{
	while (element->parent >= 0) {
		const struct der_element *parent = &der->list[element->parent];
		BUF_AUTO value = BUF_INIT, whole = BUF_INIT;

		der_add(&value, parent->value.at, element->whole.at);
		buf_add(&value, changed->data, changed->len);
		der_add(&value, element->whole.end, parent->value.end);
		der_wrap(parent, &value, &whole);
		buf_assign(changed, whole.data, whole.len);
		element = parent;
	}
}

static inline size_t der_mutate(const struct der *der, uint8_t *data, size_t max, unsigned int seed)
{
	const struct der_element *element = &der->list[seed / 16 % (unsigned int)der->count];
	BUF_AUTO changed = BUF_INIT;

	der_change(der, element, seed / 16 / DER_ELEMENTS_MAX, &changed);
	der_put(der, element, &changed);
	must(buf_ok(&changed));
	if (changed.len == 0 || changed.len > max)
		return 0;
	memcpy(data, changed.data, changed.len);
	return changed.len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static struct der der;
	size_t changed = 0;

	der.count = 0;
	if (seed % 16)
		der_read(&der, (struct ber){ data, data + size }, -1);
	if (der.count)
		changed = der_mutate(&der, data, max, seed);
	return changed ? changed : LLVMFuzzerMutate(data, size, max);
}

#endif
