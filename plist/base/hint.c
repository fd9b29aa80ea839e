#include "plist/base/hint.h"

#include <string.h>

/* Names of options and commands are short; longer ones are near nothing. */
#define NAME_MAX_COMPARED 32

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

/* Edits from `a` to `b`: insert, delete, replace, and swap two neighbours. Both are at most
 * NAME_MAX_COMPARED long. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t d[NAME_MAX_COMPARED + 1][NAME_MAX_COMPARED + 1];
	size_t i, j;

	for (i = 0; i <= a_len; i++)
		d[i][0] = i;
	for (j = 0; j <= b_len; j++)
		d[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		for (j = 1; j <= b_len; j++) {
			d[i][j] = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			d[i][j] = least(d[i][j], least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[a_len][b_len];
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
	size_t len = strlen(name);
	size_t found;

	if (hint->len > NAME_MAX_COMPARED || len > NAME_MAX_COMPARED || hint->len == 0)
		return;
	found = distance(hint->wrong, hint->len, name, len);
	if (found >= hint->distance || found >= len)
		return;
	hint->distance = found;
	hint->name = name;
}
