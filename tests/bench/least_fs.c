/*
 * The least that a FUSE file system can do: one folder of files in memory, one thread, and answers. It judges nothing,
 * keeps nothing and has no journal. What it tells the kernel to cache is what profilefs tells it (fs/fuse/reply.h), and
 * it is mounted with the options of profilefs: the kernel does not judge by mode.
 *
 *     least_fs MOUNTPOINT COUNT [NOTES]    files key00000, key00001, ...; in the foreground, until unmounted
 *
 * With NOTES it is the least that one can do which loses nothing when it is killed: what changes something is written
 * to that file first.
 *
 * Inode 1 is the folder, 2 + S the file in slot S. A slot is never used again. Without memory it ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#define FOR_EVER 1e9
#define NAME_SIZE 256
#define FIRST 2
#define DOTS 2 /* entries before the first file */

struct file {
	char name[NAME_SIZE];
	fuse_ino_t ino;
	bool linked;
	char *bytes;
	size_t len;
	long change; /* the number of the last one: mtime, by which the kernel knows that its pages are old */
	UT_hash_handle hh;
};

static struct file **slots, *names;
static size_t used, room;
static long changes;
static uid_t owner;
static gid_t group;

static int notes = -1;
static off_t noted;

/* As long as a record of a short value, with what tells that it is whole. */
static void note(void)
{
	static const char record[100];

	if (notes < 0)
		return;
	if (pwrite(notes, record, sizeof(record), noted) != (ssize_t)sizeof(record)) {
		perror("least_fs: notes");
		exit(2);
	}
	noted += (off_t)sizeof(record);
}

static void *need(void *memory)
{
	if (memory)
		return memory;
	fprintf(stderr, "least_fs: out of memory\n");
	exit(2);
}

static struct file *file_of(fuse_ino_t ino)
{
	return slots[ino - FIRST];
}

static struct file *find_file(const char *name)
{
	struct file *file;

	HASH_FIND_STR(names, name, file);
	return file;
}

static void link_file(struct file *file, const char *name)
{
	snprintf(file->name, NAME_SIZE, "%s", name);
	file->linked = true;
	HASH_ADD_STR(names, name, file);
	changes++;
}

static void unlink_file(struct file *file)
{
	HASH_DEL(names, file);
	file->linked = false;
	changes++;
}

static struct file *add_file(const char *name)
{
	struct file *file = need(calloc(1, sizeof(*file)));

	if (used == room) {
		room = room ? room * 2 : 1024;
		slots = need(realloc(slots, room * sizeof(*slots)));
	}
	file->ino = FIRST + used;
	file->change = ++changes;
	slots[used++] = file;
	link_file(file, name);
	return file;
}

static void resize(struct file *file, size_t len)
{
	file->bytes = need(realloc(file->bytes, len + 1));
	if (len > file->len)
		memset(file->bytes + file->len, 0, len - file->len);
	file->len = len;
	file->change = ++changes;
}

/* --- answers ---------------------------------------------------------------------------------------- */

static void fill_stat(fuse_ino_t ino, struct stat *st)
{
	const struct file *file = ino == FUSE_ROOT_ID ? NULL : file_of(ino);

	*st = (struct stat){
		.st_ino = ino,
		.st_mode = file ? S_IFREG | 0600 : S_IFDIR | 0700,
		.st_nlink = 1,
		.st_uid = owner,
		.st_gid = group,
		.st_size = file ? (off_t)file->len : 0,
		.st_mtim = { .tv_nsec = file ? file->change : changes },
	};
}

static void fill_entry(const struct file *file, struct fuse_entry_param *entry)
{
	*entry = (struct fuse_entry_param){ .ino = file->ino, .attr_timeout = FOR_EVER, .entry_timeout = FOR_EVER };
	fill_stat(file->ino, &entry->attr);
}

static void set_caching(struct fuse_file_info *fi)
{
	fi->direct_io = (fi->flags & O_ACCMODE) != O_RDONLY;
	fi->keep_cache = !fi->direct_io;
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 11)
	fi->noflush = !fi->direct_io;
#endif
}

static void op_init(void *userdata, struct fuse_conn_info *conn)
{
	(void)userdata;
	conn->want |= (FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_READDIRPLUS) & conn->capable;
	conn->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct file *file = find_file(name);
	struct fuse_entry_param entry;

	(void)parent;
	if (!file) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	fill_entry(file, &entry);
	fuse_reply_entry(req, &entry);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct stat st;

	(void)fi;
	fill_stat(ino, &st);
	fuse_reply_attr(req, &st, FOR_EVER);
}

static void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set, struct fuse_file_info *fi)
{
	if ((to_set & FUSE_SET_ATTR_SIZE) && ino != FUSE_ROOT_ID)
		resize(file_of(ino), (size_t)st->st_size);
	op_getattr(req, ino, fi);
}

static void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	(void)ino;
	(void)name;
	(void)size;
	fuse_reply_err(req, EOPNOTSUPP);
}

