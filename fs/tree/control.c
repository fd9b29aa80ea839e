#include "fs/tree/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tree/collection_parts.h"
#include "fs/tree/judge.h"
#include "fs/tree/names.h"
#include "fs/tree/refusal.h"

void control_add_problem(const struct error *problem, struct buf *out)
{
	char line[4096];

	error_format(problem, line, sizeof(line));
	buf_add_format(out, "%s\n", line);
}

static void add_recipients(const struct profile *profile, struct buf *out)
{
	BUF_AUTO lines = BUF_INIT;
	char *line, *rest;

	if (profile->hidden)
		hidden_describe(profile->hidden, &lines);
	else
		hidden_peek(&profile->doc, &lines);
	if (!lines.len)
		return;
	for (line = strtok_r(lines.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		buf_add_format(out, "encrypted-for: %s\n", line);
}

static bool is_edited(const struct profile *profile)
{
	return profile->commits != profile->commits_saved;
}

static void read_status(struct tree *tree, struct buf *out)
{
	const struct profile *profile = tree->profile;

	buf_add_format(out, "profile: %s\n", profile->place.path);
	if (profile->options.output)
		buf_add_format(out, "output: %s\n", profile->target.path);
	if (tree->mountpoint)
		buf_add_format(out, "mountpoint: %s\n", tree->mountpoint);
	if (tree->pid)
		buf_add_format(out, "pid: %ld\n", (long)tree->pid);
	buf_add_format(out, "signed: %s\n", envelope_form(profile->envelope) != ENVELOPE_PLAIN ? "yes" : "no");
	add_recipients(profile, out);
	buf_add_format(out, "read-only: %s\n", profile->read_only ? "yes" : "no");
	if (profile->read_only && profile->why_read_only.code)
		buf_add_format(out, "why-read-only: %s\n", profile->why_read_only.text);
	buf_add_format(out, "edited: %s\n", is_edited(profile) ? "yes" : "no");
	if (profile->options.merge)
		buf_add_text(out, "conflict: merge\n");
}

static void read_problems(struct tree *tree, struct buf *out)
{
	struct problems problems = PROBLEMS_INIT;
	size_t i;

	judge_all(tree, &problems);
	for (i = 0; i < problems.count; i++)
		control_add_problem(&problems.list[i], out);
	problems_free(&problems);
}

static void read_last_error(struct tree *tree, struct buf *out)
{
	size_t i;

	if (tree->last_error.code)
		control_add_problem(&tree->last_error, out);
	for (i = 0; i < tree->also.count; i++)
		control_add_problem(&tree->also.list[i], out);
}

static void read_profile(struct tree *tree, struct buf *out)
{
	struct error err;

	if (profile_xml(tree->profile, out, &err) < 0)
		control_add_problem(&err, out);
}

static void read_signature(struct tree *tree, struct buf *out)
{
	const struct profile *profile = tree->profile;

	envelope_describe(profile->envelope, out);
	if (envelope_form(profile->envelope) != ENVELOPE_PLAIN && is_edited(profile))
		buf_add_text(out, "edited: yes (this is the signature on disk, over what was saved last)\n");
}

/* NULL: of one profile alone. */
static const struct {
	const char *name;
	void (*read)(struct tree *tree, struct buf *out);
	void (*read_collection)(struct tree *tree, struct buf *out);
} files[] = {
	{ "status", read_status, collection_read_status },
	{ "problems", read_problems, collection_read_problems },
	{ "last-error", read_last_error, read_last_error },
	{ "profile", read_profile, NULL },
	{ "signature", read_signature, NULL },
};

#define FILE_COUNT (sizeof(files) / sizeof(*files))

int control_load(struct tree *tree)
{
	struct item *dir, *item;
	size_t i;
	int result = control_dir(tree, &dir);

	for (i = 0; result == 0 && i < FILE_COUNT; i++) {
		if (item_child(dir, files[i].name) || (tree->collection && !files[i].read_collection))
			continue;
		item = item_new(tree, ITEM_CONTROL);
		if (!item)
			return -ENOMEM;
		result = item_rare(item) ? item_link(tree, dir, NULL, files[i].name, item) : -ENOMEM;
		if (result < 0)
			item_settle(tree, item);
		else
			item->rare->control = (int)i;
	}
	return result;
}

int control_dir(struct tree *tree, struct item **out)
{
	struct item *item = tree->control;

	if (!item) {
		item = item_new(tree, ITEM_CONTROL_DIR);
		if (!item)
			return -ENOMEM;
		if (item_set_name(item, NAME_OF_CONTROL) < 0 || dir_make(item, NULL, SHAPE_DICT) < 0) {
			item_settle(tree, item);
			return -ENOMEM;
		}
		item->parent = tree->root;
		tree->control = item;
	}
	*out = item;
	return 0;
}

int control_lookup(struct tree *tree, const char *name, struct item **item)
{
	int result = control_load(tree);

	if (result < 0)
		return result;
	*item = item_child(tree->control, name);
	return *item ? 0 : -ENOENT;
}

void control_read(struct tree *tree, const struct item *item, struct buf *out)
{
	if (tree->collection)
		files[item->rare->control].read_collection(tree, out);
	else
		files[item->rare->control].read(tree, out);
}
