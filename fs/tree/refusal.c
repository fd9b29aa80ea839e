#include "fs/tree/refusal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/make.h"
#include "plist/doc.h"

struct unreported {
	struct error error;
	struct unreported *next;
};

/* The first line of the node's value, or of the nearest thing above it that has one. */
static void locate_line(const struct tree *tree, const struct item *item, struct error *err)
{
	unsigned long line, column;

	for (; item; item = item->parent) {
		if (!item->node || item->node->source.element.end == 0)
			continue;
		doc_position(&tree->profile->doc, item->node->source.element.start, &line, &column);
		if (line)
			error_at(err, line, column);
		return;
	}
}

void refusal_locate(const struct tree *tree, const struct item *item, const char *name, struct error *err)
{
	BUF_AUTO path = BUF_INIT;

	error_in_file(err, tree->profile->place.shown);
	if (!item)
		return;
	item_path(item, name, &path);
	error_in_key(err, buf_text(&path));
	if (!err->line)
		locate_line(tree, item, err);
}

int refuse(struct tree *tree, struct item *item, const char *name, struct error *err, int code)
{
	const struct tree_surroundings *around = &tree->surroundings;

	refusal_locate(tree, item, name, err);
	err->code = code;
	tree->last_error = *err;
	problems_free(&tree->also);
	if (item && !name) {
		struct rare *rare = item_rare(item);

		if (rare && !rare->refusal)
			rare->refusal = malloc(sizeof(*rare->refusal));
		if (rare && rare->refusal)
			*rare->refusal = *err;
	}
	if (around->report)
		around->report(around->context, err);
	return -code;
}

int refuse_text(struct tree *tree, struct item *item, const char *name, int code, const char *format, ...)
{
	struct error err;
	va_list args;

	va_start(args, format);
	error_set_args(&err, code, format, args);
	va_end(args);
	return refuse(tree, item, name, &err, code);
}

int refuse_if_sealed(struct tree *tree, struct item *item, const char *name)
{
	struct error why;

	if (!tree->sealed)
		return 0;
	why = tree->profile->why_read_only;
	why.severity = SEVERITY_ERROR;
	return refuse(tree, item, name, &why, EROFS);
}

static struct unreported **find(struct tree *tree, const char *key)
{
	struct unreported **entry = &tree->unreported;

	while (*entry && strcmp((*entry)->error.key, key) != 0)
		entry = &(*entry)->next;
	return entry;
}

void unreported_add(struct tree *tree, const struct item *item)
{
	const struct error *refusal = item_refusal(item);
	struct unreported **entry, *fresh;

	if (!refusal)
		return;
	entry = find(tree, refusal->key);
	if (*entry) {
		(*entry)->error = *refusal;
		return;
	}
	fresh = calloc(1, sizeof(*fresh));
	if (!fresh)
		return; /* it was reported as it happened */
	fresh->error = *refusal;
	*entry = fresh;
}

void unreported_settle(struct tree *tree, const struct item *item)
{
	BUF_AUTO path = BUF_INIT;
	struct unreported **entry, *settled;

	if (!tree->unreported)
		return;
	item_path(item, NULL, &path);
	entry = find(tree, buf_text(&path));
	settled = *entry;
	if (settled) {
		*entry = settled->next;
		free(settled);
	}
}

void unreported_free(struct tree *tree)
{
	struct unreported *entry;

	while ((entry = tree->unreported)) {
		tree->unreported = entry->next;
		free(entry);
	}
}

size_t tree_unreported(struct tree *tree)
{
	const struct tree_surroundings *around = &tree->surroundings;
	struct unreported *entry;
	size_t count = 0;

	if (tree->collection)
		return collection_unreported(tree->collection);
	io_settle_open(tree);
	for (entry = tree->unreported; entry; entry = entry->next, count++)
		if (around->report)
			around->report(around->context, &entry->error);
	return count;
}

const struct error *tree_last_error(const struct tree *tree)
{
	return &tree->last_error;
}
