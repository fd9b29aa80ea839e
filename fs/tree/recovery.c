#include "fs/tree/recovery.h"

#include "fs/tree/change.h"
#include "fs/tree/profile.h"

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
