#include "plist/node.h"

#include <stdlib.h>
#include <string.h>

#include "plist/node_index.h"
#include "plist/placeholder.h"

/* --- types -------------------------------------------------------------------------------------------- */

static const char *const TYPE_NAMES[NODE_TYPE_COUNT] = {
	[NODE_DICT] = "dict",
	[NODE_ARRAY] = "array",
	[NODE_STRING] = "string",
	[NODE_INTEGER] = "integer",
	[NODE_REAL] = "real",
	[NODE_BOOLEAN] = "boolean",
	[NODE_DATE] = "date",
	[NODE_DATA] = "data",
};

bool node_is_scalar(enum node_type type)
{
	return type != NODE_DICT && type != NODE_ARRAY;
}

const char *node_type_name(enum node_type type)
{
	return (unsigned)type < NODE_TYPE_COUNT ? TYPE_NAMES[type] : "unknown";
}

enum node_type node_type_from_name(const char *name)
{
	unsigned type = 0;

	while (type < NODE_TYPE_COUNT && strcmp(name, TYPE_NAMES[type]) != 0)
		type++;
	return (enum node_type)type;
}

/* --- bytes -------------------------------------------------------------------------------------------- */

/* A copy with a NUL after it. NULL: out of memory. */
static char *copy_bytes(const char *bytes, size_t len)
{
	char *copy = malloc(len + 1);

	if (!copy)
		return NULL;
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

static void wipe(char *bytes, size_t len)
{
	if (bytes)
		explicit_bzero(bytes, len);
	free(bytes);
}

static void scalar_free(struct scalar *scalar)
{
	if (scalar)
		wipe(scalar->bytes, scalar->len);
	free(scalar);
}

/* A scalar of its own; of a container, one without bytes. NULL: out of memory. */
static struct scalar *scalar_new(const struct scalar *from)
{
	struct scalar *scalar = malloc(sizeof(*scalar));

	if (!scalar)
		return NULL;
	*scalar = *from;
	if (from->bytes)
		scalar->bytes = copy_bytes(from->bytes, from->len);
	if (from->bytes && !scalar->bytes) {
		free(scalar);
		return NULL;
	}
	return scalar;
}

/* --- one node ----------------------------------------------------------------------------------------- */

struct node *node_new(enum node_type type)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->type = type;
	node->value.type = type;
	if (!node_is_scalar(type))
		return node;
	node->value.bytes = copy_bytes(NULL, 0);
	if (node->value.bytes)
		return node;
	free(node);
	return NULL;
}

static void free_one(struct node *node)
{
	wipe(node->key, node->key_len);
	wipe(node->value.bytes, node->value.len);
	scalar_free(node->was);
	free(node);
}

/* Without recursion: directories can be nested deeper than any source. */
void node_free(struct node *node)
{
	struct node *at = node, *next;

	while (at) {
		node_index_free(at);
		if (at->first) {
			at = at->first;
			continue;
		}
		next = NULL;
		if (at != node) {
			next = at->next ? at->next : at->parent;
			if (!at->next)
				at->parent->first = NULL;
		}
		free_one(at);
		at = next;
	}
}

bool node_is_placeholder(const struct node *node)
{
	return node_is_scalar(node->type) && node->value.placeholder;
}

const char *node_text(const struct node *node)
{
	return node->value.bytes ? node->value.bytes : "";
}

/* --- children that are there -------------------------------------------------------------------------- */

static bool is_there(const struct node *child)
{
	return !child->removed && !child->shadowed;
}

static struct node *there_from(struct node *child)
{
	while (child && !is_there(child))
		child = child->next;
	return child;
}

struct node *node_first(const struct node *parent)
{
	return there_from(parent->first);
}

struct node *node_next(const struct node *node)
{
	return there_from(node->next);
}

struct node *node_previous(const struct node *node)
{
	struct node *child = node->prev;

	while (child && !is_there(child))
		child = child->prev;
	return child;
}

struct node *node_find(const struct node *dict, const char *key, size_t len)
{
	struct node *holder = node_index_find(dict, key, len);

	return holder && !holder->removed ? holder : NULL;
}

struct node *node_get(const struct node *dict, const char *key)
{
	return node_find(dict, key, strlen(key));
}

struct node *node_find_removed(const struct node *dict, const char *key, size_t len)
{
	struct node *holder = node_index_find(dict, key, len);

	return holder && holder->removed ? holder : NULL;
}

struct node *node_at(const struct node *parent, size_t position)
{
	struct node *child;

	if (position >= parent->count)
		return NULL;
	child = node_first(parent);
	while (child && position--)
		child = node_next(child);
	return child;
}

/* --- the list of children ----------------------------------------------------------------------------- */

static void link_child(struct node *parent, struct node *before, struct node *child)
{
	child->parent = parent;
	child->next = before;
	child->prev = before ? before->prev : parent->last;
	if (child->prev)
		child->prev->next = child;
	else
		parent->first = child;
	if (before)
		before->prev = child;
	else
		parent->last = child;
}

