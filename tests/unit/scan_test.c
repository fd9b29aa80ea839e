/* The names in a directory, however many there are. */
#include "tests/unit/folder.h"

#include "plist/base/scan.h"

#define MANY 2000

static size_t scan_folder(bool *seen)
{
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct scan scan;
	const char *name;
	size_t count = 0;

	assert_true(dir >= 0);
	scan_begin(&scan, dir);
	while ((name = scan_next(&scan))) {
		count++;
		if (strncmp(name, "name", 4) != 0)
			continue;
		assert_false(seen[atoi(name + 4)]);
		seen[atoi(name + 4)] = true;
	}
	assert_null(scan_next(&scan));
	scan_end(&scan);
	close(dir);
	return count;
}

/* More than one call of the kernel's gives. */
static void each_name_is_told_once(void **state)
{
	static bool seen[MANY];
	char name[40];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "name%d%.*s", i, i % 20, ".mobileconfig.rejected");
		put_text(name, "");
	}
	assert_int_equal(scan_folder(seen), MANY + 2);
	for (int i = 0; i < MANY; i++)
		assert_true(seen[i]);
}

static void what_is_no_directory_has_none(void **state)
{
	struct scan scan;
	int fd;

	(void)state;
	put_text("file", "text");
	fd = open(path_of("file"), O_RDONLY | O_CLOEXEC);
	scan_begin(&scan, fd);
	assert_null(scan_next(&scan));
	scan_end(&scan);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_name_is_told_once),
		TEST(what_is_no_directory_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
