/*
 * A check of what was edited alone: nothing that an edit brought in is left out, wherever it shows, and what is left
 * out was found before the edit.
 */
#include "tests/unit/checked.h"
#include "tests/unit/random.h"

#define SCHEMA \
	SCHEMA_START \
	"payload t.wide iOS(4.0 multiple=true)\n" \
	"  Port integer\n" \
	"  Outer dict\n" \
	"    Port integer\n" \
	"  Other dict\n" \
	"    Port integer range=1..9\n" \
	"  List array\n" \
	"    - integer\n" \
	"  Narrow array\n" \
	"    - integer range=1..9\n" \
	"  Rights integer bits=7 needs=2:1\n" \
	"  ManagedAppleID string\n" \
	"payload t.tight iOS(4.0 multiple=true)\n" \
	"  Port integer range=1..9\n" \
	"  Outer dict\n" \
	"    Port integer range=1..9\n"

#define TYPE_PATH "PayloadContent/0/PayloadType"

static struct schema *schema;
static struct doc doc;

/* --- findings --------------------------------------------------------------------------------------- */

struct found_list {
	struct one {
		const struct node *node;
		const char *rule, *key;
	} list[200];
	size_t count;
};

static void keep(void *context, const struct finding *finding)
{
	struct found_list *found = context;

	assert_true(found->count < 200);
	found->list[found->count++] = (struct one){ finding->node, finding->rule, finding->key };
}

static void find(bool only_edited, struct found_list *found)
{
	const struct check_options options = { .schema = schema, .only_edited = only_edited };

	found->count = 0;
	assert_int_equal(check_profile(doc.root, &options, keep, found), 0);
}

static bool same(const struct one *a, const struct one *b)
{
	return a->node == b->node && strcmp(a->rule, b->rule) == 0 && a->key == b->key;
}

static bool has(const struct found_list *found, const struct one *wanted)
{
	size_t i;

	for (i = 0; i < found->count; i++)
		if (same(&found->list[i], wanted))
			return true;
	return false;
}

/* How many findings are left out, of what is as `before` says it was when it was read. */
static size_t assert_left_out_was_known(const struct found_list *before)
{
	struct found_list whole, edited;
	size_t i, next = 0;

	find(false, &whole);
	find(true, &edited);
	for (i = 0; i < whole.count; i++) {
		if (next < edited.count && same(&whole.list[i], &edited.list[next]))
			next++;
		else if (!has(before, &whole.list[i]))
			fail_msg("%s of %s is left out", whole.list[i].rule, whole.list[i].node->key);
	}
	assert_int_equal(next, edited.count);
	return whole.count - edited.count;
}

/* --- one edit --------------------------------------------------------------------------------------- */

static void begin(const char *keys)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, "%s<key>PayloadContent</key><array><dict>%s%s</dict></array>",
		       COMMON("Configuration", "uuid", "id"), COMMON("t.wide", "1", "id.1"), keys);
	read_dict(buf_text(&text), &doc);
}

/* By keys and positions. */
static struct node *at(const char *path)
{
	char copy[128], *part, *rest = copy;
	struct node *node = doc.root;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((part = strsep(&rest, "/")))
		node = node->type == NODE_DICT ? node_get(node, part) : node_at(node, (size_t)atoi(part));
	return node;
}

static void assert_edited(const char *expected)
{
	const struct check_options options = { .schema = schema, .only_edited = true };

	assert_doc_findings(&doc, &options, expected);
	doc_free(&doc);
}

static void what_was_wrong_before_is_left_out(void **state)
{
	(void)state;
	begin(DICT("Other", INTEGER("Port", "10")));
	assert_edited("");
}

static void what_is_set_is_judged(void **state)
{
	(void)state;
	begin(DICT("Other", INTEGER("Port", "5")));
	assert_int_equal(node_set(at("PayloadContent/0/Other/Port"), NODE_INTEGER, "10", 2), 0);
	assert_edited("error out-of-range PayloadContent/t.wide/Other/Port\n");
}

static void what_another_type_does_not_allow_is_judged(void **state)
{
	(void)state;
	begin(INTEGER("Port", "10") DICT("Outer", INTEGER("Port", "10")));
	assert_int_equal(node_set(at(TYPE_PATH), NODE_STRING, "t.tight", 7), 0);
	assert_edited("error out-of-range PayloadContent/t.tight/Port\n"
		      "error out-of-range PayloadContent/t.tight/Outer/Port\n");
}

static void what_is_in_something_that_was_moved_is_judged(void **state)
{
	struct node *outer;

	(void)state;
	begin(DICT("Outer", INTEGER("Port", "10")));
	outer = node_take(at("PayloadContent/0/Outer"));
	assert_int_equal(node_insert(at("PayloadContent/0"), NULL, outer, "Other", 5), 0);
	assert_edited("error out-of-range PayloadContent/t.wide/Other/Port\n");
}

