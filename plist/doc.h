/*
 * A property list document: the tree, and the source bytes it was read from.
 *
 * Reading is strict: what libplist or others silently make into something else is an error with line and
 * column, or is kept exactly. Writing copies every byte that was not edited.
 *
 * The document owns its source and its tree. doc_free() frees both.
 */
#ifndef PLIST_DOC_H
#define PLIST_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/base/limits.h"
#include "plist/base/pieces.h"
#include "plist/node.h"

/* Nesting, at the most: libplist's own limit. LIMIT_DEPTH may be less; size and number of nodes are limits, too. */
#define DOC_DEPTH_MAX LIMIT_DEPTH_MOST

enum doc_format { DOC_XML, DOC_BINARY };

struct doc {
	enum doc_format format;
	struct buf source;           /* XML: as UTF-8, what all spans count in; binary: the file's bytes */
	const char *recoded;         /* name of the encoding the source was in if not UTF-8, else NULL */
	struct node *root;           /* always there after doc_read() */
	struct error duplicate;      /* code != 0: a dict has a key twice; such a document must not be written */
	bool crlf;                   /* the source's lines end in CR LF */
	bool composed;               /* the source is no file of the user's: positions in it mean nothing to anybody.
				      * Set by whoever made it */
};

/* Reads XML or binary, told apart by content. `name` is the file's name in messages; `bytes` are copied.
 * The root may be any type. 0, or -1 with the rule "not-a-plist" and file, line and column (XML), or
 * ENOMEM, EFBIG (a limit). `doc` is then empty and need not be freed. */
int doc_read(struct doc *doc, const char *name, const void *bytes, size_t len, struct error *err);

/* doc_read() of a buffer's contents, whose memory the document has in common with it where its source is the same. */
int doc_read_shared(struct doc *doc, const char *name, struct buf *bytes, struct error *err);

struct kept;

/* Reads as doc_read_shared() does, XML only, and tells whether the bytes stand for the tree `with`, its keys in order
 * and none twice. With `kept` (else NULL) they are a skeleton that has these runs of `with` (xml_skeleton.h). Takes no
 * memory for a second tree. 0, or -1 with the same errors; `*same` is then left alone. */
int doc_compare(const char *name, struct buf *bytes, const struct node *with, const struct kept *kept, bool *same,
		struct error *err);

/* A document without a source: an empty dict, to be written as XML. 0, or -1: out of memory. */
int doc_new(struct doc *doc, struct error *err);

/* Appends the document as it is now. In its own format an unedited document gives its source bytes back; XML with edits
 * is the source with only those changed. The result is read back and compared with the tree before this returns 0, all
 * but bytes of the source that are seen to say what the tree has (xml_kept.h); a difference is an error (EIO), never
 * output. A binary document is written by libplist; XML from a binary one is laid out as Apple's tools do it. A value
 * that the format cannot hold (a control character in XML; a placeholder or an integer past 64 bits in binary) is an
 * error that names the key. 0 or -1; `out` is unchanged on failure. */
int doc_write(const struct doc *doc, enum doc_format format, struct buf *out, struct error *err);

/* The same, and replaces what was in `out`. What was not edited is not copied: it is in the memory of the document's
 * source, which both have in common then. */
int doc_write_pieces(struct doc *doc, enum doc_format format, struct pieces *out, struct error *err);

/* Line and column (from 1, columns in characters) of an offset in the XML source; 0, 0 for binary and composed ones. */
void doc_position(const struct doc *doc, size_t offset, unsigned long *line, unsigned long *column);

/* The path of a node from the root, keys and two-digit indices joined by '/', as messages show it. */
void doc_path(const struct node *node, struct buf *out);

void doc_free(struct doc *doc);

#endif
