#include "fs/tree/judge.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/fill.h"
#include "fs/tree/names.h"
#include "fs/tree/refusal.h"
#include "fs/tree/types.h"
#include "plist/schema/check.h"

/* How many problems of one severity are told one by one. */
#define TOLD_MAX 500

/* The problems that were there at the start, sorted by their anchors. */
struct baseline {
	struct known {
		const struct node *anchor;
		const char *rule;
		const struct node *node;
		const char *key;
	} *list;
	size_t count;
	bool complete; /* of all that there was */
	bool failed;
};

/* An array that is a file of lines is written as a whole, and a line that stays may get another node: such a
 * line is looked for in its array. */
static const struct node *anchor_of(const struct node *node)
{
	return node->parent && node->parent->type == NODE_ARRAY && node_is_scalar(node->type) ? node->parent : node;
}

static bool same_key(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_node(const struct node *before, const struct node *now)
{
	const struct scalar *value = node_was(before) ? node_was(before) : &before->value;

	if (before == now)
		return true;
	return node_is_scalar(before->type) && node_is_scalar(now->type) && scalar_compare(value, &now->value) == 0;
}

static int by_anchor(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return ((uintptr_t)x->anchor > (uintptr_t)y->anchor) - ((uintptr_t)x->anchor < (uintptr_t)y->anchor);
}

/* The first one with that anchor, or the end. */
static const struct known *find_anchor(const struct baseline *baseline, const struct node *anchor)
{
	size_t low = 0, high = baseline->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if ((uintptr_t)baseline->list[middle].anchor < (uintptr_t)anchor)
			low = middle + 1;
		else
			high = middle;
	}
	return baseline->list + low;
}

static bool is_known(const struct baseline *baseline, const struct finding *finding)
{
	const struct node *anchor = anchor_of(finding->node);
	const struct known *known, *end;

	if (!baseline->count)
		return false;
	known = find_anchor(baseline, anchor);
	end = baseline->list + baseline->count;
	for (; known < end && known->anchor == anchor; known++)
		if (strcmp(known->rule, finding->rule) == 0 && same_key(known->key, finding->key) &&
		    same_node(known->node, finding->node))
			return true;
	return false;
}

static void remember(void *context, const struct finding *finding)
{
	struct baseline *baseline = context;
	struct known *grown = baseline->list;

	/* It is full when the count is a power of two, and then doubles. */
	if ((baseline->count & (baseline->count - 1)) == 0)
		grown = realloc(grown, (baseline->count ? baseline->count * 2 : 1) * sizeof(*grown));
	if (!grown) {
		baseline->failed = true;
		return;
	}
	baseline->list = grown;
	grown[baseline->count++] =
		(struct known){ anchor_of(finding->node), finding->rule, finding->node, finding->key };
}

/* The PayloadType that a payload's directory stands for, until the payload has it. */
static void type_of_dir(const struct node *payload, struct buf *type)
{
	const struct item *item = node_item(payload);

	if (item && item_name(item))
		name_to_payload_type(item_name(item), type);
}

static int check(struct tree *tree, check_report *report, void *context)
{
	return check_profile(tree->profile->doc.root, &tree->profile->checks, report, context);
}

/* What the baseline knows already need not be found again where that takes long. */
static int check_news(struct tree *tree, check_report *report, void *context)
{
	struct check_options checks = tree->profile->checks;

	checks.only_edited = tree->baseline->complete;
	return check_profile(tree->profile->doc.root, &checks, report, context);
}

/* One that mkdir began lacks everything, which is no excuse: a save fills it in. */
static bool is_begun_empty(const struct profile *profile)
{
	return profile->options.create && profile->options.folder;
}

void judge_begin(struct tree *tree)
{
	tree->profile->checks.type_of = type_of_dir;
}

static int find_known(struct tree *tree, struct baseline *baseline)
{
	if (is_begun_empty(tree->profile) || tree->profile->options.check == CHECK_OFF)
		return 0;
	if (check(tree, remember, baseline) < 0 || baseline->failed)
		return -ENOMEM;
	if (baseline->count)
		qsort(baseline->list, baseline->count, sizeof(*baseline->list), by_anchor);
	baseline->complete = true;
	return 0;
}

int judge_baseline(struct tree *tree)
{
	if (tree->baseline)
		return 0;
	tree->baseline = calloc(1, sizeof(*tree->baseline));
	if (!tree->baseline)
		return -ENOMEM;
	if (find_known(tree, tree->baseline) == 0)
		return 0;
	judge_free(tree);
	return -ENOMEM;
}

