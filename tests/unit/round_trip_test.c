/*
 * A tree that is copied out and in again is the same profile: ten thousand of them, drawn by lot, whose files arrive in
 * any order; and some that lie on the disk meanwhile.
 *
 * What cannot be of the type that belongs there cannot come before the .types that says another: it is refused. That is
 * so for values of other types than the schema has, and for a PayloadContent that is no array. Profiles that have such
 * are copied .types first, as mounts list them; others in any order, with a schema and without.
 *
 * A failure names its seed; PROFILEFS_TEST_SEED=N runs that one alone.
 */
#include "tests/unit/mounted_tree.h"

#include <ftw.h>

#include "fs/tree/explode.h"
#include "fs/tree/exploded.h"
#include "fs/tree/fill.h"
#include "fs/tree/item.h"
#include "fs/tree/names.h"
#include "fs/tree/types.h"
#include "plist/schema/schema.h"
#include "tests/unit/random_profile.h"

#define IN_MEMORY 10000
#define ON_DISK   200

/* Under a wrapper, which is valgrind, and with sanitizers, one of these. */
#define FEWER 20

enum way { WITHOUT_SCHEMA,
	   AS_THE_SCHEMA_HAS_IT,
	   TYPES_FIRST,
	   WAYS };

static struct schema *schema;
static unsigned seed;

static unsigned first_seed(void)
{
	const char *one = getenv("PROFILEFS_TEST_SEED");

	return one ? (unsigned)strtoul(one, NULL, 10) : 1;
}

static unsigned last_seed(unsigned rounds)
{
	const char *wrapper = getenv("UNIT_WRAPPER");

	if (getenv("PROFILEFS_TEST_SEED"))
		return first_seed();
#if defined(__SANITIZE_ADDRESS__)
	wrapper = "a sanitizer";
#endif
	return wrapper && *wrapper ? rounds / FEWER : rounds;
}

/* --- trees in memory -------------------------------------------------------------------------------- */

/* A tree over a document that lies nowhere; takes over `root`, NULL: an empty one. */
static void mount_in_memory(struct node *root)
{
	struct tree_surroundings around = { .now = fake_now, .report = keep_report, .context = &mounted };
	struct profile *profile = &mounted.profile;
	struct error err;

	memset(&mounted, 0, sizeof(mounted));
	mounted.now.tv_sec = 2000000000;
	*profile = (struct profile){ .place = PLACE_INIT, .target = PLACE_INIT, .lock = LOCK_INIT };
	profile->options.check = CHECK_OFF;
	profile->options.unknown_allowed = true;
	profile->checks.schema = seed % WAYS == WITHOUT_SCHEMA ? NULL : schema;
	assert_int_equal(doc_new(&profile->doc, &err), 0);
	if (root) {
		node_free(profile->doc.root);
		profile->doc.root = root;
	}
	mounted.tree = tree_new(profile, &around);
	assert_non_null(mounted.tree);
}

static void unmount(void)
{
	mounted.profile.checks.schema = NULL; /* it is the tests' */
	tree_end();
}

/* One entry of a tree that was copied out. */
struct copied {
	char *path;
	bool dir;
	struct buf bytes;
};

static struct copied *entries;
static size_t entry_count, entry_room;

static struct copied *new_entry(const char *path)
{
	if (entry_count == entry_room) {
		entry_room = entry_room ? entry_room * 2 : 256;
		entries = realloc(entries, entry_room * sizeof(*entries));
		assert_non_null(entries);
	}
	entries[entry_count] = (struct copied){ .path = strdup(path) };
	assert_non_null(entries[entry_count].path);
	return &entries[entry_count++];
}

static void read_whole(struct item *item, struct buf *out)
{
	struct handle *handle;

	assert_int_equal(tree_open(mounted.tree, item, O_RDONLY, &handle), 0);
	assert_int_equal(tree_read(mounted.tree, handle, (size_t)1 << 28, 0, out), 0);
	tree_release(mounted.tree, handle);
}

static void copy_out(struct item *dir, struct buf *path)
{
	struct listing *listing;
	struct copied *entry;
	struct item *item;
	struct listed listed;
	size_t position, len = path->len;

	assert_int_equal(tree_list(mounted.tree, dir, &listing), 0);
	for (position = 0; listing_at(listing, &position, &listed); position++) {
		item = tree_item(mounted.tree, listed.ino);
		assert_non_null(item);
		buf_add_format(path, "%s%s", len ? "/" : "", listed.name);
		entry = new_entry(buf_text(path));
		entry->dir = item->kind == ITEM_DIR;
		if (entry->dir)
			copy_out(item, path);
		else
			read_whole(item, &entry->bytes);
		buf_resize(path, len);
	}
	listing_free(listing);
}

