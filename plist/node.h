/*
 * The profile as data: a tree of nodes that remembers where each of them stands in the source.
 *
 * Ownership: a container owns its children; node_free() frees a node and all below it. A node that is in
 * a container is freed with it and by nobody else. A key is owned by its node; one that was read lies in the memory of
 * the node itself (`key_within`), as a profile has up to a million of them. A value that was read is left in the source
 * (scalar.h): a document's nodes must not outlive it, and what goes into another document is a copy (node_copy()).
 *
 * The invariants that lossless saving stands on:
 *
 *   1. A child that came from the source (`placed`) is never unlinked from its parent's list and never
 *      changes its place in it. Removing it only marks it `removed`; so the list always holds all of the
 *      source's children in the source's order, with new children between them, and the writer can walk
 *      list and source side by side. A removed child also keeps its place for a child of the same key
 *      that is made again (node_revive).
 *   2. A move is a removal here and a new node there; the new node may still borrow its bytes
 *      (`source` set, `placed` not).
 *   3. `changed` is true exactly when a scalar's type or value differs from what the source has; setting
 *      the old value again clears it.
 *
 * Lists and lookups pass over removed nodes: use node_first(), node_next(), node_find(), never the links.
 */
#ifndef PLIST_NODE_H
#define PLIST_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plist/base/slots.h"
#include "plist/scalar.h"

/* A half-open range of byte offsets in the document's source; {0, 0}: not from the source. There are three in every
 * node, and no source has 4 GiB (LIMIT_PROFILE). */
struct span {
	uint32_t start, end;
};

static inline struct span span_of(size_t start, size_t end)
{
	return (struct span){ (uint32_t)start, (uint32_t)end };
}

struct node_source {
	struct span key;     /* the whole <key>...</key>, in a dict */
	struct span element; /* the whole value: <string>...</string>, <true/>, <dict>...</dict> */
	struct span inner;   /* between the tags; {element.end, element.end} for a self-closing element */
};

/* What most nodes do not have: children, and what comes of changes. */
struct node_more {
	struct node *first, *last; /* all children, removed ones too: see above */
	size_t count;              /* those that are not removed and not shadowed */
	struct slots index;        /* of a dict, by key (node_index.h), the removed ones too */
	struct scalar *was;        /* what the source has, while `changed` */
	struct node *displaced;    /* a removed child of the same key, whose index entry this one took over */
};

struct node {
	struct node *parent, *prev, *next;
	struct node_more *more;    /* a container always has it */
	char *key;                 /* in a dict; NUL-terminated for convenience */
	struct scalar value;       /* of a scalar */
	void *user;                /* for whoever shows the node; not touched here */
	struct node_source source;
	uint32_t key_len;
	uint32_t number;           /* for whoever speaks of nodes in files; 0: none; not touched here */
	enum node_type type : 8;   /* the type now */
	bool removed : 1;
	bool placed : 1;
	bool changed : 1;
	bool shadowed : 1;         /* an earlier one of duplicate keys: listed nowhere */
	bool uid : 1;              /* the dict {CF$UID: n} that a binary plist's UID was read as */
	bool key_within : 1;       /* `key` lies in the node's own memory */
};

static inline bool node_is_scalar(enum node_type type)
{
	return type != NODE_DICT && type != NODE_ARRAY;
}

/* "dict", "array", "string", ... as messages, .types files and attributes name it. */
const char *node_type_name(enum node_type type);

/* The type that `name` names, or NODE_TYPE_COUNT. */
enum node_type node_type_from_name(const char *name);

/* A new node outside any container, with an empty value. NULL: out of memory. */
struct node *node_new(enum node_type type);

/* A new node as a reader finds it, outside any container, in one piece of memory: with a key for node_append_source()
 * (NULL: none) and a scalar's value (NULL: a container), which is copied if it is not in the source. NULL: out of
 * memory. */
struct node *node_new_read(enum node_type type, const char *key, size_t key_len, const struct scalar *value);

/* Wipes and frees `node` and all below it. It must not be in a container. NULL is fine. */
void node_free(struct node *node);

/* The first and the last of all children, removed and shadowed ones too; NULL: none, or a scalar. */
static inline struct node *node_first_link(const struct node *parent)
{
	return parent->more ? parent->more->first : NULL;
}

static inline struct node *node_last_link(const struct node *parent)
{
	return parent->more ? parent->more->last : NULL;
}

/* How many children are there. */
static inline size_t node_count(const struct node *parent)
{
	return parent->more ? parent->more->count : 0;
}

/* What the source has in place of a changed value; NULL: it is not changed, or that is not known. */
static inline const struct scalar *node_was(const struct node *node)
{
	return node->more ? node->more->was : NULL;
}

