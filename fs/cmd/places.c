#include "fs/cmd/places.h"

#include <stdlib.h>
#include <string.h>

#include "plist/base/hash.h"
#include "plist/encoding.h"

/* An element: its position, and which one of its PayloadType it is. */
struct place {
	const struct node *element;
	const struct node *type; /* NULL: it has none */
	size_t position, number;
};

/* An array whose elements were counted. */
struct places_array {
	const struct node *array;
	struct place *places; /* by address */
	UT_hash_handle hh;
};

static int compare_types(const struct place *x, const struct place *y)
{
	return scalar_compare(&x->type->value, &y->type->value);
}

/* By type, those without one last; of one type in order. */
static int by_type(const void *left, const void *right)
{
	const struct place *x = left, *y = right;
	int order = x->type && y->type ? compare_types(x, y) : !x->type - !y->type;

	return order ? order : (x->position > y->position) - (x->position < y->position);
}

static int by_address(const void *left, const void *right)
{
	const struct place *x = left, *y = right;

	return (x->element > y->element) - (x->element < y->element);
}

static const struct node *type_of(const struct node *element)
{
	const struct node *type = element->type == NODE_DICT ? node_get(element, "PayloadType") : NULL;

	return type && type->type == NODE_STRING ? type : NULL;
}

static void count_elements(struct places_array *counted)
{
	struct place *places = counted->places;
	size_t count = node_count(counted->array), position = 0;

	for (const struct node *child = node_first(counted->array); child; child = node_next(child), position++)
		places[position] = (struct place){ child, type_of(child), position, 1 };
	qsort(places, count, sizeof(*places), by_type);
	for (size_t i = 1; i < count && places[i].type; i++)
		if (compare_types(&places[i - 1], &places[i]) == 0)
			places[i].number = places[i - 1].number + 1;
	qsort(places, count, sizeof(*places), by_address);
}

static void free_array(struct places_array *counted)
{
	if (counted)
		free(counted->places);
	free(counted);
}

/* NULL: out of memory. */
static struct places_array *count_array(struct places *places, const struct node *array)
{
	struct places_array *counted = calloc(1, sizeof(*counted));

	if (!counted)
		return NULL;
	counted->array = array;
	counted->places = calloc(node_count(array) + 1, sizeof(*counted->places));
	if (counted->places)
		HASH_ADD_PTR(places->arrays, array, counted);
	if (!counted->places || !counted->hh.tbl) {
		free_array(counted);
		return NULL;
	}
	count_elements(counted);
	return counted;
}

/* NULL: out of memory. */
static const struct place *place_of(struct places *places, const struct node *element, struct error *err)
{
	const struct place wanted = { .element = element };
	const struct node *array = element->parent;
	struct places_array *counted = NULL;

	HASH_FIND_PTR(places->arrays, &array, counted);
	if (!counted)
		counted = count_array(places, array);
	if (counted)
		return bsearch(&wanted, counted->places, node_count(array), sizeof(wanted), by_address);
	error_memory(err);
	return NULL;
}

int places_position(struct places *places, const struct node *element, size_t *position, struct error *err)
{
	const struct place *place = place_of(places, element, err);

	if (!place)
		return -1;
	*position = place->position;
	return 0;
}

int places_path(struct places *places, const struct node *node, struct buf *out, struct error *err)
{
	const struct place *place = NULL;

	if (!node->parent)
		return 0;
	if (places_path(places, node->parent, out, err) < 0)
		return -1;
	if (node->parent->parent)
		buf_add_char(out, '/');
	if (!node->key) {
		place = place_of(places, node, err);
		if (!place)
			return -1;
	}
	check_path_name(node, place ? place->position : 0, place ? place->number : 0, out);
	return buf_ok(out) ? 0 : error_memory(err);
}

/* Moves to an offset of an XML source: what doc_position() would say. */
static void move_to(struct places *places, const struct buf *source, size_t offset)
{
	unsigned long line, column;

	if (offset < places->offset || places->line == 0) {
		places->offset = 0;
		places->line = places->column = 1;
	}
	encoding_position(buf_text(source) + places->offset, source->len - places->offset, offset - places->offset,
			  &line, &column);
	places->column = line == 1 ? places->column + column - 1 : column;
	places->line += line - 1;
	places->offset = offset;
}

int places_error(struct places *places, const struct finding *finding, const struct doc *doc, const char *file,
		 struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	size_t offset;

	if (places_path(places, finding->node, &path, err) < 0)
		return -1;
	check_error_at(finding, &path, file, err);
	if (doc->format == DOC_BINARY || doc->composed || !check_offset(finding, &offset))
		return 0;
	move_to(places, &doc->source, offset);
	error_at(err, places->line, places->column);
	return 0;
}

void places_free(struct places *places)
{
	struct places_array *counted, *next;

	HASH_ITER(hh, places->arrays, counted, next) {
		HASH_DEL(places->arrays, counted);
		free_array(counted);
	}
}
