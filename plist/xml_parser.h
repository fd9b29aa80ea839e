/*
 * Expat's parser with memory of our own: whatever it gives back, the text of the whole document among it, is wiped.
 *
 * Who makes a parser frees it with XML_ParserFree().
 */
#ifndef PLIST_XML_PARSER_H
#define PLIST_XML_PARSER_H

#include <expat.h>

/* A parser of UTF-8. NULL: out of memory. */
XML_Parser xml_parser_new(void);

#endif
