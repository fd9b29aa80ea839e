/*
 * The payload type that somebody probably meant. Owns nothing.
 */
#ifndef CMD_NEAREST_H
#define CMD_NEAREST_H

#include "plist/base/error.h"
#include "plist/schema/schema.h"

/* A type that differs in case only, that lacks its com.apple. or its end (mdm, wifi), or that is misspelt. NULL:
 * none is near. The text is the schema's. */
const char *nearest_type(struct schema *schema, const char *wrong);

/* Says that there is no such type, with the nearest. Returns -1; the error is the user's, not a profile's. */
int nearest_refuse(struct schema *schema, const char *wrong, struct error *err);

#endif
