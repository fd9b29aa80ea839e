#include "plist/xml_reader.h"

#include <errno.h>
#include <expat.h>
#include <string.h>

#include "plist/placeholder.h"
#include "plist/value.h"
#include "plist/xml_diagnose.h"
#include "plist/xml_parser.h"

#define PIECE_LEAST ((size_t)1 << 20)
#define PIECES_MOST 16
#define VALUES_ALLOWED "dict, array, string, integer, real, true, false, date and data"

static const struct element elements[] = {
	{ "plist", KIND_PLIST, NODE_TYPE_COUNT },
	{ "key", KIND_KEY, NODE_TYPE_COUNT },
	{ "string", KIND_SCALAR, NODE_STRING },
	{ "dict", KIND_CONTAINER, NODE_DICT },
	{ "array", KIND_CONTAINER, NODE_ARRAY },
	{ "integer", KIND_SCALAR, NODE_INTEGER },
	{ "true", KIND_SCALAR, NODE_BOOLEAN },
	{ "false", KIND_SCALAR, NODE_BOOLEAN },
	{ "data", KIND_SCALAR, NODE_DATA },
	{ "real", KIND_SCALAR, NODE_REAL },
	{ "date", KIND_SCALAR, NODE_DATE },
};

/* What is open when nothing is. */
static const struct element document = { "", KIND_DOCUMENT, NODE_TYPE_COUNT };

/*
 * Start tags.
 */

static const struct element *find_element(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (strcmp(elements[i].name, name) == 0)
			return &elements[i];
	return NULL;
}

static void push(struct xml_reader *reader, const struct element *element, struct span tag)
{
	reader->stack[++reader->depth] = (struct open){ .element = element, .tag = tag };
	if (reader->cooked)
		buf_resize(&reader->text, 0);
	reader->raw = (struct span){ 0, 0 };
	reader->cooked = false;
}

/* Says what is wrong with an element at this place, whatever it holds. False if something is. */
static bool check_place(struct xml_reader *reader, const char *name, const struct element *element, size_t offset)
{
	const struct element *open = reader_top(reader)->element;
	int shown = xml_shown(name);

	if (reader->doc->source.data[offset] != '<')
		reader_fail(reader, "an element comes from an entity: write it out");
	else if (open->kind == KIND_DOCUMENT && (!element || element->kind != KIND_PLIST))
		reader_fail(reader, "the outermost element is <%.*s>, and must be <plist>", shown, name);
	else if (open->kind == KIND_SCALAR || open->kind == KIND_KEY)
		reader_fail(reader, "<%s> cannot hold %s%s%s: only text, with '&lt;' for '<'", open->name,
			    element ? "<" : "an element", element ? element->name : "", element ? ">" : "");
	else if (!element)
		reader_fail(reader, "<%.*s> is not an element of plists: allowed are " VALUES_ALLOWED, shown,
			    name);
	else if (open->kind != KIND_DOCUMENT && element->kind == KIND_PLIST)
		reader_fail(reader, "a <plist> inside another: there is only one, around everything");
	else
		return true;
	return false;
}

static void start_key(struct xml_reader *reader, const struct element *element, struct span tag)
{
	struct open *open = reader_top(reader);

	if (open->element->type != NODE_DICT)
		reader_fail(reader, "a <key> directly in <%s>: keys stand in <dict> only",
			    open->element->name);
	else if (reader->has_key)
		reader_fail(reader, "the key '%.*s' has no value: another <key> follows",
			    xml_shown(buf_text(&reader->key)), buf_text(&reader->key));
	else
		push(reader, element, tag);
}

