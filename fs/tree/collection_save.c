/* Saving a collection: each profile by itself. */
#include <errno.h>
#include <fcntl.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/make.h"
#include "fs/tree/refusal.h"

/* How many reasons .profilefs/last-error holds when many cannot be saved. */
#define TOLD_MAX 500

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

/* Of one that nobody edited, the file is not touched, nor need it be there; but what is still open may be a value by
 * now. */
int collection_sync_one(struct opened *opened)
{
	int result = 0;

	if (!opened->member)
		return 0;
	io_settle_open(opened->tree);
	if (is_edited(opened))
		result = member_wake(opened->member);
	if (result == 0)
		result = tree_sync_awake(opened->tree);
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
	size_t i;

	profile_note(profile, &notes, "its directory is not there any more: what is beside it is in %s",
		     collection_path(collection));
	profile->place.dir = fcntl(collection->shared.base.dir, F_DUPFD_CLOEXEC, 0);
	if (profile->place.dir < 0)
		error_system(&err, errno, "the edit cannot be kept");
	if (profile->place.dir < 0 || profile_keep_beside(profile, SAVE_CONFLICT, &notes, &err) < 0)
		refuse(opened->tree, NULL, NULL, &err, EIO);
	for (i = 0; i < notes.count && around->report; i++)
		around->report(around->context, &notes.list[i]);
	problems_free(&notes);
	tree_unreported(opened->tree);
	return 1;
}

static int finish_one(struct opened *opened)
{
	int status;

	io_settle_open(opened->tree);
	if (!is_edited(opened) || member_wake(opened->member) == 0)
		status = tree_finish(opened->tree);
	else
		status = keep_at_the_top(opened);
	member_rest(opened->member);
	return status;
}

/* Adds why one could not be saved to why others could not. Beyond TOLD_MAX none is kept. */
static void add_reasons(const struct tree *tree, bool first, struct problems *others)
{
	size_t i;

	if (!first && others->count < TOLD_MAX)
		problems_add(others, &tree->last_error);
	for (i = 0; i < tree->also.count && others->count < TOLD_MAX; i++)
		problems_add(others, &tree->also.list[i]);
}

/* One that cannot be saved does not keep the others from it. The first one's reason is the answer; the reasons of all
 * are in .profilefs/last-error. */
int collection_sync(struct collection *collection)
{
	struct problems others = PROBLEMS_INIT;
	struct error first = ERROR_INIT;
	struct opened *opened;
	size_t position = 0, failed = 0;
	int result = 0, one;

	while ((opened = next_opened(collection, &position))) {
		one = collection_sync_one(opened);
		if (one == 0)
			continue;
		if (result == 0)
			first = opened->tree->last_error;
		add_reasons(opened->tree, result == 0, &others);
		failed++;
		result = result ? result : one;
	}
	if (others.count >= TOLD_MAX)
		problems_say(&others, SEVERITY_NOTE, NULL, NULL,
			     "and more, in %zu profiles: mend some, and save again", failed);
	if (result < 0) {
		collection_remember(collection, &first);
		collection->tree->also = others;
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
	collection_remove_made(collection, collection->tree->root);
}

size_t collection_unreported(struct collection *collection)
{
	struct opened *opened;
	size_t position = 0, count = 0;

	while ((opened = next_opened(collection, &position)))
		count += tree_unreported(opened->tree);
	return count;
}
