/* A tree under a schema copied into a fresh profile, in any order of arrival. */
#include "tests/unit/schema_tree.h"

/* --- a copy of a whole tree --------------------------------------------------------------------------- */

struct copied {
	char path[300];
	bool dir;
	struct buf bytes;
};

static struct copied entries[128];
static size_t entry_count;

static void copy_out(const char *path)
{
	struct listing *listing;
	struct copied *entry;
	struct listed listed;
	size_t position;

	assert_int_equal(tree_list(mounted.tree, at(path), &listing), 0);
	for (position = 0; listing_at(listing, &position, &listed); position++) {
		assert_true(entry_count < 128);
		entry = &entries[entry_count++];
		snprintf(entry->path, sizeof(entry->path), "%s%s%s", path, *path ? "/" : "", listed.name);
		entry->dir = S_ISDIR(attr_at(entry->path).mode);
		entry->bytes = BUF_INIT;
		if (entry->dir)
			copy_out(entry->path);
		else
			read_file(entry->path, &entry->bytes);
	}
	listing_free(listing);
}

static void make_above(const char *path)
{
	char part[300];
	const char *slash;

	for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (!there(part))
			assert_int_equal(make_dir(part), 0);
	}
}

static void copy_in(void)
{
	const struct copied *entry;
	int result = 0;
	size_t i;

	for (i = 0; i < entry_count; i++) {
		entry = &entries[i];
		make_above(entry->path);
		if (!entry->dir)
			result = write_file(entry->path, O_WRONLY | O_CREAT | O_TRUNC, buf_text(&entry->bytes),
					    entry->bytes.len);
		else if (!there(entry->path))
			result = make_dir(entry->path);
		if (result < 0)
			fail_msg("%s: %s", entry->path, tree_last_error(mounted.tree)->text);
	}
}

static void shuffle(unsigned seed)
{
	struct copied keep;
	size_t i, j;

	srand(seed);
	for (i = entry_count - 1; i > 0; i--) {
		j = (size_t)rand() % (i + 1);
		keep = entries[i];
		entries[i] = entries[j];
		entries[j] = keep;
	}
}

static void assert_same_plist(const char *name, const char *source)
{
	BUF_AUTO bytes = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc expected, got;

	get_bytes(name, &bytes);
	assert_int_equal(doc_read(&expected, "source", source, strlen(source), &err), 0);
	assert_int_equal(doc_read(&got, name, bytes.data, bytes.len, &err), 0);
	if (!node_equal(expected.root, got.root, false))
		fail_msg("not the same document:\n%s", buf_text(&bytes));
	doc_free(&expected);
	doc_free(&got);
}

static void copy_into_a_fresh_one(const char *source, struct profile_options options, unsigned seed)
{
	char name[64];

	begin_with(options, source);
	copy_out("");
	tree_end();
	shuffle(seed);
	options.create = true;
	snprintf(name, sizeof(name), "copy-%u.mobileconfig", seed);
	tree_begin_with(name, &options);
	copy_in();
	assert_saved();
	tree_end();
	while (entry_count)
		buf_free(&entries[--entry_count].bytes);
	assert_same_plist(name, source);
}

#define ARRAY(key, elements) "<key>" key "</key><array>" elements "</array>"

static const char known_and_unknown[] = PROFILE(
	"<dict>" IDENTITY("com.apple.wifi.managed", "2")
	"<key>EAPClientConfiguration</key><dict>"
	ARRAY("AcceptEAPTypes", "<integer>25</integer><integer>13</integer>")
	ARRAY("TLSTrustedCertificates", "<data>AAA=</data><data>YWI=</data>") "</dict>"
	"<key>SSID_STR</key><string>2025</string>" ARRAY("MCCAndMNCs", "<string>310410</string>") "</dict>"

	"<dict>" IDENTITY("com.apple.mdm", "1") MDM_KEYS "</dict>"

	"<dict>" IDENTITY("com.apple.security.pkcs12", "9") "<key>PayloadContent</key><data>AAA=</data></dict>"

	"<dict>" IDENTITY("com.apple.wifi.managed", "3")
	"<key>EncryptionType</key><string>WPA3</string><key>SSID_STR</key><string>true</string>"
	"<key>ProxyServerPort</key><integer>$FLEET_VAR_PORT</integer></dict>"

	"<dict>" IDENTITY("com.apple.AssetCache.managed", "4")
	ARRAY("ListenRanges", "<dict><key>first</key><string>1</string><key>last</key><string>2</string></dict>")
	ARRAY("PeerFilterRanges", "") ARRAY("Parents", "<string>10</string>") "</dict>"

	"<dict>" IDENTITY("com.google.Chrome", "5")
	ARRAY("A", "<dict><key>n</key><string>1</string></dict><array/>") "<key>B</key><real>1</real>"
	ARRAY("C", "<integer>1</integer><string>1</string>") "<key>D</key><dict/></dict>");

static void a_tree_copied_into_a_fresh_profile_is_the_same_in_any_order(void **state)
{
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= 40; seed++)
		copy_into_a_fresh_one(known_and_unknown, (struct profile_options){ 0 }, seed);
}

static const char of_several_types[] = PROFILE(
	"<dict>" IDENTITY("org.example", "1")
	ARRAY("Anything", "<array><true/></array>") "<key>Fraction</key><integer>5</integer>"
	ARRAY("Reals", "<integer>1</integer><real>1</real>") "<key>Switch</key><integer>1</integer>"
	"<key>Port</key><string>3</string>" ARRAY("Strings", "<string>a\nb</string>") "</dict>");

static void so_is_one_of_keys_of_several_types(void **state)
{
	unsigned seed;

	(void)state;
	put_text("own.schema", own_schema);
	for (seed = 1; seed <= 20; seed++)
		copy_into_a_fresh_one(of_several_types, (struct profile_options){ .schema = path_of("own.schema") },
				      seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tree_copied_into_a_fresh_profile_is_the_same_in_any_order),
		TEST(so_is_one_of_keys_of_several_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
