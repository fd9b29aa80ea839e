/*
 * What must hold of merge() for any three versions, tried on generated ones: edits of both sides in places of their own
 * come to what the two lists of edits come to, one after the other; edits in one place are a conflict whose marks hold
 * all there is; nothing that anybody has added is lost. The same versions on every machine.
 */
#include "tests/unit/merged.h"

#include <stdio.h>

#include "tests/unit/random.h"
#include "tests/unit/text_in.h"

/* --- a profile with places to edit --------------------------------------------------------------------- */

#define PAYLOADS 6
#define RULES	 4
#define KEYS	 4

/* The dicts: the root, a dict in it and one in that, payloads, a dict in each, and elements of another array. */
enum { ROOT, INNER, INMOST, PAYLOAD, IN_PAYLOAD = PAYLOAD + PAYLOADS, RULE = IN_PAYLOAD + PAYLOADS };

static void write_keys(struct buf *out)
{
	for (unsigned i = 0; i < KEYS; i++)
		buf_add_format(out, "<key>k%u</key><string>old %u</string>\n", i, random_below(1000));
}

static void write_list(struct buf *out)
{
	buf_add_text(out, "<key>l</key><array>");
	for (unsigned i = 0; i < 9; i++)
		buf_add_format(out, "<string>e%u</string>", i);
	buf_add_text(out, "</array>\n");
}

static void write_payload(struct buf *out, const char *id)
{
	buf_add_format(out, "<dict><key>PayloadUUID</key><string>%s</string>\n", id);
	buf_add_format(out, "<key>PayloadType</key><string>t%u</string>\n", random_below(2));
	write_keys(out);
	write_list(out);
	buf_add_text(out, "<key>d</key><dict>\n");
	write_keys(out);
	buf_add_text(out, "</dict></dict>\n");
}

static void write_profile(struct buf *out)
{
	buf_add_text(out, "<plist version=\"1.0\"><dict>\n");
	write_keys(out);
	write_list(out);
	buf_add_text(out, "<key>d</key><dict>\n");
	write_keys(out);
	buf_add_text(out, "<key>d</key><dict>\n");
	write_keys(out);
	buf_add_text(out, "</dict></dict><key>PayloadContent</key><array>\n");
	for (unsigned i = 0; i < PAYLOADS; i++)
		write_payload(out, (const char[]){ (char)('0' + i), '\0' });
	buf_add_text(out, "</array><key>r</key><array>\n");
	for (unsigned i = 0; i < RULES; i++) {
		buf_add_format(out, "<dict><key>n</key><string>%u</string>", i);
		write_keys(out);
		buf_add_text(out, "</dict>\n");
	}
	buf_add_text(out, "</array></dict></plist>\n");
}

/* The element of an array that has `key` = the number; NULL: it is gone. */
static struct node *find_element(struct node *array, const char *key, unsigned number)
{
	const char text[] = { (char)('0' + number), '\0' };

	for (struct node *element = node_first(array); element; element = node_next(element))
		if (node_is_text(node_get(element, key), text))
			return element;
	return NULL;
}

static struct node *find_payload(struct node *root, unsigned number)
{
	return find_element(node_get(root, "PayloadContent"), "PayloadUUID", number);
}

static struct node *find_dict(struct node *root, unsigned number)
{
	struct node *payload;

	if (number >= RULE)
		return find_element(node_get(root, "r"), "n", number - RULE);
	if (number < PAYLOAD)
		return number == ROOT  ? root :
		       number == INNER ? node_get(root, "d") :
					 node_get(node_get(root, "d"), "d");
	payload = find_payload(root, (number - PAYLOAD) % PAYLOADS);
	return number < IN_PAYLOAD || !payload ? payload : node_get(payload, "d");
}

/* --- edits --------------------------------------------------------------------------------------------- */

static struct node *new_string(const char *kind, unsigned number)
{
	struct node *node = node_new(NODE_STRING);
	char text[32];

	snprintf(text, sizeof(text), "%s %u", kind, number);
	assert_non_null(node);
	assert_int_equal(node_set_string(node, text), 0);
	return node;
}

static unsigned news; /* makes every new value another */

static void set_key(struct node *dict, unsigned key, unsigned value)
{
	char name[] = { 'k', (char)('0' + key), '\0' };
	struct node *made = new_string("new", value);

	assert_int_equal(node_set_like(node_get(dict, name), made), 0);
	node_free(made);
}

static void remove_key(struct node *dict, unsigned key)
{
	char name[] = { 'k', (char)('0' + key), '\0' };

	node_remove(node_get(dict, name));
}

