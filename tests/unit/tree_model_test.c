/*
 * Any operations in any order: thousands of them, drawn by lot over a small profile, with several files open
 * at once. After each of them what is listed and what is in the document must agree.
 *
 * A failure names its seed and step; PROFILEFS_TEST_SEED=N runs that seed alone and tells every operation.
 */
#include "tests/unit/mounted_tree.h"

#include "fs/tree/change.h"
#include "fs/tree/item.h"
#include "fs/tree/names.h"
#include "plist/doc.h"
#include "tests/unit/random.h"

#define SEEDS 12
#define STEPS 1500
/* Most of what is done in a directory fills it: there are many short runs with few that are filled. */
#define SHORT_SEEDS 150
#define SHORT_STEPS 30
#define HANDLES 6
#define INODES 100000
#define HOLDS 64

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char profile_text[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n"
	"\t<!-- one "
	"--><key>A</key><string>a</string>\n\t<key>B</key><integer>1</integer>\n\t<key>C</key><true/>\n"
	"\t<key>D</key><dict><key>A</key><data>AAE=</data><key>L</key><array><string>x</string></array></dict>\n"
	"\t<key>E</key><array><dict><key>A</key><real>1</real></dict><array><data/></array><dict/></array>\n"
	"\t<key>F</key><array><data>AA==</data><data>AQ==</data><data>Ag==</data></array>\n"
	"\t<key>L</key><array><integer>1</integer><string>1</string></array>\n"
	"\t<key>PayloadContent</key><array>\n"
	"\t\t<dict><key>PayloadType</key><string>p.b</string><key>A</key><date>2026-01-31T12:00:00Z</date></dict>\n"
	"\t\t<dict><key>PayloadType</key><string>p.a</string></dict>\n"
	"\t\t<dict><key>PayloadType</key><string>p.a</string></dict>\n\t</array>\n"
	"</dict>\n</plist>\n";

static const char *const names[] = {
	"A", "B", "C", "D", "E", "L", "00", "01", "02", "1", "5", "05", "7", "4913", "%34913",
	"PayloadContent", "PayloadType", "PayloadUUID", "p.a", "p.a.2", "p.b", "p.c", "A~", ".hidden",
	"t.tmp", ".types", "x%-0123456789abcdef", "%2Fodd", "%", ".profilefs", "bad%zz"
};

static const char *const texts[] = {
	"", "a", "a\n", "1\n", "-", "true\n", "1\n2\n", "x\ny\n", "\xff", "p.a\n", "p.c",
	"$FLEET_VAR_X\n", "2026-01-31T12:00:00Z\n", "A string\n", "A array\nD array\n",
	"L array string\nE array\n", "B real\nX dict empty\nY array empty\n", "p.a order 2\n",
	"x%-0123456789abcdef key A\n", "junk junk\n00 integer\n", "1.5", "0"
};

static const char *const types[] = {
	"string", "integer", "real", "boolean", "date", "data", "array", "array string",
	"array integer string", "dict", "nonsense"
};

static struct handle *handles[HANDLES];
static unsigned seed, step;
static bool telling;
static uint64_t holds[HOLDS]; /* an inode number for each that the kernel holds */
static size_t hold_count;

/* How directories are shown, and gone through. */
static enum { WHOLE, /* all that is in them has an item */
	      LATENT, /* what is in a dict has none until it is used */
	      BY_NAME /* the same, and little is listed */ } shows;

/* Inode numbers: what became of each. */
enum fate { INO_NEW,
	    INO_LIVE,
	    INO_GONE };
static enum fate inodes[INODES];

/* A directory as messages call it. */
static const char *shown(const struct item *dir)
{
	const char *name = item_name(dir);

	return name ? name : "";
}

#define check(condition) \
	do { \
		if (!(condition)) \
			fail_msg("seed %u, step %u: %s", seed, step, #condition); \
	} while (0)

#define tell(...) \
	do { \
		if (telling) { \
			print_message("%u: ", step); \
			print_message(__VA_ARGS__); \
		} \
	} while (0)

/* --- what must hold --------------------------------------------------------------------------------- */

/* True if the item shows a node, and not a file in memory. */
static bool shows_node(const struct item *item)
{
	return (item->kind == ITEM_DIR || item->kind == ITEM_KEY) && item->node;
}

static void check_name(const struct item *dir, const struct item *item, uint32_t *last_index)
{
	uint32_t index;

	switch (dir->dir->shape) {
	case SHAPE_DICT:
		check(item->node->key);
		check(name_is_of(item_name(item), item->node->key, item->node->key_len) ||
		      (name_is_cut(item_name(item)) && strcmp(item_name(item), item->node->key) == 0));
		break;
	case SHAPE_ARRAY:
		check(name_to_index(item_name(item), &index));
		check(*last_index == UINT32_MAX || index > *last_index);
		*last_index = index;
		break;
	case SHAPE_PAYLOADS:
		break;
	}
}

/* Nodes and items one by one, in document order. */
static void check_list(struct item *dir)
{
	const struct node *node = node_first(dir->node);
	uint32_t last_index = UINT32_MAX;
	struct item *item, *previous = NULL;
	size_t count = 0;

	check(dir->node->type == (dir->dir->shape == SHAPE_DICT ? NODE_DICT : NODE_ARRAY));
	check(dir->node->user == dir);
	for (item = dir->dir->first; item; previous = item, item = item->next) {
		check(item->prev == previous);
		check(item->parent == dir);
		check(item_child(dir, item_name(item)) == item);
		check(item_made(mounted.tree, item->ino) == item);
		check(++count <= dir->dir->count);
		if (!shows_node(item))
			continue;
		check(item->node == node);
		check(node->user == item);
		check_name(dir, item, &last_index);
		node = node_next(node);
	}
	check(node == NULL);
	check(dir->dir->last == previous);
	check(count == dir->dir->count);
}

/* What was listed has an item, or is latent: one of both. */
static void check_latent(const struct item *dir)
{
	struct latent_entry entry;
	struct node *node;

	for (node = node_first_link(dir->node); node; node = node->next) {
		if (node_item(node) || !node->user)
			continue;
		check(latent_in(dir, node, &entry));
		check(latent_find(mounted.tree, latent_ino(&entry), &entry));
		check(entry.node == node && latent_dir(&entry) == dir);
		check(!node->removed && !node->shadowed);
		check(!item_child(dir, node->key));
	}
	for (node = node_first(dir->node); node && dir_is_filled(dir); node = node_next(node))
		check(node->user);
}

/* What was looked up alone, or made, in any order. */
static void check_some(struct item *dir)
{
	struct item *item;
	size_t count = 0;

	for (item = dir->dir->first; item; item = item->next) {
		check(item->parent == dir);
		check(item_child(dir, item_name(item)) == item);
		check(++count <= dir->dir->count);
		if (!shows_node(item))
			continue;
		check(item->node->parent == dir->node && item->node->user == item);
		check(!item->node->removed && !item->node->shadowed);
		check(name_is_of(item_name(item), item->node->key, item->node->key_len));
	}
	check(count == dir->dir->count);
	check_latent(dir);
}

static void check_dir(struct item *dir)
{
	struct item *item;

	if (dir->dir->loaded)
		check_list(dir);
	else
		check_some(dir);
	for (item = dir->dir->first; item; item = item->next)
		if (item->kind == ITEM_DIR)
			check_dir(item);
}

/* An inode number that was gone never comes back; one that is held is there. Some wait for a .types. */
static void check_inodes(void)
{
	struct latent_entry entry;
	struct item *item;
	uint64_t ino;
	bool latent;

	size_t i;

	check(mounted.tree->last_ino < INODES);
	for (i = 0; i < hold_count; i++)
		check(item_made(mounted.tree, holds[i]) || latent_find(mounted.tree, holds[i], &entry));
	for (ino = 1; ino <= mounted.tree->last_ino; ino++) {
		item = item_made(mounted.tree, ino);
		latent = latent_find(mounted.tree, ino, &entry);
		check(!item || !latent);
		check((!item && !latent) || inodes[ino] != INO_GONE);
		check(!item || item->ino == ino);
		if (item || latent)
			inodes[ino] = INO_LIVE;
		else if (inodes[ino] == INO_LIVE)
			inodes[ino] = INO_GONE;
	}
}

static void check_sizes(struct item *dir)
{
	struct tree_attr attr;
	struct handle *handle;
	struct item *item;

	for (item = dir->dir->first; item; item = item->next) {
		BUF_AUTO bytes = BUF_INIT;

		if (item->kind == ITEM_DIR)
			check_sizes(item);
		if (item->kind != ITEM_KEY && item->kind != ITEM_SCRATCH)
			continue;
		tree_getattr(mounted.tree, item, &attr);
		check(tree_open(mounted.tree, item, O_RDONLY, &handle) == 0);
		check(tree_read(mounted.tree, handle, 1 << 20, 0, &bytes) == 0);
		check(attr.size == bytes.len);
		/* Closing is not the last close: what is open stays as it is. */
		item->held++;
		item->opens++;
		tree_release(mounted.tree, handle);
		item->opens--;
		item->held--;
	}
}

static void check_document(void)
{
	BUF_AUTO xml = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc again;

	if (profile_xml(&mounted.profile, &xml, &err) < 0)
		fail_msg("seed %u, step %u: %s: %s", seed, step, err.key, err.text);
	if (doc_read(&again, "again", xml.data, xml.len, &err) < 0)
		fail_msg("seed %u, step %u: %s", seed, step, err.text);
	check(node_equal(mounted.profile.doc.root, again.root, true));
	doc_free(&again);
}

/* No operation runs out of memory here: that error would be another one in disguise. */
static void check_result(int result)
{
	tell("   = %d\n", result);
	check(result <= 0 && result != -ENOMEM);
}

/* --- operations ------------------------------------------------------------------------------------- */

static const char *any_name(void)
{
	return names[random_below(COUNT(names))];
}

/* Some steps below the root, as far as names that come to mind lead. */
static struct item *dir_by_name(void)
{
	struct item *dir = at(""), *item;
	unsigned tries;

	for (tries = random_below(8); tries > 0; tries--)
		if (tree_lookup(mounted.tree, dir, any_name(), &item) == 0 && item->kind == ITEM_DIR)
			dir = item;
	return dir;
}

/* A directory that is there: the root, or some steps below it. */
static struct item *any_dir(void)
{
	struct item *dir = at(""), *item, *chosen;
	unsigned depth, count;

	if (shows == BY_NAME)
		return dir_by_name();
	for (depth = random_below(4); depth > 0; depth--) {
		struct listing *listing;
		struct listed listed;
		size_t position;

		check(tree_list(mounted.tree, dir, &listing) == 0);
		chosen = NULL;
		for (position = 0, count = 0; listing_at(listing, &position, &listed); position++) {
			item = listed.format == S_IFDIR ? tree_item(mounted.tree, listed.ino) : NULL;
			if (item && item->kind == ITEM_DIR && random_below(++count) == 0)
				chosen = item;
		}
		listing_free(listing);
		if (!chosen)
			break;
		dir = chosen;
	}
	return dir;
}

/* The name of something in a directory, mostly. */
static const char *some_name(struct item *dir)
{
	static char copy[300];
	struct listing *listing;
	const char *chosen = NULL;
	struct listed listed;
	size_t position;
	unsigned count = 0;

	if (shows == BY_NAME ? random_below(16) != 0 : random_below(4) == 0)
		return any_name();
	check(tree_list(mounted.tree, dir, &listing) == 0);
	for (position = 0; listing_at(listing, &position, &listed); position++)
		if (random_below(++count) == 0)
			chosen = listed.name;
	snprintf(copy, sizeof(copy), "%s", chosen ? chosen : any_name());
	listing_free(listing);
	return copy;
}

static void open_one(void)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC, O_WRONLY | O_APPEND };
	struct item *dir = any_dir(), *item;
	const char *name = some_name(dir);
	struct handle **free_one = &handles[random_below(HANDLES)];
	int how = flags[random_below(COUNT(flags))], result;

	if (*free_one || tree_lookup(mounted.tree, dir, name, &item) < 0)
		return;
	tell("open %s/%s (%#x)\n", shown(dir), name, (unsigned)how);
	result = tree_open(mounted.tree, item, how, free_one);
	if (result < 0)
		*free_one = NULL;
	check_result(result);
}

