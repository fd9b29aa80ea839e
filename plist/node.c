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

/* Bytes of a node: `within` its own memory they are only wiped. */
static void drop(char *bytes, size_t len, bool within)
{
	if (within)
		explicit_bzero(bytes, len);
	else
		wipe(bytes, len);
}

static const char *const NO_BYTES = "";

static bool is_in_source(const struct scalar *scalar)
{
	return scalar->held == HELD_SOURCE || scalar->held == HELD_BASE64;
}

/* The scalar is empty then. */
static void drop_value(struct scalar *scalar)
{
	if (!is_in_source(scalar))
		drop((char *)scalar->at, scalar->len, scalar->held == HELD_WITHIN);
	scalar->at = NO_BYTES;
	scalar->len = 0;
	scalar->held = HELD_SOURCE;
}

static void drop_key(struct node *node)
{
	drop(node->key, node->key_len, node->key_within);
	node->key = NULL;
	node->key_len = 0;
	node->key_within = false;
}

/* Gives a scalar that was copied bytes in memory of their own. 0, or -1: out of memory, it is empty. */
static int own_value(struct scalar *scalar)
{
	char *copy = scalar->len ? malloc(scalar->len) : NULL;
	int result = copy || !scalar->len ? 0 : -1;

	if (copy)
		scalar_read(scalar, copy);
	scalar->held = copy ? HELD_ALONE : HELD_SOURCE;
	scalar->at = copy ? copy : NO_BYTES;
	scalar->len = copy ? scalar->len : 0;
	return result;
}

/* The same; in the source they may be left. */
static int keep_value(struct scalar *scalar)
{
	return is_in_source(scalar) ? 0 : own_value(scalar);
}

/* A scalar of its own, for a node of the same document. NULL: out of memory. */
static struct scalar *scalar_new(const struct scalar *from)
{
	struct scalar *scalar = malloc(sizeof(*scalar));

	if (!scalar)
		return NULL;
	*scalar = *from;
	if (keep_value(scalar) == 0)
		return scalar;
	free(scalar);
	return NULL;
}

static void scalar_free(struct scalar *scalar)
{
	if (scalar)
		drop_value(scalar);
	free(scalar);
}

/* --- one node ----------------------------------------------------------------------------------------- */

/* Makes room for what most nodes do not have. 0, or -1: out of memory. */
static int give_more(struct node *node)
{
	if (!node->more)
		node->more = calloc(1, sizeof(*node->more));
	return node->more ? 0 : -1;
}

/* A node with `more` bytes of memory behind it. NULL: out of memory. */
static struct node *new_with(enum node_type type, size_t more)
{
	struct node *node = malloc(sizeof(*node) + more);

	if (!node)
		return NULL;
	*node = (struct node){ .type = type, .value = { .at = NO_BYTES, .type = type } };
	if (node_is_scalar(type) || give_more(node) == 0)
		return node;
	free(node);
	return NULL;
}

struct node *node_new(enum node_type type)
{
	return new_with(type, 0);
}

/* Puts a copy there, with a NUL after it, and returns it. */
static char *put_bytes(char *there, const char *bytes, size_t len)
{
	if (len)
		memcpy(there, bytes, len);
	there[len] = '\0';
	return there;
}

struct node *node_new_read(enum node_type type, const char *key, size_t key_len, const struct scalar *value)
{
	size_t key_room = key ? key_len + 1 : 0;
	size_t value_room = value && !is_in_source(value) ? value->len : 0;
	struct node *node;

	if (key_len > UINT32_MAX)
		return NULL;
	node = new_with(type, key_room + value_room);
	if (!node)
		return NULL;
	if (key) {
		node->key = put_bytes((char *)(node + 1), key, key_len);
		node->key_len = (uint32_t)key_len;
		node->key_within = true;
	}
	if (value)
		node->value = *value;
	if (value && !is_in_source(value)) {
		node->value.at = memcpy((char *)(node + 1) + key_room, value->at, value->len);
		node->value.held = HELD_WITHIN;
	}
	return node;
}

static void free_one(struct node *node)
{
	drop_key(node);
	if (node->more)
		scalar_free(node->more->was);
	drop_value(&node->value);
	free(node->more);
	free(node);
}

/* Without recursion: directories can be nested deeper than any source. */
void node_free(struct node *node)
{
	struct node *at = node, *next;

	while (at) {
		node_index_free(at);
		if (node_first_link(at)) {
			at = node_first_link(at);
			continue;
		}
		next = NULL;
		if (at != node) {
			next = at->next ? at->next : at->parent;
			if (!at->next)
				at->parent->more->first = NULL;
		}
		free_one(at);
		at = next;
	}
}

bool node_is_placeholder(const struct node *node)
{
	return node_is_scalar(node->type) && node->value.placeholder;
}

bool node_is_text(const struct node *node, const char *text)
{
	return scalar_is(&node->value, text, strlen(text));
}

const char *node_text(const struct node *node, struct buf *room)
{
	buf_resize(room, 0);
	scalar_add(&node->value, room);
	return buf_ok(room) ? buf_text(room) : NULL;
}

