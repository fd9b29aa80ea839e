/*
 * XML plists, read strictly.
 *
 * Expat checks that the source is well-formed; this reader checks that it is a plist, letter by letter, and
 * notes for every value the ranges of source bytes it came from. What readers of plists make different
 * things of is refused, with line and column; what they drop (comments, indentation, the document type) is
 * in the source and stays there. External entities are never loaded.
 */
#ifndef PLIST_XML_READ_H
#define PLIST_XML_READ_H

#include "plist/doc.h"

/* Reads doc->source, which is UTF-8, into doc->root and sets doc->format and doc->duplicate; the rest of
 * `doc` is left alone. `name` is the file's name in messages. 0, or -1 with the rule "not-a-plist", file,
 * line and column, or EFBIG, or ENOMEM; doc->root is then NULL. */
int xml_read(struct doc *doc, const char *name, struct error *err);

#endif
