/*
 * Names that stay. A payload or an element of an array is called by its number, and one that comes or goes before it
 * would give it another: in a tree that is brought up to date each keeps the name that it has on the disk, as whoever
 * merges two versions of the tree knows it by that.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/explode_parts.h"
#include "fs/tree/names.h"
#include "plist/pairing.h"

/* Numbers from here on are not kept: so many more fit into a name after them. */
#define NUMBER_END 100000000

/* Everything in one directory. */
struct naming {
	struct item **items; /* in the order of the document */
	char **names;        /* what they are to be called; NULL: not decided */
	size_t count;
};

static void naming_free(struct naming *naming)
{
	size_t i;

	for (i = 0; naming->names && i < naming->count; i++)
		free(naming->names[i]);
	free(naming->items);
	free(naming->names);
}

static int naming_begin(struct naming *naming, const struct item *dir)
{
	struct item *item;

	naming->items = calloc(dir->dir->count + 1, sizeof(*naming->items));
	naming->names = calloc(dir->dir->count + 1, sizeof(*naming->names));
	if (!naming->items || !naming->names)
		return -1;
	for (item = dir->dir->first; item; item = item->next)
		naming->items[naming->count++] = item;
	return 0;
}

/* --- what is there ---------------------------------------------------------------------------------- */

static void pass_over(void *context, const char *file, const struct error *problem)
{
	(void)context;
	(void)file;
	(void)problem;
}

/* The directory of the same path in what is there; NULL: there is none. What cannot be read keeps no names. */
static struct item *find_there(struct explosion *explosion, const struct item *dir)
{
	struct item *parent;
	struct error ignored;

	if (!explosion->read)
		exploded_read(&explosion->there, explosion->top, &explosion->tree->profile->checks, pass_over, NULL,
			      &ignored);
	explosion->read = true;
	if (!explosion->there.tree)
		return NULL;
	if (!dir->parent)
		return explosion->there.tree->root;
	parent = find_there(explosion, dir->parent);
	parent = parent && parent->kind == ITEM_DIR ? item_child(parent, item_name(dir)) : NULL;
	return parent && parent->kind == ITEM_DIR ? parent : NULL;
}

/* The item on the disk that shows the same element; NULL: none. */
static const struct item *partner(const struct pairing *pairing, size_t i)
{
	size_t pair = i < pairing->b.count ? pairing->b.pair[i] : PAIRING_NONE;

	return pair == PAIRING_NONE ? NULL : node_item(pairing->a.elements[pair]);
}

/* --- payloads --------------------------------------------------------------------------------------- */

/* The length of a payload's name without its number. The names of one directory's payloads of one type differ in
 * nothing else. */
static size_t base_of(const struct item *item)
{
	const struct node *type = item->node->type == NODE_DICT ? node_get(item->node, "PayloadType") : NULL;
	BUF_AUTO own = BUF_INIT;

	if (type && type->type == NODE_STRING)
		name_from_key(type->value.at, type->value.len, &own);
	return own.len && strncmp(item_name(item), buf_text(&own), own.len) == 0 ? own.len : strlen(item_name(item));
}

/* The number in a name that begins with these bytes: 1 for those alone, 0: it is no such name. */
static unsigned long number_of(const char *name, const char *base, size_t len)
{
	unsigned long number;

	if (strncmp(name, base, len) != 0)
		return 0;
	if (!name[len])
		return 1;
	if (name[len] != '.' || name_without_number(name) != len)
		return 0;
	number = strtoul(name + len + 1, NULL, 10);
	return number < NUMBER_END ? number : 0;
}

static int keep_payloads(struct naming *naming, const struct pairing *pairing)
{
	size_t i;

	for (i = 0; i < naming->count; i++) {
		const struct item *there = partner(pairing, i);

		if (!there || number_of(item_name(there), item_name(naming->items[i]), base_of(naming->items[i])) == 0)
			continue;
		naming->names[i] = strdup(item_name(there));
		if (!naming->names[i])
			return -1;
	}
	return 0;
}

