/*
 * What the tests of writing share: a profile with a value of every kind, and looks at files that are open.
 */
#ifndef TESTS_WRITTEN_TREE_H
#define TESTS_WRITTEN_TREE_H

#include "tests/unit/mounted_tree.h"

#define KEYS(port) \
	"\t<key>Flag</key>\n\t<true/>\n\t<key>Hosts</key>\n\t<array>\n\t\t" \
	"<integer>1</integer>\n\t\t<integer>2</integer>\n\t</array>\n" \
	"\t<key>Name</key>\n\t<string>one</string>\n\t<key>Port</key>\n\t<integer>" port "</integer>\n" \
	"\t<key>Raw</key>\n\t<data>AAEC</data>\n" \
	"\t<key>PayloadContent</key>\n\t<array>\n\t\t<dict>\n\t\t\t" \
	"<key>PayloadType</key>\n\t\t\t<string>com.x</string>\n" \
	"\t\t</dict>\n\t</array>\n"

static inline int begin(void **state)
{
	if (folder_open(state) < 0)
		return -1;
	tree_begin_keys(KEYS("1"));
	return 0;
}

static inline int end(void **state)
{
	tree_end();
	return folder_close(state);
}

static inline struct handle *open_ok(const char *path, int flags)
{
	struct handle *handle = NULL;
	int result = open_at(path, flags, &handle);

	if (result < 0)
		fail_msg("%s: %s", path, strerror(-result));
	return handle;
}

/* What an open file shows. */
static inline void assert_reads(struct handle *handle, const char *text)
{
	BUF_AUTO bytes = BUF_INIT;

	assert_int_equal(tree_read(mounted.tree, handle, 1 << 20, 0, &bytes), 0);
	assert_string_equal(buf_text(&bytes), text);
}

static inline int truncate_path(const char *path, off_t size)
{
	return tree_truncate(mounted.tree, at(path), NULL, size);
}

static inline void assert_reason(const char *path, const char *part)
{
	BUF_AUTO reason = BUF_INIT;

	assert_int_equal(tree_getxattr(mounted.tree, at(path), "user.profilefs.error", &reason), 0);
	if (!strstr(buf_text(&reason), part))
		fail_msg("'%s' does not say '%s'", buf_text(&reason), part);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