/* --- children that are there -------------------------------------------------------------------------- */

struct node *node_previous(const struct node *node)
{
	struct node *child = node->prev;

	while (child && !node_is_there(child))
		child = child->prev;
	return child;
}

struct node *node_nearest(const struct node *node, bool *after)
{
	struct node *next = node->next, *before = node->prev;

	for (*after = true; next || before; *after = true) {
		if (next && node_is_there(next))
			return next;
		*after = false;
		if (before && node_is_there(before))
			return before;
		next = next ? next->next : NULL;
		before = before ? before->prev : NULL;
	}
	return NULL;
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

	if (position >= node_count(parent))
		return NULL;
	child = node_first(parent);
	while (child && position--)
		child = node_next(child);
	return child;
}

/* --- the list of children ----------------------------------------------------------------------------- */

static void link_child(struct node *parent, struct node *before, struct node *child)
{
	struct node_more *list = parent->more;

	child->parent = parent;
	child->next = before;
	child->prev = before ? before->prev : list->last;
	if (child->prev)
		child->prev->next = child;
	else
		list->first = child;
	if (before)
		before->prev = child;
	else
		list->last = child;
}

static void unlink_child(struct node *child)
{
	struct node_more *list = child->parent->more;

	if (child->prev)
		child->prev->next = child->next;
	else
		list->first = child->next;
	if (child->next)
		child->next->prev = child->prev;
	else
		list->last = child->prev;
	child->parent = child->prev = child->next = NULL;
}

/* Who has a key's entry in the index (NULL: nobody), and the key's hash. */
struct holder {
	struct node *node;
	uint32_t hash;
};

/* Adds a child, linked and with its key, to the index of its dict, over the holder if the key has one. */
static int enter_index(struct node *child, struct holder of)
{
	struct node *holder = of.node;

	if (!holder)
		return node_index_add(child, of.hash);
	if (holder->removed) {
		if (give_more(child) < 0 || give_more(holder) < 0)
			return -1;
		node_index_displace(holder, child);
		return 0;
	}
	node_index_hand_over(holder, child);
	holder->shadowed = true;
	child->parent->more->count--;
	return 0;
}

/* Gives the child a copy of the key; the old one is the caller's. 0, or -1: out of memory, nothing changed. */
static int give_key(struct node *child, const char *key, size_t len)
{
	char *copy = len > UINT32_MAX ? NULL : copy_bytes(key, len);

	if (!copy)
		return -1;
	child->key = copy;
	child->key_len = (uint32_t)len;
	child->key_within = false;
	return 0;
}

static int link_in_dict(struct node *dict, struct node *before, struct node *child, struct holder holder)
{
	if (child->more)
		child->more->displaced = NULL;
	link_child(dict, before, child);
	if (enter_index(child, holder) == 0)
		return 0;
	unlink_child(child);
	return -1;
}

/* The child's own key is not copied, and it keeps that if the other cannot be given. `holder`: of seek(). */
static int add_to_dict(struct node *dict, struct node *before, struct node *child, const char *key, size_t len,
		       struct holder holder)
{
	struct node old = *child;

	if (key == child->key)
		return link_in_dict(dict, before, child, holder);
	if (give_key(child, key, len) < 0)
		return -1;
	if (link_in_dict(dict, before, child, holder) == 0) {
		drop_key(&old);
		return 0;
	}
	drop_key(child);
	child->key = old.key;
	child->key_len = old.key_len;
	child->key_within = old.key_within;
	return -1;
}

static void add_to_array(struct node *array, struct node *before, struct node *child)
{
	drop_key(child);
	link_child(array, before, child);
}

static struct holder seek(const struct node *dict, const char *key, size_t len)
{
	struct holder holder;

	holder.node = node_index_seek(dict, key, len, &holder.hash);
	return holder;
}

int node_append_source(struct node *parent, struct node *child, const char *key, size_t key_len,
		       bool *duplicate)
{
	struct holder holder = { NULL, 0 };

	*duplicate = false;
	if (parent->type == NODE_DICT) {
		holder = seek(parent, key, key_len);
		if (add_to_dict(parent, NULL, child, key, key_len, holder) < 0)
			return -1;
	} else {
		add_to_array(parent, NULL, child);
	}
	*duplicate = holder.node != NULL;
	child->placed = true;
	parent->more->count++;
	return 0;
}

int node_insert(struct node *parent, struct node *before, struct node *child, const char *key, size_t key_len)
{
	struct holder holder;

	if (parent->type == NODE_DICT) {
		holder = seek(parent, key, key_len);
		if (holder.node && !holder.node->removed)
			return -1;
		if (add_to_dict(parent, before, child, key, key_len, holder) < 0)
			return -1;
	} else {
		add_to_array(parent, before, child);
	}
	child->placed = false;
	child->removed = false;
	child->shadowed = false;
	parent->more->count++;
	return 0;
}

/* --- removing and bringing back ----------------------------------------------------------------------- */