static bool check_value(struct xml_reader *reader, const struct element *element)
{
	struct open *open = reader_top(reader);

	if (open->element->kind == KIND_PLIST && reader->nodes)
		reader_fail(reader, "a second value in <plist>, which holds one: put both into an <array>");
	else if (open->element->type == NODE_DICT && !reader->has_key)
		reader_fail(reader, "a <%s> without a <key> before it: in <dict>, every value has one",
			    element->name);
	else if (element->kind == KIND_CONTAINER && reader->depth > limit(LIMIT_DEPTH))
		reader_fail_limit(reader, LIMIT_DEPTH, "not-a-plist", "nested too deep");
	else if (reader->nodes >= limit(LIMIT_NODES))
		reader_fail_limit(reader, LIMIT_NODES, NULL, "too many values");
	else
		return true;
	return false;
}

static void start_value(struct xml_reader *reader, const struct element *element, struct span tag)
{
	if (!check_value(reader, element))
		return;
	reader->nodes++;
	push(reader, element, tag);
	reader->sink->start(reader);
	reader->has_key = false;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
	struct xml_reader *reader = user;
	const struct element *element = find_element(name);
	const struct span tag = reader_token(reader);

	(void)attributes;
	if (reader->failed || !check_place(reader, name, element, tag.start))
		return;
	if (element->kind == KIND_PLIST)
		push(reader, element, tag);
	else if (element->kind == KIND_KEY)
		start_key(reader, element, tag);
	else
		start_value(reader, element, tag);
}

/*
 * Text.
 */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Between elements only white space may stand. A chunk of text that stands in the source as it is reported
 * has its own offset for each byte; one that comes from a reference has only the reference's. */
static void check_space(struct xml_reader *reader, const char *text, size_t len)
{
	size_t offset, i = 0;

	while (i < len && is_space(text[i]))
		i++;
	if (i == len)
		return;
	offset = reader_offset(reader);
	if (reader->doc->source.data[offset] != '&')
		offset += i;
	reader_fail_at(reader, offset, "text directly in <%s>: values stand in elements, such as <string>",
		       reader_top(reader)->element->name);
}

/* True if the text that Expat reports goes on in the source where the last ended: no reference, line end of two
 * characters or section of its own lies between. */
static bool is_raw(const struct xml_reader *reader, struct span token, size_t len)
{
	return !reader->cooked && token.end - token.start == len &&
	       (reader->raw.end == 0 || reader->raw.end == token.start) &&
	       reader->doc->source.data[token.start] != '&';
}

static size_t text_len(const struct xml_reader *reader)
{
	return reader->cooked ? reader->text.len : reader->raw.end - reader->raw.start;
}

/* The character data of the open key or scalar. */
static const char *text_of(const struct xml_reader *reader)
{
	return reader->cooked ? buf_text(&reader->text) : reader->doc->source.data + reader->raw.start;
}

static enum held text_held(const struct xml_reader *reader)
{
	return reader->cooked ? HELD_ALONE : HELD_SOURCE;
}

static void keep_text(struct xml_reader *reader, const char *text, size_t len)
{
	const struct span token = reader_token(reader);

	if (is_raw(reader, token, len)) {
		reader->raw = span_of(reader->raw.end ? reader->raw.start : token.start, token.end);
		return;
	}
	if (!reader->cooked)
		buf_add(&reader->text, text_of(reader), text_len(reader));
	reader->cooked = true;
	buf_add(&reader->text, text, len);
}

/* Of data the limit is on what base64 stands for, which is known when all of it is there. */
static void add_text(struct xml_reader *reader, const struct open *open, const char *text, size_t len)
{
	bool is_key = open->element->kind == KIND_KEY;
	size_t most = limit(is_key ? LIMIT_NAME : LIMIT_VALUE);
	bool fits = open->element->type == NODE_DATA || text_len(reader) + len <= most;

	if (fits)
		keep_text(reader, text, len);
	else if (is_key)
		reader_fail_limit(reader, LIMIT_NAME, NULL, "a key is too long");
	else
		reader_fail_limit(reader, LIMIT_VALUE, NULL, "a value is too large");
}

