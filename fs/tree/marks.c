#include "fs/tree/marks.h"

#include <errno.h>
#include <string.h>

#include "fs/tree/refusal.h"
#include "plist/merge.h"

bool mark_is_of(const char *name, const char *key)
{
	size_t of, len = strlen(name);
	enum merge_mark mark = merge_mark_of(name, len, &of);

	return (mark == MERGE_MARK_BASE || mark == MERGE_MARK_THEIRS) && of == strlen(key) &&
	       memcmp(name, key, of) == 0;
}

static bool is_looked_for(const struct tree *tree)
{
	enum severity severity = SEVERITY_ERROR;

	return rule_severity(&tree->profile->checks.levels, "merge-conflict", &severity);
}

int mark_check_place(struct tree *tree, const struct entry *entry)
{
	struct item *dir = entry->dir;
	const char *name = entry->name;
	struct error err;

	if (!dir->parent || entry->shown || entry->ghost || !mark_is_of(name, item_name(dir)))
		return 0;
	if (dir_reach(tree, dir, item_name(dir)) < 0)
		return -ENOMEM;
	if (item_child(dir, item_name(dir)) || !is_looked_for(tree))
		return 0;
	error_rule(&err, "merge-conflict",
		   "a merge's mark of '%s' is no part of it, and mv moves into a directory that is there: with the "
		   "mark beside it, `rm -r %s`, then `mv %s %s`",
		   item_name(dir), item_name(dir), name, item_name(dir));
	return refuse(tree, dir, name, &err, EPERM);
}
