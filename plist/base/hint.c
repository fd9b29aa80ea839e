#include "plist/base/hint.h"

#include <string.h>

/* Names of options, commands, keys and values are shorter; longer ones are near nothing. */
#define NAME_MAX_COMPARED 128

/* Farther than this is another word, not a misspelling. */
static size_t allowed_distance(size_t len)
{
	if (len <= 3)
		return 1;
	return len < 8 ? 2 : 3;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Edits from `a` to `b`: insert, delete, replace, and swap two neighbours. Both are at most
 * NAME_MAX_COMPARED long. Row i of the table of distances needs the two rows before it and no others.
 * As soon as a row holds nothing below `limit`, no later one can (a swap adds one to what stands two rows
 * before, and that is `limit` - 1 at least): then the answer is `limit`.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len, size_t limit)
{
	unsigned char rows[3][NAME_MAX_COMPARED + 1];
	unsigned char *now = rows[0], *before = rows[1], *earlier = rows[2], *spare;
	size_t lowest, found;

	for (size_t j = 0; j <= b_len; j++)
		now[j] = (unsigned char)j;
	for (size_t i = 1; i <= a_len; i++) {
		spare = earlier;
		earlier = before;
		before = now;
		now = spare;
		now[0] = (unsigned char)i;
		lowest = i;
		for (size_t j = 1; j <= b_len; j++) {
			found = before[j - 1] + (size_t)(a[i - 1] != b[j - 1]);
			found = least(found, (size_t)least(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				found = least(found, (size_t)earlier[j - 2] + 1);
			now[j] = (unsigned char)found;
			lowest = least(lowest, found);
		}
		if (lowest >= limit)
			return limit;
	}
	return now[b_len];
}

struct hint hint_for(const char *wrong)
{
	return hint_for_bytes(wrong, strlen(wrong));
}

struct hint hint_for_bytes(const char *wrong, size_t len)
{
	return (struct hint){ .wrong = wrong, .len = len, .distance = allowed_distance(len) + 1 };
}

void hint_consider(struct hint *hint, const char *name)
{
	size_t len = strlen(name), found;
	size_t apart = len > hint->len ? len - hint->len : hint->len - len;

	if (hint->len > NAME_MAX_COMPARED || len > NAME_MAX_COMPARED || hint->len == 0 || apart > hint->distance)
		return;
	found = distance(hint->wrong, hint->len, name, len, hint->distance + 1);
	if (found > hint->distance || found >= len)
		return;
	if (found == hint->distance) {
		hint->tied |= hint->name && strcmp(hint->name, name) != 0;
		return;
	}
	hint->distance = found;
	hint->name = name;
	hint->tied = false;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool hint_same_but_case(const char *wrong, size_t len, const char *name)
{
	size_t at = 0;

	while (at < len && name[at] && lower(wrong[at]) == lower(name[at]))
		at++;
	return at == len && !name[at] && memcmp(wrong, name, len) != 0;
}
