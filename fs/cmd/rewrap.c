#include "fs/cmd/rewrap.h"

#include <errno.h>
#include <string.h>

#include "fs/cmd/progress.h"
#include "fs/cmd/say.h"
#include "fs/tree/placing.h"
#include "fs/tree/signing.h"

/* --- paths ------------------------------------------------------------------------------------------ */

const char *rewrap_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool rewrap_is_stream(const char *path)
{
	return strcmp(path, "-") == 0;
}

bool rewrap_is_folder(const char *path)
{
	struct stat st;

	return !rewrap_is_stream(path) && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Where the new one of a profile goes; empty: in its place. */
static int find_target(const struct rewrap *rewrap, const char *profile, struct buf *target, struct error *err)
{
	if (rewrap->output) {
		buf_add_text(target, rewrap->output);
		if (rewrap_is_folder(rewrap->output))
			buf_add_format(target, "/%s", rewrap_name(profile));
	} else if (rewrap_is_stream(profile)) {
		buf_add_text(target, profile);
	}
	return buf_ok(target) ? 0 : error_memory(err);
}

/* True if both lead to one file. What cannot be found leads nowhere; whoever opens it says so. */
static bool same_file(const char *profile, const char *target)
{
	return !rewrap_is_stream(profile) && !rewrap_is_stream(target) && placing_same_file(profile, target);
}

/* --- who signs -------------------------------------------------------------------------------------- */

static int try_digest(const struct signer *signer, const char *digest, struct error *err)
{
	const struct seal_options options = { .digest = digest };
	BUF_AUTO sealed = BUF_INIT;

	return digest ? envelope_seal(NULL, signer, &options, "trial", 5, &sealed, NULL, err) : 0;
}

struct signer *rewrap_signer(struct rewrap *rewrap)
{
	const struct key_options *keys = &rewrap->keys;
	struct problems notes = PROBLEMS_INIT;
	struct signer *signer = NULL;
	struct error err;

	if (!keys->files.keys.count)
		return NULL;
	if (signing_open(&keys->files, &keys->levels, &signer, &notes, &err) < 0 ||
	    try_digest(signer, keys->digest, &err) < 0) {
		signer_free(signer);
		signer = NULL;
		rewrap_fail(rewrap, &err);
	}
	say_problems(&notes);
	problems_free(&notes);
	return signer;
}

/* --- all of them ------------------------------------------------------------------------------------ */

static void say_notes(struct problems *notes, const char *profile)
{
	struct problems named = PROBLEMS_INIT;

	problems_move(notes, &named, profile);
	say_problems(&named);
	problems_free(&named);
}

static int make_and_put(const struct rewrap *rewrap, struct parcel *parcel, const char *target, rewrap_make *make,
			void *context, struct problems *notes, struct error *err)
{
	mode_t at_most = rewrap->at_most ? rewrap->at_most : 0777;
	BUF_AUTO bytes = BUF_INIT;

	if (make(context, parcel, &bytes, notes, err) < 0) {
		error_in_file(err, parcel->place.shown);
		return -1;
	}
	if (parcel->in_place)
		return parcel_put_back(parcel, at_most, &bytes, notes, err);
	return parcel_put_at(parcel, target, at_most, &bytes, err);
}

/* What is said of the new one is true when it is there. */
static int change(const struct rewrap *rewrap, struct parcel *parcel, const char *target, rewrap_make *make,
		  void *context, struct problems *notes, struct error *err)
{
	struct problems made = PROBLEMS_INIT;
	int result = make_and_put(rewrap, parcel, target, make, context, &made, err);

	if (result == 0)
		problems_move(&made, notes, NULL);
	problems_free(&made);
	return result;
}

static int rewrap_one(const struct rewrap *rewrap, const char *profile, rewrap_make *make, void *context,
		      struct problems *notes, struct error *err)
{
	BUF_AUTO target = BUF_INIT;
	struct parcel parcel;
	bool in_place;
	int result;

	if (find_target(rewrap, profile, &target, err) < 0)
		return -1;
	in_place = target.len == 0 || same_file(profile, buf_text(&target));
	if (parcel_open(&parcel, profile, in_place, rewrap->force, notes, err) < 0)
		return -1;
	result = change(rewrap, &parcel, buf_text(&target), make, context, notes, err);
	parcel_close(&parcel);
	return result;
}

/* Somebody else's change stays, and this one was not saved: as when a mount ends so. */
static int status_of(const struct error *err)
{
	return err->code == ESTALE ? 1 : error_exit_status(err);
}

int rewrap_all(struct rewrap *rewrap, rewrap_make *make, void *context)
{
	struct progress progress = progress_begin("done", rewrap->profiles.count, false);
	int status = 0, one;
	struct error err;
	size_t i;

	for (i = 0; i < rewrap->profiles.count; i++) {
		const char *profile = rewrap->profiles.at[i];
		struct problems notes = PROBLEMS_INIT;

		one = rewrap_one(rewrap, profile, make, context, &notes, &err) < 0 ? status_of(&err) : 0;
		say_notes(&notes, rewrap_is_stream(profile) ? "standard input" : profile);
		if (one)
			say_problem(&err);
		rewrap->put += !one;
		status = one > status ? one : status;
		progress_tell(&progress, i + 1);
	}
	progress_end(&progress);
	return status;
}
