#include "fs/tree/scratch.h"

#include <errno.h>

#include "fs/tree/refusal.h"
#include "plist/base/limits.h"

/* About what an empty file costs: its item, its name, its place in two tables. */
#define FILE_COST ((size_t)512)

/* What of an item is in no document. Names of scratch files are nowhere else either. */
static size_t cost_of(const struct item *item)
{
	size_t cost = item_stage(item) ? item_stage(item)->bytes.len : 0;

	if (item->kind == ITEM_SCRATCH || item->kind == ITEM_LINK)
		cost += FILE_COST + item_content(item)->len;
	else if (item->kind == ITEM_TYPES && item->as_written)
		cost += item_content(item)->len;
	return cost;
}

void scratch_count(struct tree *tree, struct item *item)
{
	struct rare *rare = item->rare;
	size_t cost;

	if (!rare)
		return; /* nothing is in it that is in no document */
	cost = cost_of(item);
	*tree->scratch += cost - rare->counted;
	rare->counted = cost;
}

void scratch_forget(struct tree *tree, struct item *item)
{
	if (!item->rare)
		return;
	*tree->scratch -= item->rare->counted;
	item->rare->counted = 0;
}

void scratch_share(struct tree *tree, struct tree *folder)
{
	*folder->scratch += tree->own_scratch;
	tree->scratch = folder->scratch;
}

int scratch_room(struct tree *tree, struct item *item, const char *name, size_t size)
{
	size_t others = *tree->scratch - (name || !item->rare ? 0 : item->rare->counted);
	size_t most = limit(LIMIT_SCRATCH);
	struct error err;

	if (others <= most && size <= most - others && FILE_COST <= most - others - size)
		return 0;
	limit_refuse(LIMIT_SCRATCH, NULL,
		     "no memory is left for scratch files and for what is being written: remove some", &err);
	return refuse(tree, item, name, &err, ENOSPC);
}
