#include "fs/tree/save.h"

#include <errno.h>
#include <fcntl.h>

#include "fs/tree/placing.h"
#include "fs/tree/recovery.h"
#include "fs/tree/settle.h"

#define BEGINNING_MAX ((size_t)4096)

/* What replaces the profile, complete before anything on disk is touched. Owns its parts. */
struct package {
	struct hidden_payloads payloads; /* of an encrypted profile */
	struct pieces plist;
	struct pieces bytes;       /* the plist, sealed */
	struct envelope *envelope; /* of `bytes`, read back */
	struct problems notes;     /* on what is not as it was: true when it is saved, and not said before */
};

static void package_drop(struct package *package)
{
	hidden_payloads_free(&package->payloads);
	pieces_free(&package->plist);
	pieces_free(&package->bytes);
	envelope_free(package->envelope);
	problems_free(&package->notes);
	*package = (struct package){ 0 };
}

#define PACKAGE_AUTO __attribute__((cleanup(package_drop))) struct package

/* --- what is to be saved ---------------------------------------------------------------------------- */

static bool is_edited(const struct profile *profile)
{
	return profile->commits != profile->commits_saved;
}

/* `output` is written once also if nothing was edited. */
static bool owes_output(const struct profile *profile)
{
	return profile->options.output && !profile->output_written;
}

/* True if `output` is not to be a copy of the file, though nothing was edited. */
static bool converts(const struct profile *profile)
{
	bool plain = envelope_form(profile->envelope) == ENVELOPE_PLAIN;

	return profile_format(profile) != profile->doc.format || (profile->options.unsign && !plain) ||
	       (profile->signer && plain);
}

static int render_hidden(struct profile *profile, enum doc_format format, struct package *package, struct error *err)
{
	BUF_AUTO plist = BUF_INIT;

	if (hidden_render(profile->hidden, &profile->doc, format, &package->payloads, &plist, &package->notes, err) < 0)
		return -1;
	pieces_of(&package->plist, &plist);
	return pieces_ok(&package->plist) ? 0 : error_memory(err);
}

static int render(struct profile *profile, enum doc_format format, struct package *package, struct error *err)
{
	int result = profile->hidden ? render_hidden(profile, format, package, err)
				     : doc_write_pieces(&profile->doc, format, &package->plist, err);

	if (result < 0)
		error_in_file(err, profile->place.shown);
	return result;
}

/* What is encrypted must be something that can be opened again. */
static int prove(const struct profile *profile, const struct package *package, struct error *err)
{
	BUF_AUTO plist = BUF_INIT;

	if (!profile->hidden)
		return 0;
	pieces_flat(&package->plist, &plist);
	if (!buf_ok(&plist))
		error_memory(err);
	else if (hidden_prove(&profile->doc, &package->payloads, &plist, err) == 0)
		return 0;
	error_in_file(err, profile->place.shown);
	return -1;
}

static bool is_news(const struct profile *profile, const struct pieces *plist)
{
	return !profile->bytes.len || !pieces_equal(plist, &profile->plist);
}

/* --- the package ------------------------------------------------------------------------------------ */

/* Opens what was sealed, as the next reader will. `content` must be in it. */
static int read_back(const struct profile *profile, struct package *package, struct buf *sealed,
		     const struct buf *content, struct error *err)
{
	BUF_AUTO again = BUF_INIT;

	if (envelope_open_shared(profile->place.shown, sealed, &package->envelope, &again, err) < 0)
		return -1;
	if (buf_equals(&again, content->data, content->len))
		return 0;
	return error_set(err, EIO, "what was sealed does not read back as it was: nothing was written");
}

static int seal(const struct profile *profile, struct package *package, struct error *err)
{
	const struct seal_options options = { .digest = profile->options.digest };
	BUF_AUTO plist = BUF_INIT, sealed = BUF_INIT;

	pieces_flat(&package->plist, &plist);
	if (!buf_ok(&plist))
		return error_memory(err);
	if (envelope_seal(profile->envelope, profile->signer, &options, plist.data, plist.len, &sealed,
			  &package->notes, err) < 0 ||
	    read_back(profile, package, &sealed, &plist, err) < 0)
		return -1;
	pieces_of(&package->bytes, &sealed);
	return pieces_ok(&package->bytes) ? 0 : error_memory(err);
}

