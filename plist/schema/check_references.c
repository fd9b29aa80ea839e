/* Keys that hold the PayloadUUID of a payload: is it in this profile? */
#include <stdlib.h>
#include <string.h>

#include "plist/placeholder.h"
#include "plist/schema/check_run.h"

/* An empty text refers to nothing, and what a server fills in cannot be followed. */
static bool is_reference(const struct run *run, const struct visit *visit)
{
	const struct node *node = visit->node;

	if (visit->key->refs.count == 0 || node->type != NODE_STRING || node->value.len == 0)
		return false;
	return run->options->no_placeholders || !placeholder_inside(node->value.at, node->value.len);
}

/* The PayloadUUIDs of all payloads, sorted for same_lookup(). NULL: out of memory. */
static struct same *list_uuids(struct run *run, size_t *count)
{
	struct same *list = calloc(run->payload_count + 1, sizeof(*list));
	const struct node *node;
	size_t i;

	*count = 0;
	if (!list) {
		run->failed = true;
		return NULL;
	}
	for (i = 0; i < run->payload_count; i++) {
		node = node_get(run->payloads[i].node, "PayloadUUID");
		if (node && node->type == NODE_STRING)
			list[(*count)++] = (struct same){ .node = node, .position = i };
	}
	same_sort(list, *count, true);
	return list;
}

/* The types as a list of words: "a, b or c". */
static void say_types(struct run *run, const struct texts *types)
{
	size_t i;

	for (i = 0; i < types->count; i++) {
		if (i > 0)
			buf_add_text(&run->text, i + 1 == types->count ? " or " : ", ");
		buf_add_text(&run->text, types->list[i]);
	}
}

static void report_dangling(struct run *run, const struct visit *visit)
{
	const struct node *node = visit->node;

	say(run, "no payload of this profile has the PayloadUUID ");
	say_quoted(run, node->value.at, node->value.len);
	say(run, ": it must be that of a payload of the type ");
	say_types(run, &visit->key->refs);
	found_value(run, node);
}

/* A payload that is there will do, whatever its type: which types serve is more than the schema knows. */
void check_references(struct run *run)
{
	const struct visit *visit;
	struct same *uuids = NULL;
	size_t count = 0, i;

	for (i = 0; i < run->visits.count; i++) {
		visit = &run->visits.list[i];
		if (!is_reference(run, visit))
			continue;
		if (!uuids)
			uuids = list_uuids(run, &count);
		if (!uuids)
			return;
		if (!same_lookup(uuids, count, visit->node, true))
			report_dangling(run, visit);
	}
	free(uuids);
}
