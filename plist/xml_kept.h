/*
 * What of an edited document's source is certainly in the tree as it stands: runs of children that follow each other in
 * the source and whose every byte says what the tree has.
 *
 * Of a large document that was edited in one place that is nearly all. The writer leaves a run where it is and says
 * where it belongs, and what was written is read back without it (xml_skeleton.h): the source was read, strictly, when
 * the document was opened.
 *
 * Nothing is taken for granted that an edit could have forgotten to note. A node is in a run only if its own bytes are
 * seen to say it: its key stands there letter by letter, and its value does, or is those very bytes. Others, such as
 * what is spelt with references, are written and read back as what was edited is.
 */
#ifndef PLIST_XML_KEPT_H
#define PLIST_XML_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/doc.h"

/* Children of one parent, from the first to the last. */
struct kept_run {
	const struct node *first, *last;
	struct span source; /* from the first one's key, or element, to the end of the last one's element */
	size_t nodes;       /* with all that is below them */
	size_t at;          /* where the writer left it out: an offset in what it wrote */
	size_t mark;        /* where the skeleton has its mark */
};

/* In the order in which they are in the tree. Owns the list. */
struct kept {
	struct kept_run *runs;
	size_t count, room;
};

/* Finds them, in time that is in proportion to the tree. Behind each comes a child of the source that begins a line, so
 * that nobody who goes on there need know what is in the run. The document has an XML source and no key twice, and is
 * not nested deeper than the limit. One whose document type defines entities has no runs: how much they stand for is
 * counted over the whole. 0, or -1: out of memory, and there are none. */
int xml_kept_find(const struct doc *doc, struct kept *kept);

void xml_kept_free(struct kept *kept);

#endif
