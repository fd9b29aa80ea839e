/* How edits come back: what a crash left is found, judged, and made again. */
#include "fs/tree/recovery_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree/change.h"
#include "fs/tree/item.h"
#include "fs/tree/judge.h"
#include "fs/tree/names.h"
#include "fs/tree/profile.h"
#include "sign/vault.h"

#define TYPE "PayloadType"

/* --- what was found --------------------------------------------------------------------------------- */

/* The directory is read once while a profile is opened, as that takes longer than to parse a small one. */
static int look_for(struct profile *profile, struct error *err)
{
	struct recovery *recovery = &profile->recovery;

	if (recovery->looked)
		return 0;
	if (journal_find(profile->place.path, &recovery->found, &recovery->found_count, &recovery->found_dir, err) < 0)
		return -1;
	recovery->looked = true;
	return 0;
}

void recovery_forget_found(struct recovery *recovery)
{
	if (!recovery->looked)
		return;
	journal_files_free(recovery->found, recovery->found_count);
	if (recovery->found_dir >= 0)
		close(recovery->found_dir);
	recovery->looked = false;
}

/* What the changes of a journal apply to; a new document. */
static int read_before(const struct profile *profile, const struct journal_file *file, const struct vault *vault,
		       struct doc *doc, struct error *err)
{
	const struct journal_record *base = &file->records[1];
	const char *name = profile->place.shown;
	BUF_AUTO plist = BUF_INIT;

	if (vault)
		return recovery_read_shown(file, vault, name, doc, err);
	if (base->kind == JOURNAL_BEGUN)
		return doc_read(doc, name, base->body, base->len, err);
	pieces_flat(&profile->plist, &plist);
	return buf_ok(&plist) ? doc_read_shared(doc, name, &plist, err) : error_memory(err);
}

/* Whether the edits can be made, tried on a document that nobody needs. */
static int try_replay(const struct profile *profile, const struct journal_file *file, const struct vault *vault,
		      struct error *err)
{
	struct replay *replay;
	struct doc doc;
	int result;

	if (read_before(profile, file, vault, &doc, err) < 0)
		return -1;
	replay = replay_new(&doc);
	result = replay ? recovery_redo(replay, file, vault, err) : error_memory(err);
	replay_free(replay);
	doc_free(&doc);
	return result;
}

