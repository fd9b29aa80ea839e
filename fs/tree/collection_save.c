/* Saving a collection: each profile by itself. */
#include <errno.h>
#include <fcntl.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/refusal.h"

/* The profiles that are open and still in the folder, one after the other, from `*position` = 0. NULL: no more. */
static struct opened *next_opened(struct collection *collection, size_t *position)
{
	struct opened *opened;

	while (*position < collection->opened_count) {
		opened = collection->opened[(*position)++];
		if (opened && opened->member)
			return opened;
	}
	return NULL;
}

static bool is_edited(const struct opened *opened)
{
	return opened->profile.commits != opened->profile.commits_saved;
}

/* One that nobody edited may still have something open that is a value by now: the tree decides. */
static int sync_one(struct opened *opened)
{
	int result = member_wake(opened->member);

	if (result == 0)
		result = tree_sync(opened->tree);
	if (result == 0)
		member_rest(opened->member);
	return result;
}

/* Its directory is gone: the edit goes to the top of the folder. */
static int keep_at_the_top(struct opened *opened)
{
	const struct collection *collection = opened->member->collection;
	const struct tree_surroundings *around = &collection->around;
	struct profile *profile = &opened->profile;
	struct problems notes = PROBLEMS_INIT;
	struct error err;

	profile->place.dir = fcntl(collection->shared.dir, F_DUPFD_CLOEXEC, 0);
	if (profile_keep_beside(profile, SAVE_CONFLICT, &notes, &err) < 0)
		refuse(opened->tree, NULL, NULL, &err, EIO);
	else if (around->report && notes.count)
		around->report(around->context, &notes.list[0]);
	problems_free(&notes);
	return 1;
}

static int finish_one(struct opened *opened)
{
	int status = 0;

	if (member_wake(opened->member) == 0)
		status = tree_finish(opened->tree);
	else if (is_edited(opened))
		status = keep_at_the_top(opened);
	member_rest(opened->member);
	return status;
}

/* One that cannot be saved does not keep the others from it. The first one's reason is the answer; the reasons of all
 * are in .profilefs/last-error. */
int collection_sync(struct collection *collection)
{
	struct problems others = PROBLEMS_INIT;
	struct tree *ground = collection->tree;
	struct error first = ERROR_INIT;
	struct opened *opened;
	size_t position = 0, i;
	int result = 0, one;

	while ((opened = next_opened(collection, &position))) {
		one = sync_one(opened);
		if (one == 0)
			continue;
		if (result == 0)
			first = opened->tree->last_error;
		else
			problems_add(&others, &opened->tree->last_error);
		for (i = 0; i < opened->tree->also.count; i++)
			problems_add(&others, &opened->tree->also.list[i]);
		result = result ? result : one;
	}
	if (result < 0) {
		ground->last_error = first;
		problems_free(&ground->also);
		ground->also = others;
	}
	return result;
}

int collection_finish(struct collection *collection)
{
	struct opened *opened;
	size_t position = 0;
	int status = 0, one;

	while ((opened = next_opened(collection, &position))) {
		one = finish_one(opened);
		status = one > status ? one : status;
	}
	return status;
}

int collection_keep(struct collection *collection)
{
	struct opened *opened;
	size_t position = 0;
	int result = 0;

	while ((opened = next_opened(collection, &position))) {
		if (member_wake(opened->member) < 0 || tree_keep(opened->tree) < 0)
			result = -1;
		member_rest(opened->member);
	}
	return result;
}

/* What was begun in this mount was never there. */
void collection_discard(struct collection *collection)
{
	struct opened *opened;
	size_t position = 0;

	while ((opened = next_opened(collection, &position)))
		tree_discard(opened->tree);
}

size_t collection_unreported(struct collection *collection)
{
	struct opened *opened;
	size_t position = 0, count = 0;

	while ((opened = next_opened(collection, &position)))
		count += tree_unreported(opened->tree);
	return count;
}
