#include "plist/xml_diagnose.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "plist/encoding.h"
#include "plist/value.h"

#define RULE "not-a-plist"
#define SHOWN_MAX 60

/* Completes an error with the place of `offset` in the source. Returns -1. */
static int at(struct error *err, const struct buf *source, size_t offset)
{
	unsigned long line, column;

	encoding_position(buf_text(source), source->len, offset, &line, &column);
	error_at(err, line, column);
	return -1;
}

int xml_shown(const char *name)
{
	size_t len = strlen(name);

	if (len > SHOWN_MAX)
		for (len = SHOWN_MAX; len && (name[len] & 0xc0) == 0x80;)
			len--;
	return (int)len;
}

/*
 * Before parsing: what does it look like?
 */

static const struct look {
	const char *begins;
	const char *text;
} looks[] = {
	{ "bplist",
	  "a binary plist of a version other than 00, which nobody writes to files: get the file anew" },
	{ "&lt;", "HTML-escaped XML ('&lt;' in place of '<'): undo the escaping" },
	{ "<html", "an HTML page, not a plist: was a login or error page saved in its place?" },
	{ "<!doctype html", "an HTML page, not a plist: was a login or error page saved in its place?" },
	{ "{", "JSON or an old-style text plist, not XML: convert it to an XML plist first" },
	{ "[", "JSON, not XML: convert it to an XML plist first" },
	{ "(", "an old-style text plist, not XML: convert it to an XML plist first" },
	{ "-----BEGIN",
	  "PEM text, not a plist: if it is a certificate, it belongs inside a profile's payload" },
	{ "PK\x03\x04", "a zip archive, not a plist: unpack it first" },
	{ "\x1f\x8b", "gzip-compressed, not a plist: unpack it first" },
	{ "xar!", "an installer package (xar), not a plist" },
};

static const struct look *find_look(const char *text, size_t len)
{
	size_t i, size;

	for (i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		size = strlen(looks[i].begins);
		if (len >= size && strncasecmp(text, looks[i].begins, size) == 0)
			return &looks[i];
	}
	return NULL;
}

int xml_recognise(const struct buf *source, struct error *err)
{
	const char *text = buf_text(source);
	size_t mark = encoding_mark(text, source->len);
	size_t first = mark + strspn(text + mark, " \t\r\n");
	const struct look *look = find_look(text + first, source->len - first);

	if (first == source->len)
		error_rule(err, RULE, "the file %s: a plist is XML that begins with <plist>, or binary",
			   first == mark ? "is empty" : "holds nothing but white space");
	else if (look)
		error_rule(err, RULE, "the file is %s", look->text);
	else if (text[first] == '\0')
		error_rule(err, RULE,
			   "the file begins with a NUL byte: it is neither an XML nor a binary plist");
	else if (text[first] != '<')
		error_rule(err, RULE, "the file is neither an XML nor a binary plist: XML begins with '<'");
	else if (first != mark && strncmp(text + first, "<?xml", 5) == 0 &&
		 strchr(" \t\r\n", text[first + 5]))
		error_rule(err, RULE, "white space before the XML declaration: "
			   "'<?xml' must be the very first characters of the file");
	else
		return 0;
	return at(err, source, first);
}

/*
 * After parsing failed: why?
 */

/* True if `offset` lies inside a comment. */
static bool in_comment(const char *text, size_t offset)
{
	size_t i;

	for (i = offset; i >= 4; i--) {
		if (memcmp(text + i - 3, "-->", 3) == 0 && i < offset)
			return false;
		if (memcmp(text + i - 4, "<!--", 4) == 0)
			return true;
	}
	return false;
}

/* Where the '&' of a reference stands that broke off before `offset`, or `offset` if none did. */
static size_t find_ampersand(const char *text, size_t offset)
{
	size_t i = offset;

	while (i > 0 && !strchr("& \t\r\n<>\"'", text[i - 1]))
		i--;
	return i > 0 && text[i - 1] == '&' ? i - 1 : offset;
}

/* True if no character of UTF-8 and XML begins at `text`, which is beyond ASCII. */
static bool is_broken_utf8(const char *text, size_t len)
{
	size_t n;

	if (!(text[0] & 0x80))
		return false;
	for (n = 2; n <= 4 && n <= len; n++)
		if (value_is_text(text, n))
			return false;
	return true;
}

/* What Expat calls an invalid token. */
static int explain_token(const struct buf *source, size_t offset, struct error *err)
{
	const char *text = buf_text(source);
	unsigned char c = (unsigned char)text[offset];
	size_t ampersand = find_ampersand(text, offset);

	if (offset >= 2 && memcmp(text + offset - 2, "--", 2) == 0 && in_comment(text, offset - 2)) {
		error_rule(err, RULE, "'--' inside a comment, which XML does not allow: write '- -', "
			   "or end the comment with '-->'");
		return at(err, source, offset - 2);
	}
	if (c == '\0' && offset < source->len)
		error_rule(err, RULE, "a NUL byte: it cannot stand in XML; take it out");
	else if (c && c < 0x20 && !strchr("\t\r\n", c))
		error_rule(err, RULE, "the control character 0x%02X: it cannot stand in XML; take it out", c);
	else if (is_broken_utf8(text + offset, source->len - offset))
		error_rule(err, RULE,
			   "byte 0x%02X is not UTF-8, or no character of XML: convert the file to UTF-8 "
			   "('iconv -f ... -t UTF-8')",
			   c);
	else if (ampersand != offset)
		error_rule(err, RULE, "a bare '&': write '&amp;' for the character itself");
	else if (offset > 0 && text[offset - 1] == '<')
		error_rule(err, RULE, "a bare '<': write '&lt;' for the character itself");
	else
		error_rule(err, RULE,
			   "not well-formed XML here: a tag, an attribute or a declaration is malformed");
	return at(err, source, ampersand != offset ? ampersand : offset);
}

