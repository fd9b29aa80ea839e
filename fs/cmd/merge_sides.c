#include "fs/cmd/merge_sides.h"

#include <stdio.h>
#include <string.h>

/* --- names ------------------------------------------------------------------------------------------ */

/* Under one name for all of them a line would be taken for one of what is there now. */
static void name_problem(const struct sides *sides, enum side_name side, struct error *err)
{
	static const char *const NAMES[] = { "the base", "our version", "their version" };
	const struct error was = *err;

	if (sides->name && was.line) {
		snprintf(err->text, sizeof(err->text), "%s, line %lu: %.900s", NAMES[side], was.line, was.text);
		error_at(err, 0, 0);
	} else {
		snprintf(err->text, sizeof(err->text), "%s: %.900s", NAMES[side], was.text);
	}
	if (sides->name)
		err->file[0] = '\0';
	error_in_file(err, sides->name);
}

static void name_problems(const struct sides *sides, enum side_name side, struct problems *from, struct problems *to)
{
	for (size_t i = 0; i < from->count; i++)
		name_problem(sides, side, &from->list[i]);
	problems_move(from, to, sides->at[side].parcel.place.shown);
}

/* --- reading ---------------------------------------------------------------------------------------- */

/* Where there is no common ancestor git gives an empty file. */
static int read_side(const struct sides *sides, enum side_name side, struct doc *doc, struct error *err)
{
	const struct parcel *parcel = &sides->at[side].parcel;

	if (side == SIDE_BASE && parcel->bytes.len == 0)
		return doc_new(doc, err);
	if (parcel_read(parcel, doc, err) < 0)
		return -1;
	if (!doc->root->uid)
		return 0;
	doc_free(doc);
	error_rule(err, "not-a-profile", "the top of a profile is a dict, here it is a UID: give a profile");
	error_in_file(err, parcel->place.shown);
	return -1;
}

static int open_side(struct sides *sides, enum side_name side, const char *path, struct problems *notes,
		     struct error *err)
{
	bool in_place = side == SIDE_OURS && sides->in_place;
	struct side *opened = &sides->at[side];
	struct problems found = PROBLEMS_INIT;
	int result = parcel_open(&opened->parcel, path, in_place, sides->force, &found, err);

	if (result == 0) {
		name_problems(sides, side, &found, notes);
		result = read_side(sides, side, &opened->doc, err);
		opened->is_open = result == 0;
		if (result < 0)
			parcel_close(&opened->parcel);
	}
	problems_free(&found);
	if (result < 0)
		name_problem(sides, side, err);
	return result;
}

int sides_open(struct sides *sides, char *const paths[SIDE_COUNT], struct problems *notes, struct error *err)
{
	/* Ours first: it may have to wait for a mount that is just leaving. */
	static const enum side_name ORDER[] = { SIDE_OURS, SIDE_BASE, SIDE_THEIRS };

	for (size_t i = 0; i < SIDE_COUNT; i++) {
		if (open_side(sides, ORDER[i], paths[ORDER[i]], notes, err) == 0)
			continue;
		sides_close(sides);
		return -1;
	}
	return 0;
}

bool sides_same_bytes(const struct sides *sides, enum side_name a, enum side_name b)
{
	const struct buf *bytes = &sides->at[b].parcel.bytes;

	return buf_equals(&sides->at[a].parcel.bytes, bytes->data, bytes->len);
}

void sides_close(struct sides *sides)
{
	for (size_t i = 0; i < SIDE_COUNT; i++) {
		if (!sides->at[i].is_open)
			continue;
		doc_free(&sides->at[i].doc);
		parcel_close(&sides->at[i].parcel);
		sides->at[i].is_open = false;
	}
}
