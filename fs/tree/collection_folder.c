/* Making and removing in the folders of a collection. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/make.h"
#include "fs/tree/names.h"
#include "fs/tree/placing.h"
#include "fs/tree/refusal.h"

/* --- on disk ----------------------------------------------------------------------------------------- */

/* One that is gone already is removed. 0 or an errno. */
static int remove_on_disk(const struct collection *collection, const char *path)
{
	const char *name;
	int dir = collection_open_dir(collection, path, &name), code = 0;

	if (dir < 0)
		return errno == ENOENT ? 0 : errno;
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		code = errno;
	close(dir);
	return code;
}

/* --- making ----------------------------------------------------------------------------------------- */

/* A profile that is made is open from the beginning: it is nowhere else. */
static int make_profile(struct collection *collection, struct item *dir, const char *name, struct item **item)
{
	struct member *member = member_add(collection, dir, name);
	struct problems notes = PROBLEMS_INIT;
	struct error err;
	int result;

	if (!member)
		return -ENOMEM;
	member->fresh = true;
	member->mode = S_IFREG | 0644;
	result = member_open(member, &notes, &err);
	problems_free(&notes);
	if (result < 0) {
		item_unlink(collection->tree, member->item);
		member->item = NULL;
		return refuse(collection->tree, dir, name, &err, err.code);
	}
	*item = member->item;
	return 0;
}

/* A folder that is there already, and has no profile in it, was only not shown: it is not made. 0 or an errno. */
static int make_on_disk(const struct collection *collection, const char *path, bool *made)
{
	const char *name;
	mode_t mode;
	int dir = collection_open_dir(collection, path, &name), code = 0;

	if (dir < 0)
		return errno;
	*made = mkdirat(dir, name, 0777) == 0;
	if (!*made)
		code = errno;
	if (code == EEXIST && walk_look(&collection->shared.base, dir, name, &mode) < 0)
		code = errno;
	else if (code == EEXIST && S_ISDIR(mode))
		code = 0;
	close(dir);
	return code;
}

static int make_folder(struct collection *collection, struct item *dir, const char *name, struct item **item)
{
	BUF_AUTO path = BUF_INIT;
	bool made = false;
	int code;

	collection_add_path(dir, name, &path);
	if (!buf_ok(&path))
		return -ENOMEM;
	code = make_on_disk(collection, buf_text(&path), &made);
	if (code == EDEADLK)
		return refuse_text(collection->tree, dir, name, EEXIST,
				   "this is where the folder is mounted: give it another name");
	if (code)
		return refuse_text(collection->tree, dir, name, code,
				   "no folder can be made here: %s; a profile is called *.mobileconfig",
				   strerror(code));
	*item = collection_add_folder(collection, dir, name);
	if (!*item) {
		if (made)
			remove_on_disk(collection, buf_text(&path));
		return -ENOMEM;
	}
	(*item)->made = made;
	return 0;
}

int collection_mkdir(struct collection *collection, struct item *dir, const char *name, struct item **item)
{
	int result;

	if (name[0] == '.')
		return refuse_text(collection->tree, dir, name, EPERM,
				   "what begins with a dot is a tool's own, and not made in a folder of profiles: give "
				   "it another name");
	if (collection_is_profile_name(name))
		result = make_profile(collection, dir, name, item);
	else
		result = make_folder(collection, dir, name, item);
	if (result == 0)
		item_touch(collection->tree, dir);
	return result;
}

/* --- removing --------------------------------------------------------------------------------------- */

static void unlink_member(struct member *member)
{
	struct collection *collection = member->collection;
	struct item *item = member->item, *dir = item->parent;

	member_retire(member);
	member->item = NULL;
	item_unlink(collection->tree, item);
	item_touch(collection->tree, dir);
}

