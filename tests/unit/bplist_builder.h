/*
 * Binary plists made by hand for tests: objects are added one by one, references take two bytes and offsets
 * four. builder_end() frees what was made.
 */
#ifndef TESTS_UNIT_BPLIST_BUILDER_H
#define TESTS_UNIT_BPLIST_BUILDER_H

#include <stdint.h>
#include <string.h>

#include "plist/base/buf.h"
#include "plist/doc.h"
#include "plist/node.h"

#define LITERAL(text) (text), sizeof(text) - 1

struct builder {
	struct buf bytes;
	size_t offsets[4096];
	size_t count;
};

static inline void add_number(struct buf *out, uint64_t value, unsigned size)
{
	while (size--)
		buf_add_char(out, (char)(value >> 8 * size));
}

static inline void begin(struct builder *builder)
{
	builder->bytes = BUF_INIT;
	builder->count = 0;
	buf_add_text(&builder->bytes, "bplist00");
}

/* Adds an object of raw bytes and gives its number. */
static inline unsigned add(struct builder *builder, const char *bytes, size_t len)
{
	builder->offsets[builder->count] = builder->bytes.len;
	buf_add(&builder->bytes, bytes, len);
	return (unsigned)builder->count++;
}

static inline unsigned add_ascii(struct builder *builder, const char *text)
{
	char marker = (char)(0x50 | strlen(text));
	unsigned number = add(builder, &marker, 1);

	buf_add_text(&builder->bytes, text);
	return number;
}

/* An array of `count` times the same object. */
static inline unsigned add_array(struct builder *builder, unsigned item, unsigned count)
{
	unsigned number = add(builder, LITERAL("\xAF\x12"));

	add_number(&builder->bytes, count, 4);
	for (unsigned i = 0; i < count; i++)
		add_number(&builder->bytes, item, 2);
	return number;
}

static inline unsigned add_dict(struct builder *builder, unsigned count, const unsigned *keys,
				const unsigned *values)
{
	char marker = (char)(0xD0 | count);
	unsigned number = add(builder, &marker, 1);

	for (unsigned i = 0; i < count; i++)
		add_number(&builder->bytes, keys[i], 2);
	for (unsigned i = 0; i < count; i++)
		add_number(&builder->bytes, values[i], 2);
	return number;
}

static inline void finish(struct builder *builder, uint64_t root)
{
	size_t table = builder->bytes.len;

	for (size_t i = 0; i < builder->count; i++)
		add_number(&builder->bytes, builder->offsets[i], 4);
	add_number(&builder->bytes, 0, 6);
	add_number(&builder->bytes, 4, 1);
	add_number(&builder->bytes, 2, 1);
	add_number(&builder->bytes, builder->count, 8);
	add_number(&builder->bytes, root, 8);
	add_number(&builder->bytes, table, 8);
	assert_true(buf_ok(&builder->bytes));
}

/* A file whose root is this one object. */
static inline void make_single(struct builder *builder, const char *bytes, size_t len)
{
	begin(builder);
	finish(builder, add(builder, bytes, len));
}

/* Every kind of value, and the text it is read as. */
static const struct value {
	const char *key, *bytes;
	size_t len;
	enum node_type type;
	const char *text;
} VALUES[] = {
	{ "ascii", LITERAL("\x52hi"), NODE_STRING, "hi" },
	{ "empty", LITERAL("\x50"), NODE_STRING, "" },
	{ "utf16", LITERAL("\x64\x00\xE9\x20\xAC\xD8\x3D\xDE\x00"), NODE_STRING,
	  "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80" },
	{ "no", LITERAL("\x08"), NODE_BOOLEAN, "false" },
	{ "yes", LITERAL("\x09"), NODE_BOOLEAN, "true" },
	{ "byte", LITERAL("\x10\xFF"), NODE_INTEGER, "255" },
	{ "short", LITERAL("\x11\xFF\xFF"), NODE_INTEGER, "65535" },
	{ "minus", LITERAL("\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFB"), NODE_INTEGER, "-5" },
	{ "least", LITERAL("\x13\x80\x00\x00\x00\x00\x00\x00\x00"), NODE_INTEGER, "-9223372036854775808" },
	{ "most", LITERAL("\x14\0\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), NODE_INTEGER,
	  "18446744073709551615" },
	{ "half", LITERAL("\x22\x3F\x00\x00\x00"), NODE_REAL, "0.5" },
	{ "tenth", LITERAL("\x23\x3F\xB9\x99\x99\x99\x99\x99\x9A"), NODE_REAL, "0.1" },
	{ "million", LITERAL("\x23\x41\x2E\x84\x80\x00\x00\x00\x00"), NODE_REAL, "1000000" },
	{ "third", LITERAL("\x23\x3F\xD5\x55\x55\x55\x55\x55\x55"), NODE_REAL, "0.3333333333333333" },
	{ "date", LITERAL("\x33\x41\xC7\x97\x13\x20\x00\x00\x00"), NODE_DATE, "2026-01-31T12:00:00Z" },
	{ "data", LITERAL("\x43\x01\xFE\x03"), NODE_DATA, "\x01\xFE\x03" },
};

#define VALUE_COUNT (sizeof(VALUES) / sizeof(VALUES[0]))

static inline void make_all(struct builder *builder)
{
	unsigned keys[VALUE_COUNT], values[VALUE_COUNT], number;

	begin(builder);
	for (unsigned i = 0; i < VALUE_COUNT; i++) {
		keys[i] = add_ascii(builder, VALUES[i].key);
		values[i] = add(builder, VALUES[i].bytes, VALUES[i].len);
	}
	number = add(builder, LITERAL("\xDF\x10"));
	add_number(&builder->bytes, VALUE_COUNT, 1);
	for (unsigned i = 0; i < VALUE_COUNT; i++)
		add_number(&builder->bytes, keys[i], 2);
	for (unsigned i = 0; i < VALUE_COUNT; i++)
		add_number(&builder->bytes, values[i], 2);
	finish(builder, number);
}

static inline void read_ok(struct doc *doc, const void *bytes, size_t len)
{
	struct error err = ERROR_INIT;

	if (doc_read(doc, "test", bytes, len, &err))
		fail_msg("%s", err.text);
}

#endif
