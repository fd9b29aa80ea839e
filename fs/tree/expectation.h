/*
 * What the bytes of an entry must be: its type, and what its place demands.
 *
 * A type comes, in this order, from what was said of the entry (.types, the attribute), from the value that is
 * there or was until it was removed, from the schema, and else from the bytes. What the schema does not allow is
 * passed over; where it allows several types the value that is there is only preferred.
 */
#ifndef TREE_EXPECTATION_H
#define TREE_EXPECTATION_H

#include "fs/tree/entry.h"
#include "fs/tree/text.h"

struct expectation {
	struct expect expect;
	enum node_type *items; /* owned; what expect.items may point to */
	enum node_type item;   /* the schema's; the same */
};

/* `item` has the value, or will; it need not be what the directory shows, and may be NULL for a name that is not there
 * yet. 0 or -ENOMEM. */
int expectation_of(struct tree *tree, const struct entry *entry, struct item *item, struct expectation *expectation);

/* The same from what a schema says of the entry, which may be nothing (NULL): what one expects who knows nothing of the
 * value and was told nothing. */
void expectation_of_key(const struct tree *tree, const struct schema_key *key, struct expectation *expectation);

/* The same from a value alone: how the bytes it shows are read back, whatever the schema says. 0 or -ENOMEM. */
int expectation_of_value(struct tree *tree, const struct node *node, struct expectation *expectation);

void expectation_free(struct expectation *expectation);

/* Checks that `meaning` may stand under that name: what the value's place demands beyond its type (the
 * PayloadType of a payload is its directory's name). 0, or -1 with the reason. */
int place_check(const struct item *dir, const char *name, const struct meaning *meaning, struct error *err);

/* True if a value that begins with these bytes could stand there. `type`: the one that it must have;
 * NODE_TYPE_COUNT: any. */
bool place_may_begin(const struct item *dir, const char *name, enum node_type type, const char *bytes, size_t len);

#endif
