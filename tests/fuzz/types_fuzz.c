/*
 * Any text as the .types of a profile: what of it is understood is shown again, what is not stays, and writing what is
 * shown changes nothing more.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>

#include "fs/tree/profile.h"
#include "fs/tree/said.h"
#include "fs/tree/tree.h"
#include "plist/doc.h"
#include "plist/schema/schema.h"

#define DOCUMENT \
	"<plist version=\"1.0\"><dict><key>a</key><string>1</string><key>b</key><integer>2</integer>" \
	"<key>c</key><array><string>x</string><string>3</string></array><key>d</key><dict><key>00</key>" \
	"<string>t</string><key>01</key><dict/></dict><key>e</key><array><dict/><true/></array>" \
	"<key>f</key><string>2026-01-31T12:00:00Z</string><key>PayloadContent</key><array><dict>" \
	"<key>PayloadType</key><string>b</string></dict><dict><key>PayloadType</key><string>a</string></dict>" \
	"</array></dict></plist>"

static struct schema *schema;

struct shown {
	struct profile profile;
	struct tree *tree;
};

static void show(struct shown *shown)
{
	struct profile *profile = &shown->profile;
	struct error err = ERROR_INIT;

	*profile = (struct profile){ .place = PLACE_INIT, .target = PLACE_INIT, .lock = LOCK_INIT };
	profile->options.check = CHECK_OFF;
	profile->options.unknown_allowed = true;
	profile->checks.schema = schema;
	profile->place.shown = strdup("input");
	must(profile->place.shown && doc_read(&profile->doc, "input", DOCUMENT, strlen(DOCUMENT), &err) == 0);
	shown->tree = tree_new(profile, NULL);
	must(shown->tree);
}

static void hide(struct shown *shown)
{
	tree_free(shown->tree);
	shown->profile.checks.schema = NULL; /* it is not the profile's own */
	profile_close(&shown->profile);
}

static struct handle *open_types(struct tree *tree, struct item *dir, int flags)
{
	struct handle *handle = NULL;
	struct item *item;

	if (tree_lookup(tree, dir, ".types", &item) == 0)
		must(tree_open(tree, item, flags, &handle) == 0);
	else
		must(tree_create(tree, dir, ".types", flags, &item, &handle) == 0);
	return handle;
}

static void write_types(struct tree *tree, struct item *dir, const char *text, size_t len)
{
	struct handle *handle = open_types(tree, dir, O_WRONLY | O_TRUNC);

	must(tree_write(tree, handle, text, len, 0) == 0);
	must(tree_flush(tree, handle) == 0);
	tree_release(tree, handle);
}

static void read_types(struct tree *tree, struct item *dir, struct buf *out)
{
	struct handle *handle = open_types(tree, dir, O_RDONLY);

	must(tree_read(tree, handle, 1 << 20, 0, out) == 0);
	tree_release(tree, handle);
}

/* What a line says, said again, is the same. */
static void must_be_said_alike(const char *words, size_t len)
{
	struct said said = { .type = NODE_TYPE_COUNT }, again = { .type = NODE_TYPE_COUNT };
	BUF_AUTO text = BUF_INIT, back = BUF_INIT;

	if (said_parse(&said, words, len) == 0 && said.type != NODE_TYPE_COUNT) {
		said_type_words(&said, &text);
		must(said_parse(&again, text.data, text.len) == 0);
		said_type_words(&again, &back);
		must(buf_equals(&back, text.data, text.len));
	}
	said_clear(&said);
	said_clear(&again);
}

static void take_lines(const char *text, size_t len)
{
	const char *end = text + len, *line_end;

	for (; text < end; text = line_end + 1) {
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (!line_end)
			line_end = end;
		must_be_said_alike(text, (size_t)(line_end - text));
	}
}

/* What came of it is a document that is read again as it is. */
static void must_be_a_document(const struct doc *doc)
{
	struct error err = ERROR_INIT;
	BUF_AUTO out = BUF_INIT;
	struct doc back;

	must(doc_write(doc, DOC_XML, &out, &err) == 0);
	must(doc_read(&back, "written", out.data, out.len, &err) == 0);
	must(node_equal(back.root, doc->root, true));
	doc_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BUF_AUTO first = BUF_INIT, second = BUF_INIT;
	struct error err = ERROR_INIT;
	struct node *before;
	struct shown shown;
	struct item *root;

	if (!schema)
		schema = schema_open(NULL, &err);
	must(schema);
	take_lines((const char *)data, size);
	show(&shown);
	root = tree_item(shown.tree, TREE_ROOT_INO);
	write_types(shown.tree, root, (const char *)data, size);
	must_be_a_document(&shown.profile.doc);
	read_types(shown.tree, root, &first);
	before = node_copy(shown.profile.doc.root, false);
	must(before);
	write_types(shown.tree, root, first.data, first.len);
	read_types(shown.tree, root, &second);
	must(node_equal(before, shown.profile.doc.root, true));
	if (!buf_equals(&second, first.data, first.len))
		fprintf(stderr, "shown %s\nthen shown %s\n", buf_text(&first), buf_text(&second));
	must(buf_equals(&second, first.data, first.len));
	node_free(before);
	hide(&shown);
	return 0;
}
