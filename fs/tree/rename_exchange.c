#include "fs/tree/rename_exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/refusal.h"
#include "fs/tree/stage.h"

static bool is_plain_file(const struct item *item)
{
	return item->kind == ITEM_KEY || item->kind == ITEM_SCRATCH;
}

/* Checks that the bytes could become the value of that key. */
static int check_bytes(struct tree *tree, struct item *key, const struct buf *bytes)
{
	struct meaning meaning;
	struct entry entry;
	struct error err;

	if (key->kind != ITEM_KEY)
		return 0;
	entry = entry_of_item(key);
	if (entry_parse(tree, &entry, key, buf_text(bytes), bytes->len, &meaning, &err) == 0) {
		meaning_free(&meaning);
		return 0;
	}
	return err.code == ENOMEM ? -ENOMEM : refuse(tree, key, NULL, &err, EPERM);
}

static int put_bytes(struct tree *tree, struct item *item, const struct buf *bytes)
{
	struct entry entry;
	int result = 0;

	if (item->kind == ITEM_KEY) {
		entry = entry_of_item(item);
		result = value_put(tree, &entry, item, buf_text(bytes), bytes->len);
		if (result == 0)
			item_remember(item, buf_text(bytes), bytes->len);
	} else {
		buf_assign(&item->rare->content, bytes->data, bytes->len);
	}
	item_touch(tree, item);
	return result;
}

/* Two inodes change names: what belongs to the name (the node, the kind, the bytes) is swapped back to it. */
static void swap_identities(struct item *a, struct item *b)
{
	struct item keep = *a;

	a->kind = b->kind;
	a->node = b->node;
	a->rare = b->rare;
	a->as_written = b->as_written;
	b->kind = keep.kind;
	b->node = keep.node;
	b->rare = keep.rare;
	b->as_written = keep.as_written;
	if (a->node)
		a->node->user = a;
	if (b->node)
		b->node->user = b;
}

static int swap_links(struct tree *tree, struct item *a, struct item *b)
{
	struct item *a_dir = a->parent, *b_dir = b->parent, *a_next = a->next, *b_next = b->next;
	char *a_name = strdup(item_name(a)), *b_name = strdup(item_name(b));
	int result = -ENOMEM;

	if (a_name && b_name) {
		a->held++;
		b->held++;
		item_unlink(tree, a);
		item_unlink(tree, b);
		result = item_link(tree, a_dir, a_next == b ? b_next : a_next, a_name, b);
		if (result == 0)
			result = item_link(tree, b_dir, b_next == a ? b : b_next, b_name, a);
		item_touch(tree, a_dir);
		item_touch(tree, b_dir);
		item_drop(tree, a, 1);
		item_drop(tree, b, 1);
	}
	free(a_name);
	free(b_name);
	return result;
}

int rename_exchange(struct tree *tree, struct item *a, struct item *b)
{
	BUF_AUTO a_bytes = BUF_INIT, b_bytes = BUF_INIT, made = BUF_INIT;
	const char *bytes;
	size_t len;
	int result;

	if (!is_plain_file(a) || !is_plain_file(b))
		return refuse_text(tree, b->parent, item_name(b), EINVAL,
				   "only files can be exchanged: rename them one by one");
	if (item_bytes(a, &made, &bytes, &len) < 0)
		return -ENOMEM;
	buf_add(&a_bytes, bytes, len);
	buf_clear(&made);
	if (item_bytes(b, &made, &bytes, &len) < 0)
		return -ENOMEM;
	buf_add(&b_bytes, bytes, len);
	if (!buf_ok(&a_bytes) || !buf_ok(&b_bytes))
		return -ENOMEM;
	result = check_bytes(tree, b, &a_bytes);
	if (result == 0)
		result = check_bytes(tree, a, &b_bytes);
	if (result == 0)
		result = put_bytes(tree, b, &a_bytes);
	if (result == 0)
		result = put_bytes(tree, a, &b_bytes);
	if (result < 0)
		return result;
	stage_drop(tree, a);
	stage_drop(tree, b);
	swap_identities(a, b);
	return swap_links(tree, a, b);
}