static void create_one(void)
{
	static const int flags[] = { O_WRONLY | O_TRUNC, O_WRONLY | O_EXCL, O_RDWR | O_EXCL, O_RDWR };
	struct item *dir = any_dir(), *item;
	const char *name = any_name();
	struct handle **free_one = &handles[random_below(HANDLES)];
	int how = flags[random_below(COUNT(flags))], result;

	if (*free_one)
		return;
	tell("create %s/%s (%#x)\n", shown(dir), name, (unsigned)how);
	result = tree_create(mounted.tree, dir, name, how, &item, free_one);
	if (result < 0)
		*free_one = NULL;
	check_result(result);
}

static void write_one(void)
{
	struct handle *handle = handles[random_below(HANDLES)];
	const char *text = texts[random_below(COUNT(texts))];
	off_t offset = random_below(3) ? 0 : (off_t)random_below(8);

	if (!handle)
		return;
	tell("write '%s' at %ld\n", text, (long)offset);
	check_result(tree_write(mounted.tree, handle, text, strlen(text), offset));
}

static void flush_one(void)
{
	struct handle *handle = handles[random_below(HANDLES)];

	if (!handle)
		return;
	tell("flush or fsync\n");
	check_result(random_below(2) ? tree_flush(mounted.tree, handle) : tree_fsync(mounted.tree, handle));
}