/* What is not signed is told from an envelope by how it begins (envelope.h). The first piece of it is no shorter than
 * the first tag. */
static int leave_plain(const struct profile *profile, struct package *package, struct error *err)
{
	const struct iovec *first = &package->plist.list[0];
	BUF_AUTO beginning = BUF_INIT;

	if (envelope_form(profile->envelope) != ENVELOPE_PLAIN && !profile->options.unsign)
		return error_set(err, EROFS, "it is signed and no key was given: not saved");
	buf_add(&beginning, first->iov_base, first->iov_len < BEGINNING_MAX ? first->iov_len : BEGINNING_MAX);
	if (!buf_ok(&beginning))
		return error_memory(err);
	if (read_back(profile, package, &beginning, &beginning, err) < 0)
		return -1;
	pieces_share(&package->bytes, &package->plist);
	return pieces_ok(&package->bytes) ? 0 : error_memory(err);
}

static int pack(const struct profile *profile, struct package *package, struct error *err)
{
	if ((profile->signer ? seal(profile, package, err) : leave_plain(profile, package, err)) == 0)
		return 0;
	error_in_file(err, profile->place.shown);
	return -1;
}

/* --- what is there now ------------------------------------------------------------------------------ */

/* Nothing was there, and nothing may be. */
static enum save_outcome check_absent(const struct profile *profile, struct error *err)
{
	struct stat st;

