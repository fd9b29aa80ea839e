/* What a journal says, whoever asks. */
#include "fs/tree/recovery_parts.h"

#include <errno.h>

#include "fs/tree/change.h"
#include "sign/envelope.h"

size_t recovery_count(const struct journal_file *file)
{
	size_t i, count = 0;

	for (i = 0; i < file->count; i++)
		count += file->records[i].kind == JOURNAL_CHANGES;
	return count;
}

int recovery_redo(struct replay *replay, const struct journal_file *file, struct error *err)
{
	size_t i;

	for (i = 0; i < file->count; i++)
		if (file->records[i].kind == JOURNAL_CHANGES &&
		    replay_changes(replay, file->records[i].body, file->records[i].len, err) < 0)
			return -1;
	return 0;
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
	result = replay ? recovery_redo(replay, file, err) : error_memory(err);
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
