#include "fs/tree/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree/fresh.h"
#include "fs/tree/placing.h"
#include "fs/tree/signing.h"
#include "plist/base/pages.h"
#include "plist/encrypted.h"

/* A document takes about so many times the memory of its text, as nodes and while it is read. */
#define DOC_OF_TEXT 3

/* How long a daemon that is just leaving may take to save. */
#define LOCK_PATIENCE_MS 5000

/* --- what was asked for ----------------------------------------------------------------------------- */

static int check_options(const struct profile_options *options, struct error *err)
{
	const struct signer_files *signer = &options->signer;
	const struct decryptor_files *decrypt = &options->decrypt;

	if (!signer->keys.count && (signer->certs.count || signer->chains.count))
		return error_set(err, EINVAL, "cert= and chain= need key=FILE: give it too");
	if (!signer->keys.count && !decrypt->key && signer->passins.count)
		return error_set(err, EINVAL, "passin= needs key=FILE or decrypt_key=FILE: give it too");
	if (!decrypt->key && (decrypt->passin || decrypt->certs.count))
		return error_set(err, EINVAL, "decrypt_passin= and recipient= need decrypt_key=FILE: give it too");
	if (signer->keys.count && options->unsign)
		return error_set(err, EINVAL, "key= saves it signed, unsign plain: give one of them");
	if (options->read_only && options->output)
		return error_set(err, EINVAL, "ro saves nothing, output= saves: give one of them");
	if (options->read_only && options->create)
		return error_set(err, EINVAL, "what new begins must be saved: leave out ro");
	if (decrypt->key && options->create)
		return error_set(err, EINVAL,
				 "decrypt_key= opens what is encrypted, what new begins is plain: leave it out, and "
				 "encrypt it at the end (profilefs encrypt)");
	return 0;
}

/* All reasons are said, so that they can be mended at once; the first one stands. */
static void make_read_only(struct profile *profile, struct problems *notes, const struct error *why)
{
	struct error note = *why;

	if (profile->options.read_only)
		return;
	note.severity = SEVERITY_NOTE;
	error_in_file(&note, profile->place.shown);
	problems_add(notes, &note);
	if (!profile->read_only)
		profile->why_read_only = note;
	profile->read_only = true;
}

/* --- whether it could be saved ---------------------------------------------------------------------- */

/* A place of its own with the same directory, as it is now: the mount may cover the path later. */
static int copy_place(struct place *to, const struct place *from, struct error *err)
{
	*to = PLACE_INIT;
	to->dir = fcntl(from->dir, F_DUPFD_CLOEXEC, 0);
	if (to->dir < 0)
		return error_system(err, errno, "its directory cannot be opened twice");
	to->name = strdup(from->name);
	to->path = strdup(from->path);
	to->shown = strdup(from->shown);
	return to->name && to->path && to->shown ? 0 : error_memory(err);
}

/* `output` must be a file that can be written; the profile itself is no other place. */
static int open_output(struct profile *profile, struct error *err)
{
	struct place *target = &profile->target;
	struct stat st;

	if (place_open(target, profile->options.output, err) < 0)
		return -1;
	if (placing_same(target, &profile->place)) {
		profile->options.output = NULL;
		return 0;
	}
	if (fstatat(target->dir, target->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode))
		error_set(err, EINVAL, "output= must name a regular file, or one that is not there");
	else if (placing_allowed(target, err) == 0)
		return 0;
	error_in_file(err, target->shown);
	return -1;
}

static int open_target(struct profile *profile, struct error *err)
{
	const char *backup = profile->options.backup;

	if (profile->options.output && open_output(profile, err) < 0)
		return -1;
	if (!profile->options.output && profile->target.dir < 0 &&
	    copy_place(&profile->target, &profile->place, err) < 0)
		return -1;
	if (backup && !file_backup_fits(&profile->target, backup))
		return error_set(err, EINVAL,
				 "backup= must be a suffix such as '~' or '.old': not empty, no '/', and "
				 "short enough for a file's name");
	return 0;
}

/* What goes before an option that a folder does not take. */
static const char *by_itself(const struct profile *profile)
{
	return profile->options.folder ? "mounted by itself, " : "";
}

