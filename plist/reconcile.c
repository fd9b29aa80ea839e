#include "plist/reconcile.h"

#include "plist/align.h"
#include "plist/reconcile_parts.h"

bool reconcile_same(struct reconciling *job, const struct node *a, const struct node *b)
{
	if (a->type != b->type)
		return false;
	if (!node_is_scalar(a->type) && fingerprint(&job->known, a) != fingerprint(&job->known, b))
		return false;
	return node_equal(a, b, false);
}

/* --- dicts --------------------------------------------------------------------------------------------- */

static void remove_unwanted(struct node *dict, const struct node *wanted)
{
	struct node *child, *next;

	for (child = node_first(dict); child; child = next) {
		next = node_next(child);
		if (!node_find(wanted, child->key, child->key_len))
			node_remove(child);
	}
}

/* Of the children that had the key before: the one in the source that is what is wanted, or NULL. */
static struct node *find_original(struct reconciling *job, struct node *before, const struct node *wanted)
{
	while (before && !(before->placed && reconcile_same(job, before, wanted)))
		before = node_displaced(before);
	return before;
}

/* The child of that key, which may have to come back for it, or NULL. What stands in the source as it is wanted is
 * better than any new child. */
static struct node *find_child(struct reconciling *job, struct node *dict, const struct node *wanted)
{
	struct node *child = node_find(dict, wanted->key, wanted->key_len), *original;

	if (child && (child->placed || reconcile_same(job, child, wanted)))
		return child;
	if (child) {
		original = find_original(job, node_displaced(child), wanted);
		if (!original)
			return child;
		node_remove(child);
		node_revive(original);
		return original;
	}
	child = node_find_removed(dict, wanted->key, wanted->key_len);
	if (!child)
		return NULL;
	original = find_original(job, child, wanted);
	child = original ? original : child;
	node_revive(child);
	return child;
}

static struct node *insert_copy(struct node *dict, struct node *before, const struct node *wanted)
{
	struct node *copy = node_copy(wanted, false);

	if (copy && node_insert(dict, before, copy, wanted->key, wanted->key_len) == 0)
		return copy;
	node_free(copy);
	return NULL;
}

static const struct node *last_child(const struct node *parent)
{
	const struct node *last = node_last_link(parent);

	return last && (last->removed || last->shadowed) ? node_previous(last) : last;
}

/* Backwards, so that the one that a new key goes before is there already. */
static int reconcile_dict(struct reconciling *job, struct node *dict, const struct node *wanted)
{
	struct node *child, *before = NULL;

	remove_unwanted(dict, wanted);
	for (const struct node *want = last_child(wanted); want; want = node_previous(want), before = child) {
		child = find_child(job, dict, want);
		if (child && reconcile_node(job, child, want) < 0)
			return -1;
		if (!child)
			child = insert_copy(dict, before, want);
		if (!child)
			return -1;
	}
	return 0;
}

/* --- any node ------------------------------------------------------------------------------------------ */

int reconcile_node(struct reconciling *job, struct node *node, const struct node *wanted)
{
	if (reconcile_same(job, node, wanted))
		return 0;
	if (node_is_scalar(wanted->type))
		return node_set_like(node, wanted);
	if (node->type != wanted->type && node_set_container(node, wanted->type) < 0)
		return -1;
	if (wanted->type == NODE_ARRAY)
		return reconcile_array(job, node, wanted);
	if (wanted->uid)
		node->uid = true;
	return reconcile_dict(job, node, wanted);
}

int reconcile(struct node *node, const struct node *wanted, struct error *err)
{
	struct reconciling job = { .patience = ALIGN_PATIENCE };
	int result = reconcile_node(&job, node, wanted);

	fingerprints_free(&job.known);
	return result < 0 ? error_memory(err) : 0;
}
