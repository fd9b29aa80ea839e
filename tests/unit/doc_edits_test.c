/*
 * What must hold of every edit of every document: one edit is one hunk, no larger than the edit; and any
 * number of edits can be written and reads back equal (doc_write() looks itself). Tried on generated
 * documents in several manners of writing, and on real profiles.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/doc.h"
#include "plist/xml_kept.h"
#include "plist/xml_write.h"

/* Documents that had runs which were copied at once (xml_kept.h). */
static size_t documents_with_runs;

/* What was written is what is written of child after child, and reads back as the tree. */
static void must_be_whole(const struct doc *doc, const struct buf *written)
{
	struct error err = ERROR_INIT;
	struct kept kept = { 0 };
	BUF_AUTO slowly = BUF_INIT;
	struct doc again;

	assert_int_equal(xml_write(doc, NULL, &slowly, &err), 0);
	if (!buf_equals(written, slowly.data, slowly.len))
		fail_msg("%s\n=>\n%s\nand not\n%s", buf_text(&doc->source), buf_text(&slowly), buf_text(written));
	assert_int_equal(doc_read(&again, "p", written->data, written->len, &err), 0);
	assert_true(node_equal(doc->root, again.root, true));
	doc_free(&again);
	assert_int_equal(xml_kept_find(doc, &kept), 0);
	documents_with_runs += kept.count > 0;
	xml_kept_free(&kept);
}

static void read_text(struct doc *doc, const void *bytes, size_t len)
{
	struct error err = ERROR_INIT;

	if (doc_read(doc, "test", bytes, len, &err))
		fail_msg("line %lu: %s", err.line, err.text);
}

static struct node *new_string(void)
{
	struct node *node = node_new(NODE_STRING);

	assert_non_null(node);
	assert_int_equal(node_set_string(node, "new"), 0);
	return node;
}

/* --- generated documents ------------------------------------------------------------------------------ */

/* A small generator of random numbers: the same documents and edits on every machine. */
static uint64_t seed;

static unsigned random_below(unsigned limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % limit;
}

/* How a generated document is written. */
struct manner {
	const char *line_end, *unit, *link;
	bool comments, blank_lines;
};

static void generate(struct buf *out, const struct manner *manner, unsigned depth);

static void new_line(struct buf *out, const struct manner *manner, unsigned depth)
{
	buf_add_text(out, manner->line_end);
	for (unsigned i = 0; i < depth; i++)
		buf_add_text(out, manner->unit);
}

static void generate_children(struct buf *out, const struct manner *manner, unsigned depth, bool keys)
{
	unsigned count = random_below(5);

	for (unsigned i = 0; i < count; i++) {
		if (manner->blank_lines && random_below(4) == 0)
			buf_add_text(out, manner->line_end);
		if (manner->comments && random_below(3) == 0) {
			new_line(out, manner, depth);
			buf_add_text(out, "<!-- <key> & -->");
		}
		new_line(out, manner, depth);
		if (keys) {
			buf_add_format(out, "<key>k%u</key>", i);
			if (manner->link)
				buf_add_text(out, manner->link);
			else
				new_line(out, manner, depth);
		}
		generate(out, manner, depth);
		if (manner->comments && random_below(6) == 0)
			buf_add_text(out, " <!-- remark -->");
	}
}

static void generate_container(struct buf *out, const struct manner *manner, unsigned depth, const char *tag)
{
	size_t start = out->len;

	buf_add_format(out, "<%s>", tag);
	generate_children(out, manner, depth + 1, tag[0] == 'd');
	if (out->len > start + strlen(tag) + 2)
		new_line(out, manner, depth);
	buf_add_format(out, "</%s>", tag);
}

static void generate(struct buf *out, const struct manner *manner, unsigned depth)
{
	static const char *const SCALARS[] = { "<string>a &amp; b</string>",
					       "<string>as long as most of them are that say something</string>",
					       "<string>com.example.profile.payload.identifier</string>",
					       "<string/>",
					       "<integer>+7</integer>",
					       "<true/>",
					       "<string><![CDATA[<x>]]></string>",
					       "<dict/>",
					       "<array />",
					       "<data>AAAA</data>",
					       "<real>1.50</real>" };
	unsigned kind = random_below(15);

	if (depth < 4 && (kind < 3 || depth == 0))
		generate_container(out, manner, depth, "dict");
	else if (depth < 4 && kind < 6)
		generate_container(out, manner, depth, "array");
	else
		buf_add_text(out, SCALARS[random_below(sizeof(SCALARS) / sizeof(SCALARS[0]))]);
}