static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
	struct xml_reader *reader = user;
	struct open *open = reader_top(reader);

	if (reader->failed)
		return;
	reader->expanded += (size_t)len;
	if (reader->expanded > limit(LIMIT_PROFILE))
		reader_fail_limit(reader, LIMIT_PROFILE, NULL, "too much text, with its entities expanded");
	else if (open->element->kind == KIND_KEY || open->element->kind == KIND_SCALAR)
		add_text(reader, open, text, (size_t)len);
	else
		check_space(reader, text, (size_t)len);
}

/*
 * End tags: an element's text becomes its value.
 */

/* Cuts white space off both ends. */
static struct span trim(const char *text, size_t len)
{
	struct span span = span_of(0, len);

	while (span.start < span.end && is_space(text[span.start]))
		span.start++;
	while (span.end > span.start && is_space(text[span.end - 1]))
		span.end--;
	return span;
}

static void tell(struct xml_reader *reader, const char *bytes, size_t len, enum held held, bool placeholder)
{
	const struct scalar value = {
		.at = bytes,
		.len = (uint32_t)len,
		.type = reader_top(reader)->element->type,
		.held = held,
		.placeholder = placeholder,
	};

	reader->sink->scalar(reader, &value);
}

static void end_boolean(struct xml_reader *reader, struct open *open)
{
	struct span content = trim(text_of(reader), text_len(reader));
	const char *name = open->element->name;

	if (content.start < content.end)
		reader_fail_at(reader, open->tag.start, "<%s> cannot hold anything: write <%s/>", name, name);
	else
		tell(reader, name, strlen(name), HELD_SOURCE, false);
}

/* What is wrong with a value is said of the whole element. */
static void fail_value(struct xml_reader *reader, struct open *open)
{
	if (reader->err->code == ENOMEM)
		reader_fail_memory(reader);
	else
		reader_stop_at(reader, open->tag.start);
}

static bool is_too_large(struct xml_reader *reader, size_t len)
{
	if (len <= limit(LIMIT_VALUE))
		return false;
	reader_fail_limit(reader, LIMIT_VALUE, NULL, "a value is too large");
	return true;
}

/* Base64 that stands in the source is only checked. */
static void end_data(struct xml_reader *reader, struct open *open)
{
	const char *text = text_of(reader);
	BUF_AUTO value = BUF_INIT;
	size_t len;

	if (!reader->cooked) {
		if (value_check_base64(text, text_len(reader), &len, reader->err) < 0)
			fail_value(reader, open);
		else if (!is_too_large(reader, len))
			tell(reader, text, len, HELD_BASE64, false);
	} else if (value_decode_base64(text, text_len(reader), &value, reader->err) < 0) {
		fail_value(reader, open);
	} else if (!is_too_large(reader, value.len)) {
		tell(reader, buf_text(&value), value.len, HELD_ALONE, false);
	}
}

static void end_converted(struct xml_reader *reader, struct open *open)
{
	struct span content = trim(text_of(reader), text_len(reader));
	const char *text = text_of(reader) + content.start;
	size_t len = content.end - content.start;
	BUF_AUTO value = BUF_INIT;

	if (placeholder_whole(text, len))
		tell(reader, text, len, text_held(reader), true);
	else if (open->element->type == NODE_DATA)
		end_data(reader, open);
	else if (value_from_xml(open->element->type, text_of(reader), text_len(reader), false, &value, reader->err) < 0)
		fail_value(reader, open);
	else if (is_too_large(reader, value.len))
		return;
	else if (buf_equals(&value, text, len))
		tell(reader, text, len, text_held(reader), false);
	else
		tell(reader, buf_text(&value), value.len, HELD_ALONE, false);
}

static void end_scalar(struct xml_reader *reader, struct open *open)
{
	if (!buf_ok(&reader->text))
		reader_fail_memory(reader);
	else if (open->element->type == NODE_STRING)
		tell(reader, text_of(reader), text_len(reader), text_held(reader), false);
	else if (open->element->type == NODE_BOOLEAN)
		end_boolean(reader, open);
	else
		end_converted(reader, open);
}

