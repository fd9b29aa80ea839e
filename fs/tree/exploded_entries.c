/* What is in a directory of an exploded tree: which names of the tree the names on the disk are, and in which order. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree/entry.h"
#include "fs/tree/exploded_parts.h"
#include "fs/tree/names.h"
#include "fs/tree/types.h"

/* --- names ------------------------------------------------------------------------------------------ */

static bool is_canonical(const struct item *dir, const char *file)
{
	BUF_AUTO key = BUF_INIT;

	if (dir->dir->shape == SHAPE_ARRAY || name_kind(file) != NAME_KEY)
		return true;
	if (name_is_cut(file) && said_find(dir->dir->said, file))
		return true;
	return dir->dir->shape == SHAPE_PAYLOADS ? name_to_payload_type(file, &key) == 0 : name_to_key(file, &key) == 0;
}

/* The name that .types speaks of and that is cut so in its portable spelling; NULL: none. */
static const char *find_cut(const struct item *dir, const char *file)
{
	struct said *said, *next;

	HASH_ITER(hh, dir->dir->said, said, next)
		if (name_is_portable_of(file, said->name))
			return said->name;
	return NULL;
}

/* The name in the tree of a file or directory on the disk. What is no key's stays as it is, and will be refused. NULL:
 * out of memory. */
static char *name_of_file(const struct item *dir, const char *file)
{
	BUF_AUTO name = BUF_INIT;
	const char *cut;

	if (is_canonical(dir, file))
		return strdup(file);
	if (name_from_portable(file, &name) == 0)
		return buf_steal(&name, NULL);
	cut = name_is_cut(file) ? find_cut(dir, file) : NULL;
	return strdup(cut ? cut : file);
}

/* --- the list --------------------------------------------------------------------------------------- */

/* What decides its place. */
static bool place_entry(const struct item *dir, struct exploded_entry *entry)
{
	const struct entry found = entry_of(dir, entry->name);
	BUF_AUTO room = BUF_INIT;
	struct key key;

	if (dir->dir->shape == SHAPE_PAYLOADS) {
		entry->number = found.said && found.said->order ? found.said->order : UINT32_MAX;
	} else if (dir->dir->shape == SHAPE_DICT) {
		if (entry_key(&found, &room, &key) < 0)
			key = (struct key){ entry->name, strlen(entry->name) };
		buf_add(&entry->key, key.bytes, key.len);
	} else if (!name_to_index(entry->name, &entry->number)) {
		entry->number = UINT32_MAX;
	}
	return buf_ok(&entry->key) && buf_ok(&room);
}

/* `name`: of a file or directory on the disk; else in the tree. */
static int add(struct reader *reader, const struct item *dir, const char *name, bool on_disk,
	       struct exploded_entries *entries)
{
	size_t size = entries->size ? entries->size * 2 : 16;
	struct exploded_entry *grown = entries->list;

	if (entries->count == entries->size) {
		grown = realloc(grown, size * sizeof(*grown));
		if (!grown)
			return reader_end_without_memory(reader);
		entries->list = grown;
		entries->size = size;
	}
	grown += entries->count++;
	*grown = (struct exploded_entry){ .file = on_disk ? strdup(name) : NULL };
	grown->name = on_disk ? name_of_file(dir, name) : strdup(name);
	if ((on_disk && !grown->file) || !grown->name || !place_entry(dir, grown))
		return reader_end_without_memory(reader);
	return 0;
}

static int add_files(struct reader *reader, const struct item *dir, DIR *stream, struct exploded_entries *entries)
{
	const struct dirent *entry;

	while ((errno = 0, entry = readdir(stream)))
		if (entry->d_name[0] != '.' && add(reader, dir, entry->d_name, true, entries) < 0)
			return -1;
	if (!errno)
		return 0;
	error_system(&reader->err, errno, "this directory cannot be read");
	reader_report(reader, &reader->err);
	return 0;
}

static int list_files(struct reader *reader, const struct item *dir, struct exploded_entries *entries)
{
	DIR *stream = opendir(buf_text(&reader->path));
	int result;

	if (!stream && errno == ENOMEM)
		return reader_end_without_memory(reader);
	if (!stream) {
		error_system(&reader->err, errno, "this directory cannot be read");
		reader_report(reader, &reader->err);
		return 0;
	}
	result = add_files(reader, dir, stream, entries);
	closedir(stream);
	return result;
}

/* Empty directories that may not be on the disk. */
static int list_empty(struct reader *reader, const struct item *dir, struct exploded_entries *entries)
{
	struct said *said, *next;

	HASH_ITER(hh, dir->dir->said, said, next)
		if (said->empty && add(reader, dir, said->name, false, entries) < 0)
			return -1;
	return 0;
}

/* --- order ------------------------------------------------------------------------------------------ */

static int by_number(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_bytes(const struct buf *a, const struct buf *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = len ? memcmp(a->data, b->data, len) : 0;

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Of two that are one entry, the one that is spelt as in a mount comes first; what only .types speaks of, last. */
static int by_spelling(const struct exploded_entry *a, const struct exploded_entry *b)
{
	bool a_own, b_own;

	if (!a->file || !b->file)
		return !a->file - !b->file;
	a_own = strcmp(a->file, a->name) == 0;
	b_own = strcmp(b->file, b->name) == 0;
	return a_own != b_own ? b_own - a_own : strcmp(a->file, b->file);
}

static int by_place(const void *a, const void *b, void *context)
{
	const struct exploded_entry *x = a, *y = b;
	const struct item *dir = context;
	int order = by_number(x->number, y->number);

	if (order == 0 && dir->dir->shape == SHAPE_PAYLOADS)
		order = types_compare_payloads(x->name, y->name);
	if (order == 0 && dir->dir->shape == SHAPE_DICT)
		order = by_bytes(&x->key, &y->key);
	return order ? order : by_spelling(x, y);
}

int exploded_list(struct reader *reader, struct item *dir, struct exploded_entries *entries)
{
	*entries = (struct exploded_entries){ 0 };
	if (list_files(reader, dir, entries) < 0 || list_empty(reader, dir, entries) < 0)
		return -1;
	if (entries->count)
		qsort_r(entries->list, entries->count, sizeof(*entries->list), by_place, dir);
	return 0;
}

void exploded_entries_free(struct exploded_entries *entries)
{
	size_t i;

	for (i = 0; i < entries->count; i++) {
		free(entries->list[i].file);
		free(entries->list[i].name);
		buf_free(&entries->list[i].key);
	}
	free(entries->list);
	*entries = (struct exploded_entries){ 0 };
}
