/*
 * What the tests of opening and saving share: a profile under test with what was said about it, in a folder
 * with a runtime directory of its own.
 *
 * open_with() and open_plain() open one, done() closes it.
 */
#ifndef TESTS_OPENED_H
#define TESTS_OPENED_H

#include "tests/unit/folder.h"

#include "fs/tree/save.h"
#include "plist/node.h"

#define WIFI "p/wifi.mobileconfig"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n"

#define PLAIN(name) \
	HEAD "<dict>\n  <!-- kept -->\n  <key>PayloadDisplayName</key>\n  <string>" name "</string>\n" \
	     "  <key>PayloadVersion</key>\n  <integer>1</integer>\n</dict>\n</plist>\n"

static inline int begin(void **state)
{
	if (folder_open(state) < 0 || mkdir(path_of("run"), 0700) < 0 || mkdir(path_of("p"), 0755) < 0)
		return -1;
	return setenv("XDG_RUNTIME_DIR", path_of("run"), 1);
}

static inline int end(void **state)
{
	unsetenv("XDG_RUNTIME_DIR");
	return folder_close(state);
}

/* An open profile and what was said about it. */
struct opened {
	struct profile profile;
	struct problems notes;
	struct error err;
};

static inline struct opened open_with(const char *name, struct profile_options options)
{
	struct opened it = { .notes = PROBLEMS_INIT, .err = ERROR_INIT };

	if (profile_open(&it.profile, path_of(name), &options, &it.notes, &it.err) < 0)
		fail_msg("%s: %s", it.err.file, it.err.text);
	return it;
}

static inline struct opened open_plain(const char *name)
{
	return open_with(name, (struct profile_options){ 0 });
}

static inline void done(struct opened *it)
{
	profile_close(&it->profile);
	problems_free(&it->notes);
}

/* It must not open; the error is the answer. */
static inline struct error refused(const char *name, struct profile_options options)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct profile profile;

	assert_int_equal(profile_open(&profile, path_of(name), &options, &notes, &err), -1);
	assert_int_not_equal(err.code, 0);
	problems_free(&notes);
	return err;
}

static inline void edit(struct opened *it, const char *key, const char *value)
{
	struct node *node = node_get(it->profile.doc.root, key);

	assert_non_null(node);
	assert_int_equal(node_set(node, node->type, value, strlen(value)), 0);
	it->profile.commits++;
}

static inline void rename_to(struct opened *it, const char *name)
{
	edit(it, "PayloadDisplayName", name);
}

static inline void assert_saves(struct opened *it, enum save_outcome expected)
{
	enum save_outcome outcome = profile_save(&it->profile, NULL, &it->notes, &it->err);

	if (outcome != expected)
		fail_msg("outcome %d, not %d: %s", (int)outcome, (int)expected, it->err.text);
}

/* How many notes say all of `words`. */
static inline size_t notes_saying(const struct opened *it, const char *words)
{
	size_t i, count = 0;

	for (i = 0; i < it->notes.count; i++)
		count += strstr(it->notes.list[i].text, words) != NULL;
	return count;
}

static inline void assert_untouched(const char *name, const struct stat *before)
{
	struct stat now = look_at(name);

	assert_int_equal(now.st_ino, before->st_ino);
	assert_int_equal(now.st_mtim.tv_sec, before->st_mtim.tv_sec);
	assert_int_equal(now.st_mtim.tv_nsec, before->st_mtim.tv_nsec);
	assert_int_equal(now.st_ctim.tv_nsec, before->st_ctim.tv_nsec);
	assert_int_equal(now.st_size, before->st_size);
}

static inline void assert_read_only(const char *name, struct profile_options options, const char *words)
{
	struct opened it = open_with(name, options);

	assert_true(it.profile.read_only);
	assert_int_not_equal(it.profile.why_read_only.code, 0);
	if (!strstr(it.profile.why_read_only.text, words))
		fail_msg("'%s' does not say '%s'", it.profile.why_read_only.text, words);
	assert_int_equal(notes_saying(&it, words), 1);
	assert_int_equal(it.profile.lock.fd, -1);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_FAILED);
	done(&it);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
