/*
 * XML property lists from nodes, losslessly: the tree and the source it was read from are walked side by
 * side, every byte that was not edited is copied, and what is new takes the layout of what stands around it.
 *
 *   xml_write.c   the walk: what is copied, where something is taken out or put in
 *   xml_new.c     elements that have no source: tags, text, data, whole containers
 *   xml_layout.c  which layout that is: indentation, line ends, everything on one line or not
 *
 * Nothing here is kept between calls, and nothing but the output is allocated.
 */
#ifndef PLIST_XML_WRITE_H
#define PLIST_XML_WRITE_H

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"

struct kept;

/* Appends the document as XML. From an XML document: its source with only the edits changed; from any
 * other, laid out as Apple's tools do it. Runs that are kept (NULL: none are known) are left out, and told where they
 * belong in `out`, which is empty before. Does not read the result back (doc_write() does). Takes time in
 * proportion to source and tree. 0, or -1 if a value cannot stand in XML (the error names its key) or
 * memory ran out; `out` may then hold a part. */
int xml_write(const struct doc *doc, struct kept *kept, struct buf *out, struct error *err);

#endif
