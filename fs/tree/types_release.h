/*
 * The schema that a tree's types rest on. Internal to this room.
 *
 * What no line of .types says, the schema does; read with another schema, the same files may be other values. So the
 * root's .types names the release of the schema (". schema RELEASE", see said.h) where that matters: where a value
 * would be read otherwise if there were no schema. When such a tree is read with a schema of another release, what
 * that one reads otherwise is a problem [changed-type].
 *
 * Two schemas of one release count as the same: a schema of the user's own has its own if it says so.
 */
#ifndef TREE_TYPES_RELEASE_H
#define TREE_TYPES_RELEASE_H

#include "fs/tree/item.h"

/* Appends the release of the schema in use, as .types spells it; nothing if it has none. */
void release_in_use(const struct tree *tree, struct buf *out);

/* True if something is what it is because the schema says so, and no line of .types does. Looks until it finds one, and
 * remembers the answer until the next commit. */
bool release_matters(struct tree *tree);

/* Adds a problem for each value that the schemas that .types names read otherwise than it is read. Of a schema that we
 * do not have one problem says what may be concerned. */
void release_problems(struct tree *tree, struct problems *problems);

#endif
