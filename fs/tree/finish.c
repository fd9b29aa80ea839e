/* Saving the tree: everything that is pending is decided first. */
#include <errno.h>
#include <stdlib.h>

#include "fs/tree/allowed.h"
#include "fs/tree/collection_parts.h"
#include "fs/tree/fill.h"
#include "fs/tree/item.h"
#include "fs/tree/judge.h"
#include "fs/tree/make.h"
#include "fs/tree/recovery.h"
#include "fs/tree/refusal.h"
#include "fs/tree/settle.h"
#include "fs/tree/stage.h"
#include "fs/tree/types.h"

static void report(struct tree *tree, const struct error *problem)
{
	const struct tree_surroundings *around = &tree->surroundings;

	if (around->report)
		around->report(around->context, problem);
}

static void report_all(struct tree *tree, struct problems *problems)
{
	size_t i;

	for (i = 0; i < problems->count; i++) {
		error_in_file(&problems->list[i], tree->profile->place.shown);
		report(tree, &problems->list[i]);
	}
	problems_free(problems);
}

static void say_path(struct tree *tree, const struct item *item, enum severity severity, const char *text)
{
	struct error note;

	error_set(&note, EINVAL, "%s", text);
	note.severity = severity;
	refusal_locate(tree, item, NULL, &note);
	report(tree, &note);
}

/* What is still open and no value as it stands is not in what is saved. */
static void list_unfinished(struct tree *tree)
{
	const struct item *item;
	uint64_t last = 0;

	while ((item = item_next(tree, &last)))
		if (item->kind == ITEM_KEY && item->parent && item_stage(item))
			say_path(tree, item, SEVERITY_WARNING,
				 "is still being written and no value yet: what was there before is saved; save again "
				 "when it is closed");
}

static const int save_errno[] = {
	[SAVE_UNCHANGED] = 0,
	[SAVE_DONE] = 0,
	[SAVE_INVALID] = EINVAL,
	[SAVE_CONFLICT] = ESTALE,
	[SAVE_FAILED] = EIO,
};

/* What is wrong with the edited profile. The first error is what keeps it from being saved, `others` are those
 * that would, too; warnings are only said. What could not be judged is not saved either. */
static bool judge(struct tree *tree, struct problems *notes, struct error *invalid, struct problems *others)
{
	struct problems found = PROBLEMS_INIT;
	bool is_invalid = judge_new(tree, &found) < 0;
	size_t i;

	if (is_invalid)
		error_memory(invalid);
	for (i = 0; i < found.count; i++) {
		if (found.list[i].severity != SEVERITY_ERROR) {
			problems_add(notes, &found.list[i]);
		} else if (is_invalid) {
			problems_add(others, &found.list[i]);
		} else {
			*invalid = found.list[i];
			is_invalid = true;
		}
	}
	problems_free(&found);
	return is_invalid;
}

static enum save_outcome save(struct tree *tree, struct error *err, struct problems *others)
{
	struct problems notes = PROBLEMS_INIT;
	struct error invalid;
	enum save_outcome outcome;
	bool edited, is_invalid;
	size_t i;

	io_settle_open(tree);
	list_unfinished(tree);
	edited = tree->profile->commits != tree->profile->commits_saved;
	if (edited && fill_in(tree, &notes) < 0)
		problems_say(&notes, SEVERITY_WARNING, NULL, NULL, "not everything that is missing could be filled in");
	is_invalid = edited && judge(tree, &notes, &invalid, others);
	outcome = profile_save(tree->profile, is_invalid ? &invalid : NULL, &notes, err);
	for (i = 0; i < others->count; i++) {
		if (save_errno[outcome] == 0)
			others->list[i].severity = SEVERITY_WARNING; /* taken all the same */
		problems_add(&notes, &others->list[i]);
	}
	report_all(tree, &notes);
	return outcome;
}

int tree_sync(struct tree *tree)
{
	if (tree->collection)
		return collection_sync(tree->collection);
	return tree->opened ? collection_sync_one(tree->opened) : tree_sync_awake(tree);
}

int tree_sync_awake(struct tree *tree)
{
	struct problems others = PROBLEMS_INIT;
	struct error err;
	enum save_outcome outcome = save(tree, &err, &others);

	if (save_errno[outcome] != 0) {
		if (outcome == SAVE_CONFLICT)
			profile_settle_hint(tree->profile, &err);
		refuse(tree, NULL, NULL, &err, save_errno[outcome]);
		tree->also = others;
		return -save_errno[outcome];
	}
	problems_free(&others);
	return 0;
}

static void list_scratch(struct tree *tree)
{
	const struct item *item;
	uint64_t last = 0;

	while ((item = item_next(tree, &last)))
		if ((item->kind == ITEM_SCRATCH || item->kind == ITEM_LINK) && item->parent)
			say_path(tree, item, SEVERITY_NOTE, "was a scratch file and is gone with the mount");
}

/* Where the edits are that could be put nowhere else. */
static void note_journal(struct tree *tree, struct problems *notes)
{
	struct error ignored;

	if (recovery_sync(tree->profile, &ignored) == 0 && recovery_holds(tree->profile))
		profile_note(tree->profile, notes,
			     "the edits are in the journal: the next mount puts them back (profilefs recover shows "
			     "them)");
}

int tree_done(struct tree *tree, int result)
{
	struct error err;

	if (tree->collection || recovery_write(tree->profile, &err) == 0)
		return result;
	return result < 0 ? result : refuse(tree, NULL, NULL, &err, err.code);
}

int tree_done_for_good(struct tree *tree, int result)
{
	struct error err;

	if (tree->collection || recovery_sync(tree->profile, &err) == 0)
		return result;
	return result < 0 ? result : refuse(tree, NULL, NULL, &err, err.code);
}

int tree_finish(struct tree *tree)
{
	struct problems notes = PROBLEMS_INIT, others = PROBLEMS_INIT;
	struct error err, beside;
	enum save_outcome outcome;

	if (tree->collection)
		return collection_finish(tree->collection);
	outcome = save(tree, &err, &others);
	problems_free(&others);
	if (outcome == SAVE_CONFLICT)
		outcome = profile_settle(tree->profile, &notes, &err);
	tree_unreported(tree);
	list_scratch(tree);
	report_all(tree, &notes);
	if (save_errno[outcome] == 0)
		return 0;
	refuse(tree, NULL, NULL, &err, save_errno[outcome]);
	if (profile_keep_beside(tree->profile, outcome, &notes, &beside) < 0) {
		refuse(tree, NULL, NULL, &beside, EIO);
		note_journal(tree, &notes);
	}
	report_all(tree, &notes);
	return 1;
}

int tree_keep(struct tree *tree)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err;
	int result;

	if (tree->collection)
		return collection_keep(tree->collection);
	io_settle_open(tree);
	if (tree->profile->commits == tree->profile->commits_saved)
		return 0;
	result = profile_keep_beside(tree->profile, SAVE_INVALID, &notes, &err);
	if (result < 0)
		refuse(tree, NULL, NULL, &err, EIO);
	report_all(tree, &notes);
	return result;
}

void tree_discard(struct tree *tree)
{
	struct item *item;
	uint64_t last = 0;

	if (tree->collection)
		collection_discard(tree->collection);
	while ((item = item_next(tree, &last)))
		if (item->kind == ITEM_KEY)
			stage_drop(tree, item);
	tree->profile->commits = tree->profile->commits_saved;
	allowed_forget(tree);
	if (tree->profile->recovery.keeps)
		recovery_done(tree->profile);
}
