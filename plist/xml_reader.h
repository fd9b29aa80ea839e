/*
 * What the parts of the XML reader share: the state between two of Expat's callbacks, and its errors.
 *
 * A callback that finds something wrong says so once through one of the reader_fail functions; that stops the
 * parser. Callbacks that Expat still makes then must do nothing: they look at `failed` first.
 *
 * The reader decides what a property list is; what is made of it is up to a sink, which it tells of every value that
 * stands where it may. A sink owns what it makes; reader_run() frees what is the reader's.
 */
#ifndef PLIST_XML_READER_H
#define PLIST_XML_READER_H

#include <expat.h>
#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"
#include "plist/node.h"

enum kind { KIND_DOCUMENT, KIND_PLIST, KIND_KEY, KIND_CONTAINER, KIND_SCALAR };

struct element {
	const char *name;
	enum kind kind;
	enum node_type type;       /* of a container or scalar */
};

/* An element that is open. */
struct open {
	const struct element *element;
	struct node *node;         /* that the builder made for it; else NULL */
	struct span tag;           /* its start tag */
};

struct xml_reader;
struct xml_comparison;

/* What becomes of a value, which is reader_top() in each of these, from its start tag to its end tag. Each may fail. */
struct xml_sink {
	void (*start)(struct xml_reader *reader);  /* in a dict under reader->key, which is there until the next key */
	void (*scalar)(struct xml_reader *reader, const struct scalar *value); /* copied unless it is in the source */
	void (*end)(struct xml_reader *reader);
	void (*instruction)(struct xml_reader *reader); /* a processing instruction, in or beside it; may be NULL */
};

struct xml_reader {
	const struct xml_sink *sink;
	struct xml_comparison *comparison; /* of xml_compare.c */
	XML_Parser parser;
	struct doc *doc;
	const char *name;
	struct error *err;
	bool failed;               /* `err` is filled in; callbacks that still come do nothing */
	struct open stack[DOC_DEPTH_MAX + 3]; /* the document, plist, the containers, a key or scalar */
	size_t depth;              /* index of the innermost one */
	bool has_key;              /* a key waits for its value */
	struct span key_span;
	struct buf key;
	struct span raw;           /* character data of the open key or scalar, while the source has it as it is */
	struct buf text;           /* all of it, once it has not */
	bool cooked;               /* it has not */
	size_t expanded;           /* bytes of character data so far, entities expanded */
	size_t nodes;              /* values that have begun */
	size_t declarations;
};

/* Reads reader->doc->source. Set are sink, doc, name and err. 0, or -1 and `err` says what is wrong. */
int reader_run(struct xml_reader *reader);

/* Where the token that Expat reports begins, and its whole range. After a self-closing tag the end tag has no bytes. */
size_t reader_offset(const struct xml_reader *reader);
struct span reader_token(const struct xml_reader *reader);

/* The innermost open element. */
struct open *reader_top(struct xml_reader *reader);

/* Says what is wrong with the token that Expat reports, or at an offset of the source [not-a-plist]. */
void reader_fail(struct xml_reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reader_fail_at(struct xml_reader *reader, size_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* `what` is past a limit. */
void reader_fail_limit(struct xml_reader *reader, enum limit which, const char *rule, const char *what);

void reader_fail_memory(struct xml_reader *reader);

/* Adds file, line, column and the innermost node's path to the error that is in reader->err already. */
void reader_stop_at(struct xml_reader *reader, size_t offset);

/* Sets the handlers that keep entities harmless: none from outside, none unknown, not too many. */
void reader_guard_entities(struct xml_reader *reader);

#endif
