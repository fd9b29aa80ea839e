#include "fs/tree/census.h"

#include <errno.h>

#include "fs/tree/profile.h"
#include "fs/tree/refusal.h"
#include "plist/base/limits.h"

static bool fits(struct tree *tree, size_t more)
{
	size_t most = limit(LIMIT_NODES);

	if (tree->values && tree->values <= most && more <= most - tree->values)
		return true;
	tree->values = node_total(tree->profile->doc.root);
	return tree->values <= most && more <= most - tree->values;
}

int census_room(struct tree *tree, struct item *item, const char *name, size_t more)
{
	struct error err;

	if (fits(tree, more)) {
		tree->values += more;
		return 0;
	}
	limit_refuse(LIMIT_NODES, NULL, "the profile would have too many values", &err);
	return refuse(tree, item, name, &err, EFBIG);
}
