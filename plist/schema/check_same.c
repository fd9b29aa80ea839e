/* Which of several values are equal: by sorting, so that thousands of payloads take no time. */
#include <stdlib.h>
#include <string.h>

#include "plist/schema/check_run.h"

static int fold_byte(unsigned char byte)
{
	return byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte;
}

/* Of texts. */
static int compare_folded(const struct scalar *a, const struct scalar *b)
{
	size_t len = a->len < b->len ? a->len : b->len, i;
	int difference;

	for (i = 0; i < len; i++) {
		difference = fold_byte((unsigned char)a->at[i]) - fold_byte((unsigned char)b->at[i]);
		if (difference)
			return difference;
	}
	return (a->len > b->len) - (a->len < b->len);
}

int same_compare(const struct node *a, const struct node *b, bool fold)
{
	int difference = (int)a->type - (int)b->type;

	if (difference)
		return difference;
	return fold ? compare_folded(&a->value, &b->value) : scalar_compare(&a->value, &b->value);
}

static int by_position(const void *a, const void *b)
{
	const struct same *first = a, *second = b;

	return (first->position > second->position) - (first->position < second->position);
}

static int by_value(const void *a, const void *b)
{
	int difference = same_compare(((const struct same *)a)->node, ((const struct same *)b)->node, false);

	return difference ? difference : by_position(a, b);
}

static int by_folded_value(const void *a, const void *b)
{
	int difference = same_compare(((const struct same *)a)->node, ((const struct same *)b)->node, true);

	return difference ? difference : by_position(a, b);
}

void same_sort(struct same *list, size_t count, bool fold)
{
	if (count > 1)
		qsort(list, count, sizeof(*list), fold ? by_folded_value : by_value);
}

void same_find(struct same *list, size_t count, bool fold)
{
	size_t i;

	same_sort(list, count, fold);
	for (i = 1; i < count; i++)
		list[i].again = same_compare(list[i - 1].node, list[i].node, fold) == 0;
	if (count > 1)
		qsort(list, count, sizeof(*list), by_position);
}

const struct same *same_lookup(const struct same *list, size_t count, const struct node *node, bool fold)
{
	size_t low = 0, high = count, middle;
	int difference;

	while (low < high) {
		middle = low + (high - low) / 2;
		difference = same_compare(node, list[middle].node, fold);
		if (difference == 0)
			return &list[middle];
		if (difference < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
