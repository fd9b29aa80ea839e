/* What a merge left to be resolved: the marks of its conflicts. */
#include <stdbool.h>
#include <string.h>

#include "plist/merge.h"
#include "plist/schema/check_run.h"

/* The name in the marks of a dict in an array that one side of the merge removed, and the other changed. */
#define REMOVED "removed"

static void say_removed(struct run *run)
{
	say(run, "a merge left this mark: one side removed the dictionary that it is in, the other changed it; to keep "
		 "that, remove its marks, else remove all of it");
}

/* True for a mark of the dictionary that it is in, which nobody but mv(1) puts there. */
static bool is_of_parent(const struct node *mark, size_t of)
{
	const struct node *dict = mark->parent;

	return dict->key && dict->key_len == of && memcmp(dict->key, mark->key, of) == 0 &&
	       !node_find(dict, mark->key, of);
}

static void say_theirs(struct run *run, const struct node *mark, size_t of)
{
	const struct node *ours = node_find(mark->parent, mark->key, of);

	say(run, "a merge left this mark: their value of ");
	say_quoted(run, mark->key, of);
	if (ours && !merge_mark_goes_over(ours, mark)) {
		say(run, ", which has ours; to have theirs, remove ");
		say_quoted(run, mark->key, of);
		say(run, " (rm -r), then rename this to it; else remove this");
		return;
	}
	if (!ours && is_of_parent(mark, of)) {
		say(run, ", the dictionary that it was moved into; to have theirs, move this out, remove ");
		say_quoted(run, mark->key, of);
		say(run, " (rm -r), then rename this to it; else remove this");
		return;
	}
	say(run, ours ? ", which has ours; to have theirs, rename this over it, else remove this" :
			", which we removed; to have it, rename this to that, else remove this");
}

static bool is_of_removed(const struct node *mark, size_t of)
{
	return of == strlen(REMOVED) && memcmp(mark->key, REMOVED, of) == 0 && !node_find(mark->parent, mark->key, of);
}

static void say_base(struct run *run, const struct node *mark, size_t of)
{
	if (is_of_removed(mark, of)) {
		say(run, "a merge left this mark: what the dictionary that it is in was before one side removed it and "
			 "the other changed it; to keep that dictionary, remove its marks, else remove all of it");
		return;
	}
	say(run, "a merge left this mark: what both sides began with; when ");
	say_quoted(run, mark->key, of);
	say(run, " is as it should be, remove this");
}

void check_marks(struct run *run)
{
	for (size_t i = 0; i < run->marks.count; i++) {
		const struct node *mark = run->marks.list[i];
		size_t of;

		switch (merge_mark_of(mark->key, mark->key_len, &of)) {
		case MERGE_MARK_REMOVED:
			say_removed(run);
			break;
		case MERGE_MARK_THEIRS:
			say_theirs(run, mark, of);
			break;
		default:
			say_base(run, mark, of);
		}
		found_key(run, mark);
	}
}
