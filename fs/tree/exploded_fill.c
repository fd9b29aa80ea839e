/*
 * Payloads that were made by hand: `mkdir PayloadContent/com.apple.dock`. Where explode names a directory by a type,
 * the payload has that PayloadType; so one without it is somebody's own, and gets what a save of a mount fills in
 * (fill.h). What explode wrote stays as it is, whatever it lacks.
 *
 * Only the document gets it: nothing on the disk shows these values, and so what is said of them is said of the
 * payload's directory. The tree of a profile with an identity always gets the same, so that the profile does not change
 * each time it is made.
 */
#include <string.h>

#include "fs/tree/exploded_parts.h"
#include "fs/tree/fill.h"
#include "fs/tree/names.h"
#include "fs/tree/uuid.h"

#define IDENTIFIER "PayloadIdentifier"
#define TYPE "PayloadType"
#define UUID "PayloadUUID"
#define VERSION "PayloadVersion"

/* One payload that is being filled in. */
struct filling {
	struct reader *reader;
	const struct item *item;
	struct buf keys; /* what it got, for the note */
};

/* What is there and could not be taken has had its problem. */
static bool was_refused(const struct filling *filling, const char *key)
{
	BUF_AUTO path = BUF_INIT;

	item_path(filling->item, key, &path);
	return buf_ok(&path) && name_map_find(filling->reader->exploded->refused, buf_text(&path));
}

/* A text that says something; NULL: none. */
static const struct scalar *text_at(const struct node *dict, const char *key)
{
	const struct node *node = node_get(dict, key);

	return node && node->type == NODE_STRING && node->value.len ? &node->value : NULL;
}

/* Where the key stands among keys in the order of their bytes. */
static struct node *place_of(const struct node *dict, const char *key)
{
	struct node *child = node_first(dict);

	while (child && strcmp(child->key, key) < 0)
		child = node_next(child);
	return child;
}

static int put(struct filling *filling, const char *key, enum node_type type, const char *text)
{
	struct node *payload = filling->item->node, *node;

	if (node_get(payload, key) || was_refused(filling, key))
		return 0;
	node = node_new(type);
	if (!node || node_set(node, type, text, strlen(text)) < 0 ||
	    node_insert(payload, place_of(payload, key), node, key, strlen(key)) < 0) {
		node_free(node);
		return reader_end_without_memory(filling->reader);
	}
	buf_add_format(&filling->keys, "%s%s", filling->keys.len ? ", " : "", key);
	return 0;
}

/* True if the profile or another of its payloads has that PayloadUUID. */
static bool is_taken(const struct node *root, const struct node *payloads, const char *uuid)
{
	const struct scalar *text = text_at(root, UUID);
	const struct node *other;

	if (text && uuid_is_same(text, uuid, strlen(uuid)))
		return true;
	for (other = node_first(payloads); other; other = node_next(other)) {
		text = other->type == NODE_DICT ? text_at(other, UUID) : NULL;
		if (text && uuid_is_same(text, uuid, strlen(uuid)))
			return true;
	}
	return false;
}

/* In one profile a directory's name is one payload's. What says nothing of the profile could be any other one. */
static void choose_uuid(const struct filling *filling, char uuid[UUID_SIZE])
{
	const struct node *root = filling->reader->exploded->profile.doc.root;
	const struct scalar *profile = text_at(root, UUID);
	BUF_AUTO seed = BUF_INIT;

	if (!profile)
		profile = text_at(root, IDENTIFIER);
	if (profile)
		buf_add(&seed, profile->at, profile->len);
	buf_add_char(&seed, '\n');
	buf_add_text(&seed, item_name(filling->item));
	if (profile && buf_ok(&seed))
		uuid_make_from(seed.data, seed.len, uuid);
	if (!profile || !buf_ok(&seed) || is_taken(root, filling->item->node->parent, uuid))
		uuid_make(uuid);
}

static int fill(struct filling *filling, const char *type)
{
	const struct scalar *own = text_at(filling->item->node, UUID);
	BUF_AUTO identifier = BUF_INIT;
	char uuid[UUID_SIZE];

	choose_uuid(filling, uuid);
	fill_add_identifier(type, strlen(type), own ? own->at : uuid, own ? own->len : strlen(uuid), &identifier);
	if (!buf_ok(&identifier))
		return reader_end_without_memory(filling->reader);
	if (put(filling, IDENTIFIER, NODE_STRING, buf_text(&identifier)) < 0 ||
	    put(filling, TYPE, NODE_STRING, type) < 0 || put(filling, UUID, NODE_STRING, uuid) < 0)
		return -1;
	return put(filling, VERSION, NODE_INTEGER, "1");
}

static int note(struct filling *filling)
{
	struct problems *filled = &filling->reader->exploded->filled;
	BUF_AUTO path = BUF_INIT;

	item_path(filling->item, NULL, &path);
	if (!buf_ok(&path) || !buf_ok(&filling->keys))
		return reader_end_without_memory(filling->reader);
	problems_say(filled, SEVERITY_NOTE, NULL, buf_text(&path),
		     "a payload made by hand, of the type that its name says: filled in were %s (`profilefs explode` "
		     "of the profile writes them into the tree)",
		     buf_text(&filling->keys));
	return filled->lost ? reader_end_without_memory(filling->reader) : 0;
}

/* The PayloadType that a payload made by hand is to have. False: it was not. */
static bool type_of_new(const struct filling *filling, struct buf *type)
{
	const struct item *item = filling->item;
	uint32_t index;

	return item->node && item->node->type == NODE_DICT && !node_get(item->node, TYPE) &&
	       !was_refused(filling, TYPE) && !name_to_index(item_name(item), &index) &&
	       name_to_payload_type(item_name(item), type) == 0;
}

int exploded_fill(struct reader *reader)
{
	const struct item *dir = item_child(reader->exploded->tree->root, "PayloadContent"), *item;
	int result = 0;

	if (!dir || dir->kind != ITEM_DIR || dir->dir->shape != SHAPE_PAYLOADS)
		return 0;
	for (item = dir->dir->first; item && result == 0; item = item->next) {
		struct filling filling = { .reader = reader, .item = item, .keys = BUF_INIT };
		BUF_AUTO type = BUF_INIT;

		if (type_of_new(&filling, &type))
			result = buf_ok(&type) ? fill(&filling, buf_text(&type)) : reader_end_without_memory(reader);
		if (result == 0 && filling.keys.len)
			result = note(&filling);
		buf_free(&filling.keys);
	}
	return result;
}
