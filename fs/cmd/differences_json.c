/* Differences as JSON, one a line. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/differences_parts.h"
#include "fs/cmd/report.h"
#include "sign/hash.h"

static json_t *value_of(const struct differences_options *options, struct secrecy secrecy, const struct node *node,
			struct error *err);

/* --- scalars -------------------------------------------------------------------------------------------- */

static json_t *of_text(const struct scalar *value)
{
	return json_stringn(value->at, value->len);
}

/* A number past what JSON's readers take is the text of it. */
static json_t *of_integer(const struct node *node)
{
	BUF_AUTO room = BUF_INIT;
	const char *text = node_text(node, &room);
	long long number;

	if (!text)
		return NULL;
	errno = 0;
	number = strtoll(text, NULL, 10);
	return errno ? of_text(&node->value) : json_integer(number);
}

static json_t *of_real(const struct node *node)
{
	BUF_AUTO room = BUF_INIT;
	const char *text = node_text(node, &room);
	double number;

	if (!text)
		return NULL;
	number = strtod(text, NULL);
	return isfinite(number) ? json_real(number) : of_text(&node->value);
}

static json_t *of_data(const struct node *node, struct error *err)
{
	BUF_AUTO room = BUF_INIT, hash = BUF_INIT;
	const char *bytes = scalar_bytes(&node->value, &room);

	if (!bytes || hash_sha256(bytes, node->value.len, &hash, err) < 0)
		return NULL;
	return json_pack("{s:I, s:s}", "bytes", (json_int_t)node->value.len, "sha256", buf_text(&hash));
}

static json_t *of_scalar(const struct node *node, struct error *err)
{
	if (node_is_placeholder(node))
		return of_text(&node->value);
	switch (node->type) {
	case NODE_INTEGER:
		return of_integer(node);
	case NODE_REAL:
		return of_real(node);
	case NODE_BOOLEAN:
		return json_boolean(node_is_text(node, "true"));
	case NODE_DATA:
		return of_data(node, err);
	default:
		return of_text(&node->value);
	}
}

/* --- containers ----------------------------------------------------------------------------------------- */

static json_t *of_container(const struct differences_options *options, struct secrecy secrecy,
			    const struct node *node, struct error *err)
{
	json_t *made = node->type == NODE_DICT ? json_object() : json_array();

	for (const struct node *child = node_first(node); made && child; child = node_next(child)) {
		struct secrecy below = secrecy_below(options->schema, secrecy, child);
		json_t *value = value_of(options, below, child, err);
		int result;

		if (node->type == NODE_DICT)
			result = json_object_set_new(made, child->key, value);
		else
			result = json_array_append_new(made, value);
		if (result == 0)
			continue;
		json_decref(made);
		made = NULL;
	}
	return made;
}

/* What is hidden is null. NULL: no memory, or `err` says something else. */
static json_t *value_of(const struct differences_options *options, struct secrecy secrecy, const struct node *node,
			struct error *err)
{
	if (!node_is_scalar(node->type))
		return of_container(options, secrecy, node, err);
	if (!options->secrets && secrecy_hides(&secrecy, node))
		return json_null();
	return of_scalar(node, err);
}

/* --- the object ----------------------------------------------------------------------------------------- */

static json_t *side_value(const struct shown *shown, const struct side *side, struct error *err)
{
	if (!side->node || shown->kind == DIFFERENCE_MOVED)
		return json_null();
	return value_of(shown->options, side->secrecy, side->node, err);
}

static json_t *side_type(const struct side *side)
{
	return side->node ? json_string(node_type_name(side->node->type)) : json_null();
}

static json_t *side_path(const struct side *side)
{
	return side->node ? report_json_text(buf_text(&side->path)) : json_null();
}

static json_t *side_position(const struct shown *shown, const struct side *side)
{
	return shown->kind == DIFFERENCE_MOVED ? json_integer((json_int_t)side->position) : json_null();
}

int differences_json(const struct shown *shown, bool first, struct buf *out, struct error *err)
{
	static const char *const KINDS[] = {
		[DIFFERENCE_ADDED] = "added",
		[DIFFERENCE_REMOVED] = "removed",
		[DIFFERENCE_CHANGED] = "changed",
		[DIFFERENCE_MOVED] = "moved",
	};
	const struct side *a = &shown->a, *b = &shown->b;
	struct error why = ERROR_INIT;
	json_t *old = side_value(shown, a, &why), *new = side_value(shown, b, &why);

	report_add_element(out, first,
			   json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}",
				     "kind", KINDS[shown->kind],
				     "path", side_path(b->node ? b : a),
				     "old_path", side_path(a),
				     "from", side_position(shown, a),
				     "to", side_position(shown, b),
				     "old_type", side_type(a),
				     "new_type", side_type(b),
				     "old", old,
				     "new", new,
				     "secret", a->hidden || b->hidden));
	if (buf_ok(out))
		return 0;
	if (!why.code)
		return error_memory(err);
	*err = why;
	return -1;
}

static void add_name(const char *name, struct buf *out)
{
	report_add_json(out, name ? report_json_text(name) : json_null());
}

void differences_json_begin(const struct differences_options *options, struct buf *out)
{
	buf_add_text(out, "{\"old\":");
	add_name(options->a_name, out);
	buf_add_text(out, ",\"new\":");
	add_name(options->b_name, out);
	buf_add_text(out, ",\"differences\":[");
}

void differences_json_end(struct buf *out)
{
	buf_add_text(out, "\n]}\n");
}