static void copy_all_out(void)
{
	BUF_AUTO path = BUF_INIT;

	copy_out(tree_item(mounted.tree, TREE_ROOT_INO), &path);
}

static void forget_copy(void)
{
	while (entry_count) {
		entry_count--;
		free(entries[entry_count].path);
		buf_free(&entries[entry_count].bytes);
	}
}

static void shuffle(void)
{
	struct copied keep;
	size_t i, j;

	for (i = entry_count; i > 1; i--) {
		j = random_below((unsigned)i);
		keep = entries[i - 1];
		entries[i - 1] = entries[j];
		entries[j] = keep;
	}
}

static bool is_types(const struct copied *entry)
{
	const char *slash = strrchr(entry->path, '/');

	return strcmp(slash ? slash + 1 : entry->path, NAME_OF_TYPES) == 0;
}

static int depth_of(const struct copied *entry)
{
	const char *slash = entry->path;
	int depth = 0;

	while ((slash = strchr(slash, '/'))) {
		slash++;
		depth++;
	}
	return depth;
}

/* What is said of a directory comes before anything in it. */
static int types_first(const void *a, const void *b)
{
	if (is_types(a) && is_types(b))
		return depth_of(a) - depth_of(b);
	return (int)is_types(b) - (int)is_types(a);
}

static void fail_at(const char *path)
{
	fail_msg("seed %u: %s: %s", seed, path, tree_last_error(mounted.tree)->text);
}

/* The directory that an entry is in, made where it is not there; and the entry's own name. */
static struct item *make_above(const char *path, const char **name)
{
	struct item *dir = tree_item(mounted.tree, TREE_ROOT_INO), *item;
	char part[NAME_LENGTH_MAX + 1];
	const char *slash;

	for (; (slash = strchr(path, '/')); path = slash + 1, dir = item) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (tree_lookup(mounted.tree, dir, part, &item) < 0 && tree_mkdir(mounted.tree, dir, part, &item) < 0)
			fail_at(part);
	}
	*name = path;
	return dir;
}

static void write_whole(struct item *dir, const char *name, const struct buf *bytes)
{
	struct handle *handle;
	struct item *item;
	int result = tree_create(mounted.tree, dir, name, O_WRONLY | O_CREAT | O_TRUNC, &item, &handle);

	if (result == 0 && bytes->len)
		result = tree_write(mounted.tree, handle, bytes->data, bytes->len, 0);
	if (result == 0)
		result = tree_flush(mounted.tree, handle);
	if (result < 0)
		fail_at(name);
	tree_release(mounted.tree, handle);
}

static void copy_in(void)
{
	const struct copied *entry;
	struct item *dir, *item;
	const char *name;
	size_t i;

	for (i = 0; i < entry_count; i++) {
		entry = &entries[i];
		dir = make_above(entry->path, &name);
		if (!entry->dir)
			write_whole(dir, name, &entry->bytes);
		else if (tree_lookup(mounted.tree, dir, name, &item) < 0 &&
			 tree_mkdir(mounted.tree, dir, name, &item) < 0)
			fail_at(entry->path);
	}
}

/* --- what fits -------------------------------------------------------------------------------------- */

static void take_wrong(void *context, const struct finding *finding)
{
	struct node **wrong = context;

	/* A real that is a whole number may stand for an integer, but not be spelt like one. */
	if (finding->node->parent && (strcmp(finding->rule, "wrong-type") == 0 || finding->node->type == NODE_REAL))
		*wrong = (struct node *)finding->node;
}

/* Takes out what can only be copied .types first. */
static void make_fit(struct node *root)
{
	const struct check_options checks = { .schema = schema };
	struct node *wrong = node_get(root, "PayloadContent");

	if (seed % WAYS == TYPES_FIRST)
		return;
	if (wrong && wrong->type != NODE_ARRAY)
		node_remove(wrong);
	if (seed % WAYS == WITHOUT_SCHEMA)
		return;
	do {
		wrong = NULL;
		assert_int_equal(check_profile(root, &checks, take_wrong, &wrong), 0);
		if (wrong)
			node_remove(wrong);
	} while (wrong);
}

/* --- what must hold --------------------------------------------------------------------------------- */

static void assert_no_problems(const struct problems *problems)
{
	if (problems->count)
		fail_msg("seed %u: %s: %s", seed, problems->list[0].key, problems->list[0].text);
}