/* Opens it and tries it. */
static int can_come_back(const struct profile *profile, const struct journal_file *file, struct vault **vault,
			 struct error *err)
{
	if (recovery_open_vault(file, profile->hidden, vault, err) < 0)
		return -1;
	if (try_replay(profile, file, *vault, err) == 0)
		return 0;
	vault_free(*vault);
	return -1;
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

/* A profile that was begun goes on as it began, an encrypted one as it was shown. */
static int begin_again(struct profile *profile, const struct journal_file *file, struct error *err)
{
	struct recovery *recovery = &profile->recovery;
	const struct journal_record *base = &file->records[1];
	struct doc doc;

	if (base->kind != JOURNAL_BEGUN && !recovery->vault)
		return 0;
	if (read_before(profile, file, recovery->vault, &doc, err) < 0)
		return -1;
	doc_free(&profile->doc);
	profile->doc = doc;
	if (base->kind == JOURNAL_BEGUN)
		buf_assign(&recovery->begun, base->body, base->len);
	return buf_ok(&recovery->begun) ? 0 : error_memory(err);
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

/* Takes over a journal whose edits are to come back, and the vault. */
static int take_over(struct profile *profile, struct journal_file *file, struct vault *vault, struct problems *notes,
		     struct error *err)
{
	struct recovery *recovery = &profile->recovery;
	size_t edits = recovery_count(file);

	recovery->vault = vault;
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
	return file->count < 2 || file->records[1].kind != JOURNAL_BEGUN;
}

/* One journal of this profile. */
static int look_at(struct profile *profile, struct journal_file *file, const char *digest, bool aside,
		   struct problems *notes, struct error *err)
{
	bool fits = journal_fits_to(file, &profile->bytes, profile->options.create);
	struct vault *vault;
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
	else if (can_come_back(profile, file, &vault, &why) < 0)
		set_aside(profile, file, why.text, notes);
	else
		return take_over(profile, file, vault, notes, err);
	return 0;
}

static int look(struct profile *profile, bool aside, struct problems *notes, struct error *err)
{
	const struct recovery *recovery = &profile->recovery;
	char digest[JOURNAL_DIGEST_LEN + 1] = "";
	size_t i;
	int result;

	if (look_for(profile, err) < 0)
		return -1;
	result = recovery->found_count ? journal_digest_of(&profile->bytes, digest, err) : 0;
	for (i = 0; i < recovery->found_count && result == 0; i++)
		result = look_at(profile, &recovery->found[i], digest, aside, notes, err);
	return result;
}

/* --- cut short -------------------------------------------------------------------------------------- */

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

static int write_again(struct profile *profile, const struct journal_record *fresh, struct buf *bytes,
		       struct problems *notes, struct error *err)
{
	if (file_overwrite(&profile->place, fresh->body, fresh->len, &profile->found, err) < 0)
		return -1;
	buf_assign(bytes, fresh->body, fresh->len);
	if (!buf_ok(bytes))
		return error_memory(err);
	profile_note(profile, notes, "a save of it was cut short before, and is finished now");
	return 0;
}

static int finish_by(struct profile *profile, struct journal_file *file, const struct journal_record *fresh,
		     struct buf *bytes, struct problems *notes, struct error *err)
{
	struct error ignored;

	if (is_cut_short(bytes, &file->records[1], fresh) && write_again(profile, fresh, bytes, notes, err) < 0)
		return -1;
	if (buf_equals(bytes, fresh->body, fresh->len))
		(void)journal_drop(file, &ignored);
	return 0;
}

/* A journal that may have been dropped is looked for again later. */
int recovery_finish_write(struct profile *profile, struct buf *bytes, struct problems *notes, struct error *err)
{
	struct recovery *recovery = &profile->recovery;
	const struct journal_record *fresh;
	bool again = false;
	int result = 0;

	if (profile->options.recovery == RECOVERY_NONE || profile->read_only)
		return 0;
	if (look_for(profile, err) < 0)
		return -1;
	for (size_t i = 0; i < recovery->found_count && result == 0; i++) {
		struct journal_file *file = &recovery->found[i];

		fresh = file->state == JOURNAL_IN_USE ? NULL : journal_unfinished(file);
		again = again || fresh;
		if (fresh)
			result = finish_by(profile, file, fresh, bytes, notes, err);
	}
	if (again)
		recovery_forget_found(recovery);
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

	if (journal_ready(profile->recovery.found_dir, &why) == 0)
		return true;
	profile_note(profile, notes,
		     "no journal is kept, so what is edited is lost if profilefs is killed before it is saved: "
		     "%s%s%.600s",
		     why.file, *why.file ? ": " : "", why.text);
	return false;
}

/* Who only looks is told, too. */
static int note_left(struct profile *profile, struct problems *notes, struct error *err)
{
	const struct recovery *recovery = &profile->recovery;
	size_t i, edits = 0;

	if (look_for(profile, err) < 0)
		return -1;
	for (i = 0; i < recovery->found_count; i++)
		if (recovery->found[i].state != JOURNAL_IN_USE && !recovery->found[i].aside)
			edits += recovery_count(&recovery->found[i]);
	if (edits)
		profile_note(profile, notes,
			     "%zu edit%s of it that %s not saved, as profilefs was stopped, %s not shown: a mount that "
			     "can save brings back what fits, profilefs recover shows it", edits,
			     edits == 1 ? "" : "s", edits == 1 ? "was" : "were", edits == 1 ? "is" : "are");
	return 0;
}

static int take_up(struct profile *profile, enum recovery_use use, bool aside, struct problems *notes,
		   struct error *err)
{
	if (profile->read_only)
		return note_left(profile, notes, err);
	if (remember_begun(profile, err) < 0 || look(profile, aside, notes, err) < 0)
		return -1;
	profile->recovery.keeps = use == RECOVERY_KEEP && (profile->recovery.journal || can_keep(profile, notes));
	return 0;
}

int recovery_begin(struct profile *profile, enum recovery_use use, bool aside, struct problems *notes,
		   struct error *err)
{
	int result = use == RECOVERY_NONE ? 0 : take_up(profile, use, aside, notes, err);

	recovery_forget_found(&profile->recovery);
	return result;
}

/* --- back again ------------------------------------------------------------------------------------- */

/* The array of payloads in whose directory the node is; NULL: in another. */
static struct item *payloads_of(const struct node *node)
{
	struct item *dir = node->parent ? node_item(node->parent) : NULL;

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
		item = dir ? node_item(node) : NULL;
		if (item)
			item->made = true;
	}
	return 0;
}

static int restore_payloads(struct tree *tree, const struct replay *replay)
{
	if (dir_reach(tree, tree->root, "PayloadContent") < 0 || restore_types(tree, replay) < 0)
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
	if (judge_baseline(tree) < 0)
		return -ENOMEM;
	recovery->before = node_copy(profile->doc.root, false);
	replay = recovery->before ? replay_new(&profile->doc) : NULL;
	if (replay && recovery_redo(replay, recovery->left, recovery->vault, &err) == 0) {
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
