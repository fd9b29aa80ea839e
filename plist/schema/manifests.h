/*
 * ProfileManifests (plists with pfm_ keys, github.com/ProfileManifests) as text in our language.
 */
#ifndef SCHEMA_MANIFESTS_H
#define SCHEMA_MANIFESTS_H

#include "plist/base/buf.h"
#include "plist/base/error.h"

/* Reads every .plist below `folder` in the order of their names, and appends a section for each that describes
 * a domain; prose becomes help. Of a checkout of the repository, its folder Manifests; links to folders are not
 * followed. 0, or -1 with file and line: not a plist, a pfm_ key of the wrong type, an unknown pfm_type, a range
 * that is none, too much of anything; nothing there to read; or what the system said. `out` is then as it was. */
int manifests_import(const char *folder, struct buf *out, struct error *err);

#endif
