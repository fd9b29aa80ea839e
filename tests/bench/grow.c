/*
 * What a profile costs inside one process, without a mount: the tree is asked as the mount asks it, with a journal.
 *
 *     grow parse PROFILE                  libplist's parse of the file, which is XML
 *     grow load PROFILE                   read, checked and made a tree
 *     grow saves PROFILE FOLDER FILE N    N times by turns: a copy beside it, written to the disk, and its SHA-256; and
 *                                         an edit of a key, saved. Both in one process, as the first to touch memory
 *                                         that nobody had before waits longer for it than others
 *     grow keys PROFILE FOLDER FILE NEW   all that is done to keys, in the folder FOLDER of the tree (parts with '/'):
 *                                         FILE is a key in it, NEW how many keys are made there, and removed
 *     grow again PROFILE FOLDER           all files of the folder are removed, and made again
 *     grow append PROFILE FOLDER FILE NEW lines are appended to FILE, an array's, one by one
 *
 * Writes a JSON object: seconds of each step, how many names the folder has, the peak of memory in bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <plist/plist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "fs/tree/profile.h"
#include "fs/tree/tree.h"
#include "plist/base/file.h"

#define FILE_MAX ((size_t)2 << 30)

static struct profile profile;
static struct tree *tree;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "grow: %s: %s\n", what, why);
	exit(2);
}

static void must(const char *what, int result)
{
	if (result < 0)
		die(what, strerror(-result));
}

/* --- time ------------------------------------------------------------------------------------------- */

static double started;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void begin(void)
{
	started = now();
}

static void end(const char *step)
{
	printf("\"%s\": %.9f, ", step, now() - started);
}

/* --- steps ------------------------------------------------------------------------------------------ */

static void read_bytes(const char *path, struct buf *bytes)
{
	struct error err = ERROR_INIT;

	if (file_read_path(path, FILE_MAX, bytes, &err) < 0)
		die(path, err.text);
}

static void parse(const char *path)
{
	BUF_AUTO bytes = BUF_INIT;
	plist_t plist = NULL;

	begin();
	read_bytes(path, &bytes);
	plist_from_xml(bytes.data, (uint32_t)bytes.len, &plist);
	end("parse");
	if (!plist)
		die(path, "libplist does not read it");
	plist_free(plist);
}

static void copy(const char *path)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	BUF_AUTO bytes = BUF_INIT;
	char beside[4096];
	int fd;

	snprintf(beside, sizeof(beside), "%s.copy", path);
	read_bytes(path, &bytes);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || file_write_all(fd, bytes.data, bytes.len) < 0 || fsync(fd) < 0 || close(fd) < 0 ||
	    EVP_Digest(bytes.data, bytes.len, digest, NULL, EVP_sha256(), NULL) != 1)
		die(beside, strerror(errno));
	unlink(beside);
}

static void load(const char *path)
{
	const struct profile_options options = { .unknown_allowed = true, .recovery = RECOVERY_KEEP };
	static const struct tree_surroundings around;
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;

	begin();
	if (profile_open(&profile, path, &options, &notes, &err) < 0)
		die(path, err.text);
	tree = tree_new(&profile, &around);
	if (!tree)
		die(path, "out of memory");
	end("load");
	problems_free(&notes);
}

static struct item *find(struct item *dir, const char *name)
{
	struct item *item = NULL;

	must(name, tree_lookup(tree, dir, name, &item));
	return item;
}

static struct item *find_folder(const char *path)
{
	struct item *dir = tree_item(tree, TREE_ROOT_INO);
	char *parts = strdup(path), *part, *rest = NULL;

	for (part = strtok_r(parts, "/", &rest); part; part = strtok_r(NULL, "/", &rest))
		dir = find(dir, part);
	free(parts);
	return dir;
}

static void write_value(struct handle *handle, const char *value)
{
	must("write", tree_done(tree, tree_write(tree, handle, value, strlen(value), 0)));
	must("flush", tree_done(tree, tree_flush(tree, handle)));
	tree_release(tree, handle);
	must("release", tree_done(tree, 0));
}

static void read_value(struct item *item)
{
	BUF_AUTO bytes = BUF_INIT;
	struct handle *handle;

	must("open", tree_open(tree, item, O_RDONLY, &handle));
	must("read", tree_read(tree, handle, 4096, 0, &bytes));
	tree_release(tree, handle);
}

static void edit(struct item *dir, const char *name)
{
	struct handle *handle;
	char value[64];

	/* Never what is there: equal bytes are no edit. */
	snprintf(value, sizeof(value), "edited at %.9f\n", now());
	must(name, tree_open(tree, find(dir, name), O_WRONLY | O_TRUNC, &handle));
	write_value(handle, value);
}

/* Every name of a folder, in its order, is looked up. */
static size_t look_up(struct item *dir)
{
	struct listing *listing;
	size_t position = 0, count = 0;
	struct listed listed;
	struct tree_attr attr;
	uint64_t ino;

	must("list", tree_list(tree, dir, &listing));
	for (; listing_at(listing, &position, &listed); position++, count++) {
		must(listed.name, tree_find(tree, dir, listed.name, &ino));
		tree_attr(tree, ino, &attr);
		tree_hold(tree, ino);
	}
	listing_free(listing);
	return count;
}

static void create(struct item *dir, unsigned long count)
{
	struct handle *handle;
	struct item *item;
	char name[32];
	unsigned long i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "new%07lu", i);
		must(name, tree_create(tree, dir, name, O_WRONLY | O_CREAT | O_EXCL, &item, &handle));
		write_value(handle, "made\n");
	}
}