static void close_one(void)
{
	struct handle **handle = &handles[random_below(HANDLES)];

	if (!*handle)
		return;
	tell("close\n");
	check_result(random_below(8) ? tree_flush(mounted.tree, *handle) : 0);
	tree_release(mounted.tree, *handle);
	*handle = NULL;
}

static void put_one(void)
{
	struct item *dir = any_dir(), *item;
	const char *name = random_below(2) ? any_name() : some_name(dir),
		   *text = texts[random_below(COUNT(texts))];
	struct handle *handle;
	int result;

	tell("put %s/%s '%s'\n", shown(dir), name, text);
	result = tree_create(mounted.tree, dir, name, O_WRONLY | O_TRUNC, &item, &handle);
	check_result(result);
	if (result < 0)
		return;
	check_result(tree_write(mounted.tree, handle, text, strlen(text), 0));
	check_result(tree_flush(mounted.tree, handle));
	tree_release(mounted.tree, handle);
}

static void truncate_one(void)
{
	struct item *dir = any_dir(), *item;
	const char *name = some_name(dir);

	if (tree_lookup(mounted.tree, dir, name, &item) < 0)
		return;
	tell("truncate %s/%s\n", shown(dir), name);
	check_result(tree_truncate(mounted.tree, item, NULL, (off_t)random_below(5)));
}

