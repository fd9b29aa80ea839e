#include "fs/tree/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/refusal.h"
#include "fs/tree/types.h"
#include "plist/schema/check.h"

/* The errors that were there at the start. */
struct baseline {
	struct known {
		const char *rule;
		const struct node *node;
		const char *key;
	} *list;
	size_t count;
	bool failed;
};

static bool same_key(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_known(const struct baseline *baseline, const struct finding *finding)
{
	size_t i;

	for (i = 0; i < baseline->count; i++)
		if (baseline->list[i].node == finding->node && same_key(baseline->list[i].key, finding->key) &&
		    strcmp(baseline->list[i].rule, finding->rule) == 0)
			return true;
	return false;
}

static void remember(void *context, const struct finding *finding)
{
	struct baseline *baseline = context;
	struct known *grown = realloc(baseline->list, (baseline->count + 1) * sizeof(*grown));

	if (!grown) {
		baseline->failed = true;
		return;
	}
	baseline->list = grown;
	grown[baseline->count++] = (struct known){ finding->rule, finding->node, finding->key };
}

int judge_baseline(struct tree *tree)
{
	tree->baseline = calloc(1, sizeof(*tree->baseline));
	if (!tree->baseline)
		return -ENOMEM;
	if (tree->profile->options.check != CHECK_OFF)
		check_profile(tree->profile->doc.root, &tree->profile->checks, remember, tree->baseline);
	return tree->baseline->failed ? -ENOMEM : 0;
}

void judge_free(struct tree *tree)
{
	if (!tree->baseline)
		return;
	free(tree->baseline->list);
	free(tree->baseline);
}

/* What a save fills in or makes fresh by itself is no problem yet. */
static bool will_be_filled(const struct finding *finding)
{
	const struct node *payload = finding->key ? finding->node : finding->node->parent;
	const struct item *item = payload ? payload->user : NULL;

	return item && item->made;
}

/* The item that shows a node, or the nearest one above it. */
static const struct item *item_of(const struct tree *tree, const struct node *node)
{
	for (; node; node = node->parent)
		if (node->user)
			return node->user;
	return tree->root;
}

static void as_error(const struct tree *tree, const struct finding *finding, struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	unsigned long line, column;
	const struct item *item = item_of(tree, finding->node);

	error_rule(err, finding->rule, "%s", finding->text);
	err->severity = finding->severity;
	if (item->node != finding->node) {
		doc_path(finding->node, &path);
		error_in_key(err, buf_text(&path));
	}
	if (finding->node->source.element.end) {
		doc_position(&tree->profile->doc, finding->node->source.element.start, &line, &column);
		error_at(err, line, column);
	}
	refusal_locate(tree, item, NULL, err);
}

struct collection {
	struct tree *tree;
	struct problems *problems;
};

static void collect(void *context, const struct finding *finding)
{
	struct collection *collection = context;
	struct error err;

	if (will_be_filled(finding))
		return;
	as_error(collection->tree, finding, &err);
	problems_add(collection->problems, &err);
}

void judge_all(struct tree *tree, struct problems *problems)
{
	struct collection collection = { tree, problems };

	if (tree->profile->options.check != CHECK_OFF)
		check_profile(tree->profile->doc.root, &tree->profile->checks, collect, &collection);
	types_problems(tree, problems);
}

struct search {
	struct tree *tree;
	struct error *err;
	bool found;
};

static void take_first_new(void *context, const struct finding *finding)
{
	struct search *search = context;

	if (search->found || finding->severity != SEVERITY_ERROR || is_known(search->tree->baseline, finding))
		return;
	as_error(search->tree, finding, search->err);
	search->found = true;
}

bool judge_new_error(struct tree *tree, struct error *err)
{
	struct search search = { tree, err, false };
	struct problems said = PROBLEMS_INIT;
	size_t i;

	if (tree->profile->options.check == CHECK_OFF)
		return false;
	check_profile(tree->profile->doc.root, &tree->profile->checks, take_first_new, &search);
	types_problems(tree, &said);
	for (i = 0; i < said.count && !search.found; i++) {
		if (said.list[i].severity != SEVERITY_ERROR)
			continue;
		*err = said.list[i];
		search.found = true;
	}
	problems_free(&said);
	return search.found;
}
