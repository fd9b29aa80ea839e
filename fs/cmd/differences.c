#include "fs/cmd/differences.h"

#include <string.h>

#include "fs/cmd/differences_parts.h"

/* One call of differences_print(). */
struct printing {
	const struct differences_options *options;
	struct places places;
	struct buf *out;
	size_t count;
};

/* One side of a difference: where it is, and whether its value is to be hidden. */
static int look_at(struct printing *printing, const struct node *node, struct side *side, struct error *err)
{
	const struct differences_options *options = printing->options;

	side->node = node;
	if (!node)
		return 0;
	side->secrecy = secrecy_of(options->schema, node);
	side->hidden = !options->secrets && secrecy_hides(&side->secrecy, node);
	return places_path(&printing->places, node, &side->path, err);
}

static int prepare(struct printing *printing, const struct difference *difference, struct shown *shown,
		   struct error *err)
{
	if (look_at(printing, difference->a, &shown->a, err) < 0 ||
	    look_at(printing, difference->b, &shown->b, err) < 0)
		return -1;
	if (shown->kind != DIFFERENCE_MOVED)
		return 0;
	if (places_position(&printing->places, difference->a, &shown->a.position, err) < 0)
		return -1;
	return places_position(&printing->places, difference->b, &shown->b.position, err);
}

static int print_shown(struct printing *printing, const struct shown *shown, struct error *err)
{
	if (printing->options->format == DIFFERENCES_JSON)
		return differences_json(shown, printing->count == 0, printing->out, err);
	return differences_text(shown, printing->out, err);
}

static int print_one(struct printing *printing, const struct difference *difference, struct error *err)
{
	struct shown shown = { .kind = difference->kind, .options = printing->options };
	int result = prepare(printing, difference, &shown, err);

	if (result == 0)
		result = print_shown(printing, &shown, err);
	buf_free(&shown.a.path);
	buf_free(&shown.b.path);
	printing->count++;
	return result;
}

/* True if all payloads of a profile come or go at once, as those of a file that does. */
static bool is_all_payloads(const struct difference *difference)
{
	const struct node *node = difference->a ? difference->a : difference->b;

	if (difference->kind != DIFFERENCE_ADDED && difference->kind != DIFFERENCE_REMOVED)
		return false;
	return node->type == NODE_ARRAY && node_count(node) && node->key && strcmp(node->key, "PayloadContent") == 0 &&
	       node->parent && !node->parent->parent;
}

/* Whoever reads a text wants to see which these are. */
static int print_payloads(struct printing *printing, const struct difference *difference, struct error *err)
{
	const struct node *array = difference->a ? difference->a : difference->b;

	for (const struct node *child = node_first(array); child; child = node_next(child)) {
		const struct difference one = { difference->kind, difference->a ? child : NULL,
						difference->b ? child : NULL };

		if (print_one(printing, &one, err) < 0)
			return -1;
	}
	return 0;
}

static int print(void *context, const struct difference *difference, struct error *err)
{
	struct printing *printing = context;

	if (printing->options->format == DIFFERENCES_TEXT && is_all_payloads(difference))
		return print_payloads(printing, difference, err);
	return print_one(printing, difference, err);
}

static int print_all(struct printing *printing, const struct node *a, const struct node *b, struct error *err)
{
	bool json = printing->options->format == DIFFERENCES_JSON;

	if (json)
		differences_json_begin(printing->options, printing->out);
	if (difference_find(a, b, print, printing, err) < 0)
		return -1;
	if (json)
		differences_json_end(printing->out);
	return buf_ok(printing->out) ? 0 : error_memory(err);
}

int differences_print(const struct node *a, const struct node *b, const struct differences_options *options,
		      struct buf *out, size_t *count, struct error *err)
{
	struct printing printing = { .options = options, .out = out };
	int result = print_all(&printing, a, b, err);

	places_free(&printing.places);
	*count = printing.count;
	/* What could not be looked up may be shown for want of memory only. */
	if (result == 0 && options->schema && schema_failed(options->schema))
		return error_memory(err);
	return result;
}
