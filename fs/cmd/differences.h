/*
 * Differences of two profiles, in print: one line for each, as text, or JSON. Shared by diff and edit.
 *
 *     ~ PATH: 'old' -> 'new'          a value that changed
 *     + PATH: 'new'                   a key or an element that came
 *     - PATH: dict of 12 keys         one that went
 *     > PATH: moved from 02 to 04     an element that is in another place of its array (the first is 00)
 *
 * PATH is where it is in the second profile, or was in the first if it went. Where both have it under two paths, those
 * names of the first path follow that differ: "(was com.apple.wifi.managed)". A line is a line whatever is in a value:
 * what a terminal obeys is escaped, and what is long is cut to the part that differs. When all payloads come or go at
 * once, each has its line.
 *
 * JSON has whole values: {"old": A, "new": B, "differences": [{"kind", "path", "old_path", "from", "to", "old_type",
 * "new_type", "old", "new", "secret"}, ...]}, null for what there is not, and for what is hidden. Data is {"bytes",
 * "sha256"}.
 *
 * Values that may be secret are not shown unless that is asked for; nor is anything below a key that is.
 */
#ifndef CMD_DIFFERENCES_H
#define CMD_DIFFERENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "plist/base/buf.h"
#include "plist/base/error.h"
#include "plist/node.h"
#include "plist/schema/schema.h"

enum differences_format { DIFFERENCES_TEXT, DIFFERENCES_JSON };

struct differences_options {
	enum differences_format format;
	const char *a_name, *b_name;  /* what JSON calls the two sides; NULL: null */
	struct schema *schema;        /* what says which values are secret, beside their names; may be NULL */
	bool secrets;                 /* show the values of sensitive keys, too */
	bool colour;                  /* text only */
};

/* Appends the differences of two trees; `*count` is how many there are. 0, or -1: `out` holds a part of them. */
int differences_print(const struct node *a, const struct node *b, const struct differences_options *options,
		      struct buf *out, size_t *count, struct error *err);

#endif