/* True for the name of an element of plists. Another may be a piece of a value that holds a '<'. */
static bool is_element(const char *name, size_t len)
{
	static const char *const NAMES[] = { "plist", "dict", "array", "key",  "string", "integer",
					     "real",  "true", "false", "date", "data" };

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (len == strlen(NAMES[i]) && memcmp(name, NAMES[i], len) == 0)
			return true;
	return false;
}

/* An end tag that does not fit. Expat points at its name. */
static int explain_mismatch(const struct buf *source, size_t offset, const char *open, size_t opened,
			    struct error *err)
{
	const char *name = buf_text(source) + offset;
	size_t len = strcspn(name, "> \t\r\n");
	bool known = is_element(name, len);
	unsigned long line, column;

	encoding_position(buf_text(source), source->len, opened, &line, &column);
	error_rule(err, RULE, "%s%.*s%s where </%s> must close the <%s> of line %lu", known ? "</" : "an end tag",
		   known ? (int)len : 0, name, known ? ">" : "", open, open, line);
	return at(err, source, offset >= 2 ? offset - 2 : 0);
}

static int explain_end(const struct buf *source, size_t offset, const char *open, size_t opened,
		       struct error *err)
{
	unsigned long line, column;

	if (open) {
		encoding_position(buf_text(source), source->len, opened, &line, &column);
		error_rule(err, RULE, "the file ends before the <%s> of line %lu is closed: it was cut off, "
			   "or </%s> is missing", open, line, open);
	} else {
		error_rule(err, RULE, "the file ends before there is any element: a plist is <plist> "
			   "with one value in it");
	}
	return at(err, source, offset);
}

static const struct explanation {
	enum XML_Error code;
	const char *text;
} explanations[] = {
	{ XML_ERROR_UNCLOSED_TOKEN,
	  "the file ends inside a tag, comment or declaration that begins here: it was cut off, "
	  "or the closing '>' is missing" },
	{ XML_ERROR_PARTIAL_CHAR,
	  "the file ends inside a character: it was cut off" },
	{ XML_ERROR_UNCLOSED_CDATA_SECTION,
	  "a CDATA section is not closed: ']]>' is missing" },
	{ XML_ERROR_DUPLICATE_ATTRIBUTE,
	  "an attribute stands twice in one tag: take one out" },
	{ XML_ERROR_JUNK_AFTER_DOC_ELEMENT,
	  "something stands after </plist>, where only comments and white space may: take it out" },
	{ XML_ERROR_MISPLACED_XML_PI,
	  "'<?xml' must be the very first characters of the file, and there only" },
	{ XML_ERROR_UNDEFINED_ENTITY,
	  "an entity that is not declared: XML itself knows only &lt; &gt; &amp; &quot; &apos; "
	  "and numbers such as &#8211;" },
	{ XML_ERROR_RECURSIVE_ENTITY_REF,
	  "an entity that contains itself: write its text out" },
	{ XML_ERROR_ASYNC_ENTITY,
	  "an entity that begins or ends in the middle of an element: write its text out" },
	{ XML_ERROR_BAD_CHAR_REF,
	  "a reference to a character that XML cannot hold (&#0; and most control characters): take it out" },
	{ XML_ERROR_XML_DECL,
	  "the XML declaration is malformed: it reads <?xml version=\"1.0\" encoding=\"UTF-8\"?>" },
	{ XML_ERROR_AMPLIFICATION_LIMIT_BREACH,
	  "its entities expand to far more than the file holds, as in an attack: write their text out" },
};

int xml_explain(enum XML_Error code, const struct buf *source, size_t offset, const char *open, size_t opened,
		struct error *err)
{
	size_t i;

	if (code == XML_ERROR_NO_MEMORY)
		return error_memory(err);
	if (code == XML_ERROR_INVALID_TOKEN)
		return explain_token(source, offset, err);
	if (code == XML_ERROR_TAG_MISMATCH && open)
		return explain_mismatch(source, offset, open, opened, err);
	if (code == XML_ERROR_NO_ELEMENTS)
		return explain_end(source, offset, open, opened, err);
	for (i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
		if (explanations[i].code == code)
			break;
	if (i < sizeof(explanations) / sizeof(explanations[0]))
		error_rule(err, RULE, "%s", explanations[i].text);
	else
		error_rule(err, RULE, "not well-formed XML here (%s)", XML_ErrorString(code));
	return at(err, source, offset);
}
