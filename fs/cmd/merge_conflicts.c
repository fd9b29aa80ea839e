#include <stdlib.h>
#include <string.h>

#include "fs/cmd/merge_sides.h"
#include "fs/cmd/places.h"
#include "plist/schema/check.h"

/* --- collecting ------------------------------------------------------------------------------------- */

void conflicts_take(void *context, const struct merge_conflict *conflict)
{
	struct conflicts *conflicts = context;
	size_t size = conflicts->size ? 2 * conflicts->size : 16;
	void *grown;

	if (conflicts->count == conflicts->size) {
		grown = realloc(conflicts->list, size * sizeof(*conflicts->list));
		if (!grown) {
			conflicts->failed = true;
			return;
		}
		conflicts->list = grown;
		conflicts->size = size;
	}
	conflicts->list[conflicts->count++] = *conflict;
}

void conflicts_free(struct conflicts *conflicts)
{
	free(conflicts->list);
	*conflicts = (struct conflicts){ 0 };
}

/* --- what is left ---------------------------------------------------------------------------------------- */

bool conflicts_are_in(const struct node *node)
{
	if (node->key && merge_mark_of(node->key, node->key_len, NULL) != MERGE_MARK_NONE)
		return true;
	for (const struct node *child = node_first(node); child; child = node_next(child))
		if (conflicts_are_in(child))
			return true;
	return false;
}

/* --- what is said ----------------------------------------------------------------------------------- */

/* As the file is called in a tree, and cut, as a key can be of any length. */
static void add_key(struct buf *text, const char *key, size_t len)
{
	BUF_AUTO name = BUF_INIT;
	size_t max = 200;

	check_path_key(key, len, &name);
	if (!buf_ok(&name)) {
		text->failed = true;
		return;
	}
	if (name.len <= max) {
		buf_add(text, name.data, name.len);
		return;
	}
	while (max > 0 && ((unsigned char)name.data[max] & 0xC0) == 0x80)
		max--;
	buf_add(text, name.data, max);
	buf_add_text(text, "...");
}

static void add_name(struct buf *text, const struct node *node)
{
	add_key(text, node->key, node->key_len);
}

static void say_element(const struct merge_conflict *conflict, struct buf *text)
{
	bool ours = conflict->kind == MERGE_OURS_REMOVED;

	buf_add_format(text, "%s: remove the marks in it (", ours ? "we removed it, they changed it" :
								    "they removed it, we changed it");
	add_name(text, conflict->mark);
	buf_add_text(text, ", ");
	add_name(text, conflict->base);
	buf_add_text(text, ") to keep it, or remove all of it");
}

static void say_both_changed(const struct merge_conflict *conflict, struct buf *text)
{
	const struct node *ours = node_find(conflict->dict, conflict->key, conflict->key_len);

	buf_add_format(text, "both sides %s it: ours is here; ", conflict->base ? "changed" : "added");
	if (merge_mark_goes_over(ours, conflict->mark)) {
		buf_add_text(text, "rename ");
		add_name(text, conflict->mark);
		buf_add_text(text, " over it to have theirs, or remove that");
	} else {
		buf_add_text(text, "to have theirs, remove this (rm -r ");
		add_key(text, conflict->key, conflict->key_len);
		buf_add_text(text, "), then rename ");
		add_name(text, conflict->mark);
		buf_add_text(text, " to it; else remove that");
	}
	if (!conflict->base)
		return;
	buf_add_text(text, "; then remove ");
	add_name(text, conflict->base);
}

static void say_ours_removed(const struct merge_conflict *conflict, struct buf *text)
{
	buf_add_text(text, "we removed ");
	add_key(text, conflict->key, conflict->key_len);
	buf_add_text(text, ", they changed it: rename this to that to have it, or remove this; then remove ");
	add_name(text, conflict->base);
}

static void say_theirs_removed(const struct merge_conflict *conflict, struct buf *text)
{
	buf_add_text(text, "they removed it, we changed it: keep it or remove it; then remove ");
	add_name(text, conflict->base);
}

static void say_conflict(const struct merge_conflict *conflict, struct buf *text)
{
	if (!conflict->key)
		say_element(conflict, text);
	else if (conflict->kind == MERGE_OURS_REMOVED)
		say_ours_removed(conflict, text);
	else if (conflict->kind == MERGE_BOTH_CHANGED)
		say_both_changed(conflict, text);
	else
		say_theirs_removed(conflict, text);
}

/* --- where it is ------------------------------------------------------------------------------------ */

/* Each node of the merged document leads to what was written for it, which is equal. */
static void lead_to(struct node *merged, struct node *written)
{
	struct node *child, *twin = node_first(written);

	merged->user = written;
	for (child = node_first(merged); child; child = node_next(child), twin = node_next(twin)) {
		if (child->key)
			twin = node_find(written, child->key, child->key_len);
		lead_to(child, twin);
	}
}

/* What a conflict is about, as it was written. */
static const struct node *written_of(const struct merge_conflict *conflict)
{
	const struct node *node = conflict->dict;

	if (conflict->key && conflict->kind == MERGE_OURS_REMOVED)
		node = conflict->mark;
	else if (conflict->key)
		node = node_find(conflict->dict, conflict->key, conflict->key_len);
	return node->user;
}

static int compare_written(const void *left, const void *right)
{
	const struct span *a = &written_of(left)->source.element, *b = &written_of(right)->source.element;

	return (a->start > b->start) - (a->start < b->start);
}

static int say_one(const struct merge_conflict *conflict, struct places *places, const struct doc *written,
		   const char *file, struct problems *notes, struct error *err)
{
	struct finding finding = { .severity = SEVERITY_ERROR, .rule = "merge-conflict", .at_key = true };
	struct error problem = ERROR_INIT;
	BUF_AUTO text = BUF_INIT;

	say_conflict(conflict, &text);
	finding.node = written_of(conflict);
	finding.text = buf_text(&text);
	if (!buf_ok(&text))
		return error_memory(err);
	if (places_error(places, &finding, written, file, &problem) < 0) {
		*err = problem;
		return -1;
	}
	problems_add(notes, &problem);
	return 0;
}

/* In the order of the document, if it is text. */
static int say_each(const struct conflicts *conflicts, const struct doc *written, const char *file,
		    struct problems *notes, struct error *err)
{
	struct places places = { 0 };
	int result = 0;

	if (written->format != DOC_BINARY)
		qsort(conflicts->list, conflicts->count, sizeof(*conflicts->list), compare_written);
	for (size_t i = 0; result == 0 && i < conflicts->count; i++)
		result = say_one(&conflicts->list[i], &places, written, file, notes, err);
	places_free(&places);
	return result;
}

int conflicts_say(const struct conflicts *conflicts, struct node *root, const struct buf *written, const char *file,
		  struct problems *notes, struct error *err)
{
	struct doc doc;
	int result;

	if (conflicts->failed)
		return error_memory(err);
	if (!conflicts->count)
		return 0;
	if (doc_read(&doc, file, written->data, written->len, err) < 0)
		return -1;
	lead_to(root, doc.root);
	result = say_each(conflicts, &doc, file, notes, err);
	doc_free(&doc);
	return result;
}