/* Without `output`, a profile that may not be written is read-only; a new one cannot be begun at all. */
static int check_place(struct profile *profile, struct problems *notes, struct error *err)
{
	struct error why, shown;

	if (profile->read_only || profile->options.output || placing_allowed(&profile->place, &why) == 0)
		return 0;
	if (profile->options.create) {
		*err = why;
		error_in_file(err, profile->place.shown);
		return -1;
	}
	error_set(&shown, EROFS, "mounted read-only: %.700s; %s-o output=FILE saves elsewhere", why.text,
		  by_itself(profile));
	make_read_only(profile, notes, &shown);
	return 0;
}

/* Nothing is locked for a mount that saves nothing. */
static int lock(struct profile *profile, struct problems *notes, struct error *err)
{
	struct error taken;

	unsigned patience_ms = profile->options.folder ? 0 : LOCK_PATIENCE_MS; /* others wait, too, in a folder */

	if (profile->read_only || lock_take(&profile->lock, &profile->place, patience_ms, &taken) == 0)
		return 0;
	if (!profile->options.force || taken.code != EBUSY) {
		*err = taken;
		return -1;
	}
	taken.severity = SEVERITY_WARNING;
	problems_add(notes, &taken);
	return 0;
}

/* --- what is in it ---------------------------------------------------------------------------------- */

static int check_signature(struct profile *profile, struct problems *notes, struct error *err)
{
	struct error why = ERROR_INIT;

	if (envelope_intact(profile->envelope, &why))
		return 0;
	error_in_file(&why, profile->place.shown);
	if (profile->options.force) {
		why.severity = SEVERITY_WARNING;
		problems_add(notes, &why);
		return 0;
	}
	error_rule(err, "bad-signature", "%.800s; force opens it all the same (mounts: -o force, else --force)",
		   why.text);
	error_in_file(err, profile->place.shown);
	return -1;
}

static int check_root(const struct profile *profile, struct error *err)
{
	const struct node *root = profile->doc.root;
	unsigned long line, column;

	if (root->type == NODE_DICT)
		return 0;
	error_rule(err, "not-a-profile", "the top of a profile is a dict, here it is of type %s",
		   node_type_name(root->type));
	error_in_file(err, profile->place.shown);
	doc_position(&profile->doc, root->source.element.start, &line, &column);
	error_at(err, line, column);
	return -1;
}

/* Of a source that is not UTF-8, an unedited document renders to something else than the file's bytes. */
static int remember_rendering(struct profile *profile, struct error *err)
{
	if (!profile->doc.recoded)
		return 0;
	return doc_write_pieces(&profile->doc, profile->doc.format, &profile->plist, err);
}

/* --- what is encrypted in it ------------------------------------------------------------------------ */

/* One passphrase is for the only key there is, or for the file that both keys are in. */
static const char *decrypt_passin(const struct profile_options *options)
{
	const struct signer_files *signer = &options->signer;

	if (options->decrypt.passin || signer->passins.count != 1)
		return options->decrypt.passin;
	if (signer->keys.count == 0 ||
	    (signer->keys.count == 1 && strcmp(signer->keys.at[0], options->decrypt.key) == 0))
		return signer->passins.at[0];
	return NULL;
}

