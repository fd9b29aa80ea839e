/* A profile of a folder between its saves: its directory is closed, and found again. */
#include "fs/tree/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void close_dir(struct place *place)
{
	if (place->dir >= 0)
		close(place->dir);
	place->dir = -1;
}

void profile_rest(struct profile *profile)
{
	if (profile->place.dir >= 0 && fstat(profile->place.dir, &profile->dir_left) < 0)
		profile->dir_left = (struct stat){ 0 };
	close_dir(&profile->place);
	close_dir(&profile->target);
}

/* Who moves the whole folder takes its profiles along. */
static bool is_same_dir(const struct place *again, const struct profile *profile)
{
	struct stat st;

	return strcmp(again->name, profile->place.name) == 0 && fstat(again->dir, &st) == 0 &&
	       st.st_dev == profile->dir_left.st_dev && st.st_ino == profile->dir_left.st_ino;
}

/* The directory, by the path that it had from the folder: links of the file were followed when it was opened. */
static int open_dir_again(struct profile *profile, const char *path, struct error *err)
{
	struct place *place = &profile->place, again;

	if (place_open_at(&again, &profile->options.folder->base, path, err) < 0)
		return -1;
	if (strcmp(again.path, place->path) == 0 || is_same_dir(&again, profile)) {
		place->dir = again.dir;
		again.dir = -1;
	} else {
		error_set(err, ESTALE, "it is at %.600s now, not at %.600s any more: not saved", again.path,
			  place->path);
		error_in_file(err, place->shown);
	}
	place_close(&again);
	return place->dir < 0 ? -1 : 0;
}

int profile_wake(struct profile *profile, const char *path, struct error *err)
{
	if (profile->place.dir >= 0)
		return 0;
	if (open_dir_again(profile, path, err) < 0)
		return -1;
	profile->target.dir = fcntl(profile->place.dir, F_DUPFD_CLOEXEC, 0);
	if (profile->target.dir >= 0)
		return 0;
	error_system(err, errno, "its directory cannot be opened twice");
	error_in_file(err, profile->place.shown);
	close_dir(&profile->place);
	return -1;
}