/* The removed child of the same key whose index entry this one took over, or NULL. */
static inline struct node *node_displaced(const struct node *node)
{
	return node->more ? node->more->displaced : NULL;
}

/* True for a child that is neither removed nor shadowed. */
static inline bool node_is_there(const struct node *child)
{
	return !child->removed && !child->shadowed;
}

/* The first that is there, from that child on; it and the result may be NULL. */
static inline struct node *node_there_from(struct node *child)
{
	while (child && !node_is_there(child))
		child = child->next;
	return child;
}

/* Children that are there. */
static inline struct node *node_first(const struct node *parent)
{
	return node_there_from(node_first_link(parent));
}

static inline struct node *node_next(const struct node *node)
{
	return node_there_from(node->next);
}

struct node *node_previous(const struct node *node);

/* Of the two sides of `node` the nearest child that is there, by what lies between; `*after` says on which side. NULL:
 * there is no other. */
struct node *node_nearest(const struct node *node, bool *after);

/* The child with that key, or NULL. */
struct node *node_find(const struct node *dict, const char *key, size_t len);

/* node_find for a C string. */
struct node *node_get(const struct node *dict, const char *key);

/* The removed child of that key, or NULL: where a key that is made again has its place. */
struct node *node_find_removed(const struct node *dict, const char *key, size_t len);

/* The `position`th child (from 0) that is there, or NULL. */
struct node *node_at(const struct node *parent, size_t position);

/* Appends `child` as the reader finds it in the source; sets `placed`. The key (copied, if it is not the child's own
 * already) only in a dict. A key that was there before is shadowed and `*duplicate` is set. 0, or -1: out of memory. */
int node_append_source(struct node *parent, struct node *child, const char *key, size_t key_len,
		       bool *duplicate);

/* Puts a new child (not `placed`) before `before`, or at the end for NULL; takes ownership on success.
 * In a dict, `key` (copied) must not be there. A removed child that has the key gives up its index entry
 * but keeps its bytes' place. 0, or -1: out of memory. */
int node_insert(struct node *parent, struct node *before, struct node *child, const char *key,
		size_t key_len);

/* Marks a placed child removed; unlinks and frees one that is not from the source. */
void node_remove(struct node *child);

/* The same, but never frees: a child that is not from the source is marked, too, and so keeps its place
 * until node_purge(). What unlink(2) needs, as the key may be made again. */
void node_mark_removed(struct node *child);

/* Takes a child out of its parent, for moving it: the caller owns it. In the place of one that came from the
 * source a removed child stays behind, so that invariant 1 holds; the moved one is no longer `placed` but may
 * still borrow its bytes, and so may all below it. NULL: out of memory, nothing changed. */
struct node *node_take(struct node *child);

/* Brings a removed child back, as it was. */
void node_revive(struct node *child);

/* Frees the removed children below `root` that are not from the source. */
void node_purge(struct node *root);

/* Sets type and value of a scalar; copies `bytes`. A container becomes empty of live children first.
 * Keeps `changed` true to invariant 3. 0, or -1: out of memory, nothing changed. */
int node_set(struct node *node, enum node_type type, const char *bytes, size_t len);

/* node_set for a string. */
int node_set_string(struct node *node, const char *text);

/* node_set() to the value of another scalar. For data alone that is not the same: its bytes do not tell whether they
 * are a placeholder; node_set() goes by the bytes, this one by `from`. */
int node_set_like(struct node *node, const struct node *from);

/* Makes `node` (any type) an empty container. A container of that type needs no memory for it. 0, or -1: out of
 * memory, nothing changed. */
int node_set_container(struct node *node, enum node_type type);

/* How many nodes are in the memory that `root` takes: itself and all below it, the removed ones too. */
size_t node_total(const struct node *root);

/* A copy of `node` and what is there below it: not in a container, values only unless `borrow`, which
 * keeps the source ranges so that the writer can copy the bytes; that one stays in the same document. NULL: out of
 * memory. */
struct node *node_copy(const struct node *node, bool borrow);

/* True when types, keys and values are equal. Dict order matters only if `ordered`. */
bool node_equal(const struct node *a, const struct node *b, bool ordered);

/* True when the writer would have to write something other than the source's bytes for it. */
bool node_differs(const struct node *node);

/* True if the value of a non-string scalar is a placeholder (see placeholder.h), not a value. */
bool node_is_placeholder(const struct node *node);

/* True if the value is that text, of whatever type it is. */
bool node_is_text(const struct node *node, const char *text);

/* The value as a C string, in `room`: its first bytes, if it holds a NUL. "" for containers. NULL: out of memory. */
const char *node_text(const struct node *node, struct buf *room);

#endif
