/* What is merged is made anew, and then ours is reconciled with it: so whatever is equal in it keeps its bytes. */
#include "plist/merge.h"

#include <stdlib.h>
#include <string.h>

#include "plist/align.h"
#include "plist/merge_parts.h"
#include "plist/reconcile.h"

bool merge_same(struct merging *job, const struct node *a, const struct node *b)
{
	if (!a || !b)
		return a == b;
	if (a->type != b->type)
		return false;
	if (!node_is_scalar(a->type) && fingerprint(&job->known, a) != fingerprint(&job->known, b))
		return false;
	return node_equal(a, b, false);
}

/* --- dicts --------------------------------------------------------------------------------------------- */

static const struct node *find(const struct node *dict, const struct node *like)
{
	return dict ? node_find(dict, like->key, like->key_len) : NULL;
}

static int merge_key(struct merging *job, const struct versions *dicts, const struct node *key, struct node *out,
		     struct node *before)
{
	const struct versions values = { find(dicts->base, key), find(dicts->ours, key), find(dicts->theirs, key) };
	struct node *made = NULL;

	switch (merge_value(job, &values, &made)) {
	case MERGED_CONFLICT:
		return merge_mark_key(job, out, before, dicts, &values);
	case MERGED_WELL:
		if (!made || node_insert(out, before, made, key->key, key->key_len) == 0)
			return 0;
		node_free(made);
		return -1;
	default:
		return -1;
	}
}

/* Where a key goes that follows `after` in theirs: behind that, and behind what ours alone has there. */
static struct node *place_after(const struct node *out, const struct node *after, const struct node *theirs)
{
	struct node *before = after ? node_next(after) : node_first(out);

	while (before && !find(theirs, before))
		before = node_next(before);
	return before;
}

static int merge_keys(struct merging *job, const struct versions *dicts, struct node *out)
{
	const struct node *child, *after = NULL, *there;

	for (child = node_first(dicts->ours); child; child = node_next(child))
		if (merge_key(job, dicts, child, out, NULL) < 0)
			return -1;
	for (child = node_first(dicts->theirs); child; child = node_next(child)) {
		if (!find(dicts->ours, child) &&
		    merge_key(job, dicts, child, out, place_after(out, after, dicts->theirs)) < 0)
			return -1;
		there = find(out, child);
		after = there ? there : after;
	}
	return 0;
}

static enum merged merge_dict(struct merging *job, const struct versions *dicts, struct node **made)
{
	struct node *out = node_new(NODE_DICT);

	if (!out || merge_keys(job, dicts, out) < 0) {
		node_free(out);
		return MERGED_FAILED;
	}
	*made = out;
	return MERGED_WELL;
}

/* --- any value ----------------------------------------------------------------------------------------- */

static enum merged take(const struct node *value, struct node **made)
{
	if (!value)
		return MERGED_WELL;
	*made = node_copy(value, false);
	return *made ? MERGED_WELL : MERGED_FAILED;
}

/* A dict that stands for a UID of a binary property list is one value. */
static bool is_mergeable(const struct node *value, enum node_type type)
{
	return value && value->type == type && !node_is_scalar(type) && !value->uid;
}

static bool are_mergeable(const struct versions *values)
{
	return values->ours && is_mergeable(values->ours, values->ours->type) &&
	       is_mergeable(values->theirs, values->ours->type) &&
	       (!values->base || is_mergeable(values->base, values->ours->type));
}

/* A dict that they alone changed is merged all the same: what is new in it goes where it belongs in our order. */
enum merged merge_value(struct merging *job, const struct versions *values, struct node **made)
{
	*made = NULL;
	if (merge_same(job, values->ours, values->theirs) || merge_same(job, values->base, values->theirs))
		return take(values->ours, made);
	if (are_mergeable(values) && values->ours->type == NODE_DICT)
		return merge_dict(job, values, made);
	if (merge_same(job, values->base, values->ours))
		return take(values->theirs, made);
	return are_mergeable(values) ? merge_array(job, values, made) : MERGED_CONFLICT;
}

/* --- the whole ----------------------------------------------------------------------------------------- */

/* Each node of the result leads to its twin in ours, which is equal. */
static void lead_to(struct node *result, struct node *ours)
{
	struct node *child, *twin = node_first(ours);

	result->user = ours;
	for (child = node_first(result); child; child = node_next(child), twin = node_next(twin)) {
		if (child->key)
			twin = node_find(ours, child->key, child->key_len);
		lead_to(child, twin);
	}
}

static const struct node *twin_of(const struct node *result)
{
	return result ? result->user : NULL;
}

static void report_all(const struct merging *job, merge_report *report, void *context)
{
	for (size_t i = 0; i < job->conflict_count; i++) {
		struct merge_conflict conflict = job->conflicts[i];

		conflict.dict = twin_of(conflict.dict);
		conflict.base = twin_of(conflict.base);
		conflict.mark = twin_of(conflict.mark);
		report(context, &conflict);
	}
}

static int finish(const struct merging *job, struct node *ours, struct node *result, merge_report *report,
		  void *context, struct error *err)
{
	if (reconcile(ours, result, err) < 0)
		return -1;
	lead_to(result, ours);
	report_all(job, report, context);
	return 0;
}

int merge(struct node *ours, const struct node *base, const struct node *theirs, merge_report *report, void *context,
	  struct error *err)
{
	const struct versions versions = { base, ours, theirs };
	struct merging job = { .root = ours, .patience = ALIGN_PATIENCE };
	struct node *result = NULL;
	int status;

	if (merge_value(&job, &versions, &result) == MERGED_WELL)
		status = finish(&job, ours, result, report, context, err);
	else
		status = error_memory(err);
	node_free(result);
	fingerprints_free(&job.known);
	free(job.conflicts);
	return status;
}
