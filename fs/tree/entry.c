#include "fs/tree/entry.h"

#include <string.h>

#include "fs/tree/names.h"

static void find_rest(struct entry *entry)
{
	struct ghost *ghosts = entry->dir->dir->ghosts;
	struct said *said = entry->dir->dir->said;
	size_t len = ghosts || said ? strlen(entry->name) : 0;

	if (ghosts)
		HASH_FIND_BYHASHVALUE(hh, ghosts, entry->name, len, entry->hash, entry->ghost);
	if (said)
		HASH_FIND_BYHASHVALUE(hh, said, entry->name, len, entry->hash, entry->said);
}

/* Who only asks what is there changes nothing, and who changes something has the directory to change. */
struct entry entry_of(const struct item *dir, const char *name)
{
	struct entry entry = { .dir = (struct item *)dir, .name = name };

	if (!dir)
		return entry;
	entry.hash = hash_of(name, strlen(name));
	entry.shown = item_child_hashed(dir, name, entry.hash);
	find_rest(&entry);
	return entry;
}

struct entry entry_of_item(const struct item *item)
{
	struct entry entry = {
		.dir = item->parent, .name = item_name(item), .hash = item->hash, .shown = (struct item *)item
	};

	if (entry.dir)
		find_rest(&entry);
	return entry;
}

const struct node *entry_node(const struct entry *entry, const struct item *item)
{
	return item && item->node ? item->node : entry->ghost ? entry->ghost->node : NULL;
}

int entry_key(const struct entry *entry, struct buf *room, struct key *key)
{
	const struct node *node = entry_node(entry, entry->shown);
	const struct said *said = entry->said;
	const char *name = entry->name;

	if (node && node->key)
		*key = (struct key){ node->key, node->key_len };
	else if (said && said->key && name_is_of(name, said->key, said->key_len))
		*key = (struct key){ said->key, said->key_len };
	else if (!(key->bytes = name_key(name, room, &key->len)) && name_is_cut(name))
		*key = (struct key){ name, strlen(name) };
	return key->bytes ? 0 : -1;
}

struct item *entry_place(const struct entry *entry)
{
	uint32_t index;

	if (entry->dir->dir->shape == SHAPE_ARRAY)
		return name_to_index(entry->name, &index) ? dir_place_for_index(entry->dir, index) : NULL;
	return entry->ghost ? dir_next_shown(entry->ghost->node) : NULL;
}
