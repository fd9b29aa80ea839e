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
		return refuse(collection->tree, dir, name, &err, err.code == EEXIST ? EEXIST : err.code);
	}
	*item = member->item;
	return 0;
}

/* A folder that is there already, and has no profile in it, was only not shown. */
static int make_folder(struct collection *collection, struct item *dir, const char *name, struct item **item)
{
	BUF_AUTO path = BUF_INIT;
	struct stat st;
	int at = collection->shared.dir;

	collection_add_path(dir, name, &path);
	if (!buf_ok(&path))
		return -ENOMEM;
	if (mkdirat(at, buf_text(&path), 0777) < 0 &&
	    (errno != EEXIST || fstatat(at, buf_text(&path), &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode)))
		return refuse_text(collection->tree, dir, name, errno ? errno : EEXIST,
				   "no folder can be made here: %s; a profile is called *.mobileconfig",
				   strerror(errno ? errno : EEXIST));
	*item = collection_add_folder(collection, dir, name);
	return *item ? 0 : -ENOMEM;
}

int collection_mkdir(struct collection *collection, struct item *dir, const char *name, struct item **item)
{
	int result;

	if (name[0] == '.')
		return refuse_text(collection->tree, dir, name, EPERM,
				   "profiles and folders whose names begin with a dot are not shown: give it another name");
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

/* Away with the file, or to its backup's name. */
static int remove_file(const struct profile *profile, struct error *err)
{
	const struct place *place = &profile->place;
	BUF_AUTO backup = BUF_INIT;

	if (placing_unchanged(place, &profile->bytes, "it was opened", NULL, err) < 0)
		return -1;
	if (profile->options.backup)
		buf_add_format(&backup, "%s%s", place->name, profile->options.backup);
	if (!buf_ok(&backup))
		return error_memory(err);
	if (backup.len ? renameat(place->dir, place->name, place->dir, buf_text(&backup)) < 0
		       : unlinkat(place->dir, place->name, 0) < 0)
		return error_system(err, errno, "cannot be removed");
	return place_sync(place, err);
}

/* Who may not remove it gets back what he removed in it: rm(1) has taken that away before it comes to this. */
static int refuse_removal(struct member *member)
{
	struct tree *tree = member->collection->tree;
	struct item *item = member->item;
	int result = refuse_text(tree, item->parent, item->name, EPERM,
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
	if (remove_file(&member->opened->profile, &err) < 0)
		return refuse(collection->tree, item->parent, item->name, &err, err.code);
	unlink_member(member);
	return 0;
}

static int remove_folder(struct collection *collection, struct item *folder)
{
	BUF_AUTO path = BUF_INIT;
	struct item *dir = folder->parent;

	if (folder->dir->first)
		return -ENOTEMPTY;
	collection_add_path(dir, folder->name, &path);
	if (!buf_ok(&path))
		return -ENOMEM;
	if (unlinkat(collection->shared.dir, buf_text(&path), AT_REMOVEDIR) < 0 && errno != ENOENT)
		return refuse_text(collection->tree, dir, folder->name, errno,
				   "the folder holds something else than profiles, or cannot be removed: %s",
				   strerror(errno));
	item_unlink(collection->tree, folder);
	item_touch(collection->tree, dir);
	return 0;
}

int collection_rmdir(struct collection *collection, struct item *item)
{
	return item->kind == ITEM_PROFILE ? remove_profile(item->member) : remove_folder(collection, item);
}

int collection_refuse_rename(struct collection *collection, struct item *dir, const char *name)
{
	return refuse_text(collection->tree, dir, name, EPERM,
			   "profiles and folders of a mounted folder are not renamed: copy it (cp -r), or rename the file "
			   "itself while it is not mounted");
}