static void unlink_child(struct node *child)
{
	struct node *parent = child->parent;

	if (child->prev)
		child->prev->next = child->next;
	else
		parent->first = child->next;
	if (child->next)
		child->next->prev = child->prev;
	else
		parent->last = child->prev;
	child->parent = child->prev = child->next = NULL;
}

/* Gives the child a key of its own; NULL and 0 in an array. */
static void take_key(struct node *child, char *key, size_t len)
{
	wipe(child->key, child->key_len);
	child->key = key;
	child->key_len = len;
}

/* Adds a child, linked and with its key, to the index of a dict, over `holder` if the key has one. */
static int enter_index(struct node *child, struct node *holder)
{
	if (!holder)
		return node_index_add(child);
	if (holder->removed) {
		node_index_displace(holder, child);
		return 0;
	}
	node_index_hand_over(holder, child);
	holder->shadowed = true;
	child->parent->count--;
	return 0;
}

static int add_to_dict(struct node *dict, struct node *before, struct node *child, const char *key,
		       size_t len, struct node *holder)
{
	char *old_key = child->key, *copy = copy_bytes(key, len);
	size_t old_len = child->key_len;

	if (!copy)
		return -1;
	child->displaced = NULL;
	child->key = copy;
	child->key_len = len;
	link_child(dict, before, child);
	if (enter_index(child, holder) < 0) {
		unlink_child(child);
		child->key = old_key;
		child->key_len = old_len;
		wipe(copy, len);
		return -1;
	}
	wipe(old_key, old_len);
	return 0;
}

static void add_to_array(struct node *array, struct node *before, struct node *child)
{
	take_key(child, NULL, 0);
	link_child(array, before, child);
}

int node_append_source(struct node *parent, struct node *child, const char *key, size_t key_len,
		       bool *duplicate)
{
	struct node *holder = NULL;

	*duplicate = false;
	if (parent->type == NODE_DICT) {
		holder = node_index_find(parent, key, key_len);
		if (add_to_dict(parent, NULL, child, key, key_len, holder) < 0)
			return -1;
		*duplicate = holder != NULL;
	} else {
		add_to_array(parent, NULL, child);
	}
	child->placed = true;
	parent->count++;
	return 0;
}

int node_insert(struct node *parent, struct node *before, struct node *child, const char *key, size_t key_len)
{
	struct node *holder;

	if (parent->type == NODE_DICT) {
		holder = node_index_find(parent, key, key_len);
		if (holder && !holder->removed)
			return -1;
		if (add_to_dict(parent, before, child, key, key_len, holder) < 0)
			return -1;
	} else {
		add_to_array(parent, before, child);
	}
	child->placed = false;
	child->removed = false;
	child->shadowed = false;
	parent->count++;
	return 0;
}

/* --- removing and bringing back ----------------------------------------------------------------------- */

void node_mark_removed(struct node *child)
{
	if (is_there(child))
		child->parent->count--;
	child->removed = true;
}

/* Out of list, index and count; the caller owns it. */
static void detach(struct node *child)
{
	node_index_leave(child);
	if (is_there(child))
		child->parent->count--;
	unlink_child(child);
}

void node_remove(struct node *child)
{
	if (child->placed) {
		node_mark_removed(child);
		return;
	}
	detach(child);
	node_free(child);
}

/* What stays behind for a child that is taken away: its place, not its value. */
static struct node *new_stub(const struct node *child)
{
	struct node *stub = calloc(1, sizeof(*stub));

	if (!stub)
		return NULL;
	stub->type = stub->value.type = NODE_ARRAY;
	stub->placed = stub->removed = true;
	stub->shadowed = child->shadowed;
	stub->source = child->source;
	if (!child->key)
		return stub;
	stub->key = copy_bytes(child->key, child->key_len);
	stub->key_len = child->key_len;
	if (stub->key)
		return stub;
	free(stub);
	return NULL;
}

struct node *node_take(struct node *child)
{
	struct node *stub = NULL;

	if (child->placed) {
		stub = new_stub(child);
		if (!stub)
			return NULL;
		link_child(child->parent, child, stub);
	}
	detach(child);
	child->placed = child->removed = child->shadowed = false;
	return child;
}

void node_revive(struct node *child)
{
	if (!child->removed)
		return;
	if (child->key && !child->shadowed && !node_index_raise(child))
		return;
	child->removed = false;
	if (!child->shadowed)
		child->parent->count++;
}

/* Backwards: who was made last is on top of its key's stack, and found at once. */
void node_purge(struct node *root)
{
	struct node *child, *before;

	for (child = root->last; child; child = before) {
		before = child->prev;
		if (child->removed && !child->placed) {
			detach(child);
			node_free(child);
		} else {
			node_purge(child);
		}
	}
}

/* --- setting values ----------------------------------------------------------------------------------- */

static bool has_source(const struct node *node)
{
	return node->placed || node->source.element.end > 0;
}

static bool scalar_is(const struct scalar *scalar, enum node_type type, const char *bytes, size_t len)
{
	return scalar->type == type && scalar->len == len &&
	       (len == 0 || memcmp(scalar->bytes, bytes, len) == 0);
}

