/* What the parts of differences.h share. Private to them: differences*.c. */
#ifndef CMD_DIFFERENCES_PARTS_H
#define CMD_DIFFERENCES_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/cmd/differences.h"
#include "fs/cmd/places.h"
#include "plist/difference.h"

/* What the schema says of a place in a profile, and whether values there may be secret. */
struct secrecy {
	const struct schema_key *key; /* NULL: nothing */
	bool kept;
};

/* differences_secret.c. Below a place where values are kept they all are. `schema` may be NULL. */
struct secrecy secrecy_of(struct schema *schema, const struct node *node);
struct secrecy secrecy_below(struct schema *schema, struct secrecy parent, const struct node *child);

/* True for a value that is not to be shown there: containers and booleans tell no secret by themselves. */
bool secrecy_hides(const struct secrecy *secrecy, const struct node *node);

/* One side of a difference. */
struct side {
	const struct node *node; /* NULL: it is not there, and nothing below means anything */
	struct secrecy secrecy;
	bool hidden;             /* the value itself is not to be shown */
	size_t position;         /* if it moved */
	struct buf path;
};

/* A difference, and what both forms say of it. */
struct shown {
	enum difference_kind kind;
	const struct differences_options *options;
	struct side a, b;
};

/* differences_text.c: appends a line. 0 or -1. */
int differences_text(const struct shown *shown, struct buf *out, struct error *err);

/* differences_value.c: appends a side's value as a line of text can show it; of a long text no more than a part, from
 * about the byte `from` on. `typed`: its type is said, too. 0 or -1. */
int differences_value(const struct side *side, bool typed, size_t from, struct buf *out, struct error *err);

/* differences_json.c: appends an object, `first` in its list or not. 0 or -1. */
int differences_json(const struct shown *shown, bool first, struct buf *out, struct error *err);
void differences_json_begin(const struct differences_options *options, struct buf *out);
void differences_json_end(struct buf *out);

#endif
