/*
 * Random operations on open files, each compared with a model in memory.
 *
 *   files FOLDER SEED COUNT EXPECTED
 *
 * FOLDER is a payload's directory that holds the data keys Blob0 ... Blob3, so that any bytes are a valid value.
 * Beside them scratch files come and go. The model is what POSIX says of files: names lead to inodes, handles too, and
 * all handles of an inode see the same bytes, committed or not. At the end EXPECTED, a folder, gets a file for each
 * key that is there, with the bytes that must have been saved.
 *
 * Exit status 1, the last operations and the seed on stderr, if anything is not as the model says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_LIMIT 20000
#define HANDLES 8
#define INODES 32 /* more than there are names and handles */
#define SAID_LINES 40
#define SAID_LENGTH 160

static const char *const names[] = { "Blob0", "Blob1", "Blob2", "Blob3", "Blob0~", ".draft", "b.tmp", "Blob1.bak" };
#define NAMES (sizeof(names) / sizeof(*names))
#define KEYS 4

struct inode {
	unsigned char bytes[SIZE_LIMIT];
	size_t size;
	int users; /* names and handles */
};

struct handle {
	struct inode *inode; /* NULL: not open */
	int fd;
	bool reads, writes, append;
};

static struct inode inodes[INODES];
static struct inode *named[NAMES];
static struct handle handles[HANDLES];
static char said[SAID_LINES][SAID_LENGTH];
static unsigned long done, seed;
static uint64_t state;

/* --- chance, and what is said of it ------------------------------------------------------------------ */

/* splitmix64. */
static uint64_t random_bits(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t below(size_t limit)
{
	return (size_t)(random_bits() % limit);
}

/* Small numbers as often as large ones. */
static size_t some_size(size_t limit)
{
	static const size_t limits[] = { 2, 64, 1000, 5000, SIZE_LIMIT };
	size_t most = limits[below(sizeof(limits) / sizeof(*limits))];

	return below((most < limit ? most : limit) + 1);
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(said[done % SAID_LINES], SAID_LENGTH, format, args);
	va_end(args);
}

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...)
{
	unsigned long i = done >= SAID_LINES ? done - SAID_LINES + 1 : 0;
	va_list args;

	for (; i <= done; i++)
		fprintf(stderr, "%lu: %s\n", i, said[i % SAID_LINES]);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nseed %lu: run it again with STRESS_SEED=%lu\n", seed, seed);
	exit(1);
}

/* What a call must have answered: 0 or an errno. */
static void expect(int expected, long result)
{
	int got = result < 0 ? errno : 0;

	if (got != expected)
		die("expected: %s, got: %s", expected ? strerror(expected) : "success",
		    got ? strerror(got) : "success");
}

/* --- the model --------------------------------------------------------------------------------------- */

static struct inode *inode_new(void)
{
	size_t i;

	for (i = 0; i < INODES; i++)
		if (inodes[i].users == 0) {
			inodes[i].size = 0;
			return &inodes[i];
		}
	die("the model has no inode left");
}

static void link_name(size_t name, struct inode *inode)
{
	if (inode)
		inode->users++;
	if (named[name])
		named[name]->users--;
	named[name] = inode;
}

static void model_resize(struct inode *inode, size_t size)
{
	if (size > inode->size)
		memset(inode->bytes + inode->size, 0, size - inode->size);
	inode->size = size;
}

static void model_write(struct inode *inode, const unsigned char *bytes, size_t size, size_t offset)
{
	if (size == 0)
		return;
	if (offset > inode->size)
		model_resize(inode, offset);
	memcpy(inode->bytes + offset, bytes, size);
	if (offset + size > inode->size)
		inode->size = offset + size;
}

/* --- looking ----------------------------------------------------------------------------------------- */

static void compare(const struct inode *inode, const unsigned char *got, size_t size, size_t offset)
{
	size_t expected = offset < inode->size ? inode->size - offset : 0, i;

	if (size != expected)
		die("expected: %zu bytes from %zu on, got: %zu", expected, offset, size);
	for (i = 0; i < size; i++)
		if (got[i] != inode->bytes[offset + i])
			die("the byte at %zu is %02x, expected: %02x (of %zu)", offset + i, got[i],
			    inode->bytes[offset + i], inode->size);
}

/* Reads from an offset to the end. */
static void check_read(const struct handle *handle, size_t offset)
{
	static unsigned char bytes[SIZE_LIMIT + 1];
	ssize_t size = pread(handle->fd, bytes, sizeof(bytes), (off_t)offset);

	expect(handle->reads ? 0 : EBADF, size);
	if (size >= 0)
		compare(handle->inode, bytes, (size_t)size, offset);
}

static void check_size(int result, const struct stat *st, const struct inode *inode)
{
	expect(0, result);
	if ((size_t)st->st_size != inode->size)
		die("expected: a size of %zu, got: %zu", inode->size, (size_t)st->st_size);
}

