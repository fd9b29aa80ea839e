#include "fs/tree/recovery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/change.h"
#include "fs/tree/item.h"
#include "fs/tree/names.h"
#include "fs/tree/profile.h"

#define TYPE "PayloadType"

/* --- noting ----------------------------------------------------------------------------------------- */

int recovery_note(struct profile *profile, const struct change *change)
{
	struct recovery *recovery = &profile->recovery;

	if (!recovery->keeps)
		return 0;
	if (!recovery->last)
		recovery->last = change_number_all(profile->doc.root);
	recovery->mark = recovery->noted.len;
	change_write(change, &recovery->noted);
	if (buf_ok(&recovery->noted))
		return 0;
	recovery_unnote(profile);
	return -1;
}

/* Memory may have ended in the midst of it: what was noted before is still there. */
void recovery_unnote(struct profile *profile)
{
	struct recovery *recovery = &profile->recovery;

	if (!recovery->keeps)
		return;
	recovery->noted.failed = false;
	buf_resize(&recovery->noted, recovery->mark);
}

void recovery_made(struct profile *profile, const struct change *change)
{
	if (profile->recovery.keeps)
		change_number_new(change, &profile->recovery.last);
}

/* --- the journal ------------------------------------------------------------------------------------ */

static int begin_journal(struct profile *profile, struct error *err)
{
	struct recovery *recovery = &profile->recovery;
	bool begun = !profile->bytes.len;
	const struct buf *base = begun ? &recovery->begun : &profile->bytes;
	const struct journal_head head = {
		.path = profile->place.path,
		.base = buf_text(base),
		.len = base->len,
		.begun = begun,
	};

	return recovery->journal ? 0 : journal_begin(&head, &recovery->journal, err);
}

int recovery_guard(struct profile *profile, const void *bytes, size_t len, struct error *err)
{
	struct recovery *recovery = &profile->recovery;

	if (begin_journal(profile, err) < 0 || recovery_write(profile, err) < 0 ||
	    journal_over(recovery->journal, bytes, len, err) < 0)
		return -1;
	recovery->guards = true;
	return 0;
}

void recovery_guarded(struct profile *profile)
{
	profile->recovery.guards = false;
}

/* A profile that was begun and not edited is something that a user made, too. */
int recovery_write(struct profile *profile, struct error *err)
{
	struct recovery *recovery = &profile->recovery;

	if (!recovery->keeps || profile->commits == profile->commits_saved)
		return 0;
	if (begin_journal(profile, err) < 0)
		return -1;
	if (!recovery->noted.len)
		return 0;
	if (journal_add(recovery->journal, recovery->noted.data, recovery->noted.len, err) < 0)
		return -1;
	buf_clear(&recovery->noted);
	return 0;
}

int recovery_sync(struct profile *profile, struct error *err)
{
	if (recovery_write(profile, err) < 0)
		return -1;
	return profile->recovery.journal ? journal_sync(profile->recovery.journal, err) : 0;
}

int recovery_saving(struct profile *profile, const void *bytes, size_t len, struct error *err)
{
	struct recovery *recovery = &profile->recovery;

	return recovery->journal ? journal_saving(recovery->journal, bytes, len, err) : 0;
}

void recovery_done(struct profile *profile)
{
	struct recovery *recovery = &profile->recovery;

	if (recovery->guards)
		return;
	journal_remove(recovery->journal);
	recovery->journal = NULL;
	recovery->last = 0;
	buf_clear(&recovery->noted);
}

struct node *recovery_before(const struct profile *profile)
{
	bool begun = !profile->bytes.len;
	const struct buf *base = begun ? &profile->recovery.begun : &profile->plist;
	struct error ignored;
	struct node *copy;
	struct doc doc;

	if (!recovery_holds(profile))
		return node_copy(profile->doc.root, false);
	if (doc_read(&doc, profile->place.shown, buf_text(base), base->len, &ignored) < 0)
		return NULL;
	copy = node_copy(doc.root, false);
	doc_free(&doc);
	return copy;
}

bool recovery_holds(const struct profile *profile)
{
	return profile->recovery.journal != NULL;
}

void recovery_end(struct profile *profile)
{
	struct recovery *recovery = &profile->recovery;

	journal_close(recovery->journal);
	if (recovery->left)
		journal_files_free(recovery->left, 1);
	buf_free(&recovery->noted);
	buf_free(&recovery->begun);
	*recovery = (struct recovery){ 0 };
}

