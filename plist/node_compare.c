/* What is equal: two trees, or a tree and the source that it was read from. */
#include "plist/node.h"

#include <string.h>

static bool bytes_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static bool lists_equal(const struct node *a, const struct node *b, bool ordered)
{
	const struct node *x = node_first(a), *y = node_first(b);

	for (; x && y; x = node_next(x), y = node_next(y))
		if (!bytes_equal(x->key, x->key_len, y->key, y->key_len) || !node_equal(x, y, ordered))
			return false;
	return !x && !y;
}

static bool dicts_equal(const struct node *a, const struct node *b)
{
	const struct node *x, *y;

	for (x = node_first(a); x; x = node_next(x)) {
		y = node_find(b, x->key, x->key_len);
		if (!y || !node_equal(x, y, false))
			return false;
	}
	return true;
}

bool node_equal(const struct node *a, const struct node *b, bool ordered)
{
	if (a->type != b->type || node_count(a) != node_count(b))
		return false;
	if (node_is_scalar(a->type))
		return scalar_equal(&a->value, &b->value);
	return a->type == NODE_DICT && !ordered ? dicts_equal(a, b) : lists_equal(a, b, ordered);
}

/* Of its children, a node differs by those that are gone, those that came, and those that differ. */
static bool child_differs(const struct node *child)
{
	if (child->removed)
		return child->placed;
	return !child->placed || node_differs(child);
}

bool node_differs(const struct node *node)
{
	const struct node *child = node_first_link(node);

	while (child && !child_differs(child))
		child = child->next;
	return child || node->changed;
}