static void elements_of_an_array_that_was_moved_are_judged(void **state)
{
	struct node *list;

	(void)state;
	begin(ARRAY("List", "<integer>10</integer>"));
	list = node_take(at("PayloadContent/0/List"));
	assert_int_equal(node_insert(at("PayloadContent/0"), NULL, list, "Narrow", 6), 0);
	assert_edited("error out-of-range PayloadContent/t.wide/Narrow/00\n");
}

static void rights_that_nothing_excuses_any_more_are_judged(void **state)
{
	(void)state;
	begin(INTEGER("Rights", "2") STRING("ManagedAppleID", "x"));
	node_mark_removed(at("PayloadContent/0/ManagedAppleID"));
	assert_edited("error access-rights PayloadContent/t.wide/Rights\n");
}

/* --- many ------------------------------------------------------------------------------------------- */

static const char *const keys[] = { "Port", "Outer", "Other", "List", "Narrow", "Rights", "ManagedAppleID", "New" };
static const char *const texts[] = { "5", "10", "2", "x", "t.wide", "t.tight", "t.unknown" };

#define ANY(list) ((list)[random_below(sizeof(list) / sizeof(*(list)))])

/* Some node below a payload's array, by chance; the array itself, if chance will. */
static struct node *anywhere(void)
{
	struct node *node = node_get(doc.root, "PayloadContent"), *child;

	while (!node_is_scalar(node->type) && node_count(node) > 0 && random_below(5) > 0) {
		child = node_at(node, random_below((unsigned)node_count(node)));
		node = child;
	}
	return node;
}

static bool is_below(const struct node *node, const struct node *above)
{
	while (node && node != above)
		node = node->parent;
	return node != NULL;
}

/* In place of what has the key. */
static void put_into(struct node *container, struct node *node)
{
	const char *key = ANY(keys);
	size_t len = strlen(key);
	int result = -1;

	if (container->type == NODE_DICT && node_find(container, key, len))
		node_mark_removed(node_find(container, key, len));
	if (container->type == NODE_DICT)
		result = node_insert(container, NULL, node, key, len);
	else if (container->type == NODE_ARRAY)
		result = node_insert(container, node_first(container), node, NULL, 0);
	if (result < 0)
		node_free(node);
}

static void set(struct node *node)
{
	const char *text = ANY(texts);

	if (node_is_scalar(node->type))
		assert_int_equal(node_set(node, random_below(2) ? NODE_STRING : NODE_INTEGER, text, strlen(text)), 0);
}

static void move(struct node *node, struct node *to)
{
	if (node != node_get(doc.root, "PayloadContent") && !node_is_scalar(to->type) && !is_below(to, node))
		put_into(to, node_take(node));
}

static void revive_in(struct node *container)
{
	struct node *child;

	for (child = node_first_link(container); child; child = child->next)
		if (child->removed && (!child->key || !node_get(container, child->key)) && !random_below(2)) {
			node_revive(child);
			return;
		}
}

static void edit_something(void)
{
	struct node *node = anywhere();

	switch (random_below(6)) {
	case 0:
	case 1:
		set(node);
		break;
	case 2:
		if (node != node_get(doc.root, "PayloadContent"))
			node_mark_removed(node);
		break;
	case 3:
		move(node, anywhere());
		break;
	case 4:
		if (!node_is_scalar(node->type))
			put_into(node, node_new(random_below(2) ? NODE_INTEGER : NODE_DICT));
		break;
	default:
		revive_in(node);
	}
}

#define FULL \
	INTEGER("Port", "10") DICT("Outer", INTEGER("Port", "10")) DICT("Other", INTEGER("Port", "10")) \
	ARRAY("List", "<integer>10</integer><integer>1</integer>") ARRAY("Narrow", "<integer>10</integer>") \
	INTEGER("Rights", "2") STRING("ManagedAppleID", "x") "<key>List</key><string>twice</string>"

static void whatever_is_left_out_was_found_before(void **state)
{
	struct found_list before;
	size_t left_out = 0;
	unsigned run, step;

	(void)state;
	for (run = 0; run < 60; run++) {
		random_seed(run);
		read_dict(PROFILE(PAYLOAD("t.wide", "1", FULL) PAYLOAD("t.tight", "2", FULL)
				  PAYLOAD("t.unknown", "3", FULL)), &doc);
		find(false, &before);
		for (step = 0; step < 20; step++) {
			edit_something();
			left_out += assert_left_out_was_known(&before);
		}
		doc_free(&doc);
	}
	assert_true(left_out > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_wrong_before_is_left_out),
		cmocka_unit_test(what_is_set_is_judged),
		cmocka_unit_test(what_another_type_does_not_allow_is_judged),
		cmocka_unit_test(what_is_in_something_that_was_moved_is_judged),
		cmocka_unit_test(elements_of_an_array_that_was_moved_are_judged),
		cmocka_unit_test(rights_that_nothing_excuses_any_more_are_judged),
		cmocka_unit_test(whatever_is_left_out_was_found_before),
	};
	int failed;

	schema = schema_of(SCHEMA);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	schema_free(schema);
	return failed;
}