/* --- one edit ----------------------------------------------------------------------------------------- */

static void collect(struct node *node, struct node **nodes, size_t *count, size_t max)
{
	if (*count < max)
		nodes[(*count)++] = node;
	for (struct node *child = node_first(node); child; child = node_next(child))
		collect(child, nodes, count, max);
}

static struct node *random_node(struct doc *doc)
{
	static struct node *nodes[20000];
	size_t count = 0;

	collect(doc->root, nodes, &count, sizeof(nodes) / sizeof(nodes[0]));
	return nodes[random_below((unsigned)count)];
}

static size_t lines_in(const char *bytes, size_t len)
{
	size_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n';
	return lines;
}

/* The lines of both texts that are left when the lines they begin and end with in common are taken off. */
struct hunk {
	size_t removed, added;
};

static struct hunk hunk_between(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t head = 0, tail = 0, most = a_len < b_len ? a_len : b_len;

	for (size_t i = 0; i < most && a[i] == b[i]; i++) {
		if (a[i] == '\n')
			head = i + 1;
	}
	for (size_t i = 0; i < most - head && a[a_len - 1 - i] == b[b_len - 1 - i]; i++) {
		if (a[a_len - 1 - i] == '\n')
			tail = i;
	}
	return (struct hunk){ lines_in(a + head, a_len - head - tail),
			      lines_in(b + head, b_len - head - tail) };
}

/* What a random edit may touch: lines of the source, lines that it adds. */
static struct hunk lines_of(const struct doc *doc, size_t start, size_t end)
{
	size_t lines = lines_in(doc->source.data + start, end - start) + 1;

	return (struct hunk){ lines, lines };
}

static struct hunk change_scalar(struct doc *doc, struct node *node)
{
	struct hunk hunk = lines_of(doc, node->source.element.start, node->source.element.end);
	const char *text = node->type == NODE_BOOLEAN ? "false" : "12345";

	if (node->type == NODE_BOOLEAN && node_is_text(node, "false"))
		text = "true";
	if (node->type == NODE_DATE)
		text = "2026-01-31T12:00:00Z";
	assert_int_equal(node_set(node, node->type, text, strlen(text)), 0);
	return hunk;
}

static struct hunk remove_child(struct doc *doc, struct node *node)
{
	size_t start = node->source.key.end ? node->source.key.start : node->source.element.start;
	struct hunk hunk = lines_of(doc, start, node->source.element.end);

	node_remove(node);
	hunk.removed +=
		2; /* with a blank line before it, and a line that is joined with the rest of its last */
	hunk.added = 1;
	return hunk;
}

static struct hunk insert_child(struct doc *doc, struct node *parent)
{
	struct node *child = new_string(), *before = NULL;

	(void)doc;
	if (node_count(parent))
		before = node_at(parent, random_below((unsigned)node_count(parent) + 1));
	assert_int_equal(node_insert(parent, before, child, "brand new", 9), 0);
	return (struct hunk){ 1, 4 };
}

static struct hunk replace_child(struct doc *doc, struct node *node)
{
	struct node *parent = node->parent, *next = node_next(node), *child = new_string();
	struct hunk hunk = remove_child(doc, node);

	assert_int_equal(node_insert(parent, next, child, "brand new", 9), 0);
	hunk.added = 2;
	return hunk;
}

/* Makes one random edit. False if there was nothing to edit. */
static bool edit_randomly(struct doc *doc, struct hunk *most)
{
	struct node *node = random_node(doc);

	switch (random_below(4)) {
	case 0:
		if (!node_is_scalar(node->type))
			return false;
		*most = change_scalar(doc, node);
		return true;
	case 1:
		if (!node->parent)
			return false;
		*most = remove_child(doc, node);
		return true;
	case 2:
		if (node_is_scalar(node->type))
			return false;
		*most = insert_child(doc, node);
		return true;
	default:
		if (!node->parent)
			return false;
		*most = replace_child(doc, node);
		return true;
	}
}

