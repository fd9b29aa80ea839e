#include "fs/tree/placing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree/profile.h"

bool placing_same(const struct place *a, const struct place *b)
{
	return strcmp(a->path, b->path) == 0;
}

bool placing_same_file(const char *a, const char *b)
{
	struct place first = PLACE_INIT, second = PLACE_INIT;
	struct error ignored;
	bool same = place_open(&first, a, &ignored) == 0 && place_open(&second, b, &ignored) == 0 &&
		    placing_same(&first, &second);

	place_close(&first);
	place_close(&second);
	return same;
}

/* --- before ----------------------------------------------------------------------------------------- */

/* In a sticky directory only the owner of a file, or of the directory, may replace it. */
static bool sticky_forbids(const struct place *place)
{
	struct stat dir, file;

	if (fstat(place->dir, &dir) < 0 || !(dir.st_mode & S_ISVTX) || geteuid() == 0)
		return false;
	if (fstatat(place->dir, place->name, &file, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	return file.st_uid != geteuid() && dir.st_uid != geteuid();
}

int placing_allowed(const struct place *place, struct error *why)
{
	if (faccessat(place->dir, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return error_system(why, errno, "no file can be made in its directory");
	if (faccessat(place->dir, place->name, W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
		return error_system(why, errno, "it may not be written");
	if (sticky_forbids(place))
		return error_system(why, EPERM, "its directory lets only its owner replace it");
	return 0;
}

/* --- meanwhile -------------------------------------------------------------------------------------- */

static int stale(const struct place *place, const char *what, const char *since, struct error *err)
{
	error_set(err, ESTALE, "%s since %s: not saved over it", what, since);
	error_in_file(err, place->shown);
	return -1;
}

int placing_unchanged(const struct place *place, const struct pieces *bytes, const char *since, struct stat *now,
		      struct error *err)
{
	bool same;

	if (file_compare(place, PROFILE_SIZE_MAX, bytes, &same, now, err) == 0) {
		if (same)
			return 0;
		return stale(place, "somebody changed the file", since, err);
	}
	if (err->code == ENOENT)
		return stale(place, "somebody removed the file", since, err);
	if (err->code == EFBIG || err->code == ELOOP || err->code == EISDIR || err->code == EINVAL)
		return stale(place, "somebody put something else in the file's place", since, err);
	return -1;
}

/* --- elsewhere -------------------------------------------------------------------------------------- */

/* The file that a new one is to be like; NULL: like any other that the user makes. */
static const struct stat *model(const struct stat *source, mode_t at_most, struct stat *like)
{
	if (!source && (at_most & 0777) == 0777)
		return NULL;
	*like = (struct stat){
		.st_mode = (source ? source->st_mode & 0777 : 0600) & at_most,
		.st_uid = (uid_t)-1,
		.st_gid = (gid_t)-1,
	};
	return like;
}

int placing_output(const struct place *target, const struct stat *source, mode_t at_most, const char *backup,
		   const struct pieces *bytes, struct error *err)
{
	struct replace_options options = { .backup = backup };
	struct stat like;

	if (fstatat(target->dir, target->name, &like, AT_SYMLINK_NOFOLLOW) == 0)
		options.like = &like;
	else
		options.like = model(source, at_most, &like);
	return file_replace_by(target, bytes, &options, NULL, err);
}
