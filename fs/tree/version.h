/*
 * One version of a profile, only to be looked at: a file, signed or not, a stream ("-"), or an exploded tree.
 *
 * A version owns what it opened; version_close() gives it back.
 */
#ifndef TREE_VERSION_H
#define TREE_VERSION_H

#include <stdbool.h>

#include "fs/tree/exploded.h"
#include "plist/base/error.h"
#include "plist/doc.h"
#include "plist/schema/check.h"

struct version {
	const char *name;         /* as it was given, for messages; borrowed */
	bool is_tree;
	struct exploded exploded; /* of a tree */
	struct doc read;          /* of a file or a stream */
	struct doc *doc;          /* the one of these that it is; its top is a dict */
};

struct version_options {
	const struct check_options *checks; /* how a tree's types are known; NULL: by what the files hold */
	bool force;                         /* also if a signature does not fit: a warning then */
	bool empty_allowed;                 /* an empty file is an empty dict: git gives /dev/null for what is not
					     * there */
};

/* True for the name of the standard input, which can be read once. */
bool version_is_stream(const char *path);

/* Opens it; `path` must outlive it. Of a damaged tree every problem goes to `notes`, and that it is damaged is the
 * error. A key that is there twice is a warning there. 0, or -1 with nothing open. */
int version_open(struct version *version, const char *path, const struct version_options *options,
		 struct problems *notes, struct error *err);

void version_close(struct version *version);

#endif