void node_mark_removed(struct node *child)
{
	if (node_is_there(child))
		child->parent->more->count--;
	child->removed = true;
}

/* Out of list, index and count; the caller owns it. */
static void detach(struct node *child)
{
	node_index_leave(child);
	if (node_is_there(child))
		child->parent->more->count--;
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
	struct node *stub = node_new_read(NODE_ARRAY, child->key, child->key_len, NULL);

	if (!stub)
		return NULL;
	stub->placed = stub->removed = true;
	stub->shadowed = child->shadowed;
	stub->source = child->source;
	return stub;
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
		child->parent->more->count++;
}

/* Backwards: who was made last is on top of its key's stack, and found at once. */
void node_purge(struct node *root)
{
	struct node *child, *before;

	for (child = node_last_link(root); child; child = before) {
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

static bool is_value(const struct scalar *scalar, enum node_type type, const char *bytes, size_t len)
{
	return scalar->type == type && scalar_is(scalar, bytes, len);
}

/* `value` becomes the node's; what the source has is kept in `was`, if it is not there yet, for which
 * `keep` (may be NULL: it will not be known) is the memory, in a node that has its `more`. */
static void replace_value(struct node *node, struct scalar value, struct scalar *keep)
{
	if (keep) {
		*keep = node->value;
		node->more->was = keep;
	} else {
		drop_value(&node->value);
	}
	node->changed = has_source(node);
	node->value = value;
	node->type = value.type;
}

/* The source's value is the node's again. */
static void restore_value(struct node *node)
{
	drop_value(&node->value);
	node->value = *node->more->was;
	node->type = node->value.type;
	free(node->more->was);
	node->more->was = NULL;
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
	struct scalar value = { .type = type, .held = HELD_ALONE, .len = (uint32_t)len };
	struct scalar *keep = NULL;
	char *copy;

	if (len > UINT32_MAX)
		return -1;
	if (must_keep(node) && is_value(&node->value, type, bytes, len))
		return 0;
	if (node_was(node) && is_value(node_was(node), type, bytes, len)) {
		empty(node);
		restore_value(node);
		return 0;
	}
	value.placeholder = type != NODE_STRING && placeholder_whole(bytes, len);
	value.at = copy = malloc(len ? len : 1);
	if (copy && len)
		memcpy(copy, bytes, len);
	if (copy && must_keep(node) && give_more(node) == 0)
		keep = malloc(sizeof(*keep));
	if (!copy || (must_keep(node) && !keep)) {
		wipe(copy, len);
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
	struct scalar value = node->value, *keep = NULL;

	if (must_keep(node) && (give_more(node) < 0 || !(keep = scalar_new(&value))))
		return -1;
	if (value.held == HELD_BASE64 && own_value(&value) < 0) {
		scalar_free(keep);
		return -1;
	}
	if (keep) {
		node->more->was = keep;
		node->changed = true;
	}
	node->value = value;
	node->value.placeholder = placeholder;
	return 0;
}

int node_set_like(struct node *node, const struct node *from)
{
	BUF_AUTO room = BUF_INIT;
	const char *bytes = scalar_bytes(&from->value, &room);

	if (!bytes || node_set(node, from->type, bytes, from->value.len) < 0)
		return -1;
	if (node->value.placeholder == from->value.placeholder)
		return 0;
	return set_placeholder(node, from->value.placeholder);
}

int node_set_container(struct node *node, enum node_type type)
{
	struct scalar *keep = NULL;

	if (node->type != type) {
		if (give_more(node) < 0)
			return -1;
		if (must_keep(node) && !(keep = malloc(sizeof(*keep))))
			return -1;
	}
	empty(node);
	if (node->type == type)
		return 0;
	if (node_was(node) && node_was(node)->type == type)
		restore_value(node);
	else
		replace_value(node, (struct scalar){ .at = NO_BYTES, .type = type }, keep);
	return 0;
}

/* --- copies ------------------------------------------------------------------------------------------- */

static int copy_source(struct node *copy, const struct node *node)
{
	copy->source = node->source;
	copy->changed = node->changed;
	if (!node_was(node))
		return 0;
	if (give_more(copy) == 0)
		copy->more->was = scalar_new(node_was(node));
	return node_was(copy) ? 0 : -1;
}

static int copy_value(struct node *copy, const struct node *node, bool borrow)
{
	copy->value = node->value;
	return borrow ? keep_value(&copy->value) : own_value(&copy->value);
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

	if (node_first_link(node) && give_more(copy) < 0)
		return -1;
	for (child = node_first_link(node); child; child = child->next) {
		if (!node_is_there(child)) {
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

	for (child = node_first_link(root); child; child = child->next)
		total += node_total(child);
	return total;
}

struct node *node_copy(const struct node *node, bool borrow)
{
	struct node *copy = new_with(node->type, 0);

	if (!copy)
		return NULL;
	copy->uid = node->uid;
	if (copy_value(copy, node, borrow) == 0 && (!borrow || copy_source(copy, node) == 0) &&
	    copy_children(copy, node, borrow) == 0)
		return copy;
	node_free(copy);
	return NULL;
}
