/*
 * Commits: the only place where the document changes while it is shown as a tree.
 *
 * Whatever a write, a removal, a rename or a fill-in does to the document goes through commit(), one change
 * at a time; so it is counted here, and written down for the journal (recovery.h).
 */
#ifndef TREE_COMMIT_H
#define TREE_COMMIT_H

#include "fs/tree/entry.h"
#include "fs/tree/text.h"

enum change_kind {
	CHANGE_VALUE,     /* `node` takes the value `meaning` */
	CHANGE_CONTAINER, /* `node` becomes an empty container of `type` */
	CHANGE_INSERT,    /* `node`, free so far, into `parent` before `before`, as `key` in a dict */
	CHANGE_MOVE,      /* the same with a node that is somewhere in the document */
	CHANGE_REMOVE,    /* `node` is removed, and keeps its place until the save */
	CHANGE_REVIVE,    /* `node` is there again, as it was */
	CHANGE_NAME       /* nothing in the document: the directory of a payload, `node`, is called `key`, which tells
			   * its type while nothing else does */
};

struct change {
	enum change_kind kind;
	struct node *node;
	struct node *parent, *before;
	const char *key;
	size_t key_len;
	enum node_type type;
	const struct meaning *meaning;
};

/* Says of a change that it puts its node under a name: in which container, as which key, and where: an element of an
 * array stands where its number says, a key that was removed has its old place, every other comes last. `room` (empty)
 * is to be there as long as the change. 0, -EINVAL: no spelling of a key, or -ENOMEM. */
int commit_under(const struct entry *entry, struct change *change, struct buf *room);

/* Makes one change, and notes it for the journal. 0 or -ENOMEM. */
int commit(struct tree *tree, const struct change *change);

/* Makes a change to a document that no tree shows. 0 or -1: out of memory. */
int commit_apply(const struct change *change);

/* Brings back the node of a name that was removed from `dir`; in an array to where its number says now, as
 * others may have moved since. 0 or -ENOMEM. */
int commit_revival(struct tree *tree, const struct item *dir, const char *name, struct node *node);

/* Notes what the directory of a payload is called, if its type is nowhere else. 0 or -ENOMEM. */
int commit_payload_name(struct tree *tree, const struct item *payload, const char *name);

/* Adds lines at the end of an array, as changes of their own: neither the journal nor who makes them again has to do
 * with those that are there. 0 or -ENOMEM: then some may have been added. */
int commit_lines(struct tree *tree, struct node *array, const struct line *lines, size_t count);

/* A new node that holds `meaning`, for CHANGE_INSERT. NULL: out of memory. */
struct node *commit_node(const struct meaning *meaning);

#endif