static void end_key(struct xml_reader *reader, struct open *open)
{
	reader->key_span = span_of(open->tag.start, reader_token(reader).end);
	reader->has_key = true;
	buf_resize(&reader->key, 0);
	buf_add(&reader->key, text_of(reader), text_len(reader));
	if (!buf_ok(&reader->text) || !buf_ok(&reader->key))
		reader_fail_memory(reader);
}

static void end_container(struct xml_reader *reader, struct open *open)
{
	if (open->element->type == NODE_DICT && reader->has_key)
		reader_fail_at(reader, reader->key_span.start, "the key '%.*s' has no value: its <dict> ends",
			       xml_shown(buf_text(&reader->key)), buf_text(&reader->key));
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct xml_reader *reader = user;
	struct open *open = reader_top(reader);

	(void)name;
	if (reader->failed)
		return;
	if (open->element->kind == KIND_KEY)
		end_key(reader, open);
	else if (open->element->kind == KIND_SCALAR)
		end_scalar(reader, open);
	else if (open->element->kind == KIND_CONTAINER)
		end_container(reader, open);
	else if (!reader->nodes)
		reader_fail_at(reader, open->tag.start,
			       "nothing in <plist>: it holds exactly one value, a <dict> in profiles");
	if (reader->failed)
		return;
	if (open->element->type != NODE_TYPE_COUNT)
		reader->sink->end(reader);
	reader->depth--;
}

static void XMLCALL on_instruction(void *user, const XML_Char *target, const XML_Char *text)
{
	struct xml_reader *reader = user;

	(void)target;
	(void)text;
	if (!reader->failed)
		reader->sink->instruction(reader);
}

/*
 * The parser.
 */

static void set_handlers(struct xml_reader *reader)
{
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	if (reader->sink->instruction)
		XML_SetProcessingInstructionHandler(reader->parser, on_instruction);
	reader_guard_entities(reader);
}

/* Says why Expat stopped by itself. */
static void explain(struct xml_reader *reader)
{
	struct open *open = reader_top(reader);

	xml_explain(XML_GetErrorCode(reader->parser), &reader->doc->source, reader_offset(reader),
		    reader->depth ? open->element->name : NULL, open->tag.start, reader->err);
	error_in_file(reader->err, reader->name);
}

/* Expat copies what it is given: a piece at a time takes less memory. But it looks at a token that does not end in a
 * piece again from its start with the next one, so that there may be only so many; and in all but the last piece it
 * counts the lines, which nobody asks it for. So a source that is not long is given at once. */
static size_t piece_size(size_t len)
{
	size_t piece = len / PIECES_MOST + 1;

	return piece < PIECE_LEAST ? PIECE_LEAST : piece;
}

static enum XML_Status parse_pieces(struct xml_reader *reader, const struct buf *source)
{
	size_t piece = piece_size(source->len), at = 0;
	enum XML_Status status = XML_STATUS_OK;

	for (; status == XML_STATUS_OK && source->len - at > piece; at += piece)
		status = XML_Parse(reader->parser, source->data + at, (int)piece, XML_FALSE);
	if (status != XML_STATUS_OK)
		return status;
	return XML_Parse(reader->parser, buf_text(source) + at, (int)(source->len - at), XML_TRUE);
}

static int parse(struct xml_reader *reader)
{
	const struct buf *source = &reader->doc->source;

	if (xml_recognise(source, reader->err) < 0) {
		error_in_file(reader->err, reader->name);
		return -1;
	}
	reader->parser = xml_parser_new();
	if (!reader->parser)
		return error_memory(reader->err);
	set_handlers(reader);
	if (parse_pieces(reader, source) == XML_STATUS_OK)
		return 0;
	if (!reader->failed)
		explain(reader);
	return -1;
}

int reader_run(struct xml_reader *reader)
{
	int rc;

	reader->stack[0].element = &document;
	rc = parse(reader);
	if (reader->parser)
		XML_ParserFree(reader->parser);
	buf_free(&reader->key);
	buf_free(&reader->text);
	return rc;
}