/* A mapping that nobody can write through is allowed, private or shared. */
static void check_map(const char *path, const struct inode *inode, int sharing)
{
	struct stat st;
	unsigned char *map;
	int fd = open(path, O_RDONLY);

	expect(0, fd);
	check_size(fstat(fd, &st), &st, inode);
	if (inode->size > 0) {
		map = mmap(NULL, inode->size, PROT_READ, sharing, fd, 0);
		expect(0, map == MAP_FAILED ? -1 : 0);
		compare(inode, map, inode->size, 0);
		munmap(map, inode->size);
	}
	close(fd);
}

/* --- operations -------------------------------------------------------------------------------------- */

static struct handle *some_open(void)
{
	size_t i, first = below(HANDLES);

	for (i = 0; i < HANDLES; i++)
		if (handles[(first + i) % HANDLES].inode)
			return &handles[(first + i) % HANDLES];
	return NULL;
}

static struct handle *some_closed(void)
{
	size_t i;

	for (i = 0; i < HANDLES; i++)
		if (!handles[i].inode)
			return &handles[i];
	return NULL;
}

static void op_open(void)
{
	static const int accesses[] = { O_RDONLY, O_WRONLY, O_RDWR };
	static const int extras[] = { 0, 0, O_APPEND, O_TRUNC, O_CREAT, O_CREAT | O_TRUNC, O_CREAT | O_EXCL,
				      O_CREAT | O_APPEND };
	struct handle *handle = some_closed();
	size_t name = below(NAMES);
	int access = accesses[below(3)], flags = extras[below(sizeof(extras) / sizeof(*extras))], expected = 0;

	if (!handle)
		return;
	if (access == O_RDONLY)
		flags &= ~O_TRUNC; /* POSIX leaves it undefined */
	say("open %s flags %#o as %td", names[name], (unsigned)(access | flags), handle - handles);
	if (!named[name] && !(flags & O_CREAT))
		expected = ENOENT;
	else if (named[name] && (flags & O_EXCL))
		expected = EEXIST;
	handle->fd = open(names[name], access | flags, 0600);
	expect(expected, handle->fd);
	if (expected)
		return;
	if (!named[name])
		link_name(name, inode_new());
	else if (flags & O_TRUNC)
		named[name]->size = 0;
	handle->inode = named[name];
	handle->inode->users++;
	handle->reads = access != O_WRONLY;
	handle->writes = access != O_RDONLY;
	handle->append = flags & O_APPEND;
}

static void op_dup(void)
{
	struct handle *from = some_open(), *to = some_closed();

	if (!from || !to)
		return;
	say("dup %td as %td", from - handles, to - handles);
	*to = *from;
	to->fd = dup(from->fd);
	expect(0, to->fd);
	to->inode->users++;
}

static void op_close(void)
{
	struct handle *handle = some_open();

	if (!handle)
		return;
	say("close %td", handle - handles);
	expect(0, close(handle->fd));
	handle->inode->users--;
	handle->inode = NULL;
}

static void op_write(void)
{
	unsigned char bytes[SIZE_LIMIT];
	struct handle *handle = some_open();
	size_t offset, size, i;
	ssize_t result;

	if (!handle)
		return;
	offset = handle->append ? handle->inode->size : some_size(SIZE_LIMIT);
	size = some_size(SIZE_LIMIT - offset);
	say("write %zu bytes at %zu to %td", size, offset, handle - handles);
	for (i = 0; i < size; i++)
		bytes[i] = (unsigned char)random_bits();
	result = pwrite(handle->fd, bytes, size, (off_t)offset);
	expect(handle->writes ? 0 : EBADF, result);
	if (!handle->writes)
		return;
	if ((size_t)result != size)
		die("expected: %zu bytes written, got: %zd", size, result);
	model_write(handle->inode, bytes, size, offset);
}

static void op_read(void)
{
	struct handle *handle = some_open();
	size_t offset = below(2) ? 0 : some_size(SIZE_LIMIT);

	if (!handle)
		return;
	say("read %td from %zu", handle - handles, offset);
	check_read(handle, offset);
}

static void op_ftruncate(void)
{
	struct handle *handle = some_open();
	size_t size = some_size(SIZE_LIMIT);

	if (!handle)
		return;
	say("ftruncate %td to %zu", handle - handles, size);
	expect(handle->writes ? 0 : EINVAL, ftruncate(handle->fd, (off_t)size));
	if (handle->writes)
		model_resize(handle->inode, size);
}

static void op_truncate(void)
{
	size_t name = below(NAMES), size = some_size(SIZE_LIMIT);

	say("truncate %s to %zu", names[name], size);
	expect(named[name] ? 0 : ENOENT, truncate(names[name], (off_t)size));
	if (named[name])
		model_resize(named[name], size);
}

static void op_unlink(void)
{
	size_t name = below(NAMES);

	say("unlink %s", names[name]);
	expect(named[name] ? 0 : ENOENT, unlink(names[name]));
	link_name(name, NULL);
}

