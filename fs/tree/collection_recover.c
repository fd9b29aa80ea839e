/* Edits that a crash left of the profiles in a folder: those profiles are opened at once, so that a save has them. */
#include <stdlib.h>
#include <string.h>

#include "fs/tree/collection_parts.h"

/* The member of that path from the folder; NULL: there is none. */
static struct member *find(const struct collection *collection, const char *path)
{
	size_t i;

	for (i = 0; i < collection->member_count; i++)
		if (collection->members[i]->item && strcmp(collection->members[i]->path, path) == 0)
			return collection->members[i];
	return NULL;
}

/* The path from the folder, if it is below it; else NULL. */
static const char *below(const struct collection *collection, const char *path)
{
	const char *folder = collection_path(collection);
	size_t len = strlen(folder);

	if (strncmp(path, folder, len) != 0)
		return NULL;
	return path[len] == '/' ? path + len + 1 : NULL;
}

static void note_absent(const struct collection *collection, const char *path, struct problems *notes)
{
	profile_note(&collection->ground, notes,
		     "edits of %.600s that were not saved before are in the journal, and no such file is here: "
		     "profilefs recover shows them", path);
}

/* Those whose edits are to come back into `list`, which has room. How many. The journals themselves are read, and
 * locked, by who opens the profiles. */
static size_t list_members(const struct collection *collection, const struct journal_file *files, size_t count,
			   struct member **list, struct problems *notes)
{
	struct member *member;
	const char *path;
	size_t i, listed = 0;

	for (i = 0; i < count; i++) {
		path = below(collection, files[i].path);
		if (!path || files[i].aside || files[i].state == JOURNAL_IN_USE)
			continue;
		member = find(collection, path);
		if (member)
			list[listed++] = member;
		else
			note_absent(collection, path, notes);
	}
	return listed;
}

int collection_recover(struct collection *collection, struct problems *notes, struct error *err)
{
	struct journal_file *files;
	struct member **list;
	struct error ignored;
	size_t count, listed = 0, i;
	bool room;

	if (collection->options.recovery == RECOVERY_NONE || collection->options.read_only)
		return 0;
	if (journal_find(NULL, &files, &count, NULL, err) < 0)
		return -1;
	list = calloc(count + 1, sizeof(*list));
	room = list != NULL;
	if (room)
		listed = list_members(collection, files, count, list, notes);
	journal_files_free(files, count);
	/* One that cannot be opened is said when somebody enters it. */
	for (i = 0; i < listed; i++)
		(void)member_open(list[i], notes, &ignored);
	free(list);
	return room ? 0 : error_memory(err);
}
