#include "fs/tree/change.h"

#include <string.h>

#include "fs/tree/change_flags.h"

/* --- numbers ---------------------------------------------------------------------------------------- */

static bool is_there(const struct node *node)
{
	return !node->removed && !node->shadowed;
}

static void forget_numbers(struct node *node)
{
	struct node *child;

	node->number = 0;
	for (child = node_first_link(node); child; child = child->next)
		forget_numbers(child);
}

static void number_all(struct node *node, uint32_t *last)
{
	struct node *child;

	node->number = ++*last;
	for (child = node_first_link(node); child; child = child->next)
		if (is_there(child))
			number_all(child, last);
		else
			forget_numbers(child);
}

uint32_t change_number_all(struct node *root)
{
	uint32_t last = 0;

	number_all(root, &last);
	return last;
}

static void number_below(struct node *node, uint32_t *last)
{
	struct node *child;

	if (!node->number)
		node->number = ++*last;
	for (child = node_first_link(node); child; child = child->next)
		if (is_there(child))
			number_below(child, last);
}

/* Only these make nodes; and a value that is no list has nothing below it. What is put in is new to who does it again,
 * whatever numbers it had. */
void change_number_new(const struct change *change, uint32_t *last)
{
	if (change->kind == CHANGE_INSERT)
		forget_numbers(change->node);
	if (change->kind == CHANGE_INSERT || change->kind == CHANGE_REVIVE ||
	    (change->kind == CHANGE_VALUE && change->node->type == NODE_ARRAY))
		number_below(change->node, last);
}

/* --- bytes ------------------------------------------------------------------------------------------ */

static void add_number(struct buf *out, uint32_t number)
{
	unsigned char bytes[] = { (unsigned char)number, (unsigned char)(number >> 8), (unsigned char)(number >> 16),
				  (unsigned char)(number >> 24) };

	buf_add(out, bytes, sizeof(bytes));
}

static void add_bytes(struct buf *out, const char *bytes, size_t len)
{
	add_number(out, (uint32_t)len);
	buf_add(out, bytes, len);
}

/* A key, which need not be there: an element of an array has none. */
static void add_key(struct buf *out, const char *key, size_t len)
{
	buf_add_char(out, key != NULL);
	if (key)
		add_bytes(out, key, len);
}

/* Whom it is about, and what is expected there. */
static void add_target(struct buf *out, const struct node *node)
{
	add_number(out, node->number);
	buf_add_char(out, (char)node->type);
	add_key(out, node->key, node->key_len);
}

/* The place before the next node that both sides know, other than the one that goes there; 0: the last one. */
static void add_place(struct buf *out, const struct node *parent, const struct node *before, const struct node *node)
{
	add_number(out, parent->number);
	while (before && (!before->number || before == node))
		before = before->next;
	add_number(out, before ? before->number : 0);
}

static void add_meaning(struct buf *out, const struct meaning *meaning)
{
	size_t i;

	buf_add_char(out, (char)meaning->type);
	buf_add_char(out, meaning->literal);
	if (meaning->type != NODE_ARRAY) {
		add_bytes(out, meaning->bytes, meaning->len);
		return;
	}
	add_number(out, (uint32_t)meaning->line_count);
	for (i = 0; i < meaning->line_count; i++) {
		buf_add_char(out, (char)meaning->lines[i].type);
		add_bytes(out, meaning->lines[i].bytes, meaning->lines[i].len);
	}
}

/* What stays of a value. */
struct rest {
	size_t head, tail;
};

/* Less than that is not worth it. */
#define REST_MIN ((size_t)64)

static size_t same_at_start(const char *a, const char *b, size_t len)
{
	size_t same = 0;

	while (same + REST_MIN <= len && memcmp(a + same, b + same, REST_MIN) == 0)
		same += REST_MIN;
	while (same < len && a[same] == b[same])
		same++;
	return same;
}

