/*
 * One kind of system call in a loop, on a folder of numbered files: what `operations` measures file systems with.
 *
 *     operate OPERATION FOLDER COUNT
 *
 * The files are key00000, key00001, ...; created ones are new00000, ..., renamed ones moved00000, ...: create, rename
 * and unlink follow each other. Writes nanoseconds for each file (for each entry: readdir).
 *
 * What comes before is not counted: relist lists once, rename looks at all that it renames: the names are known then.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_SIZE 32

static void die(const char *what)
{
	fprintf(stderr, "operate: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void name_it(char name[NAME_SIZE], const char *kind, unsigned number)
{
	snprintf(name, NAME_SIZE, "%s%05u", kind, number);
}

static void look_at(const char *kind, unsigned number)
{
	char name[NAME_SIZE];
	struct stat st;

	name_it(name, kind, number);
	if (stat(name, &st) < 0)
		die(name);
}

static void op_stat(unsigned number)
{
	look_at("key", number);
}

static void op_read(unsigned number)
{
	char name[NAME_SIZE], bytes[4096];
	int fd;

	name_it(name, "key", number);
	fd = open(name, O_RDONLY);
	if (fd < 0 || read(fd, bytes, sizeof(bytes)) <= 0 || close(fd) < 0)
		die(name);
}

static void write_file(const char *name, int flags, unsigned number)
{
	char bytes[64];
	int fd, len;

	/* Never what is there: equal bytes are no edit. */
	len = snprintf(bytes, sizeof(bytes), "value %u at %lld\n", number, (long long)time(NULL) * 1000 + getpid());
	fd = open(name, flags, 0600);
	if (fd < 0 || write(fd, bytes, (size_t)len) != len || close(fd) < 0)
		die(name);
}

static void op_write(unsigned number)
{
	char name[NAME_SIZE];

	name_it(name, "key", number);
	write_file(name, O_WRONLY | O_TRUNC, number);
}

static void op_create(unsigned number)
{
	char name[NAME_SIZE];

	name_it(name, "new", number);
	write_file(name, O_WRONLY | O_CREAT | O_EXCL, number);
}

static void op_rename(unsigned number)
{
	char from[NAME_SIZE], to[NAME_SIZE];

	name_it(from, "new", number);
	name_it(to, "moved", number);
	if (rename(from, to) < 0)
		die(from);
}

static void op_unlink(unsigned number)
{
	char name[NAME_SIZE];

	name_it(name, "moved", number);
	if (unlink(name) < 0)
		die(name);
}

static const struct {
	const char *name;
	void (*one)(unsigned number);
} operations[] = {
	{ "stat", op_stat },
	{ "read", op_read },
	{ "write", op_write },
	{ "create", op_create },
	{ "rename", op_rename },
	{ "unlink", op_unlink },
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Lists the working folder; the number of its entries. */
static unsigned list(void)
{
	DIR *folder = opendir(".");
	unsigned count = 0;

	if (!folder)
		die("opendir");
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static unsigned run(const char *operation, unsigned count)
{
	unsigned number;
	size_t i;

	if (strcmp(operation, "readdir") == 0 || strcmp(operation, "relist") == 0)
		return list();
	for (i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
		if (strcmp(operation, operations[i].name) != 0)
			continue;
		for (number = 0; number < count; number++)
			operations[i].one(number);
		return count;
	}
	return 0;
}

static void prepare(const char *operation, unsigned count)
{
	unsigned number;

	if (strcmp(operation, "relist") == 0)
		list();
	for (number = 0; strcmp(operation, "rename") == 0 && number < count; number++)
		look_at("new", number);
}

int main(int argc, char **argv)
{
	unsigned count, done;
	double start;

	if (argc != 4) {
		fprintf(stderr, "usage: operate OPERATION FOLDER COUNT\n");
		return 2;
	}
	if (chdir(argv[2]) < 0)
		die(argv[2]);
	count = (unsigned)strtoul(argv[3], NULL, 10);
	prepare(argv[1], count);
	start = now();
	done = run(argv[1], count);
	if (done == 0) {
		fprintf(stderr, "operate: %s: no such operation\n", argv[1]);
		return 2;
	}
	printf("%.1f\n", (now() - start) / done);
	return 0;
}
