/* What a journal says, whoever asks. */
#include "fs/tree/recovery_parts.h"

#include <errno.h>

#include "fs/tree/change.h"
#include "fs/tree/hidden.h"
#include "sign/envelope.h"
#include "sign/vault.h"

size_t recovery_count(const struct journal_file *file)
{
	size_t i, count = 0;

	for (i = 0; i < file->count; i++)
		count += file->records[i].kind == JOURNAL_CHANGES || file->records[i].kind == JOURNAL_LOCKED;
	return count;
}

/* --- what is locked --------------------------------------------------------------------------------- */

int recovery_open_vault(const struct journal_file *file, const struct hidden *hidden, struct vault **out,
			struct error *err)
{
	const struct journal_record *key;

	*out = NULL;
	if (journal_is_locked(file) != (hidden != NULL))
		return error_set(err, EINVAL, hidden ? "the profile is encrypted, and its journal is not"
						     : "its journal is encrypted, and the profile is not");
	if (!hidden)
		return 0;
	key = &file->records[2];
	return encryption_unwrap(hidden_encryption(hidden), key->body, key->len, out, err);
}

int recovery_read_shown(const struct journal_file *file, const struct vault *vault, const char *name, struct doc *doc,
			struct error *err)
{
	const struct journal_record *shown = &file->records[3];
	BUF_AUTO plain = BUF_INIT;

	if (vault_unlock(vault, shown->body, shown->len, &plain, err) < 0 ||
	    doc_read(doc, name, plain.data, plain.len, err) < 0)
		return -1;
	doc->composed = true;
	return 0;
}

/* --- the edits -------------------------------------------------------------------------------------- */

static int redo_locked(struct replay *replay, const struct journal_record *record, const struct vault *vault,
		       struct error *err)
{
	BUF_AUTO plain = BUF_INIT;

	if (!vault)
		return error_set(err, EINVAL, "an edit in its journal is encrypted, and the key is not there");
	if (vault_unlock(vault, record->body, record->len, &plain, err) < 0)
		return -1;
	return replay_changes(replay, buf_text(&plain), plain.len, err);
}

int recovery_redo(struct replay *replay, const struct journal_file *file, const struct vault *vault,
		  struct error *err)
{
	const struct journal_record *record;
	int result = 0;

	for (record = file->records; record < file->records + file->count && result == 0; record++)
		if (record->kind == JOURNAL_CHANGES)
			result = replay_changes(replay, record->body, record->len, err);
		else if (record->kind == JOURNAL_LOCKED)
			result = redo_locked(replay, record, vault, err);
	return result;
}

/* --- for who only wants to know --------------------------------------------------------------------- */

/* The property list in the file that the journal applies to. */
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

/* Of an encrypted profile, in place of what is in the file, what it showed. */
static int read_hidden(const struct journal_file *file, const struct decryptor *decryptor, struct recovered *out,
		       struct vault **vault, struct error *err)
{
	struct doc shown;

	if (!decryptor)
		return error_set(err, EACCES,
				 "its payloads are encrypted, and so are the edits: give the key of a recipient "
				 "(-o decrypt_key=FILE)");
	if (hidden_open(&out->after, decryptor, file->path, &out->hidden, &shown, err) < 0)
		return -1;
	out->after = shown;
	if (recovery_open_vault(file, out->hidden, vault, err) < 0 ||
	    recovery_read_shown(file, *vault, file->path, &shown, err) < 0)
		return -1;
	doc_free(&out->after);
	out->after = shown;
	return 0;
}

static int redo(const struct journal_file *file, const struct vault *vault, struct recovered *out, struct error *err)
{
	struct replay *replay;
	int result;

	out->before = node_copy(out->after.root, false);
	replay = out->before ? replay_new(&out->after) : NULL;
	result = replay ? recovery_redo(replay, file, vault, err) : error_memory(err);
	replay_free(replay);
	return result;
}

int recovery_read(const struct journal_file *file, const struct decryptor *decryptor, struct recovered *out,
		  struct error *err)
{
	struct vault *vault = NULL;
	int result;

	*out = (struct recovered){ 0 };
	result = read_base(file, &out->after, err);
	if (result == 0 && journal_is_locked(file))
		result = read_hidden(file, decryptor, out, &vault, err);
	if (result == 0)
		result = redo(file, vault, out, err);
	vault_free(vault);
	if (result == 0)
		return 0;
	error_in_file(err, file->path);
	recovered_free(out);
	return -1;
}

int recovered_render(struct recovered *recovered, struct buf *out, struct problems *notes, struct error *err)
{
	struct hidden_payloads payloads = { 0 };
	int result;

	if (!recovered->hidden)
		return doc_write(&recovered->after, DOC_XML, out, err);
	result = hidden_render(recovered->hidden, &recovered->after, DOC_XML, &payloads, out, notes, err);
	hidden_payloads_free(&payloads);
	return result;
}

void recovered_free(struct recovered *recovered)
{
	node_free(recovered->before);
	doc_free(&recovered->after);
	hidden_free(recovered->hidden);
	*recovered = (struct recovered){ 0 };
}