	if (fstatat(profile->place.dir, profile->place.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		error_set(err, ESTALE, "somebody made the file since it was mounted: not saved over it");
	else if (errno == ENOENT)
		return SAVE_DONE;
	else
		error_system(err, errno, "cannot be looked up");
	error_in_file(err, profile->place.shown);
	return err->code == ESTALE ? SAVE_CONFLICT : SAVE_FAILED;
}

/* SAVE_DONE if the file still has the content that was read; `*now` is what fstat says of it. */
static enum save_outcome check_content(const struct profile *profile, struct stat *now, struct error *err)
{
	if (placing_unchanged(&profile->place, &profile->bytes, "it was mounted", now, err) == 0)
		return SAVE_DONE;
	return err->code == ESTALE ? SAVE_CONFLICT : SAVE_FAILED;
}

/* --- writing ---------------------------------------------------------------------------------------- */

static int put(const struct profile *profile, const struct pieces *bytes, const struct stat *like,
	       struct stat *st, struct error *err)
{
	const struct replace_options options = { .like = like, .backup = profile->options.backup };

	return file_replace_by(&profile->target, bytes, &options, st, err);
}

static int put_output(struct profile *profile, const struct pieces *bytes, struct error *err)
{
	const struct stat *source = profile->bytes.len ? &profile->found : NULL;

	if (placing_output(&profile->target, source, 0777, profile->options.backup, bytes, err) < 0)
		return -1;
	profile->output_written = true;
	return 0;
}

/* After the rename only the directory can fail to reach the disk: then the new bytes are there, and the
 * next try must not take them for somebody else's. */
static void note_replaced(struct profile *profile, struct package *package)
{
	struct error ignored;
	struct pieces swap;
	bool same;

	if (file_compare(&profile->place, PROFILE_SIZE_MAX, &package->bytes, &same, NULL, &ignored) < 0 || !same)
		return;
	swap = profile->bytes;
	profile->bytes = package->bytes;
	package->bytes = swap;
	recovery_replaced(profile);
}

/* A file that is a mount point of its own, as those are that are handed into a container, cannot be replaced. It is
 * written over, behind the journal, from which the next mount finishes what is cut short. What fails is undone. */
static int put_over(struct profile *profile, const struct pieces *bytes, struct stat *made, struct error *err)
{
	BUF_AUTO fresh = BUF_INIT, old = BUF_INIT;
	struct error ignored;
	struct stat st;

	pieces_flat(bytes, &fresh);
	pieces_flat(&profile->bytes, &old);
	if (!buf_ok(&fresh) || !buf_ok(&old))
		return error_memory(err);
	if (profile->merging)
		recovery_replaced(profile);
	if (recovery_guard(profile, fresh.data, fresh.len, err) < 0)
		return -1;
	if (file_overwrite(&profile->target, fresh.data, fresh.len, made, err) == 0) {
		recovery_guarded(profile);
		return 0;
	}
	if (file_overwrite(&profile->target, old.data, old.len, &st, &ignored) == 0)
		recovery_guarded(profile);
	return -1;
}

static enum save_outcome put_in_place(struct profile *profile, struct package *package, struct error *err)
{
	struct stat now, made;
	bool first = !profile->bytes.len;
	enum save_outcome state = first ? check_absent(profile, err) : check_content(profile, &now, err);

	if (state != SAVE_DONE)
		return state;
	if (put(profile, &package->bytes, first ? NULL : &now, &made, err) < 0 &&
	    (err->code != EBUSY || put_over(profile, &package->bytes, &made, err) < 0)) {
		note_replaced(profile, package);
		return SAVE_FAILED;
	}
	profile->found = made;
	return SAVE_DONE;
}

/* What was written is what the next save starts from. The old parts go with the package. */
static void adopt(struct profile *profile, struct package *package)
{
	struct package old = { .plist = profile->plist, .bytes = profile->bytes, .envelope = profile->envelope };

	profile->plist = package->plist;
	profile->bytes = package->bytes;
	profile->envelope = package->envelope;
	if (profile->hidden)
		hidden_adopt(profile->hidden, &package->payloads);
	package->plist = old.plist;
	package->bytes = old.bytes;
	package->envelope = old.envelope;
	profile->commits_saved = profile->commits;
}

/* An encryption goes with the last payloads. */
static void note_plain(const struct profile *profile, const struct package *package, struct problems *notes)
{
	if (profile->hidden && !package->payloads.cipher.len && hidden_is_encrypted(profile->hidden))
		profile_note(profile, notes,
			     "it has no PayloadContent any more: there is nothing to encrypt, and it is saved plain");
}

static void note_recoded(struct profile *profile, struct problems *notes)
{
	if (!profile_recoded(profile) || profile->recoded_said || profile_format(profile) != DOC_XML)
		return;
	profile_note(profile, notes, "recoded: was %s, saved as UTF-8", profile_recoded(profile));
	profile->recoded_said = true;
}

static enum save_outcome save_package(struct profile *profile, struct package *package,
				      struct problems *notes, struct error *err)
{
	enum save_outcome outcome = SAVE_DONE;

	if (pack(profile, package, err) < 0 ||
	    recovery_saving(profile, &package->bytes, err) < 0)
		return SAVE_FAILED;
	if (!profile->options.output)
		outcome = put_in_place(profile, package, err);
	else if (put_output(profile, &package->bytes, err) < 0)
		outcome = SAVE_FAILED;
	if (outcome != SAVE_DONE)
		return outcome;
	note_recoded(profile, notes);
	note_plain(profile, package, notes);
	problems_move(&package->notes, notes, profile->place.shown);
	adopt(profile, package);
	return SAVE_DONE;
}

static enum save_outcome copy_to_output(struct profile *profile, struct error *err)
{
	if (put_output(profile, &profile->bytes, err) < 0)
		return SAVE_FAILED;
	profile->commits_saved = profile->commits;
	return SAVE_DONE;
}

/* --- the whole -------------------------------------------------------------------------------------- */

/* Of a profile that cannot be saved, nothing but a copy can be had. */
static enum save_outcome save_read_only(struct profile *profile, struct error *err)
{
	if (!is_edited(profile))
		return copy_to_output(profile, err);
	if (profile->why_read_only.code)
		*err = profile->why_read_only;
	else
		error_set(err, EROFS, "it is mounted read-only: not saved");
	err->severity = SEVERITY_ERROR;
	error_in_file(err, profile->place.shown);
	return SAVE_FAILED;
}

/* True if what is wrong stops the save; else it is said, where that is asked for. */
static bool stops(const struct profile *profile, const struct error *invalid, struct problems *notes,
		  struct error *err)
{
	struct error warning;

	if (!invalid || profile->options.check == CHECK_OFF)
		return false;
	if (profile->options.check == CHECK_STRICT) {
		*err = *invalid;
		return true;
	}
	warning = *invalid;
	warning.severity = SEVERITY_WARNING;
	problems_add(notes, &warning);
	return false;
}

static enum save_outcome save(struct profile *profile, const struct error *invalid, struct problems *notes,
			      struct error *err)
{
	PACKAGE_AUTO package = { 0 };
	bool news = false;

	if (!is_edited(profile) && !owes_output(profile))
		return SAVE_UNCHANGED;
	if (profile->read_only)
		return save_read_only(profile, err);
	if (is_edited(profile) || converts(profile)) {
		if (render(profile, profile_format(profile), &package, err) < 0)
			return SAVE_FAILED;
		if (prove(profile, &package, err) < 0)
			return err->code == ENOMEM ? SAVE_FAILED : SAVE_INVALID;
		news = is_news(profile, &package.plist);
	}
	if (!news && !owes_output(profile)) {
		profile->commits_saved = profile->commits;
		return SAVE_UNCHANGED;
	}
	if (!news && !converts(profile))
		return copy_to_output(profile, err);
	if (stops(profile, invalid, notes, err))
		return SAVE_INVALID;
	return save_package(profile, &package, notes, err);
}

enum save_outcome profile_save(struct profile *profile, const struct error *invalid, struct problems *notes,
			       struct error *err)
{
	bool edited = is_edited(profile);
	enum save_outcome outcome = save(profile, invalid, notes, err);

	recovery_forget(profile);
	if (edited && !is_edited(profile))
		recovery_done(profile);
	return outcome;
}

/* --- beside ----------------------------------------------------------------------------------------- */

/* A value that a binary plist cannot hold must not be the loss of the others, nor what cannot be mounted again. */
static int render_to_keep(struct profile *profile, bool unproven, struct package *package, struct error *err)
{
	package->payloads.unproven = unproven;
	if (render(profile, profile_format(profile), package, err) == 0 && prove(profile, package, err) == 0)
		return 0;
	package_drop(package);
	package->payloads.unproven = unproven;
	return render(profile, DOC_XML, package, err);
}

/* Nor must a key that is gone: the certificates that it is encrypted for are here. */
static int render_somehow(struct profile *profile, struct package *package, struct error *err)
{
	if (render_to_keep(profile, false, package, err) == 0)
		return 0;
	package_drop(package);
	return render_to_keep(profile, true, package, err);
}

/* Beside the profile, where the next mount finds it; beside the output if that cannot be. */
static int keep(const struct profile *profile, const char *suffix, const struct pieces *pieces, struct buf *made,
		struct error *err)
{
	BUF_AUTO plist = BUF_INIT;
	struct error ignored;

	pieces_flat(pieces, &plist);
	if (!buf_ok(&plist))
		return error_memory(err);
	if (file_beside(&profile->place, suffix, plist.data, plist.len, made, err) == 0)
		return 0;
	if (!profile->options.output)
		return -1;
	return file_beside(&profile->target, suffix, plist.data, plist.len, made, &ignored);
}

int profile_keep_beside(struct profile *profile, enum save_outcome outcome, struct problems *notes,
			struct error *err)
{
	PACKAGE_AUTO package = { 0 };
	BUF_AUTO made = BUF_INIT;

	if (outcome == SAVE_UNCHANGED || outcome == SAVE_DONE)
		return 0;
	if (render_somehow(profile, &package, err) < 0 ||
	    keep(profile, outcome == SAVE_CONFLICT ? ".conflict" : ".rejected", &package.plist, &made, err) < 0)
		return -1;
	recovery_done(profile);
	profile_note(profile, notes,
		     "the edited profile is kept beside it in %s, unsigned: look at it with diff, remove it "
		     "when done",
		     buf_text(&made));
	profile_keep_base(profile, buf_text(&made), notes);
	if (package.payloads.unproven && package.payloads.renewed)
		profile_note(profile, notes,
			     "the payloads in %s were encrypted and not decrypted again to prove it: see that a "
			     "recipient's key opens them (profilefs decrypt)",
			     buf_text(&made));
	return 0;
}
