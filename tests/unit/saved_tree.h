/*
 * What the tests of saving share: a profile of two payloads, and looks at what is on disk.
 */
#ifndef TESTS_SAVED_TREE_H
#define TESTS_SAVED_TREE_H

#include "tests/unit/mounted_tree.h"

#include "plist/doc.h"
#include "tests/unit/text_in.h"

#define UUID_1 "00000000-0000-4000-8000-000000000001"
#define UUID_2 "00000000-0000-4000-8000-000000000002"
#define UUID_3 "00000000-0000-4000-8000-000000000003"

#define IDENTITY(type, uuid) \
	"<key>PayloadIdentifier</key><string>id." uuid "</string>\n<key>PayloadType</key><string>" type \
	"</string>\n" \
	"<key>PayloadUUID</key><string>" uuid "</string>\n<key>PayloadVersion</key><integer>1</integer>\n"

#define KEYS \
	IDENTITY("Configuration", UUID_1) \
	"<!-- before --><key>A</key> <string>one</string>\n<key>D</key><dict>\n" \
	"<key>x</key><integer>1</integer>\n<key>y</key><true/>\n</dict>\n<key>E</key><array>\n<dict><key>n</key>" \
	"<string>0</string></dict>\n<dict><key>n</key><string>1</string></dict>\n<dict><key>n</key><string>2</string>" \
	"</dict>\n</array>\n<key>PayloadContent</key><array>\n<dict>" \
	"<!-- first -->" IDENTITY("com.b", UUID_2) "</dict>\n<dict>" IDENTITY("com.a", UUID_3) "</dict>\n</array>\n"

static inline int begin(void **state)
{
	if (folder_open(state) < 0)
		return -1;
	tree_begin_keys(KEYS);
	return 0;
}

static inline int end(void **state)
{
	tree_end();
	return folder_close(state);
}

static inline void begin_again(struct profile_options options)
{
	tree_end();
	tree_begin_with("p.mobileconfig", &options);
}

static inline bool was_reported(const char *part)
{
	size_t i;

	for (i = 0; i < mounted.reported.count; i++)
		if (strstr(mounted.reported.list[i].text, part))
			return true;
	return false;
}

/* The profile as it is on disk; doc_free() it. */
static inline struct doc on_disk(void)
{
	BUF_AUTO bytes = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc doc;

	get_bytes("p.mobileconfig", &bytes);
	if (doc_read(&doc, "p.mobileconfig", bytes.data, bytes.len, &err) < 0)
		fail_msg("%s", err.text);
	return doc;
}

static inline const struct node *below(const struct node *node, const char *key)
{
	return node->type == NODE_DICT ? node_get(node, key) : node_at(node, (size_t)atoi(key));
}

/* The text of a value on disk, by a path of keys and positions. */
static inline void assert_saved(const char *path, const char *text)
{
	struct doc doc = on_disk();
	const struct node *node = doc.root;
	char copy[256], *part, *rest = copy;

	snprintf(copy, sizeof(copy), "%s", path);
	while (node && (part = strsep(&rest, "/")))
		node = below(node, part);
	if (!node)
		fail_msg("%s is not there", path);
	if (text)
		assert_string_equal(text_in(node), text);
	doc_free(&doc);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