/* The highest number that a name with this base has. */
static unsigned long highest(const struct naming *naming, const char *base, size_t len)
{
	unsigned long number, most = 0;
	size_t i;

	for (i = 0; i < naming->count; i++) {
		number = naming->names[i] ? number_of(naming->names[i], base, len) : 0;
		most = number > most ? number : most;
	}
	return most;
}

/* What is new comes after all that are there. */
static int name_new_payloads(struct naming *naming)
{
	size_t i;

	for (i = 0; i < naming->count; i++) {
		const char *own = item_name(naming->items[i]);
		size_t base = base_of(naming->items[i]);
		unsigned long number = naming->names[i] ? 0 : highest(naming, own, base) + 1;
		BUF_AUTO name = BUF_INIT;

		if (naming->names[i])
			continue;
		buf_add(&name, own, base);
		if (number > 1)
			buf_add_format(&name, ".%lu", number);
		naming->names[i] = buf_ok(&name) ? buf_steal(&name, NULL) : NULL;
		if (!naming->names[i])
			return -1;
	}
	return 0;
}

static int name_payloads(struct naming *naming, const struct pairing *pairing)
{
	return keep_payloads(naming, pairing) == 0 ? name_new_payloads(naming) : -1;
}

/* --- elements --------------------------------------------------------------------------------------- */

/* The numbers are the order: what is new gets the next one, and those after it give way as far as they must. */
static int name_elements(struct naming *naming, const struct pairing *pairing)
{
	uint32_t number = 0, kept;
	size_t i;

	for (i = 0; i < naming->count; i++, number++) {
		const struct item *there = partner(pairing, i);
		BUF_AUTO name = BUF_INIT;

		if (there && !pairing->b.moved[i] && name_to_index(item_name(there), &kept) && kept > number &&
		    kept < NUMBER_END)
			number = kept;
		name_from_index(number, &name);
		naming->names[i] = buf_ok(&name) ? buf_steal(&name, NULL) : NULL;
		if (!naming->names[i])
			return -1;
	}
	return 0;
}

/* --- both ------------------------------------------------------------------------------------------- */

/* Two of them may change their names with each other. */
static int rename_all(struct tree *tree, struct item *dir, const struct naming *naming)
{
	size_t i;
	int result = 0;

	for (i = 0; i < naming->count; i++) {
		item_hold(naming->items[i]);
		item_unlink(tree, naming->items[i]);
	}
	for (i = 0; i < naming->count; i++) {
		if (result == 0)
			result = item_link(tree, dir, NULL, naming->names[i], naming->items[i]);
		item_drop(tree, naming->items[i], 1);
	}
	return result;
}

static int keep_names(struct explosion *explosion, struct item *dir, const struct item *there, struct naming *naming)
{
	struct pairing pairing;
	int result;

	if (pairing_make(&pairing, there->node, dir->node, explosion->err) < 0)
		return -1;
	result = naming_begin(naming, dir);
	if (result == 0)
		result = dir->dir->shape == SHAPE_PAYLOADS ? name_payloads(naming, &pairing)
							   : name_elements(naming, &pairing);
	pairing_free(&pairing);
	return result < 0 || rename_all(explosion->tree, dir, naming) < 0 ? explosion_fail_memory(explosion) : 0;
}

int explode_keep_names(struct explosion *explosion, struct item *dir)
{
	struct naming naming = { 0 };
	const struct item *there;
	int result = 0;

	if (dir->dir->shape == SHAPE_DICT || !explosion->updates)
		return 0;
	if (dir_load(explosion->tree, dir) < 0)
		return explosion_fail_memory(explosion);
	there = find_there(explosion, dir);
	if (there && there->dir->shape == dir->dir->shape && there->node)
		result = keep_names(explosion, dir, there, &naming);
	naming_free(&naming);
	return result;
}