/* `a` and `b` are where the bytes end. */
static size_t same_at_end(const char *a, const char *b, size_t len)
{
	size_t same = 0;

	while (same + REST_MIN <= len && memcmp(a - same - REST_MIN, b - same - REST_MIN, REST_MIN) == 0)
		same += REST_MIN;
	while (same < len && a[-(ptrdiff_t)same - 1] == b[-(ptrdiff_t)same - 1])
		same++;
	return same;
}

/* Whether so much of a text or of data stays that the rest says it all: a long script to which a line is added. */
static bool find_rest(const struct change *change, struct rest *rest)
{
	const struct scalar *old = &change->node->value;
	const struct meaning *fresh = change->meaning;
	BUF_AUTO room = BUF_INIT;
	const char *bytes;
	size_t least = old->len < fresh->len ? old->len : fresh->len;

	if (fresh->type != change->node->type || (fresh->type != NODE_STRING && fresh->type != NODE_DATA))
		return false;
	if (least < REST_MIN)
		return false;
	bytes = scalar_bytes(old, &room);
	if (!bytes)
		return false; /* the whole is written down, then */
	rest->head = same_at_start(bytes, fresh->bytes, least);
	rest->tail = same_at_end(bytes + old->len, fresh->bytes + fresh->len, least - rest->head);
	return rest->head + rest->tail >= REST_MIN;
}

static void add_part(struct buf *out, const struct change *change, const struct rest *rest)
{
	const struct meaning *meaning = change->meaning;

	buf_add_char(out, CHANGE_PART);
	add_target(out, change->node);
	buf_add_char(out, meaning->literal);
	add_number(out, (uint32_t)rest->head);
	add_number(out, (uint32_t)rest->tail);
	add_bytes(out, meaning->bytes + rest->head, meaning->len - rest->head - rest->tail);
}

static void add_tree(struct buf *out, const struct node *node)
{
	const struct node *child;

	buf_add_char(out, (char)node->type);
	buf_add_char(out, (char)((node->uid ? CHANGE_IS_UID : 0) |
				 (node->value.placeholder ? CHANGE_IS_PLACEHOLDER : 0)));
	if (node_is_scalar(node->type)) {
		add_number(out, node->value.len);
		scalar_add(&node->value, out);
		return;
	}
	add_number(out, (uint32_t)node_count(node));
	for (child = node_first(node); child; child = node_next(child)) {
		add_key(out, child->key, child->key_len);
		add_tree(out, child);
	}
}

static void add_insertion(struct buf *out, const struct node *parent, const struct node *before, const char *key,
			  size_t key_len, const struct node *node)
{
	buf_add_char(out, CHANGE_INSERT);
	add_place(out, parent, before, node);
	add_key(out, key, key_len);
	add_tree(out, node);
}

static void add_revival(struct buf *out, const struct node *node)
{
	if (!node->number) {
		add_insertion(out, node->parent, node, node->key, node->key_len, node);
		return;
	}
	buf_add_char(out, CHANGE_REVIVE);
	add_target(out, node);
}

void change_write(const struct change *change, struct buf *out)
{
	struct rest rest;

	if (change->kind == CHANGE_VALUE && find_rest(change, &rest)) {
		add_part(out, change, &rest);
		return;
	}
	switch (change->kind) {
	case CHANGE_INSERT:
		add_insertion(out, change->parent, change->before, change->key, change->key_len, change->node);
		return;
	case CHANGE_REVIVE:
		add_revival(out, change->node);
		return;
	case CHANGE_VALUE:
	case CHANGE_CONTAINER:
	case CHANGE_MOVE:
	case CHANGE_REMOVE:
	case CHANGE_NAME:
		buf_add_char(out, (char)change->kind);
		add_target(out, change->node);
		break;
	}
	if (change->kind == CHANGE_VALUE)
		add_meaning(out, change->meaning);
	if (change->kind == CHANGE_CONTAINER)
		buf_add_char(out, (char)change->type);
	if (change->kind == CHANGE_MOVE)
		add_place(out, change->parent, change->before, change->node);
	if (change->kind == CHANGE_MOVE || change->kind == CHANGE_NAME)
		add_key(out, change->key, change->key_len);
}