static void make_one(void)
{
	struct item *dir = any_dir(), *item;
	const char *name = any_name();

	tell("mkdir or mknod %s/%s\n", shown(dir), name);
	if (random_below(4))
		check_result(tree_mkdir(mounted.tree, dir, name, &item));
	else
		check_result(tree_mknod(mounted.tree, dir, name, S_IFREG | 0600, &item));
}

static void link_one(void)
{
	struct item *dir = any_dir(), *item;
	const char *name = any_name();

	tell("symlink %s/%s\n", shown(dir), name);
	check_result(tree_symlink(mounted.tree, dir, name, "target", &item));
}

static void remove_one(void)
{
	struct item *dir = any_dir();
	const char *name = some_name(dir);

	tell("remove %s/%s\n", shown(dir), name);
	if (tree_unlink(mounted.tree, dir, name) == -EISDIR)
		check_result(tree_rmdir(mounted.tree, dir, name));
}

/* rm -r */
static void remove_all(struct item *dir)
{
	struct listing *listing;
	struct listed listed;
	char name[300];
	size_t position;

	check(tree_list(mounted.tree, dir, &listing) == 0);
	for (position = 0; listing_at(listing, &position, &listed); position++) {
		snprintf(name, sizeof(name), "%s", listed.name);
		if (listed.format != S_IFDIR) {
			check(tree_unlink(mounted.tree, dir, name) == 0);
			continue;
		}
		remove_all(tree_item(mounted.tree, listed.ino));
		check(tree_rmdir(mounted.tree, dir, name) == 0);
	}
	listing_free(listing);
}

