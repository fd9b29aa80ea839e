/*
 * XML plists, read strictly.
 *
 * Expat checks that the source is well-formed; this reader checks that it is a plist, letter by letter, and
 * notes for every value the ranges of source bytes it came from. What readers of plists make different
 * things of is refused, with line and column; what they drop (comments, indentation, the document type) is
 * in the source and stays there. External entities are never loaded.
 *
 *   xml_read.c      the reader: Expat's callbacks, and what may stand where
 *   xml_build.c     a sink of what is read: it becomes a tree
 *   xml_compare.c   another one: it is compared with a tree
 */
#ifndef PLIST_XML_READ_H
#define PLIST_XML_READ_H

#include "plist/doc.h"

/* Reads doc->source, which is UTF-8, into doc->root and sets doc->format and doc->duplicate; the rest of
 * `doc` is left alone. `name` is the file's name in messages. 0, or -1 with the rule "not-a-plist", file,
 * line and column, or EFBIG, or ENOMEM; doc->root is then NULL. */
int xml_read(struct doc *doc, const char *name, struct error *err);

struct kept;

/* Reads doc->source as xml_read() does, with the same errors, and builds no tree: doc->root stays as it is. `*same`
 * says whether xml_read() would have given a tree that node_equal(ordered) takes for `with`, and no key twice. With
 * `kept` (else NULL) the source is a skeleton that has these runs of `with` (xml_skeleton.h). 0 or -1. */
int xml_compare(struct doc *doc, const char *name, const struct node *with, const struct kept *kept, bool *same,
		struct error *err);

#endif
