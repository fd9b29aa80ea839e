/* Journals that a crash left: found, read, put away. */
#include "fs/tree/journal_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "plist/base/file.h"
#include "plist/base/limits.h"
#include "plist/base/scan.h"

/* Whatever the limit was when it was written. */
#define READ_MOST (limit_row(LIMIT_JOURNAL)->most)

/* In the names of those that no mount looks at. */
#define ASIDE "-aside."

/* --- records ---------------------------------------------------------------------------------------- */

static size_t read_length(const unsigned char *at)
{
	return (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

/* True if the front of the record at `file->good` is as it was written. */
static bool front_holds(const struct journal_file *file)
{
	const unsigned char *at = (const unsigned char *)file->bytes.data + file->good;
	unsigned char front[JOURNAL_FRONT_LEN - JOURNAL_SUM_LEN];

	journal_front(file->sum, (enum journal_kind)at[0], read_length(at + 1), front);
	return memcmp(front, at, sizeof(front)) == 0;
}

/* The record at `file->good`. 1, 0: there is none that is whole, or -1: out of memory. */
static int read_record(const struct journal_file *file, struct hasher *hasher, struct journal_record *record,
		       char *sum)
{
	const char *at = file->bytes.data + file->good;
	size_t left = file->bytes.len - file->good;
	struct error ignored;

	if (left < JOURNAL_FRONT_LEN || !front_holds(file))
		return 0;
	*record = (struct journal_record){ .kind = (enum journal_kind)(unsigned char)at[0],
					   .body = at + JOURNAL_FRONT_LEN,
					   .len = read_length((const unsigned char *)at + 1) };
	if (record->len > left - JOURNAL_FRONT_LEN)
		return 0;
	if (journal_sum(hasher, file->sum, record->kind, record->body, record->len, sum, &ignored) < 0)
		return -1;
	return memcmp(sum, at + JOURNAL_FRONT_LEN - JOURNAL_SUM_LEN, JOURNAL_SUM_LEN) == 0;
}

/* What is behind the last good record: nothing, one that was being written, or damage. A file that grew and was not
 * filled before the machine stopped ends in zeros. */
static enum journal_state judge_rest(const struct journal_file *file)
{
	const char *at = file->bytes.data + file->good;
	size_t left = file->bytes.len - file->good, i;

	if (left == 0)
		return JOURNAL_WHOLE;
	if (left < JOURNAL_FRONT_LEN)
		return JOURNAL_TORN;
	if (front_holds(file) && read_length((const unsigned char *)at + 1) >= left - JOURNAL_FRONT_LEN)
		return JOURNAL_TORN;
	for (i = 0; i < left && !at[i]; i++)
		;
	return i == left ? JOURNAL_TORN : JOURNAL_DAMAGED;
}

static int add_record(struct journal_file *file, const struct journal_record *record)
{
	struct journal_record *grown;

	if ((file->count & (file->count - 1)) == 0) {
		grown = realloc(file->records, (file->count ? file->count * 2 : 1) * sizeof(*grown));
		if (!grown)
			return -1;
		file->records = grown;
	}
	file->records[file->count++] = *record;
	return 0;
}

static bool begins_well(const struct journal_file *file)
{
	enum journal_kind base = file->count >= 2 ? file->records[1].kind : JOURNAL_HEAD;

	return file->count >= 2 && file->records[0].kind == JOURNAL_HEAD &&
	       (base == JOURNAL_CONTENT || base == JOURNAL_BASE || base == JOURNAL_BEGUN);
}

static int add_records(struct journal_file *file, struct hasher *hasher)
{
	struct journal_record record;
	char sum[JOURNAL_SUM_LEN + 1];
	int result;

	while ((result = read_record(file, hasher, &record, sum)) > 0) {
		if (add_record(file, &record) < 0)
			return -1;
		file->good += JOURNAL_FRONT_LEN + record.len;
		memcpy(file->sum, sum, sizeof(sum));
	}
	return result;
}

/* Without its beginning it says nothing; one that was only begun was never of use, as nothing was answered yet. */
static int read_records(struct journal_file *file)
{
	struct hasher *hasher;
	struct error ignored;
	int result;

	file->state = JOURNAL_DAMAGED;
	if (file->bytes.len < JOURNAL_MAGIC_LEN || memcmp(file->bytes.data, JOURNAL_MAGIC, JOURNAL_MAGIC_LEN) != 0)
		return 0;
	file->good = JOURNAL_MAGIC_LEN;
	if (hasher_new(&hasher, &ignored) < 0)
		return -1;
	result = add_records(file, hasher);
	hasher_free(hasher);
	if (result < 0)
		return -1;
	if (begins_well(file) || file->count < 2)
		file->state = judge_rest(file);
	return 0;
}

/* --- files ------------------------------------------------------------------------------------------ */

static void file_close(struct journal_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	buf_free(&file->bytes);
	free(file->records);
	free(file->name);
	free(file->path);
	*file = JOURNAL_FILE_INIT;
}

void journal_files_free(struct journal_file *files, size_t count)
{
	while (count > 0)
		file_close(&files[--count]);
	free(files);
}

/* 1: read; 0: there is nothing to read; -1: out of memory. */
static int load(int dir, const char *name, struct journal_file *file)
{
	struct error err;
	bool in_use;

	*file = JOURNAL_FILE_INIT;
	file->fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file->fd < 0)
		return 0;
	in_use = flock(file->fd, LOCK_EX | LOCK_NB) < 0;
	file->name = strdup(name);
	file->aside = strstr(name, ASIDE) != NULL;
	if (!file->name || (file_read_fd(file->fd, READ_MOST, &file->bytes, &err) < 0 && err.code == ENOMEM) ||
	    read_records(file) < 0)
		return -1;
	file->path = strndup(file->count ? file->records[0].body : "", file->count ? file->records[0].len : 0);
	if (!file->path)
		return -1;
	if (in_use) {
		close(file->fd);
		file->fd = -1;
		file->state = JOURNAL_IN_USE;
	}
	return 1;
}

static bool is_journal(const char *name)
{
	size_t len = strlen(name), suffix = strlen(JOURNAL_SUFFIX);

	return len > suffix && strcmp(name + len - suffix, JOURNAL_SUFFIX) == 0;
}

static int compare(const void *a, const void *b)
{
	const struct journal_file *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Adds the journal of that name, if it is one of that profile. */
static int add_file(int dir, const char *name, const char *path, struct journal_file **files, size_t *count)
{
	struct journal_file file, *grown;
	int result = load(dir, name, &file);

	if (result <= 0 || (path && *file.path && strcmp(file.path, path) != 0)) {
		file_close(&file);
		return result < 0 ? -1 : 0;
	}
	grown = realloc(*files, (*count + 1) * sizeof(file));
	if (!grown) {
		file_close(&file);
		return -1;
	}
	*files = grown;
	grown[(*count)++] = file;
	return 0;
}

/* How the names of that profile's journals begin (`begin`, empty at first) is found out when there is one of anybody's:
 * most of the time there is none, and a digest wakes OpenSSL, which takes longer than to read a small profile. */
static int take_name(int dir, const char *name, const char *path, struct buf *begin, struct journal_file **files,
		     size_t *count, struct error *err)
{
	if (path && begin->len == 0 && journal_name_of_path(path, begin, err) < 0)
		return -1;
	if (strncmp(name, buf_text(begin), begin->len) == 0 && add_file(dir, name, path, files, count) < 0)
		return error_memory(err);
	return 0;
}

static int find_in(int dir, const char *path, struct journal_file **files, size_t *count, struct error *err)
{
	BUF_AUTO begin = BUF_INIT;
	struct scan scan;
	const char *name;
	int result = 0;

	scan_begin(&scan, dir);
	while (result == 0 && (name = scan_next(&scan)))
		if (is_journal(name))
			result = take_name(dir, name, path, &begin, files, count, err);
	scan_end(&scan);
	if (result == 0 && *count)
		qsort(*files, *count, sizeof(**files), compare);
	return result;
}

/* To read what is in it a link is followed; nothing is written there then. */
static int open_to_read(const char *path, bool *is_link)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	*is_link = dir < 0 && errno != ENOENT;
	return *is_link ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : dir;
}

int journal_find(const char *path, struct journal_file **files, size_t *count, int *dir, struct error *err)
{
	BUF_AUTO state = BUF_INIT;
	int opened, result;
	bool is_link;

	*files = NULL;
	*count = 0;
	if (dir)
		*dir = -1;
	if (journal_dir_path(&state, err) < 0)
		return err->code == ENOMEM ? -1 : 0;
	opened = open_to_read(state.data, &is_link);
	if (opened < 0)
		return 0;
	result = find_in(opened, path, files, count, err);
	if (result == 0 && dir && !is_link) {
		*dir = opened;
		return 0;
	}
	close(opened);
	if (result == 0)
		return 0;
	journal_files_free(*files, *count);
	*files = NULL;
	*count = 0;
	return -1;
}

/* --- what it is of ---------------------------------------------------------------------------------- */

bool journal_is_locked(const struct journal_file *file)
{
	return file->count >= 4 && file->records[2].kind == JOURNAL_KEY && file->records[3].kind == JOURNAL_SHOWN;
}

bool journal_fits(const struct journal_file *file, const void *bytes, size_t len, bool begun)
{
	struct iovec piece = { (void *)bytes, len };
	const struct pieces whole = pieces_one(&piece);

	return journal_fits_to(file, &whole, begun);
}

bool journal_fits_to(const struct journal_file *file, const struct pieces *bytes, bool begun)
{
	struct pieces_place at = { 0, 0 };
	const struct journal_record *base = begins_well(file) ? &file->records[1] : NULL;

	if (!base || (base->kind == JOURNAL_BEGUN) != begun)
		return false;
	return begun || (base->len == bytes->len && pieces_go_on(bytes, &at, base->body, base->len));
}

bool journal_is_saved(const struct journal_file *file, const char *digest)
{
	size_t i, len = strlen(digest);

	for (i = file->count; i > 0; i--) {
		const struct journal_record *record = &file->records[i - 1];

		if (record->kind == JOURNAL_CHANGES || record->kind == JOURNAL_LOCKED)
			return false;
		if (record->kind == JOURNAL_SAVING && record->len == len && memcmp(record->body, digest, len) == 0)
			return true;
	}
	return false;
}

const struct journal_record *journal_unfinished(const struct journal_file *file)
{
	const struct journal_record *last = file->count > 2 ? &file->records[file->count - 1] : NULL;

	return last && last->kind == JOURNAL_OVER ? last : NULL;
}

/* --- put away --------------------------------------------------------------------------------------- */

static int open_again(struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	int dir;

	if (journal_dir_path(&path, err) < 0)
		return -1;
	dir = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return dir < 0 ? error_system(err, errno, "the state directory cannot be opened") : dir;
}

int journal_set_aside(struct journal_file *file, struct error *err)
{
	BUF_AUTO name = BUF_INIT;
	unsigned number = 0;
	int dir = open_again(err), result;

	if (dir < 0)
		return -1;
	do {
		buf_clear(&name);
		buf_add_format(&name, "%.16s" ASIDE "%u" JOURNAL_SUFFIX, file->name, ++number);
		result = buf_ok(&name) ? linkat(dir, file->name, dir, name.data, 0) : -1;
	} while (result < 0 && buf_ok(&name) && errno == EEXIST && number < INT_MAX);
	if (result == 0)
		result = unlinkat(dir, file->name, 0);
	if (result < 0)
		error_system(err, buf_ok(&name) ? errno : ENOMEM, "the journal cannot be set aside");
	close(dir);
	if (result < 0)
		return -1;
	free(file->name);
	file->name = buf_steal(&name, NULL);
	file->aside = true;
	return 0;
}

static int rename_back(int dir, struct journal_file *file, char *name)
{
	if (linkat(dir, file->name, dir, name, 0) < 0 || unlinkat(dir, file->name, 0) < 0)
		return -1;
	free(file->name);
	file->name = name;
	file->aside = false;
	return 0;
}

int journal_put_back(struct journal_file *file, struct error *err)
{
	const struct journal_record *base = &file->records[1];
	bool begun = begins_well(file) && base->kind == JOURNAL_BEGUN;
	BUF_AUTO name = BUF_INIT;
	char digest[JOURNAL_DIGEST_LEN + 1];
	int dir, result;

	if (!begins_well(file))
		return error_set(err, EINVAL, "the journal is damaged from its beginning");
	if (journal_digest(begun ? "" : base->body, begun ? 0 : base->len, digest, err) < 0 ||
	    journal_name(file->path, digest, &name, err) < 0)
		return -1;
	buf_add_text(&name, JOURNAL_SUFFIX);
	if (!buf_ok(&name))
		return error_memory(err);
	dir = open_again(err);
	if (dir < 0)
		return -1;
	result = rename_back(dir, file, name.data);
	if (result < 0)
		error_system(err, errno, "the journal cannot be put back");
	else
		name = BUF_INIT;
	close(dir);
	return result;
}

int journal_drop(struct journal_file *file, struct error *err)
{
	int dir = open_again(err), result = 0;

	if (dir < 0)
		return -1;
	if (unlinkat(dir, file->name, 0) < 0)
		result = error_system(err, errno, "the journal cannot be removed");
	close(dir);
	return result;
}