static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	if (fi->flags & O_TRUNC)
		resize(file_of(ino), 0);
	set_caching(fi);
	fuse_reply_open(req, fi);
}

static void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi)
{
	struct file *file = find_file(name);
	struct fuse_entry_param entry;

	(void)parent;
	(void)mode;
	fill_entry(file ? file : add_file(name), &entry);
	set_caching(fi);
	fuse_reply_create(req, &entry, fi);
}

static void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	const struct file *file = file_of(ino);
	size_t start = (size_t)offset < file->len ? (size_t)offset : file->len;

	(void)fi;
	fuse_reply_buf(req, file->bytes + start, size < file->len - start ? size : file->len - start);
}

static void op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t offset,
		     struct fuse_file_info *fi)
{
	struct file *file = file_of(ino);
	size_t end = (size_t)offset + size;

	(void)fi;
	resize(file, end > file->len ? end : file->len);
	memcpy(file->bytes + offset, bytes, size);
	note();
	fuse_reply_write(req, size);
}

static void op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	(void)fi;
	fuse_reply_err(req, 0);
}

static void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct file *file = find_file(name);

	(void)parent;
	if (file)
		unlink_file(file);
	note();
	fuse_reply_err(req, file ? 0 : ENOENT);
}

static void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
		      const char *new_name, unsigned flags)
{
	struct file *file = find_file(name), *there = find_file(new_name);

	(void)parent;
	(void)new_parent;
	(void)flags;
	if (file) {
		if (there)
			unlink_file(there);
		unlink_file(file);
		link_file(file, new_name);
	}
	note();
	fuse_reply_err(req, file ? 0 : ENOENT);
}

/* One entry of a listing into `room` bytes at `place`; how many it takes, or would take. `at`: its offset. */
static size_t add_entry(fuse_req_t req, char *place, size_t left, size_t at, bool plus)
{
	static const char *const dots[DOTS] = { ".", ".." };
	struct fuse_entry_param entry = { .attr = { .st_ino = FUSE_ROOT_ID, .st_mode = S_IFDIR } };
	const char *name = at < DOTS ? dots[at] : slots[at - DOTS]->name;

	if (at >= DOTS)
		fill_entry(slots[at - DOTS], &entry);
	if (plus)
		return fuse_add_direntry_plus(req, place, left, name, &entry, (off_t)at + 1);
	return fuse_add_direntry(req, place, left, name, &entry.attr, (off_t)at + 1);
}

static void list(fuse_req_t req, size_t size, off_t offset, bool plus)
{
	char *page = need(malloc(size));
	size_t filled = 0, wanted, at;

	for (at = (size_t)offset; at < DOTS + used; at++) {
		if (at >= DOTS && !slots[at - DOTS]->linked)
			continue;
		wanted = add_entry(req, page + filled, size - filled, at, plus);
		if (wanted > size - filled)
			break;
		filled += wanted;
	}
	fuse_reply_buf(req, page, filled);
	free(page);
}

static void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	(void)ino;
	(void)fi;
	list(req, size, offset, false);
}

static void op_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	(void)ino;
	(void)fi;
	list(req, size, offset, true);
}

static void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fi->cache_readdir = fi->keep_cache = 1;
	fuse_reply_open(req, fi);
}

static const struct fuse_lowlevel_ops operations = {
	.init = op_init,
	.lookup = op_lookup,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.getxattr = op_getxattr,
	.open = op_open,
	.create = op_create,
	.read = op_read,
	.write = op_write,
	.flush = op_flush,
	.unlink = op_unlink,
	.rename = op_rename,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
};

static void fill(unsigned count)
{
	char text[NAME_SIZE];
	struct file *file;
	unsigned number;

	for (number = 0; number < count; number++) {
		snprintf(text, sizeof(text), "key%05u", number);
		file = add_file(text);
		snprintf(text, sizeof(text), "value %u\n", number);
		resize(file, strlen(text));
		memcpy(file->bytes, text, file->len);
	}
}

int main(int argc, char **argv)
{
	char dash[] = "-o", list[] = "fsname=least,subtype=least";
	char *options[] = { argv[0], dash, list, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(3, options);
	struct fuse_session *session;
	int result;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: least_fs MOUNTPOINT COUNT [NOTES]\n");
		return 2;
	}
	if (argc == 4 && (notes = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0) {
		perror(argv[3]);
		return 2;
	}
	owner = getuid();
	group = getgid();
	fill((unsigned)strtoul(argv[2], NULL, 10));
	session = fuse_session_new(&args, &operations, sizeof(operations), NULL);
	if (!session || fuse_set_signal_handlers(session) < 0 || fuse_session_mount(session, argv[1]) < 0)
		return 2;
	result = fuse_session_loop(session);
	fuse_session_unmount(session);
	fuse_remove_signal_handlers(session);
	fuse_session_destroy(session);
	return result == 0 ? 0 : 2;
}