/* --- back again ------------------------------------------------------------------------------------- */

/* Makes the edits of a journal. */
static int replay_all(struct replay *replay, const struct journal_file *file, struct error *err)
{
	size_t i;

	for (i = 0; i < file->count; i++)
		if (file->records[i].kind == JOURNAL_CHANGES &&
		    replay_changes(replay, file->records[i].body, file->records[i].len, err) < 0)
			return -1;
	return 0;
}

/* The array of payloads in whose directory the node is; NULL: in another. */
static struct item *payloads_of(const struct node *node)
{
	struct item *dir = node->parent ? node->parent->user : NULL;

	if (!dir || dir->kind != ITEM_DIR || dir->dir->shape != SHAPE_PAYLOADS || node->type != NODE_DICT)
		return NULL;
	return dir;
}

/* A payload that did not say its type yet was called by it. */
static int restore_type(struct tree *tree, struct node *payload, const char *name)
{
	BUF_AUTO type = BUF_INIT;
	struct meaning meaning = { .type = NODE_STRING };
	struct change change = { .kind = CHANGE_INSERT, .parent = payload, .key = TYPE, .key_len = strlen(TYPE) };

	if (!name || node_get(payload, TYPE) || name_to_payload_type(name, &type) < 0)
		return 0;
	meaning.bytes = buf_text(&type);
	meaning.len = type.len;
	change.node = commit_node(&meaning);
	if (change.node && commit(tree, &change) == 0)
		return 0;
	node_free(change.node);
	return -ENOMEM;
}

/* Names of directories are decided when they are first looked into: types come first. */
static int restore_types(struct tree *tree, const struct replay *replay)
{
	struct node *node;
	const char *name;
	size_t position = 0;

	while ((node = replay_made(replay, &position, &name)))
		if (payloads_of(node) && restore_type(tree, node, name) < 0)
			return -ENOMEM;
	return 0;
}

/* A payload that was made before the crash is still one that was made, and not saved. */
static int mark_made(struct tree *tree, const struct replay *replay)
{
	struct node *node;
	struct item *dir, *item;
	const char *name;
	size_t position = 0;

	while ((node = replay_made(replay, &position, &name))) {
		dir = payloads_of(node);
		if (dir && dir_load(tree, dir) < 0)
			return -ENOMEM;
		item = dir ? node->user : NULL;
		if (item)
			item->made = true;
	}
	return 0;
}

static int restore_payloads(struct tree *tree, const struct replay *replay)
{
	if (dir_load(tree, tree->root) < 0 || restore_types(tree, replay) < 0)
		return -ENOMEM;
	return mark_made(tree, replay);
}

int recovery_replay(struct tree *tree)
{
	struct profile *profile = tree->profile;
	struct recovery *recovery = &profile->recovery;
	struct replay *replay;
	struct error err;
	int result = -ENOMEM;

	if (!recovery->left)
		return 0;
	replay = replay_new(&profile->doc);
	if (replay && replay_all(replay, recovery->left, &err) == 0) {
		recovery->last = replay_last(replay);
		profile->commits++;
		result = restore_payloads(tree, replay);
	}
	if (result == 0) {
		journal_files_free(recovery->left, 1);
		recovery->left = NULL;
	}
	replay_free(replay);
	return result;
}

/* --- what was found --------------------------------------------------------------------------------- */

size_t recovery_count(const struct journal_file *file)
{
	size_t i, count = 0;

	for (i = 0; i < file->count; i++)
		count += file->records[i].kind == JOURNAL_CHANGES;
	return count;
}

/* The property list in what a journal applies to. */
static int read_base(const struct journal_file *file, struct doc *doc, struct error *err)
{
	const struct journal_record *base = &file->records[1];
	struct envelope *envelope = NULL;
	BUF_AUTO plist = BUF_INIT;
	int result;

	if (file->count < 2)
		return error_set(err, EINVAL, "the journal is damaged from its beginning: nothing can be had from it");
	result = envelope_open(file->path, base->body, base->len, &envelope, &plist, err);
	if (result == 0)
		result = doc_read(doc, file->path, plist.data, plist.len, err);
	envelope_free(envelope);
	return result;
}