static void remove_created(struct item *dir, unsigned long count)
{
	char name[32];
	unsigned long i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "new%07lu", i);
		must(name, tree_done(tree, tree_unlink(tree, dir, name)));
	}
}

static void save(void)
{
	if (tree_sync(tree) < 0)
		die("save", tree_last_error(tree)->text);
}

static void finish(void)
{
	if (tree_finish(tree) != 0) /* else the next one would find a journal */
		die("finish", tree_last_error(tree)->text);
}

static void use_keys(const char *folder, const char *file, unsigned long count)
{
	struct item *dir;

	begin();
	dir = find_folder(folder);
	read_value(find(dir, file));
	end("first");
	look_up(dir);
	begin();
	printf("\"names\": %zu, ", look_up(dir));
	end("lookup");
	begin();
	edit(dir, file);
	end("edit");
	begin();
	save();
	end("save");
	begin();
	create(dir, count);
	end("create");
	begin();
	remove_created(dir, count);
	end("unlink");
	finish();
}

#define ROUNDS_MAX 100

static void print_list(const char *name, const double *seconds, unsigned long count)
{
	unsigned long i;

	printf("\"%s\": [", name);
	for (i = 0; i < count; i++)
		printf("%s%.9f", i ? ", " : "", seconds[i]);
	printf("], ");
}

static void save_and_copy(const char *path, const char *folder, const char *file, unsigned long count)
{
	static double copies[ROUNDS_MAX], saves[ROUNDS_MAX];
	struct item *dir = find_folder(folder);
	unsigned long i;

	for (i = 0; i < count && i < ROUNDS_MAX; i++) {
		begin();
		copy(path);
		copies[i] = now() - started;
		edit(dir, file);
		begin();
		save();
		saves[i] = now() - started;
	}
	print_list("copies", copies, i);
	print_list("saves", saves, i);
	finish();
}

static void append(struct item *file, const char *line, unsigned long count)
{
	struct handle *handle;

	for (; count > 0; count--) {
		must("open", tree_open(tree, file, O_WRONLY | O_APPEND, &handle));
		write_value(handle, line);
	}
}

/* The names of a folder's files, but of what every payload has. */
static size_t list_files(struct item *dir, char ***names)
{
	struct listing *listing;
	size_t position, count = 0;
	struct listed listed;

	must("list", tree_list(tree, dir, &listing));
	*names = calloc(look_up(dir), sizeof(**names));
	for (position = 0; listing_at(listing, &position, &listed); position++)
		if (*listed.name != '.' && strncmp(listed.name, "Payload", strlen("Payload")) != 0)
			(*names)[count++] = strdup(listed.name);
	listing_free(listing);
	return count;
}

static void make_again(const char *folder)
{
	struct item *dir = find_folder(folder), *item;
	struct handle *handle;
	char **names;
	size_t count = list_files(dir, &names), i;

	begin();
	for (i = 0; i < count; i++)
		must(names[i], tree_done(tree, tree_unlink(tree, dir, names[i])));
	end("remove");
	begin();
	for (i = 0; i < count; i++) {
		must(names[i], tree_create(tree, dir, names[i], O_WRONLY | O_CREAT | O_EXCL, &item, &handle));
		write_value(handle, "made again\n");
		free(names[i]);
	}
	end("again");
	free(names);
	tree_discard(tree);
}

/* The first line is of no interest: with it begins the journal. */
static void use_lines(const char *folder, const char *file, unsigned long count)
{
	struct item *item = find(find_folder(folder), file);

	append(item, "one\n", 1);
	begin();
	append(item, "one more element\n", count);
	end("append");
	save();
	finish();
}

/* --------------------------------------------------------------------------------------------------- */

static void set_limits(void)
{
	static const char *const names[] = { "profile", "value", "scratch", "journal" };
	struct error err = ERROR_INIT;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (limit_set(names[i], strlen(names[i]), "1g", &err) < 0)
			die(names[i], err.text);
}

int main(int argc, char **argv)
{
	struct rusage usage;

	set_limits();
	putchar('{');
	if (argc == 3 && strcmp(argv[1], "parse") == 0) {
		parse(argv[2]);
	} else if (argc == 3 && strcmp(argv[1], "load") == 0) {
		load(argv[2]);
	} else if (argc == 6 && strcmp(argv[1], "keys") == 0) {
		load(argv[2]);
		use_keys(argv[3], argv[4], strtoul(argv[5], NULL, 10));
	} else if (argc == 6 && strcmp(argv[1], "saves") == 0) {
		load(argv[2]);
		save_and_copy(argv[2], argv[3], argv[4], strtoul(argv[5], NULL, 10));
	} else if (argc == 4 && strcmp(argv[1], "again") == 0) {
		load(argv[2]);
		make_again(argv[3]);
	} else if (argc == 6 && strcmp(argv[1], "append") == 0) {
		load(argv[2]);
		use_lines(argv[3], argv[4], strtoul(argv[5], NULL, 10));
	} else {
		fprintf(stderr, "usage: grow parse|load PROFILE, grow keys|append|saves PROFILE FOLDER FILE COUNT, "
				"grow again PROFILE FOLDER\n");
		return 2;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("\"memory\": %ld}\n", usage.ru_maxrss << 10);
	tree_free(tree);
	if (tree)
		profile_close(&profile);
	return 0;
}
