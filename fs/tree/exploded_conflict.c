/* What git leaves in a file of an exploded tree when it cannot merge two versions line by line. */
#include <string.h>

#include "fs/tree/exploded_parts.h"
#include "plist/value.h"

/* A mark is seven of one character, alone in its line or with a blank and a label after it. */
#define MARK_LENGTH 7

static bool is_mark(const char *line, size_t len, char c)
{
	size_t i;

	for (i = 0; i < MARK_LENGTH; i++)
		if (i >= len || line[i] != c)
			return false;
	return len == MARK_LENGTH || line[MARK_LENGTH] == ' ' || line[MARK_LENGTH] == '\r';
}

/* The line that a conflict begins at: one that is complete, as a line alone may be anybody's text. 0: there is none. */
static unsigned long find_marks(const struct buf *bytes)
{
	static const char marks[] = "<=>";
	const char *at = buf_text(bytes), *end = at + bytes->len, *newline;
	unsigned long number = 1, begin = 0;
	size_t next = 0;

	for (; at < end; at = newline + 1, number++) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			newline = end;
		if (is_mark(at, (size_t)(newline - at), '<')) {
			begin = number;
			next = 1;
		} else if (next && is_mark(at, (size_t)(newline - at), marks[next])) {
			next++;
		}
		if (!marks[next])
			return begin;
	}
	return 0;
}

void exploded_find_conflict(struct reader *reader, const struct item *dir, const char *name, const struct buf *bytes)
{
	enum severity severity = SEVERITY_ERROR;
	unsigned long line = find_marks(bytes);
	BUF_AUTO key = BUF_INIT;

	/* Bytes that no text has are data, of which nobody has said so. */
	if (!line || !value_is_text(bytes->data, bytes->len) ||
	    !rule_severity(&reader->exploded->profile.checks.levels, "merge-conflict", &severity))
		return;
	error_rule(&reader->err, "merge-conflict",
		   "git could not merge this and left both versions here: keep what is right, and remove the lines "
		   "that begin with <<<<<<<, ======= and >>>>>>> (check and implode take them for text with -O "
		   "merge-conflict)");
	item_path(dir, name, &key);
	error_in_key(&reader->err, buf_text(&key));
	error_at(&reader->err, line, 1);
	reader_report(reader, &reader->err);
}
