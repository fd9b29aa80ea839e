/* One profile of a collection: entered, left, opened anew. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/placing.h"
#include "fs/tree/refusal.h"
#include "fs/tree/scratch.h"

/* Descriptors that are left to those that are open already: none can be saved without. */
#define DESCRIPTORS_SPARE 16

/* --- what its tree tells ---------------------------------------------------------------------------- */

/* The kernel knows a profile's root by its entry in the folder. */
struct item *collection_entry(const struct tree *tree, struct item *item)
{
	const struct member *member = tree->opened ? tree->opened->member : NULL;

	return item == tree->root && member && member->item ? member->item : item;
}

/* NULL: the profile is not the folder's any more. */
static const struct tree_surroundings *around_of(const struct opened *opened)
{
	return opened->member ? &opened->member->collection->around : NULL;
}

static bool tell_attributes(void *context, uint64_t ino, uint32_t holder)
{
	const struct tree_surroundings *around = around_of(context);

	return !around || around->attributes_changed(around->context, ino, holder);
}

static uint32_t ask_asker(void *context)
{
	const struct tree_surroundings *around = around_of(context);

	return around && around->asker ? around->asker(around->context) : 0;
}

static uint64_t ask_caller(void *context)
{
	const struct tree_surroundings *around = around_of(context);

	return around && around->caller ? around->caller(around->context) : 0;
}

void collection_remember(struct collection *collection, const struct error *err)
{
	collection->tree->last_error = *err;
	problems_free(&collection->tree->also);
}

static void tell_problem(void *context, const struct error *problem)
{
	const struct opened *opened = context;
	struct collection *collection;

	if (!opened->member)
		return;
	collection = opened->member->collection;
	if (problem->severity == SEVERITY_ERROR)
		collection_remember(collection, problem);
	if (collection->around.report)
		collection->around.report(collection->around.context, problem);
}

/* --- numbers ---------------------------------------------------------------------------------------- */

static int take_number(struct collection *collection, struct opened *opened)
{
	size_t count = collection->opened_count;
	struct opened **grown;

	if ((count & (count - 1)) == 0) { /* full at each power of two */
		grown = realloc(collection->opened, (count ? 2 * count : 1) * sizeof(*grown));
		if (!grown)
			return -1;
		collection->opened = grown;
	}
	collection->opened[count] = opened;
	opened->number = (uint32_t)++collection->opened_count;
	return 0;
}

/* The last number is used again; others are not, which costs a pointer each. */
static void give_number_back(struct collection *collection, const struct opened *opened)
{
	if (!opened->number)
		return;
	collection->opened[opened->number - 1] = NULL;
	if (opened->number == collection->opened_count)
		collection->opened_count--;
}

/* --- opening and closing ---------------------------------------------------------------------------- */

struct member *member_add(struct collection *collection, struct item *folder, const char *name)
{
	size_t size = collection->member_size ? 2 * collection->member_size : 64;
	struct member *member = calloc(1, sizeof(*member)), **grown = collection->members;
	BUF_AUTO path = BUF_INIT;

	collection_add_path(folder, name, &path);
	if (collection->member_count == collection->member_size) {
		grown = realloc(grown, size * sizeof(*grown));
		if (grown) {
			collection->members = grown;
			collection->member_size = size;
		}
	}
	if (member && grown && buf_ok(&path))
		member->item = item_new(collection->tree, ITEM_PROFILE);
	if (!member || !member->item || !item_rare(member->item) ||
	    item_link(collection->tree, folder, NULL, name, member->item) < 0) {
		if (member && member->item)
			item_settle(collection->tree, member->item);
		free(member);
		return NULL;
	}
	member->path = buf_steal(&path, NULL);
	member->collection = collection;
	member->item->rare->member = member;
	collection->members[collection->member_count++] = member;
	return member;
}

static void opened_free(struct collection *collection, struct opened *opened)
{
	give_number_back(collection, opened);
	tree_free(opened->tree);
	profile_close(&opened->profile);
	free(opened);
}

static int show(struct opened *opened, struct error *err)
{
	struct collection *collection = opened->member->collection;
	const struct tree_surroundings around = {
		.now = collection->around.now,
		.attributes_changed = collection->around.attributes_changed ? tell_attributes : NULL,
		.asker = ask_asker,
		.caller = ask_caller,
		.report = tell_problem,
		.context = opened,
	};

	if (take_number(collection, opened) < 0)
		return error_memory(err);
	opened->tree = tree_new_numbered(&opened->profile, &around, opened->number);
	if (!opened->tree)
		return error_memory(err);
	opened->tree->opened = opened;
	scratch_share(opened->tree, collection->tree);
	opened->tree->begun_empty = opened->member->fresh;
	opened->tree->maker = opened->member->fresh ? ask_caller(opened) : 0;
	opened->tree->sealed = opened->profile.read_only && !collection->options.read_only;
	return 0;
}