static void add_key(struct node *dict, unsigned value)
{
	char name[16];

	snprintf(name, sizeof(name), "new%u", value);
	assert_int_equal(node_insert(dict, NULL, new_string("added", value), name, strlen(name)), 0);
}

/* In a part of a list, known by what stands there. */
static void edit_list(struct node *dict, unsigned at, unsigned kind, unsigned value)
{
	struct node *list = node_get(dict, "l"), *element = node_first(list);
	char text[] = { 'e', (char)('0' + at), '\0' };

	while (strcmp(text_in(element), text) != 0)
		element = node_next(element);
	if (kind < 2)
		assert_int_equal(node_insert(list, element, new_string("listed", value), NULL, 0), 0);
	if (kind > 0)
		node_remove(element);
}

static void add_payload(struct node *root, unsigned after, unsigned value)
{
	struct node *array = node_get(root, "PayloadContent"), *anchor = find_payload(root, after);
	struct node *payload = node_copy(anchor, false), *id = new_string("payload", value);

	assert_non_null(payload);
	assert_int_equal(node_set_like(node_get(payload, "PayloadUUID"), id), 0);
	assert_int_equal(node_insert(array, node_next(anchor), payload, NULL, 0), 0);
	node_free(id);
}

/* --- versions and what they must come to --------------------------------------------------------------- */

/* Every edit is made in the side's tree and in the expected one. Of edits in one place the expected one has marks. */
struct versions {
	struct node *base, *ours, *theirs, *expected;
	unsigned conflicts;
	bool moves; /* a payload is moved; then none is in conflict, as there is more than one good place for it */
};

static struct node *must_copy(const struct node *node)
{
	struct node *copy = node_copy(node, false);

	assert_non_null(copy);
	return copy;
}

static void put_mark(struct node *dict, const char *key, const char *end, const struct node *value)
{
	char name[32];

	if (!value)
		return;
	snprintf(name, sizeof(name), "%s%s", key, end);
	assert_int_equal(node_insert(dict, NULL, must_copy(value), name, strlen(name)), 0);
}

/* The expected key is ours, with marks of the others. */
static void expect_conflict(struct versions *versions, unsigned dict, const char *key)
{
	struct node *expected = find_dict(versions->expected, dict), *there = node_get(expected, key);
	const struct node *ours = node_get(find_dict(versions->ours, dict), key);

	if (there)
		node_remove(there);
	put_mark(expected, key, "", ours);
	put_mark(expected, key, ".conflict-base", node_get(find_dict(versions->base, dict), key));
	put_mark(expected, key, ".conflict-theirs", node_get(find_dict(versions->theirs, dict), key));
	versions->conflicts++;
}

static void edit_key_on_both_sides(struct versions *versions, unsigned dict, unsigned key)
{
	struct node *ours = find_dict(versions->ours, dict), *theirs = find_dict(versions->theirs, dict);
	char name[] = { 'k', (char)('0' + key), '\0' };
	unsigned kind = random_below(4);

	if (kind == 0)
		remove_key(ours, key);
	else
		set_key(ours, key, news++);
	if (kind == 1)
		remove_key(theirs, key);
	else
		set_key(theirs, key, news++);
	expect_conflict(versions, dict, name);
}

static void edit_key(struct versions *versions, unsigned dict, unsigned key)
{
	bool ours = random_below(2), remove = random_below(3) == 0;
	unsigned value = news++;

	for (unsigned i = 0; i < 2; i++) {
		struct node *root = i ? versions->expected : ours ? versions->ours : versions->theirs;

		if (remove)
			remove_key(find_dict(root, dict), key);
		else
			set_key(find_dict(root, dict), key, value);
	}
}

/* The same on both sides is no conflict. */
static void edit_key_alike(struct versions *versions, unsigned dict, unsigned key)
{
	unsigned value = news++;

	set_key(find_dict(versions->ours, dict), key, value);
	set_key(find_dict(versions->theirs, dict), key, value);
	set_key(find_dict(versions->expected, dict), key, value);
}

static void edit_keys(struct versions *versions, unsigned dict)
{
	for (unsigned key = 0; key < KEYS; key++) {
		unsigned what = random_below(12);

		if (what < 4)
			edit_key(versions, dict, key);
		else if (what == 4)
			edit_key_on_both_sides(versions, dict, key);
		else if (what == 5)
			edit_key_alike(versions, dict, key);
	}
	if (random_below(3) == 0) {
		add_key(find_dict(versions->ours, dict), news);
		add_key(find_dict(versions->expected, dict), news++);
	}
	if (random_below(3) == 0) {
		add_key(find_dict(versions->theirs, dict), news);
		add_key(find_dict(versions->expected, dict), news++);
	}
}