static void remove_all_of_one(void)
{
	struct item *dir = any_dir(), *item;
	const char *name = some_name(dir);

	if (tree_lookup(mounted.tree, dir, name, &item) < 0 || item->kind != ITEM_DIR)
		return;
	tell("rm -r %s/%s\n", shown(dir), name);
	remove_all(item);
	check(tree_rmdir(mounted.tree, dir, name) == 0);
}

static void rename_one(void)
{
	struct item *from = any_dir(), *to = random_below(2) ? from : any_dir();
	char name[300];
	unsigned flags = random_below(5) ? 0 : 1u << random_below(2);
	const char *new_name;

	snprintf(name, sizeof(name), "%s", some_name(from));
	new_name = random_below(2) ? any_name() : some_name(to);
	tell("rename %s/%s %s/%s (%u)\n", shown(from), name, shown(to),
	     new_name, flags);
	check_result(tree_rename(mounted.tree, from, name, to, new_name, flags));
}

static void type_one(void)
{
	struct item *dir = any_dir(), *item;
	const char *name = some_name(dir), *type = types[random_below(COUNT(types))];

	if (tree_lookup(mounted.tree, dir, name, &item) < 0)
		return;
	tell("setxattr %s/%s %s\n", shown(dir), name, type);
	check_result(tree_setxattr(mounted.tree, item, "user.profilefs.type", type, strlen(type)));
}

/* What the kernel does: holds are counted, and taken back some day. */
static void note_hold(uint64_t ino)
{
	holds[hold_count++] = ino;
}

static void hold_one(void)
{
	struct item *dir = any_dir(), *item;

	if (hold_count == HOLDS || tree_lookup(mounted.tree, dir, some_name(dir), &item) < 0)
		return;
	item_hold(item);
	note_hold(item->ino);
}

static void check_attr(const struct listed *listed, const struct tree_attr *attr)
{
	check(attr->ino == listed->ino);
	check((attr->mode & S_IFMT) == listed->format);
	check(attr->nlink == (listed->format == S_IFDIR ? 2 : 1));
}

/* ls -l, of which the kernel keeps something. */
static void hold_listed(void)
{
	struct item *dir = any_dir();
	struct listing *listing;
	struct tree_attr attr;
	struct listed listed;
	size_t position;

	check(tree_list(mounted.tree, dir, &listing) == 0);
	for (position = 0; listing_at(listing, &position, &listed) && hold_count < HOLDS; position++) {
		if (random_below(3))
			continue;
		tree_attr(mounted.tree, listed.ino, &attr);
		check_attr(&listed, &attr);
		tree_hold(mounted.tree, listed.ino);
		note_hold(listed.ino);
	}
	listing_free(listing);
}

static void forget_some(void)
{
	size_t at;

	while (hold_count && random_below(4)) {
		at = random_below((unsigned)hold_count);
		tree_forget(mounted.tree, holds[at], 1);
		holds[at] = holds[--hold_count];
	}
}

static void sync_one(void)
{
	if (random_below(8))
		return;
	tell("sync\n");
	check_result(tree_sync(mounted.tree));
}

static void look_inside(void)
{
	static const char *const files[] = { "status", "problems", "last-error", "profile", "signature" };
	BUF_AUTO text = BUF_INIT;
	char path[64];

	snprintf(path, sizeof(path), ".profilefs/%s", files[random_below(COUNT(files))]);
	read_file(path, &text);
	tree_unreported(mounted.tree);
}

