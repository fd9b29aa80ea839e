/* Extended attributes: user.profilefs.type and user.profilefs.error, and what the schema says, by name. */
#include <errno.h>
#include <string.h>

#include "fs/tree/allowed.h"
#include "fs/tree/item.h"
#include "fs/tree/refusal.h"
#include "fs/tree/types.h"
#include "plist/schema/describe.h"

#define OURS  "user.profilefs."
#define TYPE  OURS "type"
#define ERROR OURS "error"

static bool is_ours(const char *name)
{
	return strncmp(name, OURS, strlen(OURS)) == 0;
}

static bool has_type(const struct item *item)
{
	return (item->kind == ITEM_KEY || item->kind == ITEM_DIR) && item->node;
}

static int get_error(const struct item *item, struct buf *value)
{
	char line[4096];

	if (!item_refusal(item))
		return -ENODATA;
	error_format(item_refusal(item), line, sizeof(line));
	buf_add_text(value, line);
	return buf_ok(value) ? 0 : -ENOMEM;
}

/* What the schema says of what stands there. */
static int get_schema(struct tree *tree, const struct item *item, const char *name, struct buf *value)
{
	const struct schema_key *key = NULL;
	struct entry entry = entry_of_item(item);

	if (item->kind == ITEM_DIR)
		key = allowed_dir(tree, item);
	else if (item->kind == ITEM_KEY && item->parent)
		key = allowed_entry(tree, &entry);
	if (!key || describe_attribute(allowed_payload(tree, item), key, name, value) < 0)
		return -ENODATA;
	return buf_ok(value) ? 0 : -ENOMEM;
}

int tree_getxattr(struct tree *tree, struct item *item, const char *name, struct buf *value)
{
	if (!is_ours(name))
		return -EOPNOTSUPP;
	if (strcmp(name, ERROR) == 0)
		return get_error(item, value);
	if (strcmp(name, TYPE) != 0)
		return get_schema(tree, item, name + strlen(OURS), value);
	if (!has_type(item))
		return -ENODATA;
	types_describe(item, value);
	return buf_ok(value) ? 0 : -ENOMEM;
}

static int set_type(struct tree *tree, struct item *item, const char *words, size_t len)
{
	struct said *said;
	int result;

	if (dir_load(tree, item->parent) < 0) /* what is said is judged where all is there */
		return -ENOMEM;
	said = said_make(&item->parent->dir->said, item_name(item));
	allowed_forget(tree);
	if (!said)
		return -ENOMEM;
	if (said_parse(said, words, len) < 0)
		return refuse_text(tree, item, NULL, EINVAL,
				   "'%.*s' is no type: string, integer, real, boolean, date, data, dict, array, "
				   "or array and the type of its elements", (int)(len < 100 ? len : 100), words);
	result = types_retype(tree, item, said, true);
	if (result == -EINVAL)
		said_forget_type(said);
	return result;
}

int tree_setxattr(struct tree *tree, struct item *item, const char *name, const void *value, size_t size)
{
	int result;

	if (!is_ours(name))
		return -EOPNOTSUPP;
	if (strcmp(name, TYPE) != 0 || !item->parent || (item->kind != ITEM_KEY && item->kind != ITEM_DIR))
		return 0;
	result = refuse_if_sealed(tree, item, NULL);
	return result < 0 ? result : set_type(tree, item, value, size);
}

int tree_removexattr(struct tree *tree, struct item *item, const char *name)
{
	(void)tree;
	(void)item;
	return is_ours(name) ? 0 : -EOPNOTSUPP;
}

int tree_listxattr(struct tree *tree, struct item *item, struct buf *names)
{
	(void)tree;
	if (has_type(item))
		buf_add(names, TYPE, sizeof(TYPE));
	return buf_ok(names) ? 0 : -ENOMEM;
}
