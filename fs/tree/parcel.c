#include "fs/tree/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree/hold.h"
#include "fs/tree/placing.h"
#include "fs/tree/profile.h"

/* How long a daemon that is just leaving may take to save. */
#define LOCK_PATIENCE_MS 2000

/* --- reading ---------------------------------------------------------------------------------------- */

/* The lock says who has it, and then what one who mounts can do. */
static int take_lock(struct lock *lock, const struct place *place, struct error *err)
{
	struct error taken;

	if (lock_take(lock, place, LOCK_PATIENCE_MS, &taken) == 0)
		return 0;
	*err = taken;
	if (taken.code != EBUSY)
		return -1;
	error_set(err, EBUSY, "%.*s: unmount it there first, or leave it as it is and give another file to write to",
		  (int)strcspn(taken.text, ":"), taken.text);
	error_in_file(err, place->shown);
	return -1;
}

/* The lock comes before the content: one who waited for it must see what the other saved. */
static int read_in_place(struct parcel *parcel, const char *path, struct error *err)
{
	struct error why;

	if (place_open(&parcel->place, path, err) < 0)
		return -1;
	if (placing_allowed(&parcel->place, &why) < 0) {
		error_set(err, why.code, "%.800s; give another file to write to", why.text);
		error_in_file(err, parcel->place.shown);
		return -1;
	}
	if (take_lock(&parcel->lock, &parcel->place, err) < 0)
		return -1;
	return limit_explain(file_read(&parcel->place, PROFILE_SIZE_MAX, &parcel->bytes, &parcel->found, err),
			     LIMIT_PROFILE, err);
}

static int read_elsewhere(struct parcel *parcel, const char *path, struct error *err)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		if (limit_explain(file_read_fd(STDIN_FILENO, PROFILE_SIZE_MAX, &parcel->bytes, err), LIMIT_PROFILE,
				  err) == 0)
			return 0;
		error_in_file(err, "standard input");
		return -1;
	}
	if (limit_explain(file_read_path(path, PROFILE_SIZE_MAX, &parcel->bytes, err), LIMIT_PROFILE, err) < 0)
		return -1;
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		parcel->found = st;
	return 0;
}

static int read_elsewhere_named(struct parcel *parcel, const char *path, struct error *err)
{
	parcel->place.shown = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
	return parcel->place.shown ? read_elsewhere(parcel, path, err) : error_memory(err);
}

static int check_signature(const struct parcel *parcel, bool force, struct problems *notes, struct error *err)
{
	struct error why = ERROR_INIT;

	if (envelope_intact(parcel->envelope, &why))
		return 0;
	error_in_file(&why, parcel->place.shown);
	if (force) {
		why.severity = SEVERITY_WARNING;
		problems_add(notes, &why);
		return 0;
	}
	error_rule(err, "bad-signature", "%.800s; --force takes it all the same", why.text);
	error_in_file(err, parcel->place.shown);
	return -1;
}

static int unwrap(struct parcel *parcel, bool force, struct problems *notes, struct error *err)
{
	struct buf *bytes = &parcel->bytes;

	if (envelope_open_shared(parcel->place.shown, bytes, &parcel->envelope, &parcel->content, err) < 0)
		return -1;
	return check_signature(parcel, force, notes, err);
}

int parcel_open(struct parcel *parcel, const char *path, bool in_place, bool force, struct problems *notes,
		struct error *err)
{
	int result;

	*parcel = (struct parcel){ .place = PLACE_INIT, .lock = LOCK_INIT, .in_place = in_place };
	result = in_place ? read_in_place(parcel, path, err) : read_elsewhere_named(parcel, path, err);
	if (result == 0)
		result = unwrap(parcel, force, notes, err);
	if (result < 0)
		parcel_close(parcel);
	return result;
}

