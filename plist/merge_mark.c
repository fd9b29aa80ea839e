/* The marks of conflicts: what they are called, and how they are put. */
#include <stdlib.h>
#include <string.h>

#include "plist/merge_parts.h"

#define MARK	    ".conflict-"
#define MARK_BASE   MARK "base"
#define MARK_OURS   MARK "ours"
#define MARK_THEIRS MARK "theirs"
#define REMOVED	    "removed"

/* --- names --------------------------------------------------------------------------------------------- */

/* The length of a name without a number from 2 on at its end, as in `.12`. */
static size_t without_number(const char *key, size_t len)
{
	size_t digits = len;

	while (digits > 0 && key[digits - 1] >= '0' && key[digits - 1] <= '9')
		digits--;
	if (digits == len || digits == 0 || key[digits - 1] != '.' || key[digits] == '0')
		return len;
	return len - digits == 1 && key[digits] == '1' ? len : digits - 1;
}

static bool ends_in(const char *key, size_t len, const char *end, size_t *before)
{
	size_t end_len = strlen(end);

	if (len < end_len || memcmp(key + len - end_len, end, end_len) != 0)
		return false;
	*before = len - end_len;
	return true;
}

static bool is_removed(const char *key, size_t len)
{
	return len == strlen(REMOVED) && memcmp(key, REMOVED, len) == 0;
}

enum merge_mark merge_mark_of(const char *key, size_t len, size_t *of)
{
	enum merge_mark mark = MERGE_MARK_NONE;
	size_t before = 0;

	if (len < MERGE_MARK_MIN || !memchr(key, MARK[0], len))
		return MERGE_MARK_NONE;
	len = without_number(key, len);
	if (ends_in(key, len, MARK_BASE, &before))
		mark = MERGE_MARK_BASE;
	else if (ends_in(key, len, MARK_THEIRS, &before))
		mark = is_removed(key, before) ? MERGE_MARK_REMOVED : MERGE_MARK_THEIRS;
	else if (ends_in(key, len, MARK_OURS, &before) && is_removed(key, before))
		mark = MERGE_MARK_REMOVED;
	if (of)
		*of = before;
	return mark;
}

/* An empty array may be shown as either. */
static bool is_file(const struct node *value)
{
	const struct node *element = node_first(value);

	if (value->type != NODE_ARRAY || !element)
		return node_is_scalar(value->type);
	while (element && node_is_scalar(element->type) && element->type != NODE_DATA)
		element = node_next(element);
	return !element;
}

bool merge_mark_goes_over(const struct node *ours, const struct node *mark)
{
	return is_file(ours) && is_file(mark);
}

static void make_name(struct buf *name, const char *key, size_t len, const char *end, unsigned number)
{
	buf_clear(name);
	buf_add(name, key, len);
	buf_add_text(name, end);
	if (number > 1)
		buf_add_format(name, ".%u", number);
}

static bool has(const struct node *dict, const struct buf *name)
{
	return dict && node_find(dict, name->data, name->len);
}

static bool is_taken(const struct versions *dicts, const struct buf *name)
{
	return has(dicts->base, name) || has(dicts->ours, name) || has(dicts->theirs, name);
}

/* --- putting them -------------------------------------------------------------------------------------- */

/* A pair of marks in one dict, with names that no version has there. */
struct marks {
	struct buf base, other;
};

static void free_marks(struct marks *marks)
{
	buf_free(&marks->base);
	buf_free(&marks->other);
}

#define MARKS_AUTO __attribute__((cleanup(free_marks))) struct marks

/* 0, or -1: out of memory. */
static int name_marks(struct marks *marks, const struct versions *dicts, const char *key, size_t len, const char *end)
{
	unsigned number = 0;

	do {
		number++;
		make_name(&marks->base, key, len, MARK_BASE, number);
		make_name(&marks->other, key, len, end, number);
		if (!buf_ok(&marks->base) || !buf_ok(&marks->other))
			return -1;
	} while (is_taken(dicts, &marks->base) || is_taken(dicts, &marks->other));
	return 0;
}

static int note(struct merging *job, const struct merge_conflict *conflict)
{
	size_t size = job->conflict_size ? 2 * job->conflict_size : 16;
	void *grown;

	if (job->conflict_count == job->conflict_size) {
		grown = realloc(job->conflicts, size * sizeof(*job->conflicts));
		if (!grown)
			return -1;
		job->conflicts = grown;
		job->conflict_size = size;
	}
	job->conflicts[job->conflict_count++] = *conflict;
	return 0;
}

static enum merge_conflict_kind kind_of(const struct versions *values)
{
	if (!values->ours)
		return MERGE_OURS_REMOVED;
	return values->theirs ? MERGE_BOTH_CHANGED : MERGE_THEIRS_REMOVED;
}

struct node *merge_put(struct node *container, struct node *before, const struct node *from, const char *key,
		       size_t key_len)
{
	struct node *copy = node_copy(from, false);

	if (copy && node_insert(container, before, copy, key, key_len) == 0)
		return copy;
	node_free(copy);
	return NULL;
}

int merge_mark_key(struct merging *job, struct node *dict, struct node *before, const struct versions *dicts,
		   const struct versions *values)
{
	const struct node *named = values->theirs ? values->theirs : values->base;
	struct merge_conflict conflict = { kind_of(values), dict, named->key, named->key_len, NULL, NULL };
	MARKS_AUTO marks = { BUF_INIT, BUF_INIT };

	if (name_marks(&marks, dicts, named->key, named->key_len, MARK_THEIRS) < 0)
		return -1;
	if (values->ours && !merge_put(dict, before, values->ours, named->key, named->key_len))
		return -1;
	if (values->base) {
		conflict.base = merge_put(dict, before, values->base, marks.base.data, marks.base.len);
		if (!conflict.base)
			return -1;
	}
	if (values->theirs) {
		conflict.mark = merge_put(dict, before, values->theirs, marks.other.data, marks.other.len);
		if (!conflict.mark)
			return -1;
	}
	return note(job, &conflict);
}

/* What the mark of a removed element says to whoever finds it. */
static struct node *new_advice(bool ours)
{
	static const char OURS[] = "We removed this, and they changed it. To keep it, remove the marks in it "
				   "(removed.conflict-ours, removed.conflict-base); else remove all of it.";
	static const char THEIRS[] = "They removed this, and we changed it. To keep it, remove the marks in it "
				     "(removed.conflict-theirs, removed.conflict-base); else remove all of it.";
	struct node *advice = node_new(NODE_STRING);

	if (advice && node_set_string(advice, ours ? OURS : THEIRS) == 0)
		return advice;
	node_free(advice);
	return NULL;
}

int merge_mark_element(struct merging *job, struct node *element, const struct versions *versions)
{
	struct merge_conflict conflict = { kind_of(versions), element, NULL, 0, NULL, NULL };
	bool ours = conflict.kind == MERGE_OURS_REMOVED;
	struct node *advice;
	MARKS_AUTO marks = { BUF_INIT, BUF_INIT };

	if (name_marks(&marks, versions, REMOVED, strlen(REMOVED), ours ? MARK_OURS : MARK_THEIRS) < 0)
		return -1;
	advice = new_advice(ours);
	if (!advice || node_insert(element, NULL, advice, marks.other.data, marks.other.len) < 0) {
		node_free(advice);
		return -1;
	}
	conflict.mark = advice;
	conflict.base = merge_put(element, NULL, versions->base, marks.base.data, marks.base.len);
	return conflict.base ? note(job, &conflict) : -1;
}
