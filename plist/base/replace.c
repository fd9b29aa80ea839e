/*
 * Replacing a file so that whoever looks, and whatever happens, sees the old one or the new one.
 *
 * Everything new is made as a `draft`: a file under a hidden name of its own in the same directory, 0600
 * until it is complete, which is gone at the end of its scope unless it was moved to where it belongs.
 */
#include "plist/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACL_ATTRIBUTE "system.posix_acl_access"

/* --- drafts ----------------------------------------------------------------------------------------- */

#define DRAFT_TRIES 100

struct draft {
	int dir;       /* borrowed */
	int fd;        /* -1: none */
	char name[40]; /* "": nothing to remove */
};

/* Removes what is still there under the draft's name: nothing, after a move. The name is random, so it is
 * nobody else's; and rename(2) of one link over another of the same file leaves both. errno is kept, as this
 * runs between a failure and its report. */
static void draft_drop(struct draft *draft)
{
	int code = errno;

	if (draft->fd >= 0)
		close(draft->fd);
	if (draft->name[0])
		unlinkat(draft->dir, draft->name, 0);
	errno = code;
}

#define DRAFT_AUTO      __attribute__((cleanup(draft_drop))) struct draft
#define DRAFT_INIT(dir) ((struct draft){ (dir), -1, "" })

static int draft_name(char *name, size_t size)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -1;
	snprintf(name, size, ".profilefs-%016" PRIx64, number);
	return 0;
}