int parcel_new(struct parcel *parcel, const char *shown, struct error *err)
{
	*parcel = (struct parcel){ .place = PLACE_INIT, .lock = LOCK_INIT };
	parcel->place.shown = strdup(shown);
	if (!parcel->place.shown)
		return error_memory(err);
	if (envelope_open(shown, "", 0, &parcel->envelope, &parcel->content, err) == 0)
		return 0;
	parcel_close(parcel);
	return -1;
}

/* --- what is in it ---------------------------------------------------------------------------------- */

static int check_doc(const struct doc *doc, struct error *err)
{
	unsigned long line, column;

	if (doc->duplicate.code) {
		*err = doc->duplicate;
		return -1;
	}
	if (doc->root->type == NODE_DICT)
		return 0;
	error_rule(err, "not-a-profile", "the top of a profile is a dict, here it is of type %s",
		   node_type_name(doc->root->type));
	doc_position(doc, doc->root->source.element.start, &line, &column);
	error_at(err, line, column);
	return -1;
}

int parcel_read(const struct parcel *parcel, struct doc *doc, struct error *err)
{
	const struct buf *plist = &parcel->content;

	if (doc_read(doc, parcel->place.shown, plist->data, plist->len, err) < 0)
		return -1;
	if (check_doc(doc, err) == 0)
		return 0;
	error_in_file(err, parcel->place.shown);
	doc_free(doc);
	return -1;
}

bool parcel_is_signed(const struct parcel *parcel)
{
	return envelope_form(parcel->envelope) != ENVELOPE_PLAIN;
}

/* --- wrapping --------------------------------------------------------------------------------------- */

static int wrap(const struct parcel *parcel, const struct signer *signer, const struct seal_options *options,
		const struct buf *plist, struct buf *sealed, struct problems *notes, struct error *err)
{
	if (!signer) {
		buf_add(sealed, plist->data, plist->len);
		return buf_ok(sealed) ? 0 : error_memory(err);
	}
	return envelope_seal(parcel->envelope, signer, options, plist->data, plist->len, sealed, notes, err);
}

int parcel_wrap(const struct parcel *parcel, const struct signer *signer, const struct seal_options *options,
		const struct buf *plist, struct buf *out, struct problems *notes, struct error *err)
{
	BUF_AUTO sealed = BUF_INIT;

	if (wrap(parcel, signer, options, plist, &sealed, notes, err) < 0) {
		error_in_file(err, parcel->place.shown);
		return -1;
	}
	buf_add(out, sealed.data, sealed.len);
	return buf_ok(out) ? 0 : error_memory(err);
}

/* --- putting ---------------------------------------------------------------------------------------- */

/* What others were let see was something else. */
static void limit_mode(struct stat *like, mode_t at_most, struct problems *notes)
{
	mode_t was = like->st_mode & 07777, now = was & (at_most | 07700);

	if (now == was)
		return;
	like->st_mode = (like->st_mode & S_IFMT) | now;
	problems_say(notes, SEVERITY_NOTE, NULL, NULL,
		     "its mode was %03o and is %03o now: what is in it is its owner's alone; chmod %03o lets others at "
		     "it",
		     (unsigned)was, (unsigned)now, (unsigned)was);
}

static int check_unchanged(const struct parcel *parcel, struct stat *now, struct error *err)
{
	struct iovec piece = { parcel->bytes.data, parcel->bytes.len };
	const struct pieces whole = pieces_one(&piece);

	return placing_unchanged(&parcel->place, &whole, "it was read", now, err);
}

int parcel_put_back(struct parcel *parcel, mode_t at_most, const struct buf *bytes, struct problems *notes,
		    struct error *err)
{
	struct replace_options options = { 0 };
	struct hold hold;
	struct stat now;
	int result;

	if (buf_equals(&parcel->bytes, bytes->data, bytes->len))
		return 0;
	if (check_unchanged(parcel, &now, err) < 0)
		return -1;
	limit_mode(&now, at_most, notes);
	options.like = &now;
	hold_begin(&hold);
	result = file_replace(&parcel->place, bytes->data, bytes->len, &options, &parcel->found, err);
	hold_end(&hold);
	if (result < 0)
		return -1;
	buf_assign(&parcel->bytes, bytes->data, bytes->len);
	return buf_ok(&parcel->bytes) ? 0 : error_memory(err);
}

