/* What a merge left to be resolved: the marks of its conflicts. */
#include "plist/merge.h"
#include "plist/schema/check_run.h"

/* A dict in an array that one side of the merge removed, and the other changed. */
static void say_removed(struct run *run)
{
	say(run, "a merge left this mark: one side removed the dictionary that it is in, the other changed it; to keep "
		 "that, remove its marks, else remove all of it");
}

static void say_theirs(struct run *run, const struct node *mark, size_t of)
{
	bool ours = node_find(mark->parent, mark->key, of);

	say(run, "a merge left this mark: their value of ");
	say_quoted(run, mark->key, of);
	say(run, ours ? ", which has ours; to have theirs, rename this over it, else remove this" :
			", which we removed; to have it, rename this to that, else remove this");
}

static void say_base(struct run *run, const struct node *mark, size_t of)
{
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
