/*
 * What the tests of nodes share: trees made as if they were read, children added as a user would, and a listing
 * of those that are there.
 *
 * Every tree is the test's own, to be freed with node_free(); a listing is good until the next.
 */
#ifndef TESTS_MADE_NODES_H
#define TESTS_MADE_NODES_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "plist/node.h"
#include "tests/unit/text_in.h"

static size_t offset;

/* Ranges as a reader would give: none is empty, none is another's. */
static inline void give_source(struct node *node)
{
	offset += 10;
	node->source.key = span_of(offset, offset + 2);
	node->source.element = span_of(offset + 2, offset + 8);
	node->source.inner = span_of(offset + 3, offset + 7);
}

static inline struct node *new_scalar(enum node_type type, const char *text)
{
	struct node *node = node_new(type);

	assert_non_null(node);
	assert_int_equal(node_set(node, type, text, strlen(text)), 0);
	assert_false(node->changed);
	return node;
}

static inline struct node *read_child(struct node *parent, struct node *child, const char *key)
{
	bool duplicate;

	assert_int_equal(node_append_source(parent, child, key, key ? strlen(key) : 0, &duplicate), 0);
	assert_false(duplicate);
	give_source(child);
	return child;
}

static inline struct node *read_string(struct node *parent, const char *key, const char *text)
{
	return read_child(parent, new_scalar(NODE_STRING, text), key);
}

static inline struct node *add_string(struct node *parent, struct node *before, const char *key, const char *text)
{
	struct node *child = new_scalar(NODE_STRING, text);

	assert_int_equal(node_insert(parent, before, child, key, key ? strlen(key) : 0), 0);
	return child;
}

/* A dict as if it were read: a = "1", b = "2", c = "3". */
static inline struct node *read_abc(void)
{
	struct node *dict = node_new(NODE_DICT);

	assert_non_null(dict);
	give_source(dict);
	read_string(dict, "a", "1");
	read_string(dict, "b", "2");
	read_string(dict, "c", "3");
	return dict;
}

/* The keys (or, in an array, values) of the children that are there, forwards; backwards they must agree. */
static inline const char *listing(const struct node *parent)
{
	static char text[256];
	const struct node *child, *last = NULL;
	size_t count = 0, backwards = 0;

	text[0] = '\0';
	for (child = node_first(parent); child; child = node_next(child)) {
		assert_ptr_equal(node_at(parent, count), child);
		assert_ptr_equal(child->parent, parent);
		strcat(text, child->key ? child->key : text_in(child));
		last = child;
		count++;
	}
	for (; last; last = node_previous(last))
		backwards++;
	assert_int_equal(count, backwards);
	assert_int_equal(count, node_count(parent));
	assert_null(node_at(parent, count));
	return text;
}

#endif