void judge_free(struct tree *tree)
{
	if (!tree->baseline)
		return;
	free(tree->baseline->list);
	free(tree->baseline);
	tree->baseline = NULL;
}

/* What a save fills in or makes fresh by itself is no problem yet. That the profile has the same identifier is a
 * warning, and stays. */
static bool will_be_filled(const struct finding *finding)
{
	static const char *const names[] = { "missing-key", "duplicate-uuid", "duplicate-identifier" };
	const struct node *payload = finding->key ? finding->node : finding->node->parent;
	const struct item *item = payload ? node_item(payload) : NULL;
	size_t i;

	if (!item || !item->made || (finding->key && !fill_fills(finding->key)) ||
	    finding->severity != SEVERITY_ERROR)
		return false;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(finding->rule, names[i]) == 0)
			return true;
	return false;
}

/* The item that shows a node, or the nearest one above it. */
static const struct item *item_of(const struct tree *tree, const struct node *node)
{
	for (; node; node = node->parent)
		if (node_item(node))
			return node_item(node);
	return tree->root;
}

/* The path that users see: of the item that shows it, and below that as the document has it. */
static void locate(const struct tree *tree, const struct finding *finding, struct error *err)
{
	const struct item *item = item_of(tree, finding->node);
	BUF_AUTO path = BUF_INIT, above = BUF_INIT, whole = BUF_INIT;

	item_path(item, NULL, &path);
	if (item->node && item->node != finding->node) {
		check_path(item->node, &above);
		check_path(finding->node, &whole);
		if (buf_ok(&above) && buf_ok(&whole) && whole.len >= above.len)
			buf_add_text(&path, buf_text(&whole) + above.len);
	}
	if (finding->key)
		buf_add_format(&path, "%s%s", path.len ? "/" : "", finding->key);
	error_in_key(err, buf_text(&path));
	refusal_locate(tree, item, NULL, err);
}

static void as_error(const struct tree *tree, const struct finding *finding, struct error *err)
{
	const struct node_source *source = &finding->node->source;
	size_t offset = finding->at_key && source->key.end ? source->key.start : source->element.start;
	unsigned long line, column;

	error_rule(err, finding->rule, "%s", finding->text);
	err->severity = finding->severity;
	if (source->element.end) {
		doc_position(&tree->profile->doc, offset, &line, &column);
		error_at(err, line, column);
	}
	locate(tree, finding, err);
}

struct tally {
	struct tree *tree;
	struct problems *problems;
	size_t counts[SEVERITY_ERROR + 1]; /* of each severity */
};

static void collect(void *context, const struct finding *finding)
{
	struct tally *tally = context;
	struct error err;

	if (will_be_filled(finding) || ++tally->counts[finding->severity] > TOLD_MAX)
		return;
	as_error(tally->tree, finding, &err);
	problems_add(tally->problems, &err);
}

/* Says how many were not told. */
static void finish_tally(const struct tally *tally)
{
	static const char *const names[] = { "notes", "warnings", "errors" };
	enum severity severity;

	for (severity = SEVERITY_NOTE; severity <= SEVERITY_ERROR; severity++)
		if (tally->counts[severity] > TOLD_MAX)
			problems_say(tally->problems, SEVERITY_NOTE, NULL, NULL,
				     "and %zu more %s: mend some, or let `profilefs check` list them",
				     tally->counts[severity] - TOLD_MAX, names[severity]);
}

void judge_all(struct tree *tree, struct problems *problems)
{
	struct tally tally = { .tree = tree, .problems = problems };

	if (tree->profile->options.check != CHECK_OFF && check(tree, collect, &tally) < 0)
		problems_say(problems, SEVERITY_WARNING, NULL, NULL,
			     "memory ran out while the profile was checked: there may be more problems than these");
	finish_tally(&tally);
	types_problems(tree, problems);
}

static void collect_new(void *context, const struct finding *finding)
{
	struct tally *tally = context;

	if (!is_known(tally->tree->baseline, finding))
		collect(context, finding);
}

int judge_new(struct tree *tree, struct problems *problems)
{
	struct tally tally = { .tree = tree, .problems = problems };

	if (tree->profile->options.check == CHECK_OFF)
		return 0;
	if (judge_baseline(tree) < 0 || check_news(tree, collect_new, &tally) < 0)
		return -ENOMEM;
	finish_tally(&tally);
	types_problems(tree, problems);
	return 0;
}
