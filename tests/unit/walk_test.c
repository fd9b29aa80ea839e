/* Walking to directories: links are followed as the kernel follows them, and one file system is not entered. */
#include "tests/unit/folder.h"

#include "plist/base/walk.h"

static struct walk_base base;

static int begin(void **state)
{
	if (folder_open(state) < 0 || mkdir(path_of("a"), 0755) < 0 || mkdir(path_of("a/b"), 0755) < 0)
		return -1;
	put_text("a/file", "text");
	base = (struct walk_base){ .dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .shown = "folder" };
	return base.dir < 0 ? -1 : 0;
}

static int end(void **state)
{
	close(base.dir);
	return folder_close(state);
}

/* 0 if the walk ends where stat(2) ends, else the errno. */
static int walk(const char *path)
{
	int fd = walk_open(&base, path), there;
	struct stat st, expected;

	if (fd < 0)
		return errno;
	assert_int_equal(fstat(fd, &st), 0);
	there = openat(base.dir, *path ? path : ".", O_PATH | O_CLOEXEC);
	assert_int_equal(fstat(there, &expected), 0);
	assert_int_equal(st.st_dev, expected.st_dev);
	assert_int_equal(st.st_ino, expected.st_ino);
	close(there);
	close(fd);
	return 0;
}

static void put_link(const char *name, const char *target)
{
	assert_int_equal(symlink(target, path_of(name)), 0);
}

static void it_ends_where_the_kernel_ends(void **state)
{
	(void)state;
	put_link("one", "a");
	put_link("two", "one/b");
	put_link("a/up", "..");
	put_link("a/b/absolute", path_of("a"));
	assert_int_equal(walk(""), 0);
	assert_int_equal(walk("."), 0);
	assert_int_equal(walk("a//b/"), 0);
	assert_int_equal(walk("a/../a/b/.."), 0);
	assert_int_equal(walk("two"), 0);
	assert_int_equal(walk("two/absolute/up/one"), 0);
	assert_int_equal(walk("/"), 0);
	assert_int_equal(walk(path_of("two/..")), 0);
}

static void it_fails_as_the_kernel_fails(void **state)
{
	char name[300], path[5000];

	(void)state;
	put_link("loop", "loop");
	put_link("x", "y");
	put_link("y", "x");
	put_link("grows", "grows/grows");
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	memset(path, '/', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(walk("none"), ENOENT);
	assert_int_equal(walk("a/none/b"), ENOENT);
	assert_int_equal(walk("a/file"), ENOTDIR);
	assert_int_equal(walk("a/file/b"), ENOTDIR);
	assert_int_equal(walk("loop"), ELOOP);
	assert_int_equal(walk("x/b"), ELOOP);
	assert_int_equal(walk("grows"), ELOOP);
	assert_int_equal(walk(name), ENAMETOOLONG);
	assert_int_equal(walk(path), ENAMETOOLONG);
}

static void one_file_system_is_not_entered(void **state)
{
	mode_t mode;

	(void)state;
	base.ours = walk_device("/proc");
	if (!base.ours || base.ours == walk_device(folder))
		skip();
	put_link("in", "/proc/self");
	put_link("around", "../../../proc/sys");
	assert_int_equal(walk("/proc"), EDEADLK);
	assert_int_equal(walk("in"), EDEADLK);
	assert_int_equal(walk("a/../around/kernel"), EDEADLK);
	assert_int_equal(walk("a"), 0);
	assert_int_equal(walk_look(&base, base.dir, "/proc", &mode), -1);
	assert_int_equal(errno, EDEADLK);
	assert_int_equal(walk_look(&base, base.dir, "in", &mode), 0);
	assert_true(S_ISLNK(mode));
	assert_int_equal(walk_look(&base, base.dir, "none", &mode), -1);
	assert_int_equal(errno, ENOENT);
}

static void it_leaves_no_descriptor_open(void **state)
{
	int before = dup(base.dir), after;

	(void)state;
	close(before);
	put_link("loop", "loop");
	put_link("far", path_of("a"));
	base.ours = walk_device("/proc");
	(void)walk("far/b");
	(void)walk("loop");
	(void)walk("a/file");
	(void)walk("none/b");
	(void)walk("/proc/self");
	after = dup(base.dir);
	close(after);
	assert_int_equal(before, after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_ends_where_the_kernel_ends),
		TEST(it_fails_as_the_kernel_fails),
		TEST(one_file_system_is_not_entered),
		TEST(it_leaves_no_descriptor_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
