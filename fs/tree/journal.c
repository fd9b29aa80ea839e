#include "fs/tree/journal_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plist/base/file.h"
#include "plist/base/limits.h"

/* How many journals of one profile and content there may be: more is a mistake somewhere. */
#define NUMBERS_MAX 1000

/* A body up to this length goes to the file together with what stands before it, in one system call. */
#define LONG_BODY ((size_t)64 << 10)

/* --- the directory ---------------------------------------------------------------------------------- */

/* Where the user is at home: nobody says so to what is mounted at boot. NULL: nowhere. */
static const char *home_of_user(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user = home ? NULL : getpwuid(geteuid());

	return user ? user->pw_dir : home;
}

int journal_dir_path(struct buf *path, struct error *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = home_of_user();

	if (state && *state == '/')
		buf_add_text(path, state);
	else if (home && *home == '/')
		buf_add_text(path, home);
	else
		return error_set(err, ENOENT, "neither XDG_STATE_HOME nor HOME names a directory: set one of them");
	buf_add_text(path, state && *state == '/' ? "/profilefs" : "/.local/state/profilefs");
	return buf_ok(path) ? 0 : error_memory(err);
}

/* All that is missing on the way to it, for the user alone. */
static int make_dirs(char *path)
{
	char *slash;
	int result;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		result = mkdir(path, 0700);
		*slash = '/';
		if (result < 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
			return -1;
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

/* What is in it is put into profiles: nobody else may write there. */
static int check_dir(int dir, struct error *err)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return error_system(err, errno, "the state directory cannot be looked up");
	if (st.st_uid != geteuid())
		return error_set(err, EPERM,
				 "the state directory belongs to user %lu: set XDG_STATE_HOME to a directory of your "
				 "own", (unsigned long)st.st_uid);
	if (st.st_mode & 077)
		return error_set(err, EPERM,
				 "the state directory has mode %04o, so that others may use it: see that nobody did, "
				 "then chmod 700 it", (unsigned)st.st_mode & 07777);
	return 0;
}

/* The directory, made if need be; the descriptor or -1. */
static int open_dir(struct error *err)
{
	static const int HOW = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	BUF_AUTO path = BUF_INIT;
	int dir;

	if (journal_dir_path(&path, err) < 0)
		return -1;
	dir = open(path.data, HOW);
	if (dir < 0 && errno == ENOENT) {
		if (make_dirs(path.data) < 0) {
			error_system(err, errno, "the state directory cannot be made");
			error_in_file(err, path.data);
			return -1;
		}
		dir = open(path.data, HOW);
	}
	if (dir < 0)
		error_system(err, errno, "the state directory cannot be opened");
	else if (check_dir(dir, err) == 0)
		return dir;
	error_in_file(err, path.data);
	if (dir >= 0)
		close(dir);
	return -1;
}

/* Whether a file could be made in it. */
static int check_access(int dir, struct error *err)
{
	if (faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return error_system(err, errno, "no file can be made in the state directory");
	return 0;
}

int journal_ready(int dir, struct error *err)
{
	int opened, result;

	/* What is wrong with it is told with its path. */
	if (dir >= 0 && check_dir(dir, err) == 0)
		return check_access(dir, err);
	opened = open_dir(err);
	if (opened < 0)
		return -1;
	result = check_access(opened, err);
	close(opened);
	return result;
}

/* --- names and sums --------------------------------------------------------------------------------- */

int journal_digest(const void *bytes, size_t len, char *digest, struct error *err)
{
	struct iovec piece = { (void *)bytes, len };
	const struct pieces whole = pieces_one(&piece);

	return journal_digest_of(&whole, digest, err);
}

int journal_digest_of(const struct pieces *bytes, char *digest, struct error *err)
{
	BUF_AUTO digits = BUF_INIT;

	if (!pieces_ok(bytes))
		return error_memory(err);
	if (hash_sha256_of(bytes->list, bytes->count, &digits, err) < 0)
		return -1;
	memcpy(digest, digits.data, JOURNAL_DIGEST_LEN + 1);
	return 0;
}

/* Sixteen digits of a digest tell as many apart as there will ever be; the whole path is in the file. */
static int add_short(const char *digest, struct buf *name, struct error *err)
{
	buf_add(name, digest, 16);
	return buf_ok(name) ? 0 : error_memory(err);
}

int journal_name_of_path(const char *path, struct buf *name, struct error *err)
{
	char digest[JOURNAL_DIGEST_LEN + 1];

	return journal_digest(path, strlen(path), digest, err) < 0 ? -1 : add_short(digest, name, err);
}

int journal_name(const char *path, const char *digest, struct buf *name, struct error *err)
{
	if (journal_name_of_path(path, name, err) < 0)
		return -1;
	buf_add_char(name, '-');
	return add_short(digest, name, err);
}

/* FNV-1a, 32 bits, over the sum before and what is in front already. */
void journal_front(const char *before, enum journal_kind kind, size_t len, unsigned char *front)
{
	uint32_t check = UINT32_C(0x811c9dc5);
	size_t i;

	front[0] = (unsigned char)kind;
	for (i = 0; i < 4; i++)
		front[1 + i] = (unsigned char)(len >> 8 * i);
	for (; *before; before++)
		check = (check ^ (unsigned char)*before) * UINT32_C(0x01000193);
	for (i = 0; i < 5; i++)
		check = (check ^ front[i]) * UINT32_C(0x01000193);
	for (i = 0; i < 4; i++)
		front[5 + i] = (unsigned char)(check >> 8 * i);
}

/* The sum over a record that has this front, and `counts` for its body: the digest of a JOURNAL_CONTENT's. */
static int sum_up(struct hasher *hasher, const char *before, const unsigned char *front, const struct iovec *counts,
		  char *sum, struct error *err)
{
	unsigned char head[JOURNAL_FRONT_LEN], hash[HASH_LEN];
	size_t len = strlen(before);
	const struct iovec all[] = { { head, len + JOURNAL_FRONT_LEN - JOURNAL_SUM_LEN }, *counts };

	memcpy(head, before, len);
	memcpy(head + len, front, JOURNAL_FRONT_LEN - JOURNAL_SUM_LEN);
	if (hasher_sha256(hasher, all, sizeof(all) / sizeof(*all), hash, err) < 0)
		return -1;
	hash_digits(hash, JOURNAL_SUM_LEN / 2, sum);
	sum[JOURNAL_SUM_LEN] = '\0';
	return 0;
}

int journal_sum(struct hasher *hasher, const char *before, enum journal_kind kind, const void *body, size_t len,
		char *sum, struct error *err)
{
	unsigned char front[JOURNAL_FRONT_LEN - JOURNAL_SUM_LEN];
	char digest[JOURNAL_DIGEST_LEN + 1];
	struct iovec counts = { (void *)body, len };

	if (kind == JOURNAL_CONTENT) {
		if (journal_digest(body, len, digest, err) < 0)
			return -1;
		counts = (struct iovec){ digest, JOURNAL_DIGEST_LEN };
	}
	journal_front(before, kind, len, front);
	return sum_up(hasher, before, front, &counts, sum, err);
}

/* --- writing ---------------------------------------------------------------------------------------- */

static int write_failed(const struct journal *journal, const char *what, struct error *err)
{
	int code = errno;

	/* What was begun must not stand before what comes next. */
	if (ftruncate(journal->fd, (off_t)journal->end) < 0 && code == 0)
		code = errno;
	return error_system(err, code,
			    "%s; free space in the state directory, or save what is edited (sync, umount)", what);
}

/* Behind the end, which stays where it is until all of a record is there. */
static int write_behind(const struct journal *journal, size_t offset, const char *bytes, size_t len, struct error *err)
{
	size_t done = 0;
	ssize_t wrote;

	while (done < len) {
		wrote = pwrite(journal->fd, bytes + done, len - done, (off_t)(journal->end + offset + done));
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return write_failed(journal, "the journal cannot be written", err);
		done += (size_t)wrote;
	}
	return 0;
}

static int write_at_end(struct journal *journal, const struct buf *bytes, struct error *err)
{
	if (!buf_ok(bytes))
		return error_memory(err);
	if (write_behind(journal, 0, bytes->data, bytes->len, err) < 0)
		return -1;
	journal->end += bytes->len;
	return 0;
}

/* A body that is too long to be copied for the sake of one system call. */
static int write_long(struct journal *journal, const struct buf *front, const struct pieces *body, struct error *err)
{
	size_t i, offset = front->len;

	if (!buf_ok(front))
		return error_memory(err);
	if (write_behind(journal, 0, front->data, front->len, err) < 0)
		return -1;
	for (i = 0; i < body->count; offset += body->list[i++].iov_len)
		if (write_behind(journal, offset, body->list[i].iov_base, body->list[i].iov_len, err) < 0)
			return -1;
	journal->end += offset;
	return 0;
}

static int write_short(struct journal *journal, struct buf *front, const struct pieces *body, struct error *err)
{
	size_t i;

	for (i = 0; i < body->count; i++)
		buf_add(front, body->list[i].iov_base, body->list[i].iov_len);
	return write_at_end(journal, front, err);
}

static int write_made(struct journal *journal, const struct pieces *body, struct error *err)
{
	struct buf *record = &journal->record;
	int result = body->len > LONG_BODY ? write_long(journal, record, body, err)
					   : write_short(journal, record, body, err);

	buf_clear(record);
	return result;
}

/* Of the next one: what stands before its sum. */
static int make_front(const struct journal *journal, enum journal_kind kind, size_t len, unsigned char *front,
		      struct error *err)
{
	if (len > UINT32_MAX)
		return error_set(err, EFBIG, "too much for one record of the journal: save what is edited first");
	journal_front(journal->sum, kind, len, front);
	return 0;
}

static int write_summed(struct journal *journal, const unsigned char *front, const struct pieces *body, const char *sum,
			struct error *err)
{
	buf_add(&journal->record, front, JOURNAL_FRONT_LEN - JOURNAL_SUM_LEN);
	buf_add(&journal->record, sum, JOURNAL_SUM_LEN);
	if (write_made(journal, body, err) < 0)
		return -1;
	memcpy(journal->sum, sum, sizeof(journal->sum));
	return 0;
}

static int write_record(struct journal *journal, enum journal_kind kind, const void *body, size_t len,
			struct error *err)
{
	unsigned char front[JOURNAL_FRONT_LEN - JOURNAL_SUM_LEN];
	struct iovec piece = { (void *)body, len };
	const struct pieces whole = pieces_one(&piece);
	char sum[JOURNAL_SUM_LEN + 1];

	if (make_front(journal, kind, len, front, err) < 0 ||
	    sum_up(journal->hasher, journal->sum, front, &piece, sum, err) < 0)
		return -1;
	return write_summed(journal, front, &whole, sum, err);
}

int journal_add(struct journal *journal, const void *changes, size_t len, struct error *err)
{
	if (len > limit(LIMIT_JOURNAL) || journal->end > limit(LIMIT_JOURNAL) - len) {
		limit_refuse(LIMIT_JOURNAL, NULL, "too much is edited and not saved: save it (sync MOUNTPOINT)", err);
		err->code = ENOSPC;
		return -1;
	}
	return write_record(journal, journal->locked ? JOURNAL_LOCKED : JOURNAL_CHANGES, changes, len, err);
}

int journal_saving(struct journal *journal, const char *digest, struct error *err)
{
	return write_record(journal, JOURNAL_SAVING, digest, JOURNAL_DIGEST_LEN, err);
}

int journal_over(struct journal *journal, const void *bytes, size_t len, struct error *err)
{
	if (write_record(journal, JOURNAL_OVER, bytes, len, err) < 0)
		return -1;
	return journal_sync(journal, err);
}

int journal_sync(struct journal *journal, struct error *err)
{
	if (fdatasync(journal->fd) < 0)
		return error_system(err, errno, "the journal cannot be written through to the disk");
	return 0;
}

/* --- making one ------------------------------------------------------------------------------------- */

static struct journal *journal_new(struct error *err)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal) {
		error_memory(err);
		return NULL;
	}
	journal->dir = journal->fd = -1;
	if (hasher_new(&journal->hasher, err) == 0)
		return journal;
	free(journal);
	return NULL;
}

