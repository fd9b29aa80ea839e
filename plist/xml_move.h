/*
 * An element's bytes on their way from one XML property list into another: copied as they are, or indented anew.
 */
#ifndef PLIST_XML_MOVE_H
#define PLIST_XML_MOVE_H

#include "plist/base/buf.h"
#include "plist/doc.h"

/* The white space that the line begins with on which the byte at `offset` of the source stands. */
struct span xml_indent_at(const struct doc *doc, size_t offset);

/* Appends the bytes of a node of an unedited XML document, to go on a line that is indented by `indent`. If it stands
 * in the first column, with its end tag, all lines but the first get `indent` in front, except in text, where white
 * space counts, and in comments. If it stands elsewhere its lines know their place already, and are copied as they
 * are. */
void xml_move(const struct doc *doc, const struct node *node, const char *indent, size_t indent_len, struct buf *out);

#endif