static void assert_same(const struct node *expected, const struct doc *got)
{
	struct doc before = { .root = (struct node *)expected };
	BUF_AUTO was = BUF_INIT, is = BUF_INIT;
	struct error err;

	if (node_equal(expected, got->root, false))
		return;
	doc_write(&before, DOC_XML, &was, &err);
	doc_write(got, DOC_XML, &is, &err);
	fail_msg("seed %u: not the same document:\n%s\n%s", seed, buf_text(&was), buf_text(&is));
}

/* The copy shows the same files with the same bytes: .types too, which is made anew. */
static void assert_shows_the_same(void)
{
	struct item *item;
	size_t i;

	for (i = 0; i < entry_count; i++) {
		BUF_AUTO bytes = BUF_INIT;

		item = at(entries[i].path);
		if (!item)
			fail_msg("seed %u: %s is not there", seed, entries[i].path);
		if (entries[i].dir)
			continue;
		read_whole(item, &bytes);
		if (!buf_equals(&bytes, entries[i].bytes.data, entries[i].bytes.len))
			fail_msg("seed %u: %s shows\n%s\nand not\n%s", seed, entries[i].path, buf_text(&bytes),
				 buf_text(&entries[i].bytes));
	}
}

/* As a save does. */
static void settle(void)
{
	struct problems problems = PROBLEMS_INIT;

	assert_int_equal(fill_in(mounted.tree, &problems), 0);
	types_problems(mounted.tree, &problems);
	assert_no_problems(&problems);
	problems_free(&problems);
	assert_no_problems(&mounted.reported);
}

static void any_profile_copied_out_and_in_is_the_same(void **state)
{
	unsigned last = last_seed(IN_MEMORY);
	struct node *root;

	(void)state;
	for (seed = first_seed(); seed <= last; seed++) {
		random_seed(seed);
		root = random_profile();
		make_fit(root);
		mount_in_memory(node_copy(root, false));
		copy_all_out();
		unmount();
		shuffle();
		if (seed % WAYS == TYPES_FIRST)
			qsort(entries, entry_count, sizeof(*entries), types_first);
		mount_in_memory(NULL);
		copy_in();
		settle();
		assert_same(root, &mounted.profile.doc);
		assert_shows_the_same();
		unmount();
		forget_copy();
		node_free(root);
	}
}

/* --- trees on the disk ------------------------------------------------------------------------------ */

static void fail_on_problem(void *context, const char *file, const struct error *problem)
{
	(void)context;
	fail_msg("seed %u: %s: %s", seed, file, problem->text);
}

/* As git does, which keeps no empty directory. */
static int remove_if_empty(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)place;
	if (kind == FTW_DP)
		rmdir(path);
	return 0;
}

/* Explodes what is mounted over what an earlier round left there, and reads it. */
static void explode_and_read(const char *name, bool portable, const struct node *expected)
{
	const struct explode_options options = { .portable = portable };
	const struct check_options checks = { .schema = mounted.profile.checks.schema };
	struct problems notes = PROBLEMS_INIT;
	struct exploded exploded;
	struct error err;

	if (explode(mounted.tree, path_of(name), &options, NULL, &notes, &err) < 0)
		fail_msg("seed %u: %s: %s", seed, err.key, err.text);
	if (seed % 2)
		nftw(path_of(name), remove_if_empty, 16, FTW_PHYS | FTW_DEPTH);
	if (exploded_read(&exploded, path_of(name), &checks, fail_on_problem, NULL, &err) < 0)
		fail_msg("seed %u: %s", seed, err.text);
	assert_same(expected, &exploded.profile.doc);
	exploded_free(&exploded);
	problems_free(&notes);
}

static void any_profile_exploded_and_read_is_the_same(void **state)
{
	unsigned last = last_seed(ON_DISK);
	struct node *root;

	(void)state;
	for (seed = first_seed(); seed <= last; seed++) {
		random_seed(seed);
		root = random_profile();
		mount_in_memory(node_copy(root, false));
		explode_and_read("exploded", false, root);
		explode_and_read("portable", true, root);
		unmount();
		node_free(root);
	}
}

static int open_schema(void **state)
{
	struct error err;

	schema = schema_open(NULL, &err);
	return schema ? folder_open(state) : -1;
}

static int close_schema(void **state)
{
	schema_free(schema);
	free(entries);
	return folder_close(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_profile_copied_out_and_in_is_the_same),
		cmocka_unit_test(any_profile_exploded_and_read_is_the_same),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