/* One side edits the first part, the other the last, with a part between that nobody does; or both the one in it. */
static void edit_lists(struct versions *versions, unsigned dict)
{
	bool ours_first = random_below(2);
	unsigned kind = random_below(3), first = random_below(3), last = 6 + random_below(3);
	struct node *one = find_dict(ours_first ? versions->ours : versions->theirs, dict);
	struct node *other = find_dict(ours_first ? versions->theirs : versions->ours, dict);

	edit_list(one, first, kind, news);
	edit_list(find_dict(versions->expected, dict), first, kind, news++);
	edit_list(other, last, kind, news);
	edit_list(find_dict(versions->expected, dict), last, kind, news++);
	if (random_below(4))
		return;
	edit_list(one, 4, 1, news++);
	edit_list(other, 4, 1 + random_below(2), news++);
	expect_conflict(versions, dict, "l");
}

static void remove_payload(struct versions *versions, unsigned number)
{
	node_remove(find_payload(random_below(2) ? versions->ours : versions->theirs, number));
	node_remove(find_payload(versions->expected, number));
}

/* One side removes it, the other changes it. The advice is put in as it is found. */
static void remove_and_change_payload(struct versions *versions, unsigned number)
{
	bool ours = random_below(2);
	struct node *expected = find_payload(versions->expected, number);

	node_remove(find_payload(ours ? versions->ours : versions->theirs, number));
	set_key(find_payload(ours ? versions->theirs : versions->ours, number), 1, news);
	set_key(expected, 1, news++);
	put_mark(expected, "removed", ".conflict-base", find_payload(versions->base, number));
	put_mark(expected, "removed", ours ? ".conflict-ours" : ".conflict-theirs", expected);
	versions->conflicts++;
}

static void edit_payload(struct versions *versions, unsigned number)
{
	unsigned what = random_below(8);

	/* The first stays, so that what is added has something that it follows. */
	if (number > 0 && what == 0) {
		remove_payload(versions, number);
		return;
	}
	if (number > 0 && what == 1 && !versions->moves) {
		remove_and_change_payload(versions, number);
		return;
	}
	edit_keys(versions, PAYLOAD + number);
	edit_keys(versions, IN_PAYLOAD + number);
	if (what < 5)
		edit_lists(versions, PAYLOAD + number);
}

/* Theirs first into the expected one: so ours come to stand before them. */
static void add_payloads(struct versions *versions)
{
	for (unsigned i = random_below(3); i > 0; i--) {
		add_payload(versions->theirs, 0, news);
		add_payload(versions->expected, 0, news++);
	}
	for (unsigned i = random_below(3); i > 0; i--) {
		add_payload(versions->ours, 0, news);
		add_payload(versions->expected, 0, news++);
	}
}

static void insert_rule(struct node *root, unsigned before, unsigned value)
{
	struct node *array = node_get(root, "r"), *anchor = find_dict(root, RULE + before);
	struct node *rule = must_copy(anchor), *made = new_string("rule", value);

	for (struct node *child = node_first(rule); child; child = node_next(child))
		assert_int_equal(node_set_like(child, made), 0);
	assert_int_equal(node_insert(array, anchor, rule, NULL, 0), 0);
	node_free(made);
}

/* What has no identity is not taken for what came in its place, though most of them are changed. Ours come first. */
static void insert_and_edit_rules(struct versions *versions)
{
	for (unsigned i = 0, count = random_below(3); i < count; i++) {
		unsigned before = random_below(RULES);
		struct node *side = i ? versions->theirs : versions->ours;

		insert_rule(side, before, news);
		insert_rule(versions->expected, before, news++);
	}
	for (unsigned i = 0; i < RULES; i++) {
		unsigned key = random_below(KEYS);

		edit_key(versions, RULE + i, key);
		edit_key(versions, RULE + i, (key + 1) % KEYS);
	}
}

static void move_to_front(struct node *root, unsigned payload)
{
	struct node *array = node_get(root, "PayloadContent"), *moved = node_take(find_payload(root, payload));

	assert_non_null(moved);
	assert_int_equal(node_insert(array, node_first(array), moved, NULL, 0), 0);
}

/* The last payload, on a side that has it, and then in the expected one, if the other side has not removed it. */
static void move_payload(struct versions *versions)
{
	struct node *side = random_below(2) ? versions->ours : versions->theirs;

	if (!find_payload(side, PAYLOADS - 1) || !find_payload(versions->expected, PAYLOADS - 1))
		return;
	move_to_front(side, PAYLOADS - 1);
	move_to_front(versions->expected, PAYLOADS - 1);
}

