/* UUIDs and identifiers: each payload has its own. */
#include <stdlib.h>

#include "plist/schema/check_run.h"

/* That key's text in a payload, or NULL. */
static const struct node *text_of(const struct node *dict, const char *key)
{
	const struct node *node = node_get(dict, key);

	return node && node->type == NODE_STRING && node->value.len > 0 ? node : NULL;
}

/* Reports the payloads whose value another one before them has, or `own` if it is not NULL. */
static void find_again(struct run *run, const char *key, const struct node *own, bool fold, const char *text)
{
	struct same *list = calloc(run->payload_count + 1, sizeof(*list));
	const struct node *node;
	size_t count = 0, i;

	if (!list) {
		run->failed = true;
		return;
	}
	if (own)
		list[count++] = (struct same){ .node = own };
	for (i = 0; i < run->payload_count; i++) {
		node = text_of(run->payloads[i].node, key);
		if (node)
			list[count++] = (struct same){ .node = node, .position = i + 1 };
	}
	same_find(list, count, fold);
	for (i = 0; i < count; i++) {
		if (!list[i].again)
			continue;
		buf_add_text(&run->text, text);
		found_value(run, list[i].node);
	}
	free(list);
}

void check_uuids(struct run *run)
{
	find_again(run, "PayloadUUID", text_of(run->root, "PayloadUUID"), true,
		   "another payload of this profile, or the profile itself, has the same PayloadUUID: devices refuse "
		   "that; give each its own (uuidgen makes one)");
}

void check_identifiers(struct run *run)
{
	find_again(run, "PayloadIdentifier", NULL, false,
		   "another payload of this profile has the same PayloadIdentifier: one would replace the other; give "
		   "each its own");
}

void check_own_identifier(struct run *run)
{
	const struct node *own = text_of(run->root, "PayloadIdentifier"), *node;
	size_t i;

	for (i = 0; own && i < run->payload_count; i++) {
		node = text_of(run->payloads[i].node, "PayloadIdentifier");
		if (!node || same_compare(node, own, false) != 0)
			continue;
		say(run, "the profile itself has the same PayloadIdentifier: give the payload its own, below the "
		    "profile's");
		found_value(run, node);
	}
}