/* One random edit of the document must leave one hunk, no larger than the edit. */
static bool edit_is_one_hunk(const char *bytes, size_t len)
{
	struct error err = ERROR_INIT;
	struct hunk most, hunk;
	BUF_AUTO out = BUF_INIT;
	struct doc doc;
	bool edited;

	if (doc_read(&doc, "test", bytes, len, &err) != 0)
		return false;
	edited = doc.format == DOC_XML && !doc.recoded && !doc.duplicate.code && edit_randomly(&doc, &most);
	if (edited) {
		if (doc_write(&doc, DOC_XML, &out, &err))
			fail_msg("%s: %s\n%s", err.key, err.text, bytes);
		if (!doc.recoded)
			must_be_whole(&doc, &out);
		hunk = hunk_between(doc.source.data, doc.source.len, out.data, out.len);
		if (hunk.removed > most.removed || hunk.added > most.added)
			fail_msg("an edit of -%zu +%zu lines became -%zu +%zu\n%s\n=>\n%s", most.removed,
				 most.added, hunk.removed, hunk.added, bytes, buf_text(&out));
	}
	doc_free(&doc);
	return edited;
}

static void a_random_edit_of_a_generated_document_is_one_hunk(void **state)
{
	static const struct manner MANNERS[] = {
		{ "\n", "\t", NULL, false, false },  { "\n", "  ", NULL, true, true },
		{ "\r\n", "    ", "", true, false }, { "\n", "", NULL, true, true },
		{ "\n", "\t", " ", false, true },    { "\r\n", "\t", "<!-- link -->", true, true },
	};
	size_t edits = 0;

	(void)state;
	seed = 1;
	for (unsigned i = 0; i < 6000; i++) {
		const struct manner *manner = &MANNERS[i % (sizeof(MANNERS) / sizeof(MANNERS[0]))];
		BUF_AUTO source = BUF_INIT;

		buf_add_format(&source, "<plist version=\"1.0\">%s", manner->line_end);
		generate(&source, manner, 0);
		buf_add_format(&source, "%s</plist>%s", manner->line_end, manner->line_end);
		edits += edit_is_one_hunk(source.data, source.len);
	}
	assert_true(edits > 1000);
}

/* --- many edits --------------------------------------------------------------------------------------- */

static struct node *random_container(struct doc *doc)
{
	struct node *node = random_node(doc);

	while (node_is_scalar(node->type) && node->parent)
		node = node->parent;
	return node_is_scalar(node->type) ? NULL : node;
}

/* Puts a node anywhere but below itself; frees it if that cannot be. */
static void insert_anywhere(struct doc *doc, struct node *child)
{
	struct node *parent = random_container(doc);
	char key[8];

	snprintf(key, sizeof(key), "k%u", random_below(6));
	if (!parent || (parent->type == NODE_DICT && node_get(parent, key))) {
		node_free(child);
		return;
	}
	assert_int_equal(node_insert(parent, node_at(parent, random_below((unsigned)node_count(parent) + 1)),
				     child, key, 2),
			 0);
}

static void set_randomly(struct node *node)
{
	static const struct {
		enum node_type type;
		const char *text;
	} VALUES[] = {
		{ NODE_STRING, "x\ny\r<&>" },
		{ NODE_STRING, "" },
		{ NODE_INTEGER, "-12345678901234567890123" },
		{ NODE_REAL, "1e5" },
		{ NODE_BOOLEAN, "true" },
		{ NODE_BOOLEAN, "false" },
		{ NODE_DATE, "2026-01-31T12:00:00Z" },
		{ NODE_DATA, "\x01\xFF\x02" },
		{ NODE_DATA, "$USERNAME" },
		{ NODE_DATA, "0123456789012345678901234567890123456789012345678901234567890123456789" },
		{ NODE_STRING, "a & b" },
		{ NODE_INTEGER, "7" },
	};
	unsigned i = random_below(sizeof(VALUES) / sizeof(VALUES[0]));

	assert_int_equal(node_set(node, VALUES[i].type, VALUES[i].text, strlen(VALUES[i].text)), 0);
}

