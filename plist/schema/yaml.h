/*
 * Apple's schema files (YAML, github.com/apple/device-management) as text in our language.
 */
#ifndef SCHEMA_YAML_H
#define SCHEMA_YAML_H

#include <stdbool.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* Reads every profile file below `folder` (a checkout, its mdm/profiles, or any folder of such files) in the
 * order of their names, and appends a section for each; the same files give the same text. With `help`, prose
 * too. Other kinds of files of the checkout (commands, declarations) are passed over. 0, or -1 with file and
 * line: not YAML, a value of the wrong kind, an unknown type; nothing there to read; or what the system said. */
int yaml_import(const char *folder, bool help, struct buf *out, struct error *err);

#endif