static void edit_everything(struct versions *versions)
{
	versions->moves = random_below(3) == 0;
	edit_keys(versions, ROOT);
	edit_keys(versions, INNER);
	edit_keys(versions, INMOST);
	edit_lists(versions, ROOT);
	add_payloads(versions);
	for (unsigned i = 0; i < PAYLOADS; i++)
		edit_payload(versions, i);
	if (random_below(2))
		insert_and_edit_rules(versions);
	else
		for (unsigned i = 0; i < RULES; i++)
			edit_keys(versions, RULE + i);
	if (versions->moves)
		move_payload(versions);
}

/* --- comparing ----------------------------------------------------------------------------------------- */

static bool is_advice(const struct node *node)
{
	return node->key && merge_mark_of(node->key, node->key_len, NULL) == MERGE_MARK_REMOVED;
}

/* Of advice only that there is some. */
static void take_advice(struct node *expected, const struct node *got)
{
	for (struct node *child = node_first(expected); child; child = node_next(child)) {
		const struct node *other = child->key ? node_find(got, child->key, child->key_len) : NULL;

		if (is_advice(child)) {
			assert_non_null(other);
			assert_true(other->type == NODE_STRING && other->value.len > 0);
			assert_int_equal(node_set_like(child, other), 0);
		}
	}
}

static void must_be_expected(struct versions *versions, struct merged *merged)
{
	BUF_AUTO written = BUF_INIT;

	for (unsigned i = 0; i < PAYLOADS; i++)
		if (find_payload(versions->expected, i) && find_payload(merged->doc.root, i))
			take_advice(find_payload(versions->expected, i), find_payload(merged->doc.root, i));
	write_plist(&merged->doc, &written);
	if (!node_equal(merged->doc.root, versions->expected, false))
		fail_msg("is not as expected: %s\nof %s", buf_text(&written), buf_text(&merged->doc.source));
	if (merged->count != versions->conflicts)
		fail_msg("%zu conflicts, not %u: %s", merged->count, versions->conflicts, buf_text(&merged->conflicts));
}

static void begin(struct versions *versions, struct merged *merged)
{
	BUF_AUTO text = BUF_INIT;

	write_profile(&text);
	*merged = (struct merged){ 0 };
	read_plist(&merged->doc, text.data, text.len);
	*versions = (struct versions){
		must_copy(merged->doc.root),
		must_copy(merged->doc.root),
		must_copy(merged->doc.root),
		must_copy(merged->doc.root),
		0,
		false,
	};
}

static void end(struct versions *versions, struct merged *merged)
{
	node_free(versions->base);
	node_free(versions->ours);
	node_free(versions->theirs);
	node_free(versions->expected);
	merged_free(merged);
}

static void edits_on_both_sides_come_to_both_lists_of_edits(void **state)
{
	(void)state;
	random_seed(31);
	for (unsigned i = 0; i < 100; i++) {
		struct error err = ERROR_INIT;
		struct versions versions;
		struct merged merged;

		begin(&versions, &merged);
		edit_everything(&versions);
		assert_int_equal(reconcile(merged.doc.root, versions.ours, &err), 0);
		merge_into(&merged, versions.base, versions.theirs);
		must_be_expected(&versions, &merged);
		end(&versions, &merged);
	}
}

/* --- any three versions -------------------------------------------------------------------------------- */

static void generate(struct buf *out, unsigned depth);

static void generate_dict(struct buf *out, unsigned depth)
{
	buf_add_text(out, "<dict>");
	for (unsigned i = 0; i < 4; i++) {
		if (random_below(3) == 0)
			continue;
		if (i == 0 && random_below(2) == 0) {
			buf_add_format(out, "<key>PayloadUUID</key><string>%u</string>", random_below(4));
			continue;
		}
		buf_add_format(out, "<key>%s</key>", depth == 0 && i == 1 ? "PayloadContent" :
					 &"a\0b\0c\0d"[2 * i]);
		generate(out, depth + 1);
	}
	buf_add_text(out, "</dict>");
}

static void generate(struct buf *out, unsigned depth)
{
	unsigned kind = random_below(depth < 5 ? 8 : 3);

	if (kind < 3) {
		buf_add_format(out, "<string>%u</string>", random_below(6));
	} else if (kind < 5) {
		generate_dict(out, depth);
	} else {
		buf_add_text(out, "<array>");
		for (unsigned i = random_below(5); i > 0; i--)
			generate(out, kind == 5 ? 5 : depth + 1);
		buf_add_text(out, "</array>");
	}
}

