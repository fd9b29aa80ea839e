/* What .profilefs says of a whole collection. */
#include "fs/tree/collection_parts.h"
#include "fs/tree/control.h"
#include "fs/tree/judge.h"

void collection_read_status(struct tree *tree, struct buf *out)
{
	const struct collection *collection = tree->collection;
	size_t i, there = 0, opened = 0, edited = 0;

	for (i = 0; i < collection->member_count; i++) {
		const struct member *member = collection->members[i];

		there += member->item != NULL;
		opened += member->opened != NULL;
		edited += member->opened &&
			  member->opened->profile.commits != member->opened->profile.commits_saved;
	}
	buf_add_format(out, "folder: %s\n", collection_path(collection));
	if (tree->mountpoint)
		buf_add_format(out, "mountpoint: %s\n", tree->mountpoint);
	if (tree->pid)
		buf_add_format(out, "pid: %ld\n", (long)tree->pid);
	buf_add_format(out, "profiles: %zu\nopened: %zu\n", there, opened);
	buf_add_format(out, "read-only: %s\n", collection->options.read_only ? "yes" : "no");
	buf_add_format(out, "edited: %zu\n", edited);
}

static void add_problems(struct tree *tree, struct buf *out)
{
	struct problems problems = PROBLEMS_INIT;
	size_t i;

	judge_all(tree, &problems);
	for (i = 0; i < problems.count; i++)
		control_add_problem(&problems.list[i], out);
	problems_free(&problems);
}

/* Those that nobody was in are opened for it, and closed again: the answer is about all. */
static void add_member(struct member *member, struct buf *out)
{
	struct problems notes = PROBLEMS_INIT;
	bool was_open = member->opened != NULL;
	struct error err;

	if (!member->item)
		return;
	if (member_open(member, &notes, &err) < 0)
		control_add_problem(&err, out);
	else
		add_problems(member->opened->tree, out);
	problems_free(&notes);
	if (!was_open)
		member_close(member);
}

void collection_read_problems(struct tree *tree, struct buf *out)
{
	struct collection *collection = tree->collection;
	size_t i;

	for (i = 0; i < collection->member_count; i++)
		add_member(collection->members[i], out);
}