static int read_edited(const struct journal_file *file, struct doc *after, struct error *err)
{
	struct replay *replay;
	int result;

	if (read_base(file, after, err) < 0)
		return -1;
	replay = replay_new(after);
	result = replay ? replay_all(replay, file, err) : error_memory(err);
	replay_free(replay);
	if (result < 0)
		doc_free(after);
	return result;
}

int recovery_read(const struct journal_file *file, struct doc *before, struct doc *after, struct error *err)
{
	if (read_base(file, before, err) < 0)
		return -1;
	if (read_edited(file, after, err) == 0)
		return 0;
	doc_free(before);
	return -1;
}

/* Whether the edits can be made, tried on a document that nobody needs. */
static int try_replay(const struct profile *profile, const struct journal_file *file, struct error *err)
{
	const struct journal_record *base = &file->records[1];
	bool begun = base->kind == JOURNAL_BEGUN;
	struct replay *replay;
	struct doc doc;
	int result;

	if (doc_read(&doc, profile->place.shown, begun ? base->body : profile->plist.data,
		     begun ? base->len : profile->plist.len, err) < 0)
		return -1;
	replay = replay_new(&doc);
	result = replay ? replay_all(replay, file, err) : error_memory(err);
	replay_free(replay);
	doc_free(&doc);
	return result;
}

static void set_aside(struct profile *profile, struct journal_file *file, const char *why, struct problems *notes)
{
	struct error err;

	if (journal_set_aside(file, &err) < 0) {
		error_in_file(&err, profile->place.shown);
		err.severity = SEVERITY_WARNING;
		problems_add(notes, &err);
		return;
	}
	profile_note(profile, notes, "edits that were not saved before are not put back: %s; they are in the journal "
		     "still (profilefs recover)", why);
}

/* A profile that was begun goes on as it began. */
static int begin_again(struct profile *profile, const struct journal_file *file, struct error *err)
{
	const struct journal_record *base = &file->records[1];
	struct doc doc;

	if (base->kind != JOURNAL_BEGUN)
		return 0;
	if (doc_read(&doc, profile->place.shown, base->body, base->len, err) < 0)
		return -1;
	doc_free(&profile->doc);
	profile->doc = doc;
	buf_assign(&profile->recovery.begun, base->body, base->len);
	return buf_ok(&profile->recovery.begun) ? 0 : error_memory(err);
}

static void note_back(const struct profile *profile, size_t edits, struct problems *notes)
{
	if (edits)
		profile_note(profile, notes,
			     "%zu edit%s that %s not saved before, as profilefs was stopped, %s back; -o norecover "
			     "begins without %s", edits, edits == 1 ? "" : "s", edits == 1 ? "was" : "were",
			     edits == 1 ? "is" : "are", edits == 1 ? "it" : "them");
	else
		profile_note(profile, notes,
			     "it was begun before and not saved, as profilefs was stopped: it is as it was then");
}

/* Takes over a journal whose edits are to come back. */
static int take_over(struct profile *profile, struct journal_file *file, struct problems *notes, struct error *err)
{
	struct recovery *recovery = &profile->recovery;
	size_t edits = recovery_count(file);

	if (begin_again(profile, file, err) < 0 || journal_resume(file, &recovery->journal, err) < 0)
		return -1;
	recovery->left = malloc(sizeof(*file));
	if (!recovery->left)
		return error_memory(err);
	*recovery->left = *file;
	*file = JOURNAL_FILE_INIT;
	note_back(profile, edits, notes);
	return 0;
}

/* True if it was only begun: nothing was answered yet. A profile that was begun is something by itself. */
static bool says_nothing(const struct journal_file *file)
{
	if (file->state == JOURNAL_DAMAGED || recovery_count(file) > 0)
		return false;
	return file->count < 2 || file->records[1].kind == JOURNAL_BASE;
}

/* One journal of this profile. */
static int look_at(struct profile *profile, struct journal_file *file, const char *digest, bool aside,
		   struct problems *notes, struct error *err)
{
	bool fits = journal_fits(file, profile->bytes.data, profile->bytes.len, profile->options.create);
	struct error why;

