/* A folder of profiles as one tree, without a mount: numbers, entering, what happens to items of profiles that go. */
#include "tests/unit/folder.h"

#include "fs/tree/collection_parts.h"

#define PROFILE(name) \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n" \
	"\t<key>PayloadDisplayName</key>\n\t<string>" name "</string>\n" \
	"\t<key>PayloadType</key>\n\t<string>Configuration</string>\n</dict>\n</plist>\n"

static struct collection *collection;
static struct problems reported, notes;
static uint64_t caller;
static uint64_t touched;

static void keep_report(void *context, const struct error *problem)
{
	(void)context;
	problems_add(&reported, problem);
}

static uint64_t tell_caller(void *context)
{
	(void)context;
	return caller;
}

static bool keep_touched(void *context, uint64_t ino, uint32_t holder)
{
	(void)context;
	(void)holder;
	touched = ino;
	return true;
}

static int begin(void **state)
{
	if (folder_open(state) < 0 || mkdir(path_of("run"), 0700) < 0 || mkdir(path_of("p"), 0755) < 0 ||
	    mkdir(path_of("p/sub"), 0755) < 0)
		return -1;
	put_text("p/a.mobileconfig", PROFILE("a"));
	put_text("p/sub/b.mobileconfig", PROFILE("b"));
	put_text("p/broken.mobileconfig", "none");
	caller = 0;
	return setenv("XDG_RUNTIME_DIR", path_of("run"), 1);
}

static int end(void **state)
{
	collection_close(collection);
	collection = NULL;
	problems_free(&reported);
	problems_free(&notes);
	unsetenv("XDG_RUNTIME_DIR");
	return folder_close(state);
}

static void open_with(struct profile_options options)
{
	const struct tree_surroundings around = {
		.report = keep_report, .caller = tell_caller, .attributes_changed = keep_touched
	};
	struct error err = ERROR_INIT;

	options.check = CHECK_OFF; /* the profiles here are no good ones */
	if (collection_open(&collection, path_of("p"), &options, &around, &notes, &err) < 0)
		fail_msg("%s", err.text);
}

/* What the driver makes of a path: the tree that it is in, and its item there. 0 or -errno. */
static int look_up(const char *path, struct tree **tree, struct item **item)
{
	char part[256];
	int result = 0;

	*tree = collection_tree(collection);
	*item = tree_item(*tree, TREE_ROOT_INO);
	while (result == 0 && *path) {
		snprintf(part, sizeof(part), "%.*s", (int)strcspn(path, "/"), path);
		path += strcspn(path, "/");
		path += *path == '/';
		result = tree_enter(tree, item);
		if (result == 0)
			result = tree_lookup(*tree, *item, part, item);
	}
	return result;
}

static struct item *at(const char *path, struct tree **tree)
{
	struct item *item;

	if (look_up(path, tree, &item) < 0)
		fail_msg("%s is not there", path);
	return item;
}

static void write_at(const char *dir, const char *name, const char *text)
{
	struct tree *tree;
	struct item *item = at(dir, &tree);
	struct handle *handle;

	assert_int_equal(tree_enter(&tree, &item), 0);
	assert_int_equal(tree_create(tree, item, name, O_WRONLY | O_TRUNC, &item, &handle), 0);
	assert_int_equal(tree_write(tree, handle, text, strlen(text), 0), 0);
	assert_int_equal(tree_flush(tree, handle), 0);
	tree_release(tree, handle);
}

static int remove_in(const char *dir, const char *name, bool is_dir)
{
	struct tree *tree;
	struct item *item = at(dir, &tree);

	assert_int_equal(tree_enter(&tree, &item), 0);
	return is_dir ? tree_rmdir(tree, item, name) : tree_unlink(tree, item, name);
}

static void empty(const char *profile)
{
	assert_int_equal(remove_in(profile, "PayloadDisplayName", false), 0);
	assert_int_equal(remove_in(profile, "PayloadType", false), 0);
}

static size_t listed(const char *path)
{
	struct tree *tree;
	struct item *item = at(path, &tree);
	struct listing *listing;
	size_t position = 0;
	struct listed entry;

	assert_int_equal(tree_enter(&tree, &item), 0);
	assert_int_equal(tree_list(tree, item, &listing), 0);
	while (listing_at(listing, &position, &entry))
		position++;
	listing_free(listing);
	return position;
}

static void every_inode_number_leads_back_to_its_tree_and_item(void **state)
{
	static const char *const paths[] = { "", "sub", "a.mobileconfig", "a.mobileconfig/PayloadType",
					     "sub/b.mobileconfig/PayloadType", "a.mobileconfig/.profilefs/status",
					     ".profilefs/status" };
	uint64_t seen[sizeof(paths) / sizeof(*paths)];

	(void)state;
	open_with((struct profile_options){ 0 });
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct tree *tree;
		struct item *item = at(paths[i], &tree);

		seen[i] = item_ino(item);
		assert_ptr_equal(tree_at(collection_tree(collection), seen[i]), tree);
		assert_ptr_equal(tree_item(tree, seen[i]), item);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(seen[j], seen[i]);
	}
	assert_null(tree_at(collection_tree(collection), (uint64_t)77 << 40));
}

