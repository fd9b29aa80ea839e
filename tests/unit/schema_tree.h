/*
 * What the tests of a tree under a schema share: profiles of payloads that Apple's schema knows, or one of the test's
 * own; and looks at what is taken, refused and would be saved.
 */
#ifndef TESTS_SCHEMA_TREE_H
#define TESTS_SCHEMA_TREE_H

#include "tests/unit/mounted_tree.h"

#define UUID(n) "00000000-0000-4000-8000-00000000000" n

#define FRAME(keys) \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n" keys "</dict>\n</plist>\n"

#define IDENTITY(type, n) \
	"<key>PayloadIdentifier</key><string>id." n "</string>\n<key>PayloadType</key><string>" type "</string>\n" \
	"<key>PayloadUUID</key><string>" UUID(n) "</string>\n<key>PayloadVersion</key><integer>1</integer>\n"

#define PAYLOAD(type, n, keys) "<dict>\n" IDENTITY(type, n) keys "</dict>\n"

#define PROFILE(payloads) \
	FRAME(IDENTITY("Configuration", "0") "<key>PayloadContent</key><array>\n" payloads "</array>\n")

#define CERTIFICATE UUID("9")

#define MDM_KEYS \
	"<key>AccessRights</key><integer>8191</integer>\n" \
	"<key>IdentityCertificateUUID</key><string>" CERTIFICATE "</string>\n" \
	"<key>ServerCapabilities</key><array><string>com.apple.mdm.token</string></array>\n" \
	"<key>ServerURL</key><string>https://a.example</string>\n" \
	"<key>Topic</key><string>com.apple.mgmt.x</string>\n"

#define MDM "PayloadContent/com.apple.mdm"
#define WIFI "PayloadContent/com.apple.wifi.managed"
#define CACHE "PayloadContent/com.apple.AssetCache.managed"
#define UNKNOWN "PayloadContent/com.google.Chrome"

/* Payloads of types that the schema knows, and of one that it does not. */
static const char usual[] = PROFILE(
	PAYLOAD("com.apple.mdm", "1", MDM_KEYS)
		PAYLOAD("com.apple.wifi.managed", "2",
			"<key>AutoJoin</key><true/>\n<key>SSID_STR</key><string>Office</string>\n"
			"<key>EAPClientConfiguration</key><dict><key>AcceptEAPTypes</key>"
			"<array><integer>25</integer></array></dict>\n")
			PAYLOAD("com.apple.AssetCache.managed", "3", "<key>ListenRanges</key><array/>\n")
				PAYLOAD("com.google.Chrome", "4", "<key>Homepage</key><string>x</string>\n"));

static inline void begin_with(struct profile_options options, const char *text)
{
	put_text("p.mobileconfig", text);
	tree_begin_with("p.mobileconfig", &options);
}

static inline void begin(const char *text)
{
	begin_with((struct profile_options){ 0 }, text);
}

static inline void begin_wifi(const char *keys)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, PROFILE("<dict>" IDENTITY("com.apple.wifi.managed", "1") "%s</dict>\n"), keys);
	begin(buf_text(&text));
}

/* A payload of a type of the test's own. */
static const char own_schema[] = "payload org.example\n"
				 "  Anything any\n"
				 "  Datas array\n"
				 "    - data\n"
				 "  Fraction real\n"
				 "  Letters array unique\n"
				 "    - string values=a,b,c\n"
				 "  Number integer range=1..5\n"
				 "  Numbers array\n"
				 "    - integer range=..99\n"
				 "  Open dict\n"
				 "    * integer range=1..5\n"
				 "  Other dict\n"
				 "    X string\n"
				 "  Pair array items=2..2\n"
				 "    - string\n"
				 "  Port integer|string range=1..5\n"
				 "  Reals array\n"
				 "    - real\n"
				 "  Rows array\n"
				 "    - array\n"
				 "      - integer\n"
				 "  Rules array\n"
				 "    - dict\n"
				 "      Name string required\n"
				 "      Deep dict\n"
				 "        X boolean\n"
				 "  Secret string sensitive format=\"^[0-9]+$\"\n"
				 "  Strings array\n"
				 "    - string\n"
				 "  Switch integer|boolean values=0,1,true,false\n"
				 "  Text string length=1..\n"
				 "payload org.other\n"
				 "  Door string\n";

#define OWN "PayloadContent/org.example"

static inline void begin_own_with(struct profile_options options, const char *keys)
{
	BUF_AUTO text = BUF_INIT;

	put_text("own.schema", own_schema);
	options.schema = path_of("own.schema");
	buf_add_format(&text, PROFILE("<dict>" IDENTITY("org.example", "1") "%s</dict>\n"), keys);
	begin_with(options, buf_text(&text));
}

static inline void begin_own(const char *keys)
{
	begin_own_with((struct profile_options){ 0 }, keys);
}

static inline int end(void **state)
{
	if (mounted.tree)
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

/* What the profile would be saved as has this. */
static inline void assert_saves(const char *part)
{
	BUF_AUTO xml = BUF_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(profile_xml(&mounted.profile, &xml, &err), 0);
	if (!strstr(buf_text(&xml), part))
		fail_msg("'%s' is not in\n%s", part, buf_text(&xml));
}

static inline void assert_problem(const char *part, bool expected)
{
	BUF_AUTO problems = BUF_INIT;

	read_file(".profilefs/problems", &problems);
	if (!strstr(buf_text(&problems), part) == expected)
		fail_msg("'%s' is %sin:\n%s", part, expected ? "not " : "", buf_text(&problems));
}

static inline size_t count_reported(enum severity severity, const char *part)
{
	size_t count = 0, i;

	for (i = 0; i < mounted.reported.count; i++)
		count += mounted.reported.list[i].severity == severity && strstr(mounted.reported.list[i].text, part);
	return count;
}

static inline int set_type(const char *path, const char *words)
{
	return tree_setxattr(mounted.tree, at(path), "user.profilefs.type", words, strlen(words));
}

/* One refused echo: the reason is of that rule, and the file shows what it did. */
static inline void assert_refuses(const char *path, const char *text, const char *reason)
{
	BUF_AUTO before = BUF_INIT;
	bool was_there = there(path);

	if (was_there)
		read_file(path, &before);
	assert_int_equal(put(path, text), -EINVAL);
	assert_last_error(reason);
	assert_int_equal(there(path), was_there);
	if (was_there)
		assert_shows(path, buf_text(&before));
}

static inline void assert_takes(const char *path, const char *text)
{
	int result = put(path, text);

	if (result < 0)
		fail_msg("%s: %s", path, tree_last_error(mounted.tree)->text);
	assert_shows(path, text);
}

static inline void assert_saved(void)
{
	if (tree_sync(mounted.tree) < 0)
		fail_msg("%s: %s", tree_last_error(mounted.tree)->key, tree_last_error(mounted.tree)->text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, end)

#endif
