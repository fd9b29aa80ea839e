/* Which of several values are equal: by sorting, so that thousands of payloads take no time. */
#include <stdlib.h>
#include <string.h>

#include "plist/schema/check_run.h"

static int fold_byte(unsigned char byte)
{
	return byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte;
}

static int compare_folded(const char *a, const char *b, size_t len)
{
	int difference;
	size_t i;

	for (i = 0; i < len; i++) {
		difference = fold_byte((unsigned char)a[i]) - fold_byte((unsigned char)b[i]);
		if (difference)
			return difference;
	}
	return 0;
}

int same_compare(const struct node *a, const struct node *b, bool fold)
{
	size_t len = a->value.len < b->value.len ? a->value.len : b->value.len;
	int difference = (int)a->type - (int)b->type;

	if (difference == 0 && len > 0)
		difference = fold ? compare_folded(a->value.bytes, b->value.bytes, len) :
				    memcmp(a->value.bytes, b->value.bytes, len);
	if (difference == 0)
		difference = (a->value.len > b->value.len) - (a->value.len < b->value.len);
	return difference;
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