/* Not what was removed because the container became something else: that cannot come back. */
static void revive_some(struct node *parent)
{
	if (node_is_scalar(parent->type))
		return;
	for (struct node *child = node_first_link(parent); child; child = child->next) {
		bool fits = (child->key != NULL) == (parent->type == NODE_DICT);

		if (child->removed && fits && node_is_scalar(child->type) && random_below(2))
			node_revive(child);
	}
}

/* Anything that the file system may do to a tree. */
static void edit_wildly(struct doc *doc)
{
	struct node *node = random_node(doc), *child;

	switch (random_below(8)) {
	case 0:
		set_randomly(node);
		break;
	case 1:
		node_set_container(node, random_below(2) ? NODE_DICT : NODE_ARRAY);
		break;
	case 2:
		if (node->parent)
			node_remove(node);
		break;
	case 3:
		if (node->parent)
			node_mark_removed(node);
		break;
	case 4:
		child = node_new(random_below(2) ? NODE_DICT : NODE_STRING);
		assert_non_null(child);
		insert_anywhere(doc, child);
		break;
	case 5:
		child = node_copy(node, true);
		assert_non_null(child);
		insert_anywhere(doc, child);
		break;
	case 6:
		if (node->parent)
			insert_anywhere(doc, node_take(node));
		break;
	default:
		revive_some(node);
		node_purge(doc->root);
	}
}

static void any_number_of_edits_reads_back_equal(void **state)
{
	static const struct manner MANNERS[] = {
		{ "\n", "\t", NULL, true, false },
		{ "\r\n", "  ", " ", true, true },
		{ "", "", "", true, false },
	};

	(void)state;
	seed = 3;
	documents_with_runs = 0;
	for (unsigned i = 0; i < 3000; i++) {
		const struct manner *manner = &MANNERS[i % (sizeof(MANNERS) / sizeof(MANNERS[0]))];
		struct error err = ERROR_INIT;
		BUF_AUTO source = BUF_INIT;
		BUF_AUTO out = BUF_INIT;
		struct doc doc;

		buf_add_text(&source, "<plist version=\"1.0\">");
		generate(&source, manner, 0);
		buf_add_text(&source, "</plist>");
		read_text(&doc, source.data, source.len);
		for (unsigned edits = 1 + random_below(12); edits; edits--)
			edit_wildly(&doc);
		if (doc_write(&doc, DOC_XML, &out, &err))
			fail_msg("%s: %s\n%s", err.key, err.text, source.data);
		must_be_whole(&doc, &out);
		doc_free(&doc);
	}
	assert_true(documents_with_runs > 100);
}

/* --- real profiles ------------------------------------------------------------------------------------ */

static size_t profiles, profile_edits;

static int edit_profile(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	FILE *file;
	char *bytes;

	(void)ftw;
	if (kind != FTW_F || info->st_size <= 0 || info->st_size > 1 << 20)
		return 0;
	bytes = calloc(1, (size_t)info->st_size + 1);
	file = fopen(path, "rb");
	if (file && bytes && fread(bytes, 1, (size_t)info->st_size, file) == (size_t)info->st_size) {
		size_t before = profile_edits;

		for (unsigned i = 0; i < 20; i++)
			profile_edits += edit_is_one_hunk(bytes, (size_t)info->st_size);
		profiles += profile_edits > before;
	}
	if (file)
		fclose(file);
	free(bytes);
	return 0;
}

static void a_random_edit_of_a_real_profile_is_one_hunk(void **state)
{
	const char *folder = getenv("PROFILEFS_TEST_PROFILES");

	(void)state;
	if (!folder) {
		print_message("PROFILEFS_TEST_PROFILES is not set: no real profiles to try\n");
		skip();
	}
	seed = 2;
	if (nftw(folder, edit_profile, 16, FTW_PHYS) != 0) {
		print_message("%s cannot be read: no real profiles to try\n", folder);
		skip();
	}
	print_message("%zu edits of %zu profiles\n", profile_edits, profiles);
	assert_true(profiles > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_random_edit_of_a_generated_document_is_one_hunk),
		cmocka_unit_test(any_number_of_edits_reads_back_equal),
		cmocka_unit_test(a_random_edit_of_a_real_profile_is_one_hunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