/* The first free of NAME.journal, NAME.2.journal, ... */
static int make_file(struct journal *journal, const char *name, struct error *err)
{
	BUF_AUTO full = BUF_INIT;
	unsigned number = 1;

	do {
		buf_clear(&full);
		buf_add_text(&full, name);
		if (number > 1)
			buf_add_format(&full, ".%u", number);
		buf_add_text(&full, JOURNAL_SUFFIX);
		if (!buf_ok(&full))
			return error_memory(err);
		journal->fd = openat(journal->dir, full.data, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	} while (journal->fd < 0 && errno == EEXIST && number++ < NUMBERS_MAX);
	if (journal->fd < 0)
		return error_system(err, errno, "the journal cannot be made");
	journal->name = strdup(full.data);
	if (!journal->name) {
		unlinkat(journal->dir, full.data, 0);
		return error_memory(err);
	}
	if (flock(journal->fd, LOCK_EX | LOCK_NB) < 0)
		return error_system(err, errno, "the journal cannot be locked");
	return 0;
}

static int write_content(struct journal *journal, const struct journal_head *head, const char *digest,
			 struct error *err)
{
	unsigned char front[JOURNAL_FRONT_LEN - JOURNAL_SUM_LEN];
	const struct iovec counts = { (void *)digest, JOURNAL_DIGEST_LEN };
	char sum[JOURNAL_SUM_LEN + 1];

	if (make_front(journal, JOURNAL_CONTENT, head->base->len, front, err) < 0 ||
	    sum_up(journal->hasher, journal->sum, front, &counts, sum, err) < 0)
		return -1;
	return write_summed(journal, front, head->base, sum, err);
}

static int write_base(struct journal *journal, const struct journal_head *head, const char *digest, struct error *err)
{
	const struct pieces *base = head->base;

	if (!head->begun)
		return write_content(journal, head, digest, err);
	return write_record(journal, JOURNAL_BEGUN, base->len ? base->list[0].iov_base : "", base->len, err);
}

static int write_begin(struct journal *journal, const struct journal_head *head, const char *digest,
		       struct error *err)
{
	buf_add_text(&journal->record, JOURNAL_MAGIC); /* goes to the file with the first record */
	if (write_record(journal, JOURNAL_HEAD, head->path, strlen(head->path), err) < 0 ||
	    write_base(journal, head, digest, err) < 0)
		return -1;
	journal->locked = head->key != NULL;
	if (!journal->locked)
		return 0;
	if (write_record(journal, JOURNAL_KEY, head->key->data, head->key->len, err) < 0)
		return -1;
	return write_record(journal, JOURNAL_SHOWN, head->shown->data, head->shown->len, err);
}

/* Of what is on disk: nothing is there of a profile that was begun. */
static int digest_of_head(const struct journal_head *head, char *digest, struct error *err)
{
	if (!head->digest && head->begun)
		return journal_digest("", 0, digest, err);
	if (!head->digest)
		return journal_digest_of(head->base, digest, err);
	memcpy(digest, head->digest, JOURNAL_DIGEST_LEN + 1);
	return 0;
}

int journal_begin(const struct journal_head *head, struct journal **out, struct error *err)
{
	BUF_AUTO name = BUF_INIT;
	char digest[JOURNAL_DIGEST_LEN + 1];
	struct journal *journal = journal_new(err);

	if (!journal)
		return -1;
	if (digest_of_head(head, digest, err) == 0 && journal_name(head->path, digest, &name, err) == 0 &&
	    (journal->dir = open_dir(err)) >= 0 && make_file(journal, name.data, err) == 0 &&
	    write_begin(journal, head, digest, err) == 0) {
		*out = journal;
		return 0;
	}
	journal_remove(journal);
	return -1;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	if (journal->dir >= 0)
		close(journal->dir);
	hasher_free(journal->hasher);
	buf_free(&journal->record);
	free(journal->name);
	free(journal);
}

void journal_remove(struct journal *journal)
{
	if (journal && journal->name)
		unlinkat(journal->dir, journal->name, 0);
	journal_close(journal);
}

int journal_resume(struct journal_file *file, struct journal **out, struct error *err)
{
	struct journal *journal = journal_new(err);

	if (!journal)
		return -1;
	journal->dir = open_dir(err);
	journal->name = strdup(file->name);
	journal->locked = journal_is_locked(file);
	journal->end = file->good;
	memcpy(journal->sum, file->sum, sizeof(journal->sum));
	if (journal->dir >= 0 && !journal->name)
		error_memory(err);
	else if (journal->dir >= 0 && ftruncate(file->fd, (off_t)file->good) < 0)
		error_system(err, errno, "what is torn of the journal cannot be cut off");
	else if (journal->dir >= 0) {
		journal->fd = file->fd;
		file->fd = -1;
		*out = journal;
		return 0;
	}
	journal_close(journal);
	return -1;
}
