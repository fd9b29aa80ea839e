/*
 * A document, and edits of two sides (fuzz_edits.h): what merge.h and difference.h say of any three versions.
 */
#include "tests/fuzz/fuzz_edits.h"

#include "plist/difference.h"
#include "plist/doc.h"
#include "plist/merge.h"

static int count_difference(void *context, const struct difference *difference, struct error *err)
{
	(void)err;
	must(difference->a || difference->b);
	++*(size_t *)context;
	return 0;
}

static void must_differ_only_if(bool differ, const struct node *a, const struct node *b)
{
	struct error err = ERROR_INIT;
	size_t count = 0;

	must(difference_find(a, b, count_difference, &count, &err) == 0);
	must((count > 0) == differ);
}

/* Marks are keys of our tree, and hold what the sides have. */
static void count_conflict(void *context, const struct merge_conflict *conflict)
{
	must(conflict->dict && conflict->dict->type == NODE_DICT);
	must(conflict->base || conflict->mark);
	++*(size_t *)context;
}

/* What comes of ours, base and theirs; the caller frees it. */
static struct node *merged(const struct node *ours, const struct node *base, const struct node *theirs,
			   size_t *conflicts)
{
	struct node *result = node_copy(ours, false);
	struct error err = ERROR_INIT;

	must(result);
	*conflicts = 0;
	must(merge(result, base, theirs, count_conflict, conflicts, &err) == 0);
	return result;
}

static void must_merge_to(const struct node *expected, const struct node *ours, const struct node *base,
			  const struct node *theirs)
{
	size_t conflicts;
	struct node *result = merged(ours, base, theirs, &conflicts);

	must(conflicts == 0);
	must(node_equal(result, expected, false));
	node_free(result);
}

static void judge(const struct node *base, const struct node *ours, const struct node *theirs)
{
	size_t one, other;

	must_differ_only_if(false, ours, ours);
	must_differ_only_if(!node_equal(ours, theirs, false), ours, theirs);
	must_merge_to(ours, ours, base, base);
	must_merge_to(theirs, base, base, theirs);
	must_merge_to(ours, ours, base, ours);
	node_free(merged(ours, base, theirs, &one));
	node_free(merged(theirs, base, ours, &other));
	must((one == 0) == (other == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part rest = whole_input(data, size), text = next_part(&rest), first = next_part(&rest);
	struct error err = ERROR_INIT;
	struct node *ours = NULL, *theirs = NULL;
	struct doc base;

	if (doc_read(&base, "input", text.text, text.len, &err) < 0)
		return 0;
	if (base.root->type == NODE_DICT && !base.duplicate.code) {
		must((ours = node_copy(base.root, false)));
		must((theirs = node_copy(base.root, false)));
		apply_edits(ours, first);
		apply_edits(theirs, rest);
		judge(base.root, ours, theirs);
		node_free(ours);
		node_free(theirs);
	}
	doc_free(&base);
	return 0;
}
