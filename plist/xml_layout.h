/*
 * The layout of an XML property list: what new elements need to look like those around them.
 * Private to the XML writer (xml_write.h says which file does what).
 *
 * Every `text` and `span` points into the document's source or at a constant; nothing is owned.
 */
#ifndef PLIST_XML_LAYOUT_H
#define PLIST_XML_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"
#include "plist/xml_kept.h"

struct text {
	const char *bytes;
	size_t len;
};

/* Where something new begins. */
struct layout {
	bool own_line;      /* on a line of its own; else on the line that is there, after `blank` */
	struct text indent; /* a line's indentation: this ... */
	size_t deeper;      /* ... and that many units more */
	struct text blank;
};

struct xml_writer {
	const struct doc *doc;
	const char *source; /* NULL: the document has no XML source */
	struct buf *out;
	struct kept_run *run, *runs_end; /* the one that comes next, of those that are left out */
	struct error *err;
	const char *line_end; /* "\n" or "\r\n" */
	struct text unit;     /* one step of indentation */
	bool flat;            /* the whole document stands on one line */
	struct layout link;    /* between a key and its value, where no sibling shows it */
	struct layout line;    /* the line that is being written; !own_line: no new lines are wanted here */
};

/* Finds out how the document is laid out and fills in all but `out`. */
void xml_layout_begin(struct xml_writer *writer, const struct doc *doc, struct buf *out, struct error *err);

/* Where the child of a container on the line `line` begins that has no siblings to be like. */
struct layout xml_layout_child(const struct layout *line);

/* Where something begins that is to be like what follows the gap: white space, perhaps with comments. */
struct layout xml_layout_after(const struct xml_writer *writer, struct span gap);

/* Columns that a line indented so takes, a tab being 8. */
size_t xml_layout_columns(const struct xml_writer *writer, const struct layout *line);

/* Writes the line break and indentation, or the blank, that leads to a place. */
void xml_layout_write(struct xml_writer *writer, const struct layout *place);

/* The first byte of a child: of its key in a dict, else of its element. */
size_t xml_start(const struct node *child);

/* The white space at the end of a part of the source, and at its beginning. */
struct span xml_blank_before(const struct xml_writer *writer, size_t from, size_t end);
struct span xml_blank_after(const struct xml_writer *writer, size_t from, size_t end);

bool xml_is_space(char c);

/* True if there is a line break in these bytes; `xml_last_line` gives the offset after the last one. */
bool xml_has_line_break(const char *bytes, size_t len);
size_t xml_after_last_break(const char *bytes, size_t len);

/* --- xml_new.c --- */

/* Writes an element anew on the line `line`: a container with its children. Children that have bytes in the
 * source go through xml_write_element(). 0, or -1: the value cannot stand in XML. */
int xml_new_element(struct xml_writer *writer, const struct node *node, const struct layout *line);

/* Writes `<key>...</key>` anew. 0, or -1. */
int xml_new_key(struct xml_writer *writer, const struct node *node);

/* Writes what stands between the tags of a scalar. `old` is what stood there, {NULL, 0} if nothing did: data
 * is wrapped as that was. 0, or -1. */
int xml_new_inner(struct xml_writer *writer, const struct node *node, struct text old,
		  const struct layout *line);

/* The name in the tags of a type's element; for a boolean, NULL. */
const char *xml_tag(enum node_type type);

/* --- xml_write.c --- */

/* Writes a child that has no place in the source's order: its key, in a dict, and its element, the first of
 * them already led up to. `link` stands between the two. 0, or -1. */
int xml_write_child(struct xml_writer *writer, const struct node *child, const struct layout *line,
		    const struct layout *link);

#endif