static void read_any(struct doc *doc)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_text(&text, "<plist version=\"1.0\">\n");
	generate_dict(&text, 0);
	buf_add_text(&text, "\n</plist>\n");
	read_plist(doc, text.data, text.len);
}

/* A version of a document: some of its nodes replaced by others, removed, or moved to the end of their array. */
static void edit_any(struct node *node, unsigned rarely)
{
	struct node *child, *next;

	for (child = node_first(node); child; child = next) {
		next = node_next(child);
		if (random_below(rarely) > 0)
			edit_any(child, rarely);
		else if (random_below(2))
			node_remove(child);
		else if (node->type == NODE_ARRAY)
			assert_int_equal(node_insert(node, NULL, node_take(child), NULL, 0), 0);
		else if (node_is_scalar(child->type))
			assert_int_equal(node_set_string(child, &"6\0007\0008"[2 * random_below(3)]), 0);
	}
	if (node->type == NODE_ARRAY && random_below(rarely) == 0)
		assert_int_equal(node_insert(node, node_first(node), new_string("x", random_below(3)), NULL, 0), 0);
}

static bool holds(const struct node *tree, const struct node *scalar)
{
	const struct node *child = node_first(tree);

	if (node_is_scalar(tree->type))
		return node_equal(tree, scalar, false);
	while (child && !holds(child, scalar))
		child = node_next(child);
	return child;
}

/* What `version` has and the base has not must be in the result. */
static void must_keep_news(const struct node *version, const struct node *base, const struct node *result)
{
	if (node_is_scalar(version->type)) {
		assert_true(holds(base, version) || holds(result, version));
		return;
	}
	for (const struct node *child = node_first(version); child; child = node_next(child))
		must_keep_news(child, base, result);
}

/* What a merge comes to, as a document of its own. */
static void merge_trees(struct merged *merged, const struct node *base, const struct node *ours,
			const struct node *theirs)
{
	static const char EMPTY[] = PLIST("<dict/>");
	struct error err = ERROR_INIT;
	BUF_AUTO written = BUF_INIT;

	*merged = (struct merged){ 0 };
	read_plist(&merged->doc, EMPTY, sizeof(EMPTY) - 1);
	assert_int_equal(reconcile(merged->doc.root, ours, &err), 0);
	merge_into(merged, base, theirs);
	write_plist(&merged->doc, &written);
}

static void must_hold(const struct node *base, const struct node *ours, const struct node *theirs)
{
	struct merged one, other;

	merge_trees(&one, base, ours, theirs);
	must_keep_news(ours, base, one.doc.root);
	must_keep_news(theirs, base, one.doc.root);
	merge_trees(&other, base, theirs, ours);
	assert_int_equal(one.count, other.count);
	merged_free(&one);
	merged_free(&other);
}

static void must_merge_to(const struct node *base, const struct node *ours, const struct node *theirs,
			  const struct node *expected)
{
	struct merged merged;

	merge_trees(&merged, base, ours, theirs);
	assert_int_equal(merged.count, 0);
	assert_true(node_equal(merged.doc.root, expected, false));
	merged_free(&merged);
}

static void nothing_that_anybody_added_is_lost(void **state)
{
	(void)state;
	random_seed(32);
	for (unsigned i = 0; i < 200; i++) {
		struct node *ours, *theirs;
		struct doc base;

		read_any(&base);
		ours = must_copy(base.root);
		theirs = must_copy(base.root);
		edit_any(ours, 2 + random_below(8));
		edit_any(theirs, 2 + random_below(8));
		must_hold(base.root, ours, theirs);
		must_merge_to(base.root, base.root, theirs, theirs);
		must_merge_to(base.root, ours, base.root, ours);
		must_merge_to(base.root, ours, ours, ours);
		node_free(ours);
		node_free(theirs);
		doc_free(&base);
	}
}

static void versions_that_have_nothing_in_common_can_be_merged(void **state)
{
	(void)state;
	random_seed(33);
	for (unsigned i = 0; i < 200; i++) {
		struct doc docs[3];

		for (unsigned at = 0; at < 3; at++)
			read_any(&docs[at]);
		must_hold(docs[0].root, docs[1].root, docs[2].root);
		for (unsigned at = 0; at < 3; at++)
			doc_free(&docs[at]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_on_both_sides_come_to_both_lists_of_edits),
		cmocka_unit_test(nothing_that_anybody_added_is_lost),
		cmocka_unit_test(versions_that_have_nothing_in_common_can_be_merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
