/*
 * Where nodes are, for who asks for many of them: elements are counted once for each array, as there may be a million
 * of them, and lines from the place that was asked for last.
 *
 * Of one tree, or several, that stay as they are; of one document for places_error(). Owns its memory, places_free().
 * Zeroed: empty.
 */
#ifndef CMD_PLACES_H
#define CMD_PLACES_H

#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/doc.h"
#include "plist/node.h"
#include "plist/schema/check.h"

struct places {
	struct places_array *arrays;
	size_t offset;              /* in the source: a place that lines were counted to */
	unsigned long line, column; /* there; 0: none was */
};

/* Appends the path of a node, as check_path() does. 0, or -1: out of memory. */
int places_path(struct places *places, const struct node *node, struct buf *out, struct error *err);

/* The position of an element. 0, or -1: out of memory. */
int places_position(struct places *places, const struct node *element, size_t *position, struct error *err);

/* A finding as an error, as check_error() makes it. Cheap if they come in the order of the document. 0, or -1: out of
 * memory, which is the error then. */
int places_error(struct places *places, const struct finding *finding, const struct doc *doc, const char *file,
		 struct error *err);

void places_free(struct places *places);

#endif