/* `value` becomes the node's; what the source has is kept in `was`, if it is not there yet, for which
 * `keep` (may be NULL: it will not be known) is the memory. */
static void replace_value(struct node *node, struct scalar value, struct scalar *keep)
{
	if (keep) {
		*keep = node->value;
		node->was = keep;
	} else {
		wipe(node->value.bytes, node->value.len);
	}
	node->changed = has_source(node);
	node->value = value;
	node->type = value.type;
}

/* The source's value is the node's again. */
static void restore_value(struct node *node)
{
	wipe(node->value.bytes, node->value.len);
	node->value = *node->was;
	node->type = node->was->type;
	free(node->was);
	node->was = NULL;
	node->changed = false;
}

/* True if the value that the node has now is the source's and must be kept. */
static bool must_keep(const struct node *node)
{
	return has_source(node) && !node->changed;
}

static void empty(struct node *container)
{
	struct node *child, *next;

	for (child = node_first(container); child; child = next) {
		next = node_next(child);
		node_remove(child);
	}
}

int node_set(struct node *node, enum node_type type, const char *bytes, size_t len)
{
	struct scalar value = { .type = type, .len = len };
	struct scalar *keep = NULL;

	if (must_keep(node) && scalar_is(&node->value, type, bytes, len))
		return 0;
	if (node->was && scalar_is(node->was, type, bytes, len)) {
		empty(node);
		restore_value(node);
		return 0;
	}
	value.placeholder = type != NODE_STRING && placeholder_whole(bytes, len);
	value.bytes = copy_bytes(bytes, len);
	if (value.bytes && must_keep(node))
		keep = malloc(sizeof(*keep));
	if (!value.bytes || (must_keep(node) && !keep)) {
		wipe(value.bytes, len);
		return -1;
	}
	empty(node);
	replace_value(node, value, keep);
	return 0;
}

int node_set_string(struct node *node, const char *text)
{
	return node_set(node, NODE_STRING, text, strlen(text));
}

/* That it is a placeholder, or is none, is a change of its own. */
static int set_placeholder(struct node *node, bool placeholder)
{
	if (must_keep(node)) {
		node->was = scalar_new(&node->value);
		if (!node->was)
			return -1;
		node->changed = true;
	}
	node->value.placeholder = placeholder;
	return 0;
}

int node_set_like(struct node *node, const struct node *from)
{
	if (node_set(node, from->type, from->value.bytes, from->value.len) < 0)
		return -1;
	if (node->value.placeholder == from->value.placeholder)
		return 0;
	return set_placeholder(node, from->value.placeholder);
}

/* Without memory for `was` the node stays changed for good: it is then only written anew without need. */
void node_set_container(struct node *node, enum node_type type)
{
	empty(node);
	if (node->type == type)
		return;
	if (node->was && node->was->type == type)
		restore_value(node);
	else
		replace_value(node, (struct scalar){ .type = type },
			      must_keep(node) ? malloc(sizeof(*node->was)) : NULL);
}

/* --- copies ------------------------------------------------------------------------------------------- */

static int copy_source(struct node *copy, const struct node *node)
{
	copy->source = node->source;
	copy->changed = node->changed;
	if (!node->was)
		return 0;
	copy->was = scalar_new(node->was);
	return copy->was ? 0 : -1;
}

static int copy_value(struct node *copy, const struct node *node)
{
	if (!node->value.bytes)
		return 0;
	copy->value = node->value;
	copy->value.bytes = copy_bytes(node->value.bytes, node->value.len);
	return copy->value.bytes ? 0 : -1;
}

/* Puts the copy of a child into the copy of its container, in the same state. */
static int adopt(struct node *parent, struct node *copy, const struct node *child, bool borrow)
{
	if (node_insert(parent, NULL, copy, child->key, child->key_len) < 0)
		return -1;
	copy->placed = borrow && child->placed;
	return 0;
}

/* A place in the source where nothing is left that could be shown. */
static int adopt_stub(struct node *parent, const struct node *child)
{
	struct node *stub = new_stub(child);

	if (!stub)
		return -1;
	link_child(parent, NULL, stub);
	return 0;
}

static int copy_children(struct node *copy, const struct node *node, bool borrow)
{
	const struct node *child;
	struct node *made;

	for (child = node->first; child; child = child->next) {
		if (!is_there(child)) {
			if (borrow && child->placed && adopt_stub(copy, child) < 0)
				return -1;
			continue;
		}
		made = node_copy(child, borrow);
		if (!made || adopt(copy, made, child, borrow) < 0) {
			node_free(made);
			return -1;
		}
	}
	return 0;
}

size_t node_total(const struct node *root)
{
	const struct node *child;
	size_t total = 1;

	for (child = root->first; child; child = child->next)
		total += node_total(child);
	return total;
}

struct node *node_copy(const struct node *node, bool borrow)
{
	struct node *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return NULL;
	copy->type = copy->value.type = node->type;
	copy->uid = node->uid;
	if (copy_value(copy, node) == 0 && (!borrow || copy_source(copy, node) == 0) &&
	    copy_children(copy, node, borrow) == 0)
		return copy;
	node_free(copy);
	return NULL;
}
