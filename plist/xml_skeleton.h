/*
 * A written property list without the runs that were kept (xml_kept.h). In the place of each stands a mark, a
 * processing instruction, which can only stand where elements can. Who reads the skeleton, and comes to a mark where
 * the run's parent is open and its first child is due, knows the whole.
 */
#ifndef PLIST_XML_SKELETON_H
#define PLIST_XML_SKELETON_H

#include <stdbool.h>

#include "plist/base/buf.h"
#include "plist/xml_kept.h"

/* Makes it into `skeleton`, and notes in each run where its mark is. False if a run is not where the writer says it put
 * it, byte for byte; or if memory ran out. */
bool xml_skeleton(const struct buf *written, const struct doc *doc, struct kept *kept, struct buf *skeleton);

#endif
