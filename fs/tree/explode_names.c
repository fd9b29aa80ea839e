/* How the entries of a directory are spelt on the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/explode_parts.h"
#include "fs/tree/names.h"

const char *explode_name(const struct explode_entry *entry)
{
	return entry->spelt ? entry->spelt : entry->name;
}

/* --- what is there ---------------------------------------------------------------------------------- */

static int read_types(struct explosion *explosion, struct item *types, struct buf *out)
{
	struct handle *handle;

	if (tree_open(explosion->tree, types, O_RDONLY, &handle) < 0)
		return explosion_fail_memory(explosion);
	tree_read(explosion->tree, handle, SIZE_MAX, 0, out);
	tree_release(explosion->tree, handle);
	return buf_ok(out) ? 0 : explosion_fail_memory(explosion);
}

/* Nothing removes items from a tree that nobody writes to. */
static int take_listing(struct explosion *explosion, const struct listing *listing, struct explode_entries *entries)
{
	size_t position, count = 0;
	struct listed listed;
	struct item *item;

	for (position = 0; listing_at(listing, &position, &listed); position++)
		count++;
	entries->list = calloc(count + 1, sizeof(*entries->list));
	if (!entries->list)
		return explosion_fail_memory(explosion);
	for (position = 0; listing_at(listing, &position, &listed); position++) {
		item = tree_item(explosion->tree, listed.ino);
		if (!item)
			return explosion_fail_memory(explosion);
		if (item->kind == ITEM_DIR || item->kind == ITEM_KEY)
			entries->list[entries->count++] =
				(struct explode_entry){ .item = item, .name = item_name(item) };
		else if (item->kind == ITEM_TYPES && read_types(explosion, item, &entries->types) < 0)
			return -1;
	}
	return 0;
}

static int list(struct explosion *explosion, struct item *dir, struct explode_entries *entries)
{
	struct listing *listing;
	int result;

	if (tree_list(explosion->tree, dir, &listing) < 0)
		return explosion_fail_memory(explosion);
	result = take_listing(explosion, listing, entries);
	listing_free(listing);
	return result;
}

/* --- lines of .types -------------------------------------------------------------------------------- */

static int by_line(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t x_len = strcspn(x, "\n"), y_len = strcspn(y, "\n");
	int order = memcmp(x, y, x_len < y_len ? x_len : y_len);

	return order ? order : (x_len > y_len) - (x_len < y_len);
}

/* Sorts the lines of a text, each of which ends in a newline. */
static void sort_lines(struct buf *text)
{
	const char *at = buf_text(text), *end = at + text->len, **lines;
	BUF_AUTO sorted = BUF_INIT;
	size_t count = 0, i;

	lines = calloc(text->len + 1, sizeof(*lines));
	for (; lines && at < end; at += strcspn(at, "\n") + 1)
		lines[count++] = at;
	if (count)
		qsort(lines, count, sizeof(*lines), by_line);
	for (i = 0; i < count; i++)
		buf_add(&sorted, lines[i], strcspn(lines[i], "\n") + 1);
	if (lines)
		buf_assign(text, sorted.data, sorted.len);
	else
		text->failed = true;
	free(lines);
}

/* A spelling that was cut does not tell its name: .types then speaks of it, as it does of every name that was cut. */
static void add_key_line(const struct explode_entry *entry, struct buf *types)
{
	const struct node *node = entry->item->node;

	said_quote_name(entry->name, types);
	buf_add_text(types, " key ");
	if (node && node->key)
		name_escape_key(node->key, node->key_len, types);
	else
		name_escape_key(entry->name, strlen(entry->name), types);
	buf_add_char(types, '\n');
}

static int tell_cut_names(struct explosion *explosion, struct explode_entries *entries)
{
	bool told = false;
	size_t i;

	for (i = 0; i < entries->count; i++) {
		const struct explode_entry *entry = &entries->list[i];

		if (!entry->spelt || !name_is_cut(entry->spelt) || name_is_cut(entry->name))
			continue;
		add_key_line(entry, &entries->types);
		told = true;
	}
	if (told && buf_ok(&entries->types))
		sort_lines(&entries->types);
	return buf_ok(&entries->types) ? 0 : explosion_fail_memory(explosion);
}

/* --- names that are one ----------------------------------------------------------------------------- */

static int by_folded_name(const void *a, const void *b)
{
	const struct explode_entry *x = *(struct explode_entry *const *)a, *y = *(struct explode_entry *const *)b;
	int order = name_compare_folded(x->name, y->name);

	return order ? order : strcmp(x->name, y->name);
}

static void warn(struct explosion *explosion, const struct explode_entry *one, const struct explode_entry *other)
{
	size_t len = explosion_enter(explosion, other->name);
	struct error warning;

	error_set(&warning, EEXIST,
		  "where upper and lower case are one (macOS, Windows), and where letters that are not ASCII may be, "
		  "this is the same file as '%.200s': --portable spells the two apart",
		  one->name);
	warning.severity = SEVERITY_WARNING;
	error_in_file(&warning, buf_text(&explosion->path));
	problems_add(explosion->notes, &warning);
	explosion_leave(explosion, len);
}

static int spell(struct explosion *explosion, struct explode_entry *entry, bool apart)
{
	BUF_AUTO spelt = BUF_INIT;

	name_to_portable(entry->name, apart, &spelt);
	if (buf_ok(&spelt) && buf_equals(&spelt, entry->name, strlen(entry->name)))
		return 0;
	entry->spelt = buf_ok(&spelt) ? buf_steal(&spelt, NULL) : NULL;
	return entry->spelt ? 0 : explosion_fail_memory(explosion);
}

/* `sorted`: by folded name, so that those that may be one stand together. */
static int spell_all(struct explosion *explosion, struct explode_entry **sorted, size_t count)
{
	bool like_last = false, like_next;
	size_t i;

	for (i = 0; i < count; i++) {
		like_next = i + 1 < count && name_compare_folded(sorted[i]->name, sorted[i + 1]->name) == 0;
		if (explosion->portable && spell(explosion, sorted[i], like_last || like_next) < 0)
			return -1;
		if (!explosion->portable && like_next)
			warn(explosion, sorted[i], sorted[i + 1]);
		like_last = like_next;
	}
	return 0;
}

static int spell_entries(struct explosion *explosion, struct explode_entries *entries)
{
	struct explode_entry **sorted = calloc(entries->count + 1, sizeof(*sorted));
	size_t i;
	int result;

	if (!sorted)
		return explosion_fail_memory(explosion);
	for (i = 0; i < entries->count; i++)
		sorted[i] = &entries->list[i];
	if (entries->count)
		qsort(sorted, entries->count, sizeof(*sorted), by_folded_name);
	result = spell_all(explosion, sorted, entries->count);
	free(sorted);
	return result;
}

int explode_entries(struct explosion *explosion, struct item *dir, struct explode_entries *entries)
{
	*entries = (struct explode_entries){ 0 };
	if (list(explosion, dir, entries) == 0 && spell_entries(explosion, entries) == 0 &&
	    tell_cut_names(explosion, entries) == 0)
		return 0;
	explode_entries_free(entries);
	return -1;
}

void explode_entries_free(struct explode_entries *entries)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		free(entries->list[i].spelt);
	free(entries->list);
	buf_free(&entries->types);
	*entries = (struct explode_entries){ 0 };
}