static void op_rename(void)
{
	size_t from = below(NAMES), to = below(NAMES);
	bool exchange = below(4) == 0;
	struct inode *target = named[to];
	int expected = !named[from] || (exchange && !target) ? ENOENT : 0;

	say("%s %s and %s", exchange ? "exchange" : "rename", names[from], names[to]);
	expect(expected, renameat2(AT_FDCWD, names[from], AT_FDCWD, names[to], exchange ? RENAME_EXCHANGE : 0));
	if (expected || from == to)
		return;
	if (target)
		target->users++;
	link_name(to, named[from]);
	link_name(from, exchange ? target : NULL);
	if (target)
		target->users--;
}

static void op_stat(void)
{
	size_t name = below(NAMES);
	struct stat st;
	int result;

	say("stat %s", names[name]);
	result = stat(names[name], &st);
	if (named[name])
		check_size(result, &st, named[name]);
	else
		expect(ENOENT, result);
}

static void op_fsync(void)
{
	struct handle *handle = some_open();
	struct stat st;

	if (!handle)
		return;
	say("fsync %td", handle - handles);
	expect(0, fsync(handle->fd));
	check_size(fstat(handle->fd, &st), &st, handle->inode);
}

static void op_map(void)
{
	size_t name = below(NAMES);
	int sharing = below(2) ? MAP_PRIVATE : MAP_SHARED;

	if (!named[name])
		return;
	say("map %s, %s", names[name], sharing == MAP_PRIVATE ? "private" : "shared");
	check_map(names[name], named[name], sharing);
}

/* What is written through a mapping could be refused to nobody. */
static void op_map_to_write(void)
{
	struct handle *handle = some_open();

	if (!handle || !handle->reads || !handle->writes || handle->inode->size == 0)
		return;
	say("map %td, shared, to write", handle - handles);
	expect(ENODEV, mmap(NULL, handle->inode->size, PROT_READ | PROT_WRITE, MAP_SHARED, handle->fd, 0) ==
				       MAP_FAILED
			       ? -1
			       : 0);
}

/* --- a run ------------------------------------------------------------------------------------------- */

/* How often, of the sum. */
static const struct {
	int weight;
	void (*run)(void);
} operations[] = {
	{ 20, op_open },
	{ 16, op_close },
	{ 20, op_write },
	{ 16, op_read },
	{ 6, op_ftruncate },
	{ 3, op_truncate },
	{ 3, op_unlink },
	{ 6, op_rename },
	{ 5, op_stat },
	{ 3, op_fsync },
	{ 3, op_map },
	{ 1, op_map_to_write },
	{ 4, op_dup },
};

static void run_one(void)
{
	size_t i, count = sizeof(operations) / sizeof(*operations);
	int sum = 0, at;

	for (i = 0; i < count; i++)
		sum += operations[i].weight;
	at = (int)below((size_t)sum);
	for (i = 0; at >= operations[i].weight; i++)
		at -= operations[i].weight;
	say("nothing");
	operations[i].run();
	done++;
}

/* What every name must show, through a handle of its own. */
static void check_all(void)
{
	size_t name;

	for (name = 0; name < NAMES; name++) {
		struct handle handle = { .inode = named[name], .reads = true };

		say("look at %s", names[name]);
		handle.fd = open(names[name], O_RDONLY);
		expect(named[name] ? 0 : ENOENT, handle.fd);
		if (handle.fd < 0)
			continue;
		check_read(&handle, 0);
		close(handle.fd);
	}
}

static void begin(void)
{
	size_t name;
	ssize_t size;
	int fd;

	for (name = 0; name < KEYS; name++) {
		link_name(name, inode_new());
		fd = open(names[name], O_RDONLY);
		expect(0, fd);
		size = read(fd, named[name]->bytes, SIZE_LIMIT);
		expect(0, size);
		named[name]->size = (size_t)size;
		close(fd);
	}
}

static void write_expected(int folder)
{
	size_t name;
	int fd;

	for (name = 0; name < KEYS; name++) {
		if (!named[name])
			continue;
		fd = openat(folder, names[name], O_WRONLY | O_CREAT | O_EXCL, 0600);
		expect(0, fd);
		if (write(fd, named[name]->bytes, named[name]->size) != (ssize_t)named[name]->size)
			die("what is expected could not be written");
		expect(0, close(fd));
	}
}

int main(int argc, char **argv)
{
	unsigned long count, i;
	int folder;

	if (argc != 5) {
		fprintf(stderr, "usage: files FOLDER SEED COUNT EXPECTED\n");
		return 2;
	}
	state = seed = strtoul(argv[2], NULL, 10);
	count = strtoul(argv[3], NULL, 10);
	folder = open(argv[4], O_RDONLY | O_DIRECTORY);
	if (folder < 0 || chdir(argv[1]) < 0) {
		perror("files");
		return 2;
	}
	begin();
	for (i = 0; i < count; i++) {
		run_one();
		if (i % 500 == 499)
			check_all();
	}
	for (i = 0; i < HANDLES; i++)
		if (handles[i].inode)
			expect(0, close(handles[i].fd));
	check_all();
	write_expected(folder);
	return 0;
}