/* A descriptor gets the lowest number that is free. */
static int check_room(const struct opened *opened, struct error *err)
{
	int fd = opened->profile.lock.fd;
	struct rlimit limit;

	if (fd < 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0 || (rlim_t)fd + DESCRIPTORS_SPARE < limit.rlim_cur)
		return 0;
	error_set(err, EMFILE,
		  "so many profiles are open that no more fit (ulimit -n): unmount the folder and mount it again, or "
		  "fewer at a time");
	error_in_file(err, opened->profile.place.shown);
	return -1;
}

/* By a link, one file can be there under two names: it is edited under one of them. */
static void name_the_same(const struct member *member, struct error *err)
{
	const struct collection *collection = member->collection;
	struct place place = PLACE_INIT;
	const struct opened *other;
	struct error ignored;
	size_t i;

	if (err->code != EBUSY || place_open_at(&place, &collection->shared.base, member->path, &ignored) < 0)
		return;
	for (i = 0; i < collection->opened_count; i++) {
		other = collection->opened[i];
		if (!other || !other->member || !placing_same(&other->profile.place, &place))
			continue;
		error_set(err, EBUSY, "it is the same file as %.600s, which is open: edit it there",
			  other->profile.place.shown);
		error_in_file(err, place.shown);
	}
	place_close(&place);
}

/* The kernel keeps what it was told of it when the folder was read. */
static void tell_if_changed(const struct member *member)
{
	const struct stat *found = &member->opened->profile.found;

	if (member->fresh ||
	    (found->st_mode == member->mode && found->st_mtim.tv_sec == member->mtime.tv_sec &&
	     found->st_mtim.tv_nsec == member->mtime.tv_nsec))
		return;
	item_tell(member->collection->tree, member->item);
}

int member_open(struct member *member, struct problems *notes, struct error *err)
{
	struct profile_options options = member->collection->options;
	struct opened *opened;

	if (member->opened)
		return 0;
	opened = calloc(1, sizeof(*opened));
	if (!opened)
		return error_memory(err);
	options.create = member->fresh;
	opened->member = member;
	if (profile_open(&opened->profile, member->path, &options, notes, err) < 0) {
		free(opened);
		name_the_same(member, err);
		return -1;
	}
	if (check_room(opened, err) < 0 || show(opened, err) < 0) {
		opened_free(member->collection, opened);
		return -1;
	}
	member->opened = opened;
	member_rest(member);
	tell_if_changed(member);
	return 0;
}

int member_wake(struct member *member)
{
	struct error err;

	if (profile_wake(&member->opened->profile, member->path, &err) == 0)
		return 0;
	return refuse(member->opened->tree, NULL, NULL, &err, err.code);
}

void member_rest(struct member *member)
{
	profile_rest(&member->opened->profile);
}

void member_close(struct member *member)
{
	if (member->opened)
		opened_free(member->collection, member->opened);
	member->opened = NULL;
}

void member_retire(struct member *member)
{
	if (!member->opened)
		return;
	member->opened->member = NULL;
	recovery_done(&member->opened->profile);
	member->opened->profile.recovery.keeps = false;
	profile_rest(&member->opened->profile);
	lock_release(&member->opened->profile.lock);
	member->opened = NULL;
	member->fresh = false; /* it was saved, or is not in the folder any more */
}

void members_free(struct collection *collection)
{
	size_t i;

	for (i = collection->opened_count; i > 0; i--)
		if (collection->opened[i - 1])
			opened_free(collection, collection->opened[i - 1]);
	for (i = 0; i < collection->member_count; i++) {
		free(collection->members[i]->path);
		free(collection->members[i]);
	}
	free(collection->opened);
	free(collection->members);
	collection->member_count = collection->opened_count = 0;
}

/* --- for the tree ----------------------------------------------------------------------------------- */

/* That one of many is read-only is said to whoever wants to write, and in its own status. */
static void report_notes(struct collection *collection, struct problems *notes)
{
	size_t i;

	for (i = 0; i < notes->count && collection->around.report; i++)
		if (notes->list[i].code != EROFS)
			collection->around.report(collection->around.context, &notes->list[i]);
	problems_free(notes);
}

/* What is wrong with the profile is an I/O error to whoever enters it; else the system's own reason. */
static int errno_of(const struct error *err)
{
	return err->rule || err->code == EINVAL ? EIO : err->code;
}

int collection_enter(struct member *member, struct tree **tree, struct item **dir)
{
	struct collection *collection = member->collection;
	struct problems notes = PROBLEMS_INIT;
	struct error err;
	int result;

	if (!member->item)
		return -ENOENT;
	result = member_open(member, &notes, &err);
	report_notes(collection, &notes);
	if (result < 0) {
		collection_remember(collection, &err);
		if (collection->around.report && !member->told)
			collection->around.report(collection->around.context, &err);
		member->told = true; /* whoever looks again finds it in last-error */
		return -errno_of(&err);
	}
	member->told = false;
	*tree = member->opened->tree;
	*dir = (*tree)->root;
	return 0;
}

mode_t collection_mode(const struct member *member)
{
	return member->opened ? member->opened->profile.found.st_mode : member->mode;
}

struct timespec collection_mtime(const struct member *member)
{
	return member->opened ? item_mtime(member->opened->tree->root) : member->mtime;
}
