#include "plist/xml_reader.h"

#include <stdarg.h>
#include <stdio.h>

/* From Expat 2.8 on these have 64 bits on every machine. */
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 8)
#define current_index XML_GetCurrentByteIndex64
#define current_count XML_GetCurrentByteCount64
#else
#define current_index XML_GetCurrentByteIndex
#define current_count XML_GetCurrentByteCount
#endif

size_t reader_offset(const struct xml_reader *reader)
{
	int64_t index = current_index(reader->parser);

	return index < 0 ? 0 : (size_t)index;
}

struct span reader_token(const struct xml_reader *reader)
{
	size_t start = reader_offset(reader);

	return span_of(start, start + (size_t)current_count(reader->parser));
}

struct open *reader_top(struct xml_reader *reader)
{
	return &reader->stack[reader->depth];
}

/* Adds the path of the innermost node. That of a scalar is not made yet: it is named as its container's next one. */
static void add_path(struct xml_reader *reader, struct buf *path)
{
	const struct open *open = reader_top(reader);
	const struct node *parent = reader->depth ? reader->stack[reader->depth - 1].node : NULL;

	if (open->node) {
		doc_path(open->node, path);
	} else if (open->element->kind == KIND_SCALAR && parent) {
		doc_path(parent, path);
		if (parent->parent)
			buf_add_char(path, '/');
		if (parent->type == NODE_DICT)
			buf_add(path, reader->key.data, reader->key.len);
		else
			buf_add_format(path, "%02zu", node_count(parent));
	}
}

void reader_stop_at(struct xml_reader *reader, size_t offset)
{
	unsigned long line, column;
	BUF_AUTO path = BUF_INIT;

	reader->failed = true;
	doc_position(reader->doc, offset, &line, &column);
	error_at(reader->err, line, column);
	error_in_file(reader->err, reader->name);
	add_path(reader, &path);
	if (path.len)
		error_in_key(reader->err, buf_text(&path));
	XML_StopParser(reader->parser, XML_FALSE);
}

__attribute__((format(printf, 3, 0)))
static void fail(struct xml_reader *reader, size_t offset, const char *format, va_list args)
{
	char text[sizeof(reader->err->text)];

	vsnprintf(text, sizeof(text), format, args);
	error_rule(reader->err, "not-a-plist", "%s", text);
	reader_stop_at(reader, offset);
}

void reader_fail(struct xml_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(reader, reader_offset(reader), format, args);
	va_end(args);
}

void reader_fail_at(struct xml_reader *reader, size_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(reader, offset, format, args);
	va_end(args);
}

void reader_fail_limit(struct xml_reader *reader, enum limit which, const char *rule, const char *what)
{
	limit_refuse(which, rule, what, reader->err);
	reader_stop_at(reader, reader_offset(reader));
}

void reader_fail_memory(struct xml_reader *reader)
{
	reader->failed = true;
	error_memory(reader->err);
	XML_StopParser(reader->parser, XML_FALSE);
}