/* Who names somebody as a recipient must not believe that he becomes one. */
static void note_strangers(const struct profile *profile, const struct decryptor *decryptor, struct problems *notes)
{
	BUF_AUTO who = BUF_INIT;
	char *line, *rest;

	hidden_strangers(profile->hidden, decryptor, &who);
	if (!who.len)
		return;
	for (line = strtok_r(who.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		profile_note(profile, notes,
			     "it is not encrypted for %.400s, and a save will not change that (recipient=): decrypt it "
			     "and encrypt it anew to add one",
			     line);
}

/* Puts the plain document in the place of the one that was read. */
static int show_plain(struct profile *profile, const struct decryptor *decryptor, struct problems *notes,
		      struct error *err)
{
	struct doc shown;

	if (hidden_open(&profile->doc, decryptor, profile->place.shown, &profile->hidden, &shown, err) < 0) {
		error_in_file(err, profile->place.shown);
		return -1;
	}
	profile->doc = shown;
	note_strangers(profile, decryptor, notes);
	return 0;
}

int profile_decryptor(const struct profile_options *options, struct decryptor **out, struct error *err)
{
	struct decryptor_files files = options->decrypt;

	files.passin = decrypt_passin(options);
	files.option = "decrypt_passin";
	return decryptor_open(&files, out, err);
}

static int uncover(struct profile *profile, struct problems *notes, struct error *err)
{
	struct decryptor *decryptor;
	int result;

	if (!profile->options.decrypt.key)
		return 0;
	if (!encrypted_is(&profile->doc)) {
		profile_note(profile, notes, "its payloads are not encrypted: decrypt_key= is not needed");
		return 0;
	}
	if (profile_decryptor(&profile->options, &decryptor, err) < 0)
		return -1;
	result = show_plain(profile, decryptor, notes, err);
	decryptor_free(decryptor);
	return result;
}

/* --- the layers, one after the other ---------------------------------------------------------------- */

/* From the file's bytes to the document. */
static int unwrap(struct profile *profile, struct buf *bytes, struct problems *notes, struct error *err)
{
	const char *name = profile->place.shown;
	BUF_AUTO plist = BUF_INIT;

	if (envelope_open_shared(name, bytes, &profile->envelope, &plist, err) < 0)
		return -1;
	pieces_of(&profile->bytes, bytes);
	pieces_of(&profile->plist, &plist);
	if (!pieces_ok(&profile->bytes) || !pieces_ok(&profile->plist))
		return error_memory(err);
	if (check_signature(profile, notes, err) < 0 || doc_read_shared(&profile->doc, name, &plist, err) < 0 ||
	    check_root(profile, err) < 0)
		return -1;
	if (profile->doc.duplicate.code)
		return 0; /* never written */
	if (remember_rendering(profile, err) < 0)
		return -1;
	return uncover(profile, notes, err);
}

static int load(struct profile *profile, struct problems *notes, struct error *err)
{
	const struct place *place = &profile->place;
	BUF_AUTO bytes = BUF_INIT;
	int result = file_read(place, PROFILE_SIZE_MAX, &bytes, &profile->found, err);

	if (limit_explain(result, LIMIT_PROFILE, err) == 0) {
		pages_expect(DOC_OF_TEXT * bytes.len);
		if (recovery_finish_write(profile, &bytes, notes, err) < 0)
			return -1;
		return unwrap(profile, &bytes, notes, err);
	}
	if (err->code == ENOENT) {
		if (profile->options.folder)
			error_set(err, ENOENT,
				  "the file is gone since the folder was mounted: mount it again to see what is there");
		else
			error_set(err, ENOENT, "there is no such file; -o new begins a fresh profile");
		error_in_file(err, place->shown);
	}
	return -1;
}

/* A fresh profile that is to be there after the first save. */
static int begin_fresh(struct profile *profile, struct error *err)
{
	const struct place *place = &profile->place;
	BUF_AUTO nothing = BUF_INIT;
	struct stat st;

	if (fstatat(place->dir, place->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (profile->options.folder)
			error_set(err, EEXIST,
				  "something of this name is in the folder that is not shown, or came after it was "
				  "mounted: look at it, or mount the folder again");
		else
			error_set(err, EEXIST, "it is there already: leave out -o new to edit it");
		error_in_file(err, place->shown);
		return -1;
	}
	/* In a folder mkdir makes it, and what is made is empty: cp -r fills it. */
	if (profile->options.folder ? doc_new(&profile->doc, err) < 0 : fresh_profile(&profile->doc, err) < 0)
		return -1;
	profile->commits = 1;
	return envelope_open(place->shown, "", 0, &profile->envelope, &nothing, err);
}

/* --- what is said about it -------------------------------------------------------------------------- */

void profile_note(const struct profile *profile, struct problems *notes, const char *format, ...)
{
	struct error note;
	va_list args;

	va_start(args, format);
	error_set_args(&note, EINVAL, format, args);
	va_end(args);
	note.severity = SEVERITY_NOTE;
	error_in_file(&note, profile->place.shown);
	problems_add(notes, &note);
}

static void note_beside(const struct profile *profile, const struct beside *kind, const char *what,
			struct problems *notes)
{
	char more[40] = "";

	if (kind->count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", kind->count - 1);
	profile_note(profile, notes, "%s is beside it in %s%s: look at it with diff, remove it when done", what,
		     buf_text(&kind->first), more);
}

/* Of a folder's profiles whoever reads the folder says so, once. */
static void note_left_beside(const struct profile *profile, struct problems *notes)
{
	static const char *const whats[] = { "an edit that could not be saved", "an edit that met a changed profile" };
	struct beside kinds[] = { { .suffix = ".rejected" }, { .suffix = ".conflict" } };
	size_t count = sizeof(kinds) / sizeof(*kinds);

	if (profile->options.folder)
		return;
	file_count_beside(&profile->place, kinds, count);
	for (size_t i = 0; i < count; i++) {
		if (kinds[i].count)
			note_beside(profile, &kinds[i], whats[i], notes);
		buf_free(&kinds[i].first);
	}
}

/* --- who signs it ----------------------------------------------------------------------------------- */

/* What is encrypted can be edited only by one who can encrypt it again. */
static void decide_encrypted(struct profile *profile, struct problems *notes)
{
	struct error why, missing;

	if (profile->hidden && !hidden_renewable(profile->hidden, &missing)) {
		error_set(&why, EROFS, "mounted read-only: %.900s%s", missing.text,
			  missing.code == EACCES ? " (-o recipient=FILE, once for each)" : "");
		make_read_only(profile, notes, &why);
	} else if (!profile->hidden && encrypted_is(&profile->doc)) {
		error_set(&why, EROFS,
			  "mounted read-only: its payloads are encrypted, and are shown as they are; "
			  "%s-o decrypt_key=FILE opens them", by_itself(profile));
		make_read_only(profile, notes, &why);
	}
}

/* What cannot be saved as it should be is not to be edited. */
static void decide_read_only(struct profile *profile, struct problems *notes)
{
	const struct profile_options *options = &profile->options;
	struct error why;

	if (profile->doc.duplicate.code) {
		why = profile->doc.duplicate;
		snprintf(why.text, sizeof(why.text), "mounted read-only: %.900s",
			 profile->doc.duplicate.text);
		make_read_only(profile, notes, &why);
	}
	decide_encrypted(profile, notes);
	if (envelope_form(profile->envelope) != ENVELOPE_PLAIN && !options->signer.keys.count && !options->unsign) {
		error_set(&why, EROFS,
			  "mounted read-only: it is signed and no key was given; -o key=FILE,cert=FILE saves "
			  "it signed again, -o unsign saves it plain");
		make_read_only(profile, notes, &why);
	}
}

/* Signs something at once: what key and digest cannot do must not come up when the edits are made. */
static int try_signer(const struct profile *profile, struct error *err)
{
	const struct seal_options options = { .digest = profile->options.digest };
	BUF_AUTO sealed = BUF_INIT;

	return envelope_seal(profile->envelope, profile->signer, &options, "trial", 5, &sealed, NULL, err);
}

static int open_signer(struct profile *profile, struct problems *notes, struct error *err)
{
	if (profile->read_only || !profile->options.signer.keys.count)
		return 0;
	if (profile->options.folder) {
		profile->signer = profile->options.folder->signer;
		return 0;
	}
	if (signing_open(&profile->options.signer, &profile->options.levels, &profile->signer, notes, err) < 0)
		return -1;
	return try_signer(profile, err);
}

/* --- the whole -------------------------------------------------------------------------------------- */

static void begin(struct profile *profile, const struct profile_options *options)
{
	*profile = (struct profile){
		.options = *options,
		.place = PLACE_INIT,
		.target = PLACE_INIT,
		.lock = LOCK_INIT,
		.why_read_only = ERROR_INIT,
		.read_only = options->read_only,
	};
}

/* What the user named is read at once: a mistake in it is said before anything is mounted. */
static int open_schema(struct profile *profile, struct error *err)
{
	const struct profile_options *options = &profile->options;
	const struct schema_sources sources = { .facts = options->schema, .manifests = options->manifests };

	profile->checks = (struct check_options){
		.schema = options->folder ? options->folder->schema : schema_open(&sources, err),
		.targets = options->targets,
		.target_count = options->target_count,
		.levels = options->levels,
		.no_placeholders = options->no_placeholders,
	};
	if (options->unknown_allowed)
		rule_level_set(&profile->checks.levels, "unknown-key", RULE_WARNING, err);
	return profile->checks.schema ? 0 : -1;
}

static int find_place(struct profile *profile, const char *path, struct error *err)
{
	const struct profile_folder *folder = profile->options.folder;

	if (folder)
		return place_open_at(&profile->place, &folder->base, path, err);
	return place_open(&profile->place, path, err);
}

static enum recovery_use wanted_recovery(const struct profile_options *options)
{
	return options->recovery == RECOVERY_KEEP && options->no_journal ? RECOVERY_REPLAY : options->recovery;
}

/* The lock comes before the content: one who waited for it must see what the other saved. */
static int open_all(struct profile *profile, const char *path, struct problems *notes, struct error *err)
{
	if (check_options(&profile->options, err) < 0 || open_schema(profile, err) < 0 ||
	    find_place(profile, path, err) < 0 ||
	    open_target(profile, err) < 0 || check_place(profile, notes, err) < 0 ||
	    lock(profile, notes, err) < 0)
		return -1;
	if (profile->options.create ? begin_fresh(profile, err) < 0 : load(profile, notes, err) < 0)
		return -1;
	decide_read_only(profile, notes);
	if (open_signer(profile, notes, err) < 0)
		return -1;
	if (profile->read_only)
		lock_release(&profile->lock);
	else if (profile_recoded(profile))
		profile_note(profile, notes, "it is written in %s: a save with edits makes it UTF-8",
			     profile_recoded(profile));
	note_left_beside(profile, notes);
	return recovery_begin(profile, wanted_recovery(&profile->options), profile->options.no_recover, notes, err);
}

int profile_open(struct profile *profile, const char *path, const struct profile_options *options,
		 struct problems *notes, struct error *err)
{
	begin(profile, options);
	if (open_all(profile, path, notes, err) == 0)
		return 0;
	profile_close(profile);
	return -1;
}

/* What the descriptors of a shell's <(...) name is no file in a directory: read by path, then found. */
static int read_all(struct profile *profile, const char *path, struct problems *notes, struct error *err)
{
	BUF_AUTO bytes = BUF_INIT;

	if (limit_explain(file_read_path(path, PROFILE_SIZE_MAX, &bytes, err), LIMIT_PROFILE, err) < 0 ||
	    place_open(&profile->place, path, err) < 0)
		return -1;
	if (stat(path, &profile->found) < 0)
		profile->found = (struct stat){ 0 };
	if (unwrap(profile, &bytes, notes, err) < 0)
		return -1;
	note_left_beside(profile, notes);
	return 0;
}

int profile_read(struct profile *profile, const char *path, const struct profile_options *options,
		 struct problems *notes, struct error *err)
{
	begin(profile, options);
	profile->read_only = true;
	if (read_all(profile, path, notes, err) == 0)
		return 0;
	profile_close(profile);
	return -1;
}

enum doc_format profile_format(const struct profile *profile)
{
	if (profile->options.format == FORMAT_KEEP)
		return profile->doc.format;
	return profile->options.format == FORMAT_BINARY ? DOC_BINARY : DOC_XML;
}

const char *profile_recoded(const struct profile *profile)
{
	return profile->hidden ? hidden_recoded(profile->hidden) : profile->doc.recoded;
}

int profile_xml(const struct profile *profile, struct buf *out, struct error *err)
{
	return doc_write(&profile->doc, DOC_XML, out, err);
}

void profile_close(struct profile *profile)
{
	if (!profile->options.folder) {
		schema_free(profile->checks.schema);
		signer_free(profile->signer);
	}
	recovery_end(profile);
	hidden_free(profile->hidden);
	envelope_free(profile->envelope);
	doc_free(&profile->doc);
	pieces_free(&profile->plist);
	pieces_free(&profile->bytes);
	place_close(&profile->target);
	place_close(&profile->place);
	/* Last: who waits for the lock may open everything else at once. */
	lock_release(&profile->lock);
	*profile = (struct profile){ .place = PLACE_INIT, .target = PLACE_INIT, .lock = LOCK_INIT };
}
