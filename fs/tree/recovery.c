#include "fs/tree/recovery_parts.h"

#include "fs/tree/change.h"
#include "fs/tree/profile.h"
#include "sign/vault.h"

/* --- noting ----------------------------------------------------------------------------------------- */

/* What an encrypted profile shows need not be read from its file in the same order after a save. */
static int remember_shown(struct profile *profile)
{
	struct error ignored;

	buf_clear(&profile->recovery.begun);
	return doc_write(&profile->doc, profile->doc.format, &profile->recovery.begun, &ignored);
}

/* The changes that are noted from here on apply to the document as it is now. */
static int number(struct profile *profile)
{
	if (profile->hidden && remember_shown(profile) < 0)
		return -1;
	profile->recovery.last = change_number_all(profile->doc.root);
	return 0;
}

int recovery_note(struct profile *profile, const struct change *change)
{
	struct recovery *recovery = &profile->recovery;

	if (!recovery->keeps)
		return 0;
	if (!recovery->last && number(profile) < 0)
		return -1;
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

/* The key for what an encrypted profile shows, and that, locked with it. */
static int lock_shown(struct profile *profile, struct buf *key, struct buf *shown, struct error *err)
{
	struct recovery *recovery = &profile->recovery;

	if (!recovery->vault && vault_new(&recovery->vault, err) < 0)
		return -1;
	if (encryption_wrap(hidden_encryption(profile->hidden), recovery->vault, key, err) < 0)
		return -1;
	return vault_lock(recovery->vault, recovery->begun.data, recovery->begun.len, shown, err);
}

static int begin_locked(struct profile *profile, const struct journal_head *plain, struct error *err)
{
	BUF_AUTO key = BUF_INIT, shown = BUF_INIT;
	struct journal_head head = *plain;

	if (lock_shown(profile, &key, &shown, err) < 0)
		return -1;
	head.key = &key;
	head.shown = &shown;
	if (journal_begin(&head, &profile->recovery.journal, err) < 0)
		return -1;
	buf_free(&profile->recovery.begun);
	return 0;
}

/* What is shared is never written to: the same memory has the same bytes. */
static bool is_hashed(const struct recovery *recovery, const struct pieces *bytes)
{
	return recovery->hashed.len && pieces_same(&recovery->hashed, bytes);
}

static int make_journal(struct profile *profile, struct error *err)
{
	struct recovery *recovery = &profile->recovery;
	bool begun = !profile->bytes.len;
	struct iovec piece = { recovery->begun.data, recovery->begun.len };
	const struct pieces fresh = pieces_one(&piece);
	const struct pieces *base = begun ? &fresh : &profile->bytes;
	const struct journal_head head = {
		.path = profile->place.path,
		.base = base,
		.digest = is_hashed(recovery, base) ? recovery->digest : NULL,
		.begun = begun,
	};

	return profile->hidden ? begin_locked(profile, &head, err) : journal_begin(&head, &recovery->journal, err);
}

/* There is one from the first change on. */
static int begin_journal(struct profile *profile, struct error *err)
{
	return profile->recovery.journal ? 0 : make_journal(profile, err);
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

static int add_noted(struct recovery *recovery, struct error *err)
{
	const struct buf *noted = &recovery->noted;
	BUF_AUTO locked = BUF_INIT;

	if (!recovery->vault)
		return journal_add(recovery->journal, noted->data, noted->len, err);
	if (vault_lock(recovery->vault, noted->data, noted->len, &locked, err) < 0)
		return -1;
	return journal_add(recovery->journal, locked.data, locked.len, err);
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
	if (add_noted(recovery, err) < 0)
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

int recovery_saving(struct profile *profile, const struct pieces *bytes, struct error *err)
{
	struct recovery *recovery = &profile->recovery;

	pieces_free(&recovery->hashed);
	if (!recovery->journal)
		return 0;
	if (journal_digest_of(bytes, recovery->digest, err) < 0)
		return -1;
	pieces_share(&recovery->hashed, bytes);
	if (!pieces_ok(&recovery->hashed))
		pieces_free(&recovery->hashed);
	return journal_saving(recovery->journal, recovery->digest, err);
}

void recovery_forget(struct profile *profile)
{
	if (!is_hashed(&profile->recovery, &profile->bytes))
		pieces_free(&profile->recovery.hashed);
}

/* The next change begins another journal. */
static void begin_anew(struct recovery *recovery)
{
	recovery->journal = NULL;
	vault_free(recovery->vault);
	recovery->vault = NULL;
	recovery->last = 0;
	buf_clear(&recovery->noted);
}

void recovery_replaced(struct profile *profile)
{
	struct recovery *recovery = &profile->recovery;

	if (recovery->guards || !recovery->journal)
		return;
	journal_remove(recovery->older);
	recovery->older = recovery->journal;
	begin_anew(recovery);
}

void recovery_done(struct profile *profile)
{
	struct recovery *recovery = &profile->recovery;

	if (recovery->guards)
		return;
	journal_remove(recovery->journal);
	journal_remove(recovery->older);
	recovery->older = NULL;
	node_free(recovery->before);
	recovery->before = NULL;
	begin_anew(recovery);
}

struct node *recovery_before(const struct profile *profile)
{
	const struct node *before = profile->recovery.before;

	return node_copy(before ? before : profile->doc.root, false);
}

bool recovery_holds(const struct profile *profile)
{
	return profile->recovery.journal != NULL;
}

void recovery_end(struct profile *profile)
{
	struct recovery *recovery = &profile->recovery;

	journal_close(recovery->journal);
	journal_close(recovery->older);
	vault_free(recovery->vault);
	node_free(recovery->before);
	if (recovery->left)
		journal_files_free(recovery->left, 1);
	recovery_forget_found(recovery);
	buf_free(&recovery->noted);
	buf_free(&recovery->begun);
	pieces_free(&recovery->hashed);
	*recovery = (struct recovery){ 0 };
}