static void (*const operations[])(void) = {
	open_one, create_one, write_one, write_one, flush_one, close_one, close_one, put_one, put_one,
	put_one, truncate_one, make_one, make_one, link_one, remove_one, remove_one, remove_all_of_one,
	rename_one, rename_one, rename_one, type_one, hold_one, hold_listed, forget_some, sync_one,
	look_inside
};

/* --- runs ------------------------------------------------------------------------------------------- */

static void close_all(void)
{
	size_t i;

	for (i = 0; i < HANDLES; i++) {
		if (handles[i])
			tree_release(mounted.tree, handles[i]);
		handles[i] = NULL;
	}
}

/* What was noted since the last save makes the same document of what lies on disk. */
static void check_replay(void)
{
	const struct recovery *recovery = &mounted.profile.recovery;
	BUF_AUTO plist = BUF_INIT;
	struct error err = ERROR_INIT;
	struct replay *replay;
	struct doc doc;

	if (mounted.profile.commits == mounted.profile.commits_saved)
		return;
	pieces_flat(&mounted.profile.plist, &plist);
	check(doc_read(&doc, "p", plist.data, plist.len, &err) == 0);
	replay = replay_new(&doc);
	check(replay);
	if (replay_changes(replay, recovery->noted.data, recovery->noted.len, &err) < 0)
		fail_msg("seed %u, step %u: %s", seed, step, err.text);
	check(replay_last(replay) == recovery->last);
	check(node_equal(doc.root, mounted.profile.doc.root, true));
	replay_free(replay);
	doc_free(&doc);
}

/* What is saved at the end is what the document was. */
static void finish(void)
{
	struct profile_options options = { .check = CHECK_OFF };
	struct node *expected;

	check(tree_finish(mounted.tree) == 0);
	expected = node_copy(mounted.profile.doc.root, false);
	tree_end();
	tree_begin_with("p.mobileconfig", &options);
	check(node_equal(expected, mounted.profile.doc.root, true));
	node_free(expected);
	tree_end();
}

static void run(unsigned number)
{
	struct profile_options options = { .check = CHECK_OFF, .recovery = RECOVERY_KEEP };

	seed = number;
	random_seed(seed);
	memset(inodes, 0, sizeof(inodes));
	hold_count = 0;
	put_text("p.mobileconfig", profile_text);
	tree_begin_with("p.mobileconfig", &options);
	if (shows != WHOLE)
		mounted.tree->few = 0;
	for (step = 0; step < (shows == WHOLE ? STEPS : SHORT_STEPS); step++) {
		operations[random_below(COUNT(operations))]();
		check_dir(mounted.tree->root);
		check_inodes();
		if (step % 8 == 0) {
			check_replay();
			check_document();
			check_sizes(mounted.tree->root);
			problems_free(&mounted.reported);
			mounted.reported = PROBLEMS_INIT;
		}
	}
	close_all();
	check_dir(mounted.tree->root);
	check_document();
	finish();
}

static void run_all(unsigned seeds)
{
	const char *one = getenv("PROFILEFS_TEST_SEED");
	unsigned number;

	telling = one != NULL;
	setenv("XDG_STATE_HOME", folder, 1);
	if (one) {
		run((unsigned)atoi(one));
		return;
	}
	for (number = 1; number <= seeds; number++)
		run(number);
}

static void any_operations_in_any_order_keep_tree_and_document_together(void **state)
{
	(void)state;
	shows = WHOLE;
	run_all(SEEDS);
}

static void where_keys_are_shown_one_by_one(void **state)
{
	(void)state;
	shows = BY_NAME;
	run_all(SHORT_SEEDS);
}

static void where_keys_are_listed_and_not_used(void **state)
{
	(void)state;
	shows = LATENT;
	run_all(SHORT_SEEDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_operations_in_any_order_keep_tree_and_document_together,
						folder_open, folder_close),
		cmocka_unit_test_setup_teardown(where_keys_are_shown_one_by_one, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(where_keys_are_listed_and_not_used, folder_open, folder_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