static void a_profile_is_opened_when_it_is_entered_and_not_when_it_is_looked_at(void **state)
{
	struct profile *profile;
	struct tree_attr attr;
	struct tree *tree;
	struct item *item;

	(void)state;
	open_with((struct profile_options){ 0 });
	item = at("a.mobileconfig", &tree);
	tree_getattr(tree, item, &attr);
	assert_true(S_ISDIR(attr.mode));
	assert_int_equal(listed(""), 3);
	assert_false(collection_at(collection, 0, &profile, &tree));
	assert_int_equal(listed("a.mobileconfig"), 2);
	assert_true(collection_at(collection, 0, &profile, &tree));
	assert_false(collection_at(collection, 1, &profile, &tree));
}

static void one_that_is_open_keeps_a_lock_and_no_directory(void **state)
{
	struct profile *profile;
	struct tree *tree;

	(void)state;
	open_with((struct profile_options){ 0 });
	listed("sub/b.mobileconfig");
	assert_true(collection_at(collection, 0, &profile, &tree));
	assert_int_equal(profile->place.dir, -1);
	assert_int_equal(profile->target.dir, -1);
	assert_true(profile->lock.fd >= 0);
	write_at("sub/b.mobileconfig", "PayloadDisplayName", "new");
	assert_int_equal(tree_sync(collection_tree(collection)), 0);
	assert_int_equal(profile->place.dir, -1);
	assert_content("p/sub/b.mobileconfig", PROFILE("new"));
	assert_content("p/a.mobileconfig", PROFILE("a"));
}

static void one_that_cannot_be_saved_keeps_no_directory_either(void **state)
{
	struct profile *profile;
	struct tree *tree;

	(void)state;
	open_with((struct profile_options){ 0 });
	write_at("a.mobileconfig", "PayloadDisplayName", "mine");
	put_text("p/a.mobileconfig", PROFILE("theirs"));
	assert_int_equal(tree_sync(collection_tree(collection)), -ESTALE);
	assert_true(collection_at(collection, 0, &profile, &tree));
	assert_int_equal(profile->place.dir, -1);
	assert_int_equal(profile->target.dir, -1);
	put_text("p/a.mobileconfig", PROFILE("a"));
	assert_int_equal(tree_sync(tree), 0);
	assert_content("p/a.mobileconfig", PROFILE("mine"));
}

static void the_reasons_of_a_save_are_gone_from_the_last_error_with_the_next_one(void **state)
{
	struct tree *tree;
	struct item *item;

	(void)state;
	open_with((struct profile_options){ 0 });
	write_at("a.mobileconfig", "PayloadDisplayName", "mine");
	write_at("sub/b.mobileconfig", "PayloadDisplayName", "mine");
	put_text("p/a.mobileconfig", PROFILE("theirs"));
	put_text("p/sub/b.mobileconfig", PROFILE("theirs"));
	assert_int_equal(tree_sync(collection_tree(collection)), -ESTALE);
	assert_int_equal(collection_tree(collection)->also.count, 1);
	assert_int_equal(look_up("broken.mobileconfig/PayloadType", &tree, &item), -EIO);
	assert_int_equal(collection_tree(collection)->also.count, 0);
}

static void what_cannot_be_opened_is_an_error_each_time_and_can_be_mended(void **state)
{
	struct tree *tree;
	struct item *item;

	(void)state;
	open_with((struct profile_options){ 0 });
	assert_int_equal(look_up("broken.mobileconfig/PayloadType", &tree, &item), -EIO);
	assert_string_equal(tree_last_error(collection_tree(collection))->rule, "not-a-plist");
	assert_int_equal(look_up("broken.mobileconfig/PayloadType", &tree, &item), -EIO);
	assert_int_equal(reported.count, 1); /* said once, though */
	put_text("p/broken.mobileconfig", PROFILE("mended"));
	assert_int_equal(look_up("broken.mobileconfig/PayloadType", &tree, &item), 0);
}

/* The kernel asks, and keeps them; the inode. */
static uint64_t ask_attributes(const char *path)
{
	struct tree_attr attr;
	struct tree *tree;
	struct item *item = at(path, &tree);

	tree_getattr(tree, item, &attr);
	return attr.ino;
}

static void the_kernel_hears_of_the_entry_not_of_the_root_behind_it(void **state)
{
	uint64_t entry;

	(void)state;
	open_with((struct profile_options){ 0 });
	entry = ask_attributes("a.mobileconfig");
	touched = 0;
	assert_int_equal(remove_in("a.mobileconfig", "PayloadDisplayName", false), 0);
	assert_int_equal(touched, entry);
}