	if (file->aside || file->state == JOURNAL_IN_USE)
		return 0;
	if (says_nothing(file) || (!profile->options.create && journal_is_saved(file, digest))) {
		(void)journal_drop(file, &why); /* one that stays is looked at again */
		return 0;
	}
	if (file->state == JOURNAL_DAMAGED)
		set_aside(profile, file, "the journal is damaged", notes);
	else if (!fits)
		set_aside(profile, file, "somebody changed the profile since", notes);
	else if (aside)
		set_aside(profile, file, "as you asked", notes);
	else if (profile->recovery.left)
		return 0;
	else if (try_replay(profile, file, &why) < 0)
		set_aside(profile, file, why.text, notes);
	else
		return take_over(profile, file, notes, err);
	return 0;
}

static int look(struct profile *profile, bool aside, struct problems *notes, struct error *err)
{
	BUF_AUTO digest = BUF_INIT;
	struct journal_file *files;
	size_t count, i;
	int result;

	if (journal_find(profile->place.path, &files, &count, err) < 0)
		return -1;
	result = count ? journal_digest(profile->bytes.data, profile->bytes.len, &digest, err) : 0;
	for (i = 0; i < count && result == 0; i++)
		result = look_at(profile, &files[i], buf_text(&digest), aside, notes, err);
	journal_files_free(files, count);
	return result;
}

/* --- the beginning ---------------------------------------------------------------------------------- */

/* True if the file is what was written of `fresh` so far, and behind that what was there. */
static bool is_cut_short(const struct buf *now, const struct journal_record *old, const struct journal_record *fresh)
{
	size_t same = 0;

	while (same < now->len && same < fresh->len && now->data[same] == fresh->body[same])
		same++;
	if (same == now->len)
		return now->len < fresh->len;
	return now->len == old->len && memcmp(now->data + same, old->body + same, old->len - same) == 0;
}

static int write_again(struct profile *profile, const struct journal_record *fresh, struct problems *notes,
		       struct error *err)
{
	if (file_overwrite(&profile->place, fresh->body, fresh->len, &profile->found, err) < 0)
		return -1;
	buf_assign(&profile->bytes, fresh->body, fresh->len);
	if (!buf_ok(&profile->bytes))
		return error_memory(err);
	profile_note(profile, notes, "a save of it was cut short before, and is finished now");
	return 0;
}

int recovery_finish_write(struct profile *profile, struct problems *notes, struct error *err)
{
	const struct journal_record *fresh;
	struct journal_file *files;
	struct error ignored;
	size_t count, i;
	int result = 0;

	if (profile->options.recovery == RECOVERY_NONE || profile->read_only)
		return 0;
	if (journal_find(profile->place.path, &files, &count, err) < 0)
		return -1;
	for (i = 0; i < count && result == 0; i++) {
		fresh = files[i].state == JOURNAL_IN_USE ? NULL : journal_unfinished(&files[i]);
		if (!fresh)
			continue;
		if (is_cut_short(&profile->bytes, &files[i].records[1], fresh))
			result = write_again(profile, fresh, notes, err);
		if (result == 0 && buf_equals(&profile->bytes, fresh->body, fresh->len))
			(void)journal_drop(&files[i], &ignored);
	}
	journal_files_free(files, count);
	return result;
}

static int remember_begun(struct profile *profile, struct error *err)
{
	if (!profile->options.create)
		return 0;
	return doc_write(&profile->doc, DOC_XML, &profile->recovery.begun, err);
}

/* A profile is edited without a journal rather than not at all; but not in silence. */
static bool can_keep(const struct profile *profile, struct problems *notes)
{
	struct error why;

	if (profile->hidden) {
		profile_note(profile, notes,
			     "no journal is kept of an encrypted profile: what is edited is lost if profilefs is "
			     "killed before it is saved");
		return false;
	}
	if (journal_ready(&why) == 0)
		return true;
	profile_note(profile, notes,
		     "no journal is kept, so what is edited is lost if profilefs is killed before it is saved: "
		     "%s%s%.600s",
		     why.file, *why.file ? ": " : "", why.text);
	return false;
}

int recovery_begin(struct profile *profile, enum recovery_use use, bool aside, struct problems *notes,
		   struct error *err)
{
	if (use == RECOVERY_NONE || profile->read_only || profile->hidden) {
		if (use == RECOVERY_KEEP && !profile->read_only)
			(void)can_keep(profile, notes);
		return 0;
	}
	if (remember_begun(profile, err) < 0 || look(profile, aside, notes, err) < 0)
		return -1;
	profile->recovery.keeps = use == RECOVERY_KEEP && (profile->recovery.journal || can_keep(profile, notes));
	return 0;
}
