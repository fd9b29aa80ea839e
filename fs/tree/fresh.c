#include "fs/tree/fresh.h"

#include <stdio.h>
#include <string.h>

#include "fs/tree/uuid.h"
#include "plist/node.h"

static int add(struct node *root, const char *key, enum node_type type, const char *value)
{
	struct node *child = node_new(type);

	if (!child)
		return -1;
	if (value && node_set(child, type, value, strlen(value)) < 0)
		goto failed;
	if (node_insert(root, NULL, child, key, strlen(key)) < 0)
		goto failed;
	return 0;
failed:
	node_free(child);
	return -1;
}

int fresh_profile(struct doc *doc, struct error *err)
{
	char uuid[UUID_SIZE], identifier[sizeof("profile.") + UUID_SIZE];

	if (doc_new(doc, err) < 0)
		return -1;
	uuid_make(uuid);
	snprintf(identifier, sizeof(identifier), "profile.%s", uuid);
	if (add(doc->root, "PayloadContent", NODE_ARRAY, NULL) == 0 &&
	    add(doc->root, "PayloadIdentifier", NODE_STRING, identifier) == 0 &&
	    add(doc->root, "PayloadType", NODE_STRING, "Configuration") == 0 &&
	    add(doc->root, "PayloadUUID", NODE_STRING, uuid) == 0 &&
	    add(doc->root, "PayloadVersion", NODE_INTEGER, "1") == 0)
		return 0;
	doc_free(doc);
	return error_memory(err);
}
