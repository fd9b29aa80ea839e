/* A difference as a line of text. */
#include "fs/cmd/differences_parts.h"

#define OLD   "\033[31m"
#define NEW   "\033[32m"
#define OTHER "\033[36m"
#define PLAIN "\033[m"

/* How much of what two long texts have in common is shown before what differs. */
#define COMMON_SHOWN 20

static void add_paint(const char *paint, bool colour, struct buf *out)
{
	if (colour)
		buf_add_text(out, paint);
}

static bool is_text(const struct node *node)
{
	return node_is_scalar(node->type) && (node->type != NODE_DATA || node_is_placeholder(node));
}

/* Where the parts that are shown of two texts begin. */
static size_t part_of(const struct node *a, const struct node *b)
{
	size_t at = 0;

	if (!is_text(a) || !is_text(b))
		return 0;
	while (at < a->value.len && at < b->value.len && a->value.at[at] == b->value.at[at])
		at++;
	return at > COMMON_SHOWN ? at - COMMON_SHOWN : 0;
}

static int add_change(const struct shown *shown, struct buf *out, struct error *err)
{
	const struct side *a = &shown->a, *b = &shown->b;
	bool typed = a->node->type != b->node->type, colour = shown->options->colour;
	size_t from = part_of(a->node, b->node);

	if (!typed && a->hidden && b->hidden) {
		buf_add_text(out, "(secret) changed");
		return 0;
	}
	add_paint(OLD, colour, out);
	if (differences_value(a, typed, from, out, err) < 0)
		return -1;
	add_paint(PLAIN, colour, out);
	buf_add_text(out, " -> ");
	add_paint(NEW, colour, out);
	if (differences_value(b, typed, from, out, err) < 0)
		return -1;
	add_paint(PLAIN, colour, out);
	return 0;
}

static int add_what(const struct shown *shown, struct buf *out, struct error *err)
{
	switch (shown->kind) {
	case DIFFERENCE_ADDED:
		return differences_value(&shown->b, false, 0, out, err);
	case DIFFERENCE_REMOVED:
		return differences_value(&shown->a, false, 0, out, err);
	case DIFFERENCE_CHANGED:
		return add_change(shown, out, err);
	case DIFFERENCE_MOVED:
		buf_add_format(out, "moved from %02zu to %02zu", shown->a.position, shown->b.position);
		break;
	}
	return 0;
}

/* The names of a path that another one has otherwise: what is left of it without those that both begin with, and those
 * that both end with. */
static void add_other_names(const struct buf *path, const struct buf *other, struct buf *out)
{
	size_t from = 0, at = 0, end = path->len, tail = 0;

	for (; at < path->len && at < other->len && path->data[at] == other->data[at]; at++)
		if (path->data[at] == '/')
			from = at + 1;
	while (tail < path->len - from && tail < other->len - from &&
	       path->data[path->len - tail - 1] == other->data[other->len - tail - 1])
		if (path->data[path->len - ++tail] == '/')
			end = path->len - tail;
	buf_add(out, path->data + from, end - from);
}

/* What else it was called. Where an element is known by its place, its line says that it moved. */
static void add_old_names(const struct shown *shown, const struct buf *path, struct buf *out)
{
	BUF_AUTO names = BUF_INIT, place = BUF_INIT;

	if (!shown->a.node || buf_equals(&shown->a.path, path->data, path->len))
		return;
	add_other_names(&shown->a.path, path, &names);
	buf_add_format(&place, "%02zu", shown->a.position);
	if (!buf_ok(&names) || !buf_ok(&place))
		out->failed = true;
	if (shown->kind != DIFFERENCE_MOVED || !buf_equals(&names, place.data, place.len))
		buf_add_format(out, " (was %s)", buf_text(&names));
}

static void add_path(const struct shown *shown, struct buf *out)
{
	const struct buf *path = shown->b.node ? &shown->b.path : &shown->a.path;

	buf_add(out, path->data, path->len);
	if (path->len == 0)
		buf_add_text(out, "the profile");
	add_old_names(shown, path, out);
}

int differences_text(const struct shown *shown, struct buf *out, struct error *err)
{
	static const struct {
		char sign;
		const char *paint; /* "": each value has its own */
	} KINDS[] = {
		[DIFFERENCE_ADDED] = { '+', NEW },
		[DIFFERENCE_REMOVED] = { '-', OLD },
		[DIFFERENCE_CHANGED] = { '~', "" },
		[DIFFERENCE_MOVED] = { '>', OTHER },
	};
	const char *paint = KINDS[shown->kind].paint;
	bool colour = shown->options->colour && *paint;

	add_paint(paint, colour, out);
	buf_add_format(out, "%c ", KINDS[shown->kind].sign);
	add_path(shown, out);
	buf_add_text(out, ": ");
	if (add_what(shown, out, err) < 0)
		return -1;
	add_paint(PLAIN, colour, out);
	buf_add_char(out, '\n');
	return 0;
}