static void the_kernel_hears_of_what_changed_before_it_was_entered(void **state)
{
	uint64_t entry;

	(void)state;
	open_with((struct profile_options){ 0 });
	entry = ask_attributes("a.mobileconfig");
	touched = 0;
	listed("sub/b.mobileconfig");
	assert_int_equal(touched, 0);
	assert_int_equal(chmod(path_of("p/a.mobileconfig"), 0600), 0);
	listed("a.mobileconfig");
	assert_int_equal(touched, entry);
}

static void a_refused_removal_brings_back_what_was_saved(void **state)
{
	struct tree *tree, *before;
	struct item *held;

	(void)state;
	open_with((struct profile_options){ 0 });
	held = at("a.mobileconfig/PayloadType", &before);
	item_hold(held);
	assert_int_equal(remove_in("", "a.mobileconfig", true), -ENOTEMPTY);
	empty("a.mobileconfig");
	assert_int_equal(remove_in("", "a.mobileconfig", true), -EPERM);
	assert_int_equal(listed("a.mobileconfig"), 2);
	/* Who had something of the old tree still has it, under its number. */
	assert_ptr_equal(tree_at(collection_tree(collection), item_ino(held)), before);
	assert_ptr_not_equal(at("a.mobileconfig/PayloadType", &tree), held);
	item_drop(before, held, 1);
	assert_int_equal(tree_finish(collection_tree(collection)), 0);
	assert_content("p/a.mobileconfig", PROFILE("a"));
}

static void an_allowed_removal_takes_the_file_away_at_once(void **state)
{
	struct tree *tree;
	struct item *item;

	(void)state;
	open_with((struct profile_options){ .delete_allowed = true });
	empty("a.mobileconfig");
	assert_int_equal(remove_in("", "a.mobileconfig", true), 0);
	assert_false(is_there("p/a.mobileconfig"));
	assert_int_equal(look_up("a.mobileconfig", &tree, &item), -ENOENT);
	assert_int_equal(tree_finish(collection_tree(collection)), 0);
	assert_false(is_there("p/a.mobileconfig"));
	assert_int_equal(entries_in("p"), 2);
}

static void a_fresh_profile_is_empty_to_its_maker_and_whole_to_others(void **state)
{
	struct tree *tree;
	struct item *item;

	(void)state;
	open_with((struct profile_options){ 0 });
	caller = 1;
	assert_int_equal(tree_mkdir(collection_tree(collection), at("", &tree), "n.mobileconfig", &item), 0);
	assert_int_equal(look_up("n.mobileconfig/PayloadContent", &tree, &item), -ENOENT);
	caller = 2;
	assert_int_equal(look_up("n.mobileconfig/PayloadContent", &tree, &item), 0);
	assert_false(is_there("p/n.mobileconfig"));
	assert_int_equal(tree_sync(collection_tree(collection)), 0);
	assert_true(is_there("p/n.mobileconfig"));
	assert_int_equal(listed("n.mobileconfig"), 6); /* .types says that PayloadContent is there, and empty */
}

static void discarding_saves_nothing_of_any(void **state)
{
	(void)state;
	open_with((struct profile_options){ 0 });
	write_at("a.mobileconfig", "PayloadDisplayName", "new");
	write_at("sub/b.mobileconfig", "PayloadDisplayName", "new");
	tree_discard(collection_tree(collection));
	assert_int_equal(tree_finish(collection_tree(collection)), 0);
	assert_content("p/a.mobileconfig", PROFILE("a"));
	assert_content("p/sub/b.mobileconfig", PROFILE("b"));
}

static void options_of_one_profile_are_refused(void **state)
{
	const struct profile_options refused[] = {
		{ .output = "x" }, { .create = true }, { .decrypt = { .key = "x" } },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_int_equal(collection_open(&collection, path_of("p"), &refused[i], NULL, &notes, &err), -1);
	collection = NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_inode_number_leads_back_to_its_tree_and_item),
		TEST(a_profile_is_opened_when_it_is_entered_and_not_when_it_is_looked_at),
		TEST(one_that_is_open_keeps_a_lock_and_no_directory),
		TEST(one_that_cannot_be_saved_keeps_no_directory_either),
		TEST(the_reasons_of_a_save_are_gone_from_the_last_error_with_the_next_one),
		TEST(what_cannot_be_opened_is_an_error_each_time_and_can_be_mended),
		TEST(the_kernel_hears_of_the_entry_not_of_the_root_behind_it),
		TEST(the_kernel_hears_of_what_changed_before_it_was_entered),
		TEST(a_refused_removal_brings_back_what_was_saved),
		TEST(an_allowed_removal_takes_the_file_away_at_once),
		TEST(a_fresh_profile_is_empty_to_its_maker_and_whole_to_others),
		TEST(discarding_saves_nothing_of_any),
		TEST(options_of_one_profile_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
