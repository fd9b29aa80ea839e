/*
 * A written property list in which a mark stands for each run that was left out (xml_kept.h): a processing instruction,
 * which can only stand where elements can. Who reads this, and comes to a mark where the run's parent is open and its
 * first child is due, knows the whole.
 */
#ifndef PLIST_XML_SKELETON_H
#define PLIST_XML_SKELETON_H

#include "plist/base/buf.h"
#include "plist/xml_kept.h"

/* Makes it of what was written into `skeleton`, and notes in each run where its mark is. */
void xml_skeleton(const struct buf *written, struct kept *kept, struct buf *skeleton);

#endif
