#include "plist/schema/writing.h"

#include <stdbool.h>
#include <string.h>

/* True if the tokenizer would not read the text as one bare word. */
static bool needs_quotes(const char *text)
{
	if (*text == '\0' || *text == '#')
		return true;
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || *text == 0x7f || strchr(",\"\\()=", *text))
			return true;
	}
	return false;
}

static void write_quoted(struct buf *out, const char *text)
{
	buf_add_char(out, '"');
	for (; *text; text++) {
		switch (*text) {
		case '"':
		case '\\':
			buf_add_char(out, '\\');
			buf_add_char(out, *text);
			break;
		case '\n':
			buf_add_text(out, "\\n");
			break;
		case '\t':
			buf_add_text(out, "\\t");
			break;
		default:
			buf_add_char(out, *text);
		}
	}
	buf_add_char(out, '"');
}

/* A value: nothing but a comma or the end of the word can follow it. */
static void write_value(struct buf *out, const char *text)
{
	if (needs_quotes(text))
		write_quoted(out, text);
	else
		buf_add_text(out, text);
}

void write_indent(struct buf *out, unsigned level)
{
	while (level-- > 0)
		buf_add_text(out, "  ");
}

/* A word may be followed by '=': a '+' or '!' at its end would read as part of "+=" or "!=". */
void write_word(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	if (len && strchr("+!", text[len - 1]))
		write_quoted(out, text);
	else
		write_value(out, text);
}

void write_key_name(struct buf *out, const char *name)
{
	if (strcmp(name, "*") == 0 || strcmp(name, "-") == 0)
		write_quoted(out, name);
	else
		write_word(out, name);
}

void write_attribute(struct buf *out, const char *name, const char *value)
{
	write_list(out, name, &value, 1);
}

void write_list(struct buf *out, const char *name, const char *const *values, size_t count)
{
	buf_add_char(out, ' ');
	buf_add_text(out, name);
	for (size_t i = 0; i < count; i++) {
		buf_add_char(out, i ? ',' : '=');
		write_value(out, values[i]);
	}
}

void write_bounds(struct buf *out, const char *name, const char *min, const char *max)
{
	buf_add_char(out, ' ');
	buf_add_text(out, name);
	buf_add_char(out, '=');
	buf_add_text(out, min ? min : "");
	buf_add_text(out, "..");
	buf_add_text(out, max ? max : "");
}