/* Away with the name in the folder, or to its backup's: a link goes, not what it leads to. */
static int remove_name(const struct member *member, int dir, const char *name, struct error *err)
{
	const struct profile *profile = &member->opened->profile;
	BUF_AUTO backup = BUF_INIT;

	if (profile->options.backup)
		buf_add_format(&backup, "%s%s", name, profile->options.backup);
	if (!buf_ok(&backup))
		return error_memory(err);
	if (backup.len ? renameat(dir, name, dir, buf_text(&backup)) < 0 : unlinkat(dir, name, 0) < 0)
		return error_system(err, errno, "cannot be removed");
	return 0;
}

static int remove_file(const struct member *member, struct error *err)
{
	const struct profile *profile = &member->opened->profile;
	struct place place = { .shown = profile->place.shown };
	const char *name;
	int result;

	if (placing_unchanged(&profile->place, &profile->bytes, "it was opened", NULL, err) < 0)
		return -1;
	place.dir = collection_open_dir(member->collection, member->path, &name);
	if (place.dir < 0)
		return error_system(err, errno, "cannot be removed");
	result = remove_name(member, place.dir, name, err);
	if (result == 0)
		result = place_sync(&place, err);
	close(place.dir);
	return result;
}

/* Who may not remove it gets back what he removed in it: rm(1) has taken that away before it comes to this. */
static int refuse_removal(struct member *member)
{
	struct tree *tree = member->collection->tree;
	struct item *item = member->item;
	int result = refuse_text(tree, item->parent, item_name(item), EPERM,
				 "profiles are not removed from a mounted folder unless that was asked for: it stays, "
				 "with what was saved in it; mount with -o delete=allow, or remove the file itself");

	member_retire(member);
	item_touch(tree, item);
	return result;
}

static int remove_profile(struct member *member)
{
	struct collection *collection = member->collection;
	struct item *item = member->item;
	struct error err;
	int result;

	if (!member->opened || !dir_is_empty(member->opened->tree, member->opened->tree->root))
		return -ENOTEMPTY;
	if (!member->opened->profile.bytes.len) { /* begun here and not saved yet */
		unlink_member(member);
		return 0;
	}
	if (!collection->options.delete_allowed)
		return refuse_removal(member);
	result = member_wake(member);
	if (result < 0)
		return result;
	if (remove_file(member, &err) < 0) {
		member_rest(member);
		return refuse(collection->tree, item->parent, item_name(item), &err, err.code);
	}
	unlink_member(member);
	return 0;
}

static int remove_folder(struct collection *collection, struct item *folder)
{
	BUF_AUTO path = BUF_INIT;
	struct item *dir = folder->parent;
	int code;

	if (folder->dir->first)
		return -ENOTEMPTY;
	collection_add_path(dir, item_name(folder), &path);
	if (!buf_ok(&path))
		return -ENOMEM;
	code = remove_on_disk(collection, buf_text(&path));
	if (code)
		return refuse_text(collection->tree, dir, item_name(folder), code,
				   "the folder holds something else than profiles, or cannot be removed: %s; look at "
				   "it where it lies",
				   strerror(code));
	item_unlink(collection->tree, folder);
	item_touch(collection->tree, dir);
	return 0;
}

int collection_rmdir(struct collection *collection, struct item *item)
{
	return item->kind == ITEM_PROFILE ? remove_profile(item->rare->member) : remove_folder(collection, item);
}

void collection_remove_made(struct collection *collection, struct item *folder)
{
	BUF_AUTO path = BUF_INIT;
	struct item *item;

	for (item = folder->dir->first; item; item = item->next)
		if (item->kind == ITEM_FOLDER)
			collection_remove_made(collection, item);
	if (!folder->made)
		return;
	collection_add_path(folder->parent, item_name(folder), &path);
	if (buf_ok(&path))
		remove_on_disk(collection, buf_text(&path)); /* if somebody put something there, it stays */
}

int collection_refuse_rename(struct collection *collection, struct item *dir, const char *name)
{
	return refuse_text(collection->tree, dir, name, EPERM,
			   "profiles and folders of a mounted folder are not renamed: copy it (cp -r), or rename the "
			   "file itself while it is not mounted");
}
