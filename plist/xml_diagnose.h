/*
 * What is wrong with bytes that are not a well-formed XML plist, in words that help.
 *
 * Expat says "not well-formed (invalid token)"; people want to know that their '&' must be '&amp;', or that
 * a web server's login page was saved in place of the profile. Nothing here owns memory.
 */
#ifndef PLIST_XML_DIAGNOSE_H
#define PLIST_XML_DIAGNOSE_H

#include <expat.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* Looks at how the UTF-8 source begins. 0 if XML may follow, or -1 with what the file looks like, the rule
 * "not-a-plist", line and column. */
int xml_recognise(const struct buf *source, struct error *err);

/* Says why Expat stopped at `offset` of the source. `open` is the name of the innermost open element or
 * NULL, `opened` where its tag begins. Always -1: the rule "not-a-plist" with line and column, or ENOMEM. */
int xml_explain(enum XML_Error code, const struct buf *source, size_t offset, const char *open, size_t opened,
		struct error *err);

/* How many bytes of a name to show in a message: whole characters, and not too many. */
int xml_shown(const char *name);

#endif