/* What is no regular file is not replaced: whoever named a pipe or /dev/null wants it written into. */
static int write_into(const char *output, const struct buf *bytes, struct error *err)
{
	int fd = open(output, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	int code = 0;

	if (fd < 0 || file_write_all(fd, bytes->data, bytes->len) < 0)
		code = errno;
	if (fd >= 0 && close(fd) < 0 && !code)
		code = errno;
	if (!code)
		return 0;
	error_system(err, code, "cannot be written");
	error_in_file(err, output);
	return -1;
}

static bool has_bytes(const struct place *target, const struct buf *bytes)
{
	BUF_AUTO there = BUF_INIT;
	struct error ignored;

	return file_read(target, PROFILE_SIZE_MAX, &there, NULL, &ignored) == 0 &&
	       buf_equals(&there, bytes->data, bytes->len);
}

/* What lies there may be mounted, and is then not to be changed under the mount. */
static int lock_target(struct lock *lock, const struct place *target, struct error *err)
{
	struct stat st;

	*lock = LOCK_INIT;
	if (fstatat(target->dir, target->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return take_lock(lock, target, err);
}

static int replace_locked(const struct parcel *parcel, const struct place *target, mode_t at_most,
			  const struct buf *bytes, struct error *err)
{
	const struct stat *source = parcel->found.st_mode ? &parcel->found : NULL;
	struct lock lock;
	struct iovec piece = { bytes->data, bytes->len };
	const struct pieces whole = pieces_one(&piece);
	struct hold hold;
	int result;

	if (has_bytes(target, bytes))
		return 0;
	if (placing_allowed(target, err) < 0) {
		error_in_file(err, target->shown);
		return -1;
	}
	if (lock_target(&lock, target, err) < 0)
		return -1;
	hold_begin(&hold);
	result = placing_output(target, source, at_most, NULL, &whole, err);
	hold_end(&hold);
	lock_release(&lock);
	return result;
}

static int replace(const struct parcel *parcel, const char *output, mode_t at_most, const struct buf *bytes,
		   struct error *err)
{
	struct place target;
	int result;

	if (place_open(&target, output, err) < 0)
		return -1;
	result = replace_locked(parcel, &target, at_most, bytes, err);
	place_close(&target);
	return result;
}

/* A shell's redirection by a name such as /dev/stdout: what others wrote there before must stay. */
static bool is_standard_output(const struct stat *st)
{
	struct stat out;

	return fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == st->st_dev && out.st_ino == st->st_ino;
}

static int write_out(const struct buf *bytes, struct error *err)
{
	if (file_write_all(STDOUT_FILENO, bytes->data, bytes->len) == 0)
		return 0;
	return error_system(err, errno, "cannot write to the standard output");
}

int parcel_put_at(const struct parcel *parcel, const char *output, mode_t at_most, const struct buf *bytes,
		  struct error *err)
{
	struct stat st;

	if (strcmp(output, "-") == 0)
		return write_out(bytes, err);
	if (stat(output, &st) < 0)
		return replace(parcel, output, at_most, bytes, err);
	if (is_standard_output(&st))
		return write_out(bytes, err);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return write_into(output, bytes, err);
	return replace(parcel, output, at_most, bytes, err);
}

void parcel_close(struct parcel *parcel)
{
	envelope_free(parcel->envelope);
	buf_free(&parcel->content);
	buf_free(&parcel->bytes);
	place_close(&parcel->place);
	/* Last: who waits for the lock may open everything else at once. */
	lock_release(&parcel->lock);
	*parcel = (struct parcel){ .place = PLACE_INIT, .lock = LOCK_INIT };
}