static int draft_open(struct draft *draft)
{
	char name[sizeof(draft->name)];
	int tries;

	for (tries = 0; tries < DRAFT_TRIES; tries++) {
		if (draft_name(name, sizeof(name)) < 0)
			return -1;
		draft->fd = openat(draft->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				   0600);
		if (draft->fd >= 0) {
			memcpy(draft->name, name, sizeof(name));
			return 0;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/* A draft that is another link to the file `name`. */
static int draft_link(struct draft *draft, const char *name)
{
	char link[sizeof(draft->name)];
	int tries;

	for (tries = 0; tries < DRAFT_TRIES; tries++) {
		if (draft_name(link, sizeof(link)) < 0)
			return -1;
		if (linkat(draft->dir, name, draft->dir, link, 0) == 0) {
			memcpy(draft->name, link, sizeof(link));
			return 0;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int draft_move(const struct draft *draft, const char *name)
{
	return renameat(draft->dir, draft->name, draft->dir, name);
}

/* --- attributes ------------------------------------------------------------------------------------- */

/* These speak of the old content (hashes of it) or are dropped by every write: true copies would be lies. */
static bool speaks_of_content(const char *name)
{
	return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0 ||
	       strcmp(name, "security.capability") == 0;
}

/* What the system keeps for itself cannot always be copied; the user's attributes and access lists must. */
static bool may_be_lost(const char *name, int code)
{
	if (strncmp(name, "user.", 5) == 0 || strcmp(name, ACL_ATTRIBUTE) == 0)
		return false;
	return code == ENOTSUP || code == EPERM || code == EACCES || code == EINVAL;
}

/* Reads the value, which may grow between asking its size and reading it. */
static int read_attribute(int fd, const char *name, struct buf *value)
{
	ssize_t size;

	do {
		size = fgetxattr(fd, name, NULL, 0);
		if (size < 0)
			return -1;
		buf_resize(value, (size_t)size + 1);
		if (!buf_ok(value)) {
			errno = ENOMEM;
			return -1;
		}
		size = fgetxattr(fd, name, value->data, value->len);
	} while (size < 0 && errno == ERANGE);
	if (size < 0)
		return -1;
	buf_resize(value, (size_t)size);
	return 0;
}

static int copy_attribute(int from, int to, const char *name)
{
	BUF_AUTO value = BUF_INIT;

	if (speaks_of_content(name))
		return 0;
	if (read_attribute(from, name, &value) < 0)
		return errno == ENODATA || may_be_lost(name, errno) ? 0 : -1;
	if (fsetxattr(to, name, value.data, value.len, 0) < 0)
		return may_be_lost(name, errno) ? 0 : -1;
	return 0;
}

static int list_attributes(int fd, struct buf *names)
{
	ssize_t size;

	do {
		size = flistxattr(fd, NULL, 0);
		if (size < 0)
			return errno == ENOTSUP ? 0 : -1;
		buf_resize(names, (size_t)size + 1);
		if (!buf_ok(names)) {
			errno = ENOMEM;
			return -1;
		}
		size = flistxattr(fd, names->data, names->len);
	} while (size < 0 && errno == ERANGE);
	if (size < 0)
		return -1;
	buf_resize(names, (size_t)size);
	return 0;
}

/* The directory may have given the new file an access list that the old one did not have. */
static int drop_inherited_list(int fd)
{
	if (fremovexattr(fd, ACL_ATTRIBUTE) == 0 || errno == ENODATA || errno == ENOTSUP)
		return 0;
	return -1;
}

static int copy_attributes(int from, int to)
{
	BUF_AUTO names = BUF_INIT;
	const char *name;

	if (drop_inherited_list(to) < 0 || list_attributes(from, &names) < 0)
		return -1;
	for (name = names.data; name && name < names.data + names.len; name += strlen(name) + 1)
		if (copy_attribute(from, to, name) < 0)
			return -1;
	return 0;
}

/* Gives `fd` the owner and group of `like`, as far as we may. Rights that would then be somebody else's are
 * taken out of `*mode`: set-ids of another owner, and what the group may where it is another group. */
static int take_owner(int fd, const struct stat *like, mode_t *mode)
{
	if (fchown(fd, like->st_uid, like->st_gid) == 0)
		return 0;
	if (errno != EPERM && errno != EINVAL)
		return -1;
	*mode &= (mode_t)~(S_ISUID | S_ISGID);
	if (fchown(fd, (uid_t)-1, like->st_gid) == 0)
		return 0;
	if (errno != EPERM && errno != EINVAL)
		return -1;
	*mode &= (mode_t)(~S_IRWXG | (*mode & S_IRWXO) << 3);
	return 0;
}

static mode_t current_umask(void)
{
	mode_t mask = umask(077);

	umask(mask);
	return mask;
}

/* Owner, attributes (access lists too) of `old` (-1: none), mode: in this order, as a change of owner drops
 * set-ids, and the mode must be the last word on an access list's mask. */
static int dress(int fd, int old, const struct stat *like)
{
	mode_t mode = like ? like->st_mode & 07777 : 0644 & ~current_umask();
	struct stat now;

	if (like && take_owner(fd, like, &mode) < 0)
		return -1;
	if (old >= 0 && copy_attributes(old, fd) < 0)
		return -1;
	if (fstat(fd, &now) < 0)
		return -1;
	return (now.st_mode & 07777) == mode ? 0 : fchmod(fd, mode);
}

/* --- backup ----------------------------------------------------------------------------------------- */

bool file_backup_fits(const struct place *place, const char *suffix)
{
	return *suffix && !strchr(suffix, '/') && strlen(place->name) + strlen(suffix) <= NAME_MAX;
}

static int copy_content(int from, int to)
{
	char chunk[16 << 10];
	off_t offset = 0;
	ssize_t got;

	while ((got = pread(from, chunk, sizeof(chunk), offset)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || file_write_all(to, chunk, (size_t)got) < 0)
			return -1;
		offset += got;
	}
	return 0;
}

/* For file systems without links, and for files of others, which the kernel may not let us link. */
static int backup_by_copy(const struct place *place, int old, const char *name)
{
	DRAFT_AUTO draft = DRAFT_INIT(place->dir);
	struct stat st;
	struct timespec times[2];

	if (fstat(old, &st) < 0 || draft_open(&draft) < 0)
		return -1;
	if (copy_content(old, draft.fd) < 0 || dress(draft.fd, old, &st) < 0)
		return -1;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	if (futimens(draft.fd, times) < 0 && errno != EPERM)
		return -1;
	if (fsync(draft.fd) < 0)
		return -1;
	return draft_move(&draft, name);
}

static int backup_by_link(const struct place *place, const char *name)
{
	DRAFT_AUTO draft = DRAFT_INIT(place->dir);

	if (linkat(place->dir, place->name, place->dir, name, 0) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	if (draft_link(&draft, place->name) < 0)
		return -1;
	return draft_move(&draft, name);
}

static bool links_impossible(int code)
{
	return code == EPERM || code == ENOTSUP || code == ENOSYS || code == EMLINK || code == EXDEV;
}

static int backup(const struct place *place, int old, const char *suffix, struct error *err)
{
	BUF_AUTO name = BUF_INIT;
	int result;

	if (!file_backup_fits(place, suffix))
		return error_set(err, EINVAL, "'%.64s' is no suffix for a backup: a few characters, no '/'",
				 suffix);
	buf_add_text(&name, place->name);
	buf_add_text(&name, suffix);
	if (!buf_ok(&name))
		return error_memory(err);
	result = backup_by_link(place, name.data);
	if (result < 0 && links_impossible(errno))
		result = backup_by_copy(place, old, name.data);
	if (result < 0)
		return error_system(err, errno, "the old one cannot be kept as %.300s", name.data);
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------------- */

/* The file that is there now, for its attributes; -1 with ENOENT if none is. */
static int open_old(const struct place *place)
{
	return openat(place->dir, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int write_pieces(int fd, const struct pieces *bytes)
{
	size_t i;

	for (i = 0; i < bytes->count; i++)
		if (file_write_all(fd, bytes->list[i].iov_base, bytes->list[i].iov_len) < 0)
			return -1;
	return 0;
}

static int finish_draft(struct draft *draft, const struct pieces *bytes, int old, const struct stat *like,
			struct error *err)
{
	if (draft_open(draft) < 0)
		return error_system(err, errno, "no file can be made in its directory");
	if (write_pieces(draft->fd, bytes) < 0)
		return error_system(err, errno, "the new file cannot be written");
	if (dress(draft->fd, old, like) < 0)
		return error_system(err, errno, "owner, mode and attributes cannot be kept");
	if (fsync(draft->fd) < 0)
		return error_system(err, errno, "the new file cannot be written through to the disk");
	return 0;
}

static int replace(const struct place *place, int old, const struct pieces *bytes,
		   const struct replace_options *options, struct stat *st, struct error *err)
{
	DRAFT_AUTO draft = DRAFT_INIT(place->dir);

	if (finish_draft(&draft, bytes, old, options->like, err) < 0)
		return -1;
	if (options->backup && old >= 0 && backup(place, old, options->backup, err) < 0)
		return -1;
	if (draft_move(&draft, place->name) < 0)
		return error_system(err, errno, "cannot be replaced");
	if (st && fstat(draft.fd, st) < 0)
		return error_system(err, errno, "cannot be looked up after it was replaced");
	return place_sync(place, err);
}

int file_replace(const struct place *place, const void *bytes, size_t len,
		 const struct replace_options *options, struct stat *st, struct error *err)
{
	struct iovec piece = { (void *)bytes, len };
	const struct pieces whole = pieces_one(&piece);

	return file_replace_by(place, &whole, options, st, err);
}

int file_replace_by(const struct place *place, const struct pieces *bytes, const struct replace_options *options,
		    struct stat *st, struct error *err)
{
	int old = open_old(place);
	int result;

	if (old < 0 && errno != ENOENT)
		result = error_system(err, errno, "cannot be opened to be replaced");
	else
		result = replace(place, old, bytes, options, st, err);
	if (result < 0)
		error_in_file(err, place->shown);
	if (old >= 0)
		close(old);
	return result;
}

/* --- in place --------------------------------------------------------------------------------------- */

static int overwrite(int fd, const void *bytes, size_t len, struct stat *st)
{
	if (file_write_all(fd, bytes, len) < 0 || ftruncate(fd, (off_t)len) < 0 || fsync(fd) < 0)
		return -1;
	return fstat(fd, st);
}

int file_overwrite(const struct place *place, const void *bytes, size_t len, struct stat *st, struct error *err)
{
	int fd = openat(place->dir, place->name, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	int result = fd < 0 ? -1 : overwrite(fd, bytes, len, st);

	if (result < 0) {
		error_system(err, errno, "cannot be written over");
		error_in_file(err, place->shown);
	}
	if (fd >= 0)
		close(fd);
	return result;
}
